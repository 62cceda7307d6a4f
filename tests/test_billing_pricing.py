# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The price rules, value by value."""

from datetime import timedelta
from decimal import Decimal

import pytest

from ..billing.pricing import (
    PRICE_TYPES,
    Facts,
    FeeRule,
    Pricing,
    Rounding,
    Rules,
    price_booking,
)

HOUR = timedelta(hours=1)
HALF = FeeRule("percent", Decimal(50))
# Price types that carry no price one may charge, and what a newer Graph may send.
TO_CONFIRM = ("undefined", "startingAt", "priceVaries", "callUs", "notSet", "unknownFutureValue")


def price(
    price_type="fixedPrice", amount="50", duration=HOUR, outcome="attended", rules=None, **more
):
    """Price a booking written in strings; ``more`` are further facts."""
    numbers = {
        name: Decimal(value)
        for name, value in more.items()
        if name.startswith("confirmed_") and value is not None
    }
    amount = None if amount is None else Decimal(amount)
    facts = Facts(price_type, amount, duration, outcome, **{**more, **numbers})
    return price_booking(facts, rules or Rules())


def minutes(number):
    return timedelta(minutes=number)


def priced(quantity, unit_price):
    return Decimal(quantity), Decimal(unit_price), None


def answer(pricing):
    return pricing.quantity, pricing.unit_price, pricing.reason


def words(pricing):
    return [word for word, _params in pricing.steps]


# Price types


def test_price_types_are_those_of_graph():
    assert set(PRICE_TYPES) == {"fixedPrice", "hourly", "free", *TO_CONFIRM}


def test_fixed_price_is_charged_once_whatever_the_duration():
    for duration in (minutes(30), timedelta(hours=2), timedelta(days=3), timedelta(0)):
        assert answer(price(duration=duration)) == priced(1, 50)


@pytest.mark.parametrize(
    ("duration", "quantity", "amount"),
    [(90, "1.5", "120"), (60, "1", "80"), (50, "0.833333", "66.66664"), (1439, "23.983333", None)],
)
def test_hourly_is_hours_times_price(duration, quantity, amount):
    pricing = price("hourly", "80", minutes(duration))
    assert answer(pricing) == priced(quantity, 80)
    assert amount is None or pricing.quantity * pricing.unit_price == Decimal(amount)


def test_hourly_bills_rounded_hours():
    rules = Rules(rounding=Rounding("up", 15))
    pricing = price("hourly", "80", minutes(50), rules=rules)
    assert answer(pricing) == priced(1, 80)
    assert pricing.steps == (
        ("price_from_bookings", {"price": Decimal(80)}),
        ("hours", {"duration": minutes(50), "hours": Decimal("0.833333")}),
        (
            "hours_rounded",
            {
                "mode": "up",
                "minutes": 15,
                "minimum_minutes": 0,
                "duration": HOUR,
                "hours": Decimal(1),
            },
        ),
    )


def test_hours_rounded_down_speak_of_it_too():
    pricing = price("hourly", "80", minutes(50), rules=Rules(rounding=Rounding("down", 15)))
    assert answer(pricing) == priced("0.75", 80)
    assert words(pricing) == ["price_from_bookings", "hours", "hours_rounded"]


def test_hours_that_need_no_rounding_do_not_speak_of_it():
    pricing = price("hourly", "80", HOUR, rules=Rules(rounding=Rounding("up", 15)))
    assert words(pricing) == ["price_from_bookings", "hours"]


def test_free_is_a_zero_line_whatever_price_bookings_carries():
    for amount in ("50", "0", None, "-1"):
        pricing = price("free", amount)
        assert pricing == Pricing(
            Decimal(1), Decimal(0), is_zero=True, steps=(("free", {}), ("once", {}))
        )


@pytest.mark.parametrize("price_type", [*TO_CONFIRM, None, "", "FIXEDPRICE", "perPerson"])
def test_other_price_types_are_to_confirm_and_keep_what_is_known(price_type):
    pricing = price(price_type, "50")
    assert pricing == Pricing(Decimal(1), None, "price_to_confirm", steps=(("once", {}),))


@pytest.mark.parametrize("price_type", ["fixedPrice", "hourly"])
@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        ("0", "price_to_confirm"),
        ("0.00", "price_to_confirm"),
        ("-0", "price_to_confirm"),
        (None, "price_to_confirm"),
        ("-0.01", "negative_price"),
        ("NaN", "out_of_range"),
        ("sNaN", "out_of_range"),
        ("Infinity", "out_of_range"),
        ("1E+999999", "out_of_range"),
        ("1E+12", "out_of_range"),
        ("-1E+12", "out_of_range"),
        ("-2E+12", "out_of_range"),
    ],
)
def test_a_price_that_cannot_be_meant_gets_a_reason(price_type, amount, reason):
    pricing = price(price_type, amount)
    assert answer(pricing) == (Decimal(1), None, reason)
    assert not pricing.is_zero


