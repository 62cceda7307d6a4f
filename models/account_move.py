# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = "account.move"

    booking_ids = fields.One2many(
        "microsoft.booking", "invoice_id", string="Bookings", readonly=True
    )
    booking_count = fields.Integer(compute="_compute_booking_count")

    @api.depends("booking_ids")
    def _compute_booking_count(self):
        counts = dict(
            self.env["microsoft.booking"]
            .sudo()
            ._read_group([("invoice_id", "in", self.ids)], ["invoice_id"], ["__count"])
        )
        for move in self:
            move.booking_count = counts.get(move._origin, 0)

    def action_view_bookings(self):
        """Open the bookings of these invoices.

        :return: a window action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "microsoft_bookings.microsoft_booking_action"
        )
        return action | {"domain": [("invoice_id", "in", self.ids)], "context": {}}

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
        return super().button_cancel()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booking_credit(self):
        self._check_booking_credit()

    def _check_booking_credit(self):
        """A credit note is what makes it right that its invoice's bookings stand on another invoice too.

        :raise UserError: naming the invoices that these credit notes take back
        """
        refunds = self.filtered(lambda move: move.move_type == "out_refund")
        reconciled = refunds.line_ids.matched_debit_ids.debit_move_id.move_id
        credited = (refunds.reversed_entry_id | reconciled).line_ids.filtered("booking_superseded")
        if credited:
            raise UserError(
                self.env._(
                    "The bookings of %(names)s were invoiced again after it was credited. "
                    "Without this credit note they would be billed twice.",
                    names=", ".join(credited.move_id.mapped("display_name")),
                )
            )

    def _log_booking_run(self, run):
        """Note on each draft, in one go, what made it: the message that its creation would have left.

        In the language of the user, also when a call over RPC names none.
        """
        lang = self.env.user.lang
        env = self.with_context(lang=lang).env
        name = run.with_context(lang=lang).display_name
        bodies = {
            move.id: env._(
                "Draft made of %(count)s bookings (%(run)s)", count=move.booking_count, run=name
            )
            for move in self
        }
        if bodies:
            self._message_log_batch(bodies=bodies)
