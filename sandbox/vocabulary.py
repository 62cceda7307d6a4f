# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names of invented people and places in French-speaking Switzerland and around it."""

import unicodedata

FIRST_NAMES = (
    "Zoé Léa Chloé Noémie Élodie Aurélie Céline Mégane Anaïs Maëlle Inès Joëlle Françoise Hélène "
    "Béatrice Salomé Océane Solène Margaux Aïcha Loïc Raphaël Théo Jérôme Rémy Cédric Gaël Noël "
    "Benoît François Mathéo Stéphane Grégoire Aurèle Luc Étienne Hervé Yannick Sébastien Björn "
    "Alizée Capucine Mireille Véronique Jean-Marc Marie-Ève Anne-Sophie Pierre-Yves"
).split()
LAST_NAMES = (
    "Rochat|Favre|Bonvin|Jaquet|Cuénoud|Décaillet|Perrin|Blanc|Aebischer|Müller|Berset|Rey|"
    "Crettenand|Gonçalves|D'Amico|Nguyễn|Çelik|Dubois-Ferrière|Maillard|Pittet|Chappuis|Genoud|"
    "Monnier|Vuilleumier|Jeanneret|Corbaz|de Montmollin|Élie|O'Connor|Štěpánek|Kovačević|Næss|"
    "Bétrisey|Zürcher|Schönenberger|Ruchonnet|Thévoz|Décosterd|Grandjean|L'Éplattenier"
).split("|")
# By the country as its people write it.
TOWNS = {
    "Suisse": (
        ("1003", "Lausanne", "Rue de Bourg"),
        ("1204", "Genève", "Rue du Rhône"),
        ("1800", "Vevey", "Quai Perdonnet"),
        ("1820", "Montreux", "Grand-Rue"),
        ("1110", "Morges", "Rue Louis-de-Savoie"),
        ("2000", "Neuchâtel", "Faubourg de l'Hôpital"),
        ("1700", "Fribourg", "Rue de Lausanne"),
        ("1950", "Sion", "Rue du Grand-Pont"),
    ),
    "France": (
        ("75006", "Paris", "Rue de Seine"),
        ("75014", "Paris", "Rue Daguerre"),
        ("92120", "Montrouge", "Avenue Verdier"),
        ("94250", "Gentilly", "Rue Raspail"),
        ("92170", "Vanves", "Rue Sadi-Carnot"),
    ),
}

MAIL_DOMAINS = ("lac.example", "romandie.example", "courrier.example", "alpes.example")
NOTES = (
    "Préfère être rappelée l'après-midi.",
    "Allergie au latex.",
    "Vient avec son fils (6 ans).",
    "A demandé une facture au nom de l'entreprise.",
    "Parking côté cour 🚗",
)


def person(index: int) -> tuple[str, str]:
    """(first name, last name) number ``index``; the first 1,920 are all different."""
    first = FIRST_NAMES[index % len(FIRST_NAMES)]
    last = LAST_NAMES[(index + index // len(FIRST_NAMES)) % len(LAST_NAMES)]
    turn = index // (len(FIRST_NAMES) * len(LAST_NAMES))
    return first, f"{last} {turn + 1}" if turn else last


def email_of(first: str, last: str, index: int) -> str:
    """An address for a person, in a domain that can never exist; unique per name."""
    return f"{_ascii(first)}.{_ascii(last)}@{MAIL_DOMAINS[index % len(MAIL_DOMAINS)]}"


def phone_of(index: int) -> str:
    """A Swiss mobile number, in one of the ways in which people type it."""
    number = 1000000 + (index * 7919) % 8999999
    text = f"{number:07d}"
    grouped = f"{text[:3]} {text[3:5]} {text[5:]}"
    return (f"+41 79 {grouped}", f"079 {grouped}", f"004179{text}", f"079/{grouped}")[index % 4]


def _ascii(text: str) -> str:
    text = text.replace("æ", "ae").replace("Æ", "Ae")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(c for c in part if c.isalnum()) for part in plain.split())
