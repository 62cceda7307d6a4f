# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize

from .booking_address import level_name

# What begins the Graph id of a customer whom Bookings names by e-mail alone.
MAILTO = "mailto:"
MATCH_STATES = [
    ("matched", "Linked"),
    ("no_email", "No e-mail"),
    ("no_contact", "No contact"),
    ("employee", "Employee of a company?"),
    ("several_contacts", "Several contacts"),
    ("shared_email", "E-mail shared by several customers"),
    ("archived_contact", "Archived contact"),
    ("other_company", "Contact of another company"),
]


class MicrosoftBookingCustomer(models.Model):
    """A customer of a Bookings business, and the contact that stands for the same person in Odoo.

    The matching ladder: the link that was remembered, then the normalised e-mail among the contacts of the
    company and the shared ones, then nothing. Never on a blank e-mail, never a guess between several.
    """

    _name = "microsoft.booking.customer"
    _description = "Bookings Customer"
    _inherit = ["microsoft.booking.mirror"]
    _order = "name, id"

    email = fields.Char(readonly=True)
    email_normalized = fields.Char(
        compute="_compute_email_normalized", store=True, index="btree_not_null"
    )
    phone = fields.Char(readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        help="The contact of this customer. A choice made once is remembered for all its bookings.",
    )
    partner_decided = fields.Boolean(readonly=True, copy=False, help="A person chose the contact.")
    match_state = fields.Selection(
        MATCH_STATES, compute="_compute_match_state", store=True, string="Match"
    )
    match_result = fields.Char(readonly=True, copy=False, export_string_translation=False)

    _graph_id_uniq = models.Constraint(
        "UNIQUE(settings_id, graph_id)", "A customer of Bookings is listed once in its settings."
    )

    @api.depends("email")
    def _compute_email_normalized(self):
        for customer in self:
            customer.email_normalized = email_normalize(customer.email)

    @api.depends("partner_id.active", "match_result", "email_normalized")
    def _compute_match_state(self):
        for customer in self:
            if customer.partner_id:
                customer.match_state = "matched"
            elif not customer.email_normalized:
                customer.match_state = "no_email"
            else:
                customer.match_state = customer.match_result or "no_contact"

    @api.model
    def _prepare_mirror_vals(self, settings, record):
        return super()._prepare_mirror_vals(settings, record) | {
            "name": record.display_name or record.email or record.id,
            "email": record.email or False,
            "phone": record.phone or False,
        }

    def write(self, vals):
        # The ladder says so in the context; everybody else who sets the contact, or empties it, has decided it.
        if "partner_id" in vals and not self.env.context.get("booking_sync"):
            vals = {**vals, "partner_decided": True}
        if "email" in vals:
            # What was found for the address of before says nothing of this one.
            vals = {**vals, "match_result": False}
        return super().write(vals)

    def _get_match_issue(self):
        """The issue of a booking whose customer has no contact; ``False`` for a linked one."""
        self.ensure_one()
        return False if self.match_state == "matched" else self.match_state

    def _match_partners(self):
        """Go up the matching ladder for those that have no contact yet, in sets.

        :return: the customers that were linked now
        """
        todo = self.filtered(
            lambda customer: (
                not customer.partner_id
                and not customer.partner_decided
                and customer.email_normalized
            )
        )
        linked = self.browse()
        for settings, customers in (
            todo.with_context(booking_sync=True).grouped("settings_id").items()
        ):
            linked |= customers._match_partners_of(settings)
        return linked

    def _match_partners_of(self, settings):
        emails = self.mapped("email_normalized")
        partners = self._search_partners(settings.company_id, emails)
        namesakes = self._search_namesakes(settings, emails)
        elsewhere = self._search_elsewhere(set(emails) - partners.keys())
        employers = self._search_employers(settings.company_id, set(emails) - partners.keys())
        linked, to_create = self.browse(), self.browse()
        results = defaultdict(list)
        for email, customers in self.grouped("email_normalized").items():
            found = partners.get(email, self.env["res.partner"])
            active = found.filtered("active")
            if len(namesakes[email]) > 1:
                result = "shared_email"
            elif len(active) > 1:
                result = "several_contacts"
            elif active:
                customers.partner_id = active
                linked |= customers
                continue
            elif found:
                result = "archived_contact"
            elif email.rpartition("@")[2] in employers:
                # Made without a question, the contact would pay what is its employer's to pay.
                result = "employee"
            else:
                if settings.create_contacts:
                    to_create |= customers
                    continue
                result = "other_company" if email in elsewhere else "no_contact"
            results[result] += [
                customer.id for customer in customers if customer.match_result != result
            ]
        for result, ids in results.items():
            # At once: for each write Odoo looks for the bookings that depend on it.
            self.browse(ids).match_result = result
        return linked | to_create._create_partners(settings)

    @api.model
    def _search_partners(self, company, emails):
        """The contacts with one of these normalised addresses, of the company or shared; archived ones too.

        :return: dict of normalised e-mail -> ``res.partner``
        """
        Partner = self.env["res.partner"].with_context(active_test=False)
        partners = Partner.search(
            Domain("email_normalized", "in", emails)
            & Domain(Partner._check_company_domain(company))
        )
        return partners.grouped("email_normalized")

    @api.model
    def _search_elsewhere(self, emails):
        """Those of these normalised addresses that only contacts of other companies have.

        That there is one is all that is asked of another company, and told.

        :param emails: addresses that no contact of the company has, and no shared one
        :return: a set of them
        """
        rows = (
            self.env["res.partner"]
            .sudo()
            ._read_group([("email_normalized", "in", list(emails))], ["email_normalized"])
        )
        return {email for (email,) in rows}

    @api.model
    def _search_namesakes(self, settings, emails):
        """The different people, by name, whom Bookings knows under each address.

        Bookings lists one person under several ids: the same name is the same person.

        :return: dict of normalised e-mail -> set of names, letter case, accents and spaces levelled
        """
        rows = self.search([("settings_id", "=", settings.id), ("email_normalized", "in", emails)])
        return {
            email: {level_name(customer.name) for customer in customers}
            for email, customers in (rows | self).grouped("email_normalized").items()
        }

    def _create_partners(self, settings):
        """Create one contact per person, a copy of the settings' template contact, and link them.

        :return: self, all linked
        """
        if not self:
            return self
        # Of those without an address nobody knows who is whom.
        people = self.grouped(
            lambda customer: (
                customer.email_normalized or customer,
                level_name(customer.name),
            )
        )
        template = settings.template_partner_id
        # Without a template they are written to in the language of the company.
        base = (
            template.copy_data()[0] if template else {"lang": settings.company_id.partner_id.lang}
        )
        partners = self.env["res.partner"].create(
            [
                base
                | {"company_id": settings.company_id.id, "active": True}
                | customers[0]._prepare_partner_vals()
                for customers in people.values()
            ]
        )
        for customers, partner in zip(people.values(), partners, strict=True):
            customers.partner_id = partner
        return self

    def _prepare_partner_vals(self):
        """The values of a new contact that come from the customer and not from the template. Hook."""
        self.ensure_one()
        return {"name": self.name, "email": self.email, "phone": self.phone}

    @api.model
    def _get_attendee_customers(self, settings, people):
        """The customers that Bookings names on appointments by an id; one that no list has yet is made on the way.

        :param people: attendees of ``graph/``, each with a ``customer_id``
        :return: dict of Graph id -> ``microsoft.booking.customer``
        """
        by_id = {person.customer_id: person for person in people}
        found = {
            customer.graph_id: customer
            for customer in self.with_context(active_test=False).search(
                [("settings_id", "=", settings.id), ("graph_id", "in", list(by_id))]
            )
        }
        missing = [person for graph_id, person in by_id.items() if graph_id not in found]
        created = self.create(
            [
                {
                    "settings_id": settings.id,
                    "graph_id": person.customer_id,
                    "name": person.name or person.email or person.customer_id,
                    "email": person.email or False,
                    "phone": person.phone or False,
                }
                for person in missing
            ]
        )
        return found | {customer.graph_id: customer for customer in created}

    @api.model
    def _get_email_placeholders(self, settings, people):
        """The customers that Bookings names on an appointment by name and e-mail, without an id.

        Somebody of the same address **and** name is the same person. Somebody new gets a Graph id made of both, so
        that a choice made for them is remembered as for the others.

        :param people: the attendees of ``graph/`` in question, each with an e-mail
        :return: a function of such an attendee to its ``microsoft.booking.customer``
        """

        def key(name, email):
            return email_normalize(email) or email, level_name(name)

        emails = {key("", person.email)[0] for person in people}
        known = self.with_context(active_test=False).search(
            [("settings_id", "=", settings.id), ("email_normalized", "in", list(emails))],
            order="id desc",
        )
        found = {key(customer.name, customer.email): customer for customer in known}
        missing = {key(person.name, person.email): person for person in people}
        missing = {
            identity: person for identity, person in missing.items() if identity not in found
        }
        created = self.create(
            [
                {
                    "settings_id": settings.id,
                    "graph_id": f"{MAILTO}{email}?name={name}",
                    "name": person.name or email,
                    "email": person.email,
                    "phone": person.phone or False,
                }
                for (email, name), person in missing.items()
            ]
        )
        found.update(zip(missing, created, strict=True))
        return lambda person: found[key(person.name, person.email)]
