"""What a rehearsal keeps of each record, the matching list, and the ceiling (B1, B15, S12)."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from openpyxl import load_workbook

from syncapp.core.sides import Side
from syncapp.models import Rehearsal, RehearsalRow, SyncDefinition, SyncDraft
from syncapp.services import (
    brakes,
    config,
    drafts,
    leases,
    matching_list,
    preflight,
    rehearsal,
    rehearsal_files,
    retention,
)
from syncapp.services.export_files import FORMATS, Target
from syncapp.services.matching_list import AMBIGUOUS, SUGGESTION, Pairing
from syncapp.services.rehearsal import Standing
from tests.proves import proves
from tests.scenarios.documents import Seller, line, sale
from tests.scenarios.trade import Trade
from tests.world import World

pytestmark = pytest.mark.services


def draft_of(world: World, object_type: str = "contacts", **parts: object) -> SyncDraft:
    document = {**config.default_document(object_type), **parts}
    user, _ = User.objects.get_or_create(username="ada")
    now = world.env.clock.now()
    return drafts.save(drafts.load(world.pair, object_type, now=now), document, user=user)


def rehearse(world: World, draft: SyncDraft) -> Rehearsal:
    asked = drafts.request_rehearsal(draft, user=draft.user, env=world.env)
    lease = leases.take(world.pair.pk, env=world.env)
    assert lease is not None
    rehearsal.carry_out(asked, lease, env=world.env)
    leases.release(lease)
    assert asked.state == "finished", asked.detail
    return asked


def kinds(found: Rehearsal) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for row in found.rows.order_by("pk"):
        told.setdefault(row.kind, []).append(row.label)
    return told


@proves("B1")
def test_b1_each_number_of_a_rehearsal_leads_to_its_records(world: World) -> None:
    world.hubspot.add(email="new@example.com", firstname="Nell", lastname="New")
    world.hubspot.add(firstname="Nobody")
    world.hubspot.add(email="both@example.com", firstname="Bo", lastname="Old", city="Rome")
    world.quickbooks.add("Bo Old", "both@example.com", GivenName="Beau", FamilyName="Old")
    found = rehearse(world, draft_of(world))
    result = found.result
    assert kinds(found) == {
        "create:quickbooks": ["Nell New"],
        "excluded:no_email": ["Nobody"],
        "link": ["Bo Old"],
        "update:hubspot": ["Bo Old"],
        "update:quickbooks": ["Bo Old"],
    }
    for side in Side:
        for word in ("create", "update"):
            rows = found.rows.filter(kind=f"{word}:{side.value}")
            assert rows.count() == result[word][side.value]
    (row,) = found.rows.filter(overwrites__contains=" hubspot:firstname ")
    assert result["overwritten"] == {"hubspot:firstname": 1}
    assert {"field": "firstname", "label": "First name", "before": "Bo", "after": "Beau"} in (
        row.changes
    )
    assert found.rows.get(search__contains="nell").kind == "create:quickbooks"
    assert world.app_writes(Side.HUBSPOT) == world.app_writes(Side.QUICKBOOKS) == []


@pytest.fixture
def trade(world: World) -> Trade:
    return Trade(Seller(world))


@proves("B1")
def test_b1_a_rehearsal_reads_with_the_companys_days_and_money(world: World, trade: Trade) -> None:
    """What it keeps is what runs and lists go on with: the document's day and its worth."""
    world.pair.time_zone = "America/New_York"
    world.pair.save(update_fields=["time_zone"])
    trade.seller.bill(
        trade.client(), line("Design", "50", "2"), hs_invoice_date="2026-10-25T03:00:00Z"
    )
    trade.start()
    document = {**config.default_document("invoices")}
    document["options"] |= {
        "income_account": trade.seller.account("Income"), "not_taxable": "ann"
    }  # fmt: skip
    rehearse(world, draft_of(world, "invoices", options=document["options"]))
    link = trade.invoice
    assert link.document_date == date(2026, 10, 24)
    assert (link.amount, link.currency, link.home_amount) == (100, "USD", 100)


