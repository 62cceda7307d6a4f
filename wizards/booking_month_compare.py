# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta, timezone

from odoo import models
from odoo.tools.misc import format_datetime, formatLang

from ..billing.timezones import month_bounds, service_date
from ..graph.bookings import BookingsApi
from ..graph.errors import GraphError
from ..models.booking import LIVE_STATES
from ..models.booking_attendees import keyed_attendees, stamp_of
from ..models.graph_messages import translate

# How long a person waits for the month to be read, before it is said that it could not be.
PATIENCE = timedelta(seconds=45)


class MicrosoftBookingMonthCheck(models.TransientModel):
    """The comparison of a month check: appointment by appointment, place by place."""

    _inherit = "microsoft.booking.month.check"

    def _compare(self):
        """Read and compare.

        :return: the values of this wizard that tell the outcome
        :raise GraphError: when Bookings could not be read whole
        """
        settings, zone = self.settings_id, self._get_zone()
        client = settings.sudo()._get_graph_client(datetime.now(timezone.utc) + PATIENCE)
        api = BookingsApi(client)
        listed, problems = self._read_month(api, zone)
        known, gone = self._get_odoo_bookings()
        Booking = self.env["microsoft.booking"]
        elsewhere = Booking.search(
            [
                ("settings_id", "=", settings.id),
                ("graph_id", "in", list(listed)),
                ("gone_at", "=", False),
            ]
        )
        by_id = (known | elsewhere).grouped("graph_id")
        details = self._read_changed(api, listed, by_id)
        lines = [self._prepare_unreadable(problem, by_id) for problem in problems]
        total = 0
        for graph_id, record in listed.items():
            bookings = by_id.get(graph_id, Booking)
            record = details.get(graph_id, record)
            people = keyed_attendees(record) if record.has_details else None
            total += len(bookings) if people is None else len(people)
            lines += self._compare_appointment(record, people, bookings)
        missing = known.filtered(lambda booking: booking.graph_id not in listed)
        lines += self._explain_missing(api, missing, {problem.graph_id for problem in problems})
        lines += [
            self._prepare_line("gone", booking, self.env._("No longer in Bookings."))
            for booking in gone
            if not booking.outcome_decided
            and (
                booking.issue == "gone"
                or (booking.outcome == "attended" and booking._is_invoiced())
            )
        ]
        states = known.grouped("billing_state")
        count = {state: len(bookings) for state, bookings in states.items()}
        self.env["microsoft.booking.month.check.line"].create(lines)
        return {
            "state": "differs" if lines else "agrees",
            "bookings_count": total,
            "odoo_count": len(known),
            "invoiced_count": sum(count.get(state, 0) for state in LIVE_STATES),
            "excluded_count": count.get("excluded", 0),
            "nothing_due_count": count.get("cancelled", 0),
            "todo_count": count.get("to_check", 0) + count.get("to_invoice", 0),
        }

    def _read_month(self, api, zone):
        """The appointments that started in the month on the business' clock and have ended, as Bookings lists them now.

        :return: dict of Graph id -> appointment, and the problems of the list
        """
        first = self.month.replace(day=1)
        bounds = month_bounds(first.year, first.month, zone)
        start, end = (moment.replace(tzinfo=timezone.utc) for moment in bounds)
        now = datetime.now(timezone.utc)
        listing = api.appointments_between(self.settings_id.business_id, start, end)
        listed = {
            record.id: record
            for record in listing.records
            if record.end <= now
            and service_date(record.start, zone).replace(day=1) == first
            and self.settings_id._has_to_import(record)
        }
        return listed, listing.problems

    def _read_changed(self, api, listed, by_id):
        """The details of what Odoo has not, or has otherwise; lists leave the customers out.

        :return: dict of Graph id -> appointment
        :raise GraphError: when one of them cannot be read, since then nobody knows whether it agrees
        """
        unknown = [
            graph_id
            for graph_id, record in listed.items()
            if graph_id not in by_id
            or any(
                booking.fingerprint != record.fingerprint()
                or (booking.graph_updated or None) != stamp_of(record)
                for booking in by_id[graph_id]
            )
        ]
        details = {}
        for graph_id, answer in api.iter_appointments_by_id(self.settings_id.business_id, unknown):
            if isinstance(answer, GraphError):
                raise answer
            if answer:
                (details[graph_id],) = self.settings_id._veil([answer])
        return details

    def _compare_appointment(self, record, people, bookings):
        """The rows of what differs of one appointment that Bookings lists.

        :param people: its places by key, or ``None`` where nothing has changed since Odoo read them
        :param bookings: what Odoo has of it
        """
        if people is None:
            return []
        Booking = self.env["microsoft.booking"]
        lines = []
        pairs, left = Booking._match_attendees(bookings, record)
        for _key, person, booking in pairs:
            if not booking:
                text = self.env._("Odoo has not got it yet: synchronise.")
                facts = {"customer": person.name or person.email or False}
                lines.append(self._prepare_line("missing", Booking, text, record, facts))
            elif differences := self._get_differences(record, booking):
                moved = record.start != booking.start.replace(tzinfo=timezone.utc)
                text = "; ".join(differences)
                lines.append(self._prepare_line("moved" if moved else "other", booking, text))
        lines += [
            self._prepare_line("extra", booking, self.env._("This customer is no longer on it."))
            for booking in left
        ]
        return lines

    def _get_differences(self, record, booking):
        """What differs between an appointment and a booking of it, in words."""
        start, end = (
            moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
            for moment in (record.start, record.end)
        )
        tz = self.settings_id.tz

        def at(moment):
            return format_datetime(self.env, moment, tz=tz)

        differences = []
        if (start, end) != (booking.start, booking.stop):
            differences.append(
                self.env._(
                    "in Bookings from %(start)s to %(stop)s, in Odoo from %(old_start)s to %(old_stop)s",
                    start=at(start),
                    stop=at(end),
                    old_start=at(booking.start),
                    old_stop=at(booking.stop),
                )
            )
        if (float(record.price), record.price_type) != (booking.price, booking.price_type):
            kinds = dict(booking._fields["price_type"]._description_selection(self.env))
            differences.append(
                self.env._(
                    "price in Bookings %(price)s (%(kind)s), in Odoo %(old_price)s (%(old_kind)s)",
                    price=formatLang(self.env, float(record.price)),
                    kind=kinds[record.price_type],
                    old_price=formatLang(self.env, booking.price),
                    old_kind=kinds[booking.price_type],
                )
            )
        if (record.service_id or False) != booking.service_id.graph_id:
            differences.append(
                self.env._(
                    "service in Bookings “%(service)s”, in Odoo “%(old_service)s”",
                    service=record.service_name or record.service_id or "–",
                    old_service=booking.service_id.name or "–",
                )
            )
        return differences

    def _explain_missing(self, api, bookings, unreadable):
        """The rows of what Odoo has in this month and Bookings' month has not: moved elsewhere, or gone."""
        by_id = bookings.filtered(lambda booking: booking.graph_id not in unreadable).grouped(
            "graph_id"
        )
        lines = []
        for graph_id, answer in api.iter_appointments_by_id(
            self.settings_id.business_id, list(by_id)
        ):
            if isinstance(answer, GraphError):
                raise answer
            for booking in by_id[graph_id]:
                if answer is None:
                    text = self.env._("Bookings has no such appointment: synchronise.")
                    lines.append(self._prepare_line("extra", booking, text))
                else:
                    text = "; ".join(self._get_differences(answer, booking))
                    lines.append(self._prepare_line("moved", booking, text))
        return lines

    def _prepare_unreadable(self, problem, by_id):
        booking = by_id.get(problem.graph_id, self.env["microsoft.booking"])[:1]
        return self._prepare_line("unreadable", booking, translate(self.env, problem.message))

    def _prepare_line(self, kind, booking, text, record=None, facts=None):
        """The values of a row: the facts of the booking in Odoo, else of the appointment in Bookings."""
        vals = {
            "check_id": self.id,
            "kind": kind,
            "difference": text[:1].upper() + text[1:],
            "booking_id": booking.id,
            "start": booking.start,
            "service": booking.service_id.name,
            "customer": booking.customer_name or booking.customer_email,
        }
        if record:
            start = record.start.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
            vals |= {"start": start, "service": record.service_name}
        return vals | (facts or {})
