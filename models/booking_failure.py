# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from psycopg2 import DataError, IntegrityError

from odoo import api, fields, models
from odoo.exceptions import UserError

from .booking_attendees import stamp_of
from .booking_problem import RECORD_KINDS
from .graph_messages import _lt, get_gist, keep, say

# What is synchronised as far as an option says: the model of what is sent, and that of what mirrors it.
TWIN_MODELS = {
    "sync_customers": ("res.partner", "microsoft.booking.customer"),
    "sync_services": ("product.product", "microsoft.booking.service"),
}
# The steps of a run whose list is complete, and the model that each mirrors.
MASTER_MODELS = {
    "services": RECORD_KINDS["Service"][1],
    "staff": RECORD_KINDS["StaffMember"][1],
    "customers": RECORD_KINDS["Customer"][1],
}


class MicrosoftBookingFailure(models.Model):
    """A record that could not be read, stored or written to Bookings, over the runs: tried so often, then given up.

    What was given up costs no request any more and is no problem of each run. It is tried again when somebody asks
    for it, in a full synchronisation, and as soon as its data are others. One of Bookings has a Graph id; what has the
    id of a record of Odoo instead could not be brought together with Bookings (:mod:`.booking_twin_failure`).
    """

    _name = "microsoft.booking.failure"
    _description = "Record of Bookings that Cannot Be Read"
    _order = "given_up desc, last_failure desc, id desc"
    _rec_name = "graph_id"

    settings_id = fields.Many2one(
        "microsoft.booking.settings",
        string="Bookings Business",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="settings_id.company_id", store=True, index=True)
    graph_id = fields.Char("Microsoft Graph ID", readonly=True)
    model = fields.Char(
        required=True, readonly=True, default="microsoft.booking", export_string_translation=False
    )
    res_id = fields.Many2oneReference("Record", model_field="model", readonly=True)
    stamp = fields.Char(readonly=True, export_string_translation=False)
    attempts = fields.Integer(readonly=True)
    given_up = fields.Boolean(
        readonly=True, help="It is not tried by each run any more: press Try Again."
    )
    run_id = fields.Many2one(
        "microsoft.booking.run", string="Last Tried by", readonly=True, ondelete="set null"
    )
    last_failure = fields.Datetime(readonly=True)
    words = fields.Json(required=True, readonly=True)
    message = fields.Text(compute="_compute_message")
    request_id = fields.Char("Microsoft Request ID", readonly=True)

    _graph_id_uniq = models.Constraint(
        "UNIQUE(settings_id, graph_id)", "A record of Bookings is noted once."
    )
    _res_id_uniq = models.Constraint(
        "UNIQUE(settings_id, model, res_id)", "A record of Bookings is noted once."
    )

    @api.depends("words")
    @api.depends_context("lang")
    def _compute_message(self):
        for failure in self:
            failure.message = say(self.env, failure.words)

    def _try_again(self):
        """Let the next run try these, however often they failed."""
        self.sudo().write({"attempts": 0, "given_up": False, "run_id": False})

    def action_open_record(self):
        """Open the record of Odoo that could not be brought together with Bookings.

        :return: a window action
        :raise UserError: when there is none
        """
        self.ensure_one()
        record = self.res_id and self.env[self.model].browse(self.res_id).exists()
        if not record:
            raise UserError(self.env._("There is no record of it in Odoo."))
        return record.get_formview_action() | {"target": "current"}

    def action_retry(self):
        """Try these again, now.

        :return: a client action that tells that the synchronisation started
        """
        self._try_again()
        return self.settings_id.action_sync()


