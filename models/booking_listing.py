# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .booking_attendees import reservation_of, stamp_of, stored_moment


class MicrosoftBooking(models.Model):
    """A window of the calendar as Bookings lists it, and which of its appointments have to be read in detail."""

    _inherit = "microsoft.booking"

    # What the list said of the appointment when its details were read: what it says again is not even parsed.
    list_digest = fields.Char(readonly=True, copy=False, export_string_translation=False)

    @api.model
    def _get_listed_before(self, settings, run, start, end):
        """What is known of the appointments that began in this window and are not gone.

        A digest stands for an appointment of which nothing is to be done as long as the list says the same. There is
        none for one whose places disagree, that ended after its details were read, or in a full run.

        :return: dict of Graph id -> digest, or ``None`` when it has to be looked at
        """
        names = ("settings_id", "graph_id", "start", "stop", "gone_at", "details_read_at")
        self.flush_model([*names, "list_digest"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT graph_id,
                       CASE WHEN count(list_digest) = count(*)
                             AND min(list_digest) = max(list_digest)
                             AND NOT bool_or(details_read_at < stop AND stop <= %(now)s)
                            THEN min(list_digest) END
                  FROM microsoft_booking
                 WHERE settings_id = %(settings)s AND gone_at IS NULL
                   AND start >= %(start)s AND start < %(end)s
              GROUP BY graph_id
                """,
                now=fields.Datetime.now(),
                settings=settings.id,
                start=start.replace(tzinfo=None),
                end=end.replace(tzinfo=None),
            )
        )
        return {graph_id: digest if not run.full else None for graph_id, digest in rows}

    @api.model
    def _search_window(self, settings, listed, missing, start, end):
        """The bookings that the window should have or had, and those of the same reservations.

        An appointment may get another id and another window at once: its reservation tells. One that is gone may come
        back under another id.

        :param listed: dict of Graph id -> the appointment, of those that have to be looked at
        :param missing: the Graph ids of those that the list should have and has not
        """
        own = Domain("settings_id", "=", settings.id)
        known = self.search(own & Domain("graph_id", "in", [*listed, *missing]))
        there = set(known.mapped("graph_id"))
        if new := [record for graph_id, record in listed.items() if graph_id not in there]:
            first, last = start.replace(tzinfo=None), end.replace(tzinfo=None)
            gone = (
                Domain("start", ">=", first)
                & Domain("start", "<", last)
                & Domain("gone_at", "!=", False)
            )
            reservations = {reservation_of(record) for record in new} - {None}
            # What begins before the window and ends in it is listed here, and searched by its start in the other one.
            starts = {moment for record in new if (moment := stored_moment(record.start)) < first}
            known |= self.search(
                own
                & (
                    gone
                    | Domain("self_service_id", "in", list(reservations))
                    | Domain("start", "in", list(starts))
                )
            )
        known.fetch(
            ("graph_id", "fingerprint", "list_digest", "stop", "start")
            + ("gone_at", "graph_updated", "details_read_at")
        )
        return known

    @api.model
    def _is_stale(self, record, bookings, run):
        """Whether the details of a listed appointment have to be read.

        They have when it is new, changed, back or has just ended; a full run reads each of them once.
        """
        # Who has left the appointment is not looked at again.
        live = bookings.filtered(lambda booking: not booking.gone_at)
        if not live:
            return True
        if run.full and any(booking.details_read_at < run.start_time for booking in live):
            return True
        now = fields.Datetime.now()
        fingerprint, stamp = record.fingerprint(), stamp_of(record)
        return any(
            booking.fingerprint != fingerprint
            or (booking.graph_updated or None) != stamp
            or booking.details_read_at < booking.stop <= now
            for booking in live
        )

    @api.model
    def _keep_digests(self, records, by_id):
        """Remember of appointments that are up to date what the list says of them now: next time that is enough.

        :param records: the listed :class:`..graph.records.Appointment` objects
        :param by_id: dict of Graph id -> their bookings
        """
        for record in records:
            bookings = by_id[record.id].filtered(
                lambda booking, digest=record.digest: (
                    not booking.gone_at and (booking.list_digest or "") != digest
                )
            )
            bookings.list_digest = record.digest


def with_digest(record, item):
    """The details of an appointment, with the digest that stands for them from now on.

    They have none when list and details disagree: the one was read before a change and the other after it, and the
    next list must not pass for what is stored.

    :param record: the :class:`..graph.records.Appointment` with its details
    :param item: the same as it was listed, or ``None``
    """
    if item and item.facts() == record.facts() and item.last_updated == record.last_updated:
        return replace(record, digest=item.digest)
    return record
