"""Fills a new company with the sample people of a seed; what they buy is in ``selling``.

The people come from ``simulators.common.people``, so that the same seed gives HubSpot's simulator
an overlapping world. A US company holds ISO-8859-1 text: names it cannot hold stand in Latin
letters.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from simulators.common.ledger import SYSTEM
from simulators.common.people import Person, people, quickbooks_people
from simulators.quickbooks import operations, selling
from simulators.quickbooks.company import Company, Writer
from simulators.quickbooks.entities.registry import BY_NAME

_WRITER = Writer(SYSTEM, "Robin Larkspur")
_MINUTES_APART = 11


def seed_company(company: Company, seed: int) -> None:
    """Create the customers, vendors and employees of a seed."""
    company.is_recording = False
    try:
        _fill(company, seed)
    finally:
        company.is_recording = True


def _fill(company: Company, seed: int) -> None:
    everybody = people(seed)
    customers = quickbooks_people(everybody)
    started = company.clock.now() - timedelta(days=400)
    for place, person in enumerate(customers):
        with company.clock.at(started + timedelta(minutes=_MINUTES_APART * place)):
            _create(company, "Customer", _customer(company, person))
    with company.clock.at(started + timedelta(days=30)):
        _add_vendors(company, everybody)
        _add_employees(company)
        _add_job(company, customers[0])
        _inactivate_last(company, customers)
    selling.sell(company, seed, customers, _WRITER)


def _customer(company: Company, person: Person) -> dict[str, Any]:
    given, family, shown = _names(company, person)
    body: dict[str, Any] = {"GivenName": given, "FamilyName": family, "DisplayName": shown}
    if person.company is not None:
        body["CompanyName"] = person.company.name
        body["WebAddr"] = {"URI": f"https://{person.company.domain}"}
    if person.email:
        body["PrimaryEmailAddr"] = {"Address": person.email}
    if person.phone:
        body["PrimaryPhone"] = {"FreeFormNumber": person.phone}
    if person.mobile:
        body["Mobile"] = {"FreeFormNumber": person.mobile}
    place = person.address
    address = {
        "Line1": place.street,
        "City": place.city,
        "CountrySubDivisionCode": place.state,
        "PostalCode": place.zip,
        "Country": place.country,
    }
    body["BillAddr"] = {name: value for name, value in address.items() if value}
    return body


def _names(company: Company, person: Person) -> tuple[str, str, str]:
    """Return given, family and display name, in Latin letters where the company needs them."""
    if company.representable(person.given + person.family) == person.given + person.family:
        return person.given, person.family, person.display_name
    handle = person.email.partition("@")[0]
    first, _, rest = handle.partition(".")
    given = first.capitalize() or f"Customer {person.number}"
    family = " ".join(word.capitalize() for word in rest.split("."))
    own = person.display_name == f"{person.given} {person.family}"
    return given, family, f"{given} {family}".strip() if own else person.display_name


def _add_vendors(company: Company, everybody: list[Person]) -> None:
    """Two suppliers, and one who is a contact in HubSpot too: the name is taken."""
    for name in ("Cascade Soil Supply", "Bright Path Freight"):
        mail = f"orders@{name.split(' ')[0].lower()}.example"
        _create(
            company,
            "Vendor",
            {"DisplayName": name, "CompanyName": name, "PrimaryEmailAddr": {"Address": mail}},
        )
    for person in everybody:
        only_hubspot = person.in_hubspot and not person.in_quickbooks and person.email
        if only_hubspot and f"{person.given}{person.family}".isascii():
            names = {"GivenName": person.given, "FamilyName": person.family}
            _create(company, "Vendor", {**names, "DisplayName": f"{person.given} {person.family}"})
            return


def _add_employees(company: Company) -> None:
    for given, family in (("Maren", "Holt"), ("Idris", "Vale")):
        _create(company, "Employee", {"GivenName": given, "FamilyName": family})


def _add_job(company: Company, person: Person) -> None:
    """A sub-customer of the first customer, without an e-mail address."""
    _, _, shown = _names(company, person)
    parent = company.name_holder(shown)
    if parent is not None:
        job = {"DisplayName": "Courtyard refit", "Job": True, "ParentRef": {"value": parent.id}}
        _create(company, "Customer", job)


def _inactivate_last(company: Company, customers: list[Person]) -> None:
    _, _, shown = _names(company, customers[-1])
    record = company.name_holder(shown)
    if record is not None:
        body = {"Id": record.id, "SyncToken": str(record.token), "sparse": True, "Active": False}
        operations.write(company, record.entity, body, _WRITER)


def _create(company: Company, entity: str, body: dict[str, Any]) -> None:
    operations.write(company, BY_NAME[entity], body, _WRITER)
