# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, fields, models

from ..billing.pricing import late_notice
from ..graph.errors import GraphError
from .booking_attendees import second_key_of_bookings, second_key_of_record
from .booking_problem import get_kind_name
from .graph_messages import _lt, keep

# A window or list that lost more than this share, and more than this number, of what it had is not believed.
MASS_SHARE, MASS_COUNT = 0.2, 5


class MicrosoftBooking(models.Model):
    """What is no longer in Bookings: confirmed one by one, recognised under a new id, and never believed in masses."""

    _inherit = "microsoft.booking"

    @api.model
    def _read_vanished(self, settings, run, api, by_id, listed, problems):
        """Ask by id for the appointments that the window should have and has not.

        A record of the list that was not understood is there all the same; one without an id could be any of them.

        :param by_id: dict of Graph id -> the bookings that may be missing from the list
        :param listed: the Graph ids that the list has
        :param problems: what of the list was not understood
        :return: dict of Graph id -> the appointment, moved elsewhere, or ``None`` when it is certain that it is gone;
            and the set of the ids of which neither is known
        """
        there = {*listed, *(problem.graph_id for problem in problems)}
        vanished = get_live_ids(by_id) - there
        if any(not problem.graph_id for problem in problems):
            return {}, vanished
        answers, asked = {}, vanished - run._get_given_up(vanished)
        for graph_id, answer in api.iter_appointments_by_id(settings.business_id, sorted(asked)):
            if isinstance(answer, GraphError):
                run._add_problem(answer, graph_id=graph_id)
            else:
                answers[graph_id] = answer
        return answers, vanished - answers.keys()

    @api.model
    def _rekey(self, known, gone, new_records):
        """Recognise appointments whose id changed, as when Exchange moves an item: the same booking, not a second one.

        The second key is the reservation made on the page, else service, start and customers.

        :return: the old ids that were replaced
        """
        candidates = defaultdict(list)
        by_id = known.grouped("graph_id")
        for graph_id in gone & set(by_id):
            candidates[second_key_of_bookings(by_id[graph_id])].append(graph_id)
        replaced = set()
        for record in new_records:
            old_ids = candidates.get(second_key_of_record(record))
            if old_ids:
                old_id = old_ids.pop()
                by_id[old_id].graph_id = record.id
                replaced.add(old_id)
        return replaced

    @api.model
    def _leave_unsure(self, known, unread, new_records):
        """Those of the new appointments that may be known ones under another id: left for when that can be told.

        Stored now, they would be second bookings, which nothing could make one again.

        :param unread: the ids of the known appointments that are not in the list and could not be asked for
        :return: the set of their ids
        """
        by_id = known.grouped("graph_id")
        unsure = {second_key_of_bookings(by_id[graph_id]) for graph_id in unread}
        return {record.id for record in new_records if second_key_of_record(record) in unsure}

    def _get_gone_ids(self):
        """The ids of appointments of which nothing is left.

        One of them that shows up again later, under another id, is still the same: it must not be invoiced once more,
        and what was decided about it stays.
        """
        return {
            graph_id
            for graph_id, bookings in self.grouped("graph_id").items()
            if all(booking.gone_at for booking in bookings)
        }

    @api.model
    def _is_believable(self, settings, run, live, left):
        """Whether so many bookings may really be gone; if not, ask a person and cancel nothing.

        :param live: the Graph ids of all appointments that the window had
        :param left: the bookings of those that it has no more
        """
        gone = {booking.graph_id for booking in left}
        if run.accept_gone or not is_mass(len(gone), len(live)):
            return True
        question = keep(
            _lt(
                "%(gone)s of %(known)s appointments of “%(name)s” have disappeared from Bookings at once. "
                "Nothing was cancelled. Check the calendar, then confirm the disappearance or synchronise again."
            ),
            gone=len(gone),
            known=len(live),
            name=settings.name,
        )
        settings.gone_words = question
        run._add_problem(question, kind="gone")
        return False

    def _set_gone(self):
        """Bookings has confirmed that these are no longer there: cancelled, in time or late, or held and then deleted.

        What a person decided stays, and so does what is invoiced; who was gone before keeps the notice given then.

        :return: the number of bookings that were there before
        """
        now = fields.Datetime.now()
        there = self.filtered(lambda booking: not booking.gone_at)
        for settings, bookings in (
            there.with_context(booking_sync=True).grouped("settings_id").items()
        ):
            bookings.gone_at = now
            open_ones = bookings.filtered(
                lambda booking: not booking.outcome_decided and not booking._is_invoiced()
            )
            notice = settings._get_late_notice()
            # What has ended by now may have been held, whenever it was deleted: a person has to say.
            not_held = open_ones.filtered(lambda booking: booking.stop > now)
            late = not_held.filtered(
                lambda booking, notice=notice: late_notice(booking.start, now, notice)
            )
            (not_held - late).outcome = "cancelled"
            late.outcome = "late_cancelled"
        return len(there)


class MicrosoftBookingMirror(models.AbstractModel):
    """Services and staff members that are no longer in Bookings: archived one by one, and never in masses."""

    _inherit = "microsoft.booking.mirror"

    @api.model
    def _archive_missing(self, settings, run, graph_ids, is_there):
        """Archive the mirrors that a list no longer has, and Bookings itself no more; nothing is ever deleted.

        :param graph_ids: every id that the list had
        :param is_there: asks Bookings for one Graph id, and returns whether there is such an object
        :return: the recordset that was archived
        """
        known = self.search([("settings_id", "=", settings.id)])
        missing = known.filtered(lambda mirror: mirror.graph_id not in graph_ids)
        gone = self.browse()
        if is_mass(len(missing), len(known)):
            run._add_problem(
                keep(
                    _lt(
                        "%(gone)s of %(known)s records of Bookings (%(kind)s) have disappeared at once. None was "
                        "archived: archive them in Odoo if they are really gone."
                    ),
                    gone=len(missing),
                    known=len(known),
                    kind=keep(get_kind_name(self._name)),
                )
            )
            return gone
        for mirror in missing:
            try:
                if not is_there(mirror.graph_id):
                    gone |= mirror
            except GraphError as error:
                if error.retryable:
                    raise
                run._add_problem(error, record=mirror)
        gone.action_archive()
        return gone


def is_mass(gone, known):
    """Whether so many of those that are known have disappeared that no answer of Microsoft is believed."""
    return gone > MASS_COUNT and gone > MASS_SHARE * known


def get_live_ids(by_id):
    """The Graph ids of the appointments that are not gone, or not for all of their customers.

    :param by_id: dict of Graph id -> bookings
    """
    return {
        graph_id
        for graph_id, bookings in by_id.items()
        if not all(booking.gone_at for booking in bookings)
    }
