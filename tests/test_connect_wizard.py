# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from ..models.sandbox_session import SANDBOX_URLS, use_app
from ..sandbox import Fault
from .common import BUSINESS
from .connection_common import SECOND, ConnectionCommon
from .graph_keys import Keys


@tagged("post_install", "-at_install")
class TestConnectWizard(ConnectionCommon):
    """From nothing to a connected business, one step after the other."""

    def setUp(self):
        super().setUp()
        self.settings.write({"active": False, "business_id": "closed@contoso.example"})
        self.env.flush_all()

    def begin(self, env=None):
        env = env or self.env
        action = env["microsoft.booking.settings"].action_connect_new()
        return env[action["res_model"]].browse(action["res_id"])

    def resume(self, settings):
        action = settings.action_set_up()
        return self.env[action["res_model"]].browse(action["res_id"])

    def next(self, wizard, step):
        """Press the button, and see where that leads."""
        action = wizard.action_next()
        self.assertEqual((action["res_model"], action["res_id"]), (wizard._name, wizard.id))
        self.assertEqual(wizard.step, step, wizard.problem)

    def look_around(self):
        """A set-up in the sandbox, as far as the choice of a business."""
        wizard = self.begin()
        with Form(wizard) as form:
            form.cloud = "sandbox"
        use_app(wizard.settings_id, self.app)
        for step in ("sign_in", "business"):
            self.next(wizard, step)
        return wizard

    def fill_in(self, wizard):
        with Form(wizard) as form:
            form.cloud = "custom"
            form.authority_url, form.graph_url = SANDBOX_URLS
            form.tenant_id = self.tenant.tenant_id
            form.client_id = self.tenant.client_id
            form.client_secret = self.tenant.client_secret
            form.secret_expiry = "2031-01-31"

    def test_from_nothing_to_connected(self):
        self.book(days=3)
        self.book(days=2, service=self.audit, customers=[self.bob])
        self.book(days=-4)
        wizard = self.begin()
        self.assertEqual(wizard.permissions, "Bookings.Read.All")
        self.fill_in(wizard)
        settings = wizard.settings_id
        self.assertEqual(settings.state, "draft")
        self.assertEqual(str(settings.secret_expiry), "2031-01-31")
        self.next(wizard, "sign_in")
        self.assertTrue(wizard.is_signed_in)
        self.next(wizard, "business")
        self.assertEqual(set(wizard.business_ids.mapped("address")), {BUSINESS, SECOND})
        wizard.query = "stud"
        wizard.action_search()
        self.assertEqual(wizard.business_ids.mapped("name"), ["Studio"])
        wizard.business_ids.action_choose()
        self.assertEqual(wizard.step, "options", wizard.problem)
        self.assertEqual((wizard.business_name, wizard.tz), ("Studio", "Europe/Zurich"))
        self.assertEqual(wizard.currency_id, self.env.company.currency_id)
        self.assertEqual(settings.name, "Studio")
        with Form(wizard) as form:
            form.create_contacts = True
            form.interval_number = 2
            form.interval_type = "hours"
        self.next(wizard, "preview")
        self.assertEqual((wizard.first_look["held"], wizard.first_look["upcoming"]), (2, 1))
        self.assertTrue(wizard.first_look["is_whole"])
        self.assertEqual(
            [(row["customer"], row["service"]) for row in wizard.first_look["rows"]],
            [("Ana Müller", "Haircut"), ("Bob", "Audit"), ("Ana Müller", "Haircut")],
        )
        self.assertEqual(
            [row["is_upcoming"] for row in wizard.first_look["rows"]], [True, False, False]
        )
        self.assertIn("Ana Müller", wizard.first_look_html)
        self.assertFalse(self.bookings(settings=settings), "a look imports nothing")
        self.assertFalse(settings.sudo().cron_id.active)
        action = wizard.action_connect()
        self.assertEqual((action["res_model"], action["res_id"]), (settings._name, settings.id))
        self.assertEqual((settings.state, settings.setup_step), ("connected", "done"))
        cron = settings.sudo().cron_id
        self.assertTrue(cron.active)
        self.assertEqual((cron.interval_number, cron.interval_type), (2, "hours"))
        self.assertEqual(settings.run_ids.mapped("state"), ["queued"])
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(len(self.bookings(settings=settings)), 3)

    def test_wholly_in_the_sandbox(self):
        wizard = self.look_around()
        self.assertTrue(wizard.create_contacts)
        self.assertEqual(wizard.sync_services, "import")
        wizard.business_ids.filtered(lambda line: line.address == BUSINESS).action_choose()
        self.next(wizard, "preview")
        self.assertNotIn("Europe/Zurich", wizard.first_look_html, "nothing is shown")
        self.book(days=1)
        wizard.action_back()
        self.next(wizard, "preview")
        self.assertIn("All times are those of the business: Europe/Zurich.", wizard.first_look_html)
        wizard.action_connect()
        self.assertEqual(wizard.settings_id.state, "connected")

    def test_a_real_business_begins_as_such_whatever_was_tried_before(self):
        wizard = self.look_around()
        wizard.business_ids.filtered(lambda line: line.address == BUSINESS).action_choose()
        # As the trial's own tenant would have it.
        wizard.business_id = "salon@contoso.example"
        while wizard.step != "app":
            wizard.action_back()
        with Form(wizard) as form:
            form.cloud = "global"
        self.assertRecordValues(
            wizard.settings_id,
            [{"create_contacts": False, "sync_services": "no", "business_id": False}],
        )
        # Nothing had been saved of it.
        with Form(wizard) as form:
            form.cloud = "sandbox"
            form.cloud = "global"
        self.assertFalse(wizard.create_contacts)
        self.assertEqual(wizard.sync_services, "no")

    def test_a_business_that_is_connected_already_is_told_and_not_offered(self):
        self.settings.business_id = BUSINESS.upper()
        self.real.unlink()
        wizard = self.begin()
        self.fill_in(wizard)
        for step in ("sign_in", "business"):
            self.next(wizard, step)
        taken = wizard.business_ids.filtered("is_taken")
        self.assertEqual(taken.mapped("address"), [BUSINESS])
        self.assertTrue(taken.note)
        self.assertFalse((wizard.business_ids - taken).note)

    def test_left_and_resumed(self):
        wizard = self.begin()
        self.fill_in(wizard)
        self.next(wizard, "sign_in")
        settings = wizard.settings_id
        later = wizard.action_finish_later()
        self.assertEqual((later["res_model"], later["res_id"]), (settings._name, settings.id))
        wizard.unlink()
        wizard = self.resume(settings)
        self.assertEqual((wizard.step, wizard.settings_id), ("sign_in", settings))
        self.next(wizard, "business")
        for step in ("business", "options", "preview"):
            wizard = self.resume(settings)
            self.assertEqual(wizard.step, step)
            if step == "business":
                self.assertTrue(wizard.business_ids)
                wizard.business_ids.filtered(lambda line: not line.is_taken).action_choose()
            elif step == "options":
                self.next(wizard, "preview")
        self.assertTrue(wizard.first_look)
        for step in ("options", "business"):
            wizard.action_back()
            self.assertEqual(wizard.step, step)
        self.assertTrue(wizard.business_ids)
        wizard.action_back()
        wizard.action_back()
        self.assertEqual(wizard.step, "app")
        self.assertEqual(wizard.tenant_id, self.tenant.tenant_id)
        self.assertNotEqual(self.begin().settings_id, settings, "another business, other settings")

    def test_resumed_without_its_secret_it_begins_again(self):
        wizard = self.begin()
        self.fill_in(wizard)
        for step in ("sign_in", "business"):
            self.next(wizard, step)
        wizard.settings_id.tenant_id = False
        self.assertEqual(self.resume(wizard.settings_id).step, "app")

    def test_a_draft_that_says_nothing_yet_is_taken_again(self):
        wizard = self.look_around()
        again = self.begin()
        self.assertEqual((again.settings_id, again.step), (wizard.settings_id, "app"))
        again.settings_id.business_id = BUSINESS
        self.assertNotEqual(self.begin().settings_id, again.settings_id)

    def test_each_step_says_what_hinders(self):
        wizard = self.begin()
        with self.assertRaises(UserError) as caught:
            wizard.action_next()
        self.assertIn("Directory (Tenant) ID", str(caught.exception))
        self.fill_in(wizard)
        self.tenant.revoke()
        self.next(wizard, "sign_in")
        self.assertFalse(wizard.is_signed_in)
        self.assertIn("Bookings.Read.All", wizard.connection_check_html)
        self.next(wizard, "sign_in")
        self.tenant.grant("BookingsAppointment.ReadWrite.All")
        wizard.action_sign_in()
        self.next(wizard, "business")
        self.assertFalse(wizard.business_ids)
        self.assertIn("type the address", wizard.problem)
        with self.assertRaises(UserError):
            wizard.action_next()
        with self.assertRaises(ValidationError):
            wizard.write({"business_id": "https://outlook.office.com/bookwithme/user/x"})
        wizard.write({"business_id": "typo@contoso.example"})
        self.next(wizard, "business")
        self.assertIn("no Bookings business of that address", wizard.problem)
        wizard.write({"business_id": BUSINESS})
        self.next(wizard, "options")
        self.app.faults.append(Fault("foreign_next", path="calendarView"))
        self.next(wizard, "options")
        self.assertIn("graph.elsewhere.invalid", wizard.problem)
        self.app.faults.clear()
        self.next(wizard, "preview")
        self.tenant.expire_secret()
        self.assertEqual(wizard.action_connect()["res_model"], wizard._name)
        self.assertIn("The client secret has expired", wizard.problem)
        self.assertEqual(wizard.settings_id.state, "draft")

    def test_more_businesses_than_are_listed(self):
        wizard = self.begin()
        self.fill_in(wizard)
        self.next(wizard, "sign_in")
        for number in range(500):
            self.tenant.add_business(f"b{number}@contoso.example", f"Branch {number}")
        self.next(wizard, "business")
        self.assertEqual(len(wizard.business_ids), 500)
        self.assertIn("search by a part of the name", wizard.problem)
        too_many = Fault("400", code="ErrorExceededFindCountLimit", path=r"/bookingBusinesses$")
        self.app.faults.append(too_many)
        wizard.action_search()
        self.assertFalse(wizard.business_ids)
        self.assertIn("Search by a part of the name", wizard.problem)
        self.app.faults.clear()
        wizard.query = "Branch 49"
        wizard.action_search()
        self.assertEqual(len(wizard.business_ids), 11)
        self.assertFalse(wizard.problem)

    def test_a_certificate_and_its_passphrase_are_judged_together(self):
        keys = Keys()
        wizard = self.begin()
        with Form(wizard) as form:
            form.tenant_id = self.tenant.tenant_id
            form.client_id = self.tenant.client_id
            form.auth_method = "certificate"
            form.private_key = keys.locked_key_pem + keys.certificate_pem
            form.private_key_passphrase = "open sesame"
        self.assertTrue(wizard.has_secret)
        self.assertTrue(wizard.secret_expiry)

    def test_who_may_open_it(self):
        group = "account.group_account_manager"
        manager = new_test_user(self.env, "manager", group, company_id=self.env.company.id)
        clerk = new_test_user(
            self.env, "clerk", "account.group_account_invoice", company_id=self.env.company.id
        )
        wizard = self.begin(self.env(user=manager))
        with Form(wizard) as form:
            form.tenant_id = self.tenant.tenant_id
            form.client_id = self.tenant.client_id
            self.assertNotIn("client_secret", form._view["fields"])
        arch = wizard.get_view()["arch"]
        self.assertIn("Only a system administrator may enter the secret", arch)
        with self.assertRaises(UserError) as caught:
            wizard.action_next()
        self.assertIn("Client Secret", str(caught.exception))
        wizard.settings_id.sudo().client_secret = self.tenant.client_secret
        with self.assertRaises(AccessError):
            self.begin(self.env(user=clerk))
        with self.assertRaises(AccessError):
            wizard.settings_id.with_user(clerk).action_set_up()
