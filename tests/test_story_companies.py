# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Story: two companies with a Bookings calendar each, in one tenant, and a customer whom both know."""

from datetime import timedelta

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..models import sandbox_session
from ..sandbox import Fault, SandboxApp
from .common import BUSINESS, BookingCommon

PARIS = "paris@contoso.example"


@tagged("post_install", "-at_install")
class TestCompanies(BookingCommon):
    country_code = "CH"

    def setUp(self):
        super().setUp()
        self.zurich = self.env.company
        self.data = self.setup_other_company(
            name="Paris SARL",
            country_id=self.env.ref("base.fr").id,
            currency_id=self.env.ref("base.EUR").id,
        )
        self.paris = self.data["company"]
        self.tenant.add_business(PARIS, "Paris", currency="EUR", time_zone="Romance Standard Time")
        self.course = self.tenant.add_service(PARIS, "Cours", price="60", price_type="fixedPrice")
        self.there = self.tenant.add_customer(PARIS, "Ana Müller", email="ana@example.com")
        Partner = self.env["res.partner"]
        self.own = Partner.create(
            {"name": "Ana Z", "email": "ana@example.com", "company_id": self.zurich.id}
        )
        self.theirs = Partner.create(
            {"name": "Ana P", "email": "ana@example.com", "company_id": self.paris.id}
        )
        self.shared = Partner.create(
            {"name": "Bob", "email": "bob@example.com", "company_id": False}
        )
        # So that Paris sees what Zurich's appointment never gets.
        self.second = self.connect(
            SandboxApp(self.tenant), name="Paris", business_id=PARIS, company_id=self.paris.id
        )
        self.addCleanup(sandbox_session.forget_app, self.second)
        self.book()
        self.book(customers=[self.bob])
        self.tenant.book(
            PARIS,
            self.course,
            self.ago(days=2),
            customers=[self.there],
            duration=timedelta(hours=1),
        )
        for settings in (self.settings, self.second):
            self.assertIn(self.sync(settings).state, ("done", "problems"))
        self.second.service_ids.filtered(lambda s: not s.product_id)._create_products()
        self.both = new_test_user(
            self.env,
            "of both",
            groups="account.group_account_invoice",
            company_ids=[Command.set((self.zurich | self.paris).ids)],
            company_id=self.zurich.id,
        )

    def test_each_booking_and_contact_in_its_company(self):
        first, second = self.bookings(), self.bookings(settings=self.second)
        self.assertEqual((len(first), len(second)), (2, 1))
        self.assertEqual(first.company_id, self.zurich)
        self.assertEqual(first.partner_id, self.own | self.shared)
        self.assertEqual((second.company_id, second.partner_id), (self.paris, self.theirs))
        self.assertEqual((first.currency_id.name, second.currency_id.name), ("CHF", "EUR"))

    def test_invoice_all_makes_drafts_per_company_in_its_journal_and_currency(self):
        Wizard = self.env["microsoft.booking.invoice"].with_user(self.both)
        wizard = Wizard.with_context(
            allowed_company_ids=(self.zurich | self.paris).ids, default_all_uninvoiced=True
        ).create({})
        self.assertEqual(wizard.draft_count, 3)
        wizard.action_create_invoices()
        moves = (self.bookings() | self.bookings(settings=self.second)).invoice_id
        self.assertEqual(len(moves), 3)
        for move in moves:
            self.assertEqual(move.journal_id.company_id, move.company_id)
            self.assertEqual(move.currency_id, move.company_id.currency_id)
        self.assertEqual(
            moves.filtered(lambda move: move.company_id == self.paris).amount_untaxed, 60.0
        )
        runs = self.env["microsoft.booking.run"].search([("invoice_ids", "in", moves.ids)])
        self.assertEqual(runs.company_id, self.zurich | self.paris)

    def test_a_user_of_one_sees_nothing_of_the_other(self):
        self.bookings(settings=self.second)._create_invoices()
        clerk = new_test_user(
            self.env,
            "of zurich",
            groups="account.group_account_invoice,base.group_allow_export",
            company_ids=[Command.set(self.zurich.ids)],
            company_id=self.zurich.id,
        )
        for name in (
            *("", ".settings", ".service", ".staff", ".customer", ".run", ".run.period"),
            *(".problem", ".failure"),
        ):
            with self.subTest(name):
                Model = self.env[f"microsoft.booking{name}"].with_user(clerk)
                found = Model.with_context(active_test=False).search([])
                self.assertLessEqual(found.sudo().company_id, self.zurich)
        Booking = self.env["microsoft.booking"].with_user(clerk)
        self.assertEqual(
            {row["settings_id"] for row in Booking.get_uninvoiced_summary()}, {self.settings.id}
        )
        names = Booking.search([]).export_data(["customer_name", "payer_id/name"])["datas"]
        self.assertNotIn("Ana P", str(names))
        groups = Booking._read_group([], ["company_id"], ["__count"])
        self.assertEqual(groups, [(self.zurich, 2)])

    def test_a_broken_connection_holds_up_no_other(self):
        broken = SandboxApp(self.tenant)
        broken.faults.append(Fault("403", path="appointments|calendarView"))
        sandbox_session.use_app(self.second, broken)
        self.second.write({"alarm_failures": 1})
        self.tenant.book(
            BUSINESS,
            self.haircut,
            self.ago(days=1),
            customers=[self.ana],
            duration=timedelta(hours=1),
        )
        self.env["microsoft.booking.settings"].sync_all()
        with self.enter_registry_test_mode():
            for settings in (self.second, self.settings):
                settings.sudo().cron_id.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(len(self.bookings()), 3)
        self.assertEqual(self.settings.state, "connected")
        self.assertTrue(self.second.last_problem)
        self.assertFalse(self.settings.last_problem)
