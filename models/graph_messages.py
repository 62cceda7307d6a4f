# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The words of ``graph/``, which knows no Odoo, in the user's language."""

from odoo.tools.translate import get_translation

from ..graph.errors import ERROR_CODES

# Details of an error that are words themselves; the rest are names, addresses and numbers.
WORDS = ("operation", "reason")


class _Details(dict):
    """Details for a sentence; what is not known reads as a question mark."""

    def __missing__(self, key):
        return "?"


def translate(env, sentence, details=None):
    """A sentence that ``graph/`` marks for the translators, in the user's language.

    :param env: the environment, for its language
    :param sentence: the English sentence; one that the translators do not know stays as it is
    :param details: what ``%(name)s`` stands for in it; without any the sentence is not formatted
    :return: the translated text
    """
    sentence = get_translation("microsoft_bookings", env.lang or "en_US", sentence, {})
    return sentence if details is None else sentence % _Details(details)


def explain(env, error):
    """Say what a problem with Microsoft Graph means and what to do about it.

    :param env: the environment, for its language
    :param error: a :class:`..graph.errors.GraphError`
    :return: a dict of ``message``, ``remedy`` and ``text``, which is both and Microsoft's code, translated
    """
    details = {
        name: translate(env, value) if name in WORDS else value
        for name, value in error.details.items()
    }
    settings_fields = env["microsoft.booking.settings"]._fields
    if details.get("field") in settings_fields:
        field = settings_fields[details["field"]]
        details["field"] = field.get_description(env, ["string"])["string"]
    message, remedy = (translate(env, sentence, details) for sentence in ERROR_CODES[error.code])
    text = f"{message} {remedy}"
    return {
        "message": message,
        "remedy": remedy,
        "text": f"{text} ({error.graph_code})" if error.graph_code else text,
    }
