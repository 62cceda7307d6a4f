# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..billing.pricing import late_notice
from .booking import LIVE_STATES
from .booking_counts import say_bookings


class MicrosoftBooking(models.Model):
    """What became of a booking, as a person says: with who said so and when, and the notice that was given."""

    _inherit = "microsoft.booking"

    outcome_by_id = fields.Many2one("res.users", "Outcome Set By", readonly=True, copy=False)
    outcome_at = fields.Datetime("Outcome Set On", readonly=True, copy=False)
    cancellation_notice = fields.Float(
        "Notice (hours)",
        readonly=True,
        copy=False,
        aggregator=None,
        help="How long before the start the customer cancelled, as a person has written it down.",
    )

    def write(self, vals):
        res = super().write(vals)
        if "outcome" in vals and not self.env.context.get("booking_sync"):
            stamps = {
                "outcome_by_id": self.env.uid,
                "outcome_at": fields.Datetime.now(),
                "cancellation_notice": False,
            }
            super(MicrosoftBooking, self.sudo()).write(
                {name: value for name, value in stamps.items() if name not in vals}
            )
        return res

    def _check_outcome_open(self):
        """That none of these bookings is invoiced, so that their outcome can be set.

        :raise UserError: when one is on a live invoice
        """
        invoiced = self.filtered(lambda booking: booking.billing_state in LIVE_STATES)
        if invoiced:
            raise UserError(
                self.env._(
                    "On an invoice already: %(bookings)s.",
                    bookings=say_bookings(self.env, len(invoiced)),
                )
            )

    def action_set_outcome(self, outcome=None):
        """Set an outcome on all of these bookings.

        :param outcome: a value of the field; by default that of the context (``booking_outcome``), as buttons have it
        :raise UserError: when one of them is on a live invoice, or no outcome is named
        """
        self._check_outcome_open()
        outcome = outcome or self.env.context.get("booking_outcome")
        known = self._fields["outcome"].get_values(self.env)
        if outcome not in known:
            raise UserError(
                self.env._("Name one of these outcomes: %(names)s.", names=", ".join(known))
            )
        self.write({"outcome": outcome})
        return True

    def action_cancelled_with_notice(self, notice_hours):
        """The customers of these bookings cancelled: late or in time, as the notice of each business says.

        :param notice_hours: how many hours before the start; 0 or less: at the start or after it
        :return: the bookings that were cancelled late
        :raise UserError: when one of them is on a live invoice
        """
        self._check_outcome_open()
        late = self._get_late(notice_hours)
        for bookings, outcome in ((late, "late_cancelled"), (self - late, "cancelled")):
            bookings.write({"outcome": outcome})
            bookings.sudo().cancellation_notice = notice_hours
        return late

    def _get_late(self, notice_hours):
        """Those of these bookings for which so many hours of notice are too few."""
        notice = timedelta(hours=notice_hours)
        return self.filtered(
            lambda booking: late_notice(
                booking.start, booking.start - notice, booking.settings_id._get_late_notice()
            )
        )
