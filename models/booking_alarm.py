# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.misc import format_datetime

SCHEDULED_STATES = ("connected", "error")
# Data older than so many turns of the schedule, and never younger than this, are said to be old.
STALE_TURNS = 2
STALE_AT_LEAST = timedelta(hours=1)


class MicrosoftBookingSettings(models.Model):
    """Loud failure: who is responsible learns once that bookings no longer arrive, and sees when they do again."""

    _inherit = "microsoft.booking.settings"

    alarm_failures = fields.Integer(
        "Alarm After Failures",
        default=3,
        required=True,
        help="So many failed synchronisations in a row tell the responsible person. 0: never.",
    )
    alarm_hours = fields.Integer(
        "Alarm After Hours",
        default=24,
        required=True,
        help="So many hours without a successful synchronisation tell the responsible person. 0: never.",
    )
    alarm_since = fields.Datetime(readonly=True, copy=False)
    alarm_activity_id = fields.Many2one("mail.activity", readonly=True, copy=False)
    scheduled_since = fields.Datetime(
        readonly=True, copy=False, help="When the schedule was switched on the last time."
    )
    is_stale = fields.Boolean(
        compute="_compute_stale_warning",
        help="The last synchronisation failed, or is too long ago to invoice without a second thought.",
    )
    stale_warning = fields.Char("Data", compute="_compute_stale_warning")

    _alarm_limits_positive = models.Constraint(
        "CHECK(alarm_failures >= 0 AND alarm_hours >= 0)", "The limits of the alarm are 0 or more."
    )

    @api.depends("last_success", "state", "interval_number", "interval_type")
    @api.depends_context("lang", "tz")
    def _compute_stale_warning(self):
        """Whether the list shows old data, and since when, in words."""
        now = fields.Datetime.now()
        for settings in self:
            old = max(settings._get_interval() * STALE_TURNS, STALE_AT_LEAST)
            settings.is_stale = settings.state != "draft" and (
                settings.state == "error"
                or not settings.last_success
                or settings.last_success < now - old
            )
            settings.stale_warning = settings.is_stale and (
                self.env._(
                    "Data as of %(moment)s: later changes in Bookings are not known here.",
                    moment=format_datetime(self.env, settings.last_success),
                )
                if settings.last_success
                else self.env._("Never synchronised yet.")
            )

    def _get_interval(self):
        """The time from one scheduled synchronisation to the next, as a ``timedelta``."""
        self.ensure_one()
        unit = {"minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}[
            self.interval_type or "minutes"
        ]
        return timedelta(seconds=unit * self.interval_number)

    def _get_alarm_text(self):
        """Why the responsible person has to know, in words; empty while the limits are kept."""
        self.ensure_one()
        if not self.active or self.state not in SCHEDULED_STATES:
            return ""
        if self.alarm_failures and self.failure_count >= self.alarm_failures:
            if self.failure_count == 1:
                return self.env._(
                    "“%(name)s”: the last synchronisation with Microsoft Bookings failed.",
                    name=self.name,
                )
            return self.env._(
                "“%(name)s”: %(count)s synchronisations with Microsoft Bookings failed in a row.",
                name=self.name,
                count=self.failure_count,
            )
        patience = timedelta(hours=self.alarm_hours)
        if patience and self._get_interval() >= patience:
            # A rare schedule is late only once a turn was missed.
            patience += self._get_interval()
        since = max(filter(None, (self.last_success, self.scheduled_since)), default=None)
        if patience and since and since <= fields.Datetime.now() - patience:
            return self.env._(
                "“%(name)s”: no synchronisation with Microsoft Bookings succeeded since %(moment)s.",
                name=self.name,
                moment=format_datetime(self.env, since),
            )
        return ""

    def _update_alarm(self):
        """Raise the alarm of those beyond their limits, once, and take it back where the trouble is over."""
        for settings in self:
            user = settings._get_responsible()
            text = settings._in_language_of(user)._get_alarm_text()
            if text and not settings.alarm_since:
                settings.alarm_since = fields.Datetime.now()
                settings.alarm_activity_id = settings._notify_responsible(
                    "microsoft_bookings.mail_template_sync_alarm", text
                )
            elif settings.alarm_since and not text:
                settings._drop_activity("alarm_activity_id")
                settings.alarm_since = False

    def _finish_run(self, run):
        res = super()._finish_run(run)
        self._update_alarm()
        return res

    def _fail_run(self, run, message, request_id=None):
        res = super()._fail_run(run, message, request_id)
        self._update_alarm()
        return res

    def write(self, vals):
        started = self.browse()
        if vals.get("state") in SCHEDULED_STATES:
            started = self.filtered(lambda s: s.state not in SCHEDULED_STATES)
        res = super().write(vals)
        if started:
            super(MicrosoftBookingSettings, started).write(
                {"scheduled_since": fields.Datetime.now()}
            )
        if not {"state", "active"}.isdisjoint(vals):
            self.filtered("alarm_since")._update_alarm()
        return res

    @api.model
    def _get_housekeeping(self):
        watched = self.search(
            ["|", ("state", "in", SCHEDULED_STATES), ("alarm_since", "!=", False)]
        )
        return super()._get_housekeeping() + [one._update_alarm for one in watched]
