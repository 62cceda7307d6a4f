# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The text of an invoice line: a template with named placeholders, and nothing that a template could reach into."""

from collections import defaultdict
from string import Formatter

PLACEHOLDERS = ("service", "date", "time", "end_time", "duration", "staff", "attendee", "business")


def check_template(template, names=PLACEHOLDERS):
    """The first thing in ``template`` that is no plain placeholder, or ``None`` when it is fine.

    Attributes, indexes, conversions and format specifications are refused: a template is words, not code.

    :param template: text such as ``"{service} – {date}"``
    :param names: the placeholders that are known
    :return: the text of the unknown placeholder, or of the unmatched brace
    """
    try:
        parts = list(Formatter().parse(template or ""))
    except ValueError as error:
        return str(error)
    for _text, name, spec, conversion in parts:
        if name is not None and (name not in names or spec or conversion):
            return f"{{{name}{'!' + conversion if conversion else ''}{':' + spec if spec else ''}}}"
    return None


def render_template(template, values):
    """The template with its placeholders filled in; what has no value leaves no separator dangling at the end.

    :param template: a text that :func:`check_template` has passed
    :param values: dict of placeholder -> text; missing ones are empty, also those that were known once
    :return: the text of the invoice line
    """
    known = defaultdict(str, {name: value or "" for name, value in values.items()})
    return " ".join(template.format_map(known).split()).strip(" ,;–-·")
