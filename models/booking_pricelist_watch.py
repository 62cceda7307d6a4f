# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from .booking import LIVE_STATES

# Where a transaction keeps what it has to price anew: a dict of (field of the booking, operator) -> ids.
PENDING = "microsoft_bookings.reprice_listed"
EVERYTHING = ("id", "!=")
# What of a tax changes how much of a price it is.
TAX_FIELDS = frozenset(("amount", "amount_type", "price_include_override", "children_tax_ids"))


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


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    @api.model_create_multi
    def create(self, vals_list):
        pricelists = super().create(vals_list)
        # A list may be the new one of a country, or of everybody.
        self.env["microsoft.booking"]._reprice_listed_later()
        return pricelists

    def write(self, vals):
        res = super().write(vals)
        # Their order counts: of several lists for everybody, or for a country, Odoo takes the first.
        if vals.keys() - {"name"}:
            self.env["microsoft.booking"]._reprice_listed_later()
        return res

    def unlink(self):
        res = super().unlink()
        # Who had it falls back on another one.
        self.env["microsoft.booking"]._reprice_listed_later()
        return res


class ProductPricelistItem(models.Model):
    _inherit = "product.pricelist.item"

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        self.env["microsoft.booking"]._reprice_listed_later()
        return items

    def write(self, vals):
        res = super().write(vals)
        self.env["microsoft.booking"]._reprice_listed_later()
        return res

    def unlink(self):
        res = super().unlink()
        self.env["microsoft.booking"]._reprice_listed_later()
        return res


class ResCountryGroup(models.Model):
    _inherit = "res.country.group"

    @api.model_create_multi
    def create(self, vals_list):
        groups = super().create(vals_list)
        self.env["microsoft.booking"]._reprice_listed_later()
        return groups

    def write(self, vals):
        res = super().write(vals)
        if not vals.keys().isdisjoint(("pricelist_ids", "country_ids")):
            self.env["microsoft.booking"]._reprice_listed_later()
        return res

    def unlink(self):
        res = super().unlink()
        self.env["microsoft.booking"]._reprice_listed_later()
        return res


class ResCountry(models.Model):
    _inherit = "res.country"

    def write(self, vals):
        res = super().write(vals)
        if "country_group_ids" in vals:
            self.env["microsoft.booking"]._reprice_listed_later()
        return res


class AccountTax(models.Model):
    """What a list has without tax is shown with it where the prices of the business are."""

    _inherit = "account.tax"

    def write(self, vals):
        res = super().write(vals)
        if not vals.keys().isdisjoint(TAX_FIELDS):
            self.env["microsoft.booking"]._reprice_listed_later()
        return res


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        res = super().write(vals)
        if not vals.keys().isdisjoint(("specific_property_product_pricelist", "country_id")):
            self.env["microsoft.booking"]._reprice_listed_later(("payer_id", "child_of"), self.ids)
        return res


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def write(self, vals):
        res = super().write(vals)
        if not vals.keys().isdisjoint(
            ("list_price", "categ_id", "uom_id", "taxes_id", "company_id")
        ):
            self.env["microsoft.booking"]._reprice_listed_later(
                ("service_id.product_id.product_tmpl_id", "in"), self.ids
            )
        return res


class ProductProduct(models.Model):
    _inherit = "product.product"

    def write(self, vals):
        res = super().write(vals)
        if "standard_price" in vals:
            self.env["microsoft.booking"]._reprice_listed_later(
                ("service_id.product_id", "in"), self.ids
            )
        return res
