# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..graph.errors import GraphError
from .graph_messages import _lt, keep, keep_error, say

# What a record of ``graph/`` is to a person, and which model mirrors it.
RECORD_KINDS = {
    "Appointment": (_lt("appointment"), "microsoft.booking"),
    "Service": (_lt("service"), "microsoft.booking.service"),
    "StaffMember": (_lt("staff member"), "microsoft.booking.staff"),
    "Customer": (_lt("customer"), "microsoft.booking.customer"),
}

# The stamp of a record of a list that made no sense: as soon as it makes some, its data are others.
NO_SENSE = "?"


class MicrosoftBookingProblem(models.Model):
    """What a run could not read or make, in words, so that nothing is skipped silently."""

    _name = "microsoft.booking.problem"
    _description = "Booking Problem"
    _order = "id desc"
    _rec_name = "display_name"

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
    # Kept as a sentence and what it names, so that everybody reads it in their own language.
    words = fields.Json(required=True, readonly=True)
    message = fields.Text(compute="_compute_message")
    graph_id = fields.Char("Microsoft Graph ID", readonly=True)
    booking_id = fields.Many2one(
        "microsoft.booking", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    res_model = fields.Char(readonly=True, export_string_translation=False)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    record_name = fields.Char("Record", compute="_compute_record_name")
    request_id = fields.Char("Microsoft Request ID", readonly=True)

    @api.depends("words")
    @api.depends_context("lang")
    def _compute_message(self):
        for problem in self:
            problem.message = say(self.env, problem.words)

    @api.depends("message")
    def _compute_display_name(self):
        for problem in self:
            problem.display_name = problem.message

    @api.depends("booking_id", "res_model", "res_id")
    @api.depends_context("uid", "lang")
    def _compute_record_name(self):
        for problem in self:
            problem.record_name = problem._get_record().display_name

    def _get_record(self):
        """The record that this problem is about, as far as the user may see it and it is still there."""
        self.ensure_one()
        if self.booking_id:
            return self.booking_id._filtered_access("read")
        if not self.res_model or self.res_model not in self.env:
            return self.booking_id
        return self.env[self.res_model].browse(self.res_id).exists()._filtered_access("read")

    def action_open_record(self):
        """Open the record that this problem is about.

        :return: a window action
        :raise UserError: when there is none in Odoo
        """
        record = self._get_record()
        if not record:
            raise UserError(self.env._("There is no record of it in Odoo."))
        return record.get_formview_action() | {"target": "current"}

    def _get_failures(self):
        """What the runs have noted of the records that these problems are about."""
        records = self.filtered("res_id").grouped("res_model")
        return (
            self.env["microsoft.booking.failure"]
            .sudo()
            .search(
                Domain("settings_id", "in", self.settings_id.ids)
                & Domain.OR(
                    [
                        Domain("graph_id", "in", self.filtered("graph_id").mapped("graph_id")),
                        *(
                            Domain("model", "=", model)
                            & Domain("res_id", "in", problems.mapped("res_id"))
                            for model, problems in records.items()
                        ),
                    ]
                )
            )
        )

    def action_retry(self):
        """Try the record again, also when it was given up.

        :return: a client action that tells that the synchronisation started
        """
        self._get_failures()._try_again()
        return self.settings_id.action_sync()


class MicrosoftBookingRun(models.Model):
    """The problems of a run."""

    _inherit = "microsoft.booking.run"

    def _add_problem(
        self,
        message,
        *,
        kind="record",
        graph_id=None,
        booking=None,
        record=None,
        request_id=None,
        stamp=None,
    ):
        """Keep a problem of this run, in words.

        :param message: a ``GraphError``, what :func:`.graph_messages.keep` returned, or a sentence in the user's
            language; the first two are read by everybody in their own
        :param kind: ``record``, ``gone``, ``connection`` or ``invoice``
        :param graph_id: the id of the object of Graph that it is about; its failures are counted
        :param booking: the booking that it is about; of an appointment that is known, found by ``graph_id``
        :param record: any other record that it is about
        :param request_id: Microsoft's request id, which its support asks for; that of the error by default
        :param stamp: what tells its data from other data of the same record, where that is known
        """
        self.ensure_one()
        if isinstance(message, GraphError):
            request_id = request_id or message.request_id
            message = keep_error(message)
        if record is not None and record._name == "microsoft.booking":
            booking, record = record, None
        if graph_id and not booking and record is None:
            booking = self.env["microsoft.booking"].search(
                [("settings_id", "=", self.settings_id.id), ("graph_id", "=", graph_id)], limit=1
            )
        self.env["microsoft.booking.problem"].create(
            {
                "run_id": self.id,
                "kind": kind,
                "words": message,
                "graph_id": graph_id,
                "booking_id": booking and booking.id,
                "res_model": record and record._name,
                "res_id": record and record.id,
                "request_id": request_id,
            }
        )
        if graph_id and self.kind == "sync":
            self._note_failure(graph_id, message, request_id, record, stamp)

    def _add_listing_problems(self, listing):
        """Keep what could not be understood of a list; the rest of it goes on.

        What was given up is not told again by every run: it stands among the failures.
        """
        given_up = self._get_given_up([problem.graph_id for problem in listing.problems])
        self._see_given_up(given_up)
        for problem in listing.problems:
            if problem.graph_id in given_up:
                continue
            name, model = RECORD_KINDS.get(problem.kind, (problem.kind, None))
            record = model and self.env[model].search(
                [("settings_id", "=", self.settings_id.id), ("graph_id", "=", problem.graph_id)],
                limit=1,
            )
            self._add_problem(
                keep(
                    _lt("A record of Bookings (%(kind)s) cannot be understood: %(message)s"),
                    kind=keep(name),
                    message=keep(problem.message),
                ),
                graph_id=problem.graph_id,
                record=record or (model and self.env[model]),
                stamp=NO_SENSE,
            )


def get_kind_name(model):
    """What a record of Bookings is to a person that this model mirrors; a term."""
    return next(name for name, mirror in RECORD_KINDS.values() if mirror == model)
