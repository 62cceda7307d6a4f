# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A small tenant in which each oddity of the real ones occurs at least once.

For trying the add-on in process, and for tests that want to see everything in forty appointments.
Which appointment is what does not depend on the day, only its date does.
"""

from datetime import datetime, time, timedelta
from random import Random

from .identifiers import guid
from .shops import Shop, open_atelier, open_salon
from .tenant import STAFF_MADE, Tenant
from .vocabulary import NOTES
from .world import Attendee


def build(tenant: Tenant, random: Random, size: int | None):
    """Fill the tenant; neither chance nor ``size`` has a say in it."""
    _fill_atelier(Diary(open_atelier(tenant)))
    _fill_salon(Diary(open_salon(tenant, time_zone="Romance Standard Time")))


class Diary:
    """Books by the day and the local hour."""

    def __init__(self, shop: Shop):
        self.shop = shop
        self.tenant = shop.tenant
        self.customers = [
            shop.welcome(index) for index in ((0, 1, 2, 3, 4, 5) if shop.staff[2:] else (6, 7))
        ]

    def book(self, name: str, days: int, hour: int, customers=(0,), **members) -> str:
        """An appointment ``days`` from now at ``hour`` o'clock. Returns its id.

        :param customers: numbers of the shop's customers, ids, or ``Attendee`` objects
        """
        today = self.tenant.now.astimezone(self.shop.zone).date()
        local = datetime.combine(today + timedelta(days=days), time(hour), self.shop.zone)
        who = [self.customers[c] if isinstance(c, int) else c for c in customers]
        members.setdefault("staff", [self.shop.staff[hour % len(self.shop.staff)]])
        members.setdefault("created", self.tenant.now - timedelta(days=70))
        members.setdefault("self_service_id", STAFF_MADE)
        service_id = self.shop.services[name]
        return self.tenant.book(self.shop.id, service_id, local, customers=who, **members)


def _fill_atelier(diary: Diary):
    tenant, shop = diary.tenant, diary.shop
    for number, name in enumerate(shop.services):
        if name != "Cours de poterie":
            diary.book(name, -20 + number, 9 + number % 3, [number % 6])
    diary.book("Cours de poterie", -12, 18, [0, 1, 2, 3])
    diary.book("Cours de poterie", -5, 18, [0, 1, 4], service_notes=NOTES[2])
    diary.book("Cours de poterie", -4, 18, [])
    diary.book("Initiation au tour", -9, 10, [1], price="0.00")
    diary.book("Initiation au tour", -9, 14, [1], price_type="undefined", price="0.00")
    diary.book("Location de l'atelier", -8, 8, [2], duration=timedelta(minutes=50))
    diary.book("Location de l'atelier", -7, 22, [3], duration=timedelta(hours=10))
    diary.book("Restauration de céramique", -7, 13, [4], staff=shop.staff[:2] * 2)
    diary.book("Restauration de céramique", -6, 13, [4], staff=[])
    diary.book("Émaillage d'une pièce", -6, 9, [])
    _odd_customers(diary)
    moved = diary.book("Stage découverte", -10, 9, [5])
    start = tenant.appointment(moved).start
    tenant.move(moved, start + timedelta(days=2))
    tenant.change_id(diary.book("Stage découverte", -11, 14, [2]))
    tenant.cancel(diary.book("Stage découverte", -3, 9, [3]))
    late = diary.book("Initiation au tour", -2, 9, [0])
    tenant.reprice(late, "80.00")
    _what_is_gone(diary)
    for number in range(6):
        diary.book("Initiation au tour", 1 + 2 * number, 10, [number])
    diary.book("Cours de poterie", 3, 18, [1, 2, 5])
    diary.book("Visite de l'atelier", 4, 11, [3], self_service_id=guid(tenant.seed, "page"))


def _odd_customers(diary: Diary):
    tenant, shop = diary.tenant, diary.shop
    no_email = tenant.add_customer(shop.id, "Yvette Rochat", phone="+41 21 555 00 01")
    diary.book("Émaillage d'une pièce", -5, 9, [no_email])
    luc = tenant.add_customer(shop.id, "Luc Favre", "famille.favre@romandie.example")
    tenant.add_customer(shop.id, "Anne Favre", "famille.favre@romandie.example")
    diary.book("Émaillage d'une pièce", -5, 10, [luc])
    again = tenant.add_customer(shop.id, "Zoé Rochat", "Zoe.Rochat@LAC.example ")
    diary.book("Émaillage d'une pièce", -5, 11, [again], customer_notes=NOTES[0])
    walk_in = Attendee(name="Hervé Pittet", email="herve.pittet@alpes.example")
    diary.book("Émaillage d'une pièce", -5, 14, [walk_in])
    diary.book("Émaillage d'une pièce", -5, 15, [Attendee(email="sans-nom@alpes.example")])
    flat = Attendee(name="Noël Corbaz", email="noel.corbaz@alpes.example", phone="0795550002")
    diary.book("Émaillage d'une pièce", -5, 16, [flat], flat_only=True)
    answers = (("Une allergie à signaler ?", "Aucune"),)
    answering = Attendee(name="Inès Rey", email="ines.rey@lac.example", answers=answers)
    diary.book("Initiation au tour", -4, 9, [answering], online=True, location="En ligne")


def _what_is_gone(diary: Diary):
    """Bookings whose service, staff member or customer was deleted since."""
    tenant, shop = diary.tenant, diary.shop
    service = tenant.add_service(shop.id, "Atelier d'hiver", price="55.00")
    shop.services["Atelier d'hiver"] = service
    staff = tenant.add_staff(shop.id, "Gaël Corbaz", role="guest")
    customer = shop.welcome(20)
    diary.book("Atelier d'hiver", -15, 14, [customer], staff=[staff])
    diary.book("Atelier d'hiver", -14, 14, [0])
    tenant.delete_service(shop.services.pop("Atelier d'hiver"))
    tenant.delete_staff(staff)
    tenant.delete_customer(customer)


def _fill_salon(diary: Diary):
    diary.book("Coupe femme", -13, 10, [0])
    diary.book("Coupe homme", -6, 17, [1])
    diary.book("Atelier chignon", -4, 14, [0, 1])
    diary.book("Coiffure à domicile", -2, 9, [0], duration=timedelta(minutes=75))
    diary.book("Coupe femme", 2, 10, [0])
