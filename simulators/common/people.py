"""Sample people and companies: the same seed gives both simulators the same world.

Knows who is a customer where, and how the two sides differ about a person; must not know how a
vendor stores it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace

from simulators.common import names

SHARED = 30
HUBSPOT_ONLY = 30
QUICKBOOKS_ONLY = 20
COMPANIES = 25
#: of the shared people: this many differ in phone, in address, lack a value on one side
_CONFLICTS = 3
_ONE_SIDED = 4
_SHARED_WITH_COMPANY = 12
_WITHOUT_EMAIL_HUBSPOT = 3
_WITHOUT_EMAIL_QUICKBOOKS = 3


@dataclass(frozen=True)
class Address:
    """A postal address in the United States."""

    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = "United States"


@dataclass(frozen=True)
class Company:
    """A company; several people may belong to it."""

    name: str
    domain: str
    phone: str
    industry: str
    address: Address


@dataclass(frozen=True)
class Person:
    """One person as one side knows them; missing values are empty text.

    ``number`` identifies the person within the seed: the same number on both sides is the same
    human being. ``display_name`` is unique among the customers of one seed.
    """

    number: int
    given: str
    family: str
    email: str
    phone: str
    mobile: str
    job_title: str
    company: Company | None
    address: Address
    display_name: str
    in_hubspot: bool
    in_quickbooks: bool


def companies(seed: int, count: int = COMPANIES) -> list[Company]:
    """The companies of a seed."""
    luck = random.Random(f"companies:{seed}")
    firsts = luck.sample(names.COMPANY_FIRST, len(names.COMPANY_FIRST))
    found = []
    for number in range(count):
        second, industry = names.COMPANY_SECOND[
            (number + number // len(names.COMPANY_SECOND)) % len(names.COMPANY_SECOND)
        ]
        again = number // len(firsts)
        name = f"{firsts[number % len(firsts)]} {second}" + (f" {again + 1}" if again else "")
        words = "".join(c if c.isalnum() else " " for c in name.lower()).split()
        address, area = _address(luck)
        found.append(
            Company(
                name=name,
                domain=f"{'-'.join(words)}.example",
                phone=_phone(luck, area),
                industry=industry,
                address=address,
            )
        )
    return found


def people(
    seed: int,
    *,
    shared: int = SHARED,
    hubspot_only: int = HUBSPOT_ONLY,
    quickbooks_only: int = QUICKBOOKS_ONLY,
    company_count: int = COMPANIES,
) -> list[Person]:
    """Everybody of a seed, as HubSpot knows them (QuickBooks' only ones as QuickBooks does).

    Among them: second contacts of one company, people without e-mail on either side, two
    QuickBooks customers with one e-mail, names in several scripts.
    """
    firms = companies(seed, company_count)
    luck = random.Random(f"people:{seed}")
    identities = _identities(luck, shared + hubspot_only + quickbooks_only)
    result: list[Person] = []
    for number, (given, family, handle) in enumerate(identities):
        in_hubspot = number < shared + hubspot_only
        in_quickbooks = number < shared or not in_hubspot
        firm = _firm_of(number, firms, shared, in_hubspot=in_hubspot)
        address, area = (firm.address, _area(firm)) if firm else _address(luck)
        result.append(
            Person(
                number=number,
                given=given,
                family=family,
                email=f"{handle}@{firm.domain if firm else 'mail.example'}",
                phone=_phone(luck, area),
                mobile=_phone(luck, area) if luck.random() < 0.5 else "",
                job_title=luck.choice(names.JOBS) if firm else "",
                company=firm,
                address=address,
                display_name=firm.name if firm and in_quickbooks else f"{given} {family}",
                in_hubspot=in_hubspot,
                in_quickbooks=in_quickbooks,
            )
        )
    return _with_flaws(result, shared, hubspot_only)


def hubspot_people(people_of_seed: Iterable[Person]) -> list[Person]:
    """The contacts, as HubSpot knows them."""
    return [person for person in people_of_seed if person.in_hubspot]


def quickbooks_people(people_of_seed: Iterable[Person]) -> list[Person]:
    """The customers, as QuickBooks knows them: some shared ones differ, one in capitals."""
    found: list[Person] = []
    for person in people_of_seed:
        if not person.in_quickbooks:
            continue
        found.append(_as_in_quickbooks(person) if person.in_hubspot else person)
    return found


def _as_in_quickbooks(person: Person) -> Person:
    place = person.number
    if place < _CONFLICTS:
        return replace(person, phone=person.phone[:-4] + "0199")
    if place < 2 * _CONFLICTS:
        moved = replace(person.address, street="PO Box 4410")
        return replace(person, address=moved)
    if place < 2 * _CONFLICTS + _ONE_SIDED:
        return replace(person, phone="", mobile=person.mobile or "(617) 555-0147")
    if place == 2 * _CONFLICTS + _ONE_SIDED:
        return replace(person, email=person.email.upper())
    return person


def _identities(luck: random.Random, count: int) -> list[tuple[str, str, str]]:
    """Distinct (given, family, mail handle); the listed names first, then made-up ones."""
    listed = [(g, f, f"{pg}.{pf}") for g, f, pg, pf in names.NAMES]
    luck.shuffle(listed)
    made = [(g, f, f"{g}.{f}".lower()) for g in names.GIVEN for f in names.FAMILY]
    luck.shuffle(made)
    found = listed[:count]
    number = 0
    while len(found) < count:
        given, family, handle = made[number % len(made)]
        again = number // len(made)
        # Beyond the combinations of the lists: a numbered family name keeps them distinct.
        suffix = f" {again + 1}" if again else ""
        found.append((given, family + suffix, handle + (str(again + 1) if again else "")))
        number += 1
    # Both groups on both sides of every boundary, not all foreign scripts among the shared ones.
    luck.shuffle(found)
    return found


def _firm_of(number: int, firms: list[Company], shared: int, *, in_hubspot: bool) -> Company | None:
    """Shared people: one of a company each. HubSpot's own: some are the second of a company."""
    if not firms:
        return None
    if number < shared:
        return (
            firms[number % len(firms)] if number < min(_SHARED_WITH_COMPANY, len(firms)) else None
        )
    if not in_hubspot:
        return None
    place = number - shared
    # Every other one has a company, beginning with companies that have somebody already.
    return firms[(place // 2 + _SHARED_WITH_COMPANY - 3) % len(firms)] if place % 2 == 0 else None


def _with_flaws(everybody: list[Person], shared: int, hubspot_only: int) -> list[Person]:
    """Take some e-mail addresses away, and give two QuickBooks customers the same one."""
    first_quickbooks = shared + hubspot_only
    changed = list(everybody)
    for person in everybody:
        last_hubspot = first_quickbooks - _WITHOUT_EMAIL_HUBSPOT
        if shared <= person.number and last_hubspot <= person.number < first_quickbooks:
            changed[person.number] = replace(person, email="", company=None, job_title="")
        if person.number >= first_quickbooks:
            place = person.number - first_quickbooks
            if place < _WITHOUT_EMAIL_QUICKBOOKS:
                changed[person.number] = replace(person, email="")
            elif place == _WITHOUT_EMAIL_QUICKBOOKS + 1:
                changed[person.number] = replace(person, email=changed[person.number - 1].email)
    return changed


def _address(luck: random.Random) -> tuple[Address, str]:
    city, state, code, area = luck.choice(names.PLACES)
    street = f"{luck.randint(10, 990)} {luck.choice(names.STREETS)}"
    return Address(street=street, city=city, state=state, zip=code), area


def _area(firm: Company) -> str:
    return firm.phone[1:4]


def _phone(luck: random.Random, area: str) -> str:
    """A number in the range kept free for fiction (555-0100 to 555-0199), or beside it."""
    return f"({area}) 555-{luck.randint(100, 189):04d}"
