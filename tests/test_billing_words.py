# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The words that the price rules take and give, over all their combinations."""

from dataclasses import FrozenInstanceError, fields
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest

from ..billing.pricing import (
    FEE_KINDS,
    OUTCOMES,
    PRICE_TYPES,
    REASONS,
    ROUNDING_MODES,
    STEPS,
    Facts,
    FeeRule,
    Rounding,
    Rules,
    price_booking,
)

HOUR = timedelta(hours=1)
FIFTY = Decimal(50)


def test_reasons_and_steps_are_the_published_words_and_none_is_dead():
    numbers = (FIFTY, Decimal(-1), Decimal("NaN"))
    typed = ("confirmed_price", "confirmed_quantity", "confirmed_fee")
    listed = [{"listed_price": FIFTY}, {"listed_reason": "pricelist_currency"}]
    further = [{name: value} for name in typed for value in numbers]
    pricings = [
        price_booking(
            Facts(price_type, price, duration, outcome, attendees=2, **more),
            Rules(Rounding("up", 90), FeeRule(kind, FIFTY)),
        )
        for price_type, price, duration, outcome, kind, more in product(
            ("fixedPrice", "hourly", "free", "callUs"),
            numbers,
            (HOUR, timedelta(0), -HOUR),
            ("attended", "no_show", "cancelled", "vanished"),
            (*FEE_KINDS, "half"),
            [{"price_is_per_appointment": True}, *listed, *further],
        )
    ]
    assert {pricing.reason for pricing in pricings} == {*REASONS, None}
    assert {word for pricing in pricings for word, _params in pricing.steps} == set(STEPS)


def test_words_are_compared_by_value_as_they_come_from_a_database():
    def copy(word):
        return "".join(list(word))

    for price_type, outcome, kind, mode in product(
        PRICE_TYPES, OUTCOMES, FEE_KINDS, ROUNDING_MODES
    ):
        literal, copied = (
            price_booking(
                Facts(word(price_type), FIFTY, timedelta(minutes=50), word(outcome)),
                Rules(Rounding(word(mode), 15), FeeRule(word(kind), FIFTY)),
            )
            for word in (str, copy)
        )
        assert literal == copied


def test_facts_rules_and_answers_do_not_change():
    facts, rules = Facts("free", None, HOUR, "attended"), Rules()
    for value in (facts, rules, price_booking(facts, rules)):
        for field in fields(value):
            with pytest.raises(FrozenInstanceError):
                setattr(value, field.name, None)
    assert {Rules(): "the same rules"}[rules]