def test_the_smallest_and_the_largest_price():
    assert answer(price(amount="0.01")) == priced(1, "0.01")
    assert answer(price(amount="999999999999.99")) == priced(1, "999999999999.99")
    assert price("hourly", "999999999999.99", minutes(61)).reason == "out_of_range"


# Durations


@pytest.mark.parametrize(
    ("duration", "quantity"),
    [(timedelta(0), 0), (timedelta(days=1), 24), (timedelta(hours=25), 25)],
)
def test_hours_that_cannot_be_counted_are_to_confirm(duration, quantity):
    assert answer(price("hourly", "80", duration)) == (quantity, 80, "duration_to_confirm")


def test_a_short_hourly_booking_is_not_rounded_away_in_silence():
    pricing = price("hourly", "80", minutes(10), rules=Rules(rounding=Rounding("down", 15)))
    assert answer(pricing) == (0, 80, "duration_to_confirm")
    assert not pricing.is_zero


def test_rounding_up_to_a_day_is_still_billed():
    pricing = price("hourly", "10", minutes(1435), rules=Rules(rounding=Rounding("up", 15)))
    assert answer(pricing) == priced(24, 10)


@pytest.mark.parametrize("price_type", ["fixedPrice", "hourly", "free"])
def test_a_booking_that_ends_before_it_starts_is_to_check(price_type):
    pricing = price(price_type, "50", timedelta(microseconds=-1))
    assert (pricing.quantity, pricing.reason) == (None, "negative_duration")


# What a person typed


def test_a_typed_price_wins_over_every_price_type():
    for price_type in (*PRICE_TYPES, None):
        pricing = price(price_type, "50", HOUR, confirmed_price="180")
        assert answer(pricing) == priced(1, 180)
        assert pricing.steps[0] == ("price_typed", {"price": Decimal(180)})


def test_a_typed_price_of_zero_is_a_decision():
    pricing = price("fixedPrice", "50", confirmed_price="0")
    assert answer(pricing) == priced(1, 0)
    assert pricing.is_zero


def test_a_typed_price_is_per_hour_when_the_service_is():
    assert answer(price("hourly", "80", minutes(90), confirmed_price="60")) == priced("1.5", 60)


@pytest.mark.parametrize("duration", [HOUR, timedelta(0), timedelta(days=2), timedelta(hours=-1)])
def test_a_typed_quantity_wins_over_every_duration(duration):
    rules = Rules(rounding=Rounding("up", 15, 60))
    pricing = price("hourly", "80", duration, rules=rules, confirmed_quantity="0.75")
    assert answer(pricing) == priced("0.75", 80)
    assert pricing.steps[1:] == (("quantity_typed", {"quantity": Decimal("0.75")}),)


def test_a_typed_quantity_counts_for_a_fixed_price_too():
    assert answer(price("fixedPrice", "50", confirmed_quantity="3")) == priced(3, 50)


def test_a_typed_quantity_of_zero_is_a_decision():
    assert price("fixedPrice", "50", confirmed_quantity="0").is_zero


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"confirmed_price": "-1"}, (Decimal(1), None, "negative_price")),
        ({"confirmed_price": "NaN"}, (Decimal(1), None, "out_of_range")),
        ({"confirmed_quantity": "-1"}, (None, Decimal(50), "negative_quantity")),
        ({"confirmed_quantity": "Infinity"}, (None, Decimal(50), "out_of_range")),
        ({"confirmed_price": "-1", "confirmed_quantity": "-1"}, (None, None, "negative_price")),
    ],
)
def test_what_was_typed_is_checked_too(typed, expected):
    assert answer(price(**typed)) == expected


# Absences


@pytest.mark.parametrize("outcome", ["no_show", "late_cancelled"])
def test_each_absence_follows_its_own_rule(outcome):
    rules = Rules(no_show=HALF, late_cancellation=FeeRule("percent", Decimal(100)))
    pricing = price("hourly", "80", minutes(90), outcome, rules)
    percent, fee = (50, 60) if outcome == "no_show" else (100, 120)
    assert answer(pricing) == priced(1, fee)
    assert pricing.is_fee and not pricing.is_zero
    assert words(pricing) == ["price_from_bookings", "hours", "fee_percent"]
    assert pricing.steps[-1][1] == {
        "percent": Decimal(percent),
        "base": Decimal(120),
        "fee": Decimal(fee),
    }


