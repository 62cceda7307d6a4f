# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Figures of bookings: the report, the digest and the settings page agree with the bookings, to the cent."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import SQL

from .common import BUSINESS, BookingCommon


class ReportCommon(BookingCommon):
    def setUp(self):
        super().setUp()
        for days in (1, 30, 31, 60, 61, 90, 91, 200):
            self.book(self.haircut, days=days)
        self.book(self.lesson, days=40, customers=[self.bob], duration=timedelta(minutes=90))
        self.book(self.audit, days=40)
        self.book(self.haircut, days=-3)
        self.settings.history_start = fields.Date.today() - timedelta(days=400)
        self.sync()


@tagged("post_install", "-at_install")
class TestReport(ReportCommon):
    def ago(self, **delta):
        """At noon, so that no clock makes another day of it, whatever the hour."""
        return super().ago(**delta).replace(hour=12, minute=0)

    def rows(self, groupby, *aggregates, domain=(), user=None):
        Report = self.env["microsoft.booking.report"].with_user(user or self.env.user)
        return {
            key: values[0] if len(values) == 1 else tuple(values)
            for key, *values in Report._read_group(list(domain), [groupby], aggregates)
        }

    def test_what_is_not_billed_by_its_age(self):
        bookings = self.bookings().filtered(lambda booking: booking.service_date.year > 2000)
        self.assertEqual(len(bookings), 11)
        # By the day on which each was held, and the day that it is now, in the zone of the business.
        today = self.today_in(self.settings.tz)
        expected = {}
        for booking in bookings.filtered(lambda booking: not booking.is_upcoming):
            age = (today - booking.service_date).days
            key = next(key for key, most in self.bounds if age <= most)
            expected[key] = expected.get(key, 0.0) + booking.amount
        self.assertEqual(len(expected), 4)
        self.assertEqual(self.rows("age_range", "uninvoiced_amount:sum"), expected)

    def today_in(self, tz):
        return datetime.now(ZoneInfo(tz)).date()

    def test_a_day_begins_where_the_business_is(self):
        start = self.now - timedelta(minutes=9)
        self.tenant.book(BUSINESS, self.haircut, start, duration=timedelta(minutes=5))
        self.sync()
        latest = self.bookings().filtered(lambda booking: booking.duration < 0.1)
        # Between these two it is never the same day.
        for tz in ("Pacific/Kiritimati", "Etc/GMT+12"):
            with self.subTest(tz):
                self.settings.tz = tz
                self.env.invalidate_all()
                row = self.env["microsoft.booking.report"].browse(latest.id)
                self.assertEqual(row.age, (self.today_in(tz) - latest.service_date).days)

    def test_without_a_zone_that_anybody_knows_a_day_is_that_of_utc(self):
        booking = self.bookings()[:1]
        age = (self.today_in("UTC") - booking.service_date).days
        Report = self.env["microsoft.booking.report"]
        for tz in (False, "Atlantis/Poseidonis"):
            with self.subTest(tz):
                self.env.cr.execute(
                    SQL("UPDATE microsoft_booking_settings SET tz = %s", tz or None)
                )
                self.env.invalidate_all()
                self.assertEqual(Report.browse(booking.id).age, age)

    def test_what_is_not_due_any_more_counts_as_nothing(self):
        held, gone, _upcoming = self.bookings()[-3:]
        (held | gone)._create_invoices({"grouping": "booking"})
        (held | gone).invoice_id.action_post()
        self.tenant.cancel(gone.graph_id)
        self.sync()
        self.assertTrue(gone.changed_after_invoicing)
        rows = self.rows("standing", "amount:sum", "invoiced_amount:sum")
        self.assertEqual(rows["3_invoiced"], (100.0, 100.0), "nobody has decided yet")
        # Credited by Odoo's own button.
        self.env["account.move.reversal"].create(
            {"move_ids": gone.invoice_id.ids, "journal_id": gone.invoice_id.journal_id.id}
        ).refund_moves()
        gone.invoice_id.reversal_move_ids.action_post()
        self.assertEqual(gone.billing_state, "cancelled")
        rows = self.rows("standing", "amount:sum", "invoiced_amount:sum")
        self.assertEqual(rows["3_invoiced"], (50.0, 50.0))
        self.assertEqual(rows["5_cancelled"], (0.0, 0.0))
        self.assertEqual(self.env["microsoft.booking.report"].browse(gone.id).amount_currency, 0.0)
        self.assert_parts_make_the_whole()

    bounds = (("0_30", 30), ("31_60", 60), ("61_90", 90), ("91", 9999))

    def test_what_became_of_what_was_held(self):
        oldest = self.bookings()[:1]
        bob = self.bookings().filtered(lambda booking: booking.customer_name == "Bob")
        bob._create_invoices()
        reason = self.env["microsoft.booking.exclusion.reason"].search([], limit=1)
        oldest.action_exclude(reason.id)
        rows = self.rows("standing", "__count", "amount:sum", "invoiced_amount:sum")
        self.assertEqual(
            rows,
            {
                "1_to_invoice": (7, 350.0, 0.0),
                "2_to_check": (1, 0.0, 0.0),
                "3_invoiced": (1, 120.0, 120.0),
                "4_excluded": (1, 50.0, 0.0),
            },
        )
        self.assertEqual(self.assert_parts_make_the_whole(), [120.0, 50.0, 350.0])
        self.assertEqual(self.rows("exclusion_reason_id", "excluded_amount:sum")[reason], 50.0)

    def assert_parts_make_the_whole(self):
        """Held = invoiced + left out + still to invoice: the three are returned."""
        Report = self.env["microsoft.booking.report"]
        names = ("amount", "invoiced_amount", "excluded_amount", "uninvoiced_amount")
        held, *parts = Report._read_group([], [], [f"{name}:sum" for name in names])[0]
        self.assertEqual(held, sum(parts))
        return parts

    def test_by_customer_payer_service_staff_and_outcome(self):
        bob = self.bookings().partner_id.filtered(lambda partner: partner.name == "Bob")
        bob.parent_id = self.env["res.partner"].create({"name": "ACME", "is_company": True})
        by_customer = self.rows("partner_id", "uninvoiced_amount:sum")
        self.assertEqual(
            {key.name: amount for key, amount in by_customer.items()},
            {"Ana Müller": 400.0, "Bob": 120.0},
        )
        by_payer = self.rows("payer_id", "uninvoiced_amount:sum")
        self.assertEqual(
            {key.name: amount for key, amount in by_payer.items()},
            {"Ana Müller": 400.0, "ACME": 120.0},
        )
        by_service = self.rows("service_id", "uninvoiced_amount:sum")
        self.assertEqual({key.name: amount for key, amount in by_service.items()}["Lesson"], 120.0)
        by_staff = self.rows("staff_ids", "uninvoiced_amount:sum")
        self.assertEqual({key.name: amount for key, amount in by_staff.items()}, {"Zoé": 520.0})
        self.assertEqual(self.rows("outcome", "uninvoiced_amount:sum"), {"attended": 520.0})
        for name, domain in (("over_30", [("age", ">", 30)]), ("over_90", [("age", ">", 90)])):
            with self.subTest(name):
                counted = self.env["microsoft.booking.report"].search_count(domain)
                self.assertEqual(counted, {"over_30": 8, "over_90": 2}[name])

    def test_amounts_are_in_the_currency_of_the_company(self):
        euro = self.setup_other_currency("EUR")
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2020-01-01", "rate": 2.0}
        )
        bob = self.bookings().filtered(lambda booking: booking.customer_name == "Bob")
        bob.sudo().currency_id = euro
        self.assertEqual(
            self.rows("currency_id", "uninvoiced_amount:sum"),
            {self.env.company.currency_id: 400.0, euro: 60.0},
        )
        row = self.env["microsoft.booking.report"].browse(bob.id)
        self.assertEqual(row.amount_currency, 120.0)
        self.assertEqual(row.action_view_booking()["res_id"], bob.id)

    def test_companies_never_mix(self):
        stranger = new_test_user(
            self.env,
            login="report_stranger",
            groups="base.group_user,account.group_account_invoice",
            company_id=self.setup_other_company(name="Elsewhere")["company"].id,
        )
        self.assertEqual(self.rows("standing", "__count", user=stranger), {})
        auditor = self.make_user("account.group_account_readonly")
        self.assertEqual(sum(self.rows("standing", "__count", user=auditor).values()), 10)
        with self.assertRaises(AccessError):
            self.rows("standing", "__count", user=self.make_user("base.group_user"))


