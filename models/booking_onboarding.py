# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain


class WebTourTour(models.Model):
    """Guided tours of ours are offered to whom they lead somewhere.

    Odoo offers the first tour by sequence that somebody has not gone yet, and asks for nothing else.
    """

    _inherit = "web_tour.tour"

    @api.model
    def get_current_tour(self):
        unfit = self._get_unfit_booking_tours() if self.env.user.tour_enabled else []
        return super(WebTourTour, self.with_context(booking_unfit_tours=unfit)).get_current_tour()

    @api.model
    def _search(self, domain, *args, **kwargs):
        if unfit := self.env.context.get("booking_unfit_tours"):
            domain = Domain(domain) & Domain("name", "not in", unfit)
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _get_unfit_booking_tours(self):
        """The tours of ours that would come to no end for this user now.

        :return: a list of names
        """
        Settings, Booking = self.env["microsoft.booking.settings"], self.env["microsoft.booking"]
        fit = {
            "microsoft_bookings_connect_tour": lambda: (
                Settings.has_access("create") and not Settings._search_connected()
            ),
            "microsoft_bookings_invoice_tour": lambda: (
                self.env.user.has_group("account.group_account_invoice")
                and Booking.search_count(
                    Domain(Booking._get_uninvoiced_domain())
                    & Domain("billing_state", "=", "to_invoice"),
                    limit=1,
                )
            ),
        }
        return [name for name, is_fit in fit.items() if not is_fit()]
