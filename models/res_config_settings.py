# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """The connections of the company on Odoo's own settings page, with their state, one click away."""

    _inherit = "res.config.settings"

    booking_settings_ids = fields.Many2many(
        "microsoft.booking.settings",
        string="Microsoft Bookings",
        compute="_compute_booking_settings_ids",
    )

    @api.depends("company_id")
    def _compute_booking_settings_ids(self):
        for config in self:
            config.booking_settings_ids = self.env["microsoft.booking.settings"].search(
                [("company_id", "=", config.company_id.id)]
            )
