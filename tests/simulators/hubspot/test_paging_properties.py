"""Paging never skips or repeats while records change underneath; values come back as written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulators.hubspot.conftest import Caller, make_app

CONTACTS = "/crm/v3/objects/contacts"
relaxed = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
#: what happens between two pages: (what, which of the records made at first)
events = st.lists(
    st.tuples(
        st.sampled_from(["create", "update", "archive", "restore", "wait"]), st.integers(0, 19)
    ),
    max_size=4,
)
walks = st.tuples(st.integers(1, 20), st.integers(1, 7), st.lists(events, max_size=25))


class World:
    """An account with some contacts, changed by others while someone pages through it."""

    def __init__(self, count: int) -> None:
        self.hub = Caller(make_app())
        inputs = [{"properties": {"firstname": str(n)}} for n in range(count)]
        made = self.hub.post(f"{CONTACTS}/batch/create", {"inputs": inputs})
        self.ids = [one["id"] for one in made.json["results"]]
        #: live from the first to the last page
        self.steady = set(self.ids)

    def happen(self, what: str, which: int) -> None:
        one = self.ids[which % len(self.ids)]
        match what:
            case "create":
                self.hub.make("contacts", firstname="new")
            case "update":
                self.hub.patch(f"{CONTACTS}/{one}", {"properties": {"city": str(which)}})
            case "archive":
                self.hub.delete(f"{CONTACTS}/{one}")
                self.steady.discard(one)
            case "restore":
                self.hub.client.post(f"/contacts/{one}/restore")
            case "wait":
                self.hub.app.clock.advance(1)


def check(world: World, seen: list[str]) -> None:
    assert len(seen) == len(set(seen))
    assert world.steady <= set(seen)
    assert seen == sorted(seen, key=int)


@relaxed
@given(walks)
def test_listing_never_skips_or_repeats(walk):
    count, limit, changes = walk
    world, seen, after = World(count), [], None
    pending = iter(changes)
    while True:
        query = {"limit": limit} | ({"after": after} if after else {})
        body = world.hub.get(CONTACTS, **query).json
        seen += [one["id"] for one in body["results"]]
        if "paging" not in body:
            break
        after = body["paging"]["next"]["after"]
        for what, which in next(pending, []):
            world.happen(what, which)
    check(world, seen)


@relaxed
@given(walks)
def test_search_by_id_after_the_last_one_never_skips_or_repeats(walk):
    count, limit, changes = walk
    world, seen, last = World(count), [], "0"
    pending = iter(changes)
    while True:
        above = {"propertyName": "hs_object_id", "operator": "GT", "value": last}
        body = world.hub.search(
            "contacts",
            filterGroups=[{"filters": [above]}],
            sorts=[{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            limit=limit,
        ).json
        seen += [one["id"] for one in body["results"]]
        if not body["results"]:
            break
        last = seen[-1]
        for what, which in next(pending, []):
            world.happen(what, which)
    check(world, seen)


@relaxed
@given(st.integers(1, 20), st.integers(1, 7), st.sets(st.integers(0, 19)))
def test_the_recycle_bin_and_the_live_list_share_out_all_records(count, limit, gone):
    world = World(count)
    for which in gone:
        world.happen("archive", which)

    def walk(**query):
        seen, after = [], None
        while True:
            more = {"after": after} if after else {}
            body = world.hub.get(CONTACTS, limit=limit, **query, **more).json
            seen += [one["id"] for one in body["results"]]
            if "paging" not in body:
                return seen
            after = body["paging"]["next"]["after"]

    live, archived = walk(), walk(archived="true")
    assert sorted(live + archived, key=int) == world.ids
    assert set(live) == world.steady


texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), min_size=1
)
numbers = st.decimals(
    min_value=-(10**15), max_value=10**15, allow_nan=False, allow_infinity=False, places=6
)
moments = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC, microsecond=moment.microsecond // 1000 * 1000)
)
HUB = Caller(make_app())


@relaxed
@given(texts, numbers, moments)
def test_text_numbers_and_times_come_back_as_written(text, number, moment):
    one = HUB.make(
        "deals",
        dealname=text,
        dealstage="closedwon",
        amount=f"{number:f}",
        closedate=moment.isoformat(),
    )
    got = HUB.values("deals", one, "dealname", "amount", "closedate")
    assert got["dealname"] == text
    assert Decimal(got["amount"]) == number
    assert datetime.fromisoformat(got["closedate"]) == moment
    epoch = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    HUB.patch(f"/crm/v3/objects/deals/{one}", {"properties": {"closedate": epoch}})
    again = HUB.values("deals", one, "closedate")["closedate"]
    assert datetime.fromisoformat(again) == moment
    found = HUB.search(
        "deals",
        filterGroups=[
            {"filters": [{"propertyName": "closedate", "operator": "EQ", "value": str(epoch)}]}
        ],
        limit=200,
    ).json
    assert one in {row["id"] for row in found["results"]}
    HUB.delete(f"/crm/v3/objects/deals/{one}")
