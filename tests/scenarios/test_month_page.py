"""The month page's figures on both simulators: what each list holds, and the mark (B19, B20)."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from syncapp.core.month_lists import OPEN, Tile
from syncapp.models import MonthMark, RecordLink, SettingChange
from syncapp.services import approvals, month_lists, month_marks, month_page, records
from syncapp.services.month_page import Counted, Coverage, MonthPage
from syncapp.services.records import RecordChoice
from tests.proves import proves
from tests.scenarios.documents import Seller, line
from tests.scenarios.paying import Cashier
from tests.scenarios.trade import Trade, seller, trade
from tests.world import World

__all__ = ["seller", "trade"]
pytestmark = pytest.mark.services
NOVEMBER = date(2026, 11, 1)
EARLY = "2026-11-02T00:00:00Z"
DAY = 86_400


@pytest.fixture
def cashier(world: World) -> Cashier:
    return Cashier(world)


def read(world: World, month: date = NOVEMBER) -> MonthPage:
    world.pair.refresh_from_db()
    return month_page.read(world.pair, month, now=world.env.clock.now())


def tile(page: MonthPage, name: Tile) -> Counted:
    return next(one for one in page.tiles if one.tile is name)


def told(page: MonthPage, name: Tile) -> list[tuple[str, str, int, Decimal | None]]:
    return [(one.object, one.currency, one.count, one.amount) for one in tile(page, name).lines]


def listed(world: World, name: Tile, **more: Any) -> int:
    """How many records the list shows that a tile leads to."""
    choice = RecordChoice(
        pair=world.pair.pk, tile=name.value, dated_from="2026-11-01", dated_to="2026-11-30", **more
    )
    again = RecordChoice.from_params(choice.as_params())
    assert again == choice
    return again.apply(records.listed()).count()


def over(world: World) -> None:
    """November is over."""
    world.clock.advance(40 * DAY)


def mark(world: World, who: str = "cara", told: str = "") -> bool:
    return month_marks.mark(read(world), who=who, now=world.env.clock.now(), told=told)


@proves("B19")
def test_b19_a_month_in_which_all_is_well_is_clear(trade: Trade, seller: Seller) -> None:
    trade.sold(hs_invoice_date=EARLY)
    page = read(trade.world)
    assert page.coverage is Coverage.COMPLETE
    assert {one.tile: one.count for one in page.tiles} == dict.fromkeys(Tile, 0)
    assert page.open == []
    assert [(one.object, one.currency, one.count, one.amount) for one in page.documents] == [
        ("invoices", "USD", 1, Decimal(107))
    ]
    assert read(trade.world, date(2026, 10, 1)).documents == ()


@proves("B19")
def test_b19_what_quickbooks_refuses_stands_on_its_lists_with_its_sum(
    trade: Trade, seller: Seller
) -> None:
    seller.bill(trade.client(), line("Design", "50"), hs_invoice_date=EARLY)
    trade.close_books("2026-11-10")
    trade.start()
    assert trade.run().code == "inv_period_closed"
    page = read(trade.world)
    one = [("invoices", "USD", 1, Decimal(50))]
    for name in (Tile.NOT_IN_QUICKBOOKS, Tile.FAILING, Tile.CLOSED_PERIOD):
        assert told(page, name) == one, name
    for name in (Tile.WAITING, Tile.EXCLUDED, Tile.PAYMENTS, Tile.TO_BOOK, Tile.FEES):
        assert told(page, name) == [], name
    assert [row.tile for row in page.open] == [
        Tile.NOT_IN_QUICKBOOKS, Tile.FAILING, Tile.CLOSED_PERIOD
    ]  # fmt: skip
    assert listed(trade.world, Tile.NOT_IN_QUICKBOOKS) == 1
    assert listed(trade.world, Tile.CLOSED_PERIOD) == 1
    assert listed(trade.world, Tile.TO_BOOK) == 0


@proves("B19")
def test_b19_drafts_are_excluded_but_not_missed(trade: Trade, seller: Seller) -> None:
    seller.bill(trade.client(), line("Design", "50"), hs_invoice_date=EARLY, status="draft")
    trade.start()
    assert trade.run().code == "inv_draft"
    page = read(trade.world)
    assert told(page, Tile.NOT_IN_QUICKBOOKS) == []
    assert [row[:3] for row in told(page, Tile.EXCLUDED)] == [("invoices", "USD", 1)]
    assert page.open == []


@proves("B19")
def test_b19_payments_fees_and_refunds_of_a_month(world: World, cashier: Cashier) -> None:
    first, second = cashier.billed("100", "7", hs_invoice_date=EARLY)
    cashier.begin(clearing_accounts={"none": cashier.bank})  # none for HubSpot payments
    cashier.collect_online(first, "100", fees="2.90")
    refunded = cashier.collect(second, "7")
    world.settle()
    page = read(world)
    assert told(page, Tile.PAYMENTS) == [("payments", "USD", 1, Decimal(100))]
    assert listed(world, Tile.PAYMENTS) == 1
    fees = tile(page, Tile.FEES)
    assert fees.count == 1
    assert fees.lines[0].amount == Decimal("2.90")
    assert not fees.is_open

    cashier.change(
        "commerce_payments", refunded, hs_refunds_amount="7", hs_latest_status="refunded"
    )
    world.clock.advance(400)
    world.settle()
    page = read(world)
    assert [row[:3] for row in told(page, Tile.TO_BOOK)] == [("payments", "USD", 1)]
    assert listed(world, Tile.TO_BOOK) == 1


@proves("B19")
def test_b19_later_changes_are_listed_against_the_mark(trade: Trade, seller: Seller) -> None:
    world = trade.world
    link = trade.sold(hs_invoice_date=EARLY, hs_comments="One")
    with pytest.raises(month_marks.NotOver):
        mark(world)
    over(world)
    assert mark(world)
    assert not mark(world, "dora")
    standing = MonthMark.objects.get()
    assert (standing.marked_by, standing.month, standing.figures["open_lists"]) == (
        "cara",
        NOVEMBER,
        0,
    )
    assert month_marks.later_changes(standing).entries == []
    assert told(read(world), Tile.EDITED) == []

    seller.change("invoices", link.hubspot_id, hs_comments="Two")
    trade.run()
    found = month_marks.later_changes(standing).entries
    (change,) = [one for entry in found for one in entry.changes]
    assert (change["before"], change["after"]) == ("One", "Two")
    page = read(world)
    assert told(page, Tile.EDITED) == [("invoices", "USD", 1, Decimal(107))]
    assert listed(world, Tile.EDITED) == 1
    assert list(month_marks.drift(page)) == []

    assert month_marks.withdraw(
        world.pair, NOVEMBER, who="cara", note="One more bill", now=world.env.clock.now()
    )
    assert read(world).mark is None
    changes = SettingChange.objects.filter(setting="month.2026-11").order_by("pk")
    assert [(one.who, one.before, one.after) for one in changes] == [
        ("cara", None, "ready"), ("cara", "ready", "One more bill")
    ]  # fmt: skip
    (back,) = month_marks.earlier(world.pair, NOVEMBER)
    assert (back.withdrawn_by, back.withdrawn_note) == ("cara", "One more bill")
    assert mark(world, "dora")


@proves("B19")
def test_b19_a_document_that_leaves_the_month_is_told(trade: Trade, seller: Seller) -> None:
    world = trade.world
    link = trade.sold(hs_invoice_date=EARLY)
    over(world)
    assert mark(world)
    seller.change("invoices", link.hubspot_id, hs_invoice_date="2026-12-03T00:00:00Z")
    trade.run()
    link.refresh_from_db()
    assert link.document_date == date(2026, 12, 3)
    page = read(world)
    assert page.mark is not None
    ((was, now),) = month_marks.drift(page)
    assert (was["count"], was["amount"], now["count"]) == (1, "107.00", 0)
    (entry,) = month_marks.moved_out(page.mark)
    assert entry.link_id == link.pk


@proves("B19", "B20")
def test_b19_an_edit_of_a_reviewed_month_is_on_its_list(trade: Trade, seller: Seller) -> None:
    world = trade.world
    link = trade.sold(hs_invoice_date=EARLY)
    approvals.set_reviewed_through(
        world.pair, date(2026, 11, 30), who="cara", now=world.env.clock.now()
    )
    assert read(world).is_reviewed
    seller.change("invoices", link.hubspot_id, hs_comments="Late")
    assert trade.run().code == "approval_period"
    page = read(world)
    one = [("invoices", "USD", 1, Decimal(107))]
    assert [told(page, name) for name in (Tile.EDITED, Tile.CLOSED_PERIOD, Tile.WAITING)] == (
        [one, one, one]
    )


@proves("B19")
def test_b19_nobody_marks_what_they_did_not_see(trade: Trade, seller: Seller) -> None:
    world = trade.world
    trade.sold(hs_invoice_date=EARLY)
    over(world)
    before = month_marks.seen(read(world))
    RecordLink.objects.filter(definition__object_type="invoices").update(state="failing")
    with pytest.raises(month_marks.Changed):
        mark(world, told=before)
    assert not MonthMark.objects.exists()
    assert mark(world, told=month_marks.seen(read(world)))
    assert MonthMark.objects.get().figures["open_lists"] == 1


@proves("B16", "B19")
def test_b19_month_status_is_told_to_scripts(
    trade: Trade, seller: Seller, capsys: pytest.CaptureFixture[str]
) -> None:
    seller.bill(trade.client(), line("Design", "50"), hs_invoice_date=EARLY)
    trade.close_books("2026-11-10")
    trade.start()
    trade.run()
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        call_command("month_status", month="2026-11", json=True)
    assert ended.value.code == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["month"], found["open_lists"], found["mark"]) == ("2026-11", 3, None)
    tiles = {one["tile"]: one for one in found["tiles"]}
    assert tiles["failing"]["lines"] == [
        {"object": "invoices", "currency": "USD", "count": 1, "amount": "50.00"}
    ]
    call_command("month_status", month="2026-10")
    assert "Nobody has marked it as ready to close." in capsys.readouterr().out


def test_every_open_list_has_an_address_that_filters_alike() -> None:
    own = set(month_page.STATES) | set(month_lists.FILTERS)
    assert set(OPEN) <= own
    assert set(Tile) - own == {Tile.FEES}
