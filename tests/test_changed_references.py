# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An order number that is corrected on the booking page after its draft was made: the draft follows, or is left."""

from dataclasses import replace

from odoo.tests import Form, tagged

from .common import BUSINESS
from .test_changes import ChangesCommon


@tagged("post_install", "-at_install")
class TestChangedReferences(ChangesCommon):
    def setUp(self):
        super().setUp()
        self.settings.reference_question = "PO number"

    def answered(self, number, days=2):
        """An appointment of Ana, who gave this order number: its id."""
        person = self.tenant.attendee(self.tenant.business(BUSINESS), self.ana)
        return self.book(customers=[self.with_answer(person, number)], days=days)

    def with_answer(self, person, number):
        return replace(person, answers=(("PO Number:", number),))

    def correct(self, number, *graph_ids):
        """Ana gives another order number for these appointments."""
        for graph_id in graph_ids:
            appointment = self.tenant.touch(graph_id)
            appointment.attendees[0] = self.with_answer(appointment.attendees[0], number)
        self.sync()

    def drafted(self, *numbers):
        """Bookings with these order numbers on drafts, in their order, and the ids of their appointments."""
        graph_ids = [self.answered(number, days=days) for days, number in enumerate(numbers, 2)]
        self.sync()
        bookings = self.bookings().browse([self.bookings(graph_id).id for graph_id in graph_ids])
        bookings._create_invoices()
        return bookings, graph_ids

    def test_the_draft_gets_the_new_one(self):
        booking, graph_ids = self.drafted("4711")
        move, line = booking.invoice_id, booking.invoice_line_id
        self.correct("4712", *graph_ids)
        self.assertTrue(booking.changed_after_invoicing)
        self.assertIn("4711 → 4712", booking.changes_text)
        self.assertEqual((booking.proposal, booking.amount_difference), ("refresh", 0.0))
        self.assertEqual(self.settle(booking)["refreshed"], move)
        self.assertEqual((move.ref, booking.invoice_line_id), ("4712", line))
        self.assertIn("4711 → 4712", move.message_ids[0].body)
        self.correct("4713", *graph_ids)
        self.settle(booking)
        self.assertEqual(move.ref, "4713")

    def test_a_number_that_was_missing(self):
        booking, graph_ids = self.drafted("")
        self.correct("4711", *graph_ids)
        self.assertIn("– → 4711", booking.changes_text)
        self.settle(booking)
        self.assertEqual(booking.invoice_id.ref, "4711")

    def test_what_a_person_typed_stays_unless_they_say_otherwise(self):
        booking, graph_ids = self.drafted("4711")
        move = booking.invoice_id
        with Form(move) as form:
            form.ref = "As agreed by phone"
        self.correct("4712", *graph_ids)
        wizard = self.env["microsoft.booking.amend"].create({"booking_ids": booking.ids})
        self.assertIn("Customer Reference", wizard.line_ids.changes_text)
        self.assertIn("overwrite", wizard.line_ids.choices)
        self.settle(booking)
        self.assertEqual(move.ref, "As agreed by phone")
        self.assertIn("Kept as it was typed", move.message_ids[0].body)
        self.correct("4713", *graph_ids)
        self.settle(booking, "overwrite")
        self.assertEqual(move.ref, "4713")

    def test_one_of_several_leaves_the_draft(self):
        bookings, graph_ids = self.drafted("4711", "4711", "4711")
        move, second = bookings.invoice_id, bookings[1]
        self.correct("4712", graph_ids[1])
        self.assertEqual(bookings.filtered("changed_after_invoicing"), second)
        self.assertEqual(second.proposal, "remove")
        self.settle(second)
        self.assertEqual(
            (second.billing_state, move.booking_ids), ("to_invoice", bookings - second)
        )
        self.assertEqual((move.ref, move.amount_untaxed), ("4711", 100.0))
        self.assertIn("another customer reference", move.message_ids[0].body)
        self.assertEqual(second._create_invoices()["invoices"].ref, "4712")

    def test_all_of_a_draft(self):
        bookings, graph_ids = self.drafted("4711", "4711")
        move = bookings.invoice_id
        self.correct("4712", *graph_ids)
        self.assertEqual(bookings.mapped("proposal"), ["refresh", "refresh"])
        self.settle(bookings[0])
        self.assertEqual((move.ref, bookings.invoice_id), ("4712", move))
        self.settle(bookings[1])
        self.assertEqual((move.ref, move.booking_ids), ("4712", bookings))

    def test_each_of_a_draft_has_one_of_its_own(self):
        bookings, graph_ids = self.drafted("4711", "4711")
        move = bookings.invoice_id
        self.correct("1", graph_ids[0])
        self.correct("2", graph_ids[1])
        self.assertEqual(bookings.mapped("proposal"), ["remove", "remove"])
        self.settle(bookings)
        self.assertFalse(move.exists())
        self.assertEqual(sorted(bookings._create_invoices()["invoices"].mapped("ref")), ["1", "2"])

    def test_on_a_merged_line(self):
        self.settings.line_mode = "merged"
        bookings, graph_ids = self.drafted("4711", "4711")
        line = bookings.invoice_line_id
        self.correct("4712", graph_ids[0])
        self.settle(bookings[0])
        self.assertEqual((line.booking_ids, line.quantity), (bookings[1], 1.0))

    def test_a_posted_invoice_stands(self):
        booking, graph_ids = self.drafted("4711")
        move = booking.invoice_id
        move.action_post()
        self.correct("4712", *graph_ids)
        self.assertEqual(booking.proposal, "accept")
        self.assertIn("4711 → 4712", booking.changes_text)
        self.settle(booking, reason="They know")
        self.assertEqual(move.ref, "4711")
        self.correct("4713", *graph_ids)
        self.assertTrue(booking.changed_after_invoicing)

    def test_what_is_asked_no_more_or_only_now_has_not_changed(self):
        booking, _graph_ids = self.drafted("4711")
        self.settings.reference_question = False
        self.assertFalse(booking.customer_reference or booking.changed_after_invoicing)
        other = self.answered("4712", days=9)
        self.sync()
        self.bookings(other)._create_invoices()
        self.settings.reference_question = "PO number"
        self.bookings().sudo().details_read_at = self.ago(hours=1).replace(tzinfo=None)
        self.sync()
        self.assertEqual(self.bookings(other).customer_reference, "4712")
        self.assertFalse(self.bookings().filtered("changed_after_invoicing"))

    def test_the_answer_is_not_kept_a_second_time(self):
        booking, graph_ids = self.drafted("4711")
        self.correct("4712", *graph_ids)
        self.settle(booking, "accept", reason="They know")
        kept = str([booking.invoiced_facts, booking.invoiced_terms, booking.settled_facts])
        for number in ("4711", "4712"):
            self.assertNotIn(number, kept)
        booking._anonymise()
        self.assertIsNone(booking.invoiced_facts["reference"])
        self.assertIsNone(booking.settled_facts["facts"]["reference"])
        self.assertFalse(booking.changed_after_invoicing)
