# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How drafts are put together: groups, sections, dates, references, minimum amounts, and what is left out."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo.tests import Form, freeze_time, tagged
from odoo.tools import format_date

from .common import BUSINESS, BookingCommon


@tagged("post_install", "-at_install")
class TestInvoiceOptions(BookingCommon):
    def setUp(self):
        super().setUp()
        self.acme = self.env["res.partner"].create({"name": "ACME SA", "is_company": True})
        self.acme.booking_reference = "PO 4711"
        self.luc = self.tenant.add_staff(BUSINESS, "Luc", email="luc@contoso.example")
        for days in (40, 3):
            self.book(days=days)
        self.book(self.lesson, days=2, customers=[self.bob], staff=[self.luc])
        self.sync()
        self.bookings().payer_id = self.acme

    def make(self, **options):
        return self.bookings()._create_invoices(options)["invoices"]

    def nets(self, **options):
        """The net of each draft that these options make; they are deleted again."""
        moves = self.make(**options)
        nets = sorted(moves.mapped("amount_untaxed"))
        moves.unlink()
        return nets

    def test_one_draft_per(self):
        self.assertEqual(self.nets(grouping="payer"), [180.0])
        self.assertEqual(self.nets(grouping="service"), [80.0, 100.0])
        self.assertEqual(self.nets(grouping="staff"), [80.0, 100.0])
        self.assertEqual(self.nets(grouping="booking"), [50.0, 50.0, 80.0])
        self.settings.invoice_grouping = "service"
        self.assertEqual(self.nets(), [80.0, 100.0])

    def test_a_section_with_a_subtotal_per_person(self):
        move = self.make(sections=True)
        self.assertEqual(
            [
                (
                    line.display_type,
                    line.name if line.display_type != "product" else line.price_subtotal,
                )
                for line in move.invoice_line_ids.sorted(lambda line: (line.sequence, line.id))
            ],
            [
                ("line_section", "Ana Müller"),
                ("product", 50.0),
                ("product", 50.0),
                ("line_section", "Bob"),
                ("product", 80.0),
            ],
        )
        move.unlink()
        self.settings.line_sections = True
        self.assertEqual(len(self.make().invoice_line_ids), 5)

    def test_no_section_for_one_person(self):
        ana = self.bookings().filtered(lambda booking: booking.customer_name == "Ana Müller")
        move = ana._create_invoices({"sections": True})["invoices"]
        self.assertEqual(set(move.invoice_line_ids.mapped("display_type")), {"product"})

    def test_merged_lines_stay_within_their_section(self):
        self.book(days=4, customers=[self.bob])
        self.sync()
        self.bookings().filtered(lambda booking: not booking.payer_decided).payer_id = self.acme
        move = self.make(sections=True, line_mode="merged")
        products = move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        self.assertEqual(sorted(products.mapped("price_subtotal")), [50.0, 80.0, 100.0])

    def test_the_reference_of_the_customer(self):
        self.assertEqual(self.make().ref, "PO 4711")

    def test_the_date(self):
        last = max(self.bookings().mapped("service_date"))
        today = self.settings._get_today()
        for mode, expected in (
            ("posting", False),
            ("today", today),
            ("last", last),
            ("month_end", last + relativedelta(day=31)),
        ):
            with self.subTest(mode):
                move = self.make(date_mode=mode)
                self.assertEqual(move.invoice_date, expected)
                move.unlink()
        self.settings.invoice_date_mode = "last"
        self.assertEqual(self.make().invoice_date, last)

    def test_today_is_that_of_the_business(self):
        # A server action at night, of a user without a time zone: in Zurich the new year has begun.
        with freeze_time("2027-12-31 23:30:00"):
            bookings = self.bookings().with_context(tz=False)
            bookings.env.user.tz = False
            self.assertEqual(bookings._get_invoice_date({"date_mode": "today"}), date(2028, 1, 1))

    def test_two_people_of_one_name_have_a_section_each(self):
        first, second = (
            self.tenant.add_customer(BUSINESS, "Anna Muster", email=f"anna{number}@example.com")
            for number in (1, 2)
        )
        self.book(days=5, customers=[first])
        self.book(days=6, customers=[second])
        self.sync()
        annas = self.bookings().filtered(lambda booking: booking.customer_name == "Anna Muster")
        annas.payer_id = self.acme
        move = annas._create_invoices({"sections": True})["invoices"]
        sections = move.invoice_line_ids.filtered(lambda line: line.display_type == "line_section")
        self.assertEqual(sections.mapped("name"), ["Anna Muster"] * 2)

    def test_a_merged_line_names_who_attended_for_whom_somebody_else_pays(self):
        self.settings.line_mode = "merged"
        self.book(days=3, customers=[self.bob], duration=timedelta(minutes=30))
        self.sync()
        self.bookings().payer_id = self.acme
        cuts = self.bookings().filtered(lambda booking: booking.service_id.name == "Haircut")
        line = cuts._create_invoices()["invoices"].invoice_line_ids
        old, new = (format_date(self.env, day) for day in sorted(set(cuts.mapped("service_date"))))
        self.assertEqual(
            line.name.splitlines(), ["Haircut (3 ×)", f"Ana Müller: {old}, {new}", f"Bob: {new}"]
        )

    def test_a_merged_line_counts_what_was_on_one_day(self):
        self.settings.line_mode = "merged"
        self.book(days=3)
        self.sync()
        ana = self.bookings().filtered(lambda booking: booking.customer_name == "Ana Müller")
        ana.payer_id = ana.partner_id
        line = ana._create_invoices()["invoices"].invoice_line_ids
        old, new = (format_date(self.env, day) for day in sorted(set(ana.mapped("service_date"))))
        self.assertEqual(line.name.splitlines(), ["Haircut (3 ×)", f"{old}, {new} (2 ×)"])

    def test_too_little_waits_for_more(self):
        self.settings.minimum_amount = 200
        result = self.bookings()._create_invoices()
        self.assertFalse(result["invoices"])
        self.assertEqual(
            {reason for _booking, reason, _text in result["skipped"]}, {"below_minimum"}
        )
        self.assertEqual(set(self.bookings().mapped("billing_state")), {"to_invoice"})
        self.book(days=5)
        self.sync()
        self.bookings().filtered(lambda booking: not booking.payer_decided).payer_id = self.acme
        self.assertEqual(self.make().amount_untaxed, 230.0)

    def wizard(self):
        return Form(
            self.env["microsoft.booking.invoice"].with_context(active_ids=self.bookings().ids)
        )

    def test_the_wizard_leaves_out_a_payer(self):
        bob = self.bookings().filtered(lambda booking: booking.customer_name == "Bob")
        bob.payer_id = bob.partner_id
        with self.wizard() as form:
            form.left_out_payer_ids.add(self.acme)
            self.assertEqual(form.draft_count, 1)
            wizard = form.save()
        wizard.action_create_invoices()
        self.assertEqual(self.bookings().filtered("invoice_id"), bob)

    def test_the_wizard_begins_with_what_the_settings_say(self):
        self.settings.write(
            {
                "invoice_grouping": "staff",
                "line_sections": True,
                "invoice_date_mode": "last",
                "minimum_amount": 90.0,
            }
        )
        form = self.wizard()
        self.assertEqual(
            (form.grouping, form.sections, form.date_mode, form.minimum_amount),
            ("staff", True, "last", 90.0),
        )
        self.assertEqual(form.draft_count, 1)
        form.minimum_amount = 0
        self.assertEqual(form.draft_count, 2)
        form.date_mode = "day"
        form.invoice_date = self.now.date() - timedelta(days=1)
        wizard = form.save()
        wizard.action_create_invoices()
        self.assertEqual(
            set(self.bookings().invoice_id.mapped("invoice_date")),
            {self.now.date() - timedelta(days=1)},
        )

    def test_businesses_that_do_not_agree_keep_each_their_own(self):
        other = "other@contoso.example"
        currency = self.env.company.currency_id.name
        self.tenant.add_business(other, "Other", currency=currency, time_zone="Europe/Zurich")
        massage = self.tenant.add_service(other, "Massage", price="90", price_type="fixedPrice")
        eve = self.tenant.add_customer(other, "Eve", email="eve@example.com")
        for days in (5, 6):
            self.tenant.book(other, massage, self.ago(days=days), customers=[eve])
        self.sync(
            self.connect(self.app, name="Other", business_id=other, invoice_grouping="booking")
        )
        form = Form(self.env["microsoft.booking.invoice"].with_context(default_all_uninvoiced=True))
        self.assertFalse(form.grouping)
        self.assertEqual(form.draft_count, 1 + 2)
