# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The records of a business: itself, its services, staff members, customers and questions.

Parsed as totally as appointments are (see :mod:`.records`): only one without an id is refused.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from .values import (
    as_list,
    as_object,
    duration,
    flag,
    identifier,
    integer,
    member,
    moment,
    price,
    price_type,
    text,
    texts,
    written,
)

#: the members of a physicalAddress
ADDRESS_MEMBERS = ("street", "city", "postalCode", "state", "countryOrRegion")

_CURRENCY = re.compile(r"[A-Z]{3}")

_ROLES = (
    "guest",
    "administrator",
    "viewer",
    "externalGuest",
    "unknownFutureValue",
    "scheduler",
    "teamMember",
)


@dataclass(frozen=True)
class Business:
    """A Bookings business. Out of the list of businesses only id and name are filled.

    :ivar id: its mail address
    :ivar currency: ISO code, or None
    :ivar time_zone: name as Graph gives it (Windows or IANA), or None
    """

    id: str
    display_name: str
    email: str
    phone: str
    currency: str | None
    time_zone: str | None
    public_url: str
    web_site_url: str
    language_tag: str
    is_published: bool

    @classmethod
    def parse(cls, data: object) -> "Business":
        """Out of a bookingBusiness. :raises RecordError: without an id"""
        graph_id = identifier(data)
        currency = text(data.get("defaultCurrencyIso")).upper()
        page = as_object(data.get("bookingPageSettings"))
        return cls(
            id=graph_id,
            display_name=text(data.get("displayName")),
            email=text(data.get("email")),
            phone=text(data.get("phone")),
            currency=currency if _CURRENCY.fullmatch(currency) else None,
            time_zone=text(page.get("businessTimeZone")) or None,
            public_url=text(data.get("publicUrl")),
            web_site_url=text(data.get("webSiteUrl")),
            language_tag=text(data.get("languageTag")),
            is_published=flag(data.get("isPublished")),
        )


@dataclass(frozen=True)
class Service:
    """What a customer can book.

    :ivar default_price: None where Graph gives none that is a number
    :ivar price_type: a member of Graph's bookingPriceType
    :ivar price_type_text: as Graph wrote it
    """

    id: str
    display_name: str
    description: str
    default_duration: timedelta | None
    default_price: Decimal | None
    price_type: str
    price_type_text: str
    maximum_attendees: int
    is_hidden: bool
    staff_member_ids: tuple[str, ...]
    last_updated: datetime | None

    @classmethod
    def parse(cls, data: object) -> "Service":
        """Out of a bookingService. :raises RecordError: without an id"""
        graph_id = identifier(data)
        kind = data.get("defaultPriceType")
        return cls(
            id=graph_id,
            display_name=text(data.get("displayName")),
            description=text(data.get("description")),
            default_duration=duration(data.get("defaultDuration")),
            default_price=price(data.get("defaultPrice")),
            price_type=price_type(kind),
            price_type_text=written(kind),
            maximum_attendees=integer(data.get("maximumAttendeesCount"), 1),
            is_hidden=flag(data.get("isHiddenFromCustomers")),
            staff_member_ids=texts(data.get("staffMemberIds")),
            last_updated=moment(data.get("lastUpdatedDateTime")),
        )


@dataclass(frozen=True)
class StaffMember:
    """Who renders the services.

    :ivar role: a member of Graph's bookingStaffRole, or ""
    :ivar is_active: whether they belong to the calendar; those who declined do not. The
        government model does not say, and means yes
    """

    id: str
    display_name: str
    email: str
    role: str
    time_zone: str
    is_active: bool
    last_updated: datetime | None

    @classmethod
    def parse(cls, data: object) -> "StaffMember":
        """Out of a bookingStaffMember. :raises RecordError: without an id"""
        graph_id = identifier(data)
        return cls(
            id=graph_id,
            display_name=text(data.get("displayName")),
            email=text(data.get("emailAddress")),
            role=member(data.get("role"), _ROLES),
            time_zone=text(data.get("timeZone")),
            is_active=data.get("membershipStatus") != "rejectedByStaff",
            last_updated=moment(data.get("lastUpdatedDateTime")),
        )


@dataclass(frozen=True)
class Customer:
    """A customer in Bookings' own address book, where one person may be several.

    :ivar phone: the first number
    :ivar phones: all numbers
    :ivar phone_entries: all numbers as pairs of number and type (``mobile``, ``business``, ...),
        which a write has to give back whole
    :ivar address_entries: all addresses, each a tuple of the texts of :data:`ADDRESS_MEMBERS`,
        empty ones too
    """

    id: str
    display_name: str
    email: str
    phone: str
    phones: tuple[str, ...]
    last_updated: datetime | None
    street: str
    city: str
    postal_code: str
    state: str
    country: str
    phone_entries: tuple[tuple[str, str], ...] = ()
    address_entries: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def parse(cls, data: object) -> "Customer":
        """Out of a bookingCustomer. :raises RecordError: without an id"""
        graph_id = identifier(data)
        numbers = [as_object(item) for item in as_list(data.get("phones"))]
        phones = texts([item.get("number") for item in numbers])
        addresses = [as_object(item) for item in as_list(data.get("addresses"))]
        # Bookings keeps empty addresses beside the one that was filled in.
        address = next((item for item in addresses if _is_filled(item)), {})
        return cls(
            id=graph_id,
            display_name=text(data.get("displayName")),
            email=text(data.get("emailAddress")),
            phone=phones[0] if phones else "",
            phones=phones,
            last_updated=moment(data.get("lastUpdatedDateTime")),
            street=text(address.get("street")),
            city=text(address.get("city")),
            postal_code=text(address.get("postalCode")),
            state=text(address.get("state")),
            country=text(address.get("countryOrRegion")),
            phone_entries=tuple(
                (text(item.get("number")), text(item.get("type")))
                for item in numbers
                if text(item.get("number"))
            ),
            address_entries=tuple(
                tuple(text(item.get(name)) for name in ADDRESS_MEMBERS) for item in addresses
            ),
        )


def _is_filled(address: dict) -> bool:
    return any(text(address.get(name)) for name in ADDRESS_MEMBERS)


@dataclass(frozen=True)
class CustomQuestion:
    """A question that a business asks when somebody books.

    :ivar answer_type: ``text``, ``radioButton``, another one's ``unknownFutureValue``, or ""
    """

    id: str
    question: str
    answer_type: str
    options: tuple[str, ...]
    last_updated: datetime | None

    @classmethod
    def parse(cls, data: object) -> "CustomQuestion":
        """Out of a bookingCustomQuestion. :raises RecordError: without an id"""
        graph_id = identifier(data)
        return cls(
            id=graph_id,
            question=text(data.get("displayName")),
            answer_type=member(data.get("answerInputType"), ("text", "radioButton")),
            options=texts(data.get("answerOptions")),
            last_updated=moment(data.get("lastUpdatedDateTime")),
        )
