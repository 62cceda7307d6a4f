# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from psycopg2 import DataError, IntegrityError

from odoo import fields, models
from odoo.exceptions import UserError

from ..graph.errors import AccessError as GraphAccessError
from ..graph.errors import AuthError, ConfigurationError, GraphError
from .booking_merge import digest_all, settle, to_send, to_take
from .booking_twin_failure import Failures
from .graph_messages import _lt, get_gist, keep, keep_error

# So many records are compared at once.
PORTION = 200
# After so many writes in a row of which nobody knows whether they were carried out, the next run looks first.
MOST_UNCONFIRMED = 3


class SendingStopped(Exception):
    """Nothing more is written to Bookings in this run, which says why; the rest of it goes on."""


class Sender:
    """Writes to Bookings one record at a time: one that fails is told and does not hold up the others.

    :param run: the ``microsoft.booking.run`` that counts and keeps the problems
    :param api: a :class:`..graph.bookings.BookingsApi`
    :param model: the model of the records
    """

    def __init__(self, run, api, model):
        self.run = run
        self.api = api
        self.env = run.env
        self.failures = Failures(run, model)
        self._unconfirmed = 0

    def send(self, record, write, *, stamp, counts=True):
        """Carry out one write.

        A write that was perhaps carried out is never repeated here: the next run lists first what Bookings has.

        :param record: the contact or product that is written
        :param write: a function without arguments, of ``api``
        :param stamp: what tells the data to write from other data of the same record
        :param counts: whether it changes something in Bookings
        :return: whether it was written, and what ``write`` returned
        :raise SendingStopped: when no further one has to be tried
        :raise GraphError: for what stops the whole run
        """
        if self.failures.leave_out(record, stamp):
            return False, None
        try:
            answer = write()
        except GraphAccessError as error:
            self.run._add_problem(error, kind="connection")
            raise SendingStopped from error
        except (AuthError, ConfigurationError):
            raise
        except GraphError as error:
            if error.retryable:
                raise
            is_unconfirmed = error.code == "write_unconfirmed"
            self.tell(
                record,
                keep_error(error),
                request_id=error.request_id,
                stamp=stamp,
                is_try=True,
                # Bookings has not refused it: the next run looks what has become of it.
                lasts=not is_unconfirmed,
            )
            self._unconfirmed += is_unconfirmed
            if self._unconfirmed >= MOST_UNCONFIRMED:
                raise SendingStopped from error
            return False, None
        self._unconfirmed = 0
        self.run._add_counts(sent=counts)
        if counts:
            self.failures.forget(record)
        return True, answer

    def tell(self, record, problem, **noted):
        """Keep why a record was not written to Bookings, or not all of it: a problem of the run when it is news.

        :param record: the contact or product
        :param problem: words that :mod:`.graph_messages` kept
        :param noted: as for :meth:`.booking_twin_failure.Failures.note`
        """
        words = self.get_words(record, problem)
        if self.failures.note(record, words, **noted):
            request_id = noted.get("request_id")
            self.run._add_problem(words, record=record, request_id=request_id)

    def get_words(self, record, problem):
        """That a record was not written to Bookings, and why: words to be kept."""
        return keep(
            _lt("“%(name)s” was not written to Bookings. %(problem)s"),
            name=record.display_name,
            problem=problem,
        )

    def commit(self):
        """Keep what was written, so that nobody who stops or is killed writes it twice.

        :return: whether to go on: not when the time slice of the scheduled action is over, or somebody stopped it
        """
        remaining = len(self.run.cursor["todo"]) + 1 if self.run.cursor else 0
        return self.run._commit_step(remaining)


class MicrosoftBookingRun(models.Model):
    _inherit = "microsoft.booking.run"

    sent_count = fields.Integer("Written to Bookings", readonly=True)


