# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Appointments: Graph's JSON as frozen records, in UTC and in Decimal.

Parsing is total: members may be missing, null, of another type or new. Only a record that nothing
could be done with is refused, by a :class:`RecordError` with its id; no other exception escapes.
The records of the business itself are in :mod:`.directory` and can be imported from here.
"""

import json
import marshal
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from .directory import Business, Customer, CustomQuestion, Service, StaffMember
from .sentences import _lt
from .times import UnknownZoneError, parse_moment
from .values import (
    PRICE_TYPES,
    UNKNOWN,
    RecordError,
    as_list,
    as_object,
    duration,
    flag,
    identifier,
    integer,
    moment,
    plain,
    price,
    price_type,
    text,
    texts,
    written,
)

__all__ = [
    "PRICED",
    "PRICE_TYPES",
    "UNKNOWN",
    "Answer",
    "Appointment",
    "Attendee",
    "Business",
    "CustomQuestion",
    "Customer",
    "RecordError",
    "Service",
    "StaffMember",
    "digest_of",
]

#: the self-service id of appointments that were made by staff
_NO_SELF_SERVICE = "00000000-0000-0000-0000-000000000000"

#: price types whose price means something; with the others it is no more than a number
PRICED = frozenset({"fixedPrice", "hourly", "startingAt"})

#: Graph's names, in all spellings, of what a digest covers
_LISTED = (
    "id",
    "selfServiceAppointmentId",
    "serviceId",
    "serviceName",
    "staffMemberIds",
    "startDateTime",
    "start",
    "endDateTime",
    "end",
    "duration",
    "price",
    "priceType",
    "filledAttendeesCount",
    "maximumAttendeesCount",
    "appointmentLabel",
    "serviceLocation",
    "isLocationOnline",
    "lastUpdatedDateTime",
)


@dataclass(frozen=True)
class Answer:
    """An attendee's answer to a custom question; several choices are joined by commas."""

    question_id: str
    question: str
    text: str

    @classmethod
    def parse(cls, data: object) -> "Answer":
        """Out of a bookingQuestionAnswer; anything else gives an empty one."""
        data = as_object(data)
        # Free text is in one member, choices are in the other.
        chosen = text(data.get("answer")) or ", ".join(texts(data.get("selectedOptions")))
        return cls(text(data.get("questionId")), text(data.get("question")), chosen)


@dataclass(frozen=True)
class Attendee:
    """One customer's place on an appointment: an entry of its ``customers``."""

    customer_id: str
    name: str
    email: str
    phone: str
    notes: str
    time_zone: str
    answers: tuple[Answer, ...]

    @classmethod
    def parse(cls, data: object) -> "Attendee":
        """Out of a bookingCustomerInformation; a place without any customer has empty members."""
        data = as_object(data)
        return cls(
            customer_id=text(data.get("customerId")),
            name=text(data.get("name")),
            email=text(data.get("emailAddress")),
            phone=text(data.get("phone")),
            notes=text(data.get("notes")),
            time_zone=text(data.get("timeZone")),
            answers=tuple(
                Answer.parse(item)
                for item in as_list(data.get("customQuestionAnswers"))
                if isinstance(item, dict)
            ),
        )


