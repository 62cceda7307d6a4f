# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models

from .booking_run import OPEN_STATES

# So many are deleted in one turn of the housekeeping.
BATCH = 1000


class MicrosoftBookingSettings(models.Model):
    """How long runs are kept."""

    _inherit = "microsoft.booking.settings"

    run_retention_days = fields.Integer(
        "Keep Runs (days)",
        default=90,
        required=True,
        help="Older runs and their problems are deleted, except those whose invoices are still drafts. 0: never.",
    )

    _run_retention_positive = models.Constraint(
        "CHECK(run_retention_days >= 0)", "Days are 0 or more."
    )

    @api.model
    def _get_housekeeping(self):
        return [*super()._get_housekeeping(), self.env["microsoft.booking.run"]._delete_old_runs]


class MicrosoftBookingRun(models.Model):
    _inherit = "microsoft.booking.run"

    @api.model
    def _delete_old_runs(self):
        """Delete the runs that have been kept for their time.

        For drafts of several businesses the longest time of their company counts. A run stays as long as one of its
        invoices is a draft, since it could still be undone; and the last synchronisation of each business stays.

        :return: whether there may be more of them
        """
        is_left = False
        Settings = self.env["microsoft.booking.settings"].with_context(active_test=False)
        for company, of_company in Settings._read_group([], ["company_id"], ["id:recordset"]):
            domains = [([("settings_id", "=", False), ("company_id", "=", company.id)], of_company)]
            for one in of_company:
                own = [("settings_id", "=", one.id)]
                last = self.search([*own, ("kind", "=", "sync")], limit=1)
                domains.append(([*own, ("id", "!=", last.id)], one))
            for domain, keepers in domains:
                days = [keeper.run_retention_days for keeper in keepers]
                if not all(days):
                    continue
                before = fields.Datetime.now() - timedelta(days=max(days))
                old = self.search(
                    [
                        *domain,
                        ("end_time", "<", before),
                        ("state", "not in", OPEN_STATES),
                        ("invoice_ids", "not any", [("state", "=", "draft")]),
                    ],
                    limit=BATCH,
                )
                old.unlink()
                is_left |= len(old) == BATCH
        return is_left
