# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
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
        [("bookings", "Bookings"), ("pricelist", "The payer's price list")],
        string="Price from",
        required=True,
        default="bookings",
        help="The payer's price list: where one of its rules is about the service's product on the day of the booking, "
        "its price replaces that of Bookings, also where Bookings leaves the price open. Without a rule the price of "
        "Bookings stands; what is free there stays free. A list in another currency is to check: nothing is converted. "
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
        """What the price lists of the payers say of these bookings, each list asked once for a day and a quantity.

        :param facts: dict of booking -> :class:`..billing.pricing.Facts`
        :return: a dict of booking -> price of a unit as Bookings would show it (``Decimal`` or ``None``), why the
            list cannot be followed (a key of ``ISSUES`` or ``None``), and whether it is an agreed price, that is of a
            place, and not reckoned from what the product costs
        """
        listed, groups = {}, defaultdict(self.browse)
        for booking, pricelist in self._get_pricelists().items():
            if not pricelist:
                listed[booking] = (None, None, False)
            elif pricelist.currency_id != booking.currency_id:
                listed[booking] = (None, "pricelist_currency", False)
            else:
                rounding = booking.settings_id._get_pricing_rules().rounding
                quantity = float(billed_quantity(facts[booking], rounding) or 0)
                groups[
                    booking.company_id, pricelist, booking._get_pricelist_moment(), quantity
                ] |= booking
        for (company, pricelist, moment, quantity), bookings in groups.items():
            # What they cost is in the currency of that company, whichever the user is working in.
            products = bookings.service_id.product_id.sudo().with_company(company)
            found = pricelist.with_company(company)._get_booking_rules(products, quantity, moment)
            for booking in bookings:
                product = products.browse(booking.service_id.product_id.id)
                listed[booking] = booking._follow_rule(product, *found[product])
        return listed

    def _follow_rule(self, product, price, rule, currencies, is_agreed):
        """What a rule of the price list makes of this booking: see :meth:`_get_listed_prices`."""
        if not rule:
            # The list knows nothing of the product: Odoo's answer is its sales price, Bookings' is as good.
            return None, None, False
        if currencies != self.currency_id:
            return None, "pricelist_currency", False
        found = self.service_id._as_bookings_price(self.settings_id, product, price)
        return to_decimal(found), None, is_agreed

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
    _inherit = "product.pricelist"

    def _get_booking_rules(self, products, quantity, moment):
        """What this list says of products, and what it reckons from, through all the lists that it is based on.

        :return: a dict of product -> price, rule (``product.pricelist.item``, empty when there is none), the
            currencies of what it reckons from, without a rule that of the sales price, and whether that is a price
            that was agreed rather than what the product costs
        """
        found, Item = self._compute_price_rule(products, quantity, date=moment), self.item_ids
        rules = {product: Item.browse(found[product.id][1] or []) for product in products}
        return {
            product: (
                found[product.id][0],
                rule,
                *rule._get_booking_source(product, quantity, moment),
            )
            for product, rule in rules.items()
        }


class ProductPricelistItem(models.Model):
    _inherit = "product.pricelist.item"

    def _get_booking_source(self, product, quantity, moment):
        """What this rule reckons from: see :meth:`ProductPricelist._get_booking_rules`.

        :return: the currencies, and whether it is a price that was agreed
        """
        if self.compute_price == "fixed":
            return self.currency_id, True
        if self.base == "pricelist":
            base = self.base_pricelist_id
            found = base._get_booking_rules(product, quantity, moment)[product]
            _price, _rule, currencies, is_agreed = found
            return base.currency_id | currencies, is_agreed
        is_cost = self.base == "standard_price"
        return product.cost_currency_id if is_cost else product.currency_id, False
