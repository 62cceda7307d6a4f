# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What changed after invoicing is settled in a real browser, by a user who may invoice and nothing else."""

from datetime import timedelta

from odoo.tests import tagged

from .test_screens import ScreensCommon

URL = "/odoo/changed-bookings"


class ChangesScreens(ScreensCommon):
    def change_three(self):
        """A draft and a posted invoice of longer bookings, and a posted one of a booking that was moved."""
        self.sync()
        ana, bob, cara = self.bookings().sorted("customer_name")
        (ana | bob | cara).with_user(self.user)._create_invoices()
        (ana | bob).invoice_id.action_post()
        self.tenant.move(ana.graph_id, self.ago(days=1, hours=2))
        for booking in (bob, cara):
            start = self.tenant.appointment(booking.graph_id).start
            self.tenant.move(booking.graph_id, start, duration=timedelta(hours=2))
        self.tenant.touch(cara.graph_id).price = "60"
        self.sync()
        self.assertEqual(len(self.bookings().filtered("changed_after_invoicing")), 3)
        return ana, bob, cara


@tagged("post_install", "-at_install")
class TestChangesScreens(ChangesScreens):
    def settle_all(self):
        ana, bob, cara = self.change_three()
        self.start_tour(URL, "microsoft_bookings_settle", login=self.user.login)
        self.assertFalse((ana | bob | cara).filtered("changed_after_invoicing"))
        self.assertEqual((ana | bob | cara).mapped("billed_amount"), [50.0, 160.0, 60.0])
        self.assertEqual(ana.accepted_by_id, self.user)
        self.assertEqual(bob._get_correction_moves().state, "draft")

    def test_settle_all(self):
        self.settle_all()


@tagged("post_install", "-at_install")
class TestChangesScreensInFrench(ChangesScreens):
    lang = "fr_FR"

    def test_settle_all(self):
        TestChangesScreens.settle_all(self)


@tagged("post_install", "-at_install")
class TestChangesScreensOnAPhone(ChangesScreens):
    browser_size = "390x844"
    touch_enabled = True

    def test_settle_one(self):
        ana, bob, cara = self.change_three()
        (ana | cara)._settle_changes(dict.fromkeys(ana | cara, "accept"), "As agreed")
        self.start_tour(URL, "microsoft_bookings_settle_phone", login=self.user.login)
        self.assertFalse(bob.changed_after_invoicing)
        self.assertEqual(bob.billed_amount, 160.0)
