"""Listings and changes: page after page, complete or refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syncapp.core.errors import (
    TryLater,
)
from syncapp.core.ports import HttpRequest, HttpResponse
from tests.connectors.fakes import FakeClock, FakeHttp, answer
from tests.connectors.hubspot.bodies import batch, contact
from tests.connectors.hubspot.conftest import Connect

SINCE = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
AT = datetime(2026, 11, 22, 11, 59, 58, tzinfo=UTC)


def test_a_listing_goes_through_its_pages(connect: Connect) -> None:
    http = FakeHttp(
        answer({"results": [contact(1)], "paging": {"next": {"after": "1"}}}),
        answer({"results": [contact(2)]}, headers={"date": "Sun, 22 Nov 2026 12:30:00 GMT"}),
    )
    connector = connect(http)
    first = connector.list_page("contacts", fields=["email", "phone"], after=None)
    assert first.next is not None
    second = connector.list_page("contacts", fields=["email", "phone"], after=first.next)
    assert second.next is None
    assert http.query(0)["limit"] == "100"
    assert "after" not in http.query(0)
    assert http.query(1)["after"] == "1"
    asked = http.query(0)["properties"].split(",")
    assert {"email", "phone", "lastmodifieddate", "createdate", "hs_merged_object_ids",
            "associatedcompanyid", "hs_additional_emails", "hs_object_source_label",
            "qbo_sync_id"} <= set(asked)  # fmt: skip
    assert len(asked) == len(set(asked))
    assert first.server_time == second.server_time == AT  # the clock when the listing began


def test_a_listing_that_repeats_a_page_is_not_taken_for_complete(connect: Connect) -> None:
    page = answer({"results": [contact(1)], "paging": {"next": {"after": "1"}}})
    connector = connect(FakeHttp(page, page))
    first = connector.list_page("contacts", fields=[], after=None)
    with pytest.raises(TryLater, match="repeated"):
        connector.list_page("contacts", fields=[], after=first.next)


def test_more_properties_than_a_url_takes_are_read_by_batch(connect: Connect) -> None:
    fields = [f"a_very_long_property_name_{number:04}" for number in range(300)]
    http = FakeHttp(
        answer({"results": [contact(1), contact(2)]}),
        answer(batch(contact(2, x="2"), contact(1, x="1"))),
    )
    records = connect(http).list_page("contacts", fields=fields, after=None).records
    assert "properties" not in http.query(0)
    assert set(fields) <= set(http.sent(1)["properties"])
    assert {record.ref.id: record.get("x") for record in records} == {"1": "1", "2": "2"}


# -- changes


def test_changes_are_searched_by_the_types_own_property(connect: Connect) -> None:
    http = FakeHttp(answer({"total": 0, "results": []}), answer({"total": 0, "results": []}))
    connector = connect(http)
    assert connector.streams(["contacts", "companies"]) == (("contacts",), ("companies",))
    for slug in ("contacts", "companies"):
        page = connector.changes_page([slug], since=SINCE, fields={slug: ["x"]}, after=None)
        assert (page.next, page.server_time) == (None, AT)
    assert http.paths[0] == "POST /crm/objects/2026-09/contacts/search"
    body = http.sent(0)
    assert body["filterGroups"] == [
        {
            "filters": [
                {"propertyName": "lastmodifieddate", "operator": "GTE", "value": "1795345200000"}
            ]
        }
    ]
    assert body["sorts"] == [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
    assert body["limit"] == 200
    assert http.sent(1)["filterGroups"][0]["filters"][0]["propertyName"] == "hs_lastmodifieddate"


class SearchServer:
    """Answers searches over so many contacts, with the cap of 10,000 results per query."""

    def __init__(self, count: int) -> None:
        self.ids = list(range(7, 7 + count * 3, 3))
        self.moves = 0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.moves += 1
        body = json.loads(request.body)
        (group,) = body["filterGroups"]
        above = next(
            (
                int(one["value"])
                for one in group["filters"]
                if one["propertyName"] == "hs_object_id"
            ),
            0,
        )
        matching = [one for one in self.ids if one > above]
        offset = int(body.get("after", 0))
        if offset + body["limit"] > 10_000:
            return answer({"category": "VALIDATION_ERROR", "message": "past 10,000"}, 400)
        page = matching[offset : offset + body["limit"]]
        told: dict[str, Any] = {"total": len(matching), "results": [contact(one) for one in page]}
        if offset + len(page) < len(matching):
            told["paging"] = {"next": {"after": str(offset + len(page))}}
        date = f"Sun, 22 Nov 2026 12:00:{self.moves % 60:02} GMT"
        return answer(told, headers={"date": date})


@pytest.mark.parametrize("count", [0, 1, 199, 200, 201, 10_000, 12_345])
def test_changes_are_read_past_ten_thousand_without_gap_or_repeat(
    connect: Connect, count: int
) -> None:
    server = SearchServer(count)
    connector = connect(FakeHttp(handler=server))
    seen: list[str] = []
    after, times = None, set()
    while True:
        page = connector.changes_page(["contacts"], since=SINCE, fields={}, after=after)
        seen += [record.ref.id for record in page.records]
        times.add(page.server_time)
        after = page.next
        if after is None:
            break
    assert seen == [str(one) for one in server.ids]
    assert times == {datetime(2026, 11, 22, 12, 0, 1, tzinfo=UTC)}


def test_a_search_out_of_order_is_paged_by_offset_so_that_nothing_is_skipped(
    connect: Connect,
) -> None:
    shuffled = [contact(one) for one in [*range(300, 400), *range(100, 200)]]
    http = FakeHttp(
        answer({"total": 201, "results": shuffled, "paging": {"next": {"after": "200"}}}),
        answer({"total": 201, "results": [contact(250)]}),
    )
    connector = connect(http)
    first = connector.changes_page(["contacts"], since=SINCE, fields={}, after=None)
    second = connector.changes_page(["contacts"], since=SINCE, fields={}, after=first.next)
    assert http.sent(1)["after"] == "200"
    assert len(http.sent(1)["filterGroups"][0]["filters"]) == 1
    assert [record.ref.id for record in second.records] == ["250"]
    assert second.next is None


def test_a_search_out_of_order_past_the_cap_is_not_taken_for_complete(connect: Connect) -> None:
    full = answer({"results": [contact(9)] * 200, "paging": {"next": {"after": "x"}}})
    connector = connect(FakeHttp(handler=lambda _: full))

    def read_to_the_end() -> None:
        after = None
        for _ in range(100):
            after = connector.changes_page(["contacts"], since=SINCE, fields={}, after=after).next

    with pytest.raises(TryLater, match="out of order"):
        read_to_the_end()


def test_more_properties_than_a_search_takes_are_read_by_batch(connect: Connect) -> None:
    fields = [f"property_{number:04}" for number in range(250)]
    http = FakeHttp(answer({"total": 1, "results": [contact(1)]}), answer(batch(contact(1, x="1"))))
    page = connect(http).changes_page(
        ["contacts"], since=SINCE, fields={"contacts": fields}, after=None
    )
    assert len(http.requests[0].body) < 3000
    assert [record.get("x") for record in page.records] == ["1"]


def test_without_a_date_header_the_cursor_stays_well_behind_our_clock(connect: Connect) -> None:
    clock = FakeClock()
    http = FakeHttp(answer({"results": []}, headers={"date": ""}))
    page = connect(http, clock).changes_page(["contacts"], since=SINCE, fields={}, after=None)
    assert clock.at - page.server_time == timedelta(minutes=15)
