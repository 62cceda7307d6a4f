# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from datetime import datetime
from itertools import chain
from uuid import uuid4

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .booking_counts import say_bookings
from .booking_erasure import ERASED, identities_of, places_of
from .booking_privacy import PRIVATE_FIELDS

# Nothing is due any more, or it is on an invoice: the name is needed no longer.
SETTLED_STATES = ("draft", "invoiced", "paid", "excluded", "cancelled")
# So many bookings are anonymised in one turn of the housekeeping.
BATCH = 1000


class MicrosoftBooking(models.Model):
    """The booking stays, the person goes: when a contact is erased, and when a booking is too old to name anybody."""

    _inherit = "microsoft.booking"

    anonymised_at = fields.Datetime("Anonymised", readonly=True, copy=False)
    anonymise_when_settled = fields.Boolean(
        readonly=True,
        copy=False,
        help="The person is to be erased, and this booking still to be invoiced: it is anonymised afterwards.",
    )

    def _anonymise(self, batch=None):
        """Take the person out of these bookings; invoices stay as they are.

        Their places are remembered by digests, so that no synchronisation names them again.

        :param batch: text that all have in common which is erased together
        """
        batch = batch or uuid4().hex
        now = fields.Datetime.now()
        private = dict.fromkeys(sum(PRIVATE_FIELDS.values(), ()), False)
        todo = self.sudo().with_context(booking_sync=True).filtered(lambda b: not b.anonymised_at)
        erased = defaultdict(dict)
        for booking in todo:
            settings = booking.settings_id
            places = places_of(booking.graph_id, booking.attendee_key, booking._get_identities())
            token = f"{ERASED}{settings._get_digest(places[0])}"
            erased[settings].update(dict.fromkeys(places, token))
            vals = private | {
                "attendee_key": token,
                "customer_id": False,
                "customer_name": False,
                "customer_email": False,
                "partner_id": False,
                "anonymised_at": now,
                "anonymise_when_settled": False,
            }
            if not booking._is_invoiced():
                vals["payer_id"] = False
            # That nobody is named any more is no change of what was invoiced.
            forgotten = {"customer": False, "reference": None}
            if facts := booking.invoiced_facts:
                vals["invoiced_facts"] = facts | forgotten
            if settled := booking.settled_facts:
                vals["settled_facts"] = settled | {"facts": settled["facts"] | forgotten}
            if terms := booking.invoiced_terms:
                # The text of the line names people; on the invoice it stays.
                line = (terms.get("line") or {}) | {"name": False}
                vals["invoiced_terms"] = terms | {"line": line}
            booking.write(vals)
        todo.write({"partner_decided": False})
        for settings, tokens in erased.items():
            settings._erase(tokens, batch)

    def _get_identities(self):
        self.ensure_one()
        graph_id = self.customer_id.graph_id or (
            self.attendee_key if "@" not in self.attendee_key else False
        )
        return identities_of(graph_id, self.customer_email, self.customer_name)

    def _erase_person(self):
        """Erase whoever booked these: at once where nothing is due any more, else as soon as that is so.

        :return: the bookings that are anonymised now, and those that follow
        """
        bookings = self.sudo().filtered(lambda booking: not booking.anonymised_at)
        later = bookings.filtered(lambda booking: booking.billing_state not in SETTLED_STATES)
        settled, customers, batch = bookings - later, bookings.customer_id, uuid4().hex
        later.anonymise_when_settled = True
        still_known = {identity for booking in later for identity in booking._get_identities()}
        erased = defaultdict(dict)
        for booking in settled:
            identities = booking._get_identities()
            if still_known.isdisjoint(identities):
                erased[booking.settings_id].update(dict.fromkeys(identities, False))
        for settings, people in erased.items():
            settings._erase(people, batch)
        settled._anonymise(batch)
        customers._erase_customers(batch)
        return settled, later

    @api.model
    def _anonymise_settled(self):
        """Anonymise what had to wait for its invoice.

        :return: whether there may be more of it
        """
        settled = self.search(
            [("anonymise_when_settled", "=", True), ("billing_state", "in", SETTLED_STATES)],
            limit=BATCH,
        )
        settled._erase_person()
        return len(settled) == BATCH

    @api.model
    def _anonymise_old(self, settings):
        """Anonymise what was never invoiced and ended longer ago than these settings keep the names.

        :return: whether there may be more of it
        """
        months = settings.retention_months
        if not months:
            return False
        before = datetime.now() - relativedelta(months=months)
        old = self.search(
            [
                ("settings_id", "=", settings.id),
                ("stop", "<", before),
                ("billing_state", "in", ("excluded", "cancelled", "to_check")),
                ("invoice_line_id", "=", False),
                ("anonymised_at", "=", False),
            ],
            limit=BATCH,
        )
        old._anonymise()
        return len(old) == BATCH


