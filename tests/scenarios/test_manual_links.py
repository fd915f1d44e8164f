"""Links by hand against both simulators: what each side holds afterwards (B15, ENGINE 2.2, 5.1)."""

from __future__ import annotations

import pytest

from syncapp.core.manual_links import Hindrance
from syncapp.core.sides import Side
from syncapp.models import PendingWrite, RecordLink, RecordLogEntry
from syncapp.services import failing_records, manual_links
from syncapp.services.config import load_config
from syncapp.services.manual_links import DeedRefused
from tests.proves import proves
from tests.scenarios.documents import Seller, line, sale
from tests.scenarios.trade import Trade, seller, trade
from tests.world import World

__all__ = ["seller", "trade"]
pytestmark = pytest.mark.services


def linked(world: World) -> RecordLink:
    """Ada, known to both sides."""
    world.hubspot.add(email="ada@example.com", firstname="Ada", lastname="King", city="London")
    world.quickbooks.add("Ada King", "ada@example.com", GivenName="Ada", FamilyName="King")
    world.sync()
    world.settle()
    return world.link()


def unlink(world: World, link: RecordLink, note: str = "Two people") -> RecordLink:
    return manual_links.unlink(link, note=note, who="ann", now=world.env.clock.now())


def link_up(world: World, one: RecordLink, other: RecordLink) -> None:
    manual_links.link_with(one, other, who="ann", now=world.env.clock.now())
    world.settle()


def half(world: World, side: Side, **where: object) -> RecordLink:
    other = f"{side.other.value}_id__isnull"
    return RecordLink.objects.get(**{other: True}, **where)


def is_unique() -> bool:
    """Every id stands in one link only."""
    for column in ("hubspot_id", "quickbooks_id"):
        ids = RecordLink.objects.exclude(**{column: None}).values_list("definition", column)
        if len(ids) != len(set(ids)):
            return False
    return True


@proves("B15")
def test_unlinking_writes_nothing_and_is_not_undone_by_the_next_runs(world: World) -> None:
    link = linked(world)
    ids = link.hubspot_id, link.quickbooks_id
    sent = len(world.app_writes(Side.HUBSPOT)), len(world.app_writes(Side.QUICKBOOKS))
    before = world.hubspot.all(), world.quickbooks.all()
    unlink(world, link)
    here, there = half(world, Side.HUBSPOT), half(world, Side.QUICKBOOKS)
    assert (here.hubspot_id, there.quickbooks_id) == ids
    assert {(one.state, one.code) for one in (here, there)} == {("excluded", "by_person")}
    assert "unlinked from the customer “Ada King” (QuickBooks" in here.explanation
    assert "Two people" in there.explanation
    world.settle()
    world.clock.advance(60)
    world.run(full=True)
    world.hubspot.edit(here.hubspot_id, city="Paris")
    world.quickbooks.edit(there.quickbooks_id, BillAddr={"City": "Rome"})
    world.settle()
    assert RecordLink.objects.count() == 2
    assert world.hubspot.get(here.hubspot_id)["city"] == "Paris"
    assert world.quickbooks.get(there.quickbooks_id)["BillAddr"]["City"] == "Rome"
    assert len(world.hubspot.all()) == len(before[0])
    assert len(world.quickbooks.all()) == len(before[1])
    assert sent == (len(world.app_writes(Side.HUBSPOT)), len(world.app_writes(Side.QUICKBOOKS)))
    entries = RecordLogEntry.objects.filter(kind="person", who="ann")
    assert entries.count() == 2


@proves("B15")
def test_including_one_half_again_matches_the_two_again(world: World) -> None:
    link = linked(world)
    ids = link.hubspot_id, link.quickbooks_id
    unlink(world, link)
    world.settle()
    here = half(world, Side.HUBSPOT)
    failing_records.include([here], who="ann", now=world.env.clock.now())
    world.settle()
    again = world.link()
    assert (again.hubspot_id, again.quickbooks_id, again.state) == (*ids, "in_sync")
    assert len(world.quickbooks.all()) == len(world.hubspot.all()) == 1


