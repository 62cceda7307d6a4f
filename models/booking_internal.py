# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is the synchronisation's business alone is offered on no screen, neither to group by nor to filter by.

Its values are keys and digests, which tell nobody anything; and they would set people apart who were erased.
"""

from odoo import api, models

UNOFFERED = ("groupable", "searchable")


def leave_out_internal(model, descriptions):
    """Mark the fields that have no name in anybody's language.

    :param model: the model that they are of
    :param descriptions: what its ``fields_get()`` returns, which is changed
    """
    for name, description in descriptions.items():
        if not model._fields[name].export_string_translation:
            description.update((word, False) for word in UNOFFERED if word in description)
    return descriptions


class MicrosoftBooking(models.Model):
    _inherit = "microsoft.booking"

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        return leave_out_internal(self, super().fields_get(allfields, attributes))


class MicrosoftBookingMirror(models.AbstractModel):
    _inherit = "microsoft.booking.mirror"

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        return leave_out_internal(self, super().fields_get(allfields, attributes))
