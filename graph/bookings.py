# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The Bookings part of Graph, in its own words: businesses, services, appointments."""

import logging
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from .batch import BatchRequest, BatchResult
from .client import UNKNOWN_MEMBERS, GraphClient
from .errors import AccessError, ComeBackLater, GraphError, NotFoundError, make_error, remake_error
from .permissions import OPERATIONS, missing_permissions
from .records import (
    Appointment,
    Business,
    Customer,
    CustomQuestion,
    RecordError,
    Service,
    StaffMember,
    digest_of,
)
from .times import format_moment
from .urls import path_of
from .writes import customer_body, invoice_body, service_body

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RecordProblem:
    """A record of a list that could not be understood.

    :ivar graph_id: its id, or "" when it has none
    :ivar kind: name of the record's class
    :ivar message: what is wrong with it, an English sentence
    """

    graph_id: str
    kind: str
    message: str


class Listing(NamedTuple):
    """A list that was read whole. It raised otherwise: a part of a list is none.

    :ivar records: each id once; of two with the same id the later
    :ivar problems: of the records that could not be understood
    :ivar unchanged: ids of those that were known already and are not among the records
    """

    records: tuple
    problems: tuple[RecordProblem, ...]
    unchanged: tuple[str, ...] = ()


class BookingsApi:
    """What can be asked of Bookings.

    Every method raises a :class:`~.errors.GraphError`; among them ``business_not_found``,
    ``mailbox_unavailable`` and, naming the permission, ``permission_missing``.

    :ivar client: also carries the deadline and the counters
    :ivar is_view_refused: whether a calendar view was refused where the list of all appointments was not
    """

    def __init__(self, client: GraphClient):
        self.client = client
        self.is_view_refused = False
        self._all: dict[str, Listing] = {}

    # What a business consists of

    def businesses(self, query: str | None = None) -> list[Business]:
        """The tenant's businesses, id and name only; Microsoft lists 500 at most.

        :param query: a part of the name
        """
        params = {"query": query.strip()} if query and query.strip() else None
        with self._doing("list_businesses"):
            listing = self._list(Business, path_of(*_ROOT), params)
        for problem in listing.problems:
            _logger.info("a business was left out of the list: %s", problem.message)
        return list(listing.records)

    def business(self, business_id: str) -> Business:
        """One business, whole."""
        with self._doing("read_business", business=True):
            return _parsed(Business, self.client.get(_of(business_id)))

    def services(self, business_id: str) -> Listing:
        """All services of a business."""
        with self._doing("read_services", business=True):
            return self._list(Service, _of(business_id, "services"))

    def staff_members(self, business_id: str) -> Listing:
        """All staff members of a business."""
        with self._doing("read_staff_members", business=True):
            return self._list(StaffMember, _of(business_id, "staffMembers"))

    def customers(self, business_id: str) -> Listing:
        """All customers of a business."""
        with self._doing("read_customers", business=True):
            return self._list(Customer, _of(business_id, "customers"))

    def customer(self, business_id: str, customer_id: str) -> Customer | None:
        """One customer by id; None when it is certain that there is none.

        :returns: None only where the business itself can be read: Microsoft says 404 for both
        """
        data = self._get("read_customers", business_id, "customers", customer_id)
        return None if data is None else _parsed(Customer, data)

    def _get(self, operation: str, business_id: str, *segments: str) -> dict | None:
        try:
            with self._doing(operation):
                return self.client.get(_of(business_id, *segments))
        except NotFoundError as error:
            if error.code != "not_found":
                raise
            self.business(business_id)
            return None

    def has_service(self, business_id: str, service_id: str) -> bool:
        """Whether there is such a service; False only when it is certain, as for :meth:`customer`."""
        return self._get("read_services", business_id, "services", service_id) is not None

    def has_staff_member(self, business_id: str, staff_id: str) -> bool:
        """Whether there is such a staff member; False only when it is certain, as for :meth:`customer`."""
        return self._get("read_staff_members", business_id, "staffMembers", staff_id) is not None

    def custom_questions(self, business_id: str) -> Listing:
        """All custom questions of a business."""
        with self._doing("read_custom_questions", business=True):
            return self._list(CustomQuestion, _of(business_id, "customQuestions"))

    # Appointments

    def calendar_view(
        self, business_id: str, start: datetime, end: datetime, known: Set[str] = frozenset()
    ) -> Listing:
        """The appointments that take place, at least in part, between two moments.

        :param start: aware datetime
        :param end: aware datetime, later; rounded up to the second
        :param known: the digests of appointments that were listed before: they are not parsed
            again, their ids are the listing's ``unchanged``
        :raises ValueError: for naive moments, or an end that is not after the start
        """
        if end.microsecond:
            end += timedelta(microseconds=1_000_000 - end.microsecond)
        params = {"start": format_moment(start), "end": format_moment(end)}
        if start >= end:
            raise ValueError("the end of a calendar view must be after its start")
        with self._doing("read_appointments", business=True):
            return self._list(Appointment, _of(business_id, "calendarView"), params, known)

    def appointments(self, business_id: str, known: Set[str] = frozenset()) -> Listing:
        """Every appointment of a business, of all time. Large: see :meth:`calendar_view`.

        :param known: as of :meth:`calendar_view`
        """
        with self._doing("read_appointments", business=True):
            return self._list(Appointment, _of(business_id, "appointments"), known=known)

    def appointments_between(
        self, business_id: str, start: datetime, end: datetime, known: Set[str] = frozenset()
    ) -> Listing:
        """The same as :meth:`calendar_view`, which Microsoft refuses to some tokens of applications.

        Then the list of all appointments is read, once for this object, and serves every period.

        :returns: what the list of all has of the period; its problems come with the first one
        """
        if business_id not in self._all:
            try:
                return self.calendar_view(business_id, start, end, known)
            except AccessError:
                everything = self.appointments(business_id)
            self._all[business_id] = everything._replace(problems=())
            self.is_view_refused = True
        else:
            everything = self._all[business_id]
        inside = [
            record for record in everything.records if record.start < end and record.end > start
        ]
        return Listing(
            tuple(record for record in inside if record.digest not in known),
            everything.problems,
            tuple(record.id for record in inside if record.digest in known),
        )

    def appointment(self, business_id: str, appointment_id: str) -> Appointment:
        """One appointment with its details.

        :raises NotFoundError: ``not_found`` when the business is there and the appointment is not
        """
        try:
            with self._doing("read_appointments"):
                data = self.client.get(_of(business_id, "appointments", appointment_id))
        except NotFoundError as error:
            if error.code == "not_found":
                self.business(business_id)
            raise
        return _parsed(Appointment, data, has_details=True)

    def appointments_by_id(
        self, business_id: str, ids: Iterable[str]
    ) -> dict[str, Appointment | None | GraphError]:
        """The details of many appointments by id; see :meth:`iter_appointments_by_id`."""
        return dict(self.iter_appointments_by_id(business_id, ids))

    def iter_appointments_by_id(
        self, business_id: str, ids: Iterable[str]
    ) -> Iterator[tuple[str, Appointment | None | GraphError]]:
        """The details of many appointments, as each batch of twenty comes back.

        :param ids: asked for once each
        :returns: pairs of an id and its appointment; None when it is certain that there is none:
            Microsoft answered 404 for it, and the business itself can be read; or the error that
            concerns this one alone
        :raises GraphError: what stops the work, ComeBackLater among it; what was yielded stands
        """
        requests = [
            BatchRequest(
                graph_id,
                "GET",
                _of(business_id, "appointments", graph_id),
                headers={"Prefer": UNKNOWN_MEMBERS},
            )
            for graph_id in dict.fromkeys(ids)
        ]
        checked = _Unchecked
        with self._doing("read_appointments", business=True):
            for graph_id, result in self.client.iter_batch(requests):
                if result.error is not None and result.error.code == "not_found":
                    if checked is _Unchecked:
                        checked = self._problem_of(business_id)
                    yield graph_id, checked
                else:
                    yield graph_id, self._detail(result)

    def _detail(self, result: BatchResult) -> Appointment | GraphError:
        if result.error is not None:
            return self._explained(result.error, "read_appointments", False)
        try:
            return _parsed(Appointment, result.body, has_details=True)
        except GraphError as error:
            return error

    def _problem_of(self, business_id: str) -> GraphError | None:
        """Why a business cannot be read, or None when it can."""
        try:
            self.business(business_id)
        except ComeBackLater:
            raise
        except GraphError as error:
            return error
        return None

    # Writing

    def create_customer(self, business_id: str, *, display_name: str, **values) -> Customer:
        """Make a customer.

        :param values: further arguments of :func:`~.writes.customer_body`
        :returns: the customer as Bookings stored it
        """
        body = customer_body(display_name=display_name, **values)
        with self._doing("write_customers", business=True):
            return _parsed(Customer, self.client.post(_of(business_id, "customers"), body))

    def update_customer(self, business_id: str, customer_id: str, **values) -> Customer | None:
        """Change what is given of a customer.

        :param values: arguments of :func:`~.writes.customer_body`
        :returns: the customer, where Bookings answers with it
        """
        with self._doing("write_customers"):
            path = _of(business_id, "customers", customer_id)
            answer = self.client.patch(path, customer_body(**values))
        return _parsed(Customer, answer) if answer else None

    def create_service(self, business_id: str, *, display_name: str, **values) -> Service:
        """Make a service.

        :param values: further arguments of :func:`~.writes.service_body`
        :returns: the service as Bookings stored it
        """
        body = service_body(display_name=display_name, **values)
        with self._doing("write_services", business=True):
            return _parsed(Service, self.client.post(_of(business_id, "services"), body))

    def update_service(self, business_id: str, service_id: str, **values) -> Service | None:
        """Change what is given of a service.

        :param values: arguments of :func:`~.writes.service_body`
        :returns: the service, where Bookings answers with it
        """
        with self._doing("write_services"):
            path = _of(business_id, "services", service_id)
            answer = self.client.patch(path, service_body(**values))
        return _parsed(Service, answer) if answer else None

    def update_appointment_invoice(
        self,
        business_id: str,
        appointment_id: str,
        *,
        number: str | None,
        status: str | None,
        amount: Decimal | None,
        date: date | None,
        url: str | None,
    ) -> None:
        """Write an invoice's facts to its appointment; None empties.

        Only beta has these members, which Microsoft does not support in production.

        :param status: a member of :data:`~.writes.INVOICE_STATUSES`
        :param amount: with tax, in the business' currency
        """
        body = invoice_body(number=number, status=status, amount=amount, date=date, url=url)
        with self._doing("write_appointments"):
            path = _of(business_id, "appointments", appointment_id)
            self.client.patch(path, body, version="beta")

    # Common to all

    def _list(
        self, record, path: str, params: dict | None = None, known: Set[str] = frozenset()
    ) -> Listing:
        records, problems, unchanged = {}, [], {}
        for data in self.client.get_all(path, params):
            if known and digest_of(data) in known:
                records.pop(data["id"], None)
                unchanged[data["id"]] = True
                continue
            try:
                parsed = record.parse(data)
            except RecordError as error:
                problems.append(RecordProblem(error.graph_id, record.__name__, error.message))
            else:
                unchanged.pop(parsed.id, None)
                records[parsed.id] = parsed
        return Listing(tuple(records.values()), tuple(problems), tuple(unchanged))

    @contextmanager
    def _doing(self, operation: str, *, business: bool = False):
        """Let errors say what they mean for an operation.

        :param business: whether a 404 can only mean the business
        """
        try:
            yield
        except (AccessError, NotFoundError) as error:
            raise self._explained(error, operation, business) from error

    def _explained(self, error: GraphError, operation: str, business: bool) -> GraphError:
        if business and error.code == "not_found":
            return remake_error(error, "business_not_found")
        if error.code != "access_denied":
            return error
        missing = missing_permissions(self.client.tokens.roles(), [operation])
        details = {"operation": OPERATIONS[operation].phrase, "operation_code": operation}
        if not missing:
            return remake_error(error, "access_denied", **details)
        return remake_error(error, "permission_missing", permission=missing[0][0], **details)


_ROOT = ("solutions", "bookingBusinesses")


class _Unchecked:
    """Stands for "not asked yet", where None means "asked, and well"."""


def _of(business_id: str, *parts: str) -> str:
    """A path below a business."""
    if not (business_id or "").strip():
        raise make_error("business_missing")
    return path_of(*_ROOT, business_id.strip(), *parts)


def _parsed(record, data: object, **options):
    """One record, which cannot be left out: what is wrong with it is raised."""
    try:
        return record.parse(data, **options)
    except RecordError as error:
        raise make_error("record_unreadable", details={"reason": error.message}) from None
