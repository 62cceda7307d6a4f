# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Secrets go in and never come out, and companies never mix."""

import json
from pathlib import Path

from psycopg2 import DatabaseError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..models.booking_credential import SECRET_FIELDS
from .common import BUSINESS, BookingCommon
from .graph_keys import Keys

KEYS = Keys("s3cr3t-of-the-key")
SECRETS = {
    "client_secret": "s3cr3t-of-the-application",
    "previous_client_secret": "s3cr3t-of-the-application-before",
    "private_key": f"s3cr3t-of-the-certificate\n{KEYS.locked_key_pem}{KEYS.certificate_pem}".strip(),
    "private_key_passphrase": "s3cr3t-of-the-key",
}
MARK = "s3cr3t"
CREDENTIAL = "microsoft.booking.credential"
GROUPS = {
    "clerk": "account.group_account_invoice,base.group_allow_export",
    "auditor": "account.group_account_readonly,base.group_allow_export",
    "manager": "account.group_account_manager,base.group_allow_export",
    "administrator": "base.group_system,account.group_account_manager",
    "everything": "base.group_system,base.group_erp_manager,account.group_account_manager,base.group_user",
}
OUTSIDERS = {
    "employee": "base.group_user",
    "portal": "base.group_portal",
    "public": "base.group_public",
}


class SecurityCommon(BookingCommon):
    def user_of(self, name, **values):
        """A user of one of the kinds above, made once."""
        login = f"booking-{name}"
        user = self.env["res.users"].with_context(active_test=False).search([("login", "=", login)])
        return user or new_test_user(
            self.env,
            login,
            groups=(GROUPS | OUTSIDERS)[name],
            company_id=self.env.company.id,
            company_ids=[(6, 0, self.env.company.ids)],
            **values,
        )

    def as_user(self, record, name):
        return record.with_user(self.user_of(name)).with_company(self.env.company)

    def our_models(self):
        return [model for name, model in self.env.items() if name.startswith("microsoft.booking")]


