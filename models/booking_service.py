# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.sql import escape_psql

from .booking import PRICE_TYPES
from .booking_address import level_name


class MicrosoftBookingService(models.Model):
    """A service of a Bookings business, and the product that its bookings are invoiced with."""

    _name = "microsoft.booking.service"
    _description = "Bookings Service"
    _inherit = ["microsoft.booking.mirror", "analytic.mixin"]
    _order = "name, id"

    product_id = fields.Many2one(
        "product.product",
        check_company=True,
        index="btree_not_null",
        help="The product on the invoice lines: income account, taxes and category come from it.",
    )
    suggested_product_id = fields.Many2one(
        "product.product",
        compute="_compute_suggested_product_id",
        help="The product of the same name, if there is exactly one. It is used only when you confirm it.",
    )
    description = fields.Text(readonly=True)
    default_duration = fields.Float("Duration (hours)", readonly=True)
    default_price = fields.Float("Price", readonly=True, min_display_digits="Product Price")
    price_type = fields.Selection(PRICE_TYPES, readonly=True)
    currency_id = fields.Many2one(related="settings_id.currency_id")

    _graph_id_uniq = models.Constraint(
        "UNIQUE(settings_id, graph_id)", "A service of Bookings is listed once in its settings."
    )

    @api.depends("name", "product_id", "company_id")
    def _compute_suggested_product_id(self):
        unmapped = self.filtered(lambda service: not service.product_id and service.name)
        (self - unmapped).suggested_product_id = False
        for company, services in unmapped.grouped("company_id").items():
            Product = self.env["product.product"]
            names = [("name", "=ilike", escape_psql(name)) for name in services.mapped("name")]
            products = Product.search(
                Domain(Product._check_company_domain(company)) & Domain.OR([name] for name in names)
            )
            by_name = products.grouped(lambda product: level_name(product.name))
            for service in services:
                same_name = by_name.get(level_name(service.name), products.browse())
                service.suggested_product_id = same_name if len(same_name) == 1 else False

    @api.model
    def _prepare_mirror_vals(self, settings, record):
        duration = record.default_duration
        return super()._prepare_mirror_vals(settings, record) | {
            "description": record.description or False,
            "default_duration": duration.total_seconds() / 3600 if duration else 0.0,
            "default_price": float(record.default_price or 0),
            "price_type": record.price_type,
        }

    def action_use_suggested_product(self):
        """Take the product of the same name, as the person confirms by pressing the button."""
        for service in self.filtered("suggested_product_id"):
            service.product_id = service.suggested_product_id
        return True

    def _create_products(self):
        """Create a product for each service that has none, a copy of the settings' template product.

        Copied, so that accounts, taxes, category and the fields of other add-ons come along.

        :return: the products that were created
        """
        Product = self.env["product.product"]
        created = Product
        for settings, services in (
            self.filtered(lambda service: not service.product_id).grouped("settings_id").items()
        ):
            template = settings.template_product_id
            base = (
                template.copy_data()[0]
                if template
                else {"type": "service", "company_id": settings.company_id.id}
            )
            templates = self.env["product.template"].create(
                [base | service._prepare_product_vals() for service in services]
            )
            for service, product_template in zip(services, templates, strict=True):
                service.product_id = product_template.product_variant_id
                service._set_product_price()
            created |= templates.product_variant_id
        return created

    def _prepare_product_vals(self):
        """The values of a new product that come from the service and not from the template. Hook.

        Its price is set afterwards, as its taxes want it.
        """
        self.ensure_one()
        return {
            "name": self.name,
            "description_sale": self.description,
            "list_price": 0.0,
            "active": True,
        }
