# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two months of two shops, to the last booking: what ``make demo`` shows.

400 held bookings of 60 people with an e-mail of their own (310 and 46 at the Atelier, 90 and 14 at
the Salon), 12 of which need a look (9 and 3), and 40 upcoming ones.
"""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from .agenda import Agenda
from .shops import Shop, open_atelier, open_salon
from .tenant import STAFF_MADE, Tenant
from .vocabulary import NOTES, email_of, person
from .wire import parse_duration

GROUP = {"Atelier du Lac": "Cours de poterie", "Salon Rive Gauche": "Atelier chignon"}
LABELS = (None, None, None, "Confirmé", "VIP")


@dataclass(frozen=True)
class Plan:
    """How many bookings of each kind a shop gets; ``doubtful`` are services without a price."""

    people: tuple[int, int]
    ready: int
    in_groups: int
    doubtful: tuple
    nameless: int
    without_email: int
    sharing_email: int
    upcoming: int


ATELIER_PLAN = Plan(
    people=(0, 46),
    ready=301,
    in_groups=88,
    doubtful=(
        "Réparation d'objet",
        "Pièce sur mesure",
        "Cuisson en grande série",
        "Expertise",
    ),
    nameless=2,
    without_email=2,
    sharing_email=1,
    upcoming=31,
)
SALON_PLAN = Plan(
    people=(46, 60),
    ready=87,
    in_groups=17,
    doubtful=("Coiffure de mariée", "Extensions"),
    nameless=1,
    without_email=0,
    sharing_email=0,
    upcoming=9,
)


def build(tenant: Tenant, random: Random, size: int | None):
    """Fill the tenant; ``size`` is not used, the numbers are fixed."""
    for shop, plan in (
        (open_atelier(tenant), ATELIER_PLAN),
        (open_salon(tenant), SALON_PLAN),
    ):
        Story(shop, plan, random).tell()


class Story:
    """The bookings of one shop, made in one fixed order from one source of chance."""

    def __init__(self, shop: Shop, plan: Plan, random: Random):
        self.shop = shop
        self.plan = plan
        self.random = random
        self.tenant = shop.tenant
        today = self.tenant.now.astimezone(shop.zone).date()
        self.past = Agenda(shop, random, today, -58, -1)
        self.future = Agenda(shop, random, today, 1, 28)
        self.customers = [shop.welcome(index) for index in range(*plan.people)]
        self.ids = dict(enumerate([customer] for customer in self.customers))
        services = shop.business.services
        self.priced = [
            name
            for name, service_id in shop.services.items()
            if services[service_id]["defaultPriceType"] in ("fixedPrice", "hourly")
            and name != GROUP[shop.business.display_name]
        ]

    def tell(self):
        self._register_twice()
        for index in range(3):
            self._cancelled(index)
        single = self._classes(self.plan.ready, self.plan.in_groups)
        # Everybody comes at least once; after that some come more often than others.
        for index in range(len(self.customers)):
            self._book(self.past, self.random.choice(self.priced), [self._one_of(index)])
        regulars = range(0, len(self.customers), 2)
        for _ in range(single - len(self.customers)):
            crowd = regulars if self.random.random() < 0.6 else range(len(self.customers))
            index = self.random.choice(crowd)
            self._book(self.past, self.random.choice(self.priced), [self._one_of(index)])
        self._doubtful()
        self._upcoming()

    def _one_of(self, index: int) -> str:
        return self.random.choice(self.ids[index])

    def _register_twice(self):
        """A few people are in the customer list twice, their address in another case."""
        for index in range(3, len(self.customers), 17):
            first, last = person(self.plan.people[0] + index)
            email = email_of(first, last, self.plan.people[0] + index)
            again = self.tenant.add_customer(self.shop.id, f"{first} {last}", email.title())
            self.ids[index].append(again)

    def _book(self, agenda: Agenda, name: str, customers, **members) -> str:
        service_id = self.shop.services[name]
        service = self.shop.business.services[service_id]
        length = parse_duration(service["defaultDuration"])
        if service["defaultPriceType"] == "hourly":
            length = timedelta(minutes=15 * self.random.randint(2, 10))
        start, staff = agenda.take(length)
        made = min(start, self.tenant.now) - timedelta(days=self.random.randint(1, 20))
        appointment_id = self.tenant.book(
            self.shop.id,
            service_id,
            start,
            duration=length,
            customers=customers,
            staff=[staff],
            created=made,
            self_service_id=self.random.choice((STAFF_MADE, STAFF_MADE, None)),
            label=self.random.choice(LABELS),
            **members,
        )
        if self.random.random() < 0.2:
            self.tenant.annotate(appointment_id, self.random.choice(NOTES))
        return appointment_id

    def _cancelled(self, index: int):
        """Booked, moved once, and cancelled: nothing of it is to be seen any more."""
        gone = self._book(self.past, self.priced[0], [self._one_of(index)])
        appointment = self.tenant.appointment(gone)
        self.tenant.move(gone, appointment.start + timedelta(minutes=15))
        self.tenant.cancel(gone)

    def _classes(self, ready: int, seats: int) -> int:
        """Classes with ``seats`` attendees in all. Returns the ready bookings still to be made."""
        left = seats
        while left:
            size = min(left, self.random.randint(2, 5))
            indexes = self.random.sample(range(len(self.customers)), size)
            name = GROUP[self.shop.business.display_name]
            self._book(self.past, name, [self._one_of(index) for index in indexes])
            left -= size
        return ready - seats

    def _doubtful(self):
        for name in self.plan.doubtful:
            index = self.random.randrange(len(self.customers))
            self._book(self.past, name, [self._one_of(index)])
        for _ in range(self.plan.nameless):
            self._book(self.past, self.random.choice(self.priced), [])
        for index in range(self.plan.without_email):
            first, last = person(100 + index)
            customer = self.tenant.add_customer(
                self.shop.id, f"{first} {last}", phone="079 555 00 1" + str(index)
            )
            self._book(self.past, self.priced[0], [customer])
        for _ in range(self.plan.sharing_email):
            email = "famille.favre@romandie.example"
            luc = self.tenant.add_customer(self.shop.id, "Luc Favre", email, "079 555 00 20")
            self.tenant.add_customer(self.shop.id, "Anne Favre", email, "079 555 00 21")
            self._book(self.past, self.priced[0], [luc])

    def _upcoming(self):
        """Single ones, of every service, the free ones included."""
        names = [n for n in self.shop.services if n != GROUP[self.shop.business.display_name]]
        for number in range(self.plan.upcoming):
            index = self.random.randrange(len(self.customers))
            name = names[number % len(names)]
            self._book(self.future, name, [self._one_of(index)])
