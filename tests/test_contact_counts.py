# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How many bookings a contact has: its own and what it pays, with those of the contacts below it, each once."""

from odoo.tests import tagged

from .common import BUSINESS, BookingCommon


@tagged("post_install", "-at_install")
class TestContactCounts(BookingCommon):
    def book_for(self, contact, count=1):
        """Appointments of a new customer who is this contact."""
        customer = self.tenant.add_customer(BUSINESS, contact.name, email=contact.email)
        for number in range(count):
            self.book(days=2 + number, customers=[customer])

    def test_each_booking_counts_once_on_every_contact_above(self):
        Partner = self.env["res.partner"]
        acme = Partner.create({"name": "ACME", "is_company": True, "email": "acme@acme.example"})
        office = Partner.create({"name": "Office", "parent_id": acme.id})
        eve = Partner.create({"name": "Eve", "email": "eve@acme.example", "parent_id": office.id})
        dan = Partner.create({"name": "Dan", "email": "dan@dan.example"})
        dan.booking_payer_id = eve
        self.book_for(eve, 2)
        self.book_for(dan)
        self.sync()
        contacts = acme | office | eve | dan
        self.assertEqual(contacts.mapped("booking_count"), [3, 3, 3, 1])
        for contact in contacts:
            domain = contact._get_bookings_domain()
            count = self.env["microsoft.booking"].search_count(domain)
            self.assertEqual(contact.booking_count, count)
        self.assertEqual(Partner.new({"name": "Somebody new"}).booking_count, 0)

    def test_a_list_of_contacts_asks_no_more_of_the_database(self):
        contacts = self.env["res.partner"].create(
            [{"name": f"P{n}", "email": f"p{n}@p{n}.example"} for n in range(10)]
        )
        for contact in contacts:
            self.book_for(contact)
        self.sync()
        asked = []
        # The first time Odoo learns what it keeps for all that follow.
        for some in (contacts, contacts[:2], contacts):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(set(some.mapped("booking_count")), {1})
            asked.append(self.env.cr.sql_log_count - before)
        self.assertEqual(asked[1], asked[2])
