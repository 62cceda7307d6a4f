# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from ast import literal_eval

from psycopg2 import DataError

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..graph.permissions import READ, WRITE, missing_permissions
from .graph_messages import _lt, keep

# Which records of Odoo each filter is about.
FILTERS = {"customer_filter": "res.partner", "service_filter": "product.product"}


class MicrosoftBookingSettings(models.Model):
    """In which direction customers and services are synchronised, and what of Odoo goes to Bookings."""

    _name = "microsoft.booking.settings"
    _inherit = ["microsoft.booking.settings", "analytic.mixin"]

    customer_filter = fields.Char(
        "Contacts for Bookings",
        default="[('customer_rank', '>', 0)]",
        help="Of the persons with an e-mail address, of the company or shared, these are written to Bookings.",
    )
    create_products = fields.Boolean(
        "Create Missing Products",
        default=True,
        help="A service whose name no product has gets a new product, a copy of the template product.",
    )
    service_filter = fields.Char(
        "Products for Bookings",
        default="[('sale_ok', '=', True)]",
        help="Of the products of type “Service”, of the company or shared, these are written to Bookings.",
    )
    new_service_minutes = fields.Integer(
        "Duration of New Services (minutes)",
        default=60,
        required=True,
        help="Odoo has no duration: what a product that is new in Bookings is given there. Change it in Bookings.",
    )
    new_service_price_type = fields.Selection(
        [("hourly", "Hourly"), ("fixedPrice", "Fixed price")],
        string="Price of New Services",
        default="hourly",
        required=True,
    )

    salesperson_id = fields.Many2one(
        "res.users",
        check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Of the drafts whose bookings were not all rendered by one staff member with a user. "
        "Empty: the salesperson of the payer, else who makes the drafts.",
    )

    _new_service_minutes_positive = models.Constraint(
        "CHECK(new_service_minutes > 0)", "A service lasts at least one minute."
    )

    @api.constrains(*FILTERS)
    def _check_filters(self):
        """Refuse a filter that cannot be searched by, or not by who sets it.

        :raise ValidationError: naming the filter
        """
        for name, model in FILTERS.items():
            for settings in self:
                try:
                    with self.env.cr.savepoint():
                        self.env[model].search(settings._get_filter_domain(name), limit=1)
                except (ValueError, SyntaxError, TypeError, DataError) as error:
                    label = self._fields[name].get_description(self.env, ["string"])["string"]
                    raise ValidationError(
                        self.env._(
                            "“%(label)s” cannot be used as a filter: %(error)s",
                            label=label,
                            error=error,
                        )
                    ) from error

    def _get_filter_domain(self, name):
        """A filter as a domain; an empty one takes everything.

        :param name: a key of :data:`FILTERS`
        :raise ValueError: when it is none
        """
        self.ensure_one()
        return Domain(literal_eval(self[name] or "[]"))

    def _get_data_lang(self):
        """The language of names that exist on both sides: the company's, whoever synchronises."""
        return self.company_id.partner_id.lang or self.env.lang or "en_US"

    # === PERMISSIONS === #

    def _get_wanted_operations(self):
        wanted = super()._get_wanted_operations()
        for operation, field in (
            ("write_customers", "sync_customers"),
            ("write_services", "sync_services"),
        ):
            if self[field] == "both":
                wanted[operation] = keep(_lt("write to Bookings (option “%(field)s”)"), field=field)
        return wanted

    def _get_wanted_permissions(self):
        """The application permissions to ask for, the least that do.

        :return: a list of names
        """
        missing = missing_permissions((), self._get_wanted_operations())
        names = list(dict.fromkeys([READ, *(name for name, _operation in missing)]))
        return [WRITE] if WRITE in names else names
