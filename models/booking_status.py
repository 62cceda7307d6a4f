# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

# Numbers of Odoo's palette, by billing state, in the colours of the badges.
COLORS = {
    "to_check": 2,
    "to_invoice": 10,
    "draft": 4,
    "invoiced": 8,
    "paid": 11,
    "excluded": 28,
    "cancelled": 25,
}


class MicrosoftBooking(models.Model):
    """What the screens say of a booking: where it stands in a word, what to do in a sentence, how fresh it is."""

    _inherit = "microsoft.booking"

    # Not stored: whether a booking is still to come depends on the clock.
    is_upcoming = fields.Boolean("Upcoming", compute="_compute_status")
    status = fields.Char(
        compute="_compute_status", help="Ready, upcoming, on an invoice, or what there is to check."
    )
    color = fields.Integer(compute="_compute_color", export_string_translation=False)
    # Who and what, where it is seen when.
    title = fields.Char(compute="_compute_title", export_string_translation=False)
    issue_text = fields.Text("What to Do", compute="_compute_issue_text")
    data_as_of = fields.Datetime(related="settings_id.last_success", string="Data as of")

    @api.depends("stop", "issue", "billing_state")
    def _compute_status(self):
        issues = dict(self._fields["issue"]._description_selection(self.env))
        states = dict(self._fields["billing_state"]._description_selection(self.env))
        now = fields.Datetime.now()
        for booking in self:
            uninvoiced = booking.billing_state in ("to_check", "to_invoice")
            booking.is_upcoming = uninvoiced and bool(booking.stop) and booking.stop > now
            booking.status = (
                self.env._("Upcoming")
                if booking.is_upcoming
                else issues.get(booking.issue) or states.get(booking.billing_state)
            )

    @api.depends("billing_state")
    def _compute_color(self):
        for booking in self:
            booking.color = COLORS.get(booking.billing_state, 0)

    @api.depends("customer_name", "customer_email", "service_id")
    @api.depends_context("lang")
    def _compute_title(self):
        for booking in self:
            customer = booking.customer_name or booking.customer_email
            parts = (customer or booking.env._("No customer"), booking.service_id.name)
            booking.title = " · ".join(filter(None, parts))

    @api.depends(
        "issue",
        "issue_detail",
        "customer_email",
        "customer_name",
        "service_id",
    )
    def _compute_issue_text(self):
        for booking in self:
            booking.issue_text = booking._get_issue_text()

    def _get_issue_text(self):
        """What to do about the issue, in a sentence of the user's language; ``False`` when there is none."""
        self.ensure_one()
        names = {
            "email": self.customer_email or "",
            "customer": self.customer_name or self.customer_email or "",
            "service": self.service_id.name or "",
            "detail": self.issue_detail or "",
            "settings": self.settings_id.name or "",
            "currency": self.currency_id.name or "",
            "employer": self.customer_id.employer_id.name or "?",
        }
        sentence = {
            "gone": self.env._(
                "Bookings no longer has this appointment, which had been held already. "
                "Confirm the outcome or exclude it."
            ),
            "late_cancellation": self.env._(
                "Cancelled shortly before the start. Confirm the outcome to charge the fee, or change it to Cancelled."
            ),
            "credited": self.env._(
                "Its invoice was credited in full. Bill it again, unless another invoice replaces it: then exclude it."
            ),
            "elsewhere_void": self.env._(
                "It was invoiced elsewhere, but that invoice was deleted, cancelled or credited. "
                "Name another, or invoice it after all."
            ),
            "no_customer": self.env._("The appointment names no customer. Choose the payer."),
            "anonymised": self.env._(
                "Its customer was anonymised. Choose the payer, or exclude it."
            ),
            "no_email": self.env._(
                "%(customer)s has no e-mail address, so no contact was looked for. Choose the payer."
            ),
            "no_contact": self.env._(
                "No contact has the address %(email)s. Choose the payer or create the contact."
            ),
            "employee": self.env._(
                "Employee of %(employer)s? Its contacts have addresses like %(email)s. Confirm it, or choose the payer."
            ),
            "several_contacts": self.env._(
                "More than one contact has the address %(email)s. Choose the payer."
            ),
            "shared_email": self.env._(
                "Several customers of Bookings share the address %(email)s. Choose who is meant."
            ),
            "archived_contact": self.env._("Restore the archived contact, or choose another."),
            "other_company": self.env._(
                "The address %(email)s belongs to a contact of another company. "
                "Choose the payer or create a contact of this company."
            ),
            "no_payer": self.env._("Choose the payer."),
            "no_service": self.env._(
                "The appointment names no service. Exclude it, or correct it in Bookings."
            ),
            "no_product": self.env._(
                "Choose under Bookings Services the product that “%(service)s” is invoiced with."
            ),
            "archived_product": self.env._(
                "The product of “%(service)s” is archived. Restore it, or choose another under Bookings Services."
            ),
            "no_currency": self.env._(
                "Activate the currency of the Bookings business in Odoo, then synchronise."
            ),
            "no_time_zone": self.env._(
                "Choose the time zone in the Booking Sync Settings “%(settings)s”."
            ),
            "price_to_confirm": self.env._("Bookings has no fixed price for it. Type the price."),
            "pricelist_currency": self.env._(
                "The payer's price list, or what it reckons from, is not in %(currency)s, and nothing is converted. "
                "Type the price, or give the payer another list."
            ),
            "negative_price": self.env._("The price is negative. Type the right one."),
            "negative_quantity": self.env._("The quantity is negative. Type the right one."),
            "negative_fee": self.env._("The fee is negative. Type the right one."),
            "negative_duration": self.env._(
                "It ends before it starts. Type the quantity, or correct it in Bookings."
            ),
            "duration_to_confirm": self.env._(
                "So long or short a duration has to be confirmed: type the quantity."
            ),
            "invalid_fee": self.env._(
                "Correct the fee rule in the Booking Sync Settings “%(settings)s”."
            ),
            "out_of_range": self.env._("So large an amount cannot be right. Type the price."),
            "unknown_outcome": self.env._("No rule prices this outcome. Choose another."),
            "invoicing_failed": "%(detail)s",
        }.get(self.issue)
        return sentence and sentence % names
