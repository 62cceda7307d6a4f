# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rounding of durations, hours, and the notice of a cancellation."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal, localcontext
from zoneinfo import ZoneInfo

import pytest

from ..billing.pricing import Rounding, hours, late_notice, round_duration

HOUR = timedelta(hours=1)
# Longer than a double can count in microseconds.
AGES = timedelta(days=999_999_998, microseconds=3_601)


def minutes(number):
    return timedelta(minutes=number)


@pytest.mark.parametrize(
    ("rounding", "before", "after"),
    [
        (Rounding("none", 15), 50, 50),
        (Rounding("never", 15), 50, 50),
        (Rounding("", 15), 50, 50),
        (Rounding("zero", 15), 50, 50),
        (Rounding("up", 15), 50, 60),
        (Rounding("up", 15), 46, 60),
        (Rounding("up", 15), 45, 45),
        (Rounding("up", 0), 50, 50),
        (Rounding("up", 1), 49.5, 50),
        (Rounding("up", -15), 50, 50),
        (Rounding("nearest", 15), 52, 45),
        (Rounding("nearest", 15), 52.5, 60),
        (Rounding("nearest", 15), 53, 60),
        (Rounding("nearest", 15), 7, 0),
        (Rounding("down", 15), 59, 45),
        (Rounding("down", 15), 60, 60),
        (Rounding("down", 15), 14, 0),
        (Rounding("none", 15, 40), 30, 40),
        (Rounding("none", 0, 30), 31, 31),
        (Rounding("up", 15, 60), 20, 60),
        (Rounding("down", 15, 50), 40, 60),
        (Rounding("up", 15, -60), 20, 30),
        (Rounding("up", 15, 60), 0, 0),
        (Rounding("up", 15, 60), -20, -20),
    ],
)
def test_round_duration(rounding, before, after):
    assert round_duration(minutes(before), rounding) == minutes(after)


@pytest.mark.parametrize("mode", ["none", "up", "nearest", "down"])
def test_without_a_step_nothing_is_rounded(mode):
    odd = timedelta(minutes=7, microseconds=1)
    assert round_duration(odd, Rounding(mode)) == odd


def test_no_length_loses_its_microseconds():
    assert round_duration(AGES, Rounding()) == AGES
    assert round_duration(AGES + minutes(7), Rounding("nearest", 1)) == timedelta(
        days=999_999_998, minutes=7
    )


def test_a_step_of_a_hundred_centuries_does_not_overflow():
    assert round_duration(HOUR, Rounding("up", 10**30)) == timedelta.max
    assert round_duration(HOUR, Rounding("none", 0, 10**30)) == timedelta.max


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        (minutes(90), "1.5"),
        (minutes(50), "0.833333"),
        (minutes(40), "0.666667"),
        (timedelta(milliseconds=1.8), "0.000001"),  # half a millionth, up
        (timedelta(microseconds=1799), "0"),
        (timedelta(milliseconds=-1.8), "-0.000001"),
        (timedelta(days=2, hours=1), "49"),
        (timedelta.max, "24000000000"),
        (AGES, "23999999952.000001"),
    ],
)
def test_hours(duration, expected):
    assert hours(duration) == Decimal(expected)


def test_the_callers_decimal_context_does_not_matter():
    with localcontext() as context:
        context.prec = 2
        assert str(hours(minutes(50))) == "0.833333"


START = datetime(2026, 3, 10, 9, 0)


@pytest.mark.parametrize(
    ("cancelled_at", "late"),
    [
        (START - timedelta(days=5), False),
        (START - timedelta(hours=24), False),
        (START - timedelta(hours=24) + timedelta(microseconds=1), True),
        (START - timedelta(hours=3), True),
        (START + timedelta(hours=1), True),
    ],
)
def test_late_notice(cancelled_at, late):
    assert late_notice(START, cancelled_at, timedelta(hours=24)) is late


def test_without_notice_only_after_the_start_is_late():
    assert not late_notice(START, START, timedelta(0))
    assert late_notice(START, START + timedelta(seconds=1), timedelta(0))


def test_notice_counts_real_hours_over_a_clock_change():
    paris = ZoneInfo("Europe/Paris")
    start = datetime(2026, 3, 29, 9, 0, tzinfo=paris)
    cancelled_at = datetime(2026, 3, 28, 9, 0, tzinfo=paris)
    assert late_notice(start, cancelled_at, timedelta(hours=24))
    naive = cancelled_at.astimezone(timezone.utc).replace(tzinfo=None)
    assert late_notice(start, naive, timedelta(hours=24))
    assert not late_notice(start, naive, timedelta(hours=23))
