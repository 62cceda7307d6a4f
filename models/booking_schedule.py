# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# A change of one of these is a change of the scheduled action.
CRON_FIELDS = {"name", "active", "state", "interval_number", "interval_type"}


class MicrosoftBookingSettings(models.Model):
    """How often: one scheduled action per connection, owned by it, so that a slow business delays no other."""

    _inherit = "microsoft.booking.settings"

    cron_id = fields.Many2one(
        "ir.cron",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups="base.group_system",
        string="Scheduled Action",
    )
    interval_number = fields.Integer("Synchronise Every", required=True, default=30)
    interval_type = fields.Selection(
        [("minutes", "Minutes"), ("hours", "Hours"), ("days", "Days"), ("weeks", "Weeks")],
        required=True,
        default="minutes",
    )
    next_run = fields.Datetime("Next Synchronisation", compute="_compute_next_run")

    _interval_bounds = models.Constraint(
        "CHECK(interval_number >= 5 OR (interval_number > 0 AND interval_type <> 'minutes'))",
        "Synchronise every five minutes or less often.",
    )

    @api.depends("state", "interval_number", "interval_type")
    def _compute_next_run(self):
        for settings in self:
            scheduled = settings.active and settings.state in ("connected", "error")
            settings.next_run = scheduled and settings.sudo().cron_id.nextcall

    def _create_crons(self):
        """Give each settings its scheduled action, switched off until the connection works.

        Its external id lets the uninstallation remove it; ``noupdate`` keeps it over an upgrade.
        """
        crons = self.env["ir.cron"].sudo().create([settings._prepare_cron() for settings in self])
        for settings, cron in zip(self, crons, strict=True):
            settings.sudo().cron_id = cron
        self.env["ir.model.data"].sudo().create(
            [
                {
                    "module": "microsoft_bookings",
                    "name": f"booking_sync_{record._table}_{record.id}",
                    "model": record._name,
                    "res_id": record.id,
                    "noupdate": True,
                }
                for cron in crons
                # Odoo deletes the later ones first, and keeps a server action that a scheduled one still needs.
                for record in (cron.ir_actions_server_id, cron)
            ]
        )

    def _prepare_cron(self):
        self.ensure_one()
        return {
            "name": self._get_cron_name(),
            "model_id": self.env["ir.model"]._get_id(self._name),
            "state": "code",
            "code": f"# Owned by the Booking Sync Settings: change it there.\nmodel.browse({self.id})._cron_sync()",
            "user_id": self.env.ref("base.user_root").id,
            "interval_number": self.interval_number,
            "interval_type": self.interval_type,
            "active": self._is_cron_active(),
        }

    def _get_cron_name(self):
        # Not translated: the name is stored once, for every administrator.
        return f"Microsoft Bookings: synchronise {self.name}"

    def _is_cron_active(self):
        # A paused connection keeps its action, which does nothing but what is asked for by hand.
        return self.active and self.state != "draft"

    def _sync_crons(self, vals=None):
        """Make the scheduled actions what the settings say.

        A running action cannot be written: then the hourly housekeeping, started in a minute, does it.
        """
        if vals is not None and CRON_FIELDS.isdisjoint(vals):
            return
        for settings in self:
            cron = settings.sudo().cron_id
            if not cron:
                settings._create_crons()
                continue
            wanted = {
                "name": settings._get_cron_name(),
                "interval_number": settings.interval_number,
                "interval_type": settings.interval_type,
                "active": settings._is_cron_active(),
            }
            changes = {name: value for name, value in wanted.items() if cron[name] != value}
            if not changes:
                continue
            try:
                cron.write(changes)
            except UserError:
                # At once it would find it running again, and start itself for as long as that lasts.
                self.env.ref("microsoft_bookings.ir_cron_housekeeping").sudo()._trigger(
                    at=fields.Datetime.now() + timedelta(minutes=1)
                )
