# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When to try again."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

#: seconds before the first repetition, doubled for each further one up to the longest
FIRST_BACKOFF = 1.0
LONGEST_BACKOFF = 32.0

_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(timezone.utc)


def http_date(value: str | None) -> datetime | None:
    """The moment of an HTTP date header, aware UTC, or None when there is none to read."""
    if not value:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=moment.tzinfo or timezone.utc).astimezone(timezone.utc)


def retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """The moment that an answer's ``Retry-After`` names.

    A date is counted from the answer's own ``Date`` where it has one, so that a wrong clock of
    ours does no harm.

    :param headers: the answer's headers, looked up without regard to case
    :param now: aware UTC datetime at which the answer came
    :returns: aware UTC datetime, not before ``now``; None when there is no header to read
    """
    lower = {str(name).lower(): str(value).strip() for name, value in headers.items()}
    value = lower.get("retry-after", "")
    if _SECONDS.fullmatch(value):
        return now + timedelta(seconds=float(value))
    moment = http_date(value)
    if moment is None:
        return None
    return now + max(moment - (http_date(lower.get("date")) or now), timedelta(0))


def backoff(attempt: int, jitter: float) -> timedelta:
    """How long to wait before repeating a request whose answer named no time.

    :param attempt: 0 before the first repetition
    :param jitter: from 0 to 1; it spreads the wait over the upper half, so that workers that
        failed together do not come back together
    """
    longest = min(FIRST_BACKOFF * 2 ** min(attempt, 16), LONGEST_BACKOFF)
    return timedelta(seconds=longest * (1 + jitter) / 2)
