# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class MicrosoftBooking(models.Model):
    """What was invoiced is kept, so that a booking that changes later is noticed."""

    _inherit = "microsoft.booking"

    invoiced_facts = fields.Json(readonly=True, copy=False)
    changed_after_invoicing = fields.Boolean(compute="_compute_changed_after_invoicing", store=True)

    def _get_billable_facts(self):
        """The calendar facts that an invoice rests on, as JSON keeps them. Hook.

        :return: a dict of name -> value
        """
        self.ensure_one()
        return {
            "start": fields.Datetime.to_string(self.start),
            "stop": fields.Datetime.to_string(self.stop),
            "service": self.service_id.id,
            "customer": self.customer_id.id,
            "price_type": self.price_type,
            "price": self.price,
            # The share of a class that is priced as a whole depends on who else attends.
            "attendees": self.settings_id.class_price == "appointment" and self.attendee_count,
        }

    @api.depends(
        "start",
        "stop",
        "service_id",
        "customer_id",
        "price_type",
        "price",
        "attendee_count",
        "gone_at",
        "invoiced_facts",
        "billing_state",
    )
    def _compute_changed_after_invoicing(self):
        for booking in self:
            booking.changed_after_invoicing = booking._is_invoiced() and (
                bool(booking.gone_at)
                or bool(
                    booking.invoiced_facts
                    and booking.invoiced_facts != booking._get_billable_facts()
                )
            )

    def _keep_invoiced_facts(self):
        """Remember what these bookings were when they were invoiced."""
        for booking in self:
            booking.invoiced_facts = booking._get_billable_facts()
