# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import UserError

from . import sandbox_session


class MicrosoftBookingSettings(models.Model):
    """Whoever has looked around with the sample data gets rid of it again."""

    _inherit = "microsoft.booking.settings"

    def action_remove_trial(self):
        """Delete connections to the sample data with all that came from there, and the drafts made of it.

        Bookings of a real business are never deleted. Contacts and products stay: somebody may use them by now.

        :return: an action that opens the list of the connections
        :raise UserError: for a connection to Microsoft, and when invoices are posted or bill something else as well
        :raise AccessError: for those who may not delete connections or invoices
        """
        self.check_access("unlink")
        if real := self.filtered(lambda settings: settings.cloud != "sandbox"):
            raise UserError(
                self.env._(
                    "%(names)s is connected to Microsoft: its bookings are kept. Archive it instead.",
                    names=", ".join(real.mapped("name")),
                )
            )
        bookings = self.env["microsoft.booking"].sudo()
        bookings = bookings.search([("settings_id", "in", self.ids)])
        # Also those of invoices that are credited, whose bookings are free again.
        lines = bookings.invoice_line_id.filtered(lambda line: line.parent_state != "cancel")
        moves = lines.move_id.sudo(False)
        corrections = bookings._get_correction_moves().sudo(False)
        kept = corrections.filtered(lambda move: move.state != "cancel") | moves.filtered(
            lambda move: (
                move.state != "draft"
                or move.posted_before
                or move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
                - lines
            )
        )
        if kept:
            raise UserError(
                self.env._(
                    "Sample bookings are on invoices that are posted or bill something else as well. "
                    "Take them off first: %(names)s",
                    names=", ".join(kept[:5].mapped("display_name")),
                )
            )
        moves.unlink()
        bookings.unlink()
        for settings in self:
            sandbox_session.forget_app(settings)
        self.unlink()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "microsoft_bookings.microsoft_booking_settings_action"
        ) | {"target": "main"}
