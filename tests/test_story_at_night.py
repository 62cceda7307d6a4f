# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Story: a scheduled action at 02:00 while two people click: each booking once, a true word for each of them."""

import os
import signal
from collections import Counter
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import BookingCommon
from .database_copy import fork
from .load_common import LoadCase

SIZE = 150
# What the scheduled action of an administrator holds, as README.rst shows it.
CODE = """
bookings = env["microsoft.booking"].search([
    ("billing_state", "=", "to_invoice"), ("stop", "<=", datetime.datetime.now()),
    ("settings_id", "=", %d),
])
action = bookings.action_create_draft_invoices()
"""


_waited = []


def meet(barrier):
    """Go on when everybody is there; once only, since Odoo calls again what another transaction came before."""
    if barrier and not _waited:
        _waited.append(True)
        barrier.wait(120)


def click(env, settings_id, barrier):
    """*Invoice All* of one business, as the wizard does it.

    :return: how many bookings the drafts are of, and how many it says were left out
    """
    Booking = env["microsoft.booking"]
    ids = Booking.search([*Booking._get_uninvoiced_domain(), ("settings_id", "=", settings_id)]).ids
    meet(barrier)
    wizard = env["microsoft.booking.invoice"].with_context(active_ids=ids).create({})
    try:
        message = wizard.action_create_invoices()["params"]["message"]
    except UserError as error:
        message = str(error)
    mine = Booking.browse(ids).filtered(lambda b: b.invoice_id.create_uid == env.user)
    return {"asked": len(ids), "invoiced": len(mine), "message": message}


def run_action(env, action_id, barrier, victim=False):
    """The server action, as the scheduler calls it; the victim dies with its drafts made and not committed."""
    if victim:
        move_class = type(env["account.move"])
        move_class._log_booking_run = lambda *args: os.kill(os.getpid(), signal.SIGKILL)
    meet(barrier)
    result = env["ir.actions.server"].browse(action_id).run()
    return {
        "ids": result["invoice_ids"],
        "invoiced": result["invoiced_count"],
        "skipped": Counter(row["reason"] for row in result["skipped"]),
    }


@tagged("post_install", "-at_install", "microsoft_bookings_concurrency")
class TestAtNight(LoadCase):
    def setUp(self):
        super().setUp()
        with self.environment() as env:
            company = self.make_company(env)
            self.users = [
                new_test_user(
                    env,
                    f"night-{company.id}-{number}",
                    groups="account.group_account_invoice",
                    company_ids=[(6, 0, company.ids)],
                    company_id=company.id,
                ).id
                for number in range(3)
            ]
            self.settings_id = self.connect(env, company, SIZE).id
            self.action_id = (
                env["ir.actions.server"]
                .create(
                    {
                        "name": "Drafts at night",
                        "model_id": env.ref("microsoft_bookings.model_microsoft_booking").id,
                        "state": "code",
                        "code": CODE % self.settings_id,
                    }
                )
                .id
            )
        self.assertEqual(self.finish(self.settings_id, SIZE), "done")
        with self.environment() as env:
            ready = self.ready(env)
            self.expected = {booking.id: booking.amount for booking in ready}
        self.assertGreater(len(self.expected), 40)

    def ready(self, env):
        Booking = env["microsoft.booking"]
        return Booking.search(
            [
                *Booking._get_uninvoiced_domain(),
                ("settings_id", "=", self.settings_id),
                ("billing_state", "=", "to_invoice"),
                ("amount", ">", 0),
            ]
        )

    def check_billed_once(self):
        with self.environment() as env:
            bookings = env["microsoft.booking"].browse(self.expected)
            self.assertFalse(self.ready(env))
            lines = bookings.invoice_line_id
            moves = env["account.move"].search(
                [("company_id", "=", bookings.company_id.id), ("move_type", "=", "out_invoice")]
            )
            self.assertEqual(moves.invoice_line_ids, lines)
            self.assertEqual(len(lines), len(self.expected))
            self.assertAlmostEqual(
                sum(moves.mapped("amount_untaxed")), sum(self.expected.values()), places=2
            )
            return set(moves.mapped("create_uid").ids)

    def test_the_schedule_and_two_people_within_a_second(self):
        barrier = fork.Barrier(3)
        night = self.start(run_action, self.action_id, barrier, uid=self.users[0])
        people = [
            self.start(click, self.settings_id, barrier, uid=user_id) for user_id in self.users[1:]
        ]
        results = [worker.result() for worker in (night, *people)]
        for result in results:
            self.assertNotIn("error", result, "no deadlock is shown to anybody")
            self.assertFalse(result["log"])
        values = [result["value"] for result in results]
        self.assertEqual(sum(value["invoiced"] for value in values), len(self.expected))
        for value in values[1:]:
            # What each is told is what each has made.
            told = (
                f"from {value['invoiced']} bookings" if value["invoiced"] else "nothing to invoice"
            )
            self.assertIn(told, value["message"])
        self.check_billed_once()

    def test_killed_in_the_middle_and_run_again(self):
        killed = self.start(run_action, self.action_id, None, True, uid=self.users[0])
        self.assertIsNone(killed.result())
        with self.environment() as env:
            self.assertEqual(set(self.ready(env).ids), set(self.expected), "the rest is listed")
        again = self.start(run_action, self.action_id, None, uid=self.users[0]).result()["value"]
        self.assertEqual(again["invoiced"], len(self.expected))
        self.assertEqual(self.check_billed_once(), {self.users[0]})
        with self.environment() as env:
            run = env["microsoft.booking.run"].search([("invoice_ids", "in", again["ids"])])
            self.assertEqual(run.started_by.id, self.users[0])
        twice = self.start(run_action, self.action_id, None, uid=self.users[0]).result()["value"]
        self.assertEqual((twice["ids"], twice["invoiced"]), ([], 0))


@tagged("post_install", "-at_install")
class TestOffByDefault(BookingCommon):
    def test_no_schedule_makes_drafts_by_itself(self):
        self.book()
        self.sync()
        self.assertEqual(self.settings.draft_schedule, "never")
        with self.enter_registry_test_mode():
            for name in ("ir_cron_scheduled_drafts", "ir_cron_invoice_runs"):
                self.env.ref(f"microsoft_bookings.{name}").method_direct_trigger()
        self.assertEqual(self.bookings().billing_state, "to_invoice")
        # An upgrade leaves what an administrator has set of the schedules.
        data = self.env["ir.model.data"].search(
            [("module", "=", "microsoft_bookings"), ("model", "=", "ir.cron")]
        )
        self.assertTrue(data)
        self.assertTrue(all(data.mapped("noupdate")))
        self.assertEqual(self.settings.draft_checked - timedelta(), self.settings._get_today())
