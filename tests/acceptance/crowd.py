"""Five hundred contacts and five hundred customers, and what must become of each of them.

The expectation is written down here, person by person, from the rules a bookkeeper would be told:
it imports nothing of the product and computes nothing the way the product does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

ACCENTED = (
    ("José", "Muñoz"),
    ("Zoë", "Ångström"),
    ("Jürgen", "Großmann"),
    ("Renée", "Lefèvre"),
    ("Søren", "Ærø"),
    ("João", "Gonçalves"),
    ("Þóra", "Ásgeirsdóttir"),
    ("Íñigo", "Núñez"),
)
PLAIN = (
    ("Ann", "Lee"),
    ("Bob", "Stone"),
    ("Carla", "Reyes"),
    ("Dan", "O'Hara"),
    ("Eve", "Van der Berg"),
    ("Finn", "Mac-Leod"),
    ("Grace", "Hill"),
    ("Hugo", "Da Silva"),
)
#: A US company's QuickBooks holds ISO-8859-1: it refuses each of these.
FOREIGN = (
    ("伟", "王"),
    ("Дмитрий", "Орлов"),
    ("Łukasz", "Wiśniewski"),
    ("Thị Mai", "Nguyễn"),
    ("محمد", "حسن"),
    ("Ελένη", "Παπά"),
    ("Ştefan", "Ionescu"),
    ("Jiří", "Dvořák"),
    ("さくら", "田中"),
    ("Ana 🌻", "Sol"),
)

IN_SYNC = ("in_sync", None)
NO_EMAIL = ("excluded", "no_email")
AMBIGUOUS = ("failing", "ambiguous_match")
NAME_TAKEN = ("failing", "name_in_use")
BAD_NAME = ("failing", "invalid_name")
FOREIGN_SCRIPT = ("failing", "unsupported_characters")


@dataclass
class Contact:
    """A contact as it is entered, and what must become of it."""

    given: dict[str, str]
    outcome: tuple[str, str | None]
    creates: dict[str, str] | None = None  # the customer it becomes
    partner: Customer | None = None  # the customer it is linked with
    after: dict[str, str] | None = None  # where the run changes it
    company: str = ""
    id: str = ""


@dataclass
class Customer:
    """A customer as it is entered, and what must become of it."""

    name: str
    email: str
    fields: dict[str, str]
    outcome: tuple[str, str | None]
    creates: dict[str, str] | None = None  # the contact it becomes
    after: dict[str, str] | None = None
    id: str = ""


@dataclass
class Crowd:
    """Everybody."""

    contacts: list[Contact] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)

    def expected_updates(self) -> tuple[int, int]:
        """How many contacts and how many customers a run changes."""
        return (
            sum(one.after is not None for one in self.contacts),
            sum(one.after is not None for one in self.customers),
        )

    def outcomes(self) -> list[tuple[str | None, str]]:
        """The outcome of every row: a linked pair is one, with its contact."""
        linked = [c.partner for c in self.contacts if c.partner]
        alone = [c for c in self.customers if c not in linked]
        return [one.outcome for one in (*self.contacts, *alone)]


def pick(names: Sequence[tuple[str, str]], number: int) -> tuple[str, str]:
    """A name nobody else has."""
    first, last = names[number % len(names)]
    return first, f"{last} {number}"


def gather() -> Crowd:
    """500 and 500, of which 200 are the same people."""
    crowd = Crowd()
    _the_same_people(crowd)
    _only_in_hubspot(crowd)
    _only_in_quickbooks(crowd)
    assert len(crowd.contacts) == len(crowd.customers) == 500
    assert sum(contact.partner is not None for contact in crowd.contacts) == 200
    return crowd


def _the_same_people(crowd: Crowd) -> None:
    for number in range(200):
        first, last = pick(ACCENTED if number % 5 == 0 else PLAIN, number)
        email = f"same{number}@example.com"
        contact = Contact({"email": email, "firstname": first, "lastname": last}, IN_SYNC)
        customer = Customer(
            f"{last}, {first}", email, {"GivenName": first, "FamilyName": last}, IN_SYNC
        )
        if 140 <= number < 160:  # capitals and blanks are the same address
            customer.email = f"  Same{number}@Example.COM "
        elif 160 <= number < 180:  # both have a phone: QuickBooks' stands, as the preset says
            contact.given["phone"] = f"555 1{number}"
            customer.fields["Phone"] = f"555 2{number}"
            contact.after = {**contact.given, "phone": f"555 2{number}"}
        elif 180 <= number < 190:  # the side that knows the city tells the other
            contact.given["city"] = "Malmö"
            customer.after = {
                **{"DisplayName": customer.name, "GivenName": first, "FamilyName": last},
                **{"email": email, "city": "Malmö"},
            }
        contact.partner = customer
        crowd.contacts.append(contact)
        crowd.customers.append(customer)


def _only_in_hubspot(crowd: Crowd) -> None:
    def add(given: dict[str, str], outcome: tuple[str, str | None], name: str = "", **more: str):
        contact = Contact(given, outcome, company=more.get("company", ""))
        if name:
            pairs = (("GivenName", "firstname"), ("FamilyName", "lastname"), ("email", "email"))
            made = {theirs: given[ours] for theirs, ours in pairs if ours in given}
            # HubSpot keeps addresses in small letters; what it keeps is what arrives.
            made["email"] = made["email"].lower()
            contact.creates = {"DisplayName": name, **made}
        crowd.contacts.append(contact)

    def person(number: int, names: Sequence[tuple[str, str]] = PLAIN) -> dict[str, str]:
        first, last = pick(names, number)
        return {"email": f"hub{number}@example.com", "firstname": first, "lastname": last}

    for number in range(1000, 1230):
        given = person(number, ACCENTED if number % 6 == 0 else PLAIN)
        if number % 10 == 0:
            given["email"] = f"HUB{number}@Example.com"
        add(given, IN_SYNC, f"{given['firstname']} {given['lastname']}")
    for number in range(1300, 1315):
        given = person(number)
        del given["email"]
        add(given, NO_EMAIL)
    for number in range(1400, 1410):
        add(person(number, FOREIGN), FOREIGN_SCRIPT)
    for number in range(1500, 1510, 2):  # two contacts of one company: the first is its customer
        company = f"Café Número {number} & Söhne"
        add(person(number), IN_SYNC, company, company=company)
        add(person(number + 1), NAME_TAKEN, company=company)
    for number in range(1600, 1610, 2):  # two people of one name
        given = person(number)
        name = f"{given['firstname']} {given['lastname']}"
        add(given, IN_SYNC, name)
        add({**given, "email": f"hub{number + 1}@example.com"}, NAME_TAKEN)
    for number in range(5):  # the name of somebody else's customer, but for the capitals
        add(
            {
                "email": f"hub170{number}@example.com",
                "firstname": "Rival",
                "lastname": f"No {number}",
            },
            NAME_TAKEN,
        )
    for number in range(1800, 1810):
        given = person(number)
        given["lastname"] += ": Sons"
        add(given, BAD_NAME)
    for number in range(5):  # one contact, two customers with its address
        add({**person(1900 + number), "email": f"double{number}@example.com"}, AMBIGUOUS)
    for number in range(1950, 1955):  # nothing but an address: the address is the name
        email = f"hub{number}@example.com"
        add({"email": email}, IN_SYNC, email)


def _only_in_quickbooks(crowd: Crowd) -> None:
    def add(
        name: str,
        email: str,
        outcome: tuple[str, str | None],
        *,
        arrives: bool = False,
        **fields: str,
    ) -> None:
        customer = Customer(name, email, fields, outcome)
        if arrives:
            pairs = (("firstname", "GivenName"), ("lastname", "FamilyName"), ("phone", "Phone"),
                     ("company", "CompanyName"), ("city", "City"))  # fmt: skip
            made = {ours: fields[theirs] for ours, theirs in pairs if theirs in fields}
            customer.creates = {"email": email.strip().lower(), **made}
        crowd.customers.append(customer)

    for number in range(3000, 3235):
        first, last = pick(ACCENTED if number % 6 == 0 else PLAIN, number)
        names = {"GivenName": first, "FamilyName": last}
        extra = {"Phone": f"(206) 555-{number}", "City": "Göteborg"} if number % 4 == 0 else {}
        email = f"qb{number}@example.com"
        add(f"{first} {last}", email, IN_SYNC, arrives=True, **names, **extra)
    for number in range(3300, 3320):
        add(f"Walk-in {number}", "", NO_EMAIL)
    for number in range(20):  # two customers with one address, and nobody in HubSpot
        add(f"Branch {number}", f"office{number // 2}@example.com", AMBIGUOUS)
    for number in range(10):
        add(f"Twin {number}", f"double{number // 2}@example.com", AMBIGUOUS)
    for number in range(10):
        email = f"  Shouting{number}@EXAMPLE.com"
        add(f"SHOUTING {number} GmbH", email, IN_SYNC, arrives=True, CompanyName=f"Shout {number}")
    for number in range(5):
        add(f"RIVAL NO {number}", f"rival{number}@example.com", IN_SYNC, arrives=True)