@tagged("post_install", "-at_install")
class TestSecrets(SecurityCommon):
    def setUp(self):
        super().setUp()
        self.as_user(self.settings, "administrator").write(SECRETS)
        self.settings.message_post(body="Somebody was here")

    def assertNoSecret(self, value):
        self.assertNotIn(MARK, json.dumps(value, default=str))

    def test_they_are_stored_and_used(self):
        credential = self.settings._get_credential()
        self.assertEqual({name: credential[name] for name in SECRET_FIELDS}, SECRETS)
        self.assertTrue(self.settings.has_secret)
        self.settings.write({"tenant_id": "contoso.example", "client_id": "app"})
        credentials = self.settings._get_credentials()
        self.assertEqual(credentials.secret, SECRETS["client_secret"])
        self.assertNotIn(MARK, repr(credentials) + str(credentials))

    def test_nobody_reads_them_back(self):
        for name in GROUPS:
            with self.subTest(user=name):
                settings = self.as_user(self.settings, name)
                readable = list(settings.fields_get())
                if name in ("administrator", "everything"):
                    self.assertLessEqual(set(SECRET_FIELDS), set(readable))
                else:
                    self.assertFalse(set(SECRET_FIELDS) & set(readable))
                self.assertNoSecret(settings.read(readable))
                self.assertNoSecret(settings.search_read([("id", "=", settings.id)], readable))
                self.assertNoSecret(settings.web_read({field: {} for field in readable}))
                self.assertNoSecret(settings.export_data(readable))
                self.assertNoSecret(settings.name_search(MARK))
                self.assertNoSecret(settings.message_ids.read(["body", "subject"]))
                self.assertNoSecret(settings.connection_check)

    def test_no_copy_has_them(self):
        copy = self.as_user(self.settings, "manager").copy()
        self.assertFalse(copy.sudo()._get_credential())
        self.assertFalse(copy.has_secret)
        self.assertEqual(copy.state, "draft")

    def test_they_cannot_be_searched_for(self):
        for name in GROUPS:
            settings = self.as_user(self.settings, name)
            for field, secret in SECRETS.items():
                for operator, value in (
                    ("=", secret),
                    ("like", "s3c%"),
                    (">", "s"),
                    ("in", [secret]),
                ):
                    with self.subTest(user=name, field=field, operator=operator):
                        self.assertFalse(self.found(settings, [(field, operator, value)]))
            # Of a boolean every text is the value true.
            fields_get = settings.fields_get(attributes=["type"])
            for field in [f for f, facts in fields_get.items() if facts["type"] != "boolean"]:
                with self.subTest(user=name, field=field):
                    self.assertFalse(self.found(settings, [(field, "=", SECRETS["client_secret"])]))

    def found(self, settings, domain):
        """What a search finds; a refusal is an answer that says nothing."""
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.domains", "odoo.fields", "odoo.sql_db"):
                return settings.search(domain)
        except (UserError, ValueError, TypeError, NotImplementedError, DatabaseError):
            return settings.browse()

    def test_the_model_of_secrets_is_closed_to_everybody(self):
        credential = self.settings._get_credential()
        for name in (*GROUPS, *OUTSIDERS):
            closed = self.as_user(self.env[CREDENTIAL], name)
            calls = {
                "search": lambda c: c.search([]),
                "domain": lambda c: c.search_count([("client_secret", "like", "s3c%")]),
                "read": lambda c: c.browse(credential.id).read(list(SECRET_FIELDS)),
                "read_group": lambda c: c._read_group([], ["client_secret"]),
                "export": lambda c: c.browse(credential.id).export_data(["client_secret"]),
                "create": lambda c: c.create({"settings_id": self.settings.id}),
                "write": lambda c: c.browse(credential.id).write({"client_secret": "mine"}),
                "unlink": lambda c: c.browse(credential.id).unlink(),
            }
            for call, function in calls.items():
                with self.subTest(user=name, call=call), self.assertRaises(UserError):
                    function(closed)

    def test_no_way_leads_to_them_over_another_model(self):
        for model in self.env.values():
            for field in model._fields.values():
                self.assertNotEqual(
                    (field.comodel_name, model._name != CREDENTIAL),
                    (CREDENTIAL, True),
                    f"{model._name}.{field.name} leads to the secrets",
                )

    def test_no_log_and_no_message_has_them(self):
        """While signing in fails, with everything that is logged at the finest level."""
        self.settings.write(
            {
                "cloud": "custom",
                "authority_url": "https://login.sandbox.invalid",
                "graph_url": "https://graph.sandbox.invalid",
                "tenant_id": "contoso.example",
                "client_id": "00000000-0000-0000-0000-000000000001",
            }
        )
        # Another address forgets them, so they are typed once more.
        self.as_user(self.settings, "administrator").write(SECRETS)
        self.settings.state = "connected"
        with self.assertLogs(level="DEBUG") as logs:
            self.settings.action_test_connection()
            self.settings.state = "connected"
            run = self.sync()
        self.assertEqual(run.state in ("failed", "waiting"), True)
        self.assertTrue(self.settings.last_problem)
        self.env.flush_all()
        own = [line for line in logs.output if not line.startswith("DEBUG:odoo.sql_db")]
        self.assertNoSecret(own)
        self.assertNoSecret(
            self.settings.sudo().read(["last_problem", "connection_check", "connection_check_html"])
        )
        self.assertNoSecret(run.problem_ids.read())
        for table in (
            "mail_message",
            "ir_logging",
            "mail_tracking_value",
            "microsoft_booking_settings",
        ):
            query = SQL(
                "SELECT count(*) FROM %s t WHERE t::text LIKE %s",
                SQL.identifier(table),
                f"%{MARK}%",
            )
            self.assertEqual(self.env.execute_query(query), [(0,)], table)

    def test_a_duplicated_database_has_none_and_stays_quiet(self):
        run = self.settings._start_sync()
        self.settings.cloud = "global"
        self.settings.state = "connected"
        self.env.flush_all()
        script = Path(__file__).parent.parent / "data" / "neutralize.sql"
        with self.env.cr.savepoint():
            self.env.cr.execute(script.read_text(encoding="utf-8"))
        self.env.invalidate_all()
        self.assertFalse(self.settings._get_credential())
        self.assertFalse(self.settings.has_secret)
        self.assertEqual(self.settings.state, "draft")
        self.assertEqual(run.state, "failed")
        requests = len(self.app.requests)
        with self.enter_registry_test_mode():
            self.settings.sudo().cron_id.method_direct_trigger()
        self.assertEqual(len(self.app.requests), requests)
        self.assertEqual(self.settings.run_ids, run)


