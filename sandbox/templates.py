# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bookings objects as Graph gives them, complete, from the few things one cares about.

Times are kept as datetimes and prices as Decimals; ``replies.encode`` writes them as Graph does.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from .wire import duration as iso_duration

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PRICE_TYPES = (
    "undefined",
    "fixedPrice",
    "startingAt",
    "hourly",
    "free",
    "priceVaries",
    "callUs",
    "notSet",
)


def business_json(
    business_id: str,
    display_name: str,
    stamp: datetime,
    *,
    currency: str | None = "EUR",
    time_zone: str = "Europe/Paris",
    language: str = "fr-FR",
    address: dict | None = None,
    phone: str | None = None,
    web_site: str | None = None,
    business_type: str = "",
) -> dict:
    """A published bookingBusiness, open from Monday to Saturday.

    :param time_zone: IANA or Windows name, as it is to stand in the settings of its page
    """
    return {
        "id": business_id,
        "displayName": display_name,
        "businessType": business_type,
        "address": address,
        "phone": phone,
        "email": business_id,
        "webSiteUrl": web_site,
        "defaultCurrencyIso": currency,
        "createdDateTime": stamp - timedelta(days=400),
        "lastUpdatedDateTime": stamp,
        "isPublished": True,
        "publicUrl": f"https://bookings.sandbox.invalid/book/{business_id}/",
        "languageTag": language,
        "businessHours": [
            {
                "day": day,
                "timeSlots": []
                if day == "sunday"
                else [{"startTime": "08:00:00.0000000", "endTime": "20:00:00.0000000"}],
            }
            for day in WEEK
        ],
        "schedulingPolicy": _policy(),
        "bookingPageSettings": {
            "accessControl": "unrestricted",
            "bookingPageColorCode": "#0F6CBD",
            "businessTimeZone": time_zone,
            "customerConsentMessage": "",
            "enforceOneTimePassword": False,
            "isBusinessLogoDisplayEnabled": False,
            "isCustomerConsentEnabled": False,
            "isSearchEngineIndexabilityDisabled": True,
            "isTimeSlotTimeZoneSetToBusinessTimeZone": True,
            "privacyPolicyWebUrl": "",
            "termsAndConditionsWebUrl": "",
        },
    }


def _policy() -> dict:
    return {
        "timeSlotInterval": "PT15M",
        "minimumLeadTime": "PT0S",
        "maximumAdvance": "P365D",
        "sendConfirmationsToOwner": True,
        "allowStaffSelection": True,
        "isMeetingInviteToCustomersEnabled": False,
        "customAvailabilities": [],
        "generalAvailability": {
            "availabilityType": "bookWhenStaffAreFree",
            "businessHours": [],
        },
    }


def service_json(
    service_id: str,
    name: str,
    stamp: datetime,
    *,
    price="0",
    price_type: str = "fixedPrice",
    duration: timedelta = timedelta(hours=1),
    attendees: int = 1,
    description: str | None = None,
    staff=(),
    language: str = "fr-FR",
    hidden: bool = False,
    questions=(),
) -> dict:
    """A bookingService.

    :param price: number or text, exact, in the currency of the business
    :param attendees: how many customers one appointment takes
    :param questions: ids of custom questions that are asked
    """
    if price_type not in PRICE_TYPES:
        raise ValueError(f"not a price type: {price_type}")
    return {
        "id": service_id,
        "displayName": name,
        "description": description,
        "defaultDuration": iso_duration(duration),
        "defaultPrice": Decimal(str(price)),
        "defaultPriceType": price_type,
        "defaultLocation": None,
        "defaultReminders": [],
        "maximumAttendeesCount": attendees,
        "isHiddenFromCustomers": hidden,
        "isLocationOnline": False,
        "isAnonymousJoinEnabled": False,
        "isCustomerAllowedToManageBooking": False,
        "additionalInformation": None,
        "languageTag": language,
        "notes": None,
        "preBuffer": "PT0S",
        "postBuffer": "PT0S",
        "schedulingPolicy": None,
        "smsNotificationsEnabled": False,
        "staffMemberIds": list(staff),
        "customQuestions": [{"questionId": q, "isRequired": False} for q in questions],
        "webUrl": f"https://bookings.sandbox.invalid/s/{service_id}",
        "createdDateTime": stamp - timedelta(days=380),
        "lastUpdatedDateTime": stamp,
    }


def staff_json(
    staff_id: str,
    name: str,
    stamp: datetime,
    *,
    email: str | None = None,
    role: str = "teamMember",
    time_zone: str | None = "Europe/Zurich",
    status: str = "active",
) -> dict:
    """A bookingStaffMember, who works when the business is open."""
    return {
        "@odata.type": "#microsoft.graph.bookingStaffMember",
        "id": staff_id,
        "displayName": name,
        "emailAddress": email,
        "availabilityIsAffectedByPersonalCalendar": False,
        "isEmailNotificationEnabled": True,
        "membershipStatus": status,
        "role": role,
        "timeZone": time_zone,
        "useBusinessHours": True,
        "workingHours": [],
        "createdDateTime": stamp - timedelta(days=390),
        "lastUpdatedDateTime": stamp,
    }


def customer_json(
    customer_id: str,
    name: str,
    stamp: datetime,
    *,
    email: str | None = None,
    phone: str | None = None,
    street: str | None = None,
    postal_code: str | None = None,
    city: str | None = None,
    country: str | None = None,
) -> dict:
    """A bookingCustomer; without any part of an address it has none."""
    address = {
        "street": street,
        "city": city,
        "state": None,
        "countryOrRegion": country,
        "postalCode": postal_code,
    }
    return {
        "@odata.type": "#microsoft.graph.bookingCustomer",
        "id": customer_id,
        "displayName": name,
        "emailAddress": email,
        "addresses": [address] if any(address.values()) else [],
        "phones": [{"number": phone, "type": "mobile"}] if phone else [],
        "createdDateTime": stamp - timedelta(days=100),
        "lastUpdatedDateTime": stamp,
    }


def question_json(question_id: str, text: str, stamp: datetime, *, options=()) -> dict:
    """A bookingCustomQuestion: a choice when there are options, else free text."""
    return {
        "id": question_id,
        "displayName": text,
        "answerInputType": "radioButton" if options else "text",
        "answerOptions": list(options),
        "createdDateTime": stamp - timedelta(days=300),
        "lastUpdatedDateTime": stamp,
    }
