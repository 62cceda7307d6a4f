# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Addresses of Bookings, which are free text, and those of Odoo, which know their country."""

import pickle
import unicodedata
from functools import cache

from babel import localedata

#: the members of an address, as ``graph/`` calls them
MEMBERS = ("street", "city", "postal_code", "state", "country")


def level_text(value):
    """A text for comparison: spaces levelled, "" for nothing."""
    return " ".join((value or "").split())


def level_name(name):
    """``Ana  MÜLLER`` and ``ana Muller`` are one name."""
    decomposed = unicodedata.normalize("NFKD", name or "")
    return level_text(
        "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()
    )


@cache
def world_names():
    """What countries are called in the languages of the world, after the Unicode CLDR.

    An address in Bookings is written in its customer's language, which nobody may have installed in Odoo.

    :return: a dict of levelled names and two-letter codes, without names that mean several countries
    """
    found = {}
    for identifier in localedata.locale_identifiers():
        if "_" not in identifier:
            # Babel would keep all of every language for good, which is 150 MB of each worker.
            with open(localedata.resolve_locale_filename(identifier), "rb") as data:
                territories = pickle.load(data).get("territories", {})
            for code, name in territories.items():
                if len(code) == 2 and code.isalpha():
                    found.setdefault(level_name(name), set()).add(code.casefold())
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1}


class Places:
    """The countries and states of Odoo, found by their code or by their name in any language.

    :param env: the environment; nothing is read before something is looked for
    """

    def __init__(self, env):
        self.env = env
        self._countries = None

    def country(self, text):
        """The country of a text, or an empty recordset."""
        if self._countries is None:
            countries = self.env["res.country"].search([])
            self._countries = {}
            for code, _name in self.env["res.lang"].get_installed():
                for country in countries.with_context(lang=code):
                    self._countries.setdefault(level_name(country.name), country.id)
            self._countries |= {country.code.casefold(): country.id for country in countries}
        name = level_name(text)
        found = self._countries.get(name) or self._countries.get(world_names().get(name))
        return self.env["res.country"].browse(found)

    def state(self, country, text):
        """The state of a country, or an empty recordset."""
        return country.state_ids.filtered(
            lambda state: level_name(text) in (level_name(state.name), state.code.casefold())
        )[:1]

    def level(self, address):
        """An address of Bookings for comparison; "" for none.

        :param address: a dict of :data:`MEMBERS` and texts
        """
        country = self.country(address["country"]) if address["country"] else None
        state = self.state(country, address["state"]) if country and address["state"] else None
        levelled = [level_text(address[name]) for name in MEMBERS[:3]]
        levelled.append(state.name if state else level_name(address["state"]))
        levelled.append(country.code if country else level_name(address["country"]))
        return "\n".join(levelled) if any(levelled) else ""

    def values(self, address):
        """An address of Bookings as values of a contact.

        :return: a dict, or ``None`` when Odoo does not know the country
        """
        country = self.country(address["country"]) if address["country"] else None
        if country is not None and not country:
            return None
        street, _newline, street2 = (address["street"] or "").strip().partition("\n")
        state = self.state(country, address["state"]) if country and address["state"] else None
        return {
            "street": street.strip() or False,
            "street2": ", ".join(line.strip() for line in street2.splitlines() if line.strip())
            or False,
            "city": address["city"] or False,
            "zip": address["postal_code"] or False,
            "state_id": state.id if state else False,
            "country_id": country.id if country else False,
        }


def contact_address(partner):
    """The address of a contact as Bookings takes it.

    :return: a dict of :data:`MEMBERS` and texts
    """
    streets = (partner.street, partner.street2)
    return {
        "street": "\n".join(street for street in streets if street),
        "city": partner.city or "",
        "postal_code": partner.zip or "",
        "state": partner.state_id.name or "",
        "country": partner.country_id.name or "",
    }
