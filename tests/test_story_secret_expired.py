# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Story: the client secret expires on Friday night, and Monday finds everything as it should be."""

import json
import logging
from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from .connection_common import SECOND, ConnectionCommon

SCHEDULE = timedelta(minutes=30)


class _Everything(logging.Handler):
    """Keeps what is logged, at every level."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.text = []

    def emit(self, record):
        self.text.append(self.format(record))


@tagged("post_install", "-at_install")
class TestSecretExpired(ConnectionCommon):
    def setUp(self):
        super().setUp()
        self.log = _Everything()
        logging.getLogger("odoo.addons.microsoft_bookings").addHandler(self.log)
        self.addCleanup(logging.getLogger("odoo.addons.microsoft_bookings").removeHandler, self.log)
        self.speak()
        self.person = new_test_user(
            self.env,
            "responsible",
            "account.group_account_manager,base.group_allow_export",
            company_id=self.env.company.id,
            company_ids=[(6, 0, self.env.company.ids)],
            email="responsible@example.com",
            lang="fr_FR",
        )
        self.real.write({"user_id": self.person.id, "create_contacts": True, "sync_services": "no"})
        self.service = self.tenant.add_service(SECOND, "Audit", price="90", price_type="fixedPrice")
        self.zoe = self.tenant.add_staff(SECOND, "Zoé")
        self.someone = self.tenant.add_customer(SECOND, "Eva", email="eva@example.com")
        self.assertFalse(self.check(self.real))
        self.moved = self.book_second(days=-3)
        self.cancelled = self.book_second(days=-9)
        self.assertEqual(self.sync(self.real).state, "done")

    def book_second(self, **delta):
        return self.tenant.book(
            SECOND,
            self.service,
            self.ago(**delta),
            customers=[self.someone],
            staff=[self.zoe],
            duration=timedelta(hours=1),
        )

    def turn(self):
        """A turn of the schedule, as the scheduler takes it."""
        with self.enter_registry_test_mode():
            self.real.sudo().cron_id.method_direct_trigger()
        self.env.invalidate_all()

    def test_the_weekend(self):
        old_secret = self.tenant.client_secret
        friday = self.real.last_success
        self.tenant.refuse_sign_in(7000222)
        for _turn in range(6):
            self.turn()
        cron = self.real.sudo().cron_id
        self.assertTrue(cron.active)
        self.assertEqual(cron.failure_count, 0)
        self.assertEqual((self.real.state, self.real.failure_count), ("error", 6))
        self.assertEqual(set(self.real.run_ids[:6].mapped("state")), {"failed"})
        # In the language of whoever looks, also of what was kept long ago.
        self.assertIn("The client secret has expired.", self.real.last_problem)
        self.assertIn("AADSTS7000222", self.real.last_problem)
        french = self.real.with_user(self.person).with_context(lang="fr_FR")
        self.assertIn("Le secret client a expiré", french.last_problem)
        self.assertIn("AADSTS7000222", french.run_ids[0].problem_ids.message)
        self.assertIn("Le secret client a expiré", french.run_ids[0].problem_ids.message)
        # One alarm, to the person, in their language.
        activities, mails = self.notices(self.real, "ont échoué")
        self.assertEqual((len(activities), len(mails)), (1, 1))
        self.assertEqual(mails.recipient_ids, self.person.partner_id)
        self.assertIn("les réservations n'arrivent plus", mails.subject)
        self.assertIn("Bonjour", mails.body_html)
        self.assertIn("Le secret client a expiré", mails.body_html)
        self.assertNotIn("Hello", mails.body_html)

        # Monday: the list says how old it is, and the wizard that it is not up to date.
        monday = friday - timedelta(hours=62)
        self.real.sudo().last_success = monday
        self.assertTrue(self.real.is_stale)
        self.assertIn("Data as of", self.real.stale_warning)
        bookings = self.bookings(settings=self.real)
        wizard = self.env["microsoft.booking.invoice"].create({"booking_ids": bookings.ids})
        self.assertIn("“Real”: data as of", wizard.stale_warning)

        # What happened meanwhile in Bookings.
        came_and_went = self.book_second(days=-1)
        self.tenant.cancel(came_and_went)
        new = self.book_second(days=1)
        self.tenant.move(self.moved, self.ago(days=2))
        self.tenant.cancel(self.cancelled)
        self.tenant.refuse_sign_in(None)
        new_secret = self.tenant.add_secret()
        self.real.write({"client_secret": new_secret})
        self.assertFalse(self.check(self.real))
        run = self.sync(self.real)
        self.assertEqual(run.state, "done", run.problem_ids.mapped("message"))
        self.assertEqual((self.real.state, self.real.failure_count), ("connected", 0))
        self.assertFalse(self.real.is_stale)
        self.assertFalse(self.real.alarm_since)
        listed = self.env["microsoft.booking"].search(
            [
                ("settings_id", "=", self.real.id),
                *self.env["microsoft.booking"]._get_uninvoiced_domain(),
            ]
        )
        self.assertEqual(set(listed.mapped("graph_id")), {new, self.moved})
        self.assertFalse(self.bookings(came_and_went, self.real))
        self.assertEqual(self.bookings(self.cancelled, self.real).billing_state, "cancelled")

        for secret in (old_secret, new_secret):
            self.assert_nowhere(secret)

    def assert_nowhere(self, secret):
        """No log, message, run, diagnostic or export of the connection has the secret."""
        self.assertNotIn(secret, "\n".join(self.log.text))
        settings = self.real.with_user(self.person)
        names = list(settings.fields_get())
        told = [
            settings.read(names),
            settings.export_data(names)["datas"],
            settings.message_ids.mapped("body"),
            settings.run_ids.mapped("diagnostic"),
            settings.run_ids.problem_ids.read(["message", "words", "request_id"]),
            self.env["mail.mail"].search([]).mapped("body_html"),
            self.env["ir.logging"].search([]).mapped("message"),
        ]
        self.assertNotIn(secret, json.dumps(told, default=str, ensure_ascii=False))
        self.assertLessEqual(self.real.last_success, fields.Datetime.now())
