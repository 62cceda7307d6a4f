# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The errors of ``graph/`` in the user's language."""

from odoo.tools.translate import get_translation

from ..graph.errors import ERROR_CODES


def explain(env, error):
    """Say what a problem with Microsoft Graph means and what to do about it.

    :param env: the environment, for its language
    :param error: a :class:`..graph.errors.GraphError`
    :return: a dict of ``message``, ``remedy`` and ``text``, which is both and Microsoft's code, translated
    """
    lang = env.lang or "en_US"
    # The table of graph/ marks its sentences for the translators; they are looked up here by what they say.
    message, remedy = (
        get_translation("microsoft_bookings", lang, sentence, error.details)
        for sentence in ERROR_CODES[error.code]
    )
    text = f"{message} {remedy}"
    return {
        "message": message,
        "remedy": remedy,
        "text": f"{text} ({error.graph_code})" if error.graph_code else text,
    }
