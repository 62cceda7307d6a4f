# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What happens in Bookings: each step changes the sandbox and tells the model of it."""

from datetime import timedelta

from .history_world import BUSINESS, PRICES, QUARTER, Visit

# Far beyond what is read.
OUT = timedelta(days=300)


class CalendarSteps:
    """The steps of Bookings. A step that finds nothing to do returns ``None``, else what it did in words.

    :param world: the :class:`.history_world.World`
    """

    def __init__(self, world):
        self.world, self.tenant, self.random = world, world.tenant, world.random

    def pick(self, condition=lambda visit: True):
        """An appointment that is there, within what is read, and fulfils a condition; or ``None``."""
        visits = [v for v in self.world.live_visits() if not v.out and condition(v)]
        return self.random.choice(visits) if visits else None

    def draw_people(self, most):
        """Different people, at least one."""
        people = self.world.people
        return self.random.sample(people, self.random.randint(1, min(most, len(people))))

    # -- appointments --------------------------------------------------------------------------

    def book(self):
        """An appointment, mostly of one; by the staff or on the page; by a listed customer, a guest or nobody."""
        world = self.world
        service = self.random.choice(sorted(self.business.services))
        places = self.business.services[service]["maximumAttendeesCount"]
        kind = self.random.random()
        if kind < 0.1:
            people = []
        elif kind < 0.25:
            people = [world.new_guest()]
        else:
            people = self.draw_people(places)
        members = {}
        if self.random.random() < 0.5:
            members["self_service_id"] = f"page-{len(world.visits)}"
        if self.random.random() < 0.3:
            members["price"] = self.random.choice(PRICES)
        graph_id = self.tenant.book(
            BUSINESS,
            service,
            world.draw_start(),
            duration=self.random.randint(1, 12) * QUARTER,
            customers=[world.attendee_of(person) for person in people],
            staff=self.random.sample(world.staff, self.random.randint(0, len(world.staff))),
            **members,
        )
        visit = Visit(self.tenant.appointment(graph_id))
        visit.who = visit.when = True
        world.visits.append(visit)
        world.enter(visit, people)
        return f"book #{visit.appointment.serial} for {[p.name for p in people]} {members}"

    @property
    def business(self):
        return self.world.business

    def move(self):
        """Another start, sometimes another length."""
        visit = self.pick(lambda visit: not visit.when_locked)
        if visit:
            length = self.random.choice((None, self.random.randint(1, 12) * QUARTER))
            self.tenant.move(visit.appointment.id, self.world.draw_start(), length)
            visit.when = True
            return f"move #{visit.appointment.serial} to {visit.appointment.start}"
        return None

    def move_out(self):
        """To a time that no synchronisation reads, or back from there."""
        back = [visit for visit in self.world.live_visits() if visit.out]
        if back and self.random.random() < 0.6:
            visit = self.random.choice(back)
            self.tenant.move(visit.appointment.id, self.world.draw_start())
            visit.out, visit.back = False, True
        elif visit := self.pick(lambda visit: not (visit.when_locked or visit.new_id)):
            self.tenant.move(visit.appointment.id, visit.appointment.start + OUT)
            visit.out = True
        else:
            return None
        visit.when = visit.when_locked = True
        return f"move #{visit.appointment.serial} {'out' if visit.out else 'back'}"

    def cancel(self):
        """It is gone."""
        if visit := self.pick(lambda visit: not visit.back):
            self.tenant.cancel(visit.appointment.id)
            return f"cancel #{visit.appointment.serial}"
        return None

    def cancel_many(self):
        """A third of the calendar is gone at once."""
        visits = [v for v in self.world.live_visits() if not (v.out or v.back)]
        gone = self.random.sample(visits, len(visits) // 3)
        for visit in gone:
            self.tenant.cancel(visit.appointment.id)
        return f"cancel {[visit.appointment.serial for visit in gone]}"

    def reprice(self):
        """Another price, sometimes of another type."""
        if visit := self.pick():
            kind = self.random.choice((None, "fixedPrice", "hourly", "priceVaries", "free"))
            self.tenant.reprice(visit.appointment.id, self.random.choice(PRICES), kind)
            return f"reprice #{visit.appointment.serial}: {visit.appointment.price} {kind}"
        return None

    def relabel(self):
        """Another label, or other notes: nothing that is billed."""
        if visit := self.pick():
            how = self.random.choice((self.tenant.relabel, self.tenant.annotate))
            how(visit.appointment.id, self.world.new_name("Label"))
            return f"{how.__name__} #{visit.appointment.serial}"
        return None

    def change_service(self):
        """Another service, with its price."""
        visit = self.pick(lambda visit: not visit.when_locked)
        if visit:
            service = self.random.choice(sorted(self.business.services))
            self.tenant.change_service(visit.appointment.id, service)
            visit.when = True
            return f"service of #{visit.appointment.serial}"
        return None

    def reassign(self):
        """Other staff."""
        if visit := self.pick():
            staff = self.random.sample(self.world.staff, self.random.randint(0, 3))
            self.tenant.reassign(visit.appointment.id, staff)
            return f"staff of #{visit.appointment.serial}: {len(staff)}"
        return None

    def change_id(self):
        """Exchange moves the item. One made by the staff is recognised by when and who, which then stay."""
        visit = self.pick(lambda v: v.appointment.self_service_id or not (v.who or v.when))
        if visit:
            self.tenant.change_id(visit.appointment.id)
            visit.new_id = True
            if not visit.appointment.self_service_id:
                visit.who_locked = visit.when_locked = True
            return f"new id of #{visit.appointment.serial}"
        return None

    # -- who attends ---------------------------------------------------------------------------

    def join(self):
        """One more customer; where nobody was named, it was theirs all along."""
        visit = self.pick(
            lambda v: (
                not v.who_locked
                and len(v.appointment.attendees) < v.appointment.maximum_attendees
                and not (v.who and not v.appointment.attendees)
            )
        )
        if not visit:
            return None
        appointment = visit.appointment
        present = {self.world.who(attendee) for attendee in appointment.attendees}
        others = [
            p
            for p in self.world.people
            if p not in present
            and p.ids
            and not (p.guest and (appointment.serial, p) in self.world.places)
        ]
        if not others:
            return None
        before = [p for p in others if (appointment.serial, p) in self.world.places]
        person = self.random.choice(before if before and self.random.random() < 0.5 else others)
        if not appointment.attendees:
            visit.who_locked = True
            # Who was here before has a place already: then it is theirs again, and nobody's goes.
            if (appointment.serial, person) not in self.world.places:
                self.world.nobody_becomes(visit, person)
        self.tenant.join(appointment.id, self.world.attendee_of(person))
        self.world.enter(visit, [person])
        visit.who = True
        return f"{person.name} joins #{appointment.serial}"

    def leave(self):
        """One customer less, sometimes the last."""
        visit = self.pick(
            lambda v: (
                not v.who_locked
                and v.appointment.attendees
                and not (v.who and len(v.appointment.attendees) == 1)
            )
        )
        if not visit:
            return None
        attendees = self.tenant.touch(visit.appointment.id).attendees
        attendee = attendees.pop(self.random.randrange(len(attendees)))
        visit.who, visit.who_locked = True, visit.who_locked or not attendees
        return f"{self.world.who(attendee).name} leaves #{visit.appointment.serial}"

    def shuffle(self):
        """The same people in another order."""
        visit = self.pick(lambda visit: len(visit.appointment.attendees) > 1)
        if visit:
            self.random.shuffle(self.tenant.touch(visit.appointment.id).attendees)
            return f"shuffle #{visit.appointment.serial}"
        return None

    def rename(self):
        """Bookings names somebody's place otherwise: an id, a name, an address; it is the same place."""
        visit = self.pick(
            lambda v: v.appointment.attendees and not (v.who or v.who_locked or v.new_id)
        )
        if not visit:
            return None
        attendee = self.random.choice(visit.appointment.attendees)
        person = self.world.who(attendee)
        self.tenant.touch(visit.appointment.id)
        what = self.random.choice(("name", "email", "id"))
        if what == "id" and not attendee.customer_id and person.email:
            person.ids.append(self.tenant.add_customer(BUSINESS, person.name, person.email))
            attendee.name, attendee.email = person.name, person.email
            attendee.customer_id = person.ids[-1]
        elif what == "name":
            attendee.name = self.world.new_name("Corrected")
            person.ambiguous |= person.guest
        elif what == "email" and attendee.customer_id:
            attendee.email = self.random.choice(
                (None, f"{self.world.new_name('c').replace(' ', '')}@example.com")
            )
        else:
            return None
        visit.who = visit.who_locked = True
        place = self.world.place(visit, person)
        if place.line:
            place.line.renamed = True
        return f"{what} of {person.name} on #{visit.appointment.serial}"

    # -- the lists -----------------------------------------------------------------------------

    def customers(self):
        """Somebody new on the list, another address or name there, or somebody who is taken off it."""
        what = self.random.random()
        listed = [person for person in self.world.people if person.ids and not person.shared]
        if what < 0.5 or not listed:
            return f"welcome {self.world.welcome().name}"
        person = self.random.choice(listed)
        if person.ids[-1] not in self.business.customers:
            return None
        if what < 0.8:
            phones = [{"number": "+41 44 000 00 00", "type": "mobile"}]
            self.tenant.change_customer(person.ids[-1], phones=phones)
            return f"phone of {person.name}"
        person.ambiguous |= person.guest
        self.tenant.change_customer(person.ids[-1], displayName=self.world.new_name("Married"))
        return f"rename {person.name}"

    def services(self):
        """A service gets another name or price, or goes; appointments keep theirs."""
        service = self.random.choice(sorted(self.business.services))
        what = self.random.random()
        if what < 0.4:
            self.tenant.rename_service(service, self.world.new_name("Service"))
            return "rename a service"
        if what < 0.8:
            self.tenant.reprice_service(service, self.random.choice(PRICES))
            return "reprice a service"
        if service in self.world.listed_services and len(self.business.services) > 4:
            self.tenant.delete_service(service)
            return "delete a service"
        kind = self.random.choice(("fixedPrice", "hourly"))
        name = self.world.new_name("Service")
        self.world.services.append(
            self.tenant.add_service(BUSINESS, name, price="70", price_type=kind, attendees=3)
        )
        return f"add {name}"
