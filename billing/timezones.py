# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Time zones as Microsoft names them, and the calendar of a Bookings business.

Graph names a zone in three ways: by Windows ("Pacific Standard Time"), by IANA ("America/Chicago")
or by what Windows shows ("(UTC-08:00) Pacific Time (US & Canada)"). Windows names are mapped by the
CLDR's table, which Babel carries. Naive datetimes are UTC everywhere here, as Odoo stores them.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global

from .windows_places import PLACES

# Names that are no place: the server's own zone, and the marker of a machine not set up yet.
_NO_PLACE = {"localtime", "Factory"}
_DISPLAY_NAME = re.compile(r"\((?:UTC|GMT)[^)]*\)\s*(.+)", re.IGNORECASE)


def to_iana(name: str | None) -> str | None:
    """Return the IANA name by which this machine knows the zone, None when it does not.

    :param name: a Windows, IANA or display name, in any case, blanks around it allowed
    """
    known = _known_names()
    wanted = (name or "").strip().casefold()
    display = _DISPLAY_NAME.fullmatch(wanted)
    if not display:
        return known.get(wanted)
    # Windows renames and regroups the places of a zone: each votes, and they must agree.
    places = _places()
    named = {places[place] for place in display[1].split(", ") if place in places}
    return known.get(named.pop()) if len(named) == 1 else None


def to_zoneinfo(name: str | None, fallback: str = "UTC") -> ZoneInfo | None:
    """Return the zone of that name.

    :param name: as for :func:`to_iana`; when there is none (None, blank), the fallback counts
    :param fallback: the zone of a business that names none, such as its company's
    :return: None when the name is unknown, so that the caller can say so: a guessed zone moves
        bookings to another day
    """
    iana = to_iana(name if name and name.strip() else fallback)
    return ZoneInfo(iana) if iana else None


def to_utc(moment: datetime) -> datetime:
    """Return the same instant as an aware UTC datetime; a naive one is UTC already."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc)


def elapsed(start: datetime, stop: datetime) -> timedelta:
    """Return the time that really passes between two moments, clock changes included.

    Python subtracts two times of the same zone by the wall clock; only UTC counts hours.
    """
    return to_utc(stop) - to_utc(start)


def local(start_utc: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment as the business' clock shows it, aware.

    A moment at the very edge of the calendar (.NET's empty date is 1 January of year 1), which has
    no local time, stays in UTC.
    """
    moment = to_utc(start_utc)
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def service_date(start_utc: datetime, zone: ZoneInfo) -> date:
    """Return the day of the service: the day it starts on the business' clock."""
    return local(start_utc, zone).date()


def month_bounds(year: int, month: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return where a month of the business begins and where the next one does, as naive UTC.

    The bounds suit a domain: begin <= start < end.

    :raises ValueError: no such month in Python's calendar (years 1 to 9999)
    :raises OverflowError: the month touches the edge of that calendar
    """
    begin = datetime(year, month, 1, tzinfo=zone)
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
    return to_utc(begin).replace(tzinfo=None), to_utc(end).replace(tzinfo=None)


@cache
def _known_names() -> dict[str, str]:
    return _index(
        available_timezones(), get_global("zone_aliases"), get_global("windows_zone_mapping")
    )


def _index(
    available: Collection[str], aliases: Mapping[str, str], windows_zones: Mapping[str, str]
) -> dict[str, str]:
    """Map every name, in lower case, to the IANA name under which this machine has that zone.

    Debian ships the former names of renamed zones (Asia/Calcutta) apart, and an older system lacks
    the new ones (Europe/Kyiv). The CLDR maps Windows names to either, and knows which are the same.

    :param available: the IANA names this machine has
    :param aliases: former IANA name -> the one in use, as the CLDR sees it
    :param windows_zones: Windows name -> IANA name
    """
    usable = set(available) - _NO_PLACE
    known = {name.casefold(): name for name in usable}
    for old, new in aliases.items():
        if old in usable:
            known.setdefault(new.casefold(), old)
    for old, new in aliases.items():
        if new.casefold() in known:
            known.setdefault(old.casefold(), known[new.casefold()])
    for windows, iana in windows_zones.items():
        present = aliases.get(iana, iana).casefold()
        if present in known:
            known.setdefault(windows.casefold(), known[present])
    return known


@cache
def _places() -> dict[str, str]:
    """Map every place of the display names, in lower case, to its Windows name in lower case."""
    zones: dict[str, set[str]] = {}
    for windows, places in PLACES.items():
        for place in places.casefold().split(", "):
            zones.setdefault(place, set()).add(windows.casefold())
    # A place in two zones (La Paz of Bolivia and of Mexico) decides nothing.
    return {place: names.pop() for place, names in zones.items() if len(names) == 1}
