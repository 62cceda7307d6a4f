# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

# Whose addresses say nothing of an employer.
MAIL_PROVIDERS = frozenset(
    ("aol.com", "bluewin.ch", "free.fr", "gmail.com", "gmx.ch", "gmx.com", "gmx.de", "gmx.net")
    + ("googlemail.com", "hispeed.ch", "hotmail.ch", "hotmail.com", "hotmail.fr", "icloud.com")
    + ("laposte.net", "live.com", "live.fr", "mac.com", "mail.com", "me.com", "msn.com")
    + ("orange.fr", "outlook.com", "outlook.fr", "pm.me", "proton.me", "protonmail.com")
    + ("sfr.fr", "sunrise.ch", "t-online.de", "wanadoo.fr", "web.de", "yahoo.com", "yahoo.de")
    + ("yahoo.fr", "ymail.com")
)


class MicrosoftBookingCustomer(models.Model):
    """Somebody unknown with the address of a known company: probably an employee, and only a person can say so."""

    _inherit = "microsoft.booking.customer"

    employer_id = fields.Many2one(
        "res.partner",
        string="Employee of",
        compute="_compute_employer_id",
        help="The one company whose contacts have addresses of the same domain.",
    )

    @api.depends("email_normalized", "partner_id", "match_state", "company_id")
    def _compute_employer_id(self):
        asked = self.filtered(lambda customer: customer.match_state == "employee")
        (self - asked).employer_id = False
        for company, customers in asked.grouped("company_id").items():
            employers = self._search_employers(company, customers.mapped("email_normalized"))
            for customer in customers:
                customer.employer_id = employers.get(_domain_of(customer.email_normalized))

    @api.model
    def _search_employers(self, company, emails):
        """The companies that the domains of these addresses belong to: all contacts with such an address are theirs.

        :param company: the ``res.company`` whose contacts, and the shared ones, are asked
        :param emails: normalised addresses
        :return: a dict of domain -> ``res.partner``
        """
        domains = {_domain_of(email) for email in emails if email} - MAIL_PROVIDERS
        Partner = self.env["res.partner"]
        if not domains:
            return {}
        query = Partner._search(
            Domain("email_normalized", "!=", False) & Domain(Partner._check_company_domain(company))
        )
        domain_of = SQL(
            "split_part(%s, '@', 2)", Partner._field_to_sql(query.table, "email_normalized", query)
        )
        query.add_where(SQL("%s = ANY(%s)", domain_of, list(domains)))
        owners = defaultdict(Partner.browse)
        for partner in Partner.browse(query):
            owners[_domain_of(partner.email_normalized)] |= partner.commercial_partner_id
        # A contact that is shared may be below a company that is not, and that this user may not even read.
        allowed = Domain(Partner._check_company_domain(company)) & Domain("is_company", "=", True)
        return {
            domain: owner
            for domain, owner in owners.items()
            if len(owner) == 1 and owner.sudo().filtered_domain(allowed)
        }

    def action_accept_employee(self):
        """Create these customers as contacts of the company that is proposed, as the person confirms by the button.

        The choice is remembered like every other.

        :raise UserError: when nothing is proposed any more
        """
        for customer in self:
            employer = customer.employer_id
            if not employer:
                raise UserError(
                    self.env._("Of “%(name)s” no employer is known.", name=customer.display_name)
                )
            customer.with_context(booking_employer_id=employer.id)._create_partners(
                customer.settings_id
            )
        return True

    def _prepare_partner_vals(self):
        vals = super()._prepare_partner_vals()
        employer_id = self.env.context.get("booking_employer_id")
        # Who is below a company is a person, whatever the template is.
        return vals | {"parent_id": employer_id, "is_company": False} if employer_id else vals


class MicrosoftBooking(models.Model):
    _inherit = "microsoft.booking"

    def action_accept_employee(self):
        """Create the customers of these bookings as contacts of the company that is proposed."""
        return self.customer_id.filtered(
            lambda customer: customer.match_state == "employee"
        ).action_accept_employee()


def _domain_of(email):
    return (email or "").rpartition("@")[2]
