# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from .booking_address import level_name
from .booking_merge import digest


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
        # The order of a company has nothing to do with what its employees pay for themselves.
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

    # === GIVEN ANOTHER AFTER IT WAS INVOICED === #

    def _get_reference_digest(self):
        """What tells one answer from another and cannot be read: ``None`` where nobody is asked for one."""
        self.ensure_one()
        if self.customer_reference:
            return digest(self.customer_reference)
        return "" if self.settings_id.reference_question else None

    def _has_another_reference(self):
        """Whether the customer has corrected the reference of this booking, and not that of all on its invoice."""
        self.ensure_one()
        if "reference" not in self._get_changed_facts():
            return False
        bookings = self.invoice_id.booking_ids
        return len({booking._get_customer_reference() or False for booking in bookings}) > 1

    def _is_reference_typed(self, put, reference):
        """Whether a person has typed another reference on the draft of this booking.

        :param put: digest of the reference that was put on it
        :param reference: what would be put on it now
        """
        typed = self.invoice_id.ref or ""
        return typed != (reference or "") and digest(typed) != put

    def _refresh_reference(self, put, overwrite):
        """Let the draft of these bookings, all of which have the same reference by now, follow it.

        :param put: digest of the reference that was put on it
        :param overwrite: whether what a person has typed is written over
        :return: what there is to say about it, a list of texts
        """
        if not self:
            return []
        reference = self._get_invoice_reference()
        if self[:1]._is_reference_typed(put, reference) and not overwrite:
            return [
                self.env._(
                    "Kept as it was typed on the draft: %(fields)s.",
                    fields=self._get_reference_label(),
                )
            ]
        self.invoice_id.ref = reference
        return []

    def _get_reference_label(self):
        return self._fields["customer_reference"]._description_string(self.env)


def _level_question(question):
    """“PO number” and “PO Number?” are one question."""
    return level_name(question).rstrip(" ?:*")
