# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

# A change of one of these changes what has to be read, or how: the next synchronisation reads everything again.
FULL_SYNC_FIELDS = {
    "business_id",
    "customer_filter",
    "history_start",
    "horizon_days",
    "lookback_days",
    "reference_question",
    "service_filter",
}


class MicrosoftBookingSettings(models.Model):
    """*Full synchronisation*, when somebody asks for it and by itself when other things have to be read than before."""

    _inherit = "microsoft.booking.settings"

    full_sync_due = fields.Boolean(
        "Full Synchronisation Next",
        readonly=True,
        copy=False,
        help="What is to be read was changed: the next synchronisation reads everything again.",
    )

    def write(self, vals):
        asked = FULL_SYNC_FIELDS & vals.keys()
        before = {settings: [settings[name] for name in asked] for settings in self}
        res = super().write(vals)
        self.filtered(
            lambda settings: before[settings] != [settings[name] for name in asked]
        )._require_full_sync()
        return res

    def _require_full_sync(self):
        """Read everything again, with every detail, as soon as possible.

        What runs at this moment is not disturbed: the full synchronisation follows it.
        """
        if self:
            self.write({"full_sync_due": True})
        for settings in self:
            if settings.state in ("connected", "error") and settings.last_success:
                settings.sudo().cron_id._trigger()

    def _prepare_run(self, user=None):
        return super()._prepare_run(user) | {"full": self.full_sync_due or not self.last_success}

    def _take_full_sync(self, run):
        """Let this run, which is planned now, be the full synchronisation that is due."""
        if self.full_sync_due:
            run.full = True
            self.full_sync_due = False

    def _finish_run(self, run):
        res = super()._finish_run(run)
        if self.full_sync_due:
            # Asked for while this one ran.
            self.sudo().cron_id._trigger()
        return res

    def _fail_run(self, run, message, request_id=None):
        res = super()._fail_run(run, message, request_id)
        if run.full and not self.full_sync_due:
            self.full_sync_due = True
        return res
