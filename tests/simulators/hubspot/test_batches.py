"""Batches: 207, trace ids, duplicates, all or nothing."""

from __future__ import annotations

CONTACTS = "/crm/v3/objects/contacts"


def contact(email, trace=None, **more):
    one = {"properties": {"email": email, **more}, "associations": []}
    return {**one, "objectWriteTraceId": trace} if trace else one


def test_batch_create_answers_201_with_all_records(hub):
    inputs = [contact(f"p{n}@b.co") for n in range(100)]
    answer = hub.post(f"{CONTACTS}/batch/create", {"inputs": inputs})
    assert answer.status_code == 201
    assert answer.json["status"] == "COMPLETE"
    assert [r["properties"]["email"] for r in answer.json["results"]] == [
        f"p{n}@b.co" for n in range(100)
    ]
    assert len({e["request_id"] for e in hub.ledger()}) == 1
    too_many = hub.post(f"{CONTACTS}/batch/create", {"inputs": [contact("x@b.co")] * 101})
    assert too_many.status_code == 400
    assert hub.post(f"{CONTACTS}/batch/create", {"inputs": []}).status_code == 400


def test_without_trace_ids_one_bad_input_refuses_all(hub):
    inputs = [contact("a@b.co"), contact("not an address")]
    answer = hub.post(f"{CONTACTS}/batch/create", {"inputs": inputs})
    assert answer.status_code == 400
    assert "INVALID_EMAIL" in answer.json["message"]
    twice = hub.post(f"{CONTACTS}/batch/create", {"inputs": [contact("a@b.co"), contact("A@b.co")]})
    assert twice.status_code == 409
    assert hub.ledger() == []


def test_with_trace_ids_good_inputs_are_written_and_bad_ones_reported(hub):
    taken = hub.make("contacts", email="taken@b.co")
    inputs = [
        contact("a@b.co", "t1"),
        contact("bad", "t2"),
        contact("taken@b.co", "t3"),
        contact("A@B.co", "t4"),
        contact("c@b.co", "t5", nonsense="1"),
    ]
    answer = hub.post(f"{CONTACTS}/batch/create", {"inputs": inputs})
    assert answer.status_code == 207
    (made,) = answer.json["results"]
    assert (made["properties"]["email"], made["objectWriteTraceId"]) == ("a@b.co", "t1")
    assert answer.json["numErrors"] == 4
    told = {e["context"]["objectWriteTraceId"][0]: e for e in answer.json["errors"]}
    assert told["t2"]["category"] == "VALIDATION_ERROR"
    assert told["t3"]["message"] == f"Contact already exists. Existing ID: {taken}"
    assert told["t4"]["message"] == f"Contact already exists. Existing ID: {made['id']}"
    assert "PROPERTY_DOESNT_EXIST" in told["t5"]["message"]
    assert len(hub.ledger()) == 2


def test_trace_ids_that_repeat_do_not_isolate(hub):
    inputs = [contact("a@b.co", "t"), contact("bad", "t")]
    assert hub.post(f"{CONTACTS}/batch/create", {"inputs": inputs}).status_code == 400


def test_batch_create_with_associations(hub):
    company = hub.make("companies", name="B")
    link = {
        "to": {"id": company},
        "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}],
    }
    inputs = [{"properties": {"email": "a@b.co"}, "associations": [link]}]
    made = hub.post(f"{CONTACTS}/batch/create", {"inputs": inputs}).json["results"][0]
    assert made["properties"]["associatedcompanyid"] == company
    wrong = {
        **link,
        "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 280}],
    }
    inputs = [{"properties": {"email": "z@b.co"}, "associations": [wrong]}]
    answer = hub.post(f"{CONTACTS}/batch/create", {"inputs": inputs})
    assert answer.status_code == 400
    assert "invalid from object type 0-1" in answer.json["message"]


def test_batch_read_reports_missing_ids_together(hub):
    one = hub.make("contacts", email="a@b.co", city="Rome")
    body = {"inputs": [{"id": one}, {"id": "77"}, {"id": "78"}], "properties": ["city"]}
    answer = hub.post(f"{CONTACTS}/batch/read", body)
    assert answer.status_code == 207
    assert answer.json["results"][0]["properties"]["city"] == "Rome"
    (missing,) = answer.json["errors"]
    assert missing["context"] == {"ids": ["77", "78"]}
    assert missing["message"] == (
        "Could not get some CONTACT objects, they may be deleted or not exist. "
        "Check that ids are valid."
    )
    by_email = {"inputs": [{"id": "A@b.co"}], "idProperty": "email", "properties": []}
    answer = hub.post(f"{CONTACTS}/batch/read", by_email)
    assert (answer.status_code, answer.json["results"][0]["id"]) == (200, one)
    bad = {"inputs": [{"id": "Rome"}], "idProperty": "city"}
    assert hub.post(f"{CONTACTS}/batch/read", bad).status_code == 400
    hub.delete(f"{CONTACTS}/{one}")
    archived = hub.call(
        "POST", f"{CONTACTS}/batch/read", {"inputs": [{"id": one}]}, archived="true"
    )
    assert archived.json["results"][0]["archived"] is True


