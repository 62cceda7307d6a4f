# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from .common import BookingCommon


@tagged("post_install", "-at_install")
class TestInvoicing(BookingCommon):
    def setUp(self):
        super().setUp()
        self.book(self.lesson, duration=timedelta(minutes=90))
        self.book(self.haircut, days=4)
        self.book(self.haircut, customers=[self.bob])
        self.open_price = self.book(self.audit, customers=[self.bob])
        self.book(self.haircut, days=-3)
        self.sync()
        self.uninvoiced = self.bookings().search(self.bookings()._get_uninvoiced_domain())

    def test_drafts_per_payer_and_nothing_twice(self):
        result = self.uninvoiced._create_invoices()
        moves = result["invoices"]
        self.assertEqual(len(moves), 2)
        self.assertEqual(set(moves.mapped("state")), {"draft"})
        self.assertEqual(sorted(moves.mapped("amount_untaxed")), [50.0, 170.0])
        self.assertEqual(
            [reason for _booking, reason, _text in result["skipped"]], ["price_to_confirm"]
        )
        self.assertEqual(set(result["bookings"].mapped("billing_state")), {"draft"})
        again = self.uninvoiced._create_invoices()
        self.assertFalse(again["invoices"])
        self.assertEqual(len(again["skipped"]), 4)

    def test_upcoming_bookings_are_left_out(self):
        result = self.bookings()._create_invoices()
        self.assertIn("upcoming", [reason for _booking, reason, _text in result["skipped"]])

    def test_life_cycle_of_the_invoice_is_the_bookings(self):
        bookings = self.uninvoiced._create_invoices()["bookings"].filtered(
            lambda booking: booking.customer_name == "Ana Müller"
        )
        move = bookings.invoice_id
        move.action_post()
        self.assertEqual(set(bookings.mapped("billing_state")), {"invoiced"})
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self.assertEqual(set(bookings.mapped("billing_state")), {"paid"})

    def test_deleted_drafts_and_removed_lines_free_the_booking(self):
        bookings = self.uninvoiced._create_invoices()["bookings"]
        ana = bookings.filtered(lambda booking: booking.customer_name == "Ana Müller")
        move = ana.invoice_id
        lesson = ana.filtered(lambda booking: booking.price_type == "hourly")
        with Form(move) as form:
            form.invoice_line_ids.remove(
                index=move.invoice_line_ids.ids.index(lesson.invoice_line_id.id)
            )
        self.assertEqual(lesson.billing_state, "to_invoice")
        self.assertEqual((ana - lesson).billing_state, "draft")
        move.unlink()
        self.assertEqual(set(ana.mapped("billing_state")), {"to_invoice"})

    def test_cancelled_and_credited_invoices(self):
        bookings = self.uninvoiced._create_invoices()["bookings"].filtered(
            lambda booking: booking.customer_name == "Bob"
        )
        move = bookings.invoice_id
        move.button_cancel()
        self.assertEqual(bookings.billing_state, "to_invoice")
        bookings._create_invoices()
        second = bookings.invoice_id
        self.assertNotEqual(second, move)
        with self.assertRaises(UserError):
            move.button_draft()
        second.action_post()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=second.ids)
            .create({"journal_id": second.journal_id.id})
        )
        wizard.refund_moves()
        wizard.new_move_ids.action_post()
        self.assertEqual(bookings.issue, "credited")
        bookings.action_bill_again()
        self.assertEqual(bookings.billing_state, "to_invoice")

    def test_one_broken_payer_does_not_hold_up_the_others(self):
        bob = self.uninvoiced.filtered(
            lambda booking: booking.customer_name == "Bob" and not booking.issue
        )
        ana = self.uninvoiced.filtered(lambda booking: booking.customer_name == "Ana Müller")
        other = self.env["res.company"].create({"name": "Elsewhere"})
        bob.payer_id.sudo().company_id = other
        result = (ana | bob)._create_invoices()
        self.assertEqual(len(result["invoices"]), 1)
        self.assertEqual(bob.issue, "invoicing_failed")
        self.assertTrue(bob.issue_text)
        bob.payer_id.sudo().company_id = False
        self.assertTrue(bob._create_invoices()["invoices"])
        self.assertEqual(bob.billing_state, "draft")

    def test_exclude_and_undo(self):
        reason = self.env.ref("microsoft_bookings.exclusion_reason_goodwill")
        self.uninvoiced.action_exclude(reason.id)
        self.assertEqual(set(self.uninvoiced.mapped("billing_state")), {"excluded"})
        self.assertFalse(self.uninvoiced._create_invoices()["invoices"])
        self.uninvoiced.action_undo_exclude()
        self.assertEqual(
            len(self.uninvoiced.filtered(lambda b: b.billing_state == "to_invoice")), 3
        )

    def test_prices_that_include_tax(self):
        self.settings.price_include_tax = True
        result = self.uninvoiced._create_invoices()
        self.assertEqual(sorted(result["invoices"].mapped("amount_total")), [50.0, 170.0])

    def test_wizard_as_invoicing_user(self):
        user = new_test_user(
            self.env,
            "clerk",
            groups="account.group_account_invoice",
            company_ids=[(6, 0, self.env.company.ids)],
            company_id=self.env.company.id,
        )
        bookings = self.uninvoiced.with_user(user)
        wizard = (
            self.env["microsoft.booking.invoice"]
            .with_user(user)
            .with_context(active_ids=bookings.ids)
            .create({})
        )
        self.assertEqual((wizard.draft_count, wizard.ready_count, wizard.skipped_count), (2, 3, 1))
        self.assertIn("Ana Müller", wizard.preview)
        action = wizard.action_create_invoices()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(len(bookings.invoice_id), 2)
        with self.assertRaises(UserError):
            wizard.action_create_invoices()

    def test_lines_in_the_payers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        bob = self.uninvoiced.filtered(
            lambda booking: booking.customer_name == "Bob" and not booking.issue
        )
        bob.payer_id.lang = "fr_FR"
        move = bob._create_invoices()["invoices"]
        self.assertIn(bob.service_date.strftime("%d/%m/%Y"), move.invoice_line_ids.name)

    def test_undo_run(self):
        result = self.uninvoiced._create_invoices()
        run = result["runs"]
        self.assertEqual(run.booking_count, 3)
        run.action_undo()
        self.assertEqual(run.state, "undone")
        self.assertEqual(set(result["bookings"].mapped("billing_state")), {"to_invoice"})
