# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What people decide and what they mend: kept, heard, and never turned into a wrong invoice."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged

from .common import BUSINESS, BookingCommon


@tagged("post_install", "-at_install")
class TestDecisions(BookingCommon):
    def test_nobody_to_pay_is_to_check_whatever_else_is_right(self):
        graph_id = self.book()
        self.sync()
        booking = self.bookings(graph_id)
        booking.customer_id.partner_id.unlink()
        self.assertFalse(booking.payer_id)
        self.assertEqual((booking.billing_state, booking.issue), ("to_check", "no_contact"))
        self.assertFalse(booking._create_invoices()["invoices"])

    def test_an_emptied_payer_is_the_rules_again(self):
        graph_id = self.book()
        self.sync()
        booking = self.bookings(graph_id)
        rule = booking.payer_id
        booking.payer_id = self.partner_a
        self.assertTrue(booking.payer_decided)
        booking.payer_id = False
        self.assertEqual(booking.payer_id, rule)

    def test_an_emptied_contact_stays_empty_until_it_is_matched_again(self):
        graph_id = self.book()
        self.sync()
        customer = self.bookings(graph_id).customer_id
        partner = customer.partner_id
        customer.partner_id = False
        self.sync()
        self.assertFalse(customer.partner_id)
        customer.action_match_again()
        self.assertEqual(customer.partner_id, partner)

    def test_a_contact_made_since_is_found_without_the_list_of_customers(self):
        self.settings.write({"sync_customers": "no", "create_contacts": False})
        graph_id = self.book()
        self.sync()
        self.assertEqual(self.bookings(graph_id).issue, "no_contact")
        ana = self.env["res.partner"].create({"name": "Ana", "email": "ana@example.com"})
        self.sync()
        self.assertEqual(self.bookings(graph_id).partner_id, ana)

    def test_contacts_of_two_people_with_one_address_are_two(self):
        self.settings.create_contacts = False
        names = ("Mother", "Child")
        people = [self.tenant.add_customer(BUSINESS, n, email="home@example.com") for n in names]
        ids = [self.book(customers=[person]) for person in people]
        self.sync()
        bookings = self.bookings(ids[0]) | self.bookings(ids[1])
        self.assertEqual(set(bookings.mapped("issue")), {"shared_email"})
        bookings.customer_id.action_create_contact()
        self.assertEqual(set(bookings.payer_id.mapped("name")), {"Mother", "Child"})

    def test_no_double_of_an_archived_contact(self):
        ana = self.env["res.partner"].create({"name": "Ana", "email": "ana@example.com"})
        ana.action_archive()
        graph_id = self.book()
        self.sync()
        booking = self.bookings(graph_id)
        self.assertEqual(booking.issue, "archived_contact")
        booking.customer_id.action_create_contact()
        self.assertFalse(booking.partner_id)

    def test_what_ended_before_its_absence_was_found_is_asked_about(self):
        graph_id = self.tenant.book(
            BUSINESS, self.haircut, self.now + timedelta(hours=1), customers=[self.ana]
        )
        self.sync()
        self.tenant.cancel(graph_id)
        with freeze_time(fields.Datetime.now() + timedelta(hours=4)):
            self.sync()
        self.assertEqual(self.bookings(graph_id).issue, "gone")

    def test_an_excluded_booking_hears_of_new_rules(self):
        graph_id = self.book(self.lesson, duration=timedelta(minutes=45))
        self.sync()
        booking = self.bookings(graph_id)
        booking.action_exclude(self.env.ref("microsoft_bookings.exclusion_reason_internal").id)
        self.settings.write({"duration_rounding": "up", "rounding_minutes": 60})
        booking.action_undo_exclude()
        self.assertEqual(booking.amount, 80.0)

    def test_nobody_writes_the_calendar_nor_what_is_invoiced(self):
        graph_id = self.book()
        self.sync()
        clerk = new_test_user(
            self.env,
            "clerk",
            groups="account.group_account_invoice",
            company_ids=[(6, 0, self.env.company.ids)],
            company_id=self.env.company.id,
        )
        booking = self.bookings(graph_id).with_user(clerk)
        for values in ({"price": 1.0}, {"graph_id": "other"}, {"start": fields.Datetime.now()}):
            with self.subTest(values), self.assertRaises(AccessError):
                booking.write(values)
        booking._create_invoices()
        for values in ({"payer_id": self.partner_a.id}, {"unit_price": 9}, {"outcome": "no_show"}):
            with self.subTest(values), self.assertRaises(UserError):
                booking.write(values)

    def test_who_left_a_class_costs_no_more_requests(self):
        course = self.tenant.add_service(BUSINESS, "Class", price="20", attendees=5)
        graph_id = self.book(course, customers=[self.ana, self.bob])
        self.sync()
        self.tenant.leave(graph_id, self.bob)
        self.sync()
        self.assertEqual(self.sync().detail_count, 0)

    def test_a_class_priced_as_a_whole_is_flagged_when_somebody_joins(self):
        self.settings.class_price = "appointment"
        course = self.tenant.add_service(BUSINESS, "Class", price="50", attendees=5)
        graph_id = self.book(course, customers=[self.ana, self.bob])
        self.sync()
        ana = self.bookings(graph_id).filtered(
            lambda booking: booking.customer_name == "Ana Müller"
        )
        self.assertEqual(ana.amount, 25.0)
        ana._create_invoices()
        carl = self.tenant.add_customer(BUSINESS, "Carl", email="carl@example.com")
        self.tenant.join(graph_id, carl)
        self.sync()
        self.assertTrue(ana.changed_after_invoicing)

    def test_a_fee_is_named_on_the_invoice(self):
        self.settings.write({"no_show_fee": "percent", "no_show_fee_value": 50})
        graph_id = self.book()
        self.sync()
        booking = self.bookings(graph_id)
        booking.outcome = "no_show"
        move = booking._create_invoices()["invoices"]
        self.assertEqual(move.amount_untaxed, 25.0)
        self.assertTrue(move.invoice_line_ids.name.startswith("No-show: "))

    def test_a_secret_is_never_sent_to_another_address(self):
        self.settings.write({"cloud": "global", "client_secret": "s3cr3t~value"})
        self.assertTrue(self.settings.has_secret)
        self.settings.write(
            {
                "cloud": "custom",
                "authority_url": "https://login.elsewhere.example",
                "graph_url": "https://graph.elsewhere.example",
            }
        )
        self.assertFalse(self.settings.has_secret)
        self.assertFalse(self.settings._get_credential())
