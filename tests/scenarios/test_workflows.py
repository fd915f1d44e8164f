"""S26: the workflow that makes an invoice of every payment, before and after it is filtered."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from syncapp.core.errors import ConfigurationInvalid
from syncapp.core.preflight.catalogue import CATALOGUE
from syncapp.services import preflight
from tests.proves import proves
from tests.scenarios.documents import line
from tests.scenarios.paying import TO_INVOICE, Cashier
from tests.world import World

pytestmark = pytest.mark.services


@pytest.fixture
def cashier(world: World) -> Cashier:
    return Cashier(world)


def workflow(cashier: Cashier, payment: str) -> str:
    """What “Create paid invoice” does with a payment: an invoice of its own, for the same money."""
    invoice = cashier.bill(cashier.contact, line("Odd thing", "50"), status="draft")
    cashier.hubspot.call(
        "PUT",
        f"/crm/v4/objects/commerce_payments/{payment}/associations/invoices/{invoice}",
        [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": TO_INVOICE}],
    )
    cashier.change("invoices", invoice, hs_invoice_status="open")
    crm = cashier.world.hubspot_app.crm
    crm.tables["invoices"].get(invoice).values["hs_amount_paid"] = "50"
    return invoice


@proves("S26")
def test_the_filter_is_named_ticked_and_guarded_all_the_same(cashier: Cashier) -> None:
    world = cashier.world
    (bill,) = cashier.billed("50")
    world.sync("contacts")
    options = {
        "income_account": cashier.account("Income"), "not_taxable": "ann",
        "clearing_accounts": {"none": cashier.bank},
    }  # fmt: skip
    with pytest.raises(ConfigurationInvalid, match="workflow"):
        world.sync("invoices", options=options)
    world.run()
    assert cashier.all("Invoice") == []
    found = preflight.carry_out(world.pair, env=world.env)
    assert "workflows" in {one.code for one in found.findings}
    assert "“Payment source” is none of “Invoice”" in CATALOGUE["workflows"].remedy

    ann = User.objects.create_user("ann")
    preflight.tick(world.pair, "workflows", user=ann, now=world.env.clock.now())
    world.sync("invoices", options=options)
    world.settle()
    payment = cashier.collect(bill, "50")
    second = workflow(cashier, payment)  # somebody ticked and filtered nothing
    world.clock.advance(400)
    world.run()
    link = cashier.booking_of(second)
    assert (link.state, link.code) == ("failing", "inv_possible_duplicate"), link.explanation
    assert len(cashier.all("Invoice")) == 1
    assert len(cashier.all("Payment")) <= 1
    assert cashier.all("SalesReceipt") == []