class MicrosoftBookingCustomer(models.Model):
    _inherit = "microsoft.booking.customer"

    def _erase_customers(self, batch):
        """Delete the customers whom no booking names any more; the others wait for theirs, and nobody looks for them.

        :param batch: text that all have in common which is erased together
        """
        customers = self.sudo().with_context(booking_sync=True)
        named = self.env["microsoft.booking"].sudo().search([("customer_id", "in", self.ids)])
        waiting = named.customer_id
        waiting.partner_decided = True
        for settings, gone in (customers - waiting).grouped("settings_id").items():
            people = (identities_of(one.graph_id, one.email, one.name) for one in gone)
            settings._erase(dict.fromkeys(chain.from_iterable(people), False), batch)
        (customers - waiting).unlink()


class MicrosoftBookingSettings(models.Model):
    _inherit = "microsoft.booking.settings"

    retention_months = fields.Integer(
        "Keep Names (months)",
        required=True,
        default=0,
        help="Bookings that were never invoiced and ended longer ago lose the name, address and notes of their "
        "customer. 0: they keep them.",
    )

    _retention_positive = models.Constraint("CHECK(retention_months >= 0)", "Months are 0 or more.")

    @api.model
    def _get_housekeeping(self):
        keepers = self.with_context(active_test=False).search([("retention_months", ">", 0)])
        return [
            *super()._get_housekeeping(),
            self.env["microsoft.booking"]._anonymise_settled,
            *(settings._anonymise_old for settings in keepers),
        ]

    def _anonymise_old(self):
        return self.env["microsoft.booking"]._anonymise_old(self)


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_anonymise_bookings(self):
        """Take these people out of the bookings that they made: to be called when somebody asks to be erased.

        What is still to be invoiced follows when it is invoiced or excluded. Invoices stay.

        :return: a client action that tells how many
        :raise AccessError: for everybody but invoicing administrators
        """
        self.env["microsoft.booking.settings"].check_access("write")
        now, later = self._erase_booking_people(self.env["microsoft.booking"])
        message = self.env._("Anonymised: %(bookings)s.", bookings=say_bookings(self.env, len(now)))
        if later:
            message += " " + self.env._(
                "Still to be invoiced, and anonymised after it was invoiced or excluded: %(bookings)s.",
                bookings=say_bookings(self.env, len(later)),
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _erase_booking_people(self, Booking):
        """Erase these contacts from the bookings, and the customers of Bookings that stand for them.

        :param Booking: the model ``microsoft.booking`` with the rights that count
        :return: the bookings that are anonymised now, and those that follow
        """
        result = Booking.search([("partner_id", "in", self.ids)])._erase_person()
        customers = Booking.env["microsoft.booking.customer"].with_context(active_test=False)
        customers.search([("partner_id", "in", self.ids)])._erase_customers(uuid4().hex)
        return result

    @api.ondelete(at_uninstall=False)
    def _erase_from_bookings(self):
        """A contact that is deleted is gone from the bookings too, unless another one has the same address."""
        others = self.env["res.partner"].sudo().with_context(active_test=False)
        twins = others.search(
            Domain(
                "email_normalized",
                "in",
                self.filtered("email_normalized").mapped("email_normalized"),
            )
            & Domain("id", "not in", self.ids)
        )
        emails = set(twins.mapped("email_normalized"))
        gone = self.filtered(lambda partner: partner.email_normalized not in emails)
        if gone:
            gone._erase_booking_people(self.env["microsoft.booking"].sudo())
