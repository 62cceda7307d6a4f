# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .booking_counts import say_bookings


class AccountMove(models.Model):
    _inherit = "account.move"

    booking_ids = fields.One2many(
        "microsoft.booking", "invoice_id", string="Bookings", readonly=True
    )
    elsewhere_booking_ids = fields.One2many(
        "microsoft.booking", "elsewhere_invoice_id", string="Bookings Billed Here", readonly=True
    )
    booking_count = fields.Integer(compute="_compute_booking_count")

    @api.depends(
        "booking_ids",
        "elsewhere_booking_ids",
        "line_ids.booking_adjustment_ids",
        "line_ids.booking_origin_line_id",
    )
    def _compute_booking_count(self):
        Booking = self.env["microsoft.booking"].sudo()
        counts = Counter()
        # Two questions for a whole list of invoices, and the bookings themselves only where there are corrections.
        for name in ("invoice_id", "elsewhere_invoice_id"):
            counts.update(dict(Booking._read_group([(name, "in", self.ids)], [name], ["__count"])))
        corrected = self.sudo().line_ids.filtered("booking_origin_line_id").move_id
        corrected |= self.sudo().line_ids.booking_adjustment_ids.booking_origin_line_id.move_id
        for move in self:
            counted = counts[move._origin]
            if move._origin in corrected:
                counted = Booking.search_count(move._origin._get_booking_domain())
            move.booking_count = counted

    def _get_booking_domain(self):
        """The bookings that these invoices bill, correct, or are named for as billed elsewhere."""
        paths = (
            "invoice_id",
            "elsewhere_invoice_id",
            "invoice_line_id.booking_adjustment_ids.move_id",
            "adjustment_line_ids.move_id",
            "adjustment_line_ids.booking_origin_line_id.move_id",
        )
        return list(Domain.OR(Domain(path, "in", self.ids) for path in paths))

    def action_view_bookings(self):
        """Open the bookings of these invoices.

        :return: a window action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "microsoft_bookings.microsoft_booking_action"
        )
        return action | {"domain": self._get_booking_domain(), "context": {}}

    def _get_booking_invoices_action(self, name):
        """Open these invoices as customer invoices are opened: their list, or the form of a single one.

        :param name: the title of the list
        :return: a window action
        """
        views = {}
        if len(self) > 1:
            invoice_list = self.env.ref("account.view_out_invoice_tree")
            views["views"] = [(invoice_list.id, "list"), (False, "kanban"), (False, "form")]
            views["mobile_view_mode"] = "kanban"
            views["search_view_id"] = [self.env.ref("account.view_account_invoice_filter").id]
        # Not the context of the bookings: what is a default there means something else here.
        return self._get_records_action(
            name=name, context={"default_move_type": "out_invoice"}, **views
        )

    def _get_booking_invoices_notification(self, name, title, message, *, warning, sticky):
        """Say what was done to bookings, and then open these invoices, or close the dialogue when there are none.

        :param name: the title of their list
        :param title: of the message
        :param message: what was done
        :param warning: whether something was left out
        :param sticky: whether the message waits for its reader
        :return: a client action
        """
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if warning else "success",
                "title": title,
                "message": message,
                "sticky": sticky,
                "next": self._get_booking_invoices_action(name)
                if self
                else {"type": "ir.actions.act_window_close"},
            },
        }

    def button_draft(self):
        """Refuse to revive an invoice whose bookings have been invoiced again meanwhile: exactly once.

        :raise UserError: naming the invoices
        """
        superseded = self.line_ids.filtered("booking_superseded").move_id
        if superseded:
            raise UserError(
                self.env._(
                    "The bookings of %(names)s were invoiced again after it was cancelled or credited. "
                    "It cannot become a draft again, or they would be billed twice.",
                    names=", ".join(superseded.mapped("display_name")),
                )
            )
        self._check_booking_credit()
        return super().button_draft()

    def button_cancel(self):
        """Refuse to take back the credit note of an invoice whose bookings have been invoiced again meanwhile.

        :raise UserError: naming the invoices
        """
        self._check_booking_credit()
        self.line_ids._take_back_release()
        return super().button_cancel()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booking_credit(self):
        self._check_booking_credit()

    def _check_booking_credit(self):
        """A credit note is what makes it right that its invoice's bookings stand on another invoice too.

        :raise UserError: naming the invoices that these credit notes take back
        """
        refunds = self.filtered(lambda move: move.move_type == "out_refund")
        # Odoo asks this of no invoice at all for each line that it writes.
        if not refunds:
            return
        # Where its lines say what they take back, that is what counts; what is free by them alone, they see to.
        told = refunds.line_ids.filtered(
            lambda line: line.booking_origin_line_id and line.booking_role != "release"
        )
        silent = refunds - refunds.line_ids.filtered("booking_origin_line_id").move_id
        reconciled = silent.line_ids.matched_debit_ids.debit_move_id.move_id
        credited = (silent.reversed_entry_id | reconciled).line_ids.filtered("booking_superseded")
        credited |= told.filtered(
            lambda line: (
                not line.booking_id
                or line.booking_id.invoice_line_id != line.booking_origin_line_id
            )
        ).booking_origin_line_id.filtered("booking_superseded")
        if credited:
            raise UserError(
                self.env._(
                    "The bookings of %(names)s were invoiced again after it was credited. "
                    "Without this credit note they would be billed twice.",
                    names=", ".join(credited.move_id.mapped("display_name")),
                )
            )

    def _is_taken_back(self):
        """Whether credit notes of its own take all of this invoice back.

        Odoo says *Reversed* also of an invoice that was paid with the credit note of another.
        """
        self.ensure_one()
        if self.payment_state != "reversed":
            return False
        taken = 0.0
        for partial in self.line_ids.matched_credit_ids | self.line_ids.matched_debit_ids:
            other = (partial.credit_move_id | partial.debit_move_id).move_id - self
            if other.reversed_entry_id in (self.browse(), self):
                taken += partial.amount
        total = abs(self.amount_total_signed)
        return self.company_id.currency_id.compare_amounts(taken, total) >= 0

    def _filter_edited_drafts(self):
        """Those of these drafts that somebody has worked on: lines of their own, typed values, other fields, messages.

        Amounts are not asked: they are tracked when a draft is made, too.
        """
        Message = self.env["mail.message"].sudo()
        ids = Message.search(
            [
                ("model", "=", self._name),
                ("res_id", "in", self.ids),
                "|",
                ("message_type", "=", "comment"),
                ("tracking_value_ids", "any", [("field_id.ttype", "!=", "monetary")]),
            ]
        ).mapped("res_id")
        return self.filtered(
            lambda move: (
                move.id in ids
                or any(
                    line.display_type == "product" and (not line.booking_ids or line.discount)
                    for line in move.invoice_line_ids
                )
                or any(booking._get_typed_labels() for booking in move.booking_ids)
            )
        )

    def _log_booking_notes(self, notes):
        """Note on these invoices what became of their bookings.

        :param notes: dict of invoice -> list of texts, the first of them a heading
        """
        bodies = {}
        for move, (heading, *texts) in notes.items():
            items = Markup().join(Markup("<li>%s</li>") % text for text in texts)
            bodies[move.id] = escape(heading) + Markup("<ul>%s</ul>") % items
        if bodies:
            self._message_log_batch(bodies=bodies)

    def _log_booking_run(self, run):
        """Note on each draft, in one go, what made it: the message that its creation would have left.

        In the language of the user, also when a call over RPC names none.
        """
        lang = self.env.user.lang
        env = self.with_context(lang=lang).env
        name = run.with_context(lang=lang).display_name
        bodies = {
            move.id: env._(
                "Draft made of %(bookings)s (%(run)s)",
                bookings=say_bookings(env, move.booking_count),
                run=name,
            )
            for move in self
        }
        if bodies:
            self._message_log_batch(bodies=bodies)
