# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is true of a tenant, worked out without anything of the add-on: what tests compare with."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from .world import Appointment, Attendee, Business

CENT = Decimal("0.01")


@dataclass(frozen=True)
class BusinessSummary:
    """What one business has to invoice at a moment; a booking is one attendee's place.

    :ivar held: bookings that have ended; the sum of ``ready``, ``free`` and ``to_check``
    :ivar ready: those that can be invoiced as they are
    :ivar free: those of a free service
    :ivar to_check: reason -> bookings. The reasons, first match: "no_customer", "no_email",
        "shared_email" (the address of several people of the list), "price" (the price type
        names none, or it is not positive)
    :ivar upcoming: bookings that have not ended
    :ivar customers: people among the held bookings with an e-mail of their own
    :ivar services: services that the business offers
    :ivar net: the sum over the ready ones, price times quantity, each rounded to the cent
    """

    currency: str | None
    held: int
    ready: int
    free: int
    to_check: dict
    upcoming: int
    customers: int
    services: int
    net: Decimal


def places(appointment: Appointment) -> list:
    """(appointment, attendee) per attendee; one with None when nobody is named."""
    return [(appointment, a) for a in appointment.attendees or [None]]


def held(business: Business, now: datetime) -> list:
    """(appointment, attendee or None) of all that ended at or before ``now``, by end and id."""
    ended = [a for a in business.appointments.values() if a.end <= now]
    ended.sort(key=lambda a: (a.end, a.id))
    return [place for appointment in ended for place in places(appointment)]


def normalise(email: str | None) -> str | None:
    """The form in which two e-mail addresses are compared; None when it is none."""
    text = (email or "").strip().lower()
    return text if "@" in text else None


def shared_emails(business: Business) -> dict:
    """Normalised e-mail -> sorted names, where several names of the customer list share it."""
    names = defaultdict(set)
    for customer in business.customers.values():
        email = normalise(customer["emailAddress"])
        if email:
            names[email].add(customer["displayName"])
    return {email: sorted(found) for email, found in names.items() if len(found) > 1}


def reason(appointment: Appointment, attendee: Attendee | None, shared) -> str:
    """Either "ready", "free", or why the booking needs a look."""
    if attendee is None:
        return "no_customer"
    email = normalise(attendee.email)
    if not email:
        return "no_email"
    if email in shared:
        return "shared_email"
    if appointment.price_type == "free":
        return "free"
    if appointment.price_type in ("fixedPrice", "hourly") and appointment.price > 0:
        return "ready"
    return "price"


def amount(appointment: Appointment) -> Decimal:
    """The net amount of one place: the price, or hours times the price when it is by the hour."""
    if appointment.price_type == "hourly":
        hours = Decimal(int(appointment.duration.total_seconds())) / 3600
        return (hours * appointment.price).quantize(CENT, ROUND_HALF_UP)
    return appointment.price.quantize(CENT, ROUND_HALF_UP)


def summarise(business: Business, now: datetime) -> BusinessSummary:
    """The summary of one business at ``now``."""
    shared = shared_emails(business)
    counts, customers, net = Counter(), set(), Decimal(0)
    for appointment, attendee in held(business, now):
        verdict = reason(appointment, attendee, shared)
        counts[verdict] += 1
        email = normalise(attendee.email) if attendee else None
        if email and email not in shared:
            customers.add(email)
        if verdict == "ready":
            net += amount(appointment)
    ready, free = counts.pop("ready", 0), counts.pop("free", 0)
    return BusinessSummary(
        currency=business.currency,
        held=ready + free + counts.total(),
        ready=ready,
        free=free,
        to_check=dict(sorted(counts.items())),
        upcoming=sum(len(places(a)) for a in business.appointments.values() if a.end > now),
        customers=len(customers),
        services=len(business.services),
        net=net,
    )