class MicrosoftBookingTwin(models.AbstractModel):
    """A mirror that has a twin in Odoo: the contact of a customer, the product of a service.

    Both are kept equal as far as the settings say; see :mod:`.booking_merge` for who has the say over what.
    """

    _name = "microsoft.booking.twin"
    _description = "Twin of a Microsoft Bookings object"
    _inherit = ["microsoft.booking.choice"]

    # The field that holds the twin, and what tells that both mean the same person or thing.
    _twin_field = None
    _identity = None

    settled = fields.Json(
        readonly=True,
        copy=False,
        help="Digests of what both sides said when they were last brought together.",
    )

    def write(self, vals):
        if self._twin_field in vals and "settled" not in vals:
            # With another twin nothing was ever brought together.
            vals = vals | {"settled": False}
        return super().write(vals)

    def _get_odoo_facts(self, twin):
        """What Odoo says of a twin, levelled. Hook.

        :param twin: the contact or product
        :return: a dict of name -> text
        """
        raise NotImplementedError

    def _get_bookings_facts(self):
        """What Bookings says, levelled, by the same names. Hook."""
        raise NotImplementedError

    def _prepare_taken_vals(self, run, names):
        """The values of the twin that take over what Bookings says. Hook.

        :param run: the ``microsoft.booking.run`` that keeps why something is not taken over
        :param names: which of the facts Bookings has changed
        :return: a dict of values, without what is not taken over
        """
        raise NotImplementedError

    def _is_twin(self):
        """Whether both sides mean the same: they say so now, or did once.

        A link by hand to something of another name is for invoicing alone.
        """
        self.ensure_one()
        twin = self[self._twin_field]
        if not twin.active:
            return False
        return self._identity in (self.settled or {}) or (
            self._get_odoo_facts(twin)[self._identity]
            == self._get_bookings_facts()[self._identity]
            != ""
        )

    def _settle(self, facts, names=()):
        """Keep that both sides are brought together.

        :param facts: what Odoo says
        :param names: those that count as settled although the sides still differ
        """
        self.ensure_one()
        settled = (self.settled or {}) | settle(facts, self._get_bookings_facts(), names)
        if settled != (self.settled or {}):
            self.settled = settled

    def _take_changes(self, run, failures):
        """Let the twins in Odoo take over what Bookings alone has changed.

        One that Odoo refuses is told, tried again by the next run, and does not hold up the others.

        :param run: the ``microsoft.booking.run`` that keeps the problems
        :param failures: a :class:`.booking_twin_failure.Failures` of this model
        """
        for mirror in self.filtered(lambda mirror: mirror._is_twin()):
            twin = mirror[mirror._twin_field]
            facts = mirror._get_odoo_facts(twin)
            names = to_take(facts, mirror._get_bookings_facts(), mirror.settled or {})
            vals = mirror._prepare_taken_vals(run, names) if names else {}
            if vals and not mirror._write_twin(run, failures, twin, vals):
                names = ()
            mirror._settle(mirror._get_odoo_facts(twin), names)

    def _write_twin(self, run, failures, twin, vals):
        """Write the twin, on its own and with a note of what was there before.

        :return: whether Odoo accepted it
        """
        before = {name: twin[name] for name in vals}
        try:
            with self.env.cr.savepoint():
                twin.write(vals)
                self.env.flush_all()
        except (UserError, ValueError, IntegrityError, DataError) as error:
            self.env.invalidate_all()
            words = keep(
                _lt("“%(name)s” could not take over what Bookings says: %(problem)s"),
                name=self.display_name,
                problem=get_gist(error),
            )
            if failures.note(self, words, stamp=digest_all(vals)):
                run._add_problem(words, record=twin)
            return False
        labels = {name: twin._fields[name].get_description(self.env)["string"] for name in vals}
        changes = ", ".join(
            f"{labels[name]}: {_shown(value)} → {_shown(twin[name])}"
            for name, value in before.items()
            if value != twin[name]
        )
        twin._message_log(
            body=self.env._("Changed in Microsoft Bookings: %(changes)s", changes=changes)
        )
        return True

    def _create_sent(self, settings, sender, twin, write, stamp):
        """Create a record of Odoo in Bookings, and here what mirrors it.

        :param sender: a :class:`Sender`
        :param twin: the contact or product
        :param write: a function without arguments, of ``sender.api``, that creates it and returns it
        :param stamp: as for :meth:`Sender.send`
        :return: the new record, empty when it was not created
        """
        done, record = sender.send(twin, write, stamp=stamp)
        if not done:
            return self.browse()
        return self.create(
            {
                "settings_id": settings.id,
                "graph_id": record.id,
                self._twin_field: twin.id,
                **self._prepare_mirror_vals(settings, record),
            }
        )

    def _get_unsent(self):
        """What of these Bookings has to be told.

        :return: a list of mirror, facts and names of those facts
        """
        unsent = []
        for mirror in self.filtered(lambda mirror: mirror._is_twin()):
            facts = mirror._get_odoo_facts(mirror[mirror._twin_field])
            names = to_send(facts, mirror._get_bookings_facts(), mirror.settled or {})
            if names:
                unsent.append((mirror, facts, names))
        return unsent


def _shown(value):
    return (value.display_name if isinstance(value, models.BaseModel) else value) or "–"