def test_duplicate_ids_are_refused(hub):
    one = hub.make("contacts", email="a@b.co")
    for verb in ("read", "update"):
        body = {"inputs": [{"id": one, "properties": {}}, {"id": one, "properties": {}}]}
        answer = hub.post(f"{CONTACTS}/batch/{verb}", body)
        assert answer.status_code == 400
        assert answer.json["context"] == {"ids": [one]}
        assert answer.json["message"].startswith("Duplicate IDs found in batch input")


def test_batch_update_writes_the_known_and_reports_the_unknown(hub):
    one, two = hub.make("contacts", email="a@b.co"), hub.make("contacts", email="z@b.co")
    inputs = [
        {"id": one, "properties": {"city": "Rome"}},
        {"id": "999", "properties": {"city": "Rome"}, "objectWriteTraceId": "t"},
        {"id": "Z@b.co", "idProperty": "email", "properties": {"city": "Oslo"}},
    ]
    answer = hub.post(f"{CONTACTS}/batch/update", {"inputs": inputs})
    assert answer.status_code == 207
    assert {r["id"]: r["properties"]["city"] for r in answer.json["results"]} == {
        one: "Rome",
        two: "Oslo",
    }
    assert answer.json["errors"][0]["context"] == {"ids": ["999"], "objectWriteTraceId": ["t"]}


def test_batch_update_is_all_or_nothing_without_traces_and_swaps_conflict(hub):
    one, two = hub.make("contacts", email="a@b.co"), hub.make("contacts", email="z@b.co")
    inputs = [
        {"id": one, "properties": {"city": "Rome"}},
        {"id": two, "properties": {"email": "bad"}},
    ]
    assert hub.post(f"{CONTACTS}/batch/update", {"inputs": inputs}).status_code == 400
    assert hub.values("contacts", one, "city") == {"city": None}
    traced = [{**each, "objectWriteTraceId": str(n)} for n, each in enumerate(inputs)]
    answer = hub.post(f"{CONTACTS}/batch/update", {"inputs": traced})
    assert (answer.status_code, len(answer.json["results"])) == (207, 1)
    assert hub.values("contacts", one, "city") == {"city": "Rome"}


def test_upsert_updates_or_creates_and_says_which(hub):
    hub.post(
        "/crm/v3/properties/contacts",
        {
            "name": "qbo_id",
            "label": "QuickBooks id",
            "type": "string",
            "fieldType": "text",
            "groupName": "contactinformation",
            "hasUniqueValue": True,
        },
    )
    one = hub.make("contacts", email="a@b.co", qbo_id="7")
    inputs = [
        {"id": "7", "idProperty": "qbo_id", "properties": {"city": "Rome"}},
        {"id": "8", "idProperty": "qbo_id", "properties": {"city": "Oslo"}},
    ]
    answer = hub.post(f"{CONTACTS}/batch/upsert", {"inputs": inputs})
    assert answer.status_code == 200
    assert [(r["new"], r["properties"]["city"]) for r in answer.json["results"]] == [
        (False, "Rome"),
        (True, "Oslo"),
    ]
    assert answer.json["results"][0]["id"] == one
    new = answer.json["results"][1]["id"]
    assert hub.values("contacts", new, "qbo_id") == {"qbo_id": "8"}
    without = hub.post(f"{CONTACTS}/batch/upsert", {"inputs": [{"id": "7", "properties": {}}]})
    assert without.status_code == 400
    by_id = {"id": "7", "idProperty": "hs_object_id", "properties": {}}
    refused = hub.post(f"{CONTACTS}/batch/upsert", {"inputs": [by_id]})
    assert "non-unique 0-1 property hs_object_id" in refused.json["message"]
    traced = [
        {**inputs[0], "objectWriteTraceId": "a"},
        {"id": "9", "idProperty": "qbo_id", "properties": {"x": "1"}, "objectWriteTraceId": "b"},
    ]
    answer = hub.post(f"{CONTACTS}/batch/upsert", {"inputs": traced})
    assert (answer.status_code, answer.json["results"][0]["objectWriteTraceId"]) == (207, "a")


def test_batch_archive_answers_204_whatever_is_there(hub):
    one = hub.make("contacts", email="a@b.co")
    answer = hub.post(f"{CONTACTS}/batch/archive", {"inputs": [{"id": one}, {"id": "99"}]})
    assert (answer.status_code, answer.data) == (204, b"")
    assert hub.get(CONTACTS).json["results"] == []
    assert [e["action"] for e in hub.ledger()] == ["create", "archive"]
