# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The JSON of a tenant's records, as each version of Graph and each kind of answer gives it."""

from .habits import Habits
from .tenant import STAFF_MADE
from .wire import date_time_time_zone
from .wire import duration as iso_duration
from .world import Appointment, Attendee, Business

GOVERNMENT_LACKS = (
    "appointmentLabel",
    "createdDateTime",
    "lastUpdatedDateTime",
    "customerName",
    "customerEmailAddress",
    "customerPhone",
    "customerNotes",
    "isCustomerAllowedToManageBooking",
    "bookingPageSettings",
    "membershipStatus",
)
NO_INVOICE = {
    "invoiceAmount": 0.0,
    "invoiceDate": None,
    "invoiceId": None,
    "invoiceStatus": "draft",
    "invoiceUrl": None,
}
CUSTOMER_ZONES = ("Europe/Zurich", "W. Europe Standard Time", "America/New_York", None)
UNFAMILIAR_ROLES = ("scheduler", "teamMember")


class Renderer:
    """Renders for one version of Graph.

    :param version: "v1.0" or "beta"
    """

    def __init__(self, habits: Habits, version: str):
        self.habits = habits
        self.beta = version == "beta"

    # -- appointments --------------------------------------------------------------------------

    def appointment(self, business: Business, item: Appointment, *, detail: bool, view=False):
        """One appointment.

        :param detail: answer to a GET by id: the only one with customers, notes and reminders
        :param view: an item of calendarView
        """
        docs = self.beta or (view and self.habits.spelling == "docs")
        start, end = ("start", "end") if docs else ("startDateTime", "endDateTime")
        zulu = item.serial % 7 != 3
        first = item.attendees[0] if len(item.attendees) == 1 else None
        # Which appointments have their flat members filled in lists follows no rule we know.
        shown = first if detail or item.serial % 5 not in (1, 3) else None
        if not self.habits.flat_customers and not item.flat_only:
            shown = first if self.beta and detail else None
        result = {
            "id": item.id,
            "selfServiceAppointmentId": item.self_service_id,
            "additionalInformation": None if item.serial % 2 else "",
            "isLocationOnline": item.online,
            "joinWebUrl": _meeting(item),
            "customerName": shown and shown.name,
            "customerEmailAddress": shown and shown.email,
            "customerPhone": shown and shown.phone,
            "customerTimeZone": CUSTOMER_ZONES[item.serial % 4],
            "customerNotes": item.customer_notes if detail else None,
            "serviceId": item.service_id,
            "serviceName": item.service_name,
            start: date_time_time_zone(item.start, zulu=zulu),
            end: date_time_time_zone(item.end, zulu=zulu),
            "duration": iso_duration(item.duration),
            "preBuffer": "PT0S",
            "postBuffer": "PT0S",
            "priceType": item.price_type,
            "price": float(item.price),
            "serviceNotes": item.service_notes if detail else None,
            "optOutOfCustomerEmail": False,
            "smsNotificationsEnabled": False,
            "staffMemberIds": item.staff_ids,
            "maximumAttendeesCount": item.maximum_attendees,
            "filledAttendeesCount": len(item.attendees) + item.unnamed,
            "anonymousJoinWebUrl": None,
            "isCustomerAllowedToManageBooking": item.self_service_id not in (None, STAFF_MADE),
            "appointmentLabel": item.label,
            "createdDateTime": item.created,
            "lastUpdatedDateTime": item.last_updated,
            "serviceLocation": _location(item.location),
            "reminders": _reminders(item) if detail else [],
            "customers": [],
        }
        if detail and not item.flat_only:
            result["customers"] = [self._attendee(a) for a in item.attendees]
        if self.beta:
            result["customerId"] = first.customer_id if first and detail else None
            result["customerLocation"] = None
            result["onlineMeetingUrl"] = result["joinWebUrl"]
            result.update(NO_INVOICE | item.invoice)
        return self._trim(result, sparse=item.serial % 3 == 2)

    def _attendee(self, attendee: Attendee) -> dict:
        return {
            "@odata.type": "#microsoft.graph.bookingCustomerInformation",
            "customerId": attendee.customer_id,
            "name": attendee.name,
            "emailAddress": attendee.email,
            "phone": attendee.phone,
            "notes": attendee.notes,
            "location": _location("") if attendee.customer_id else None,
            "timeZone": attendee.time_zone,
            "customQuestionAnswers": [_answer(*pair) for pair in attendee.answers],
        }

    # -- everything else -----------------------------------------------------------------------

    def business(self, properties: dict) -> dict:
        """A business as GET by id gives it."""
        hours = [self._hours(day) for day in properties["businessHours"]]
        result = properties | {"businessHours": hours}
        if self.beta and result["address"]:
            result["address"] = _beta_address(result["address"])
        if self.habits.us_government and result["schedulingPolicy"]:
            policy = dict(result["schedulingPolicy"])
            del policy["customAvailabilities"], policy["generalAvailability"]
            result["schedulingPolicy"] = policy
        return self._trim(result)

    def business_item(self, properties: dict) -> dict:
        """A business in the list: its id and its name."""
        return {"id": properties["id"], "displayName": properties["displayName"]}

    def service(self, record: dict, *, detail: bool) -> dict:
        """A service; its reminders come by id only."""
        return self._trim(record if detail else record | {"defaultReminders": []})

    def staff(self, record: dict, *, unknown_members: bool) -> dict:
        """A staff member.

        :param unknown_members: the caller prefers to see enum members that came later
        """
        result = dict(record)
        if not unknown_members and result["role"] in UNFAMILIAR_ROLES:
            result["role"] = "unknownFutureValue"
        if self.beta:
            result["colorIndex"] = 1
            result["workingHours"] = [self._hours(day) for day in result["workingHours"]]
        return self._trim(result)

    def customer(self, record: dict) -> dict:
        """A customer, with the address members that each version has."""
        result = dict(record)
        if self.beta:
            result["addresses"] = [_beta_address(a) for a in result["addresses"]]
        else:
            blank = {"language": None, "region": None}
            result["phones"] = [blank | phone for phone in result["phones"]]
        return self._trim(result)

    def question(self, record: dict) -> dict:
        """A custom question."""
        return self._trim(record)

    def _hours(self, day: dict) -> dict:
        if not self.beta:
            return day
        slots = [{"start": s["startTime"], "end": s["endTime"]} for s in day["timeSlots"]]
        return day | {"timeSlots": slots}

    def _trim(self, result: dict, sparse: bool = False) -> dict:
        if sparse and self.habits.sparse:
            result = {key: value for key, value in result.items() if value is not None}
        if self.habits.us_government:
            result = {k: v for k, v in result.items() if k not in GOVERNMENT_LACKS}
        return result


def _meeting(item: Appointment) -> str | None:
    return f"https://teams.sandbox.invalid/l/{item.serial}" if item.online else None


def _location(name: str | None) -> dict | None:
    if name is None:
        return None
    return {
        "displayName": name,
        "locationEmailAddress": None,
        "locationUri": "",
        "locationType": None,
        "uniqueId": None,
        "uniqueIdType": None,
        "address": None,
        "coordinates": None,
    }


def _beta_address(address: dict) -> dict:
    return {"type": "business", "postOfficeBox": None} | address


def _reminders(item: Appointment) -> list:
    if item.serial % 4:
        return []
    return [{"offset": "P1D", "recipients": "allAttendees", "message": "À demain !"}]


def _answer(question: str, answer: str) -> dict:
    return {
        "questionId": None,
        "question": question,
        "answerInputType": "text",
        "answerOptions": [],
        "isRequired": False,
        "answer": answer,
        "selectedOptions": [],
    }
