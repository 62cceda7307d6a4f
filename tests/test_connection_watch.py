# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time, new_test_user, tagged

from .connection_common import ConnectionCommon


@tagged("post_install", "-at_install")
class TestConnectionWatch(ConnectionCommon):
    """Who is responsible learns in time, and once."""

    def setUp(self):
        super().setUp()
        self.person = new_test_user(
            self.env,
            "responsible",
            "account.group_account_manager",
            company_id=self.env.company.id,
            email="responsible@example.com",
        )
        (self.settings | self.real).user_id = self.person

    # === EXPIRY === #

    def test_reminders_of_an_expiry_once_each(self):
        self.real.secret_expiry = "2031-06-30"
        sent = {}
        for day in (
            "05-30",
            "05-31",
            "06-01",
            "06-16",
            "06-22",
            "06-23",
            "06-29",
            "06-30",
            "07-01",
        ):
            with freeze_time(f"2031-{day} 08:00:00"):
                self.env.invalidate_all()
                self.housekeep()
                self.housekeep()
            activities, mails = self.notices(self.real, "client secret of “Real”")
            sent[day] = (len(activities), len(mails))
        self.assertEqual(
            list(sent.values()),
            # 30 days before on 31 May, 14 on 16 June, 7 on 23 June, 1 on 29 June.
            [(0, 0), (1, 1), (1, 1), (1, 2), (1, 2), (1, 3), (1, 4), (1, 4), (1, 4)],
        )
        self.assertEqual(activities.user_id, self.person)
        self.assertEqual(str(activities.date_deadline), "2031-06-30")
        self.assertEqual(mails.recipient_ids, self.person.partner_id)
        with freeze_time("2031-06-29 09:00:00"):
            self.env.invalidate_all()
            self.real.write({"client_secret": self.tenant.add_secret()})
            self.housekeep()
        self.assertFalse(self.notices(self.real, "client secret of “Real”")[0])

    def test_a_housekeeping_that_did_not_run_reminds_once(self):
        self.real.secret_expiry = fields.Date.today() + timedelta(days=5)
        self.housekeep()
        self.assertEqual(len(self.notices(self.real, "expires on")[1]), 1)
        self.assertEqual(self.real.reminded_days, 7)

    def test_a_new_date_is_reminded_of_anew(self):
        self.real.secret_expiry = fields.Date.today() + timedelta(days=1)
        self.housekeep()
        self.real.secret_expiry = fields.Date.today() + timedelta(days=20)
        self.assertFalse(self.real.expiry_activity_id)
        self.housekeep()
        self.assertEqual(len(self.notices(self.real, "expires on")[1]), 2)

    def test_an_expired_secret_is_called_so(self):
        self.real.secret_expiry = fields.Date.today() - timedelta(days=2)
        self.housekeep()
        self.assertTrue(self.notices(self.real, "expired on")[0])
        self.assertIn("expired on", self.real.expiry_warning)

    # === ALARM === #

    def refuse(self, times=1):
        self.tenant.refuse_sign_in(7000222)
        for _time in range(times):
            self.assertEqual(self.sync().state, "failed")

    def test_failures_in_a_row_alarm_once(self):
        self.refuse(times=2)
        self.assertFalse(self.settings.alarm_since)
        self.refuse(times=2)
        self.housekeep()
        activities, mails = self.notices(self.settings, "failed in a row")
        self.assertEqual((len(activities), len(mails)), (1, 1))
        self.assertEqual(activities.user_id, self.person)
        self.assertEqual(mails.recipient_ids, self.person.partner_id)
        self.assertIn("The client secret has expired", mails.body_html)
        self.assertTrue(self.settings.sudo().cron_id.active)
        self.tenant.refuse_sign_in(None)
        self.assertEqual(self.sync().state, "done")
        self.assertFalse(self.settings.alarm_since)
        self.assertFalse(self.notices(self.settings, "failed in a row")[0])
        self.refuse(times=3)
        self.assertEqual(len(self.notices(self.settings, "failed in a row")[1]), 2)

    def test_hours_without_success_alarm_also_when_nothing_runs(self):
        self.sync()
        self.housekeep()
        self.assertFalse(self.settings.alarm_since)
        now = fields.Datetime.now()
        self.settings.write(
            {
                "last_success": now - timedelta(hours=25),
                "scheduled_since": now - timedelta(days=9),
            }
        )
        self.housekeep()
        self.housekeep()
        activities, mails = self.notices(self.settings, "succeeded since")
        self.assertEqual((len(activities), len(mails)), (1, 1))
        self.settings.action_pause()
        self.assertFalse(self.settings.alarm_since, "nobody waits for a paused connection")
        self.settings.action_resume()
        self.housekeep()
        self.assertFalse(self.settings.alarm_since, "it has just been resumed")

    def test_a_rare_schedule_is_late_only_after_its_turn(self):
        self.sync()
        now = fields.Datetime.now()
        self.settings.write(
            {
                "interval_number": 2,
                "interval_type": "days",
                "scheduled_since": now - timedelta(days=9),
                "last_success": now - timedelta(hours=47),
            }
        )
        self.housekeep()
        self.assertFalse(self.settings.alarm_since)
        self.settings.last_success = now - timedelta(hours=73)
        self.housekeep()
        self.assertTrue(self.settings.alarm_since)

    def test_alarms_can_be_switched_off(self):
        self.settings.write({"alarm_failures": 0, "alarm_hours": 0})
        self.refuse(times=4)
        self.assertFalse(self.settings.alarm_since)

    def test_a_broken_template_costs_the_mail_alone(self):
        template = self.env.ref("microsoft_bookings.mail_template_sync_alarm")
        template.body_html = "<p t-out='1 // (0 if object.alarm_since else 1)'/>"
        with self.assertLogs("odoo.addons.microsoft_bookings.models.booking_notices", "WARNING"):
            self.refuse(times=3)
        activities, mails = self.notices(self.settings, "failed in a row")
        self.assertEqual((len(activities), len(mails)), (1, 0))

    def test_stale_data_are_called_so(self):
        self.assertTrue(self.settings.is_stale)
        self.assertIn("Never synchronised", self.settings.stale_warning)
        self.sync()
        self.assertFalse(self.settings.is_stale or self.settings.stale_warning)
        self.settings.last_success -= timedelta(hours=2)
        self.assertTrue(self.settings.is_stale)
        self.assertIn("Data as of", self.settings.stale_warning)
