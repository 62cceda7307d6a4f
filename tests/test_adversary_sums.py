# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The sums: what the list shows is what the drafts come to, to the cent."""

from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .common import BUSINESS, BookingCommon


class SumsCommon(BookingCommon):
    """Bookings at prices that do not come out even, and taxes of every kind."""

    def tax(self, amount, *, included=False, **values):
        return self.env["account.tax"].create(
            {
                "name": f"Tax {self.env['account.tax'].search_count([])}",
                "amount": amount,
                "type_tax_use": "sale",
                "price_include_override": "tax_included" if included else "tax_excluded",
                **values,
            }
        )

    def use_currency(self, name, rate=7.0):
        """Let the business take its prices in this currency, of which one unit of the company's buys so many."""
        currency = (
            self.env["res.currency"].with_context(active_test=False).search([("name", "=", name)])
        )
        currency.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "rate": rate,
                "name": "2020-01-01",
                "company_id": self.env.company.id,
            }
        )
        self.tenant.business(BUSINESS).properties["defaultCurrencyIso"] = name
        return currency

    def with_taxes(self, taxes):
        """Let every product of the bookings have these taxes."""
        self.bookings().service_id.product_id.taxes_id = [Command.set(taxes.ids)]

    def awkward_bookings(self):
        """Bookings of one payer, with and without cents that get lost when one rounds late."""
        for days, price in enumerate(
            ("49.90", "0.05", "33.33", "19.99", "7.77", "1234.55"), start=1
        ):
            self.book(days=days, price=price)
        for days, minutes in enumerate((20, 50, 95), start=10):
            self.book(self.lesson, days=days, duration=timedelta(minutes=minutes), price="33.33")
        self.sync()
        return self.bookings()

    def assertPreviewIsDraft(self, bookings, options):
        """What the wizard shows of a group is what Odoo makes of it; returns the drafts."""
        groups = bookings._group_for_invoices(options)
        preview = [group._get_tax_preview(options) for group in groups]
        moves = bookings._create_invoices(options)["invoices"]
        found = [(move.amount_untaxed, move.amount_tax) for move in moves]
        for (net, tax), (move_net, move_tax) in zip(sorted(preview), sorted(found), strict=True):
            self.assertAlmostEqual(net, move_net, places=6)
            self.assertAlmostEqual(tax, move_tax, places=6)
        return moves

    def assertComesTo(self, moves, field, expected):
        """The drafts come to the sum of the list, and are deleted.

        A company that rounds taxes globally has Odoo round the sum of what was not rounded: of each line it may be
        half a cent off, which the wizard's preview shows as it will be.
        """
        found, lines = sum(moves.mapped(field)), len(moves.invoice_line_ids)
        moves.unlink()
        if self.env.company.tax_calculation_rounding_method == "round_globally":
            self.assertAlmostEqual(found, expected, delta=0.005 * lines)
        else:
            self.assertAlmostEqual(found, expected, places=6)


