# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which members a client may write on what, and of which kind their values must be."""

import copy
from decimal import Decimal

from .replies import bad_request
from .templates import PRICE_TYPES
from .wire import parse_date_time_time_zone, parse_duration


def _text(value):
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


def _text_or_null(value):
    return value if value is None else _text(value)


def _flag(value):
    if not isinstance(value, bool):
        raise ValueError("not a Boolean")
    return value


def _whole(value):
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("not an Int32")
    return value


def _price(value) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("not a Double")
    return Decimal(str(value))


def _length(value) -> str:
    parse_duration(_text(value))
    return value


def _price_type(value):
    if value not in PRICE_TYPES:
        raise ValueError("not a bookingPriceType")
    return value


def _list(value):
    if not isinstance(value, list):
        raise ValueError("not a collection")
    return copy.deepcopy(value)


def _texts(value):
    return [_text(item) for item in _list(value)]


def _object(value):
    if value is not None and not isinstance(value, dict):
        raise ValueError("not an object")
    return copy.deepcopy(value)


def _phones(value):
    return [{"number": p.get("number"), "type": p.get("type") or "home"} for p in _list(value)]


def _invoice_status(value):
    if value not in ("draft", "reviewing", "open", "canceled", "paid", "corrective"):
        raise ValueError("not a bookingInvoiceStatus")
    return value


def _date_or_null(value):
    if value is not None:
        parse_date_time_time_zone(value)
    return copy.deepcopy(value)


SERVICE = {
    "displayName": _text,
    "description": _text_or_null,
    "defaultDuration": _length,
    "defaultPrice": _price,
    "defaultPriceType": _price_type,
    "defaultLocation": _object,
    "defaultReminders": _list,
    "maximumAttendeesCount": _whole,
    "isHiddenFromCustomers": _flag,
    "isLocationOnline": _flag,
    "isAnonymousJoinEnabled": _flag,
    "isCustomerAllowedToManageBooking": _flag,
    "additionalInformation": _text_or_null,
    "languageTag": _text,
    "notes": _text_or_null,
    "preBuffer": _length,
    "postBuffer": _length,
    "schedulingPolicy": _object,
    "smsNotificationsEnabled": _flag,
    "staffMemberIds": _texts,
    "customQuestions": _list,
}
STAFF = {
    "displayName": _text,
    "emailAddress": _text_or_null,
    "availabilityIsAffectedByPersonalCalendar": _flag,
    "isEmailNotificationEnabled": _flag,
    "role": _text,
    "timeZone": _text_or_null,
    "useBusinessHours": _flag,
    "workingHours": _list,
}
CUSTOMER = {
    "displayName": _text,
    "emailAddress": _text_or_null,
    "addresses": _list,
    "phones": _phones,
}
QUESTION = {"displayName": _text, "answerInputType": _text, "answerOptions": _texts}
BUSINESS = {
    "displayName": _text,
    "businessType": _text_or_null,
    "address": _object,
    "phone": _text_or_null,
    "email": _text_or_null,
    "webSiteUrl": _text_or_null,
    "defaultCurrencyIso": _text_or_null,
    "languageTag": _text_or_null,
    "businessHours": _list,
    "schedulingPolicy": _object,
    "bookingPageSettings": _object,
}
APPOINTMENT = {
    "startDateTime": parse_date_time_time_zone,
    "endDateTime": parse_date_time_time_zone,
    "serviceId": _text,
    "serviceName": _text,
    "staffMemberIds": _texts,
    "customers": _list,
    "price": _price,
    "priceType": _price_type,
    "maximumAttendeesCount": _whole,
    "serviceNotes": _text_or_null,
    "customerNotes": _text_or_null,
    "appointmentLabel": _text_or_null,
    "isLocationOnline": _flag,
    "additionalInformation": _text_or_null,
    "customerTimeZone": _text_or_null,
    "customerName": _text_or_null,
    "customerEmailAddress": _text_or_null,
    "customerPhone": _text_or_null,
    "isCustomerAllowedToManageBooking": _flag,
    "optOutOfCustomerEmail": _flag,
    "smsNotificationsEnabled": _flag,
    "preBuffer": _length,
    "postBuffer": _length,
    "reminders": _list,
    "serviceLocation": _object,
}
INVOICE = {
    "invoiceId": _text_or_null,
    "invoiceStatus": _invoice_status,
    "invoiceAmount": _price,
    "invoiceDate": _date_or_null,
    "invoiceUrl": _text_or_null,
}
BETA_APPOINTMENT = (
    {"start": parse_date_time_time_zone, "end": parse_date_time_time_zone}
    | {name: rule for name, rule in APPOINTMENT.items() if not name.endswith("DateTime")}
    | {"customerId": _text_or_null, "customerLocation": _object}
    | INVOICE
)
READ_ONLY = frozenset(
    "id duration filledAttendeesCount createdDateTime lastUpdatedDateTime isPublished publicUrl "
    "webUrl membershipStatus selfServiceAppointmentId joinWebUrl anonymousJoinWebUrl "
    "onlineMeetingUrl".split()
)


def take(body: dict, members: dict, type_name: str) -> dict:
    """The writable members of a body, checked; read-only ones are passed over in silence.

    Raises a 400 for a member that the type does not have and for a value of the wrong kind.
    """
    taken = {}
    for name, value in body.items():
        if "@odata." in name or name in READ_ONLY:
            continue
        if name not in members:
            raise bad_request(
                f"The property '{name}' does not exist on type 'microsoft.graph.{type_name}'."
            )
        try:
            taken[name] = members[name](value)
        except (ValueError, AttributeError) as error:
            raise bad_request(f"Cannot convert the value of '{name}' to its type.") from error
    return taken
