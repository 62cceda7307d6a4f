# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who has which place on an appointment, and by what it is recognised when Bookings names it otherwise."""

from collections import defaultdict
from datetime import timezone

from odoo.tools import email_normalize

from ..graph.records import Attendee
from .booking_address import level_name
from .booking_customer import MAILTO


def stamp_of(record):
    """``lastUpdatedDateTime`` to the digit, which tells what no list shows; ``None`` where a cloud lacks it."""
    return record.last_updated.isoformat() if record.last_updated else None


def stored_moment(moment):
    """An aware moment as a booking keeps it: naive, in UTC, to the second."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)


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


def _name_and_email(name, email):
    name, email = level_name(name), email_normalize(email)
    return name and email and (name, email)


# By what a person is recognised within an appointment, surest first, and whether that outweighs two different ids.
_IDENTITIES = (
    (_name_and_email, True),
    (lambda _name, email: email_normalize(email), False),
    (lambda name, _email: level_name(name), False),
)


def match_attendees(people, bookings):
    """Which booking is whose place: by its key, else by who it is, else nobody's becomes that of the one who is new.

    Bookings names a customer sometimes with an id and sometimes only by e-mail or name, lists one person under
    several ids and lets the staff correct name and e-mail: a place that merely got another key is the same place, or
    it would be billed twice. Two people with an id each are one only when both name and e-mail say so. Who has left
    is never replaced by nobody: through an emptied place the next one would inherit what was decided about the last.

    :param people: dict of :func:`keyed_attendees`
    :param bookings: the ``microsoft.booking`` records of the appointment
    :return: dict of key -> booking, without those of whom nobody knows, and dict of the bookings that are left by key
    """
    if not bookings:
        return {}, {}
    rest = {booking.attendee_key: booking for booking in bookings}
    matched = {key: rest.pop(key) for key in people if key in rest}
    for identity, ids_may_differ in _IDENTITIES:
        keys, former_keys = defaultdict(list), defaultdict(list)
        for key in people.keys() - matched.keys():
            keys[identity(people[key].name, people[key].email)].append(key)
        for key, booking in rest.items():
            former_keys[identity(booking.customer_name, booking.customer_email)].append(key)
        for who in filter(None, keys.keys() & former_keys.keys()):
            if len(keys[who]) > 1 or len(former_keys[who]) > 1:
                continue
            (key,), (former,) = keys[who], former_keys[who]
            if ids_may_differ or not (people[key].customer_id and _is_id(former)):
                matched[key] = rest.pop(former)
    unmatched = people.keys() - matched.keys()
    if len(unmatched) == 1 and "" in rest and rest[""] in last_of(bookings):
        matched[unmatched.pop()] = rest.pop("")
    return matched, rest


def _is_id(attendee_key):
    """Whether the key of a place is an id that Bookings gave to the customer."""
    return bool(attendee_key) and not attendee_key.startswith((MAILTO, "name:"))


def reservation_of(record):
    """The id of the reservation made on the page, or ``None`` for one made by the staff."""
    return record.self_service_id or None


def second_key_of_record(record):
    """By what an appointment is recognised under another id: its reservation, else service, start and customers."""
    if reservation := reservation_of(record):
        return reservation
    return (record.service_id, stored_moment(record.start), frozenset(keyed_attendees(record)))


def second_key_of_bookings(bookings):
    """The same as :func:`second_key_of_record`, of the bookings of an appointment."""
    last = last_of(bookings)
    first = last[0]
    if first.self_service_id:
        return first.self_service_id
    return (first.service_id.graph_id, first.start, frozenset(last.mapped("attendee_key")))


def last_of(bookings):
    """Those of the bookings of an appointment that are on it, or were when it went: not who had left it before."""
    live = bookings.filtered(lambda booking: not booking.gone_at)
    if live:
        return live
    went = max(bookings.mapped("gone_at"))
    return bookings.filtered(lambda booking: booking.gone_at == went)
