# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter, defaultdict
from datetime import UTC

from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import email_normalize

from ..graph.errors import AccessError as GraphAccessError
from ..graph.errors import GraphError
from ..graph.records import Attendee
from .booking_customer import MAILTO, level_name
from .graph_messages import explain

# A window that lost more than this share, and more than this number, of its appointments is not believed.
MASS_SHARE, MASS_COUNT = 0.2, 5
# Bookings' way to say "made by the staff" instead of the id of a reservation made on the page.
NO_SELF_SERVICE = {"", "00000000-0000-0000-0000-000000000000"}


class MicrosoftBooking(models.Model):
    """From the calendar of Microsoft Bookings to bookings: one window at a time, in sets, idempotently."""

    _inherit = "microsoft.booking"

    attendee_count = fields.Integer(
        readonly=True, default=1, help="Customers named on the appointment."
    )
    attendee_position = fields.Integer(
        readonly=True, help="Which of them this is, from 0: who takes the odd cents."
    )

    @api.model
    def _sync_window(self, settings, run, api, start, end):
        """Make the bookings of this window what Bookings says.

        :param settings: the ``microsoft.booking.settings`` that are synchronised
        :param run: the ``microsoft.booking.run`` that counts and keeps the problems
        :param api: a :class:`..graph.bookings.BookingsApi`
        :param start: aware UTC datetime, inclusive
        :param end: aware UTC datetime, exclusive
        :raise GraphError: when the window could not be read whole; nothing of it is stored then
        """
        listing = self._read_window(settings, api, start, end)
        run._add_listing_problems(listing)
        listed = {record.id: record for record in listing.records}
        known = self._search_window(settings, listed, start, end)
        by_id = known.grouped("graph_id")
        stale = [
            graph_id
            for graph_id, record in listed.items()
            if run.full or self._is_stale(record, by_id.get(graph_id, self.browse()))
        ]
        vanished = self._get_vanished(known, listed, listing.problems)
        answers = api.appointments_by_id(settings.business_id, [*stale, *vanished])
        appointments = [
            answer for answer in answers.values() if not isinstance(answer, GraphError) and answer
        ]
        gone = {graph_id for graph_id in vanished if answers[graph_id] is None}
        for graph_id, answer in answers.items():
            if isinstance(answer, GraphError):
                run._add_problem(
                    explain(self.env, answer)["text"],
                    graph_id=graph_id,
                    request_id=answer.request_id,
                )
        gone_before = {
            graph_id
            for graph_id, bookings in by_id.items()
            if graph_id not in listed and bookings._is_gone_but_invoiced()
        }
        rekeyed = self._rekey(
            known, gone | gone_before, [record for record in appointments if record.id not in by_id]
        )
        counts = self._mirror(settings, appointments)
        left = self.browse().union(
            *(by_id[graph_id] for graph_id in gone - rekeyed if graph_id in by_id)
        )
        if self._is_believable(settings, run, known, left):
            counts["cancelled"] += left._set_gone()
        run._add_counts(read=len(listed), unchanged=len(listed) - len(stale), **counts)

    @api.model
    def _read_window(self, settings, api, start, end):
        """The appointments of the window; from the list of all of them when the calendar view is refused."""
        try:
            return api.calendar_view(settings.business_id, start, end)
        except GraphAccessError:
            listing = api.appointments(settings.business_id)
            inside = tuple(
                record for record in listing.records if record.start < end and record.end > start
            )
            return type(listing)(records=inside, problems=listing.problems)

    @api.model
    def _search_window(self, settings, listed, start, end):
        """The bookings that the window should have or had, those that it has, and those of the same reservations.

        An appointment may get another id and another window at once: its reservation tells.
        """
        inside = Domain("start", ">=", start.replace(tzinfo=None)) & Domain(
            "start", "<", end.replace(tzinfo=None)
        )
        own = Domain("settings_id", "=", settings.id)
        known = self.search(own & (inside | Domain("graph_id", "in", list(listed))))
        there = set(known.mapped("graph_id"))
        reservations = {
            _self_service_id(record) for graph_id, record in listed.items() if graph_id not in there
        } - {None}
        if reservations:
            known |= self.search(own & Domain("self_service_id", "in", list(reservations)))
        known.fetch(
            [
                "graph_id",
                "fingerprint",
                "stop",
                "start",
                "gone_at",
                "details_read_at",
                "self_service_id",
            ]
        )
        return known

    @api.model
    def _is_stale(self, record, bookings):
        """Whether the details of a listed appointment have to be read: it is new, changed, back, or has just ended."""
        if not bookings:
            return True
        now = fields.Datetime.now()
        return any(
            booking.fingerprint != record.fingerprint()
            or (booking.graph_updated or None) != _stamp(record)
            or booking.details_read_at < booking.stop <= now
            for booking in bookings
        ) or all(booking.gone_at for booking in bookings)

    @api.model
    def _get_vanished(self, known, listed, problems):
        """The ids of appointments that the window should have and has not: to be asked for one by one.

        A record of the list that was not understood is there all the same; one without an id could be any.
        """
        if any(not problem.graph_id for problem in problems):
            return []
        there = {*listed, *(problem.graph_id for problem in problems)}
        return [
            graph_id
            for graph_id in known.filtered(lambda booking: not booking.gone_at).grouped("graph_id")
            if graph_id not in there
        ]

    @api.model
    def _rekey(self, known, gone, new_records):
        """Recognise appointments whose id changed, as when Exchange moves an item: the same booking, not a second one.

        The second key is the reservation made on the page, else service, start and customers.

        :return: the old ids that were replaced
        """
        candidates = defaultdict(list)
        by_id = known.grouped("graph_id")
        for graph_id in gone & set(by_id):
            candidates[_second_key_of_bookings(by_id[graph_id])].append(graph_id)
        replaced = set()
        for record in new_records:
            old_ids = candidates.get(_second_key_of_record(record))
            if old_ids:
                old_id = old_ids.pop()
                by_id[old_id].graph_id = record.id
                replaced.add(old_id)
        return replaced

    def _is_gone_but_invoiced(self):
        """Whether these bookings of an appointment are all gone and some are invoiced.

        When it shows up again under another id, in a later synchronisation, it must not be invoiced once more.
        """
        return all(booking.gone_at for booking in self) and any(
            booking._is_invoiced() for booking in self
        )

    @api.model
    def _is_believable(self, settings, run, known, left):
        """Whether so many bookings may really be gone; if not, ask a person and cancel nothing."""
        there = {booking.graph_id for booking in known if not booking.gone_at}
        gone = {booking.graph_id for booking in left}
        if run.accept_gone or len(gone) <= MASS_COUNT or len(gone) <= MASS_SHARE * len(there):
            return True
        question = self.env._(
            "%(gone)s of %(known)s appointments of “%(name)s” have disappeared from Bookings at once. "
            "Nothing was cancelled. Check the calendar, then confirm the disappearance or synchronise again.",
            gone=len(gone),
            known=len(there),
            name=settings.name,
        )
        settings.gone_question = question
        run._add_problem(question, kind="gone")
        return False

    # === FROM APPOINTMENTS TO BOOKINGS === #

    @api.model
    def _mirror(self, settings, records):
        """Store a booking per customer of these appointments, in one create and grouped writes.

        :param settings: the ``microsoft.booking.settings`` that were read
        :param records: :class:`..graph.records.Appointment` objects that a GET by id has filled
        :return: a dict of the numbers of bookings that are ``new``, ``changed`` and ``cancelled``
        """
        counts = Counter(new=0, changed=0, cancelled=0)
        if not records:
            return counts
        related = self._get_related(settings, records)
        known = self.search(
            [
                ("settings_id", "=", settings.id),
                ("graph_id", "in", [record.id for record in records]),
            ]
        )
        by_id = known.grouped("graph_id")
        to_create = []
        for record in records:
            bookings = by_id.get(record.id, self.browse())
            pairs, left = self._match_attendees(bookings, record)
            common = self._prepare_appointment_vals(settings, record, related)
            for position, (key, attendee, booking) in enumerate(pairs):
                vals = (
                    common
                    | self._prepare_attendee_vals(key, attendee, related)
                    | {"attendee_position": position}
                )
                if booking:
                    counts["changed"] += booking._update_facts(vals)
                else:
                    to_create.append({"settings_id": settings.id, "graph_id": record.id, **vals})
            counts["cancelled"] += left.filtered(lambda booking: not booking.gone_at)._set_gone()
        created = self.create(to_create)
        counts["new"] = len(created)
        (known | created).customer_id._match_partners()
        return counts

    @api.model
    def _get_related(self, settings, records):
        """The services, staff members and customers of these appointments; unknown ones are made on the way.

        :return: a dict of Graph id -> record for ``services`` and ``staff``, and a function of an attendee to its
            customer, ``customer_of``
        """
        services = {
            record.service_id: record.service_name for record in records if record.service_id
        }
        staff = {staff_id: staff_id for record in records for staff_id in record.staff_member_ids}
        attendees = [attendee for record in records for attendee in _attendees(record)]
        Customer = self.env["microsoft.booking.customer"]
        by_graph_id = Customer._get_attendee_customers(
            settings, [person for person in attendees if person.customer_id]
        )
        by_email = Customer._get_email_placeholders(
            settings, [person for person in attendees if not person.customer_id and person.email]
        )

        def customer_of(attendee):
            if attendee.customer_id:
                return by_graph_id[attendee.customer_id]
            return by_email(attendee) if attendee.email else Customer

        return {
            "services": self.env["microsoft.booking.service"]._get_placeholders(settings, services),
            "staff": self.env["microsoft.booking.staff"]._get_placeholders(settings, staff),
            "customer_of": customer_of,
        }

    @api.model
    def _match_attendees(self, bookings, record):
        """Which booking is whose place: by its key, else by who it is, else the only one that is left on both sides.

        Bookings names a customer sometimes with an id and sometimes only by e-mail or name, lists one person under
        several ids and lets the staff correct both: a place that merely got another key is the same place, or it would
        be billed twice. Two people with an id each are only one when name and e-mail say so.

        :return: a list of (key, attendee, booking or an empty recordset), and the bookings that nobody has any more
        """
        people = _keyed_attendees(record)
        rest = {booking.attendee_key: booking for booking in bookings}
        matched = {key: rest.pop(key) for key in people if key in rest}
        for identity, ids_may_differ in IDENTITIES:
            keys = defaultdict(list)
            for key in people.keys() - matched.keys():
                keys[identity(people[key].name, people[key].email)].append(key)
            former_keys = defaultdict(list)
            for key, booking in rest.items():
                former_keys[identity(booking.customer_name, booking.customer_email)].append(key)
            for who, (key, *others) in keys.items():
                former, *other_formers = former_keys.get(who) or [None]
                if not who or former is None or others or other_formers:
                    continue
                if ids_may_differ or not (people[key].customer_id and _is_id(former)):
                    matched[key] = rest.pop(former)
        unmatched = people.keys() - matched.keys()
        if len(unmatched) == 1 and len(rest) == 1 and "" in {*unmatched, *rest}:
            matched[unmatched.pop()] = rest.popitem()[1]
        pairs = [(key, person, matched.get(key, self.browse())) for key, person in people.items()]
        return pairs, self.browse().union(*rest.values())

    @api.model
    def _prepare_appointment_vals(self, settings, record, related):
        """What all bookings of an appointment have in common. Hook."""
        start, stop = (
            moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
            for moment in (record.start, record.end)
        )
        attendees = len(_attendees(record))
        return {
            "self_service_id": _self_service_id(record) or False,
            "service_id": related["services"][record.service_id].id if record.service_id else False,
            "staff_ids": [
                Command.set([related["staff"][staff_id].id for staff_id in record.staff_member_ids])
            ],
            "start": start,
            "stop": stop,
            "duration": record.duration.total_seconds() / 3600,
            "price_type": record.price_type,
            "price": float(record.price),
            "currency_id": settings.currency_id.id,
            "attendee_count": attendees,
            "missing_attendees": max((record.filled_attendees or 0) - attendees, 0),
            "fingerprint": record.fingerprint(),
            "graph_updated": _stamp(record) or False,
            "details_read_at": fields.Datetime.now(),
            "gone_at": False,
        }

    @api.model
    def _prepare_attendee_vals(self, key, attendee, related):
        """What a booking has of its customer. Hook."""
        return {
            "attendee_key": key,
            "customer_id": related["customer_of"](attendee).id,
            "customer_name": attendee.name or False,
            "customer_email": attendee.email or False,
        }

    def _update_facts(self, vals):
        """Write what differs of the calendar facts.

        :return: whether a fact changed: that it was read again is none
        """
        self.ensure_one()
        staff_ids = vals.pop("staff_ids")[0][2]
        current = self._convert_to_write({name: self[name] for name in vals})
        difference = {name: value for name, value in vals.items() if current[name] != value}
        if set(self.staff_ids.ids) != set(staff_ids):
            difference["staff_ids"] = [Command.set(staff_ids)]
        if self.gone_at and not self.outcome_decided:
            difference["outcome"] = "attended"
        if difference:
            self.with_context(booking_sync=True).write(difference)
        return not difference.keys() <= {"details_read_at", "fingerprint", "graph_updated"}

    def _set_gone(self):
        """Bookings has confirmed that these are no longer there: cancelled, in time or late, or held and then deleted.

        What a person decided stays, and so does what is invoiced.

        :return: the number of bookings
        """
        now = fields.Datetime.now()
        for settings, bookings in (
            self.with_context(booking_sync=True).grouped("settings_id").items()
        ):
            bookings.gone_at = now
            open_ones = bookings.filtered(
                lambda booking: not booking.outcome_decided and not booking._is_invoiced()
            )
            seen = settings.last_success or now
            notice = settings._get_late_notice()
            not_held = open_ones.filtered(lambda booking, seen=seen: booking.stop > seen)
            in_time = not_held.filtered(
                lambda booking, notice=notice: now <= booking.start - notice
            )
            in_time.outcome = "cancelled"
            (not_held - in_time).outcome = "late_cancelled"
        return len(self)


