# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Story: a group class of 5 places: 4 customers named, one of them absent, one unknown; a fifth nobody names."""

from datetime import timedelta

from odoo.tests import tagged

from ..sandbox.world import Attendee
from .common import BUSINESS, BookingCommon


@tagged("post_install", "-at_install")
class TestClass(BookingCommon):
    def setUp(self):
        super().setUp()
        self.settings.write(
            {"create_contacts": False, "no_show_fee": "percent", "no_show_fee_value": 50}
        )
        self.env["res.partner"].create(
            [
                {"name": name, "email": f"{name.lower()}@class.example"}
                for name in ("Ana", "Bob", "Cara")
            ]
        )
        self.members = {
            name: self.tenant.add_customer(BUSINESS, name, email=f"{name.lower()}@class.example")
            for name in ("Ana", "Bob", "Cara")
        }
        self.members["Dan"] = Attendee(name="Dan", email="dan@nowhere.example")
        self.yoga = self.tenant.add_service(
            BUSINESS, "Yoga", price="25", price_type="fixedPrice", attendees=5
        )
        self.graph_id = self.book(self.yoga, customers=list(self.members.values()))
        self.tenant.touch(self.graph_id).unnamed = 1
        self.sync()
        self.settings.service_ids.filtered(lambda s: not s.product_id)._create_products()
        self.places = self.bookings(self.graph_id)

    def place(self, name):
        return self.places.filtered(lambda booking: booking.customer_name == name)

    def test_four_rows_of_one_appointment(self):
        self.assertEqual(len(self.places), 4)
        self.assertEqual(self.places.mapped("amount"), [25.0] * 4)
        self.assertEqual(set(self.places.mapped("missing_attendees")), {1}, "a fifth is not named")
        self.place("Bob").outcome = "no_show"
        self.assertEqual((self.place("Bob").amount, self.place("Ana").amount), (12.5, 25.0))
        self.assertEqual(self.place("Dan").issue, "no_contact")
        result = self.places._create_invoices()
        self.assertEqual(result["bookings"], self.places - self.place("Dan"))
        self.assertEqual(sorted(result["invoices"].mapped("amount_untaxed")), [12.5, 25.0, 25.0])
        self.place("Dan").customer_id.action_create_contact()
        alone = self.places._create_invoices()
        self.assertEqual(alone["bookings"], self.place("Dan"))
        self.assertEqual(alone["invoices"].amount_untaxed, 25.0)

    def test_who_leaves_after_invoicing_is_flagged_alone(self):
        self.places._create_invoices()["invoices"].action_post()
        self.tenant.leave(self.graph_id, self.members["Cara"])
        self.sync()
        changed = self.places.filtered("changed_after_invoicing")
        self.assertEqual(changed, self.place("Cara"))
        self.assertEqual(changed.proposal, "credit")
        self.assertEqual(
            (self.place("Ana") | self.place("Bob")).mapped("billing_state"), ["invoiced"] * 2
        )

    def test_the_price_of_the_appointment_is_shared(self):
        self.settings.class_price = "appointment"
        self.tenant.reprice(self.graph_id, "100.01")
        self.sync()
        self.assertEqual(
            sorted(self.places.mapped("amount")), [25.0, 25.0, 25.0, 25.01], "to the cent"
        )
        self.assertEqual(self.places[0].duration, timedelta(hours=1) / timedelta(hours=1))
