# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What one booking costs: its facts and the rules -> quantity x unit price, or why not yet.

Pure rules: no Odoo, no clock, no floats. Nothing here is rounded to a currency except the shares of
a class, whose cents must be handed out; the rounding of a line is Odoo's. A booking that cannot be
priced safely gets a *reason*, never a guess: a wrong invoice costs more than a question.

Reasons and steps are machine words with parameters; the Odoo layer renders them, translated.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from .timezones import elapsed

# Members of Graph's bookingPriceType, in its order.
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
OUTCOMES = ("attended", "no_show", "late_cancelled", "cancelled")
ROUNDING_MODES = ("none", "up", "nearest", "down")
FEE_KINDS = ("none", "percent", "fixed")

REASONS = (
    "price_to_confirm",  # none to rely on: by its type, missing, or 0 where something is sold
    "pricelist_currency",  # the payer's price list is in another one, and nothing is converted
    "negative_price",
    "negative_quantity",  # typed
    "negative_duration",  # it ends before it starts
    "duration_to_confirm",  # by the hour, and nothing to count or a day and more (an all-day item)
    "invalid_fee",  # the rule's kind is unknown, or its value negative or not a number
    "negative_fee",  # typed
    "out_of_range",  # not a number, or too large for cents to be exact
    "unknown_outcome",
)
STEPS = (
    "price_typed",
    "price_listed",
    "price_from_bookings",
    "free",
    "quantity_typed",
    "once",
    "hours",
    "hours_rounded",
    "shared",
    "fee_typed",
    "fee_none",
    "fee_percent",
    "fee_fixed",
    "cancelled",
)

Step = tuple[str, dict[str, object]]
# A price or a quantity: its value, the reason against it, the steps that led to it.
Found = tuple[Decimal | None, str | None, tuple[Step, ...]]

ZERO = Decimal(0)
ONE = Decimal(1)
# Odoo keeps amounts as doubles: of 15 significant digits, 12 before the point leave 3 after it.
LIMIT = Decimal(10) ** 12
# res.currency stores its rounding with six decimals.
MAX_DECIMALS = 6
DAY = timedelta(days=1)

_MICROSECOND = timedelta(microseconds=1)
_MINUTE = 60_000_000  # in microseconds
_LONGEST = timedelta.max // _MICROSECOND
# No traps: a hostile number becomes NaN or infinity, which the range check turns into a reason.
_CONTEXT = Context(prec=40, rounding=ROUND_HALF_UP, traps=[])


@dataclass(frozen=True)
class Rounding:
    """How durations billed by the hour are rounded.

    :param mode: one of ROUNDING_MODES; an unknown one rounds nothing
    :param minutes: the step; 0 or less rounds nothing
    :param minimum_minutes: what is billed at least, itself counted in whole steps
    """

    mode: str = "none"
    minutes: int = 0
    minimum_minutes: int = 0


@dataclass(frozen=True)
class FeeRule:
    """What a no-show or a late cancellation is charged.

    :param kind: one of FEE_KINDS: nothing, a share of what attending would have cost by exact hours, an amount
    :param value: the percentage (50 is half) or the amount, in the booking's currency
    """

    kind: str = "none"
    value: Decimal = ZERO


@dataclass(frozen=True)
class Facts:
    """What is known of one booking, that is of one customer's place on one appointment.

    :param price_type: a member of PRICE_TYPES; anything else is a price to confirm
    :param price: Bookings' price (per hour when hourly), None when it says none
    :param duration: stop minus start, taken in UTC (see :func:`.timezones.elapsed`)
    :param outcome: one of OUTCOMES
    :param confirmed_price: unit price of the attended service as typed by a person; it replaces
        Bookings' price, is this customer's own (never shared) and is what a percentage is taken of
    :param confirmed_quantity: quantity typed by a person; it replaces 1 or the hours
    :param attendees: customers on the appointment; less than 1 counts as 1
    :param price_is_per_appointment: the price is for all attendees together, not for each
    :param position: 0 for the first attendee, 1 for the second...: who takes the odd cents
    :param decimals: of the currency, for those cents (0 to MAX_DECIMALS)
    :param confirmed_fee: amount of the no-show or late cancellation as typed by a person
    :param listed_price: unit price by a rule of the payer's price list; it replaces Bookings' price
        of whatever is not free, and is as little shared as a typed one unless said otherwise; 0 is free
    :param listed_reason: one of REASONS, when that price list has the say and cannot be followed
    :param listed_is_shared: that rule reckons from the price of the product, which is that of the
        appointment where Bookings' price is
    """

    price_type: str | None
    price: Decimal | None
    duration: timedelta
    outcome: str
    confirmed_price: Decimal | None = None
    confirmed_quantity: Decimal | None = None
    attendees: int = 1
    price_is_per_appointment: bool = False
    position: int = 0
    decimals: int = 2
    confirmed_fee: Decimal | None = None
    listed_price: Decimal | None = None
    listed_reason: str | None = None
    listed_is_shared: bool = False


