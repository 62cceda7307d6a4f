# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..billing.timezones import to_zoneinfo
from ..graph.errors import GraphError
from ..models.graph_messages import explain

# So many months can be chosen at least, the present one among them, and so many at most.
MONTHS, MOST_MONTHS = 12, 600


class MicrosoftBookingMonthCheck(models.TransientModel):
    """*Month check*: what was held in a month as Bookings says it now, against what Odoo has and what became of it.

    A booking here is what it is everywhere: one customer's place on one appointment. The calendar is read anew;
    of an appointment that has not changed since its details were read, Odoo's own bookings tell who was on it.
    """

    _name = "microsoft.booking.month.check"
    _description = "Month Check"

    settings_id = fields.Many2one(
        "microsoft.booking.settings",
        string="Bookings Business",
        required=True,
        domain="[('state', '!=', 'draft')]",
        default=lambda self: self._default_settings_id(),
        ondelete="cascade",
    )
    month = fields.Date(
        "Date",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1) - timedelta(days=1),
        help="Any day of the month.",
    )
    # People choose a month, which is no type of field.
    period = fields.Selection(
        "_selection_period",
        string="Month",
        compute="_compute_period",
        inverse="_inverse_period",
        readonly=False,
    )
    state = fields.Selection(
        [
            ("asked", "Not read yet"),
            ("agrees", "Agrees"),
            ("differs", "Differs"),
            ("unread", "Could not be read"),
        ],
        default="asked",
        readonly=True,
    )
    title = fields.Char(compute="_compute_title")
    problem = fields.Text(readonly=True)
    read_at = fields.Datetime("Read at", readonly=True)
    bookings_count = fields.Integer("In Bookings", readonly=True)
    odoo_count = fields.Integer("In Odoo", readonly=True)
    invoiced_count = fields.Integer("Invoiced", readonly=True)
    excluded_count = fields.Integer("Not Invoiced", readonly=True)
    nothing_due_count = fields.Integer("Nothing due", readonly=True)
    todo_count = fields.Integer("To do", readonly=True)
    line_ids = fields.One2many("microsoft.booking.month.check.line", "check_id", readonly=True)

    @api.model
    def _default_settings_id(self):
        settings = self.env["microsoft.booking.settings"].search([("state", "!=", "draft")])
        return settings if len(settings) == 1 else False

    @api.depends("title")
    def _compute_display_name(self):
        for check in self:
            check.display_name = check.title

    @api.model
    def _selection_period(self):
        """The months to choose from, the present one first: technical value and name in the user's language.

        They reach back to the first booking, and to the day from which history is read.
        """
        present = fields.Date.context_today(self).replace(day=1)
        settings = (
            self.env["microsoft.booking.settings"]
            .with_context(active_test=False)
            .search([("company_id", "in", self.env.companies.ids)])
        )
        Booking = self.env["microsoft.booking"]
        # Asked by business, for which there is an index.
        first_ones = Booking.union(
            *(
                Booking.search([("settings_id", "=", one.id)], order="start, id", limit=1)
                for one in settings
            )
        )
        days = first_ones.mapped("service_date") + settings.mapped("history_start")
        back = (relativedelta(present, day.replace(day=1)) for day in days if day)
        count = max([MONTHS, *(delta.years * 12 + delta.months + 1 for delta in back)])
        months = (present - relativedelta(months=back) for back in range(min(count, MOST_MONTHS)))
        return [(f"{month:%Y-%m}", self._get_month_name(month)) for month in months]

    @api.depends("month")
    def _compute_period(self):
        known = dict(self._selection_period())
        for check in self:
            period = check.month and f"{check.month:%Y-%m}"
            check.period = period if period in known else False

    @api.onchange("period")
    def _inverse_period(self):
        for check in self:
            if check.period:
                check.month = fields.Date.to_date(f"{check.period}-01")

    def _get_month_name(self, month):
        return format_date(self.env, month, date_format="LLLL y")

    @api.depends("settings_id", "month")
    def _compute_title(self):
        for check in self:
            month = check.month and self._get_month_name(check.month)
            check.title = " · ".join(filter(None, (check.settings_id.name, month)))

    def _get_zone(self):
        zone = to_zoneinfo(self.settings_id.tz) if self.settings_id.tz else None
        if not zone:
            raise UserError(
                self.env._(
                    "The time zone of “%(name)s” is not known, so its month has no bounds. Choose it first.",
                    name=self.settings_id.name,
                )
            )
        return zone

    def action_check(self):
        """Read the month from Bookings and compare: the screen shows the outcome.

        :return: ``True``
        :raise UserError: when the business' time zone is not known, or nothing can sign in
        """
        self.ensure_one()
        # Reading needs the connection, whoever may see its bookings.
        self.settings_id.check_access("read")
        self.line_ids.unlink()
        vals = {"problem": False, "read_at": fields.Datetime.now()}
        try:
            vals |= self._compare()
        except GraphError as error:
            counts = dict.fromkeys((name for name in self._fields if name.endswith("_count")), 0)
            vals |= counts | {"state": "unread", "problem": explain(self.env, error)["text"]}
        self.write(vals)
        return True

    def action_sync(self):
        """Synchronise the business: everything when the month lies further back than that is read by itself.

        :return: a client action that tells that it started
        """
        self.ensure_one()
        settings = self.settings_id
        reach = fields.Date.context_today(self) - timedelta(days=settings.lookback_days)
        if self.month.replace(day=1) < reach:
            return settings.action_full_sync()
        return settings.action_sync()

    def action_view_bookings(self):
        """Open the month's bookings of one column, named in the context (``booking_states``); all without it.

        :return: a window action
        """
        self.ensure_one()
        bookings, _gone = self._get_odoo_bookings()
        states = self.env.context.get("booking_states")
        if states:
            bookings = bookings.filtered(lambda booking: booking.billing_state in states)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "microsoft_bookings.microsoft_booking_action"
        )
        return action | {
            "name": self.title,
            "domain": [("id", "in", bookings.ids)],
            "context": {},
            "target": "current",
        }

    # === WHAT ODOO HAS === #

    def _get_odoo_bookings(self):
        """The bookings of the month that have ended.

        :return: those that are there in Bookings as far as Odoo knows, and those that are gone
        """
        first = self.month.replace(day=1)
        bookings = self.env["microsoft.booking"].search(
            [
                ("settings_id", "=", self.settings_id.id),
                ("service_date", ">=", first),
                ("service_date", "<", (first + timedelta(days=31)).replace(day=1)),
                ("stop", "<=", fields.Datetime.now()),
            ]
        )
        gone = bookings.filtered("gone_at")
        return bookings - gone, gone


