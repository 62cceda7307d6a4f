# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A list without bookings says why there are none, to this user, at this moment."""

from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from .common import BookingCommon
from .test_screens import URL, ScreensCommon


@tagged("post_install", "-at_install")
class TestEmptiness(BookingCommon):
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

    def make_other_settings_silent(self):
        """Whatever else is connected in this database is none of these tests' business."""
        others = self.env["microsoft.booking.settings"].search([]) - self.settings
        others.active = False

    def setUp(self):
        super().setUp()
        self.make_other_settings_silent()

    def test_not_connected(self):
        self.settings.active = False
        answer = self.emptiness()
        self.assertEqual(answer["reason"], "unconnected")
        self.assertEqual(self.open_action(answer)["res_model"], "microsoft.booking.connect")
        clerk = self.make_user("account.group_account_invoice")
        answer = self.emptiness(user=clerk)
        self.assertEqual((answer["reason"], answer["action"]), ("unconnected", False))
        self.assertIn("administrator", answer["text"])

    def test_never_read_and_being_read(self):
        answer = self.emptiness()
        self.assertEqual(answer["reason"], "unread")
        self.assertIn(self.settings.name, answer["text"])
        self.assertIn("never synchronised", answer["text"])
        self.settings._start_sync()
        self.assertIn("being read", self.emptiness()["title"])

    def test_nothing_held_yet_then_to_invoice_then_invoiced(self):
        self.book(self.haircut, days=-3)
        self.sync()
        answer = self.emptiness()
        self.assertEqual(answer["reason"], "not_held")
        self.book(self.haircut)
        self.sync()
        self.assertEqual(self.emptiness()["reason"], "search")
        self.bookings()._create_invoices()
        answer = self.emptiness()
        self.assertEqual(answer["reason"], "all_invoiced")
        self.assertEqual(self.open_action(answer)["res_model"], "microsoft.booking")

    def test_old_data_prove_nothing(self):
        self.sync()
        self.settings.last_success = fields.Datetime.now() - timedelta(days=9)
        answer = self.emptiness()
        self.assertEqual(answer["reason"], "stale")
        self.assertIn(self.settings.stale_warning, answer["text"])

    def test_the_list_of_all_bookings(self):
        self.sync()
        self.assertEqual(self.emptiness([], booking_uninvoiced=False)["reason"], "none")
        self.book(self.haircut)
        self.sync()
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
        self.assertEqual(self.emptiness(user=user)["reason"], "unconnected")

    def test_in_the_language_of_the_reader(self):
        self.speak("fr_FR")
        self.settings.active = False
        answer = self.emptiness(lang="fr_FR")
        self.assertEqual(answer["title"], "Aucune société Réservations n'est connectée")


@tagged("post_install", "-at_install")
class TestEmptinessOnScreen(ScreensCommon):
    def test_a_search_that_finds_nothing(self):
        self.sync()
        self.start_tour(URL, "microsoft_bookings_emptiness_search", login=self.user.login)

    def test_nothing_is_connected(self):
        self.env["microsoft.booking.settings"].search([]).active = False
        administrator = self.make_user("account.group_account_manager")
        self.start_tour(URL, "microsoft_bookings_emptiness_connect", login=administrator.login)
