# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError

from .booking_counts import say_invoiced
from .booking_invoicing import CHUNK

_logger = logging.getLogger(__name__)


class MicrosoftBooking(models.Model):
    """Many drafts at once: made in the background, while the user does something else."""

    _inherit = "microsoft.booking"

    def _queue_invoices(self, options=None):
        """Have draft invoices made of these bookings by a background run, which is started at once.

        :param options: as for :meth:`_create_invoices`
        :return: the ``microsoft.booking.run``, one per company; empty when nothing can be invoiced
        :raise AccessError: when the user may not create invoices
        """
        options = options or {}
        self.env["account.move"].check_access("create")
        ready, _skipped = self._split_invoiceable(options)
        Run = self.env["microsoft.booking.run"].sudo()
        runs = Run.create(
            [
                bookings._prepare_invoice_run(company)
                | {
                    "state": "queued",
                    "plan": bookings._prepare_invoice_plan(options),
                }
                for company, bookings in ready.grouped("company_id").items()
            ]
        )
        if runs:
            self.env.ref("microsoft_bookings.ir_cron_invoice_runs").sudo()._trigger()
        return runs.sudo(False)

    def _prepare_invoice_plan(self, options):
        """What the run has to do, as JSON carries it: the bookings of each draft, and how they are to be made."""
        groups = self._group_for_invoices(options)
        # When their turn comes, what fees go with is on a draft, or will be on none.
        groups.sort(key=lambda group: all(booking.is_fee for booking in group))
        kept = {
            name: value.id if isinstance(value, models.BaseModel) else value
            for name, value in options.items()
        }
        if kept.get("invoice_date"):
            kept["invoice_date"] = fields.Date.to_string(kept["invoice_date"])
        # What the fees go with may be in another portion.
        kept["fee_companions"] = self._find_fee_companions().ids
        return {
            "todo": [group.ids for group in groups],
            "total": len(groups),
            "options": kept,
        }


class MicrosoftBookingRun(models.Model):
    """A run that makes drafts in the background: a chunk, a commit, the next chunk; killed, it goes on where it was."""

    _inherit = "microsoft.booking.run"

    plan = fields.Json(readonly=True, help="The bookings of the drafts that are still to be made.")

    @api.model
    def _cron_invoice_runs(self):
        """What the scheduled action calls: go on with the invoicing runs, the oldest first.

        It always ends normally; what is wrong is told on the run.
        """
        runs = self.search([("kind", "=", "invoice"), ("state", "in", ("queued", "running"))])
        left = 0
        for run in runs.sorted("id"):
            try:
                is_done = run._make_planned_invoices()
            except OperationalError:
                # Somebody else changed the same rows: once more, on what is true then, after the other runs.
                self.env.cr.rollback()
                left += 1
                continue
            except Exception as error:  # pylint: disable=broad-exception-caught # a bug in one run is told to
                # who started it; Odoo would switch the scheduled action off without a word to them.
                self.env.cr.rollback()
                if not isinstance(error, UserError):
                    _logger.exception("%s failed", run)
                run._fail_invoices(str(error) if isinstance(error, UserError) else repr(error))
                is_done = True
            if not is_done:
                self.env["ir.cron"]._commit_progress(remaining=1)
                return
            # What became of this one stays, whatever becomes of the next.
            self.env["ir.cron"]._commit_progress()
        self.env["ir.cron"]._commit_progress(remaining=left)

    def _make_planned_invoices(self):
        """Make drafts until the plan is done, the time slice ends, or somebody has undone the run.

        :return: whether the run is over
        """
        self.ensure_one()
        while True:
            self.env.invalidate_all()
            if self.state not in ("queued", "running"):
                return True
            if self.state == "queued":
                self.write({"state": "running"})
            todo = self.plan["todo"]
            if not todo:
                self._end_invoices()
                return True
            self._make_chunk(todo[:CHUNK])
            self.plan = self.plan | {"todo": todo[CHUNK:]}
            self.progress = 100.0 * (1 - len(self.plan["todo"]) / self.plan["total"])
            left = len(self.plan["todo"])
            if not self.env["ir.cron"]._commit_progress(1, remaining=left + 1):
                return False

    def _make_chunk(self, groups):
        """Make the drafts of these groups of bookings, with the rights and in the language of who started the run."""
        user = self.started_by
        options = dict(self.plan["options"])
        if options.get("journal_id"):
            options["journal_id"] = self.env["account.journal"].browse(options["journal_id"])
        bookings = (
            self.env["microsoft.booking"]
            .with_user(user)
            .with_context(lang=user.lang, tz=user.tz, allowed_company_ids=self.company_id.ids)
            .browse([booking_id for group in groups for booking_id in group])
            .exists()
        )
        bookings.env["account.move"].check_access("create")
        claimed, skipped = bookings._claim(options)
        bookings.browse(claimed.ids)._make_run_invoices(self, options)
        for booking, _reason, text in skipped:
            self._add_problem(text, kind="invoice", booking=booking.with_env(self.env))

    def _end_invoices(self):
        self._close_invoices("problems" if self.problem_ids else "done")

    def _fail_invoices(self, message):
        self._add_problem(message, kind="invoice")
        self._close_invoices("failed")

    def _close_invoices(self, state):
        """The run is over: tell who started it, wherever they are by now."""
        self.write({"state": state, "end_time": fields.Datetime.now()})
        env = self.with_context(lang=self.started_by.lang).env
        self.started_by._bus_send(
            "simple_notification",
            {
                "title": env._("Draft invoices created"),
                "message": say_invoiced(
                    env, len(self.invoice_ids), self.booking_count, len(self.problem_ids)
                ),
                "type": "success" if state == "done" else "warning",
                "sticky": True,
            },
        )
