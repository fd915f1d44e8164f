"""Property definitions, groups, validation rules, unique values."""

from __future__ import annotations

import pytest

PROPERTIES = "/crm/v3/properties/contacts"


def definition(name, **more):
    return {
        "name": name,
        "label": name,
        "type": "string",
        "fieldType": "text",
        "groupName": "contactinformation",
        **more,
    }


def test_definitions_tell_what_may_be_written(hub):
    results = {p["name"]: p for p in hub.get(PROPERTIES).json["results"]}
    assert results["email"]["modificationMetadata"]["readOnlyValue"] is False
    assert results["createdate"]["modificationMetadata"]["readOnlyValue"] is True
    owner = results["hubspot_owner_id"]
    assert (owner["options"], owner["referencedObjectType"]) == ([], "OWNER")
    assert results["associatedcompanyid"]["type"] == "number"
    stage = hub.get(f"{PROPERTIES}/lifecyclestage").json
    assert stage["options"][1] == {
        "label": "Lead",
        "value": "lead",
        "displayOrder": 1,
        "hidden": False,
    }
    assert stage["hubspotDefined"] is True
    assert hub.get("/crm/properties/2026-09/contacts/email").json == results["email"]
    assert hub.get(f"{PROPERTIES}/nope").status_code == 404


def test_a_unique_property_is_made_used_and_enforced(hub):
    made = hub.post(PROPERTIES, definition("qbo_id", hasUniqueValue=True))
    assert made.status_code == 201
    assert made.json["hasUniqueValue"] is True
    assert made.json["modificationMetadata"]["archivable"] is True
    one = hub.make("contacts", qbo_id="7")
    again = hub.post("/crm/v3/objects/contacts", {"properties": {"qbo_id": "7"}})
    assert again.status_code == 400
    assert again.json["errors"][0]["code"] == "CONFLICTING_UNIQUE_VALUE"
    assert "already has that value" in again.json["message"]
    assert hub.get("/crm/v3/objects/contacts/7", idProperty="qbo_id").json["id"] == one
    assert hub.ledger(type="properties")[0]["id"] == "contacts/qbo_id"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (definition("email"), 409),
        (definition("Upper"), 400),
        (definition("with space"), 400),
        (definition("a", groupName="nowhere"), 400),
        (definition("a", type="money"), 400),
        (definition("a", fieldType="checkbox"), 400),
        ({"name": "a"}, 400),
        (definition("a", type="enumeration", fieldType="select", options=[{"label": "x"}]), 400),
    ],
)
def test_definitions_that_are_refused(hub, body, status):
    answer = hub.post(PROPERTIES, body)
    assert answer.status_code == status, answer.text
    if status == 409:
        assert answer.json["category"] == "OBJECT_ALREADY_EXISTS"


def test_ten_unique_properties_are_the_most(hub):
    statuses = [
        hub.post(PROPERTIES, definition(f"u{n}", hasUniqueValue=True)).status_code
        for n in range(11)
    ]
    assert statuses == [201] * 10 + [400]


def test_patch_replaces_options_and_never_uniqueness(hub):
    options = [{"label": "A", "value": "a"}]
    hub.post(
        PROPERTIES, definition("tier", type="enumeration", fieldType="select", options=options)
    )
    changed = hub.patch(
        f"{PROPERTIES}/tier",
        {"label": "Tier", "options": [{"label": "B", "value": "b"}], "hasUniqueValue": True},
    ).json
    assert (changed["label"], changed["hasUniqueValue"]) == ("Tier", False)
    assert [o["value"] for o in changed["options"]] == ["b"]
    assert hub.patch(f"{PROPERTIES}/email", {"label": "E"}).status_code == 400


def test_archived_definitions_leave_the_list_and_keep_the_name(hub):
    hub.post(PROPERTIES, definition("old", hasUniqueValue=True))
    one = hub.make("contacts", old="1")
    assert hub.delete(f"{PROPERTIES}/old").status_code == 204
    assert "old" not in {p["name"] for p in hub.get(PROPERTIES).json["results"]}
    archived = hub.get(PROPERTIES, archived="true").json["results"]
    assert [(p["name"], p["archived"]) for p in archived] == [("old", True)]
    assert hub.post(PROPERTIES, definition("old")).status_code == 409
    assert hub.delete(f"{PROPERTIES}/email").status_code == 400
    assert (
        hub.patch(f"/crm/v3/objects/contacts/{one}", {"properties": {"old": "2"}}).status_code
        == 400
    )
    assert (
        "old" not in hub.get(f"/crm/v3/objects/contacts/{one}", properties="old").json["properties"]
    )


def test_batches_of_definitions(hub):
    inputs = [definition("a1"), definition("email")]
    made = hub.post(f"{PROPERTIES}/batch/create", {"inputs": inputs})
    assert made.status_code == 207
    assert [p["name"] for p in made.json["results"]] == ["a1"]
    read = hub.post(
        f"{PROPERTIES}/batch/read", {"archived": False, "inputs": [{"name": "a1"}, {"name": "zz"}]}
    )
    assert (read.status_code, read.json["results"][0]["name"]) == (207, "a1")
    assert read.json["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    gone = hub.post(f"{PROPERTIES}/batch/archive", {"inputs": [{"name": "a1"}]})
    assert gone.status_code == 204
    assert hub.get(f"{PROPERTIES}/a1").status_code == 404


def test_groups(hub):
    assert [g["name"] for g in hub.get(f"{PROPERTIES}/groups").json["results"]] == [
        "contactinformation"
    ]
    body = {"name": "tandem", "label": "Tandem", "displayOrder": 3}
    assert hub.post(f"{PROPERTIES}/groups", body).status_code == 201
    assert hub.post(f"{PROPERTIES}/groups", body).status_code == 409
    assert hub.post(PROPERTIES, definition("t1", groupName="tandem")).status_code == 201
    assert hub.patch(f"{PROPERTIES}/groups/tandem", {"label": "T"}).json["label"] == "T"
    assert hub.delete(f"{PROPERTIES}/groups/tandem").status_code == 400
    hub.delete(f"{PROPERTIES}/t1")
    assert hub.delete(f"{PROPERTIES}/groups/tandem").status_code == 204
    assert hub.get(f"{PROPERTIES}/groups/tandem").status_code == 404


def test_validation_rules_are_shown_as_set(hub):
    base = "/crm/property-validations/2026-03/0-1"
    assert hub.get(base).json == {"results": []}
    rules = [{"ruleType": "MIN_LENGTH", "ruleArguments": ["3"], "shouldApplyNormalization": False}]
    hub.post("/__sim__/settings", {"validations": {"0-1": {"city": rules}}})
    assert hub.get(base).json["results"] == [
        {"propertyName": "city", "propertyValidationRules": rules}
    ]
    assert hub.get(f"{base}/city").json == {"results": rules}
    assert hub.get(f"{base}/city/rule-type/MIN_LENGTH").json == rules[0]
    assert hub.get(f"{base}/city/rule-type/REGEX").status_code == 404
