# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""As many appointments as wanted, for measuring."""

from datetime import timedelta
from random import Random

from .shops import Shop
from .tenant import STAFF_MADE, Tenant

SERVICES = (
    ("Consultation", 30, "80.00", "fixedPrice", 1),
    ("Suivi", 45, "110.50", "fixedPrice", 1),
    ("Bilan", 60, "150.00", "fixedPrice", 1),
    ("Conseil", 60, "120.00", "hourly", 1),
    ("Groupe", 90, "35.00", "fixedPrice", 6),
    ("Devis", 30, "0.00", "priceVaries", 1),
)
WEIGHTS = (30, 25, 20, 15, 8, 2)
DAYS_BACK, DAYS_AHEAD = 60, 30


def build(tenant: Tenant, random: Random, size: int | None, businesses: int = 1):
    """``size`` appointments (1,000 by default) in each of so many businesses.

    Spread evenly over 60 days back and 30 ahead, with a tenth as many customers, from 20 to
    5,000. The businesses are load-1@contoso.example and so on.
    """
    size = 1000 if size is None else size
    for number in range(1, businesses + 1):
        shop = Shop(
            tenant,
            f"load-{number}@contoso.example",
            f"Cabinet {number}",
            "Europe/Zurich",
            currency="CHF",
            language="fr-CH",
        )
        shop.staff_up([(f"Personne {letter}", "guest") for letter in "ABCDEFGH"])
        shop.offer(SERVICES)
        _fill(shop, random, size)


def _fill(shop: Shop, random: Random, size: int):
    tenant = shop.tenant
    customers = [shop.welcome(index) for index in range(min(max(20, size // 10), 5000))]
    names = random.choices(list(shop.services), WEIGHTS, k=size)
    quarters = (DAYS_BACK + DAYS_AHEAD) * 96
    first = tenant.now.replace(minute=0, second=0, microsecond=0) - timedelta(days=DAYS_BACK)
    for number, name in enumerate(names):
        group = random.sample(customers, random.randint(2, 5)) if name == "Groupe" else None
        start = first + timedelta(minutes=15 * (number * quarters // size))
        tenant.book(
            shop.id,
            shop.services[name],
            start,
            customers=group or [customers[int(random.random() * len(customers))]],
            staff=[shop.staff[number % len(shop.staff)]],
            created=start - timedelta(days=DAYS_BACK),
            self_service_id=STAFF_MADE,
        )
