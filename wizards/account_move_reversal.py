# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        """Bookings go over to the draft that takes the place of a reversed invoice."""
        action = super().reverse_moves(is_modify=is_modify)
        if is_modify:
            self.new_move_ids.line_ids._take_over_bookings()
        return action
