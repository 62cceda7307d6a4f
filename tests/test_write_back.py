# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bookings is told of the invoices: what is true, as often as it changes, and nothing else notices when it fails."""

import re
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from odoo.addons.base.models import ir_cron

from ..models import sandbox_session
from ..models.booking_write_back import MOST_ATTEMPTS
from ..sandbox import Fault
from .common import BUSINESS, BookingCommon


class Explosive:
    """A tenant in whose hands a write ends as no fault of Microsoft's would: as a bug of ours does."""

    def __init__(self, app):
        self._app = app

    def __getattr__(self, name):
        return getattr(self._app, name)

    def __call__(self, environ, start_response):
        if environ["REQUEST_METHOD"] == "PATCH":
            raise ZeroDivisionError
        return self._app(environ, start_response)


@tagged("post_install", "-at_install")
class TestWriteBack(BookingCommon):
    def setUp(self):
        super().setUp()
        self.settings.write_back = True

    def invoice(self, bookings):
        bookings.action_create_draft_invoices()
        return bookings.invoice_id

    def told(self, appointment):
        """What Bookings has of the invoice of an appointment: number, status, amount, date, address."""
        item = self.tenant.businesses[BUSINESS].appointments[appointment]
        said = item.invoice
        return (
            said.get("invoiceId"),
            said.get("invoiceStatus"),
            said.get("invoiceAmount"),
            (said.get("invoiceDate") or {}).get("dateTime", "")[:10],
            said.get("invoiceUrl"),
        )

    def patches(self):
        return [call for call in self.app.requests if call[0] == "PATCH"]

    def records(self):
        return self.env["microsoft.booking.write.back"].search([])

    def later(self, **delta):
        """Let time pass for what waits."""
        for record in self.records().filtered("next_attempt"):
            record.next_attempt -= timedelta(**delta)

    def test_off_by_default(self):
        other = self.env["microsoft.booking.settings"].create({"name": "Other"})
        self.assertFalse(other.write_back)
        self.settings.write_back = False
        self.book()
        self.sync()
        self.invoice(self.bookings())
        self.sync()
        self.assertFalse(self.records())
        self.assertEqual(self.patches(), [])

    def test_from_draft_to_paid(self):
        one, other = self.book(days=2), self.book(days=3)
        self.sync()
        move = self.invoice(self.bookings())
        self.sync()
        line = self.bookings(one).invoice_line_id
        self.assertNotEqual(line.price_total, move.amount_total, "its own line, not the invoice")
        address = f"{move.get_base_url()}/my/invoices/{move.id}"
        day = fields.Date.to_string(move.invoice_date or move.date)
        self.assertEqual(
            self.told(one), (move.name or None, "draft", line.price_total, day, address)
        )
        self.assertNotIn("access_token", address)
        move.action_post()
        self.sync()
        for appointment in (one, other):
            self.assertEqual(self.told(appointment)[:2], (move.name, "open"))
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self.sync()
        self.assertEqual(self.told(one)[:2], (move.name, "paid"))
        self.assertEqual(set(self.records().mapped("state")), {"sent"})

    def test_what_is_known_is_not_sent_again(self):
        self.book()
        self.sync()
        self.invoice(self.bookings())
        self.sync()
        sent = len(self.patches())
        self.assertEqual(sent, 1)
        self.sync()
        self.bookings().invoice_id.ref = "touched"
        self.sync()
        self.assertEqual(len(self.patches()), sent)

    def test_a_deleted_draft_is_taken_back(self):
        appointment = self.book()
        self.sync()
        move = self.invoice(self.bookings())
        self.sync()
        move.unlink()
        self.sync()
        self.assertFalse(self.records().problem)
        self.assertEqual(self.told(appointment), (None, "draft", 0, "", None))

    def test_cancelled_and_credited(self):
        one, other = self.book(days=2), self.book(days=3, customers=[self.bob])
        self.sync()
        cancelled = self.invoice(self.bookings(one))
        cancelled.button_cancel()
        credited = self.invoice(self.bookings(other))
        credited.action_post()
        self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=credited.ids
        ).create({"journal_id": credited.journal_id.id}).refund_moves()
        credited.reversal_move_ids.action_post()
        self.sync()
        self.assertEqual(self.told(one)[1], "canceled")
        self.assertEqual(self.told(other)[:2], (credited.name, "corrective"))

    def test_a_class_says_the_sum_of_its_lines(self):
        lesson = self.book(self.haircut, customers=[self.ana, self.bob])
        self.sync()
        moves = self.invoice(self.bookings())
        self.assertEqual(len(moves), 2)
        moves[0].action_post()
        self.sync()
        total = sum(self.bookings().invoice_line_id.mapped("price_total"))
        _number, status, amount, _day, address = self.told(lesson)
        self.assertEqual((status, amount, address), ("draft", total, None))

    def test_a_line_of_several_bookings_is_shared_to_the_cent(self):
        self.settings.line_mode = "merged"
        self.haircut_tax = self.env["account.tax"].create({"name": "8.1%", "amount": 8.1})
        appointments = [self.book(days=day) for day in (2, 3, 4)]
        self.sync()
        bookings = self.bookings()
        bookings.service_id.product_id.taxes_id = self.haircut_tax
        bookings.write({"unit_price": 33.33})
        move = self.invoice(bookings)
        self.assertEqual(len(move.invoice_line_ids), 1)
        self.sync()
        told = [self.told(appointment)[2] for appointment in appointments]
        self.assertAlmostEqual(float(sum(told)), move.amount_total, places=6)
        self.assertLess(max(told) - min(told), 0.02)

    def test_what_was_invoiced_before_stays_as_it_is(self):
        self.settings.write_back = False
        self.book()
        self.sync()
        move = self.invoice(self.bookings())
        earlier = fields.Datetime.now() - timedelta(days=40)
        self.env.flush_all()
        for table in ("microsoft_booking", "account_move", "account_move_line"):
            self.env.cr.execute(
                SQL("UPDATE %s SET write_date = %s", SQL.identifier(table), earlier)
            )
        self.env.invalidate_all()
        self.settings.write_back = True
        self.sync()
        self.assertEqual(self.patches(), [])
        move.action_post()
        self.sync()
        self.assertEqual(len(self.patches()), 1)

    def test_a_refusal_is_tried_again_and_then_given_up(self):
        appointment = self.book()
        self.sync()
        move = self.invoice(self.bookings())
        self.app.habits.invoice_members = "refused"
        run = self.sync()
        self.assertEqual(run.state, "done")
        record = self.records()
        self.assertEqual((record.state, record.attempts), ("waiting", 1))
        self.assertTrue(record.problem)
        self.sync()
        self.assertEqual(record.attempts, 1, "not at once")
        for _attempt in range(MOST_ATTEMPTS):
            self.later(days=1)
            self.sync()
        self.assertEqual((record.state, record.attempts), ("failed", MOST_ATTEMPTS))
        self.assertEqual(self.settings.write_back_failed_count, 1)
        self.assertEqual(self.bookings().billing_state, "draft")
        self.app.habits.invoice_members = "kept"
        self.sync()
        self.assertEqual(record.state, "failed", "given up until it changes or somebody asks")
        record.action_retry()
        self.sync()
        self.assertEqual(record.state, "sent")
        self.assertEqual(self.told(appointment)[1], "draft")
        self.app.habits.invoice_members = "refused"
        move.action_post()
        self.sync()
        self.app.habits.invoice_members = "kept"
        record.write({"state": "failed"})
        move.button_cancel()
        self.sync()
        self.assertEqual((record.state, self.told(appointment)[1]), ("sent", "canceled"))

    def test_an_outage_counts_against_no_appointment(self):
        for days in (2, 3):
            self.book(days=days)
        self.sync()
        self.invoice(self.bookings())
        self.app.faults.append(Fault("403", method="PATCH"))
        run = self.sync()
        self.assertEqual((run.state, self.settings.state), ("done", "connected"))
        self.assertEqual(set(self.records().mapped("attempts")), {0})
        self.assertTrue(self.settings.write_back_problem)
        self.app.faults.clear()
        self.sync()
        self.assertEqual(set(self.records().mapped("state")), {"sent"})
        self.assertFalse(self.settings.write_back_problem)

    def test_one_that_microsoft_never_answers_holds_up_no_other(self):
        for days in (2, 3):
            self.book(days=days)
        self.sync()
        self.invoice(self.bookings())
        # The ids are asked for in their order.
        slow = min(self.bookings().mapped("graph_id"))
        fault = Fault("504", method="PATCH", path=re.escape(slow), times=None)
        self.app.faults.append(fault)
        self.sync()
        self.assertTrue(fault.fired)
        self.assertTrue(self.settings.write_back_problem)
        self.sync()
        states = {record.graph_id == slow: record.state for record in self.records()}
        self.assertEqual(states, {True: "waiting", False: "sent"})

    def test_a_bug_does_not_count_against_the_synchronisation(self):
        self.book()
        self.sync()
        self.invoice(self.bookings())

        sandbox_session.use_app(self.settings, Explosive(self.app))
        with self.assertLogs("odoo.addons.microsoft_bookings.models", "ERROR"):
            run = self.sync()
        self.assertEqual((run.state, self.settings.state), ("done", "connected"))
        self.assertIn("ZeroDivisionError", self.settings.write_back_problem)

    def test_a_run_that_its_time_slice_ends_goes_on_at_once(self):
        run = self.settings._start_sync()
        cron = self.settings.sudo().cron_id
        with (
            patch.object(ir_cron, "MIN_TIME_PER_JOB", 0),
            patch.object(ir_cron, "MIN_RUNS_PER_JOB", 1),
            self.enter_registry_test_mode(),
        ):
            cron.method_direct_trigger()
        self.env.invalidate_all()
        todo = run.cursor["todo"]
        self.assertTrue(todo)
        progress = self.env["ir.cron.progress"].search(
            [("cron_id", "=", cron.id)], order="id desc", limit=1
        )
        self.assertEqual(progress.remaining, len(todo))

    def test_an_appointment_that_is_gone(self):
        self.book()
        self.sync()
        move = self.invoice(self.bookings())
        self.app.faults.append(Fault("404", method="PATCH"))
        self.sync()
        self.assertEqual(self.records().state, "gone")
        self.app.faults.clear()
        self.sync()
        self.assertEqual(self.records().state, "gone")
        self.assertEqual(self.bookings().invoice_id, move)

    def test_paused_nothing_is_sent(self):
        self.book()
        self.sync()
        self.invoice(self.bookings())
        self.settings.action_pause()
        with self.enter_registry_test_mode():
            self.settings.sudo().cron_id.method_direct_trigger()
        self.assertEqual(self.patches(), [])

    def test_the_permission_is_asked_for_with_the_option(self):
        self.assertIn("write_appointments", self.settings._get_wanted_operations())
        self.settings.write_back = False
        self.assertNotIn("write_appointments", self.settings._get_wanted_operations())

    def test_who_may_try_again(self):
        self.book()
        self.sync()
        self.invoice(self.bookings())
        self.sync()
        clerk = new_test_user(
            self.env,
            login="clerk",
            groups="base.group_user,account.group_account_invoice",
            company_ids=[Command.set(self.env.company.ids)],
            company_id=self.env.company.id,
        )
        record = self.records().with_user(clerk)
        record.sudo().state = "failed"
        self.assertTrue(record.number or record.graph_id)
        with self.assertRaises(AccessError):
            record.action_retry()
