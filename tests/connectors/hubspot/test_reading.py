from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from syncapp.connectors.oauth import StaticToken
from syncapp.core.errors import (
    ConfigurationInvalid,
    ConnectionBroken,
    RecordRejected,
    SyncError,
    Throttled,
    TryLater,
)
from syncapp.core.ports import HttpRequest, HttpResponse
from syncapp.core.records import PastValue
from syncapp.core.schema import Kind
from tests.connectors.fakes import LOST, NOT_SENT, FakeClock, FakeHttp, TwoTokens, answer
from tests.connectors.hubspot.bodies import batch, contact, item_error
from tests.connectors.hubspot.conftest import Connect

SINCE = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
AT = datetime(2026, 11, 22, 11, 59, 58, tzinfo=UTC)
DETAILS = {
    "portalId": 123456,
    "accountType": "STANDARD",
    "timeZone": "US/Eastern",
    "companyCurrency": "USD",
    "additionalCurrencies": ["EUR"],
    "uiDomain": "app-eu1.hubspot.com",
    "dataHostingLocation": "eu1",
}
NOT_FOUND = {"status": "error", "message": "resource not found", "correlationId": "c"}


def test_the_account(connect: Connect) -> None:
    http = FakeHttp(answer(DETAILS))
    connector = connect(http)
    account = connector.account()
    assert http.paths == ["GET /account-info/2026-09/details"]
    assert (account.id, account.environment, account.currency) == ("123456", "production", "USD")
    assert account.time_zone == "US/Eastern"
    assert account.details["additionalCurrencies"] == ["EUR"]
    assert connector.record_url("contacts", "51") == (
        "https://app-eu1.hubspot.com/contacts/123456/record/0-1/51"
    )


@pytest.mark.parametrize("kind", ["SANDBOX", "DEVELOPER_TEST", "APP_DEVELOPER"])
def test_a_test_account_says_so(connect: Connect, kind: str) -> None:
    http = FakeHttp(answer({**DETAILS, "accountType": kind}))
    assert connect(http).account().environment == "sandbox"


def test_another_base_url_is_a_simulator(connect: Connect) -> None:
    http = FakeHttp(answer({**DETAILS, "uiDomain": "127.0.0.1:99"}))
    connector = connect(http, base_url="http://127.0.0.1:99")
    assert connector.account().environment == "simulator"
    assert connector.record_url("companies", "7").startswith("http://127.0.0.1:99/contacts/")


def test_properties_become_fields(connect: Connect) -> None:
    writable = {"readOnlyValue": False}
    told = [
        {"name": "email", "label": "Email", "type": "string", "fieldType": "text",
         "hubspotDefined": True, "modificationMetadata": writable},
        {"name": "phone", "label": "Phone Number", "type": "string", "fieldType": "phonenumber",
         "hubspotDefined": True, "modificationMetadata": writable},
        {"name": "lastmodifieddate", "label": "Last Modified", "type": "datetime",
         "hubspotDefined": True, "modificationMetadata": {"readOnlyValue": True}},
        {"name": "score", "label": "Score", "type": "number", "calculated": True},
        {"name": "budget", "label": "Budget", "type": "number", "showCurrencySymbol": True},
        {"name": "tier", "label": "Tier", "type": "enumeration",
         "options": [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]},
        {"name": "hubspot_owner_id", "label": "Owner", "type": "enumeration", "options": [],
         "referencedObjectType": "OWNER", "hubspotDefined": True},
        {"name": "associatedcompanyid", "label": "Company", "type": "number"},
        {"name": "tax_id", "type": "string", "hasUniqueValue": True},
        {"name": "born", "label": "Born", "type": "date"},
        {"name": "vip", "label": "VIP", "type": "bool"},
        {"label": "without a name", "type": "string"},
    ]  # fmt: skip
    http = FakeHttp(answer({"results": told}))
    fields = {field.name: field for field in connect(http).describe("contacts")}
    assert http.paths == ["GET /crm/properties/2026-09/contacts"]
    assert len(fields) == 11
    assert {name: field.kind for name, field in fields.items()} == {
        "email": Kind.EMAIL,
        "phone": Kind.PHONE,
        "lastmodifieddate": Kind.DATETIME,
        "score": Kind.NUMBER,
        "budget": Kind.MONEY,
        "tier": Kind.CHOICE,
        "hubspot_owner_id": Kind.REFERENCE,
        "associatedcompanyid": Kind.REFERENCE,
        "tax_id": Kind.TEXT,
        "born": Kind.DATE,
        "vip": Kind.BOOLEAN,
    }
    assert {name for name, field in fields.items() if field.read_only} == {
        "lastmodifieddate",
        "score",
    }
    assert {name for name, field in fields.items() if field.unique} == {"email", "tax_id"}
    assert not fields["email"].custom
    assert fields["tier"].custom
    assert fields["tier"].options == (("a", "A"), ("b", "B"))
    assert fields["tax_id"].label == "tax_id"


