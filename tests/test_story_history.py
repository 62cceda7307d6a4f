# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Story: the first import of a long history: 5,000 appointments.

With MICROSOFT_BOOKINGS_LONG=1 in the environment it is 50,000, which takes some minutes.
"""

import os
from collections import Counter
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..models import sandbox_session
from ..sandbox import Fault, SandboxApp, build_tenant
from .test_runs import RunsCommon

SIZE = 50_000 if os.environ.get("MICROSOFT_BOOKINGS_LONG") else 5_000
# What does not depend on the number is seen on few.
FEW = 400
LOAD = "load-1@contoso.example"


@tagged("post_install", "-at_install")
class TestHistory(RunsCommon):
    """60 days of history and 30 ahead; what was held more than 30 days ago was settled elsewhere."""

    def setUp(self):
        super().setUp()
        self.env.ref("base.CHF").active = True
        self.today = fields.Date.today()
        self.border = self.today - timedelta(days=30)
        size = SIZE if self._testMethodName == "test_the_first_import" else FEW
        self.load = build_tenant("load", seed=11, now=self.now, size=size)
        self.app = SandboxApp(self.load)
        self.settings = self.connect(
            self.app,
            name="History",
            business_id=LOAD,
            create_contacts=False,
            sync_services="no",
            history_start=self.today - timedelta(days=61),
            settled_before=self.border,
        )
        self.partners = self.env["res.partner"].search_count([])
        self.mails = self.env["mail.mail"].search_count([])

    def places(self):
        """Graph id -> number of places, as the tenant has them."""
        return {
            graph_id: len(appointment.attendees)
            for graph_id, appointment in self.load.business(LOAD).appointments.items()
        }

    def finish(self, run, calls=400):
        """Let the schedule go on until the run is over; what waits for Microsoft has waited long enough.

        :return: what the run told on the way: its states, and its estimates
        """
        told = []
        for _call in range(calls):
            self.run_once()
            told.append((run.state, run.remaining_text, run.progress))
            if run.state == "waiting":
                run.sudo().resume_at = fields.Datetime.now()
            elif run.state not in ("running", "queued"):
                return told
        self.fail("the import never ends")

    def test_the_first_import(self):
        run = self.settings._start_sync()
        self.assertTrue(run.full)
        # A storm of 429 in the middle of it, longer than a worker may wait.
        self.app.faults[:] = [
            Fault("429", path=r"/calendarView$", nth=3, retry_after=600),
            Fault("429", part=True, probability=0.05),
        ]
        told = self.finish(run)
        self.assertEqual(run.state, "done", run.problem_ids.mapped("message")[:3])
        self.assertIn("waiting", [state for state, *_rest in told])
        progress = [progress for _state, _left, progress in told]
        self.assertEqual(progress, sorted(progress))
        self.app.faults.clear()

        places, bookings = self.places(), self.bookings()
        self.assertEqual(Counter(bookings.mapped("graph_id")), Counter(places))
        settled = bookings.filtered(lambda b: b.service_date < self.border)
        self.assertTrue(settled)
        reason = self.env.ref("microsoft_bookings.exclusion_reason_settled")
        self.assertEqual(settled.exclusion_reason_id, reason)
        self.assertEqual(set(settled.mapped("billing_state")), {"excluded"})
        self.assertFalse((bookings - settled).exclusion_reason_id)
        uninvoiced = self.env["microsoft.booking"].search(
            [
                ("settings_id", "=", self.settings.id),
                *self.env["microsoft.booking"]._get_uninvoiced_domain(),
            ]
        )
        self.assertEqual(min(uninvoiced.mapped("service_date")), self.border)
        self.assertEqual(
            len(uninvoiced),
            len(
                bookings.filtered(
                    lambda b: b.service_date >= self.border and b.stop <= fields.Datetime.now()
                )
            ),
        )
        # Nobody was made, nobody was written to, nothing was invoiced.
        self.assertEqual(self.env["res.partner"].search_count([]), self.partners)
        self.assertEqual(self.env["mail.mail"].search_count([]), self.mails)
        self.assertFalse(bookings.invoice_line_id)

        # Twice is once; and a turn of the schedule asks for little.
        self.let_details_age()
        again = self.sync(full=True)
        self.finish(again)
        self.assertEqual((again.new_count, again.cancelled_count), (0, 0))
        self.assertEqual(self.bookings(), bookings)
        ordinary = self.sync()
        self.finish(ordinary)
        self.assertEqual((ordinary.detail_count, ordinary.changed_count), (0, 0))

    def test_the_list_is_useful_at_once_and_the_estimate_is_shown(self):
        self.settings.lookback_days = 300
        self.settings.history_start = self.today - timedelta(days=300)
        run = self.settings._start_sync()
        seen = []

        def look():
            self.env.invalidate_all()
            found = self.bookings(settings=self.settings)
            seen.append((len(found), run.remaining_text, min(found.mapped("start"), default=None)))

        sandbox_session.use_app(self.settings, Watch(self.app, look))
        self.finish(run)
        counts = [count for count, *_rest in seen]
        self.assertEqual(counts, sorted(counts))
        self.assertEqual(counts[0], 0)
        # Long before the end the newest are there, and nothing older than what is still to come.
        half = len(seen) // 2
        self.assertGreater(counts[half], 0)
        newest_first = [first for _count, _left, first in seen if first]
        self.assertEqual(newest_first, sorted(newest_first, reverse=True))
        texts = [left for _count, left, _first in seen]
        self.assertEqual(texts[:2], [False, False], "nothing is known yet")
        self.assertTrue(any("left" in (text or "") for text in texts[3:]))

    def test_the_date_can_be_changed_and_decisions_stay(self):
        run = self.settings._start_sync()
        self.finish(run)
        reason = self.env.ref("microsoft_bookings.exclusion_reason_settled")
        goodwill = self.env.ref("microsoft_bookings.exclusion_reason_goodwill")
        bookings = self.bookings()
        settled = bookings.filtered(lambda b: b.exclusion_reason_id == reason)
        undone, decided = settled[0], settled[1]
        undone.action_undo_exclude()
        decided.exclusion_reason_id = goodwill
        self.let_details_age()
        self.finish(self.sync(full=True))
        self.assertFalse(undone.exclusion_reason_id, "a person wanted it back")
        self.settings.settled_before = False
        self.assertFalse(bookings.filtered(lambda b: b.exclusion_reason_id == reason))
        self.assertEqual(decided.exclusion_reason_id, goodwill)
        self.settings.settled_before = self.border
        self.assertEqual(
            bookings.filtered(lambda b: b.exclusion_reason_id == reason) | decided,
            bookings.filtered(lambda b: b.service_date < self.border),
        )

    def test_one_that_moves_to_a_later_day_is_not_forgotten(self):
        self.finish(self.settings._start_sync())
        booking = self.bookings().filtered("exclusion_reason_id")[0]
        self.load.move(booking.graph_id, self.now - timedelta(days=2))
        self.sync()
        self.assertFalse(booking.exclusion_reason_id)
        self.assertIn(booking.billing_state, ("to_check", "to_invoice"))

    def test_the_reason_is_odoos_own(self):
        reason = self.env.ref("microsoft_bookings.exclusion_reason_settled")
        with self.assertRaises(UserError):
            reason.unlink()
        wizard = Form(self.env["microsoft.booking.exclude"])
        self.assertIn("is_automatic", str(wizard._view["fields"]["reason_id"]["domain"]))


class Watch:
    """A tenant that lets somebody look whenever it is asked for a window."""

    def __init__(self, app, look):
        self._app, self._look = app, look

    def __getattr__(self, name):
        return getattr(self._app, name)

    def __call__(self, environ, start_response):
        if "calendarView" in environ["PATH_INFO"]:
            self._look()
        return self._app(environ, start_response)
