# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A whole synchronisation under every kind of fault, each at the calls that it can meet.

300 appointments; with MICROSOFT_BOOKINGS_LONG=1 in the environment 2,000, which takes some minutes.
"""

import os
from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.base.models import ir_cron

from ..models import sandbox_session
from ..models.booking_run import OPEN_STATES
from ..sandbox import Fault, SandboxApp, build_tenant
from .common import BookingCommon

SIZE = 2000 if os.environ.get("MICROSOFT_BOOKINGS_LONG") else 300
SEEDS = range(4)
# Scheduled calls until a run has to be over, however often it waits for Microsoft.
MOST_CALLS = 12

SIGN_IN, BUSINESS = r"oauth2|openid-configuration", r"/bookingBusinesses/[^/]+$"
SERVICES, STAFF, CUSTOMERS = r"/services$", r"/staffMembers$", r"/customers$"
CALENDAR, BATCH = r"/calendarView$", r"/\$batch$"
ODD = tuple(range(1, 400, 2))

# Those after which no answer comes in time: the run has to wait, and to say until when.
WAITING = {
    "throttled_long_list": [{"kind": "429", "path": CALENDAR, "nth": 2, "retry_after": 900}],
    "throttled_long_date": [
        {"kind": "503", "path": CALENDAR, "nth": 1, "retry_after": 600, "as_date": True}
    ],
    "throttled_long_batch": [{"kind": "429", "path": BATCH, "nth": 3, "retry_after": 900}],
    "throttled_long_part": [{"kind": "429", "part": True, "nth": 45, "retry_after": 600}],
    "outage_of_the_list": [{"kind": "500", "path": CALENDAR, "times": 7}],
    "outage_of_sign_in": [{"kind": "503", "path": SIGN_IN, "times": 6}],
    "outage_of_everything": [{"kind": "502", "nth": tuple(range(12, 30))}],
}
PASSING = {
    "throttled_list": [{"kind": "429", "path": CALENDAR, "nth": (1, 3)}],
    "throttled_date": [{"kind": "429", "path": CALENDAR, "nth": 2, "as_date": True}],
    "throttled_bare": [{"kind": "429", "path": BATCH, "nth": ODD, "retry_after": None}],
    "throttled_in_disguise": [
        {"kind": "403", "code": "ApplicationThrottled", "path": CALENDAR, "nth": ODD}
    ],
    "throttled_sign_in": [{"kind": "429", "path": SIGN_IN, "nth": 1}],
    "throttled_parts": [{"kind": "429", "part": True, "probability": 0.2}],
    "error_500_business": [{"kind": "500", "path": BUSINESS, "nth": (1, 2)}],
    "error_500_services": [{"kind": "500", "path": SERVICES, "nth": 1}],
    "error_500_batch": [{"kind": "500", "path": BATCH, "nth": ODD}],
    "error_500_parts": [{"kind": "500", "part": True, "probability": 0.2}],
    "error_503_staff": [{"kind": "503", "path": STAFF, "nth": 1, "as_date": True}],
    "error_503_parts": [{"kind": "503", "part": True, "nth": ODD}],
    "error_502_list": [{"kind": "502", "path": CALENDAR, "nth": ODD}],
    "error_504_batch": [{"kind": "504", "path": BATCH, "nth": (1, 2, 5)}],
    "token_expired_in_list": [{"kind": "401", "path": CALENDAR, "nth": 2}],
    "token_expired_in_batch": [{"kind": "401", "path": BATCH, "nth": 4}],
    "token_expired_in_part": [{"kind": "401", "part": True, "nth": 30}],
    "proxy_page_customers": [{"kind": "html", "path": CUSTOMERS, "nth": (1, 2)}],
    "proxy_page_batch": [{"kind": "html", "path": BATCH, "nth": ODD}],
    "proxy_page_sign_in": [{"kind": "html", "path": SIGN_IN, "nth": 2}],
    "empty_list": [{"kind": "empty_body", "path": CALENDAR, "nth": ODD}],
    "empty_batch": [{"kind": "empty_body", "path": BATCH, "nth": (1, 2, 3)}],
    "truncated_list": [{"kind": "truncated", "path": CALENDAR, "nth": ODD}],
    "truncated_batch": [{"kind": "truncated", "path": BATCH, "nth": (2, 4)}],
    "cut_everywhere": [{"kind": "cut", "nth": tuple(range(3, 400, 3))}],
    "cut_body_list": [{"kind": "cut_body", "path": CALENDAR, "nth": ODD}],
    "cut_body_batch": [{"kind": "cut_body", "path": BATCH, "nth": ODD}],
    "refused_business": [{"kind": "refused", "path": BUSINESS, "times": 2}],
    "connect_timeout_sign_in": [{"kind": "connect_timeout", "path": SIGN_IN, "nth": 1}],
    "slow_list": [{"kind": "slow", "path": CALENDAR, "nth": ODD, "seconds": 120}],
    "slow_batch": [{"kind": "slow", "path": BATCH, "nth": (1, 3), "seconds": 120}],
}
MIXED = ("429", "500", "502", "503", "504", "401", "html", "truncated", "cut", "slow")


class _RollBack(Exception):
    """Ends a trial without a trace."""


@tagged("post_install", "-at_install")
class TestFaultSync(BookingCommon):
    undisturbed = ()
    # One tenant for all: made in another hour, it has other appointments.
    began = None

    def setUp(self):
        super().setUp()
        type(self).began = self.began or self.now
        self.load = build_tenant("load", seed=7, now=self.began, size=SIZE)
        if not self.undisturbed:
            with self.unhurried():
                type(self).undisturbed = self.synchronise([])

    def unhurried(self):
        """No end of the time slice: where requests are counted, it matters not how busy the machine is."""
        return patch.object(ir_cron, "MIN_TIME_PER_JOB", 3600)

    def synchronise(self, faults):
        """Synchronise under these faults, as often as the schedule would, until nothing is left to read.

        :return: what it ends with, how many requests it made, how often it waited and how many runs it took
        """
        with self.rolled_back():
            app, settings = self.connect_load()
            app.faults[:] = faults
            run = settings._start_sync()
            waits, runs = 0, 1
            for _call in range(MOST_CALLS):
                with self.enter_registry_test_mode():
                    settings.sudo().cron_id.method_direct_trigger()
                run.invalidate_recordset()
                if run.state == "problems":
                    # It has said which appointments it could not read: the next one reads them.
                    run, runs = settings._start_sync(), runs + 1
                elif run.state not in OPEN_STATES:
                    break
                elif run.state == "waiting":
                    waits += 1
                    self.assertGreater(run.resume_at, fields.Datetime.now())
                    run.resume_at = fields.Datetime.now()
            self.assertEqual(run.state, "done", run.problem_ids.mapped("message"))
            sandbox_session.forget_app(settings)
            return self.snapshot(settings), len(app.requests), waits, runs

    def connect_load(self):
        """Settings connected to the large business, to be forgotten before they are rolled back."""
        app = SandboxApp(self.load)
        settings = self.env["microsoft.booking.settings"].create(
            {
                "name": "Load",
                "cloud": "sandbox",
                "business_id": "load-1@contoso.example",
                "create_contacts": True,
                "sync_services": "import",
            }
        )
        sandbox_session.use_app(settings, app)
        settings.action_test_connection()
        app.requests.clear()
        return app, settings

    @contextmanager
    def rolled_back(self):
        try:
            with self.env.cr.savepoint():
                yield
                raise _RollBack
        except _RollBack:
            self.env.invalidate_all()

    def snapshot(self, settings):
        """All that a synchronisation decides of the bookings, comparable between two of them."""
        return sorted(
            (
                booking.graph_id,
                booking.attendee_key,
                str(booking.start),
                booking.duration,
                booking.service_id.name,
                booking.staff_ids.sorted("name").mapped("name"),
                booking.customer_email,
                booking.partner_id.email,
                booking.price,
                booking.amount,
                booking.billing_state,
                booking.issue,
                bool(booking.gone_at),
            )
            for booking in self.bookings(settings=settings)
        )

    def check(self, patterns, waiting):
        expected = self.undisturbed[0]
        for name, rules in patterns.items():
            with self.subTest(name):
                faults = [Fault(**rule) for rule in rules]
                found, _requests, waits, runs = self.synchronise(faults)
                self.assertTrue(all(fault.fired for fault in faults), "the fault never struck")
                self.assertEqual(found, expected)
                # Repeating may take a large business longer than a time slice: then it waits too.
                self.assertTrue(waits or not waiting)
                if not name.endswith("_parts"):
                    self.assertEqual(runs, 1)

    def test_undisturbed(self):
        snapshot, _requests, waits, runs = self.undisturbed
        self.assertGreater(len(snapshot), SIZE)
        self.assertEqual((waits, runs), (0, 1))

    def test_faults_that_pass_while_the_run_goes_on(self):
        self.check(PASSING, waiting=False)

    def test_faults_that_make_the_run_wait(self):
        self.check(WAITING, waiting=True)

    def test_a_fifth_of_all_requests_fail(self):
        expected, undisturbed, *_rest = self.undisturbed
        # Of so many rules each strikes so often that one of them meets every fifth request.
        probability = 1 - 0.8 ** (1 / len(MIXED))
        requests = 0
        for seed in SEEDS:
            faults = [
                Fault(kind, probability=probability, seed=f"{seed}/{kind}", seconds=120)
                for kind in MIXED
            ]
            with self.unhurried():
                found, count, *_rest = self.synchronise(faults)
            self.assertEqual(found, expected)
            requests += count
        self.assertGreater(requests, 1.1 * undisturbed * len(SEEDS), "too few faults struck")
        self.assertLessEqual(requests, 1.3 * undisturbed * len(SEEDS))
