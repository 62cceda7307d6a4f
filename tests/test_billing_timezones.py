# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names of time zones, and the calendar of a business whatever the server's own zone."""

import time
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from babel.core import get_global

from ..billing import timezones
from ..billing.timezones import (
    elapsed,
    local,
    month_bounds,
    service_date,
    to_iana,
    to_utc,
    to_zoneinfo,
)
from ..billing.windows_places import PLACES

PARIS = ZoneInfo("Europe/Paris")
NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture(params=["UTC", "Asia/Tokyo", "America/Los_Angeles"])
def server_zone(request, monkeypatch):
    """Run with the server's clock set to a zone; nothing here may depend on it."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


# Names


@pytest.mark.parametrize(
    ("name", "iana"),
    [
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("romance standard time", "Europe/Paris"),
        ("  Romance Standard Time\t", "Europe/Paris"),
        ("UTC-11", "Etc/GMT+11"),
        ("UTC", "UTC"),
        ("utc", "UTC"),
        ("America/Chicago", "America/Chicago"),
        ("europe/zurich", "Europe/Zurich"),
        ("Asia/Calcutta", "Asia/Calcutta"),
        ("(UTC-08:00) Pacific Time (US & Canada)", "America/Los_Angeles"),
        ("(UTC-07:00) Mountain Time (US & Canada)", "America/Denver"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Berlin"),
        ("(UTC+01:00) Brussels, Copenhagen, Madrid, Paris", "Europe/Paris"),
        ("(utc+01:00) brussels, copenhagen, madrid, paris", "Europe/Paris"),
        ("(GMT+01:00)Brussels, Copenhagen, Madrid, Paris", "Europe/Paris"),
        ("(UTC) Dublin, Edinburgh, Lisbon, London", "Europe/London"),
        ("(UTC) Edinburgh, London", "Europe/London"),
        ("(UTC+00:00) Monrovia, Reykjavik", "Atlantic/Reykjavik"),
        ("(UTC) Coordinated Universal Time", "UTC"),
        ("(UTC-04:00) Georgetown, La Paz, Manaus, San Juan", "America/La_Paz"),
        ("(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi", "Asia/Shanghai"),
        ("(UTC+13:00) Nuku'alofa", "Pacific/Tongatapu"),
    ],
)
def test_names_that_microsoft_sends(name, iana):
    assert to_iana(name) == iana
    assert to_zoneinfo(name) == ZoneInfo(iana)


@pytest.mark.parametrize(
    "name",
    [
        "Customized Time Zone",
        "tzone://Microsoft/Custom",
        "Romance",
        "Europe",
        "Europe/Paris/",
        "../../etc/passwd",
        "/etc/localtime",
        "localtime",
        "Factory",
        "(UTC+01:00) ",
        "(UTC+01:00) Atlantis",
        "(UTC-04:00) La Paz",  # of Bolivia, or of Mexico
        "(UTC) London, Paris",  # two zones
        "Brussels, Copenhagen, Madrid, Paris",
        "a\0b",
        "x" * 5000,
    ],
)
def test_an_unknown_name_is_said_to_be_unknown(name):
    assert to_iana(name) is None
    assert to_zoneinfo(name) is None
    assert to_zoneinfo(name, fallback="Europe/Paris") is None


@pytest.mark.parametrize("blank", [None, "", "  \n"])
def test_no_name_takes_the_fallback(blank):
    assert to_iana(blank) is None
    assert to_zoneinfo(blank) == ZoneInfo("UTC")
    assert to_zoneinfo(blank, fallback="Tokyo Standard Time") == ZoneInfo("Asia/Tokyo")
    assert to_zoneinfo(blank, fallback="nowhere") is None


def test_every_name_the_cldr_or_this_machine_has_is_known():
    for name in available_timezones() - {"localtime", "Factory"}:
        assert to_iana(name) == name
    for windows in get_global("windows_zone_mapping"):
        assert to_zoneinfo(windows) is not None, windows


def test_every_windows_zone_of_the_cldr_has_its_places():
    places = {windows.casefold(): names for windows, names in PLACES.items()}
    for windows in get_global("windows_zone_mapping"):
        display = f"(UTC+00:00) {places[windows.casefold()]}"
        assert to_iana(display) == to_iana(windows), windows


def test_a_place_that_two_zones_have_leaves_the_word_to_the_others():
    bolivia = to_iana("(UTC-04:00) Georgetown, La Paz, Manaus, San Juan")
    mexico = to_iana("(UTC-07:00) Chihuahua, La Paz, Mazatlan")
    assert bolivia == to_iana("SA Western Standard Time")
    assert mexico == to_iana("Mountain Standard Time (Mexico)")


def test_a_zone_that_was_renamed_keeps_its_hours():
    for windows, hours in (("India Standard Time", 5.5), ("FLE Standard Time", 2)):
        offset = to_zoneinfo(windows).utcoffset(datetime(2026, 1, 1))
        assert offset == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("available", "name", "iana"),
    [
        # A system without the old names: Debian ships them apart.
        ({"Asia/Kolkata"}, "asia/calcutta", "Asia/Kolkata"),
        ({"Asia/Kolkata"}, "india standard time", "Asia/Kolkata"),
        ({"Etc/UTC"}, "utc", "Etc/UTC"),
        # One older than the new name.
        ({"Europe/Kiev"}, "europe/kyiv", "Europe/Kiev"),
        ({"Europe/Kiev"}, "fle standard time", "Europe/Kiev"),
        ({"Europe/Kiev"}, "europe/kiev", "Europe/Kiev"),
        # Both: each name is itself, and Windows gets the present one.
        ({"Europe/Kiev", "Europe/Kyiv"}, "europe/kiev", "Europe/Kiev"),
        ({"Europe/Kiev", "Europe/Kyiv"}, "europe/kyiv", "Europe/Kyiv"),
        ({"Europe/Kiev", "Europe/Kyiv"}, "fle standard time", "Europe/Kyiv"),
        # A zone that is not there at all, and names that are no place.
        ({"Europe/Kiev"}, "asia/kolkata", None),
        ({"Europe/Kiev"}, "india standard time", None),
        ({"Factory"}, "factory", None),
        ({"Factory"}, "etc/unknown", None),
        ({"localtime"}, "localtime", None),
    ],
)
def test_renamed_zones_are_found_under_the_name_this_machine_has(available, name, iana):
    aliases = {
        "Asia/Calcutta": "Asia/Kolkata",
        "Europe/Kiev": "Europe/Kyiv",
        "UTC": "Etc/UTC",
        "Factory": "Etc/Unknown",
    }
    windows_zones = {"FLE Standard Time": "Europe/Kiev", "India Standard Time": "Asia/Calcutta"}
    assert timezones._index(available, aliases, windows_zones).get(name) == iana


def test_names_that_are_not_there_are_not_made_up():
    assert timezones._index({"Europe/Paris"}, {}, {}) == {"europe/paris": "Europe/Paris"}


def test_a_cldr_older_than_a_renaming_is_served_too():
    aliases, windows_zones = {"Asia/Kolkata": "Asia/Calcutta"}, {"India": "Asia/Calcutta"}
    for available in ({"Asia/Kolkata"}, {"Asia/Calcutta"}):
        known = timezones._index(available, aliases, windows_zones)
        assert {known["india"], known["asia/calcutta"], known["asia/kolkata"]} == available


# The calendar of a business (users.md: the hourly consultant)


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        (datetime(2026, 10, 25, 1, 30), datetime(2026, 10, 25, 3, 30), 3),
        (datetime(2026, 3, 29, 1, 30), datetime(2026, 3, 29, 3, 30), 1),
        (datetime(2026, 6, 1, 1, 30), datetime(2026, 6, 1, 3, 30), 2),
    ],
)
def test_hours_over_the_clock_change(start, stop, expected, server_zone):
    in_paris = start.replace(tzinfo=PARIS), stop.replace(tzinfo=PARIS)
    assert elapsed(*in_paris) == timedelta(hours=expected)
    naive = [moment.astimezone(timezone.utc).replace(tzinfo=None) for moment in in_paris]
    assert elapsed(*naive) == timedelta(hours=expected)
    assert elapsed(in_paris[0], naive[1]) == timedelta(hours=expected)


@pytest.mark.parametrize(
    ("start_utc", "zone", "day"),
    [
        (datetime(2026, 3, 31, 22, 30), PARIS, date(2026, 4, 1)),
        (datetime(2026, 3, 31, 21, 30), PARIS, date(2026, 3, 31)),
        (datetime(2026, 11, 1, 1, 0), NEW_YORK, date(2026, 10, 31)),
        (datetime(2026, 11, 1, 5, 30), NEW_YORK, date(2026, 11, 1)),
    ],
)
def test_the_service_date_is_that_of_the_business(start_utc, zone, day, server_zone):
    assert service_date(start_utc, zone) == day
    assert service_date(start_utc.replace(tzinfo=timezone.utc), zone) == day
    tokyo = start_utc.replace(tzinfo=timezone.utc).astimezone(ZoneInfo("Asia/Tokyo"))
    assert service_date(tokyo, zone) == day


def test_local_shows_the_clock_of_the_business(server_zone):
    moment = local(datetime(2026, 3, 31, 22, 30), PARIS)
    assert moment.isoformat() == "2026-04-01T00:30:00+02:00"
    assert moment.tzinfo is PARIS


def test_to_utc_keeps_the_instant(server_zone):
    noon = datetime(2026, 7, 1, 12, 0)
    assert to_utc(noon).isoformat() == "2026-07-01T12:00:00+00:00"
    assert to_utc(noon.replace(tzinfo=PARIS)).isoformat() == "2026-07-01T10:00:00+00:00"


def test_the_empty_date_of_dotnet_stays_as_it_is():
    assert service_date(datetime.min, NEW_YORK) == date.min
    assert service_date(datetime.max, ZoneInfo("Asia/Tokyo")) == date.max


@pytest.mark.parametrize(
    ("year", "month", "zone", "begin", "end"),
    [
        (2026, 3, PARIS, datetime(2026, 2, 28, 23), datetime(2026, 3, 31, 22)),
        (2026, 10, NEW_YORK, datetime(2026, 10, 1, 4), datetime(2026, 11, 1, 4)),
        (2026, 11, NEW_YORK, datetime(2026, 11, 1, 4), datetime(2026, 12, 1, 5)),
        (2026, 12, PARIS, datetime(2026, 11, 30, 23), datetime(2026, 12, 31, 23)),
        # Midnight of 1 October 2017 did not exist in Paraguay.
        (
            2017,
            10,
            ZoneInfo("America/Asuncion"),
            datetime(2017, 10, 1, 4),
            datetime(2017, 11, 1, 3),
        ),
    ],
)
def test_month_bounds(year, month, zone, begin, end, server_zone):
    assert month_bounds(year, month, zone) == (begin, end)


@pytest.mark.parametrize(("year", "month"), [(2026, 13), (2026, 0), (0, 1), (9999, 12)])
def test_a_month_that_does_not_exist_is_refused(year, month):
    with pytest.raises(ValueError):
        month_bounds(year, month, PARIS)
