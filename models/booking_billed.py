# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

# Every line that says something of what a booking is billed: its own, what corrects it, what takes that back.
LINE, ADJUSTMENT = "invoice_line_id", "invoice_line_id.booking_adjustment_ids"
AMOUNTS = ("amount_currency", "price_subtotal", "price_total", "parent_state")
BILLED_BY = [
    f"{path}.{name}"
    for path in (LINE, ADJUSTMENT, f"{ADJUSTMENT}.booking_adjustment_ids")
    for name in AMOUNTS
]


class MicrosoftBooking(models.Model):
    """What a booking really is billed: its line, what was added to it, and what was credited of it."""

    _inherit = "microsoft.booking"

    adjustment_line_ids = fields.One2many(
        "account.move.line", "booking_id", string="Corrections", readonly=True
    )
    correction_count = fields.Integer(compute="_compute_correction_count")
    is_released = fields.Boolean(
        compute="_compute_is_released",
        store=True,
        help="Its invoice line is taken back by a credit note of its own: it may be invoiced again.",
    )
    invoiced_amount = fields.Monetary(
        "Amount Invoiced",
        compute="_compute_billed",
        store=True,
        help="What the invoice line and its supplements bill for this booking, drafts included; "
        "with tax where the prices of the Bookings business include it.",
    )
    credited_amount = fields.Monetary(
        "Amount Credited",
        compute="_compute_billed",
        store=True,
        help="What credit notes take back of it.",
    )
    billed_amount = fields.Monetary(
        "Amount Billed",
        compute="_compute_billed",
        store=True,
        help="What was invoiced less what was credited.",
    )
    is_credited = fields.Boolean(
        "Credited in Full",
        compute="_compute_billed",
        store=True,
        help="Posted credit notes take back all that was invoiced.",
    )

    @api.depends(
        "invoice_line_id",
        f"{ADJUSTMENT}.booking_id",
        f"{ADJUSTMENT}.booking_role",
        f"{ADJUSTMENT}.parent_state",
        f"{ADJUSTMENT}.move_id.payment_state",
    )
    def _compute_is_released(self):
        for booking in self:
            booking.is_released = any(
                line.booking_role == "release" for line in booking._get_live_adjustments()
            )

    def _get_live_adjustments(self):
        """The lines that correct what the live line bills for this very booking, as long as they stand."""
        self.ensure_one()
        # They are found by the system: whoever sees the booking is told the same of it.
        lines = self.sudo().invoice_line_id.booking_adjustment_ids
        return lines.filtered(
            lambda line: (
                line.booking_id.id == self._origin.id
                and line.parent_state != "cancel"
                and not line.move_id._is_taken_back()
            )
        )

    # Of the payments only those of the invoice itself: nearly all of accounting decides about them, and each
    # further path to them is looked up whenever any line in Odoo is written.
    @api.depends(
        "invoice_line_id.booking_ids.invoiced_terms",
        "settings_id",
        f"{LINE}.move_id.payment_state",
        *BILLED_BY,
    )
    def _compute_billed(self):
        for line, bookings in self.grouped("invoice_line_id").items():
            live = line and line.parent_state != "cancel"
            shares = line.booking_ids._get_line_shares(line) if live else {}
            for booking in bookings:
                booking._set_billed(line.sudo() if live else line.browse(), shares)

    def _set_billed(self, line, shares):
        """Fill in what is billed by this line and by what corrects it.

        :param shares: dict of booking id -> its share of the line
        """
        self.ensure_one()
        included = self._is_price_with_tax(line)
        share = shares.get(self.id, shares.get(self._origin.id, 1.0))
        own = [(line, share)] if line else []
        for child in line.booking_adjustment_ids:
            if not child.booking_id:
                own.append((child, share))
            elif child.booking_id.id == self._origin.id:
                own += [(each, 1.0) for each in (child, *child.booking_adjustment_ids)]
        invoiced = credited = posted = 0.0
        for each, part in own:
            # A credit note that Odoo made counts once it is posted: until then, anything may be typed into it.
            ours = each == line or each.booking_role
            if each.parent_state == "cancel" or not (ours or each.parent_state == "posted"):
                continue
            amount = each._get_booking_amount(included) * part
            invoiced += max(amount, 0.0)
            credited -= min(amount, 0.0)
            posted += amount if each.parent_state == "posted" or amount > 0 else 0.0
        currency = line.currency_id or self.currency_id or self.company_id.currency_id
        wholly = bool(line) and line.move_id._is_taken_back()
        self.invoiced_amount = currency.round(invoiced)
        self.credited_amount = currency.round(max(credited, invoiced) if wholly else credited)
        self.billed_amount = self.invoiced_amount - self.credited_amount
        self.is_credited = wholly or bool(
            line
            and line.parent_state == "posted"
            and not currency.is_zero(invoiced)
            and currency.compare_amounts(posted, 0.0) <= 0
        )

    def _get_line_shares(self, line):
        """Which part of a line that they share each of these bookings has: they have one price, so it is the quantity.

        :return: a dict of booking id -> a number of 0 to 1
        """
        if len(self) < 2:
            return {booking.id: 1.0 for booking in self}
        # As it was put on the line: what was changed since is on lines of its own.
        quantities = {
            booking.id: (booking.invoiced_terms or {}).get("quantity", booking.quantity)
            for booking in self
        }
        total = sum(quantities.values())
        return {
            booking_id: quantity / total if total else 1.0 / len(self)
            for booking_id, quantity in quantities.items()
        }

    @api.depends(ADJUSTMENT, "adjustment_line_ids")
    def _compute_correction_count(self):
        for booking in self:
            booking.correction_count = len(booking._get_correction_moves())

    def _get_correction_moves(self):
        """The credit notes and supplements of these bookings, whoever made them."""
        lines = self.sudo().adjustment_line_ids | self.sudo().invoice_line_id.booking_adjustment_ids
        own = lines.filtered(lambda line: not line.booking_id or line.booking_id in self)
        return own.move_id.sudo(False)

    def action_view_corrections(self):
        """Open the credit notes and supplements of these bookings.

        :return: a window action: the form of a single one, else their list
        """
        return self._get_correction_moves()._get_booking_invoices_action(
            self.env._("Credit Notes and Supplements")
        )
