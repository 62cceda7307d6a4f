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
from .booking_run import OPEN_STATES
from .graph_messages import explain, keep_error, say
from .sandbox_session import SANDBOX_URLS, SandboxTime, sandbox_credentials, sandbox_session

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
            ("global", "Microsoft 365 (and GCC)"),
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
    business_id = fields.Char(
        "Bookings Business",
        copy=False,
        help="The address of the Bookings calendar, such as salon@contoso.com (in Bookings: Business information).",
    )
    last_success = fields.Datetime("Data as of", readonly=True, copy=False)
    failure_count = fields.Integer("Failures in a Row", readonly=True, copy=False)
    # Kept as a sentence and what it names, so that everybody reads it in their own language.
    problem_words = fields.Json(readonly=True, copy=False)
    last_problem = fields.Text(compute="_compute_last_problem")
    last_problem_request_id = fields.Char("Microsoft Request ID", readonly=True, copy=False)

    @api.depends("problem_words")
    @api.depends_context("lang")
    def _compute_last_problem(self):
        for settings in self:
            settings.last_problem = say(self.env, settings.problem_words)

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
            {
                "state": "draft",
                "connection_check": False,
                "failure_count": 0,
                "problem_words": False,
            }
        )

    # === THE CLIENT === #

    def _get_graph_client(self, deadline=None, **options):
        """A client of Microsoft Graph that signs in as this connection.

        :param deadline: aware UTC datetime past which the client never sleeps
        :param options: further ones of :class:`..graph.client.GraphClient`; with a ``timeout`` the client signs in
            anew, by itself and within it, instead of by the token that this process keeps
        :return: a :class:`..graph.client.GraphClient`
        :raise UserError: when tenant, application or secret are missing
        :raise GraphError: when the address of the cloud cannot be used
        """
        self.ensure_one()
        if self.cloud == "sandbox":
            cloud = get_cloud("sandbox", *SANDBOX_URLS)
            tokens = TokenProvider(
                cloud, sandbox_credentials(self), session_factory=lambda: sandbox_session(self)
            )
            pastime = SandboxTime()
            options |= {
                "session": sandbox_session(self),
                "sleep": pastime.sleep,
                "clock": pastime.now,
            }
        else:
            cloud = get_cloud(self.cloud, self.authority_url, self.graph_url)
            credentials = self._get_credentials()
            if "timeout" in options:
                timeout = options["timeout"]
                tokens = TokenProvider(cloud, credentials, timeout=timeout, patience=sum(timeout))
            else:
                tokens = token_provider(cloud, credentials)
        return GraphClient(cloud, tokens, deadline=deadline, **options)

    def _get_credentials(self):
        """What this connection signs in with.

        :return: a :class:`..graph.auth.Credentials`
        :raise UserError: naming what is missing
        """
        self.ensure_one()
        certificate = self.auth_method == "certificate"
        required = {
            "tenant_id": self.tenant_id,
            "client_id": self.client_id,
            "private_key" if certificate else "client_secret": self.has_secret,
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
        return Credentials(
            tenant_id=self.tenant_id.strip(),
            client_id=self.client_id.strip(),
            secret=None if certificate else credential.client_secret,
            previous_secret=(None if certificate else (credential.previous_client_secret or None)),
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
            "problem_words": keep_error(error),
            "last_problem_request_id": error.request_id or False,
        }

    def action_pause(self):
        """Stop synchronising until somebody resumes; what was imported stays.

        A synchronisation that is at work stops at its next commit, and goes on from there when it is resumed.
        """
        self.filtered(lambda settings: settings.state in ("connected", "error")).state = "paused"
        resting = self.run_ids.filtered(lambda run: run.state in ("queued", "waiting"))
        resting.filtered(lambda run: run.kind == "sync").sudo().state = "paused"
        return True

    def action_resume(self):
        """Synchronise again by the schedule, at once where a synchronisation was stopped."""
        paused = self.filtered(lambda settings: settings.state == "paused")
        paused.state = "connected"
        stopped = paused.run_ids.filtered(lambda run: run.state == "paused").settings_id
        for cron in stopped.sudo().cron_id:
            cron._trigger()
        return True
