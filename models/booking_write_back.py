# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from odoo import api, fields, models

from ..graph.errors import NotFoundError, RefusedError, UnavailableError
from .graph_messages import keep_error, say

# An appointment is given up after so many refusals in a row; each waits twice as long as the one before (minutes).
MOST_ATTEMPTS = 5
FIRST_PAUSE = 15
# What the invoice members of an appointment say of an invoice that is not there: what a new appointment says.
NO_INVOICE = {"number": None, "status": "draft", "amount": 0.0, "date": None, "url": None}
# How far an invoice is; of a class whose customers have several, the least is said.
STATUS_ORDER = ("draft", "open", "paid", "corrective", "canceled")


class MicrosoftBookingWriteBack(models.Model):
    """What one appointment in Bookings is to say of its invoice, and what it was told last.

    What it is to say is derived from the invoice whenever the two are compared, and never queued: whatever happens in
    between, and whoever made it happen, nothing is lost and nothing is sent that is no longer true.
    """

    _name = "microsoft.booking.write.back"
    _description = "Booking Write-back"
    _order = "id desc"
    _rec_name = "number"

    settings_id = fields.Many2one(
        "microsoft.booking.settings", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="settings_id.company_id", store=True, index=True)
    graph_id = fields.Char("Appointment ID", required=True, readonly=True)
    booking_ids = fields.Many2many("microsoft.booking", compute="_compute_booking_ids")
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("sent", "Sent"),
            ("failed", "Given up"),
            ("gone", "No longer in Bookings"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    facts = fields.Json(readonly=True, help="What Bookings was told, or refused, last.")
    number = fields.Char(compute="_compute_number", string="Invoice Number")
    sent_at = fields.Datetime("Sent", readonly=True)
    attempts = fields.Integer(readonly=True)
    next_attempt = fields.Datetime(readonly=True)
    problem_words = fields.Json(readonly=True)
    problem = fields.Text(compute="_compute_problem")
    request_id = fields.Char("Microsoft Request ID", readonly=True)

    _appointment_uniq = models.Constraint(
        "UNIQUE(settings_id, graph_id)", "An appointment has one place for its invoice."
    )
    _waiting_idx = models.Index("(settings_id, next_attempt) WHERE state = 'waiting'")

    @api.depends("graph_id", "settings_id")
    def _compute_booking_ids(self):
        bookings = self.env["microsoft.booking"].search(
            [
                ("settings_id", "in", self.settings_id.ids),
                ("graph_id", "in", self.mapped("graph_id")),
            ]
        )
        by_appointment = bookings.grouped(lambda booking: (booking.settings_id, booking.graph_id))
        for record in self:
            record.booking_ids = by_appointment.get((record.settings_id, record.graph_id))

    @api.depends("facts")
    def _compute_number(self):
        for record in self:
            record.number = (record.facts or {}).get("number")

    @api.depends("problem_words")
    @api.depends_context("lang")
    def _compute_problem(self):
        for record in self:
            record.problem = say(self.env, record.problem_words)

    def action_retry(self):
        """Try again what was given up, with the next synchronisation, which is started."""
        retried = self.filtered(lambda record: record.state in ("failed", "waiting"))
        retried.check_access("write")
        retried.sudo()._queue()
        for settings in retried.settings_id:
            settings.sudo().cron_id._trigger()
        return True

    def _queue(self):
        self.write({"state": "waiting", "attempts": 0, "next_attempt": fields.Datetime.now()})

    def action_view_bookings(self):
        """Open the bookings of this appointment.

        :return: a window action
        """
        return self.booking_ids._get_records_action(name=self.env._("Bookings"))

    def _send(self, bookings_api):
        """Tell Bookings what the invoice of this appointment is now; keep what came of it.

        To say the same twice changes nothing, so that one that was perhaps carried out is simply sent again. What
        Bookings refuses of one appointment is tried later, and given up in the end.

        :param bookings_api: a :class:`..graph.bookings.BookingsApi`
        :raise GraphError: one that every other appointment would meet too
        """
        self.ensure_one()
        facts = self.settings_id._get_invoice_facts([self.graph_id])[self.graph_id]
        vals = {"facts": facts, "problem_words": False, "request_id": False}
        try:
            bookings_api.update_appointment_invoice(
                self.settings_id.business_id,
                self.graph_id,
                number=facts["number"],
                status=facts["status"],
                amount=Decimal(str(facts["amount"])),
                date=facts["date"] and date.fromisoformat(facts["date"]),
                url=facts["url"],
            )
        except NotFoundError:
            vals |= {"state": "gone", "next_attempt": False}
        except RefusedError as error:
            attempts = self.attempts + 1
            pause = timedelta(minutes=FIRST_PAUSE * 2**self.attempts)
            vals |= {
                "state": "failed" if attempts >= MOST_ATTEMPTS else "waiting",
                "attempts": attempts,
                "next_attempt": fields.Datetime.now() + pause,
                "problem_words": keep_error(error),
                "request_id": error.request_id,
            }
        except UnavailableError:
            # The next one would meet it too, or it is about this one after all: then it must not stay the first.
            self.next_attempt = fields.Datetime.now() + timedelta(minutes=FIRST_PAUSE)
            raise
        else:
            vals |= {"state": "sent", "attempts": 0, "next_attempt": False}
            vals |= {"sent_at": fields.Datetime.now()}
        self.write(vals)


class MicrosoftBookingSettings(models.Model):
    """What Bookings is to know of the invoices: derived from them."""

    _inherit = "microsoft.booking.settings"

    def _get_invoice_facts(self, graph_ids):
        """What these appointments are to say of their invoices, as Odoo has them now.

        :param graph_ids: ids of appointments of this business
        :return: a dict of appointment id -> dict of number, status, amount with tax, date and address; JSON carries it
        """
        self.ensure_one()
        bookings = self.env["microsoft.booking"].search(
            [("settings_id", "=", self.id), ("graph_id", "in", list(graph_ids))], order="id"
        )
        facts = {graph_id: dict(NO_INVOICE) for graph_id in graph_ids}
        billed = bookings.filtered("invoice_line_id")
        shares = billed._get_shares_with_tax()
        for graph_id, attendees in billed.grouped("graph_id").items():
            # A cancelled invoice says nothing beside those that stand.
            attendees = (
                attendees.filtered(lambda booking: booking.invoice_line_id.parent_state != "cancel")
                or attendees
            )
            moves = attendees.invoice_id
            facts[graph_id] = {
                "number": ", ".join(name for name in moves.mapped("name") if name) or None,
                "status": min(
                    (move._get_booking_invoice_status() for move in moves), key=STATUS_ORDER.index
                ),
                "amount": moves[0].currency_id.round(sum(shares[b] for b in attendees)),
                "date": fields.Date.to_string(moves[0].invoice_date or moves[0].date),
                # It asks for a login: the address must not open the invoice to whoever reads the calendar.
                "url": moves.get_base_url() + moves.access_url if len(moves) == 1 else None,
            }
        return facts


class MicrosoftBooking(models.Model):
    _inherit = "microsoft.booking"

    def _get_shares_with_tax(self):
        """What each of these bookings comes to on its invoice, with tax.

        Of a line for several bookings each has the part that its amount is of theirs; the last of them takes what the
        rounding leaves.

        :return: a dict of booking -> amount in the invoice's currency
        """
        shares = defaultdict(float)
        for line in self.invoice_line_id:
            bookings = line.booking_ids.sorted("id")
            left, weight = line.price_total, sum(bookings.mapped("amount"))
            for booking in bookings[:-1]:
                part = booking.amount / weight if weight else 1 / len(bookings)
                shares[booking] = line.currency_id.round(line.price_total * part)
                left -= shares[booking]
            shares[bookings[-1:]] = line.currency_id.round(left)
        return shares


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_booking_invoice_status(self):
        """How far this invoice is, in the words of Graph's ``bookingInvoiceStatus``."""
        self.ensure_one()
        if self.state == "cancel":
            return "canceled"
        if self.state == "draft":
            return "draft"
        if self._is_taken_back():
            return "corrective"
        # What Odoo calls reversed and is not taken back, was paid with the credit note of something else.
        is_paid = self.payment_state in ("paid", "in_payment", "reversed")
        return "paid" if is_paid else "open"
