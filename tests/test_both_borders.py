# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where both ways end: at the borders of a company, and at somebody who was erased."""

from odoo.fields import Command
from odoo.tests import tagged

from ..graph.bookings import BookingsApi
from .both_ways_common import BothWaysCommon
from .common import BUSINESS


@tagged("post_install", "-at_install")
class TestBothBorders(BothWaysCommon):
    def test_comparing_costs_no_query_more_for_each_contact(self):
        def queries(number):
            for index in range(number):
                email = f"n{number}.{index}@example.com"
                self.contact(f"N {index}", email, phone="1", country_id=country.id, city="Bern")
                self.tenant.add_customer(BUSINESS, f"N {index}", email=email)
            self.sync()
            self.sync()
            api = BookingsApi(self.settings._get_graph_client())
            listing = api.customers(BUSINESS)
            run = self.settings.run_ids[:1]
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            customers = self.env["microsoft.booking.customer"].with_context(booking_sync=True)
            self.assertTrue(customers._follow_listing(self.settings, run, api, listing))
            return self.env.cr.sql_log_count - before

        country = self.env.ref("base.ch")
        queries(1)
        self.assertEqual(queries(5), queries(40))

    def test_whoever_was_erased_is_not_made_known_again(self):
        carla = self.contact("Carla", "carla@example.com")
        carl = self.tenant.add_customer(BUSINESS, "Carla", email="carla@example.com")
        self.book(customers=[carl])
        self.settings.create_products = True
        self.sync()
        self.bookings().action_exclude(
            self.env.ref("microsoft_bookings.exclusion_reason_internal").id
        )
        carla.action_anonymise_bookings()
        self.tenant.delete_customer(carl)
        carla.phone = "1"
        run, writes = self.written()
        self.assertEqual((run.state, writes), ("done", []))
        self.assertFalse(self.in_bookings("carla@example.com"))

    def test_companies_never_mix(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.contact("Ana elsewhere", "ana@example.com", company_id=other.id)
        graph_id = self.book()
        self.sync()
        customer = self.customers(graph_id=self.ana)
        self.assertFalse(customer.partner_id)
        self.assertEqual(customer.match_state, "other_company")
        self.assertEqual(self.bookings(graph_id).issue, "other_company")
        self.assertNotIn("Ana elsewhere", f"{customer.match_text}{customer.candidate_ids.ids}")
        self.assertFalse(customer.candidate_ids)
        customer.action_create_contact()
        self.assertEqual(customer.partner_id.company_id, self.env.company)
        self.assertNotEqual(customer.partner_id, theirs)
        self.assertEqual(self.bookings(graph_id).payer_id, customer.partner_id)

    def test_only_own_businesses_are_written_to(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids = [Command.link(other.id)]
        second = "second@contoso.example"
        self.tenant.add_business(second, "Second", currency="CHF", time_zone="Europe/Zurich")
        settings = self.connect(
            self.app, name="Second", business_id=second, company_id=other.id, sync_customers="both"
        )
        settings.customer_filter = "[('ref', '=', 'bookings')]"
        self.contact("Ours", "ours@example.com", company_id=self.env.company.id)
        self.contact("Theirs", "theirs@example.com", company_id=other.id)
        self.sync()
        self.sync(settings)
        self.assertTrue(self.in_bookings("ours@example.com"))
        self.assertFalse(self.in_bookings("theirs@example.com"))
        emails = {c["emailAddress"] for c in self.tenant.business(second).customers.values()}
        self.assertEqual(emails, {"theirs@example.com"})
