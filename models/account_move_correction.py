# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import UserError

from .booking_guard import TYING


class AccountMove(models.Model):
    """Invoices and their corrections hold together: pulled apart, what is left would be billed beside a new invoice."""

    _inherit = "account.move"

    def button_draft(self):
        """Refuse to revive or reopen a correction whose bookings were settled otherwise since.

        :raise UserError: naming the corrections
        """
        self.line_ids._check_settled_since()
        return super().button_draft()

    def button_cancel(self):
        """Refuse to cancel an invoice before what corrects it, and a correction that a later one rests on.

        :raise UserError: naming the corrections
        """
        self.line_ids._check_corrections_stand()
        return super().button_cancel()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Tell the lines that reverse those of bookings which they are."""
        tying = self.with_context(booking_tying=TYING)
        reverse_moves = super(AccountMove, tying)._reverse_moves(default_values_list, cancel)
        return reverse_moves.with_env(self.env)

    def _check_reversal(self):
        """Bookings that are credited are billed again from their list, and not by reversing their credit note too.

        :raise UserError: naming the invoices, or those that they were billed on again
        """
        self._check_booking_credit()
        lines = self.sudo().line_ids
        lines._check_released()
        told = lines.filtered(
            lambda line: line.move_id.move_type == "out_refund" and not line.booking_role
        )
        credited = told.booking_origin_line_id.booking_ids.filtered("is_credited")
        if credited:
            raise UserError(
                self.env._(
                    "The bookings of %(names)s are credited. Bill them again from their list, or reset this credit "
                    "note to draft: if it were reversed, they could be billed twice.",
                    names=", ".join(credited.invoice_id[:5].mapped("display_name")),
                )
            )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_corrected(self):
        self._check_corrections_stand()

    def _check_corrections_stand(self):
        """What corrects these lines goes before them, and so does what a later correction rests on.

        Freed beside its supplement, a booking would be invoiced in full once more.

        :raise UserError: naming the corrections
        """
        live = self.sudo().filtered(lambda line: line.parent_state != "cancel")
        corrections = live.booking_adjustment_ids.filtered(
            lambda line: (
                line.booking_role
                and line.parent_state != "cancel"
                and line.move_id not in live.move_id
                and not line.move_id._is_taken_back()
            )
        ).move_id
        if corrections:
            raise UserError(
                self.env._(
                    "%(names)s corrects what is invoiced here: cancel or delete it first, "
                    "or these bookings would be billed beside it.",
                    names=", ".join(corrections[:5].mapped("display_name")),
                )
            )
        live._check_settled_since()

    def _check_settled_since(self):
        """A correction stays as it is once its booking was credited as a whole or invoiced again: that rests on it.

        :raise UserError: naming the corrections
        """
        settled = (
            self.sudo()
            .filtered(lambda line: line.booking_role and line._is_settled_since())
            .move_id
        )
        if settled:
            raise UserError(
                self.env._(
                    "The bookings that %(names)s corrects were credited, corrected or invoiced again since. "
                    "It has to stay as it is, or their sums would be wrong.",
                    names=", ".join(settled[:5].mapped("display_name")),
                )
            )

    def _is_settled_since(self):
        """Whether what was done about the booking of this correction rests on the correction being as it is."""
        self.ensure_one()
        origin, booking = self.booking_origin_line_id, self.booking_id
        others = booking._get_live_adjustments() - self if booking else self.browse()
        if self.booking_role == "release":
            # While it stands, _check_released() has the say.
            return self.parent_state == "cancel" and (
                booking.invoice_line_id != origin or bool(others.filtered(lambda o: o.id > self.id))
            )
        return origin.booking_superseded or "release" in others.mapped("booking_role")
