# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Story: an hourly consultant over the clock change and the month's end, whoever looks from wherever."""

import os
import time
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo.tests import freeze_time, new_test_user, tagged

from ..models import sandbox_session
from ..sandbox import SandboxApp
from ..sandbox.tenant import Tenant
from .common import BookingCommon

PARIS, NEW_YORK = "paris@contoso.example", "newyork@contoso.example"
NOW = "2026-11-05 12:00:00"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTimeZones(BookingCommon):
    def setUp(self):
        super().setUp()
        now = datetime.fromisoformat(NOW).replace(tzinfo=timezone.utc)
        self.tenant = Tenant(seed=2, now=now)
        self.connected, self.advice, self.anybody = {}, {}, {}
        for business, zone in (
            (PARIS, "Romance Standard Time"),
            (NEW_YORK, "Eastern Standard Time"),
        ):
            currency = self.env.company.currency_id.name
            self.tenant.add_business(business, business, currency=currency, time_zone=zone)
            self.advice[business] = self.tenant.add_service(
                business, "Conseil", price="80", price_type="hourly"
            )
            self.anybody[business] = self.tenant.add_customer(
                business, "Ana", email="ana@example.com"
            )
            settings = self.connect(
                SandboxApp(self.tenant), name=business, business_id=business, lookback_days=400
            )
            self.addCleanup(sandbox_session.forget_app, settings)
            self.connected[business] = settings
        self.clock = {PARIS: ZoneInfo("Europe/Paris"), NEW_YORK: ZoneInfo("America/New_York")}

    def held(self, business, start, *, until=None, minutes=60):
        """Book by the business' wall clock; the booking that Odoo makes of it."""
        zone = self.clock[business]
        begin = datetime.fromisoformat(start).replace(tzinfo=zone).astimezone(timezone.utc)
        end = begin + timedelta(minutes=minutes)
        if until:
            end = datetime.fromisoformat(until).replace(tzinfo=zone).astimezone(timezone.utc)
        graph_id = self.tenant.book(
            business,
            self.advice[business],
            begin,
            duration=end - begin,
            customers=[self.anybody[business]],
        )
        self.sync(self.connected[business])
        return self.bookings(graph_id, self.connected[business])

    def test_the_clock_change_is_billed_by_the_hours_that_pass(self):
        autumn = self.held(PARIS, "2026-10-25 01:30", until="2026-10-25 03:30")
        self.assertEqual(
            (autumn.start, autumn.stop),
            (datetime(2026, 10, 24, 23, 30), datetime(2026, 10, 25, 2, 30)),
        )
        self.assertEqual((autumn.duration, autumn.amount), (3.0, 240.0))
        spring = self.held(PARIS, "2026-03-29 01:30", until="2026-03-29 03:30")
        self.assertEqual((spring.duration, spring.amount), (1.0, 80.0))

    def test_the_month_is_that_of_the_business_for_everybody(self):
        april = self.held(PARIS, "2026-04-01 00:30")
        self.assertEqual(april.start, datetime(2026, 3, 31, 22, 30))
        october = self.held(NEW_YORK, "2026-10-31 21:00")
        self.assertEqual(october.start, datetime(2026, 11, 1, 1, 0))
        march = self.held(PARIS, "2026-03-31 23:30")
        users = [
            new_test_user(
                self.env,
                f"user_{index}",
                "account.group_account_invoice",
                tz=tz,
                company_id=self.env.company.id,
                company_ids=[(6, 0, self.env.company.ids)],
            )
            for index, tz in enumerate(("Asia/Tokyo", "America/Los_Angeles", False))
        ]
        for user in users:
            Booking = self.env["microsoft.booking"].with_user(user).with_context(tz=user.tz)
            for booking, first, after in (
                (april, "2026-04-01", "2026-05-01"),
                (october, "2026-10-01", "2026-11-01"),
                (march, "2026-03-01", "2026-04-01"),
            ):
                found = Booking.search(
                    [("service_date", ">=", first), ("service_date", "<", after)]
                )
                self.assertEqual(found.ids, booking.ids)
            months = dict(Booking._read_group([], ["service_date:month"], ["id:recordset"]))
            self.assertEqual(
                {str(month)[:7]: bookings.ids for month, bookings in months.items()},
                {"2026-03": march.ids, "2026-04": april.ids, "2026-10": october.ids},
            )
        result = (april | march)._create_invoices({"grouping": "month"})
        texts = result["invoices"].sorted(lambda move: move.id).invoice_line_ids.mapped("name")
        self.assertEqual(len(result["invoices"]), 2)
        self.assertEqual(
            sorted(texts),
            ["Conseil – 03/31/2026 11:30 PM, Ana", "Conseil – 04/01/2026 12:30 AM, Ana"],
        )

    def test_the_servers_own_zone_does_not_matter(self):
        before = os.environ.get("TZ")

        def restore():
            os.environ.pop("TZ", None)
            if before is not None:
                os.environ["TZ"] = before
            time.tzset()

        self.addCleanup(restore)
        for zone in ("Asia/Tokyo", "America/Los_Angeles", "UTC"):
            os.environ["TZ"] = zone
            time.tzset()
            booking = self.held(PARIS, "2026-04-01 00:30")
            self.assertEqual(str(booking.service_date), "2026-04-01")
            self.assertEqual(booking.start, datetime(2026, 3, 31, 22, 30))

    def test_hours_are_rounded_as_set(self):
        settings = self.connected[PARIS]
        self.assertEqual(self.held(PARIS, "2026-10-05 09:00", minutes=90).amount, 120.0)
        settings.write({"duration_rounding": "up", "rounding_minutes": 15})
        booking = self.held(PARIS, "2026-10-06 09:00", minutes=50)
        self.assertEqual((booking.duration, booking.quantity, booking.amount), (50 / 60, 1.0, 80.0))
