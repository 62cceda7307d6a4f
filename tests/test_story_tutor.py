# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Story: a French tutor: exempt lessons and one taxable service on one invoice, paid by a parent, all in French."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo.tests import freeze_time, tagged

from ..models import sandbox_session
from ..sandbox import SandboxApp
from ..sandbox.tenant import Tenant
from .common import BookingCommon

NOW = "2026-04-02 08:00:00"
PARIS = ZoneInfo("Europe/Paris")
TUTOR = "cours@contoso.example"
NOTE = "Exonération de TVA, art. 261-4-4° b du CGI"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTutor(BookingCommon):
    country_code = "FR"

    def setUp(self):
        super().setUp()
        self.french = self.speak()
        self.tenant = Tenant(seed=4, now=datetime.fromisoformat(NOW).replace(tzinfo=timezone.utc))
        self.tenant.add_business(
            TUTOR, "Cours Martin", currency="EUR", time_zone="Romance Standard Time"
        )
        course = self.tenant.add_service(
            TUTOR, "Cours de maths", price="41.15", price_type="hourly"
        )
        memoir = self.tenant.add_service(
            TUTOR, "Correction de mémoire", price="150", price_type="fixedPrice"
        )
        self.pupil = self.tenant.add_customer(TUTOR, "Léa Durand", email="lea@durand.example")
        parent = self.env["res.partner"].create({"name": "Claire Durand", "lang": self.french})
        self.env["res.partner"].create(
            {"name": "Léa Durand", "email": "lea@durand.example", "booking_payer_id": parent.id}
        )
        for day in range(3, 13):
            begin = datetime(2026, 3, day, 17, tzinfo=PARIS).astimezone(timezone.utc)
            self.tenant.book(
                TUTOR, course, begin, customers=[self.pupil], duration=timedelta(hours=3)
            )
        begin = datetime(2026, 3, 20, 10, tzinfo=PARIS).astimezone(timezone.utc)
        self.tenant.book(TUTOR, memoir, begin, customers=[self.pupil])
        self.settings = self.connect(
            SandboxApp(self.tenant), name="Cours", business_id=TUTOR, create_contacts=False
        )
        self.addCleanup(sandbox_session.forget_app, self.settings)
        self.assertEqual(self.sync().state, "done")
        Tax = self.env["account.tax"]
        self.exempt = Tax.create(
            {"name": "Exonéré", "amount": 0.0, "invoice_legal_notes": f"<p>{NOTE}</p>"}
        )
        self.full = Tax.create({"name": "TVA 20 %", "amount": 20.0})
        for service, tax in ((course, self.exempt), (memoir, self.full)):
            found = self.settings.service_ids.filtered(lambda s, g=service: s.graph_id == g)
            found._create_products()
            found.product_id.taxes_id = tax
        self.parent = parent

    def test_exempt_and_taxable_on_one_invoice(self):
        self.assertEqual(self.bookings().payer_id, self.parent)
        move = self.bookings()._create_invoices()["invoices"]
        move.ensure_one()
        self.assertEqual(move.partner_id, self.parent)
        self.assertEqual(move.amount_untaxed, 1384.50)
        self.assertEqual(move.amount_total, 1414.50)
        for tax, net in ((self.exempt, 1234.50), (self.full, 150.0)):
            lines = move.invoice_line_ids.filtered(lambda line, t=tax: line.tax_ids == t)
            self.assertAlmostEqual(sum(lines.mapped("price_subtotal")), net, places=2)
        groups = move.tax_totals["subtotals"][0]["tax_groups"]
        self.assertEqual(sum(group["tax_amount_currency"] for group in groups), 30.0)
        for line in move.invoice_line_ids:
            self.assertIn("Léa Durand", line.name, "the pupil is named, not the parent")
            self.assertRegex(line.name, r"\d\d/03/2026")

    def test_every_date_of_a_monthly_invoice_can_be_read(self):
        self.settings.line_mode = "merged"
        move = self.bookings()._create_invoices({"grouping": "month"})["invoices"]
        merged = move.invoice_line_ids.filtered(lambda line: line.quantity == 30.0)
        self.assertEqual(merged.price_subtotal, 1234.50)
        for day in range(3, 13):
            self.assertIn(f"{day:02}/03/2026", merged.name)

    def test_the_paper_is_french(self):
        move = self.bookings()._create_invoices({"line_mode": "merged"})["invoices"]
        move.action_post()
        html = (
            self.env["ir.actions.report"]
            .with_context(lang=self.french)
            ._render_qweb_html("account.report_invoice_with_payments", move.ids)[0]
            .decode()
        )
        text = " ".join(html.split()).replace("\u202f", " ").replace("\xa0", " ")
        for words in ("1 234,50", "03/03/2026", NOTE, "Facture", "Claire Durand"):
            with self.subTest(words):
                self.assertIn(words, text)

    def test_turnover_by_tax_for_the_year(self):
        move = self.bookings()._create_invoices({"date_mode": "last"})["invoices"]
        move.action_post()
        rows = self.env["account.move.line"]._read_group(
            [
                ("move_id", "=", move.id),
                ("display_type", "=", "product"),
                ("date", ">=", "2026-01-01"),
                ("date", "<=", "2026-12-31"),
            ],
            ["tax_ids"],
            ["balance:sum"],
        )
        self.assertEqual(dict(rows), {self.exempt: -1234.50, self.full: -150.0})
