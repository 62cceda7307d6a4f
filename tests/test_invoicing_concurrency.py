# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Everybody invoices, and settles, the same bookings at once, and some are killed: each is billed once, to the cent.

One round of 200 bookings and 4 processes; with MICROSOFT_BOOKINGS_LONG=1 in the environment 20 rounds of 2,000 and 8
processes, which takes a quarter of an hour.
"""

import os
import random
from collections import Counter
from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from ..models.booking_invoicing import CHUNK
from .database_copy import DatabaseCopyCase, fork
from .load_common import LoadCase

ROUNDS, SIZE, WORKERS = (20, 2000, 8) if os.environ.get("MICROSOFT_BOOKINGS_LONG") else (1, 200, 4)
SEED = int(os.environ.get("MICROSOFT_BOOKINGS_SEED", "1").split(",")[0])
# Of the workers: those that queue a background run, and those that begin before and go on after another has committed.
QUEUING = LATE = WORKERS // 4
# How many are killed in each stage.
KILLS = WORKERS // 4
# In one of so many rounds what changed afterwards is settled too.
SETTLED = 4
# How long a worker waits for the others (seconds).
PATIENCE = 600
CRON = "microsoft_bookings.ir_cron_invoice_runs"

_tries = []


def begin(env, gates):
    """Take the snapshot of the transaction, and wait until everybody has: what others do from now on is not seen.

    Once in a process: Odoo calls again what another transaction came before.
    """
    env.cr.execute("SELECT count(*) FROM microsoft_booking")
    _tries.append(len(_tries))
    if len(_tries) == 1:
        for gate in gates:
            gate.wait(PATIENCE)


def invoice(env, ids, options, gates):
    """Invoice these bookings as a request does."""
    begin(env, gates)
    result = env["microsoft.booking"].browse(ids)._create_invoices(options)
    return {
        "invoiced": result["bookings"].ids,
        "skipped": {str(booking.id): reason for booking, reason, _text in result["skipped"]},
        "invoices": result["invoices"].ids,
        "runs": result["runs"].ids,
        "tries": len(_tries),
    }


def queue(env, ids, options, gates):
    """Have these bookings invoiced in the background, and be the scheduler that does it."""
    begin(env, gates)
    env["microsoft.booking"].browse(ids)._queue_invoices(options)
    env.cr.commit()
    return work_in_background(env)


def work_in_background(env):
    """What a cron worker does: the scheduled action, if no other has it.

    :return: whether it was free
    """
    Cron = env.registry["ir.cron"]
    cron_id = env["ir.model.data"].sudo()._xmlid_to_res_id(CRON)
    job = Cron._acquire_one_job(env.cr, cron_id, include_not_ready=True)
    if job:
        Cron._process_job(env.cr, job)
    return bool(job)


def go_on(env, gates):
    """Go on with the background runs, on what was true before the gates opened."""
    begin(env, gates)
    env["microsoft.booking.run"]._cron_invoice_runs()


def settle(env, ids, gates):
    """Settle what changed after it was invoiced, as a request does."""
    begin(env, gates)
    bookings = env["microsoft.booking"].browse(ids)
    result = bookings._settle_changes(dict.fromkeys(bookings, "propose"))
    return {
        "settled": result["bookings"].ids,
        "skipped": {str(booking.id): reason for booking, reason, _text in result["skipped"]},
        "tries": len(_tries),
    }


@tagged("post_install", "-at_install", "microsoft_bookings_concurrency")
class TestInvoicingConcurrency(DatabaseCopyCase):
    make_company = LoadCase.make_company

    def setUp(self):
        super().setUp()
        self.draw, self.refused = random.Random(SEED), 0
        with self.environment() as env:
            company = self.make_company(env)
            # Rounded globally, an invoice of many lines comes to some cents more or less than its lines.
            company.tax_calculation_rounding_method = "round_per_line"
            self.user_id = new_test_user(
                env,
                f"clerk-{company.id}",
                groups="account.group_account_invoice",
                company_ids=[(6, 0, company.ids)],
                company_id=company.id,
            ).id
            settings = env["microsoft.booking.settings"].create(
                {
                    "name": "Studio",
                    "company_id": company.id,
                    "cloud": "sandbox",
                    "business_id": "studio@contoso.example",
                    "tz": "Europe/Zurich",
                    "currency_id": company.currency_id.id,
                }
            )
            product = env["product.product"].create({"name": "Lesson", "type": "service"})
            service = env["microsoft.booking.service"].create(
                {
                    "settings_id": settings.id,
                    "graph_id": "lesson",
                    "name": "Lesson",
                    "product_id": product.id,
                }
            )
            self.settings_id, self.service_id = settings.id, service.id

    def test_everybody_at_once(self):
        for number in range(ROUNDS):
            with self.subTest(MICROSOFT_BOOKINGS_SEED=SEED, round=number):
                with self.environment() as env:
                    self.former_moves = env["account.move"].search([]).ids
                expected = self.book(number)
                self.invoice_at_once(expected)
                # That takes several times as long.
                if number % SETTLED == 0:
                    self.settle_at_once(list(expected))
        self.assertTrue(self.refused, "in no round did anybody come too late")

    def test_a_run_in_conflict_holds_up_no_younger_one(self):
        ids = sorted(self.book("conflict"))
        older, younger = ids[:3], ids[3:6]
        with self.environment(self.user_id) as env:
            run_ids = [
                env["microsoft.booking"].browse(chosen)._queue_invoices({"grouping": "booking"}).id
                for chosen in (older, younger)
            ]
        ready, changed = fork.Barrier(2), fork.Event()
        worker = self.start(go_on, [ready, changed])
        ready.wait(120)
        with self.environment() as env:
            env["microsoft.booking"].browse(older[0]).price = 77.0
        changed.set()
        self.check_log(worker.result())
        self.assertEqual(self.states(run_ids), ["queued", "done"])
        self.check_log(self.start(work_in_background).result())
        self.assertEqual(self.states(run_ids), ["done", "done"])
        with self.environment() as env:
            for chosen in (older, younger):
                bookings = env["microsoft.booking"].browse(chosen)
                self.assertEqual(len(bookings.invoice_line_id), len(chosen))
                self.assertEqual(
                    bookings.mapped("invoice_line_id.price_subtotal"), bookings.mapped("amount")
                )

    def states(self, run_ids):
        with self.environment() as env:
            return env["microsoft.booking.run"].browse(run_ids).mapped("state")

    # === A ROUND === #

    def book(self, number):
        """So many bookings of a twentieth as many payers, all of them held.

        :return: dict of id -> what it comes to
        """
        with self.environment() as env:
            partners = env["res.partner"].create(
                [{"name": f"Payer {number}-{payer}"} for payer in range(SIZE // 20)]
            )
            customers = env["microsoft.booking.customer"].create(
                [
                    {
                        "settings_id": self.settings_id,
                        "graph_id": partner.name,
                        "name": partner.name,
                        "partner_id": partner.id,
                    }
                    for partner in partners
                ]
            )
            start = fields.Datetime.now() - timedelta(days=9)
            bookings = env["microsoft.booking"].create(
                [
                    {
                        "settings_id": self.settings_id,
                        "graph_id": f"{number}-{index}",
                        "attendee_key": "",
                        "service_id": self.service_id,
                        "customer_id": self.draw.choice(customers).id,
                        "start": start,
                        "stop": start + timedelta(minutes=minutes),
                        "duration": minutes / 60,
                        "price_type": self.draw.choice(("fixedPrice", "hourly")),
                        "price": self.draw.choice((33.33, 49.9, 80.0, 0.05)),
                        "currency_id": env["microsoft.booking.settings"]
                        .browse(self.settings_id)
                        .currency_id.id,
                    }
                    for index in range(SIZE)
                    for minutes in [self.draw.randrange(20, 200)]
                ]
            )
            self.assertEqual(set(bookings.mapped("billing_state")), {"to_invoice"})
            return {booking.id: booking.amount for booking in bookings}

    def invoice_at_once(self, expected):
        options = {"grouping": self.draw.choice(("payer", "booking", "service"))}
        ready, committed = fork.Barrier(WORKERS), fork.Event()
        asked, workers = [], []
        for index in range(WORKERS):
            ids = self.draw.sample(sorted(expected), SIZE if index % 2 else SIZE * 2 // 3)
            is_late = index >= WORKERS - LATE
            function = queue if index < QUEUING else invoice
            gates = [ready, committed] if is_late else [ready]
            asked.append(ids)
            workers.append(self.start(function, ids, options, gates, uid=self.user_id))
        first = workers[QUEUING]
        victims = self.draw.sample([w for w in workers[:-LATE] if w is not first], KILLS)
        self.kill(victims, first)
        self.assertNotIn("error", first.result())
        early = [worker.result() for worker in workers[QUEUING:-LATE]]
        was_committed = any(result and result.get("value", {}).get("invoiced") for result in early)
        committed.set()
        results = [worker.result() for worker in workers]
        for worker, ids, result in zip(workers, asked, results, strict=True):
            if worker in victims and result is None:
                continue
            self.check_log(result)
            if worker in workers[QUEUING:]:
                self.check_summary(ids, result["value"])
        # The last one, who is asked for all, began before these had committed: PostgreSQL refused that, and Odoo
        # called it again. Where somebody who died, or who queued, had locked everything, they have nothing.
        if was_committed:
            self.refused += 1
            self.assertGreater(results[-1]["value"]["tries"], 1)
        self.finish(sorted(expected), options)
        self.check_invoices(expected)

    def kill(self, victims, first):
        """Kill these at some moment while the first one works."""
        for worker in victims:
            first.process.join(self.draw.uniform(0.2, SIZE / 200))
            worker.kill()

    def finish(self, ids, options):
        """What the dead have left: PostgreSQL takes a moment to notice; then the scheduler and a person go on."""
        self.wait_for_the_dead(ids)
        for _call in range(SIZE // CHUNK + 5):
            result = self.start(work_in_background).result()
            self.check_log(result)
            with self.environment() as env:
                domain = [("kind", "=", "invoice"), ("state", "in", ("queued", "running"))]
                if not env["microsoft.booking.run"].search_count(domain):
                    break
        else:
            self.fail("the background runs never end")
        result = self.start(invoice, ids, options, [], uid=self.user_id).result()
        self.check_log(result)
        self.check_summary(ids, result["value"])
        # There is nothing left for anybody.
        again = self.start(invoice, ids, options, [], uid=self.user_id).result()["value"]
        self.assertEqual((again["invoiced"], again["invoices"]), ([], []))
        self.assertEqual(set(again["skipped"].values()), {"draft"})

    def wait_for_the_dead(self, ids):
        with self.environment() as env:
            env.cr.execute("SELECT id FROM ir_cron FOR UPDATE")
            env.cr.execute("SELECT id FROM microsoft_booking WHERE id = ANY(%s) FOR UPDATE", [ids])

    # === WHAT HAS TO BE TRUE === #

    def check_log(self, result):
        self.assertTrue(result)
        self.assertNotIn("error", result)
        # That PostgreSQL refused something is logged by Odoo itself, which then tries again.
        log = [line for line in result["log"] if "could not serialize access" not in line]
        self.assertEqual(log, [])

    def check_summary(self, asked, value):
        """What a worker said of each booking that it was asked for, against what is there."""
        done = set(value["invoiced"])
        left = set(map(int, value["skipped"]))
        self.assertFalse(done & left)
        self.assertEqual(done | left, set(asked))
        self.assertTrue(set(value["skipped"].values()) <= {"locked", "draft"})
        with self.environment() as env:
            moves = env["account.move"].browse(value["invoices"])
            self.assertEqual(set(moves.invoice_line_ids.booking_ids.ids), done)
            self.assertEqual(
                sum(env["microsoft.booking.run"].browse(value["runs"]).mapped("booking_count")),
                len(done),
            )

    def check_invoices(self, expected):
        with self.environment() as env:
            bookings = env["microsoft.booking"].browse(expected)
            self.assertEqual(set(bookings.mapped("billing_state")), {"draft"})
            lines = Counter(
                booking.id
                for line in bookings.invoice_id.invoice_line_ids
                for booking in line.booking_ids
            )
            self.assertEqual(lines, dict.fromkeys(expected, 1))
            # Whoever was killed has left no draft that nobody knows of.
            company = bookings.company_id
            moves = env["account.move"].search([("id", "not in", self.former_moves)])
            self.assertEqual(moves, bookings.invoice_id)
            for booking in bookings:
                line = booking.invoice_line_id
                self.assertEqual(line.booking_ids, booking)
                self.assertEqual(
                    company.currency_id.compare_amounts(line.price_subtotal, expected[booking.id]),
                    0,
                )
            self.assertAlmostEqual(
                sum(moves.mapped("amount_untaxed")), sum(expected.values()), places=2
            )
            runs = env["microsoft.booking.run"].search([("invoice_ids", "in", moves.ids)])
            by_run = [move.id for run in runs for move in run.invoice_ids]
            self.assertEqual(sorted(by_run), sorted(moves.ids))
            self.assertEqual(sum(runs.mapped("booking_count")), len(bookings))
            self.assertTrue(set(runs.mapped("state")) <= {"done", "problems"})

    # === SETTLING === #

    def settle_at_once(self, ids):
        """Half of the invoices are posted, a third of the bookings changes, and everybody settles that."""
        with self.environment() as env:
            bookings = env["microsoft.booking"].browse(ids)
            moves = bookings.invoice_id.sorted("id")
            moves[: len(moves) // 2].action_post()
            changed = bookings.browse(sorted(self.draw.sample(ids, len(ids) // 3)))
            for booking in changed:
                booking.price = self.draw.choice((40.0, 60.01, 0.1))
            due = {booking.id: booking._get_due().amount for booking in changed}
            self.assertTrue(all(changed.mapped("changed_after_invoicing")))
        ready = fork.Barrier(WORKERS)
        workers = [
            self.start(settle, self.draw.sample(sorted(due), len(due)), [ready], uid=self.user_id)
            for _worker in range(WORKERS)
        ]
        victims = workers[1 : 1 + KILLS]
        self.kill(victims, workers[0])
        settled = Counter()
        for worker in workers:
            result = worker.result()
            if worker in victims and result is None:
                continue
            self.check_log(result)
            value = result["value"]
            self.assertEqual(
                sorted(value["settled"] + [int(key) for key in value["skipped"]]), sorted(due)
            )
            settled.update(value["settled"])
        self.assertLessEqual(set(settled.values()), {1})
        self.wait_for_the_dead(sorted(due))
        self.check_log(self.start(settle, sorted(due), [], uid=self.user_id).result())
        again = self.start(settle, sorted(due), [], uid=self.user_id).result()["value"]
        self.assertEqual(again["settled"], [])
        self.check_settled(ids, due)

    def check_settled(self, ids, due):
        with self.environment() as env:
            bookings = env["microsoft.booking"].browse(ids)
            self.assertFalse(any(bookings.mapped("changed_after_invoicing")))
            for booking in bookings:
                amount = due.get(booking.id, booking.amount)
                self.assertEqual(
                    booking.currency_id.compare_amounts(booking.billed_amount, amount), 0
                )
                is_corrected = booking.id in due and booking.invoice_id.state == "posted"
                self.assertEqual(len(booking.adjustment_line_ids), int(is_corrected))
            moves = bookings.invoice_id | bookings.adjustment_line_ids.move_id
            total = sum(
                -move.amount_untaxed if move.move_type == "out_refund" else move.amount_untaxed
                for move in moves
            )
            wanted = sum(due.get(booking.id, booking.amount) for booking in bookings)
            self.assertAlmostEqual(total, wanted, places=2)
