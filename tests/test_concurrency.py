# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several processes at once, some of them killed: each booking is imported once and invoiced once."""

import os
import random
import signal
from collections import Counter
from datetime import datetime, timedelta

from odoo.tests import new_test_user, tagged

from ..models import sandbox_session
from .database_copy import fork
from .load_common import LoadCase, load_app, places, synchronise

WORKERS = 6
KILLS = 6
FACTS = (
    "graph_id attendee_key customer_name customer_email start stop duration service_date price_type price quantity "
    "unit_price amount outcome issue billing_state attendee_count attendee_position"
).split()


_waited = []


def invoice(env, ids, barrier, victim):
    """Invoice these bookings when everybody is ready; the victim dies with its drafts made and not committed."""
    bookings = env["microsoft.booking"].browse(ids)
    if victim:
        move_class = type(env["account.move"])
        move_class._log_booking_run = lambda *args: os.kill(os.getpid(), signal.SIGKILL)
    if barrier and not _waited:
        # Once: Odoo calls again what another transaction came before.
        _waited.append(True)
        barrier.wait(60)
    result = bookings._create_invoices({"grouping": "booking"})
    return {
        "invoiced": result["bookings"].ids,
        "skipped": [booking.id for booking, _reason, _text in result["skipped"]],
        "reasons": Counter(reason for _booking, reason, _text in result["skipped"]),
        "invoices": result["invoices"].ids,
    }


