# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A class: one price for all its attendees, shared to the cent."""

from datetime import timedelta
from decimal import Decimal, localcontext

import pytest

from ..billing.pricing import Facts, FeeRule, Rules, price_booking, split_amount


def shares(attendees, price_type="fixedPrice", price="100", outcome="attended", **more):
    """Price each attendee of a class of 90 minutes whose price is for all of them together."""
    common = {"attendees": attendees, "price_is_per_appointment": True, **more}
    return [
        price_booking(
            Facts(
                price_type,
                Decimal(price),
                timedelta(minutes=90),
                outcome,
                position=position,
                **common,
            ),
            Rules(no_show=FeeRule("percent", Decimal(50))),
        )
        for position in range(attendees)
    ]


def lines(pricings):
    """What would be invoiced; a reason is no line."""
    assert not any(pricing.reason for pricing in pricings)
    return [(pricing.quantity, pricing.unit_price) for pricing in pricings]


@pytest.mark.parametrize(
    ("attendees", "price", "decimals", "unit_prices"),
    [
        (3, "100", 2, ["33.34", "33.33", "33.33"]),
        (4, "100", 2, ["25", "25", "25", "25"]),
        (3, "100", 0, ["34", "33", "33"]),
        (3, "100", 3, ["33.334", "33.333", "33.333"]),
        (1, "100.005", 2, ["100.005"]),
        (2, "0.01", 2, ["0.01", "0"]),
    ],
)
def test_the_shares_of_a_class_sum_to_its_price(attendees, price, decimals, unit_prices):
    pricings = shares(attendees, price=price, decimals=decimals)
    assert lines(pricings) == [(1, Decimal(unit_price)) for unit_price in unit_prices]
    assert [pricing.is_zero for pricing in pricings] == [share == "0" for share in unit_prices]


def test_half_a_cent_is_not_lost_where_hours_have_no_end_as_a_decimal():
    # Fifty minutes at 4.11 are 3.425 exactly, and at 8.22 half of it is.
    fifty = timedelta(minutes=50)
    shared = [
        Facts(
            *("hourly", Decimal("4.11"), fifty, "attended"),
            attendees=2,
            price_is_per_appointment=True,
            position=position,
        )
        for position in range(2)
    ]
    assert [price_booking(facts, Rules()).unit_price for facts in shared] == [
        Decimal("1.72"),
        Decimal("1.71"),
    ]
    absent = Facts("hourly", Decimal("8.22"), fifty, "no_show")
    fee = price_booking(absent, Rules(no_show=FeeRule("percent", Decimal(50))))
    assert fee.unit_price == Decimal("3.425")


def test_the_hours_of_a_class_are_shared_to_the_cent():
    pricings = shares(3, "hourly", "80.01")
    assert lines(pricings) == [(1, Decimal("40.01")), (1, Decimal("40.01")), (1, Decimal(40))]
    steps = pricings[0].steps
    assert [word for word, _params in steps] == ["price_from_bookings", "hours", "shared"]
    assert steps[-1] == (
        "shared",
        {"total": Decimal("120.015"), "attendees": 3, "share": Decimal("40.01")},
    )


def test_the_price_of_a_class_is_by_default_for_each_attendee():
    assert lines(shares(4, price_is_per_appointment=False)) == [(1, 100)] * 4
    everybody = Facts("fixedPrice", Decimal(100), timedelta(hours=1), "attended", attendees=4)
    assert price_booking(everybody, Rules()).unit_price == 100


def test_without_a_count_there_is_one_attendee():
    alone = Facts(
        "fixedPrice", Decimal(100), timedelta(hours=1), "attended", price_is_per_appointment=True
    )
    assert lines([price_booking(alone, Rules())]) == [(1, 100)]


def test_an_attendee_without_position_is_the_first():
    for attendees, share in ((3, "33.34"), (4, "25")):
        facts = Facts(
            "fixedPrice",
            Decimal(100),
            timedelta(hours=1),
            "attended",
            attendees=attendees,
            price_is_per_appointment=True,
        )
        assert lines([price_booking(facts, Rules())]) == [(1, Decimal(share))]


@pytest.mark.parametrize("listed", [1, 0, -2])
def test_one_attendee_or_none_listed_pays_the_whole_price(listed):
    alone = Facts(
        "fixedPrice",
        Decimal(100),
        timedelta(hours=1),
        "attended",
        attendees=listed,
        price_is_per_appointment=True,
    )
    pricing = price_booking(alone, Rules())
    assert lines([pricing]) == [(1, 100)]
    assert "shared" not in dict(pricing.steps)


def test_a_typed_price_is_the_customers_own_and_not_shared():
    assert lines(shares(3, confirmed_price=Decimal(40))) == [(1, 40)] * 3


def test_a_typed_quantity_stays_on_the_line_of_a_class():
    pricings = shares(3, "hourly", confirmed_quantity=Decimal(2))
    assert lines(pricings) == [(2, Decimal("33.34"))] + [(2, Decimal("33.33"))] * 2
    assert pricings[0].steps[-1][1]["total"] == 100


def test_an_unknown_price_is_not_shared():
    for pricing in shares(3, "callUs"):
        assert (pricing.unit_price, pricing.reason) == (None, "price_to_confirm")


def test_the_fee_of_an_absent_attendee_is_a_part_of_his_share():
    assert lines(shares(4, outcome="no_show")) == [(1, Decimal("12.50"))] * 4


@pytest.mark.parametrize(("decimals", "last"), [(-5, "33"), (99, "33.333333")])
def test_decimals_no_currency_has_are_brought_into_range(decimals, last):
    assert lines(shares(3, decimals=decimals))[2] == (1, Decimal(last))


@pytest.mark.parametrize(
    ("total", "parts", "decimals", "expected"),
    [
        ("10", 3, 2, ["3.34", "3.33", "3.33"]),
        ("-10", 3, 2, ["-3.34", "-3.33", "-3.33"]),
        ("0.02", 3, 2, ["0.01", "0.01", "0"]),
        ("10.005", 2, 2, ["5.01", "5"]),
        ("0.000005", 2, 6, ["0.000003", "0.000002"]),
        ("7", 1, 0, ["7"]),
        ("-0.01", 1, 2, ["-0.01"]),
        ("0", 2, 2, ["0", "0"]),
        ("999999999999.999999", 1, 6, ["999999999999.999999"]),
    ],
)
def test_split_amount(total, parts, decimals, expected):
    assert split_amount(Decimal(total), parts, decimals) == [Decimal(share) for share in expected]


@pytest.mark.parametrize(
    ("total", "parts", "decimals", "message"),
    [
        ("NaN", 1, 2, "not an amount that can be shared: NaN"),
        ("1E+12", 1, 2, "not an amount that can be shared: 1E+12"),
        ("10", 0, 2, "an amount is shared among 1 or more, not 0"),
        ("10", 1, -1, "a currency has 0 to 6 decimals, not -1"),
        ("10", 1, 7, "a currency has 0 to 6 decimals, not 7"),
    ],
)
def test_split_amount_refuses_what_makes_no_sense(total, parts, decimals, message):
    with pytest.raises(ValueError) as refused:
        split_amount(Decimal(total), parts, decimals)
    assert str(refused.value) == message


def test_the_callers_decimal_context_does_not_matter():
    with localcontext() as context:
        context.prec = 2
        pricings = shares(3, "hourly", "1234.57")
        split = split_amount(Decimal("1234.57"), 2, 2)
    assert lines(pricings) == [(1, Decimal("617.29"))] * 2 + [(1, Decimal("617.28"))]
    assert split == [Decimal("617.29"), Decimal("617.28")]