@tagged("post_install", "-at_install")
class TestTaxSums(SumsCommon):
    def test_net_prices_come_to_the_net_of_the_drafts(self):
        bookings = self.awkward_bookings()
        expected = sum(bookings.mapped("amount"))
        for included in (False, True):
            for rounding in ("round_per_line", "round_globally"):
                for mode in ("booking", "merged"):
                    with self.subTest(included=included, rounding=rounding, mode=mode):
                        self.env.company.tax_calculation_rounding_method = rounding
                        self.with_taxes(self.tax(8.1, included=included))
                        moves = self.assertPreviewIsDraft(bookings, {"line_mode": mode})
                        self.assertComesTo(moves, "amount_untaxed", expected)

    def test_gross_prices_come_to_the_total_of_the_drafts(self):
        bookings = self.awkward_bookings()
        self.settings.price_include_tax = True
        expected = sum(bookings.mapped("amount"))
        for included in (False, True):
            for rounding in ("round_per_line", "round_globally"):
                for mode in ("booking", "merged"):
                    with self.subTest(included=included, rounding=rounding, mode=mode):
                        self.env.company.tax_calculation_rounding_method = rounding
                        self.with_taxes(self.tax(8.1, included=included))
                        moves = self.assertPreviewIsDraft(bookings, {"line_mode": mode})
                        self.assertComesTo(moves, "amount_total", expected)

    def test_an_amount_that_was_rounded_comes_to_itself_under_tax(self):
        """Half hours at odd prices: net and tax of what was not rounded may be a cent off, each rounded."""
        for number in range(24):
            self.book(
                self.lesson,
                days=1 + number,
                duration=timedelta(minutes=30),
                price=f"{10.01 + 2.42 * number:.2f}",
            )
        self.sync()
        bookings = self.bookings()
        self.env.company.tax_calculation_rounding_method = "round_per_line"
        for gross, included in ((False, True), (True, True)):
            with self.subTest(gross=gross, included=included):
                self.settings.price_include_tax = gross
                self.with_taxes(self.tax(20, included=included))
                moves = self.assertPreviewIsDraft(bookings, {})
                for booking in bookings:
                    line = booking.invoice_line_id
                    found = line.price_total if gross else line.price_subtotal
                    self.assertAlmostEqual(found, booking.amount, places=6)
                moves.unlink()

    def test_fiscal_position_keeps_the_net_and_changes_the_tax(self):
        self.book(price="108.10")
        self.sync()
        self.settings.price_include_tax = True
        home = self.tax(8.1)
        self.with_taxes(home)
        position = self.env["account.fiscal.position"].create({"name": "Export"})
        self.tax(
            0,
            fiscal_position_ids=[Command.set(position.ids)],
            original_tax_ids=[Command.set(home.ids)],
        )
        self.bookings().payer_id.property_account_position_id = position
        move = self.bookings()._create_invoices()["invoices"]
        self.assertEqual(move.fiscal_position_id, position)
        self.assertAlmostEqual(move.amount_untaxed, 100.0)
        self.assertAlmostEqual(move.amount_total, 100.0)

    def test_fiscal_position_of_the_delivery_address(self):
        self.book(price="108.10")
        self.sync()
        self.settings.price_include_tax = True
        home = self.tax(8.1, included=True)
        self.with_taxes(home)
        position = self.env["account.fiscal.position"].create({"name": "Export"})
        self.tax(
            0,
            fiscal_position_ids=[Command.set(position.ids)],
            original_tax_ids=[Command.set(home.ids)],
        )
        payer = self.bookings().payer_id
        payer.is_company = True
        self.env["res.partner"].create(
            {
                "name": "Abroad",
                "type": "delivery",
                "parent_id": payer.id,
                "property_account_position_id": position.id,
            }
        )
        move = self.assertPreviewIsDraft(self.bookings(), {})
        self.assertEqual(move.fiscal_position_id, position)
        self.assertAlmostEqual(move.amount_total, 100.0)

    def test_taxes_of_the_account_when_the_product_has_none(self):
        self.book(price="108.10")
        self.sync()
        self.settings.price_include_tax = True
        self.with_taxes(self.env["account.tax"])
        product = self.bookings().service_id.product_id
        account = self.company_data["default_account_revenue"].copy()
        account.tax_ids = [Command.set(self.tax(8.1).ids)]
        product.property_account_income_id = account
        move = self.assertPreviewIsDraft(self.bookings(), {})
        self.assertAlmostEqual(move.amount_total, 108.10)
        self.assertAlmostEqual(move.amount_untaxed, 100.0)

    def test_class_price_shared_by_three_is_shared_to_the_cent(self):
        self.settings.class_price = "appointment"
        course = self.tenant.add_service(
            BUSINESS, "Class", price="100", price_type="fixedPrice", attendees=3
        )
        cleo = self.tenant.add_customer(BUSINESS, "Cléo", email="cleo@example.com")
        graph_id = self.book(course, customers=[self.ana, self.bob, cleo])
        self.sync()
        bookings = self.bookings(graph_id)
        self.assertEqual(sorted(bookings.mapped("amount")), [33.33, 33.33, 33.34])
        moves = bookings._create_invoices()["invoices"]
        self.assertEqual(len(moves), 3)
        self.assertAlmostEqual(sum(moves.mapped("amount_untaxed")), 100.0)

    def test_who_leaves_a_class_with_a_shared_price_after_invoicing(self):
        self.settings.class_price = "appointment"
        course = self.tenant.add_service(
            BUSINESS, "Class", price="100", price_type="fixedPrice", attendees=3
        )
        graph_id = self.book(course, customers=[self.ana, self.bob])
        self.sync()
        ana = self.bookings(graph_id).filtered(
            lambda booking: booking.customer_name == "Ana Müller"
        )
        ana._create_invoices()
        self.tenant.leave(graph_id, self.bob)
        self.sync()
        self.assertEqual((ana.amount, ana.invoice_line_id.price_subtotal), (50.0, 50.0))


@tagged("post_install", "-at_install")
class TestCurrencies(SumsCommon):
    def test_drafts_are_in_the_currency_of_the_business(self):
        euro = self.use_currency("EUR")
        self.book(price="49.90")
        self.sync()
        for journal in (
            self.env["account.journal"],
            self.company_data["default_journal_sale"].copy(),
        ):
            with self.subTest(journal=journal):
                journal.currency_id = self.env.company.currency_id
                self.settings.journal_id = journal
                move = self.assertPreviewIsDraft(self.bookings(), {})
                self.assertEqual(move.currency_id, euro)
                self.assertEqual(move.amount_untaxed, 49.90)
                self.assertAlmostEqual(abs(move.amount_untaxed_signed), 49.90 / 7, places=2)
                move.unlink()

    def test_a_currency_without_cents(self):
        self.use_currency("JPY")
        self.book(price="1234")
        self.book(self.lesson, days=4, price="999", duration=timedelta(minutes=20))
        self.settings.price_include_tax = True
        self.sync()
        bookings = self.bookings()
        self.with_taxes(self.tax(10))
        self.assertTrue(all(amount == round(amount) for amount in bookings.mapped("amount")))
        move = self.assertPreviewIsDraft(bookings, {})
        self.assertEqual(move.amount_total, sum(bookings.mapped("amount")))

    def test_a_currency_that_changes_does_not_touch_what_is_invoiced(self):
        self.book(price="49.90")
        self.sync()
        before = self.bookings().currency_id
        self.bookings()._create_invoices()
        self.use_currency("EUR")
        self.sync(full=True)
        self.assertEqual(self.bookings().amount, 49.90)
        self.assertEqual(self.bookings().invoice_id.currency_id, before)