class MicrosoftBookingSettings(models.Model):
    _inherit = "microsoft.booking.settings"

    failure_limit = fields.Integer(
        "Give Up After",
        default=5,
        required=True,
        help="A record of Bookings that failed in so many synchronisations is tried again only when it changes or "
        "somebody asks for it. 0: it is tried by every one.",
    )
    failure_ids = fields.One2many("microsoft.booking.failure", "settings_id", readonly=True)
    unreadable_count = fields.Integer("Failed Records", compute="_compute_unreadable_count")

    _failure_limit_positive = models.Constraint(
        "CHECK(failure_limit >= 0)", "The limit is 0 or more."
    )

    @api.depends("failure_ids")
    def _compute_unreadable_count(self):
        for settings in self:
            settings.unreadable_count = len(settings.failure_ids)

    def action_view_failures(self):
        """Open what could not be read of these businesses.

        :return: a window action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "microsoft_bookings.microsoft_booking_failure_action"
        )
        return action | {"domain": [("settings_id", "in", self.ids)]}

    def _get_running_run(self):
        """The synchronisation that is at work now."""
        return self.run_ids.filtered(lambda run: run.kind == "sync" and run.state == "running")[:1]

    def _forget_failures(self, graph_ids):
        """What was read and stored has not failed."""
        self.env["microsoft.booking.failure"].search(
            [("settings_id", "=", self.id), ("graph_id", "in", list(graph_ids))]
        ).unlink()

    def _plan_run(self, run):
        for name, (sent, mirror) in TWIN_MODELS.items():
            # What is sent no more, or not even read, cannot fail.
            idle = {"import": (sent,), "no": (sent, mirror)}.get(self[name], ())
            self.failure_ids.filtered(lambda f, idle=idle: f.res_id and f.model in idle).unlink()
        steps = super()._plan_run(run)
        if self.failure_ids.filtered(lambda f: f.model == "microsoft.booking" and not f.given_up):
            # Of any time, also where no window reaches. Before the windows, which then leave them alone.
            windows = [step for step in steps if step[0] == "window"]
            steps = [step for step in steps if step not in windows] + [["failures"], *windows]
        return steps

    def _do_step(self, run, api, name, *bounds):
        if name == "failures":
            self.env["microsoft.booking"]._sync_failures(self, run, api)
            return True
        return super()._do_step(run, api, name, *bounds)

    def _sync_master_data(self, run, api, name):
        res = super()._sync_master_data(run, api, name)
        # The list is complete: what it does not complain of any more is mended, or no longer there.
        self.failure_ids.filtered(
            lambda f: f.graph_id and f.model == MASTER_MODELS[name] and f.run_id != run
        ).unlink()
        return res


class MicrosoftBookingRun(models.Model):
    _inherit = "microsoft.booking.run"

    def _note_failure(self, graph_id, words, request_id, record, stamp):
        """Count that this run could not read or store a record, once per run, and give it up after so many."""
        failure = self.env["microsoft.booking.failure"].search(
            [("settings_id", "=", self.settings_id.id), ("graph_id", "=", graph_id)]
        )
        if failure.run_id == self:
            return
        attempts, limit = failure.attempts + 1, self.settings_id.failure_limit
        vals = {
            "attempts": attempts,
            "given_up": bool(limit) and attempts >= limit,
            "run_id": self.id,
            "last_failure": fields.Datetime.now(),
            "words": words,
            "request_id": request_id,
        }
        if stamp:
            vals["stamp"] = stamp
        if failure:
            failure.write(vals)
        else:
            vals |= {"settings_id": self.settings_id.id, "graph_id": graph_id}
            if record is not None:
                vals["model"] = record._name
            failure.create(vals)

    def _get_given_up(self, graph_ids):
        """Those of these ids that this run leaves alone; a full synchronisation tries everything.

        :return: a set of Graph ids
        """
        graph_ids = [graph_id for graph_id in graph_ids if graph_id]
        if not graph_ids:
            return set()
        failures = self.env["microsoft.booking.failure"].search(
            [("settings_id", "=", self.settings_id.id), ("graph_id", "in", graph_ids)]
        )
        return set(
            failures.filtered(lambda f: f.run_id == self or (f.given_up and not self.full)).mapped(
                "graph_id"
            )
        )

    def _see_given_up(self, graph_ids):
        """These were given up, and their list still complains of them: they are not mended."""
        failures = self.env["microsoft.booking.failure"].search(
            [("settings_id", "=", self.settings_id.id), ("graph_id", "in", list(graph_ids))]
        )
        failures.filtered(lambda f: f.run_id != self).run_id = self

    def _leave_out_given_up(self, listed, graph_ids):
        """Of appointments whose details have to be read, those that this run tries.

        One that Bookings lists with other data than before is tried again, however often it failed.

        :param listed: dict of Graph id -> appointment as the list tells it
        :param graph_ids: the ids of some of them
        :return: a list of ids
        """
        if not graph_ids:
            return graph_ids
        failures = self.env["microsoft.booking.failure"].search(
            [("settings_id", "=", self.settings_id.id), ("graph_id", "in", graph_ids)]
        )
        for failure in failures:
            record = listed[failure.graph_id]
            stamp = f"{record.fingerprint()} {stamp_of(record) or ''}"
            if failure.stamp and failure.stamp != stamp:
                failure._try_again()
            if failure.stamp != stamp:
                failure.stamp = stamp
        given_up = self._get_given_up(failures.mapped("graph_id"))
        return [graph_id for graph_id in graph_ids if graph_id not in given_up]


class MicrosoftBooking(models.Model):
    _inherit = "microsoft.booking"

    @api.model
    def _sync_failures(self, settings, run, api):
        """Try what failed in runs before, by id; what Microsoft says is not there needs no trying any more."""
        failures = settings.failure_ids.filtered(
            lambda f: f.model == self._name and not f.given_up and f.run_id != run
        )
        graph_ids = failures.mapped("graph_id")
        records = self._read_details(settings, run, api, graph_ids)
        wanted = [record for record in records if settings._has_to_import(record)]
        unsure = self._recognise(settings, run, api, wanted)
        wanted = [record for record in wanted if record.id not in unsure]
        counts = self._mirror(settings, wanted)
        run._add_counts(read=len(wanted), **counts)
        failures.exists().filtered(lambda f: f.run_id != run and f.graph_id not in unsure).unlink()

    @api.model
    def _recognise(self, settings, run, api, records):
        """Find the bookings of appointments that were read by id, also under the ids that these had before.

        Bookings may have given one another id while it could not be read: stored as a new one, it would be billed
        twice.

        :param records: :class:`..graph.records.Appointment` objects
        :return: the ids of those that may be known ones, which the windows look at
        """
        if not records:
            return set()
        listed = {record.id: record for record in records}
        # Wherever they are in the calendar: known ones of the same reservation or the same start.
        after = max(record.start for record in records) + timedelta(seconds=1)
        known = self._search_window(settings, listed, (), after, after)
        by_id = known.grouped("graph_id")
        new_records = [record for record in records if record.id not in by_id]
        if not new_records:
            return set()
        gone = known._get_gone_ids() - listed.keys()
        vanished, unread = self._read_vanished(settings, run, api, by_id, listed, ())
        gone |= {graph_id for graph_id, record in vanished.items() if not record}
        unsure = self._leave_unsure(known, unread, new_records)
        new_records = [record for record in new_records if record.id not in unsure]
        self._rekey(known, gone, new_records)
        return unsure

    @api.model
    def _mirror(self, settings, records):
        """One appointment that cannot be stored holds up no other: it becomes a problem of the run."""
        try:
            with self.env.cr.savepoint():
                counts = super()._mirror(settings, records)
        except (UserError, ValueError, IntegrityError, DataError) as error:
            self.env.invalidate_all()
            run = settings._get_running_run()
            if not run:
                raise
            if len(records) == 1:
                run._add_problem(
                    keep(
                        _lt("The appointment cannot be stored: %(error)s"),
                        error=get_gist(error),
                    ),
                    graph_id=records[0].id,
                )
                return {"new": 0, "changed": 0, "cancelled": 0}
            parts = [self._mirror(settings, [record]) for record in records]
            return {name: sum(part[name] for part in parts) for name in parts[0]}
        if records:
            settings._forget_failures(record.id for record in records)
        return counts
