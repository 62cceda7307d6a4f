# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class MicrosoftBookingOutcome(models.TransientModel):
    """Asks how long before the start the customers of the selected bookings cancelled."""

    _name = "microsoft.booking.outcome"
    _description = "Bookings Cancelled by the Customer"

    booking_ids = fields.Many2many(
        "microsoft.booking",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    notice_hours = fields.Float("Notice (hours)", default=0.0)
    late_count = fields.Integer("Cancelled Late", compute="_compute_counts")
    in_time_count = fields.Integer("Cancelled in Time", compute="_compute_counts")

    @api.depends("booking_ids", "notice_hours")
    def _compute_counts(self):
        for wizard in self:
            wizard.late_count = len(wizard.booking_ids._get_late(wizard.notice_hours))
            wizard.in_time_count = len(wizard.booking_ids) - wizard.late_count

    def action_apply(self):
        """Set the outcome of the bookings: late, or in time."""
        self.ensure_one()
        self.booking_ids.action_cancelled_with_notice(self.notice_hours)
        return {"type": "ir.actions.act_window_close"}
