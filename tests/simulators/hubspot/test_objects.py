"""Single records: create, read, update, archive, history, merge."""

from __future__ import annotations

import json

import pytest

CONTACTS = "/crm/v3/objects/contacts"
PATHS = ("/crm/v3/objects", "/crm/objects/2025-09", "/crm/objects/2026-03", "/crm/objects/2026-09")


def flaws(answer):
    assert answer.status_code == 400, answer.text
    assert answer.json["category"] == "VALIDATION_ERROR"
    return [(e["code"], e["context"]["propertyName"]) for e in answer.json["errors"]]


@pytest.mark.parametrize("base", PATHS)
@pytest.mark.parametrize("name", ["contacts", "contact", "0-1"])
def test_all_versions_and_spellings_reach_one_store(hub, base, name):
    made = hub.post(f"{base}/{name}", {"properties": {"email": "Ann@B.co ", "firstname": "Ann"}})
    assert made.status_code == 201
    assert made.headers["Location"].endswith(f"/{made.json['id']}")
    read = hub.get(f"{CONTACTS}/{made.json['id']}").json
    assert read["properties"] == {
        "email": "ann@b.co",
        "firstname": "Ann",
        "lastname": None,
        "createdate": "2026-01-05T09:00:00.000Z",
        "lastmodifieddate": "2026-01-05T09:00:00.000Z",
        "hs_object_id": "101",
    }
    assert (read["id"], read["archived"], read["createdAt"]) == (
        "101",
        False,
        "2026-01-05T09:00:00.000Z",
    )


def test_a_create_answers_with_what_was_set_and_who_did_it(hub):
    answer = hub.post(CONTACTS, {"properties": {"firstname": "Ann", "lastname": ""}}).json
    assert answer["properties"]["firstname"] == "Ann"
    assert "lastname" not in answer["properties"]
    assert answer["properties"]["hs_object_source"] == "API"


def test_an_update_answers_with_the_changes_only_and_moves_the_time(hub):
    one = hub.make("contacts", firstname="Ann", city="Rome")
    hub.app.clock.advance(60)
    answer = hub.patch(f"{CONTACTS}/{one}", {"properties": {"city": "Oslo"}}).json
    assert set(answer["properties"]) == {"city", "createdate", "lastmodifieddate", "hs_object_id"}
    assert answer["updatedAt"] == "2026-01-05T09:01:00.000Z"
    hub.app.clock.advance(60)
    same = hub.patch(f"{CONTACTS}/{one}", {"properties": {"city": "Oslo"}}).json
    assert same["updatedAt"] == "2026-01-05T09:01:00.000Z"
    assert [(e["action"], e["before"], e["after"]) for e in hub.ledger()][1:] == [
        ("update", {"city": "Rome"}, {"city": "Oslo"}),
        ("update", {}, {}),
    ]


def test_empty_text_and_null_clear_a_value(hub):
    one = hub.make("contacts", firstname="Ann", city="Rome", state="RM")
    hub.patch(f"{CONTACTS}/{one}", {"properties": {"city": "", "state": None}})
    assert hub.values("contacts", one, "city", "state") == {"city": None, "state": None}


def test_requested_properties_come_back_and_unknown_ones_are_left_out(hub):
    one = hub.make("contacts", firstname="Ann")
    found = hub.get(f"{CONTACTS}/{one}", properties="city,nonsense,firstname").json["properties"]
    assert set(found) == {"city", "firstname", "createdate", "lastmodifieddate", "hs_object_id"}


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"nonsense": "1"}, ("PROPERTY_DOESNT_EXIST", ["nonsense"])),
        ({"email": "no at"}, ("INVALID_EMAIL", ["email"])),
        ({"email": "a..b@c.co"}, ("INVALID_EMAIL", ["email"])),
        ({"lifecyclestage": "Lead"}, ("INVALID_OPTION", ["lifecyclestage"])),
        ({"createdate": "2026-01-01"}, ("READ_ONLY_VALUE", ["createdate"])),
        ({"associatedcompanyid": "1"}, ("READ_ONLY_VALUE", ["associatedcompanyid"])),
        ({"city": "x" * 65_537}, ("STRING_TOO_LONG", ["city"])),
        ({"city": ["a"]}, ("INVALID_VALUE", ["city"])),
    ],
)
def test_bad_values_are_refused(hub, properties, expected):
    answer = hub.post(CONTACTS, {"properties": properties})
    assert flaws(answer) == [expected]
    assert hub.ledger() == []


