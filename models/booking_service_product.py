# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..graph.records import PRICED
from .booking_address import level_name, level_text
from .booking_merge import settle
from .booking_twin_failure import Failures
from .graph_messages import _lt, keep


class MicrosoftBookingService(models.Model):
    """A service of Bookings and its product: what each takes over from the other."""

    _name = "microsoft.booking.service"
    _inherit = ["microsoft.booking.service", "microsoft.booking.twin"]

    _twin_field = "product_id"
    _identity = "name"
    _choice_fields = ("product_id",)

    # === PRICES === #

    def _has_comparable_price(self):
        """Whether product and service have prices in the same currency, which nothing converts in silence."""
        company = self.company_id
        product = self.product_id.with_company(company)
        return bool(self.currency_id) and product.currency_id == self.currency_id

    @api.model
    def _get_product_price(self, settings, product):
        """What a product costs as Bookings shows prices.

        :return: the price, rounded in the currency of the business
        """
        price = self._as_bookings_price(settings, product, product.lst_price)
        return settings.currency_id.round(price)

    @api.model
    def _as_bookings_price(self, settings, product, price, with_tax=None):
        """A price of a product as Bookings shows prices: with tax or without, as the settings say; not rounded.

        :param with_tax: what to go by instead of what the settings say
        """
        taxes = self._get_product_taxes(settings, product)
        details = taxes._get_tax_details(
            price, 1.0, rounding_method="round_globally", product=product
        )
        with_tax = settings.price_include_tax if with_tax is None else with_tax
        name = "total_included" if with_tax else "total_excluded"
        return details[name]

    def _get_list_price(self, product):
        """The price of the service as the product wants it, with those of its taxes that prices include."""
        settings = self.settings_id
        taxes = self._get_product_taxes(settings, product)
        mode = "total_included" if settings.price_include_tax else "total_excluded"
        details = taxes._get_tax_details(
            self.default_price,
            1.0,
            rounding_method="round_globally",
            product=product,
            special_mode=mode,
        )
        return details["total_excluded"] + sum(
            data["tax_amount"] for data in details["taxes_data"] if data["tax"].price_include
        )

    @api.model
    def _get_product_taxes(self, settings, product):
        company = settings.company_id
        domain = self.env["account.tax"]._check_company_domain(company)
        return product.taxes_id.filtered_domain(domain)._filter_taxes_by_company(company)

    def _set_product_price(self):
        """Give a new product the price of its service, unless Bookings has none or another currency."""
        if self.price_type in PRICED and self.default_price and self._has_comparable_price():
            self.product_id.lst_price = self._get_list_price(self.product_id)

    def _level_price(self, price):
        return f"{price:.{self.currency_id.decimal_places or 2}f}" if price else ""

    # === BOTH SIDES === #

    def _get_odoo_facts(self, twin):
        facts = {
            "name": level_text(twin.with_context(display_default_code=False).display_name),
            "description": level_text(twin.description_sale),
        }
        if self.price_type in PRICED and self._has_comparable_price():
            facts["price"] = self._level_price(self._get_product_price(self.settings_id, twin))
        return facts

    def _get_bookings_facts(self):
        self.ensure_one()
        return {
            "name": level_text(self.name),
            "description": level_text(self.description),
            "price": self._level_price(self.default_price),
        }

    def _is_twin(self):
        # A name in other letters is the same, and brought to the same spelling then.
        return super()._is_twin() or (
            self.product_id.active
            and level_name(self.name) == level_name(self._get_odoo_facts(self.product_id)["name"])
        )

    def _prepare_taken_vals(self, run, names):
        product, vals = self.product_id, {}
        # Name and price are the template's: taken over from one variant, they would change the others too.
        is_only_one = product.product_tmpl_id.product_variant_count == 1
        if "name" in names and is_only_one:
            vals["name"] = self.name
        if "description" in names:
            vals["description_sale"] = self.description
        if "price" in names and is_only_one:
            vals["lst_price"] = self._get_list_price(product)
        return vals

    def _create_products(self):
        """What new products are made of is what both sides agree on."""
        unlinked = self.filtered(lambda service: not service.product_id)
        products = super()._create_products()
        for service in unlinked:
            service._settle(service._get_odoo_facts(service.product_id))
        return products

    def _tell_other_currency(self, run):
        """Say once of each change which prices could not be compared, as the currencies differ."""
        untold = self.filtered(
            lambda service: (
                service.price_type in PRICED
                and service._is_twin()
                and not service._has_comparable_price()
                and service._get_price_mark() != (service.settled or {}).get("other_currency")
            )
        )
        if not untold:
            return
        for service in untold:
            service.settled = (service.settled or {}) | {
                "other_currency": service._get_price_mark()
            }
        first = untold[0]
        run._add_problem(
            keep(
                _lt(
                    "Bookings has its prices in %(bookings)s and Odoo in %(odoo)s, so they were left alone: %(names)s"
                ),
                bookings=first.currency_id.name or "?",
                odoo=first.product_id.with_company(first.company_id).currency_id.name,
                names=", ".join(untold.mapped("name")),
            )
        )

    def _get_price_mark(self):
        """Stands for the two prices that cannot be compared."""
        mine = {"price": f"{self.product_id.lst_price} {self.product_id.currency_id.name}"}
        theirs = {"price": f"{self.default_price} {self.currency_id.name}"}
        return settle(mine, theirs, ["price"])["price"]

    # === AFTER THE LIST === #

    @api.model
    def _follow_listing(self, settings, run, api, listing):
        """Keep the services that were listed and their products equal as far as the settings say.

        :return: whether it is done; else the next call begins it again, and finds what was done already
        """
        if settings.sync_services == "no":
            return True
        services = (
            self.with_context(lang=settings._get_data_lang())
            .with_company(settings.company_id)
            .search(
                [
                    ("settings_id", "=", settings.id),
                    ("graph_id", "in", [record.id for record in listing.records]),
                ]
            )
        )
        linked = services.filtered("product_id")
        failures = Failures(run, self._name)
        linked._take_changes(run, failures)
        failures.forget_unseen()
        linked._tell_other_currency(run)
        if settings.create_products:
            # A product of the same name waits to be confirmed, instead of a second one being made.
            services.filtered(
                lambda service: not service.product_id and not service.suggested_product_id
            )._create_products()
        if settings.sync_services != "both":
            return True
        return services._send_products(settings, run, api, not listing.problems)
