# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from .booking import LIVE_STATES

# Where a transaction keeps what it has to price anew: a dict of (field of the booking, operator) -> ids.
PENDING = "microsoft_bookings.reprice_listed"
EVERYTHING = ("id", "!=")


class MicrosoftBooking(models.Model):
    """Prices by price lists are kept on the bookings: whatever they are reckoned from says when it changes, and what is
    claimed is priced once more.

    Watched is what people change in order to change prices: lists, their rules, who has which list, the price and cost
    of a product, its taxes. A price also follows from much that is rarely touched: what a variant costs more, the tree
    of categories, and whatever other modules let rules depend on. Nobody can name all of that, so that
    :meth:`_reprice_claimed` does not try: until then a list may show the former price, but no draft has it.
    """

    _inherit = "microsoft.booking"

    @api.depends("payer_id", "service_id.product_id", "service_date")
    def _compute_pricing(self):
        return super()._compute_pricing()

    @api.model
    def _reprice_listed_later(self, key=EVERYTHING, ids=()):
        """Have what is not invoiced yet priced anew by the price lists, once for all changes of this transaction.

        Odoo does it before it commits and on the borders of savepoints: what is rolled back with one is forgotten.

        :param key: a field of the booking and an operator, with which to find those that ``ids`` concern
        :param ids: ids of the records that have changed
        """
        if self.env.context.get(MODULE_UNINSTALL_FLAG):
            # Our own tables may be gone by then.
            return
        precommit = self.env.cr.precommit
        if PENDING not in precommit.data:
            precommit.data[PENDING] = defaultdict(set)
            # In nobody's name: who changes a list may see neither all bookings nor all companies.
            env = self.env(su=True, context={})
            precommit.add(env["microsoft.booking"]._reprice_listed)
        precommit.data[PENDING][key].update(ids)

    @api.model
    def _reprice_listed(self):
        """Price anew, by the price lists, what is not invoiced yet and has been noted for it."""
        pending = self.env.cr.precommit.data.pop(PENDING)
        settings = (
            self.env["microsoft.booking.settings"]
            .with_context(active_test=False)
            .search([("price_source", "=", "pricelist")])
        )
        if not settings:
            return
        domain = Domain("settings_id", "in", settings.ids)
        domain &= Domain("billing_state", "not in", LIVE_STATES)
        if EVERYTHING not in pending:
            domain &= Domain.OR(
                Domain(name, operator, sorted(ids)) for (name, operator), ids in pending.items()
            )
        self.search(domain)._recompute_pricing()

    def _reprice_claimed(self):
        """Price these locked bookings, about to be invoiced, by the price lists as they are now.

        A draft has the price that is true when it is made, as it has the payer and the taxes of that moment. Where
        that is another one than a preview showed which was opened before, the draft is what a person reviews and posts;
        what has become to check is left out and said so.
        """
        self.filtered(
            lambda booking: (
                booking.settings_id.price_source == "pricelist"
                and booking.billing_state not in LIVE_STATES
            )
        )._recompute_pricing()


class MicrosoftBookingPriceSource(models.AbstractModel):
    """Something that listed prices are reckoned from: when it changes, bookings are priced anew."""

    _name = "microsoft.booking.price.source"
    _description = "Source of Listed Prices"

    # The fields that count, and whether it counts that such a record comes and goes.
    _booking_price_fields = frozenset()
    _booking_price_exists = False
    # How to find the bookings of a record that changes; all of them where it may concern any.
    _booking_price_key = EVERYTHING

    def _reprice_bookings_later(self):
        if self:
            self.env["microsoft.booking"]._reprice_listed_later(self._booking_price_key, self.ids)

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if self._booking_price_exists:
            records._reprice_bookings_later()
        return records

    def write(self, vals):
        res = super().write(vals)
        if self._counts_for_bookings(vals):
            self._reprice_bookings_later()
        return res

    def unlink(self):
        res = super().unlink()
        if self._booking_price_exists:
            self._reprice_bookings_later()
        return res

    def _counts_for_bookings(self, vals):
        """Whether writing these values may change a price."""
        return not vals.keys().isdisjoint(self._booking_price_fields)


class ProductPricelist(models.Model):
    _name = "product.pricelist"
    _inherit = ["product.pricelist", "microsoft.booking.price.source"]

    # A list may be the new one of a country, or of everybody; who had one that is deleted falls back on another.
    _booking_price_exists = True

    def _counts_for_bookings(self, vals):
        # Their order counts: of several lists for everybody, or for a country, Odoo takes the first.
        return bool(vals.keys() - {"name"})


class ProductPricelistItem(models.Model):
    _name = "product.pricelist.item"
    _inherit = ["product.pricelist.item", "microsoft.booking.price.source"]

    _booking_price_exists = True

    def _counts_for_bookings(self, vals):
        return True


class ResCountryGroup(models.Model):
    _name = "res.country.group"
    _inherit = ["res.country.group", "microsoft.booking.price.source"]

    _booking_price_fields = frozenset(("pricelist_ids", "country_ids"))
    _booking_price_exists = True


class ResCountry(models.Model):
    _name = "res.country"
    _inherit = ["res.country", "microsoft.booking.price.source"]

    _booking_price_fields = frozenset(("country_group_ids",))


class AccountTax(models.Model):
    """What a list has without tax is shown with it where the prices of the business are."""

    _name = "account.tax"
    _inherit = ["account.tax", "microsoft.booking.price.source"]

    # What of a tax changes how much of a price it is.
    _booking_price_fields = frozenset(
        ("amount", "amount_type", "price_include_override", "children_tax_ids")
    )


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "microsoft.booking.price.source"]

    _booking_price_fields = frozenset(("specific_property_product_pricelist", "country_id"))
    _booking_price_key = ("payer_id", "child_of")


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = ["product.template", "microsoft.booking.price.source"]

    _booking_price_fields = frozenset(
        ("list_price", "categ_id", "uom_id", "taxes_id", "company_id")
    )
    _booking_price_key = ("service_id.product_id.product_tmpl_id", "in")


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product", "microsoft.booking.price.source"]

    _booking_price_fields = frozenset(("standard_price",))
    _booking_price_key = ("service_id.product_id", "in")
