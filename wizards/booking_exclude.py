# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


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
    note = fields.Char()
    requires_invoice = fields.Boolean(related="reason_id.requires_invoice")
    company_ids = fields.Many2many("res.company", compute="_compute_company_ids")
    payer_id = fields.Many2one(
        "res.partner", compute="_compute_company_ids", help="The one payer of all of them, if any."
    )
    invoice_id = fields.Many2one(
        "account.move",
        domain="[('move_type', 'in', ('out_invoice', 'out_receipt')), ('state', '!=', 'cancel'), "
        "('company_id', 'in', company_ids)]",
        help="The invoice that bills these bookings.",
    )

    @api.depends("booking_ids")
    def _compute_company_ids(self):
        for wizard in self:
            wizard.company_ids = wizard.booking_ids.company_id
            payer = wizard.booking_ids.payer_id
            wizard.payer_id = payer if len(payer) == 1 else False

    def action_exclude(self):
        """Exclude the bookings for the chosen reason."""
        self.ensure_one()
        invoice = self.invoice_id if self.requires_invoice else self.invoice_id.browse()
        self.booking_ids.action_exclude(self.reason_id.id, note=self.note, invoice_id=invoice.id)
        return {"type": "ir.actions.act_window_close"}