def test_the_message_wraps_a_json_list_of_what_is_wrong(hub):
    answer = hub.post(CONTACTS, {"properties": {"x": "1"}}).json
    prefix = "Property values were not valid: "
    assert answer["message"].startswith(prefix)
    assert json.loads(answer["message"].removeprefix(prefix)) == [
        {
            "isValid": False,
            "message": 'Property "x" does not exist',
            "error": "PROPERTY_DOESNT_EXIST",
            "name": "x",
            "localizedErrorMessage": 'Property "x" does not exist',
            "portalId": 24680135,
        }
    ]
    assert answer["correlationId"]


def test_numbers_dates_and_times_are_normalised(hub):
    one = hub.make(
        "deals",
        dealname="D",
        dealstage="closedwon",
        amount=20.50,
        closedate="1735689600000",
    )
    assert hub.values("deals", one, "amount", "closedate", "pipeline") == {
        "amount": "20.5",
        "closedate": "2025-01-01T00:00:00.000Z",
        "pipeline": "default",
    }
    bad = hub.patch(f"/crm/v3/objects/deals/{one}", {"properties": {"amount": "1,000"}})
    assert flaws(bad) == [("INVALID_LONG", ["amount"])]
    bad = hub.patch(f"/crm/v3/objects/deals/{one}", {"properties": {"closedate": "soon"}})
    assert flaws(bad) == [("INVALID_DATE", ["closedate"])]


def test_a_date_has_no_time_of_day_and_a_multiple_choice_appends(hub):
    options = [{"label": v, "value": v} for v in "abc"]
    for name, kind, widget in (("due", "date", "date"), ("tags", "enumeration", "checkbox")):
        made = hub.post(
            "/crm/v3/properties/contacts",
            {
                "name": name,
                "label": name,
                "type": kind,
                "fieldType": widget,
                "groupName": "contactinformation",
                "options": options if kind == "enumeration" else [],
            },
        )
        assert made.status_code == 201, made.text
    one = hub.make("contacts", due="1735689600000", tags="a")
    hub.patch(f"{CONTACTS}/{one}", {"properties": {"tags": ";c"}})
    assert hub.values("contacts", one, "due", "tags") == {"due": "2025-01-01", "tags": "a;c"}
    bad = hub.patch(f"{CONTACTS}/{one}", {"properties": {"due": "1735689600001"}})
    assert flaws(bad) == [("INVALID_DATE", ["due"])]


def test_a_taken_email_conflicts_and_names_the_owner(hub):
    one = hub.make("contacts", email="ann@b.co", hs_additional_emails="second@b.co")
    for email in ("ANN@b.co", "second@b.co"):
        answer = hub.post(CONTACTS, {"properties": {"email": email}})
        assert answer.status_code == 409
        assert answer.json["category"] == "CONFLICT"
        assert answer.json["message"] == f"Contact already exists. Existing ID: {one}"
    other = hub.make("contacts", email="other@b.co")
    moved = hub.patch(f"{CONTACTS}/{other}", {"properties": {"email": "ann@b.co"}})
    assert moved.status_code == 409
    assert hub.get(f"{CONTACTS}/Second@b.co", idProperty="email").json["id"] == one


def test_an_email_is_free_again_after_a_change_or_an_archive(hub):
    one = hub.make("contacts", email="ann@b.co")
    hub.patch(f"{CONTACTS}/{one}", {"properties": {"email": "new@b.co"}})
    two = hub.make("contacts", email="ann@b.co")
    assert hub.delete(f"{CONTACTS}/{two}").status_code == 204
    assert hub.make("contacts", email="ann@b.co") not in (one, two)


def test_company_domains_are_not_unique_and_no_id_property(hub):
    one = hub.make("companies", domain="b.co")
    assert hub.make("companies", name="B", domain="b.co") != one
    answer = hub.get("/crm/v3/objects/companies/b.co", idProperty="domain")
    assert answer.status_code == 400
    assert "non-unique 0-2 property domain in portal ID 24680135" in answer.json["message"]


