# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The hourly housekeeping: a part that fails holds up no other, and what is left over is done at once."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..models.booking_retention import BATCH
from .common import BookingCommon
from .connection_common import SECOND


@tagged("post_install", "-at_install")
class TestHousekeeping(BookingCommon):
    def make_old_runs(self, count):
        """Runs that have been kept for their time."""
        return (
            self.env["microsoft.booking.run"]
            .sudo()
            .create(
                [
                    self.settings._prepare_run()
                    | {"state": "done", "end_time": fields.Datetime.now() - timedelta(days=91)}
                ]
                * count
            )
        )

    def test_a_part_that_fails_holds_up_no_other(self):
        self.tenant.add_business(SECOND, "Second", currency="CHF", time_zone="Europe/Zurich")
        broken = self.connect(self.app, name="Broken", business_id=SECOND)
        model = self.registry["microsoft.booking.settings"]
        get_alarm_text = model._get_alarm_text

        def get_alarm_text_of_an_add_on(settings):
            return {"Studio": get_alarm_text}[settings.name](settings)

        self.patch(model, "_get_alarm_text", get_alarm_text_of_an_add_on)
        long_ago = fields.Datetime.now() - timedelta(days=3)
        (broken | self.settings).write({"last_success": long_ago, "scheduled_since": long_ago})
        old = self.make_old_runs(2)
        with self.assertLogs("odoo.addons.microsoft_bookings.models", "ERROR") as logs:
            self.housekeep()
        self.assertEqual(len(logs.output), 1)
        self.assertIn("KeyError: 'Broken'", logs.output[0])
        self.assertTrue(self.settings.alarm_since)
        self.assertEqual(old.exists(), old[-1])

    def test_what_is_left_over_is_done_at_once(self):
        old = self.make_old_runs(BATCH + 2)
        self.housekeep()
        self.assertEqual(old.exists(), old[-1])
