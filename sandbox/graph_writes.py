# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Graph's writes: what they take, what they answer, and how they refuse."""

from . import graph_members as members
from .graph_call import Call
from .replies import Reply, bad_request, not_found, unknown_error
from .templates import question_json, service_json, staff_json
from .wire import parse_duration
from .world import Appointment, Attendee, Business

TYPES = {
    "services": ("bookingService", members.SERVICE),
    "staffMembers": ("bookingStaffMember", members.STAFF),
    "customers": ("bookingCustomer", members.CUSTOMER),
    "customQuestions": ("bookingCustomQuestion", members.QUESTION),
}
# Declared in v1.0 as an abstract base, so that a body has to say which type it is of.
ABSTRACT = {"customers", "staffMembers"}
# More customers than this in one request: 500 UnknownError, since 2026.
MOST_CUSTOMERS = 4
INFORMATION = "#microsoft.graph.bookingCustomerInformation"


# -- businesses, services, staff, customers, questions -------------------------------------------


def update_business(graph, call: Call, business: Business) -> Reply:
    """PATCH of a business."""
    taken = members.take(call.json(), members.BUSINESS, "bookingBusiness")
    business.properties.update(taken, lastUpdatedDateTime=graph.tenant.stamp())
    return Reply(204)


def create_record(graph, call: Call, business: Business, kind: str) -> Reply:
    """POST of a service, staff member, customer or question: 201 with what was made."""
    type_name, writable = TYPES[kind]
    _check_type(call, kind)
    taken = members.take(call.json(), writable, type_name)
    name = taken.pop("displayName", None)
    if not name:
        raise bad_request("The property 'displayName' is required.")
    tenant = graph.tenant
    if kind == "customers":
        record = business.customers[tenant.add_customer(business.id, name)]
    else:
        store, make = {
            "services": (business.services, service_json),
            "staffMembers": (business.staff, staff_json),
            "customQuestions": (business.questions, question_json),
        }[kind]
        stamp = tenant.stamp()
        record = make(tenant.new_id(kind), name, stamp)
        if kind == "services":
            record["defaultPriceType"] = "notSet"
        store[record["id"]] = record
    record.update(taken, createdDateTime=record["lastUpdatedDateTime"])
    return graph.entity(call, graph.record(call, kind, record, detail=True), status=201)


def update_record(graph, call: Call, kind: str, record: dict) -> Reply:
    """PATCH: 204 without a body, but for customers, where it is 200 with the customer.

    Collections are replaced whole: what a body leaves out of them is lost.
    """
    type_name, writable = TYPES[kind]
    _check_type(call, kind)
    taken = members.take(call.json(), writable, type_name)
    record.update(taken, lastUpdatedDateTime=graph.tenant.stamp())
    if kind == "customers":
        return graph.entity(call, graph.record(call, kind, record, detail=True))
    return Reply(204)


def _check_type(call: Call, kind: str):
    """Refuse a body of another type, and of v1.0's abstract types one that does not name its type."""
    type_name, _writable = TYPES[kind]
    named = call.json().get("@odata.type")
    if named is None and (call.version == "beta" or kind not in ABSTRACT):
        return
    if named != f"#microsoft.graph.{type_name}":
        raise bad_request(
            f"The type '{named}' cannot be instantiated: 'microsoft.graph.{type_name}' is expected."
        )


# -- appointments ---------------------------------------------------------------------------------


def cancel(graph, business: Business, appointment_id: str) -> Reply:
    """Cancel or delete: nothing is left of it either way."""
    if appointment_id not in business.appointments:
        raise not_found()
    graph.tenant.cancel(appointment_id)
    return Reply(204)