@dataclass(frozen=True)
class Rules:
    """The rules of one connection."""

    rounding: Rounding = Rounding()
    no_show: FeeRule = FeeRule()
    late_cancellation: FeeRule = FeeRule()


@dataclass(frozen=True)
class Pricing:
    """The answer: what to put on the line, or why there is none yet.

    :param quantity: hours or units; with a reason, what is known of it, else None
    :param unit_price: as for the quantity; their product is the amount, not rounded
    :param reason: None when the booking can be invoiced, else one of REASONS
    :param is_fee: the line is for an absence, not for the service: product and tax of the fee
    :param is_zero: there is an answer and it is 0: left out unless zero lines are asked for
    :param steps: how it came to this, in order: words of STEPS with their parameters
    """

    quantity: Decimal | None
    unit_price: Decimal | None
    reason: str | None = None
    is_fee: bool = False
    is_zero: bool = False
    steps: tuple[Step, ...] = ()


def price_booking(facts: Facts, rules: Rules) -> Pricing:
    """Price one booking.

    A free service is 1 x 0, a fixed price 1 x price, an hourly one rounded hours x price; the other
    price types carry no price one may charge, so a person confirms it. What a person typed wins.
    An absence is 1 x its fee: hours that were not held are not sold. Cancelled is 0 x 0.

    Total: whatever the values, it answers and does not raise.
    """
    with localcontext(_CONTEXT):
        if facts.outcome == "cancelled":
            return _pricing(ZERO, ZERO, None, (("cancelled", {}),))
        attended = _price_attended(facts, rules.rounding)
        if facts.outcome == "attended":
            return attended
        if facts.outcome == "no_show":
            return _price_absence(facts, rules, rules.no_show, attended)
        if facts.outcome == "late_cancelled":
            return _price_absence(facts, rules, rules.late_cancellation, attended)
        return _pricing(attended.quantity, None, "unknown_outcome", attended.steps)


def billed_quantity(facts: Facts, rounding: Rounding) -> Decimal | None:
    """Return how many units attending would bill, whatever one costs; None when there is no telling."""
    return _quantity(facts, rounding)[0]


