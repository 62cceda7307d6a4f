# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from contextlib import contextmanager
from datetime import datetime, time, timedelta, timezone
from functools import partial

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..billing.timezones import service_date, to_zoneinfo
from ..graph.bookings import BookingsApi
from ..graph.errors import GraphError
from .booking_run import OPEN_STATES
from .graph_messages import _lt, keep, say

_logger = logging.getLogger(__name__)

MASTER_STEPS = ("business", "services", "staff", "customers")
WINDOW = timedelta(days=31)


class MicrosoftBookingSettings(models.Model):
    """The synchronisation: master data, then the calendar window by window, each step stored before the next.

    A run keeps a cursor that moves only when its step is committed; killed anywhere, the next call goes on there.
    """

    _inherit = "microsoft.booking.settings"

    run_ids = fields.One2many("microsoft.booking.run", "settings_id", readonly=True)
    gone_words = fields.Json(readonly=True, copy=False)
    gone_question = fields.Text(
        "Mass Disappearance",
        compute="_compute_gone_question",
        help="What has to be confirmed before bookings are cancelled.",
    )

    @api.depends("gone_words")
    @api.depends_context("lang")
    def _compute_gone_question(self):
        for settings in self:
            settings.gone_question = say(self.env, settings.gone_words)

    # === START === #

    def action_sync(self):
        """Synchronise as soon as possible, in the background: for the button, server actions and RPC.

        Safe to call twice: a synchronisation that is under way is joined.

        :return: a client action that tells that it started
        :raise UserError: when the connection has not been tested yet
        """
        self._start_sync()
        return self._notify_started()

    def action_full_sync(self):
        """Like :meth:`action_sync`, from the start of the history and with every detail read again."""
        self._start_sync(full=True)
        return self._notify_started()

    @api.model
    def sync_all(self):
        """Synchronise every connected business of the user's companies: for scheduled server actions.

        :return: list of the ids of the runs
        """
        settings = self.search([("state", "in", ("connected", "error"))])
        return settings._start_sync().ids

    def action_accept_gone(self):
        """Confirm that the many bookings that disappeared are really gone, and synchronise."""
        self._start_sync(accept_gone=True)
        return self._notify_started()

    def _notify_started(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("The synchronisation has started. You may leave this page."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _start_sync(self, *, full=False, accept_gone=False):
        """Queue a run for each and wake its scheduled action.

        :return: the ``microsoft.booking.run`` of each, new or under way
        :raise AccessError: when the user may not change bookings
        :raise UserError: when one of them is not connected, or paused
        """
        if full or accept_gone:
            self.check_access("write")
        self.env["microsoft.booking"].check_access("write")
        Run = self.env["microsoft.booking.run"].sudo()
        runs = Run.search(
            [("settings_id", "in", self.ids), ("kind", "=", "sync"), ("state", "in", OPEN_STATES)]
        )
        for settings in self:
            if settings.state == "draft":
                raise UserError(
                    self.env._(
                        "“%(name)s” is not connected yet: test the connection first.",
                        name=settings.name,
                    )
                )
            if settings.state == "paused":
                raise UserError(
                    self.env._(
                        "“%(name)s” is paused: resume it, and it synchronises again.",
                        name=settings.name,
                    )
                )
            run = runs.filtered(lambda run, settings=settings: run.settings_id == settings)
            if not run:
                settings._take_turn()
                run = Run.create(settings._prepare_run(self.env.user))
                runs |= run
            if full and not run.full:
                if run.cursor:
                    # It has read something already: the full one follows as soon as it ends.
                    settings.sudo()._require_full_sync()
                else:
                    run.full = True
            if accept_gone:
                run.accept_gone = True
            settings.sudo().cron_id._trigger()
        return runs

    def _prepare_run(self, user=None):
        self.ensure_one()
        return {
            "settings_id": self.id,
            "company_id": self.company_id.id,
            "kind": "sync",
            "started_by": user and user.id,
        }

    # === THE SCHEDULED ACTION === #

    def _cron_sync(self):
        """What the scheduled action calls: go on with the run that is open, else begin one.

        It always ends normally, whatever Microsoft answers, so that Odoo never switches it off. Two at once exclude
        each other, also when one was not called by the scheduler: the later one leaves the work to the first.
        """
        self.ensure_one()
        with self._exclusively() as is_ours:
            if is_ours:
                # From what is true now: the one before may have ended after this transaction began.
                self.env["ir.cron"]._commit_progress()
                self.env.invalidate_all()
                self._begin_or_continue()

    @contextmanager
    def _exclusively(self):
        """Keep every other process from synchronising this connection, over all commits on the way.

        :return: a context manager; what it yields tells whether it is ours
        """
        cr, key = self.env.cr, [self._table, self.id]
        cr.execute("SELECT pg_try_advisory_lock(hashtext(%s), %s)", key)
        (is_ours,) = cr.fetchone()
        try:
            yield is_ours
        except BaseException:
            # In a broken transaction nothing could be unlocked, and the connection goes back to its pool.
            cr.rollback()
            raise
        finally:
            if is_ours:
                cr.execute("SELECT pg_advisory_unlock(hashtext(%s), %s)", key)

    def _begin_or_continue(self):
        # What a run finds is written in the language of who has to mend it.
        settings = self._in_language_of(self._get_responsible())
        settings = settings.with_company(self.company_id).with_context(booking_sync=True)
        run = settings.run_ids.filtered(
            lambda run: run.kind == "sync" and run.state in OPEN_STATES
        )[:1]
        if not run:
            if not settings.active or settings.state not in ("connected", "error"):
                return
            try:
                settings._take_turn()
            except OperationalError:
                # Somebody has just asked for one, and so for the next call.
                self.env.cr.rollback()
                return
            run = run.sudo().create(settings._prepare_run())
            # Kept, whatever comes: a run that fails at once has to be there to say why.
            self.env["ir.cron"]._commit_progress()
        if settings.state == "draft":
            # The connection was changed meanwhile: it goes on when it has been tested.
            return
        if settings._is_stopped():
            run.state = "paused"
            return
        if run.state == "waiting" and run.resume_at and run.resume_at > fields.Datetime.now():
            return
        try:
            settings._continue_run(run)
        except GraphError as error:
            self.env.cr.rollback()
            settings._interrupt_run(run, error)
        except UserError as error:
            self.env.cr.rollback()
            settings._fail_run(run, str(error))
        except OperationalError:
            # Somebody else wrote the same rows: the next call goes on from the cursor.
            self.env.cr.rollback()
            settings.sudo().cron_id._trigger(at=fields.Datetime.now() + timedelta(minutes=1))
        except Exception as error:  # pylint: disable=broad-exception-caught # a bug of one connection
            # is told to its users; Odoo would switch the scheduled action off without a word to them.
            self.env.cr.rollback()
            _logger.exception("Synchronisation of %s failed", settings)
            settings._fail_run(
                run, keep(_lt("Unexpected error: %(error)s"), error=type(error).__name__)
            )
        # What waits for Microsoft is woken by its trigger, not at once.
        todo = run.cursor["todo"] if run.state == "running" and run.cursor else []
        self.env["ir.cron"]._commit_progress(remaining=len(todo))

    def _continue_run(self, run):
        """Do the run's steps, from its cursor on, until it is done or the time slice ends."""
        client = self._get_graph_client(self._get_deadline())
        api = BookingsApi(client)
        if not run.cursor:
            # What was granted since the last run is in new tokens only.
            client.renew_token()
            self._take_full_sync(run)
            run._plan(self._plan_run(run))
        run._go_on()
        self.env["ir.cron"]._commit_progress(remaining=len(run.cursor["todo"]))
        # Each commit may show that somebody has paused the connection, or made another of it.
        while run._is_going():
            requests_before, details_before = client.request_count, client.detail_count
            is_done = self._do_step(run, api, *run.cursor["todo"][0])
            run._add_counts(
                request=client.request_count - requests_before,
                detail=client.detail_count - details_before,
            )
            if is_done and run._is_going():
                run._end_step()
            if not run._commit_step(len(run.cursor["todo"]) if run.cursor else 0):
                break
        if run.state == "running":
            if not run.cursor["todo"]:
                self._finish_run(run)
            elif self._is_stopped():
                run.state = "paused"

    def _is_stopped(self):
        """Whether no synchronisation may go on: the connection is paused or archived."""
        return self.state == "paused" or not self.active

    def _plan_run(self, run):
        """The steps of a run: master data, then the windows, newest first so that the list is useful at once.

        :return: a list that JSON keeps: a step's name and, for a window, its start and end in UTC
        """
        steps = [
            [name] for name in MASTER_STEPS if name != "customers" or self.sync_customers != "no"
        ]
        now = datetime.now(timezone.utc).replace(microsecond=0)
        first = now - timedelta(days=self.lookback_days)
        if self.history_start:
            history = datetime.combine(self.history_start, time.min, timezone.utc) - timedelta(
                days=1
            )
            first = history if run.full else max(first, history)
        end = now + timedelta(days=self.horizon_days)
        while end > first:
            start = max(end - WINDOW, first)
            steps.append(["window", start.isoformat(), end.isoformat()])
            end = start
        return steps

    def _do_step(self, run, api, name, *bounds):
        """One step of a run; what it could not read of single records becomes a problem of the run.

        :return: whether the step is done; else the next call begins it again, and finds what is stored already
        """
        if name == "window":
            start, end = (datetime.fromisoformat(bound) for bound in bounds)
            return self.env["microsoft.booking"]._sync_window(self, run, api, start, end)
        if name == "business":
            self._read_business(api)
            self._mend_what_is_known()
        else:
            return self._sync_master_data(run, api, name)
        return True

    def _mend_what_is_known(self):
        """Take up what was mended in Odoo since: a currency that was missing, a contact that was made."""
        settings_domain = [("settings_id", "=", self.id)]
        without_currency = [("currency_id", "=", False), ("invoice_line_id", "=", False)]
        if self.currency_id:
            self.env["microsoft.booking"].search(
                settings_domain + without_currency
            ).currency_id = self.currency_id
        unlinked = [("partner_id", "=", False), ("email_normalized", "!=", False)]
        self.env["microsoft.booking.customer"].search(settings_domain + unlinked)._match_partners()

    def _has_to_import(self, record):
        """Whether an appointment is of the time that these settings care for: not settled before."""
        zone = to_zoneinfo(self.tz) or timezone.utc
        return not self.history_start or service_date(record.start, zone) >= self.history_start

    def _sync_master_data(self, run, api, name):
        """Mirror a complete list of services, staff members or customers, and archive what is no longer in Bookings.

        :return: whether the step is done
        """
        read, has, model = {
            "services": (api.services, api.has_service, "microsoft.booking.service"),
            "staff": (api.staff_members, api.has_staff_member, "microsoft.booking.staff"),
            # A customer may stand on an appointment without being on the list: those stay.
            "customers": (api.customers, None, "microsoft.booking.customer"),
        }[name]
        listing = read(self.business_id)
        run._add_listing_problems(listing)
        mirror = self.env[model]
        mirror._mirror(self, listing.records)
        if has and not listing.problems:
            graph_ids = {record.id for record in listing.records}
            mirror._archive_missing(self, run, graph_ids, partial(has, self.business_id))
        return mirror._follow_listing(self, run, api, listing)
