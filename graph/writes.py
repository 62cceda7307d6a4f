# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The bodies of what is written to Bookings.

A value that is None is left as it is at Microsoft's. The derived types are named, because the
service cannot tell them otherwise.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from .directory import ADDRESS_MEMBERS, Customer
from .times import format_duration
from .values import PRICE_TYPES

#: the members of beta's bookingInvoiceStatus
INVOICE_STATUSES = ("draft", "reviewing", "open", "canceled", "paid", "corrective")


def customer_body(
    *,
    display_name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    street: str | None = None,
    city: str | None = None,
    postal_code: str | None = None,
    state: str | None = None,
    country: str | None = None,
    known: Customer | None = None,
) -> dict:
    """A bookingCustomer. A PATCH replaces the whole list of numbers and of addresses.

    The members of an address belong together: one that is left out is emptied.

    :param phone: takes the place of the first number; "" takes that one away
    :param known: the customer as Bookings has it: its further numbers and addresses are given
        back, with their types. Without it they are lost
    """
    given = (street, city, postal_code, state, country)
    has_address = any(value is not None for value in given)
    return _body(
        "bookingCustomer",
        displayName=display_name,
        emailAddress=email,
        phones=None if phone is None else _phones(phone, known),
        addresses=_addresses([value or "" for value in given], known) if has_address else None,
    )


def _phones(number: str, known: Customer | None) -> list[dict]:
    """All numbers, the first of them replaced; it keeps its type."""
    entries = list(known.phone_entries) if known else []
    kind = entries[0][1] if entries else ""
    entries[:1] = [(number, kind)] if number else []
    return [{"number": number, "type": kind or "other"} for number, kind in entries]


def _addresses(values: Sequence[str], known: Customer | None) -> list[dict]:
    """All addresses, the first one that is filled in replaced."""
    entries = [list(entry) for entry in known.address_entries] if known else []
    place = next((n for n, entry in enumerate(entries) if any(entry)), 0)
    entries[place : place + 1] = [list(values)]
    return [dict(zip(ADDRESS_MEMBERS, entry, strict=True)) for entry in entries]


def service_body(
    *,
    display_name: str | None = None,
    description: str | None = None,
    default_duration: timedelta | None = None,
    default_price: Decimal | None = None,
    price_type: str | None = None,
    maximum_attendees: int | None = None,
    is_hidden: bool | None = None,
    staff_member_ids: Sequence[str] | None = None,
) -> dict:
    """A bookingService.

    :raises ValueError: for a price type that Graph does not take
    """
    if price_type is not None and price_type not in PRICE_TYPES[:-1]:
        raise ValueError(f"no price type: {price_type}")
    return _body(
        "bookingService",
        displayName=display_name,
        description=description,
        defaultDuration=None if default_duration is None else format_duration(default_duration),
        # Graph's prices are doubles.
        defaultPrice=None if default_price is None else float(default_price),
        defaultPriceType=price_type,
        maximumAttendeesCount=maximum_attendees,
        isHiddenFromCustomers=is_hidden,
        staffMemberIds=None if staff_member_ids is None else list(staff_member_ids),
    )


def invoice_body(
    *,
    number: str | None,
    status: str | None,
    amount: Decimal | None,
    date: date | None,
    url: str | None,
) -> dict:
    """The invoice members of beta's bookingAppointment; here None empties.

    :param status: a member of :data:`INVOICE_STATUSES`
    :param amount: with tax, in the business' currency
    :raises ValueError: for another status
    """
    if status is not None and status not in INVOICE_STATUSES:
        raise ValueError(f"no invoice status: {status}")
    return {
        "@odata.type": "#microsoft.graph.bookingAppointment",
        "invoiceId": number,
        "invoiceStatus": status,
        # The one that cannot be null.
        "invoiceAmount": float(amount or 0),
        "invoiceDate": date and _midnight(date),
        "invoiceUrl": url,
    }


def _midnight(day: date) -> dict:
    return {
        "@odata.type": "#microsoft.graph.dateTimeTimeZone",
        "dateTime": f"{day:%Y-%m-%d}T00:00:00.0000000+00:00",
        "timeZone": "UTC",
    }


def _body(kind: str, **members) -> dict:
    given = {name: value for name, value in members.items() if value is not None}
    return {"@odata.type": f"#microsoft.graph.{kind}", **given}
