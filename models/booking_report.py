# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.tools import SQL

STANDINGS = [
    ("1_to_invoice", "To invoice"),
    ("2_to_check", "To check"),
    ("3_invoiced", "Invoiced"),
    ("4_excluded", "Not invoiced"),
    ("5_cancelled", "Nothing due"),
]
# The keys sort as the words are to be read: charts and pivots order by them.
AGES = [
    ("0_30", "0 to 30 days"),
    ("31_60", "31 to 60 days"),
    ("61_90", "61 to 90 days"),
    ("91", "Over 90 days"),
]


class MicrosoftBookingReport(models.Model):
    """Bookings that were held, in figures: what is not invoiced yet and since when, and what became of the rest.

    A query, not a table: how old a booking is depends on the day on which somebody asks. A row has the id of its
    booking.
    """

    _name = "microsoft.booking.report"
    _description = "Bookings Analysis"
    _auto = False
    _rec_name = "service_date"
    _order = "service_date desc, id desc"
    # What is asked of the table is written to it first.
    _depends = {
        "microsoft.booking": [
            *("settings_id", "company_id", "service_date", "stop", "partner_id", "payer_id"),
            *(
                "service_id",
                "staff_ids",
                "outcome",
                "exclusion_reason_id",
                "duration",
                "billing_state",
            ),
            *("currency_id", "amount", "billed_amount"),
        ],
    }

    booking_id = fields.Many2one("microsoft.booking", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    settings_id = fields.Many2one(
        "microsoft.booking.settings", string="Bookings Business", readonly=True
    )
    service_date = fields.Date("Date", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    payer_id = fields.Many2one("res.partner", readonly=True)
    service_id = fields.Many2one("microsoft.booking.service", readonly=True)
    # The same table as that of the bookings, read by the id that both share.
    staff_ids = fields.Many2many(
        "microsoft.booking.staff",
        "microsoft_booking_microsoft_booking_staff_rel",
        "microsoft_booking_id",
        "microsoft_booking_staff_id",
        readonly=True,
        context={"active_test": False},
    )
    outcome = fields.Selection(
        selection=lambda self: self.env["microsoft.booking"]._fields["outcome"].selection,
        readonly=True,
    )
    exclusion_reason_id = fields.Many2one(
        "microsoft.booking.exclusion.reason", string="Not Invoiced Because", readonly=True
    )
    standing = fields.Selection(STANDINGS, readonly=True)
    age = fields.Integer("Average Age (days)", readonly=True, aggregator="avg")
    age_range = fields.Selection(
        AGES, string="Age", readonly=True, help="Since when it could have been invoiced."
    )
    hours = fields.Float(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    amount_currency = fields.Monetary(
        "Amount in Currency", currency_field="currency_id", readonly=True, aggregator=None
    )
    amount = fields.Monetary(
        "Amount Held",
        currency_field="company_currency_id",
        readonly=True,
        help="In the currency of your company, at today's rates where the booking has another.",
    )
    uninvoiced_amount = fields.Monetary(
        "Amount Uninvoiced", currency_field="company_currency_id", readonly=True
    )
    invoiced_amount = fields.Monetary(
        "Amount Invoiced",
        currency_field="company_currency_id",
        readonly=True,
        help="What invoices and supplements bill, drafts included, less what was credited.",
    )
    excluded_amount = fields.Monetary(
        "Amount Not Invoiced", currency_field="company_currency_id", readonly=True
    )

    @property
    def _table_query(self):
        own = self.env.company.currency_id
        uninvoiced = SQL("booking.billing_state IN ('to_check', 'to_invoice')")
        # Of what was credited after it had gone, nothing is due any more.
        held = SQL("CASE WHEN booking.billing_state = 'cancelled' THEN 0 ELSE booking.amount END")
        age = SQL("today.day - booking.service_date")
        return SQL(
            """
            SELECT booking.id,
                   booking.id AS booking_id,
                   booking.company_id,
                   booking.settings_id,
                   booking.service_date,
                   booking.partner_id,
                   booking.payer_id,
                   booking.service_id,
                   booking.outcome,
                   booking.exclusion_reason_id,
                   booking.duration AS hours,
                   booking.currency_id,
                   %(held)s AS amount_currency,
                   %(own)s AS company_currency_id,
                   CASE booking.billing_state
                       WHEN 'to_invoice' THEN '1_to_invoice'
                       WHEN 'to_check' THEN '2_to_check'
                       WHEN 'excluded' THEN '4_excluded'
                       WHEN 'cancelled' THEN '5_cancelled'
                       ELSE '3_invoiced'
                   END AS standing,
                   CASE WHEN %(uninvoiced)s THEN %(age)s END AS age,
                   CASE WHEN NOT (%(uninvoiced)s) THEN NULL
                        WHEN %(age)s <= 30 THEN '0_30'
                        WHEN %(age)s <= 60 THEN '31_60'
                        WHEN %(age)s <= 90 THEN '61_90'
                        ELSE '91'
                   END AS age_range,
                   %(held)s * rate.rate AS amount,
                   CASE WHEN %(uninvoiced)s THEN booking.amount * rate.rate ELSE 0 END AS uninvoiced_amount,
                   CASE WHEN booking.billing_state IN ('draft', 'invoiced', 'paid')
                        THEN booking.billed_amount * rate.rate ELSE 0
                   END AS invoiced_amount,
                   CASE WHEN booking.billing_state = 'excluded'
                        THEN booking.amount * rate.rate ELSE 0
                   END AS excluded_amount
              FROM microsoft_booking AS booking
         LEFT JOIN (%(rates)s) AS rate(currency_id, rate) ON rate.currency_id = booking.currency_id
         LEFT JOIN (%(days)s) AS today(settings_id, day) ON today.settings_id = booking.settings_id
             WHERE booking.stop <= now() AT TIME ZONE 'UTC'
            """,
            own=own.id,
            uninvoiced=uninvoiced,
            held=held,
            age=age,
            rates=self._get_rates_query(own),
            days=self._get_days_query(),
        )

    def _get_days_query(self):
        """The day that it is where each business is, as rows to join: PostgreSQL need not know its time zone."""
        settings = self.env["microsoft.booking.settings"].sudo()
        rows = [SQL("(NULL::integer, NULL::date)")] + [
            SQL("(%s, %s)", one.id, one._get_today())
            for one in settings.with_context(active_test=False).search([])
        ]
        return SQL("VALUES %s", SQL(", ").join(rows))

    def _get_rates_query(self, own):
        """What one unit of each currency in use is worth in this one today, as rows to join."""
        currencies = self.env["res.currency"].search([("active", "=", True)]) | own
        # Of bookings whose currency is not activated yet, too.
        currencies |= (
            self.env["microsoft.booking.settings"]
            .sudo()
            .search([("currency_id", "!=", False)])
            .currency_id
        )
        rates = currencies._get_rates(self.env.company, fields.Date.context_today(self))
        rows = [SQL("(%s, %s::numeric)", key, rates[own.id] / rate) for key, rate in rates.items()]
        return SQL("VALUES %s", SQL(", ").join(rows))

    def action_view_booking(self):
        """Open the booking of this row.

        :return: a window action
        """
        self.ensure_one()
        return self.booking_id._get_records_action()