def test_an_object_becomes_a_record(connect: Connect) -> None:
    told = contact(7, email="ann@example.com", lastname=None, hs_merged_object_ids="3;5;7")
    (record,) = connect(FakeHttp(answer(batch(told)))).read("contacts", ["7"], fields=["email"])
    assert str(record.ref) == "HubSpot contacts 7"
    assert record.get("email") == "ann@example.com"
    assert record.get("lastname") is None
    assert record.version == "2026-11-01T00:00:00.000Z"
    assert (record.gone, record.absorbed_ids, record.unreadable) == (None, ("3", "5"), None)


@pytest.mark.parametrize(
    ("poison", "kept"),
    [
        ({"a": 1}, False),
        (["x"], False),
        ("a\x00b", False),
        ("\ud83d", False),
        (5, "5"),
        (True, "true"),
    ],
)
def test_a_value_that_cannot_be_read_makes_the_record_unreadable_not_the_page(
    connect: Connect, poison: Any, kept: Any
) -> None:
    page = {"results": [contact(1, odd=poison, email="a@b.co"), contact(2)]}
    records = (
        connect(FakeHttp(answer(page))).list_page("contacts", fields=["odd"], after=None).records
    )
    assert [record.ref.id for record in records] == ["1", "2"]
    assert records[0].get("email") == "a@b.co"
    if kept:
        assert (records[0].get("odd"), records[0].unreadable) == (kept, None)
    else:
        assert "odd" in (records[0].unreadable or "")


def test_a_record_without_an_id_is_unreadable(connect: Connect) -> None:
    page = {"results": [{"properties": {}}, None, "x"]}
    records = connect(FakeHttp(answer(page))).list_page("contacts", fields=[], after=None).records
    assert [record.unreadable for record in records] == ["it has no id"] * 3


# -- listing


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


# -- read and find


def test_ids_are_read_a_hundred_at_a_time(connect: Connect) -> None:
    def handler(request: HttpRequest) -> HttpResponse:
        ids = [one["id"] for one in json.loads(request.body)["inputs"]]
        return answer(batch(*[contact(one) for one in ids]))

    http = FakeHttp(handler=handler)
    records = connect(http).read("contacts", [str(one) for one in range(250)] + ["7"], fields=[])
    assert len(records) == 250
    assert [len(http.sent(number)["inputs"]) for number in range(3)] == [100, 100, 50]


def test_missing_merged_and_archived_ids(connect: Connect) -> None:
    error = item_error(
        "OBJECT_NOT_FOUND", "Could not get some CONTACT objects", ids=["2", "3", "4"]
    )
    merged = contact(9, hs_merged_object_ids="2;8")
    archived = {**contact(3), "archived": True, "archivedAt": "2026-11-01T00:00:00Z"}
    http = FakeHttp(
        answer(batch(contact(1), errors=(error,)), 207),
        answer(merged),  # GET of 2 reaches the record it became
        answer(NOT_FOUND, 404),
        answer(NOT_FOUND, 404),
        answer(batch(archived, errors=(error,)), 207),
    )
    records = connect(http).read("contacts", ["1", "2", "3", "4"], fields=["email"])
    assert http.paths[1:4] == [f"GET /crm/objects/2026-09/contacts/{one}" for one in (2, 3, 4)]
    assert http.query(4) == {"archived": "true"}
    assert [one["id"] for one in http.sent(4)["inputs"]] == ["3", "4"]
    told = {record.ref.id: (record.gone, record.absorbed_ids) for record in records}
    assert told == {"1": (None, ()), "9": (None, ("2", "8")), "3": ("archived", ())}


