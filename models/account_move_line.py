# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .booking_guard import TYING


class AccountMoveLine(models.Model):
    """What ties a line to bookings is written by this add-on alone, or a booking could be freed by it."""

    _name = "account.move.line"
    _inherit = ["account.move.line", "microsoft.booking.guard"]

    booking_ids = fields.One2many(
        "microsoft.booking", "invoice_line_id", string="Bookings", copy=False, readonly=True
    )
    booking_count = fields.Integer(compute="_compute_booking_count")
    booking_superseded = fields.Boolean(
        readonly=True,
        copy=False,
        help="The bookings of this line were freed and invoiced again: it must never become live again.",
    )
    booking_id = fields.Many2one(
        "microsoft.booking",
        string="Corrected Booking",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The booking whose invoice this line corrects.",
    )
    booking_role = fields.Selection(
        [
            ("credit", "Credit"),
            ("complement", "Supplement"),
            ("release", "Credit, to be invoiced again"),
        ],
        string="Correction",
        readonly=True,
        copy=False,
    )
    booking_delta = fields.Float(
        "Change of the Booking",
        readonly=True,
        copy=False,
        aggregator=None,
        export_string_translation=False,
        help="By how much it corrected the amount of the booking when it was made, whatever was typed since.",
    )
    booking_former = fields.Json(
        readonly=True, copy=False, help="How a booking that was freed had been invoiced."
    )
    booking_origin_line_id = fields.Many2one(
        "account.move.line",
        string="Corrected Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The line of a booking that this one corrects or takes back.",
    )
    booking_adjustment_ids = fields.One2many(
        "account.move.line", "booking_origin_line_id", string="Corrected By", readonly=True
    )

    @api.depends("booking_ids", "booking_id", "booking_origin_line_id")
    def _compute_booking_count(self):
        # One question for all lines of an invoice, and the bookings themselves only of those that correct.
        Booking = self.env["microsoft.booking"].sudo()
        groups = Booking._read_group(
            [("invoice_line_id", "in", self._origin.ids)], ["invoice_line_id"], ["__count"]
        )
        counts = dict(groups)
        for line in self:
            origin = line._origin.sudo()
            if origin.booking_id or origin.booking_origin_line_id:
                billed = (origin | origin.booking_origin_line_id).booking_ids
                line.booking_count = len(billed | origin.booking_id)
            else:
                line.booking_count = counts.get(line._origin, 0)

    def _get_booking_domain(self):
        """The bookings that these lines bill, or whose invoice they correct."""
        paths = ("invoice_line_id", "adjustment_line_ids", "invoice_line_id.booking_adjustment_ids")
        return list(Domain.OR(Domain(path, "in", self.ids) for path in paths))

    def action_view_bookings(self):
        """Open the bookings of these lines.

        :return: a window action: the form of a single booking, else their list
        """
        bookings = self.env["microsoft.booking"].search(self._get_booking_domain())
        return bookings._get_records_action(name=self.env._("Bookings"))

    @api.model
    def _get_guard_text(self, field):
        return self.env._(
            "Which booking a line corrects is written by “Changed after Invoicing” alone."
        )

    def _get_booking_amount(self, tax_included):
        """What this line adds to what is billed: positive on an invoice, negative on a credit note.

        :param tax_included: whether its tax counts
        :return: an amount in the currency of the line
        """
        self.ensure_one()
        if self.move_id.move_type == "entry":
            return -self.amount_currency
        sign = -1 if self.move_id.move_type == "out_refund" else 1
        return sign * (self.price_total if tax_included else self.price_subtotal)

    def _copy_data_extend_business_fields(self, values):
        """A line that reverses one of a booking, or takes its place, says which; a mere copy does not."""
        res = super()._copy_data_extend_business_fields(values)
        is_reversal = self.env.context.get("booking_tying") is TYING
        if is_reversal and (self.booking_ids or self.booking_id):
            values["booking_origin_line_id"] = self.id
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_release(self):
        self._take_back_release()

    def _take_back_release(self):
        """Give the bookings that these lines had freed back to their old invoice, unless they are on another one.

        :raise UserError: naming the invoices that they were billed on again
        """
        released = self._check_released()
        for line in released:
            origin, booking = line.booking_origin_line_id, line.booking_id
            if origin and booking.invoice_line_id != origin:
                booking.invoice_line_id.booking_superseded = True
            if origin:
                booking._restore_invoiced(origin, line.booking_former)
            others = origin.booking_adjustment_ids - released
            if not others.filtered(lambda other: other.booking_role == "release"):
                origin.booking_superseded = False

    def _check_released(self):
        """That the bookings which these lines have freed are not on another invoice.

        :return: those of these lines that free a booking
        :raise UserError: naming the invoices that they were billed on again
        """
        released = self.sudo().filtered(
            lambda line: line.booking_role == "release" and line.parent_state != "cancel"
        )
        again = released.booking_id.filtered(
            lambda booking: (
                booking._is_invoiced()
                and booking.invoice_line_id not in released.booking_origin_line_id
            )
        )
        if again:
            raise UserError(
                self.env._(
                    "The bookings of this credit note were invoiced again on %(names)s. "
                    "Without it they would be billed twice.",
                    names=", ".join(again.invoice_id[:5].mapped("display_name")),
                )
            )
        return released

    def _take_over_bookings(self):
        """The bookings of the lines that these have taken the place of are theirs now: *Reverse and Create Invoice*."""
        for line in self.sudo().filtered("booking_origin_line_id"):
            origin = line.booking_origin_line_id
            bookings = origin.booking_ids
            ties = ("booking_id", "booking_origin_line_id")
            line.write(
                {
                    **{name: origin[name].id for name in ties},
                    "booking_role": origin.booking_role,
                    "booking_delta": origin.booking_delta,
                }
            )
            if not bookings:
                continue
            origin.booking_superseded = True
            # What corrects the old line on another document corrects the new one from now on.
            corrections = origin.booking_adjustment_ids.filtered("booking_id")
            bookings.invoice_line_id = line
            corrections.booking_origin_line_id = line