@proves("B15")
def test_a_chosen_record_is_linked_and_the_winner_fills_it(world: World) -> None:
    """Nothing tells that the two are one person; what linking writes is said before."""
    contact = world.hubspot.add(email="ada@new.example", firstname="Ada", city="London")
    customer = world.quickbooks.add("A. King", BillAddr={"City": "Rome"})
    world.sync(direction="to_hubspot")
    world.settle()
    here = RecordLink.objects.get(hubspot_id=contact)
    there = RecordLink.objects.get(quickbooks_id=customer)
    assert (there.is_linked, there.code) == (False, "no_email")
    (only,) = manual_links.candidates(here, "king")
    assert (only.link, only.hindrance) == (there, None)
    written = manual_links.preview(load_config(here.definition), here, there).fields
    assert ("City", "London", "Rome", Side.HUBSPOT) in written
    assert {side for *_, side in written} == {Side.HUBSPOT}
    link_up(world, here, there)
    again = world.link()
    assert (again.hubspot_id, again.quickbooks_id) == (contact, customer)
    assert again.state == "in_sync"
    assert world.hubspot.get(contact)["city"] == "Rome"
    assert world.quickbooks.get(customer)["DisplayName"] == "A. King"
    (lost,) = RecordLogEntry.objects.filter(kind="conflict")
    assert "London" in str(lost.changes)


def crowd(world: World) -> tuple[str, str, str]:
    """One contact and two customers of one address."""
    contact = world.hubspot.add(email="ada@example.com", firstname="Ada", lastname="King")
    first = world.quickbooks.add("Kings", "ada@example.com", GivenName="Ada")
    second = world.quickbooks.add("Kings of Rome", "ada@example.com", GivenName="Ada")
    world.sync()
    world.settle()
    link = RecordLink.objects.get(hubspot_id=contact)
    assert (link.state, link.code) == ("failing", "ambiguous_match")
    return contact, first, second


@proves("B15")
def test_a_pick_settles_an_ambiguous_match(world: World) -> None:
    contact, first, second = crowd(world)
    link = RecordLink.objects.get(hubspot_id=contact)
    found = manual_links.candidates(link, "")
    assert [(one.link.quickbooks_id, one.hindrance) for one in found] == [
        (first, None), (second, None),
    ]  # fmt: skip
    link_up(world, link, RecordLink.objects.get(quickbooks_id=second))
    link = RecordLink.objects.get(hubspot_id=contact)
    assert (link.quickbooks_id, link.state) == (second, "in_sync")
    assert len(world.quickbooks.all()) == 2
    assert len(world.hubspot.all()) == 1
    assert is_unique()
    rest = RecordLink.objects.get(quickbooks_id=first)
    assert rest.hubspot_id is None
    assert rest.code == "email_in_use"


@proves("B15")
def test_create_new_makes_exactly_one_and_links_it(world: World) -> None:
    contact, first, second = crowd(world)
    link = RecordLink.objects.get(hubspot_id=contact)
    manual_links.create_new(link, who="ann", now=world.env.clock.now())
    world.settle()
    link.refresh_from_db()
    assert link.state == "in_sync", link.explanation
    assert link.quickbooks_id not in {None, first, second}
    assert world.quickbooks.names() == ["Ada King", "Kings", "Kings of Rome"]
    world.clock.advance(400)
    assert world.writes_of(world.run(full=True)) == 0
    assert is_unique()


def test_a_record_of_its_own_is_refused_where_addresses_are_unique(world: World) -> None:
    crowd(world)
    customer = RecordLink.objects.filter(quickbooks_id__isnull=False).first()
    assert customer is not None
    with pytest.raises(DeedRefused) as told:
        manual_links.create_new(customer, who="ann", now=world.env.clock.now())
    assert told.value.hindrance is Hindrance.UNIQUE


def test_what_stands_against_a_link_is_said_and_nothing_changes(world: World) -> None:
    link = linked(world)
    world.hubspot.add(email="bob@example.com", firstname="Bob")
    gone = world.hubspot.add(email="cid@example.com", firstname="Cid")
    world.sync(direction="to_hubspot")
    world.settle()
    world.hubspot.archive(gone)
    world.clock.advance(400)
    world.run(full=True)
    bob = RecordLink.objects.get(label__startswith="Bob")
    for other, hindrance in (
        (link, Hindrance.ALREADY_LINKED),
        (RecordLink.objects.get(hubspot_id=gone), Hindrance.SAME_SIDE),
    ):
        with pytest.raises(DeedRefused) as told:
            manual_links.link_with(bob, other, who="ann", now=world.env.clock.now())
        assert told.value.hindrance is hindrance
    bob.refresh_from_db()
    assert bob.link_with is None


