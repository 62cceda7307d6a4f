# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Single members out of Graph's JSON, whatever is in them: missing, null, of another type."""

import re
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from .sentences import _lt
from .times import parse_duration, parse_moment

_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?")

#: what PostgreSQL and UTF-8 cannot hold
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

#: the members of Graph's bookingPriceType
PRICE_TYPES = (
    "undefined",
    "fixedPrice",
    "startingAt",
    "hourly",
    "free",
    "priceVaries",
    "callUs",
    "notSet",
    "unknownFutureValue",
)

#: what any evolvable enumeration of Graph says of members it does not want to name
UNKNOWN = "unknownFutureValue"

_PRICE_TYPE_OF = {member.lower(): member for member in PRICE_TYPES}

#: no price comes near; it is a mistake, and a number field could not hold it
_PRICE_LIMIT = 10**12
_INTEGER_LIMIT = 2**31 - 1


class RecordError(ValueError):
    """A record that cannot be understood.

    :ivar graph_id: its id, or "" when it has none
    :ivar message: what is wrong with it, an English sentence that the translators know
    """

    def __init__(self, graph_id: str, message: str):
        super().__init__(message)
        self.graph_id = graph_id
        self.message = message

    def __reduce__(self):
        return type(self), (self.graph_id, self.message)


def as_object(value: object) -> dict:
    """A JSON object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list:
    """A JSON array; an empty one for anything else."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """Text without what cannot be stored and without margins; "" for anything that is no text."""
    if not isinstance(value, str):
        return ""
    return _UNSTORABLE.sub("", value).strip()


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list that are not empty, each once, in their order."""
    return tuple(dict.fromkeys(item for item in map(text, as_list(value)) if item))


def identifier(data: object) -> str:
    """The id of a record, unchanged: ids are opaque and case-sensitive.

    :raises RecordError: when it has none that could be asked for again
    """
    if not isinstance(data, dict):
        raise RecordError("", _lt("This is no record."))
    value = data.get("id")
    if not isinstance(value, str) or not value.strip():
        raise RecordError("", _lt("The record has no id."))
    if _UNSTORABLE.search(value) or value in (".", ".."):
        raise RecordError(text(value), _lt("The record has an unusable id."))
    return value


def integer(value: object, default: int) -> int:
    """A whole number of at least 0; the default for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return default
    if not 0 <= value <= _INTEGER_LIMIT:
        return default
    return int(value)


def flag(value: object) -> bool:
    """Whether a member says true."""
    return value is True


def price(value: object) -> Decimal | None:
    """A price, exactly as it was written, without needless zeros; None when it is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if not isinstance(value, str) and not abs(value) < _PRICE_LIMIT:
        return None
    try:
        number = Decimal(_number(str(value)))
    except (InvalidOperation, ValueError):
        return None
    if not number.is_finite() or abs(number) >= _PRICE_LIMIT:
        return None
    return plain(number)


def _number(written: str) -> str:
    """A number as JSON writes it. :raises ValueError: for the further forms that Python reads"""
    if not _NUMBER.fullmatch(written.strip()):
        raise ValueError("not a number")
    return written.strip()


def plain(number: Decimal) -> Decimal:
    """A number without needless zeros and without exponent: 50.0 is 50, and so is 5E+1."""
    if not number:
        return Decimal(0)
    number = number.normalize()
    return number.quantize(Decimal(1)) if number.as_tuple().exponent > 0 else number


def written(value: object) -> str:
    """An enumeration's member as Graph wrote it; older services write numbers."""
    return str(value) if type(value) is int and abs(value) < _INTEGER_LIMIT else text(value)


def price_type(value: object) -> str:
    """Graph's name of a price type: ``undefined`` when there is none, UNKNOWN for a new one."""
    if value is None or value == "":
        return "undefined"
    return _PRICE_TYPE_OF.get(value.strip().lower(), UNKNOWN) if isinstance(value, str) else UNKNOWN


def member(value: object, known: tuple[str, ...]) -> str:
    """The member of an enumeration: "" when there is none, UNKNOWN for a new one."""
    name = text(value)
    return name if not name or name in known else UNKNOWN


def moment(value: object) -> datetime | None:
    """The moment of a timestamp, aware UTC; None when there is none to read."""
    if not isinstance(value, str):
        return None
    try:
        return parse_moment(value)
    except (ValueError, OverflowError):
        return None


def duration(value: object) -> timedelta | None:
    """A length of time; None when there is none to read."""
    if not isinstance(value, str):
        return None
    try:
        return parse_duration(value)
    except ValueError:
        return None
