"""Records looked up by id and by value, their merges, absences and history."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest

from syncapp.core.errors import (
    ConfigurationInvalid,
    ConnectionBroken,
)
from syncapp.core.ports import HttpRequest, HttpResponse
from syncapp.core.records import PastValue
from tests.connectors.fakes import FakeHttp, answer
from tests.connectors.hubspot.bodies import batch, contact, item_error
from tests.connectors.hubspot.conftest import Connect

NOT_FOUND = {"status": "error", "message": "resource not found", "correlationId": "c"}


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


def test_a_look_at_a_missing_id_that_fails_is_no_proof_of_absence(connect: Connect) -> None:
    http = FakeHttp(answer(batch(), 207), answer({"category": "FORBIDDEN"}, 403))
    with pytest.raises(ConnectionBroken):
        connect(http).read("contacts", ["5"], fields=[])


def test_a_record_archived_between_page_and_batch_is_left_out(connect: Connect) -> None:
    fields = [f"a_very_long_property_name_{number:04}" for number in range(300)]
    http = FakeHttp(answer({"results": [contact(1), contact(2)]}), answer(batch(contact(2)), 207))
    page = connect(http).list_page("contacts", fields=fields, after=None)
    assert [record.ref.id for record in page.records] == ["2"]
