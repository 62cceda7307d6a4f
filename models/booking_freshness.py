# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import format_date, format_time

from ..sandbox.shops import ATELIER, SALON
from .booking_run import OPEN_STATES

TRIAL_BUSINESSES = (ATELIER, SALON)
# Somebody who only looks around has neither contacts nor products of these names: they are proposed.
TRIAL_OPTIONS = {"create_contacts": True, "sync_services": "import"}


class MicrosoftBookingSettings(models.Model):
    """How old the data of a business are, said where people rely on them; and a trial without typing."""

    _inherit = "microsoft.booking.settings"

    open_run_id = fields.Many2one(
        "microsoft.booking.run",
        string="Synchronisation under Way",
        compute="_compute_open_run_id",
        search="_search_open_run_id",
    )
    open_run_progress = fields.Float("Progress", compute="_compute_open_run_id")
    open_run_step = fields.Char(related="open_run_id.step_text")
    open_run_remaining = fields.Char(related="open_run_id.remaining_text")

    @api.depends("run_ids.state", "run_ids.progress")
    def _compute_open_run_id(self):
        runs = self.env["microsoft.booking.run"].search(
            [
                ("settings_id", "in", self.ids),
                ("kind", "=", "sync"),
                ("state", "in", OPEN_STATES),
            ]
        )
        # At most one of each: the database sees to it.
        by_settings = runs.grouped("settings_id")
        for settings in self:
            settings.open_run_id = by_settings.get(settings._origin, runs.browse())
            settings.open_run_progress = settings.open_run_id.progress

    def _search_open_run_id(self, operator, value):
        """By the runs themselves, of which at most one of each settings is open."""
        if operator != "in":
            return NotImplemented
        return [("run_ids", "any", [("id", "in", list(value)), ("state", "in", OPEN_STATES)])]

    @api.depends("name", "last_success", "state")
    @api.depends_context("booking_data_as_of", "lang", "tz")
    def _compute_display_name(self):
        """With ``booking_data_as_of`` in the context, say before the name how fresh the data are.

        The search panel of Uninvoiced Bookings and its groups show it so.
        """
        super()._compute_display_name()
        if not self.env.context.get("booking_data_as_of"):
            return
        for settings in self:
            mark = "⚠ " if settings.is_stale else ""
            settings.display_name = f"{mark}{settings._get_data_as_of_text()} · {settings.name}"

    def _get_data_as_of_text(self):
        """When Bookings was last read: the time of a moment of today, else the date."""
        self.ensure_one()
        if not self.last_success:
            return self.env._("never read")
        moment = fields.Datetime.context_timestamp(self, self.last_success)
        if moment.date() == fields.Date.context_today(self):
            return format_time(self.env, moment.time(), time_format="short")
        return format_date(self.env, moment.date())

    @api.onchange("cloud")
    def _onchange_cloud(self):
        """The trial fills itself in, so that it is two clicks away; leaving it empties what it has filled in."""
        if self.cloud == "sandbox":
            self.name = self.name or self.env._("Sample data")
            self.business_id = self.business_id or ATELIER
            self.update(TRIAL_OPTIONS)
        elif self.business_id in TRIAL_BUSINESSES:
            self.business_id = False
            self.update(self._get_default_options())

    @api.model
    def _get_default_options(self):
        """What of :data:`TRIAL_OPTIONS` holds for a real business that nobody has decided on yet.

        :return: a dict of name -> value
        """
        defaults = self.default_get(list(TRIAL_OPTIONS))
        return {name: defaults.get(name, False) for name in TRIAL_OPTIONS}
