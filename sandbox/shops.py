# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The two invented shops: a studio in Lausanne and a hairdresser in Paris."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from .tenant import Tenant
from .vocabulary import TOWNS, email_of, person, phone_of

ATELIER = "atelier@contoso.example"
SALON = "salon@contoso.example"

# name, minutes, price, price type, customers an appointment takes
ATELIER_SERVICES = (
    ("Cours de poterie", 120, "65.00", "fixedPrice", 8),
    ("Initiation au tour", 60, "95.00", "fixedPrice", 1),
    ("Émaillage d'une pièce", 45, "49.90", "fixedPrice", 1),
    ("Stage découverte", 180, "148.50", "fixedPrice", 1),
    ("Location de l'atelier", 90, "24.00", "hourly", 1),
    ("Restauration de céramique", 120, "96.00", "hourly", 1),
    ("Réparation d'objet", 60, "40.00", "startingAt", 1),
    ("Pièce sur mesure", 60, "0.00", "priceVaries", 1),
    ("Cuisson en grande série", 30, "0.00", "callUs", 1),
    ("Expertise", 45, "0.00", "notSet", 1),
    ("Visite de l'atelier", 30, "0.00", "free", 1),
)
SALON_SERVICES = (
    ("Coupe femme", 45, "48.00", "fixedPrice", 1),
    ("Coupe homme", 30, "29.50", "fixedPrice", 1),
    ("Couleur", 90, "72.00", "fixedPrice", 1),
    ("Brushing", 30, "27.00", "fixedPrice", 1),
    ("Atelier chignon", 90, "35.00", "fixedPrice", 5),
    ("Coiffure à domicile", 90, "44.00", "hourly", 1),
    ("Coiffure de mariée", 120, "110.00", "startingAt", 1),
    ("Extensions", 150, "0.00", "priceVaries", 1),
    ("Diagnostic capillaire", 15, "0.00", "free", 1),
)


class Shop:
    """A business while it is being set up, with what its bookings are made from.

    :ivar services: name -> id
    :ivar staff: ids, in the order of their names
    :ivar zone: the time zone in which its day is planned
    :ivar country: where its customers live, as they write it
    """

    def __init__(
        self,
        tenant: Tenant,
        business_id: str,
        display_name: str,
        zone: str,
        country: str = "Suisse",
        **members,
    ):
        self.tenant = tenant
        self.country = country
        self.id = business_id
        self.zone = ZoneInfo(zone)
        members.setdefault("time_zone", zone)
        self.business = tenant.add_business(business_id, display_name, **members)
        self.services: dict[str, str] = {}
        self.staff: list[str] = []

    def staff_up(self, people, time_zones=("Europe/Zurich",)):
        """Staff members: (name, role) pairs; their time zones in turn."""
        domain = self.id.partition("@")[2]
        for index, (name, role) in enumerate(people):
            first, _, last = name.partition(" ")
            self.staff.append(
                self.tenant.add_staff(
                    self.id,
                    name,
                    email=email_of(first, last, 0).partition("@")[0] + "@" + domain,
                    role=role,
                    time_zone=time_zones[index % len(time_zones)],
                )
            )

    def offer(self, rows, questions=()):
        """Services, from rows as above, done by all the staff."""
        for name, minutes, price, price_type, attendees in rows:
            self.services[name] = self.tenant.add_service(
                self.id,
                name,
                price=price,
                price_type=price_type,
                duration=timedelta(minutes=minutes),
                attendees=attendees,
                staff=self.staff,
                language=self.business.properties["languageTag"],
                questions=questions,
            )

    def welcome(self, index: int) -> str:
        """The customer made of person number ``index``, with e-mail, phone and address."""
        first, last = person(index)
        towns = TOWNS[self.country]
        postal_code, city, street = towns[index % len(towns)]
        return self.tenant.add_customer(
            self.id,
            f"{first} {last}",
            email_of(first, last, index),
            phone_of(index),
            street=f"{street} {index % 60 + 1}",
            postal_code=postal_code,
            city=city,
            country=self.country,
        )


def open_atelier(tenant: Tenant) -> Shop:
    """Atelier du Lac, Lausanne: CHF, Europe/Zurich, French."""
    shop = Shop(
        tenant,
        ATELIER,
        "Atelier du Lac",
        "Europe/Zurich",
        currency="CHF",
        language="fr-CH",
        phone="+41 21 312 00 00",
        web_site="https://atelier.contoso.example",
        business_type="Artisanat",
        address={
            "street": "Avenue d'Ouchy 14",
            "city": "Lausanne",
            "state": "VD",
            "countryOrRegion": "Suisse",
            "postalCode": "1006",
        },
    )
    shop.staff_up(
        (
            ("Zoé Rochat", "administrator"),
            ("Léa Cuénoud", "teamMember"),
            ("Rémy Thévoz", "scheduler"),
            ("Björn Næss", "externalGuest"),
        ),
        ("Europe/Zurich", "W. Europe Standard Time"),
    )
    shop.offer(ATELIER_SERVICES, [tenant.add_question(ATELIER, "Une allergie à signaler ?")])
    return shop


def open_salon(tenant: Tenant, **members) -> Shop:
    """Salon Rive Gauche, Paris: EUR, Europe/Paris, French."""
    shop = Shop(
        tenant,
        SALON,
        "Salon Rive Gauche",
        "Europe/Paris",
        country="France",
        currency="EUR",
        language="fr-FR",
        phone="+33 1 44 00 00 00",
        business_type="Coiffure",
        **members,
    )
    shop.staff_up(
        (("Margaux Lefèvre", "administrator"), ("Aïcha Benali", "guest")),
        ("Romance Standard Time", "Europe/Paris"),
    )
    options = ("Courts", "Mi-longs", "Longs")
    shop.offer(SALON_SERVICES, [tenant.add_question(SALON, "Longueur des cheveux", options)])
    return shop
