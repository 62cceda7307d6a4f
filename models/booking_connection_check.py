# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..graph.bookings import BookingsApi
from ..graph.errors import GraphError
from .graph_messages import explain

# In this order: each needs what the one before showed.
CONNECTION_STEPS = ("token", "businesses", "business", "calendar", "appointment")
# How long the whole test may take.
PATIENCE = timedelta(seconds=10)


class MicrosoftBookingSettings(models.Model):
    """*Test connection*: the real calls one by one, each with a tick or with what is wrong and what to do."""

    _inherit = "microsoft.booking.settings"

    connection_check = fields.Json(readonly=True, copy=False)
    connection_check_html = fields.Html(
        compute="_compute_connection_check_html", string="Connection Test"
    )

    def action_test_connection(self):
        """Make the real calls one by one and keep what each answered.

        A draft whose calls all work becomes connected: from then on it is synchronised as often as it says.

        :return: a client action that shows the outcome and refreshes the form
        """
        for settings in self:
            settings._test_connection()
        failed = self.filtered(
            lambda settings: not all(step["ok"] for step in settings.connection_check)
        )
        message = (
            failed[0].last_problem
            if failed
            else self.env._(
                "Microsoft Bookings answers. Synchronise now, or wait for the schedule."
            )
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if failed else "success",
                "title": self.env._("Connection failed") if failed else self.env._("Connected"),
                "message": message,
                "sticky": bool(failed),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _test_connection(self):
        """Run the steps of the test until one fails; the answers are kept in ``connection_check``."""
        self.ensure_one()
        if not self.business_id:
            raise UserError(
                self.env._(
                    "Which Bookings business? Fill in its address, such as salon@contoso.com."
                )
            )
        answers, error = [], None
        bookings_api = None
        for name in CONNECTION_STEPS:
            try:
                bookings_api = bookings_api or BookingsApi(
                    self._get_graph_client(deadline=self._now() + PATIENCE)
                )
                text = getattr(self, f"_check_connection_{name}")(bookings_api)
                answers.append({"name": name, "ok": True, "text": text})
            except GraphError as graph_error:
                explained = explain(self.env, graph_error)
                # Listing needs a permission more than reading one business: the typed address is enough.
                optional = name == "businesses" and graph_error.status in (401, 403)
                answers.append({"name": name, "ok": optional, **explained})
                if not optional:
                    error = graph_error
                    break
        vals = {"connection_check": answers}
        if error:
            vals |= self._prepare_problem_vals(error)
        else:
            vals |= {"last_problem": False, "last_problem_request_id": False}
            if self.state in ("draft", "error"):
                vals |= {"state": "connected", "failure_count": 0}
        self.write(vals)

    def _check_connection_token(self, api):
        """Sign in. Each step returns a sentence, or raises a ``GraphError``."""
        api.client.tokens.get_token()
        roles = ", ".join(sorted(api.client.tokens.roles()))
        return self.env._("Granted: %(roles)s", roles=roles or self.env._("nothing"))

    def _check_connection_businesses(self, api):
        """List the businesses of the tenant."""
        return self.env._("%(count)s Bookings businesses", count=len(api.businesses()))

    def _check_connection_business(self, api):
        """Read the business, and take over its name, currency and time zone."""
        self._read_business(api)
        return f"{self.business_name} ({self.currency_id.name or '?'}, {self.tz or '?'})"

    def _check_connection_calendar(self, api):
        """Read two weeks of its calendar."""
        listing = self._read_two_weeks(api)
        return self.env._(
            "%(count)s appointments from a week ago to a week ahead", count=len(listing.records)
        )

    def _check_connection_appointment(self, api):
        """Read the details of one appointment, which alone name its customers."""
        listing = self._read_two_weeks(api)
        if not listing.records:
            return self.env._("There is none to read in these two weeks.")
        api.appointment(self.business_id, listing.records[0].id)
        return self.env._("Its customers can be read.")

    def _read_two_weeks(self, api):
        now, week = self._now(), timedelta(days=7)
        return api.calendar_view(self.business_id, now - week, now + week)

    @staticmethod
    def _now():
        return datetime.now(timezone.utc)

    @api.depends("connection_check")
    def _compute_connection_check_html(self):
        names = {
            "token": self.env._("Sign-in"),
            "businesses": self.env._("List of Bookings businesses"),
            "business": self.env._("The business"),
            "calendar": self.env._("Its calendar"),
            "appointment": self.env._("One appointment"),
        }
        for settings in self:
            settings.connection_check_html = (
                self.env["ir.qweb"]._render(
                    "microsoft_bookings.connection_check",
                    {"steps": settings.connection_check or [], "names": names},
                )
                if settings.connection_check
                else False
            )
