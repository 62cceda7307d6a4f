# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The queue of customers without a contact, in a real browser, in both languages."""

from odoo.tests import tagged

from .test_screens import ScreensCommon


class ChoiceScreens(ScreensCommon):
    def setUp(self):
        super().setUp()
        self.settings.create_contacts = False
        self.env["res.partner"].create(
            [
                {"name": "First Bob", "email": "bob@example.com"},
                {"name": "Second Bob", "email": "bob@example.com"},
                {"name": "Cara", "email": "cara@example.com", "active": False},
            ]
        )
        self.user.group_ids += self.env.ref("base.group_partner_manager")
        self.sync()


@tagged("post_install", "-at_install")
class TestChoiceScreens(ChoiceScreens):
    def test_one_click_each_and_undone(self):
        self.start_tour(
            "/odoo/bookings-customers", "microsoft_bookings_choices", login=self.user.login
        )
        payers = dict(self.bookings().mapped(lambda b: (b.customer_name, b.payer_id.name)))
        self.assertEqual(payers, {"Ana Müller": "Ana Müller", "Bob": "Second Bob", "Cara": "Cara"})
        customers = self.bookings().customer_id
        self.assertEqual(customers.decided_by_id, self.user)
        self.start_tour(
            "/odoo/bookings-choices", "microsoft_bookings_undo_choice", login=self.user.login
        )
        bob = customers.filtered(lambda customer: customer.name == "Bob")
        self.assertFalse(bob.partner_id or bob.is_chosen)
        self.assertTrue((customers - bob).partner_id)


@tagged("post_install", "-at_install")
class TestChoiceScreensInFrench(TestChoiceScreens):
    lang = "fr_FR"


@tagged("post_install", "-at_install")
class TestChoiceScreensOnAPhone(ChoiceScreens):
    browser_size = "390x844"
    touch_enabled = True

    def test_one_of_several(self):
        bob = self.bookings().customer_id.filtered(lambda customer: customer.name == "Bob")
        self.start_tour(
            f"/odoo/bookings-customers/{bob.id}",
            "microsoft_bookings_choice_phone",
            login=self.user.login,
        )
        self.assertEqual(bob.partner_id.name, "Second Bob")
