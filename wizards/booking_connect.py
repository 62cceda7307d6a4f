# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..graph.bookings import BookingsApi
from ..graph.errors import GraphError
from ..models.booking_connection_check import PATIENCE, SIGN_IN_STEPS, TIMEOUT
from ..models.booking_freshness import TRIAL_BUSINESSES, TRIAL_OPTIONS
from ..models.booking_setup import DRAFT_NAME, SETUP_STEPS
from ..models.graph_messages import explain

# What the steps ask for; it is kept on the settings, in one write, so that parts that need each other come together.
SETTINGS_FIELDS = {
    "cloud",
    "authority_url",
    "graph_url",
    "tenant_id",
    "client_id",
    "auth_method",
    "client_secret",
    "private_key",
    "private_key_passphrase",
    "secret_expiry",
    "business_id",
    "sync_customers",
    "create_contacts",
    "template_partner_id",
    "sync_services",
    "create_products",
    "template_product_id",
    "interval_number",
    "interval_type",
    "history_start",
    "settled_before",
}


# Microsoft lists no more businesses than this, and does not say that there are others.
MOST_BUSINESSES = 500


class MicrosoftBookingConnect(models.TransientModel):
    """The set-up, step by step: application, sign-in, business, options, a first look, connected."""

    _name = "microsoft.booking.connect"
    _description = "Connect a Bookings Business"

    settings_id = fields.Many2one("microsoft.booking.settings", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="settings_id.company_id")
    step = fields.Selection(related="settings_id.setup_step")
    problem = fields.Text(readonly=True)

    cloud = fields.Selection(related="settings_id.cloud", readonly=False)
    authority_url = fields.Char(related="settings_id.authority_url", readonly=False)
    graph_url = fields.Char(related="settings_id.graph_url", readonly=False)
    tenant_id = fields.Char(related="settings_id.tenant_id", readonly=False)
    client_id = fields.Char(related="settings_id.client_id", readonly=False)
    auth_method = fields.Selection(related="settings_id.auth_method", readonly=False)
    client_secret = fields.Char(related="settings_id.client_secret", readonly=False)
    private_key = fields.Text(related="settings_id.private_key", readonly=False)
    private_key_passphrase = fields.Char(
        related="settings_id.private_key_passphrase", readonly=False
    )
    has_secret = fields.Boolean(related="settings_id.has_secret")
    secret_expiry = fields.Date(related="settings_id.secret_expiry", readonly=False)
    permissions = fields.Char(compute="_compute_permissions")

    connection_check_html = fields.Html(related="settings_id.connection_check_html")
    is_signed_in = fields.Boolean(compute="_compute_is_signed_in")

    query = fields.Char("Search by Name")
    business_ids = fields.One2many("microsoft.booking.connect.business", "connect_id")
    business_id = fields.Char(related="settings_id.business_id", readonly=False)
    business_name = fields.Char(related="settings_id.business_name")
    currency_id = fields.Many2one(related="settings_id.currency_id")
    tz = fields.Selection(related="settings_id.tz")

    sync_customers = fields.Selection(related="settings_id.sync_customers", readonly=False)
    create_contacts = fields.Boolean(related="settings_id.create_contacts", readonly=False)
    template_partner_id = fields.Many2one(related="settings_id.template_partner_id", readonly=False)
    sync_services = fields.Selection(related="settings_id.sync_services", readonly=False)
    create_products = fields.Boolean(related="settings_id.create_products", readonly=False)
    template_product_id = fields.Many2one(related="settings_id.template_product_id", readonly=False)
    interval_number = fields.Integer(related="settings_id.interval_number", readonly=False)
    interval_type = fields.Selection(related="settings_id.interval_type", readonly=False)
    history_start = fields.Date(related="settings_id.history_start", readonly=False)
    settled_before = fields.Date(related="settings_id.settled_before", readonly=False)

    @api.onchange("cloud")
    def _onchange_cloud(self):
        """The trial proposes contacts and products; whoever leaves it begins as every real business does."""
        if self.cloud == "sandbox":
            self.update(TRIAL_OPTIONS)
        elif not self.business_id or self.business_id in TRIAL_BUSINESSES:
            self.business_id = False
            self.update(self.settings_id._get_default_options())

    def write(self, vals):
        ours = {name: value for name, value in vals.items() if name in SETTINGS_FIELDS}
        if ours:
            self.settings_id.write(ours)
            self._forget_settings()
        return super().write({name: value for name, value in vals.items() if name not in ours})

    @api.depends("settings_id", "settings_id.sync_customers", "settings_id.sync_services")
    def _compute_permissions(self):
        """The application permissions to ask for, the least that do, to be copied."""
        for wizard in self:
            wizard.permissions = ", ".join(wizard.settings_id._get_wanted_permissions())

    @api.depends("settings_id.connection_check")
    def _compute_is_signed_in(self):
        for wizard in self:
            answers = wizard.settings_id.connection_check or []
            wizard.is_signed_in = {"token", "permissions"} <= {
                answer["name"] for answer in answers if answer["ok"]
            }

    def _forget_settings(self):
        """Read the settings anew: a change of them reaches no transient record by itself."""
        self.invalidate_recordset()

    def _get_action(self):
        """The window action that shows this wizard."""
        self.ensure_one()
        self._forget_settings()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connect a Bookings Business"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # === FROM STEP TO STEP === #

    def action_next(self):
        """Leave the present step when it is complete; what hinders is said in ``problem``.

        :return: a window action
        :raise UserError: naming what is not filled in
        """
        self.ensure_one()
        self.problem = False
        try:
            getattr(self, f"_leave_{self.step}")()
        except GraphError as error:
            self.problem = explain(self.env, error)["text"]
        return self._get_action()

    def action_back(self):
        """Return to the step before.

        :return: a window action
        """
        self.ensure_one()
        names = [name for name, _label in SETUP_STEPS]
        self._enter(names[max(names.index(self.step) - 1, 0)])
        self._fill_step()
        return self._get_action()

    def action_finish_later(self):
        """Close the wizard; “Set Up” on the settings opens it again where it was left.

        :return: a window action: of the settings, that show this button
        """
        self.ensure_one()
        return self.settings_id._get_records_action(name=self.env._("Booking Sync Settings"))

    def _fill_step(self):
        """Read anew what a step shows and nobody kept: of a set-up that is resumed, or gone back in."""
        signs_in = self.cloud == "sandbox" or (
            self.tenant_id and self.client_id and self.has_secret
        )
        if not signs_in:
            self._enter("app")
        elif self.step == "business" and not self.business_ids:
            self.action_search()
        elif self.step == "preview":
            try:
                self._read_first_look(self._get_api())
            except GraphError as error:
                self.problem = explain(self.env, error)["text"]

    def _enter(self, step):
        self.problem = False
        self.settings_id.setup_step = step
        self._forget_settings()

    def _leave_app(self):
        if self.cloud != "sandbox":
            self.settings_id._get_credentials()
        self._enter("sign_in")
        self.action_sign_in()

    def action_sign_in(self):
        """Sign in to Microsoft and see which permissions were granted.

        :return: a window action
        """
        self.ensure_one()
        self.settings_id._run_connection_steps(SIGN_IN_STEPS)
        self.problem = False
        return self._get_action()

    def _leave_sign_in(self):
        if not self.is_signed_in:
            self.action_sign_in()
        if self.is_signed_in:
            self._enter("business")
            self.action_search()

    def action_search(self):
        """List the businesses whose names hold what is searched for.

        :return: a window action
        """
        self.ensure_one()
        self.problem = False
        self.business_ids.unlink()
        try:
            businesses = self._get_api().businesses(self.query)
        except GraphError as error:
            self.problem = self.env._(
                "%(problem)s You may as well type the address below.",
                problem=explain(self.env, error)["text"],
            )
            return self._get_action()
        taken = self._get_taken_addresses()
        self.business_ids.create(
            [
                {
                    "connect_id": self.id,
                    "name": business.display_name,
                    "address": business.id,
                    "is_taken": business.id.lower() in taken,
                }
                for business in businesses
            ]
        )
        if len(businesses) >= MOST_BUSINESSES:
            self.problem = self.env._(
                "Microsoft lists %(count)s businesses at most: "
                "search by a part of the name, or type the address below.",
                count=MOST_BUSINESSES,
            )
        return self._get_action()

    def _get_taken_addresses(self):
        """The businesses that other settings of the company have, archived ones too, in lower case."""
        others = (
            self.env["microsoft.booking.settings"]
            .with_context(active_test=False)
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("id", "!=", self.settings_id.id),
                    ("business_id", "!=", False),
                ]
            )
        )
        return {address.lower() for address in others.mapped("business_id")}

    def _leave_business(self):
        if not self.business_id:
            raise UserError(
                self.env._("Choose the business from the list, or type its address below it.")
            )
        self.settings_id._read_business(self._get_api())
        if self.settings_id.name == DRAFT_NAME:
            self.settings_id.name = self.settings_id.business_name
        self._enter("options")

    def _leave_options(self):
        self._read_first_look(self._get_api())
        self._enter("preview")

    def _leave_preview(self):
        self.action_connect()

    def action_connect(self):
        """Make all calls of the test; when they work the schedule is on and the first synchronisation queued.

        :return: a window action: of the settings, or of this wizard with what is wrong
        """
        self.ensure_one()
        settings = self.settings_id
        settings._test_connection()
        if settings.state != "connected":
            self.problem = settings.last_problem
            return self._get_action()
        settings._start_sync()
        return settings._get_records_action(name=self.env._("Booking Sync Settings"))

    def _get_api(self):
        deadline = datetime.now(timezone.utc) + PATIENCE
        return BookingsApi(
            self.settings_id._get_graph_client(deadline, timeout=TIMEOUT, max_retries=1)
        )


class MicrosoftBookingConnectBusiness(models.TransientModel):
    """One business of the tenant, to be chosen."""

    _name = "microsoft.booking.connect.business"
    _description = "Bookings Business to Choose"
    _order = "name, id"

    connect_id = fields.Many2one("microsoft.booking.connect", required=True, ondelete="cascade")
    name = fields.Char(readonly=True)
    address = fields.Char(readonly=True)
    is_chosen = fields.Boolean(compute="_compute_is_chosen")
    is_taken = fields.Boolean(readonly=True)
    note = fields.Char(compute="_compute_note", string=" ")

    @api.depends("connect_id", "address")
    def _compute_is_chosen(self):
        for business in self:
            chosen = business.connect_id.settings_id.business_id or ""
            business.is_chosen = chosen.lower() == (business.address or "").lower()

    @api.depends("is_taken")
    def _compute_note(self):
        for business in self:
            business.note = self.env._("Already connected") if business.is_taken else False

    def action_choose(self):
        """Take this business and go on.

        :return: a window action
        """
        self.ensure_one()
        if not self.is_chosen:
            self.connect_id.write({"business_id": self.address})
        return self.connect_id.action_next()
