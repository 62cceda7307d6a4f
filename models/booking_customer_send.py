# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize, split_every

from .booking_address import contact_address
from .booking_merge import digest_all, has_changed, to_send
from .booking_twin import PORTION, Sender, SendingStopped
from .graph_messages import _lt, keep


class MicrosoftBookingCustomer(models.Model):
    """From contacts to the customers of Bookings: changed ones are updated there, new ones are made there.

    Nothing is written twice: the list that was just read says what Bookings has, what was written is committed at
    once, and a contact whose customer was deleted there stays deleted until it changes. Nothing is deleted.
    """

    _inherit = "microsoft.booking.customer"

    @api.model
    def _send_contacts(self, settings, run, api, records, is_whole):
        """Write to Bookings what has changed of the contacts in the filter.

        :param records: dict of Graph id -> customer of ``graph/``: all that Bookings listed now
        :param is_whole: whether every record of that list could be understood; else nobody new is made, who might be
            there already
        :return: whether it is done; ``False`` when the time slice ended before
        """
        sender = Sender(run, api, "res.partner")
        try:
            is_done = self._send_changed(settings, sender, records) and (
                not is_whole or self._send_new(settings, sender, records)
            )
        except SendingStopped:
            return True
        if is_done and is_whole:
            sender.failures.forget_unseen()
        return is_done

    @api.model
    def _get_sent_domain(self, settings):
        """Which contacts go to Bookings: persons in the filter with an e-mail, of the company or shared. Hook."""
        return Domain.AND(
            [
                settings._get_filter_domain("customer_filter"),
                self.env["res.partner"]._check_company_domain(settings.company_id),
                [
                    ("is_company", "=", False),
                    ("type", "=", "contact"),
                    ("email_normalized", "!=", False),
                ],
            ]
        )

    # === CHANGED === #

    @api.model
    def _send_changed(self, settings, sender, records):
        domain = self._get_sent_domain(settings)
        for graph_ids in split_every(PORTION, records):
            linked = self._search_linked(settings, graph_ids)
            partners = self.env["res.partner"].search(
                domain & Domain("id", "in", linked.partner_id.ids)
            )
            linked = linked.filtered(
                lambda customer, partners=partners: customer.partner_id in partners
            )
            for customer, facts, names in linked._get_unsent():
                record = records[customer.graph_id]
                if not customer._send_change(settings, sender, record, facts, names):
                    return False
        return True

    def _send_change(self, settings, sender, record, facts, names):
        """Write one changed contact.

        :param record: the customer as Bookings has it now
        :return: whether to go on
        """
        if not self.partner_id or not names:
            return True
        values = self._prepare_customer_values(self.partner_id, names)
        email = values.get("email")
        is_taken = email and self._search_others(settings, email, self.partner_id)
        if is_taken:
            del values["email"]
            names = [name for name in names if name != "email"]
        done, answer = True, None
        if names:
            done, answer = sender.send(
                self.partner_id,
                lambda: sender.api.update_customer(
                    settings.business_id, self.graph_id, known=record, **values
                ),
                stamp=digest_all(facts),
            )
        if not done:
            return True
        if is_taken:
            sender.tell(
                self.partner_id,
                keep(_lt("Another customer of Bookings has the address %(email)s."), email=email),
            )
        if not names:
            return True
        self._note_sent(settings, answer, facts, names)
        return sender.commit()

    def _note_sent(self, settings, record, facts, names):
        """Keep what Bookings was told, and what it made of it.

        :param record: the customer of ``graph/`` that Bookings answered with, if it did
        """
        if record:
            self._update_mirror(self._prepare_mirror_vals(settings, record))
        self._settle(facts, names)

    @api.model
    def _prepare_customer_values(self, partner, names):
        """What Bookings is told of a contact. Hook.

        :param names: which of the facts
        :return: a dict of arguments of :func:`..graph.writes.customer_body`
        """
        values = {}
        if "name" in names:
            values["display_name"] = partner.name
        if "email" in names:
            values["email"] = partner.email_normalized
        if "phone" in names:
            values["phone"] = partner.phone or ""
        if "address" in names:
            values |= contact_address(partner)
        return values

    @api.model
    def _search_others(self, settings, email, partner):
        """The customers with an address that are not those of a contact."""
        return self.search(
            [
                ("settings_id", "=", settings.id),
                ("email_normalized", "=", email),
                ("partner_id", "!=", partner.id),
            ]
        )

    # === NEW === #

    @api.model
    def _send_new(self, settings, sender, records):
        there = self.env["res.partner"].union(
            *(
                self._search_linked(settings, graph_ids).partner_id
                for graph_ids in split_every(PORTION, records)
            )
        )
        taken = {email_normalize(record.email) for record in records.values()}
        partners = self.env["res.partner"].search(
            self._get_sent_domain(settings) & Domain("id", "not in", there.ids), order="id"
        )
        is_erased = settings._get_erased_people()
        told = set()
        for ids in split_every(PORTION, partners.ids):
            portion = partners.browse(ids)
            namesakes = self._search_partners(
                settings.company_id, portion.mapped("email_normalized")
            )
            lost = self._search_lost(settings, portion, records)
            for partner in portion:
                email = partner.email_normalized
                if is_erased(None, email, partner.name):
                    # Whoever asked to be erased is not made known to Bookings again.
                    continue
                problem = self._get_obstacle(email, namesakes[email], email in taken)
                if problem:
                    if email not in told:
                        told.add(email)
                        sender.tell(partner, problem)
                elif not self._send_one(settings, sender, partner, lost.get(partner)):
                    return False
        return True

    @api.model
    def _get_obstacle(self, email, namesakes, is_taken):
        """Why no customer is made of a contact with this address, in kept words; nothing when one may be."""
        namesakes = namesakes.filtered("active")
        if len(namesakes) > 1:
            return keep(
                _lt("Several contacts have the address %(email)s: %(names)s."),
                email=email,
                names=", ".join(namesakes.mapped("display_name")),
            )
        if is_taken:
            return keep(
                _lt(
                    "Bookings has a customer with the address %(email)s, who is linked to another contact or to none. "
                    "Choose the contact under “Bookings Customers”."
                ),
                email=email,
            )
        return None

    @api.model
    def _search_lost(self, settings, partners, records):
        """The customers of these contacts that were brought together once and are no longer on the list.

        :return: dict of contact -> the latest of its customers
        """
        lost = self.search(
            [
                ("settings_id", "=", settings.id),
                ("partner_id", "in", partners.ids),
            ],
            order="id",
        ).filtered(lambda customer: customer.settled and customer.graph_id not in records)
        return {customer.partner_id: customer for customer in lost}

    @api.model
    def _send_one(self, settings, sender, partner, lost):
        """Make the customer of one contact in Bookings.

        :param lost: its customer that is no longer on the list, if there was one
        :return: whether to go on
        """
        if not partner.exists():
            return True
        facts = self._get_odoo_facts(partner)
        if lost and not any(
            has_changed(value, lost.settled.get(name), 0) for name, value in facts.items()
        ):
            # Deleted in Bookings; it is made again when the contact changes.
            return True
        if lost:
            # The list may have been shortened: what is still there is not made a second time.
            done, record = sender.send(
                partner,
                lambda: sender.api.customer(settings.business_id, lost.graph_id),
                stamp=digest_all(facts),
                counts=False,
            )
            if not done:
                return True
            if record:
                names = to_send(facts, lost._get_bookings_facts(), lost.settled)
                return lost._send_change(settings, sender, record, facts, names)
        names = [name for name, value in facts.items() if value]
        values = self._prepare_customer_values(partner, names)
        customer = self._create_sent(
            settings,
            sender,
            partner,
            lambda: sender.api.create_customer(settings.business_id, **values),
            digest_all(facts),
        )
        if not customer:
            return True
        customer._settle(facts, list(facts))
        return sender.commit()
