# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The text of an invoice line: words with named placeholders, and nothing else."""

import pytest

from ..billing.wording import PLACEHOLDERS, check_template, render_template

VALUES = {"service": "Haircut", "date": "3 March 2026", "staff": "Zoe"}


@pytest.mark.parametrize(
    "template",
    [
        None,
        "",
        "Consulting",
        "{{service}} in braces",
        *(f"a {{{name}}} b" for name in PLACEHOLDERS),
        " ".join(f"{{{name}}}" for name in PLACEHOLDERS),
    ],
)
def test_words_and_placeholders_are_fine(template):
    assert check_template(template) is None


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("{customer}", "{customer}"),
        ("{service} {price}", "{price}"),
        ("{price} {service}", "{price}"),
        ("{}", "{}"),
        ("{0}", "{0}"),
        ("{service.env}", "{service.env}"),
        ("{service[0]}", "{service[0]}"),
        ("{service!r}", "{service!r}"),
        ("{service:>9}", "{service:>9}"),
        ("{service!r:>9}", "{service!r:>9}"),
        ("{date:%Y}", "{date:%Y}"),
        ("{Service}", "{Service}"),
        ("{service", "expected '}' before end of string"),
        ("service}", "Single '}' encountered in format string"),
    ],
)
def test_what_is_no_plain_placeholder_is_shown(template, found):
    assert check_template(template) == found


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{service}, {date}", "Haircut, 3 March 2026"),
        ("{service} – {attendee}", "Haircut"),
        ("{attendee} – {service}", "Haircut"),
        ("{service}  \n ({staff}) ", "Haircut (Zoe)"),
        ("{{{service}}}", "{Haircut}"),
        ("- {service}; · , –", "Haircut"),
        ("XX {service} XX", "XX Haircut XX"),
    ],
)
def test_what_has_no_value_leaves_nothing_dangling(template, text):
    assert render_template(template, VALUES) == text


def test_further_names_are_known_where_they_are_named():
    names = (*PLACEHOLDERS, "number")
    assert check_template("{service} {number}") == "{number}"
    assert check_template("{service} {number}", names) is None
    assert check_template("{service} {number!r}", names) == "{number!r}"
    assert check_template("{service}", ("number",)) == "{service}"
    values = VALUES | {"number": "12"}
    assert render_template("{service} {number} {staff}", values) == "Haircut 12 Zoe"
    # The add-on that knew it is gone.
    assert render_template("{service} {number}", VALUES) == "Haircut"


def test_a_value_is_text_and_no_template():
    assert render_template("{service}", {"service": "{date} {0}"}) == "{date} {0}"
    assert render_template("{service} x", {"service": None}) == "x"
