# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..graph.bookings import BookingsApi
from ..graph.errors import GraphError
from .booking_write_back import NO_INVOICE
from .graph_messages import _lt, keep, keep_error, say

_logger = logging.getLogger(__name__)

# Rows are dated by the begin of their transaction: one that took this long to commit is still seen.
OVERLAP = timedelta(days=1)
# So many appointments are told between two commits.
PORTION = 20


class MicrosoftBookingSettings(models.Model):
    """Writing invoices back to Bookings, after a synchronisation; whatever becomes of it, nothing else notices."""

    _inherit = "microsoft.booking.settings"

    write_back = fields.Boolean(
        "Write Invoices back to Bookings",
        tracking=True,
        help="Each appointment in Bookings shows number, state, amount, date and portal address of its invoice. "
        "Microsoft offers this in the beta version of its interface only, and does not support it.",
    )
    write_back_since = fields.Datetime(compute="_compute_write_back_since", store=True)
    write_back_checked = fields.Datetime(readonly=True, copy=False)
    write_back_words = fields.Json(readonly=True, copy=False)
    write_back_problem = fields.Text(compute="_compute_write_back_problem")
    write_back_failed_count = fields.Integer(compute="_compute_write_back_failed_count")

    @api.depends("write_back_words")
    @api.depends_context("lang")
    def _compute_write_back_problem(self):
        for settings in self:
            settings.write_back_problem = say(self.env, settings.write_back_words)

    def _compute_write_back_failed_count(self):
        counts = dict(
            self.env["microsoft.booking.write.back"]._read_group(
                [("settings_id", "in", self.ids), ("state", "=", "failed")],
                ["settings_id"],
                ["__count"],
            )
        )
        for settings in self:
            settings.write_back_failed_count = counts.get(settings, 0)

    @api.depends("write_back")
    def _compute_write_back_since(self):
        # What was invoiced before is left as it is: there may be years of it.
        for settings in self:
            # The time that rows written now are dated by.
            settings.write_back_since = settings.write_back and self.env.cr.now()

    def _get_wanted_operations(self):
        wanted = super()._get_wanted_operations()
        if self.write_back:
            wanted["write_appointments"] = keep(
                _lt("change appointments (option “%(field)s”)"), field="write_back"
            )
        return wanted

    def _cron_sync(self):
        res = super()._cron_sync()
        if self.write_back and self.active and self.state in ("connected", "error"):
            with self._exclusively() as is_ours:
                if is_ours:
                    self._write_back_invoices()
        return res

    def _write_back_invoices(self):
        """Tell Bookings what it does not know yet of the invoices, as far as the time slice goes.

        It always ends normally: what is wrong is kept on the appointment that it is about, or here.
        """
        records = self.env["microsoft.booking.write.back"].sudo()
        words = False
        try:
            self._find_write_backs()
            # Nobody who saves these settings has to wait for Microsoft.
            self.env["ir.cron"]._commit_progress()
            waiting = records.search(
                [
                    ("settings_id", "=", self.id),
                    ("state", "=", "waiting"),
                    ("next_attempt", "<=", fields.Datetime.now()),
                ],
                order="next_attempt, id",
            )
            if waiting:
                api = BookingsApi(self._get_graph_client(self._get_deadline()))
                self._send_write_backs(api, waiting)
        except GraphError as error:
            # It is not about one appointment: the rest waits for the next synchronisation.
            words = keep_error(error)
            _logger.info("Writing back for %s stopped: %s", self, error.code)
        except UserError as error:
            words = str(error)
        except OperationalError:
            # Somebody else wrote the same rows: what was not kept is sent again.
            self.env.cr.rollback()
        except Exception as error:  # pylint: disable=broad-exception-caught # a bug here must not count against
            # the scheduled action of the synchronisation, which Odoo would switch off in the end.
            self.env.cr.rollback()
            _logger.exception("Writing back for %s failed", self)
            words = keep(_lt("Unexpected error: %(error)s"), error=type(error).__name__)
        if self.write_back_words != words:
            self.sudo().write_back_words = words
        # What the synchronisation left to do stays as it said.
        self.env["ir.cron"]._commit_progress()

    def _send_write_backs(self, api, waiting):
        """Send these one by one, and commit a portion at a time.

        :raise GraphError: one that the next appointment would meet too
        """
        for index in range(0, len(waiting), PORTION):
            for record in waiting[index : index + PORTION]:
                record._send(api)
            left = len(waiting) - index - PORTION
            if not self.env["ir.cron"]._commit_progress() and left > 0:
                # The time slice is over.
                self.sudo().cron_id._trigger()
                return

    def _find_write_backs(self):
        """Note the appointments whose invoices say something else than Bookings was told."""
        now = fields.Datetime.now()
        graph_ids = self._get_touched_appointments()
        if graph_ids:
            records = self.env["microsoft.booking.write.back"].sudo()
            known = records.search(
                [("settings_id", "=", self.id), ("graph_id", "in", graph_ids)]
            ).grouped("graph_id")
            facts = self._get_invoice_facts(graph_ids)
            changed = [
                record.id
                for graph_id, record in known.items()
                if record.state in ("sent", "failed") and record.facts != facts[graph_id]
            ]
            records.browse(changed)._queue()
            records.create(
                [
                    {"settings_id": self.id, "graph_id": graph_id, "next_attempt": now}
                    for graph_id in graph_ids
                    if graph_id not in known and facts[graph_id] != NO_INVOICE
                ]
            )
        self.sudo().write_back_checked = now

    def _get_touched_appointments(self):
        """The appointments whose bookings or invoices were written since the last look, whatever was written.

        :return: a list of appointment ids
        """
        self.env.flush_all()
        since = max(
            self.write_back_since, (self.write_back_checked or self.write_back_since) - OVERLAP
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT booking.graph_id
                  FROM microsoft_booking booking
             LEFT JOIN account_move_line line ON line.id = booking.invoice_line_id
             LEFT JOIN account_move move ON move.id = line.move_id
                 WHERE booking.settings_id = %(settings)s
                   AND booking.gone_at IS NULL
                   AND GREATEST(booking.write_date, line.write_date, move.write_date) >= %(since)s
                   AND (booking.invoice_line_id IS NOT NULL
                        OR EXISTS (
                            SELECT FROM microsoft_booking_write_back told
                             WHERE told.settings_id = booking.settings_id
                               AND told.graph_id = booking.graph_id))
              ORDER BY booking.graph_id
                """,
                settings=self.id,
                since=since,
            )
        )
        return [graph_id for (graph_id,) in rows]
