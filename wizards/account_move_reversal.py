# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..models.booking_guard import TYING


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        """Bookings go over to the draft that takes the place of a reversed invoice.

        :raise UserError: for a credit note whose bookings were, or are to be, billed again from their list
        """
        self.move_ids._check_reversal()
        # What takes the place of a line says so as well.
        tying = self.with_context(booking_tying=TYING)
        action = super(AccountMoveReversal, tying).reverse_moves(is_modify=is_modify)
        if is_modify:
            self.new_move_ids.line_ids._take_over_bookings()
        return action
