# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from odoo import fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class MicrosoftBookingSettings(models.Model):
    """How the responsible person is told: one activity and one mail, in the person's language."""

    _inherit = "microsoft.booking.settings"

    def _get_responsible(self):
        """Who is told: the responsible person, else who made the settings, else an administrator.

        :return: one active ``res.users``
        """
        self.ensure_one()
        candidates = self.user_id | self.create_uid | self.env.ref("base.user_admin")
        people = candidates.filtered(lambda user: user.active and not user.share)
        return people[:1] or candidates[-1:]

    def _in_language_of(self, user):
        """These settings in an environment that speaks the person's language."""
        return self.with_context(lang=user.lang or self.env.lang)

    def _notify_responsible(self, template_xmlid, summary, deadline=None, user=None):
        """Give the responsible person something to do, and write to them.

        :param template_xmlid: of the ``mail.template``; ``None`` for the mail that Odoo writes of an activity
        :param summary: of the activity, in the person's language
        :param deadline: date of the activity; by default today
        :param user: another person than the responsible one
        :return: the ``mail.activity``
        """
        self.ensure_one()
        user = user or self._get_responsible()
        # Without the context the activity would write a mail of its own.
        settings = self.sudo().with_context(mail_activity_quick_update=bool(template_xmlid))
        activity = settings.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=deadline or fields.Date.context_today(self),
            summary=summary,
            user_id=user.id,
        )
        template = template_xmlid and self.env.ref(template_xmlid, raise_if_not_found=False)
        if template:
            try:
                with self.env.cr.savepoint():
                    template.sudo().send_mail(self.id)
            except UserError as error:
                # The template is the administrator's to edit; the activity tells all the same.
                _logger.warning("%s cannot be rendered: %s", template_xmlid, error)
        return activity

    def _drop_activity(self, name):
        """Take back what is no longer to be done; what somebody has done stays in the history."""
        self.sudo()[name].filtered("active").unlink()
