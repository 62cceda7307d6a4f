# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, time, timezone

from odoo import fields, models

from ..billing.pricing import billed_quantity
from ..billing.timezones import service_date, to_zoneinfo
from .booking_pricing import to_decimal


class MicrosoftBookingSettings(models.Model):
    """Whose prices count: those of Bookings, or those of the payer's price list where it has one."""

    _inherit = "microsoft.booking.settings"

    price_source = fields.Selection(
        [("bookings", "Microsoft Bookings"), ("pricelist", "The payer's price list")],
        string="Price from",
        required=True,
        default="bookings",
        help="The payer's price list: where one of its rules is about the service's product on the day of the booking, "
        "its price replaces that of Bookings, also where Bookings leaves the price open. Without a rule the price of "
        "Bookings stands; what is free there stays free. A discount of 100 % makes the service free. "
        "A list in another currency is to check: nothing is converted. "
        "The price of an hourly service is that of an hour.",
    )


class MicrosoftBooking(models.Model):
    """The price by the payer's price list: found by Odoo's own rules, on the day of the service."""

    _inherit = "microsoft.booking"

    def _get_pricing_facts(self):
        facts = super()._get_pricing_facts()
        bookings = self.filtered(
            lambda booking: (
                booking.settings_id.price_source == "pricelist"
                and booking.payer_id
                and booking.service_id.product_id
                and booking.currency_id
            )
        )
        for booking, (price, reason, is_agreed) in bookings._get_listed_prices(facts).items():
            facts[booking] = replace(
                facts[booking],
                listed_price=price,
                listed_reason=reason,
                listed_is_shared=not is_agreed,
            )
        return facts

    def _get_pricelists(self):
        """The price list of the payer of each of these bookings; empty ones when price lists are not in use.

        What ``property_product_pricelist`` of a contact shows, asked where it is computed: while that field is being
        written, it is not known.

        :return: a dict of booking -> ``product.pricelist``
        """
        pricelists = {}
        for company, bookings in self.grouped("company_id").items():
            Pricelist = self.env["product.pricelist"].sudo().with_company(company)
            found = Pricelist._get_partner_pricelist_multi(bookings.payer_id._origin.ids)
            for booking in bookings:
                pricelists[booking] = found.get(booking.payer_id._origin.id) or Pricelist
        return pricelists

    def _get_listed_prices(self, facts):
        """What the price lists of the payers say of these bookings.

        A list is asked once for all days and quantities among which none of its rules begins, ends or sets in.

        :param facts: dict of booking -> :class:`..billing.pricing.Facts`
        :return: a dict of booking -> price of a unit as Bookings would show it (``Decimal`` or ``None``), why the list
            cannot be followed (a key of ``ISSUES`` or ``None``), twice ``None`` where it has no rule; and whether it is
            an agreed price, that is of a place, and not reckoned from what the product costs
        """
        listed, groups, turns = dict.fromkeys(self, (None, None, False)), defaultdict(list), {}
        roundings = {
            settings: settings._get_pricing_rules().rounding for settings in self.settings_id
        }
        for booking, pricelist in self._get_pricelists().items():
            if not pricelist:
                continue
            if pricelist not in turns:
                turns[pricelist] = pricelist._get_booking_turns()
            quantity = float(billed_quantity(facts[booking], roundings[booking.settings_id]) or 0)
            moment = booking._get_pricelist_moment()
            span = _find_span(turns[pricelist], moment, quantity)
            key = (booking.company_id, pricelist, booking.currency_id, span)
            groups[key].append((booking, quantity, moment))
        for (company, pricelist, currency, _span), group in groups.items():
            bookings = self.browse().union(*(booking for booking, *_asked in group))
            products = bookings.service_id.product_id._origin.sudo().with_company(company)
            _booking, quantity, moment = group[0]
            found = pricelist.with_company(company)._get_booking_prices(
                products, currency, quantity, moment
            )
            for booking in bookings:
                product = booking.service_id.product_id._origin
                price, reason, is_agreed = found[product]
                if price is not None:
                    with_tax = booking._get_rule_holder()._is_price_with_tax()
                    price = to_decimal(
                        booking.service_id._as_bookings_price(
                            booking.settings_id, product, price, with_tax
                        )
                    )
                listed[booking] = (price, reason, is_agreed)
        return listed

    def _is_listed_otherwise(self, then, now):
        """Whether a price list may say something else of this booking, as it is of another service, payer or day.

        :param then: billable facts
        :param now: billable facts
        """
        self.ensure_one()
        if self.settings_id.price_source != "pricelist":
            return False
        zone = to_zoneinfo(self.settings_id.tz) or timezone.utc
        days = {
            service_date(fields.Datetime.to_datetime(facts["start"]), zone)
            for facts in (then, now)
            if facts.get("start")
        }
        changed = self._get_changed_facts(then)
        return len(days) > 1 or not {"service", "customer"}.isdisjoint(changed)

    def _get_pricelist_moment(self):
        """Noon of the day of the service, where the business is: rules hold from a day to a day."""
        zone = to_zoneinfo(self.settings_id.tz) or timezone.utc
        noon = datetime.combine(self.service_date, time(12), zone)
        return noon.astimezone(timezone.utc).replace(tzinfo=None)


