# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta, timezone

from odoo import fields, models

from .booking_run import OPEN_STATES
from .graph_messages import keep_error

# How often a run comes back after passing faults before it fails, and when unless Microsoft says.
MAX_ATTEMPTS = 10
RETRY_DELAY = timedelta(minutes=5)


class MicrosoftBookingSettings(models.Model):
    """How a synchronisation ends: done, failed with what to do about it, or to be gone on with later."""

    _inherit = "microsoft.booking.settings"

    def _finish_run(self, run):
        run.write(
            {
                "state": "problems" if run.problem_ids else "done",
                "end_time": fields.Datetime.now(),
                "progress": 100.0,
                "cursor": False,
            }
        )
        vals = {
            "last_success": run.start_time,
            "failure_count": 0,
            "problem_words": False,
            "last_problem_request_id": False,
        }
        if self.state == "error":
            vals["state"] = "connected"
        if self.gone_words and not run.problem_ids.filtered(lambda problem: problem.kind == "gone"):
            vals["gone_words"] = False
        self.write(vals)

    def _interrupt_run(self, run, error):
        """Microsoft did not answer as hoped: come back later when that helps, else fail with what to do."""
        if run.state not in OPEN_STATES:
            # Somebody changed the connection meanwhile, and so ended it.
            return
        if not error.retryable or run.attempts >= MAX_ATTEMPTS:
            self._fail_run(run, keep_error(error), error.request_id)
            return
        now = fields.Datetime.now()
        at = error.retry_at and error.retry_at.astimezone(timezone.utc).replace(tzinfo=None)
        at = max(at or now + RETRY_DELAY, now)
        run.write({"state": "waiting", "resume_at": at, "attempts": run.attempts + 1})
        self.sudo().cron_id._trigger(at=at)

    def _fail_run(self, run, message, request_id=None):
        """End the run and say so on the settings; the next scheduled one starts afresh.

        :param message: as for ``_add_problem()`` of the run
        """
        run._add_problem(message, kind="connection", request_id=request_id)
        run.write({"state": "failed", "end_time": fields.Datetime.now(), "cursor": False})
        self.write(
            {
                "failure_count": self.failure_count + 1,
                "problem_words": message,
                "last_problem_request_id": request_id or False,
                "state": "error" if self.state == "connected" else self.state,
            }
        )