def round_duration(duration: timedelta, rounding: Rounding) -> timedelta:
    """Return the duration to bill: rounded to steps, and at least the minimum (in whole steps).

    Rounding twice changes nothing, and a longer duration is never billed shorter. "nearest" takes
    the half up. A duration of zero or less is no duration to round: it comes back as it is.
    """
    if duration <= timedelta(0):
        return duration
    length = duration // _MICROSECOND
    step = max(rounding.minutes * _MINUTE, 1)
    if rounding.mode == "up":
        billed = _round_up(length, step)
    elif rounding.mode == "nearest":
        billed = (length + step // 2) // step * step
    elif rounding.mode == "down":
        billed = length // step * step
    else:
        billed, step = length, 1
    billed = max(billed, _round_up(rounding.minimum_minutes * _MINUTE, step))
    return timedelta(microseconds=min(billed, _LONGEST))


def hours(duration: timedelta) -> Decimal:
    """Return the duration in hours, to six decimals, half up (away from zero)."""
    with localcontext(_CONTEXT):
        return (Decimal(duration // _MICROSECOND) / (60 * _MINUTE)).quantize(Decimal("0.000001"))


def split_amount(total: Decimal, parts: int, decimals: int) -> list[Decimal]:
    """Share an amount among equals so that the shares sum to it exactly, the odd cents going first.

    :param total: rounded half up to the decimals before it is shared
    :param parts: how many shares, 1 or more
    :param decimals: of the currency, 0 to MAX_DECIMALS
    :raises ValueError: no amount, nobody to share it, or decimals out of range
    """
    if not _in_range(total):
        raise ValueError(f"not an amount that can be shared: {total}")
    if parts < 1:
        raise ValueError(f"an amount is shared among 1 or more, not {parts}")
    if not 0 <= decimals <= MAX_DECIMALS:
        raise ValueError(f"a currency has 0 to {MAX_DECIMALS} decimals, not {decimals}")
    return [_share(total, parts, position, decimals) for position in range(parts)]


def late_notice(start: datetime, cancelled_at: datetime, notice: timedelta) -> bool:
    """Say whether a cancellation came too late: less than ``notice`` before the start, or after it.

    Naive datetimes are UTC, as Odoo stores them.
    """
    return elapsed(cancelled_at, start) < notice


def _price_attended(facts: Facts, rounding: Rounding) -> Pricing:
    price, price_reason, price_steps = _unit_price(facts)
    quantity, quantity_reason, quantity_steps = _quantity(facts, rounding)
    reason = price_reason or quantity_reason
    steps = price_steps + quantity_steps
    if reason is None and _is_shared(facts):
        # Hours x a rounded share would lose cents: the total is shared, and the share sold once,
        # unless a person typed the quantity, which then is what the line shows.
        typed = facts.confirmed_quantity is not None
        total = price if typed else _total(price, facts, rounding)
        quantity = quantity if typed else ONE
        decimals = min(max(facts.decimals, 0), MAX_DECIMALS)
        price = _share(total, facts.attendees, facts.position, decimals)
        params = {"total": total, "attendees": facts.attendees, "share": price}
        steps += (("shared", params),)
    return _pricing(quantity, price, reason, steps)


def _is_shared(facts: Facts) -> bool:
    """A price of the payer's own is for one place; a discount on that of the appointment is not."""
    is_listed = facts.listed_price is not None and not facts.listed_is_shared
    is_own = facts.confirmed_price is not None or is_listed
    return facts.price_is_per_appointment and facts.attendees > 1 and not is_own


def _total(price: Decimal, facts: Facts, rounding: Rounding) -> Decimal:
    """What the hours come to, exactly: by hours that were rounded, a third of one would miss half a cent."""
    if facts.price_type != "hourly":
        return price
    billed = round_duration(facts.duration, rounding)
    return price * (billed // _MICROSECOND) / (60 * _MINUTE)


def _unit_price(facts: Facts) -> Found:
    if facts.confirmed_price is not None:
        return _checked(facts.confirmed_price, "negative_price", "price_typed", "price")
    if facts.price_type == "free":
        return ZERO, None, (("free", {}),)
    if facts.listed_reason is not None:
        return None, facts.listed_reason, ()
    if facts.listed_price is not None:
        return _checked(facts.listed_price, "negative_price", "price_listed", "price")
    if facts.price_type in ("fixedPrice", "hourly") and facts.price:
        return _checked(facts.price, "negative_price", "price_from_bookings", "price")
    return None, "price_to_confirm", ()


def _quantity(facts: Facts, rounding: Rounding) -> Found:
    if facts.confirmed_quantity is not None:
        typed = facts.confirmed_quantity
        return _checked(typed, "negative_quantity", "quantity_typed", "quantity")
    if facts.duration < timedelta(0):
        return None, "negative_duration", ()
    if facts.price_type != "hourly":
        return ONE, None, (("once", {}),)
    billed = round_duration(facts.duration, rounding)
    steps = (("hours", {"duration": facts.duration, "hours": hours(facts.duration)}),)
    if billed != facts.duration:
        params = {**vars(rounding), "duration": billed, "hours": hours(billed)}
        steps += (("hours_rounded", params),)
    countable = billed > timedelta(0) and facts.duration < DAY
    return hours(billed), None if countable else "duration_to_confirm", steps


def _price_absence(facts: Facts, rules: Rules, rule: FeeRule, attended: Pricing) -> Pricing:
    if facts.confirmed_fee is not None:
        fee, reason, steps = _checked(facts.confirmed_fee, "negative_fee", "fee_typed", "fee")
    elif rule.kind not in FEE_KINDS or not (_in_range(rule.value) and rule.value >= 0):
        fee, reason, steps = None, "invalid_fee", ()
    elif rule.kind == "none" or rule.value == 0:
        fee, reason, steps = ZERO, None, (("fee_none", {}),)
    elif rule.kind == "fixed":
        fee, reason, steps = rule.value, None, (("fee_fixed", {"fee": rule.value}),)
    elif attended.reason:
        fee, reason, steps = None, attended.reason, attended.steps
    else:
        base = attended.quantity * attended.unit_price
        if any(word == "hours" for word, _params in attended.steps) and not _is_shared(facts):
            base = _total(attended.unit_price, facts, rules.rounding)
        fee, reason = base * rule.value / 100, None
        params = {"percent": rule.value, "base": base, "fee": fee}
        steps = attended.steps + (("fee_percent", params),)
    return _pricing(ONE, fee, reason, steps, is_fee=True)


def _pricing(
    quantity: Decimal | None,
    unit_price: Decimal | None,
    reason: str | None,
    steps: tuple[Step, ...],
    is_fee: bool = False,
) -> Pricing:
    if reason is None and not _in_range(quantity * unit_price):
        reason = "out_of_range"
    is_zero = reason is None and quantity * unit_price == 0
    return Pricing(quantity, unit_price, reason, is_fee, is_zero, steps)


def _checked(value: Decimal, negative: str, word: str, param: str) -> Found:
    """Take the value as the step ``word``, unless it is none to invoice."""
    if not _in_range(value):
        return None, "out_of_range", ()
    if value < 0:
        return None, negative, ()
    return value, None, ((word, {param: value}),)


def _in_range(value: Decimal) -> bool:
    return value.is_finite() and -LIMIT < value < LIMIT


def _round_up(length: int, step: int) -> int:
    return -(-length // step) * step


def _share(total: Decimal, parts: int, position: int, decimals: int) -> Decimal:
    with localcontext(_CONTEXT):
        cents = int(total.scaleb(decimals).to_integral_value())
        each, odd = divmod(abs(cents), parts)
        share = Decimal(each + (position < odd)).scaleb(-decimals)
        return share if cents >= 0 else -share
