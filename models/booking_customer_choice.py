# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

# Of these nobody is looked for any more when a person asks for a new contact.
CREATABLE = ("no_contact", "employee", "no_email", "shared_email", "other_company")


class MicrosoftBookingCustomer(models.Model):
    """What a person decides about a customer of Bookings: remembered, listed with who and when, and undone."""

    _inherit = "microsoft.booking.customer"

    _choice_fields = ("partner_id", "payer_id")

    payer_id = fields.Many2one(
        "res.partner",
        string="Always Bill",
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        help="Who pays whatever this customer books, also without a contact. "
        "Empty: as the contact says, its own “Bill Bookings to”, its company, or itself.",
    )
    is_chosen = fields.Boolean(
        compute="_compute_is_chosen",
        search="_search_is_chosen",
        help="A person chose the contact, or who always pays.",
    )
    candidate_ids = fields.Many2many(
        "res.partner",
        string="Contacts with This Address",
        compute="_compute_candidate_ids",
        context={"active_test": False},
    )
    match_text = fields.Text("What to Do", compute="_compute_match_text")
    booking_count = fields.Integer("Bookings", compute="_compute_booking_count")

    @api.depends("partner_decided", "payer_id")
    def _compute_is_chosen(self):
        for customer in self:
            customer.is_chosen = customer.partner_decided or bool(customer.payer_id)

    def _search_is_chosen(self, operator, value):
        if operator != "in":
            return NotImplemented
        return ["|", ("partner_decided", "=", True), ("payer_id", "!=", False)]

    @api.depends("email_normalized", "partner_id", "company_id")
    def _compute_candidate_ids(self):
        for company, customers in self.grouped("company_id").items():
            emails = [email for email in customers.mapped("email_normalized") if email]
            partners = self._search_partners(company, emails) if emails else {}
            for customer in customers:
                customer.candidate_ids = partners.get(customer.email_normalized)

    def _compute_booking_count(self):
        rows = self.env["microsoft.booking"]._read_group(
            [("customer_id", "in", self.ids)], ["customer_id"], ["__count"]
        )
        counts = dict(rows)
        for customer in self:
            customer.booking_count = counts.get(customer, 0)

    @api.depends("match_state", "email", "name", "payer_id", "employer_id")
    @api.depends_context("lang")
    def _compute_match_text(self):
        for customer in self:
            customer.match_text = customer._get_match_text()

    def _get_match_text(self):
        """What to do about a customer without contact, in a sentence; ``False`` when there is nothing to do."""
        self.ensure_one()
        if self.payer_id:
            return False
        names = {
            "email": self.email or "",
            "name": self.name,
            "employer": self.employer_id.name or "?",
        }
        sentence = {
            "no_email": self.env._(
                "%(name)s has no e-mail address in Bookings, so nobody was looked for. "
                "Choose or create the contact, or say who is always billed."
            ),
            "no_contact": self.env._(
                "No contact has the address %(email)s. "
                "Create the contact, choose another, or say who is always billed."
            ),
            "employee": self.env._(
                "Employee of %(employer)s? Its contacts have addresses like %(email)s. "
                "Confirm it, or create the contact on its own, or choose another."
            ),
            "several_contacts": self.env._(
                "More than one contact has the address %(email)s. Choose which one is meant."
            ),
            "shared_email": self.env._(
                "Customers of different names book with the address %(email)s. "
                "Choose the contact of %(name)s, or create one."
            ),
            "archived_contact": self.env._(
                "The contact with the address %(email)s is archived. Restore it, or choose another."
            ),
            "other_company": self.env._(
                "The address %(email)s belongs to a contact of another company, which is not used here. "
                "Create a contact of this company, choose another, or say who is always billed."
            ),
        }.get(self.match_state)
        return sentence and sentence % names

    # === ONE CLICK === #

    def action_create_contact(self):
        """Create the missing contacts, as the person asks for by pressing the button.

        Of somebody who has a contact already, archived or among several, none is made.
        """
        missing = self.filtered(lambda customer: customer.match_state in CREATABLE)
        for settings, customers in missing.grouped("settings_id").items():
            customers._create_partners(settings)
        return True

    def action_restore_contact(self):
        """Restore the archived contacts, where an address has exactly one, and link them.

        :raise UserError: when an address has several
        """
        for customer in self.filtered(lambda c: c.match_state == "archived_contact"):
            partner = customer.candidate_ids
            if len(partner) != 1:
                raise UserError(
                    self.env._(
                        "%(count)s archived contacts have the address %(email)s. Choose which one is meant.",
                        count=len(partner),
                        email=customer.email,
                    )
                )
            partner.action_unarchive()
            customer.partner_id = partner
        return True

    def action_match_again(self):
        """Give the choice of the contact back to the matching ladder."""
        customers = self.with_context(booking_sync=True)
        customers.write({"partner_id": False, "partner_decided": False})
        customers.filtered(lambda customer: not customer.payer_id).write(
            {"decided_by_id": False, "decided_at": False}
        )
        self._match_partners()
        return True

    def action_undo_choice(self):
        """Forget what a person chose for these customers: contact and payer are found by the rules again.

        What is on an invoice already stays there.
        """
        decided = self.filtered("partner_decided")
        self.with_context(booking_sync=True).write(
            {"payer_id": False, "decided_by_id": False, "decided_at": False}
        )
        decided.action_match_again()
        return True

    def action_view_bookings(self):
        """Open the bookings of these customers.

        :return: a window action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "microsoft_bookings.microsoft_booking_action"
        )
        return action | {"domain": [("customer_id", "in", self.ids)], "context": {}}
