# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What comes from Bookings after its days were invoiced is marked; what could not have been invoiced then is not."""

from datetime import timedelta

from odoo.tests import tagged

from .common import BookingCommon


@tagged("post_install", "-at_install")
class TestArrivals(BookingCommon):
    def setUp(self):
        super().setUp()
        # All of the month before this one.
        self.month_end = self.now.replace(day=1) - timedelta(days=1)

    def book_on(self, day, **kw):
        """Book on a day of last month."""
        return self.book(days=(self.now - self.month_end.replace(day=day)).days, **kw)

    def arrive(self, graph_id):
        """Synchronise, and whether the booking is marked."""
        self.sync()
        return self.bookings(graph_id).is_late_arrival

    def test_what_came_after_all_of_its_month_was_invoiced(self):
        self.book_on(3)
        self.sync()
        self.bookings()._create_invoices()
        self.assertTrue(self.arrive(self.book_on(20)))

    def test_a_month_of_which_something_is_left_is_not_over(self):
        first = self.book_on(3)
        self.book_on(10, customers=[self.bob])
        self.sync()
        self.bookings(first)._create_invoices()
        self.assertFalse(self.arrive(self.book_on(20)))
        self.assertTrue(self.arrive(self.book_on(3, customers=[self.bob])))

    def test_what_was_not_held_yet_could_not_be_invoiced(self):
        held = self.book(days=0)
        self.tenant.move(held, self.now - timedelta(hours=2))
        self.sync()
        self.bookings()._create_invoices()
        late = self.book(days=0)
        self.assertFalse(self.arrive(late))
