# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib
import hmac
import secrets
from collections import defaultdict
from dataclasses import replace

from odoo import api, fields, models
from odoo.tools import email_normalize

from .booking_attendees import (
    keyed_attendees,
    second_key_of_bookings,
    second_key_of_record,
)
from .booking_customer import MAILTO, level_name

# What begins the key of a place whose customer was erased.
ERASED = "erased:"
NOBODY = dict.fromkeys(("name", "email", "phone", "notes", "time_zone"), "")


def identities_of(customer_id, email, name):
    """By what a person is known again: the id, and the address together with the name, since families share one.

    :return: a list of texts
    """
    identities = [f"id:{customer_id}"] if customer_id else []
    if email:
        identities.append(f"{MAILTO}{email_normalize(email) or email}?name={level_name(name)}")
    return identities


def places_of(graph_id, key, identities):
    """By what one place on one appointment is known again, also when Bookings names its customer otherwise.

    :param graph_id: id of the appointment
    :param key: the attendee's key, see :func:`.booking_attendees.keyed_attendees`
    :param identities: what :func:`identities_of` gives of the customer
    :return: a list of texts
    """
    return [f"place:{graph_id}\n{word}" for word in (f"key:{key}", *identities)]


def is_erased(key):
    """Whether a key or an id stands for somebody who was erased."""
    return (key or "").startswith(ERASED)


class MicrosoftBookingErasure(models.Model):
    """That somebody was erased, remembered without saying who: so that no synchronisation brings them back.

    A row keeps the keyed digest of an identity, of the person or of one place on one appointment. Whoever was erased
    by mistake is lifted: the next full synchronisation names them again, on the bookings that they had.
    """

    _name = "microsoft.booking.erasure"
    _description = "Erased Customer of Bookings"
    _order = "id desc"
    _rec_name = "digest"

    settings_id = fields.Many2one(
        "microsoft.booking.settings",
        string="Bookings Business",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="settings_id.company_id", store=True, index=True)
    digest = fields.Char(required=True, readonly=True)
    token = fields.Char(
        readonly=True,
        export_string_translation=False,
        help="Of a place: what its booking is recognised by.",
    )
    batch = fields.Char("Erased Together", readonly=True, index=True)
    lifted = fields.Boolean(readonly=True)

    _digest_uniq = models.Constraint("UNIQUE(settings_id, digest)", "An identity is erased once.")

    def action_lift(self):
        """Let the next full synchronisation name these people again, and all that was erased together with them."""
        rows = self.search(
            [("settings_id", "in", self.settings_id.ids), ("batch", "in", self.mapped("batch"))]
        )
        self.settings_id.check_access("write")
        rows = rows.sudo()
        rows.lifted = True
        rows.filtered(lambda row: not row.token).unlink()
        self.settings_id.sudo()._require_full_sync()
        return True


