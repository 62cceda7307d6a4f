# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError

from .booking_counts import say_invoiced
from .booking_invoicing import CHUNK

_logger = logging.getLogger(__name__)

# So many drafts are made while the user waits; more are made in the background.
MAX_DRAFTS = 300


class MicrosoftBooking(models.Model):
    """Many drafts at once: made in the background, while the user does something else."""

    _inherit = "microsoft.booking"

    def _queue_invoices(self, options=None, *, start=True):
        """Have draft invoices made of these bookings by a background run, which is started at once.

        :param options: as for :meth:`_create_invoices`
        :param start: whether to start it
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
        if runs and start:
            runs._start_invoices()
        return runs.sudo(False)

    def _create_many_invoices(self, options=None):
        """Like :meth:`_create_invoices`, but what is much is made by runs, which commit chunk by chunk.

        In a scheduled action they begin here, for as long as its time lasts, and a killed worker loses one chunk;
        elsewhere, and for the rest, the background does it. More than :data:`CHUNK` drafts are much in a scheduled
        action, more than :data:`MAX_DRAFTS` elsewhere.

        :return: the dict of :meth:`_create_invoices`; ``invoices`` and ``bookings`` are those that are made already
        """
        options = options or {}
        is_scheduled = bool(self.env.context.get("ir_cron_progress_id"))
        limit = CHUNK if is_scheduled else MAX_DRAFTS
        # There are no more drafts than bookings.
        if len(self) <= limit:
            return self._create_invoices(options)
        ready, skipped = self._split_invoiceable(options)
        if len(ready) <= limit or len(ready._group_for_invoices(options)) <= limit:
            return self._create_invoices(options)
        runs = ready._queue_invoices(options, start=not is_scheduled)
        if is_scheduled:
            runs.sudo()._work_here()
        ready.invalidate_recordset()
        problems = runs.problem_ids.filtered("booking_id")
        skipped += [
            (booking, booking.issue or booking.billing_state, problem.message)
            for problem in problems
            for booking in problem.booking_id
        ]
        return {
            "invoices": runs.invoice_ids,
            "bookings": ready.filtered(lambda booking: booking.invoice_id in runs.invoice_ids),
            "skipped": skipped,
            "runs": runs,
        }

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

    def _start_invoices(self):
        """Wake the scheduled action that makes what is queued."""
        self.env.ref("microsoft_bookings.ir_cron_invoice_runs").sudo()._trigger()

    def _work_here(self):
        """Make these queued runs in the scheduled action that is running; what it has no time for, the background."""
        Cron = self.env["ir.cron"]
        # They have to be there for whoever goes on with them, should this worker be killed.
        Cron._commit_progress(remaining=len(self))
        if self._work_invoices():
            self._start_invoices()
        Cron._commit_progress(remaining=0)

    @api.model
    def _cron_invoice_runs(self):
        """What the scheduled action calls: go on with the invoicing runs, the oldest first.

        It always ends normally; what is wrong is told on the run.
        """
        runs = self.search([("kind", "=", "invoice"), ("state", "in", ("queued", "running"))])
        left = runs.sorted("id")._work_invoices()
        self.env["ir.cron"]._commit_progress(remaining=left)

    def _work_invoices(self):
        """Go on with these runs for as long as the time of the scheduled action lasts.

        :return: how many of them are not over
        """
        left = 0
        for number, run in enumerate(self):
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
                return left + len(self) - number
            # What became of this one stays, whatever becomes of the next.
            self.env["ir.cron"]._commit_progress()
        return left

    def _make_planned_invoices(self):
        """Make drafts until the plan is done, the time slice ends, or somebody has undone the run.

        :return: whether the run is over, or in the hands of somebody else
        """
        self.ensure_one()
        while True:
            self.env.invalidate_all()
            if not self.try_lock_for_update(allow_referencing=True):
                return True
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
