# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..billing.timezones import to_iana
from ..graph.auth import Credentials, TokenProvider, token_provider
from ..graph.client import GraphClient
from ..graph.clouds import get_cloud
from ..graph.errors import GraphError
from .booking_credential import SECRET_FIELDS
from .booking_run import OPEN_STATES
from .graph_messages import explain
from .sandbox_session import SANDBOX_URLS, sandbox_credentials, sandbox_session

# A change of one of these makes another connection: it has to be tested again.
CONNECTION_FIELDS = {
    "cloud",
    "authority_url",
    "graph_url",
    "tenant_id",
    "client_id",
    "auth_method",
    "business_id",
}

# So long after its time slice a scheduled action may still wait for an answer of Microsoft, and no longer.
PATIENCE = timedelta(seconds=30)


class MicrosoftBookingSettings(models.Model):
    """The connection to Microsoft Graph: credentials, the client, and whether it works."""

    _inherit = "microsoft.booking.settings"

    state = fields.Selection(
        [
            ("draft", "Not connected"),
            ("connected", "Connected"),
            ("paused", "Paused"),
            ("error", "Failing"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        tracking=True,
    )
    cloud = fields.Selection(
        [
            ("global", "Microsoft 365 (worldwide and GCC)"),
            ("usgov_l4", "US Government L4 (GCC High)"),
            ("usgov_l5", "US Government L5 (DoD)"),
            ("custom", "Other address"),
            ("sandbox", "Try it without Microsoft (sample data)"),
        ],
        required=True,
        default="global",
    )
    authority_url = fields.Char("Sign-in Address", help="Such as https://login.microsoftonline.com")
    graph_url = fields.Char("Microsoft Graph Address", help="Such as https://graph.microsoft.com")
    tenant_id = fields.Char(
        "Directory (Tenant) ID", help="Entra > Overview: the tenant's id or domain."
    )
    client_id = fields.Char(
        "Application (Client) ID", help="Entra > App registrations > your application > Overview."
    )
    auth_method = fields.Selection(
        [("secret", "Client secret"), ("certificate", "Certificate")],
        string="Sign in with",
        required=True,
        default="secret",
    )
    client_secret = fields.Char(
        compute="_compute_secrets",
        inverse="_inverse_secrets",
        groups="base.group_system",
        copy=False,
        exportable=False,
        help="The secret's value, not its id. It is stored and never shown again.",
    )
    private_key = fields.Text(
        "Private Key and Certificate (PEM)",
        compute="_compute_secrets",
        inverse="_inverse_secrets",
        groups="base.group_system",
        copy=False,
        exportable=False,
        help="The PEM text of the private key, followed by its certificate. It is stored and never shown again.",
    )
    private_key_passphrase = fields.Char(
        compute="_compute_secrets",
        inverse="_inverse_secrets",
        groups="base.group_system",
        copy=False,
        exportable=False,
    )
    has_secret = fields.Boolean(compute="_compute_has_secret", string="Secret Stored")
    secret_expiry = fields.Date(
        "Secret Expires On",
        copy=False,
        help="As Entra shows it; the responsible person is reminded before.",
    )
    business_id = fields.Char(
        "Bookings Business",
        copy=False,
        help="The address of the Bookings calendar, such as salon@contoso.com (in Bookings: Business information).",
    )
    last_success = fields.Datetime("Data as of", readonly=True, copy=False)
    failure_count = fields.Integer("Failures in a Row", readonly=True, copy=False)
    last_problem = fields.Text(readonly=True, copy=False)
    last_problem_request_id = fields.Char("Microsoft Request ID", readonly=True, copy=False)

    # === SECRETS === #

    def _compute_secrets(self):
        """Secrets go in and never come out."""
        for name in SECRET_FIELDS:
            self[name] = False

    def _inverse_secrets(self):
        """Keep the secrets that were typed; an emptied field keeps the stored one, and so does an unchanged form."""
        for settings in self:
            typed = {name: settings[name].strip() for name in SECRET_FIELDS if settings[name]}
            if not typed:
                continue
            credential = settings._get_credential()
            if credential:
                credential.write(typed)
            else:
                credential.create({"settings_id": settings.id, **typed})
        self.invalidate_recordset([*SECRET_FIELDS, "has_secret"])

    def _get_credential(self):
        """Where the secrets lie; for the code that signs in, and for no answer to anybody."""
        return (
            self.env["microsoft.booking.credential"].sudo().search([("settings_id", "=", self.id)])
        )

    @api.depends("auth_method")
    def _compute_has_secret(self):
        credentials = (
            self.env["microsoft.booking.credential"]
            .sudo()
            .search([("settings_id", "in", self.ids)])
        )
        by_settings = credentials.grouped("settings_id")
        for settings in self:
            credential = by_settings.get(settings._origin, credentials.browse())
            name = "private_key" if settings.auth_method == "certificate" else "client_secret"
            settings.has_secret = bool(credential[name])

    @api.constrains("cloud", "authority_url", "graph_url")
    def _check_urls(self):
        for settings in self.filtered(lambda settings: settings.cloud == "custom"):
            try:
                get_cloud("custom", settings.authority_url, settings.graph_url)
            except GraphError as error:
                raise ValidationError(explain(self.env, error)["text"]) from error

    def _after_connection_change(self, vals):
        """A changed connection is no longer tested, and a changed business is read from its start."""
        if CONNECTION_FIELDS.isdisjoint(vals):
            return
        self.run_ids.filtered(
            lambda run: run.kind == "sync" and run.state in OPEN_STATES
        ).sudo().write({"state": "failed", "end_time": fields.Datetime.now(), "cursor": False})
        tested = self.filtered(lambda settings: settings.state != "draft")
        tested.write(
            {"state": "draft", "connection_check": False, "failure_count": 0, "last_problem": False}
        )

    # === THE CLIENT === #

    def _get_graph_client(self, deadline=None):
        """A client of Microsoft Graph that signs in as this connection.

        :param deadline: aware UTC datetime past which the client never sleeps
        :return: a :class:`..graph.client.GraphClient`
        :raise UserError: when tenant, application or secret are missing
        :raise GraphError: when the address of the cloud cannot be used
        """
        self.ensure_one()
        if self.cloud == "sandbox":
            cloud, session = get_cloud("sandbox", *SANDBOX_URLS), sandbox_session(self)
            tokens = TokenProvider(
                cloud, sandbox_credentials(self), session_factory=lambda: sandbox_session(self)
            )
        else:
            cloud, session = get_cloud(self.cloud, self.authority_url, self.graph_url), None
            tokens = token_provider(cloud, self._get_credentials())
        return GraphClient(cloud, tokens, session=session, deadline=deadline)

    def _get_credentials(self):
        """What this connection signs in with.

        :return: a :class:`..graph.auth.Credentials`
        :raise UserError: naming what is missing
        """
        self.ensure_one()
        required = {
            "tenant_id": self.tenant_id,
            "client_id": self.client_id,
            "has_secret": self.has_secret,
        }
        missing = [
            self._fields[name].get_description(self.env, ["string"])["string"]
            for name, value in required.items()
            if not value
        ]
        if missing:
            raise UserError(
                self.env._(
                    "“%(name)s” cannot sign in yet. Fill in: %(fields)s",
                    name=self.name,
                    fields=", ".join(missing),
                )
            )
        credential = self._get_credential()
        certificate = self.auth_method == "certificate"
        return Credentials(
            tenant_id=self.tenant_id.strip(),
            client_id=self.client_id.strip(),
            secret=None if certificate else credential.client_secret,
            private_key=credential.private_key if certificate else None,
            passphrase=(credential.private_key_passphrase or None) if certificate else None,
        )

    def _get_deadline(self):
        """Until when this worker may wait for Microsoft: a little longer than the scheduled action's time slice.

        :return: an aware UTC datetime, or ``None`` outside a scheduled action
        """
        end = self.env.context.get("cron_end_time")
        if end is None:
            return None
        slice_left = timedelta(seconds=max(end - time.monotonic(), 0))
        return datetime.now(timezone.utc) + slice_left + PATIENCE

    def _read_business(self, api):
        """Take over name, currency, time zone and page of the Bookings business."""
        business = api.business(self.business_id)
        currency = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", business.currency or "")], limit=1)
        )
        vals = {
            "business_name": business.display_name,
            "public_url": business.public_url or False,
            "currency_id": currency.id,
        }
        if tz := to_iana(business.time_zone):
            vals["tz"] = tz
        elif not self.tz:
            vals["tz"] = self.company_id.partner_id.tz or False
        self.write(
            {
                name: value
                for name, value in vals.items()
                if self._convert_to_write({name: self[name]})[name] != value
            }
        )

    def _prepare_problem_vals(self, error):
        """What the settings keep of a ``GraphError``, in words and with Microsoft's request id."""
        return {
            "last_problem": explain(self.env, error)["text"],
            "last_problem_request_id": error.request_id or False,
        }

    def action_pause(self):
        """Stop synchronising until somebody resumes; what was imported stays."""
        self.filtered(lambda settings: settings.state in ("connected", "error")).state = "paused"

    def action_resume(self):
        """Synchronise again by the schedule."""
        self.filtered(lambda settings: settings.state == "paused").state = "connected"
