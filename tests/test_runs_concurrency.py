# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""People go on working while a synchronisation is on, each in a process of their own."""

from odoo import fields
from odoo.tests import new_test_user, tagged

from ..models import sandbox_session
from . import test_concurrency as base
from .common import SandboxMixin
from .database_copy import DatabaseCopyCase, fork

SIZE = 120


class Gate(base.Gate):
    """A tenant that stops at one of the windows, the first being number 1."""

    def __init__(self, app, reached, go_on, number):
        super().__init__(app, reached, go_on)
        self._number = number

    def __call__(self, environ, start_response):
        if "calendarView" in environ["PATH_INFO"]:
            self._number -= 1
            if self._number:
                return self._app(environ, start_response)
        return super().__call__(environ, start_response)


def save(env, settings_id, vals):
    """Save the form as the web client does."""
    settings = env["microsoft.booking.settings"].browse(settings_id)
    specification = {"name": {}, "open_run_progress": {}, "run_ids": {"fields": {"state": {}}}}
    return settings.web_save(vals, specification)[0]["name"]


def press(env, settings_id, button):
    """Press a button of the form."""
    getattr(env["microsoft.booking.settings"].browse(settings_id), button)()


def invoice_ready(env, settings_id):
    """Make drafts of what is there already."""
    Booking = env["microsoft.booking"]
    own = [("settings_id", "=", settings_id), *Booking._get_uninvoiced_domain()]
    result = Booking.search(own).action_create_draft_invoices()
    return result["invoiced_count"]


@tagged("post_install", "-at_install", "microsoft_bookings_concurrency")
class TestRunsConcurrency(SandboxMixin, DatabaseCopyCase):
    make_company = base.TestConcurrency.make_company
    connect = base.TestConcurrency.connect
    finish = base.TestConcurrency.finish

    def setUp(self):
        super().setUp()
        with self.environment() as env:
            company = self.make_company(env)
            self.user_id = new_test_user(
                env,
                f"manager-{company.id}",
                groups="account.group_account_manager",
                company_ids=[(6, 0, company.ids)],
                company_id=company.id,
            ).id
            settings = self.connect(env, company, SIZE)
            self.settings_id, self.cron_id = settings.id, settings.cron_id.id
        self.reached, self.go_on = fork.Event(), fork.Event()

    def hold(self, number):
        """Let the scheduled action synchronise in a process of its own, until it asks for a window."""
        settings_id = self.settings_id

        def work(env):
            settings = env["microsoft.booking.settings"].browse(settings_id)
            gate = Gate(base.load_app(SIZE), self.reached, self.go_on, number)
            sandbox_session.use_app(settings, gate)
            settings.cron_id.method_direct_trigger()

        worker = self.start(work)
        self.assertTrue(self.reached.wait(60))
        return worker

    def check(self, worker):
        """Wait for a process: it must not have complained."""
        result = worker.result()
        self.assertNotIn("error", result)
        self.assertEqual(result["log"], [])
        return result.get("value")

    def by_user(self, function, *args):
        """What a request of the web client comes to, while the synchronisation is held."""
        return self.check(self.start(function, self.settings_id, *args, uid=self.user_id))

    def test_the_form_is_saved_while_its_run_is_on(self):
        worker = self.hold(1)
        vals = {
            "name": "Renamed",
            "interval_number": 45,
            "lookback_days": 61,
            "user_id": self.user_id,
        }
        self.assertEqual(self.by_user(save, vals), "Renamed")
        with self.environment() as env:
            # At once it would find the same again, and again, for as long as the synchronisation lasts.
            housekeeping = env.ref("microsoft_bookings.ir_cron_housekeeping")
            triggers = env["ir.cron.trigger"].search([("cron_id", "=", housekeeping.id)])
            self.assertTrue(triggers)
            self.assertGreater(min(triggers.mapped("call_at")), fields.Datetime.now())
        self.go_on.set()
        self.check(worker)
        self.assertEqual(self.finish(self.settings_id, SIZE), "done")
        with self.environment() as env:
            settings = env["microsoft.booking.settings"].browse(self.settings_id)
            self.assertEqual(
                {name: settings[name] for name in ("name", "interval_number")},
                {"name": "Renamed", "interval_number": 45},
            )
            self.assertTrue(settings.last_success)
            self.assertEqual(settings.booking_count, base.places(SIZE))
            self.assertNotIn("failed", settings.run_ids.mapped("state"))
            # The scheduled action could not be written while it ran: the housekeeping does it.
            settings._cron_housekeeping()
            self.assertEqual(settings.cron_id.interval_number, 45)

    def test_pausing_stops_it_at_its_next_commit(self):
        worker = self.hold(2)
        self.by_user(press, "action_pause")
        self.go_on.set()
        self.check(worker)
        with self.environment() as env:
            settings = env["microsoft.booking.settings"].browse(self.settings_id)
            self.assertEqual((settings.state, settings.run_ids.state), ("paused", "paused"))
            self.assertTrue(0 < settings.booking_count < base.places(SIZE))
            todo = len(settings.run_ids.cursor["todo"])
        self.by_user(press, "action_resume")
        self.assertEqual(self.finish(self.settings_id, SIZE), "done")
        with self.environment() as env:
            run = env["microsoft.booking.settings"].browse(self.settings_id).run_ids
            self.assertEqual(run.settings_id.booking_count, base.places(SIZE))
            self.assertGreater(len(run.steps_done), todo)

    def test_what_is_there_is_invoiced_while_the_rest_is_imported(self):
        # The newest of the three windows lies ahead: the second has been held.
        worker = self.hold(3)
        invoiced = self.by_user(invoice_ready)
        self.assertGreater(invoiced, 10)
        self.go_on.set()
        self.check(worker)
        self.assertEqual(self.finish(self.settings_id, SIZE), "done")
        with self.environment() as env:
            bookings = env["microsoft.booking"].search([("settings_id", "=", self.settings_id)])
            self.assertEqual(len(bookings), base.places(SIZE))
            drafts = bookings.filtered(lambda b: b.billing_state == "draft")
            self.assertEqual(len(drafts), invoiced)
            self.assertEqual(len(drafts.invoice_line_id), invoiced)
            self.assertFalse(drafts.filtered("changed_after_invoicing"))
        self.assertEqual(self.by_user(invoice_ready) + invoiced, self.count_ready())

    def count_ready(self):
        """How many are on a draft in the end: everything that was held and had nothing in the way."""
        with self.environment() as env:
            Booking = env["microsoft.booking"]
            own = [("settings_id", "=", self.settings_id)]
            self.assertFalse(
                Booking.search_count(
                    [
                        *own,
                        *Booking._get_uninvoiced_domain(),
                        ("billing_state", "=", "to_invoice"),
                        ("amount", "!=", 0),
                    ]
                )
            )
            return Booking.search_count([*own, ("billing_state", "=", "draft")])
