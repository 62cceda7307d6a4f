# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From what is to check to where it is put right: one click, and once for all such bookings."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BookingCommon


@tagged("post_install", "-at_install")
class TestRemedy(BookingCommon):
    def open(self, booking, model):
        """Press the button, and take what it opens."""
        action = booking.action_open_remedy()
        self.assertEqual((action["res_model"], action["target"]), (model, "current"))
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_a_service_without_product(self):
        ids = [self.book(days=days) for days in (1, 2)]
        self.settings.sync_services = "no"
        self.sync()
        first, second = map(self.bookings, ids)
        self.assertEqual((first.issue, first.remedy), ("no_product", "service_id"))
        self.assertIn("Bookings Services", first.issue_text)
        service = self.open(first, "microsoft.booking.service")
        service.product_id = self.product_a
        self.assertEqual({first.billing_state, second.billing_state}, {"to_invoice"})
        self.assertFalse(first.remedy)

    def test_a_customer_without_contact(self):
        self.settings.create_contacts = False
        graph_id = self.book()
        self.sync()
        booking = self.bookings(graph_id)
        self.assertEqual((booking.issue, booking.remedy), ("no_contact", "customer_id"))
        customer = self.open(booking, "microsoft.booking.customer")
        self.assertEqual(customer.email, "ana@example.com")

    def test_an_archived_payer_is_where_it_was_chosen(self):
        booked = self.book()
        self.sync()
        booking = self.bookings(booked)
        booking.payer_id = self.env["res.partner"].create({"name": "Aunt"})
        booking.payer_id.active = False
        self.assertEqual((booking.issue, booking.remedy), ("archived_contact", False))
        booking.payer_id = False
        booking.customer_id.partner_id.active = False
        self.assertEqual((booking.issue, booking.remedy), ("archived_contact", "customer_id"))

    def test_what_is_put_right_on_the_booking_itself(self):
        price, nobody = self.book(self.audit), self.book(customers=[])
        self.sync()
        for graph_id in (price, nobody):
            booking = self.bookings(graph_id)
            self.assertEqual((booking.billing_state, booking.remedy), ("to_check", False))
            with self.assertRaisesRegex(UserError, "Type the price|Choose the payer"):
                booking.action_open_remedy()
