# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields


class Failures:
    """Why records could not be brought together with Bookings, over the runs.

    The first run that finds it tells it, later ones only what is new about it; it is kept until it works.

    :param run: the ``microsoft.booking.run`` that looks at them now
    :param model: the model of the records
    """

    def __init__(self, run, model):
        self._run = run
        known = run.env["microsoft.booking.failure"].search(
            [
                ("settings_id", "=", run.settings_id.id),
                ("model", "=", model),
                ("res_id", "!=", False),
            ]
        )
        self._known = {failure.res_id: failure for failure in known}
        self._seen = set()

    def note(self, record, words, *, request_id=None, stamp=False, is_try=False, lasts=True):
        """Keep that something is the matter with a record.

        :param words: what :func:`.graph_messages.keep` returned
        :param stamp: what tells its data from other data of the same record
        :param is_try: whether Bookings was asked, which is given up after so many times
        :param lasts: whether asking again is of no use as long as nothing changes
        :return: whether it is news, which the run has to tell
        """
        self._seen.add(record.id)
        failure = self._known.get(record.id)
        # Whoever asked for another try has taken its attempts back, and wants to know.
        is_news = not (
            failure and failure.attempts and failure.words == words and failure.stamp == stamp
        )
        if not (is_news or is_try):
            return False
        attempts = 1 if is_news else failure.attempts + 1
        limit = self._run.settings_id.failure_limit
        vals = {
            "attempts": attempts,
            "given_up": is_try and lasts and bool(limit) and attempts >= limit,
            "run_id": self._run.id,
            "last_failure": fields.Datetime.now(),
            "words": words,
            "request_id": request_id,
            "stamp": stamp,
        }
        if failure:
            failure.write(vals)
        else:
            self._known[record.id] = self._run.env["microsoft.booking.failure"].create(
                vals
                | {
                    "settings_id": self._run.settings_id.id,
                    "model": record._name,
                    "res_id": record.id,
                }
            )
        return is_news

    def leave_out(self, record, stamp):
        """Whether a record is not tried: this very run did, or it was given up and is still as it was."""
        failure = self._known.get(record.id)
        left_out = bool(failure) and (
            failure.stamp == stamp
            and (failure.run_id == self._run or (failure.given_up and not self._run.full))
        )
        if left_out:
            self._seen.add(record.id)
        return left_out

    def forget(self, record):
        """It worked."""
        if record.id in self._known and record.id not in self._seen:
            self._known.pop(record.id).unlink()

    def forget_unseen(self):
        """Every record was looked at: what was not noted this time is mended, or takes no part any more."""
        for res_id in self._known.keys() - self._seen:
            self._known.pop(res_id).unlink()
