# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the documents and the French catalogue promise, in a running Odoo."""

import re
from pathlib import Path
from textwrap import dedent

from odoo.tests import tagged

from ..graph.errors import make_error
from ..models.graph_messages import explain
from .common import BookingCommon

README = Path(__file__).resolve().parents[1] / "README.rst"


@tagged("post_install", "-at_install")
class TestServerActions(BookingCommon):
    """The code that the README gives for scheduled server actions, run as it stands there."""

    def run_code(self, mention):
        """Run the README's indented block that mentions something, as a server action."""
        text = README.read_text(encoding="utf-8")
        section = text.split("\nScheduled server actions\n", 1)[1].split("\nPermissions\n", 1)[0]
        blocks = re.findall(r"::\n\n((?: {4}.*\n|\n)+)", section)
        (code,) = [dedent(block) for block in blocks if mention in block]
        action = self.env["ir.actions.server"].create(
            {
                "name": "README",
                "model_id": self.env["ir.model"]._get_id("microsoft.booking"),
                "state": "code",
                "code": code,
            }
        )
        # A server action logs by a cursor of its own.
        with self.enter_registry_test_mode():
            action.run()

    def test_synchronise_all(self):
        self.run_code("sync_all()")
        self.assertEqual(self.settings.run_ids.mapped("state"), ["queued"])

    def test_the_ready_action_is_off_and_does_it(self):
        cron = self.env.ref("microsoft_bookings.ir_cron_sync_all")
        self.assertFalse(cron.active)
        with self.enter_registry_test_mode():
            cron.sudo().method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.settings.run_ids.mapped("state"), ["queued"])

    def test_invoice_what_was_held_before_this_month(self):
        before, ahead = self.book(days=40), self.book(days=-1)
        self.sync()
        self.run_code("action_create_draft_invoices()")
        self.assertEqual(self.bookings(before).billing_state, "draft")
        self.assertEqual(self.bookings(ahead).billing_state, "to_invoice")

    def test_tell_what_is_waiting(self):
        self.book()
        self.sync()
        Log = self.env["ir.logging"]
        before = Log.search([])
        self.run_code("get_uninvoiced_summary()")
        currency = self.settings.currency_id.name
        told = (Log.search([]) - before).mapped("message")
        self.assertEqual(told, [f"Studio: 1 ready for 50.00 {currency}, 0 to check"])


@tagged("post_install", "-at_install")
class TestFrench(BookingCommon):
    """Users in French of any country, Switzerland's first, read French; others their language."""

    def setUp(self):
        super().setUp()
        self.french = self.env(context={**self.env.context, "lang": self.speak("fr_CH")})

    def test_screens(self):
        Booking = self.french["microsoft.booking"]
        self.assertEqual(Booking.fields_get(["payer_id"])["payer_id"]["string"], "Payeur")
        action = self.french.ref("microsoft_bookings.microsoft_booking_action_uninvoiced")
        self.assertEqual(action.name, "Réservations non facturées")

    def test_other_languages(self):
        for code, word in (
            ("de_CH", "Rechnungsempfänger"),
            ("es_ES", "Pagador"),
            ("it_IT", "Intestatario"),
            ("nl_BE", "Betaler"),
        ):
            with self.subTest(code):
                bookings = self.env["microsoft.booking"].with_context(lang=self.speak(code))
                self.assertEqual(bookings.fields_get(["payer_id"])["payer_id"]["string"], word)

    def test_what_to_do(self):
        graph_id = self.book(customers=[])
        self.sync()
        booking = self.bookings(graph_id).with_env(self.french)
        self.assertEqual(
            booking.issue_text, "Le rendez-vous ne nomme aucun client. Choisissez le payeur."
        )

    def test_errors_of_microsoft(self):
        details = {"permission": "Bookings.Read.All", "operation": "read appointments"}
        text = explain(self.french, make_error("permission_missing", details=details))["text"]
        self.assertIn("Bookings.Read.All, nécessaire pour lire les rendez-vous.", text)
        text = explain(self.french, make_error("url_missing", details={"field": "graph_url"}))[
            "text"
        ]
        self.assertIn("« Adresse de Microsoft Graph »", text.replace("\N{NO-BREAK SPACE}", " "))
        # What the error does not know is no reason to fail while telling it.
        self.assertIn("?", explain(self.french, make_error("tls"))["message"])
