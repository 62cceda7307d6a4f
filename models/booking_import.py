# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter

from odoo import api, fields, models
from odoo.fields import Command

from ..graph.errors import GraphError
from .booking_attendees import (
    attendees_of,
    kept_positions,
    keyed_attendees,
    match_attendees,
    reservation_of,
    stamp_of,
    stored_moment,
)
from .booking_disappearance import get_live_ids
from .booking_listing import with_digest

# So many appointments are read in detail, stored and committed at once.
PORTION = 200
# How an appointment was read, which is no fact of the calendar.
READING_FIELDS = {"details_read_at", "fingerprint", "graph_updated", "list_digest"}


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

        The new and changed ones are stored and committed portion by portion, so that a worker that stops or is killed
        loses none: what is stored is up to date when the window is read again.

        :param settings: the ``microsoft.booking.settings`` that are synchronised
        :param run: the ``microsoft.booking.run`` that counts and keeps the problems
        :param api: a :class:`..graph.bookings.BookingsApi`
        :param start: aware UTC datetime, inclusive
        :param end: aware UTC datetime, exclusive
        :return: whether the window is done; ``False`` when the time slice ended before
        :raise GraphError: when the list, or what vanished from it, could not be read
        """
        # What the windows before have left in memory is not needed again.
        self.env.invalidate_all()
        before = self._get_listed_before(settings, run, start, end)
        listing = api.appointments_between(
            settings.business_id, start, end, set(before.values()) - {None}
        )
        listed = {
            record.id: record for record in listing.records if settings._has_to_import(record)
        }
        there = {*listed, *listing.unchanged}
        known = self._search_window(settings, listed, before.keys() - there, start, end)
        by_id = known.grouped("graph_id")
        stale = [
            graph_id
            for graph_id, record in listed.items()
            if self._is_stale(record, by_id.get(graph_id, self.browse()), run)
        ]
        self._keep_digests([listed[graph_id] for graph_id in listed.keys() - set(stale)], by_id)
        stale = run._leave_out_given_up(listed, stale)
        vanished, unread = self._read_vanished(settings, run, api, by_id, there, listing.problems)
        moved = [record for record in vanished.values() if record]
        gone = {graph_id for graph_id, record in vanished.items() if not record}
        gone_before = known._get_gone_ids() - there
        live = before.keys() | get_live_ids(by_id)

        def bookings_of(graph_ids):
            return self.browse().union(*(by_id[graph_id] for graph_id in graph_ids))

        for index in range(0, len(stale) or 1, PORTION):
            records = self._read_details(settings, run, api, stale[index : index + PORTION])
            records = [with_digest(record, listed.get(record.id)) for record in records]
            new_records = [record for record in records if record.id not in by_id]
            unsure = self._leave_unsure(bookings_of(unread), unread, new_records)
            records = [record for record in records if record.id not in unsure]
            candidates = gone | gone_before
            replaced = self._rekey(bookings_of(candidates), candidates, new_records)
            gone, gone_before = gone - replaced, gone_before - replaced
            if records or moved:
                counts = self._mirror(settings, [*records, *moved])
                run._add_counts(read=len(records), **counts)
            moved = []
            if index + PORTION < len(stale):
                # What is stored has come further: only attempts without any progress are counted.
                run.attempts = 0
                remaining = len(run.cursor["todo"]) + 1
                if not run._commit_step(remaining):
                    return False
                self.env.invalidate_all()
        left = bookings_of(gone)
        if self._is_believable(settings, run, live, left):
            run._add_counts(cancelled=left._set_gone())
        run._add_listing_problems(listing)
        unchanged = len(there) - len(stale)
        run._add_counts(read=unchanged, unchanged=unchanged)
        return True

    @api.model
    def _read_details(self, settings, run, api, graph_ids):
        """The appointments of these ids, each with its customers; one that cannot be read becomes a problem.

        :return: a list of :class:`..graph.records.Appointment`
        """
        records = []
        for graph_id, answer in api.iter_appointments_by_id(settings.business_id, graph_ids):
            if isinstance(answer, GraphError):
                run._add_problem(answer, graph_id=graph_id)
            elif answer:
                records.append(answer)
        return records

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
            for position, (key, attendee, booking) in zip(
                kept_positions([booking for _key, _attendee, booking in pairs]), pairs, strict=True
            ):
                vals = (
                    common
                    | self._prepare_attendee_vals(key, attendee, related)
                    | {"attendee_position": position}
                )
                if booking:
                    counts["changed"] += booking._update_facts(vals)
                else:
                    to_create.append({"settings_id": settings.id, "graph_id": record.id, **vals})
            if left:
                counts["cancelled"] += left._set_gone()
        created = self.create(to_create)
        counts["new"] = len(created)
        # The others were looked at when the run began.
        (known | created).customer_id.filtered(
            lambda customer: not customer.match_result
        )._match_partners()
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
        attendees = [attendee for record in records for attendee in attendees_of(record)]
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
        """Which booking is whose place on an appointment; see :func:`.booking_attendees.match_attendees`.

        :return: a list of (key, attendee, booking or an empty recordset), and the bookings that nobody has any more
        """
        people = keyed_attendees(record)
        matched, rest = match_attendees(people, bookings)
        pairs = [(key, person, matched.get(key, self.browse())) for key, person in people.items()]
        return pairs, self.browse().union(*rest.values())

    @api.model
    def _prepare_appointment_vals(self, settings, record, related):
        """What all bookings of an appointment have in common. Hook."""
        start, stop = stored_moment(record.start), stored_moment(record.end)
        attendees = len(attendees_of(record))
        return {
            "self_service_id": reservation_of(record) or False,
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
            "graph_updated": stamp_of(record) or False,
            "list_digest": record.digest or False,
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
        if self._is_invoiced():
            difference.pop("currency_id", None)
        if set(self.staff_ids.ids) != set(staff_ids):
            difference["staff_ids"] = [Command.set(staff_ids)]
        if self.gone_at and not self.outcome_decided:
            difference["outcome"] = "attended"
        if difference:
            self.with_context(booking_sync=True).write(difference)
        return not difference.keys() <= READING_FIELDS
