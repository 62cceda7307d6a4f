# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    booking_ids = fields.One2many(
        "microsoft.booking", "invoice_line_id", string="Bookings", copy=False, readonly=True
    )
    booking_superseded = fields.Boolean(
        readonly=True,
        copy=False,
        help="The bookings of this line were freed and invoiced again: it must never become live again.",
    )
