# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runs: seen at work, stopped and gone on with, read in everybody's language, and kept for a set time."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, freeze_time, new_test_user, tagged

from ..graph.batch import MAX_PARTS
from ..models import sandbox_session
from ..models.booking_import import PORTION
from ..models.booking_sync_end import MAX_ATTEMPTS
from ..sandbox import Fault
from .common import BUSINESS, BookingCommon


class RunsCommon(BookingCommon):
    def french(self, record):
        """A record as somebody reads it in French."""
        return record.with_context(lang=self.speak())

    def run_once(self):
        """Call the scheduled action once, as the scheduler does."""
        with self.enter_registry_test_mode():
            self.settings.sudo().cron_id.method_direct_trigger()
        self.env.invalidate_all()

    def let_details_age(self):
        """A full synchronisation reads again what was read before it began, by the second."""
        self.bookings().sudo().details_read_at = fields.Datetime.now() - timedelta(minutes=1)

    def when_asked(self, path, action):
        """Do something the moment the tenant is asked for a path the first time."""
        sandbox_session.use_app(self.settings, Bell(self.env, self.app, path, action))


class Bell:
    """A tenant that does something of another's the first time that it is asked for a path."""

    def __init__(self, env, app, path, action):
        self._env, self._app, self._path, self._action = env, app, path, action

    def __getattr__(self, name):
        return getattr(self._app, name)

    def __call__(self, environ, start_response):
        if self._path in environ["PATH_INFO"] and self._action:
            action, self._action = self._action, None
            # The scheduled action works in an environment of its own.
            self._env.invalidate_all()
            action()
            self._env.flush_all()
        return self._app(environ, start_response)


@tagged("post_install", "-at_install")
class TestPatience(RunsCommon):
    """How often Microsoft may put a run off."""

    def interrupt(self, run, fault):
        """Let the run go on when it is time, until this puts it off."""
        self.app.faults[:] = [fault]
        run.sudo().resume_at = fields.Datetime.now()
        self.run_once()
        self.assertEqual(fault.fired, 1)

    def put_off_as_often_as_may_be(self):
        """A run that has come no further and was put off so often that once more is too often."""
        run = self.settings._start_sync()
        for _time in range(MAX_ATTEMPTS):
            self.interrupt(run, Fault("429", path="calendarView", times=1, retry_after=600))
            self.assertEqual(run.state, "waiting")
        return run

    def test_a_run_that_comes_no_further_fails_after_so_many_times(self):
        run = self.put_off_as_often_as_may_be()
        self.interrupt(run, Fault("429", path="calendarView", times=1, retry_after=600))
        self.assertEqual(run.state, "failed")

    def test_what_was_stored_within_a_window_begins_the_counting_anew(self):
        # All of them are in the window that is read first.
        self.settings.horizon_days = 0
        for number in range(PORTION + 1):
            self.book(days=2 + number / 1000)
        run = self.put_off_as_often_as_may_be()
        after_a_portion = PORTION // MAX_PARTS + 1
        fault = Fault("429", path=r"\$batch$", nth=after_a_portion, retry_after=600)
        self.interrupt(run, fault)
        self.assertEqual(len(self.bookings()), PORTION)
        self.assertEqual((run.state, run.attempts), ("waiting", 1))


