# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class DigestDigest(models.Model):
    _inherit = "digest.digest"

    kpi_booking_uninvoiced = fields.Boolean("Bookings Held, not Invoiced")
    kpi_booking_uninvoiced_value = fields.Monetary(compute="_compute_kpi_booking_uninvoiced_value")

    def _compute_kpi_booking_uninvoiced_value(self):
        """What the bookings that ended in the period, and are not invoiced yet, come to in the company's currency.

        :raise AccessError: for a reader who may not see bookings: Odoo leaves the figure out of that mail
        """
        Booking = self.env["microsoft.booking"]
        Booking.check_access("read")
        start, end, companies = self._get_kpi_compute_parameters()
        rows = Booking.sudo()._read_group(
            [
                ("company_id", "in", companies.ids),
                ("stop", ">", start),
                ("stop", "<=", end),
                ("billing_state", "in", ("to_check", "to_invoice")),
            ],
            ["company_id", "currency_id"],
            ["amount:sum"],
        )
        today = fields.Date.context_today(self)
        for digest in self:
            company = digest.company_id or self.env.company
            digest.kpi_booking_uninvoiced_value = sum(
                currency._convert(amount, company.currency_id, company, today)
                for owner, currency, amount in rows
                if owner == company and currency
            )

    def _compute_kpis_actions(self, company, user):
        res = super()._compute_kpis_actions(company, user)
        menu = self.env.ref("account.menu_finance")
        action = "microsoft_bookings.microsoft_booking_action_uninvoiced"
        res["kpi_booking_uninvoiced"] = f"{action}?menu_id={menu.id}"
        return res
