# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.fields import Command
from odoo.tools import float_compare


class MicrosoftBooking(models.Model):
    """Posted invoices stand: what changed since goes on draft credit notes and supplements of their own."""

    _inherit = "microsoft.booking"

    def _correct(self):
        """Make the draft credit notes and supplements of these locked bookings: one of each per invoice at most.

        :return: the drafts
        """
        moves = self.env["account.move"]
        for invoice, bookings in self.grouped("invoice_id").items():
            notes = bookings._get_change_notes()
            dues = {booking: booking._get_due() for booking in bookings}
            roles = {booking: booking._get_correction_role(dues[booking]) for booking in bookings}
            for kind in ("out_refund", "out_invoice"):
                own = bookings.filtered(
                    lambda booking, kind=kind, roles=roles: (
                        (roles[booking] == "complement") == (kind == "out_invoice")
                    )
                )
                if own:
                    move = own._create_correction(invoice, kind, roles, dues)
                    own._log_on_invoices(own._get_correction_heading(move, invoice), notes)
                    moves |= move
        return moves

    def _get_correction_role(self, due):
        proposal = self._get_proposal(due)
        return "release" if proposal == "replace" else proposal

    def _get_correction_heading(self, move, invoice):
        return (
            self.env._("Draft credit note made, because Bookings changed:")
            if move.move_type == "out_refund"
            else self.env._("Draft supplement made, because Bookings changed:")
        )

    def _create_correction(self, invoice, kind, roles, dues):
        """One draft for what is to be corrected of an invoice.

        :param kind: ``out_refund`` or ``out_invoice``
        :param roles: dict of booking -> role of its line
        :param dues: dict of booking -> what it comes to now
        :return: the draft
        """
        lines = [
            booking._prepare_correction_line(roles[booking], dues[booking]) for booking in self
        ]
        move = self.env["account.move"].create(
            {
                **self._prepare_correction(invoice, kind),
                "invoice_line_ids": [Command.create(line) for line in lines],
            }
        )
        made = move.invoice_line_ids.sorted("id")
        for booking, line in zip(self, made, strict=True):
            booking._tie_correction(line, roles[booking], dues[booking])
        return move

    def _prepare_correction(self, invoice, kind):
        """The values of a draft that corrects an invoice, its lines aside. Hook.

        To whom, how and where the invoice was made decide, and not what would be chosen today.

        :return: a dict for ``account.move.create``
        """
        env = self.with_context(lang=invoice.partner_id.lang or self.env.lang).env
        vals = {
            "move_type": kind,
            "company_id": invoice.company_id.id,
            "journal_id": invoice.journal_id.id,
            "partner_id": invoice.partner_id.id,
            "partner_shipping_id": invoice.partner_shipping_id.id,
            "currency_id": invoice.currency_id.id,
            "fiscal_position_id": invoice.fiscal_position_id.id,
            "invoice_user_id": invoice.invoice_user_id.id,
            "invoice_origin": invoice.invoice_origin,
        }
        if kind == "out_refund":
            vals["ref"] = env._("Correction of %(invoice)s", invoice=invoice.name)
            # Odoo reconciles it with its invoice as soon as it is posted.
            vals["reversed_entry_id"] = invoice.id
            vals["invoice_payment_term_id"] = False
        else:
            vals["ref"] = env._("Supplement to %(invoice)s", invoice=invoice.name)
            vals["invoice_payment_term_id"] = invoice.invoice_payment_term_id.id
        return vals

    def _prepare_correction_line(self, role, due):
        """The values of the line that corrects what this booking is billed. Hook.

        With account, taxes and analytic distribution of the line that it corrects.

        :param role: ``credit``, ``complement`` or ``release``
        :param due: what the booking comes to now
        :return: a dict for a line of ``account.move``
        """
        self.ensure_one()
        line, invoice = self.invoice_line_id, self.invoice_id
        whole = role == "release" or bool(self.gone_at)
        quantity, price, discount = self._get_whole_credit() if whole else self._get_difference(due)
        partner = invoice.partner_id
        if whole and len(line.booking_ids) == 1:
            name = line.name
        else:
            name = self._get_invoice_line_name(partner)
        if not whole:
            env = self.with_context(lang=partner.lang or self.env.lang).env
            name += "\n" + env._("Difference to %(invoice)s", invoice=invoice.name)
        return {
            "product_id": line.product_id.id,
            "product_uom_id": line.product_uom_id.id,
            "name": name,
            "quantity": quantity,
            "price_unit": price,
            "discount": discount,
            "account_id": line.account_id.id,
            "tax_ids": [Command.set(line.tax_ids.ids)],
            "analytic_distribution": line.analytic_distribution,
        }

    def _get_whole_credit(self):
        """Quantity, price and discount that take back all that this booking is still billed."""
        line = self.invoice_line_id
        share = line.booking_ids._get_line_shares(line)[self.id]
        children = line.sudo().booking_adjustment_ids
        own = children.filtered(lambda child: child.booking_id == self)
        taken = [(child, 1.0) for child in own | own.booking_adjustment_ids]
        taken += [(child, share) for child in children.filtered(lambda child: not child.booking_id)]
        corrections = sum(
            child._get_booking_price() * part
            for child, part in taken
            if child.parent_state == "posted"
            or (child.booking_role and child.parent_state == "draft")
        )
        if corrections:
            return 1.0, line._get_booking_price() * share + corrections, 0.0
        # Of a merged line, what this booking has of it.
        return line.quantity * share, line.price_unit, line.discount

    def _get_difference(self, due):
        """Quantity, price and discount of what is billed too much or too little."""
        line, settled = self.invoice_line_id, self._get_settled_terms()
        difference = due.amount - self._get_settled_amount()
        quantity = due.quantity - settled["quantity"]
        same_price = not float_compare(due.unit_price, settled["unit_price"], precision_digits=6)
        if same_price and self._is_same_amount(quantity * due.unit_price, difference):
            # More or less of the same, at the price that stands on the invoice.
            return abs(quantity), line.price_unit, line.discount
        price = self._get_invoice_price_unit(
            line.product_id, line.partner_id, price=abs(difference)
        )
        return 1.0, price, line.discount

    def _tie_correction(self, line, role, due):
        """Tell the new line which booking it corrects, and by how much; the booking is settled, or free again."""
        delta = (0.0 if role == "release" else due.amount) - self._get_settled_amount()
        line.sudo().write(
            {
                "booking_id": self.id,
                "booking_role": role,
                "booking_delta": delta,
                "booking_former": role == "release"
                and {"facts": self.invoiced_facts, "terms": self.invoiced_terms},
                "booking_origin_line_id": self.invoice_line_id.id,
            }
        )
        if role != "release":
            self._price_anew()
            self._settle()


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_booking_price(self):
        """What this line comes to as it was typed, before or with tax as its price is; negative on a credit note."""
        self.ensure_one()
        sign = -1 if self.move_id.move_type == "out_refund" else 1
        return sign * self.quantity * self.price_unit * (1 - (self.discount or 0.0) / 100)