def test_a_survivor_that_was_read_already_absorbs_the_lost_id(connect: Connect) -> None:
    http = FakeHttp(answer(batch(contact(9))), answer(contact(9, email="a@b.co")))
    (record,) = connect(http).read("contacts", ["9", "2"], fields=["email"])
    assert (record.ref.id, record.absorbed_ids) == ("9", ("2",))


def test_an_id_that_is_no_number_never_gets_into_a_path(connect: Connect) -> None:
    http = FakeHttp(answer(batch(), 207), answer(batch(), 207))
    assert connect(http).read("contacts", ["../../oauth"], fields=[]) == ()
    assert not any(".." in urlsplit(one.url).path for one in http.requests)


def test_records_are_found_by_a_unique_property(connect: Connect) -> None:
    http = FakeHttp(answer(batch(contact(1, email="ann@example.com")), 207))
    found = connect(http).find(
        "contacts",
        field="email",
        values=["Ann@example.com", " ann@example.com ", "", "bo@example.com"],
        fields=["phone"],
    )
    body = http.sent()
    assert http.paths == ["POST /crm/objects/2026-09/contacts/batch/read"]
    assert body["idProperty"] == "email"
    assert body["inputs"] == [{"id": "Ann@example.com"}, {"id": "bo@example.com"}]
    assert {"phone", "email"} <= set(body["properties"])
    assert [record.ref.id for record in found] == ["1"]


def test_an_odd_value_does_not_hide_the_others(connect: Connect) -> None:
    def handler(request: HttpRequest) -> HttpResponse:
        ids = [one["id"] for one in json.loads(request.body)["inputs"]]
        if "a@b.co, c@d.co" in ids:
            return answer({"category": "VALIDATION_ERROR", "message": "not valid"}, 400)
        return answer(batch(*[contact(one.removeprefix("p")) for one in ids if one[0] == "p"]))

    values = ["p1", "p2", "a@b.co, c@d.co", "p3"]
    found = connect(FakeHttp(handler=handler)).find(
        "contacts", field="email", values=values, fields=[]
    )
    assert [record.ref.id for record in found] == ["1", "2", "3"]


def test_a_look_up_that_never_works_does_not_say_nothing_was_found(connect: Connect) -> None:
    http = FakeHttp(handler=lambda _: answer(
        {"category": "VALIDATION_ERROR", "message": "no unique property qbo_sync_id"}, 400
    ))  # fmt: skip
    with pytest.raises(ConfigurationInvalid):
        connect(http).find("contacts", field="qbo_sync_id", values=list("abcdefgh"), fields=[])
    assert len(http.requests) < 8


def test_nothing_to_find_makes_no_call(connect: Connect) -> None:
    connector = connect(FakeHttp())
    assert connector.find("contacts", field="email", values=["", " "], fields=[]) == ()
    assert connector.read("contacts", [], fields=[]) == ()
    assert connector.calls == 0


def test_history_names_who_wrote_a_value(connect: Connect) -> None:
    rows = [
        {"value": "2", "timestamp": "2026-11-22T10:00:00Z", "sourceType": "INTEGRATION",
         "sourceId": "991"},
        {"value": "1", "timestamp": "2026-11-21T10:00:00Z", "sourceType": "CRM_UI",
         "sourceId": "userId:12"},
        {"value": "0", "timestamp": "2026-11-20T10:00:00Z"},
    ]  # fmt: skip
    told = {**contact(1), "propertiesWithHistory": {"phone": rows}}
    http = FakeHttp(answer(batch(told)))
    history = connect(http, app_id="991").history("contacts", ["1"], ["phone"])
    assert http.sent()["propertiesWithHistory"] == ["phone"]
    assert history["1"]["phone"] == (
        PastValue("2", "2026-11-22T10:00:00Z", "INTEGRATION 991", ours=True),
        PastValue("1", "2026-11-21T10:00:00Z", "CRM_UI userId:12"),
        PastValue("0", "2026-11-20T10:00:00Z"),
    )


def test_history_is_read_fifty_at_a_time(connect: Connect) -> None:
    http = FakeHttp(handler=lambda _: answer(batch()))
    connect(http).history("contacts", [str(one) for one in range(120)], ["phone"])
    assert [len(http.sent(number)["inputs"]) for number in range(3)] == [50, 50, 20]


# -- marker

GOOD_MARKER = {"name": "qbo_sync_id", "hasUniqueValue": True, "archived": False}


