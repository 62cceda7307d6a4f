# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rules and currencies that change after invoicing are none of an invoiced booking's business."""

from odoo.tests import tagged

from .common import BUSINESS
from .test_changes import ChangesCommon


@tagged("post_install", "-at_install")
class TestClassPrice(ChangesCommon):
    """A class keeps the rule by which it was invoiced."""

    def setUp(self):
        super().setUp()
        self.course = self.tenant.add_service(
            BUSINESS, "Course", price="50", price_type="fixedPrice", attendees=3
        )
        self.cara = self.tenant.add_customer(BUSINESS, "Cara", email="cara@example.com")

    def invoice_class(self, *, post=True):
        """A class of two on an invoice each."""
        return self.invoiced(self.course, customers=[self.ana, self.bob], post=post)

    def assertAsInvoiced(self, bookings):
        self.assertEqual(bookings.mapped("changes_text"), [False] * len(bookings))
        self.assertFalse(any(bookings.mapped("changed_after_invoicing")))

    def test_of_each_attendee_and_then_of_the_appointment(self):
        both, graph_id = self.invoice_class(post=False)
        self.settings.class_price = "appointment"
        both.invoice_id.action_post()
        self.assertAsInvoiced(both)
        self.tenant.join(graph_id, self.cara)
        self.sync()
        self.assertAsInvoiced(both)
        new = self.bookings(graph_id) - both
        self.assertEqual(new.amount, 16.66)
        # What does change is due by the rule of then, and stays settled by it.
        self.tenant.reprice(graph_id, "60")
        self.sync()
        self.assertNotIn("Attendees", "".join(both.mapped("changes_text")))
        self.assertEqual(both.mapped("due_amount"), [60.0] * 2)
        self.assertEqual(both.mapped("proposal"), ["complement"] * 2)
        self.settle(both)
        self.assertEqual(both.mapped("billed_amount"), [60.0] * 2)

    def test_of_the_appointment_and_then_of_each_attendee(self):
        self.settings.class_price = "appointment"
        both, graph_id = self.invoice_class()
        self.assertEqual(both.mapped("amount"), [25.0] * 2)
        self.settings.class_price = "attendee"
        for move in both.invoice_id:
            self._register_payment(move)
        self.assertAsInvoiced(both)
        self.tenant.leave(graph_id, self.bob)
        self.sync()
        ana = both.filtered(lambda booking: not booking.gone_at)
        self.assertEqual((ana.due_amount, ana.proposal), (50.0, "complement"))
        self.assertIn("Attendees: 2 → 1", ana.changes_text)

    def test_a_draft_made_anew_follows_the_rule_of_today(self):
        both, graph_id = self.invoice_class(post=False)
        self.settings.class_price = "appointment"
        self.tenant.reprice(graph_id, "60")
        self.sync()
        self.assertEqual(both.mapped("due_amount"), [30.0] * 2)
        self.settle(both)
        self.assertEqual(both.mapped("billed_amount"), [30.0] * 2)
        self.tenant.join(graph_id, self.cara)
        self.sync()
        self.assertEqual(both.mapped("due_amount"), [20.0] * 2)
        both.invoice_id.unlink()
        self.settings.class_price = "attendee"
        both._create_invoices()
        self.settings.class_price = "appointment"
        both.invoice_id.action_post()
        self.assertAsInvoiced(both)

    def test_what_was_kept_without_the_attendees_goes_by_the_rule_of_today(self):
        both, graph_id = self.invoice_class()
        for booking in both:
            facts = dict(booking.invoiced_facts)
            del facts["attendees"]
            booking.invoiced_facts = facts
        self.settings.class_price = "appointment"
        self.tenant.reprice(graph_id, "60")
        self.sync()
        self.assertEqual(both.mapped("due_amount"), [30.0] * 2)
