"""What the answer to a write tells besides that it happened: fields a side did not keep."""

from __future__ import annotations

import pytest

from syncapp.services import definitions
from tests.scenarios.documents import line
from tests.scenarios.paying import Cashier
from tests.world import World

pytestmark = pytest.mark.services


@pytest.fixture
def cashier(world: World) -> Cashier:
    return Cashier(world)


def use(cashier: Cashier, *, switched_on: bool) -> None:
    """Switch the first custom field of sales forms on or off."""
    use = {
        "Name": "SalesFormsPrefs.UseSalesCustom1", "Type": "BooleanType",
        "BooleanValue": switched_on,
    }  # fmt: skip
    name = {
        "Name": "SalesFormsPrefs.SalesCustomName1",
        "Type": "StringType",
        "StringValue": "Crew #",
    }
    cashier.prefer(CustomField=[{"CustomField": [use]}, {"CustomField": [name]}])


def begin(cashier: Cashier) -> None:
    """The message of an invoice goes into a custom field of QuickBooks."""
    use(cashier, switched_on=True)
    definition = cashier.world.sync("invoices", activate=False)
    document = definitions.export_document(definition)
    kept = [
        {**told, "enabled": told["enabled"] and told["hubspot"] != "hs_comments"}
        for told in document["mappings"]
    ]
    crew = {"hubspot": "hs_comments", "quickbooks": "CustomField.1", "label": "Crew"}
    cashier.world.sync("invoices", activate=False, mappings=[*kept, crew])
    cashier.begin()


def test_a_custom_field_that_quickbooks_drops_is_a_warning(cashier: Cashier) -> None:
    begin(cashier)
    cashier.world.clock.advance(400)
    contact = cashier.hubspot.add(email="b@example.com", firstname="Bea", lastname="Bly")
    bill = cashier.bill(contact, line("Odd thing", "10"), hs_comments="Crew 7")
    cashier.just_before_the_write(lambda: use(cashier, switched_on=False))
    cashier.world.run()
    link = cashier.booking_of(bill)
    assert cashier.booked(str(link.quickbooks_id))["CustomField"] == []
    (told,) = link.log.filter(kind="warning")
    assert told.side == "quickbooks"
    assert told.text.startswith("Crew was sent to QuickBooks as “Crew 7” and came back empty")
    cashier.world.clock.advance(400)
    assert cashier.world.writes_of(cashier.world.run()) == 0
    assert link.log.filter(kind="warning").count() == 1


def test_a_custom_field_that_is_kept_warns_of_nothing(cashier: Cashier) -> None:
    begin(cashier)
    contact = cashier.hubspot.add(email="b@example.com", firstname="Bea", lastname="Bly")
    bill = cashier.bill(contact, line("Odd thing", "10"), hs_comments="Crew 7")
    cashier.world.settle()
    link = cashier.booking_of(bill)
    (field,) = cashier.booked(str(link.quickbooks_id))["CustomField"]
    assert field["StringValue"] == "Crew 7"
    assert not link.log.filter(kind="warning").exists()
