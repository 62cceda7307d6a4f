# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from odoo.addons.base.models.res_partner import _tz_get

from ..billing.pricing import FeeRule, Rounding, Rules
from ..billing.wording import PLACEHOLDERS, check_template
from .booking import LIVE_STATES

# A change of one of these changes what an uninvoiced booking costs.
PRICING_FIELDS = {
    "duration_rounding",
    "rounding_minutes",
    "minimum_minutes",
    "class_price",
    "price_source",
    "price_include_tax",
    "no_show_fee",
    "no_show_fee_value",
    "late_cancellation_fee",
    "late_cancellation_fee_value",
}
GROUPINGS = [
    ("payer", "Payer"),
    ("month", "Payer and month"),
    ("service", "Payer and service"),
    ("staff", "Payer and staff member"),
    ("booking", "Booking"),
]
FEE_RULES = [("none", "No fee"), ("percent", "Percent of the price"), ("fixed", "Fixed amount")]


class MicrosoftBookingSettings(models.Model):
    """Booking Sync Settings: one company's connection to one Bookings business, and how its bookings are invoiced."""

    _name = "microsoft.booking.settings"
    _description = "Booking Sync Settings"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Who is told when the synchronisation fails.",
    )

    # === What to synchronise === #
    sync_customers = fields.Selection(
        [("no", "No"), ("import", "From Bookings"), ("both", "Both ways")],
        string="Customers of Bookings",
        required=True,
        default="import",
        help="From Bookings: its customers are listed and linked to the contacts with the same e-mail address, which "
        "take over what they lack. Both ways: contacts that are new or changed are written to Bookings as well, and "
        "where both sides changed something Odoo has the say. Nothing is deleted on either side.",
    )
    create_contacts = fields.Boolean(
        "Create Missing Contacts",
        help="A customer whose e-mail address no contact has gets a new contact, a copy of the template contact.",
    )
    template_partner_id = fields.Many2one(
        "res.partner",
        string="Template Contact",
        check_company=True,
        help="New contacts are copies of this one: payment terms, fiscal position, language, tags and so on.",
    )
    sync_services = fields.Selection(
        [("no", "Link by hand"), ("import", "From Bookings"), ("both", "Both ways")],
        string="Products of Services",
        required=True,
        default="no",
        help="From Bookings: products follow the services of the same name, as long as nobody changed them in Odoo. "
        "Both ways: products that are new or changed are written to Bookings as well; a new service is hidden from "
        "the booking page until you show it there. Nothing is deleted on either side.",
    )
    template_product_id = fields.Many2one(
        "product.template",
        check_company=True,
        help="New products are copies of this one: income account, taxes, category and so on.",
    )
    lookback_days = fields.Integer(
        "Days Back",
        default=62,
        required=True,
        help="How far back each synchronisation reads: as long as bookings are still changed.",
    )
    horizon_days = fields.Integer("Days Ahead", default=31, required=True)
    history_start = fields.Date(
        "Bookings From",
        help="Earlier bookings are never imported. The first synchronisation starts here.",
    )

    # === Read from the business === #
    business_name = fields.Char(readonly=True, copy=False)
    public_url = fields.Char("Booking Page", readonly=True, copy=False)
    currency_id = fields.Many2one(
        "res.currency",
        readonly=True,
        copy=False,
        context={"active_test": False},
        help="The currency of the Bookings business: drafts are made in it, nothing is converted.",
    )
    tz = fields.Selection(
        _tz_get,
        string="Time Zone",
        copy=False,
        help="Read from the Bookings business; the day of a booking is its day there.",
    )

    # === How bookings are invoiced === #
    journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        domain="[('type', '=', 'sale')]",
        string="Sales Journal",
    )
    price_include_tax = fields.Boolean("Bookings Prices Include Tax")
    class_price = fields.Selection(
        [
            ("attendee", "Of each attendee"),
            ("appointment", "Of the appointment, shared by its attendees"),
        ],
        string="Price of a Class",
        required=True,
        default="attendee",
    )
    duration_rounding = fields.Selection(
        [("none", "As booked"), ("up", "Up"), ("nearest", "To the nearest"), ("down", "Down")],
        string="Round Hours",
        required=True,
        default="none",
    )
    rounding_minutes = fields.Integer("Rounding Step (minutes)", default=15)
    minimum_minutes = fields.Integer("Minimum (minutes)")
    no_show_fee = fields.Selection(FEE_RULES, string="No-show Fee", required=True, default="none")
    no_show_fee_value = fields.Float()
    late_cancellation_fee = fields.Selection(FEE_RULES, required=True, default="none")
    late_cancellation_fee_value = fields.Float()
    late_notice_hours = fields.Float(
        "Notice (hours)", default=24.0, help="A later cancellation is a late one."
    )
    fee_product_id = fields.Many2one(
        "product.product",
        check_company=True,
        help="Empty: the fee goes under the service's product.",
    )
    invoice_grouping = fields.Selection(
        GROUPINGS,
        string="One Invoice per",
        required=True,
        default="payer",
    )
    line_mode = fields.Selection(
        [("booking", "Booking"), ("merged", "Service and price, dates listed")],
        string="One Line per",
        required=True,
        default="booking",
    )
    line_template = fields.Char(
        "Line Description",
        required=True,
        translate=True,
        default="{service} – {date} {time}, {attendee}",
        help="The text of an invoice line, in the payer's language. Placeholders: "
        + ", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
    )

    service_ids = fields.One2many(
        "microsoft.booking.service",
        "settings_id",
        context={"active_test": False},
    )
    booking_count = fields.Integer(compute="_compute_booking_count", string="Bookings")
    uninvoiced_count = fields.Integer(
        compute="_compute_booking_count", string="Uninvoiced Bookings"
    )

    _business_uniq = models.UniqueIndex(
        "(company_id, lower(business_id)) WHERE business_id IS NOT NULL",
        "This Bookings business has Booking Sync Settings in the company already: restore them if they are archived.",
    )
    _lookback_positive = models.Constraint(
        "CHECK(lookback_days > 0)", "Look back at least one day."
    )
    _horizon_positive = models.Constraint(
        "CHECK(horizon_days >= 0)", "The days ahead cannot be negative."
    )
    _rounding_positive = models.Constraint(
        "CHECK(duration_rounding = 'none' OR rounding_minutes > 0)", "Round to at least one minute."
    )
    _fees_positive = models.Constraint(
        "CHECK(no_show_fee_value >= 0 AND late_cancellation_fee_value >= 0 AND minimum_minutes >= 0)",
        "Fees and minimum cannot be negative.",
    )

    def _compute_booking_count(self):
        Booking = self.env["microsoft.booking"]
        all_counts = dict(
            Booking._read_group([("settings_id", "in", self.ids)], ["settings_id"], ["__count"])
        )
        uninvoiced = dict(
            Booking._read_group(
                [("settings_id", "in", self.ids), *Booking._get_uninvoiced_domain()],
                ["settings_id"],
                ["__count"],
            )
        )
        for settings in self:
            settings.booking_count = all_counts.get(settings, 0)
            settings.uninvoiced_count = uninvoiced.get(settings, 0)

    @api.constrains("line_template")
    def _check_line_template(self):
        names = self.env["microsoft.booking"]._get_line_placeholders()
        for settings in self:
            if unknown := check_template(settings.line_template, names):
                raise ValidationError(
                    self.env._(
                        "“%(unknown)s” is not a placeholder of the line description. Known are: %(known)s",
                        unknown=unknown,
                        known=", ".join(f"{{{name}}}" for name in names),
                    )
                )

    def _get_pricing_rules(self):
        """How these settings price a booking.

        :return: a :class:`..billing.pricing.Rules`
        """
        self.ensure_one()
        return Rules(
            rounding=Rounding(self.duration_rounding, self.rounding_minutes, self.minimum_minutes),
            no_show=FeeRule(self.no_show_fee, Decimal(str(self.no_show_fee_value))),
            late_cancellation=FeeRule(
                self.late_cancellation_fee, Decimal(str(self.late_cancellation_fee_value))
            ),
        )

    def _get_late_notice(self):
        """How long before the start a cancellation is free of charge, as a ``timedelta``."""
        self.ensure_one()
        return timedelta(hours=self.late_notice_hours)

    @api.model_create_multi
    def create(self, vals_list):
        settings = super().create(vals_list)
        settings._create_crons()
        return settings

    def write(self, vals):
        self._check_can_change(vals)
        res = super().write(vals)
        if not PRICING_FIELDS.isdisjoint(vals):
            # Of what is not invoiced yet, excluded ones too: what was invoiced keeps the price that it was invoiced at.
            self.env["microsoft.booking"].search(
                [
                    ("settings_id", "in", self.ids),
                    ("billing_state", "not in", LIVE_STATES),
                ]
            )._recompute_pricing()
        self._after_connection_change(vals)
        self._sync_crons(vals)
        return res

    def _check_can_change(self, vals):
        """Refuse to turn settings that have bookings into those of another business or company.

        :raise UserError: saying what to do instead
        """
        if vals.get("cloud") == "sandbox":
            # Sample data may be removed with all that came of it.
            self.filtered(lambda settings: settings.cloud != "sandbox")._check_has_no_bookings()
        for name in ("business_id", "company_id"):
            # The address of a business may be typed in another case.
            changed = self.filtered(
                lambda s, n=name: (
                    n in vals
                    and s[n]
                    and str(s._convert_to_write({n: s[n]})[n]).lower() != str(vals[n]).lower()
                )
            )
            changed._check_has_no_bookings()

    def _check_has_no_bookings(self):
        if self.filtered("booking_count"):
            raise UserError(
                self.env._(
                    "“%(name)s” has bookings already. Connect the other business by "
                    "Booking Sync Settings of its own, and archive these.",
                    name=self[0].name,
                )
            )

    def _take_turn(self):
        """Come before or after whoever else takes a turn with these settings; what comes after is called again by Odoo.

        Locking the row would not do: who had waited for it would go on with what was true before.

        :raise OperationalError: when somebody else was first
        """
        table = SQL.identifier(self._table)
        for settings in self:
            self.env.cr.execute(
                SQL("UPDATE %s SET id = id WHERE id = %s", table, settings.id),
                log_exceptions=False,
            )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        return [
            vals | {"name": self.env._("%(name)s (copy)", name=settings.name)}
            if "name" not in (default or {})
            else vals
            for settings, vals in zip(self, vals_list, strict=True)
        ]

    def unlink(self):
        crons = self.sudo().cron_id
        server_actions = crons.ir_actions_server_id
        res = super().unlink()
        crons.unlink()
        server_actions.unlink()
        return res

    def action_view_bookings(self):
        """Open all bookings of these settings.

        :return: a window action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "microsoft_bookings.microsoft_booking_action"
        )
        return action | {"domain": [("settings_id", "in", self.ids)], "context": {}}

    def action_view_uninvoiced_bookings(self):
        """Open what is to be invoiced of these settings.

        :return: a window action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "microsoft_bookings.microsoft_booking_action_uninvoiced"
        )
        domain = self.env["microsoft.booking"]._get_uninvoiced_domain()
        return action | {"domain": [("settings_id", "in", self.ids), *domain]}

    def action_open_settings(self):
        """Open the form of these settings, from where only their state is shown.

        :return: a window action
        """
        return self._get_records_action()
