# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter

from odoo import fields, models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    _inherit = "res.partner"

    booking_payer_id = fields.Many2one(
        "res.partner",
        string="Bill Bookings to",
        index="btree_not_null",
        tracking=True,
        help="Who pays for what this contact books. Empty: its company, else the contact itself.",
    )
    booking_ids = fields.One2many(
        "microsoft.booking", "partner_id", string="Bookings", readonly=True
    )
    booking_count = fields.Integer(
        compute="_compute_booking_count",
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    def _compute_booking_count(self):
        counts = Counter()
        rows = self.env["microsoft.booking"]._read_group(
            self._get_bookings_domain(), ["partner_id", "payer_id"], ["__count"]
        )
        contacts = self.sudo().browse(
            {contact.id for partner, payer, _count in rows for contact in partner | payer}
        )
        parents, known = {}, contacts
        while contacts:
            parents |= {contact.id: contact.parent_id.id for contact in contacts}
            contacts = contacts.parent_id - known
            known |= contacts
        for partner, payer, count in rows:
            # A booking that both of them have counts once on what is above both.
            above = set()
            for contact_id in (partner.id, payer.id):
                while contact_id:
                    above.add(contact_id)
                    contact_id = parents[contact_id]
            counts.update(dict.fromkeys(above, count))
        for partner in self:
            partner.booking_count = counts[partner._origin.id]

    def _get_bookings_domain(self):
        """The bookings that these contacts, or those below them, made or pay."""
        return ["|", ("partner_id", "child_of", self.ids), ("payer_id", "child_of", self.ids)]

    def _get_booking_payer(self, company):
        """Who is invoiced for what this contact books: its own “Bill bookings to”, else its company's or that company.

        :param company: the ``res.company`` that invoices; contacts of another one are passed over
        :return: a ``res.partner``, empty for no contact
        """
        parent = self.commercial_partner_id
        payers = self.booking_payer_id | parent.booking_payer_id | parent | self
        return payers.filtered_domain(self._check_company_domain(company))[:1]

    def _has_posted_invoices(self):
        """Whether a customer invoice of this contact was posted: its name is no longer changed from outside."""
        self.ensure_one()
        domain = [
            ("partner_id", "=", self.id),
            ("move_type", "in", self.env["account.move"].get_sale_types()),
            ("state", "=", "posted"),
        ]
        return bool(self.env["account.move"].sudo().search_count(domain, limit=1))

    def action_choose_for_booking_customer(self, customer_id=None):
        """Take this contact for a customer of Bookings; an archived one is restored.

        :param customer_id: by default the one whose form the button stands on (``booking_customer_id`` in the context)
        :return: an action that shows the form again
        :raise UserError: when there is no such customer
        """
        self.ensure_one()
        customer = (
            self.env["microsoft.booking.customer"]
            .browse(customer_id or self.env.context.get("booking_customer_id"))
            .exists()
        )
        if not customer:
            raise UserError(self.env._("Name the customer of Bookings whose contact this is."))
        if not self.active:
            self.action_unarchive()
        customer.partner_id = self
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_view_bookings(self):
        """Open the bookings that these contacts made or pay.

        :return: a window action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "microsoft_bookings.microsoft_booking_action"
        )
        return action | {"domain": self._get_bookings_domain(), "context": {}}
