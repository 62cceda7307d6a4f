# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from ast import literal_eval

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_datetime

from ..models.booking_alarm import SCHEDULED_STATES
from ..models.booking_counts import say_bookings


class MicrosoftBookingInvoice(models.TransientModel):
    """Which bookings are invoiced: those that were ticked, or all of the list; and those that arrive meanwhile."""

    _inherit = "microsoft.booking.invoice"

    domain = fields.Char(
        "Filter",
        default=lambda self: self._default_domain(),
        readonly=True,
        help="What the list shows is invoiced, on all of its pages. Empty: the bookings that were ticked.",
    )
    is_filtered = fields.Boolean(compute="_compute_is_filtered")
    # What has a higher id arrived after the bookings had been chosen.
    newest_id = fields.Integer(default=lambda self: self._default_newest_id())
    is_synced = fields.Boolean(readonly=True)
    late_booking_ids = fields.Many2many("microsoft.booking", compute="_compute_late_booking_ids")
    late_text = fields.Char("Arrived Meanwhile", compute="_compute_late_booking_ids")
    selected_text = fields.Char("Selected Bookings", compute="_compute_late_booking_ids")
    open_run_ids = fields.Many2many("microsoft.booking.run", compute="_compute_freshness")
    stale_warning = fields.Text(compute="_compute_freshness")

    @api.model
    def _get_list_domain(self):
        """What the list shows, where all of it is meant; ``None`` where some of it was ticked.

        The web client hands over the domain of the list beside the ids, of which it sends so many at most.
        """
        Booking = self.env["microsoft.booking"]
        context = self.env.context
        shown = context.get("active_domain")
        if context.get("active_model", Booking._name) != Booking._name:
            shown = None
        if context.get("default_all_uninvoiced"):
            return Domain(shown or Domain.TRUE) & Domain(Booking._get_uninvoiced_domain())
        get_param = self.env["ir.config_parameter"].sudo().get_param
        limit = int(get_param("web.active_ids_limit", default="20000"))
        if shown is None or len(context.get("active_ids") or []) < limit:
            return None
        return Domain(shown)

    @api.model
    def _default_domain(self):
        domain = self._get_list_domain()
        return domain is not None and str(list(domain))

    @api.model
    def _default_booking_ids(self):
        Booking = self.env["microsoft.booking"]
        domain = self._get_list_domain()
        if domain is not None:
            return Booking.search(domain)
        return Booking.browse(self.env.context.get("active_ids") or [])

    @api.model
    def _default_newest_id(self):
        return self.env["microsoft.booking"].search([], order="id desc", limit=1).id

    @api.depends("domain")
    def _compute_is_filtered(self):
        uninvoiced = Domain(self.env["microsoft.booking"]._get_uninvoiced_domain())
        plain = {str(item) for item in uninvoiced}
        for wizard in self:
            conditions = literal_eval(wizard.domain or "[]")
            wizard.is_filtered = any(str(item) not in plain for item in conditions)

    def _get_selected(self):
        """The bookings that were chosen, and those that arrived meanwhile."""
        return self.booking_ids._origin | self.late_booking_ids._origin

    @api.depends("is_synced", "booking_ids")
    def _compute_late_booking_ids(self):
        """What the synchronisation brought that was started here: of the same list, or of the same payers."""
        Booking = self.env["microsoft.booking"]
        for wizard in self:
            chosen = wizard.booking_ids._origin
            late = Booking
            if wizard.is_synced:
                domain = [("id", "not in", chosen.ids)]
                if wizard.domain:
                    domain += literal_eval(wizard.domain)
                else:
                    domain += [
                        ("id", ">", wizard.newest_id),
                        ("payer_id", "in", chosen.payer_id.ids),
                        ("settings_id", "in", chosen.settings_id.ids),
                        *Booking._get_uninvoiced_domain(),
                    ]
                late = Booking.search(domain)
            wizard.late_booking_ids = late
            wizard.late_text = bool(late) and say_bookings(self.env, len(late))
            wizard.selected_text = say_bookings(self.env, len(chosen | late))

    def _get_stale_settings(self):
        settings = self._get_selected().settings_id
        return settings.filtered(lambda record: record.is_stale and record.last_success)

    @api.depends("booking_ids", "is_synced")
    def _compute_freshness(self):
        for wizard in self:
            wizard.open_run_ids = wizard._get_selected().settings_id.open_run_id
            wizard.stale_warning = "\n".join(
                self.env._(
                    "“%(name)s”: data as of %(moment)s. What changed in Bookings since then is not known here.",
                    name=record.name,
                    moment=format_datetime(self.env, record.last_success),
                )
                for record in wizard._get_stale_settings()
            )

    def action_sync(self):
        """Read Bookings again before invoicing, and stay in this wizard: its choices are kept.

        :return: a window action that shows this wizard
        :raise UserError: when nothing of the old data can be read again, since their connections are paused
        """
        self.ensure_one()
        stale = self._get_stale_settings()
        (stale.filtered(lambda record: record.state in SCHEDULED_STATES) or stale)._start_sync()
        self.is_synced = True
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Create Draft Invoices"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
