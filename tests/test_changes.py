# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What changes in Bookings after it was invoiced is named, settled once, and nothing is posted by itself."""

from datetime import timedelta

from odoo.tests import Form, tagged

from .common import BookingCommon


class ChangesCommon(BookingCommon):
    """Bookings that are invoiced and then change."""

    def invoiced(self, service=None, *, post=True, **kw):
        """A booking on an invoice, and the id of its appointment."""
        graph_id = self.book(service, **kw)
        self.sync()
        booking = self.bookings(graph_id)
        move = booking._create_invoices()["invoices"]
        if post:
            move.action_post()
        return booking, graph_id

    def settle(self, bookings, decision="propose", reason=None):
        """Settle, and check that what changed is settled and nothing more was posted."""
        Move = self.env["account.move"]
        posted = Move.search_count([("state", "=", "posted")])
        result = bookings._settle_changes(dict.fromkeys(bookings, decision), reason)
        self.assertFalse(result["skipped"])
        self.assertEqual(Move.search_count([("state", "=", "posted")]), posted)
        self.assertNotIn(True, bookings.mapped("changed_after_invoicing"))
        again = bookings._settle_changes(dict.fromkeys(bookings, decision), reason)
        self.assertEqual({why for _b, why, _t in again["skipped"]}, {"settled"})
        self.assertFalse(again["refreshed"] | again["credit_notes"] | again["supplements"])
        return result

    def longer(self, graph_id, minutes):
        """Make the appointment end later, and synchronise."""
        appointment = self.tenant.appointment(graph_id)
        start = appointment.start
        self.tenant.move(
            graph_id, start, duration=appointment.duration + timedelta(minutes=minutes)
        )
        self.sync()


