# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError

from .booking import LIVE_STATES


class MicrosoftBookingExclusionReason(models.Model):
    """Why a booking is not invoiced, in the words that the report shows."""

    _name = "microsoft.booking.exclusion.reason"
    _description = "Reason not to invoice a booking"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)


class MicrosoftBooking(models.Model):
    """Bookings that are not invoiced, with the reason; and back again."""

    _inherit = "microsoft.booking"

    def action_exclude(self, reason_id=None):
        """Take these bookings off the list, with a reason.

        :param reason_id: id of a ``microsoft.booking.exclusion.reason``; without one a wizard asks for it
        :return: the wizard's window action, or ``True``
        :raise UserError: when one of them is on a live invoice
        """
        invoiced = self.filtered(lambda booking: booking.billing_state in LIVE_STATES)
        if invoiced:
            raise UserError(
                self.env._(
                    "%(count)s of these bookings are on an invoice already: delete or cancel it first. %(names)s",
                    count=len(invoiced),
                    names=", ".join(invoiced[:5].invoice_id.mapped("display_name")),
                )
            )
        if reason_id is None:
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "microsoft_bookings.microsoft_booking_exclude_action"
            )
            return action | {"context": {"default_booking_ids": self.ids}}
        self.exclusion_reason_id = reason_id
        return True

    def action_undo_exclude(self):
        """Put excluded bookings back on the list."""
        self.exclusion_reason_id = False
        return True

    def action_bill_again(self):
        """Free bookings whose invoice was credited in full, so that they can be invoiced once more."""
        credited = self.filtered(lambda booking: booking.issue == "credited")
        credited.invoice_line_id.booking_superseded = True
        # Only this way out of a live line is open: the credit note stands against it.
        credited.check_access("write")
        credited.sudo().invoice_line_id = False
        return True

    def action_set_outcome(self):
        """Set the outcome named in the context (``booking_outcome``) on all of these bookings.

        :raise UserError: when one of them is on a live invoice
        """
        invoiced = self.filtered(lambda booking: booking.billing_state in LIVE_STATES)
        if invoiced:
            raise UserError(
                self.env._(
                    "%(count)s of these bookings are on an invoice already.", count=len(invoiced)
                )
            )
        self.write({"outcome": self.env.context["booking_outcome"]})
        return True
