# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Scheduled drafts: off by default, due in the zone of the business, late ones caught up, announced the day before."""

from datetime import date, timedelta

from odoo.tests import freeze_time, tagged

from .common import BookingCommon
from .connection_common import SECOND


@tagged("post_install", "-at_install")
class TestDraftSchedule(BookingCommon):
    def setUp(self):
        super().setUp()
        self.settings.user_id = self.env.user
        for days in (40, 20, 2):
            self.book(days=days)
        self.book(self.lesson, days=20, customers=[self.bob])
        self.book(self.audit, days=20)
        self.sync()
        self.payer = {payer.name: payer for payer in self.bookings().payer_id}

    def make(self):
        """What the hourly action does at this moment; the names of the payers of the new drafts and their nets."""
        before = self.env["account.move"].search([])
        self.call_cron("ir_cron_scheduled_drafts")
        self.call_cron("ir_cron_invoice_runs")
        drafts = self.env["account.move"].search([]) - before
        self.assertEqual(set(drafts.mapped("state")) - {"draft"}, set())
        return sorted((move.partner_id.name, move.amount_untaxed) for move in drafts)

    def due(self, frequency, **values):
        """The schedule is this one and was looked at yesterday; today is a day for all of them."""
        today = self.settings._get_today()
        self.settings.write(
            {
                "draft_schedule": frequency,
                "draft_weekday": str(today.weekday()),
                "draft_day": today.day,
                "draft_checked": today - timedelta(days=1),
                **values,
            }
        )

    def test_off_by_default(self):
        self.due("never")
        self.assertEqual(self.make(), [])
        self.assertEqual(self.settings.draft_checked, self.settings._get_today())

    def test_each_frequency_takes_all_that_was_held(self):
        for frequency in ("daily", "weekly", "monthly"):
            with self.subTest(frequency):
                self.due(frequency, draft_whole_months=False)
                self.assertEqual(self.make(), [("Ana Müller", 150.0), ("Bob", 80.0)])
                self.assertEqual(self.make(), [], "once")
                self.bookings().invoice_id.unlink()

    def test_whole_months_only(self):
        self.due("monthly")
        first = self.settings._get_today().replace(day=1)
        held = self.bookings().filtered(lambda b: b.billing_state == "to_invoice")
        expected = sum(held.filtered(lambda b: b.service_date < first).mapped("amount"))
        self.assertEqual(sum(net for _name, net in self.make()), expected)
        self.assertTrue(expected)

    def test_a_contact_has_a_frequency_of_its_own(self):
        self.payer["Bob"].booking_draft_schedule = "daily"
        self.due("monthly", draft_day=1 + self.settings._get_today().day % 28)
        self.assertEqual(self.make(), [("Bob", 80.0)])
        self.payer["Bob"].booking_draft_schedule = "never"
        self.due("daily")
        self.assertEqual(self.make(), [("Ana Müller", 150.0)])

    def test_what_came_late_is_in_the_next_ones(self):
        self.due("daily")
        self.make()
        self.book(days=30)
        self.sync()
        self.due("daily")
        self.assertEqual(self.make(), [("Ana Müller", 50.0)])

    def test_a_day_that_nobody_kept_is_caught_up(self):
        today = self.settings._get_today()
        missed = today - timedelta(days=3)
        self.due("weekly", draft_weekday=str(missed.weekday()))
        self.assertEqual(self.make(), [], "not due today")
        self.settings.draft_checked = missed - timedelta(days=1)
        self.assertEqual(
            self.make(), [("Ana Müller", 100.0), ("Bob", 80.0)], "up to the day that was missed"
        )

    def test_of_stale_data_none_are_made_until_bookings_was_read_again(self):
        self.due("daily")
        self.settings.last_success = self.now.replace(tzinfo=None) - timedelta(days=10)
        self.assertTrue(self.settings.is_stale)
        self.assertEqual(self.make(), [])
        self.sync()
        self.assertEqual(self.make(), [("Ana Müller", 150.0), ("Bob", 80.0)])

    def test_a_business_that_fails_holds_up_no_other(self):
        self.due("daily")
        self.tenant.add_business(SECOND, "Second", currency="CHF", time_zone="Europe/Zurich")
        broken = self.connect(self.app, name="Broken", business_id=SECOND)
        model = self.registry["microsoft.booking.settings"]
        get_due_bounds = model._get_due_bounds

        def get_due_bounds_of_an_add_on(settings, since, today):
            return {"Studio": get_due_bounds}[settings.name](settings, since, today)

        self.patch(model, "_get_due_bounds", get_due_bounds_of_an_add_on)
        with self.assertLogs("odoo.addons.microsoft_bookings.models", "ERROR") as logs:
            self.assertEqual(self.make(), [("Ana Müller", 150.0), ("Bob", 80.0)])
        self.assertIn("KeyError: 'Broken'", logs.output[0])
        for _hour in range(2):
            told = broken.activity_ids
            self.assertIn("KeyError('Broken')", told.summary)
            self.assertEqual(told.user_id, broken.user_id)
            with self.assertLogs("odoo.addons.microsoft_bookings.models", "ERROR"):
                self.make()

    def test_the_last_day_of_each_month(self):
        self.settings.write({"draft_schedule": "monthly", "draft_day": 31})
        for due in (date(2027, 2, 28), date(2028, 2, 29), date(2027, 4, 30), date(2027, 12, 31)):
            day = timedelta(days=1)
            self.assertIn("monthly", self.settings._get_due_bounds(due - day, due))
            self.assertNotIn("monthly", self.settings._get_due_bounds(due - 2 * day, due - day))
            self.assertNotIn("monthly", self.settings._get_due_bounds(due, due + day))

    def test_the_day_is_that_of_the_business(self):
        with freeze_time("2026-11-21 12:30:00"):
            for zone, day in (("Pacific/Kiritimati", 22), ("Europe/Zurich", 21)):
                self.settings.tz = zone
                self.assertEqual(self.settings._get_today().day, day)

    def test_announced_the_day_before_and_once(self):
        tomorrow = self.settings._get_today() + timedelta(days=1)
        self.settings.write(
            {
                "draft_schedule": "weekly",
                "draft_weekday": str(tomorrow.weekday()),
                "draft_checked": self.settings._get_today(),
            }
        )
        self.env.user.lang = self.speak()
        domain = [("model", "=", self.settings._name), ("res_id", "=", self.settings.id)]
        before = self.env["mail.mail"].search(domain)
        self.assertEqual(self.make(), [])
        mail = self.env["mail.mail"].search(domain) - before
        self.assertEqual(len(mail), 1)
        self.assertIn("Demain", mail.body_html)
        self.assertIn("4", mail.body_html)
        self.make()
        self.assertEqual(self.env["mail.mail"].search(domain) - before, mail)
