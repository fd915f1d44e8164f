"""Names, goods and countries a month is made of. Data only.

Names keep to Western European letters: a US company's QuickBooks takes no others. What happens to
the others is in ``nasty.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

GIVEN = (
    "Ann", "José", "Zoë", "Bob", "Jürgen", "Renée", "Søren", "Carla", "João", "Þóra", "Íñigo",
    "Dan", "Françoise", "Björn", "Eve", "Ágnes", "Grace", "Åsa", "Hugo", "Márcia",
)  # fmt: skip
FAMILY = (
    "Lee", "Muñoz", "Ångström", "O'Hara", "Großmann", "Lefèvre", "Ærø", "Gonçalves", "Stone",
    "Van der Berg", "Núñez", "Mac-Leod", "Straße", "Da Silva", "Hill", "Öztek", "Reyes", "D'Arcy",
)  # fmt: skip
COMPANY = (
    "Café Zürich", "Smith & Sons", "Peña, Hijos y Cía.", "Blåbær Design", "North/South Freight",
    "Événement", "«Best» Bakery", "Crème & Co", "Überholt", "The 50% Shop", "Müller + Maier",
    "A.B.C. Ltd", "Hôtel du Nord", "Rock 'n' Roll Records", "São Bento Imports",
)  # fmt: skip
LEGAL = ("GmbH", "Ltd", "LLC", "S.A.", "AB", "Ltda.", "& Fils", "Inc.")
GOODS = (
    "Consulting hour", "Garden design", "Oak table", "Señalización", "Kaffee, gemahlen",
    "Pump 3/4\"", "Site visit", "Fertiliser 25 kg", "Crème brûlée set", "Licence, yearly",
    "Café crème", "Trenching", "Hauling (per km)", "Support, tier #2", "Paint «Sky»",
    "Screw M4x20", "Rénovation", "Design review",
)  # fmt: skip
SAID = (
    "as agreed", "Lieferung in KW 42", "50% of the work done", "incl. travel", "ref. #A-17/b",
    "été 2026", "two people; half a day", "<b>not bold</b> & so on", "\"quoted\"", "",
)  # fmt: skip
QUANTITIES = tuple(
    map(Decimal, ("1", "1", "1", "2", "3", "4", "7", "10", "12", "25", "100", "3.5", "0.25", "1.75",
                  "0.33333", "0.66667", "12.125", "0.1", "2.333"))
)  # fmt: skip
PRICES = tuple(
    map(Decimal, ("63.5829", "33.335", "0.01", "0.005", "19.99", "100", "75.5", "149.95", "0.3333",
                  "1234.56", "12345.67", "0.0749", "8.125", "45", "999.99", "17.77777", "250.001"))
)  # fmt: skip
PERCENT_OFF = tuple(map(Decimal, ("5", "10", "12.5", "33.33", "50", "7.25")))


#: The wall clock of the simulated QuickBooks company.
COMPANY_ZONE = "America/Los_Angeles"


@dataclass(frozen=True)
class Country:
    """A QuickBooks company's home: currencies, and tax codes with the rates they stand for."""

    code: str
    home: str
    currencies: tuple[str, ...]  # of customers; the last is not set up in HubSpot
    rates: dict[str, tuple[Decimal, ...]]

    @property
    def wants_code_per_line(self) -> bool:
        return self.code != "US"


COUNTRIES = {
    one.code: one
    for one in (
        Country("US", "USD", ("USD", "EUR", "GBP", "AUD"),
                {"2": (Decimal(8),), "3": (Decimal("7.1"), Decimal(2))}),
        Country("GB", "GBP", ("GBP", "EUR", "USD", "AUD"),
                {"2": (Decimal(20),), "3": (Decimal(5),), "4": (Decimal(0),), "6": ()}),
        Country("CA", "CAD", ("CAD", "USD", "EUR", "AUD"),
                {"2": (Decimal(13),), "3": (Decimal(5),), "5": (Decimal(5), Decimal(7)), "7": ()}),
    )
}  # fmt: skip