def test_a_fixed_fee_does_not_ask_for_the_price():
    rules = Rules(no_show=FeeRule("fixed", Decimal("25.50")))
    for price_type, amount in (("priceVaries", "0"), ("hourly", "-1"), ("fixedPrice", "50")):
        pricing = price(price_type, amount, timedelta(-1), "no_show", rules)
        assert answer(pricing) == priced(1, "25.50")
        assert pricing.steps == (("fee_fixed", {"fee": Decimal("25.50")}),)
        assert pricing.is_fee


@pytest.mark.parametrize(
    "rule",
    [
        FeeRule(),
        FeeRule("none", Decimal(10)),
        FeeRule("percent", Decimal(0)),
        FeeRule("fixed", Decimal("-0")),
    ],
)
def test_no_fee_is_a_zero_line_even_when_the_price_is_unknown(rule):
    pricing = price("priceVaries", None, outcome="no_show", rules=Rules(no_show=rule))
    assert pricing == Pricing(
        Decimal(1), Decimal(0), is_fee=True, is_zero=True, steps=(("fee_none", {}),)
    )


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"price_type": "priceVaries", "amount": "0"}, "price_to_confirm"),
        ({"amount": "-1"}, "negative_price"),
        ({"price_type": "hourly", "duration": timedelta(days=1)}, "duration_to_confirm"),
    ],
)
def test_a_percentage_of_an_unknown_price_is_to_check(facts, reason):
    pricing = price(**facts, outcome="no_show", rules=Rules(no_show=HALF))
    assert answer(pricing) == (1, None, reason)
    assert pricing.is_fee and not pricing.is_zero


def test_a_percentage_is_taken_of_the_price_and_quantity_that_were_typed():
    rules = Rules(no_show=HALF)
    pricing = price("priceVaries", "0", HOUR, "no_show", rules, confirmed_price="180")
    assert answer(pricing) == priced(1, 90)
    pricing = price("hourly", "80", HOUR, "no_show", rules, confirmed_quantity="3")
    assert answer(pricing) == priced(1, 120)


def test_half_of_nothing_is_nothing():
    pricing = price("free", "0", outcome="no_show", rules=Rules(no_show=HALF))
    assert answer(pricing) == priced(1, 0)
    assert pricing.is_zero and pricing.is_fee


def test_a_typed_fee_wins_over_the_rule():
    for rule in (HALF, FeeRule(), FeeRule("fixed", Decimal(25)), FeeRule("half", Decimal("NaN"))):
        rules = Rules(late_cancellation=rule)
        pricing = price("callUs", "0", outcome="late_cancelled", rules=rules, confirmed_fee="30")
        assert answer(pricing) == priced(1, 30)
        assert pricing.is_fee and pricing.steps == (("fee_typed", {"fee": Decimal(30)}),)


def test_a_typed_fee_is_for_absences_only():
    assert answer(price(confirmed_fee="30")) == priced(1, 50)


def test_a_typed_fee_is_checked_too():
    assert answer(price(outcome="no_show", confirmed_fee="-1")) == (1, None, "negative_fee")
    assert answer(price(outcome="no_show", confirmed_fee="NaN")) == (1, None, "out_of_range")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("half", "50"),
        ("percent", "-1"),
        ("fixed", "-0.01"),
        ("fixed", "NaN"),
        ("fixed", "1E+12"),
        ("percent", "Infinity"),
        ("none", "sNaN"),
    ],
)
def test_a_fee_rule_that_cannot_be_meant_gets_a_reason(kind, value):
    rules = Rules(no_show=FeeRule(kind, Decimal(value)))
    pricing = price(outcome="no_show", rules=rules)
    assert pricing == Pricing(Decimal(1), None, "invalid_fee", is_fee=True)


def test_a_fee_too_large_for_cents_gets_a_reason():
    rules = Rules(no_show=FeeRule("percent", Decimal(200)))
    assert price(amount="999999999999", outcome="no_show", rules=rules).reason == "out_of_range"


def test_cancelled_is_nothing_whatever_else_is_known():
    rules = Rules(no_show=HALF, late_cancellation=HALF)
    for typed in (None, "180"):
        pricing = price("hourly", "-1", -HOUR, "cancelled", rules, confirmed_price=typed)
        assert pricing == Pricing(Decimal(0), Decimal(0), is_zero=True, steps=(("cancelled", {}),))


@pytest.mark.parametrize("outcome", ["vanished", "Attended", ""])
def test_an_unknown_outcome_is_to_check(outcome):
    pricing = price(outcome=outcome)
    assert answer(pricing) == (1, None, "unknown_outcome")
    assert words(pricing) == ["price_from_bookings", "once"]
    assert not pricing.is_fee
