# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import split_every

from .booking_address import Places, contact_address, level_text
from .booking_twin import PORTION
from .booking_twin_failure import Failures
from .graph_messages import _lt, keep


class MicrosoftBookingCustomer(models.Model):
    """A customer of Bookings and its contact: what each takes over from the other."""

    _name = "microsoft.booking.customer"
    _inherit = ["microsoft.booking.customer", "microsoft.booking.twin"]

    _twin_field = "partner_id"
    _identity = "email"

    street = fields.Char(readonly=True)
    city = fields.Char(readonly=True)
    postal_code = fields.Char("ZIP", readonly=True)
    state = fields.Char(readonly=True)
    country = fields.Char(readonly=True)

    @api.model
    def _prepare_mirror_vals(self, settings, record):
        return super()._prepare_mirror_vals(settings, record) | {
            "street": record.street or False,
            "city": record.city or False,
            "postal_code": record.postal_code or False,
            "state": record.state or False,
            "country": record.country or False,
        }

    def _get_address(self):
        """The address that Bookings has, as a dict of :data:`.booking_address.MEMBERS`."""
        names = ("street", "city", "postal_code", "state", "country")
        return {name: self[name] or "" for name in names}

    def _prepare_partner_vals(self):
        address = self._get_places().values(self._get_address())
        return super()._prepare_partner_vals() | (address or {})

    def _get_places(self):
        """The countries and states of Odoo, read once for all that share the context."""
        return self.env.context.get("booking_places") or Places(self.env)

    # === BOTH SIDES === #

    def _get_odoo_facts(self, twin):
        return {
            "name": level_text(twin.name),
            "email": twin.email_normalized or "",
            "phone": _level_phone(twin.phone),
            "address": self._get_places().level(contact_address(twin)),
        }

    def _get_bookings_facts(self):
        self.ensure_one()
        return {
            "name": level_text(self.name),
            "email": self.email_normalized or "",
            "phone": _level_phone(self.phone),
            "address": self._get_places().level(self._get_address()),
        }

    def _prepare_taken_vals(self, run, names):
        """Phone, address and name; never the e-mail address, to which invoices go.

        The name of somebody who has been invoiced stays, as it does when customers change it themselves in Odoo's
        portal; the address of an employee is that of the company.
        """
        partner, vals = self.partner_id, {}
        if "phone" in names:
            vals["phone"] = self.phone
        if "name" in names and not partner._has_posted_invoices():
            vals["name"] = self.name
        if "address" in names and not partner.parent_id:
            address = self._get_places().values(self._get_address())
            if address is None:
                run._add_problem(
                    keep(
                        _lt(
                            "Odoo knows no country “%(country)s”: the address of “%(name)s” was not taken over."
                        ),
                        country=self.country,
                        name=self.name,
                    ),
                    record=self,
                )
            vals |= address or {}
        return vals

    # === AFTER THE LIST === #

    @api.model
    def _follow_listing(self, settings, run, api, listing):
        """Match the customers that were listed, and keep their contacts and them equal as far as the settings say.

        :return: whether it is done; else the next call begins it again, and finds what was done already
        """
        unlinked = [("settings_id", "=", settings.id), ("partner_id", "=", False)]
        # The others were looked at when the run began, and are again when somebody new has their address.
        untried = self.search([*unlinked, ("match_result", "=", False)])
        emails = list(filter(None, untried.mapped("email_normalized")))
        self.search([*unlinked, ("email_normalized", "in", emails)])._match_partners()
        customers = self.with_context(
            lang=settings._get_data_lang(), booking_places=Places(self.env)
        )
        records = {record.id: record for record in listing.records}
        failures = Failures(run, self._name)
        for graph_ids in split_every(PORTION, records):
            customers._search_linked(settings, graph_ids)._take_changes(run, failures)
        failures.forget_unseen()
        if settings.sync_customers != "both":
            return True
        return customers._send_contacts(settings, run, api, records, not listing.problems)

    @api.model
    def _search_linked(self, settings, graph_ids):
        """The customers of these Graph ids that have a contact, in a constant order."""
        return self.search(
            [
                ("settings_id", "=", settings.id),
                ("graph_id", "in", list(graph_ids)),
                ("partner_id", "!=", False),
            ],
            order="id",
        )

    def _create_partners(self, settings):
        """What new contacts are made of is what both sides agree on."""
        customers = self.with_context(booking_places=self._get_places())
        super(MicrosoftBookingCustomer, customers)._create_partners(settings)
        for customer in customers:
            customer._settle(customer._get_odoo_facts(customer.partner_id))
        return self


def _level_phone(number):
    return "".join(char for char in number or "" if char.isdigit() or char == "+")
