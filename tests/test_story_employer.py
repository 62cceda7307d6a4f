# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Story: a company pays for 12 employees in one invoice, but not for a massage, and nobody guesses the 13th."""

from datetime import timedelta

from odoo.tests import tagged

from ..sandbox.world import Attendee
from .common import BUSINESS, BookingCommon


@tagged("post_install", "-at_install")
class TestEmployer(BookingCommon):
    def setUp(self):
        super().setUp()
        Partner = self.env["res.partner"]
        self.terms = self.env.ref("account.account_payment_term_30days")
        self.acme = Partner.create(
            {
                "name": "ACME SA",
                "is_company": True,
                "lang": self.speak(),
                "property_payment_term_id": self.terms.id,
                "booking_reference": "PO 2026-17",
            }
        )
        self.employees = Partner.create(
            [
                {
                    "name": f"Employee {n:02}",
                    "email": f"employee{n}@acme.example",
                    "parent_id": self.acme.id,
                }
                for n in range(12)
            ]
        )
        self.massage = self.tenant.add_service(
            BUSINESS, "Massage", price="95", price_type="fixedPrice"
        )
        self.settings.write({"line_sections": True, "reference_question": "Numéro de commande"})
        for employee in self.employees:
            for days, service in ((2, self.haircut), (3, self.lesson)):
                self.book(service, customers=[self.attendee(employee)], days=days)

    def attendee(self, partner, number=None):
        """Somebody who books by name and address, and may tell an order number and how they feel."""
        answers = (("How do you feel?", "My back hurts"),)
        if number:
            answers += (("Numéro de commande", number),)
        return Attendee(
            name=partner.name, email=partner.email, notes="Slipped disc", answers=answers
        )

    def test_one_draft_with_a_section_per_person(self):
        self.sync()
        self.assertEqual(self.bookings().payer_id, self.acme)
        move = self.bookings()._create_invoices()["invoices"]
        move.ensure_one()
        self.assertEqual(move.partner_id, self.acme)
        self.assertEqual(move.invoice_payment_term_id, self.terms)
        self.assertEqual(move.ref, "PO 2026-17")
        lines = move.invoice_line_ids.sorted(lambda line: (line.sequence, line.id))
        sections = lines.filtered(lambda line: line.display_type == "line_section")
        self.assertEqual(sections.mapped("name"), self.employees.mapped("name"))
        # Odoo shows the sum of the lines of a section as its subtotal.
        self.assertEqual([section.get_section_subtotal() for section in sections], [130.0] * 12)
        products = lines - sections
        self.assertEqual(len(products), 24)
        self.assertEqual(move.amount_untaxed, 12 * 130.0)
        for line in products:
            self.assertEqual(line.tax_ids, line.product_id.taxes_id)
        date = self.bookings()[:1].service_date.strftime("%d/%m/%Y")
        self.assertIn(date, products[0].name + products[1].name, "in the payer's language")

    def test_a_thirteenth_is_proposed_and_accepted_once(self):
        newcomer = Attendee(name="Employee 13", email="new@acme.example")
        graph_id = self.book(customers=[newcomer])
        self.sync()
        booking = self.bookings(graph_id)
        self.assertEqual(booking.issue, "employee")
        self.assertIn("Employee of ACME SA?", booking.issue_text)
        self.assertFalse(booking.partner_id, "never automatic")
        booking.action_accept_employee()
        self.assertEqual(booking.payer_id, self.acme)
        again = self.book(customers=[newcomer], days=1)
        self.sync()
        self.assertEqual(self.bookings(again).issue, False)
        self.assertEqual(self.bookings(again).payer_id, self.acme)

    def test_a_massage_is_the_employees_own(self):
        private = self.book(self.massage, customers=[self.attendee(self.employees[0])])
        self.sync()
        self.settings.service_ids.filtered(
            lambda service: service.graph_id == self.massage
        ).paid_by_attendee = True
        moves = self.bookings()._create_invoices()["invoices"]
        self.assertEqual(
            {(move.partner_id, move.amount_untaxed) for move in moves},
            {(self.acme, 1560.0), (self.employees[0], 95.0)},
        )
        self.assertEqual(self.bookings(private).invoice_id.partner_id, self.employees[0])

    def test_an_order_number_of_its_own_is_a_draft_of_its_own(self):
        self.book(customers=[self.attendee(self.employees[1], "PO 99")], days=5)
        self.sync()
        moves = self.bookings()._create_invoices()["invoices"]
        self.assertEqual(
            {(move.ref, move.amount_untaxed) for move in moves},
            {("PO 2026-17", 1560.0), ("PO 99", 50.0)},
        )

    def test_nothing_about_anybodys_health_is_on_the_invoice(self):
        self.settings.write({"store_notes": True, "store_answers": True})
        self.sync()
        self.assertIn("Slipped disc", self.bookings()[0].customer_notes)
        move = self.bookings()._create_invoices()["invoices"]
        move.action_post()
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("account.report_invoice_with_payments", move.ids)[0]
            .decode()
        )
        for text in (html, str(move.read()), str(move.line_ids.read())):
            for private in ("Slipped disc", "My back hurts"):
                self.assertNotIn(private, text)
        self.assertIn("Employee 00", html)

    def test_paid_monthly_in_one_invoice(self):
        self.settings.write(
            {
                "draft_schedule": "never",
                "draft_whole_months": False,
                "draft_day": self.settings._get_today().day,
                "draft_checked": self.settings._get_today() - timedelta(days=1),
            }
        )
        self.acme.booking_draft_schedule = "monthly"
        self.book(customers=[self.bob])
        self.sync()
        with self.enter_registry_test_mode():
            for name in ("ir_cron_scheduled_drafts", "ir_cron_invoice_runs"):
                self.env.ref(f"microsoft_bookings.{name}").method_direct_trigger()
        self.env.invalidate_all()
        drafts = self.bookings().invoice_id
        self.assertEqual((drafts.partner_id, drafts.amount_untaxed), (self.acme, 1560.0))
