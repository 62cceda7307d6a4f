# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from psycopg2 import OperationalError

from odoo import api, models

_logger = logging.getLogger(__name__)


class MicrosoftBookingSettings(models.Model):
    """The housekeeping: parts that have nothing to do with each other, each committed for itself."""

    _inherit = "microsoft.booking.settings"

    @api.model
    def _cron_housekeeping(self):
        """What the scheduled action calls, hourly: each part once, then what is left over as long as there is time.

        It always ends normally; what is wrong with one part is logged and tried again by the next call.
        """
        parts = self._get_housekeeping()
        while parts:
            parts = [part for part in parts if self._do_housekeeping(part)]
            if not self.env["ir.cron"]._commit_progress(remaining=len(parts)):
                break

    @api.model
    def _get_housekeeping(self):
        """The parts of the housekeeping. Hook.

        :return: a list of bound methods; each does a portion, and returns whether there is more of it to do
        """
        return [
            settings._sync_crons for settings in self.with_context(active_test=False).search([])
        ]

    @api.model
    def _do_housekeeping(self, part):
        """Do a portion of one part, and commit it.

        :param part: as of :meth:`_get_housekeeping`
        :return: whether there is more of it to do
        """
        try:
            is_left = part()
            self.env["ir.cron"]._commit_progress(1)
        except OperationalError:
            # Somebody else changed the same rows: the next call does it.
            self.env.cr.rollback()
            return False
        except Exception:  # pylint: disable=broad-exception-caught # a bug of one part must not cost the others theirs;
            # Odoo would switch the scheduled action off in the end.
            self.env.cr.rollback()
            _logger.exception("%s of %s failed", part.__name__, part.__self__)
            return False
        return bool(is_left)
