# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A list without bookings says why there are none, to this user, at this moment, and nothing that is not true."""

import re
from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from ..sandbox import Fault
from .common import BookingCommon
from .test_screens import URL, ScreensCommon


@tagged("post_install", "-at_install")
class TestEmptiness(BookingCommon):
    def setUp(self):
        super().setUp()
        # What else is connected in this database would be told of too.
        others = self.env["microsoft.booking.settings"].search([]) - self.settings
        self.env["microsoft.booking"].search([("settings_id", "in", others.ids)]).unlink()
        others.active = False

    def emptiness(self, domain=None, user=None, **context):
        Booking = self.env["microsoft.booking"]
        if domain is None:
            domain = Booking._get_uninvoiced_domain()
        context = {"booking_uninvoiced": True} | context
        return (
            Booking.with_user(user or self.env.user).with_context(**context).get_emptiness(domain)
        )

    def open_action(self, answer):
        """The window that the button leads to."""
        action = self.env.ref(answer["action"])
        return action.run() if action.type == "ir.actions.server" else action.read()[0]

    def invoice_all(self):
        uninvoiced = self.env["microsoft.booking"]._get_uninvoiced_domain()
        self.env["microsoft.booking"].search(uninvoiced)._create_invoices()

    def assert_doubt(self, words, **values):
        """Everything is invoiced, and yet nobody says so, for this reason."""
        answer = self.emptiness(**values)
        self.assertEqual(answer["reason"], "doubtful")
        self.assertIn(self.settings.name, answer["text"])
        self.assertIn(words, answer["text"])
        self.assertEqual(self.open_action(answer)["res_model"], "microsoft.booking.settings")

    def test_not_connected(self):
        self.settings.active = False
        answer = self.emptiness(active_test=False)
        self.assertEqual(answer["reason"], "unconnected")
        self.assertIn(self.env.company.name, answer["title"])
        self.assertEqual(self.open_action(answer)["res_model"], "microsoft.booking.connect")
        # That window has begun a connection, which is gone on with.
        answer = self.emptiness()
        self.assertEqual(answer["reason"], "unconnected")
        self.assertEqual(self.open_action(answer)["res_model"], "microsoft.booking.settings")
        for group in ("account.group_account_invoice", "account.group_account_readonly"):
            answer = self.emptiness(user=self.make_user(group))
            self.assertEqual((answer["reason"], answer["action"]), ("unconnected", False))
            self.assertIn("administrator", answer["text"])

    def test_never_read_and_being_read(self):
        self.assert_doubt("Never synchronised")
        self.assertFalse(self.emptiness()["live"])
        run = self.settings._start_sync()
        self.assert_doubt("under way (0 %)")
        self.assertTrue(self.emptiness()["live"])
        run.sudo().write({"state": "waiting", "resume_at": "2030-01-02 03:04:00"})
        self.assert_doubt("put the synchronisation off until 1/2/30", lang="en_US", tz="UTC")
        self.assertFalse(self.emptiness()["live"])

    def test_a_first_synchronisation_that_fails(self):
        self.app.faults[:] = [Fault("403", path="bookingBusinesses")]
        self.assertEqual(self.sync().state, "failed")
        self.assert_doubt(self.settings.last_problem)

    def test_nothing_held_yet_then_to_invoice_then_invoiced(self):
        self.book(self.haircut, days=-3)
        self.sync()
        answer = self.emptiness()
        self.assertEqual(answer["reason"], "not_held")
        self.book(self.haircut)
        self.sync()
        self.assertEqual(self.emptiness()["reason"], "search")
        self.invoice_all()
        answer = self.emptiness()
        self.assertEqual((answer["reason"], answer["live"]), ("all_invoiced", False))
        self.assertEqual(self.open_action(answer)["res_model"], "microsoft.booking")
        # What is being read may bring more.
        self.settings._start_sync()
        answer = self.emptiness()
        self.assertEqual((answer["reason"], answer["live"]), ("all_invoiced", True))

    def test_what_is_to_invoice_outside_this_list(self):
        self.book(self.haircut)
        self.book(self.lesson, customers=[self.bob])
        self.sync()
        other = [("customer_name", "=", "Nobody")]
        answer = self.emptiness([*self.env["microsoft.booking"]._get_uninvoiced_domain(), *other])
        self.assertEqual(answer["reason"], "elsewhere")
        self.assertEqual(answer["action"], "microsoft_bookings.microsoft_booking_action_uninvoiced")
        self.invoice_all()
        answer = self.emptiness([*self.env["microsoft.booking"]._get_uninvoiced_domain(), *other])
        self.assertEqual(answer["reason"], "all_invoiced")

    def test_nobody_relies_on_what_is_old_paused_or_was_changed(self):
        self.book(self.haircut)
        self.sync()
        self.invoice_all()
        self.assertEqual(self.emptiness()["reason"], "all_invoiced")
        self.settings.last_success = fields.Datetime.now() - timedelta(days=9)
        self.assert_doubt(self.settings.stale_warning)
        self.settings.last_success = fields.Datetime.now()
        self.settings.action_pause()
        self.assert_doubt("Paused")
        self.settings.action_resume()
        self.settings.client_id = "11111111-2222-3333-4444-555555555555"
        self.assertEqual(self.settings.state, "draft")
        self.assert_doubt("Not connected since")

    def test_what_could_not_be_read_is_not_forgotten(self):
        bad = self.book(self.haircut)
        self.app.faults[:] = [Fault("400", part=True, path=re.escape(bad), times=None)]
        self.sync()
        answer = self.emptiness()
        self.assertEqual(answer["reason"], "unreadable")
        self.assertIn("1", answer["text"])
        self.assertEqual(self.open_action(answer)["res_model"], "microsoft.booking.failure")

    def test_what_changed_after_it_was_invoiced_is_money_too(self):
        booked = self.book(self.lesson)
        self.sync()
        self.invoice_all()
        self.tenant.move(booked, self.ago(days=2), duration=timedelta(hours=2))
        self.sync()
        self.assertTrue(self.bookings().changed_after_invoicing)
        answer = self.emptiness()
        self.assertEqual(answer["reason"], "changed")
        self.assertEqual(answer["action"], "microsoft_bookings.microsoft_booking_action_changed")

    def test_of_other_lists_their_own_help_knows_more(self):
        self.assertEqual(self.emptiness([], booking_uninvoiced=False)["reason"], "doubtful")
        self.book(self.haircut)
        self.sync()
        excluded = [("billing_state", "=", "excluded")]
        answer = self.emptiness(excluded, booking_uninvoiced=False)
        self.assertEqual((answer["reason"], answer["title"]), ("none", False))
        self.assertEqual(self.emptiness([], booking_uninvoiced=False)["reason"], "search")

    def test_what_another_company_has_says_nothing_here(self):
        self.book(self.haircut)
        self.sync()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        user = new_test_user(
            self.env,
            "empty_elsewhere",
            groups="base.group_user,account.group_account_invoice",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        answer = self.emptiness(user=user)
        self.assertEqual(answer["reason"], "unconnected")
        self.assertIn("Elsewhere", answer["title"])

    def test_in_the_language_of_the_reader(self):
        self.speak("fr_FR")
        self.settings.active = False
        answer = self.emptiness(lang="fr_FR")
        self.assertIn("n'est connectée", answer["title"])


@tagged("post_install", "-at_install")
class TestEmptinessOnScreen(ScreensCommon):
    def test_a_search_that_finds_nothing(self):
        self.sync()
        self.start_tour(URL, "microsoft_bookings_emptiness_search", login=self.user.login)

    def arrive_while_somebody_looks(self, path, tour):
        """All bookings are hidden until the browser brings them back, as a synchronisation would bring them."""
        self.sync()
        reason = self.env["microsoft.booking.exclusion.reason"].search([], limit=1)
        self.bookings().exclusion_reason_id = reason
        self.settings.sudo().last_success = False
        self.settings._start_sync()
        self.start_tour(path, tour, login=self.user.login)

    def test_bookings_that_arrive_are_shown_by_themselves(self):
        self.arrive_while_somebody_looks(URL, "microsoft_bookings_emptiness_arrive")

    def test_nothing_is_connected(self):
        self.env["microsoft.booking.settings"].search([]).active = False
        administrator = self.make_user("account.group_account_manager")
        self.start_tour(URL, "microsoft_bookings_emptiness_connect", login=administrator.login)
