# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re
from datetime import timedelta

from odoo.tests import tagged

from ..sandbox import Fault
from .common import BUSINESS, BookingCommon


@tagged("post_install", "-at_install")
class TestSync(BookingCommon):
    def test_everything_of_the_small_tenant_arrives_once(self):
        settings, tenant = self.connect_profile("small", "atelier@contoso.example")
        run = self.sync(settings)
        self.assertEqual(run.state, "done", run.problem_ids.mapped("message"))
        held = tenant.held("atelier@contoso.example", self.now)
        domain = [
            ("settings_id", "=", settings.id),
            *self.env["microsoft.booking"]._get_uninvoiced_domain(),
        ]
        self.assertEqual(self.env["microsoft.booking"].search_count(domain), len(held))
        before = self.bookings(settings=settings)
        self.sync(settings, full=True)
        self.assertEqual(self.bookings(settings=settings), before)

    def test_facts_of_a_booking(self):
        graph_id = self.book(self.lesson, duration=timedelta(minutes=90), days=3)
        self.sync()
        booking = self.bookings(graph_id)
        self.assertRecordValues(
            booking,
            [
                {
                    "customer_name": "Ana Müller",
                    "customer_email": "ana@example.com",
                    "start": self.ago(days=3).replace(tzinfo=None),
                    "duration": 1.5,
                    "price_type": "hourly",
                    "price": 80.0,
                    "quantity": 1.5,
                    "unit_price": 80.0,
                    "amount": 120.0,
                    "billing_state": "to_invoice",
                    "issue": False,
                }
            ],
        )
        self.assertEqual(booking.service_id.product_id.name, "Lesson")
        self.assertEqual(booking.staff_ids.name, "Zoé")
        self.assertEqual(booking.payer_id.email, "ana@example.com")

    def test_unchanged_data_cost_no_detail_request_and_no_write(self):
        self.book()
        self.book(self.lesson, customers=[self.bob])
        self.sync()
        stamp = (
            self.env["microsoft.booking"].search([], order="write_date desc", limit=1).write_date
        )
        requests_before = len(self.app.requests)
        run = self.sync()
        self.assertEqual(
            (run.read_count, run.new_count, run.changed_count, run.unchanged_count), (2, 0, 0, 2)
        )
        self.assertEqual(run.detail_count, 0)
        details = [
            path
            for _method, path, _status in list(self.app.requests)[requests_before:]
            if "$batch" in path
        ]
        self.assertFalse(details)
        self.assertFalse(self.env["microsoft.booking"].search([("write_date", ">", stamp)]))

    def test_moved_and_repriced_bookings_follow(self):
        graph_id = self.book()
        self.sync()
        self.tenant.move(graph_id, self.ago(days=1))
        self.tenant.reprice(graph_id, "65")
        run = self.sync()
        booking = self.bookings(graph_id)
        self.assertEqual(run.changed_count, 1)
        self.assertEqual(booking.start, self.ago(days=1).replace(tzinfo=None))
        self.assertEqual(booking.amount, 65.0)

    def test_what_a_person_decided_stays(self):
        graph_id = self.book()
        self.sync()
        booking = self.bookings(graph_id)
        booking.unit_price = 45.0
        booking.outcome = "no_show"
        booking.payer_id = self.partner_a
        for price in ("70", "71", "72"):
            self.tenant.reprice(graph_id, price)
            self.sync()
        self.assertEqual(booking.outcome, "no_show")
        self.assertEqual(booking.payer_id, self.partner_a)
        booking.outcome = "attended"
        self.assertEqual(booking.unit_price, 45.0)
        self.assertEqual(booking.price, 72.0)

    def test_cancelled_in_time_leaves_the_list(self):
        graph_id = self.book(days=-5)
        self.sync()
        self.tenant.cancel(graph_id)
        run = self.sync()
        self.assertEqual(run.cancelled_count, 1)
        self.assertEqual(self.bookings(graph_id).billing_state, "cancelled")

    def test_deleted_after_it_was_held_is_to_check(self):
        graph_id = self.book(days=5)
        self.sync()
        self.tenant.cancel(graph_id)
        self.sync()
        self.assertEqual(self.bookings(graph_id).issue, "gone")

    def test_late_cancellation_is_to_check_when_there_is_a_fee(self):
        self.settings.write(
            {"late_cancellation_fee": "percent", "late_cancellation_fee_value": 100}
        )
        graph_id = self.tenant.book(
            "studio@contoso.example",
            self.haircut,
            self.now + timedelta(hours=3),
            customers=[self.ana],
        )
        self.sync()
        self.tenant.cancel(graph_id)
        self.sync()
        booking = self.bookings(graph_id)
        self.assertEqual(
            (booking.outcome, booking.issue, booking.amount),
            ("late_cancelled", "late_cancellation", 50.0),
        )

    def test_mass_disappearance_stops_and_asks(self):
        ids = [self.book(days=-day) for day in range(2, 12)]
        self.sync()
        for graph_id in ids[:8]:
            self.tenant.cancel(graph_id)
        self.sync()
        self.assertFalse(self.bookings().filtered("gone_at"))
        self.assertTrue(self.settings.gone_question)
        self.sync(accept_gone=True)
        self.assertEqual(len(self.bookings().filtered("gone_at")), 8)
        self.assertFalse(self.settings.gone_question)

    def mirrors(self, model):
        """The ids in Bookings of the services or staff members that are not archived."""
        return set(self.env[f"microsoft.booking.{model}"].search([]).mapped("graph_id"))

    def test_a_shortened_list_archives_nothing(self):
        lea = self.tenant.add_staff(BUSINESS, "Lea", email="lea@contoso.example")
        self.sync()
        there = {"service": {self.haircut, self.lesson, self.audit}, "staff": {self.zoe, lea}}
        for kind in ("empty_list", "partial"):
            self.app.faults[:] = [
                Fault(kind, path=path, times=1) for path in (r"/services$", r"/staffMembers$")
            ]
            self.sync()
            for model, graph_ids in there.items():
                with self.subTest(kind, model=model):
                    self.assertEqual(self.mirrors(model), graph_ids)
        self.assertEqual([fault.fired for fault in self.app.faults], [1, 1])

    def test_what_is_gone_by_its_id_too_is_archived(self):
        self.sync()
        for service in (self.haircut, self.lesson, self.audit):
            self.tenant.delete_service(service)
        self.tenant.delete_staff(self.zoe)
        self.assertEqual(self.sync().state, "done")
        self.assertFalse(self.mirrors("service") | self.mirrors("staff"))

    def test_what_cannot_be_asked_for_by_its_id_stays(self):
        self.sync()
        self.tenant.delete_service(self.audit)
        self.app.faults[:] = [Fault("400", path=f"/services/{re.escape(self.audit)}$")]
        self.assertEqual(self.sync().state, "problems")
        self.assertIn(self.audit, self.mirrors("service"))

    def test_services_that_disappear_in_masses_stay_until_a_person_archives_them(self):
        more = [self.tenant.add_service(BUSINESS, f"Service {n}", price="1") for n in range(6)]
        self.sync()
        for service in more:
            self.tenant.delete_service(service)
        run = self.sync()
        self.assertIn("6 of 9", run.problem_ids.message)
        self.assertLess(set(more), self.mirrors("service"))
        gone = self.env["microsoft.booking.service"].search([("graph_id", "in", more)])
        gone.action_archive()
        self.assertEqual(self.sync().state, "done")

    def test_an_id_that_changed_is_the_same_booking(self):
        graph_id = self.book()
        self.sync()
        booking = self.bookings(graph_id)
        new_id = self.tenant.change_id(graph_id)
        self.sync()
        self.assertEqual(booking.graph_id, new_id)
        self.assertEqual(len(self.bookings()), 1)
        self.assertFalse(booking.gone_at)

    def test_one_booking_per_attendee_of_a_class(self):
        course = self.tenant.add_service(
            "studio@contoso.example", "Class", price="20", price_type="fixedPrice", attendees=5
        )
        graph_id = self.book(course, customers=[self.ana, self.bob])
        self.sync()
        self.assertEqual(len(self.bookings(graph_id)), 2)
        self.tenant.leave(graph_id, self.bob)
        cleo = self.tenant.add_customer("studio@contoso.example", "Cléo", email="cleo@example.com")
        self.tenant.join(graph_id, cleo)
        self.sync()
        by_name = {booking.customer_name: booking for booking in self.bookings(graph_id)}
        self.assertEqual(set(by_name), {"Ana Müller", "Bob", "Cléo"})
        self.assertTrue(by_name["Bob"].gone_at)
        self.assertFalse(by_name["Ana Müller"].gone_at)

    def test_contacts_are_never_guessed(self):
        self.env["res.partner"].create(
            [{"name": "B1", "email": "Bob@Example.com"}, {"name": "B2", "email": "bob@example.com"}]
        )
        nameless = self.tenant.add_customer("studio@contoso.example", "Nobody", email=None)
        ids = [self.book(customers=people) for people in ([self.bob], [nameless], [])]
        self.sync()
        issues = [self.bookings(graph_id).issue for graph_id in ids]
        self.assertEqual(issues, ["several_contacts", "no_email", "no_customer"])
        # A choice made once is remembered.
        self.bookings(ids[0]).customer_id.partner_id = self.partner_a
        later = self.book(customers=[self.bob], days=1)
        self.sync()
        self.assertEqual(self.bookings(later).partner_id, self.partner_a)

    def test_new_contacts_speak_the_language_of_the_company_or_of_the_template(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env.company.partner_id.lang = "fr_FR"
        first = self.book()
        self.sync()
        self.assertEqual(self.bookings(first).partner_id.lang, "fr_FR")
        self.settings.template_partner_id = self.env["res.partner"].create(
            {"name": "Template", "lang": "en_US", "ref": "from the template"}
        )
        carl = self.tenant.add_customer(BUSINESS, "Carl", email="carl@example.com")
        second = self.book(customers=[carl])
        self.sync()
        partner = self.bookings(second).partner_id
        self.assertEqual((partner.lang, partner.ref), ("en_US", "from the template"))
