# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models


def _first_line(error):
    """What an activity has room for."""
    return str(error).partition("\n")[0]


class MicrosoftBookingSettings(models.Model):
    """Scheduled drafts that were not made: the responsible person learns it once, and what was due stays due."""

    _inherit = "microsoft.booking.settings"

    draft_trouble = fields.Boolean(
        readonly=True, copy=False, help="Scheduled drafts could not be made, and somebody knows."
    )
    draft_activity_id = fields.Many2one("mail.activity", readonly=True, copy=False)
    draft_retry = fields.Date(
        readonly=True, copy=False, help="The day on which a run that failed is made again."
    )

    def _fail_scheduled_drafts(self, error, scheduled_after=None):
        """Tell the responsible person, once until it works again, and keep what was due.

        :param error: why, in words or as an exception
        :param scheduled_after: of a run that failed: the day that had been looked at before it. It is made again
            on the next day, and not each hour
        """
        self.ensure_one()
        settings = self.sudo()
        if scheduled_after:
            settings.draft_checked = min(scheduled_after, settings.draft_checked)
            settings.draft_retry = self._get_today() + timedelta(days=1)
        if settings.draft_trouble:
            return
        text = self._in_language_of(self._get_responsible()).env._(
            "The scheduled draft invoices were not made: %(error)s", error=_first_line(error)
        )
        settings.draft_trouble = True
        settings.message_post(body=text)
        settings.draft_activity_id = self._notify_responsible(None, text)

    def _end_draft_trouble(self):
        """It works again: nobody has to do anything any more."""
        troubled = self.sudo().filtered(
            lambda settings: settings.draft_trouble or settings.draft_retry
        )
        troubled._drop_activity("draft_activity_id")
        troubled.write({"draft_trouble": False, "draft_retry": False})


class MicrosoftBookingRun(models.Model):
    """Runs that failed in the background: who started one is told, until it is made again or undone."""

    _inherit = "microsoft.booking.run"

    scheduled_after = fields.Date(
        readonly=True, help="Of scheduled drafts: the day that had been looked at before."
    )
    activity_id = fields.Many2one("mail.activity", readonly=True, copy=False)

    def _end_invoices(self):
        res = super()._end_invoices()
        if self.scheduled_after:
            self.settings_id._end_draft_trouble()
        return res

    def _fail_invoices(self, message):
        res = super()._fail_invoices(message)
        if self.scheduled_after:
            self.settings_id._fail_scheduled_drafts(message, self.scheduled_after)
            return res
        settings = self.settings_id or self._get_left_bookings().settings_id[:1]
        if settings:
            run = self.with_context(lang=self.started_by.lang)
            self.activity_id = settings._notify_responsible(
                None, f"{run.display_name}: {_first_line(message)}", user=self.started_by
            )
        return res

    def _drop_activity(self):
        """Take back what is no longer to be done."""
        self.sudo().activity_id.filtered("active").unlink()

    def action_undo(self, delete_edited=False):
        res = super().action_undo(delete_edited=delete_edited)
        self._drop_activity()
        return res

    def _get_left_bookings(self):
        """What is still to invoice of the bookings of these runs: not begun, or without success."""
        planned = [
            booking_id
            for run in self.sudo()
            for group in (run.plan or {}).get("todo", ())
            for booking_id in group
        ]
        bookings = self.env["microsoft.booking"].browse(planned).exists()
        return (bookings | self.problem_ids.booking_id).filtered(
            lambda booking: (
                booking.billing_state in ("to_check", "to_invoice") and not booking._is_invoiced()
            )
        )

    def action_retry(self):
        """Start again what ended with problems or failed: of invoicing, what is still to invoice of it.

        :return: a client action, or ``True`` when there was nothing to start
        :raise AccessError: when the user may not create invoices
        """
        res = super().action_retry()
        runs = self.filtered(lambda run: run.kind == "invoice")._retry_invoices()
        if runs and res is True:
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        return res

    def _retry_invoices(self):
        """Queue what is left of these runs, to be made as the user who asks for it.

        :return: those that had something left
        """
        retried = self.browse()
        for run in self.filtered(lambda run: run.state in ("failed", "problems")):
            run.env["account.move"].check_access("create")
            left = run._get_left_bookings()
            if not left:
                continue
            plan = run.sudo().plan or left._prepare_invoice_plan({})
            left_ids = set(left.ids)
            groups = [[number for number in group if number in left_ids] for group in plan["todo"]]
            rest = left - left.browse([number for group in groups for number in group])
            groups += [group.ids for group in rest._group_for_invoices(plan["options"])]
            groups = [group for group in groups if group]
            run.sudo().problem_ids.unlink()
            run._drop_activity()
            run.sudo().write(
                {
                    "state": "queued",
                    "plan": plan | {"todo": groups, "total": len(groups)},
                    "progress": 0.0,
                    "started_by": self.env.uid,
                    "end_time": False,
                }
            )
            retried |= run
        if retried:
            retried._start_invoices()
        return retried
