# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timezone

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..billing.timezones import service_date, to_zoneinfo
from .booking import LIVE_STATES

SETTLED = "microsoft_bookings.exclusion_reason_settled"


class MicrosoftBookingSettings(models.Model):
    """What was held before Odoo took over: imported when it is wanted, and never listed as uninvoiced."""

    _inherit = "microsoft.booking.settings"

    settled_before = fields.Date(
        help="What was held before this day was settled elsewhere: it is imported as not invoiced, for the record. "
        "It has an effect on what is imported, by Bookings From or Days Back.",
    )

    def write(self, vals):
        res = super().write(vals)
        if "settled_before" in vals:
            self._apply_settled_before()
        return res

    def _apply_settled_before(self):
        """Exclude what the date now settles, and list again what it no longer settles; decisions of people stay."""
        Booking = self.env["microsoft.booking"]
        reason = Booking._get_settled_reason()
        for settings in self:
            own = [("settings_id", "=", settings.id)]
            before = settings.settled_before
            later = [("service_date", ">=", before)] if before else []
            Booking.search(
                [*own, ("exclusion_reason_id", "=", reason.id), *later]
            ).exclusion_reason_id = False
            if before:
                Booking.search(
                    [
                        *own,
                        ("service_date", "<", before),
                        ("billing_state", "in", ("to_check", "to_invoice")),
                        ("invoice_line_id", "=", False),
                    ]
                ).exclusion_reason_id = reason


class MicrosoftBookingExclusionReason(models.Model):
    _inherit = "microsoft.booking.exclusion.reason"

    is_automatic = fields.Boolean(
        readonly=True, help="Set by Odoo itself, and taken back when it no longer holds."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_automatic(self):
        if self.filtered("is_automatic"):
            raise UserError(
                self.env._("This reason is set by Odoo itself. Archive it instead of deleting it.")
            )


class MicrosoftBooking(models.Model):
    _inherit = "microsoft.booking"

    @api.model
    def _get_settled_reason(self):
        return self.env.ref(SETTLED)

    @api.model_create_multi
    def create(self, vals_list):
        Settings = self.env["microsoft.booking.settings"]
        for settings in Settings.browse({vals["settings_id"] for vals in vals_list}):
            if not settings.settled_before:
                continue
            zone = to_zoneinfo(settings.tz) or timezone.utc
            reason_id = self._get_settled_reason().id
            for vals in vals_list:
                if vals["settings_id"] == settings.id:
                    start = fields.Datetime.to_datetime(vals["start"])
                    if service_date(start, zone) < settings.settled_before:
                        vals.setdefault("exclusion_reason_id", reason_id)
        return super().create(vals_list)

    def write(self, vals):
        res = super().write(vals)
        if "start" in vals:
            # Moved to a day that nothing has settled: it must not be forgotten.
            reason = self._get_settled_reason()
            self.filtered(
                lambda booking: (
                    booking.exclusion_reason_id == reason
                    and booking.billing_state not in LIVE_STATES
                    and not booking._is_settled_before()
                )
            ).exclusion_reason_id = False
        return res

    def _is_settled_before(self):
        """Whether the settings say of its day that it was settled elsewhere."""
        self.ensure_one()
        before = self.settings_id.settled_before
        return bool(before) and self.service_date < before
