"""Filling a new account with sample companies and contacts; what they buy is in ``selling``.

Knows how the common sample people become HubSpot records.
"""

from __future__ import annotations

from datetime import timedelta

from simulators.common.people import Company, Person, companies, hubspot_people, people
from simulators.hubspot import account, selling
from simulators.hubspot.associations import node
from simulators.hubspot.crm import Crm
from simulators.hubspot.records import Source
from simulators.hubspot.types.companies import COMPANIES
from simulators.hubspot.types.contacts import CONTACTS
from simulators.hubspot.writes import Author

_AGE_DAYS = 30
_STEP_MINUTES = 7


def fill(crm: Crm, seed: int) -> None:
    """Companies first, then contacts with their primary company; made weeks ago, by people."""
    admin = account.ADMIN
    author = Author(
        "person",
        Source("CRM_UI", f"userId:{admin.user_id}", "Contacts", admin.user_id),
        in_ledger=False,
    )
    # Sample data is old: a search sees it at once.
    lag, crm.search_lag_ms = crm.search_lag_ms, 0
    moment = crm.clock.now() - timedelta(days=_AGE_DAYS)
    step = timedelta(minutes=_STEP_MINUTES)
    ids: dict[str, str] = {}
    contacts: list[str] = []
    for company in companies(seed):
        moment += step
        with crm.clock.at(moment):
            draft = crm.prepare_create(COMPANIES, author, _company_values(company))
            ids[company.name] = crm.create(COMPANIES, author, draft).id
    for number, person in enumerate(hubspot_people(people(seed))):
        moment += step
        owner = account.OWNERS[number % len(account.OWNERS)].id
        with crm.clock.at(moment):
            values = {**_contact_values(person), "hubspot_owner_id": owner}
            draft = crm.prepare_create(CONTACTS, author, values)
            record = crm.create(CONTACTS, author, draft)
            contacts.append(record.id)
            if person.company is not None:
                company_node = node(COMPANIES, ids[person.company.name])
                crm.link(author, node(CONTACTS, record.id), company_node, (1,))
    selling.sell(crm, seed, contacts, author)
    crm.search_lag_ms = lag


def _company_values(company: Company) -> dict[str, str]:
    return {
        "name": company.name,
        "domain": company.domain,
        "website": f"https://www.{company.domain}",
        "phone": company.phone,
        "industry": company.industry,
        "address": company.address.street,
        "city": company.address.city,
        "state": company.address.state,
        "zip": company.address.zip,
        "country": company.address.country,
    }


def _contact_values(person: Person) -> dict[str, str]:
    values = {
        "firstname": person.given,
        "lastname": person.family,
        "email": person.email,
        "phone": person.phone,
        "mobilephone": person.mobile,
        "jobtitle": person.job_title,
        "company": person.company.name if person.company else "",
        "address": person.address.street,
        "city": person.address.city,
        "state": person.address.state,
        "zip": person.address.zip,
        "country": person.address.country,
        "lifecyclestage": "customer" if person.in_quickbooks else "lead",
    }
    return {name: value for name, value in values.items() if value}
