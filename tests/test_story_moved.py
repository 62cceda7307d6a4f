# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Story: cancelled, moved or longer after it was invoiced: always seen, offered a way, and nothing done by itself."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo.tests import freeze_time, tagged

from .common import BUSINESS, BookingCommon

NOW = "2026-04-02 08:00:00"
ZURICH = ZoneInfo("Europe/Zurich")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestMoved(BookingCommon):
    def held(self, day, service=None, customer=None):
        """An hour of March at ten."""
        return self.tenant.book(
            BUSINESS,
            service or self.haircut,
            self.at(3, day),
            customers=[customer or self.ana],
            duration=timedelta(hours=1),
        )

    def at(self, month, day):
        return datetime(2026, month, day, 10, tzinfo=ZURICH).astimezone(timezone.utc)

    def invoiced(self, *graph_ids, post=True):
        """The bookings of these appointments, on the invoice of March."""
        self.sync()
        bookings = self.bookings().browse().union(*(self.bookings(one) for one in graph_ids))
        bookings._create_invoices({"date_mode": "month_end"})
        if post:
            bookings.invoice_id.action_post()
        return bookings

    def test_deleted_in_bookings_while_on_a_draft(self):
        gone, stays = self.held(10), self.held(11)
        alone = self.held(12, customer=self.bob)
        bookings = self.invoiced(gone, stays, alone, post=False)
        draft, lonely = self.bookings(gone).invoice_id, self.bookings(alone).invoice_id
        for graph_id in (gone, alone):
            self.tenant.cancel(graph_id)
        self.sync()
        flagged = bookings.filtered("changed_after_invoicing")
        self.assertEqual(set(flagged.mapped("graph_id")), {gone, alone})
        self.assertEqual(draft.amount_untaxed, 100.0, "nothing by itself")
        flagged.action_settle_changes()
        self.assertEqual(draft.invoice_line_ids, self.bookings(stays).invoice_line_id)
        self.assertIn("Refreshed", str(draft.message_ids.mapped("body")))
        self.assertFalse(lonely.exists())

    def test_deleted_in_bookings_when_posted_and_paid(self):
        posted, paid = self.held(10), self.held(11, customer=self.bob)
        bookings = self.invoiced(posted, paid)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.bookings(paid).invoice_id.ids
        ).create({})._create_payments()
        self.assertEqual(self.bookings(paid).billing_state, "paid")
        for graph_id in (posted, paid):
            self.tenant.cancel(graph_id)
        self.sync()
        self.assertEqual(bookings.mapped("changed_after_invoicing"), [True, True])
        self.assertEqual(bookings.mapped("proposal"), ["credit", "credit"])
        refunds = self.env["account.move"].browse(
            bookings.action_settle_changes()["credit_note_ids"]
        )
        self.assertEqual(refunds.mapped("state"), ["draft", "draft"])
        self.assertEqual(refunds.mapped("amount_untaxed"), [50.0, 50.0])
        self.assertEqual([len(refund.invoice_line_ids) for refund in refunds], [1, 1])
        self.assertEqual(bookings.invoice_id.mapped("state"), ["posted", "posted"])

    def test_moved_into_april_after_the_invoice_of_march(self):
        graph_id = self.held(28)
        booking = self.invoiced(graph_id)
        self.tenant.move(graph_id, self.at(4, 4))
        with freeze_time("2026-05-02 08:00:00"):
            self.sync()
            self.assertTrue(booking.changed_after_invoicing)
            self.assertIn("When", booking.changes_text)
            self.assertEqual(str(booking.service_date), "2026-04-04")
            self.assertEqual(booking.proposal, "accept")
            # Not once more in April, neither before nor after it is accepted.
            self.assertFalse(booking._create_invoices()["invoices"])
            self.assertFalse(booking.action_settle_changes()["settled_count"], "a reason is asked")
            booking.action_settle_changes("accept", reason="Moved by us")
            self.assertFalse(booking.changed_after_invoicing)
            self.assertFalse(booking._create_invoices()["invoices"])
            self.assertEqual(booking.billed_amount, 50.0)

    def test_half_an_hour_longer_after_posting(self):
        graph_id = self.held(10, self.lesson)
        booking = self.invoiced(graph_id)
        self.tenant.move(graph_id, self.at(3, 10), duration=timedelta(minutes=90))
        self.sync()
        self.assertEqual((booking.proposal, booking.amount_difference), ("complement", 40.0))
        supplement = self.env["account.move"].browse(
            booking.action_settle_changes()["supplement_ids"]
        )
        self.assertEqual((supplement.state, supplement.amount_untaxed), ("draft", 40.0))
        self.assertEqual(booking.billed_amount, 120.0)

    def test_a_draft_deleted_and_an_invoice_cancelled_by_hand(self):
        first, second = self.held(10), self.held(11, customer=self.bob)
        bookings = self.invoiced(first, second, post=False)
        self.bookings(first).invoice_id.unlink()
        self.bookings(second).invoice_id.button_cancel()
        listed = bookings.search(bookings._get_uninvoiced_domain())
        self.assertLessEqual(bookings, listed)
        self.assertEqual(set(bookings.mapped("billing_state")), {"to_invoice"})

    def test_a_credit_note_for_all_of_it_asks_whether_to_bill_again(self):
        booking = self.invoiced(self.held(10))
        move = booking.invoice_id
        reversal = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        reversal.refund_moves()
        reversal.new_move_ids.action_post()
        # In sight: among what is to check, with what to do, and not billed anew by *Invoice All*.
        listed = booking.search(
            [*booking._get_uninvoiced_domain(), ("billing_state", "=", "to_check")]
        )
        self.assertEqual(listed, booking)
        self.assertEqual(booking.status, "Invoice credited: bill again?")
        self.assertIn("Bill it again", booking.issue_text)
        self.assertFalse(booking._create_invoices()["invoices"])
        booking.action_bill_again()
        again = booking._create_invoices()["invoices"]
        self.assertEqual((again.state, again.amount_untaxed), ("draft", 50.0))