def test_the_marker_is_made_once(connect: Connect) -> None:
    http = FakeHttp(
        answer(NOT_FOUND, 404), answer({}, 201), answer(GOOD_MARKER, 201), answer(GOOD_MARKER)
    )
    connect(http).prepare("contacts")
    assert http.paths == [
        "GET /crm/properties/2026-09/contacts/qbo_sync_id",
        "POST /crm/properties/2026-09/contacts/groups",
        "POST /crm/properties/2026-09/contacts",
        "GET /crm/properties/2026-09/contacts/qbo_sync_id",
    ]
    assert http.sent(2)["label"] == "QuickBooks record (Tandem)"
    assert http.sent(2)["hasUniqueValue"] is True
    assert http.sent(2)["groupName"] == http.sent(1)["name"]


def test_a_marker_that_is_there_is_left_alone(connect: Connect) -> None:
    http = FakeHttp(answer(GOOD_MARKER))
    connect(http).prepare("contacts")
    assert len(http.requests) == 1


def test_a_group_and_a_marker_made_by_somebody_else_meanwhile_are_as_good(connect: Connect) -> None:
    taken = {"message": "exists", "category": "OBJECT_ALREADY_EXISTS"}
    http = FakeHttp(
        answer(NOT_FOUND, 404), answer(taken, 409), answer(taken, 409), answer(GOOD_MARKER)
    )
    connect(http).prepare("contacts")


def test_a_marker_that_is_not_unique_is_refused(connect: Connect) -> None:
    http = FakeHttp(answer({**GOOD_MARKER, "hasUniqueValue": False}))
    with pytest.raises(ConfigurationInvalid, match="qbo_sync_id"):
        connect(http).prepare("contacts")


def test_types_that_are_only_read_need_no_marker(connect: Connect) -> None:
    http = FakeHttp()
    connect(http).prepare("companies")
    assert http.requests == []


# -- refusals and limits


def test_missing_scopes_break_the_connection_and_are_named(connect: Connect) -> None:
    body = {
        "category": "MISSING_SCOPES",
        "message": "no",
        "errors": [{"context": {"requiredGranularScopes": ["crm.objects.contacts.read"]}}],
    }
    with pytest.raises(ConnectionBroken, match=r"crm\.objects\.contacts\.read"):
        connect(FakeHttp(answer(body, 403))).list_page("contacts", fields=[], after=None)


def test_an_expired_token_that_cannot_be_refreshed_breaks_the_connection(connect: Connect) -> None:
    expired = answer({"category": "EXPIRED_AUTHENTICATION", "message": "expired"}, 401)
    with pytest.raises(ConnectionBroken):
        connect(FakeHttp(expired, expired), credentials=TwoTokens()).account()


def test_an_unknown_record_type_makes_no_call(connect: Connect) -> None:
    http = FakeHttp()
    with pytest.raises(ConfigurationInvalid, match="widgets"):
        connect(http).list_page("widgets", fields=[], after=None)
    assert http.requests == []


def test_a_search_limit_is_waited_out_for_a_second(connect: Connect) -> None:
    clock = FakeClock()
    limit = {"status": "error", "message": "You have reached your secondly limit.",
             "category": "RATE_LIMITS"}  # fmt: skip
    http = FakeHttp(answer(limit, 429), answer({"results": []}))
    connect(http, clock).changes_page(["contacts"], since=SINCE, fields={}, after=None)
    assert clock.slept == [1.0]


def test_a_ten_second_limit_is_waited_out_for_ten(connect: Connect) -> None:
    clock = FakeClock()
    limit = {"policyName": "TEN_SECONDLY_ROLLING", "errorType": "RATE_LIMIT", "message": "x"}
    connect(FakeHttp(answer(limit, 429), answer(DETAILS)), clock).account()
    assert clock.slept == [10.0]


def test_the_daily_limit_lasts_until_midnight_in_the_accounts_zone(connect: Connect) -> None:
    clock = FakeClock()  # 12:00 UTC is 07:00 in New York
    limit = {"policyName": "DAILY", "message": "You have reached your daily limit."}
    connector = connect(FakeHttp(answer(limit, 429)), clock, time_zone="US/Eastern")
    with pytest.raises(Throttled) as caught:
        connector.account()
    assert caught.value.wait_seconds == 17 * 3600
    with pytest.raises(Throttled):  # and nobody calls meanwhile
        connector.account()
    assert connector.calls == 1