@tagged("post_install", "-at_install")
class TestAccess(SecurityCommon):
    def test_outsiders_have_no_access(self):
        for name in OUTSIDERS:
            for model in self.our_models():
                if model._abstract:
                    continue
                with self.subTest(user=name, model=model._name), self.assertRaises(AccessError):
                    self.as_user(model, name).search([], limit=1)

    def test_every_model_with_a_company_has_a_company_rule(self):
        for model in self.our_models():
            if model._abstract or model._transient or "company_id" not in model._fields:
                continue
            with self.subTest(model=model._name):
                rules = self.env["ir.rule"].search(
                    [
                        ("model_id.model", "=", model._name),
                        ("groups", "=", False),
                        ("perm_read", "=", True),
                    ]
                )
                self.assertTrue(any("company_ids" in (rule.domain_force or "") for rule in rules))

    def test_companies_never_mix(self):
        self.book()
        self.book(self.audit, days=3)
        self.sync()
        self.bookings()._create_invoices()
        run = self.settings.sudo().run_ids.filtered(lambda run: run.kind == "sync")
        run._add_problem("Something", graph_id="x")
        self.settings._erase({"somebody": False}, "together")
        self.env["microsoft.booking.write.back"].sudo().create(
            {"settings_id": self.settings.id, "graph_id": "x"}
        )
        other = self.env["res.company"].create({"name": "Elsewhere"})
        for name in GROUPS:
            stranger = new_test_user(
                self.env,
                f"stranger-{name}",
                groups=GROUPS[name],
                company_id=other.id,
                company_ids=[(6, 0, other.ids)],
            )
            for model in self.our_models():
                if model._abstract or model._transient or "company_id" not in model._fields:
                    continue
                records = model.sudo().search([])
                self.assertTrue(records, model._name)
                with self.subTest(user=name, model=model._name):
                    theirs = model.with_user(stranger)
                    self.assertFalse(theirs.search([]))
                    with self.assertRaises(AccessError):
                        theirs.browse(records[:1].id).read(["display_name"])

    def test_matching_never_reaches_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.env["res.partner"].create(
            {"name": "Ana Müller", "email": "ana@example.com", "company_id": other.id}
        )
        graph_id = self.book()
        self.sync()
        booking = self.bookings(graph_id)
        self.assertTrue(booking.partner_id)
        self.assertNotEqual(booking.partner_id, stranger)
        self.assertEqual(booking.partner_id.company_id, self.env.company)
        product = self.env["product.product"].create({"name": "Massage", "company_id": other.id})
        service = self.tenant.add_service(BUSINESS, "Massage", price="90", price_type="fixedPrice")
        graph_id = self.book(service, days=5)
        self.sync()
        self.assertNotEqual(self.bookings(graph_id).service_id.product_id, product)

    def test_clerk_lists_and_invoices_and_sets_nothing_up(self):
        self.book()
        self.book(self.audit, days=3)
        self.sync()
        Booking = self.as_user(self.env["microsoft.booking"], "clerk")
        bookings = Booking.search(Booking._get_uninvoiced_domain())
        self.assertEqual(len(bookings), 2)
        views = Booking.get_views([(False, "list"), (False, "search"), (False, "form")])
        self.assertIn("list", views["views"])
        for view in ("list", "form"):
            names = set(views["models"]["microsoft.booking"]["fields"])
            self.assertTrue(bookings.web_read({name: {} for name in names}), view)
        self.assertTrue(bookings.settings_id.display_name)
        self.assertTrue(Booking.get_uninvoiced_summary())
        wizard = self.as_user(self.env["microsoft.booking.invoice"], "clerk").with_context(
            active_ids=bookings.ids
        )
        wizard.create({}).action_create_invoices()
        self.assertEqual(sorted(bookings.mapped("billing_state")), ["draft", "to_check"])
        run = bookings.invoice_id and self.as_user(
            self.env["microsoft.booking.run"], "clerk"
        ).search([("kind", "=", "invoice")], limit=1)
        self.assertEqual(run.started_by, self.user_of("clerk"))
        for values in (
            {"name": "Mine"},
            {"client_secret": "mine"},
            {"journal_id": False},
            {"state": "paused"},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                bookings.settings_id.write(values)
        with self.assertRaises(AccessError):
            bookings.settings_id.read(["client_secret"])
        with self.assertRaises(AccessError):
            bookings.settings_id.create({"name": "Mine"})
        with self.assertRaises(AccessError):
            run.write({"state": "failed"})

    def test_clerk_synchronises_by_hand(self):
        run = self.as_user(self.settings, "clerk")._start_sync()
        self.assertEqual(run.started_by, self.user_of("clerk"))
        self.as_user(self.settings, "clerk").action_sync()

    def test_auditor_looks_and_changes_nothing(self):
        self.book()
        self.sync()
        bookings = self.as_user(self.bookings(), "auditor")
        self.assertTrue(bookings.read())
        with self.assertRaises(AccessError):
            bookings.write({"outcome": "no_show"})
        with self.assertRaises(AccessError):
            bookings.action_create_draft_invoices()
        with self.assertRaises(AccessError):
            self.as_user(self.settings, "auditor").action_sync()

    def test_manager_sets_up_tests_synchronises_and_pauses(self):
        """Without being a system administrator, who alone may touch scheduled actions."""
        Settings = self.as_user(self.env["microsoft.booking.settings"], "manager")
        self.assertFalse(self.user_of("manager").has_group("base.group_system"))
        settings = Settings.create(
            {"name": "Sample", "cloud": "sandbox", "business_id": "atelier@contoso.example"}
        )
        settings.action_test_connection()
        self.assertEqual(settings.state, "connected")
        settings.write({"interval_number": 2, "interval_type": "hours", "name": "Atelier"})
        cron = settings.sudo().cron_id
        self.assertEqual((cron.interval_number, cron.interval_type), (2, "hours"))
        self.assertIn("Atelier", cron.name)
        settings.action_sync()
        settings.action_full_sync()
        self.assertTrue(settings.run_ids)
        settings.action_pause()
        self.assertEqual(settings.state, "paused")
        settings.action_resume()
        settings.active = False
        self.assertFalse(cron.active)
        self.assertTrue(settings.web_read({name: {} for name in settings.fields_get()}))
        draft = Settings.create({"name": "Mistake"})
        cron = draft.sudo().cron_id
        draft.unlink()
        self.assertFalse(cron.exists())
        with self.assertRaises(AccessError):
            settings.write({"client_secret": "mine"})

    def test_a_booking_cannot_be_freed_by_writing_to_it(self):
        """Over RPC or by an import every field can be tried."""
        self.book()
        self.sync()
        booking = self.as_user(self.bookings(), "clerk")
        booking._create_invoices()
        line = booking.invoice_line_id
        with self.assertRaises(UserError):
            booking.invoice_line_id = False
        with self.assertRaises(UserError):
            line.booking_ids = [Command.clear()]
        with self.assertRaises(AccessError):
            booking.billing_state = "to_invoice"
        booking.sudo().billing_state = "to_invoice"
        self.assertFalse(booking._create_invoices()["invoices"])
        self.assertEqual(booking.invoice_line_id, line)
