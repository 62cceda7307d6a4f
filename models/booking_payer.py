# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

ABSENCES = ("no_show", "late_cancelled")
ABSENCES_UNPAID = "commercial_partner_id.booking_absences_unpaid"


class MicrosoftBookingService(models.Model):
    _inherit = "microsoft.booking.service"

    paid_by_attendee = fields.Boolean(
        "Paid by the Attendee",
        help="Who attends pays for it, whoever else pays for their bookings: such as a massage, which is not the "
        "employer's. A contact below a company gets the invoice; Odoo keeps it in the account of that company.",
    )


class ResPartner(models.Model):
    _inherit = "res.partner"

    booking_absences_unpaid = fields.Boolean(
        "Does Not Pay Absences",
        help="The fee for a no-show or a late cancellation goes to the attendee, and not to this company.",
    )


class MicrosoftBooking(models.Model):
    """Who pays: by the service, the customer, the contact, its company, and by whether anybody attended."""

    _inherit = "microsoft.booking"

    @api.depends(
        "partner_decided",
        "outcome",
        "service_id.paid_by_attendee",
        "customer_id.payer_id",
        f"customer_id.payer_id.{ABSENCES_UNPAID}",
        f"partner_id.{ABSENCES_UNPAID}",
        "partner_id.booking_payer_id",
        f"partner_id.booking_payer_id.{ABSENCES_UNPAID}",
        "partner_id.commercial_partner_id.booking_payer_id",
        f"partner_id.commercial_partner_id.booking_payer_id.{ABSENCES_UNPAID}",
        "invoice_line_id.parent_state",
        "is_released",
    )
    def _compute_payer_id(self):
        for booking in self:
            if not booking.payer_decided and not booking._is_invoiced():
                booking.payer_id = booking._find_payer()[0]
            else:
                booking.payer_id = booking.payer_id

    def _find_payer(self):
        """Who pays this booking by the rules. Hook.

        :return: a ``res.partner``, empty for nobody, and by which rule: ``attendee`` (the service is theirs to pay),
            ``absence`` (the payer pays none), ``always`` (as is remembered of the customer) or ``contact``
        """
        self.ensure_one()
        attendee = self.partner_id
        if self.service_id.paid_by_attendee:
            return attendee, "attendee"
        # Of a contact that was chosen on this very booking, who always pays for the customer says nothing.
        always = not self.partner_decided and self.customer_id.payer_id
        payer = always or attendee._get_booking_payer(self.company_id)
        is_unpaid = payer.commercial_partner_id.booking_absences_unpaid
        if self.outcome in ABSENCES and is_unpaid and payer != attendee:
            return attendee, "absence"
        return payer, "always" if always else "contact"

    def _is_paid_privately(self):
        """Whether who attends pays themselves, although they are a contact below a company."""
        payer = self.payer_id
        return payer == self.partner_id and payer.commercial_partner_id != payer

    def _get_invoice_partner(self):
        """The contact that the draft of these bookings, which share a payer, is addressed to. Hook.

        The payer's invoice address. What somebody below a company pays for themselves is not sent to the company.
        """
        payer = self.payer_id
        if self._is_paid_privately():
            return payer
        return payer.browse(payer.address_get(["invoice"])["invoice"])
