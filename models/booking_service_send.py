# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain

from .booking_address import level_name
from .booking_merge import digest_all
from .booking_twin import Sender, SendingStopped
from .graph_messages import _lt, keep


class MicrosoftBookingService(models.Model):
    """From products to the services of Bookings: changed ones are updated there, new ones are made there.

    A service keeps its duration, its kind of price and all else that Odoo does not know. A new one is hidden from
    the booking page until somebody shows it there.
    """

    _inherit = "microsoft.booking.service"

    def _send_products(self, settings, run, api, is_whole):
        """Write to Bookings what has changed of the products in the filter.

        :param self: all services that Bookings listed now
        :param is_whole: whether every record of that list could be understood; else none is made that may be there
        :return: whether it is done; ``False`` when the time slice ended before
        """
        sender = Sender(run, api, "product.product")
        try:
            is_done = self._send_changed(settings, sender) and (
                not is_whole or self._send_new(settings, sender)
            )
        except SendingStopped:
            return True
        if is_done and is_whole:
            sender.failures.forget_unseen()
        return is_done

    @api.model
    def _get_sent_domain(self, settings):
        """Which products go to Bookings: services in the filter, of the company or shared. Hook."""
        return Domain.AND(
            [
                settings._get_filter_domain("service_filter"),
                self.env["product.product"]._check_company_domain(settings.company_id),
                [("type", "=", "service")],
            ]
        )

    def _send_changed(self, settings, sender):
        products = self.env["product.product"].search(
            self._get_sent_domain(settings) & Domain("id", "in", self.product_id.ids)
        )
        sendable = self.filtered(lambda service: service.product_id in products)
        for service, facts, names in sendable._get_unsent():
            product = service.product_id
            if not product:
                continue
            values = self._prepare_service_values(settings, product, names)
            done, _answer = sender.send(
                product,
                lambda service=service, values=values: sender.api.update_service(
                    settings.business_id, service.graph_id, **values
                ),
                stamp=digest_all(values),
            )
            if not done:
                continue
            service._note_sent(values, facts, names)
            if not sender.commit():
                return False
        return True

    def _note_sent(self, values, facts, names):
        """Bookings answers a change of a service with nothing: what it was told is what it has."""
        said = {
            "name": values.get("display_name"),
            "default_price": float(values["default_price"]) if "default_price" in values else None,
        }
        said = {name: value for name, value in said.items() if value is not None}
        if "description" in values:
            said["description"] = values["description"] or False
        self._update_mirror(said)
        self._settle(facts, names)

    @api.model
    def _prepare_service_values(self, settings, product, names):
        """What Bookings is told of a product. Hook.

        :param names: which of the facts
        :return: a dict of arguments of :func:`..graph.writes.service_body`
        """
        values = {}
        if "name" in names:
            values["display_name"] = product.with_context(display_default_code=False).display_name
        if "description" in names:
            values["description"] = product.description_sale or ""
        if "price" in names:
            values["default_price"] = Decimal(str(self._get_product_price(settings, product)))
        return values

    def _send_new(self, settings, sender):
        """Make a service in Bookings of each product in the filter that none has."""
        mirrors = self.with_context(active_test=False).search([("settings_id", "=", settings.id)])
        products = self.env["product.product"].search(
            self._get_sent_domain(settings) & Domain("id", "not in", mirrors.product_id.ids),
            order="id",
        )
        taken = {level_name(service.name) for service in self}
        waiting = []
        same_name = _lt(
            "Bookings has services of the same name as these products. "
            "Confirm under “Bookings Services” that they are the same: %(names)s"
        )
        for product in products:
            name = product.with_context(display_default_code=False).display_name
            if level_name(name) in taken:
                if sender.failures.note(product, keep(same_name, names=name)):
                    waiting.append(name)
                continue
            taken.add(level_name(name))
            if not self._send_one(settings, sender, product):
                return False
        if waiting:
            sender.run._add_problem(keep(same_name, names=", ".join(waiting)))
        return True

    @api.model
    def _send_one(self, settings, sender, product):
        """Make the service of one product in Bookings.

        :return: whether to go on
        """
        if not product.exists():
            return True
        comparable = bool(settings.currency_id) and product.currency_id == settings.currency_id
        names = ("name", "description", "price") if comparable else ("name", "description")
        values = self._prepare_service_values(settings, product, names) | {
            "default_duration": timedelta(minutes=settings.new_service_minutes),
            "is_hidden": True,
        }
        values["price_type"] = (
            settings.new_service_price_type if values.get("default_price") else "notSet"
        )
        service = self._create_sent(
            settings,
            sender,
            product,
            lambda: sender.api.create_service(settings.business_id, **values),
            digest_all(values),
        )
        if not service:
            return True
        facts = service._get_odoo_facts(product)
        service._settle(facts, list(facts))
        if not comparable:
            # Once, as it is there now.
            problem = keep(
                _lt(
                    "Its price is not in %(currency)s, the currency of the business: type it in Bookings."
                ),
                currency=settings.currency_id.name or "?",
            )
            sender.run._add_problem(sender.get_words(product, problem), record=product)
        return sender.commit()