def create_appointment(graph, call: Call, business: Business) -> Reply:
    """POST of an appointment, under the rules for a caller that is an application.

    A broken rule is a 500 without a word; only missing staff is named.
    """
    taken = _take(call)
    start, end = _times(taken)
    if not taken.get("staffMemberIds"):
        raise bad_request("Invalid Staff")
    service = business.services.get(taken.get("serviceId"))
    if service is None or start is None or len(taken.get("customers", ())) > MOST_CUSTOMERS:
        raise unknown_error()
    if not set(taken["staffMemberIds"]) <= set(business.staff):
        raise unknown_error()
    length = parse_duration(service["defaultDuration"])
    if end is not None and end - start != length:
        raise unknown_error()
    if _is_taken(business, start, start + length, taken["staffMemberIds"]):
        raise unknown_error()
    customers = _customers(graph, business, taken, service["maximumAttendeesCount"])
    appointment_id = graph.tenant.book(
        business.id,
        service["id"],
        start,
        customers=customers,
        staff=taken["staffMemberIds"],
        price=taken.get("price"),
        price_type=taken.get("priceType"),
    )
    item = graph.tenant.appointment(appointment_id)
    _apply(item, taken)
    body = graph.renderer(call).appointment(business, item, detail=True)
    return graph.entity(call, body, status=201)


def update_appointment(graph, call: Call, business: Business, item: Appointment) -> Reply:
    """PATCH of an appointment: 204. The invoice members exist in beta alone."""
    taken = _take(call)
    invoice = {name: taken.pop(name) for name in members.INVOICE if name in taken}
    if invoice and graph.habits.invoice_members == "refused":
        raise bad_request("The invoice of an appointment cannot be set.")
    start, end = _times(taken)
    start, end = (
        start or item.start,
        end or (start and start + item.duration) or item.end,
    )
    if end < start:
        raise unknown_error()
    service_id = taken.get("serviceId", item.service_id)
    if service_id != item.service_id and service_id not in business.services:
        raise unknown_error()
    if "customers" in taken:
        if len(taken["customers"]) > MOST_CUSTOMERS + len(item.attendees):
            raise unknown_error()
        people = _customers(graph, business, taken, item.maximum_attendees)
        item.attendees = [graph.tenant.attendee(business, person) for person in people]
    if service_id != item.service_id:
        graph.tenant.change_service(item.id, service_id)
    graph.tenant.move(item.id, start, end - start)
    _apply(item, taken)
    if graph.habits.invoice_members == "kept":
        item.invoice.update(invoice)
    return Reply(204)


def _take(call: Call) -> dict:
    writable = members.BETA_APPOINTMENT if call.version == "beta" else members.APPOINTMENT
    return members.take(call.json(), writable, "bookingAppointment")


def _times(taken: dict) -> tuple:
    start = taken.pop("startDateTime", None) or taken.pop("start", None)
    return start, taken.pop("endDateTime", None) or taken.pop("end", None)


def _is_taken(business: Business, start, end, staff_ids) -> bool:
    return any(
        set(item.staff_ids) & set(staff_ids)
        for item in business.calendar(start, end)
        if item.end > start
    )


def _customers(graph, business: Business, taken: dict, most: int) -> list:
    """Ids of customers for the entries of a body.

    An entry without its @odata.type is lost, like one with an id that nobody has. Where the
    service takes one customer alone, one without an id is made a new customer of.
    """
    found = []
    for entry in taken.get("customers", ()):
        if not isinstance(entry, dict) or entry.get("@odata.type") != INFORMATION:
            continue
        customer_id = entry.get("customerId")
        if customer_id in business.customers:
            found.append(customer_id)
        elif not customer_id and most == 1 and entry.get("name"):
            found.append(
                graph.tenant.add_customer(
                    business.id,
                    entry["name"],
                    entry.get("emailAddress"),
                    entry.get("phone"),
                )
            )
    if len(found) > most:
        raise unknown_error()
    if not found and taken.get("customerName"):
        found.append(
            Attendee(
                name=taken["customerName"],
                email=taken.get("customerEmailAddress"),
                phone=taken.get("customerPhone"),
            )
        )
    return found


# What a write sets on the appointment itself: member of Graph -> attribute of ours.
_PLAIN = {
    "staffMemberIds": "staff_ids",
    "serviceName": "service_name",
    "price": "price",
    "priceType": "price_type",
    "maximumAttendeesCount": "maximum_attendees",
    "serviceNotes": "service_notes",
    "customerNotes": "customer_notes",
    "appointmentLabel": "label",
    "isLocationOnline": "online",
}


def _apply(item: Appointment, taken: dict):
    for member, attribute in _PLAIN.items():
        if member in taken:
            setattr(item, attribute, taken[member])
