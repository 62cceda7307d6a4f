# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a customer reads of the bookings on the page of an invoice, and the ways from every record to its bookings."""

from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import format_time

from .common import BookingCommon


@tagged("post_install", "-at_install")
class TestPortal(BookingCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.book(self.haircut, days=3)
        self.lesson_id = self.book(self.lesson, days=2, duration=timedelta(minutes=90))
        self.settings.write({"invoice_grouping": "payer"})
        self.sync()
        self.bookings().sudo().customer_notes = "Allergic to nuts"
        self.move = self.bookings()._create_invoices()["invoices"]
        self.move.action_post()

    def page(self):
        """The table of bookings on the page of the invoice, as rows of texts; ``None`` when there is none."""
        answer = self.url_open(self.move.get_portal_url())
        self.assertEqual(answer.status_code, 200)
        self.assertNotIn("Allergic", answer.text)
        found = html.fromstring(answer.text).xpath("//div[@id='invoice_bookings']//tr")
        return [[cell.text_content().strip() for cell in row] for row in found] or None

    def test_bookings_are_shown_only_where_the_settings_say_so(self):
        self.assertIsNone(self.page())
        self.settings.portal_bookings = True
        head, *rows = self.page()
        self.assertEqual(head, ["Date", "Service", "Customer", "Hours"])
        self.assertEqual(
            [row[1:] for row in rows],
            [["Haircut", "Ana Müller", "01:00"], ["Lesson", "Ana Müller", "01:30"]],
        )
        # In the time of the business, whoever reads it.
        start = self.bookings(self.lesson_id).with_context(tz="Europe/Zurich")
        moment = fields.Datetime.context_timestamp(start, start.start)
        self.assertTrue(
            rows[1][0].endswith(format_time(self.env, moment.time(), time_format="short")), rows
        )

    def test_what_an_employee_pays_is_told_to_no_colleague(self):
        self.settings.portal_bookings = True
        acme = self.env["res.partner"].create({"name": "ACME SA", "is_company": True})
        self.move.partner_id.parent_id = acme
        self.assertEqual(self.bookings().payer_id, self.move.partner_id)
        self.assertIsNone(self.page())
        portal = new_test_user(
            self.env,
            login="booking_payer",
            groups="base.group_portal",
            partner_id=self.move.partner_id.id,
        )
        self.authenticate(portal.login, portal.login)
        self.assertEqual(len(self.page()), 3)

    def test_in_the_language_of_the_customer(self):
        self.settings.portal_bookings = True
        self.move.partner_id.lang = self.speak()
        portal = new_test_user(
            self.env,
            login="booking_reader",
            groups="base.group_portal",
            lang="fr_FR",
            partner_id=self.move.partner_id.id,
        )
        self.authenticate(portal.login, portal.login)
        head, *_rows = self.page()
        self.assertEqual(head, ["Date", "Prestation", "Client", "Heures"])


@tagged("post_install", "-at_install")
class TestWaysToBookings(BookingCommon):
    def setUp(self):
        super().setUp()
        self.book(self.haircut, days=3)
        self.book(self.lesson, days=2)
        self.sync()
        self.first, self.second = self.bookings()
        self.move = self.bookings()._create_invoices()["invoices"]

    def test_from_an_invoice_line_to_its_booking(self):
        user = new_test_user(
            self.env,
            login="line_reader",
            groups="base.group_user,account.group_account_invoice",
            company_id=self.env.company.id,
        )
        for booking in self.bookings():
            line = booking.invoice_line_id.with_user(user)
            self.assertEqual(line.booking_count, 1)
            self.assertEqual(line.action_view_bookings()["res_id"], booking.id)
        other = self.move.line_ids - self.bookings().invoice_line_id
        self.assertEqual(set(other.mapped("booking_count")), {0})
        with Form(self.move.with_user(user)) as form:
            self.assertEqual(form.booking_count, 2)

    def test_a_correction_leads_to_the_booking_too(self):
        self.move.action_post()
        self.move._reverse_moves([{"date": self.move.date}], cancel=False)
        credit = self.first.invoice_line_id.booking_adjustment_ids
        self.assertEqual(credit.booking_count, 1)
        self.assertEqual(credit.action_view_bookings()["res_id"], self.first.id)

    def test_a_merged_line_leads_to_all_of_its_bookings(self):
        for days in (5, 6):
            self.book(self.haircut, days=days, customers=[self.bob])
        self.sync()
        bookings = self.bookings() - self.first - self.second
        bookings._create_invoices({"line_mode": "merged"})
        line = bookings.invoice_line_id
        self.assertEqual((len(line), line.booking_count), (1, 2))
        domain = line.action_view_bookings()["domain"]
        self.assertEqual(
            self.env["microsoft.booking"].search(domain), bookings.sorted("start", reverse=True)
        )

    def test_from_a_product_and_its_variant(self):
        product = self.first.service_id.product_id
        self.assertEqual((product.booking_count, product.product_tmpl_id.booking_count), (1, 1))
        for record in (product, product.product_tmpl_id):
            domain = record.action_view_bookings()["domain"]
            self.assertEqual(self.env["microsoft.booking"].search(domain), self.first)

    def test_lines_are_counted_together(self):
        lines = self.move.line_ids
        lines.mapped("booking_count")
        for days in (5, 6, 7, 8):
            self.book(self.haircut, days=days)
        self.sync()
        more = (self.bookings() - self.first - self.second)._create_invoices()["invoices"].line_ids
        costs = []
        # By their ids: what is prefetched through the invoice is forgotten with its cache.
        for counted in (lines.browse(lines.ids), lines.browse(more.ids)):
            self.env.flush_all()
            self.env.invalidate_all()
            counted.fetch(["booking_id", "booking_origin_line_id"])
            start = self.env.cr.sql_log_count
            counted.mapped("booking_count")
            costs.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(costs[1], costs[0])
