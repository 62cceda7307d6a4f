# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain

from .booking import LIVE_STATES

# What of a tax changes how much of a price it is.
TAX_FIELDS = frozenset(("amount", "amount_type", "price_include_override", "children_tax_ids"))


class MicrosoftBooking(models.Model):
    """Prices by price lists are kept on the bookings, so whatever they are reckoned from says when it changes."""

    _inherit = "microsoft.booking"

    @api.depends("payer_id", "service_id.product_id", "service_date")
    def _compute_pricing(self):
        return super()._compute_pricing()

    @api.model
    def _reprice_listed(self, domain=None):
        """Price anew, by the price lists, what is not invoiced yet.

        :param domain: which bookings; all without one
        """
        settings = (
            self.env["microsoft.booking.settings"]
            .sudo()
            .with_context(active_test=False)
            .search([("price_source", "=", "pricelist")])
        )
        if settings:
            of_settings = [
                ("settings_id", "in", settings.ids),
                ("billing_state", "not in", LIVE_STATES),
            ]
            bookings = self.sudo().search(Domain(of_settings) & Domain(domain or Domain.TRUE))
            bookings._recompute_pricing()


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    @api.model_create_multi
    def create(self, vals_list):
        pricelists = super().create(vals_list)
        # A list may be the new one of a country, or of everybody.
        self.env["microsoft.booking"]._reprice_listed()
        return pricelists

    def write(self, vals):
        res = super().write(vals)
        self.env["microsoft.booking"]._reprice_listed()
        return res

    def unlink(self):
        res = super().unlink()
        # Who had it falls back on another one.
        self.env["microsoft.booking"]._reprice_listed()
        return res


class ProductPricelistItem(models.Model):
    _inherit = "product.pricelist.item"

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        self.env["microsoft.booking"]._reprice_listed()
        return items

    def write(self, vals):
        res = super().write(vals)
        self.env["microsoft.booking"]._reprice_listed()
        return res

    def unlink(self):
        res = super().unlink()
        self.env["microsoft.booking"]._reprice_listed()
        return res


class ResCountryGroup(models.Model):
    _inherit = "res.country.group"

    @api.model_create_multi
    def create(self, vals_list):
        groups = super().create(vals_list)
        if groups.pricelist_ids:
            self.env["microsoft.booking"]._reprice_listed()
        return groups

    def write(self, vals):
        res = super().write(vals)
        if not vals.keys().isdisjoint(("country_ids", "pricelist_ids")):
            self.env["microsoft.booking"]._reprice_listed()
        return res


class AccountTax(models.Model):
    """What a list has without tax is shown with it where the prices of the business are."""

    _inherit = "account.tax"

    def write(self, vals):
        res = super().write(vals)
        if not vals.keys().isdisjoint(TAX_FIELDS):
            self.env["microsoft.booking"]._reprice_listed()
        return res


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        res = super().write(vals)
        if not vals.keys().isdisjoint(("specific_property_product_pricelist", "country_id")):
            self.env["microsoft.booking"]._reprice_listed([("payer_id", "child_of", self.ids)])
        return res


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def write(self, vals):
        res = super().write(vals)
        if not vals.keys().isdisjoint(("list_price", "categ_id", "uom_id", "taxes_id")):
            self.env["microsoft.booking"]._reprice_listed(
                [("service_id.product_id.product_tmpl_id", "in", self.ids)]
            )
        return res


class ProductProduct(models.Model):
    _inherit = "product.product"

    def write(self, vals):
        res = super().write(vals)
        if "standard_price" in vals:
            self.env["microsoft.booking"]._reprice_listed(
                [("service_id.product_id", "in", self.ids)]
            )
        return res