@pytest.mark.parametrize(
    ("kind", "properties"),
    [("companies", {"city": "Rome"}), ("deals", {"dealname": "D"}), ("invoices", {})],
)
def test_required_properties(hub, kind, properties):
    answer = hub.post(f"/crm/v3/objects/{kind}", {"properties": properties})
    assert answer.status_code == 400
    assert answer.json["errors"][0]["code"] == "MISSING_REQUIRED_PROPERTY"


def test_portal_rules_apply_to_2026_09_only(hub):
    hub.post("/__sim__/settings", {"required_on_create": {"contacts": ["email", "lastname"]}})
    body = {"properties": {"email": "a@b.co"}}
    answer = hub.post("/crm/objects/2026-09/contacts", body)
    assert answer.status_code == 400
    assert answer.json["context"]["properties"] == ["lastname"]
    assert hub.post("/crm/objects/2026-03/contacts", body).status_code == 201


def test_lifecycle_stage_moves_forward_unless_cleared(hub):
    one = hub.make("contacts", lifecyclestage="customer")
    back = {"properties": {"lifecyclestage": "lead"}}
    assert flaws(hub.patch(f"{CONTACTS}/{one}", back))[0][1] == ["lifecyclestage"]
    hub.patch(f"{CONTACTS}/{one}", {"properties": {"lifecyclestage": ""}})
    assert hub.patch(f"{CONTACTS}/{one}", back).status_code == 200


def test_history_is_newest_first_and_tells_the_source(hub):
    one = hub.make("contacts", city="Rome")
    hub.app.clock.advance(5)
    hub.client.post(f"/contacts/{one}", data={"city": "Oslo"})
    answer = hub.get(f"{CONTACTS}/{one}", propertiesWithHistory="city").json
    history = answer["propertiesWithHistory"]["city"]
    assert [(h["value"], h["sourceType"], h["timestamp"]) for h in history] == [
        ("Oslo", "CRM_UI", "2026-01-05T09:00:05.000Z"),
        ("Rome", "API", "2026-01-05T09:00:00.000Z"),
    ]
    assert history[0]["updatedByUserId"] == 9120001
    assert answer["properties"]["city"] == "Oslo"


def test_archived_records_are_found_only_when_asked_for(hub):
    one, two = hub.make("contacts", firstname="A"), hub.make("contacts", firstname="B")
    assert hub.delete(f"{CONTACTS}/{one}").status_code == 204
    assert hub.get(f"{CONTACTS}/{one}").status_code == 404
    found = hub.get(f"{CONTACTS}/{one}", archived="true").json
    assert (found["archived"], found["archivedAt"]) == (True, "2026-01-05T09:00:00.000Z")
    assert [r["id"] for r in hub.get(CONTACTS).json["results"]] == [two]
    assert [r["id"] for r in hub.get(CONTACTS, archived="true").json["results"]] == [one]
    assert hub.patch(f"{CONTACTS}/{one}", {"properties": {"city": "x"}}).status_code == 404


def test_missing_records_and_unknown_types(hub):
    assert hub.get(f"{CONTACTS}/999").json["message"] == "resource not found"
    odd = hub.get(f"{CONTACTS}/abc")
    assert odd.status_code == 404
    assert odd.json["message"] == "Object not found.  objectId are usually numeric."
    unknown = hub.get("/crm/v3/objects/widgets")
    assert unknown.status_code == 400
    assert unknown.json["message"] == "Unable to infer object type from: widgets"
    assert "category" not in unknown.json
    assert hub.get("/crm/v3/objects/0-9999").json["message"] == (
        "Invalid object or event type id: 0-9999"
    )
    assert hub.post(CONTACTS, ["x"]).status_code == 400
    assert hub.get("/nowhere").status_code == 404
    assert hub.put(CONTACTS).status_code == 405


