# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Calendar and charts open where there is something to see, and tell states apart as the badges of the list do."""

from odoo.tests import tagged

from .test_screens import ScreensCommon

CALENDAR = "/odoo/uninvoiced-bookings?view_type=calendar"


class OldBookings(ScreensCommon):
    def setUp(self):
        super().setUp()
        self.sync()
        self.bookings()._create_invoices()
        # Nothing is left to invoice but what lies weeks back.
        self.book(self.haircut, days=38, customers=[self.cara])
        self.book(self.audit, days=40, customers=[])
        self.sync()


@tagged("post_install", "-at_install")
class TestCalendarAndCharts(OldBookings):
    browser_size = "1400x900"

    def test_the_calendar_opens_at_the_newest_that_is_uninvoiced(self):
        self.start_tour(CALENDAR, "microsoft_bookings_calendar", login=self.user.login)

    def test_without_any_it_opens_today(self):
        self.bookings()._create_invoices()
        self.bookings().exclusion_reason_id = self.env["microsoft.booking.exclusion.reason"].search(
            [], limit=1
        )
        self.start_tour(CALENDAR, "microsoft_bookings_calendar_empty", login=self.user.login)

    def test_an_event_says_who_and_what_and_not_when_once_more(self):
        uninvoiced = self.bookings().filtered(lambda one: not one.invoice_id)
        cara = uninvoiced.filtered("customer_name")
        nobody = uninvoiced - cara
        self.assertEqual(cara.title, "Cara · Haircut")
        self.assertEqual(nobody.with_context(lang="en_US").title, "No customer · Audit")
        self.assertEqual(cara.display_name.split(" · ")[:2], ["Cara", "Haircut"])

    def test_charts_show_a_state_in_one_colour(self):
        self.start_tour(
            "/odoo/bookings?view_type=graph", "microsoft_bookings_charts", login=self.user.login
        )
        self.start_tour(
            "/odoo/uninvoiced-by-age", "microsoft_bookings_charts_by_age", login=self.user.login
        )


@tagged("post_install", "-at_install")
class TestCalendarOnAPhone(OldBookings):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_day_at_a_time(self):
        self.start_tour(
            "/odoo/uninvoiced-bookings", "microsoft_bookings_calendar_phone", login=self.user.login
        )
