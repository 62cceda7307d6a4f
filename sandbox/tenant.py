# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A Bookings tenant in memory, and everything that can happen in one."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from . import oracle
from .identifiers import exchange_id, guid
from .registration import Registration
from .templates import (
    business_json,
    customer_json,
    question_json,
    service_json,
    staff_json,
)
from .wire import parse_duration
from .world import Appointment, Attendee, Business

STAFF_MADE = "00000000-0000-0000-0000-000000000000"


class Tenant(Registration):
    """Businesses and their appointments. Every change gets the next moment after ``now``.

    The same calls in the same order give the same tenant, ids included: nothing depends on the
    wall clock, on hash order or on the process.

    :ivar businesses: by id, an SMTP address
    :ivar now: the moment the tenant was built for
    """

    def __init__(self, *, seed=1, now: datetime, domain="contoso.example", name="Contoso"):
        if now.tzinfo is None:
            raise ValueError("now must be an aware datetime")
        super().__init__(seed=seed, domain=domain, name=name)
        self.now = now.astimezone(timezone.utc)
        self.businesses: dict[str, Business] = {}
        self._appointments: dict[str, Appointment] = {}
        self._serial = 0
        self._changes = 0

    # -- looking things up ---------------------------------------------------------------------

    def business(self, business_id: str) -> Business:
        """The business with that address, whatever its case. KeyError when there is none."""
        return self.businesses[business_id.lower()]

    def appointment(self, appointment_id: str) -> Appointment:
        """The appointment with that id, case-sensitive. KeyError when there is none."""
        return self._appointments[appointment_id]

    def held(self, business_id: str, now: datetime) -> list:
        """(appointment, attendee) of all that had ended at ``now``; see ``oracle.held``."""
        return oracle.held(self.business(business_id), now)

    def summary(self, now: datetime) -> dict:
        """Business id -> ``oracle.BusinessSummary`` of what ``now`` finds to be invoiced."""
        return {key: oracle.summarise(b, now) for key, b in self.businesses.items()}

    def shared_emails(self, business_id: str) -> dict:
        """Normalised e-mail -> names, of the addresses that several people share."""
        return oracle.shared_emails(self.business(business_id))

    def stamp(self) -> datetime:
        """The moment of the change that is being made: later than any before it."""
        self._changes += 1
        return self.now + timedelta(milliseconds=self._changes)

    # -- businesses and what they list ---------------------------------------------------------

    def add_business(self, business_id: str, display_name: str, **members) -> Business:
        """A business; see ``templates.business_json`` for the members, such as ``currency``."""
        properties = business_json(business_id, display_name, self.stamp(), **members)
        business = Business(business_id, properties)
        self.businesses[business_id.lower()] = business
        return business

    def soft_delete_business(self, business_id: str):
        """Its mailbox goes: the list still has it, everything below it is refused."""
        self.business(business_id).mailbox = False

    def restore_business(self, business_id: str):
        """Its mailbox comes back."""
        self.business(business_id).mailbox = True

    def new_id(self, kind: str) -> str:
        """The GUID of the next record of a kind."""
        self._changes += 1
        return guid(self.seed, kind, self._changes)

    def add_service(self, business_id: str, name: str, **members) -> str:
        """A service; see ``templates.service_json`` for the members. Returns its id."""
        service = service_json(self.new_id("service"), name, self.stamp(), **members)
        self.business(business_id).services[service["id"]] = service
        return service["id"]

    def add_staff(self, business_id: str, name: str, **members) -> str:
        """A staff member. Returns its id."""
        staff = staff_json(self.new_id("staff"), name, self.stamp(), **members)
        self.business(business_id).staff[staff["id"]] = staff
        return staff["id"]

    def add_customer(self, business_id: str, name: str, email=None, phone=None, **members) -> str:
        """A customer. Two may have the same name, the same e-mail or both. Returns its id."""
        customer = customer_json(
            self.new_id("customer"),
            name,
            self.stamp(),
            email=email,
            phone=phone,
            **members,
        )
        self.business(business_id).customers[customer["id"]] = customer
        return customer["id"]

    def add_question(self, business_id: str, text: str, options=()) -> str:
        """A custom question, with options a choice, else free text. Returns its id."""
        question = question_json(self.new_id("question"), text, self.stamp(), options=options)
        self.business(business_id).questions[question["id"]] = question
        return question["id"]

    def find(self, kind: str, record_id: str) -> tuple:
        """(business, record) of a service, staff member, customer or question, by its id.

        :param kind: "services", "staff", "customers" or "questions"
        """
        for business in self.businesses.values():
            record = getattr(business, kind).get(record_id)
            if record is not None:
                return business, record
        raise KeyError(record_id)

    def rename_service(self, service_id: str, name: str):
        """Appointments made before keep the name they were made with."""
        record = self.find("services", service_id)[1]
        record.update(displayName=name, lastUpdatedDateTime=self.stamp())

    def reprice_service(self, service_id: str, price, price_type: str | None = None):
        """Appointments made before keep their price."""
        record = self.find("services", service_id)[1]
        record.update(defaultPrice=Decimal(str(price)), lastUpdatedDateTime=self.stamp())
        record["defaultPriceType"] = price_type or record["defaultPriceType"]

    def delete_service(self, service_id: str):
        """The service goes; its appointments stay and point at nothing."""
        del self.find("services", service_id)[0].services[service_id]

    def delete_staff(self, staff_id: str):
        """The staff member goes; appointments stay and point at nobody."""
        del self.find("staff", staff_id)[0].staff[staff_id]

    def delete_customer(self, customer_id: str):
        """The customer goes from the list; appointments keep what they know of them."""
        del self.find("customers", customer_id)[0].customers[customer_id]

    def change_customer(self, customer_id: str, **members):
        """Set members of a customer by Graph's names (``displayName``, ``emailAddress``...)."""
        record = self.find("customers", customer_id)[1]
        record.update(members, lastUpdatedDateTime=self.stamp())

    # -- appointments --------------------------------------------------------------------------

    def book(
        self,
        business_id: str,
        service_id: str,
        start: datetime,
        *,
        duration: timedelta | None = None,
        customers=(),
        staff=(),
        price=None,
        price_type: str | None = None,
        created: datetime | None = None,
        **members,
    ) -> str:
        """Make an appointment; what is not given comes from its service. Returns its id.

        :param start: aware
        :param customers: ids of customers of the business, or ``Attendee`` objects for people
            who are not in its list; none at all is possible
        :param staff: ids of staff members, in order
        :param price: number or text, exact
        :param members: further fields of ``world.Appointment``
        """
        business = self.business(business_id)
        service = business.services[service_id]
        stamp = created or self.stamp()
        start = start.astimezone(timezone.utc)
        length = parse_duration(service["defaultDuration"]) if duration is None else duration
        members.setdefault("maximum_attendees", service["maximumAttendeesCount"])
        appointment = Appointment(
            id=exchange_id(self.seed, self._serial),
            serial=self._serial,
            business_id=business.id,
            service_id=service_id,
            service_name=service["displayName"],
            start=start,
            end=start + length,
            price=service["defaultPrice"] if price is None else Decimal(str(price)),
            price_type=price_type or service["defaultPriceType"],
            staff_ids=list(staff),
            attendees=[self.attendee(business, customer) for customer in customers],
            created=stamp,
            last_updated=stamp,
            **members,
        )
        self._serial += 1
        self._appointments[appointment.id] = appointment
        business.appointments[appointment.id] = appointment
        business.changed()
        return appointment.id

    def attendee(self, business: Business, customer) -> Attendee:
        """The entry of ``customers`` for a customer's id; an ``Attendee`` stands for itself."""
        if isinstance(customer, Attendee):
            return customer
        record = business.customers[customer]
        return Attendee(
            customer_id=customer,
            name=record["displayName"],
            email=record["emailAddress"],
            phone=next((phone["number"] for phone in record["phones"]), None),
            time_zone=business.time_zone,
        )

    def touch(self, appointment_id: str) -> Appointment:
        """The appointment, marked as changed now."""
        appointment = self._appointments[appointment_id]
        appointment.last_updated = self.stamp()
        self.business(appointment.business_id).changed()
        return appointment

    def move(self, appointment_id: str, start: datetime, duration: timedelta | None = None):
        """Another start, aware; the length stays unless given."""
        appointment = self.touch(appointment_id)
        length = appointment.duration if duration is None else duration
        appointment.start = start.astimezone(timezone.utc)
        appointment.end = appointment.start + length

    def cancel(self, appointment_id: str):
        """It is gone: from the lists, from calendarView, and by id."""
        appointment = self._appointments.pop(appointment_id)
        business = self.business(appointment.business_id)
        del business.appointments[appointment_id]
        business.changed()

    def reprice(self, appointment_id: str, price, price_type: str | None = None):
        """Another price, and another price type when given."""
        appointment = self.touch(appointment_id)
        appointment.price = Decimal(str(price))
        appointment.price_type = price_type or appointment.price_type

    def relabel(self, appointment_id: str, label: str | None):
        """Another appointmentLabel, which means nothing to Bookings."""
        self.touch(appointment_id).label = label

    def annotate(self, appointment_id: str, notes: str | None):
        """Other service notes, which only a GET by id shows."""
        self.touch(appointment_id).service_notes = notes

    def change_service(self, appointment_id: str, service_id: str):
        """Another service of the same business, with its name, price and price type."""
        appointment = self.touch(appointment_id)
        service = self.business(appointment.business_id).services[service_id]
        appointment.service_id = service_id
        appointment.service_name = service["displayName"]
        appointment.price = service["defaultPrice"]
        appointment.price_type = service["defaultPriceType"]

    def join(self, appointment_id: str, customer):
        """One more customer. ValueError when the appointment is full."""
        appointment = self._appointments[appointment_id]
        if len(appointment.attendees) >= appointment.maximum_attendees:
            raise ValueError("the appointment is full")
        business = self.business(appointment.business_id)
        self.touch(appointment_id).attendees.append(self.attendee(business, customer))

    def leave(self, appointment_id: str, customer_id: str):
        """That customer no longer attends. ValueError when they never did."""
        appointment = self._appointments[appointment_id]
        staying = [a for a in appointment.attendees if a.customer_id != customer_id]
        if len(staying) == len(appointment.attendees):
            raise ValueError("the customer does not attend")
        self.touch(appointment_id).attendees[:] = staying

    def reassign(self, appointment_id: str, staff_ids):
        """Other staff, in order."""
        self.touch(appointment_id).staff_ids = list(staff_ids)

    def change_id(self, appointment_id: str) -> str:
        """Exchange moves the item: the same appointment under another id, which is returned."""
        appointment = self.touch(appointment_id)
        business = self.business(appointment.business_id)
        del self._appointments[appointment_id], business.appointments[appointment_id]
        appointment.generation += 1
        appointment.id = exchange_id(self.seed, appointment.serial, appointment.generation)
        self._appointments[appointment.id] = appointment
        business.appointments[appointment.id] = appointment
        return appointment.id
