# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a place has to cost and where it has to stand: a second opinion, worked out without the add-on's rules."""

from collections import namedtuple
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

CENT = Decimal("0.01")
HOUR = timedelta(hours=1)

Expected = namedtuple("Expected", "state issue amount")


@dataclass(frozen=True)
class HouseRules:
    """What the settings say of a history.

    :ivar shared: the price of a class is that of the appointment, shared by its attendees
    :ivar no_show: percentage of the price, 0: no fee
    :ivar late: fixed amount of a late cancellation, 0: no fee
    :ivar notice: hours; a later cancellation is a late one
    """

    time_zone: str = "Europe/Zurich"
    shared: bool = False
    no_show: int = 0
    late: int = 0
    notice: float = 24.0


def outcome_of(place):
    """The outcome: what a person decided, else what the disappearance made of it."""
    return place.outcome or place.found_outcome


def found_outcome(start, stop, found_at, rules):
    """What an undecided booking becomes whose absence was confirmed then; the moments are naive UTC."""
    if stop <= found_at:
        return "attended"
    late = start - found_at < timedelta(hours=rules.notice)
    return "late_cancelled" if late else "cancelled"


def local_date(moment, rules):
    """The day of a naive UTC moment in the business' zone."""
    return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(rules.time_zone)).date()


def due(place, facts, rules):
    """The amount of a place that is not invoiced, a :class:`Decimal`; ``None`` when its price is to be confirmed."""
    outcome = outcome_of(place)
    if outcome == "cancelled":
        return Decimal(0)
    attended = _attended(place, facts, rules)
    if outcome == "attended":
        return attended and attended.quantize(CENT, ROUND_HALF_UP)
    if place.fee is not None:
        return _exact(place.fee)
    if outcome == "late_cancelled":
        return Decimal(rules.late)
    if not rules.no_show:
        return Decimal(0)
    return attended and (attended * rules.no_show / 100).quantize(CENT, ROUND_HALF_UP)


def expect(place, facts, rules, contact_issue, has_product):
    """Where a place that is not invoiced has to stand.

    :param facts: what Odoo knows of it
    :param contact_issue: why nobody pays, or ``False``
    :param has_product: whether its service has one
    :return: an :class:`Expected`
    """
    amount = due(place, facts, rules)
    shown = float(amount or 0)
    outcome = outcome_of(place)
    if place.excluded:
        return Expected("excluded", False, shown)
    if outcome == "cancelled" or (outcome != "attended" and amount == 0):
        return Expected("cancelled", False, shown)
    undecided = place.outcome is None
    checks = (
        ("gone", undecided and place.gone and outcome == "attended"),
        ("late_cancellation", undecided and outcome == "late_cancelled"),
        (contact_issue, contact_issue),
        ("no_product", not has_product),
        ("price_to_confirm", amount is None),
    )
    issue = next((name for name, found in checks if found), False)
    return Expected("to_check" if issue else "to_invoice", issue, shown)


def _attended(place, facts, rules):
    hours = Decimal((facts.stop - facts.start) // timedelta(minutes=1)) / 60
    quantity = hours if facts.price_type == "hourly" else Decimal(1)
    if place.quantity is not None:
        quantity = _exact(place.quantity)
    if place.price is not None:
        return quantity * _exact(place.price)
    price = _exact(facts.price)
    if facts.price_type == "free":
        return Decimal(0)
    if facts.price_type not in ("fixedPrice", "hourly") or not price:
        return None
    if not rules.shared or facts.count == 1:
        return quantity * price
    if place.quantity is not None:
        return quantity * _share(price, facts)
    return _share(quantity * price, facts)


def _share(total, facts):
    cents = int(total.quantize(CENT, ROUND_HALF_UP) / CENT)
    each, odd = divmod(cents, facts.count)
    return (each + (1 if facts.position < odd else 0)) * CENT


def _exact(number):
    return Decimal(str(number))
