# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an invoicing user does all day, in a real browser."""

from odoo.tests import HttpCase, new_test_user, tagged

from .common import BookingCommon

URL = "/odoo/uninvoiced-bookings"


class ScreensCommon(BookingCommon, HttpCase):
    """Three people's bookings, one of them without a price, and a user who may invoice and nothing else."""

    lang = "en_US"

    def setUp(self):
        super().setUp()
        self.speak(self.lang)
        self.cara = self.tenant.add_customer(
            "studio@contoso.example", "Cara", email="cara@example.com"
        )
        # The newest comes first in the list.
        self.book(self.haircut, days=1)
        self.book(self.lesson, days=2, customers=[self.bob])
        self.book(self.haircut, days=3, customers=[self.cara])
        self.user = new_test_user(
            self.env,
            login="bookings_user",
            groups="base.group_user,account.group_account_invoice",
            company_id=self.env.company.id,
            company_ids=[(6, 0, self.env.company.ids)],
            lang=self.lang,
            tz="Europe/Zurich",
        )

    def book_the_rest(self):
        """Two more payers for *Invoice All*, and one booking that it has to leave out."""
        dan = self.tenant.add_customer("studio@contoso.example", "Dan", email="dan@example.com")
        eve = self.tenant.add_customer("studio@contoso.example", "Eve", email="eve@example.com")
        self.book(self.haircut, days=4, customers=[dan])
        self.book(self.haircut, days=5, customers=[eve])
        self.book(self.audit, days=6, customers=[eve])

    def assert_drafts(self, expected):
        """The drafts of the user are these: payer -> net."""
        moves = self.env["account.move"].search(
            [("create_uid", "=", self.user.id), ("state", "=", "draft")]
        )
        self.assertEqual(
            sorted((move.partner_id.name, move.amount_untaxed) for move in moves), sorted(expected)
        )
        return moves


@tagged("post_install", "-at_install")
class TestScreens(ScreensCommon):
    def invoice_one_several_and_all(self):
        self.book_the_rest()
        self.sync()
        self.start_tour(URL, "microsoft_bookings_invoice", login=self.user.login)
        self.assert_drafts(
            [
                ("Ana Müller", 50.0),
                ("Bob", 80.0),
                ("Cara", 50.0),
                ("Dan", 50.0),
                ("Eve", 50.0),
            ]
        )
        self.assertEqual(
            self.bookings().filtered(lambda booking: not booking.invoice_id).issue,
            "price_to_confirm",
        )

    def test_invoice_one_several_and_all(self):
        self.invoice_one_several_and_all()

    def test_invoice_all_pages_of_a_filtered_list(self):
        self.book_the_rest()
        self.sync()
        # Two rows to a page, and two ids to a selection.
        self.env.ref("microsoft_bookings.microsoft_booking_action_uninvoiced").limit = 2
        self.env["ir.config_parameter"].set_param("web.active_ids_limit", "2")
        self.start_tour(URL, "microsoft_bookings_invoice_filtered", login=self.user.login)
        self.assertEqual(len(self.bookings().filtered("invoice_id")), 5)

    def test_old_data_are_read_again_and_asked_about(self):
        self.sync()
        self.settings.last_success = self.ago(days=2).replace(tzinfo=None)
        self.start_tour(URL, "microsoft_bookings_invoice_stale", login=self.user.login)
        self.assertEqual(self.settings.open_run_id.started_by, self.user)
        self.assertEqual(len(self.bookings().invoice_id), 3)

    def test_exclude_with_a_reason_and_undo(self):
        self.sync()
        self.start_tour(URL, "microsoft_bookings_exclude", login=self.user.login)
        excluded = self.bookings().filtered("exclusion_reason_id")
        self.assertEqual(excluded.customer_name, "Ana Müller")
        self.assertEqual(excluded.billing_state, "excluded")
        second = self.env["microsoft.booking.exclusion.reason"].search([])[1]
        self.assertEqual(excluded.exclusion_reason_id, second)
        self.start_tour(
            f"/odoo/bookings/{excluded.id}",
            "microsoft_bookings_undo_exclude",
            login=self.user.login,
        )
        self.assertFalse(excluded.exclusion_reason_id)
        self.assertEqual(excluded.billing_state, "to_invoice")

    def test_type_a_price_in_the_list(self):
        audit = self.book(self.audit, days=6)
        self.sync()
        booking = self.bookings(audit)
        self.assertEqual(booking.issue, "price_to_confirm")
        self.start_tour(URL, "microsoft_bookings_price", login=self.user.login)
        self.assertRecordValues(
            booking,
            [
                {
                    "billing_state": "to_invoice",
                    "issue": False,
                    "amount": 180.0,
                    "price_decided_by_id": self.user.id,
                }
            ],
        )

    def test_choose_a_payer_in_the_list(self):
        unknown = self.book(self.haircut, days=6, customers=[])
        self.sync()
        booking = self.bookings(unknown)
        self.assertEqual(booking.issue, "no_customer")
        self.start_tour(URL, "microsoft_bookings_payer", login=self.user.login)
        self.assertEqual(booking.payer_id.name, "Ana Müller")
        self.assertEqual((booking.billing_state, booking.issue), ("to_invoice", False))

    def test_from_the_dashboard_to_the_bookings(self):
        self.book(self.audit, days=6)
        self.sync()
        self.start_tour("/odoo/accounting", "microsoft_bookings_card", login=self.user.login)

    def test_a_booking_without_customer_says_so(self):
        unknown = self.book(self.haircut, days=6, customers=[])
        self.sync()
        self.start_tour(
            f"/odoo/bookings/{self.bookings(unknown).id}",
            "microsoft_bookings_nobody",
            login=self.user.login,
        )

    def test_compare_a_month_twice(self):
        self.sync()
        self.start_tour(
            "/odoo/bookings-month-check", "microsoft_bookings_month_check", login=self.user.login
        )

    def test_synchronise_now(self):
        self.user.group_ids += self.env.ref("account.group_account_manager")
        url = f"/odoo/booking-sync-settings/{self.settings.id}"
        self.start_tour(url, "microsoft_bookings_sync_now", login=self.user.login)
        run = self.settings.open_run_id
        self.assertEqual((run.state, run.started_by), ("queued", self.user))
        with self.enter_registry_test_mode():
            self.settings.sudo().cron_id.method_direct_trigger()
        self.assertEqual((run.state, len(self.bookings())), ("done", 3))


