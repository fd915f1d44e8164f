"""People who work in the two systems through the vendors' own clients, unmodified, over HTTP."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import hubspot
from hubspot.crm import companies, contacts
from intuitlib.client import AuthClient
from quickbooks import QuickBooks
from quickbooks.batch import batch_create
from quickbooks.objects.base import Address, EmailAddress, PhoneNumber
from quickbooks.objects.customer import Customer

from tests.acceptance.harness import REALM, TOKEN

BATCH = 100
PROPERTIES = ["email", "firstname", "lastname", "phone", "company", "city", "associatedcompanyid"]


class Portal:
    """HubSpot's own client."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = hubspot.HubSpot(access_token=TOKEN, host=url)

    def add(self, people: Sequence[dict[str, str]]) -> list[str]:
        """Create contacts in batches; their ids in the order given."""
        made: list[str] = []
        for start in range(0, len(people), BATCH):
            inputs = [
                contacts.SimplePublicObjectBatchInputForCreate(
                    properties=properties, associations=[], object_write_trace_id=str(number)
                )
                for number, properties in enumerate(people[start : start + BATCH])
            ]
            answer = self.client.crm.contacts.batch_api.create(
                contacts.BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs)
            )
            by_trace = {one.object_write_trace_id: one.id for one in answer.results}
            made += [by_trace[str(number)] for number in range(len(inputs))]
        return made

    def company(self, name: str, *contact_ids: str) -> None:
        """Create a company and make it the primary one of some contacts."""
        company = self.client.crm.companies.basic_api.create(
            companies.SimplePublicObjectInputForCreate(properties={"name": name}, associations=[])
        )
        for contact in contact_ids:
            self.client.crm.associations.v4.basic_api.create_default(
                "contacts", contact, "companies", company.id
            )

    def edit(self, record_id: str, **properties: str) -> None:
        """Change a contact."""
        self.client.crm.contacts.basic_api.update(
            record_id, contacts.SimplePublicObjectInput(properties=properties)
        )

    def get(self, record_id: str) -> dict[str, str]:
        """A contact's properties; empty ones left out."""
        found = self.client.crm.contacts.basic_api.get_by_id(record_id, properties=PROPERTIES)
        return {name: found.properties[name] for name in PROPERTIES if found.properties.get(name)}

    def all(self) -> dict[str, dict[str, str]]:
        """All contacts by id."""
        return {
            one.id: {name: one.properties[name] for name in PROPERTIES if one.properties.get(name)}
            for one in self.client.crm.contacts.get_all(properties=PROPERTIES)
        }


class Books:
    """python-quickbooks."""

    def __init__(self, url: str) -> None:
        self.url = url
        auth = AuthClient(
            "acceptance",
            "none",
            "http://localhost/",
            environment=f"{url}/.well-known/openid_sandbox_configuration/",
            access_token=TOKEN,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self.client = QuickBooks(auth_client=auth, company_id=REALM)
        self.client.api_url_v3 = f"{url}/v3"

    def customer(self, name: str, email: str = "", **fields: str) -> Customer:
        """A customer that is not saved yet."""
        made = Customer()
        made.DisplayName = name
        if email:
            made.PrimaryEmailAddr = EmailAddress()
            made.PrimaryEmailAddr.Address = email
        for field, value in fields.items():
            if field == "Phone":
                made.PrimaryPhone = PhoneNumber()
                made.PrimaryPhone.FreeFormNumber = value
            elif field == "City":
                made.BillAddr = Address()
                made.BillAddr.City = value
            else:
                setattr(made, field, value)
        return made

    def add(self, customers: Sequence[Customer]) -> list[str]:
        """Create customers in batches; their ids in the order given."""
        answer = batch_create(list(customers), qb=self.client)
        assert answer.faults == [], [fault.Error[0].Detail for fault in answer.faults]
        by_name = {one.DisplayName: one.Id for one in answer.successes}
        return [by_name[one.DisplayName] for one in customers]

    def edit(self, record_id: str, **fields: Any) -> None:
        """Change a customer."""
        held = Customer.get(record_id, qb=self.client)
        for field, value in fields.items():
            setattr(held, field, value)
        held.save(qb=self.client)

    def phone(self, record_id: str, number: str) -> None:
        """Change a customer's phone number."""
        held = Customer.get(record_id, qb=self.client)
        held.PrimaryPhone.FreeFormNumber = number
        held.save(qb=self.client)

    def get(self, record_id: str) -> dict[str, str]:
        """A customer's fields; empty ones left out."""
        return flat(Customer.get(record_id, qb=self.client))

    def all(self) -> dict[str, dict[str, str]]:
        """All active customers by id."""
        found: dict[str, dict[str, str]] = {}
        while page := Customer.all(
            start_position=len(found) + 1, max_results=500, order_by="Id", qb=self.client
        ):
            found |= {one.Id: flat(one) for one in page}
        return found


def flat(customer: Customer) -> dict[str, str]:
    """The fields that the tests look at; empty ones left out."""
    fields = {
        "DisplayName": customer.DisplayName,
        "GivenName": customer.GivenName,
        "FamilyName": customer.FamilyName,
        "CompanyName": customer.CompanyName,
        "email": customer.PrimaryEmailAddr.Address if customer.PrimaryEmailAddr else "",
        "phone": customer.PrimaryPhone.FreeFormNumber if customer.PrimaryPhone else "",
        "city": customer.BillAddr.City if customer.BillAddr else "",
    }
    return {name: value for name, value in fields.items() if value}
