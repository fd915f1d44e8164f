"""The tie-out of a month against both accounts, with differences planted by hand (S19, B3)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from syncapp.core.errors import SyncError
from syncapp.models import Connection, TieOut
from syncapp.services import preflight, tie_out
from tests.preflights import books
from tests.proves import proves
from tests.scenarios.documents import Seller, line, sale
from tests.world import World

pytestmark = pytest.mark.services


@pytest.fixture
def seller(world: World) -> Seller:
    return Seller(world)


def start(world: World, seller: Seller, **document: Any) -> None:
    """Contacts and invoices both ways, nobody left out."""
    ann, _ = User.objects.get_or_create(username="ann")
    preflight.tick(world.pair, "workflows", user=ann, now=world.env.clock.now())
    world.sync("contacts", filters={"hubspot": [], "quickbooks": []})
    told = {"income_account": seller.account("Income"), "not_taxable": "ann"}
    world.sync("invoices", options=told, **document)


def look(world: World, month: str = "2026-11") -> dict[str, Any]:
    statement = tie_out.request(
        world.pair, tie_out.month_of(month), user=None, now=world.env.clock.now()
    )
    return tie_out.as_json(tie_out.carry_out(statement, env=world.env))


def codes(told: dict[str, Any]) -> dict[str, str]:
    """``{number: why}`` of all that differs or is noted."""
    return {one["label"]: one["code"] for row in told["customers"] for one in row["findings"]}


def total(told: dict[str, Any], currency: str = "USD") -> dict[str, Any]:
    (found,) = [one for one in told["totals"] if one["currency"] == currency]
    return found


def booked(world: World, seller: Seller) -> tuple[str, str, list[str]]:
    """One customer with three invoices of November, and one of October."""
    customer = world.quickbooks.add("Ada King", "ada@example.com")
    item = seller.item("Design")
    days = {"1": "2026-11-01", "2": "2026-11-15", "3": "2026-11-30", "0": "2026-10-31"}
    invoices = [
        seller.book(customer, sale(item, "100.10"), DocNumber=f"100{n}", TxnDate=day)
        for n, day in days.items()
    ]
    return customer, item, invoices


def test_s19_a_month_in_sync_ties_out_and_nothing_is_written(world: World, seller: Seller) -> None:
    customer, _, (first, *_rest) = booked(world, seller)
    seller.pay(customer, "40", (first, "40"), TxnDate="2026-11-20")
    start(world, seller)
    world.settle(6)
    before = len(world.http.sent)
    told = look(world)
    sent = world.http.sent[before:]
    assert {one.method for one in sent} <= {"GET", "POST"}
    assert all("/query" in one.url or "search" in one.url or "batch/read" in one.url
               for one in sent if one.method == "POST")  # fmt: skip
    assert told["customers"][0]["findings"] == []
    assert (told["ties_out"], told["explained"], told["unexplained"]) == (True, 0, 0)
    held = {"count": 3, "total": "300.30", "balance": "260.30", "payments": 1, "paid": "40.00"}
    assert total(told)["hubspot"] == total(told)["quickbooks"] == held
    assert [row["customer"] for row in told["customers"]] == ["Ada King"]
    assert sum(told["api_calls"].values()) == len(sent)
    world.clock.advance(400)
    assert world.writes_of(world.run()) == 0


def test_planted_differences_each_have_their_reason(world: World, seller: Seller) -> None:
    customer, item, (edited, voided, deleted, _october) = booked(world, seller)
    start(world, seller)
    world.settle(6)
    world.clock.advance(60)
    seller.rebook(edited, Line=[sale(item, "120.15")])
    seller.void(voided)
    seller.delete(deleted)
    seller.book(customer, sale(item, "7"), DocNumber="1004", TxnDate="2026-11-03")
    told = look(world)
    assert codes(told) == {
        "1001": "changed_since", "1002": "changed_since", "1003": "removed_since",
        "1004": "new_since",
    }  # fmt: skip
    assert (told["explained"], told["unexplained"], told["ties_out"]) == (4, 0, True)
    apart = total(told)["difference"]
    assert (apart["count"], apart["total"]) == (-1, "-173.15")  # 20.05 - 100.10 - 100.10 + 7
    shown = sum(
        Decimal(one["difference"]["total"]) for row in told["customers"] for one in row["findings"]
    )
    assert shown == Decimal(apart["total"])


def test_a_difference_behind_the_syncs_back_is_unexplained(world: World, seller: Seller) -> None:
    _, _, (first, *_rest) = booked(world, seller)
    start(world, seller)
    world.settle(6)
    link = world.link(definition__object_type="invoices", quickbooks_id=first)
    # What no engine should leave behind: it believes that both hold the same.
    seller.change("invoices", link.hubspot_id, hs_amount_billed="99.10", hs_balance_due="99.10")
    seen = {**link.hubspot_seen, "hs_amount_billed": "99.10", "hs_balance_due": "99.10"}
    type(link).objects.filter(pk=link.pk).update(hubspot_seen=seen)
    told = look(world)
    assert (codes(told), told["ties_out"]) == ({"1001": "differs"}, False)
    (finding,) = told["customers"][0]["findings"]
    assert finding["link"] == link.pk
    assert finding["difference"]["total"] == "1.00"
    assert finding["held"] == {"hubspot": "99.10", "quickbooks": "100.10"}


def test_excluded_and_draft_ones_carry_the_sentence_of_their_record(
    world: World, seller: Seller
) -> None:
    contact = world.hubspot.add(email="b@example.com", firstname="Bea", lastname="Bly")
    instant = "2026-11-01T17:00:00.000Z"
    seller.bill(contact, line("Old", "50"), hs_invoice_date=instant)
    world.clock.advance(86_400)
    start(world, seller, start="2026-11-03")
    seller.bill(contact, line("Draft", "5"), status="draft", hs_invoice_date=instant)
    world.settle(6)
    told = look(world)
    findings = told["customers"][0]["findings"]
    assert [one["code"] for one in findings] == ["before_start", "draft"]
    assert "before" in findings[0]["reason"]
    assert findings[0]["is_explained"]
    assert findings[1]["is_note"]
    assert total(told)["hubspot"]["total"] == "50.00"
    assert total(told)["difference"]["total"] == "-50.00"
    assert told["ties_out"]
    # Bea is one row: her invoice is only in HubSpot, her contact is linked with a customer.
    assert [row["customer"] for row in told["customers"]] == ["Bea Bly"]


def test_a_one_way_sync_explains_what_it_does_not_send(world: World, seller: Seller) -> None:
    contact = world.hubspot.add(email="b@example.com", firstname="Bea", lastname="Bly")
    start(world, seller, direction="to_hubspot")
    seller.bill(contact, line("Thing", "50"), hs_invoice_date="2026-11-01T17:00:00.000Z")
    world.settle(6)
    told = look(world)
    assert list(codes(told).values()) == ["direction"]
    assert told["ties_out"]


def test_payments_not_yet_posted_have_their_reason(world: World, seller: Seller) -> None:
    """A payment QuickBooks has not got: no clearing account was chosen for it."""
    contact = world.hubspot.add(email="b@example.com", firstname="Bea", lastname="Bly")
    start(world, seller)
    invoice = seller.bill(contact, line("Thing", "50"), hs_invoice_date="2026-11-02T17:00:00.000Z")
    world.settle(6)
    seller.make(
        "commerce_payments",
        {
            "hs_initial_amount": "50", "hs_currency_code": "USD", "hs_latest_status": "succeeded",
            "hs_initiated_date": "2026-11-02T18:00:00.000Z", "hs_processor_type": "none",
        },
        (invoice, 542),
    )  # fmt: skip
    world.settle(6)
    told = look(world)
    payments = [one for row in told["customers"] for one in row["findings"]]
    assert [one["kind"] for one in payments if one["difference"]["payments"]] == ["payment"]
    assert all(one["is_explained"] for one in payments)
    assert total(told)["hubspot"]["paid"] == "50.00"
    assert total(told)["quickbooks"]["paid"] == "0.00"
    assert [row["customer"] for row in told["customers"]] == ["Bea Bly"]


def test_currencies_stay_apart(world: World, seller: Seller) -> None:
    books(world, CurrencyPrefs={"MultiCurrencyEnabled": True})
    _, item, _ = booked(world, seller)
    euro = world.quickbooks.add("Émile", "e@example.com", CurrencyRef={"value": "EUR"})
    seller.book(
        euro, sale(item, "33.33"), DocNumber="E-1", TxnDate="2026-11-02",
        CurrencyRef={"value": "EUR"}, ExchangeRate=1.1,
    )  # fmt: skip
    told = look(world)
    assert [one["currency"] for one in told["totals"]] == ["EUR", "USD"]
    assert total(told, "EUR")["quickbooks"]["total"] == "33.33"
    # No sync was set up: that is said, once for each invoice.
    assert set(codes(told).values()) == {"no_sync"}
    assert told["ties_out"]


def test_an_empty_month_ties_out(world: World, seller: Seller) -> None:
    told = look(world, "2024-02")
    assert (told["customers"], told["totals"], told["ties_out"]) == ([], [], True)


def test_a_side_that_is_away_is_kept_as_the_problem(world: World) -> None:
    Connection.objects.filter(side="quickbooks").update(status="reconnect")
    world.pair.refresh_from_db()
    with pytest.raises(SyncError):
        look(world)
    kept = TieOut.objects.get()
    assert (kept.state, kept.figures) == ("failed", {})
    assert "QuickBooks" in kept.detail


def test_what_is_kept_is_plain_json(world: World, seller: Seller) -> None:
    booked(world, seller)
    look(world)
    kept = TieOut.objects.get()
    assert kept.state == "finished"
    assert json.loads(json.dumps(kept.figures)) == kept.figures
    assert (kept.progress, sorted(kept.api_calls)) == ("", ["hubspot", "quickbooks"])


@proves("B3")
def test_unapplied_money_and_credit_memos_are_told_with_their_reason(
    world: World, seller: Seller
) -> None:
    customer, item, (first, *_rest) = booked(world, seller)
    seller.pay(customer, "50", (first, "40"), TxnDate="2026-11-20", PaymentRefNum="CH-1")
    credit = {
        "CustomerRef": {"value": customer}, "Line": [sale(item, "25")], "DocNumber": "C-1",
        "TxnDate": "2026-11-21",
    }  # fmt: skip
    world.quickbooks.call("POST", "/creditmemo", credit)
    start(world, seller)
    world.settle(6)
    told = look(world)
    assert told["ties_out"]
    assert total(told)["quickbooks"]["paid"] == total(told)["hubspot"]["paid"] == "40.00"
    (row,) = told["customers"]
    reasons = {
        one["label"]: (one["code"], one["reason"], one["is_note"]) for one in row["findings"]
    }
    assert reasons == {
        "CH-1": (
            "unapplied",
            "10.00 USD of this payment are applied to no invoice, so HubSpot does not show them.",
            True,
        ),
        "C-1": (
            "credit_memo",
            "A credit memo: HubSpot shows what is applied to an invoice; 25.00 USD are left of it.",
            True,
        ),
    }
