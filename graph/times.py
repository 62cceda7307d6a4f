# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Graph's ways of telling time: moments, durations and time zones.

Graph writes seven decimals, names zones as Windows does, as IANA does or as a Windows dialog
shows them, and mostly means UTC.
"""

import re
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global

_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?"
    r"\s*(?:([Zz])|([+-])([0-9]{2}):?([0-9]{2}))?"
)
_DURATION = re.compile(
    r"(-?)P(?:([0-9]{1,9})D)?(?:T(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?"
    r"(?:([0-9]{1,9})(?:\.([0-9]{1,20}))?S)?)?"
)
_DISPLAY_NAME = re.compile(r"\((?:UTC|GMT)(?:([+-])([0-9]{1,2}):([0-9]{2}))?\)\s*(.*)")

_UTC_NAMES = frozenset(
    {
        "",
        "utc",
        "etc/utc",
        "z",
        "gmt",
        "etc/gmt",
        "coordinated universal time",
        "tzone://microsoft/utc",
    }
)

#: years that no booking leaves; beyond them the arithmetic of time zones overflows
_FIRST_YEAR, _LAST_YEAR = 1900, 9000


class UnknownZoneError(ValueError):
    """A name of a time zone that nobody knows."""


def parse_moment(text: str, zone: str | None = None) -> datetime:
    """A moment out of ISO 8601 text.

    :param text: with any number of decimals; its own ``Z`` or offset beats the zone
    :param zone: name of the zone of a text without offset; none at all means UTC, which is what
        Graph answers in
    :returns: aware UTC datetime; decimals beyond six are cut
    :raises ValueError: when it cannot be read
    :raises UnknownZoneError: when the zone is not known, which is a ValueError too
    """
    match = _MOMENT.fullmatch(text.strip())
    if not match:
        raise ValueError("not a date and time")
    year, month, day, hour, minute = (int(match[index]) for index in range(1, 6))
    second, fraction = int(match[6] or 0), int(((match[7] or "") + "000000")[:6])
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError("a date out of any calendar")
    if match[8]:
        info: tzinfo = timezone.utc
    elif match[9]:
        offset = timedelta(hours=int(match[10]), minutes=int(match[11]))
        info = timezone(-offset if match[9] == "-" else offset)
    else:
        found = find_zone(zone or "")
        if found is None:
            raise UnknownZoneError(zone)
        info = found
    moment = datetime(year, month, day, hour, minute, second, fraction, info)
    return moment.astimezone(timezone.utc)


def parse_duration(text: str) -> timedelta:
    """A length of time out of ISO 8601 text in days and smaller.

    :raises ValueError: when it cannot be read
    """
    match = _DURATION.fullmatch(text.strip())
    if not match or not any(match.groups()[1:]):
        raise ValueError("not a duration")
    days, hours, minutes, seconds = (int(match[index] or 0) for index in range(2, 6))
    microseconds = int(((match[6] or "") + "000000")[:6])
    try:
        length = timedelta(
            days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=microseconds
        )
        return -length if match[1] else length
    except OverflowError:
        raise ValueError("a duration beyond all measure") from None


def format_moment(moment: datetime) -> str:
    """A moment as Graph takes it in a query: UTC with ``Z``, for a plus sign would be lost.

    :param moment: aware datetime; its decimals are cut
    :raises ValueError: for a naive one
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return f"{moment.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%S}Z"


def format_duration(length: timedelta) -> str:
    """A length of time as Graph takes it: ``PT5400S`` is as good as ``PT1H30M``."""
    return f"PT{int(length.total_seconds())}S"


@lru_cache(maxsize=512)
def find_zone(name: str) -> tzinfo | None:
    """The time zone of a name: IANA, Windows, or as a Windows dialog shows it.

    :returns: None when nobody knows it
    """
    text = name.strip()
    if text.lower() in _UTC_NAMES:
        return timezone.utc
    return _by_windows_name(text) or _by_iana_name(text) or _by_display_name(text)


@lru_cache(maxsize=1)
def _windows_names() -> dict[str, str]:
    """Windows name in lower case -> IANA name, from CLDR's table, which Babel carries."""
    return {key.lower(): value for key, value in get_global("windows_zone_mapping").items()}


@lru_cache(maxsize=1)
def _iana_names() -> dict[str, str]:
    """IANA name in lower case -> as it is written."""
    return {name.lower(): name for name in available_timezones()}


@lru_cache(maxsize=1)
def _cities() -> dict[str, str]:
    """City in lower case -> IANA name. Where two zones end alike, the longer name gives way."""
    names = sorted(available_timezones(), key=lambda name: (-len(name), name))
    return {
        name.rpartition("/")[2].replace("_", " ").lower(): name for name in names if "/" in name
    }


def _by_windows_name(text: str) -> tzinfo | None:
    return _by_iana_name(_windows_names().get(text.lower(), ""))


def _by_iana_name(text: str) -> tzinfo | None:
    name = _iana_names().get(text.lower())
    return ZoneInfo(name) if name else None


def _by_display_name(text: str) -> tzinfo | None:
    """The zone of a name like "(UTC-08:00) Pacific Time (US & Canada)".

    It lists a region or some cities; one whose winter time agrees with the offset shown is meant.
    Otherwise the offset itself is all that is known.
    """
    match = _DISPLAY_NAME.fullmatch(text)
    if not match:
        return None
    shown = timedelta(hours=int(match[2] or 0), minutes=int(match[3] or 0))
    shown = -shown if match[1] == "-" else shown
    if shown.total_seconds() > 14 * 3600 or shown.total_seconds() < -14 * 3600:
        return None
    region = match[4].split(" (")[0].strip()
    names = [region.removesuffix(" Time") + " Standard Time", *match[4].split(",")]
    for name in names:
        key = name.strip().lower().removeprefix("st. ")
        zone = _by_windows_name(key) or _by_iana_name(_cities().get(key, ""))
        if zone is not None and shown in _offsets(zone):
            return zone
    return timezone(shown)


def _offsets(zone: tzinfo) -> set[timedelta | None]:
    """A zone's distances from UTC through a year, daylight saving left out."""
    moments = (datetime(2026, month, 1, 12, tzinfo=zone) for month in (1, 7))
    return {moment.utcoffset() - (moment.dst() or timedelta(0)) for moment in moments}