@tagged("post_install", "-at_install")
class TestRefresh(ChangesCommon):
    """A draft follows its bookings, and keeps what people did to it."""

    def test_longer_appointment(self):
        booking, graph_id = self.invoiced(self.lesson, post=False)
        line, move = booking.invoice_line_id, booking.invoice_id
        self.longer(graph_id, 30)
        self.assertTrue(booking.changed_after_invoicing)
        self.assertIn("1:00", booking.changes_text)
        self.assertIn("1:30", booking.changes_text)
        self.assertEqual((booking.amount_difference, booking.proposal), (40.0, "refresh"))
        result = self.settle(booking)
        self.assertEqual(result["refreshed"], move)
        self.assertEqual(booking.invoice_line_id, line)
        self.assertEqual((line.quantity, line.price_unit, booking.amount), (1.5, 80.0, 120.0))
        self.assertEqual((booking.billed_amount, booking.billing_state), (120.0, "draft"))
        self.assertIn("1:30", move.message_ids[0].body)

    def test_what_people_added_stays(self):
        booking, graph_id = self.invoiced(self.lesson)
        move = booking.invoice_id
        move.button_draft()
        with Form(move) as form:
            form.ref = "PO 4711"
            form.narration = "See you"
            with form.invoice_line_ids.new() as line:
                line.product_id = self.product_a
                line.price_unit = 7.0
            with form.invoice_line_ids.edit(0) as line:
                line.discount = 10.0
        self.longer(graph_id, 30)
        self.settle(booking)
        self.assertEqual(move.ref, "PO 4711")
        self.assertIn("See you", move.narration)
        self.assertEqual(len(move.invoice_line_ids), 2)
        line = booking.invoice_line_id
        self.assertEqual((line.quantity, line.discount), (1.5, 10.0))
        self.assertEqual(booking.billed_amount, 108.0)
        move.action_post()
        self.assertEqual(booking.billing_state, "invoiced")

    def test_what_was_typed_on_the_line_is_kept_and_said(self):
        booking, graph_id = self.invoiced(self.lesson, post=False)
        line, move = booking.invoice_line_id, booking.invoice_id
        line.price_unit = 70.0
        self.assertEqual((booking.amount, booking.billed_amount), (80.0, 70.0))
        self.tenant.touch(graph_id).price = "90"
        self.longer(graph_id, 30)
        self.assertEqual(booking._get_typed_labels(), ["Unit Price"])
        self.settle(booking)
        self.assertEqual((line.quantity, line.price_unit), (1.5, 70.0))
        self.assertIn("Unit Price", move.message_ids[0].body)
        # Still known as typed when it changes again, and written over when that is said.
        self.longer(graph_id, 30)
        self.settle(booking, "overwrite")
        self.assertEqual((line.quantity, line.price_unit), (2.0, 90.0))

    def test_gone_leaves_the_draft_and_an_empty_one_is_deleted(self):
        gone, graph_id = self.invoiced(post=False)
        move = gone.invoice_id
        self.tenant.cancel(graph_id)
        self.sync()
        self.assertEqual(gone.proposal, "remove")
        self.settle(gone)
        self.assertFalse(move.exists())
        self.assertEqual((gone.billing_state, gone.issue), ("to_check", "gone"))

    def test_gone_leaves_a_draft_with_others(self):
        ids = [self.book(days=days) for days in (2, 3)]
        self.sync()
        gone, other = self.bookings(ids[0]), self.bookings(ids[1])
        move = (gone | other)._create_invoices()["invoices"]
        self.tenant.cancel(ids[0])
        self.sync()
        self.settle(gone)
        self.assertEqual(move.invoice_line_ids, other.invoice_line_id)
        self.assertEqual(move.amount_untaxed, 50.0)
        self.assertIn(gone.display_name, move.message_ids[0].body)

    def test_headings_alone_are_no_draft(self):
        self.settings.line_sections = True
        ids = [self.book(days=2), self.book(days=3, customers=[self.bob])]
        self.sync()
        both = self.bookings()
        both.payer_id = both[0].payer_id
        move = both._create_invoices()["invoices"]
        self.assertIn("line_section", move.invoice_line_ids.mapped("display_type"))
        for graph_id in ids:
            self.tenant.cancel(graph_id)
        self.sync()
        self.settle(both)
        self.assertFalse(move.exists())

    def test_a_number_is_not_lost_with_an_empty_draft(self):
        gone, graph_id = self.invoiced()
        move = gone.invoice_id
        move.button_draft()
        self.tenant.cancel(graph_id)
        self.sync()
        self.settle(gone)
        self.assertFalse(move.exists().invoice_line_ids)

    def test_one_of_a_merged_line(self):
        self.settings.line_mode = "merged"
        ids = [self.book(self.lesson, days=days) for days in (2, 3, 4)]
        self.sync()
        bookings = self.bookings()
        move = bookings._create_invoices()["invoices"]
        line = move.invoice_line_ids
        self.assertEqual((len(line), line.quantity), (1, 3.0))
        self.assertEqual(bookings.mapped("billed_amount"), [80.0] * 3)
        self.longer(ids[0], 30)
        changed = self.bookings(ids[0])
        self.settle(changed)
        self.assertEqual((line.quantity, len(line.booking_ids)), (3.5, 3))
        self.assertEqual(sum(bookings.mapped("billed_amount")), 280.0)
        # Another price has a line of its own on the same draft.
        self.tenant.touch(ids[1]).price = "100"
        self.sync()
        self.settle(self.bookings(ids[1]))
        self.assertEqual(len(move.invoice_line_ids), 2)
        self.assertEqual(move.amount_untaxed, 80 * 2.5 + 100)
        self.assertEqual(self.bookings(ids[1]).billed_amount, 100.0)

    def test_moved_into_the_future_is_not_billed_yet(self):
        booking, graph_id = self.invoiced(post=False)
        self.tenant.move(graph_id, self.ago(days=-3))
        self.sync()
        self.assertEqual(booking.proposal, "remove")
        self.settle(booking)
        self.assertTrue(booking.is_upcoming)
        self.assertFalse(booking.invoice_line_id)

    def test_accepted_on_a_draft(self):
        booking, graph_id = self.invoiced(self.lesson, post=False)
        self.longer(graph_id, 30)
        self.settle(booking, "accept", "As agreed")
        self.assertEqual((booking.billed_amount, booking.accept_reason), (80.0, "As agreed"))