def test_no_deed_while_a_write_is_open(world: World) -> None:
    """The outcome of a write is found out first; then the same click is accepted."""
    link = linked(world)
    assert link.quickbooks_id is not None
    world.quickbooks.edit(link.quickbooks_id, BillAddr={"City": "Rome"})
    world.clock.advance(400)
    world.run_until_crash("intents_saved")
    assert PendingWrite.objects.filter(state="sent").exists()
    with pytest.raises(DeedRefused) as told:
        unlink(world, link)
    assert told.value.hindrance is Hindrance.OPEN_WRITE
    assert world.link().is_linked
    world.settle()
    unlink(world, world.link())
    world.settle()
    assert RecordLink.objects.count() == 2


def test_a_click_between_plan_and_write_stops_the_write(world: World) -> None:
    """The run planned from the linked record; what it would have sent is not sent."""
    link = linked(world)
    assert link.hubspot_id is not None
    world.quickbooks.edit(str(link.quickbooks_id), BillAddr={"City": "Rome"})
    world.clock.advance(400)
    send = world.http.send
    done: list[RecordLink] = []

    def first(request):  # type: ignore[no-untyped-def]
        if not done and request.url.endswith("/contacts/batch/read") and _due(link):
            done.append(unlink(world, RecordLink.objects.get(pk=link.pk)))
        return send(request)

    world.http.send = first  # type: ignore[method-assign]
    world.run()
    world.http.send = send  # type: ignore[method-assign]
    assert done, "nothing was read before the write"
    world.settle()
    assert world.hubspot.get(link.hubspot_id)["city"] == "London"
    assert RecordLink.objects.count() == 2


def _due(link: RecordLink) -> bool:
    return RecordLink.objects.get(pk=link.pk).next_at is not None


@proves("B15")
def test_an_unlinked_invoice_stays_as_it_is_on_both_sides(trade: Trade, seller: Seller) -> None:
    link = trade.mirrored()
    before = seller.booked(str(link.quickbooks_id)), seller.lines_of(str(link.hubspot_id))
    unlink(trade.world, link)
    item = seller.item("Extra")
    seller.rebook(
        str(link.quickbooks_id), Line=[sale(item, "30", "3", "10")], CustomerMemo={"value": "New"}
    )
    for _ in range(3):
        trade.world.clock.advance(400)
        trade.world.run()
    assert seller.lines_of(str(link.hubspot_id)) == before[1]
    assert len(seller.everything("invoices")) == len(seller.all("Invoice")) == 1
    here = RecordLink.objects.get(hubspot_id=link.hubspot_id, definition=link.definition)
    failing_records.include([here], who="ann", now=trade.world.env.clock.now())
    for _ in range(3):
        trade.world.clock.advance(400)
        trade.world.run()
    again = trade.world.link(definition__object_type="invoices")
    assert (again.state, again.is_linked) == ("in_sync", True), again.explanation
    assert [one["amount"] for one in seller.lines_of(str(link.hubspot_id))] == ["30.00"]
    assert len(seller.everything("invoices")) == len(seller.all("Invoice")) == 1


def test_invoices_of_other_currency_or_mark_are_not_linked(trade: Trade, seller: Seller) -> None:
    sold = trade.sold(line("Design", "50"))
    customer = trade.world.quickbooks.add("Ada King", "ada@example.com")
    other = seller.book(customer, sale(seller.item("Design 2"), "50"))
    trade.world.sync(
        "invoices",
        direction="to_quickbooks",
        options={"income_account": seller.account("Income"), "not_taxable": "ann"},
    )
    trade.world.clock.advance(400)
    trade.world.run()
    unlink(trade.world, sold)
    here = RecordLink.objects.get(hubspot_id=sold.hubspot_id, definition=sold.definition)
    there = RecordLink.objects.get(quickbooks_id=other, definition=sold.definition)
    found = {one.link.pk: one.hindrance for one in manual_links.candidates(here, "Ada")}
    assert found[there.pk] is None
    here.currency = "EUR"
    here.save()
    with pytest.raises(DeedRefused) as told:
        manual_links.link_with(here, there, who="ann", now=trade.world.env.clock.now())
    assert told.value.hindrance is Hindrance.OTHER_CURRENCY
    marked = RecordLink.objects.get(quickbooks_id=sold.quickbooks_id, definition=sold.definition)
    stranger = RecordLink.objects.create(
        definition=sold.definition, origin="hubspot", hubspot_id="999", currency="USD",
        hubspot_seen={"hs_invoice_status": "open"}, created_at=here.created_at,
        updated_at=here.created_at,
    )  # fmt: skip
    with pytest.raises(DeedRefused) as told:
        manual_links.link_with(stranger, marked, who="ann", now=trade.world.env.clock.now())
    assert told.value.hindrance is Hindrance.MARKED
