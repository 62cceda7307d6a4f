# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.fields import Command
from odoo.tools import float_compare

# What a booking says of its invoice line. Everything else on the line and on the draft is whoever's who put it there.
OWNED = ("product_id", "quantity", "price_unit", "name")


class MicrosoftBooking(models.Model):
    """Drafts that follow their bookings again, without losing what people did to them."""

    _inherit = "microsoft.booking"

    def _refresh_drafts(self, overwrite):
        """Let the drafts of these locked bookings follow them: product, quantity, price and text of their lines.

        Each is freed, priced anew, and put back on its line; one that cannot stay on it (gone, another payer or
        customer reference, nothing to pay, to check, not held yet) leaves the draft. What a person typed on it stays,
        and is named in the note, unless the booking is among ``overwrite``. A draft that is left empty is deleted,
        unless it was posted before: then its number must not get lost.

        :return: the drafts that were refreshed and still exist
        """
        drafts = self.env["account.move"]
        for move, bookings in self.grouped("invoice_id").items():
            notes = list(bookings._get_change_notes().values())
            # Before any of them leaves, as it was proposed.
            apart = bookings.filtered(lambda booking: booking._has_another_reference())
            referred = (bookings - apart).filtered(
                lambda booking: "reference" in booking._get_changed_facts()
            )
            put = (referred[:1].invoiced_terms or {}).get("reference")
            for line, changed in bookings.grouped("invoice_line_id").items():
                notes += changed._refresh_line(line, bool(changed & overwrite), apart)
            stayed = referred.filtered(lambda booking, move=move: booking.invoice_id == move)
            notes += stayed._refresh_reference(put, bool(referred & overwrite))
            # Sections bill nothing.
            billed = move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
            if billed or move.posted_before:
                heading = self.env._("Refreshed, because Bookings changed:")
                move._log_booking_notes({move: [heading, *notes]})
                drafts |= move
            else:
                move.unlink()
        return drafts

    def _get_typed_labels(self):
        """What a person has typed over on the draft's line of this booking, by the labels of the fields."""
        line, invoiced = self.invoice_line_id, self.invoiced_terms or {}
        if line.parent_state != "draft":
            return []
        terms = invoiced.get("line") or {}
        labels = [
            line._fields[name]._description_string(self.env)
            for name in OWNED
            if name in terms and not _same(line._get_owned(name), terms[name])
        ]
        if "reference" in self._get_changed_facts() and self._is_reference_typed(
            invoiced.get("reference"), self._get_invoice_reference()
        ):
            labels.append(self._get_reference_label())
        return labels

    def _refresh_line(self, line, overwrite, apart):
        """Let one line of a draft follow those of its bookings that changed.

        :param apart: bookings that leave the draft for their customer reference
        :return: what there is to say about it, a list of texts
        """
        move, partner, everyone = line.move_id, line.move_id.partner_id, line.booking_ids
        former = {booking: (booking.payer_id, booking.currency_id) for booking in self}
        was_free = any(not booking._get_settled_terms()["amount"] for booking in self)
        mode = {"line_mode": "merged" if len(everyone) > 1 else "booking"}
        terms = (self[0].invoiced_terms or {}).get("line") or {}
        # Who pays stays as it was invoiced, unless somebody else has the place: whoever was erased is billed all the
        # same, and a payer that was chosen since is that of the next invoice.
        same_payer = self.filtered(
            lambda booking: booking._get_due().payer == booking._get_invoiced_payer()
        )
        # Only for as long as the rules need to price it: what stays is put back below.
        with self.env.protecting([self._fields["payer_id"]], same_payer):
            self.sudo().invoice_line_id = False
        self._forget_invoiced_facts()
        # What is on a draft already waits for nothing.
        ready, skipped = self._split_invoiceable(
            {"include_free": was_free, "minimum_amount": 0, "lone_fees": True}
        )
        stay = (ready - apart).filtered(
            lambda booking: former[booking] == (booking.payer_id, booking.currency_id)
        )
        text = self.env._("It has another customer reference than the others on the draft.")
        texts = dict.fromkeys(apart, text)
        texts.update((booking, text) for booking, _reason, text in skipped)
        elsewhere = self.env._("It is to be invoiced to somebody else.")
        notes = [
            self.env._(
                "%(booking)s left the draft: %(reason)s",
                booking=booking.display_name,
                reason=texts.get(booking, elsewhere),
            )
            for booking in self - stay
        ]
        groups = (
            ((everyone - self) | stay)
            .sorted(lambda booking: (booking.start, booking.id))
            ._group_for_lines(mode)
        )
        # The line stays with those for whom nothing changed.
        groups.sort(key=lambda group: len(group & self))
        if not groups:
            line.unlink()
        for index, group in enumerate(groups):
            vals = group._prepare_invoice_line(mode, partner)
            if index:
                vals["sequence"] = line.sequence
                # Put on it below, as nobody but Odoo itself may.
                vals.pop("booking_ids", None)
                known = move.invoice_line_ids
                move.write({"invoice_line_ids": [Command.create(vals)]})
                group.sudo().invoice_line_id = move.invoice_line_ids - known
                kept = {}
            else:
                kept = line._follow_booking(vals, terms, overwrite)
                (group & stay).sudo().invoice_line_id = line
                notes += line._describe_kept(kept)
            group._keep_invoiced_facts(kept)
        return notes


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _follow_booking(self, vals, terms, overwrite):
        """Write on this line of a draft what its bookings changed of it.

        :param vals: what the line would be made with now
        :param terms: what was put on the line when it was made; what differs from it, a person has typed
        :param overwrite: whether that is written over
        :return: a dict of field -> value of what a person has typed and what would stand there
        """
        self.ensure_one()
        changes, kept = {}, {}
        for name in OWNED:
            current = self._get_owned(name)
            is_typed = name in terms and not _same(current, terms[name])
            if is_typed and not overwrite:
                kept[name] = vals[name]
            elif not _same(current, vals[name]):
                changes[name] = vals[name]
        if "product_id" in changes:
            # Odoo fills in price and text of a new product: they stand as decided here.
            changes = {"price_unit": self.price_unit, "name": self.name, **changes}
        if changes:
            self.write(changes)
        return kept

    def _get_owned(self, name):
        return self[name].id if name == "product_id" else self[name]

    def _describe_kept(self, kept):
        """That what a person typed on this line was kept, as a list of at most one text."""
        if not kept:
            return []
        labels = [self._fields[name]._description_string(self.env) for name in kept]
        return [
            self.env._("Kept as it was typed on the draft: %(fields)s.", fields=", ".join(labels))
        ]


def _same(first, second):
    if isinstance(first, float):
        return not float_compare(first, second or 0.0, precision_digits=6)
    return (first or False) == (second or False)
