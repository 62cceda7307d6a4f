# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import float_compare, formatLang

DATE_MODES = [
    ("posting", "When posted"),
    ("today", "Today"),
    ("last", "Day of its last booking"),
    ("month_end", "End of the month of its last booking"),
]


class MicrosoftBookingSettings(models.Model):
    """How drafts are put together, unless the wizard says otherwise."""

    _inherit = "microsoft.booking.settings"

    line_sections = fields.Boolean(
        "A Section per Person",
        help="On an invoice for several people, each has a section with a subtotal.",
    )
    invoice_date_mode = fields.Selection(
        DATE_MODES, string="Invoice Date", required=True, default="posting"
    )
    minimum_amount = fields.Monetary(
        help="A draft that would come to less, before tax, waits for further bookings.",
    )

    _minimum_amount_positive = models.Constraint(
        "CHECK(minimum_amount >= 0)", "The minimum amount cannot be negative."
    )


class MicrosoftBooking(models.Model):
    """What the options of a draft do: its date, its sections, and the amount that it waits for."""

    _inherit = "microsoft.booking"

    def _get_invoice_option(self, options, name, field_name):
        """An option, or what the settings of these bookings say where it is left out."""
        value = options.get(name)
        return self.settings_id[:1][field_name] if value in (None, False, "") else value

    def _split_invoiceable(self, options):
        ready, skipped = super()._split_invoiceable(options)
        if options.get("minimum_amount") == 0 or not (
            options.get("minimum_amount") or any(ready.settings_id.mapped("minimum_amount"))
        ):
            return ready, skipped
        small = self.browse()
        for group in ready._group_for_invoices(options):
            minimum = group._get_invoice_option(options, "minimum_amount", "minimum_amount")
            amount = sum(group.mapped("amount"))
            if amount and group.settings_id.price_include_tax:
                amount = group._get_tax_preview(options)[0]
            # What comes to nothing is invoiced because somebody asked for it.
            if amount and float_compare(amount, minimum, precision_digits=6) < 0:
                small |= group
                text = self.env._(
                    "Its draft would come to less than %(minimum)s: it waits for further bookings.",
                    minimum=formatLang(self.env, minimum, currency_obj=group.currency_id),
                )
                skipped += [(booking, "below_minimum", text) for booking in group]
        return ready - small, skipped

    def _get_invoice_date(self, options):
        """The date of the draft of these bookings, or ``False`` for the day on which it is posted. Hook."""
        if options.get("invoice_date"):
            return options["invoice_date"]
        mode = self._get_invoice_option(options, "date_mode", "invoice_date_mode")
        if mode == "today":
            return self.settings_id[:1]._get_today()
        if mode == "last":
            return max(self.mapped("service_date"))
        if mode == "month_end":
            return max(self.mapped("service_date")) + relativedelta(day=31)
        return False

    def _group_for_sections(self, options):
        """The bookings of each section of their draft.

        :return: a list of name and bookings; of a single one without a name when there are no sections
        """
        sections = options.get("sections")
        if sections is None:
            sections = self.settings_id[:1].line_sections
        if not sections:
            return [(False, self)]
        people = self._group_by_attendee()
        if len(people) < 2:
            return [(False, self)]
        return [(name or self.env._("No customer"), bookings) for name, bookings in people]

    def _group_by_attendee(self):
        """The bookings of each person who attends, in the order of their names: two may bear the same one.

        :return: a list of name, empty where there is none, and bookings
        """
        people = []
        for bookings in self.grouped(_get_person).values():
            first = next(iter(bookings))
            name = first.partner_id.name or first.customer_name or first.customer_email or ""
            people.append((name, bookings))
        return sorted(people, key=lambda person: person[0].casefold())


def _get_person(booking):
    """Who attends, as a key: the contact, else the customer of Bookings, else the name."""
    for name in ("partner_id", "customer_id"):
        if booking[name]:
            return name, booking[name].id
    return "name", booking.customer_name or booking.customer_email