@proves("B1")
def test_b1_an_invoice_is_shown_as_it_would_be_posted(world: World, trade: Trade) -> None:
    seller = trade.seller
    contact = trade.client()
    world.sync("contacts")
    world.run()
    seller.bill(contact, line("Design", "50", "2"), line("Print", "7.5"))
    income = seller.account("Income")
    user, _ = User.objects.get_or_create(username="ada")
    preflight.tick(world.pair, "workflows", user=user, now=world.env.clock.now())
    options = {**config.default_document("invoices")["options"], "income_account": income,
               "not_taxable": "ada"}  # fmt: skip
    found = rehearse(world, draft_of(world, "invoices", options=options))
    row = found.rows.get(kind="create:quickbooks")
    assert row.number
    assert row.posting["number"] == row.number
    assert row.posting["customer"] == "Bea Bly"
    name = seller.query(f"SELECT * FROM Account WHERE Id = '{income}'")["Account"][0]
    assert [
        (one["item"], one["account"], one["quantity"], one["amount"])
        for one in row.posting["lines"]
    ] == [
        ("Custom line item", name["FullyQualifiedName"], "2", "100"),
        ("Custom line item", name["FullyQualifiedName"], "1", "7.5"),
    ]  # fmt: skip
    assert row.posting["total"] == "107.5"
    told = found.result["documents"]["create:quickbooks"]["USD"]
    assert (told["count"], Decimal(told["amount"]), told["closed"]) == (1, Decimal("107.5"), 0)
    assert told["first"] == told["last"] == str(row.document_date)
    assert seller.all("Invoice") == []


def test_b1_documents_of_a_closed_period_are_told_apart(world: World, trade: Trade) -> None:
    customer = world.quickbooks.add("Ada King", "ada@example.com")
    item = trade.seller.item("Design")
    trade.seller.book(customer, sale(item, "100", "2", "50"), TxnDate="2026-03-01")
    trade.seller.book(customer, sale(item, "40", "1", "40"), TxnDate="2026-10-14")
    trade.close_books("2026-03-31")
    world.sync("contacts")
    world.run()
    found = rehearse(world, draft_of(world, "invoices"))
    told = found.result["documents"]["create:hubspot"]["USD"]
    assert (told["count"], Decimal(told["amount"]), told["closed"]) == (2, Decimal(140), 1)
    assert (told["first"], told["last"]) == ("2026-03-01", "2026-10-14")


@proves("B15")
def test_b15_what_is_only_alike_is_suggested_and_never_written(world: World) -> None:
    world.hubspot.add(email="ada@example.com", firstname="Ada", lastname="Byron")
    world.quickbooks.add("Byron, Ada")
    world.quickbooks.add("ADA  Byron.", "other@example.com")
    draft = draft_of(world)
    found = rehearse(world, draft)
    (row,) = found.rows.filter(kind=SUGGESTION)
    assert (row.label, row.other_label, row.params) == (
        "Ada Byron", "ADA  Byron.", {"shares": ["name"]},
    )  # fmt: skip
    definition = drafts.put_in_force(draft, who="ada", env=world.env)
    world.run()
    assert definition.links.exclude(hubspot_id=None).exclude(quickbooks_id=None).count() == 2
    assert not definition.links.filter(
        hubspot_id=row.hubspot_id, quickbooks_id=row.quickbooks_id
    ).exists()


@proves("B15")
def test_b15_what_was_accepted_becomes_a_link_when_switched_on(world: World) -> None:
    ada = world.hubspot.add(email="ada@example.com", firstname="Ada", lastname="Byron")
    twin = world.hubspot.add(email="two@example.com", firstname="Tom", lastname="Two")
    alike = world.quickbooks.add("Ada Byron", "other@example.com")
    first = world.quickbooks.add("Tom One", "two@example.com")
    world.quickbooks.add("Tom Other", "two@example.com")
    draft = draft_of(world)
    found = rehearse(world, draft)
    assert found.result["create"] == {"hubspot": 1, "quickbooks": 0}
    assert found.result["failing"]["name_in_use"] == 1  # what is alike is in the way, too
    waiting = found.rows.get(kind=AMBIGUOUS, hubspot_id=twin)
    assert {one["id"] for one in waiting.candidates} >= {first}
    pairings = [Pairing(ada, alike), Pairing(twin, first)]
    assert matching_list.accept(found, pairings, who="ada", env=world.env) == (2, 0)
    stranger = [Pairing(ada, first), Pairing("404", alike)]
    assert matching_list.accept(found, stranger, who="ada", env=world.env) == (0, 2)
    assert drafts.standing(draft, now=world.env.clock.now()) is Standing.CHANGED
    again = rehearse(world, draft)
    assert again.result["create"] == {"hubspot": 0, "quickbooks": 0}
    assert again.result["link"] == 2
    assert not world.link(hubspot_id=ada).is_linked  # nothing is linked by a rehearsal
    definition = drafts.put_in_force(draft, who="ada", env=world.env)
    assert definition.match_choices.count() == 0
    for one in pairings:
        link = definition.links.get(hubspot_id=one.hubspot)
        assert link.quickbooks_id == one.quickbooks
        assert [entry.who for entry in link.log.filter(kind="linked")] == ["ada"]
    world.run()
    assert len(world.hubspot.all()) == 2
    assert len(world.quickbooks.all()) == 3


