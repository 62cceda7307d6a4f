# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import calendar
import logging
from datetime import date, datetime, timedelta, timezone

from dateutil.relativedelta import relativedelta
from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ..billing.timezones import to_zoneinfo
from .booking_counts import say_bookings

_logger = logging.getLogger(__name__)

FREQUENCIES = [("never", "Never"), ("daily", "Daily"), ("weekly", "Weekly"), ("monthly", "Monthly")]
# How far back a due day is looked for that nobody kept: a server that was off that long is looked at first.
MOST_DAYS_LATE = 62


class MicrosoftBookingSettings(models.Model):
    """Scheduled drafts: off by default, drafts and nothing more, and what comes late is in the next ones."""

    _inherit = "microsoft.booking.settings"

    draft_schedule = fields.Selection(
        FREQUENCIES,
        string="Make Drafts",
        required=True,
        default="never",
        tracking=True,
        help="Draft invoices of everything that is ready, in the night before the day. A contact may have another "
        "frequency. Nothing is posted, and nothing is sent.",
    )
    draft_weekday = fields.Selection(
        [
            ("0", "Monday"),
            ("1", "Tuesday"),
            ("2", "Wednesday"),
            ("3", "Thursday"),
            ("4", "Friday"),
            ("5", "Saturday"),
            ("6", "Sunday"),
        ],
        string="Weekly on",
        required=True,
        default="0",
    )
    draft_day = fields.Integer(
        "Monthly on Day", default=1, required=True, help="31: the last day of each month."
    )
    draft_whole_months = fields.Boolean(
        "Whole Months Only",
        default=True,
        help="Monthly drafts are of the bookings up to the end of the month before; otherwise up to the day before.",
    )
    draft_checked = fields.Date(readonly=True, copy=False)
    draft_heads_up = fields.Boolean(
        "Heads-up the Day before",
        default=True,
        help="The responsible person gets a mail with what will be drafted and what is to check.",
    )
    draft_announced = fields.Date(readonly=True, copy=False)

    _draft_day_of_month = models.Constraint(
        "CHECK(draft_day BETWEEN 1 AND 31)", "A month has the days 1 to 31."
    )

    @api.model
    def _cron_scheduled_drafts(self):
        """What the scheduled action calls, hourly: begin what is due in the time zone of each business."""
        for settings in self.search([("state", "in", ("connected", "error", "paused"))]):
            try:
                settings = settings._in_language_of(settings._get_responsible())
                settings._make_scheduled_drafts()
                settings._announce_scheduled_drafts()
                self.env["ir.cron"]._commit_progress(1)
            except (UserError, OperationalError) as error:
                # Of one business: the next hour tries it again, and the others are not held up.
                self.env.cr.rollback()
                _logger.warning("Scheduled drafts of %s failed: %s", settings, error)
            except Exception as error:  # pylint: disable=broad-exception-caught # a bug in what one business needs is
                # told to who is responsible for it, and the others are not held up either.
                self.env.cr.rollback()
                _logger.exception("Scheduled drafts of %s failed", settings)
                settings._tell_of_failed_drafts(error)
                self.env["ir.cron"]._commit_progress()

    def _tell_of_failed_drafts(self, error):
        """Give the responsible person an activity that says what failed, unless they have it already."""
        summary = self.env._(
            "The scheduled draft invoices were not made: %(error)s", error=repr(error)
        )
        if summary not in self.activity_ids.mapped("summary"):
            self.sudo().activity_schedule(
                "mail.mail_activity_data_todo", summary=summary, user_id=self._get_responsible().id
            )

    def _get_today(self):
        """The day that it is in the time zone of the business."""
        zone = to_zoneinfo(self.tz) or timezone.utc
        return datetime.now(zone).date()

    def _get_due_bounds(self, since, today):
        """Which frequencies are due, and up to which day each takes bookings.

        :param since: the day that was looked at last; it is not looked at again
        :param today: the last day to look at
        :return: a dict of frequency -> the first day whose bookings are not taken any more
        """
        self.ensure_one()
        bounds = {}
        first = max(since, today - timedelta(days=MOST_DAYS_LATE))
        for number in range(1, (today - first).days + 1):
            day = first + timedelta(days=number)
            bounds["daily"] = day
            if day.weekday() == int(self.draft_weekday):
                bounds["weekly"] = day
            if day.day == min(self.draft_day, calendar.monthrange(day.year, day.month)[1]):
                bounds["monthly"] = day + relativedelta(day=1) if self.draft_whole_months else day
        return bounds

    def _get_scheduled_bookings(self, bounds):
        """The uninvoiced bookings that the schedules of these bounds take, those to check too.

        :param bounds: what :meth:`_get_due_bounds` returned
        :return: ``microsoft.booking``
        """
        self.ensure_one()
        Booking = self.env["microsoft.booking"]
        if not bounds:
            return Booking
        bookings = Booking.search(
            [
                *Booking._get_uninvoiced_domain(),
                ("settings_id", "=", self.id),
                ("service_date", "<", max(bounds.values())),
            ]
        )
        return bookings.filtered(
            lambda booking: (
                booking.service_date
                < bounds.get(
                    booking.payer_id.booking_draft_schedule or self.draft_schedule, date.min
                )
            )
        )

    def _make_scheduled_drafts(self):
        """Make the drafts that are due; of stale data none are made until Bookings was read again.

        :return: the ``microsoft.booking.run``, if there was something to make
        """
        self.ensure_one()
        runs = self.env["microsoft.booking.run"]
        today = self._get_today()
        if not self.draft_checked or self.draft_checked > today:
            self.sudo().draft_checked = today
        if self.draft_retry and self.draft_retry > today:
            return runs
        bounds = self._get_due_bounds(self.draft_checked, today)
        if not bounds:
            return runs
        bookings = self._get_scheduled_bookings(bounds)
        if bookings and self.is_stale:
            return runs
        user = self._get_responsible()
        if bookings:
            try:
                runs = (
                    bookings.with_user(user)
                    .with_context(allowed_company_ids=self.company_id.ids)
                    ._queue_invoices()
                )
            except UserError as error:
                # What was due stays due: the next hour tries it again.
                self._fail_scheduled_drafts(error)
                return runs
        runs.sudo().scheduled_after = self.draft_checked
        self.sudo().draft_checked = today
        if not runs:
            self._end_draft_trouble()
        return runs

    def _announce_scheduled_drafts(self):
        """Write to the responsible person, once, when drafts will be made tomorrow."""
        self.ensure_one()
        today = self._get_today()
        tomorrow = today + timedelta(days=1)
        if not self.draft_heads_up or self.draft_announced == tomorrow:
            return
        # Daily drafts need no heads-up: it would be one more mail a day.
        bounds = self._get_due_bounds(today, tomorrow)
        bounds.pop("daily", None)
        if not self._get_scheduled_bookings(bounds):
            return
        template = self.env.ref(
            "microsoft_bookings.mail_template_draft_heads_up", raise_if_not_found=False
        )
        if template:
            try:
                with self.env.cr.savepoint():
                    template.sudo().send_mail(self.id)
            except UserError as error:
                # The template is the administrator's to edit; the drafts are made all the same.
                _logger.warning("The heads-up of %s cannot be rendered: %s", self, error)
        self.sudo().draft_announced = tomorrow

    def _get_heads_up(self):
        """What the heads-up tells of tomorrow's drafts.

        :return: a dict of ``ready`` and ``to_check`` (numbers), ``bookings`` (the ready ones), ``amount`` (texts) and
            ``reasons`` (a list of texts)
        """
        self.ensure_one()
        today = self._get_today()
        bounds = self._get_due_bounds(today, today + timedelta(days=1))
        bookings = self._get_scheduled_bookings(bounds)
        ready, skipped = bookings._split_invoiceable({})
        reasons = {}
        for _booking, _reason, text in skipped:
            reasons[text] = reasons.get(text, 0) + 1
        sums = ready.grouped("currency_id") or {self.currency_id: ready}
        amount = ", ".join(
            formatLang(self.env, sum(bookings.mapped("amount")), currency_obj=currency)
            for currency, bookings in sums.items()
        )
        return {
            "ready": len(ready),
            "bookings": say_bookings(self.env, len(ready)),
            "to_check": len(skipped),
            "amount": amount,
            "reasons": [f"{count} × {text}" for text, count in reasons.items()],
        }


class ResPartner(models.Model):
    _inherit = "res.partner"

    booking_draft_schedule = fields.Selection(
        FREQUENCIES,
        string="Drafts of Bookings",
        help="How often draft invoices are made by themselves. Empty: as the Booking Sync Settings say.",
    )
