# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

# Where what is in the way of a booking is put right, other than on itself: issue -> the field that leads there.
PLACES = {
    "no_email": "customer_id",
    "no_contact": "customer_id",
    "several_contacts": "customer_id",
    "shared_email": "customer_id",
    "archived_contact": "customer_id",
    "other_company": "customer_id",
    "no_product": "service_id",
    "archived_product": "service_id",
    "no_time_zone": "settings_id",
    "invalid_fee": "settings_id",
}


class MicrosoftBooking(models.Model):
    """From what is to check to where it is put right for all such bookings, in one click."""

    _inherit = "microsoft.booking"

    remedy = fields.Selection(
        [
            ("customer_id", "Bookings Customer"),
            ("service_id", "Service"),
            ("settings_id", "Booking Sync Settings"),
        ],
        string="Put Right On",
        compute="_compute_remedy",
    )

    @api.depends("issue", "payer_id", "customer_id.partner_id", "service_id")
    def _compute_remedy(self):
        for booking in self:
            place = PLACES.get(booking.issue)
            # Who else pays for it was chosen elsewhere: on the booking, or as whom the contact is billed to.
            contact = booking.customer_id.partner_id
            is_elsewhere = (
                place == "customer_id" and booking.payer_id and booking.payer_id != contact
            )
            booking.remedy = place if place and booking[place] and not is_elsewhere else False

    def action_open_remedy(self):
        """Open the record on which the issue is put right once for all.

        :return: a window action
        :raise UserError: when there is no such record: what to do is said in ``issue_text``
        """
        self.ensure_one()
        if not self.remedy:
            raise UserError(self.issue_text or self.env._("Nothing is to check here."))
        return self[self.remedy].get_formview_action() | {"target": "current"}