def _stamp(record):
    """``lastUpdatedDateTime`` to the digit, which tells what no list shows; ``None`` where a cloud lacks it."""
    return record.last_updated.isoformat() if record.last_updated else None


def _attendees(record):
    """The customers of an appointment: its list, else the flat members, else nobody, which is one place all the same."""
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


def _keyed_attendees(record):
    """The attendees of an appointment by what tells them apart within it."""
    people = {}
    for attendee in _attendees(record):
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
IDENTITIES = (
    (_name_and_email, True),
    (lambda _name, email: email_normalize(email), False),
    (lambda name, _email: level_name(name), False),
)


def _is_id(attendee_key):
    """Whether the key of a place is an id that Bookings gave to the customer."""
    return bool(attendee_key) and not attendee_key.startswith((MAILTO, "name:"))


def _self_service_id(record):
    """The reservation made on the page, or ``None`` for one made by the staff."""
    return None if (record.self_service_id or "") in NO_SELF_SERVICE else record.self_service_id


def _second_key_of_record(record):
    if reservation := _self_service_id(record):
        return reservation
    start = record.start.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    return (record.service_id, start, frozenset(_keyed_attendees(record)))


def _second_key_of_bookings(bookings):
    first = bookings[0]
    if first.self_service_id:
        return first.self_service_id
    return (first.service_id.graph_id, first.start, frozenset(bookings.mapped("attendee_key")))