def test_b15_an_accepted_match_is_taken_back(world: World) -> None:
    ada = world.hubspot.add(email="ada@example.com", firstname="Ada", lastname="Byron")
    alike = world.quickbooks.add("Ada Byron")
    found = rehearse(world, draft_of(world))
    count = matching_list.accept_all(found, matching_list.listed(found), who="ada", env=world.env)
    assert count == 1
    assert matching_list.withdraw(found.definition, [Pairing(ada, alike)]) == 1
    assert matching_list.version_of(found.definition) == ""


@proves("S12", "B1")
def test_b1_the_first_run_writes_no_more_than_the_rehearsal_showed(world: World) -> None:
    world.hubspot.add(email="ada@example.com", firstname="Ada", lastname="Byron")
    draft = draft_of(world)
    rehearse(world, draft)
    world.hubspot.add(email="late@example.com", firstname="Lea", lastname="Late")
    definition = drafts.put_in_force(draft, who="ada", env=world.env)
    world.clock.advance(400)
    world.run()
    assert world.quickbooks.names() == []
    definition.refresh_from_db()
    assert "create 2 contacts in QuickBooks, while the rehearsal" in definition.brake["sentence"]
    assert brakes.approve(definition, who="ada", now=world.env.clock.now())
    world.run()
    assert world.quickbooks.names() == ["Ada Byron", "Lea Late"]
    world.hubspot.add(email="next@example.com", firstname="Ned", lastname="Next")
    world.clock.advance(400)
    world.run()  # the first run is over: three creates are nothing unusual
    assert len(world.quickbooks.names()) == 3
    assert "first_run" not in SyncDefinition.objects.get(pk=definition.pk).settings


@proves("S12")
@pytest.mark.parametrize(("hours", "standing"), [(23, Standing.READY), (25, Standing.OLD)])
def test_s12_a_rehearsal_counts_for_a_day(world: World, hours: int, standing: Standing) -> None:
    draft = draft_of(world)
    assert drafts.standing(draft, now=world.env.clock.now()) is Standing.NONE
    rehearse(world, draft)
    world.clock.advance(hours * 3600)
    assert drafts.standing(draft, now=world.env.clock.now()) is standing
    if standing is Standing.OLD:
        with pytest.raises(drafts.NotRehearsed):
            drafts.put_in_force(draft, who="ada", env=world.env)
        assert not SyncDefinition.objects.filter(enabled=True).exists()


@proves("B1", "S32")
def test_b1_the_records_of_a_rehearsal_are_exported(world: World, tmp_path: Path) -> None:
    world.hubspot.add(email="evil@example.com", firstname="=1+1", lastname="Evil")
    world.hubspot.add(email="ada@example.com", firstname="Ada")
    found = rehearse(world, draft_of(world))
    rows = rehearsal_files.chosen(found, "create:quickbooks", "evil")
    counts: list[int] = []
    head = [("Filter", "=cmd")]
    for format in FORMATS:
        path = tmp_path / f"rows.{format}"
        assert rehearsal_files.write(rows, Target(path, format, head, counts.append)) == 1
    assert counts == [1, 1, 1]
    text = (tmp_path / "rows.csv").read_text(encoding="utf-8-sig")
    about, _blank, header, *told = list(csv.reader(io.StringIO(text)))
    assert about == ["Filter", "'=cmd"]
    (one,) = [dict(zip(header, row, strict=True)) for row in told]
    assert (one["Decision"], one["Decision code"], one["Record"]) == (
        "New customers in QuickBooks", "create:quickbooks", "'=1+1 Evil",
    )  # fmt: skip
    sheet = load_workbook(tmp_path / "rows.xlsx").active
    assert sheet is not None
    assert [cell.value for cell in sheet[4]][:3] == [
        "New customers in QuickBooks", "create:quickbooks", "'=1+1 Evil",
    ]  # fmt: skip
    assert json.loads((tmp_path / "rows.json").read_text())["records"][0]["Record"] == "=1+1 Evil"


def test_b1_only_the_last_rehearsal_keeps_its_records(world: World) -> None:
    world.hubspot.add(email="ada@example.com", firstname="Ada")
    draft = draft_of(world)
    first, second = rehearse(world, draft), rehearse(world, draft)
    assert not first.rows.exists()
    assert second.rows.count() == 1
    world.clock.advance(timedelta(days=retention.REHEARSAL_ROWS_DAYS + 1).total_seconds())
    assert retention.prune(env=world.env)["rehearsal_rows"] == 1
    assert not RehearsalRow.objects.exists()