@tagged("post_install", "-at_install")
class TestDigest(ReportCommon):
    def kpis(self, user):
        digest = self.env["digest.digest"].create(
            {"name": "Figures", "kpi_booking_uninvoiced": True, "company_id": self.env.company.id}
        )
        kpis = digest._compute_kpis(self.env.company, user)
        return {kpi["kpi_name"]: kpi for kpi in kpis}.get("kpi_booking_uninvoiced")

    def test_what_is_not_billed_is_a_figure_of_the_digest(self):
        kpi = self.kpis(self.make_user("account.group_account_invoice"))
        self.assertIn("uninvoiced", kpi["kpi_action"])
        self.assertIn("50", kpi["kpi_col1"]["value"])
        month = fields.Datetime.now() - relativedelta(months=1)
        count = len(self.bookings().filtered(lambda b: month < b.stop <= fields.Datetime.now()))
        self.assertIn(f"{count * 50}", kpi["kpi_col3"]["value"])
        self.bookings()._create_invoices()
        self.assertNotIn("50", self.kpis(self.env.user)["kpi_col1"]["value"])

    def test_who_may_not_see_bookings_gets_no_figure(self):
        self.assertIsNone(self.kpis(self.make_user("base.group_user")))


@tagged("post_install", "-at_install")
class TestSettingsPage(ReportCommon):
    def test_it_shows_the_connections_of_the_company(self):
        elsewhere = self.setup_other_company(name="Elsewhere")["company"]
        self.env.user.company_ids |= elsewhere
        config = self.env["res.config.settings"].create({})
        self.assertEqual(config.booking_settings_ids, self.settings)
        action = config.booking_settings_ids.action_open_settings()
        self.assertEqual(action["res_id"], self.settings.id)
        there = self.env["res.config.settings"].with_company(elsewhere).create({})
        self.assertFalse(there.booking_settings_ids)
        # Saving the page leaves the connections alone.
        with Form(self.env["res.config.settings"]) as form:
            self.assertEqual(len(form.booking_settings_ids), 1)
        form.record.execute()
        self.assertEqual(self.settings.state, "connected")
