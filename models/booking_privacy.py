# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from .booking_attendees import attendees_of

# Option of the settings -> the fields of a booking that are stored only when it is on.
PRIVATE_FIELDS = {
    "store_notes": ("customer_notes", "service_notes"),
    "store_answers": ("custom_answers",),
    "reference_question": ("customer_reference",),
}


class MicrosoftBookingSettings(models.Model):
    """What people write into an appointment may be about their health: it is stored only when somebody wants it."""

    _inherit = "microsoft.booking.settings"

    store_notes = fields.Boolean(
        help="Keep the notes of customer and staff on the bookings. Switching it off erases what was kept.",
    )
    store_answers = fields.Boolean(
        help="Keep the answers to the custom questions of the booking page. Switching it off erases what was kept.",
    )

    def write(self, vals):
        off = {name for name in PRIVATE_FIELDS if name in vals and not vals[name]}
        on = {name for name in PRIVATE_FIELDS if vals.get(name)}
        newly_on = self.filtered(lambda settings: not all(settings[name] for name in on))
        res = super().write(vals)
        for name in off:
            self._erase_private(PRIVATE_FIELDS[name])
        newly_on._require_full_sync()
        return res

    def _erase_private(self, names):
        """Empty these fields of all bookings."""
        bookings = self.env["microsoft.booking"].search(
            [("settings_id", "in", self.ids), "|", *_any_of(names)]
        )
        bookings.sudo().write(dict.fromkeys(names, False))

    def action_store_notes(self):
        """Keep notes from now on; those of the bookings that are there are read again."""
        self.store_notes = True
        return True

    def action_erase_notes(self):
        """Keep notes no longer, and erase those that were kept."""
        self.store_notes = False
        return True

    def action_store_answers(self):
        """Keep the answers to custom questions from now on; those that are there are read again."""
        self.store_answers = True
        return True

    def action_erase_answers(self):
        """Keep answers no longer, and erase those that were kept."""
        self.store_answers = False
        return True


def _any_of(names):
    """A domain of what has one of these fields, to come after its ``|``."""
    return [(name, "!=", False) for name in (names * 2)[:2]]


class MicrosoftBooking(models.Model):
    _inherit = "microsoft.booking"

    customer_notes = fields.Text(readonly=True, copy=False)
    service_notes = fields.Text("Staff's Notes", readonly=True, copy=False)
    custom_answers = fields.Text("Answers", readonly=True, copy=False)

    @api.model
    def _get_related(self, settings, records):
        return super()._get_related(settings, records) | {"settings": settings}

    @api.model
    def _prepare_appointment_vals(self, settings, record, related):
        vals = super()._prepare_appointment_vals(settings, record, related)
        if settings.store_notes:
            # Among several customers it is one's own, nobody knows whose: it is on no other's booking.
            is_one = len(attendees_of(record)) == 1
            vals |= {
                "customer_notes": (is_one and record.customer_notes) or False,
                "service_notes": record.service_notes or False,
            }
        return vals

    @api.model
    def _prepare_attendee_vals(self, key, attendee, related):
        vals = super()._prepare_attendee_vals(key, attendee, related)
        settings = related["settings"]
        if settings.store_notes and attendee.notes:
            vals["customer_notes"] = attendee.notes
        if settings.store_answers:
            vals["custom_answers"] = (
                "\n".join(
                    f"{answer.question}: {answer.text}"
                    for answer in attendee.answers
                    if answer.text
                )
                or False
            )
        return vals