class ProductPricelist(models.Model):
    """What a list says of a product where nothing is converted: the rule and its price are Odoo's own."""

    _inherit = "product.pricelist"

    def _get_booking_prices(self, products, currency, quantity, moment):
        """The price of a unit of each of these products by a rule of this list, in the company of its environment.

        A price of 0 is one where the list takes off 100 %. Otherwise something is missing that nobody has said: the
        sales price that a discount is taken of, or the amount of a fixed price, which Odoo begins with 0.

        :param products: ``product.product``, in the company's environment: the currency of a cost depends on it
        :param currency: the one of the bookings
        :param quantity: units, by the unit of measure of the product
        :param moment: naive, in UTC
        :return: a dict of product -> price (``float``, or ``None`` where there is none to follow), why the list cannot
            be followed (a key of ``ISSUES`` or ``None``), and whether the price was agreed rather than reckoned from
            what the product costs
        """
        self.ensure_one()
        chains = self._get_rule_chains(products, quantity, moment)
        prices, followed = {}, products.browse()
        for product, chain in chains.items():
            _pricelist, rule = chain[0]
            if not rule:
                # The list knows nothing of the product: Odoo's answer is its sales price, Bookings' is as good.
                prices[product] = (None, None, False)
            elif _get_currencies(chain, product) != {currency}:
                prices[product] = (None, "pricelist_currency", False)
            else:
                followed |= product
        found = self._compute_price_rule(followed, quantity, date=moment)
        for product in followed:
            price, _rule_id = found[product.id]
            is_said = price or any(_takes_all_off(rule) for _pricelist, rule in chains[product])
            is_agreed = chains[product][-1][1].compute_price == "fixed"
            prices[product] = (
                (price, None, is_agreed) if is_said else (None, "price_to_confirm", False)
            )
        return prices

    def _get_rule_chains(self, products, quantity, moment):
        """The rule for each product, and what it reckons from: the rule of that list, and so on.

        :return: a dict of product -> list of price list and rule. An empty rule is that of a list which has none. It
            ends, since Odoo refuses lists that reckon from each other in a circle.
        """
        Item, asked, chains = self.env["product.pricelist.item"], {}, {}
        for product in products:
            chain, pricelist = [], self
            while pricelist:
                if pricelist not in asked:
                    asked[pricelist] = pricelist._compute_price_rule(
                        products, quantity, date=moment, compute_price=False
                    )
                _price, rule_id = asked[pricelist][product.id]
                rule = Item.browse(rule_id or [])
                chain.append((pricelist, rule))
                is_chained = rule.compute_price != "fixed" and rule.base == "pricelist"
                pricelist = rule.base_pricelist_id if is_chained else None
            chains[product] = chain
        return chains

    def _get_booking_turns(self):
        """When, and from how much on, a rule of this list or of those that it reckons from begins or ends to hold.

        :return: three sorted lists: first moments, last moments (naive, in UTC), least quantities
        """
        Item = self.env["product.pricelist.item"]
        rules, known, pricelists = Item, self, self
        while pricelists:
            found = Item.search(
                [
                    ("pricelist_id", "in", pricelists.ids),
                    *("|", "|", "|", ("date_start", "!=", False), ("date_end", "!=", False)),
                    *(("min_quantity", "!=", 0), ("base", "=", "pricelist")),
                ]
            )
            rules |= found
            chained = found.filtered(lambda rule: rule.base == "pricelist")
            pricelists = chained.base_pricelist_id - known
            known |= pricelists
        return tuple(
            sorted(set(filter(None, rules.mapped(name))))
            for name in ("date_start", "date_end", "min_quantity")
        )


def _find_span(turns, moment, quantity):
    """Which rules hold, as a key: a rule holds from its first moment to its last one, both included."""
    starts, ends, quantities = turns
    return (
        bisect_right(starts, moment),
        bisect_left(ends, moment),
        bisect_right(quantities, quantity),
    )


def _get_currencies(chain, product):
    """The currencies of all that a price is reckoned from: each list, and where no list fixes it, the product."""
    currencies = {pricelist.currency_id for pricelist, _rule in chain}
    _pricelist, last = chain[-1]
    if last.compute_price != "fixed":
        is_cost = last.base == "standard_price"
        currencies.add(product.cost_currency_id if is_cost else product.currency_id)
    return currencies


def _takes_all_off(rule):
    discounts = {"percentage": rule.percent_price, "formula": rule.price_discount}
    return discounts.get(rule.compute_price, 0) >= 100
