# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever happens to an invoice in Odoo, its bookings say so, and are free exactly when they should be."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .test_changes import ChangesCommon


class LifeCycleCommon(ChangesCommon):
    """Invoices that are paid and reversed with Odoo's own wizards."""

    def reversal(self, move, **values):
        return (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id, **values})
        )

    def credit(self, move, price=None):
        """A posted credit note of the invoice, of all of it or of another price."""
        wizard = self.reversal(move)
        wizard.refund_moves()
        if price is not None:
            wizard.new_move_ids.invoice_line_ids.price_unit = price
        wizard.new_move_ids.action_post()
        return wizard.new_move_ids

    def pay(self, move):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()

    def assertStands(self, booking, state, issue=False, *, billed=None, credited=0.0):
        """Where the booking stands and what it is billed."""
        self.assertEqual((booking.billing_state, booking.issue), (state, issue))
        if billed is not None:
            self.assertEqual((booking.billed_amount, booking.credited_amount), (billed, credited))


@tagged("post_install", "-at_install")
class TestLifeCycle(LifeCycleCommon):
    def test_edited_draft_shows_what_is_invoiced(self):
        booking, _graph_id = self.invoiced(self.lesson, post=False)
        with Form(booking.invoice_id) as form, form.invoice_line_ids.edit(0) as line:
            line.quantity = 2.0
            line.price_unit = 75.0
        self.assertStands(booking, "draft", billed=150.0)
        self.assertEqual(booking.amount, 80.0)

    def test_deleted_removed_and_cancelled_free_it(self):
        booking, _graph_id = self.invoiced(post=False)
        booking.invoice_id.unlink()
        self.assertStands(booking, "to_invoice", billed=0.0)
        move = booking._create_invoices()["invoices"]
        with Form(move) as form:
            form.invoice_line_ids.remove(0)
        self.assertStands(booking, "to_invoice", billed=0.0)
        move = booking._create_invoices()["invoices"]
        move.action_post()
        move.button_cancel()
        self.assertStands(booking, "to_invoice", billed=0.0)
        move.button_draft()
        self.assertStands(booking, "draft", billed=50.0)

    def test_reset_to_draft_and_posted_again(self):
        booking, _graph_id = self.invoiced()
        move = booking.invoice_id
        move.button_draft()
        self.assertStands(booking, "draft", billed=50.0)
        move.action_post()
        self.assertStands(booking, "invoiced", billed=50.0)
        self.assertFalse(booking.changed_after_invoicing)

    def test_reversed_wholly_asks_and_is_billed_again_once(self):
        booking, _graph_id = self.invoiced()
        first = booking.invoice_id
        refund = self.credit(first)
        self.assertStands(booking, "to_check", "credited", billed=0.0, credited=50.0)
        self.assertEqual(refund.booking_count, 1)
        self.assertEqual(booking._get_correction_moves(), refund)
        self.assertFalse(booking._create_invoices()["invoices"])
        booking.action_bill_again()
        self.assertStands(booking, "to_invoice", billed=0.0)
        self.assertTrue(booking._create_invoices()["invoices"])
        self.assertStands(booking, "draft", billed=50.0)
        for take_back in (refund.button_draft, refund.button_cancel, first.button_draft):
            with self.subTest(take_back=take_back.__name__), self.assertRaises(UserError):
                take_back()

    def test_credit_note_that_is_only_a_draft_changes_nothing(self):
        booking, _graph_id = self.invoiced()
        wizard = self.reversal(booking.invoice_id)
        wizard.refund_moves()
        self.assertStands(booking, "invoiced", billed=50.0)
        wizard.new_move_ids.action_post()
        self.assertStands(booking, "to_check", "credited", billed=0.0, credited=50.0)
        wizard.new_move_ids.button_cancel()
        self.assertStands(booking, "invoiced", billed=50.0)

    def test_credited_in_part_stays_invoiced(self):
        booking, _graph_id = self.invoiced()
        self.credit(booking.invoice_id, 10.0)
        self.assertStands(booking, "invoiced", billed=40.0, credited=10.0)
        self.pay(booking.invoice_id)
        self.assertStands(booking, "paid", billed=40.0, credited=10.0)

    def test_paid_then_credited_in_full_is_not_paid_as_if_nothing(self):
        booking, _graph_id = self.invoiced()
        self.pay(booking.invoice_id)
        self.assertStands(booking, "paid", billed=50.0)
        self.credit(booking.invoice_id)
        self.assertStands(booking, "to_check", "credited", billed=0.0, credited=50.0)

    def test_paid_then_credited_in_part(self):
        booking, _graph_id = self.invoiced()
        self.pay(booking.invoice_id)
        self.credit(booking.invoice_id, 20.0)
        self.assertStands(booking, "paid", billed=30.0, credited=20.0)

    def test_one_of_two_lines_credited(self):
        ids = [self.book(days=days) for days in (2, 3)]
        self.sync()
        one, two = (self.bookings(graph_id) for graph_id in ids)
        move = (one | two)._create_invoices()["invoices"]
        move.action_post()
        wizard = self.reversal(move)
        wizard.refund_moves()
        refund = wizard.new_move_ids
        refund.invoice_line_ids.filtered(
            lambda line: line.booking_origin_line_id == two.invoice_line_id
        ).unlink()
        refund.action_post()
        self.assertStands(one, "to_check", "credited", billed=0.0, credited=50.0)
        self.assertStands(two, "invoiced", billed=50.0)

    def test_credit_note_made_by_hand_and_reconciled(self):
        booking, _graph_id = self.invoiced()
        move = booking.invoice_id
        refund = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": move.partner_id.id,
                "invoice_date": fields.Date.today(),
                "invoice_line_ids": [
                    (0, 0, {"product_id": line.product_id.id, "price_unit": line.price_unit})
                    for line in move.invoice_line_ids
                ],
            }
        )
        refund.action_post()
        self.assertStands(booking, "invoiced", billed=50.0)
        receivable = (move | refund).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        receivable.reconcile()
        self.assertEqual(move.payment_state, "reversed")
        self.assertStands(booking, "to_check", "credited", billed=0.0, credited=50.0)

    def test_paid_with_the_credit_note_of_another_invoice_is_paid(self):
        first, _graph_id = self.invoiced(days=9)
        self.pay(first.invoice_id)
        refund = self.credit(first.invoice_id)
        second, _graph_id = self.invoiced()
        lines = (second.invoice_id | refund).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        lines.reconcile()
        self.assertEqual(second.invoice_id.payment_state, "reversed")
        self.assertStands(second, "paid", billed=50.0)
        # Bookings is told the same.
        self.assertEqual(second.invoice_id._get_booking_invoice_status(), "paid")

    def test_reverse_and_create_invoice_takes_the_bookings_over(self):
        ids = [self.book(self.lesson, days=days) for days in (2, 3)]
        self.settings.line_mode = "merged"
        self.sync()
        bookings = self.bookings(ids[0]) | self.bookings(ids[1])
        first = bookings._create_invoices()["invoices"]
        first.action_post()
        wizard = self.reversal(first)
        wizard.modify_moves()
        draft = wizard.new_move_ids
        self.assertEqual((draft.move_type, draft.state), ("out_invoice", "draft"))
        self.assertEqual(bookings.invoice_id, draft)
        self.assertEqual(draft.booking_ids, bookings)
        for booking in bookings:
            self.assertStands(booking, "draft", billed=80.0)
            self.assertFalse(booking.changed_after_invoicing)
        self.assertFalse(bookings._create_invoices()["invoices"])
        with self.assertRaises(UserError):
            first.button_draft()
        with self.assertRaises(UserError):
            first.reversal_move_ids.button_draft()
        # The draft follows its bookings as the first one did.
        self.longer(ids[0], 30)
        self.settle(self.bookings(ids[0]))
        self.assertEqual(draft.amount_untaxed, 200.0)
        draft.unlink()
        self.assertEqual(set(bookings.mapped("billing_state")), {"to_invoice"})

    def test_reverse_and_create_invoice_of_what_was_corrected(self):
        booking, graph_id = self.invoiced(self.lesson)
        self.longer(graph_id, 30)
        supplement = self.settle(booking)["supplements"]
        supplement.action_post()
        wizard = self.reversal(booking.invoice_id)
        wizard.modify_moves()
        self.assertEqual(booking.invoice_id, wizard.new_move_ids)
        self.assertStands(booking, "draft", billed=120.0)
        self.assertFalse(booking.changed_after_invoicing)
        wizard = self.reversal(supplement)
        wizard.modify_moves()
        self.assertStands(booking, "draft", billed=120.0, credited=40.0)
        self.assertFalse(booking.changed_after_invoicing)
        wizard.new_move_ids.unlink()
        self.assertTrue(booking.changed_after_invoicing)
        self.assertEqual(booking.amount_difference, 40.0)

    def test_credited_supplement_flags_it_again(self):
        booking, graph_id = self.invoiced(self.lesson)
        self.longer(graph_id, 30)
        supplement = self.settle(booking)["supplements"]
        supplement.action_post()
        self.credit(supplement)
        self.assertTrue(booking.changed_after_invoicing)
        self.assertStands(booking, "invoiced", billed=80.0, credited=40.0)

    def test_duplicate_has_no_booking(self):
        booking, graph_id = self.invoiced(self.lesson)
        self.longer(graph_id, 30)
        supplement = self.settle(booking)["supplements"]
        for move in (booking.invoice_id, supplement):
            copy = move.copy()
            self.assertFalse(copy.booking_count)
            self.assertFalse(copy.invoice_line_ids.booking_ids)
            self.assertFalse(copy.invoice_line_ids.booking_origin_line_id)
        self.assertStands(booking, "invoiced", billed=120.0)

    def test_line_moved_to_another_draft_is_followed(self):
        one, _graph_id = self.invoiced(post=False)
        two, _graph_id = self.invoiced(post=False, days=5)
        target, source = one.invoice_id, two.invoice_id
        # As tools that merge drafts do it.
        two.invoice_line_id.with_context(dynamic_unlink=True).move_id = target
        self.assertEqual(two.invoice_id, target)
        source.unlink()
        self.assertEqual(target.booking_ids, one | two)
        target.action_post()
        self.assertEqual(set((one | two).mapped("billing_state")), {"invoiced"})
