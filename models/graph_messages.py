# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Words in the user's language: those of ``graph/``, which knows no Odoo, and those that are kept to be read later."""

from psycopg2 import DatabaseError

from odoo.tools.translate import get_translation

from ..graph.errors import ERROR_CODES

# Marks a sentence that is kept, and translated only when somebody reads it: Odoo's exporter looks for this name.
_lt = str
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


def keep(sentence, **details):
    """Words to be kept in a record and said later, in the language of whoever reads them.

    :param sentence: the English sentence, marked for the translators; see :data:`_lt`
    :param details: what ``%(name)s`` stands for in it: text, numbers, or words kept by these functions;
        ``field`` is the name of a field of the settings, and said by its label
    :return: a dict that JSON carries, for :func:`say`
    """
    return {"sentence": sentence, "details": details}


def get_gist(error):
    """What an error of Odoo or of its database says, without the values that a database adds in further lines."""
    if isinstance(error, DatabaseError):
        return error.diag.message_primary or type(error).__name__
    return str(error.args[0] if error.args else error)


def keep_error(error):
    """The same of a problem with Microsoft Graph: what :func:`explain` says of it.

    :param error: a :class:`..graph.errors.GraphError`
    :return: a dict that JSON carries, for :func:`say`
    """
    return {"error": error.code, "details": error.details, "graph_code": error.graph_code}


def say(env, words):
    """What was kept, in the user's language.

    :param env: the environment, for its language
    :param words: what :func:`keep` or :func:`keep_error` returned, or a text, which is said as it is
    :return: the text; empty for nothing
    """
    if not isinstance(words, dict):
        return words or ""
    if "error" in words:
        # A code of a former version says at least itself.
        if words["error"] not in ERROR_CODES:
            return words["error"]
        return _explain(env, words["error"], words["details"], words["graph_code"])["text"]
    details = _say_details(env, words["details"])
    return translate(env, words["sentence"], details or None)


def _say_details(env, details):
    """Details for a sentence, in the user's language: kept words, and names of fields of the settings by their labels.

    What ``graph/`` says in English text, ``name_words`` may say beside it as a list of kept words.
    """
    said = {}
    for name, value in details.items():
        if name.endswith("_words"):
            continue
        if several := details.get(f"{name}_words"):
            said[name] = ", ".join(say(env, one) for one in several)
        elif isinstance(value, dict):
            said[name] = say(env, value)
        else:
            said[name] = translate(env, value) if name in WORDS else value
    fields = env["microsoft.booking.settings"]._fields
    if said.get("field") in fields:
        said["field"] = fields[said["field"]].get_description(env, ["string"])["string"]
    return said


def explain(env, error):
    """Say what a problem with Microsoft Graph means and what to do about it.

    :param env: the environment, for its language
    :param error: a :class:`..graph.errors.GraphError`
    :return: a dict of ``message``, ``remedy`` and ``text``, which is both and Microsoft's code, translated
    """
    return _explain(env, error.code, error.details, error.graph_code)


def _explain(env, code, details, graph_code):
    details = _say_details(env, details)
    message, remedy = (translate(env, sentence, details) for sentence in ERROR_CODES[code])
    text = f"{message} {remedy}"
    return {
        "message": message,
        "remedy": remedy,
        "text": f"{text} ({graph_code})" if graph_code else text,
    }
