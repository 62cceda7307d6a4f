# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tours that guide a newcomer work: each of their steps finds what it points at."""

from odoo.tests import tagged

from .test_screens import ConnectScreens, ScreensCommon


@tagged("post_install", "-at_install")
class TestGuidedTourOfTheFirstConnection(ConnectScreens):
    def test_connect(self):
        self.start_tour("/odoo", "microsoft_bookings_connect_tour", login=self.admin.login)
        settings = self.env["microsoft.booking.settings"].search(
            [("create_uid", "=", self.admin.id)]
        )
        self.assertRecordValues(settings, [{"state": "connected", "cloud": "sandbox"}])
        self.assertEqual(settings.run_ids.mapped("state"), ["queued"])


@tagged("post_install", "-at_install")
class TestGuidedTourOfTheFirstInvoice(ScreensCommon):
    lang = "fr_FR"

    def test_invoice(self):
        self.sync()
        self.start_tour("/odoo", "microsoft_bookings_invoice_tour", login=self.user.login)
        self.assert_drafts([("Ana Müller", 50.0)])

    def test_they_are_offered_to_whom_odoo_guides(self):
        self.user.tour_enabled = True
        mine = self.env.ref("microsoft_bookings.web_tour_connect")
        mine |= self.env.ref("microsoft_bookings.web_tour_invoice")
        Tour = self.env["web_tour.tour"].with_user(self.user).with_context(lang=self.lang)
        for tour in Tour.search([]) - mine:
            Tour.consume(tour.name)
        self.assertEqual(Tour.get_current_tour()["name"], "microsoft_bookings_connect_tour")
        following = Tour.consume("microsoft_bookings_connect_tour")
        self.assertEqual(following["name"], "microsoft_bookings_invoice_tour")
        self.assertIn("brouillon", following["rainbowManMessage"])
