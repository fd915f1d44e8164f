"""Archived, inactive, deleted, merged, restored, on either side (ENGINE 2.9).

Nothing is ever resurrected, nothing hard-deleted, and what is left goes on in step. Contacts and
products go through the same table.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import pytest

from simulators.common.ledger import PERSON
from simulators.hubspot import account, lifecycle
from simulators.hubspot.crm import Author
from simulators.hubspot.records import Source
from simulators.hubspot.registry import BY_SLUG
from syncapp.core.sides import Side
from syncapp.models import RecordLink
from tests.goods import Items, Products
from tests.proves import proves
from tests.world import World

pytestmark = pytest.mark.services

AUTHOR = Author(PERSON, Source("CRM_UI", "", "Records", account.ADMIN.user_id))
DAY = 86_400


class Kind(ABC):
    """One object: how people make, change and end its records."""

    slug: str
    entity: str

    def __init__(self, world: World) -> None:
        self.world = world
        self.crm = world.hubspot_app.crm
        self.kind = BY_SLUG[self.slug]

    @abstractmethod
    def set_up(self) -> None:
        """Switch the sync on, both ways, the winner being HubSpot: it may write everywhere."""

    @abstractmethod
    def add_hubspot(self, key: str) -> str: ...

    @abstractmethod
    def add_quickbooks(self, key: str) -> str: ...

    @abstractmethod
    def edit_hubspot(self, record_id: str, text: str) -> None: ...

    @abstractmethod
    def edit_quickbooks(self, record_id: str, text: str) -> None: ...

    @abstractmethod
    def set_active(self, record_id: str, *, active: bool) -> None: ...

    def in_hubspot(self) -> dict[str, dict[str, str]]:
        """The living records, without what HubSpot keeps for itself."""
        table = self.crm.table(self.kind)
        return {
            record_id: {n: v for n, v in record.values.items() if not n.startswith("hs_last")}
            for record_id, record in table.records.items()
            if record.archived is None and record.merged is None
        }

    def in_quickbooks(self) -> dict[str, dict[str, Any]]:
        """All records, inactive ones included."""
        store = self.world.quickbooks_app.company.store(self.entity)
        return {record.id: dict(record.values) for record in store.records.values()}

    # -- the ends, as people bring them about

    def archive(self, record_id: str) -> None:
        record = self.crm.table(self.kind).records[record_id]
        lifecycle.archive(self.crm, self.kind, AUTHOR, record)

    def restore(self, record_id: str) -> None:
        record = self.crm.table(self.kind).records[record_id]
        lifecycle.restore(self.crm, self.kind, AUTHOR, record)

    def purge(self, record_id: str) -> None:
        record = self.crm.table(self.kind).records[record_id]
        lifecycle.purge(self.crm, self.kind, AUTHOR, record)

    def merge_hubspot(self, primary: str, other: str) -> str:
        records = self.crm.table(self.kind).records
        return lifecycle.merge(self.crm, self.kind, AUTHOR, records[primary], records[other]).id

    def delete_quickbooks(self, record_id: str) -> None:
        """What a merge in QuickBooks leaves of the loser: a stub in CDC."""
        company = self.world.quickbooks_app.company
        company.remove(company.store(self.entity).records[record_id])


class Contacts(Kind):
    slug, entity = "contacts", "Customer"

    def set_up(self) -> None:
        self.world.sync("contacts", conflict="hubspot")

    def add_hubspot(self, key: str) -> str:
        return self.world.hubspot.add(email=f"{key}@example.com", firstname=key, city="Rome")

    def add_quickbooks(self, key: str) -> str:
        return self.world.quickbooks.add(key, f"{key}@example.com", GivenName=key)

    def edit_hubspot(self, record_id: str, text: str) -> None:
        self.world.hubspot.edit(record_id, firstname=text)

    def edit_quickbooks(self, record_id: str, text: str) -> None:
        self.world.quickbooks.edit(record_id, GivenName=text)

    def set_active(self, record_id: str, *, active: bool) -> None:
        self.world.quickbooks.edit(
            record_id, Active=active, **({"DisplayName": "back"} if active else {})
        )


class Goods(Kind):
    slug, entity = "products", "Item"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.products, self.items = Products(world), Items(world)

    def set_up(self) -> None:
        options = {"income_account": self.items.income}
        self.world.sync("products", direction="both", conflict="hubspot", options=options)

    def add_hubspot(self, key: str) -> str:
        return self.products.add(key, f"SKU-{key}", description=key)

    def add_quickbooks(self, key: str) -> str:
        return self.items.add(key, f"SKU-{key}", Description=key)

    def edit_hubspot(self, record_id: str, text: str) -> None:
        self.products.edit(record_id, description=text)

    def edit_quickbooks(self, record_id: str, text: str) -> None:
        self.items.edit(record_id, Description=text)

    def set_active(self, record_id: str, *, active: bool) -> None:
        self.items.edit(record_id, Active=active, **({"Name": "back"} if active else {}))


@pytest.fixture(params=[Contacts, Goods], ids=["contacts", "products"])
def kind(request: pytest.FixtureRequest, world: World) -> Kind:
    return request.param(world)


def run(kind: Kind) -> None:
    """Let a day go by and look at everything, twice."""
    for _ in range(2):
        kind.world.clock.advance(DAY)
        ended = kind.world.run(full=True)
        assert ended.state == "finished", ended.detail


def linked(kind: Kind) -> tuple[str, str]:
    """A record that is in sync on both sides."""
    kind.set_up()
    kind.add_hubspot("one")
    kind.world.run()
    link = RecordLink.objects.get(hubspot_id__isnull=False, definition__object_type=kind.slug)
    assert (link.state, link.is_linked) == ("in_sync", True)
    return str(link.hubspot_id), str(link.quickbooks_id)


def link_of(kind: Kind, **where: str) -> RecordLink:
    return RecordLink.objects.get(definition__object_type=kind.slug, **where)


def deeds(kind: Kind) -> set[tuple[str, str]]:
    """What our app did to the records of the object, on both sides."""
    return {
        (side.value, entry["action"])
        for side, app, name in (
            (Side.HUBSPOT, kind.world.hubspot_app, kind.slug),
            (Side.QUICKBOOKS, kind.world.quickbooks_app, kind.entity),
        )
        for entry in app.ledger.entries
        if entry["actor"].startswith("app:") and entry["type"] == name
    }


NO_ENDS = {("hubspot", "archive"), ("hubspot", "gdpr_delete"), ("quickbooks", "delete")}


@proves("B10")
@pytest.mark.parametrize("how", ["archive", "purge"])
def test_b10_what_is_removed_in_hubspot_stays_removed_and_quickbooks_stays_as_it_is(
    kind: Kind, how: str
) -> None:
    product, item = linked(kind)
    getattr(kind, how)(product)
    before = kind.in_quickbooks()
    run(kind)
    link = link_of(kind, quickbooks_id=item)
    assert (link.state, link.code) == ("excluded", "gone")
    assert "HubSpot" in link.explanation
    kind.edit_quickbooks(item, "edited")
    run(kind)
    assert kind.in_hubspot() == {}
    assert set(kind.in_quickbooks()) == set(before)
    assert not deeds(kind) & NO_ENDS


@proves("B10")
def test_b10_what_is_restored_in_hubspot_goes_on_with_its_old_partner(kind: Kind) -> None:
    product, item = linked(kind)
    kind.archive(product)
    run(kind)
    kind.edit_quickbooks(item, "meanwhile")
    run(kind)
    kind.restore(product)
    run(kind)
    link = link_of(kind, quickbooks_id=item)
    assert (link.hubspot_id, link.state) == (product, "in_sync")
    assert "meanwhile" in kind.in_hubspot()[product].values()
    assert set(kind.in_hubspot()) == {product}
    assert not deeds(kind) & NO_ENDS


@proves("B10")
def test_b10_what_was_removed_before_it_was_ever_linked_is_never_created(kind: Kind) -> None:
    kind.set_up()
    in_hubspot = kind.add_hubspot("one")
    kind.archive(in_hubspot)
    in_quickbooks = kind.add_quickbooks("two")
    kind.set_active(in_quickbooks, active=False)
    before = (kind.in_hubspot(), kind.in_quickbooks())
    run(kind)
    assert (kind.in_hubspot(), kind.in_quickbooks()) == before
    assert deeds(kind) == set()


@proves("B10")
def test_b10_what_is_deleted_in_quickbooks_stays_deleted_and_hubspot_stays_as_it_is(
    kind: Kind,
) -> None:
    product, item = linked(kind)
    kind.delete_quickbooks(item)
    others = kind.in_quickbooks()
    run(kind)
    link = link_of(kind, hubspot_id=product)
    assert (link.state, link.code) == ("excluded", "gone")
    assert "deleted in QuickBooks" in link.explanation
    kind.edit_hubspot(product, "edited")
    run(kind)
    assert kind.in_quickbooks() == others
    assert set(kind.in_hubspot()) == {product}
    assert not deeds(kind) & NO_ENDS


@proves("B10", "E3.6-inactive")
def test_b10_what_is_inactive_in_quickbooks_is_left_inactive_and_comes_back(kind: Kind) -> None:
    product, item = linked(kind)
    kind.set_active(item, active=False)
    run(kind)
    kind.edit_hubspot(product, "edited")
    run(kind)
    held = kind.in_quickbooks()[item]
    assert held["Active"] is False
    assert str(held.get("DisplayName") or held["Name"]) == "one (deleted)"
    assert not [v for v in kind.in_hubspot()[product].values() if "(deleted)" in v]
    assert "edited" not in held.values()
    assert set(kind.in_hubspot()) == {product}
    kind.set_active(item, active=True)
    run(kind)
    assert "edited" in kind.in_quickbooks()[item].values()
    link = link_of(kind, hubspot_id=product)
    assert (link.quickbooks_id, link.state) == (item, "in_sync")
    assert not deeds(kind) & NO_ENDS


@proves("B10")
def test_b10_two_merged_in_hubspot_leave_one_link_and_one_decision(kind: Kind) -> None:
    kind.set_up()
    one, two = kind.add_hubspot("one"), kind.add_hubspot("two")
    kind.world.run()
    before = set(kind.in_quickbooks())
    survivor = kind.merge_hubspot(one, two)
    run(kind)
    states = {
        (link.state, link.code)
        for link in RecordLink.objects.filter(quickbooks_id__isnull=False)
        if link.quickbooks_id in before and link.is_linked
    }
    assert states == {("in_sync", ""), ("failing", "merged_elsewhere")}
    assert set(kind.in_hubspot()) == {survivor}
    assert set(kind.in_quickbooks()) == before
    kind.edit_hubspot(survivor, "edited")
    run(kind)
    link = link_of(kind, hubspot_id=survivor)
    assert "edited" in kind.in_quickbooks()[str(link.quickbooks_id)].values()
    assert not deeds(kind) & NO_ENDS


@proves("B10")
def test_b10_the_loser_of_a_merge_in_quickbooks_is_never_made_anew(kind: Kind) -> None:
    kind.set_up()
    one, two = kind.add_hubspot("one"), kind.add_hubspot("two")
    kind.world.run()
    loser = str(link_of(kind, hubspot_id=two).quickbooks_id)
    kind.delete_quickbooks(loser)
    run(kind)
    kind.edit_hubspot(two, "edited")
    kind.edit_hubspot(one, "kept")
    run(kind)
    assert link_of(kind, hubspot_id=two).code == "gone"
    survivor = link_of(kind, hubspot_id=one)
    assert survivor.state == "in_sync"
    assert "kept" in kind.in_quickbooks()[str(survivor.quickbooks_id)].values()
    assert loser not in kind.in_quickbooks()
    assert set(kind.in_hubspot()) == {one, two}