@dataclass(frozen=True)
class Appointment:
    """An appointment, as a list or as a GET by id tells it. Texts that are not there are "".

    :ivar self_service_id: "" when staff made it, otherwise Microsoft's id of the online booking
    :ivar staff_member_ids: in Graph's order, each once
    :ivar start: aware UTC
    :ivar end: aware UTC
    :ivar price: 0 where Graph gives none
    :ivar price_type: one of :data:`PRICE_TYPES`. A type that lives from its price, with a price
        that is missing or no number, is ``undefined``: it must not become an invoice over nothing
    :ivar price_type_text: as Graph wrote it
    :ivar attendees: empty in lists, which leave ``customers`` empty
    :ivar has_details: whether it came from a GET by id, which alone fills ``attendees``,
        ``customer_notes`` and ``service_notes``
    :ivar digest: :func:`digest_of` the list item, "" when it came from a GET by id; how something
        was written makes no other appointment
    """

    id: str
    self_service_id: str
    service_id: str
    service_name: str
    staff_member_ids: tuple[str, ...]
    start: datetime
    end: datetime
    price: Decimal
    price_type: str
    price_type_text: str
    customer_name: str
    customer_email: str
    customer_phone: str
    customer_notes: str
    customer_time_zone: str
    attendees: tuple[Attendee, ...]
    filled_attendees: int
    maximum_attendees: int
    label: str
    location_name: str
    is_online: bool
    service_notes: str
    created: datetime | None
    last_updated: datetime | None
    join_url: str
    has_details: bool
    digest: str = field(compare=False)

    @property
    def duration(self) -> timedelta:
        """From start to end in real time, also across a change of the clocks."""
        return self.end - self.start

    @classmethod
    def parse(cls, data: object, *, has_details: bool = False) -> "Appointment":
        """Out of a bookingAppointment of v1.0, beta or the older government model.

        :param has_details: whether it came from a GET by id
        :raises RecordError: no id, or no start and end that make sense
        """
        graph_id = identifier(data)
        start, end = _span(data, graph_id)
        amount, kind = price(data.get("price")), price_type(data.get("priceType"))
        if amount is None and kind in PRICED:
            kind = "undefined"
        self_service_id = text(data.get("selfServiceAppointmentId"))
        return cls(
            id=graph_id,
            self_service_id="" if self_service_id == _NO_SELF_SERVICE else self_service_id,
            service_id=text(data.get("serviceId")),
            service_name=text(data.get("serviceName")),
            staff_member_ids=texts(data.get("staffMemberIds")),
            start=start,
            end=end,
            price=Decimal(0) if amount is None else amount,
            price_type=kind,
            price_type_text=written(data.get("priceType")),
            customer_name=text(data.get("customerName")),
            customer_email=text(data.get("customerEmailAddress")),
            customer_phone=text(data.get("customerPhone")),
            customer_notes=text(data.get("customerNotes")),
            customer_time_zone=text(data.get("customerTimeZone")),
            attendees=tuple(
                Attendee.parse(item)
                for item in as_list(data.get("customers"))
                if isinstance(item, dict)
            ),
            filled_attendees=integer(data.get("filledAttendeesCount"), 0),
            maximum_attendees=integer(data.get("maximumAttendeesCount"), 1),
            label=text(data.get("appointmentLabel")),
            location_name=text(as_object(data.get("serviceLocation")).get("displayName")),
            is_online=flag(data.get("isLocationOnline")),
            service_notes=text(data.get("serviceNotes")),
            created=moment(data.get("createdDateTime")),
            last_updated=moment(data.get("lastUpdatedDateTime")),
            # Beta's older name of the same.
            join_url=text(data.get("joinWebUrl")) or text(data.get("onlineMeetingUrl")),
            has_details=has_details,
            digest="" if has_details else digest_of(data),
        )

    def fingerprint(self) -> str:
        """A short hash of what lists tell and billing uses.

        The list form and the GET by id of an unchanged appointment have the same one: what only
        the latter fills is left out, and so are the customer's flat members, which lists fill
        for some appointments only, and ``lastUpdatedDateTime``, which is to be compared by itself.
        """
        return sha256(json.dumps(self.facts()).encode("ascii")).hexdigest()[:32]

    def facts(self) -> tuple:
        """What :meth:`fingerprint` is made of."""
        return (
            self.id,
            self.self_service_id,
            self.service_id,
            self.service_name,
            self.staff_member_ids,
            self.start.isoformat(),
            self.end.isoformat(),
            str(plain(self.price)),
            self.price_type,
            self.price_type_text,
            self.filled_attendees,
            self.maximum_attendees,
            self.label,
            self.location_name,
            self.is_online,
        )


def digest_of(data: object) -> str:
    """A short hash of a list item as it was written: far cheaper than to parse the item.

    It covers the members that :meth:`Appointment.fingerprint` and ``last_updated`` are made of.
    So items of one digest are the same to both, while members that lists show in one answer and
    not in the next, or that Graph gets later, change no digest.

    :returns: "" for what has no digest
    """
    if not isinstance(data, dict):
        return ""
    facts = list(map(data.get, _LISTED))
    try:
        # Three times as fast as JSON. Version 2 writes equal values equally; should a later Python
        # write them otherwise, items are parsed once more, and that is all.
        return sha256(marshal.dumps(facts, 2)).hexdigest()[:32]
    except ValueError:
        # Nested deeper than it can write.
        return ""


def _span(data: dict, graph_id: str) -> tuple[datetime, datetime]:
    """Start and end in UTC. v1.0 names them by its model or as its samples do; accept both."""
    start = _edge(data, graph_id, "startDateTime", "start")
    if start is None:
        raise RecordError(graph_id, _lt("The appointment has no start."))
    end = _edge(data, graph_id, "endDateTime", "end")
    if end is None:
        length = duration(data.get("duration"))
        try:
            end = start + length if length is not None else None
        except OverflowError:
            end = None
    if end is None:
        raise RecordError(graph_id, _lt("The appointment has no end."))
    if end < start:
        raise RecordError(graph_id, _lt("The appointment ends before it starts."))
    return start, end


def _edge(data: dict, graph_id: str, *names: str) -> datetime | None:
    for name in names:
        value = data.get(name)
        if value is None:
            continue
        if isinstance(value, dict):
            said, zone = value.get("dateTime"), value.get("timeZone")
        else:
            said, zone = value, None
        if not isinstance(said, str) or not said.strip():
            continue
        try:
            return parse_moment(said, zone if isinstance(zone, str) else None)
        except UnknownZoneError as exc:
            raise RecordError(graph_id, _lt("The appointment's time zone is not known.")) from exc
        except (ValueError, OverflowError) as exc:
            raise RecordError(
                graph_id, _lt("The appointment's start or end is no date and time.")
            ) from exc
    return None