class MicrosoftBookingSettings(models.Model):
    _inherit = "microsoft.booking.settings"

    erasure_key = fields.Char(readonly=True, copy=False, groups="base.group_system")

    def _get_digest(self, identity):
        """The keyed digest of an identity: without the key nobody can try addresses out.

        :param identity: text
        :return: hexadecimal text
        """
        settings = self.sudo()
        if not settings.erasure_key:
            settings.erasure_key = secrets.token_hex(32)
        key = bytes.fromhex(settings.erasure_key)
        return hmac.new(key, identity.encode(), hashlib.sha256).hexdigest()

    def _erase(self, tokens, batch):
        """Remember that these were erased.

        :param tokens: dict of texts, as :func:`identities_of` and :func:`places_of` give them, -> of a place, what its
            booking is recognised by; of a person ``False``
        :param batch: text that all have in common which is erased together
        """
        digests = {self._get_digest(identity): token for identity, token in tokens.items()}
        Erasure = self.env["microsoft.booking.erasure"].sudo()
        known = Erasure.search([("settings_id", "=", self.id), ("digest", "in", list(digests))])
        there = set(known.mapped("digest"))
        # Somebody who was lifted may be erased again.
        known.write({"lifted": False, "batch": batch})
        Erasure.create(
            [
                {"settings_id": self.id, "digest": digest, "batch": batch, "token": token}
                for digest, token in digests.items()
                if digest not in there
            ]
        )

    def _get_erased_people(self):
        """Who stays erased from these settings.

        :return: a function of an id or ``None``, an e-mail address and a name that tells whether it is one of them
        """
        own = [("settings_id", "=", self.id), ("token", "=", False), ("lifted", "=", False)]
        rows = self.env["microsoft.booking.erasure"].sudo().search(own)
        erased = set(rows.mapped("digest"))

        def is_erased_person(customer_id, email, name):
            identities = identities_of(customer_id, email, name) if erased else ()
            return not erased.isdisjoint(map(self._get_digest, identities))

        return is_erased_person

    def _find_erased(self, records, *, lifted=False):
        """The places of erased people on these appointments.

        :param records: :class:`..graph.records.Appointment` objects
        :param lifted: find those of people who were lifted instead
        :return: a dict of (appointment's id, attendee's key) -> what the booking of the place is recognised by; and of
            the places that are not remembered themselves, since only the person is, (words of the place, batch)
        """
        Erasure = self.env["microsoft.booking.erasure"].sudo()
        own = [("settings_id", "=", self.id), ("lifted", "=", lifted)]
        if not Erasure.search_count(own, limit=1):
            return {}, {}
        digests, words = {}, {}
        for record in records:
            for key, person in keyed_attendees(record).items():
                if not is_erased(person.customer_id):
                    identities = identities_of(person.customer_id, person.email, person.name)
                    words[record.id, key] = places_of(record.id, key, identities)
                    digests[record.id, key] = [
                        [*map(self._get_digest, some)]
                        for some in (words[record.id, key], identities)
                    ]
        asked = [digest for lists in digests.values() for one in lists for digest in one]
        rows = Erasure.search([*own, ("digest", "in", asked)])
        rows = {row.digest: row for row in rows}
        found, new = {}, {}
        for at, (places, identities) in digests.items():
            if place := next(filter(rows.__contains__, places), None):
                found[at] = rows[place].token
            elif person := next(filter(rows.__contains__, identities), None):
                # Someone who was erased books again: a place of their own, named by nobody either.
                found[at] = f"{ERASED}{places[0]}"
                new[at] = words[at], rows[person].batch
        return found, new

    # === SEEN BY THE SYNCHRONISATION === #

    def _veil(self, records):
        """Take the people who were erased out of what Bookings says of appointments.

        :param records: :class:`..graph.records.Appointment` objects
        :return: a list of them, in which such a person has no name and is told apart by a digest alone
        """
        erased, _new = self._find_erased(records)
        return [_veil_one(record, erased) for record in records]

    def _remember_places(self, records):
        """Remember the places that erased people have taken since, so that they can be lifted together."""
        erased, new = self._find_erased(records)
        batches = defaultdict(dict)
        for at, (words, batch) in new.items():
            batches[batch].update(dict.fromkeys(words, erased[at]))
        for batch, tokens in batches.items():
            self._erase(tokens, batch)

    def _unveil(self, records):
        """Give the bookings of lifted places their keys back, so that they are recognised and named again."""
        lifted, _new = self._find_erased(records, lifted=True)
        for (graph_id, key), token in lifted.items():
            own = [("settings_id", "=", self.id)]
            self.env["microsoft.booking"].search(
                [*own, ("graph_id", "=", graph_id), ("attendee_key", "=", token)]
            ).write({"attendee_key": key, "anonymised_at": False})
            self.env["microsoft.booking.erasure"].sudo().search(
                [*own, ("token", "=", token)]
            ).unlink()

    def _copy_places(self, graph_id, record):
        """An appointment got another id: its erased places stay erased.

        :param graph_id: the id that it had
        :param record: the :class:`..graph.records.Appointment` with its new id
        """
        erased, _new = self._find_erased([replace(record, id=graph_id)])
        for key, person in keyed_attendees(record).items():
            if token := erased.get((graph_id, key)):
                identities = identities_of(person.customer_id, person.email, person.name)
                self._erase(dict.fromkeys(places_of(record.id, key, identities), token), token)


def _veil_one(record, erased):
    people = keyed_attendees(record)
    if not any((record.id, key) in erased for key in people):
        return record
    return replace(
        record,
        attendees=tuple(
            replace(person, customer_id=erased[record.id, key], answers=(), **NOBODY)
            if (record.id, key) in erased
            else person
            for key, person in people.items()
        ),
        service_notes="",
        **{f"customer_{name}": value for name, value in NOBODY.items()},
    )


class MicrosoftBookingCustomer(models.Model):
    _inherit = "microsoft.booking.customer"

    @api.model
    def _mirror(self, settings, records):
        """Whoever was erased is not listed again."""
        is_erased_person = settings._get_erased_people()
        records = [
            record
            for record in records
            if not is_erased_person(record.id, record.email, record.display_name)
        ]
        return super()._mirror(settings, records)

    @api.model
    def _get_attendee_customers(self, settings, people):
        """Whoever was erased has no customer."""
        named = [person for person in people if not is_erased(person.customer_id)]
        nobody = {
            person.customer_id: self.browse() for person in people if is_erased(person.customer_id)
        }
        return super()._get_attendee_customers(settings, named) | nobody

    def write(self, vals):
        res = super().write(vals)
        if vals.get("partner_id") and not self.env.context.get("booking_sync"):
            # Somebody says who it is: nobody wants them erased any more.
            self.env["microsoft.booking"].search(
                [("customer_id", "in", self.ids), ("anonymise_when_settled", "=", True)]
            ).sudo().anonymise_when_settled = False
        return res


class MicrosoftBooking(models.Model):
    _inherit = "microsoft.booking"

    @api.depends("attendee_key")
    def _compute_billing_state(self):
        return super()._compute_billing_state()

    def _get_contact_issue(self):
        return "anonymised" if is_erased(self.attendee_key) else super()._get_contact_issue()

    @api.model
    def _mirror(self, settings, records):
        settings._unveil(records)
        settings._remember_places(records)
        return super()._mirror(settings, settings._veil(records))

    @api.model
    def _rekey(self, known, gone, new_records):
        """An appointment of erased people whose id changed is the same one too."""
        by_id = known.grouped("graph_id")
        for graph_id in gone & by_id.keys():
            if not any(is_erased(booking.attendee_key) for booking in by_id[graph_id]):
                continue
            settings, key = by_id[graph_id].settings_id, second_key_of_bookings(by_id[graph_id])
            for record in new_records:
                (former,) = settings._veil([replace(record, id=graph_id)])
                if second_key_of_record(former) == key:
                    settings._copy_places(graph_id, record)
        return super()._rekey(known, gone, known.settings_id[:1]._veil(new_records))