def test_list_pages_by_ascending_id(hub):
    made = [hub.make("contacts", firstname=str(n)) for n in range(25)]
    found, after = [], None
    while True:
        query = {"limit": 10, **({"after": after} if after else {})}
        page = hub.get(CONTACTS, **query).json
        found += [record["id"] for record in page["results"]]
        if "paging" not in page:
            break
        after = page["paging"]["next"]["after"]
        # A record made meanwhile comes at the end; one archived meanwhile moves nothing.
        if len(found) == 10:
            hub.delete(f"{CONTACTS}/{made[0]}")
    assert found == made
    assert hub.get(CONTACTS, limit=101).status_code == 400
    assert hub.get(CONTACTS, limit=51, propertiesWithHistory="city").status_code == 400
    assert len(hub.get(CONTACTS).json["results"]) == 10


def test_merge_makes_a_new_record_and_old_ids_lead_to_it(hub):
    one = hub.make("contacts", email="a@b.co", firstname="Ann", city="Rome")
    two = hub.make("contacts", email="z@b.co", firstname="Zoe", phone="1")
    company = hub.make("companies", name="B")
    hub.put(f"/crm/v4/objects/contacts/{two}/associations/default/companies/{company}")
    merged = hub.post(f"{CONTACTS}/merge", {"primaryObjectId": one, "objectIdToMerge": two}).json
    new = merged["id"]
    assert new not in (one, two)
    names = ("email", "firstname", "city", "phone", "hs_additional_emails", "hs_merged_object_ids")
    assert hub.values("contacts", new, *names) == {
        "email": "a@b.co",
        "firstname": "Ann",
        "city": "Rome",
        "phone": "1",
        "hs_additional_emails": "z@b.co",
        "hs_merged_object_ids": f"{one};{two}",
    }
    assert hub.values("contacts", new, "associatedcompanyid")["associatedcompanyid"] == company
    assert hub.get(f"{CONTACTS}/{one}").json["id"] == new
    assert hub.patch(f"{CONTACTS}/{two}", {"properties": {"city": "Oslo"}}).json["id"] == new
    assert {r["id"] for r in hub.get(CONTACTS, archived="true").json["results"]} == {one, two}
    batch = hub.post(
        f"{CONTACTS}/batch/update", {"inputs": [{"id": one, "properties": {"city": "Bonn"}}]}
    )
    assert (batch.status_code, batch.json["numErrors"]) == (207, 1)
    assert hub.post(CONTACTS, {"properties": {"email": "z@b.co"}}).status_code == 409


def test_only_some_types_merge_before_2026_09(hub):
    one, two = (hub.make("products", name=str(n)) for n in range(2))
    body = {"primaryObjectId": one, "objectIdToMerge": two}
    assert hub.post("/crm/v3/objects/products/merge", body).status_code == 404
    assert hub.post("/crm/objects/2026-09/products/merge", body).status_code == 200


def test_privacy_delete_leaves_nothing(hub):
    one = hub.make("contacts", email="a@b.co")
    answer = hub.post(f"{CONTACTS}/gdpr-delete", {"objectId": "a@b.co", "idProperty": "email"})
    assert answer.status_code == 204
    assert hub.get(f"{CONTACTS}/{one}", archived="true").status_code == 404
    assert hub.make("contacts", email="a@b.co") != one


def test_line_item_prices_are_not_negative_and_amounts_are_computed_only(hub):
    answer = hub.post("/crm/v3/objects/line_items", {"properties": {"price": "-1"}})
    assert flaws(answer) == [("INVALID_NUMBER", ["price"])]
    answer = hub.post("/crm/v3/objects/line_items", {"properties": {"amount": "1"}})
    assert flaws(answer) == [("READ_ONLY_VALUE", ["amount"])]


def test_the_sample_account_is_the_same_every_time(filled, build):
    names = "firstname,lastname,email,associatedcompanyid"
    first = filled.get(CONTACTS, limit=100, properties=names).json["results"]
    again = build(seed=1).get(CONTACTS, limit=100, properties=names).json["results"]
    assert first == again
    assert len(first) == 60
    assert len(filled.get("/crm/v3/objects/companies", limit=100).json["results"]) == 25
    assert sum(1 for r in first if r["properties"]["email"] is None) == 3
    assert sum(1 for r in first if r["properties"]["associatedcompanyid"]) > 20
    assert filled.ledger() == []
