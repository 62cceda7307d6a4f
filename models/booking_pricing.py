# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models

from ..billing.pricing import Facts, price_booking
from .booking import LIVE_STATES

# What keeps a booking from being invoiced, in the order in which a person would mend it.
ISSUES = [
    ("gone", "Gone from Bookings after it was held"),
    ("late_cancellation", "Late cancellation to confirm"),
    ("credited", "Invoice credited: bill again?"),
    ("elsewhere_void", "The invoice named for it does not stand"),
    ("no_customer", "No customer"),
    ("anonymised", "Anonymised customer"),
    ("no_email", "Customer without e-mail"),
    ("no_contact", "No contact has this e-mail"),
    ("employee", "Employee of a company?"),
    ("several_contacts", "Several contacts have this e-mail"),
    ("shared_email", "E-mail shared by several customers"),
    ("archived_contact", "The contact is archived"),
    ("other_company", "The contact is of another company"),
    ("no_payer", "No payer"),
    ("no_service", "No service"),
    ("no_product", "The service has no product"),
    ("archived_product", "The product is archived"),
    ("no_currency", "The business' currency is missing in Odoo"),
    ("no_time_zone", "The business' time zone is unknown"),
    ("price_to_confirm", "Price to confirm"),
    ("pricelist_currency", "The price list is in another currency"),
    ("negative_price", "Negative price"),
    ("negative_quantity", "Negative quantity"),
    ("negative_fee", "Negative fee"),
    ("negative_duration", "Negative duration"),
    ("duration_to_confirm", "Duration to confirm"),
    ("invalid_fee", "Fee rule to correct"),
    ("out_of_range", "Amount too large"),
    ("unknown_outcome", "Outcome not known"),
    ("invoicing_failed", "The draft invoice could not be made"),
]

# Of these the price itself is missing, and typing it mends them.
UNPRICED = ("price_to_confirm", "pricelist_currency")

BILLING_STATES = [
    ("to_check", "To check"),
    ("to_invoice", "Ready"),
    ("draft", "Draft invoice"),
    ("invoiced", "Invoiced"),
    ("paid", "Paid"),
    ("excluded", "Not invoiced"),
    ("cancelled", "Nothing due"),
]


