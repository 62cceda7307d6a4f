# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The model of a history: who has which place in Bookings, and what people decided about it in Odoo.

Nothing here knows how the add-on works: the calendar is read from the sandbox, decisions from whoever made them.
"""

from collections import namedtuple
from dataclasses import dataclass, field
from datetime import timedelta, timezone
from random import Random

from ..sandbox.world import Appointment, Attendee

BUSINESS = "studio@contoso.example"
QUARTER = timedelta(minutes=15)
# Starts are drawn within so many days around the beginning, and a history lasts so many: all of it within what is read.
DAYS_BACK, DAYS_AHEAD, DAYS_LONG = 25, 10, 9
LOOKBACK, HORIZON = DAYS_BACK + DAYS_LONG + 2, DAYS_AHEAD + 1
PRICES = ("0", "33.33", "49.90", "80", "100", "0.05")

# What Bookings says of one place, as Odoo has to have it.
Facts = namedtuple(
    "Facts", "graph_id start stop service staff price price_type name email count position"
)


@dataclass(eq=False)
class Person:
    """Somebody who books.

    :ivar ids: what the list of customers calls them; a guest of the page has none
    :ivar shared: the e-mail address is that of several people
    :ivar guest: booked on the page before being on the list
    :ivar ambiguous: one address under several names: linked before, or asked about since
    :ivar partner: the contact that a person in Odoo has linked, by its id
    :ivar bill_to: who pays for them as a person in Odoo said, by its id
    """

    name: str
    email: str | None
    ids: list = field(default_factory=list)
    shared: bool = False
    guest: bool = False
    ambiguous: bool = False
    partner: int | None = None
    bill_to: int | None = None


@dataclass(eq=False)
class Line:
    """A live invoice line: what was invoiced, on what, and whether it is posted."""

    move: int
    line: int
    facts: Facts
    amount: float
    payer: int
    posted: bool = False
    # The place was recognised under another key since: whether that counts as a change is free.
    renamed: bool = False
    # It was invoiced although it was gone: a person had said that it was held.
    gone: bool = False


@dataclass(eq=False, repr=False)
class Place:
    """One customer's place on an appointment: what is billed, and what was decided about it in Odoo."""

    appointment: Appointment
    person: Person | None
    booking: int | None = None
    # Every state in which a synchronisation may have seen it since the last one that saw everything.
    versions: set = field(default_factory=set)
    gone: bool = False
    # What its disappearance made of an outcome that nobody had decided.
    found_outcome: str = "attended"
    outcome: str | None = None
    excluded: bool = False
    contact: int | None = None
    payer: int | None = None
    price: float | None = None
    quantity: float | None = None
    fee: float | None = None
    line: Line | None = None

    def __repr__(self):
        who = self.person.name if self.person else "nobody"
        return f"{who} on #{self.appointment.serial} (booking {self.booking})"


@dataclass(eq=False)
class Visit:
    """An appointment, with what happened to it since the last synchronisation that saw everything.

    Some changes cannot be told from others when they come together. A lock keeps them apart.

    :ivar who: its attendees have changed; ``who_locked``: they must not change any more
    :ivar when: start, length or service have changed; ``when_locked``: they must not any more
    :ivar new_id: its id has changed
    :ivar out: it was moved beyond what is read, and is left alone until it is moved back
    :ivar back: it was moved back; until that is seen nobody would ask for it if it went
    """

    appointment: Appointment
    who: bool = False
    who_locked: bool = False
    when: bool = False
    when_locked: bool = False
    new_id: bool = False
    out: bool = False
    back: bool = False

    def settle(self):
        """Odoo has seen it as it is."""
        self.who = self.who_locked = self.when = self.when_locked = False
        self.new_id = self.back = False


