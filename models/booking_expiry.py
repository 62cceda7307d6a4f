# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools.misc import format_date

# So many days before a secret expires the responsible person is reminded, once each.
REMINDER_DAYS = (30, 14, 7, 1)


class MicrosoftBookingSettings(models.Model):
    """Reminders before the client secret or the certificate expires."""

    _inherit = "microsoft.booking.settings"

    reminded_expiry = fields.Date(
        readonly=True, copy=False, help="The date of expiry that was reminded of."
    )
    reminded_days = fields.Integer(
        readonly=True, copy=False, help="The last of the reminders, in days before that date."
    )
    expiry_activity_id = fields.Many2one("mail.activity", readonly=True, copy=False)
    expiry_days = fields.Integer(compute="_compute_expiry_days")
    expiry_warning = fields.Char(compute="_compute_expiry_days")

    @api.depends("secret_expiry", "cloud", "auth_method")
    @api.depends_context("lang")
    def _compute_expiry_days(self):
        """Days until the expiry, negative after it, and from 30 days before a sentence for the form and the mail."""
        today = fields.Date.context_today(self)
        for settings in self:
            expiry = settings.cloud != "sandbox" and settings.secret_expiry
            settings.expiry_days = (expiry - today).days if expiry else 0
            if not expiry or settings.expiry_days > max(REMINDER_DAYS):
                settings.expiry_warning = False
                continue
            values = {"name": settings.name, "date": format_date(self.env, expiry)}
            certificate = settings.auth_method == "certificate"
            if settings.expiry_days < 0:
                text = (
                    self.env._("The certificate of “%(name)s” expired on %(date)s.", **values)
                    if certificate
                    else self.env._(
                        "The client secret of “%(name)s” expired on %(date)s.", **values
                    )
                )
            else:
                text = (
                    self.env._("The certificate of “%(name)s” expires on %(date)s.", **values)
                    if certificate
                    else self.env._(
                        "The client secret of “%(name)s” expires on %(date)s.", **values
                    )
                )
            settings.expiry_warning = text

    def _remind_of_expiry(self):
        """Remind the responsible people of what expires: at most one reminder each time, and each once."""
        for settings in self.filtered("expiry_warning"):
            due = min(days for days in REMINDER_DAYS if settings.expiry_days <= days)
            known = settings.reminded_expiry == settings.secret_expiry and settings.reminded_days
            if known and known <= due:
                continue
            settings._drop_activity("expiry_activity_id")
            user = settings._get_responsible()
            activity = settings._notify_responsible(
                "microsoft_bookings.mail_template_secret_expiry",
                settings._in_language_of(user).expiry_warning,
                settings.secret_expiry,
            )
            settings.write(
                {
                    "reminded_expiry": settings.secret_expiry,
                    "reminded_days": due,
                    "expiry_activity_id": activity.id,
                }
            )

    def write(self, vals):
        res = super().write(vals)
        if "secret_expiry" in vals:
            # A new date, a new secret: what was to be done is done.
            done = self.filtered(lambda s: s.secret_expiry != s.reminded_expiry)
            done._drop_activity("expiry_activity_id")
        return res

    @api.model
    def _get_housekeeping(self):
        expiring = self.search([("secret_expiry", "!=", False)])
        return super()._get_housekeeping() + [one._remind_of_expiry for one in expiring]