@tagged("post_install", "-at_install")
class TestScreensInFrench(ScreensCommon):
    lang = "fr_FR"

    def test_invoice_one_several_and_all(self):
        TestScreens.invoice_one_several_and_all(self)


@tagged("post_install", "-at_install")
class TestScreensOnAPhone(ScreensCommon):
    browser_size = "390x844"
    touch_enabled = True

    def test_invoice_one_and_all(self):
        self.book_the_rest()
        self.sync()
        self.start_tour(URL, "microsoft_bookings_invoice_phone", login=self.user.login)
        moves = self.assert_drafts(
            [
                ("Ana Müller", 50.0),
                ("Bob", 80.0),
                ("Cara", 50.0),
                ("Dan", 50.0),
                ("Eve", 50.0),
            ]
        )
        # One by itself, then the rest together.
        runs = self.env["microsoft.booking.run"].search([("kind", "=", "invoice")])
        self.assertEqual(sorted(len(run.invoice_ids) for run in runs), [1, 4])
        self.assertEqual(runs.invoice_ids, moves)


class ConnectScreens(ScreensCommon):
    """Somebody who administers, connects a business on the trial tenant."""

    def setUp(self):
        super().setUp()
        self.settings.active = False
        self.admin = new_test_user(
            self.env,
            login="bookings_admin",
            groups="base.group_system,account.group_account_manager",
            company_id=self.env.company.id,
            company_ids=[(6, 0, self.env.company.ids)],
            lang=self.lang,
            tz="Europe/Zurich",
        )

    def connect_by_the_wizard(self):
        action = "/odoo/action-microsoft_bookings.microsoft_booking_settings_action"
        self.start_tour(action, "microsoft_bookings_connect", login=self.admin.login)
        settings = self.env["microsoft.booking.settings"].search(
            [("create_uid", "=", self.admin.id)]
        )
        self.assertRecordValues(
            settings, [{"state": "connected", "setup_step": "done", "cloud": "sandbox"}]
        )
        self.assertTrue(settings.business_id)
        self.assertEqual(settings.run_ids.mapped("state"), ["queued"])


@tagged("post_install", "-at_install")
class TestConnectScreens(ConnectScreens):
    def test_connect_by_the_wizard(self):
        self.connect_by_the_wizard()


@tagged("post_install", "-at_install")
class TestConnectScreensInFrenchOnAPhone(ConnectScreens):
    lang = "fr_FR"
    browser_size = "390x844"
    touch_enabled = True

    def test_connect_by_the_wizard(self):
        self.connect_by_the_wizard()
