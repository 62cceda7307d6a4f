# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.tools import format_date, format_duration, format_time


class MicrosoftBookingSettings(models.Model):
    _inherit = "microsoft.booking.settings"

    portal_bookings = fields.Boolean(
        "Show Bookings to the Customer",
        help="The page on which a customer reads an invoice lists its bookings: service, day and time, who came, how "
        "long. Notes and answers are never shown.",
    )


class AccountMove(models.Model):
    """What a customer sees of the bookings on the page of an invoice."""

    _inherit = "account.move"

    def _get_portal_bookings(self, reader):
        """The bookings of this invoice that its customer may read about, as texts in the customer's language.

        Only those of businesses whose settings say so, and never notes or answers. What somebody below a company pays
        for themselves is told to nobody else: Odoo lets their colleagues open the invoice.

        :param reader: the ``res.users`` whose page it is
        :return: a list of dicts of ``service``, ``when``, ``customer`` and ``hours``, in the order of their start
        """
        self.ensure_one()
        # A customer has no right on bookings: what may be read is decided here, by the invoice that is shown.
        bookings = self.sudo().booking_ids.filtered("settings_id.portal_bookings")
        if reader.partner_id != self.partner_id:
            bookings = bookings.filtered(lambda booking: not booking._is_paid_privately())
        return [booking._prepare_portal_vals() for booking in bookings.sorted("start")]


class MicrosoftBooking(models.Model):
    _inherit = "microsoft.booking"

    def _prepare_portal_vals(self):
        """What the page of an invoice says of this booking. Hook."""
        self.ensure_one()
        tz = self.settings_id.tz or "UTC"
        start = fields.Datetime.context_timestamp(self.with_context(tz=tz), self.start)
        return {
            "service": self.service_id.name or "",
            "when": f"{format_date(self.env, start.date())} {format_time(self.env, start.time(), time_format='short')}",
            "customer": self.customer_name or "",
            "hours": format_duration(self.duration),
        }
