# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How Graph writes times, durations and prices in JSON, and reads them."""

import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal

_DURATION = re.compile(
    r"(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII
)
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)?)?(Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)


def duration(length: timedelta) -> str:
    """ISO 8601 as .NET writes an Edm.Duration: PT30M, PT1H30M, P1D, PT0S."""
    seconds = int(length.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    days, seconds = divmod(seconds, 86400)
    parts = ((seconds // 3600, "H"), (seconds % 3600 // 60, "M"), (seconds % 60, "S"))
    time = "".join(f"{count}{unit}" for count, unit in parts if count)
    if not days and not time:
        return "PT0S"
    return sign + "P" + (f"{days}D" if days else "") + ("T" + time if time else "")


def parse_duration(text: str) -> timedelta:
    """The reverse of ``duration``. ValueError for anything that is no Edm.Duration."""
    match = _DURATION.fullmatch(text)
    if not match or text.endswith(("P", "T")):
        raise ValueError(f"not a duration: {text!r}")
    sign, days, hours, minutes, seconds = match.groups()
    length = timedelta(
        days=int(days or 0),
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=float(seconds or 0),
    )
    return -length if sign else length


def timestamp(moment: datetime) -> str:
    """An Edm.DateTimeOffset in UTC with seven decimals."""
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}0Z"


def date_time_time_zone(moment: datetime, *, zulu: bool = True) -> dict:
    """A dateTimeTimeZone in UTC; real answers come with and without the trailing Z."""
    text = f"{moment:%Y-%m-%dT%H:%M:%S.%f}0"
    return {"dateTime": text + "Z" if zulu else text, "timeZone": "UTC"}


def parse_moment(text: str) -> datetime:
    """An aware datetime in UTC of an ISO 8601 text; one without offset counts as UTC.

    ValueError for everything else, such as a "+" of an offset that came unencoded and so is a
    space now.
    """
    match = _MOMENT.fullmatch(text)
    if not match:
        raise ValueError(f"not a date and time: {text!r}")
    date, minutes, seconds, fraction, offset = match.groups()
    moment = datetime.fromisoformat(f"{date}T{minutes or '00:00'}:{seconds or '00'}")
    moment = moment.replace(microsecond=int(((fraction or "") + "000000")[:6]))
    if offset in (None, "Z"):
        return moment.replace(tzinfo=timezone.utc)
    hours, rest = int(offset[1:3]), int(offset[4:6])
    shift = timedelta(hours=hours, minutes=rest) * (-1 if offset[0] == "-" else 1)
    return (moment - shift).replace(tzinfo=timezone.utc)


def parse_date_time_time_zone(value) -> datetime:
    """A dateTimeTimeZone as a client may send it: UTC, by name or by offset.

    ValueError for another zone than UTC without an offset: nothing here writes such a one.
    """
    if not isinstance(value, dict) or not isinstance(value.get("dateTime"), str):
        raise ValueError("not a dateTimeTimeZone")
    text = value["dateTime"]
    zone = value.get("timeZone") or "UTC"
    if zone not in ("UTC", "Etc/UTC") and not re.search(r"(Z|[+-]\d\d:\d\d)$", text):
        raise ValueError(f"the sandbox takes times in UTC only, not in {zone!r}")
    return parse_moment(text)


def number(value: Decimal) -> float:
    """An Edm.Double."""
    return float(value)
