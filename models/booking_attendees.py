# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who has which place on an appointment, and by what it is recognised when Bookings names it otherwise."""

from datetime import timezone

from odoo.tools import email_normalize

from ..graph.records import Attendee
from .booking_customer import MAILTO, level_name

# Bookings' way to say "made by the staff" instead of the id of a reservation made on the page.
NO_SELF_SERVICE = {"", "00000000-0000-0000-0000-000000000000"}


def stamp_of(record):
    """``lastUpdatedDateTime`` to the digit, which tells what no list shows; ``None`` where a cloud lacks it."""
    return record.last_updated.isoformat() if record.last_updated else None


def attendees_of(record):
    """The customers of an appointment: its list, else the flat members, else nobody: one place too."""
    if record.attendees:
        return record.attendees
    flat = Attendee(
        customer_id=None,
        name=record.customer_name,
        email=record.customer_email,
        phone=record.customer_phone,
        notes=record.customer_notes,
        time_zone=record.customer_time_zone,
        answers=(),
    )
    return (flat,)


def keyed_attendees(record):
    """The attendees of an appointment by what tells them apart within it."""
    people = {}
    for attendee in attendees_of(record):
        if attendee.customer_id:
            key = attendee.customer_id
        elif attendee.email:
            key = f"{MAILTO}{email_normalize(attendee.email) or attendee.email}?name={level_name(attendee.name)}"
        else:
            key = f"name:{level_name(attendee.name)}" if attendee.name else ""
        # Two places of one customer are two places.
        number = 1
        unique = key
        while unique in people:
            number += 1
            unique = f"{key}#{number}"
        people[unique] = attendee
    return people


def second_key_of_record(record):
    if (record.self_service_id or "") not in NO_SELF_SERVICE:
        return record.self_service_id
    start = record.start.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
    return (record.service_id, start, frozenset(keyed_attendees(record)))


def second_key_of_bookings(bookings):
    first = bookings[0]
    if (first.self_service_id or "") not in NO_SELF_SERVICE:
        return first.self_service_id
    return (first.service_id.graph_id, first.start, frozenset(bookings.mapped("attendee_key")))
