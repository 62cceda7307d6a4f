# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_datetime


class MicrosoftBooking(models.Model):
    """An empty list of uninvoiced bookings says what it is empty of, and what to do next."""

    _inherit = "microsoft.booking"

    @api.model
    def get_empty_list_help(self, help_message):
        if self.env.context.get("booking_uninvoiced"):
            title, text = self._get_empty_list_words()
            if title:
                help_message = Markup(
                    "<p class='o_view_nocontent_smiling_face'>%s</p><p>%s</p>"
                ) % (title, text)
        return super().get_empty_list_help(help_message)

    @api.model
    def _get_empty_list_words(self):
        """Why nothing is to be invoiced, in the companies of the user.

        :return: a title and a text with the way to go on; twice ``None`` where there is something, which a filter hides
        """
        Settings = self.env["microsoft.booking.settings"]
        settings = Settings.search([("state", "!=", "draft")])
        way = Markup("<a type='action' class='text-primary' name='%s'>%s</a>") % (
            self.env.ref("microsoft_bookings.microsoft_booking_settings_action").id,
            self.env._("Booking Sync Settings"),
        )
        if not settings:
            return (
                self.env._("No Bookings business is connected"),
                self.env._("Connect one under %(settings)s.", settings=way),
            )
        synchronised = settings.filtered("last_success")
        if not synchronised:
            return (
                self.env._("Nothing has been synchronised yet"),
                self.env._("See under %(settings)s how far it is.", settings=way),
            )
        as_of = format_datetime(
            self.env, min(synchronised.mapped("last_success")), dt_format="short"
        )
        if not self.search_count([("stop", "<=", "now")], limit=1):
            return (
                self.env._("Nothing has taken place yet"),
                self.env._(
                    "Bookings appear here once they have ended. Data as of %(moment)s.",
                    moment=as_of,
                ),
            )
        if not self.search_count(self._get_uninvoiced_domain(), limit=1):
            return (
                self.env._("All is invoiced"),
                self.env._(
                    "Whatever has taken place is on an invoice, or is not to be invoiced. "
                    "Data as of %(moment)s.",
                    moment=as_of,
                ),
            )
        return None, None
