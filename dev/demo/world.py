# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The two companies of the demo, and what the sandbox is known to hold for them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Company:
    """A company, and the Bookings business that its customers book at.

    :param language: of its customers
    :param held: bookings that ended before the sandbox's ``now``
    :param to_check: those of them that cannot be invoiced as they are
    """

    name: str
    country: str
    currency: str
    chart: str
    city: str
    language: str
    business: str
    held: int
    to_check: int


COMPANIES = (
    Company(
        name="Atelier du Lac SA",
        country="CH",
        currency="CHF",
        chart="ch",
        city="Lausanne",
        language="fr_CH",
        business="atelier@contoso.example",
        held=310,
        to_check=9,
    ),
    Company(
        name="Salon Rive Gauche SARL",
        country="FR",
        currency="EUR",
        chart="fr",
        city="Paris",
        language="fr_FR",
        business="salon@contoso.example",
        held=90,
        to_check=3,
    ),
)

# Two people of one household who share an address: Odoo must not guess between them.
HOUSEHOLD = ("Luc Favre", "Anne Favre")
HOUSEHOLD_EMAIL = "famille.favre@romandie.example"

ACCOUNTANT = "accountant"
ADMINISTRATOR = "admin"
