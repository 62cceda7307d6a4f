# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..sandbox import Fault
from .connection_common import SECOND, ConnectionCommon
from .graph_keys import Keys

GUID = "11111111-2222-3333-4444-555555555555"


@tagged("post_install", "-at_install")
class TestConnection(ConnectionCommon):
    """What an administrator is told: each mistake has a sentence of its own, and none costs what was typed."""

    def test_a_connection_that_works(self):
        self.assertFalse(self.check())
        self.assertEqual(self.real.state, "connected")
        self.assertEqual(
            [step["name"] for step in self.real.connection_check],
            ["token", "permissions", "businesses", "business", "calendar", "appointment"],
        )
        self.assertEqual((self.real.currency_id.name, self.real.tz), ("CHF", "Europe/Zurich"))

    def test_everybody_reads_the_answers_in_their_language(self):
        self.check()
        lang = self.speak()
        for settings, text in (
            (self.real, "Microsoft knows the application"),
            (self.real.with_context(lang=lang), "Microsoft connaît l'application"),
        ):
            self.assertIn(text, settings.connection_check_html.unescape())

    # === BAD INPUT === #

    def test_what_entra_refuses(self):
        cases = {
            "This is the id of the client secret": {"client_secret": GUID},
            "The client secret is wrong": {"client_secret": "sandbox~nothing"},
            "no such tenant": {"tenant_id": GUID},
            "not known in this tenant": {"client_id": GUID},
        }
        for sentence, values in cases.items():
            with self.subTest(sentence):
                before = {name: self.real[name] for name in ("tenant_id", "client_id")}
                self.real.write(values)
                self.real.action_forget_previous_secret()
                self.assertIn(sentence, self.check())
                self.assertIn("Sign-in: ", self.real.last_problem)
                self.assertEqual(self.real.state, "draft")
                self.real.write(before | {"client_secret": self.tenant.client_secret})

    def test_what_entra_says_of_the_application(self):
        cases = {
            65001: "Nobody has consented",
            53003: "conditional access policy",
            7000112: "The application is disabled",
            700024: "Set the clock of this server right",
            700023: "belongs to another Microsoft cloud",
        }
        for code, sentence in cases.items():
            with self.subTest(code):
                self.tenant.refuse_sign_in(code)
                self.assertIn(sentence, self.check())
                self.assertIn(f"AADSTS{code}", self.real.last_problem)
                self.assertTrue(self.real.last_problem_request_id)
        self.tenant.refuse_sign_in(None)
        self.tenant.expire_secret()
        self.assertIn("The client secret has expired", self.check())

    def test_margins_do_no_harm(self):
        self.real.write(
            {
                "tenant_id": f" {self.tenant.tenant_id}\n",
                "client_id": f"{self.tenant.client_id} ",
                "client_secret": f" {self.tenant.client_secret}\n",
                "graph_url": " https://graph.sandbox.invalid/ ",
                "business_id": f" {SECOND} ",
            }
        )
        self.assertFalse(self.check())
        self.assertEqual(self.real.business_id, SECOND)
        self.assertEqual(self.real.tenant_id, self.tenant.tenant_id)

    def test_what_cannot_be_saved(self):
        cases = {
            "it looks like a name": {"tenant_id": "Contoso Ltd"},
            "stand for no tenant in particular": {"tenant_id": "common"},
            "does not have the form of an id": {"client_id": "My application"},
            "does not start with https://": {"graph_url": "http://graph.sandbox.invalid"},
            "goes on after its host name": {
                "authority_url": "https://login.sandbox.invalid/common"
            },
            "has no usable host name": {"graph_url": "https://"},
            "is not filled in": {"authority_url": False},
            "This is not the address of a Bookings business": {"business_id": "The salon"},
            "Bookings with me": {
                "business_id": "https://outlook.office.com/bookwithme/user/0123@contoso.example"
            },
        }
        for sentence, values in cases.items():
            with self.subTest(sentence), self.assertRaises(ValidationError) as caught:
                self.real.write({"name": "Renamed", **values})
            self.assertIn(sentence, str(caught.exception))

    def test_the_link_of_the_page_is_as_good_as_the_address(self):
        self.real.business_id = f"https://outlook.office365.com/book/{SECOND}/?ismsaljsauthenabled"
        self.assertEqual(self.real.business_id, SECOND)
        self.assertFalse(self.check())

    def test_what_is_missing_is_named(self):
        self.real.write({"client_id": False})
        with self.assertRaises(UserError) as caught:
            self.check()
        self.assertIn("Application (Client) ID", str(caught.exception))
        bare = self.env["microsoft.booking.settings"].create({"name": "Bare"})
        with self.assertRaises(UserError) as caught:
            bare._get_credentials()
        self.assertIn("Client Secret", str(caught.exception))

    def test_certificates(self):
        keys = Keys()
        cases = {
            "no private key": keys.certificate_pem,
            "no certificate": keys.key_pem,
            "belongs to another private key": keys.key_pem + keys.other_certificate_pem,
            "there is no passphrase": keys.locked_key_pem + keys.certificate_pem,
            "The certificate expired on": keys.key_pem
            + keys.certify(keys.key, days_ago=90, days=30),
            "valid only from": keys.key_pem + keys.certify(keys.key, days_ago=-3),
            "The private key cannot be read": "MIIEvQ...",
            "does not accept this kind": keys.curve_key_pem + keys.certificate_pem,
        }
        self.real.auth_method = "certificate"
        for sentence, pem in cases.items():
            with self.subTest(sentence), self.assertRaises(ValidationError) as caught:
                self.real.private_key = pem
            self.assertIn(sentence, str(caught.exception))
        with self.assertRaises(ValidationError) as caught:
            self.real.write(
                {
                    "private_key": keys.locked_key_pem + keys.certificate_pem,
                    "private_key_passphrase": "close sesame",
                }
            )
        self.assertIn("The passphrase does not open the private key", str(caught.exception))
        self.assertFalse(self.real.has_secret)
        self.real.write(
            {
                "private_key": keys.locked_key_pem + keys.certificate_pem,
                "private_key_passphrase": "open sesame",
            }
        )
        self.assertEqual((self.real.secret_expiry - keys.now.date()).days, 89)
        self.assertIn("The certificate is not registered", self.check())
        self.tenant.register_certificate(keys.certificate_pem)
        self.assertFalse(self.check())

    # === WHAT GRAPH REFUSES === #

    def test_missing_permissions_are_named_with_their_option(self):
        self.tenant.revoke()
        problem = self.check()
        self.assertIn("Permissions: ", problem)
        self.assertIn("lacks the permission Bookings.Read.All", problem)
        self.assertIn("services, staff and appointments (always)", problem)
        self.assertIn("read customers (option “Customers of Bookings”)", problem)
        self.assertIn("Grant admin consent", problem)
        self.assertEqual(problem.count("Bookings.Read.All, Bookings.Read.All"), 0)
        french = self.real.with_context(lang=self.speak()).last_problem
        self.assertIn("Bookings.Read.All", french)
        self.assertNotIn("read customers", french)
        self.assertNotIn("(always)", french)
        self.real.sync_customers = "no"
        self.assertNotIn("read customers", self.check())
        self.tenant.grant("BookingsAppointment.ReadWrite.All")
        self.assertFalse(self.check(), "listing the businesses is not needed")

    def test_a_permission_granted_since_is_seen_by_the_next_run(self):
        self.assertFalse(self.check())
        self.assertEqual(self.sync(self.real).state, "done")
        self.tenant.revoke()
        run = self.sync(self.real)
        self.assertEqual(run.state, "failed")
        self.assertIn("Bookings.Read.All", self.real.last_problem)
        self.tenant.grant("Bookings.Read.All")
        self.assertEqual(self.sync(self.real).state, "done")
        self.assertEqual(self.real.state, "connected")

    def test_what_graph_says_of_the_business(self):
        self.real.business_id = "secnd@contoso.example"
        self.assertIn("The business: There is no Bookings business of that address", self.check())
        self.real.business_id = SECOND
        self.tenant.soft_delete_business(SECOND)
        self.assertIn("The mailbox of the Bookings business cannot be reached", self.check())

    def test_a_calendar_view_that_is_refused_is_no_obstacle(self):
        self.app.faults[:] = [Fault("403", path="calendarView")]
        self.book()
        self.assertFalse(self.check(self.settings))
        self.assertIn("reads the list of all appointments", self.settings.connection_check_html)
        since = len(self.app.requests)
        self.assertEqual(self.sync().state, "done")
        self.assertTrue(self.bookings())
        asked = [path.rpartition("/")[2] for _method, path, _status in self.app.requests][since:]
        self.assertEqual((asked.count("calendarView"), asked.count("appointments")), (1, 1))

    def test_what_stands_between(self):
        calendar, token = "calendarView", "oauth2/v2.0/token"
        cases = (
            (Fault("html", path=calendar), "Its calendar: ", "Often a proxy or a firewall answers"),
            (Fault("foreign_next", path=calendar), "Its calendar: ", "graph.elsewhere.invalid"),
            (Fault("next_loop", path=calendar), "Its calendar: ", "The pages of a list never end"),
            (Fault("redirect", path=calendar), "Its calendar: ", "sends the request on"),
            (Fault("slow", path=calendar), "Its calendar: ", "did not answer in time"),
            (Fault("tls", path=calendar), "Its calendar: ", "The certificate of"),
            (Fault("refused", path=calendar), "Its calendar: ", "There is no connection to"),
            (Fault("429", path=calendar, retry_after=60), "Its calendar: ", "asks to slow down"),
            (Fault("503", path="/services"), "", ""),
            (Fault("html", path=token), "Sign-in: ", "Often a proxy or a firewall answers"),
            (Fault("slow", path=token, seconds=60), "Sign-in: ", "did not answer in time"),
            (Fault("503", path=token), "Sign-in: ", "not available at the moment"),
        )
        for fault, step, sentence in cases:
            with self.subTest(fault.kind, path=fault.path):
                self.app.faults[:] = [fault]
                problem = self.check(self.settings) or ""
                self.assertTrue(problem.startswith(step), problem)
                self.assertIn(sentence, problem)
        self.app.faults.clear()
        self.assertFalse(self.check(self.settings))

    def test_listing_may_be_refused(self):
        self.app.faults.append(Fault("403", path=r"/bookingBusinesses$"))
        self.assertFalse(self.check(self.settings))

    # === SECRETS === #

    def test_rotation_without_gap(self):
        self.real.secret_expiry = "2030-01-01"
        self.assertFalse(self.check())
        self.real.client_secret = "sandbox~mistyped"
        self.assertFalse(self.real.secret_expiry, "the date was that of the secret before")
        self.assertFalse(self.check(), "the previous secret is still good")
        self.assertIn("previous client secret only", self.real._get_connection_answers()[0]["text"])
        self.assertEqual(self.sync(self.real).state, "done")
        new = self.tenant.add_secret()
        self.real.write({"previous_client_secret": self.tenant.client_secret})
        self.real.write({"client_secret": new, "secret_expiry": "2031-01-01"})
        self.assertEqual(str(self.real.secret_expiry), "2031-01-01")
        self.assertFalse(self.check())
        self.assertNotIn("previous", self.real._get_connection_answers()[0]["text"])
        self.real.action_forget_previous_secret()
        self.assertFalse(self.real.has_previous_secret)
        self.assertFalse(self.check())

    def test_the_secret_before_is_kept_by_itself(self):
        old, new = self.tenant.client_secret, self.tenant.add_secret()
        self.assertFalse(self.real.has_previous_secret)
        self.real.client_secret = old
        self.assertFalse(self.real.has_previous_secret, "the same secret again is no rotation")
        self.real.client_secret = new
        self.assertTrue(self.real.has_previous_secret)
        credentials = self.real._get_credentials()
        self.assertEqual((credentials.secret, credentials.previous_secret), (new, old))
        self.assertFalse(self.real.previous_client_secret)
        self.real.client_id = GUID
        self.assertFalse(self.real.has_previous_secret, "it was another application's")

    def test_only_system_administrators_enter_secrets(self):
        manager = new_test_user(
            self.env, "manager", "account.group_account_manager", company_id=self.env.company.id
        )
        real = self.real.with_user(manager)
        for name in ("client_secret", "previous_client_secret", "private_key"):
            with self.subTest(name), self.assertRaises(AccessError):
                real.write({name: "value"})
        self.assertFalse(self.check(real))
        self.assertTrue(real.has_secret)
