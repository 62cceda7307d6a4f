# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from .graph_messages import translate

OPEN_STATES = ("queued", "running", "waiting")


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
    cancelled_count = fields.Integer("Cancelled", readonly=True)
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
        "(settings_id) WHERE kind = 'sync' AND state IN ('queued', 'running', 'waiting')",
        "A synchronisation of this business is under way already.",
    )

    @api.depends("kind", "settings_id", "create_date")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for run in self:
            name = f"{kinds.get(run.kind, '')} #{run.id}"
            run.display_name = f"{run.settings_id.name}: {name}" if run.settings_id else name

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

    def _add_problem(self, message, *, kind="record", graph_id=None, booking=None, request_id=None):
        """Keep a problem of this run, in words.

        :param message: a sentence in the user's language
        :param kind: ``record``, ``gone``, ``connection`` or ``invoice``
        :param graph_id: the id of the object of Graph that it is about
        :param booking: the booking that it is about
        :param request_id: Microsoft's request id, which its support asks for
        """
        self.env["microsoft.booking.problem"].create(
            {
                "run_id": self.id,
                "kind": kind,
                "message": message,
                "graph_id": graph_id,
                "booking_id": booking and booking.id,
                "request_id": request_id,
            }
        )

    def _add_listing_problems(self, listing):
        """Keep what could not be understood of a list; the rest of it goes on."""
        for problem in listing.problems:
            self._add_problem(
                self.env._(
                    "A record of Bookings (%(kind)s) cannot be understood: %(message)s",
                    kind=problem.kind,
                    message=translate(self.env, problem.message),
                ),
                graph_id=problem.graph_id,
            )

    def action_view_invoices(self):
        """Open the drafts that this run made.

        :return: a window action
        """
        return self.invoice_ids._get_booking_invoices_action(self.env._("Draft Invoices"))

    def action_undo(self):
        """Delete the drafts of this run, as long as all of them are drafts: its bookings are listed again.

        :raise UserError: when an invoice was posted or cancelled meanwhile
        """
        for run in self:
            if run.kind != "invoice" or not run.invoice_ids:
                raise UserError(self.env._("%(run)s made no draft invoices.", run=run.display_name))
            touched = run.invoice_ids.filtered(
                lambda move: move.state != "draft" or move.posted_before
            )
            if touched:
                raise UserError(
                    self.env._(
                        "%(count)s of its invoices are no longer drafts, "
                        "so the run cannot be undone as a whole: %(names)s",
                        count=len(touched),
                        names=", ".join(touched.mapped("display_name")),
                    )
                )
            run.invoice_ids.unlink()
            run.sudo().state = "undone"

    def action_retry(self):
        """Start a failed synchronisation again."""
        for run in self.filtered(lambda run: run.kind == "sync" and run.state not in OPEN_STATES):
            run.settings_id.action_sync()


class MicrosoftBookingProblem(models.Model):
    """What a run could not read or make, in words, so that nothing is skipped silently."""

    _name = "microsoft.booking.problem"
    _description = "Booking Problem"
    _order = "id desc"
    _rec_name = "message"

    run_id = fields.Many2one(
        "microsoft.booking.run", required=True, readonly=True, index=True, ondelete="cascade"
    )
    settings_id = fields.Many2one(related="run_id.settings_id", store=True, index=True)
    company_id = fields.Many2one(related="run_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [
            ("record", "Record of Bookings"),
            ("gone", "Mass disappearance"),
            ("connection", "Connection"),
            ("invoice", "Invoice"),
        ],
        required=True,
        readonly=True,
    )
    message = fields.Text(required=True, readonly=True)
    graph_id = fields.Char("Microsoft Graph ID", readonly=True)
    booking_id = fields.Many2one(
        "microsoft.booking", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    request_id = fields.Char("Microsoft Request ID", readonly=True)