class MicrosoftBookingMonthCheckLine(models.TransientModel):
    """One booking of which Bookings and Odoo do not say the same."""

    _name = "microsoft.booking.month.check.line"
    _description = "Difference of a Month Check"
    _order = "start, id"
    _rec_name = "difference"

    check_id = fields.Many2one(
        "microsoft.booking.month.check", required=True, ondelete="cascade", index=True
    )
    kind = fields.Selection(
        [
            ("missing", "In Bookings only"),
            ("extra", "In Odoo only"),
            ("gone", "Gone from Bookings"),
            ("moved", "Another time"),
            ("other", "Other facts"),
            ("unreadable", "Unreadable"),
        ],
        required=True,
        readonly=True,
    )
    start = fields.Datetime("Date", readonly=True)
    service = fields.Char(readonly=True)
    customer = fields.Char(readonly=True)
    difference = fields.Text(readonly=True)
    booking_id = fields.Many2one("microsoft.booking", readonly=True, ondelete="cascade")
    billing_state = fields.Selection(related="booking_id.billing_state")

    def action_open(self):
        """Open the booking; of one that Odoo has not, what Bookings says of it.

        :return: a window action
        """
        self.ensure_one()
        if self.booking_id:
            return self.booking_id.get_formview_action() | {"target": "current"}
        return {
            "type": "ir.actions.act_window",
            "name": self.customer or self.service or self.difference,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
