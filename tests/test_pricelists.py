# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Prices by the payer's price list: Odoo's own rules, on the day of the service, and nothing converted in silence."""

from datetime import timedelta

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import BookingCommon


class PricelistsCommon(BookingCommon):
    def setUp(self):
        super().setUp()
        # As an administrator switches price lists on; the superuser is whom Odoo asks whether they are.
        pricelists = self.env.ref("product.group_product_pricelist")
        (self.env.user | self.env.ref("base.user_root")).group_ids += pricelists
        self.yen = self.env.ref("base.JPY")
        self.yen.active = True
        self.settings.price_source = "pricelist"
        self.cut = self.book()
        self.taught = self.book(self.lesson, days=3, duration=timedelta(minutes=90))
        self.agreed = self.book(self.audit, days=4)
        self.sync()
        self.payer = self.bookings().payer_id
        self.payer.ensure_one()

    def make_list(self, *rules, **values):
        """A price list of these rules, each a dict of values of ``product.pricelist.item``."""
        return self.env["product.pricelist"].create(
            {
                "name": "Friends",
                "currency_id": self.env.company.currency_id.id,
                "company_id": self.env.company.id,
                "item_ids": [Command.create(rule) for rule in rules],
                **values,
            }
        )

    def product_of(self, service):
        services = self.env["microsoft.booking.service"].search([("graph_id", "=", service)])
        return services.product_id

    def fixed(self, service, price, **values):
        """A rule that sells a service at this price."""
        return {
            "applied_on": "1_product",
            "product_tmpl_id": self.product_of(service).product_tmpl_id.id,
            "compute_price": "fixed",
            "fixed_price": price,
            **values,
        }

    def amounts(self):
        """What the three bookings cost once the transaction is about to be committed."""
        self.env.cr.flush()
        return [self.bookings(graph_id).amount for graph_id in (self.cut, self.taught, self.agreed)]

    def use(self, *rules, **values):
        """Give the payer a list of these rules, as if it were committed."""
        self.payer.property_product_pricelist = self.make_list(*rules, **values)
        self.env.cr.flush()
        return self.payer.property_product_pricelist

    def cost(self, do):
        """How many queries this takes, from an empty cache to the commit."""
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        do()
        self.env.cr.flush()
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestPricelists(PricelistsCommon):
    def test_without_a_rule_the_prices_of_bookings_stand(self):
        self.assertEqual(self.amounts(), [50.0, 120.0, 0.0])
        # What Odoo would fall back on is nobody's agreement.
        self.product_of(self.haircut).list_price = 99.0
        self.product_of(self.audit).list_price = 99.0
        self.use()
        self.assertEqual(self.amounts(), [50.0, 120.0, 0.0])
        self.assertEqual(self.bookings(self.agreed).issue, "price_to_confirm")

    def test_a_rule_of_the_list_sets_the_price_also_where_bookings_leaves_it_open(self):
        self.use(
            self.fixed(self.haircut, 40.0),
            self.fixed(self.lesson, 70.0),
            self.fixed(self.audit, 300.0),
        )
        self.assertEqual(self.amounts(), [40.0, 105.0, 300.0])
        self.assertEqual(set(self.bookings().mapped("billing_state")), {"to_invoice"})
        self.assertIn("Friends", self.bookings(self.cut).explanation)
        move = self.bookings()._create_invoices()["invoices"]
        self.assertEqual(move.amount_untaxed, 445.0)

    def test_off_by_default(self):
        self.use(self.fixed(self.haircut, 40.0))
        self.settings.price_source = "bookings"
        self.assertEqual(self.amounts()[0], 50.0)
        self.assertEqual(self.connect(self.app, business_id="x@y.example").price_source, "bookings")

    def test_the_day_of_the_service_decides(self):
        day = self.bookings(self.cut).service_date
        before = day - timedelta(days=1)
        self.use(
            self.fixed(self.haircut, 40.0, date_end=f"{before} 21:00:00"),
            self.fixed(self.haircut, 45.0, date_start=f"{day} 00:00:00"),
        )
        self.assertEqual(self.amounts()[0], 45.0)
        self.tenant.move(self.cut, self.ago(days=3))
        self.sync()
        self.assertEqual(self.amounts()[0], 40.0)

    def test_the_quantity_decides(self):
        self.use(
            self.fixed(self.lesson, 70.0, min_quantity=1.5),
            self.fixed(self.lesson, 75.0),
        )
        self.assertEqual(self.amounts()[1], 105.0)
        self.settings.write({"duration_rounding": "down", "rounding_minutes": 60})
        self.assertEqual(self.amounts()[1], 75.0)

    def test_another_currency_is_to_check_and_never_converted(self):
        self.use(self.fixed(self.haircut, 40.0), currency_id=self.yen.id)
        cut = self.bookings(self.cut)
        self.assertEqual((cut.billing_state, cut.issue), ("to_check", "pricelist_currency"))
        self.assertIn(self.env.company.currency_id.name, cut.issue_text)
        self.assertFalse(cut._create_invoices()["invoices"])
        cut.unit_price = 44.0
        self.assertEqual((cut.billing_state, cut.amount), ("to_invoice", 44.0))

    def test_a_list_in_another_currency_that_has_no_rule_blocks_nothing(self):
        # As Odoo's own empty list may be, which everybody has who has no other.
        self.use(self.fixed(self.lesson, 70.0), currency_id=self.yen.id)
        self.assertEqual(self.amounts()[0], 50.0)
        self.assertEqual(self.bookings(self.cut).billing_state, "to_invoice")
        self.assertEqual(self.bookings(self.taught).issue, "pricelist_currency")

    def chained(self, base, **values):
        """A rule that reckons from another list."""
        values = {"compute_price": "formula", **values}
        return {"base": "pricelist", "base_pricelist_id": base.id, **values}

    def test_lists_that_reckon_from_each_other_are_followed_to_the_end(self):
        base = self.make_list(self.fixed(self.haircut, 40.0))
        middle = self.make_list(self.chained(base, price_discount=10.0))
        self.use(self.chained(middle, compute_price="percentage", percent_price=50.0))
        self.assertEqual(self.amounts()[0], 18.0)

    def test_another_currency_anywhere_in_the_chain_is_to_check(self):
        base = self.make_list(self.fixed(self.haircut, 40.0), currency_id=self.yen.id)
        middle = self.make_list(self.chained(base, price_discount=10.0))
        for pricelist in (base, middle):
            with self.subTest(pricelist):
                self.use(self.chained(pricelist, price_discount=10.0))
                self.assertEqual(self.bookings(self.cut).issue, "pricelist_currency")

    def test_the_end_of_a_chain_that_has_no_rule_is_the_sales_price(self):
        self.product_of(self.haircut).list_price = 60.0
        base = self.make_list(self.fixed(self.lesson, 70.0))
        self.use(self.chained(base, price_discount=10.0))
        self.assertEqual(self.amounts()[:2], [54.0, 94.5])
        # Products of no company have the currency of the first one.
        self.product_of(self.haircut).company_id = False
        self.change_currency(self.env["res.company"]._get_main_company(), self.yen)
        self.assertEqual(self.product_of(self.haircut).currency_id, self.yen)
        self.use(self.chained(base, price_discount=10.0))
        issues = self.bookings(self.cut).issue, self.bookings(self.taught).issue
        self.assertEqual(issues, ("pricelist_currency", False))

    def test_the_currency_of_a_cost_is_that_of_the_company_whoever_asks(self):
        self.product_of(self.haircut).standard_price = 30.0
        self.use({"compute_price": "formula", "base": "standard_price", "price_markup": 50.0})
        self.assertEqual(self.amounts()[0], 45.0)
        elsewhere = self.env["res.company"].create({"name": "Tokyo", "currency_id": self.yen.id})
        cut = self.bookings(self.cut).sudo().with_company(elsewhere)
        self.assertEqual(cut._get_listed_prices(cut._get_pricing_facts())[cut], (45, None, False))

    def base_rule(self, base):
        """A rule that reckons from another list."""
        return {"compute_price": "formula", "base": "pricelist", "base_pricelist_id": base.id}

    def test_another_currency_behind_the_list_that_a_rule_reckons_from_is_to_check(self):
        far = self.make_list(self.fixed(self.haircut, 40.0), currency_id=self.yen.id)
        near = self.make_list(self.base_rule(far), name="Near")
        self.use(self.base_rule(near))
        self.assertEqual(self.bookings(self.cut).issue, "pricelist_currency")
        far.currency_id = self.env.company.currency_id
        self.assertEqual(self.amounts()[0], 40.0)

    def test_a_cost_is_in_the_currency_of_the_bookings_company_whoever_looks(self):
        product = self.product_of(self.haircut)
        product.company_id = False
        product.standard_price = 30.0
        self.use({"compute_price": "formula", "base": "standard_price"})
        self.assertEqual(self.amounts()[0], 30.0)
        company = self.env["res.company"].create({"name": "Kyoto", "currency_id": self.yen.id})
        elsewhere = self.bookings(self.cut).with_context(
            allowed_company_ids=[company.id, self.env.company.id]
        )
        elsewhere._recompute_pricing()
        self.assertEqual((elsewhere.issue, elsewhere.amount), (False, 30.0))

    def test_what_a_country_or_a_tax_says_of_a_list_is_followed(self):
        country = self.payer.country_id = self.env.ref("base.ch")
        self.make_list(name="Everybody")
        group = self.env["res.country.group"].create({"name": "Alps"})
        self.make_list(self.fixed(self.haircut, 100.0), country_group_ids=group.ids)
        self.assertEqual(self.amounts()[0], 50.0)
        group.country_ids = country
        self.assertEqual(self.amounts()[0], 100.0)
        tax = self.env["account.tax"].create(
            {"name": "7.7 %", "amount": 7.7, "company_id": self.env.company.id}
        )
        self.product_of(self.haircut).taxes_id = tax
        self.settings.price_include_tax = True
        self.assertEqual(self.amounts()[0], 107.7)
        tax.amount = 8.1
        self.assertEqual(self.amounts()[0], 108.1)

    def test_moved_to_a_day_of_another_price_what_was_posted_is_corrected(self):
        day = self.bookings(self.cut).service_date
        before = day - timedelta(days=1)
        self.use(
            self.fixed(self.haircut, 40.0, date_end=f"{before} 21:00:00"),
            self.fixed(self.haircut, 45.0, date_start=f"{day} 00:00:00"),
        )
        cut = self.bookings(self.cut)
        cut._create_invoices()["invoices"].action_post()
        self.tenant.move(self.cut, self.ago(days=3))
        self.sync()
        self.assertEqual((cut.due_amount, cut.amount_difference), (40.0, -5.0))
        self.assertEqual(cut.proposal, "credit")

    def test_what_was_posted_is_corrected_at_the_prices_of_whom_it_was_invoiced_to(self):
        self.use(self.fixed(self.lesson, 70.0))
        taught = self.bookings(self.taught)
        taught._create_invoices()["invoices"].action_post()
        fund = self.env["res.partner"].create({"name": "Fund"})
        fund.property_product_pricelist = self.make_list(self.fixed(self.lesson, 100.0))
        self.payer.booking_payer_id = fund
        self.tenant.move(self.taught, self.ago(days=3), timedelta(hours=2))
        self.sync()
        self.assertEqual((taught.payer_id, taught.due_amount), (self.payer, 140.0))

    def test_a_discount_on_a_whole_class_is_shared_and_an_agreed_price_is_not(self):
        self.settings.class_price = "appointment"
        graph_id = self.book(customers=[self.ana, self.bob])
        self.sync()
        places = self.bookings(graph_id)
        self.assertEqual(places.mapped("amount"), [25.0, 25.0])
        self.product_of(self.haircut).list_price = 50.0
        discount = self.make_list({"compute_price": "percentage", "percent_price": 10.0})
        places.payer_id.property_product_pricelist = discount
        self.env.cr.flush()
        self.assertEqual(places.mapped("amount"), [22.5, 22.5])
        places.payer_id.property_product_pricelist = self.make_list(self.base_rule(discount))
        self.env.cr.flush()
        self.assertEqual(places.mapped("amount"), [22.5, 22.5])
        agreed = self.make_list(self.fixed(self.haircut, 40.0), name="Agreed")
        places.payer_id.property_product_pricelist = self.make_list(self.base_rule(agreed))
        self.env.cr.flush()
        self.assertEqual(places.mapped("amount"), [40.0, 40.0])

    def test_typed_prices_stay(self):
        cut = self.bookings(self.cut)
        cut.unit_price = 33.0
        self.use(self.fixed(self.haircut, 40.0))
        self.assertEqual(cut.amount, 33.0)
        cut.action_use_bookings_price()
        self.assertEqual(cut.amount, 40.0)

    def test_a_share_of_a_fee_is_of_the_listed_price(self):
        self.settings.write({"no_show_fee": "percent", "no_show_fee_value": 50})
        self.use(self.fixed(self.haircut, 40.0))
        self.bookings(self.cut).outcome = "no_show"
        self.assertEqual(self.amounts()[0], 20.0)

    def test_a_price_of_nothing_that_nobody_has_said_is_to_confirm(self):
        self.use(self.fixed(self.haircut, 0.0))
        self.assertEqual(self.bookings(self.cut).issue, "price_to_confirm")
        # Half of a sales price that is missing.
        self.product_of(self.haircut).list_price = 0.0
        self.use({"compute_price": "percentage", "percent_price": 50.0})
        self.assertEqual(self.bookings(self.cut).issue, "price_to_confirm")

    def test_a_discount_of_all_makes_it_free(self):
        all_off = {"compute_price": "percentage", "percent_price": 100.0}
        given = self.make_list(all_off)
        for rule in (
            all_off,
            {"compute_price": "formula", "price_discount": 100.0},
            self.chained(given, price_discount=5.0),
        ):
            with self.subTest(rule["compute_price"]):
                self.use(rule)
                self.assertEqual(self.amounts(), [0.0, 0.0, 0.0])
                cut = self.bookings(self.cut)
                self.assertEqual((cut.billing_state, cut.issue), ("to_invoice", False))
                self.assertIn("Friends", cut.explanation)
                self.assertEqual(cut._create_invoices()["skipped"][0][1], "free")
        # All of it off, and a charge on top.
        self.use({"compute_price": "formula", "price_discount": 100.0, "price_surcharge": 7.0})
        self.assertEqual(self.amounts()[0], 7.0)

    def test_what_is_free_in_bookings_stays_free(self):
        self.tenant.reprice(self.cut, 0, "free")
        self.sync()
        self.use(self.fixed(self.haircut, 40.0))
        self.assertEqual(self.amounts()[0], 0.0)

    def test_listed_prices_are_without_tax_where_the_product_has_it_so(self):
        product = self.product_of(self.haircut)
        product.taxes_id = self.env["account.tax"].create(
            {"name": "8.1 %", "amount": 8.1, "company_id": self.env.company.id}
        )
        self.use(self.fixed(self.haircut, 100.0))
        for included, listed in ((False, 100.0), (True, 108.1)):
            with self.subTest(included):
                self.settings.price_include_tax = included
                cut = self.bookings(self.cut)
                self.assertEqual(cut.amount, listed)
                move = cut._create_invoices()["invoices"]
                self.assertEqual((move.amount_untaxed, move.amount_total), (100.0, 108.1))
                move.unlink()

    def test_an_invoicing_user_sees_and_invoices_it(self):
        self.use(self.fixed(self.haircut, 40.0))
        clerk = new_test_user(
            self.env,
            "pricelist clerk",
            groups="account.group_account_invoice",
            company_ids=[Command.set(self.env.company.ids)],
            company_id=self.env.company.id,
        )
        cut = self.bookings(self.cut).with_user(clerk)
        self.assertIn("Friends", cut.explanation)
        self.assertEqual(cut._create_invoices()["invoices"].amount_untaxed, 40.0)

    def test_the_list_is_asked_once_however_many_bookings_days_and_lengths(self):
        day = self.bookings(self.cut).service_date
        base = self.make_list(self.fixed(self.lesson, 100.0))
        self.use(
            self.fixed(self.haircut, 40.0),
            self.fixed(self.lesson, 70.0, min_quantity=100.0),
            self.fixed(self.lesson, 70.0, date_start=f"{day + timedelta(days=9)} 00:00:00"),
            self.chained(base, price_discount=10.0),
        )

        def reprice():
            self.bookings()._recompute_pricing()

        few = self.cost(reprice)
        for n in range(12):
            self.book(days=2 + n)
            self.book(self.lesson, days=2 + n, duration=timedelta(minutes=10 + 10 * n))
        self.sync()
        prices = self.bookings().grouped("unit_price")
        self.assertEqual(
            {price: len(found) for price, found in prices.items()}, {40: 13, 90: 13, 0: 1}
        )
        self.assertLessEqual(self.cost(reprice), few + 2)

    def test_first_and_last_moments_and_least_quantities_count_themselves(self):
        noon = self.bookings(self.taught)._get_pricelist_moment()
        second = timedelta(seconds=1)
        items = [
            self.book(self.lesson, days=days, duration=timedelta(minutes=minutes))
            for days, minutes in ((5, 90), (2, 90), (3, 60), (3, 120))
        ]
        self.sync()
        # On that day for 90 minutes; before and after it; for less and for more.
        for values, prices in (
            ({"date_start": noon}, [70, 80, 70, 70, 70]),
            ({"date_start": noon + second}, [80, 80, 70, 80, 80]),
            ({"date_end": noon}, [70, 70, 80, 70, 70]),
            ({"date_end": noon - second}, [80, 70, 80, 80, 80]),
            ({"min_quantity": 1.5}, [70, 70, 70, 80, 70]),
            ({"min_quantity": 1.51}, [80, 80, 80, 80, 70]),
        ):
            with self.subTest(values):
                self.use(self.fixed(self.lesson, 70.0, **values))
                found = [self.bookings(item).unit_price for item in (self.taught, *items)]
                self.assertEqual(found, prices)

    def test_days_and_lengths_are_told_apart_in_lists_further_down(self):
        long = self.book(self.lesson, days=3, duration=timedelta(hours=3))
        former = self.book(self.lesson, days=9, duration=timedelta(minutes=90))
        self.sync()
        day = self.bookings(self.taught).service_date
        base = self.make_list(
            self.fixed(self.lesson, 60.0, min_quantity=2.0),
            self.fixed(self.lesson, 80.0, date_start=f"{day} 00:00:00"),
            self.fixed(self.lesson, 100.0, date_end=f"{day - timedelta(days=1)} 23:00:00"),
        )
        self.use(self.chained(base, price_discount=50.0))
        found = [self.bookings(item).unit_price for item in (self.taught, long, former)]
        self.assertEqual(found, [40.0, 30.0, 50.0])
