# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from .booking_address import level_name


class ResPartner(models.Model):
    _inherit = "res.partner"

    booking_reference = fields.Char(
        "Reference on Bookings' Invoices",
        help="Such as the customer's order (PO) number: it becomes the customer reference of its drafts.",
    )


class MicrosoftBookingSettings(models.Model):
    _inherit = "microsoft.booking.settings"

    reference_question = fields.Char(
        "Question for the Reference",
        help="A custom question of the booking page, such as “PO number”: its answer becomes the customer reference of "
        "the draft, and bookings with different answers go on different drafts. Of all answers this one is kept even "
        "when the others are not.",
    )


class MicrosoftBooking(models.Model):
    """The customer's own reference of a booking, such as its order number: answered on booking, or the contact's."""

    _inherit = "microsoft.booking"

    customer_reference = fields.Char(
        readonly=True, copy=False, help="The answer to the question that the settings name."
    )

    @api.model
    def _prepare_attendee_vals(self, key, attendee, related):
        vals = super()._prepare_attendee_vals(key, attendee, related)
        if question := _level_question(related["settings"].reference_question):
            answers = (
                answer.text.strip()
                for answer in attendee.answers
                if _level_question(answer.question) == question
            )
            vals["customer_reference"] = next(filter(None, answers), False)
        return vals

    def _get_customer_reference(self):
        """The reference of this booking: as answered, else of who attends, of who pays, of the company. Hook.

        :return: a text, or ``False``
        """
        self.ensure_one()
        payer = self.payer_id
        # What they pay for themselves is not on their company's order.
        company = payer if self._is_paid_privately() else payer.commercial_partner_id
        return (
            self.customer_reference
            or self.partner_id.booking_reference
            or payer.booking_reference
            or company.booking_reference
        )

    def _get_invoice_reference(self):
        """The customer's reference on the draft of these bookings, which have the same. Hook."""
        return self[:1]._get_customer_reference()


def _level_question(question):
    """“PO number” and “PO Number?” are one question."""
    return level_name(question).rstrip(" ?:*")
