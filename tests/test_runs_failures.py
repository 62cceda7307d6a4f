# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What cannot be read or stored: told, tried so often, given up, and tried again for a reason."""

import re

from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..sandbox import Fault
from .common import BUSINESS
from .test_runs import RunsCommon


@tagged("post_install", "-at_install")
class TestFailures(RunsCommon):
    def setUp(self):
        super().setUp()
        self.settings.failure_limit = 3
        self.good = self.book(days=2)
        self.bad = self.book(days=3, customers=[self.bob])

    def refuse(self, graph_id=None):
        """Let the tenant refuse the details of one appointment, and count how often it is asked for."""
        path = re.escape(graph_id or self.bad)
        fault = Fault("400", part=True, path=path, times=None)
        self.app.faults[:] = [fault]
        return fault

    def failure(self):
        return self.settings.failure_ids

    def test_one_that_cannot_be_read_is_given_up_after_some_runs(self):
        fault = self.refuse()
        for number in range(1, 4):
            run = self.sync()
            self.assertEqual(run.state, "problems")
            self.assertTrue(run.problem_ids.request_id)
            self.assertEqual(self.failure().attempts, number)
            self.assertTrue(self.bookings(self.good), "the others go on")
        self.assertTrue(self.failure().given_up)
        self.assertEqual(fault.fired, 3)
        run = self.sync()
        self.assertEqual((run.state, run.detail_count, fault.fired), ("done", 0, 3))
        self.assertEqual(self.settings.unreadable_count, 1)
        self.assertTrue(self.failure().message)

    def give_up(self):
        fault = self.refuse()
        for _run in range(3):
            self.sync()
        self.assertTrue(self.failure().given_up)
        return fault

    def test_it_is_tried_again_when_somebody_asks_for_it(self):
        fault = self.give_up()
        self.failure().action_retry()
        self.run_once()
        self.assertEqual((fault.fired, self.failure().attempts), (4, 1))
        self.app.faults.clear()
        self.settings.run_ids[0].problem_ids.action_retry()
        self.run_once()
        self.assertFalse(self.failure())
        self.assertEqual(self.bookings(self.bad).billing_state, "to_invoice")

    def test_it_is_tried_again_when_its_data_change(self):
        self.give_up()
        self.app.faults.clear()
        self.assertFalse(self.sync().detail_count)
        self.tenant.reprice(self.bad, "60")
        self.assertEqual(self.sync().state, "done")
        self.assertFalse(self.failure())
        self.assertEqual(self.bookings(self.bad).amount, 60.0)

    def test_a_full_synchronisation_tries_everything(self):
        self.give_up()
        self.app.faults.clear()
        self.sync(full=True)
        self.assertFalse(self.failure())
        self.assertTrue(self.bookings(self.bad))

    def test_without_a_limit_it_is_tried_by_every_run(self):
        self.settings.failure_limit = 0
        fault = self.refuse()
        for _run in range(7):
            self.sync()
        self.assertEqual((fault.fired, self.failure().given_up), (7, False))

    def test_one_beyond_the_windows_is_tried_too(self):
        old = self.book(days=90)
        self.settings.lookback_days = 100
        self.refuse(old)
        self.sync()
        self.settings.write({"lookback_days": 20, "full_sync_due": False})
        self.app.faults.clear()
        run = self.sync()
        self.assertIn(["failures", 1], run.steps_done)
        self.assertTrue(self.bookings(old))
        self.assertFalse(self.failure())

    def test_one_that_is_gone_needs_no_trying(self):
        self.refuse()
        self.sync()
        self.app.faults.clear()
        self.tenant.cancel(self.bad)
        self.assertEqual(self.sync().state, "done")
        self.assertFalse(self.failure())

    def test_one_that_was_known_keeps_what_was_known(self):
        self.sync()
        booking = self.bookings(self.bad)
        self.tenant.reprice(self.bad, "60")
        self.refuse()
        run = self.sync()
        self.assertEqual(run.problem_ids.booking_id, booking)
        self.assertEqual((booking.amount, booking.gone_at), (50.0, False))

    def test_a_service_that_was_given_up_and_mended_is_no_failure(self):
        services = self.tenant.business(BUSINESS).services
        services["broken"] = services[self.haircut] | {"id": ".."}
        for _run in range(4):
            self.sync()
        self.assertEqual((self.failure().graph_id, self.failure().given_up), ("..", True))
        del services["broken"]
        self.sync()
        self.assertFalse(self.failure())

    def test_one_that_got_another_id_meanwhile_is_still_the_same(self):
        self.sync()
        booking = self.bookings(self.bad)
        booking.action_create_draft_invoices()
        line = booking.invoice_line_id
        new_id = self.tenant.change_id(self.bad)
        self.refuse(new_id)
        self.assertEqual(self.sync().state, "problems")
        self.app.faults.clear()
        self.assertEqual(self.sync().state, "done")
        self.assertRecordValues(
            self.bookings().filtered(lambda one: one.customer_name == booking.customer_name),
            [{"id": booking.id, "graph_id": new_id, "gone_at": False, "invoice_line_id": line.id}],
        )
        self.assertFalse(self.failure())

    def test_another_id_while_the_former_one_cannot_be_asked_for(self):
        self.sync()
        booking = self.bookings(self.bad)
        new_id = self.tenant.change_id(self.bad)
        self.refuse(self.bad)
        self.assertEqual(self.sync().state, "problems")
        # Whether the new one is the former one nobody can tell yet: not a second booking, and none cancelled.
        self.assertEqual(len(self.bookings()), 2)
        self.assertRecordValues(booking, [{"graph_id": self.bad, "gone_at": False}])
        self.app.faults.clear()
        self.assertEqual(self.sync().state, "done")
        self.assertEqual(len(self.bookings()), 2)
        self.assertRecordValues(booking, [{"graph_id": new_id, "gone_at": False}])

    def test_one_that_cannot_be_stored_holds_up_no_other(self):
        table = SQL.identifier(self.bookings()._table)
        rule = SQL("ADD CONSTRAINT rule_of_another_addon CHECK (graph_id <> %s)", self.bad)
        self.env.cr.execute(SQL("ALTER TABLE %s %s", table, rule))
        with mute_logger("odoo.sql_db"):
            run = self.sync()
        self.assertEqual(run.state, "problems")
        self.assertIn("rule_of_another_addon", run.problem_ids.message)
        self.assertTrue(self.bookings(self.good))
        self.assertFalse(self.bookings(self.bad))
        self.assertEqual(self.failure().attempts, 1)
        self.env.cr.execute(SQL("ALTER TABLE %s DROP CONSTRAINT rule_of_another_addon", table))
        self.assertEqual(self.sync().state, "done")
        self.assertTrue(self.bookings(self.bad))
        self.assertFalse(self.failure())

    def test_a_list_item_that_makes_no_sense_is_told_and_then_given_up(self):
        self.sync()
        broken = self.tenant.appointment(self.bad)
        length = broken.duration
        broken.end = broken.start - length
        runs = [self.sync() for _run in range(4)]
        # The third of them gives it up: the fourth has nothing to tell.
        self.assertEqual([run.state for run in runs], ["problems"] * 3 + ["done"])
        self.assertIn("ends before it starts", runs[0].problem_ids.message)
        self.assertEqual(runs[0].problem_ids.booking_id, self.bookings(self.bad))
        self.assertFalse(self.bookings(self.bad).gone_at)
        broken.end = broken.start + 2 * length
        self.tenant.touch(self.bad)
        self.assertEqual(self.sync().state, "done")
        self.assertFalse(self.failure())
        self.assertEqual(self.bookings(self.bad).duration, 2.0)
