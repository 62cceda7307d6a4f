# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class MicrosoftBooking(models.Model):
    """Why a list of bookings is empty, asked when it is drawn: nothing of it may be remembered and be wrong."""

    _inherit = "microsoft.booking"

    @api.model
    def get_emptiness(self, domain):
        """Say why a list shows nothing, and where to go from there, as this user may know it.

        With ``booking_uninvoiced`` in the context the list is that of uninvoiced bookings.

        :param domain: what the list is of, without what is searched for in it
        :return: a dict of ``reason``, ``title``, ``text``, and ``action`` (external id of an action,
            or ``False``) with its ``label``; without a title it is as the action of the list says
        """
        if self.search_count(domain, limit=1):
            return self._prepare_emptiness(
                "search",
                self.env._("No booking matches"),
                self.env._("Take a filter out of the search bar to see the others again."),
            )
        settings = self.env["microsoft.booking.settings"].search([("state", "!=", "draft")])
        if not settings:
            return self._prepare_emptiness_unconnected()
        read = settings.filtered("last_success")
        if not read:
            return self._prepare_emptiness_unread(settings)
        stale = settings.filtered("is_stale")
        if stale:
            return self._prepare_emptiness(
                "stale",
                self.env._("Nothing here, as far as Odoo knows"),
                "\n".join(f"{one.name}: {one.stale_warning}" for one in stale),
                "microsoft_bookings.microsoft_booking_settings_action",
                self.env._("Booking Sync Settings"),
            )
        if not self.env.context.get("booking_uninvoiced"):
            return self._prepare_emptiness("none")
        if not self.search_count([("stop", "<=", "now")], limit=1):
            return self._prepare_emptiness(
                "not_held",
                self.env._("No booking has been held yet"),
                self.env._("Bookings appear here once they have ended.")
                + "\n"
                + read._get_read_text(),
                "microsoft_bookings.microsoft_booking_action",
                self.env._("All Bookings"),
            )
        return self._prepare_emptiness(
            "all_invoiced",
            self.env._("Nothing is left to invoice"),
            self.env._("Every booking that was held is on an invoice, or needs none.")
            + "\n"
            + read._get_read_text(),
            "microsoft_bookings.microsoft_booking_action",
            self.env._("All Bookings"),
        )

    def _prepare_emptiness_unconnected(self):
        title = self.env._("No Bookings business is connected")
        if self.env["microsoft.booking.settings"].has_access("create"):
            return self._prepare_emptiness(
                "unconnected",
                title,
                self.env._("Connect yours, or look around with sample data first."),
                "microsoft_bookings.microsoft_booking_connect_action",
                self.env._("Connect a Business"),
            )
        return self._prepare_emptiness(
            "unconnected",
            title,
            self.env._("An administrator of Invoicing does that, once, in the configuration."),
        )

    def _prepare_emptiness_unread(self, settings):
        """Connected, and nothing has come yet: the first synchronisation is under way, or waits for somebody."""
        names = ", ".join(settings.mapped("name"))
        if settings.open_run_id:
            title = self.env._("Bookings are being read")
            text = self.env._("%(names)s: the first ones appear here in a moment.", names=names)
        else:
            title = self.env._("Bookings were not read yet")
            text = self.env._("%(names)s: connected, and never synchronised.", names=names)
        return self._prepare_emptiness(
            "unread",
            title,
            text,
            "microsoft_bookings.microsoft_booking_settings_action",
            self.env._("Booking Sync Settings"),
        )

    def _prepare_emptiness(self, reason, title=False, text=False, action=False, label=False):
        return {"reason": reason, "title": title, "text": text, "action": action, "label": label}


class MicrosoftBookingSettings(models.Model):
    """When the businesses of a list were read."""

    _inherit = "microsoft.booking.settings"

    def _get_read_text(self):
        """A sentence on how far what is told of these businesses can be relied on: up to the eldest reading."""
        eldest = min(self, key=lambda one: one.last_success)
        return self.env._("Bookings as of %(moment)s.", moment=eldest._get_data_as_of_text())
