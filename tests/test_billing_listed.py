# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The price of the payer's price list among the price rules, value by value."""

from datetime import timedelta
from decimal import Decimal

import pytest

from ..billing.pricing import PRICE_TYPES, Facts, FeeRule, Rounding, Rules, billed_quantity
from ..billing.pricing import price_booking as price_it

HOUR = timedelta(hours=1)
PAID_TYPES = [name for name in PRICE_TYPES if name != "free"]


def price(price_type="fixedPrice", outcome="attended", rules=None, **more):
    """Price a booking of 90 minutes that Bookings has at 50, listed at 40 unless said otherwise."""
    more.setdefault("listed_price", Decimal(40))
    facts = Facts(price_type, Decimal(50), 1.5 * HOUR, outcome, **more)
    return price_it(facts, rules or Rules())


@pytest.mark.parametrize("price_type", PAID_TYPES)
def test_a_listed_price_replaces_that_of_bookings_and_settles_an_open_one(price_type):
    pricing = price(price_type)
    quantity = Decimal("1.5") if price_type == "hourly" else 1
    assert (pricing.quantity, pricing.unit_price, pricing.reason) == (quantity, 40, None)
    assert pricing.steps[0] == ("price_listed", {"price": Decimal(40)})


def test_what_is_free_stays_free():
    assert price("free").unit_price == 0
    assert price("free", listed_price=None, listed_reason="pricelist_currency").reason is None


def test_a_typed_price_wins():
    for listed in ({}, {"listed_price": None, "listed_reason": "pricelist_currency"}):
        pricing = price(confirmed_price=Decimal(33), **listed)
        assert (pricing.unit_price, pricing.reason) == (33, None)


def test_a_list_that_cannot_be_followed_is_the_reason():
    pricing = price(listed_price=None, listed_reason="pricelist_currency")
    assert (pricing.unit_price, pricing.reason) == (None, "pricelist_currency")


@pytest.mark.parametrize(
    ("listed", "reason"),
    [("-1", "negative_price"), ("NaN", "out_of_range")],
)
def test_a_listed_price_that_sells_nothing(listed, reason):
    pricing = price(listed_price=Decimal(listed))
    assert (pricing.unit_price, pricing.reason) == (None, reason)


def test_a_listed_price_of_nothing_is_free_whatever_bookings_asks():
    for price_type in PAID_TYPES:
        pricing = price(price_type, listed_price=Decimal(0))
        assert (pricing.unit_price, pricing.reason, pricing.is_zero) == (0, None, True)
        assert pricing.steps[0] == ("price_listed", {"price": Decimal(0)})


def test_a_listed_price_is_the_payers_own_and_never_shared():
    pricing = price(attendees=4, price_is_per_appointment=True)
    assert (pricing.quantity, pricing.unit_price) == (1, 40)
    shared = price(listed_price=None, attendees=4, price_is_per_appointment=True)
    assert shared.unit_price == Decimal("12.50")


def test_a_listed_price_reckoned_from_that_of_the_appointment_is_shared():
    pricing = price(attendees=4, price_is_per_appointment=True, listed_is_shared=True)
    assert (pricing.quantity, pricing.unit_price) == (1, 10)
    typed = {"confirmed_price": Decimal(33), "listed_is_shared": True}
    assert price(attendees=4, price_is_per_appointment=True, **typed).unit_price == 33
    assert price(attendees=4, listed_is_shared=True).unit_price == 40


def test_a_share_of_a_fee_is_of_the_listed_price_and_a_fixed_one_needs_no_price():
    half = Rules(no_show=FeeRule("percent", Decimal(50)))
    assert price(outcome="no_show", rules=half).unit_price == 20
    unknown = {"listed_price": None, "listed_reason": "pricelist_currency"}
    assert price(outcome="no_show", rules=half, **unknown).reason == "pricelist_currency"
    fixed = Rules(no_show=FeeRule("fixed", Decimal(15)))
    assert price(outcome="no_show", rules=fixed, **unknown).unit_price == 15


def test_the_quantity_that_a_list_is_asked_with():
    def quantity(price_type, **more):
        facts = Facts(price_type, None, 1.5 * HOUR, "attended", **more)
        return billed_quantity(facts, Rounding("up", 60))

    assert quantity("hourly") == 2
    assert quantity("fixedPrice") == quantity("callUs") == 1
    assert quantity("hourly", confirmed_quantity=Decimal(7)) == 7
    assert billed_quantity(Facts("hourly", None, -HOUR, "attended"), Rounding()) is None
