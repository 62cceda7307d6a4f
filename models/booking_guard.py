# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import AccessError

MODULE = "microsoft_bookings"
# In the context of what ties a line to the one that it reverses: over RPC come texts and numbers, never this object.
TYING = object()


class MicrosoftBookingGuard(models.AbstractModel):
    """What of this add-on is read-only is written by the synchronisation or by Odoo itself: by no screen, file or RPC.

    Whoever may write it says so with ``sudo()``, once it has seen that the user may do what is to be done.
    """

    _name = "microsoft.booking.guard"
    _description = "Guard of What Odoo Writes Itself"

    @api.model
    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and (
            operation == "read" or not self._is_guarded(field)
        )

    @api.model
    def _check_field_access(self, field, operation):
        if operation == "write" and self._is_guarded(field):
            raise AccessError(self._get_guard_text(field))
        return super()._check_field_access(field, operation)

    @api.model
    def _is_guarded(self, field):
        # A One2many is written on the other side, which is guarded by itself.
        return (
            field.readonly
            and field.type != "one2many"
            and MODULE in field._modules
            and not self.env.su
            and self.env.context.get("booking_tying") is not TYING
        )

    @api.model
    def _get_guard_text(self, field):
        """Why a person cannot write this field. Hook."""
        return self.env._(
            "“%(field)s” is kept by Odoo itself: nobody writes it by hand.", field=field.name
        )
