# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..billing.timezones import service_date, to_zoneinfo

PRICE_TYPES = [
    ("undefined", "Undefined"),
    ("fixedPrice", "Fixed price"),
    ("startingAt", "Starting at"),
    ("hourly", "Hourly"),
    ("free", "Free"),
    ("priceVaries", "Price varies"),
    ("callUs", "Call us"),
    ("notSet", "Not set"),
    ("unknownFutureValue", "Unknown"),
]


LIVE_STATES = ("draft", "invoiced", "paid")
# What Bookings alone says of an appointment.
CALENDAR_FACTS = frozenset(
    ("settings_id", "graph_id", "attendee_key", "service_id", "customer_id", "start", "stop")
    + ("duration", "price_type", "price", "currency_id", "gone_at", "fingerprint")
)
# What people decide, as long as the booking is on no live invoice.
DECISIONS = frozenset(("outcome", "partner_id", "payer_id", "unit_price", "quantity"))


class MicrosoftBooking(models.Model):
    """One customer's place on one appointment of Microsoft Bookings: what is billed.

    Bookings owns the calendar, Odoo owns the money: the facts of the appointment are written by the
    synchronisation alone, what a person decides (outcome, exclusion, contact, payer, price) by people alone.
    """

    _name = "microsoft.booking"
    _description = "Booking"
    _inherit = ["microsoft.booking.guard"]
    _order = "start desc, id desc"
    _rec_names_search = ["customer_name", "customer_email", "service_id.name"]
    _check_company_auto = True

    # === Calendar facts: written by the synchronisation === #
    settings_id = fields.Many2one(
        "microsoft.booking.settings",
        string="Bookings Business",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="settings_id.company_id", store=True, index=True)
    graph_id = fields.Char("Appointment ID", required=True, readonly=True, copy=False)
    attendee_key = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Which place on the appointment this is: Bookings' customer, else the e-mail, else the name.",
    )
    self_service_id = fields.Char(
        readonly=True, copy=False, index="btree_not_null", export_string_translation=False
    )
    service_id = fields.Many2one("microsoft.booking.service", readonly=True, index="btree_not_null")
    # Who has left the staff since has held it all the same.
    staff_ids = fields.Many2many(
        "microsoft.booking.staff", readonly=True, context={"active_test": False}
    )
    customer_id = fields.Many2one(
        "microsoft.booking.customer",
        string="Bookings Customer",
        readonly=True,
        index="btree_not_null",
    )
    customer_name = fields.Char("Customer", readonly=True)
    customer_email = fields.Char("Customer E-mail", readonly=True)
    start = fields.Datetime(required=True, readonly=True)
    stop = fields.Datetime("End", required=True, readonly=True)
    duration = fields.Float("Duration (hours)", readonly=True, aggregator="sum")
    service_date = fields.Date(
        "Date",
        compute="_compute_service_date",
        store=True,
        help="The day of the start in the time zone of the Bookings business: months are counted by it.",
    )
    price_type = fields.Selection(PRICE_TYPES, required=True, readonly=True)
    price = fields.Float(
        "Bookings Price",
        readonly=True,
        min_display_digits="Product Price",
        aggregator=None,
        help="The price on the appointment in Bookings: for an hourly service, of one hour.",
    )
    # Computed when it is freed: what is invoiced keeps the currency that it is invoiced in.
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id", store=True)
    fingerprint = fields.Char(readonly=True, copy=False, export_string_translation=False)
    graph_updated = fields.Char(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="When Bookings last changed the appointment, to the digit: some changes show in no list.",
    )
    details_read_at = fields.Datetime(readonly=True, copy=False)
    missing_attendees = fields.Integer(
        readonly=True,
        help="Places that Bookings counts as taken on this appointment without naming the customer.",
    )
    gone_at = fields.Datetime(
        "Gone Since",
        readonly=True,
        copy=False,
        help="When Bookings answered that this appointment, or this customer on it, is no longer there.",
    )

    # === What people decide: no synchronisation touches it === #
    outcome = fields.Selection(
        [
            ("attended", "Attended"),
            ("no_show", "No-show"),
            ("late_cancelled", "Late cancellation"),
            ("cancelled", "Cancelled"),
        ],
        default="attended",
        required=True,
    )
    outcome_decided = fields.Boolean(
        readonly=True, copy=False, help="A person set the outcome: no synchronisation changes it."
    )
    exclusion_reason_id = fields.Many2one(
        "microsoft.booking.exclusion.reason",
        string="Not Invoiced Because",
        ondelete="restrict",
        copy=False,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        compute="_compute_partner_id",
        inverse="_inverse_partner_id",
        store=True,
        readonly=False,
        check_company=True,
        index="btree_not_null",
        help="The contact in Odoo of the person who booked.",
    )
    partner_decided = fields.Boolean(readonly=True, copy=False)
    payer_id = fields.Many2one(
        "res.partner",
        compute="_compute_payer_id",
        inverse="_inverse_payer_id",
        store=True,
        readonly=False,
        check_company=True,
        index="btree_not_null",
        help="Who is invoiced: who always pays for this customer, else the contact's own “Bill bookings to”, "
        "else its company, else the contact itself.",
    )
    payer_decided = fields.Boolean(readonly=True, copy=False)

    _attendee_uniq = models.Constraint(
        "UNIQUE(settings_id, graph_id, attendee_key)",
        "A customer has one place on an appointment.",
    )
    _stop_after_start = models.Constraint(
        "CHECK(stop >= start)", "A booking cannot end before it starts."
    )
    _settings_start_idx = models.Index("(settings_id, start)")

    @api.depends("title", "service_date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for booking in self:
            day = booking.service_date and format_date(booking.env, booking.service_date)
            booking.display_name = " · ".join(filter(None, (booking.title, day)))

    @api.depends("start", "settings_id.tz")
    def _compute_service_date(self):
        for tz, bookings in self.grouped(lambda booking: booking.settings_id.tz).items():
            zone = to_zoneinfo(tz) or to_zoneinfo("UTC")
            for booking in bookings:
                booking.service_date = booking.start and service_date(booking.start, zone)

    @api.depends("customer_id.partner_id", "invoice_line_id.parent_state", "is_released")
    def _compute_partner_id(self):
        for booking in self:
            if not booking.partner_decided and not booking._is_invoiced():
                booking.partner_id = booking.customer_id.partner_id
            else:
                booking.partner_id = booking.partner_id

    def _inverse_partner_id(self):
        """A contact chosen on the booking is a person's decision; an emptied one gives it back to the rule."""
        for booking in self.sudo():
            booking.partner_decided = bool(booking.partner_id)
        self._back_to_rule("partner_id")

    def _inverse_payer_id(self):
        for booking in self.sudo():
            booking.payer_decided = bool(booking.payer_id)
        self._back_to_rule("payer_id")

    def _back_to_rule(self, name):
        """Compute again what a person has emptied."""
        emptied = self.filtered(lambda booking: not booking[name])
        self.env.add_to_compute(self._fields[name], emptied)

    @api.model
    def _get_guard_text(self, field):
        if field.name in CALENDAR_FACTS:
            return self.env._(
                "Bookings alone says this of an appointment: %(fields)s. Correct it there.",
                fields=field.name,
            )
        return super()._get_guard_text(field)

    def write(self, vals):
        if not self.env.su and not DECISIONS.isdisjoint(vals):
            self._check_free()
        res = super().write(vals)
        # The synchronisation says so in the context; everybody else who sets an outcome has decided it.
        if "outcome" in vals and not self.env.context.get("booking_sync"):
            super(MicrosoftBooking, self.sudo()).write({"outcome_decided": True})
        return res

    def _check_free(self):
        """What is on a live invoice is decided: it is let go by deleting, cancelling or crediting that.

        :raise UserError: naming the invoices
        """
        live = self.filtered(
            lambda booking: booking.billing_state in LIVE_STATES and booking._is_invoiced()
        )
        if live:
            raise UserError(
                self.env._(
                    "These bookings are on an invoice already: delete, cancel or credit it first. %(names)s",
                    names=", ".join(live.invoice_id[:5].mapped("display_name")),
                )
            )

    def action_view_invoice(self):
        """Open the invoices of these bookings.

        :return: a window action: the form of a single invoice, else their list
        """
        return self.invoice_id._get_booking_invoices_action(self.env._("Invoices"))