def test_an_unknown_zone_waits_an_hour(connect: Connect) -> None:
    limit = {"policyName": "DAILY", "message": "x"}
    with pytest.raises(Throttled) as caught:
        connect(FakeHttp(answer(limit, 429)), time_zone="Not/AZone").account()
    assert caught.value.wait_seconds == 3600


@pytest.mark.parametrize(
    ("credentials", "headers", "before_wait"),
    [
        (StaticToken("pat"), {}, 100),
        (TwoTokens(), {}, 110),
        (
            StaticToken("pat"),
            {
                "x-hubspot-ratelimit-max": "190",
                "x-hubspot-ratelimit-interval-milliseconds": "10000",
            },
            190,
        ),
    ],
)
def test_the_ten_second_budget(
    connect: Connect, credentials: Any, headers: dict[str, str], before_wait: int
) -> None:
    clock = FakeClock()
    http = FakeHttp(handler=lambda _: answer(DETAILS, headers=headers))
    connector = connect(http, clock, credentials=credentials)
    for _ in range(before_wait):
        connector.account()
    assert clock.slept == []
    connector.account()
    assert clock.slept == [pytest.approx(10.3)]


def test_searches_have_a_budget_of_their_own(connect: Connect) -> None:
    clock = FakeClock()
    connector = connect(FakeHttp(handler=lambda _: answer({"results": []})), clock)
    for _ in range(6):
        connector.changes_page(["contacts"], since=SINCE, fields={}, after=None)
    assert clock.slept == [pytest.approx(1.04)]


def test_an_unknown_refusal_of_a_read_is_no_rejected_record(connect: Connect) -> None:
    http = FakeHttp(answer({"category": "VALIDATION_ERROR", "message": "New words"}, 400))
    with pytest.raises(ConfigurationInvalid) as caught:
        connect(http).list_page("contacts", fields=[], after=None)
    assert not isinstance(caught.value, RecordRejected)
    assert caught.value.detail == "New words"


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (LOST, TryLater),
        (NOT_SENT, TryLater),
        (answer("<html>", 502), TryLater),
        (answer({"category": "MISSING_SCOPES"}, 403), ConnectionBroken),
        (answer({"category": "VALIDATION_ERROR", "message": "ten unique ones"}, 400),
         ConfigurationInvalid),
    ],
)  # fmt: skip
def test_a_marker_that_cannot_be_made(
    connect: Connect, trouble: Any, error: type[SyncError]
) -> None:
    with pytest.raises(error):
        connect(FakeHttp(answer(NOT_FOUND, 404), answer({}, 201), trouble)).prepare("contacts")


def test_a_marker_that_does_not_appear_is_tried_later(connect: Connect) -> None:
    http = FakeHttp(answer(NOT_FOUND, 404), *[answer({}, 201)] * 2, answer(NOT_FOUND, 404))
    with pytest.raises(TryLater, match="qbo_sync_id"):
        connect(http).prepare("contacts")


def test_whether_there_is_a_marker_must_be_known(connect: Connect) -> None:
    with pytest.raises(ConnectionBroken):
        connect(FakeHttp(answer({"category": "FORBIDDEN"}, 403))).prepare("contacts")


def test_a_look_at_a_missing_id_that_fails_is_no_proof_of_absence(connect: Connect) -> None:
    http = FakeHttp(answer(batch(), 207), answer({"category": "FORBIDDEN"}, 403))
    with pytest.raises(ConnectionBroken):
        connect(http).read("contacts", ["5"], fields=[])


def test_a_record_archived_between_page_and_batch_is_left_out(connect: Connect) -> None:
    fields = [f"a_very_long_property_name_{number:04}" for number in range(300)]
    http = FakeHttp(answer({"results": [contact(1), contact(2)]}), answer(batch(contact(2)), 207))
    page = connect(http).list_page("contacts", fields=fields, after=None)
    assert [record.ref.id for record in page.records] == ["2"]


def test_calls_are_counted_and_can_be_set(connect: Connect) -> None:
    connector = connect(FakeHttp(handler=lambda _: answer(DETAILS)))
    connector.account()
    connector.calls += 10
    connector.account()
    assert connector.calls == 12
