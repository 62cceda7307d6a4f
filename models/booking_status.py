# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class MicrosoftBooking(models.Model):
    """What the screens say of a booking in one word, and how fresh they are."""

    _inherit = "microsoft.booking"

    # Not stored: whether a booking is still to come depends on the clock.
    is_upcoming = fields.Boolean("Upcoming", compute="_compute_status")
    status = fields.Char(
        compute="_compute_status", help="Ready, upcoming, on an invoice, or what there is to check."
    )
    data_as_of = fields.Datetime(related="settings_id.last_success", string="Data as of")

    @api.depends("stop", "issue", "billing_state")
    def _compute_status(self):
        issues = dict(self._fields["issue"]._description_selection(self.env))
        states = dict(self._fields["billing_state"]._description_selection(self.env))
        now = fields.Datetime.now()
        for booking in self:
            uninvoiced = booking.billing_state in ("to_check", "to_invoice")
            booking.is_upcoming = uninvoiced and bool(booking.stop) and booking.stop > now
            booking.status = (
                self.env._("Upcoming")
                if booking.is_upcoming
                else issues.get(booking.issue) or states.get(booking.billing_state)
            )
