# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two do the same to one connection at the same moment: a double click, two people, a person and the schedule."""

from contextlib import ExitStack

from psycopg2 import OperationalError, errorcodes

from odoo.service.model import retrying
from odoo.tests import tagged

from .database_copy import DatabaseCopyCase

SECRETS = ("s3cr3t-of-the-first", "s3cr3t-of-the-second")


@tagged("post_install", "-at_install", "microsoft_bookings_concurrency")
class TestConnectionConcurrency(DatabaseCopyCase):
    def setUp(self):
        super().setUp()
        with self.environment() as env:
            settings = env["microsoft.booking.settings"].create({"name": "Studio"})
            settings.state = "connected"
            self.settings_id = settings.id
        stack = self.enterContext(ExitStack())
        # Both have begun before either has changed anything.
        self.first, self.second = (
            stack.enter_context(self.environment())["microsoft.booking.settings"].browse(
                self.settings_id
            )
            for _transaction in range(2)
        )
        for settings in (self.first, self.second):
            self.assertFalse(settings.run_ids)

    def call(self, settings, function):
        """Call it as a request does, which is served again when another came before it."""
        return retrying(function, settings.env)

    def test_the_second_synchronisation_joins_the_first(self):
        with self.assertNoLogs("odoo.sql_db", "ERROR"):
            runs = [
                self.call(settings, settings._start_sync).id
                for settings in (self.first, self.second)
            ]
        self.assertTrue(runs[0])
        self.assertEqual(runs[0], runs[1])

    def test_the_schedule_leaves_a_run_to_whoever_came_first(self):
        run = self.call(self.first, self.first._start_sync)
        with self.assertNoLogs("odoo.sql_db", "ERROR"):
            self.second._begin_or_continue()
        self.second.env.invalidate_all()
        self.assertEqual(self.second.run_ids.ids, run.ids)

    def store(self, settings, secret):
        with self.assertNoLogs("odoo.sql_db", "ERROR"):
            self.call(settings, lambda: settings.write({"client_secret": secret}))

    def test_two_first_secrets_follow_one_another(self):
        for settings, secret in zip((self.first, self.second), SECRETS, strict=True):
            self.store(settings, secret)
        with self.environment() as env:
            credential = (
                env["microsoft.booking.settings"].browse(self.settings_id)._get_credential()
            )
            self.assertEqual((credential.previous_client_secret, credential.client_secret), SECRETS)

    def test_a_secret_that_cannot_be_stored_is_not_logged(self):
        self.store(self.first, SECRETS[0])
        self.first.env.cr.execute("SELECT FROM microsoft_booking_credential FOR UPDATE")
        self.second.env.cr.commit()
        self.second.env.cr.execute("SET LOCAL lock_timeout = '1ms'")
        with (
            self.assertNoLogs("odoo.sql_db", "ERROR"),
            self.assertRaises(OperationalError) as caught,
        ):
            self.second.write({"client_secret": SECRETS[1]})
        self.assertEqual(caught.exception.pgcode, errorcodes.LOCK_NOT_AVAILABLE)
        self.assertNotIn(SECRETS[1], str(caught.exception))
        self.second.env.cr.rollback()
        self.first.env.cr.rollback()
