# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class MicrosoftBookingStaff(models.Model):
    """A staff member of a Bookings business."""

    _name = "microsoft.booking.staff"
    _description = "Bookings Staff Member"
    _inherit = ["microsoft.booking.mirror"]
    _order = "name, id"

    user_id = fields.Many2one("res.users", check_company=True, index="btree_not_null")
    email = fields.Char(readonly=True)
    role = fields.Char(readonly=True)

    _graph_id_uniq = models.Constraint(
        "UNIQUE(settings_id, graph_id)",
        "A staff member of Bookings is listed once in its settings.",
    )

    @api.model
    def _prepare_mirror_vals(self, settings, record):
        return super()._prepare_mirror_vals(settings, record) | {
            "email": record.email or False,
            "role": record.role or False,
        }
