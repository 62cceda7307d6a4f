# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever stands in the way of a draft is told in a sentence, holds up nobody else, and leaves nothing half done."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import BookingCommon


@tagged("post_install", "-at_install")
class TestBadInput(BookingCommon):
    def setUp(self):
        super().setUp()
        self.bad_id, self.good_id = self.book(), self.book(self.lesson, customers=[self.bob])
        self.sync()
        self.bad, self.good = self.bookings(self.bad_id), self.bookings(self.good_id)
        self.other = self.env["res.company"].create({"name": "Elsewhere"})
        self.product = self.bad.service_id.product_id

    def refused(self, **options):
        """Invoice both: the good one gets its draft, and of the bad one this says why it gets none."""
        moves = self.env["account.move"].search_count([])
        result = (self.bad | self.good)._create_invoices(options)
        self.assertEqual(result["bookings"], self.good)
        self.assertEqual(len(result["invoices"]), 1)
        self.assertEqual(self.env["account.move"].search_count([]), moves + 1)
        self.assertFalse(self.bad.invoice_line_id)
        self.assertEqual(self.bad.billing_state, "to_check")
        ((booking, _reason, text),) = result["skipped"]
        self.assertEqual(booking, self.bad)
        self.assertEqual(text, self.bad.issue_text)
        self.assertTrue(text.endswith((".", "?")) or "\n" in text, text)
        return text

    def works_again(self):
        self.assertTrue(self.bad._create_invoices()["invoices"])
        self.assertEqual(self.bad.billing_state, "draft")

    # === THE PAYER === #

    def test_payer_archived(self):
        self.bad.payer_id.active = False
        self.assertIn("archived", self.refused())
        self.bad.payer_id.active = True
        self.works_again()

    def test_payer_of_another_company(self):
        self.bad.payer_id.sudo().company_id = self.other
        self.refused()
        self.assertEqual(self.bad.issue, "invoicing_failed")
        self.bad.payer_id.sudo().company_id = False
        self.works_again()

    def test_payer_without_an_address(self):
        payer = self.bad.payer_id
        payer.write({"street": False, "zip": False, "city": False, "country_id": False})
        # A draft needs none; Odoo asks for it where a bill or an e-invoice does.
        self.assertEqual(self.bad._create_invoices()["invoices"].partner_id, payer)

    def test_payer_with_a_blocked_account(self):
        blocked = self.env["account.account"].create(
            {
                "name": "Blocked",
                "code": "119900",
                "account_type": "asset_receivable",
                "reconcile": True,
            }
        )
        self.bad.payer_id.property_account_receivable_id = blocked
        blocked.active = False
        self.refused()
        self.assertIn("119900", self.bad.issue_text)
        blocked.active = True
        self.works_again()

    # === THE PRODUCT === #

    def test_product_archived(self):
        self.product.active = False
        self.assertIn("archived", self.refused())
        self.product.active = True
        self.works_again()

    def test_product_without_an_account(self):
        self.product.property_account_income_id = False
        self.product.categ_id = self.env["product.category"].create({"name": "Without"})
        self.product.categ_id.property_account_income_categ_id = False
        journal = self.company_data["default_journal_sale"]
        # Odoo's last resort is the account of the journal.
        move = self.bad._create_invoices()["invoices"]
        self.assertEqual(move.invoice_line_ids.account_id, journal.default_account_id)
        move.unlink()

    def test_tax_of_another_company(self):
        other = self.setup_other_company(name="Third")["company"]
        foreign = (
            self.env["account.tax"]
            .with_company(other)
            .search([("company_id", "=", other.id), ("type_tax_use", "=", "sale")], limit=1)
        )
        self.product.sudo().taxes_id = [Command.set(foreign.ids)]
        move = self.bad._create_invoices()["invoices"]
        self.assertNotIn(foreign, move.invoice_line_ids.tax_ids)

    # === THE JOURNAL AND THE PERIOD === #

    def test_journal_archived(self):
        journal = self.company_data["default_journal_sale"].copy()
        self.settings.journal_id = journal
        journal.active = False
        result = (self.bad | self.good)._create_invoices()
        self.assertFalse(result["invoices"])
        for _booking, reason, text in result["skipped"]:
            self.assertEqual(reason, "invoicing_failed")
            self.assertIn(journal.name, text)
        self.settings.journal_id = False
        self.works_again()

    def test_journal_of_another_company_or_kind(self):
        other = self.setup_other_company(name="Third")
        foreign = other["default_journal_sale"]
        self.refused_journal(self.bad, foreign)
        self.refused_journal(self.good, self.company_data["default_journal_bank"])
        # Of somebody who has both companies, each invoices in a journal of its own.
        self.env.user.company_ids += other["company"]
        env = self.env(context={"allowed_company_ids": (self.env.company | other["company"]).ids})
        move = self.bad.with_env(env)._create_invoices({"journal_id": foreign})["invoices"]
        self.assertEqual(move.journal_id.company_id, self.bad.company_id)
        with self.assertRaises(UserError):
            self.settings.journal_id = foreign

    def refused_journal(self, booking, journal):
        result = booking._create_invoices({"journal_id": journal})
        self.assertFalse(result["invoices"])
        self.assertEqual(booking.issue, "invoicing_failed")
        self.assertTrue(booking.issue_text)

    def test_locked_period(self):
        day = self.bad.service_date
        self.env.company.fiscalyear_lock_date = day
        move = self.bad._create_invoices({"date_mode": "last"})["invoices"]
        move.action_post()
        self.assertEqual(move.invoice_date, day)
        self.assertGreater(move.date, day)

    # === THE AMOUNT === #

    def test_currency_inactive(self):
        currency = self.env["res.currency"].create({"name": "XTS", "symbol": "X"})
        self.bad.sudo().currency_id = currency
        currency.active = False
        self.assertIn("Activate the currency", self.refused())

    def test_zero_and_negative_prices_and_quantities(self):
        self.tenant.reprice(self.bad_id, "0")
        self.sync()
        self.assertIn("Type the price", self.refused())
        self.good.invoice_id.unlink()
        for name, word in (("unit_price", "price"), ("quantity", "quantity")):
            self.bad.action_use_bookings_price()
            self.bad.unit_price = 10.0
            self.bad[name] = -1.0
            self.assertIn(f"The {word} is negative", self.refused())
            self.good.invoice_id.unlink()

    def test_a_day_and_more(self):
        graph_id = self.book(self.lesson, duration=timedelta(hours=24), days=3)
        self.sync()
        self.bad = self.bookings(graph_id)
        self.assertIn("has to be confirmed", self.refused())
        self.bad.quantity = 8.0
        self.works_again()

    # === THE SELECTION AND THE RIGHTS === #

    def test_an_empty_selection(self):
        nothing = self.bookings().browse()._create_invoices()
        self.assertFalse(nothing["invoices"] or nothing["runs"] or nothing["skipped"])
        with self.assertRaisesRegex(UserError, "nothing to invoice"):
            self.env["microsoft.booking.invoice"].create({}).action_create_invoices()

    def test_a_selection_that_others_invoiced_a_second_ago(self):
        wizard = (
            self.env["microsoft.booking.invoice"]
            .with_context(active_ids=(self.bad | self.good).ids)
            .create({})
        )
        self.assertEqual(wizard.ready_count, 2)
        self.bad._create_invoices()
        message = wizard.action_create_invoices()["params"]["message"]
        self.assertIn("from 1 booking; 1 left out", message)
        self.assertIn("Not to be invoiced: Draft invoice.", message)

    def test_rights_too_small_say_which(self):
        auditor = new_test_user(
            self.env,
            "bad input auditor",
            groups="account.group_account_readonly",
            company_ids=[Command.set(self.env.company.ids)],
            company_id=self.env.company.id,
        )
        with self.assertRaises(AccessError) as refused:
            self.bad.with_user(auditor)._create_invoices()
        self.assertIn("account.move", str(refused.exception))
        self.assertEqual(self.bad.billing_state, "to_invoice")
