# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The month check: a tick only when Bookings as it is now and Odoo say the same of a month."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from ..sandbox import Fault
from .common import BUSINESS
from .test_runs import RunsCommon

ZURICH = ZoneInfo("Europe/Zurich")


@tagged("post_install", "-at_install")
class TestMonthCheck(RunsCommon):
    def setUp(self):
        super().setUp()
        self.settings.lookback_days = 100
        self.first = (self.now.replace(day=1) - timedelta(days=1)).replace(day=1).date()
        self.ids = [self.on(day, hour=9 + day % 8) for day in range(3, 11)]
        # Both belong to other months, by the clock of the business.
        self.on(1, hour=0, minute=-30)
        self.next = self.on(1, month=1, hour=0, minute=15)
        self.sync()

    def on(self, day, *, hour=10, minute=0, month=0, customers=None, **kw):
        """Book on a day of last month, as the clock of the business shows it."""
        return self.tenant.book(
            BUSINESS,
            self.haircut,
            self.moment(day, hour, minute, month),
            customers=[self.ana] if customers is None else customers,
            duration=timedelta(minutes=30),
            staff=[self.zoe],
            **kw,
        )

    def moment(self, day, hour=10, minute=0, month=0):
        number = self.first.month - 1 + month
        local = datetime(self.first.year + number // 12, number % 12 + 1, day, hour, tzinfo=ZURICH)
        return local + timedelta(minutes=minute)

    def check(self, user=None):
        env = self.env(user=user) if user else self.env
        check = env["microsoft.booking.month.check"].create(
            {"settings_id": self.settings.id, "month": self.first}
        )
        check.action_check()
        return check

    def rows(self, check):
        return sorted((line.kind, line.booking_id.graph_id) for line in check.line_ids)

    def assert_sums(self, check):
        self.assertEqual(
            check.odoo_count,
            check.invoiced_count
            + check.excluded_count
            + check.nothing_due_count
            + check.todo_count,
        )

    def test_it_agrees(self):
        bookings = self.bookings().filtered(lambda b: b.graph_id in self.ids).sorted("start")
        bookings[0]._create_invoices()
        bookings[1].action_exclude(self.env.ref("microsoft_bookings.exclusion_reason_goodwill").id)
        bookings[2].outcome = "cancelled"
        check = self.check()
        self.assertEqual((check.state, check.line_ids.ids), ("agrees", []))
        self.assertEqual((check.bookings_count, check.odoo_count), (8, 8))
        self.assertEqual(
            (
                check.invoiced_count,
                check.excluded_count,
                check.nothing_due_count,
                check.todo_count,
            ),
            (1, 1, 1, 5),
        )
        for states, count in (
            (None, 8),
            (["draft", "invoiced", "paid"], 1),
            (["to_check", "to_invoice"], 5),
        ):
            action = check.with_context(booking_states=states).action_view_bookings()
            self.assertEqual(self.env["microsoft.booking"].search_count(action["domain"]), count)

    def test_a_missing_one(self):
        self.on(20, customers=[self.bob])
        check = self.check()
        self.assertEqual((check.state, check.bookings_count, check.odoo_count), ("differs", 9, 8))
        line = check.line_ids
        self.assertEqual((line.kind, line.customer, line.service), ("missing", "Bob", "Haircut"))
        self.assertEqual(line.start, self.moment(20).astimezone(timezone.utc).replace(tzinfo=None))
        # There is no booking to open: the row itself says what Bookings has.
        self.assertEqual(line.action_open()["res_model"], line._name)
        check.action_sync()
        self.run_once()
        self.assertEqual(self.check().state, "agrees")

    def test_an_extra_one(self):
        self.tenant.cancel(self.ids[3])
        check = self.check()
        self.assertEqual((check.state, check.bookings_count, check.odoo_count), ("differs", 7, 8))
        self.assertEqual(self.rows(check), [("extra", self.ids[3])])
        booking = self.bookings(self.ids[3])
        self.assertEqual(check.line_ids.action_open()["res_id"], booking.id)
        self.assertFalse(booking.gone_at, "looking changes nothing")

    def test_moved_ones(self):
        self.tenant.move(self.ids[0], self.moment(25))
        self.tenant.move(self.ids[1], self.moment(2, month=1))
        self.tenant.move(self.ids[2], self.now + timedelta(days=5))
        self.tenant.move(self.next, self.moment(26))
        check = self.check()
        self.assertEqual(
            self.rows(check),
            sorted(("moved", graph_id) for graph_id in (*self.ids[:3], self.next)),
        )
        self.assertIn("In Bookings from", check.line_ids[0].difference)
        self.assertEqual((check.bookings_count, check.odoo_count), (7, 8))

    def test_another_price_or_customer(self):
        self.tenant.reprice(self.ids[0], "65")
        self.tenant.leave(self.ids[1], self.ana)
        self.tenant.join(self.ids[1], self.bob)
        check = self.check()
        found = {(line.kind, line.customer): line.difference for line in check.line_ids}
        self.assertEqual(
            set(found), {("other", "Ana Müller"), ("missing", "Bob"), ("extra", "Ana Müller")}
        )
        self.assertIn("65.00", found["other", "Ana Müller"])

    def test_the_places_of_a_class_count(self):
        course = self.tenant.add_service(
            BUSINESS, "Class", price="20", price_type="fixedPrice", attendees=5
        )
        self.haircut = course
        graph_id = self.on(15, customers=[self.ana, self.bob])
        self.sync()
        check = self.check()
        self.assertEqual((check.state, check.bookings_count, check.odoo_count), ("agrees", 10, 10))
        carl = self.tenant.add_customer(BUSINESS, "Carl", email="carl@example.com")
        self.tenant.join(graph_id, carl)
        check = self.check()
        self.assertEqual(self.rows(check), [("missing", False)])
        self.assertEqual((check.bookings_count, check.odoo_count), (11, 10))

    def test_what_was_deleted_after_it_was_held(self):
        self.tenant.cancel(self.ids[0])
        self.sync()
        check = self.check()
        self.assertEqual(self.rows(check), [("gone", self.ids[0])])
        self.bookings(self.ids[0]).outcome = "cancelled"
        check = self.check()
        self.assertEqual((check.state, check.bookings_count, check.odoo_count), ("agrees", 7, 7))

    def test_what_is_never_imported_is_not_missed(self):
        self.settings.history_start = self.first + timedelta(days=2)
        self.on(2)
        self.assertEqual(self.check().state, "agrees")

    def test_reading_fails(self):
        for fault in (
            Fault("403", path=r"/calendarView$|/appointments$", times=99),
            Fault("500", path=r"/calendarView$", times=99),
            Fault("400", part=True, times=99),
        ):
            with self.subTest(fault.kind):
                self.tenant.reprice(self.ids[0], "65")
                self.app.faults[:] = [fault]
                check = self.check()
                self.assertEqual((check.state, check.bookings_count), ("unread", 0))
                self.assertTrue(check.problem)
                self.assertFalse(check.line_ids)
        self.app.faults.clear()
        check.action_check()
        self.assertEqual((check.state, check.problem), ("differs", False))

    def test_an_unreadable_record_leaves_no_tick(self):
        broken = self.tenant.appointment(self.ids[0])
        broken.end = broken.start - broken.duration
        check = self.check()
        self.assertEqual(self.rows(check), [("unreadable", self.ids[0])])

    def test_who_may(self):
        for group, may in (
            ("account.group_account_invoice", True),
            ("account.group_account_readonly", True),
            ("base.group_user", False),
        ):
            user = new_test_user(
                self.env,
                f"month_{group[-8:]}",
                f"base.group_user,{group}",
                company_id=self.env.company.id,
                company_ids=[(6, 0, self.env.company.ids)],
            )
            if may:
                self.assertEqual(self.check(user).state, "agrees")
            else:
                with self.assertRaises(AccessError):
                    self.check(user)

    def test_nobody_checks_the_business_of_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        user = new_test_user(
            self.env,
            "month_stranger",
            "account.group_account_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        asked = len(self.app.requests)
        with self.assertRaises(AccessError):
            self.check(user)
        self.assertEqual(len(self.app.requests), asked)

    def test_a_month_is_chosen_and_not_a_day(self):
        self.speak()
        check = self.env["microsoft.booking.month.check"].with_context(lang="fr_FR")
        with freeze_time("2026-05-31"):
            periods = dict(check._selection_period())
            self.assertEqual((periods["2026-05"], periods["2026-02"]), ("mai 2026", "février 2026"))
            with Form(check) as form:
                self.assertEqual(form.period, "2026-04")
                form.period = "2026-02"
                self.assertIn("février 2026", form.title)
                form.settings_id = self.settings
        check = form.save()
        self.assertEqual(str(check.month), "2026-02-01")

    def test_the_months_reach_back_to_where_the_bookings_begin(self):
        Check = self.env["microsoft.booking.month.check"]
        present = fields.Date.today().replace(day=1)

        def eldest():
            return Check._selection_period()[-1][0]

        years_ago = present - relativedelta(years=9)
        self.assertGreater(eldest(), f"{years_ago:%Y-%m}")
        day = years_ago + timedelta(days=20)
        self.bookings()[0].sudo().write({"start": day, "service_date": day})
        self.assertEqual(eldest(), f"{years_ago:%Y-%m}")
        self.settings.history_start = present - relativedelta(years=11)
        self.assertEqual(eldest(), f"{present - relativedelta(years=11):%Y-%m}")
        # A slip of the finger offers no thousand months.
        self.settings.history_start = "0202-02-28"
        self.assertEqual(len(Check._selection_period()), 600)

    def test_in_french(self):
        self.tenant.cancel(self.ids[3])
        self.french(self.settings)
        check = self.env["microsoft.booking.month.check"].with_context(lang="fr_FR")
        with Form(check) as form:
            form.settings_id = self.settings
            form.period = f"{self.first:%Y-%m}"
        check = form.save()
        check.action_check()
        self.assertEqual(
            check.line_ids.difference, "Bookings n'a pas ce rendez-vous : synchronisez."
        )
