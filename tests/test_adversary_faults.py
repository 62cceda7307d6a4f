# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Microsoft answers badly: nothing is cancelled, the run says why, and the next one completes."""

import re

from odoo import fields
from odoo.tests import tagged

from ..sandbox.faults import Fault
from .common import BookingCommon

LISTS = r"/(services|staffMembers|customers|calendarView)$"
# An hour is longer than a scheduled action may wait, so that no test does.
LATER = 3600


@tagged("post_install", "-at_install")
class TestFaults(BookingCommon):
    def setUp(self):
        super().setUp()
        self.ids = [self.book(days=day) for day in (2, 3, 4)]
        self.ids += [self.book(customers=[self.bob], days=-day) for day in (2, 3, 4)]
        self.sync()
        self.before = self.read_all()

    def read_all(self):
        return self.bookings().read(
            ["graph_id", "billing_state", "outcome", "gone_at", "issue", "amount", "customer_id"]
        )

    def strike(self, fault):
        """Synchronise while a fault strikes, and return the run."""
        # Something to read: a detail of every appointment has changed.
        for graph_id in self.ids:
            self.tenant.annotate(graph_id, "Please ring twice")
        self.app.faults[:] = [fault]
        run = self.sync()
        self.assertTrue(fault.fired, "the fault never struck")
        self.app.faults.clear()
        return run

    def go_on(self, run):
        """The scheduled action comes back, now that the fault is over."""
        if run.state == "waiting":
            run.resume_at = fields.Datetime.now()
        return self.sync()

    def assertNothingLostAndNextCompletes(self, run):
        self.assertEqual(self.read_all(), self.before)
        run = self.go_on(run)
        self.assertEqual(run.state, "done", run.problem_ids.mapped("message"))
        self.assertEqual(self.read_all(), self.before)
        self.assertEqual(self.settings.state, "connected")
        self.assertFalse(self.settings.last_problem)
        self.assertEqual(self.settings.last_success, run.start_time)

    def test_throttled(self):
        for fault in (
            Fault("429", path="calendarView", retry_after=LATER),
            Fault("429", path="appointments/", part=True, nth=4, retry_after=LATER),
            Fault("503", path="services", retry_after=LATER, as_date=True),
            Fault("429", path=r"\$batch", retry_after=LATER),
        ):
            with self.subTest(fault=fault):
                run = self.strike(fault)
                self.assertEqual(run.state, "waiting")
                self.assertGreater(run.resume_at, fields.Datetime.now())
                self.assertNothingLostAndNextCompletes(run)

    def test_broken_answers(self):
        for kind in (
            "500",
            "502",
            "truncated",
            "html",
            "empty_body",
            "cut",
            "cut_body",
            "refused",
            "next_loop",
        ):
            for path in (r"calendarView", r"\$batch", r"customers$"):
                if kind == "next_loop" and "batch" in path:
                    continue
                with self.subTest(kind=kind, path=path):
                    run = self.strike(Fault(kind, path=path))
                    self.assertIn(run.state, ("waiting", "failed"))
                    if run.state == "failed":
                        self.assertTrue(run.problem_ids.message)
                        self.assertEqual(self.settings.last_problem, run.problem_ids[0].message)
                    self.assertNothingLostAndNextCompletes(run)

    def test_foreign_next_link_and_redirect(self):
        for kind in ("foreign_next", "redirect"):
            for path in ("services", "calendarView"):
                with self.subTest(kind=kind, path=path):
                    run = self.strike(Fault(kind, path=path))
                    self.assertEqual(run.state, "failed")
                    self.assertNothingLostAndNextCompletes(run)

    def test_refused(self):
        for kind in ("401", "403", "mailbox", "404"):
            with self.subTest(kind=kind):
                run = self.strike(Fault(kind, path="bookingBusinesses/"))
                self.assertEqual(run.state, "failed")
                self.assertTrue(self.settings.last_problem)
                self.assertEqual(self.settings.state, "error")
                self.assertNothingLostAndNextCompletes(run)

    def test_lists_that_keep_something_back(self):
        for kind in ("partial", "empty_list"):
            with self.subTest(kind=kind):
                run = self.strike(Fault(kind, path="calendarView"))
                self.assertEqual(run.cancelled_count, 0)
                self.assertNothingLostAndNextCompletes(run)

    def test_lists_of_services_and_staff_that_keep_something_back(self):
        for kind in ("partial", "empty_list"):
            with self.subTest(kind=kind):
                run = self.strike(Fault(kind, path=LISTS))
                self.assertEqual(run.cancelled_count, 0)
                self.assertEqual(
                    [row["billing_state"] for row in self.read_all()],
                    [row["billing_state"] for row in self.before],
                )
                self.assertNothingLostAndNextCompletes(run)
                self.assertTrue(all(self.bookings().service_id.mapped("active")))

    def test_404_for_everything_by_id_is_not_gone_when_the_list_has_it(self):
        run = self.strike(Fault("404", path="appointments/", part=True))
        self.assertEqual(run.cancelled_count, 0)
        self.assertNothingLostAndNextCompletes(run)

    def test_one_broken_part_of_a_batch_blocks_no_other(self):
        self.tenant.reprice(self.ids[0], "61")
        self.tenant.reprice(self.ids[1], "62")
        broken = self.ids[0]
        run = self.strike(Fault("403", path=re.escape(broken), part=True))
        self.assertEqual(run.state, "problems")
        self.assertEqual(run.problem_ids.graph_id, broken)
        self.assertEqual(self.bookings(self.ids[1]).amount, 62.0)
        self.assertEqual(self.bookings(broken).amount, 50.0)
        run = self.sync()
        self.assertEqual(run.state, "done")
        self.assertEqual(self.bookings(broken).amount, 61.0)

    def test_connection_that_lost_its_secret_says_so_and_the_action_stays(self):
        self.settings.sudo().cron_id.active = True
        self.settings.write(
            {
                "cloud": "global",
                "tenant_id": "contoso.example",
                "client_id": "1" * 8 + "-1111-1111-1111-" + "1" * 12,
            }
        )
        self.settings.state = "connected"
        with self.enter_registry_test_mode():
            self.assertIs(self.settings.sudo().cron_id.method_direct_trigger(), True)
        self.assertEqual(self.settings.state, "error")
        self.assertIn("Client Secret", self.settings.last_problem)
        self.assertEqual(self.settings.run_ids[0].state, "failed")
