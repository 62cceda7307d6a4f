# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, time, timezone

from odoo import fields, models

from ..billing.pricing import billed_quantity
from ..billing.timezones import to_zoneinfo
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
        for booking, (price, reason, _rule) in bookings._get_listed_prices(facts).items():
            facts[booking] = replace(facts[booking], listed_price=price, listed_reason=reason)
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
            list cannot be followed (a key of ``ISSUES`` or ``None``), and the rule (``product.pricelist.item``)
        """
        listed, groups = {}, defaultdict(self.browse)
        for booking, pricelist in self._get_pricelists().items():
            rule = pricelist.item_ids.browse()
            if not pricelist:
                listed[booking] = (None, None, rule)
            elif pricelist.currency_id != booking.currency_id:
                listed[booking] = (None, "pricelist_currency", rule)
            else:
                rounding = booking.settings_id._get_pricing_rules().rounding
                quantity = float(billed_quantity(facts[booking], rounding) or 0)
                groups[
                    booking.company_id, pricelist, booking._get_pricelist_moment(), quantity
                ] |= booking
        for (company, pricelist, moment, quantity), bookings in groups.items():
            products = bookings.service_id.product_id.sudo().with_company(company)
            found = pricelist.with_company(company)._compute_price_rule(
                products, quantity, date=moment
            )
            for booking in bookings:
                product = booking.service_id.product_id
                price, rule_id = found[product.id]
                listed[booking] = booking._follow_rule(
                    pricelist.item_ids.browse(rule_id or []), product, price
                )
        return listed

    def _follow_rule(self, rule, product, price):
        """What a rule of the price list makes of this booking: see :meth:`_get_listed_prices`."""
        if not rule:
            # The list knows nothing of the product: Odoo's answer is its sales price, Bookings' is as good.
            return None, None, rule
        if rule.compute_price != "fixed":
            source = {
                "pricelist": rule.base_pricelist_id.currency_id,
                "standard_price": product.cost_currency_id,
            }.get(rule.base, product.currency_id)
            if source != self.currency_id:
                return None, "pricelist_currency", rule
        service = self.service_id
        return to_decimal(service._as_bookings_price(self.settings_id, product, price)), None, rule

    def _get_pricelist_moment(self):
        """Noon of the day of the service, where the business is: rules hold from a day to a day."""
        zone = to_zoneinfo(self.settings_id.tz) or timezone.utc
        noon = datetime.combine(self.service_date, time(12), zone)
        return noon.astimezone(timezone.utc).replace(tzinfo=None)