@tagged("post_install", "-at_install")
class TestRuns(RunsCommon):
    def test_steps_are_told_with_what_each_read(self):
        self.book()
        self.book(days=-3)
        run = self.sync()
        names = [step[0] for step in run.steps_done]
        self.assertEqual(names[:4], ["business", "services", "staff", "customers"])
        self.assertEqual(set(names[4:]), {"window"})
        self.assertEqual(sum(step[-1] for step in run.steps_done), run.read_count)
        self.assertIn("Services", run.steps_html)
        self.assertFalse(run.step_text or run.remaining_text)
        self.assertIn("Prestations", self.french(run).steps_html)

    def test_the_estimate_comes_from_the_windows_or_not_at_all(self):
        run = self.settings._start_sync()
        window = ["window", "2026-01-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00"]
        with freeze_time("2031-03-01 10:00:00") as clock:
            run._plan([["services"], *[window] * 14])
            run._go_on()
            clock.tick(timedelta(minutes=5))
            run._end_step()
            self.assertFalse(run.remaining_text, "services say nothing of windows")
            clock.tick(timedelta(minutes=1))
            run._end_step()
            self.assertFalse(run.remaining_text, "one window is no pace")
            clock.tick(timedelta(minutes=1))
            run._end_step()
            self.assertEqual(run.remaining_text, "about 12 min left")
            self.assertIn("4 of 15: Bookings from 01/01/2026", run.step_text)
            run.state = "waiting"
            self.assertFalse(run.remaining_text, "nobody knows how long Microsoft takes")
            clock.tick(timedelta(hours=2))
            run._go_on()
            self.assertEqual(run.remaining_text, "about 12 min left")
            clock.tick(timedelta(minutes=16))
            run._end_step()
            self.assertEqual(run.remaining_text, "about 1 h 6 min left")
            for _window in range(11):
                run._end_step()
            self.assertFalse(run.remaining_text)
            self.assertEqual(run.progress, 100.0)

    def test_a_problem_is_read_in_the_readers_language(self):
        self.app.faults[:] = [Fault("403", path=r"/services$", times=99)]
        run = self.sync()
        self.assertEqual(run.state, "failed")
        problem = run.problem_ids
        self.assertTrue(problem.request_id)
        self.assertIn("permission", problem.message)
        self.assertIn("autorisation", self.french(problem).message)
        self.assertEqual(self.settings.last_problem, problem.message)
        self.assertEqual(self.french(self.settings).last_problem, self.french(problem).message)

    def test_our_own_sentences_too(self):
        for _number in range(8):
            self.book(days=5)
        self.sync()
        for graph_id in list(self.tenant.business(BUSINESS).appointments):
            self.tenant.cancel(graph_id)
        run = self.sync()
        self.assertIn("have disappeared", run.problem_ids.message)
        self.assertIn("8 des 8 rendez-vous", self.french(run.problem_ids).message)
        self.assertIn("8 des 8 rendez-vous", self.french(self.settings).gone_question)

    def test_a_run_is_called_in_the_language_of_its_reader(self):
        run = self.sync()
        self.assertEqual(run.display_name, f"Studio: Synchronisation #{run.id}")
        self.assertEqual(self.french(run).display_name, f"Studio : Synchronisation #{run.id}")

    def test_a_problem_leads_to_its_record(self):
        graph_id = self.book()
        self.sync()
        booking = self.bookings(graph_id)
        run = self.settings._start_sync()
        run._add_problem("About a booking", graph_id=graph_id)
        run._add_problem("About a service", record=booking.service_id)
        run._add_problem("About nothing")
        about = {problem.message: problem for problem in run.problem_ids}
        self.assertEqual(about["About a booking"].record_name, booking.display_name)
        self.assertEqual(about["About a booking"].action_open_record()["res_id"], booking.id)
        action = about["About a service"].action_open_record()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("microsoft.booking.service", booking.service_id.id),
        )
        with self.assertRaises(UserError):
            about["About nothing"].action_open_record()

    def test_the_diagnostic_names_nobody(self):
        secret = "s3cr3t-of-the-application"
        self.settings.sudo().write({"client_secret": secret})
        self.tenant.annotate(self.book(customer_notes="Knee operated"), "Allergic")
        self.sync()
        self.app.faults[:] = [Fault("403", path=r"/services$", times=99)]
        run = self.sync()
        run._add_problem("Ana Müller has no account, says Odoo", kind="invoice")
        told = run.diagnostic
        for told_nowhere in (
            *(secret, "Ana", "Müller", "ana@example.com", "Zoé", "Knee", "Allergic", "Studio"),
            *(BUSINESS, self.tenant.client_secret, self.env.company.name, self.env.user.name),
        ):
            self.assertNotIn(told_nowhere, told)
        self.assertIn(run.problem_ids.filtered("request_id").request_id, told)
        self.assertIn("access", told)
        self.assertIn('"state": "failed"', told)

    # === PAUSE === #

    def test_pausing_stops_a_run_at_its_next_commit_and_resuming_goes_on(self):
        self.settings.lookback_days = 100
        self.book(days=2)
        self.book(days=80, customers=[self.bob])
        run = self.settings._start_sync()
        self.when_asked("/calendarView", self.settings.action_pause)
        self.run_once()
        self.assertEqual((run.state, self.settings.state), ("paused", "paused"))
        self.assertEqual(run.steps_done[-1][0], "window")
        left = run.cursor["todo"]
        self.assertTrue(left)
        asked = len(self.app.requests)
        self.run_once()
        self.assertEqual(len(self.app.requests), asked, "a paused connection asks nothing")
        self.settings.action_resume()
        self.run_once()
        self.assertEqual(run.state, "done")
        self.assertEqual(len(self.bookings()), 2)
        self.assertEqual([step[:-1] for step in run.steps_done][-len(left) :], left)

    def test_sync_now_on_a_paused_connection_is_answered(self):
        run = self.settings._start_sync()
        self.settings.action_pause()
        self.assertEqual(run.state, "paused")
        with self.assertRaisesRegex(UserError, "is paused"):
            self.settings.action_sync()
        self.assertNotIn(
            self.settings.id,
            self.env["microsoft.booking.run"].browse(self.settings.sync_all()).settings_id.ids,
        )
        self.settings.action_resume()
        self.assertEqual(self.settings._start_sync(), run)

    def test_a_connection_changed_under_a_run_ends_it_quietly(self):
        run = self.settings._start_sync()
        self.when_asked(
            "/services", lambda: self.settings.write({"business_id": "second@contoso.example"})
        )
        self.run_once()
        self.assertEqual((run.state, self.settings.state), ("failed", "draft"))
        self.assertFalse(run.problem_ids)
        self.assertFalse(self.settings.last_problem)

    # === FULL SYNCHRONISATION === #

    def test_what_has_to_be_read_changed_so_everything_is_read(self):
        old = self.book(days=100)
        self.assertTrue(self.sync().full)
        self.assertFalse(self.bookings(old))
        self.assertFalse(self.sync().full)
        self.settings.write({"lookback_days": 120, "name": "Studio 2"})
        self.assertTrue(self.settings.full_sync_due)
        run = self.sync()
        self.assertTrue(run.full)
        self.assertTrue(self.bookings(old))
        self.assertFalse(self.settings.full_sync_due)
        self.settings.write({"lookback_days": 120, "name": "Studio 3"})
        self.assertFalse(self.sync().full, "nothing of it changed")

    def test_a_full_synchronisation_that_failed_stays_due(self):
        self.sync()
        self.settings.horizon_days = 40
        self.app.faults[:] = [Fault("403", path=r"/services$", times=99)]
        self.assertEqual(self.sync().state, "failed")
        self.app.faults.clear()
        run = self.sync()
        self.assertEqual((run.state, run.full), ("done", True))

    def test_a_full_synchronisation_asked_for_during_a_run_follows_it(self):
        self.book()
        self.sync()
        self.let_details_age()
        run = self.settings._start_sync()
        self.when_asked("/services", lambda: self.settings._start_sync(full=True))
        self.run_once()
        self.assertEqual((run.state, run.full), ("done", False))
        self.assertTrue(self.settings.full_sync_due)
        self.run_once()
        full = self.settings.run_ids[0]
        self.assertEqual((full.state, full.full, full.detail_count > 0), ("done", True, True))

    # === KEPT FOR A SET TIME === #

    def test_old_runs_go_and_those_with_live_drafts_stay(self):
        graph_id = self.book()
        old = self.sync()
        draft = self.bookings(graph_id)._create_invoices()["runs"]
        self.book(customers=[self.bob])
        self.sync()
        posted = self.bookings().filtered(lambda b: b.customer_name == "Bob")
        posted_run = posted._create_invoices()["runs"]
        posted_run.invoice_ids.action_post()
        open_run = self.settings._start_sync()
        runs = self.settings.run_ids | draft | posted_run
        runs.sudo().write({"end_time": fields.Datetime.now() - timedelta(days=91)})
        self.settings.run_retention_days = 0
        self.housekeep()
        self.assertEqual(runs.exists(), runs, "0 keeps them for ever")
        self.settings.run_retention_days = 90
        self.housekeep()
        self.assertFalse((old | posted_run).exists())
        self.assertEqual((draft | open_run).exists(), draft | open_run)
        self.assertEqual(self.bookings(graph_id).billing_state, "draft")

    def test_a_young_run_stays(self):
        run, before = self.sync(), self.sync()
        before.end_time = fields.Datetime.now() - timedelta(days=89)
        self.housekeep()
        self.assertTrue((run | before).exists() == run | before)


@tagged("post_install", "-at_install")
class TestRunsOnScreen(RunsCommon, HttpCase):
    def test_a_run_is_seen_at_work(self):
        """The form shows what happens to a run without anybody touching it."""
        self.settings._start_sync()
        user = new_test_user(
            self.env,
            "runs_manager",
            "base.group_user,account.group_account_manager",
            company_id=self.env.company.id,
            company_ids=[(6, 0, self.env.company.ids)],
        )
        run = self.settings.run_ids
        self.start_tour(
            f"/odoo/booking-runs/{run.id}", "microsoft_bookings_live_run", login=user.login
        )
        self.assertEqual(run.state, "paused")