@tagged("post_install", "-at_install", "microsoft_bookings_concurrency")
class TestConcurrency(LoadCase):
    def setUp(self):
        super().setUp()
        with self.environment() as env:
            self.company_id = self.make_company(env).id
            self.user_id = new_test_user(
                env,
                f"clerk-{self.company_id}",
                groups="account.group_account_invoice",
                company_ids=[(6, 0, [self.company_id])],
                company_id=self.company_id,
            ).id

    # === INVOICING === #

    def test_many_invoice_the_same_bookings_and_one_is_killed(self):
        size = 120
        with self.environment() as env:
            company = env["res.company"].browse(self.company_id)
            settings_id = self.connect(env, company, size).id
        self.assertEqual(self.finish(settings_id, size), "done")
        with self.environment() as env:
            Booking = env["microsoft.booking"]
            held = Booking.search(
                [("settings_id", "=", settings_id), *Booking._get_uninvoiced_domain()]
            )
            ready = held.filtered(lambda booking: booking.billing_state == "to_invoice")
            expected = {booking.id: booking.amount for booking in ready}
            ids = held.ids
        self.assertGreater(len(expected), 60)

        barrier = fork.Barrier(WORKERS)
        draw = random.Random(1)
        asked = [draw.sample(ids, len(ids) * 2 // 3) for _worker in range(WORKERS)]
        workers = [
            self.start(invoice, part, barrier, index == 0, uid=self.user_id)
            for index, part in enumerate(asked)
        ]
        results = [worker.result() for worker in workers]

        self.assertEqual(workers[0].process.exitcode, -signal.SIGKILL)
        self.assertIsNone(results[0])
        billed = Counter()
        for part, result in zip(asked[1:], results[1:], strict=True):
            self.assertNotIn("error", result)
            self.assertFalse(result["log"])
            value = result["value"]
            self.assertEqual(sorted(value["invoiced"] + value["skipped"]), sorted(part))
            billed.update(value["invoiced"])
        last = self.start(invoice, ids, None, False, uid=self.user_id).result()["value"]
        billed.update(last["invoiced"])
        self.assertEqual(set(billed.values()), {1})
        self.assertEqual(set(billed), set(expected))
        with self.environment() as env:
            bookings = env["microsoft.booking"].browse(expected)
            moves = env["account.move"].search(
                [("company_id", "=", self.company_id), ("move_type", "=", "out_invoice")]
            )
            self.assertEqual(len(moves), len(expected))
            self.assertEqual(moves.invoice_line_ids, bookings.invoice_line_id)
            for line in moves.invoice_line_ids:
                self.assertEqual(len(line.booking_ids), 1)
                self.assertAlmostEqual(line.price_subtotal, expected[line.booking_ids.id], places=6)

    # === SYNCHRONISING === #

    def test_one_connection_is_synchronised_once_at_a_time(self):
        size = 40
        with self.environment() as env:
            # In the other company there are products of these names, which ask to be confirmed.
            settings_id = self.connect(env, self.make_company(env), size).id
        reached, go_on = fork.Event(), fork.Event()

        def hold(env):
            settings = env["microsoft.booking.settings"].browse(settings_id)
            sandbox_session.use_app(settings, Gate(load_app(size), reached, go_on))
            settings.cron_id.method_direct_trigger()

        first = self.start(hold)
        self.assertTrue(reached.wait(60))
        second = self.start(synchronise, settings_id, size).result()
        self.assertIs(second["value"], False)
        # Somebody who calls the method past the scheduler, such as a job queue, does no harm either.
        third = self.start(call_directly, settings_id, size).result()
        self.assertNotIn("error", third)
        go_on.set()
        self.assertNotIn("error", first.result())
        self.assertEqual(self.finish(settings_id, size), "done")
        with self.environment() as env:
            settings = env["microsoft.booking.settings"].browse(settings_id)
            self.assertEqual(settings.booking_count, places(size))
            self.assertNotIn("failed", settings.run_ids.mapped("state"))

    def test_killed_imports_end_as_an_unbroken_one(self):
        size = 600
        with self.environment() as env:
            companies = env["res.company"].browse(self.company_id) | self.make_company(env)
            broken, whole = (self.connect(env, company, size) for company in companies)
            broken_id, whole_id, cron_id = broken.id, whole.id, broken.cron_id.id
        began = datetime.now()
        self.assertEqual(self.finish(whole_id, size), "done")
        length = (datetime.now() - began) / timedelta(seconds=1)

        draw = random.Random(datetime.now().microsecond)
        killed = 0
        for _kill in range(KILLS):
            worker = self.start(synchronise, broken_id, size)
            worker.process.join(draw.uniform(0.1, length * 0.6))
            killed += worker.process.is_alive()
            worker.kill()
            self.wait_for_the_dead(cron_id)
        self.assertTrue(killed)
        self.assertEqual(self.finish(broken_id, size), "done")
        with self.environment() as env:
            self.assertEqual(read_facts(env, broken_id), read_facts(env, whole_id))
            self.assertEqual(len(read_facts(env, whole_id)), places(size))
            Partner = env["res.partner"]
            counts = [
                Partner.search_count([("company_id", "=", company.id)]) for company in companies
            ]
            self.assertEqual(counts[0], counts[1])


class Gate:
    """A tenant that says when it is asked for the calendar, and answers only when it may."""

    def __init__(self, app, reached, go_on):
        self._app, self._reached, self._go_on = app, reached, go_on

    def __getattr__(self, name):
        return getattr(self._app, name)

    def __call__(self, environ, start_response):
        if "calendarView" in environ["PATH_INFO"]:
            self._reached.set()
            self._go_on.wait(60)
        return self._app(environ, start_response)


def call_directly(env, settings_id, size):
    """Synchronise without the scheduler and its lock."""
    settings = env["microsoft.booking.settings"].browse(settings_id)
    sandbox_session.use_app(settings, load_app(size))
    settings._cron_sync()


def read_facts(env, settings_id):
    """What was imported, in an order and in words that do not depend on the database's ids."""
    bookings = env["microsoft.booking"].search(
        [("settings_id", "=", settings_id)], order="graph_id, attendee_key"
    )
    return [
        [booking[name] for name in FACTS]
        + [
            booking.service_id.graph_id,
            booking.payer_id.email,
            sorted(booking.staff_ids.mapped("graph_id")),
        ]
        for booking in bookings
    ]
