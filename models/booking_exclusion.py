# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError

from .booking import LIVE_STATES
from .booking_counts import say_bookings

WAIVED = "microsoft_bookings.exclusion_reason_waived"
INVOICES = ("out_invoice", "out_receipt")


class MicrosoftBookingExclusionReason(models.Model):
    """Why a booking is not invoiced, in the words that the report shows."""

    _name = "microsoft.booking.exclusion.reason"
    _description = "Reason not to invoice a booking"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    requires_invoice = fields.Boolean(
        "Names an Invoice",
        help="The invoice that bills the booking has to be chosen. When it no longer stands, the booking is to check.",
    )


class MicrosoftBooking(models.Model):
    """Bookings that are not invoiced, with the reason; and back again."""

    _inherit = "microsoft.booking"

    exclusion_note = fields.Char("Note on Why", copy=False)
    excluded_by_id = fields.Many2one("res.users", "Not Invoiced By", readonly=True, copy=False)
    excluded_at = fields.Datetime("Not Invoiced Since", readonly=True, copy=False)
    elsewhere_invoice_id = fields.Many2one(
        "account.move",
        "Invoiced On",
        readonly=True,
        copy=False,
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        help="The invoice that bills this booking without having been made from it.",
    )

    def write(self, vals):
        res = super().write(vals)
        # Who decided and when, however it was written; the synchronisation's own decisions are nobody's.
        if "exclusion_reason_id" in vals:
            excluded = bool(vals["exclusion_reason_id"])
            stamps = {
                "excluded_by_id": excluded and self.env.uid,
                "excluded_at": excluded and fields.Datetime.now(),
                "elsewhere_invoice_id": False,
                "exclusion_note": False,
            }
            super(MicrosoftBooking, self.sudo()).write(
                {name: value for name, value in stamps.items() if name not in vals}
            )
        return res

    def _is_elsewhere_void(self):
        """Whether the invoice that should bill this booking is missing, cancelled or taken back."""
        self.ensure_one()
        if not self.exclusion_reason_id.requires_invoice:
            return False
        invoice = self.elsewhere_invoice_id
        return not invoice or invoice.state == "cancel" or invoice._is_taken_back()

    def action_exclude(self, reason_id=None, note=None, invoice_id=None):
        """Take these bookings off the list, with a reason.

        :param reason_id: id of a ``microsoft.booking.exclusion.reason``; without one a wizard asks for it
        :param note: further words on why
        :param invoice_id: id of the customer invoice that bills them, for a reason that names one
        :return: the wizard's window action, or ``True``
        :raise UserError: when one of them is on a live invoice, the reason is Odoo's own, or the invoice to name is
            missing or not one of theirs
        """
        invoiced = self.filtered(lambda booking: booking.billing_state in LIVE_STATES)
        if invoiced:
            raise UserError(
                self.env._(
                    "On an invoice already, which has to be deleted or cancelled first: %(bookings)s. %(names)s",
                    bookings=say_bookings(self.env, len(invoiced)),
                    names=", ".join(invoiced[:5].invoice_id.mapped("display_name")),
                )
            )
        if reason_id is None:
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "microsoft_bookings.microsoft_booking_exclude_action"
            )
            return action | {"context": {"default_booking_ids": self.ids}}
        reason = self.env["microsoft.booking.exclusion.reason"].browse(reason_id)
        if reason.is_automatic:
            # What people decide must not be taken back with the setting that it comes from.
            raise UserError(
                self.env._("Odoo itself sets “%(name)s”: choose another reason.", name=reason.name)
            )
        invoice = self.env["account.move"].browse(invoice_id or [])
        if reason.requires_invoice:
            self._check_elsewhere(invoice)
        elif invoice:
            raise UserError(self.env._("The reason “%(name)s” names no invoice.", name=reason.name))
        self.write({"exclusion_reason_id": reason.id, "exclusion_note": note or False})
        self.sudo().elsewhere_invoice_id = invoice
        return True

    def _check_elsewhere(self, invoice):
        """That this invoice can be the one that bills these bookings.

        :raise UserError: when it is missing, no customer invoice, cancelled, or of another company
        """
        invoice.check_access("read")
        if not invoice or invoice.move_type not in INVOICES or invoice.state == "cancel":
            raise UserError(self.env._("Choose the customer invoice that bills these bookings."))
        if self.company_id - invoice.company_id:
            raise UserError(
                self.env._(
                    "%(invoice)s is not of the company of these bookings.",
                    invoice=invoice.display_name,
                )
            )

    def action_undo_exclude(self):
        """Put excluded bookings back on the list."""
        self.exclusion_reason_id = False
        return True

    def action_waive(self):
        """Ask why the fees of these bookings are waived, and take them off the list.

        :return: the window action of the wizard that asks
        :raise UserError: when there is no fee among them
        """
        fees = self.filtered(
            lambda booking: booking.is_fee and booking.billing_state not in LIVE_STATES
        )
        if not fees:
            raise UserError(
                self.env._("None of these bookings has a fee that is still to invoice.")
            )
        action = fees.action_exclude()
        reason = self.env.ref(WAIVED, raise_if_not_found=False)
        action["context"]["default_reason_id"] = reason.id if reason else False
        return action

    def action_bill_again(self):
        """Free bookings whose invoice was credited in full, so that they can be invoiced once more."""
        credited = self.filtered(lambda booking: booking.issue == "credited")
        credited.check_access("write")
        credited.sudo().invoice_line_id.booking_superseded = True
        # Only this way out of a live line is open: the credit note stands against it.
        credited.sudo().invoice_line_id = False
        return True
