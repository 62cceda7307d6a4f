# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class MicrosoftBookingChoice(models.AbstractModel):
    """What a person has chosen once for an object of Bookings is remembered, with who did and when."""

    _name = "microsoft.booking.choice"
    _description = "Remembered Choice"

    # The fields whose change by a person is such a choice.
    _choice_fields = ()

    decided_by_id = fields.Many2one("res.users", string="Chosen By", readonly=True, copy=False)
    decided_at = fields.Datetime("Chosen On", readonly=True, copy=False)

    def write(self, vals):
        # The synchronisation says so in the context; everybody else who sets one of them, or empties it, has chosen.
        if not self.env.context.get("booking_sync") and not vals.keys().isdisjoint(
            self._choice_fields
        ):
            vals = vals | {"decided_by_id": self.env.uid, "decided_at": fields.Datetime.now()}
        return super().write(vals)
