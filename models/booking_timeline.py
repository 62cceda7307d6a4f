# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime

from odoo import api, fields, models
from odoo.tools import format_datetime


class MicrosoftBooking(models.Model):
    """What happened to a booking, in the order in which it happened: by whom, and in which run."""

    _inherit = "microsoft.booking"

    history_html = fields.Html("History", compute="_compute_history_html", sanitize=False)

    @api.depends("write_date")
    @api.depends_context("lang", "tz")
    def _compute_history_html(self):
        for booking in self:
            events = booking._origin._get_history() if booking._origin else []
            # What has no moment of its own comes where it matters: at the end.
            # Odoo keeps when it created a record to the microsecond, and the rest to the second.
            events.sort(
                key=lambda event: (
                    event["moment"].replace(microsecond=0) if event["moment"] else datetime.max
                )
            )
            for event in events:
                moment = event["moment"]
                event["when"] = moment and format_datetime(self.env, moment, dt_format="short")
            booking.history_html = events and self.env["ir.qweb"]._render(
                "microsoft_bookings.booking_history", {"events": events}
            )

    def _get_history(self):
        """What is known to have happened. Hook.

        :return: a list of dicts of ``moment`` (UTC or ``False``), ``who`` (a ``res.users``, perhaps empty), ``text``
            and ``url`` (``False`` where there is nothing to open)
        """
        self.ensure_one()
        nobody = self.env["res.users"]
        events = [(self.create_date, nobody, self.env._("First read from Bookings"), False)]
        if self.details_read_at:
            text = self.env._("Last read in detail")
            events.append((self.details_read_at, nobody, text, False))
        if self.gone_at:
            events.append((self.gone_at, nobody, self.env._("Gone from Bookings"), False))
        events += self._get_decisions()
        events += self._get_billing_events()
        return [
            {"moment": moment, "who": who, "text": text, "url": url}
            for moment, who, text, url in events
        ]

    def _get_decisions(self):
        """What people decided, as tuples of moment, user, text and address."""
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))
        events = []
        if self.price_decided_by_id:
            text = self.env._("Price typed by hand")
            events.append((False, self.price_decided_by_id, text, False))
        if self.outcome_by_id:
            text = self.env._("Outcome: %(outcome)s", outcome=outcomes[self.outcome])
            events.append((self.outcome_at, self.outcome_by_id, text, False))
        if self.exclusion_reason_id:
            reason = self.exclusion_reason_id.name
            if self.exclusion_note:
                reason = f"{reason} – {self.exclusion_note}"
            text = self.env._("Not invoiced: %(reason)s", reason=reason)
            events.append((self.excluded_at, self.excluded_by_id, text, False))
        if self.accepted_by_id:
            text = self.env._("Change accepted: %(reason)s", reason=self.accept_reason or "")
            events.append((self.accepted_at, self.accepted_by_id, text, False))
        return events

    def _get_billing_events(self):
        """What was made of it, by runs and by people, as tuples of moment, user, text and address."""
        moves = self.invoice_id | self._get_correction_moves()
        runs = self.env["microsoft.booking.run"].search(
            [("invoice_ids", "in", self.invoice_id.ids)]
        )
        events = [
            (run.start_time, run.started_by, run.display_name, f"/odoo/booking-runs/{run.id}")
            for run in runs
        ]
        for move in moves.filtered(lambda move: move.has_access("read")):
            url = f"/odoo/action-account.action_move_out_invoice_type/{move.id}"
            events.append((move.create_date, move.create_uid, move.display_name, url))
        return events
