# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter, defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ..models.booking_counts import say_invoiced
from ..models.booking_invoice_options import DATE_MODES
from ..models.booking_invoice_run import MAX_DRAFTS
from ..models.booking_settings import GROUPINGS

# What the settings say of a choice of the wizard.
DEFAULTS = {
    "grouping": "invoice_grouping",
    "line_mode": "line_mode",
    "sections": "line_sections",
    "date_mode": "invoice_date_mode",
    "minimum_amount": "minimum_amount",
}


class MicrosoftBookingInvoice(models.TransientModel):
    """Shows what draft invoices the selected bookings would make, and makes them."""

    _name = "microsoft.booking.invoice"
    _description = "Create Draft Invoices from Bookings"

    all_uninvoiced = fields.Boolean(
        readonly=True, help="Everything that is uninvoiced in the user's companies."
    )
    booking_ids = fields.Many2many(
        "microsoft.booking",
        string="Bookings",
        default=lambda self: self._default_booking_ids(),
        readonly=True,
    )
    company_ids = fields.Many2many("res.company", compute="_compute_bookings")
    grouping = fields.Selection(
        GROUPINGS,
        string="One Invoice per",
        compute="_compute_options",
        store=True,
        readonly=False,
        precompute=True,
        help="Empty: as the settings of each business say.",
    )
    line_mode = fields.Selection(
        [("booking", "Booking"), ("merged", "Service and price, dates listed")],
        string="One Line per",
        compute="_compute_options",
        store=True,
        readonly=False,
        precompute=True,
        help="Empty: as the settings of each business say.",
    )
    sections = fields.Boolean(
        "A Section per Person",
        compute="_compute_options",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_mode = fields.Selection(
        [*DATE_MODES, ("day", "This day")],
        string="Date",
        compute="_compute_options",
        store=True,
        readonly=False,
        precompute=True,
        help="Empty: as the settings of each business say.",
    )
    invoice_date = fields.Date()
    minimum_amount = fields.Float(
        compute="_compute_options",
        store=True,
        readonly=False,
        precompute=True,
        help="A draft that would come to less, before tax, waits for further bookings.",
    )
    payer_ids = fields.Many2many("res.partner", compute="_compute_bookings")
    left_out_payer_ids = fields.Many2many(
        "res.partner",
        string="Leave Out",
        domain="[('id', 'in', payer_ids)]",
        help="The bookings of these payers stay in the list.",
    )
    left_out_booking_ids = fields.Many2many(
        "microsoft.booking",
        "microsoft_booking_invoice_left_out_rel",
        string="Leave Out Bookings",
        domain="['|', ('id', 'in', booking_ids), ('id', 'in', late_booking_ids)]",
        help="These bookings stay in the list, whoever pays them.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', '=', 'sale'), ('company_id', 'in', company_ids)]",
        help="Empty: the journal of the Booking Sync Settings, else the company's first sales journal.",
    )
    include_free = fields.Boolean("Free Bookings Too")
    has_waiting_fees = fields.Boolean(compute="_compute_bookings")
    lone_fees = fields.Boolean(
        "Fees Alone Too", help="Fees that wait for the next invoice of their payer go now."
    )
    draft_count = fields.Integer(compute="_compute_preview")
    ready_count = fields.Integer(compute="_compute_preview")
    skipped_count = fields.Integer(compute="_compute_preview")
    data_as_of = fields.Char("Data as of", compute="_compute_bookings")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends("booking_ids")
    def _compute_options(self):
        for wizard in self:
            settings = wizard.booking_ids.settings_id
            for name, field_name in DEFAULTS.items():
                values = set(settings.mapped(field_name))
                # Businesses that do not agree keep each their own.
                wizard[name] = values.pop() if len(values) == 1 else False

    @api.depends("booking_ids", "is_synced")
    def _compute_bookings(self):
        for wizard in self:
            bookings = wizard._get_selected()
            wizard.company_ids = bookings.company_id
            wizard.payer_ids = bookings.payer_id
            settings = bookings.settings_id
            wizard.has_waiting_fees = any(settings.mapped("fee_with_next"))
            wizard.data_as_of = ", ".join(
                settings.with_context(booking_data_as_of=True).mapped("display_name")
            )

    def _get_options(self):
        """The choices of this wizard as options of ``microsoft.booking._create_invoices``."""
        self.ensure_one()
        options = {
            "grouping": self.grouping,
            "line_mode": self.line_mode,
            "date_mode": self.date_mode,
            "invoice_date": self.date_mode == "day" and self.invoice_date,
            "journal_id": self.journal_id,
            "include_free": self.include_free,
            "lone_fees": self.lone_fees,
        }
        settings = self._get_selected().settings_id
        for name in ("sections", "minimum_amount"):
            # Zero and no are answers, unless the businesses have several.
            if self[name] or len(set(settings.mapped(DEFAULTS[name]))) == 1:
                options[name] = self[name]
        return options

    def _get_bookings(self):
        """The bookings of this wizard but those that are left out, by themselves or with their payer."""
        payers = self.left_out_payer_ids._origin
        bookings = self._get_selected() - self.left_out_booking_ids._origin
        return bookings.filtered(lambda booking: booking.payer_id not in payers)

    @api.depends(
        *("booking_ids", "grouping", "line_mode", "sections", "include_free", "journal_id"),
        *("date_mode", "invoice_date", "minimum_amount", "left_out_payer_ids", "lone_fees"),
        *("left_out_booking_ids", "is_synced"),
    )
    def _compute_preview(self):
        for wizard in self:
            ready, skipped = wizard._get_bookings()._split_invoiceable(wizard._get_options())
            groups = wizard._with_known_taxes(ready)._group_for_invoices(wizard._get_options())
            wizard.draft_count = len(groups)
            wizard.ready_count = len(ready)
            wizard.skipped_count = len(skipped)
            wizard.preview = wizard._render_preview(groups, skipped)

    @staticmethod
    def _with_known_taxes(bookings):
        """The bookings, in a context that tells what would otherwise be asked for each of them."""
        companies = bookings.grouped("company_id").values()
        included = any(company[:1]._has_included_taxes() for company in companies)
        return bookings.with_context(booking_included_taxes=included, booking_positions={})

    def _render_preview(self, groups, skipped):
        """The preview as a table: a row per draft with its sums, and what is left out with its reason.

        Of what is made in the background, too many to be read, only the sum of the list is shown.
        """
        rows, totals = [], defaultdict(lambda: [0, 0, 0.0, 0.0, 0.0, 0.0])
        in_background = len(groups) > MAX_DRAFTS
        for group in groups:
            currency = group.currency_id
            hours = sum(group.mapped("duration"))
            if in_background:
                net, tax = sum(group.mapped("amount")), 0.0
                for index, value in enumerate((1, len(group), hours, net)):
                    totals[currency][index] += value
                continue
            net, tax = group._get_tax_preview(self._get_options())
            rows.append(
                {
                    "payer": group.payer_id.display_name,
                    "business": group.settings_id.name,
                    "count": len(group),
                    "hours": hours,
                    "net": formatLang(self.env, net, currency_obj=currency),
                    "tax": formatLang(self.env, tax, currency_obj=currency),
                    "total": formatLang(self.env, net + tax, currency_obj=currency),
                }
            )
            total = totals[currency]
            for index, value in enumerate((1, len(group), hours, net, tax, net + tax)):
                total[index] += value
        rows.sort(key=lambda row: (row["business"], row["payer"] or ""))
        reasons = Counter(text for _booking, _reason, text in skipped)
        return self.env["ir.qweb"]._render(
            "microsoft_bookings.booking_invoice_preview",
            {
                "rows": rows,
                "in_background": in_background,
                "several_businesses": len({row["business"] for row in rows}) > 1,
                "totals": [
                    {
                        "currency": currency.name,
                        "drafts": drafts,
                        "count": count,
                        "hours": hours,
                        **{
                            name: formatLang(self.env, value, currency_obj=currency)
                            for name, value in zip(("net", "tax", "total"), amounts, strict=True)
                        },
                    }
                    for currency, (drafts, count, hours, *amounts) in totals.items()
                ],
                "reasons": reasons.most_common(),
            },
        )

    def action_create_invoices(self):
        """Make the drafts and open them.

        :return: a client action that says in words what was made and left out, and then opens the drafts
        :raise UserError: when there is nothing to make
        """
        self.ensure_one()
        if self.draft_count > MAX_DRAFTS:
            runs = self._get_bookings()._queue_invoices(self._get_options())
            return runs._get_records_action(name=self.env._("Draft Invoices"))
        result = self._get_bookings()._create_invoices(self._get_options())
        invoices = result["invoices"]
        texts = Counter(text for _booking, _reason, text in result["skipped"])
        reasons = [f"{count} × {text}" for text, count in texts.most_common()]
        if not result["runs"]:
            nothing = self.env._("There is nothing to invoice among these bookings.")
            raise UserError("\n".join([nothing, *(f"• {reason}" for reason in reasons)]))
        message = say_invoiced(
            self.env, len(invoices), len(result["bookings"]), len(result["skipped"])
        )
        return invoices._get_booking_invoices_notification(
            self.env._("Draft Invoices"),
            self.env._("Draft invoices created"),
            " ".join([message, *reasons]),
            warning=bool(result["skipped"]),
            sticky=bool(reasons),
        )
