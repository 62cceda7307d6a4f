# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from .booking import LIVE_STATES


class MicrosoftBookingSettings(models.Model):
    """When the fee for an absence is invoiced: at once, or with the next thing that its payer pays."""

    _inherit = "microsoft.booking.settings"

    fee_with_next = fields.Boolean(
        "Fees with the Next Invoice",
        help="The fee for an absence waits until its payer has a booking to invoice that was held.",
    )


class MicrosoftBooking(models.Model):
    _inherit = "microsoft.booking"

    def _split_invoiceable(self, options):
        ready, skipped = super()._split_invoiceable(options)
        if options.get("lone_fees"):
            return ready, skipped
        waiting = ready.filtered(
            lambda booking: (
                booking.is_fee
                and booking.settings_id.fee_with_next
                # What its payer attends somebody else pays: this one would wait for ever.
                and booking._find_payer()[1] != "absence"
            )
        )
        if not waiting:
            return ready, skipped

        def key(booking):
            return tuple(booking[name] for name in self._get_invoice_grouping_keys(options))

        others = self.browse(options.get("fee_companions") or []).exists()
        others = others.filtered(lambda booking: booking.billing_state in LIVE_STATES)
        held = {key(booking) for booking in ready | others if not booking.is_fee}
        lone = waiting.filtered(lambda booking: key(booking) not in held)
        text = self.env._("The fee waits for the next invoice of its payer.")
        return ready - lone, skipped + [(booking, "fee_waits", text) for booking in lone]

    def _find_fee_companions(self):
        """What the fees among these bookings go with, where a portion of them is invoiced at a time."""
        fees = self.filtered(lambda booking: booking.is_fee and booking.settings_id.fee_with_next)
        payers = fees.payer_id
        return self.filtered(lambda booking: not booking.is_fee and booking.payer_id in payers)
