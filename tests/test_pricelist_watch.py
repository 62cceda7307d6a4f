# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What changes prices of price lists is followed: once for a transaction, and at the latest when drafts are made."""

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .test_pricelists import PricelistsCommon


@tagged("post_install", "-at_install")
class TestPricelistWatch(PricelistsCommon):
    def test_what_changes_in_the_list_changes_what_is_not_invoiced(self):
        self.use(self.fixed(self.haircut, 40.0), self.fixed(self.audit, 300.0))
        self.bookings(self.agreed)._create_invoices()
        rules = self.payer.property_product_pricelist.item_ids.sorted("fixed_price")
        rules.fixed_price = 45.0
        self.assertEqual(self.amounts(), [45.0, 120.0, 300.0])
        rules[0].unlink()
        self.assertEqual(self.amounts()[0], 50.0)
        self.use(self.fixed(self.haircut, 30.0))
        self.assertEqual(self.amounts()[0], 30.0)
        self.payer.property_product_pricelist.active = False
        self.assertEqual(self.amounts()[0], 50.0)

    def test_discounts_of_the_sales_price_follow_it(self):
        self.product_of(self.haircut).list_price = 60.0
        self.use({"compute_price": "percentage", "percent_price": 10.0})
        self.assertEqual(self.amounts()[0], 54.0)
        self.product_of(self.haircut).list_price = 80.0
        self.assertEqual(self.amounts()[0], 72.0)

    def test_a_cost_that_changes(self):
        self.use({"compute_price": "formula", "base": "standard_price", "price_markup": 50.0})
        self.product_of(self.haircut).standard_price = 30.0
        self.assertEqual(self.amounts()[0], 45.0)

    def test_many_changes_of_a_transaction_price_once(self):
        services = (self.haircut, self.lesson, self.audit)
        rules = self.use(*[self.fixed(service, 40.0) for service in services]).item_ids

        def change(rules, price):
            for rule in rules:
                rule.fixed_price = price

        one = self.cost(lambda: change(rules[0], 41.0))
        self.assertLessEqual(self.cost(lambda: change(rules, 42.0)), one)
        self.assertEqual(self.amounts(), [42.0, 63.0, 42.0])

    def test_what_was_rolled_back_is_not_followed_and_what_came_before_is(self):
        rule = self.use(self.fixed(self.haircut, 40.0)).item_ids
        rule.fixed_price = 45.0
        try:
            with self.env.cr.savepoint():
                rule.fixed_price = 99.0
                raise InterruptedError
        except InterruptedError:
            self.assertEqual(self.bookings(self.cut).amount, 45.0)
        self.assertEqual(self.amounts()[0], 45.0)
        rule.fixed_price = 46.0
        self.assertEqual(self.amounts()[0], 46.0)

    def raise_a_tax(self, amount):
        """Change prices in a way that nothing watches."""
        tax = self.product_of(self.haircut).taxes_id
        tax.flush_recordset()
        self.env.cr.execute(SQL("UPDATE account_tax SET amount = %s WHERE id = %s", amount, tax.id))
        tax.invalidate_recordset()

    def use_a_taxed_price(self):
        self.settings.price_include_tax = True
        self.product_of(self.haircut).taxes_id = self.env["account.tax"].create(
            {"name": "8 %", "amount": 8, "company_id": self.env.company.id}
        )
        return self.use(self.fixed(self.haircut, 100.0))

    def test_a_new_name_is_no_reason_to_price_anew_and_another_order_is(self):
        pricelist = self.use_a_taxed_price()
        self.assertEqual(self.amounts()[0], 108.0)
        self.raise_a_tax(10)
        pricelist.name = "Best Friends"
        self.assertEqual(self.amounts()[0], 108.0)
        pricelist.sequence = 1
        self.assertEqual(self.amounts()[0], 110.0)

    def test_a_draft_has_the_price_that_is_true_when_it_is_made(self):
        self.use_a_taxed_price()
        self.raise_a_tax(10)
        cut = self.bookings(self.cut)
        self.assertEqual(cut.amount, 108.0)
        move = cut._create_invoices()["invoices"]
        self.assertEqual((cut.amount, move.amount_total), (110.0, 110.0))

    def test_a_draft_of_the_transaction_that_changes_the_list_has_the_new_price(self):
        rule = self.use(self.fixed(self.haircut, 40.0)).item_ids
        rule.fixed_price = 45.0
        cut = self.bookings(self.cut)
        move = cut._create_invoices()["invoices"]
        self.assertEqual((cut.amount, move.amount_untaxed), (45.0, 45.0))

    def test_what_became_to_check_is_not_drafted(self):
        pricelist = self.use(self.fixed(self.haircut, 40.0))
        pricelist.currency_id = self.yen
        result = self.bookings(self.cut)._create_invoices()
        self.assertFalse(result["invoices"])
        self.assertEqual(result["skipped"][0][1], "pricelist_currency")

    def test_a_typed_price_is_drafted_as_typed(self):
        self.use(self.fixed(self.haircut, 40.0))
        cut = self.bookings(self.cut)
        cut.unit_price = 33.0
        self.assertEqual(cut._create_invoices()["invoices"].amount_untaxed, 33.0)

    def test_countries_and_their_groups(self):
        swiss, german = self.env.ref("base.ch"), self.env.ref("base.de")
        self.payer.country_id = swiss
        pricelist = self.make_list(self.fixed(self.haircut, 40.0), sequence=-1)
        # Of a group of nowhere: nobody's list.
        group = self.env["res.country.group"].create(
            {"name": "Neighbours", "pricelist_ids": [Command.link(pricelist.id)]}
        )
        self.assertEqual(self.amounts()[0], 50.0)
        group.country_ids = swiss
        self.assertEqual(self.amounts()[0], 40.0)
        swiss.country_group_ids -= group
        self.assertEqual(self.amounts()[0], 50.0)
        swiss.country_group_ids += group
        self.payer.country_id = german
        self.assertEqual(self.amounts()[0], 50.0)
        self.payer.country_id = swiss
        self.assertEqual(self.amounts()[0], 40.0)
        other = self.make_list(self.fixed(self.haircut, 30.0), sequence=-2)
        elsewhere = {"name": "Elsewhere", "country_ids": [Command.link(german.id)]}
        far = self.env["res.country.group"].create(elsewhere)
        far.pricelist_ids = other
        self.payer.country_id = german
        self.assertEqual(self.amounts()[0], 30.0)
        far.pricelist_ids = pricelist
        self.assertEqual(self.amounts()[0], 40.0)
        # Now everybody's list is the one that nobody has.
        far.unlink()
        self.assertEqual(self.amounts()[0], 30.0)
        group.unlink()
        self.env["res.country.group"].create(
            {**elsewhere, "pricelist_ids": [Command.link(pricelist.id)]}
        )
        self.assertEqual(self.amounts()[0], 40.0)
