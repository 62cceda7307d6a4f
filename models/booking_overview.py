# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import format_datetime

from .booking_run import OPEN_STATES

# How many of the latest synchronisations are drawn.
BARS = 24
COLOURS = {"done": "success", "problems": "warning", "failed": "danger"}


class MicrosoftBookingSettings(models.Model):
    """A connection at a glance: what there is still to do, and how the last synchronisations went."""

    _inherit = "microsoft.booking.settings"

    needs_first_sync = fields.Boolean(compute="_compute_todo")
    to_check_count = fields.Integer("To Check", compute="_compute_todo")
    unlinked_service_count = fields.Integer("Services without Product", compute="_compute_todo")
    unmatched_customer_count = fields.Integer("Customers without Contact", compute="_compute_todo")
    runs_html = fields.Html("Synchronisations", compute="_compute_runs_html", sanitize=False)

    @api.depends("state", "last_success", "run_ids.state")
    def _compute_todo(self):
        own = [("settings_id", "in", self.ids)]
        Booking = self.env["microsoft.booking"]
        domains = {
            "to_check_count": (
                "microsoft.booking",
                [*Booking._get_uninvoiced_domain(), ("billing_state", "=", "to_check")],
            ),
            "unlinked_service_count": (
                "microsoft.booking.service",
                [("product_id", "=", False), ("active", "=", True)],
            ),
            "unmatched_customer_count": (
                "microsoft.booking.customer",
                [("partner_id", "=", False), ("payer_id", "=", False), ("active", "=", True)],
            ),
        }
        for name, (model, domain) in domains.items():
            groups = self.env[model]._read_group([*own, *domain], ["settings_id"], ["__count"])
            counts = dict(groups)
            for settings in self:
                settings[name] = counts.get(settings._origin, 0)
        for settings in self:
            settings.needs_first_sync = (
                settings.state == "connected"
                and not settings.last_success
                and not settings.open_run_id
            )

    @api.depends("run_ids.state", "run_ids.problem_count")
    @api.depends_context("lang", "tz")
    def _compute_runs_html(self):
        for settings in self:
            runs = self.env["microsoft.booking.run"].search(
                [
                    ("settings_id", "=", settings._origin.id),
                    ("kind", "=", "sync"),
                    ("state", "not in", OPEN_STATES),
                ],
                limit=BARS,
            )
            bars = runs._prepare_bars()
            settings.runs_html = bars and self.env["ir.qweb"]._render(
                "microsoft_bookings.runs_chart", {"bars": bars}
            )

    def action_view_to_check(self):
        """Open the bookings of these settings that have to be looked at.

        :return: a window action
        """
        action = self.action_view_uninvoiced_bookings()
        context = {"booking_uninvoiced": True, "booking_data_as_of": True}
        return action | {"context": {**context, "search_default_to_check": True}}

    def action_view_unlinked_services(self):
        """Open the services of these settings that are invoiced with no product yet.

        :return: a window action
        """
        return self._get_todo_action(
            "microsoft_booking_service_action", "search_default_without_product"
        )

    def action_view_unmatched_customers(self):
        """Open the customers of these settings whose contact nobody was found for.

        :return: a window action
        """
        return self._get_todo_action("microsoft_booking_customer_action", "search_default_to_match")

    def _get_todo_action(self, name, filter_name):
        action = self.env["ir.actions.act_window"]._for_xml_id(f"microsoft_bookings.{name}")
        return action | {
            "domain": [("settings_id", "in", self.ids)],
            "context": {filter_name: True},
        }


class MicrosoftBookingRun(models.Model):
    _inherit = "microsoft.booking.run"

    def _prepare_bars(self):
        """A bar for each of these runs, the oldest first: as high as what it changed, in the colour of its end.

        :return: a list of dicts of ``url``, ``colour``, ``height`` in percent and ``title``
        """
        changed = {run: run.new_count + run.changed_count + run.cancelled_count for run in self}
        most = max(changed.values(), default=0) or 1
        states = dict(self._fields["state"]._description_selection(self.env))
        return [
            {
                "url": f"/odoo/booking-runs/{run.id}",
                "colour": COLOURS.get(run.state, "secondary"),
                # One that changed nothing is seen and can be clicked all the same.
                "height": 20 + round(80 * changed[run] / most),
                "title": self.env._(
                    "%(moment)s: %(state)s. Changed: %(changed)s. Problems: %(problems)s",
                    moment=format_datetime(self.env, run.start_time, dt_format="short"),
                    state=states[run.state],
                    changed=changed[run],
                    problems=run.problem_count,
                ),
            }
            for run in reversed(self)
        ]
