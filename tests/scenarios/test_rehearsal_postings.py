"""What a rehearsal tells of money: where payments go, what waits for an approver (B1, B12)."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from syncapp.core.sides import Side
from syncapp.models import SyncDraft
from syncapp.services import config, matching_list, preflight
from syncapp.services.matching_list import SUGGESTION
from tests.proves import proves
from tests.scenarios.paying import Cashier
from tests.scenarios.test_rehearsal_rows import draft_of, rehearse
from tests.world import World

pytestmark = pytest.mark.services


@pytest.fixture
def cashier(world: World) -> Cashier:
    return Cashier(world)


def invoices_of(cashier: Cashier, **options: object) -> SyncDraft:
    """A draft of the invoice sync; the contacts are in step already."""
    cashier.world.sync("contacts")
    cashier.world.run()
    user, _ = User.objects.get_or_create(username="ada")
    preflight.tick(cashier.world.pair, "workflows", user=user, now=cashier.world.env.clock.now())
    told = {"income_account": cashier.account("Income"), "not_taxable": "ada", **options}
    standard = config.default_document("invoices")["options"]
    return draft_of(cashier.world, "invoices", options={**standard, **told})


def name_of(cashier: Cashier, account: str) -> str:
    (found,) = cashier.query(f"SELECT * FROM Account WHERE Id = '{account}'")["Account"]
    return str(found["FullyQualifiedName"])


@proves("B1")
def test_b1_each_invoice_names_the_account_its_own_payments_go_to(cashier: Cashier) -> None:
    by_hand, both, unpaid = cashier.billed("50", "70", "90")
    cashier.collect(by_hand, "50")
    cashier.collect(both, "30")
    cashier.collect_online(both, "40")
    clearing = {"hs_payments": cashier.account("Other Current Asset"), "none": cashier.bank}
    draft = invoices_of(cashier, clearing_accounts=clearing)
    found = rehearse(cashier.world, draft)
    told = {row.hubspot_id: row.posting for row in found.rows.filter(kind="create:quickbooks")}
    bank, undeposited = (name_of(cashier, one) for one in (cashier.bank, clearing["hs_payments"]))
    assert told[by_hand]["deposits"] == [{"processor": "none", "account": bank}]
    assert sorted(told[both]["deposits"], key=lambda one: one["processor"]) == [
        {"processor": "hs_payments", "account": undeposited},
        {"processor": "none", "account": bank},
    ]
    assert "deposits" not in told[unpaid]
    assert found.result["along"]["payments"]["create"]["quickbooks"] == 3
    assert cashier.all("Payment") == []


@proves("B1")
def test_b1_a_payment_of_several_invoices_names_its_account_at_each(cashier: Cashier) -> None:
    one, two = cashier.billed("60", "40")
    cashier.collect(one, "100", two)
    found = rehearse(cashier.world, invoices_of(cashier, clearing_accounts={"none": cashier.bank}))
    told = {row.hubspot_id: row.posting for row in found.rows.filter(kind="create:quickbooks")}
    deposit = {"processor": "none", "account": name_of(cashier, cashier.bank)}
    assert [told[each]["deposits"] for each in (one, two)] == [[deposit], [deposit]]


@proves("B1", "B12")
def test_b12_a_rehearsal_counts_and_shows_what_would_wait_for_an_approver(
    cashier: Cashier,
) -> None:
    small, large = cashier.billed("50", "700")
    draft = invoices_of(cashier, approval="above", approval_above="100")
    found = rehearse(cashier.world, draft)
    assert found.result["create"]["quickbooks"] == 1
    assert (found.result["held"], found.result["failing"]) == (1, {"approval_posting": 1})
    (row,) = found.rows.filter(kind="waiting:approval_posting")
    assert (row.hubspot_id, row.posting["total"]) == (large, "700")
    assert [one["amount"] for one in row.posting["lines"]] == ["700"]
    assert found.rows.get(kind="create:quickbooks").hubspot_id == small


@proves("B15")
def test_b15_what_many_share_suggests_nothing_and_of_two_the_likelier_is_offered(
    world: World,
) -> None:
    for number in range(matching_list.MOST_ALIKE):
        world.hubspot.add(email=f"p{number}@example.com", firstname="Ann", lastname="Common")
    world.quickbooks.add("Ann Common")
    likely = world.hubspot.add(
        email="bo@example.com", firstname="Bo", lastname="Rare", phone="+1 555 0100"
    )
    world.hubspot.add(email="cy@example.com", firstname="Cy", lastname="Else", phone="5550199")
    customer = world.quickbooks.add("Bo Rare", PrimaryPhone={"FreeFormNumber": "+1 555 0100"})
    found = rehearse(world, draft_of(world))
    (row,) = found.rows.filter(kind=SUGGESTION)
    assert (row.id_on(Side.HUBSPOT), row.id_on(Side.QUICKBOOKS)) == (likely, customer)
    assert row.params == {"shares": ["name", "phone"]}
