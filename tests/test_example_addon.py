# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The hooks of invoicing do what README.rst says, seen with the example add-on that overrides them."""

import ast

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import html2plaintext

from . import example_addon
from .common import BookingCommon


@tagged("post_install", "-at_install")
class TestExampleAddon(BookingCommon):
    def setUp(self):
        super().setUp()
        self.book()
        self.book(customers=[self.bob])
        self.book(self.lesson, customers=[self.bob])
        self.sync()
        self.acme = self.env["res.partner"].create({"name": "ACME SA"})
        self.bookings().payer_id = self.acme

    def install(self):
        """Let the example extend the model, as installing it would, until the test is over."""
        # As Odoo's own tests do; its linter wants no add-on to depend on it.
        from odoo.orm.model_classes import add_to_registry  # noqa: PLC0415

        model_class = self.registry["microsoft.booking"]
        self.addCleanup(self.registry._setup_models__, self.env.cr, [])
        self.addCleanup(setattr, model_class, "_setup_done__", False)
        self.addCleanup(setattr, model_class, "_base_classes__", model_class._base_classes__)
        add_to_registry(self.registry, example_addon.MicrosoftBooking)
        self.registry._setup_models__(self.env.cr, [])

    def listed(self):
        """What the list of uninvoiced bookings shows, as the web client loads its action."""
        action = self.env.ref("microsoft_bookings.microsoft_booking_action_uninvoiced")
        domain = ast.literal_eval(action._get_action_dict()["domain"])
        return self.bookings() & self.env["microsoft.booking"].search(domain)

    def test_without_it(self):
        self.assertEqual(self.listed(), self.bookings())
        move = self.bookings()._create_invoices()["invoices"]
        self.assertEqual((len(move), move.amount_untaxed, move.narration), (1, 180.0, False))

    def test_a_placeholder_of_its_own(self):
        template = "{service} {customer_number}"
        with self.assertRaisesRegex(ValidationError, "{customer_number}"):
            self.settings.line_template = template
        self.install()
        self.settings.line_template = template
        bob = self.bookings().filtered(lambda booking: booking.customer_name == "Bob")
        bob.partner_id.ref = "B 12"
        lines = bob._create_invoices()["invoices"].invoice_line_ids
        self.assertEqual(set(lines.mapped("name")), {"Haircut B 12", "Lesson B 12"})
        with self.assertRaisesRegex(ValidationError, "{nothing}.*{customer_number}"):
            self.settings.line_template = "{nothing}"

    def test_with_it(self):
        self.install()
        listed = self.listed()
        self.assertEqual(listed.service_id.mapped("name"), ["Haircut"])
        (summary,) = self.env["microsoft.booking"].get_uninvoiced_summary(
            [("settings_id", "=", self.settings.id)]
        )
        self.assertEqual(summary["count"], 2)
        moves = listed._create_invoices()["invoices"]
        self.assertEqual(moves.partner_id, self.acme)
        self.assertEqual(moves.mapped("amount_untaxed"), [45.0, 45.0])
        self.assertEqual(
            sorted(html2plaintext(move.narration) for move in moves),
            ["Attended: Ana Müller", "Attended: Bob"],
        )
        self.assertEqual(listed.mapped("invoiced_amount"), [45.0, 45.0])
