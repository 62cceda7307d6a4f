# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from .booking_counts import say_bookings, say_drafts

OPEN_STATES = ("queued", "running", "waiting", "paused")


class MicrosoftBookingRun(models.Model):
    """One synchronisation, or one making of draft invoices: who started it, how far it is, what it found."""

    _name = "microsoft.booking.run"
    _description = "Booking Run"
    _order = "id desc"
    _rec_name = "display_name"

    settings_id = fields.Many2one(
        "microsoft.booking.settings", readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [("sync", "Synchronisation"), ("invoice", "Draft invoices")], required=True, readonly=True
    )
    state = fields.Selection(
        [
            ("queued", "Queued"),
            ("running", "Running"),
            ("waiting", "Waiting for Microsoft"),
            ("paused", "Paused"),
            ("done", "Done"),
            ("problems", "Done, with problems"),
            ("failed", "Failed"),
            ("undone", "Undone"),
        ],
        required=True,
        readonly=True,
        default="queued",
    )
    full = fields.Boolean("Full Synchronisation", readonly=True)
    accept_gone = fields.Boolean("Mass Disappearance Accepted", readonly=True)
    started_by = fields.Many2one("res.users", readonly=True, help="Empty: the schedule.")
    start_time = fields.Datetime("Started", readonly=True)
    end_time = fields.Datetime("Ended", readonly=True)
    attempts = fields.Integer(
        readonly=True, help="How often it came back after Microsoft did not answer."
    )
    resume_at = fields.Datetime("Goes on at", readonly=True)
    cursor = fields.Json(readonly=True, help="Where the next call goes on.")
    progress = fields.Float(readonly=True, aggregator=None)
    read_count = fields.Integer("Read", readonly=True)
    new_count = fields.Integer("New", readonly=True)
    changed_count = fields.Integer("Changed", readonly=True)
    unchanged_count = fields.Integer("Unchanged", readonly=True)
    cancelled_count = fields.Integer("Cancellations", readonly=True)
    request_count = fields.Integer("Requests", readonly=True)
    detail_count = fields.Integer("Detail Requests", readonly=True)
    booking_count = fields.Integer("Bookings Invoiced", readonly=True)
    problem_ids = fields.One2many("microsoft.booking.problem", "run_id", readonly=True)
    problem_count = fields.Integer(compute="_compute_problem_count", store=True)
    invoice_ids = fields.Many2many(
        "account.move", string="Draft Invoices", readonly=True, copy=False
    )
    invoice_count = fields.Integer(compute="_compute_invoice_count")

    _open_idx = models.UniqueIndex(
        "(settings_id) WHERE kind = 'sync' AND state IN ('queued', 'running', 'waiting', 'paused')",
        "A synchronisation of this business is under way already.",
    )

    @api.depends("kind", "settings_id", "create_date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for run in self:
            name = f"{kinds.get(run.kind, '')} #{run.id}"
            if run.settings_id:
                name = self.env._("%(name)s: %(text)s", name=run.settings_id.name, text=name)
            run.display_name = name

    @api.depends("problem_ids")
    def _compute_problem_count(self):
        for run in self:
            run.problem_count = len(run.problem_ids)

    @api.depends("invoice_ids")
    def _compute_invoice_count(self):
        for run in self:
            run.invoice_count = len(run.invoice_ids)

    def _add_counts(self, **counts):
        """Add to the counters, whose names are given without ``_count``."""
        self.write(
            {
                f"{name}_count": self[f"{name}_count"] + count
                for name, count in counts.items()
                if count
            }
        )

    def action_view_invoices(self):
        """Open the drafts that this run made.

        :return: a window action
        """
        return self.invoice_ids._get_booking_invoices_action(self.env._("Draft Invoices"))

    def action_undo(self, delete_edited=False):
        """Delete the drafts of this run, as long as all of them are drafts: its bookings are listed again.

        :param delete_edited: delete those too that somebody has edited; otherwise they stay, and the answer names them
        :return: a client action that tells what was undone
        :raise UserError: when an invoice was posted or cancelled meanwhile
        :raise AccessError: when the user may not delete invoices
        """
        self.check_access("read")
        # Also where nothing was made yet: it is what somebody else asked for.
        self.env["account.move"].check_access("unlink")
        deleted = kept = self.env["account.move"]
        for run in self:
            if run.kind != "invoice" or not (run.invoice_ids or run.state in OPEN_STATES):
                raise UserError(self.env._("%(run)s made no draft invoices.", run=run.display_name))
            touched = run.invoice_ids.filtered(
                lambda move: move.state != "draft" or move.posted_before
            )
            if touched:
                raise UserError(
                    self.env._(
                        "The run cannot be undone as a whole. No longer a draft: %(names)s",
                        names=", ".join(touched.mapped("display_name")),
                    )
                )
            deleted |= run.invoice_ids
            if not delete_edited:
                kept |= run.invoice_ids._filter_edited_drafts()
        deleted -= kept
        texts = [
            self.env._(
                "%(drafts)s deleted; %(bookings)s listed again.",
                drafts=say_drafts(self.env, len(deleted)),
                bookings=say_bookings(self.env, len(deleted.booking_ids)),
            )
        ]
        if kept:
            names = (f"{move.partner_id.display_name}: {move.display_name}" for move in kept)
            texts.append(
                self.env._("Edited since, and left as they are: %(names)s", names=", ".join(names))
            )
        deleted.unlink()
        # A run in the background sees it before its next chunk.
        over = self.filtered(lambda run: not run.invoice_ids or run.state in OPEN_STATES)
        over.sudo().state = "undone"
        self.sudo().plan = False
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if kept else "success",
                "sticky": bool(kept),
                "title": self.env._("Undone"),
                "message": " ".join(texts),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_retry(self):
        """Start a synchronisation again that ended with problems or failed, with what was given up too.

        :return: a client action that tells that it started, or ``True`` when there was nothing to start
        """
        runs = self.filtered(lambda run: run.kind == "sync" and run.state not in OPEN_STATES)
        runs.problem_ids._get_failures()._try_again()
        return runs.settings_id.action_sync() if runs else True
