# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from collections import Counter

from odoo import api, fields, models, release
from odoo.modules import get_manifest

# Of the settings: what changes how they synchronise, and names nobody.
OPTIONS = (
    "cloud auth_method sync_customers sync_services create_contacts lookback_days horizon_days interval_number "
    "interval_type tz"
).split()
COUNTS = (
    "read_count new_count changed_count unchanged_count cancelled_count request_count detail_count booking_count "
    "problem_count"
).split()


class MicrosoftBookingRun(models.Model):
    """*Copy Diagnostic*: what somebody who helps needs to know of a run, without secrets and personal data."""

    _inherit = "microsoft.booking.run"

    diagnostic = fields.Text(compute="_compute_diagnostic")

    @api.depends("state", "steps_done", "problem_ids.words")
    def _compute_diagnostic(self):
        for run in self:
            run.diagnostic = json.dumps(run._prepare_diagnostic(), indent=1, default=str)

    def _prepare_diagnostic(self):
        """The facts of the run, as JSON carries them. Hook.

        Only numbers, times, ids of requests and our own words go in: of a problem the sentence or the code, never
        what it names; of Odoo's own messages, which may name people, nothing.

        :return: a dict
        """
        self.ensure_one()
        settings = self.settings_id
        problems = Counter(
            (problem.kind, _get_wording(problem.words), problem.request_id or "")
            for problem in self.problem_ids
        )
        return {
            "odoo": release.version,
            "microsoft_bookings": get_manifest("microsoft_bookings").get("version"),
            "run": self.id,
            "settings": settings.id,
            "kind": self.kind,
            "state": self.state,
            "full": self.full,
            "by_schedule": not self.started_by,
            "started": self.start_time,
            "ended": self.end_time,
            "attempts": self.attempts,
            "counts": {name.removesuffix("_count"): self[name] for name in COUNTS},
            "steps_done": self.steps_done or [],
            "steps_to_do": self.cursor["todo"] if self.cursor else [],
            "options": {name: settings[name] for name in OPTIONS} if settings else {},
            "failures_in_a_row": settings.failure_count,
            "unreadable": settings.unreadable_count,
            "problems": [
                {"kind": kind, "problem": wording, "request_id": request_id, "times": times}
                for (kind, wording, request_id), times in problems.items()
            ],
        }


def _get_wording(words):
    """What a problem says, without what it names."""
    if not isinstance(words, dict):
        return "(told by Odoo)"
    if "error" in words:
        return " ".join(filter(None, (words["error"], words["graph_code"])))
    nested = [_get_wording(value) for value in words["details"].values() if isinstance(value, dict)]
    return " / ".join([words["sentence"], *nested])
