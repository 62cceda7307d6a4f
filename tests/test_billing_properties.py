# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What holds for every booking, found by search rather than by example."""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from ..billing.pricing import (
    FEE_KINDS,
    LIMIT,
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
    round_duration,
    split_amount,
)
from ..billing.timezones import local, month_bounds, service_date, to_iana, to_zoneinfo

# What the data really looks like, and what the types allow: both must be answered.
money = st.decimals(0, 10_000, places=2)
hostile = st.decimals() | st.integers().map(Decimal)
amounts = money | hostile
durations = st.timedeltas()
roundings = st.builds(
    Rounding,
    st.sampled_from(ROUNDING_MODES) | st.text(),
    st.integers(0, 120) | st.integers(),
    st.integers(0, 120) | st.integers(),
)
fees = st.builds(FeeRule, st.sampled_from(FEE_KINDS) | st.text(), amounts)
rules = st.builds(Rules, roundings, fees, fees)
facts = st.builds(
    Facts,
    price_type=st.none() | st.sampled_from(PRICE_TYPES) | st.text(),
    price=st.none() | amounts,
    duration=st.timedeltas(timedelta(0), timedelta(days=1)) | durations,
    outcome=st.sampled_from(OUTCOMES) | st.text(),
    confirmed_price=st.none() | amounts,
    confirmed_quantity=st.none() | amounts,
    attendees=st.integers(1, 20) | st.integers(),
    price_is_per_appointment=st.booleans(),
    position=st.integers(0, 20) | st.integers(),
    decimals=st.integers(0, 3) | st.integers(),
    confirmed_fee=st.none() | amounts,
)
zones = st.sampled_from(
    ["UTC", "Europe/Paris", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati"]
    + ["America/Asuncion", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"]
).map(ZoneInfo)
moments = st.datetimes(datetime(2015, 1, 1), datetime(2037, 12, 31))


@given(facts, rules)
def test_every_booking_has_a_price_or_a_reason(facts, rules):
    pricing = price_booking(facts, rules)
    assert {word for word, _params in pricing.steps} <= set(STEPS)
    assert pricing.is_fee == (facts.outcome in ("no_show", "late_cancelled"))
    if pricing.reason:
        assert pricing.reason in REASONS and not pricing.is_zero
    else:
        assert pricing.steps
        assert pricing.quantity >= 0 and pricing.unit_price >= 0
        amount = pricing.quantity * pricing.unit_price
        assert amount < LIMIT and pricing.is_zero == (amount == 0)


@given(facts, rules)
def test_the_last_step_carries_what_is_billed_of_an_absence_or_a_class(facts, rules):
    pricing = price_booking(facts, rules)
    if not pricing.reason and pricing.steps[-1][0] in ("fee_typed", "fee_fixed", "fee_percent"):
        assert pricing.unit_price == pricing.steps[-1][1]["fee"]
        assert pricing.quantity == 1
    if not pricing.reason and pricing.steps[-1][0] == "shared":
        assert pricing.unit_price == pricing.steps[-1][1]["share"]


@given(facts, rules)
def test_nothing_is_charged_unless_somebody_named_a_price(facts, rules):
    pricing = price_booking(facts, rules)
    if pricing.reason is None and not pricing.is_zero:
        named = [facts.confirmed_price, facts.confirmed_fee, rules.no_show.value]
        named += [rules.late_cancellation.value]
        if facts.price_type in ("fixedPrice", "hourly"):
            named.append(facts.price)
        assert any(value is not None and value.is_finite() and value > 0 for value in named)


@given(st.decimals(-1_000_000, 1_000_000, places=3), st.integers(1, 60), st.integers(3, 6))
def test_shares_sum_exactly_and_differ_by_one_unit_at_most(total, parts, decimals):
    shares = split_amount(total, parts, decimals)
    assert len(shares) == parts and sum(shares) == total
    assert max(shares) - min(shares) <= Decimal(10) ** -decimals
    assert shares == sorted(shares, key=abs, reverse=True)


@given(money, st.integers(1, 20), st.timedeltas(timedelta(minutes=1), timedelta(hours=23)))
def test_the_attendees_of_a_class_pay_its_price_to_the_cent(price, attendees, duration):
    for price_type in ("fixedPrice", "hourly"):
        common = {"price_type": price_type, "price": price + 1, "duration": duration}
        shares = [
            price_booking(
                Facts(
                    outcome="attended",
                    attendees=attendees,
                    price_is_per_appointment=True,
                    position=position,
                    **common,
                ),
                Rules(),
            )
            for position in range(attendees)
        ]
        paid = sum(share.quantity * share.unit_price for share in shares)
        # Multiplied first: a third of an hour has no end as a decimal.
        hours = duration // timedelta(microseconds=1) if price_type == "hourly" else 3_600_000_000
        whole = Fraction(price + 1) * hours / 3_600_000_000
        assert abs(Fraction(paid) - whole) <= Fraction(1, 200)


@given(durations, roundings)
def test_rounding_twice_changes_nothing(duration, rounding):
    billed = round_duration(duration, rounding)
    assert round_duration(billed, rounding) == billed


@given(durations, durations, roundings)
def test_a_longer_booking_is_never_billed_shorter(one, other, rounding):
    shorter, longer = sorted((one, other))
    assert round_duration(shorter, rounding) <= round_duration(longer, rounding)


@given(st.timedeltas(timedelta(microseconds=1), timedelta(days=2)), st.integers(1, 90))
def test_each_way_of_rounding_keeps_its_word(duration, minutes):
    step = timedelta(minutes=minutes)
    billed = {mode: round_duration(duration, Rounding(mode, minutes)) for mode in ROUNDING_MODES}
    assert billed["none"] == duration
    assert billed["down"] <= duration < billed["down"] + step
    assert billed["up"] - step < duration <= billed["up"]
    assert -step / 2 < billed["nearest"] - duration <= step / 2
    assert not any(billed[mode] % step for mode in ("up", "nearest", "down"))


@given(
    st.timedeltas(timedelta(microseconds=1), timedelta(days=2)),
    st.sampled_from(ROUNDING_MODES),
    st.integers(0, 90),
    st.integers(0, 90),
)
def test_the_minimum_is_always_reached(duration, mode, minutes, minimum):
    billed = round_duration(duration, Rounding(mode, minutes, minimum))
    assert billed >= timedelta(minutes=minimum)


@given(moments, zones)
def test_a_booking_lies_in_the_month_of_its_service_date(start, zone):
    day = service_date(start, zone)
    begin, end = month_bounds(day.year, day.month, zone)
    assert begin <= start < end


@given(st.datetimes(), zones)
def test_every_moment_has_a_service_date(start, zone):
    assert service_date(start, zone) == local(start, zone).date()
    assert abs(service_date(start, zone) - start.date()) <= timedelta(days=1)


@given(st.none() | st.text() | st.text().map("(UTC+01:00) {}".format))
def test_any_name_has_an_answer(name):
    zone = to_zoneinfo(name)
    assert zone is None or str(zone) == (to_iana(name) or "UTC")
