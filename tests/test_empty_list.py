# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An empty list of uninvoiced bookings says why it is empty."""

from lxml import html

from odoo.tests import tagged

from .common import BookingCommon


@tagged("post_install", "-at_install")
class TestEmptyList(BookingCommon):
    def help(self):
        """What the web client is told with the action, as text."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "microsoft_bookings.microsoft_booking_action_uninvoiced"
        )
        return html.fromstring(f"<div>{action['help']}</div>")

    def title(self):
        return self.help().xpath("//p[1]")[0].text_content()

    def setUp(self):
        super().setUp()
        # Of this company alone.
        self.env = self.env(
            context={**self.env.context, "allowed_company_ids": self.env.company.ids}
        )

    def test_not_connected(self):
        self.settings.active = False
        self.assertEqual(self.title(), "No Bookings business is connected")
        link = self.help().xpath("//a[@type='action']")[0]
        action = self.env.ref("microsoft_bookings.microsoft_booking_settings_action")
        self.assertEqual(link.get("name"), str(action.id))

    def test_not_synchronised(self):
        self.assertEqual(self.title(), "Nothing has been synchronised yet")

    def test_nothing_held(self):
        self.book(self.haircut, days=-2)
        self.sync()
        self.assertEqual(self.title(), "Nothing has taken place yet")

    def test_all_invoiced(self):
        self.book(self.haircut)
        self.sync()
        self.bookings()._create_invoices()
        self.assertEqual(self.title(), "All is invoiced")

    def test_something_is_to_be_invoiced_and_hidden_by_a_filter(self):
        self.book(self.haircut)
        self.sync()
        self.assertEqual(self.title(), "Nothing to invoice")

    def test_of_all_bookings_nothing_of_the_kind_is_said(self):
        action = self.env["ir.actions.actions"]._for_xml_id(
            "microsoft_bookings.microsoft_booking_action"
        )
        self.assertIn("No bookings yet", action["help"])

    def test_in_french(self):
        self.speak("fr_FR")
        self.env = self.env(context={**self.env.context, "lang": "fr_FR"})
        self.assertEqual(self.title(), "Rien n'a encore été synchronisé")
