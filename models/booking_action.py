# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

UNINVOICED = "microsoft_bookings.microsoft_booking_action_uninvoiced"


class IrActionsActWindow(models.Model):
    """The list of uninvoiced bookings is of what the hook says, whatever an add-on made of that."""

    _inherit = "ir.actions.act_window"

    def _get_action_dict(self):
        result = super()._get_action_dict()
        if result["res_model"] == "microsoft.booking" and result["xml_id"] == UNINVOICED:
            result["domain"] = repr(self.env["microsoft.booking"]._get_uninvoiced_domain())
        return result
