# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Story: a price to be agreed: the last one is proposed, what is typed stays, and until then nothing is invoiced."""

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import BookingCommon


@tagged("post_install", "-at_install")
class TestAgreedPrice(BookingCommon):
    def setUp(self):
        super().setUp()
        self.clerk = new_test_user(
            self.env,
            "agreed clerk",
            groups="account.group_account_invoice",
            company_ids=[Command.set(self.env.company.ids)],
            company_id=self.env.company.id,
            name="Camille",
        )
        self.first = self.book(self.audit, days=20)
        self.second = self.book(self.audit, days=3)
        self.book(self.haircut, days=4)
        self.sync()

    def booking(self, graph_id):
        return self.bookings(graph_id).with_user(self.clerk)

    def invoice_all(self):
        """*Invoice All* as the user presses it.

        :return: what it says
        """
        Wizard = self.env["microsoft.booking.invoice"].with_user(self.clerk)
        wizard = Wizard.with_context(default_all_uninvoiced=True).create({})
        return wizard.action_create_invoices()["params"]["message"]

    def test_until_it_is_agreed(self):
        first, second = self.booking(self.first), self.booking(self.second)
        self.assertEqual((first.billing_state, first.issue), ("to_check", "price_to_confirm"))
        self.assertEqual(first.suggested_price, 0.0, "none was used before")
        message = self.invoice_all()
        self.assertIn("1 draft invoice from 1 booking; 2 left out", message)
        self.assertIn("2 × Bookings has no fixed price for it. Type the price.", message)

        first.unit_price = 180.0
        self.assertEqual(first.price_decided_by_id.name, "Camille")
        self.assertIn("Camille", first.explanation)
        for _n in range(3):
            self.tenant.touch(self.first)
            self.sync()
        self.assertEqual((first.billing_state, first.amount), ("to_invoice", 180.0))
        self.assertIn("1 left out", self.invoice_all())
        self.assertEqual(first.billing_state, "draft")

        self.assertEqual(second.suggested_price, 180.0)
        # An older one that came later, as the first synchronisation reads its windows, is not the last.
        self.book(self.audit, days=40)
        self.sync()
        older = self.bookings()[0].with_user(self.clerk)
        older.unit_price = 120.0
        older._create_invoices()
        second.invalidate_recordset(["suggested_price"])
        self.assertEqual(second.suggested_price, 180.0)
        self.assertEqual(second.billing_state, "to_check", "proposed, and no more")
        second.action_use_suggested_price()
        self.assertEqual((second.amount, second.billing_state), (180.0, "to_invoice"))