class World:
    """One business of a sandbox tenant, everybody who books there, and the places.

    :param tenant: the sandbox's tenant
    :param random: what draws
    """

    def __init__(self, tenant, random: Random, time_zone: str, currency: str):
        self.tenant, self.random, self.began = tenant, random, tenant.now
        self.business = tenant.add_business(
            BUSINESS, "Studio", currency=currency, time_zone=time_zone
        )
        self.visits: list[Visit] = []
        self.places: dict[tuple, Place] = {}
        self.people: list[Person] = []
        self._who: dict[Attendee, Person] = {}
        self._starts: set = set()
        self._names = 0
        self.services = [
            tenant.add_service(BUSINESS, name, price=price, price_type=kind, attendees=attendees)
            for name, price, kind, attendees in (
                ("Haircut", "50", "fixedPrice", 1),
                ("Lesson", "80", "hourly", 1),
                ("Yoga", "100", "fixedPrice", 5),
                ("Course", "33.33", "hourly", 4),
                ("Audit", "0", "priceVaries", 1),
                ("Chat", "0", "free", 3),
            )
        ]
        # Those that a complete list has shown: one that goes before has no product.
        self.listed_services: set = set()
        self.staff = [tenant.add_staff(BUSINESS, self.new_name("Staff")) for _number in range(3)]
        for _number in range(5):
            self.welcome()
        for _number in range(2):
            self.welcome(email="home@example.com")
        self.welcome(email=None)

    # -- people and times ----------------------------------------------------------------------

    def new_name(self, kind):
        """A name that nobody and nothing else has."""
        self._names += 1
        return f"{kind} {self._names}"

    def welcome(self, email=""):
        """A new customer on the list; with an address of their own unless one is given."""
        name = self.new_name("Person")
        address = f"{name.replace(' ', '')}@example.com" if email == "" else email
        person = Person(name, address, shared=bool(email))
        person.ids.append(self.tenant.add_customer(BUSINESS, name, email=address))
        self.people.append(person)
        return person

    def new_guest(self):
        """Somebody who books on the page without being on the list."""
        name = self.new_name("Guest")
        person = Person(name, f"{name.replace(' ', '')}@example.com", guest=True)
        self.people.append(person)
        return person

    def draw_start(self):
        """A start that no appointment ever had: two at one time by one person might be one that was moved."""
        quarters = (DAYS_BACK + DAYS_AHEAD) * 96
        first = self.began.replace(minute=0, second=0) - timedelta(days=DAYS_BACK)
        while (start := first + QUARTER * self.random.randrange(quarters)) in self._starts:
            pass
        self._starts.add(start)
        return start

    # -- places --------------------------------------------------------------------------------

    def attendee_of(self, person):
        """How the sandbox is told who attends: by id, or in full."""
        if person.ids:
            return person.ids[-1]
        return Attendee(name=person.name, email=person.email)

    def enter(self, visit, people):
        """Note who has just come to an appointment, in the order in which they stand there."""
        fresh = [person for person in visit.appointment.attendees if person not in self._who]
        for attendee, person in zip(fresh, people, strict=True):
            self._who[attendee] = person

    def who(self, attendee):
        """The person of an entry of ``customers``; ``None`` for nobody."""
        return attendee and self._who[attendee]

    def place(self, visit, person):
        """The place of a person on an appointment, new unless they had it before."""
        key = (visit.appointment.serial, person)
        if key not in self.places:
            self.places[key] = Place(visit.appointment, person)
        return self.places[key]

    def nobody_becomes(self, visit, person):
        """The place of nobody is that of the first who comes, with all that was decided about it."""
        place = self.places.pop((visit.appointment.serial, None), None)
        if place:
            place.person = person
            self.places[visit.appointment.serial, person] = place
            if place.line:
                place.line.renamed = True

    def present(self):
        """The places that the sandbox has now: dict of place -> :class:`Facts`."""
        found = {}
        for visit in self.visits:
            appointment = visit.appointment
            if appointment.id in self.business.appointments:
                attendees = appointment.attendees or [None]
                for attendee in attendees:
                    place = self.place(visit, self.who(attendee))
                    found[place] = facts_of(appointment, attendee)
        return found

    def live_visits(self):
        """The appointments that are there."""
        there = self.business.appointments
        return [visit for visit in self.visits if visit.appointment.id in there]

    def visit(self, place):
        """The appointment of a place."""
        return next(visit for visit in self.visits if visit.appointment is place.appointment)


def facts_of(appointment, attendee):
    """What Odoo has to know of this entry of an appointment's ``customers``; ``None``: of nobody's place."""
    start, stop = (
        moment.astimezone(timezone.utc).replace(tzinfo=None)
        for moment in (appointment.start, appointment.end)
    )
    return Facts(
        graph_id=appointment.id,
        start=start,
        stop=stop,
        service=appointment.service_id,
        staff=frozenset(appointment.staff_ids),
        price=float(appointment.price),
        price_type=appointment.price_type,
        name=(attendee.name if attendee else None) or False,
        email=(attendee.email if attendee else None) or False,
        count=max(len(appointment.attendees), 1),
        # The order is Bookings' own; who takes the odd cents is kept by Odoo.
        position=None,
    )
