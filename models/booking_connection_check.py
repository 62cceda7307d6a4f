# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..graph.bookings import BookingsApi
from ..graph.errors import ComeBackLater, GraphError, RefusedError, make_error, remake_error
from ..graph.permissions import missing_permissions
from .graph_messages import _lt, keep, keep_error, say, translate

# In this order: each needs what the one before showed.
SIGN_IN_STEPS = ("token", "permissions", "businesses")
CONNECTION_STEPS = (*SIGN_IN_STEPS, "business", "calendar", "appointment")
STEP_NAMES = {
    "token": _lt("Sign-in"),
    "permissions": _lt("Permissions"),
    "businesses": _lt("List of Bookings businesses"),
    "business": _lt("The business"),
    "calendar": _lt("Its calendar"),
    "appointment": _lt("One appointment"),
}
# How long the whole test may take, and in it a request for connecting and between two packets (seconds).
PATIENCE = timedelta(seconds=10)
TIMEOUT = (3, 4)
# Once more, and not until the patience is at its end.
MAX_RETRIES = 1


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
        """Run all steps of the test; a draft or failing connection that passes them is connected."""
        self.ensure_one()
        if not self.business_id:
            raise UserError(
                self.env._(
                    "Which Bookings business? Fill in its address, such as salon@contoso.com."
                )
            )
        error = self._run_connection_steps(CONNECTION_STEPS)
        if not error and self.state in ("draft", "error"):
            self.write({"state": "connected", "failure_count": 0})

    def _run_connection_steps(self, names):
        """Run these steps of the test until one fails; the answers are kept in ``connection_check``.

        All of them together take no longer than about ``PATIENCE``.

        :param names: some of ``CONNECTION_STEPS``, in their order
        :return: the ``GraphError`` of the step that failed, or ``None``
        """
        self.ensure_one()
        answers, error, bookings_api = [], None, None
        for name in names:
            try:
                bookings_api = bookings_api or BookingsApi(
                    self._get_graph_client(
                        deadline=self._now() + PATIENCE, timeout=TIMEOUT, max_retries=MAX_RETRIES
                    )
                )
                words = getattr(self, f"_check_connection_{name}")(bookings_api)
                answers.append({"name": name, "ok": True, "words": words})
            except GraphError as graph_error:
                error = self._get_step_error(graph_error, bookings_api)
                # Listing may be refused where reading one business is not: the typed address is enough.
                optional = name == "businesses" and (
                    error.status in (401, 403) or isinstance(error, RefusedError)
                )
                answers.append({"name": name, "ok": optional, "words": keep_error(error)})
                if not optional:
                    break
                error = None
        vals = {"connection_check": answers, "problem_words": False}
        vals |= {"last_problem_request_id": False}
        if error:
            step, problem = STEP_NAMES[answers[-1]["name"]], self._prepare_problem_vals(error)
            words = keep("%(step)s: %(problem)s", step=keep(step), problem=problem["problem_words"])
            vals |= problem | {"problem_words": words}
        self.write(vals)
        return error

    def _get_step_error(self, error, api):
        """What a step's problem is: of a test that ran out of time, why it did."""
        if not isinstance(error, ComeBackLater):
            return error
        details = {"host": api.client.host, **error.details}
        return remake_error(error, error.details.get("cause") or "timeout", **details)

    def _check_connection_token(self, api):
        """Sign in. Each step returns kept words, see :func:`.graph_messages.keep`, or raises a ``GraphError``."""
        api.client.tokens.get_token(force=True)
        if api.client.tokens.used_previous_secret:
            return keep(
                _lt(
                    "Microsoft accepts the previous client secret only. Enter the value of the new one again."
                )
            )
        return keep(_lt("Microsoft knows the application."))

    def _check_connection_permissions(self, api):
        """Compare what was granted with what the chosen options need."""
        roles = api.client.tokens.roles()
        wanted = self._get_wanted_operations()
        missing = missing_permissions(roles, wanted)
        # A token that tells nothing is asked no further: the next steps show what it may do.
        if missing and api.client.tokens.get_token().count(".") == 2:
            words = self._get_distinct(wanted[operation] for _name, operation in missing)
            english = self.with_context(lang="en_US").env
            error = make_error(
                "permission_missing",
                status=403,
                details={
                    "permission": ", ".join(dict.fromkeys(name for name, _operation in missing)),
                    "operation": ", ".join(say(english, one) for one in words),
                },
            )
            error.details["operation_words"] = words
            raise error
        return keep(
            _lt("Granted: %(roles)s"), roles=", ".join(sorted(roles)) or keep(_lt("nothing"))
        )

    def _get_wanted_operations(self):
        """What the options that are switched on do at Microsoft's. Hook.

        :return: a dict of a key of ``graph.permissions.OPERATIONS`` to what it is for, in kept words that follow
            “needed to”
        """
        self.ensure_one()
        always = keep(_lt("read the business, its services, staff and appointments (always)"))
        wanted = dict.fromkeys(
            ("read_business", "read_services", "read_staff_members", "read_appointments"), always
        )
        if self.sync_customers != "no":
            wanted["read_customers"] = keep(
                _lt("read customers (option “%(field)s”)"), field="sync_customers"
            )
        return wanted

    @staticmethod
    def _get_distinct(words):
        """Each of these kept words once, in their order."""
        distinct = []
        for one in words:
            if one not in distinct:
                distinct.append(one)
        return distinct

    def _check_connection_businesses(self, api):
        """List the businesses of the tenant."""
        count = len(api.businesses())
        if count == 1:
            return keep(_lt("1 Bookings business"))
        return keep(_lt("%(count)s Bookings businesses"), count=count)

    def _check_connection_business(self, api):
        """Read the business, and take over its name, currency and time zone."""
        self._read_business(api)
        return f"{self.business_name} ({self.currency_id.name or '?'}, {self.tz or '?'})"

    def _check_connection_calendar(self, api):
        """Read two weeks of its calendar."""
        listing = self._read_two_weeks(api)
        said = _lt("Appointments from a week ago to a week ahead: %(count)s")
        if api.is_view_refused:
            said = _lt(
                "Appointments from a week ago to a week ahead: %(count)s. Microsoft refuses the view of the calendar: "
                "each synchronisation reads the list of all appointments instead, which takes longer."
            )
        return keep(said, count=len(listing.records))

    def _check_connection_appointment(self, api):
        """Read the details of one appointment, which alone name its customers."""
        listing = self._read_two_weeks(api)
        if not listing.records:
            return keep(_lt("There is none to read in these two weeks."))
        api.appointment(self.business_id, listing.records[0].id)
        return keep(_lt("Its customers can be read."))

    def _read_two_weeks(self, api):
        now, week = self._now(), timedelta(days=7)
        return api.appointments_between(self.business_id, now - week, now + week)

    @staticmethod
    def _now():
        return datetime.now(timezone.utc)

    def _get_step_names(self):
        return {name: translate(self.env, step) for name, step in STEP_NAMES.items()}

    def _get_connection_answers(self):
        """What the last test found, in the user's language.

        :return: a list of dicts of ``name``, ``ok`` and ``text``
        """
        self.ensure_one()
        return [
            {**step, "text": say(self.env, step.get("words"))}
            for step in self.connection_check or []
        ]

    @api.depends("connection_check")
    @api.depends_context("lang")
    def _compute_connection_check_html(self):
        names = self._get_step_names()
        for settings in self:
            settings.connection_check_html = (
                self.env["ir.qweb"]._render(
                    "microsoft_bookings.connection_check",
                    {"steps": settings._get_connection_answers(), "names": names},
                )
                if settings.connection_check
                else False
            )
