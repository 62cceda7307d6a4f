# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ..models.booking_amendment import PROPOSALS


class MicrosoftBookingAmend(models.TransientModel):
    """Shows what would become of bookings that changed after they were invoiced, and settles them."""

    _name = "microsoft.booking.amend"
    _description = "Settle Bookings That Changed after Invoicing"

    all_changed = fields.Boolean(readonly=True, help="Whatever changed in the user's companies.")
    booking_ids = fields.Many2many(
        "microsoft.booking", default=lambda self: self.env.context.get("active_ids"), readonly=True
    )
    period = fields.Selection(
        [
            ("all", "All"),
            ("last_month", "Last month"),
            ("this_month", "This month"),
            ("dates", "Dates"),
        ],
        required=True,
        default="all",
    )
    date_from = fields.Date(
        "From", compute="_compute_dates", store=True, readonly=False, precompute=True
    )
    date_to = fields.Date(
        "To", compute="_compute_dates", store=True, readonly=False, precompute=True
    )
    reason = fields.Char(
        help="Why bookings are accepted as they are: it is noted on their invoice."
    )
    line_ids = fields.One2many(
        "microsoft.booking.amend.line",
        "wizard_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )
    accept_count = fields.Integer(compute="_compute_totals")
    settle_count = fields.Integer(compute="_compute_totals")
    totals = fields.Char("Sum", compute="_compute_totals")

    @api.depends("period")
    def _compute_dates(self):
        today = fields.Date.context_today(self)
        starts = {"this_month": today.replace(day=1)}
        starts["last_month"] = starts["this_month"] - relativedelta(months=1)
        for wizard in self:
            if wizard.period != "dates":
                start = starts.get(wizard.period)
                wizard.date_from = start
                wizard.date_to = start and start + relativedelta(months=1, days=-1)

    @api.depends("all_changed", "booking_ids", "date_from", "date_to")
    def _compute_line_ids(self):
        for wizard in self:
            # What was decided of a booking before the period was changed stays decided.
            decided = {line.booking_id.id: line.decision for line in wizard.line_ids}
            wizard.line_ids = [
                fields.Command.clear(),
                *(
                    fields.Command.create(
                        {
                            "booking_id": booking.id,
                            "decision": decided.get(booking.id)
                            or ("accept" if booking.proposal == "accept" else "propose"),
                        }
                    )
                    for booking in wizard._get_changed_bookings()
                ),
            ]

    def _get_changed_bookings(self):
        """The bookings to settle: the selected ones or all of the user's companies, of the period."""
        self.ensure_one()
        domain = [("changed_after_invoicing", "=", True)]
        if not self.all_changed:
            domain.append(("id", "in", self.booking_ids.ids))
        if self.date_from:
            domain.append(("service_date", ">=", self.date_from))
        if self.date_to:
            domain.append(("service_date", "<=", self.date_to))
        return self.env["microsoft.booking"].search(domain, order="service_date, id")

    @api.depends("line_ids.decision")
    def _compute_totals(self):
        for wizard in self:
            decided = wizard.line_ids.filtered(lambda line: line.decision != "leave")
            wizard.settle_count = len(decided)
            wizard.accept_count = len(decided.filtered(lambda line: line.decision == "accept"))
            corrected = decided.filtered(lambda line: line.decision != "accept")
            wizard.totals = ", ".join(
                formatLang(self.env, sum(lines.mapped("difference")), currency_obj=currency)
                for currency, lines in corrected.grouped("currency_id").items()
            )

    def action_settle(self):
        """Do what was decided, and open the drafts that were made or refreshed.

        :return: a client action that says in words what was done and left out, and then opens the drafts
        :raise UserError: when a reason is missing, or there is nothing to settle
        """
        self.ensure_one()
        if self.accept_count and not (self.reason or "").strip():
            raise UserError(self.env._("Say why they are accepted as they are."))
        Booking = self.env["microsoft.booking"]
        decisions = {
            line.booking_id: line.decision for line in self.line_ids if line.decision != "leave"
        }
        result = Booking._settle_changes(decisions, self.reason)
        words = Booking._summarise_settlement(result)
        if not result["bookings"]:
            raise UserError("\n".join(words))
        drafts = result["refreshed"] | result["credit_notes"] | result["supplements"]
        return drafts._get_booking_invoices_notification(
            self.env._("Drafts to Look At"),
            self.env._("Changes settled"),
            " ".join(words),
            warning=bool(result["skipped"]),
            sticky=bool(result["skipped"]),
        )


class MicrosoftBookingAmendLine(models.TransientModel):
    """One booking that changed, what is proposed, and what a person decides."""

    _name = "microsoft.booking.amend.line"
    _description = "Booking That Changed after Invoicing"

    wizard_id = fields.Many2one("microsoft.booking.amend", required=True, ondelete="cascade")
    booking_id = fields.Many2one("microsoft.booking", required=True, readonly=True)
    service_date = fields.Date(related="booking_id.service_date")
    payer_id = fields.Many2one(related="booking_id.payer_id")
    invoice_id = fields.Many2one(related="booking_id.invoice_id")
    currency_id = fields.Many2one(related="booking_id.currency_id")
    changes_text = fields.Text("What Changed", compute="_compute_changes_text")
    billed_amount = fields.Monetary(related="booking_id.billed_amount")
    due_amount = fields.Monetary(related="booking_id.due_amount")
    difference = fields.Monetary(related="booking_id.amount_difference")
    proposal = fields.Selection(PROPOSALS, compute="_compute_proposal")
    choices = fields.Char(compute="_compute_choices")
    decision = fields.Selection(
        [
            ("propose", "As proposed"),
            ("overwrite", "As proposed, over what was typed"),
            ("accept", "Accept as is"),
            ("leave", "Leave for now"),
        ],
        required=True,
        default="propose",
    )

    @api.depends("booking_id")
    def _compute_proposal(self):
        for line in self:
            line.proposal = line.booking_id.proposal

    @api.depends("booking_id")
    def _compute_changes_text(self):
        for line in self:
            words = [line.booking_id.changes_text or ""]
            if typed := line.booking_id._get_typed_labels():
                words.append(
                    self.env._("Typed on the draft by hand: %(fields)s", fields=", ".join(typed))
                )
            line.changes_text = "\n".join(words)

    @api.depends("proposal")
    def _compute_choices(self):
        for line in self:
            choices = ["accept", "leave"]
            if line.proposal != "accept":
                choices.append("propose")
            if line.proposal == "refresh" and line.booking_id._get_typed_labels():
                choices.append("overwrite")
            line.choices = ",".join(choices)