class MicrosoftBooking(models.Model):
    """What a booking costs, and where it stands on its way to an invoice."""

    _inherit = "microsoft.booking"

    quantity = fields.Float(
        compute="_compute_pricing",
        inverse="_inverse_quantity",
        store=True,
        readonly=False,
        digits="Product Unit",
        aggregator=None,
        help="How many units go on the invoice: hours of an hourly service, else one. A quantity that you type stays.",
    )
    typed_quantity = fields.Float(readonly=True, copy=False, digits="Product Unit", aggregator=None)
    quantity_decided = fields.Boolean(readonly=True, copy=False)
    unit_price = fields.Float(
        compute="_compute_pricing",
        inverse="_inverse_unit_price",
        store=True,
        readonly=False,
        min_display_digits="Product Price",
        aggregator=None,
        help="The price of one unit as it goes on the invoice. A price that you type stays.",
    )
    typed_price = fields.Float(readonly=True, copy=False, aggregator=None)
    price_decided = fields.Boolean(readonly=True, copy=False)
    typed_fee = fields.Float(readonly=True, copy=False, aggregator=None)
    fee_decided = fields.Boolean(readonly=True, copy=False)
    price_decided_by_id = fields.Many2one(
        "res.users", string="Price Set By", readonly=True, copy=False
    )
    amount = fields.Monetary(compute="_compute_pricing", store=True, aggregator="sum")
    is_fee = fields.Boolean("Fee", compute="_compute_pricing", store=True)
    pricing_issue = fields.Char(
        compute="_compute_pricing", store=True, export_string_translation=False
    )
    suggested_price = fields.Float(
        compute="_compute_suggested_price",
        min_display_digits="Product Price",
        help="The last price that this customer was invoiced for this service.",
    )
    issue = fields.Selection(
        ISSUES, string="To Check", compute="_compute_billing_state", store=True
    )
    issue_detail = fields.Text(readonly=True, copy=False)
    billing_state = fields.Selection(
        BILLING_STATES,
        string="Billing",
        compute="_compute_billing_state",
        store=True,
        precompute=False,
    )
    invoice_line_id = fields.Many2one(
        "account.move.line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The one live invoice line of this booking. It is free again when the line is deleted "
        "or its invoice cancelled.",
    )
    invoice_id = fields.Many2one(
        related="invoice_line_id.move_id", store=True, index="btree_not_null", string="Invoice"
    )

    # Uninvoiced Bookings reads by this index alone, in its order, however many bookings were settled before.
    _uninvoiced_idx = models.Index("(start, id) WHERE billing_state IN ('to_check', 'to_invoice')")

    def _is_invoiced(self):
        """Whether a live invoice line stands for this booking: what was invoiced is not computed again."""
        line = self.invoice_line_id
        return bool(line) and line.parent_state != "cancel" and not self.is_released

    @api.depends("invoice_line_id.parent_state", "is_released")
    def _compute_currency_id(self):
        for booking in self:
            invoiced = booking._is_invoiced() and booking.currency_id
            booking.currency_id = invoiced or booking.settings_id.currency_id

    @api.depends(
        "price_type",
        "price",
        "duration",
        "attendee_count",
        "attendee_position",
        "outcome",
        "currency_id",
        "typed_price",
        "price_decided",
        "typed_quantity",
        "quantity_decided",
        "typed_fee",
        "fee_decided",
        "invoice_line_id.parent_state",
        "is_released",
    )
    def _compute_pricing(self):
        rules = {settings: settings._get_pricing_rules() for settings in self.settings_id}
        invoiced = self.filtered(lambda booking: booking._is_invoiced())
        for booking in invoiced:
            for name in ("quantity", "unit_price", "amount", "is_fee", "pricing_issue"):
                booking[name] = booking[name]
        for booking, facts in (self - invoiced)._get_pricing_facts().items():
            pricing = price_booking(facts, rules[booking.settings_id])
            booking.quantity = float(pricing.quantity or 0)
            booking.unit_price = float(pricing.unit_price or 0)
            # Of the quantity as Odoo rounds it, so that the list shows what the invoice line will.
            amount = booking.quantity * booking.unit_price
            booking.amount = booking.currency_id.round(amount) if booking.currency_id else amount
            booking.is_fee = pricing.is_fee
            booking.pricing_issue = pricing.reason or False

    def _get_pricing_facts(self):
        """What the price of each of these bookings depends on, in sets.

        :return: a dict of booking -> :class:`..billing.pricing.Facts`
        """
        return {booking: booking._prepare_pricing_facts() for booking in self}

    def _prepare_pricing_facts(self):
        """What the price of this booking depends on, for :func:`..billing.pricing.price_booking`. Hook.

        :return: a :class:`..billing.pricing.Facts`
        """
        self.ensure_one()
        return Facts(
            price_type=self.price_type,
            price=to_decimal(self.price),
            duration=timedelta(seconds=round(self.duration * 3600)),
            outcome=self.outcome,
            confirmed_price=to_decimal(self.typed_price) if self.price_decided else None,
            confirmed_quantity=to_decimal(self.typed_quantity) if self.quantity_decided else None,
            confirmed_fee=to_decimal(self.typed_fee) if self.fee_decided else None,
            attendees=self.attendee_count,
            position=self.attendee_position,
            price_is_per_appointment=self._get_rule_holder()._is_class_shared(),
            decimals=self.currency_id.decimal_places or 0,
        )

    def _inverse_unit_price(self):
        """A typed price is a person's decision: no synchronisation and no change of a rule overwrites it."""
        for booking in self.sudo():
            price = booking.unit_price
            # A share of an unknown price waits for that price; any other fee is the amount itself.
            is_fee = booking.is_fee and booking.pricing_issue not in UNPRICED
            decision = (
                {"typed_fee": price, "fee_decided": True}
                if is_fee
                else {"typed_price": price, "price_decided": True}
            )
            booking.write({**decision, "price_decided_by_id": self.env.uid})
        self._recompute_pricing()

    def _inverse_quantity(self):
        for booking in self.sudo():
            booking.write({"typed_quantity": booking.quantity, "quantity_decided": True})
        self._recompute_pricing()

    def _recompute_pricing(self):
        """Compute price and state afresh: a rule has changed, or a field of this very computation was written.

        While one of them is written, Odoo protects them all, and what depends on them hears of nothing.
        """
        names = ("quantity", "unit_price", "amount", "is_fee", "pricing_issue")
        for name in names:
            self.env.add_to_compute(self._fields[name], self)
        self.modified(names)

    def action_use_bookings_price(self):
        """Give the price and the quantity back to the rules."""
        self.check_access("write")
        self.sudo().write(
            {
                "price_decided": False,
                "quantity_decided": False,
                "fee_decided": False,
                "price_decided_by_id": False,
            }
        )
        return True

    def action_use_suggested_price(self):
        """Take the last price of this customer and service, as the person confirms by pressing the button."""
        for booking in self.filtered("suggested_price"):
            booking.unit_price = booking.suggested_price
        return True

    @api.depends("payer_id", "service_id", "issue")
    def _compute_suggested_price(self):
        unpriced = self.filtered(
            lambda booking: booking.issue == "price_to_confirm" and booking.service_id
        )
        (self - unpriced).suggested_price = 0.0
        if not unpriced:
            return
        domain = [
            ("billing_state", "in", LIVE_STATES),
            ("is_fee", "=", False),
            ("service_id", "in", unpriced.service_id.ids),
            ("partner_id", "in", unpriced.partner_id.ids),
        ]
        keys = ["service_id", "partner_id", "currency_id"]
        rows = self._read_group(domain, keys, ["start:max"])
        starts = {start for *_keys, start in rows}
        # The last one by its start: a first synchronisation reads the newest windows first.
        candidates = self.search([*domain, ("start", "in", starts)], order="start, id")
        prices = {tuple(booking[key] for key in keys): booking.unit_price for booking in candidates}
        for booking in unpriced:
            booking.suggested_price = prices.get(tuple(booking[key] for key in keys), 0.0)

    @api.depends(
        "partner_id.active",
        "payer_id.active",
        "customer_id.match_state",
        "customer_name",
        "customer_email",
        "service_id.product_id.active",
        "currency_id.active",
        "settings_id.tz",
        "pricing_issue",
        "amount",
        "is_fee",
        "outcome",
        "outcome_decided",
        "exclusion_reason_id",
        "gone_at",
        "issue_detail",
        "invoice_line_id.parent_state",
        "invoice_line_id.move_id.payment_state",
        "is_released",
        "is_credited",
        "exclusion_reason_id.requires_invoice",
        "elsewhere_invoice_id.state",
        "elsewhere_invoice_id.payment_state",
    )
    def _compute_billing_state(self):
        for booking in self:
            booking.billing_state, booking.issue = booking._get_billing_state()

    def _get_billing_state(self):
        """Where the booking stands and, if a person has to look, why. Independent of the clock. Hook.

        :return: a pair of a key of :data:`BILLING_STATES` and a key of :data:`ISSUES` or ``False``
        """
        self.ensure_one()
        if self._is_invoiced():
            move = self.invoice_line_id.move_id
            if self.is_credited:
                if self.exclusion_reason_id:
                    return "excluded", False
                # Of an appointment that is gone nothing is due: its credit note was the answer.
                return ("cancelled", False) if self.gone_at else ("to_check", "credited")
            if move.state == "draft":
                return "draft", False
            # What Odoo calls reversed and is not credited, was paid with the credit note of something else.
            paid = move.payment_state in ("paid", "in_payment", "reversed")
            return ("paid" if paid else "invoiced"), False
        if self.exclusion_reason_id:
            is_void = self._is_elsewhere_void()
            return ("to_check", "elsewhere_void") if is_void else ("excluded", False)
        if self.outcome == "cancelled":
            return "cancelled", False
        if (
            self.outcome in ("no_show", "late_cancelled")
            and not self.pricing_issue
            and not self.amount
        ):
            return "cancelled", False
        issue = self._get_issue()
        return ("to_check" if issue else "to_invoice"), issue

    def _get_issue(self):
        """Why this booking cannot be invoiced as it is. Hook.

        :return: a key of :data:`ISSUES`, or ``False`` when it is ready
        """
        self.ensure_one()
        product = self.service_id.product_id
        checks = (
            ("gone", self.gone_at and self.outcome == "attended" and not self.outcome_decided),
            ("late_cancellation", self.outcome == "late_cancelled" and not self.outcome_decided),
            (self._get_contact_issue() or "no_payer", not self.payer_id),
            ("archived_contact", not self.payer_id.active),
            ("no_service", not self.service_id),
            ("no_product", not product),
            ("archived_product", not product.active),
            ("no_currency", not self.currency_id.active),
            ("no_time_zone", not self.settings_id.tz),
            (self.pricing_issue, self.pricing_issue),
            ("invoicing_failed", self.issue_detail),
        )
        return next((issue for issue, found in checks if found), False)

    def _get_contact_issue(self):
        """Why nobody can be invoiced: the answer of the matching ladder, as an issue."""
        if self.customer_id:
            return self.customer_id._get_match_issue()
        return "no_email" if self.customer_name else "no_customer"


def to_decimal(value):
    """The number that a person sees, not its binary neighbour."""
    return Decimal(str(value))
