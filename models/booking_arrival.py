# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models


class MicrosoftBookingRunPeriod(models.Model):
    """The days whose bookings a run has invoiced, of one business: what comes for them later has come late.

    Rows are only added, so that two runs of a business never wait for each other.
    """

    _name = "microsoft.booking.run.period"
    _description = "Period of an Invoicing Run"

    run_id = fields.Many2one(
        "microsoft.booking.run", required=True, readonly=True, index=True, ondelete="cascade"
    )
    settings_id = fields.Many2one(
        "microsoft.booking.settings", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="settings_id.company_id", store=True, index=True)
    first_day = fields.Date(required=True, readonly=True)
    last_day = fields.Date(required=True, readonly=True)

    _settings_last_idx = models.Index("(settings_id, last_day)")


class MicrosoftBookingRun(models.Model):
    _inherit = "microsoft.booking.run"

    period_ids = fields.One2many("microsoft.booking.run.period", "run_id", readonly=True)

    def _cover(self, bookings):
        """Remember which days of which business this run has invoiced.

        A month that is over, and of which nothing is left that is ready, is covered to its end: who invoices in April
        the bookings of March up to the 30th has invoiced March.

        :param bookings: the ``microsoft.booking`` that were put on drafts
        """
        self.ensure_one()
        vals_list = []
        for settings, own in bookings.grouped("settings_id").items():
            days = own.mapped("service_date")
            first_day, last_day = min(days), max(days)
            month_end = last_day + relativedelta(day=31)
            if month_end < settings._get_today() and not settings._has_ready(first_day, month_end):
                last_day = month_end
            vals_list.append(
                {
                    "run_id": self.id,
                    "settings_id": settings.id,
                    "first_day": first_day,
                    "last_day": last_day,
                }
            )
        self.env["microsoft.booking.run.period"].sudo().create(vals_list)


class MicrosoftBookingSettings(models.Model):
    _inherit = "microsoft.booking.settings"

    def _has_ready(self, first_day, last_day):
        """Whether a booking of these days, the last one included, is ready and on no draft."""
        domain = [
            ("settings_id", "=", self.id),
            ("service_date", ">=", first_day),
            ("service_date", "<=", last_day),
            ("billing_state", "=", "to_invoice"),
        ]
        return bool(self.env["microsoft.booking"].sudo().search_count(domain, limit=1))


class MicrosoftBooking(models.Model):
    """Bookings that Odoo heard of only after their days had been invoiced."""

    _inherit = "microsoft.booking"

    after_run_id = fields.Many2one(
        "microsoft.booking.run",
        "Arrived After",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Draft invoices of its period had been made when this booking came from Bookings.",
    )
    is_late_arrival = fields.Boolean(
        "Arrived Late",
        compute="_compute_is_late_arrival",
        store=True,
        help="It came from Bookings after draft invoices of its period had been made.",
    )

    @api.depends("after_run_id.state")
    def _compute_is_late_arrival(self):
        for booking in self:
            run = booking.after_run_id
            booking.is_late_arrival = bool(run) and run.state != "undone"

    @api.model_create_multi
    def create(self, vals_list):
        bookings = super().create(vals_list)
        bookings._find_run_before()
        return bookings

    def _find_run_before(self):
        """Note on these new bookings the last run that has invoiced the days that they are of, after they were over."""
        days = self.mapped("service_date")
        if not days:
            return
        periods = (
            self.env["microsoft.booking.run.period"]
            .sudo()
            .search(
                [
                    ("settings_id", "in", self.settings_id.ids),
                    ("last_day", ">=", min(days)),
                    ("first_day", "<=", max(days)),
                    ("run_id.state", "!=", "undone"),
                ],
                order="id desc",
            )
        )
        by_settings = periods.grouped("settings_id")
        for booking in self:
            for period in by_settings.get(booking.settings_id, ()):
                is_of = period.first_day <= booking.service_date <= period.last_day
                if is_of and booking.stop <= period.create_date:
                    booking.after_run_id = period.run_id
                    break

    def action_view_after_run(self):
        """Open the run that had made drafts of the period of this booking before it came.

        :return: a window action
        """
        self.ensure_one()
        return self.after_run_id._get_records_action()
