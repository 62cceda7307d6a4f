# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A run in which nothing changed costs next to nothing, and overlooks nothing either."""

from datetime import timedelta
from decimal import Decimal

from odoo.tests import tagged

from ..graph.bookings import BookingsApi
from ..models import sandbox_session
from ..sandbox import Fault, SandboxApp, build_tenant
from .common import BUSINESS, BookingCommon

LOAD = "load-1@contoso.example"
MASTER_LISTS = ("services", "staffMembers", "customers")


class Meddler:
    """A sandbox in which something happens while one kind of request is answered, and is undone after it."""

    def __init__(self, app, path, before, after):
        self.app, self.path, self.before, self.after = app, path, before, after

    def __getattr__(self, name):
        return getattr(self.app, name)

    def __call__(self, environ, start_response):
        if self.path not in environ["PATH_INFO"]:
            return self.app(environ, start_response)
        self.before()
        try:
            return self.app(environ, start_response)
        finally:
            self.after()


@tagged("post_install", "-at_install")
class TestUnchanged(BookingCommon):
    def asked(self, app, since):
        """What was asked after so many requests: the last part of each path."""
        return [path.rpartition("/")[2] for _m, path, _s in list(app.requests)[since:]]

    def written_rows(self):
        """Rows of bookings that this transaction has inserted, updated or deleted so far."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables
                WHERE relname = 'microsoft_booking'"""
        )
        return self.env.cr.fetchone()[0]

    def test_it_costs_the_pages_of_the_lists_and_no_write(self):
        app = SandboxApp(build_tenant("load", now=self.now, size=600))
        settings = self.connect(app, business_id=LOAD, lookback_days=70, sync_services="no")
        self.sync(settings)
        self.assertEqual(len(set(self.bookings(settings=settings).mapped("graph_id"))), 600)
        written, since = self.written_rows(), len(app.requests)
        run = self.sync(settings)
        self.assertEqual(
            (run.state, run.unchanged_count, run.new_count, run.changed_count, run.detail_count),
            ("done", run.read_count, 0, 0, 0),
        )
        self.assertEqual(self.written_rows(), written)
        asked = self.asked(app, since)
        tenant = app.tenant.business(LOAD)
        size = app.habits.page_size
        windows = [step[1:] for step in settings._plan_run(run) if step[0] == "window"]
        pages = sum(
            max(-(-len(tenant.calendar(*map(type(self.now).fromisoformat, window))) // size), 1)
            for window in windows
        )
        self.assertEqual(asked.count("calendarView"), pages)
        self.assertEqual([asked.count(name) for name in MASTER_LISTS], [1, 1, 1])
        # Besides, the business itself, and two to sign in.
        self.assertEqual(len(asked), pages + 3 + 1 + 2, asked)
        self.assertEqual(run.request_count, pages + 3 + 1)

    def test_what_is_listed_as_before_is_not_even_parsed(self):
        for days in range(2, 12):
            self.book(days=days)
        self.sync()
        # The first run is a full one, which takes nothing for known.
        run = self.sync()
        window = (self.ago(days=20), self.ago(days=1))
        Booking = self.env["microsoft.booking"]
        known = set(Booking._get_listed_before(self.settings, run, *window).values())
        api = BookingsApi(self.settings._get_graph_client())
        listing = api.appointments_between(BUSINESS, *window, known)
        self.assertEqual((len(listing.unchanged), listing.records), (10, ()))

    def test_the_newest_window_comes_first(self):
        run = self.settings._start_sync()
        starts = [step[1] for step in self.settings._plan_run(run) if step[0] == "window"]
        self.assertGreater(len(starts), 1)
        self.assertEqual(starts, sorted(starts, reverse=True))

    def test_one_change_among_many_is_all_that_is_read(self):
        graph_ids = [self.book(days=days) for days in range(2, 12)]
        self.sync()
        self.tenant.reprice(graph_ids[4], "65")
        run = self.sync()
        self.assertEqual((run.detail_count, run.changed_count, run.unchanged_count), (1, 1, 9))
        self.assertEqual(self.bookings(graph_ids[4]).price, 65.0)

    def test_a_full_run_reads_every_detail_again(self):
        for days in range(2, 6):
            self.book(days=days)
        self.sync()
        self.bookings().sudo().details_read_at = self.ago(hours=1).replace(tzinfo=None)
        self.assertEqual(self.sync().detail_count, 0)
        self.assertEqual(self.sync(full=True).detail_count, 4)

    def test_what_has_ended_since_is_read_once_more(self):
        graph_id = self.book()
        self.sync()
        booking = self.bookings(graph_id)
        booking.sudo().details_read_at = booking.start
        self.assertEqual(self.sync().detail_count, 1)
        self.assertEqual(self.sync().detail_count, 0)

    def test_what_vanished_is_noticed_among_the_unchanged(self):
        graph_ids = [self.book(days=-days) for days in range(2, 12)]
        self.sync()
        self.tenant.cancel(graph_ids[3])
        run = self.sync()
        self.assertEqual((run.cancelled_count, run.unchanged_count), (1, 9))
        self.assertEqual(self.bookings(graph_ids[3]).outcome, "cancelled")
        self.assertFalse(self.bookings(graph_ids[4]).gone_at)

    def test_details_older_than_the_list_are_not_taken_for_it(self):
        graph_id = self.book()
        appointment = self.tenant.appointment(graph_id)
        appointment.price = Decimal(65)

        def set_price(price):
            appointment.price = Decimal(price)

        # The list says 65, the details are answered by a server that does not know of it yet.
        meddler = Meddler(self.app, "$batch", lambda: set_price(50), lambda: set_price(65))
        sandbox_session.use_app(self.settings, meddler)
        self.sync()
        self.assertEqual(self.bookings(graph_id).price, 50.0)
        sandbox_session.use_app(self.settings, self.app)
        self.sync()
        self.assertEqual(self.bookings(graph_id).price, 65.0)
        self.assertEqual(self.sync().detail_count, 0)

    def test_a_detail_that_could_not_be_read_is_asked_for_again(self):
        graph_id, other = self.book(), self.book(days=3)
        self.sync()
        self.tenant.reprice(graph_id, "65")
        fault = Fault("403", part=True, path="appointments")
        self.app.faults.append(fault)
        run = self.sync()
        self.assertEqual((run.state, fault.fired), ("problems", 1))
        self.assertEqual(self.bookings(graph_id).price, 50.0)
        self.app.faults.remove(fault)
        run = self.sync()
        self.assertEqual((run.state, run.detail_count), ("done", 1))
        self.assertEqual(self.bookings(graph_id).price, 65.0)
        self.assertEqual(self.bookings(other).price, 50.0)

    def test_settings_are_heard_though_the_list_is_as_before(self):
        late = self.tenant.book(
            "studio@contoso.example",
            self.haircut,
            self.ago(days=20).replace(hour=23, minute=30),
            duration=timedelta(hours=1),
            customers=[self.ana],
        )
        self.settings.history_start = self.now - timedelta(days=10)
        self.sync()
        self.assertFalse(self.bookings(late))
        self.settings.history_start = False
        self.sync()
        before = self.bookings(late).service_date
        self.assertEqual(before, self.ago(days=19).date(), "half past midnight in Zurich")
        business = self.tenant.business("studio@contoso.example")
        business.properties["bookingPageSettings"]["businessTimeZone"] = "UTC"
        run = self.sync()
        self.assertEqual(self.bookings(late).service_date, self.ago(days=20).date())
        self.assertEqual(run.detail_count, 0)

    def test_a_digest_from_before_is_made_up_for_without_a_detail(self):
        graph_id = self.book()
        self.sync()
        booking = self.bookings(graph_id)
        digest = booking.list_digest
        booking.sudo().list_digest = False
        self.assertEqual(self.sync().detail_count, 0)
        self.assertEqual(booking.list_digest, digest)
