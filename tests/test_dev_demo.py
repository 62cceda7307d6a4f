# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The demo's table: it must notice when the sums do not agree."""

from dataclasses import replace
from decimal import Decimal

import pytest

from ..dev.demo.table import Row, money, render
from ..dev.demo.world import COMPANIES

ATELIER = COMPANIES[0]
GOOD = Row(
    company=ATELIER,
    read=341,
    held=310,
    matched=305,
    ready=301,
    told_ready=301,
    told_amount=Decimal("26248.90"),
    to_check={"no_customer": 3, "price_to_confirm": 6},
    settled_before=0,
    invoiced_now=301,
    left_out=0,
    drafts_now=46,
    ready_amount=Decimal("26248.90"),
    booked_amount=Decimal("26248.90"),
    drafts=46,
    lines=301,
    invoiced=301,
    states=["draft"],
    net=Decimal("26248.90"),
    total=Decimal("28375.06"),
)


def test_sums_that_agree():
    assert list(GOOD.disagreements(first=True)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"net": Decimal("26248.89")},
        {"lines": 300},
        {"told_ready": 300},
        {"told_amount": Decimal("26248.91")},
        {"left_out": 1, "invoiced_now": 300},
        {"held": 311},
        {"to_check": {"no_customer": 8}},
        {"states": ["draft", "posted"]},
        {"drafts_now": 45},
        {"settled_before": 1},
    ],
)
def test_one_cent_or_one_booking_is_noticed(change):
    found = list(replace(GOOD, **change).disagreements(first=True))
    assert found
    assert all(text.startswith(ATELIER.name) for text in found)


def test_a_later_start_is_not_held_to_the_sandbox():
    later = replace(
        GOOD,
        ready=0,
        told_ready=0,
        told_amount=Decimal("0.00"),
        ready_amount=Decimal("0.00"),
        invoiced_now=0,
        drafts_now=0,
        settled_before=301,
        states=["draft", "posted"],
    )
    assert list(later.disagreements(first=False)) == []
    assert list(later.disagreements(first=True))


def test_the_table_names_reasons_in_words():
    table = render([GOOD], {"no_customer": "No customer"})
    assert "No customer" in table
    assert "price_to_confirm" in table
    assert "CHF 26,248.90" in table


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0.00"), (0.1 + 0.2, "0.30"), (26248.899999999998, "26248.90")]
)
def test_amounts_are_read_to_the_cent(value, text):
    assert money(value) == Decimal(text)
