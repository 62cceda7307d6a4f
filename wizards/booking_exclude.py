# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class MicrosoftBookingExclude(models.TransientModel):
    """Asks why the selected bookings are not invoiced."""

    _name = "microsoft.booking.exclude"
    _description = "Do Not Invoice Bookings"

    booking_ids = fields.Many2many(
        "microsoft.booking",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    reason_id = fields.Many2one(
        "microsoft.booking.exclusion.reason",
        required=True,
        domain="[('is_automatic', '=', False)]",
    )

    def action_exclude(self):
        """Exclude the bookings for the chosen reason."""
        self.ensure_one()
        self.booking_ids.action_exclude(self.reason_id.id)
        return {"type": "ir.actions.act_window_close"}
