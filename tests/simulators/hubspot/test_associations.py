"""Associations: types, directions, primary company, batches."""

from __future__ import annotations

import pytest

PAIR = "/crm/v4/objects/contacts/{}/associations/companies"
BATCH = "/crm/v4/associations/contacts/companies/batch"


@pytest.fixture
def trio(hub):
    """A contact and two companies."""
    return (
        hub.make("contacts", email="a@b.co"),
        hub.make("companies", name="One"),
        hub.make("companies", name="Two"),
    )


def types_of(hub, contact):
    found = hub.get(PAIR.format(contact)).json["results"]
    return {
        str(row["toObjectId"]): [(t["typeId"], t["label"]) for t in row["associationTypes"]]
        for row in found
    }


def kind(number):
    return {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}


def test_the_first_company_is_primary_and_the_label_moves(hub, trio):
    contact, one, two = trio
    answer = hub.put(f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{one}")
    assert answer.status_code == 200
    assert [
        (r["from"]["id"], r["to"]["id"], r["associationSpec"]["associationTypeId"])
        for r in answer.json["results"]
    ] == [(contact, one, 279), (one, contact, 280)]
    hub.put(f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{two}")
    assert types_of(hub, contact) == {
        one: [(1, "Primary"), (279, None)],
        two: [(279, None)],
    }
    assert hub.values("contacts", contact, "associatedcompanyid") == {"associatedcompanyid": one}
    put = hub.put(f"{PAIR.format(contact)}/{two}", [kind(1)])
    assert (put.status_code, put.json["labels"]) == (201, ["Primary"])
    assert types_of(hub, contact) == {one: [(279, None)], two: [(1, "Primary"), (279, None)]}
    assert hub.values("contacts", contact, "associatedcompanyid") == {"associatedcompanyid": two}


def test_the_other_side_sees_its_own_type_ids(hub, trio):
    contact, one, _ = trio
    hub.put(f"{PAIR.format(contact)}/{one}", [kind(1)])
    back = hub.get(f"/crm/v4/objects/companies/{one}/associations/contacts").json["results"]
    assert back == [
        {
            "toObjectId": int(contact),
            "associationTypes": [
                {"category": "HUBSPOT_DEFINED", "typeId": 2, "label": "Primary"},
                {"category": "HUBSPOT_DEFINED", "typeId": 280, "label": None},
            ],
        }
    ]


def test_without_the_switch_the_first_company_is_plain(hub, trio):
    contact, one, _ = trio
    hub.post("/__sim__/settings", {"first_company_is_primary": False})
    hub.put(f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{one}")
    assert types_of(hub, contact) == {one: [(279, None)]}


def test_put_replaces_labels_and_delete_removes_all(hub, trio):
    contact, one, _ = trio
    hub.put(f"{PAIR.format(contact)}/{one}", [kind(931)])
    hub.put(f"{PAIR.format(contact)}/{one}", [kind(1)])
    assert types_of(hub, contact) == {one: [(1, "Primary"), (279, None)]}
    assert hub.delete(f"{PAIR.format(contact)}/{one}").status_code == 204
    assert types_of(hub, contact) == {}
    assert hub.values("contacts", contact, "associatedcompanyid") == {"associatedcompanyid": None}
    assert [e["action"] for e in hub.ledger(type="associations")] == [
        "associate",
        "associate",
        "dissociate",
    ]


def test_an_association_moves_the_time_of_both_records(hub, trio):
    contact, one, _ = trio
    hub.app.clock.advance(60)
    hub.put(f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{one}")
    for path in (f"contacts/{contact}", f"companies/{one}"):
        assert hub.get(f"/crm/v3/objects/{path}").json["updatedAt"] == "2026-01-05T09:01:00.000Z"


def test_wrong_direction_unknown_type_and_missing_records_are_refused(hub, trio):
    contact, one, _ = trio
    assert hub.put(f"{PAIR.format(contact)}/{one}", [kind(280)]).status_code == 400
    assert hub.put(f"{PAIR.format(contact)}/{one}", []).status_code == 400
    assert hub.put(f"{PAIR.format(contact)}/999", [kind(1)]).status_code == 404
    assert hub.get(PAIR.format("999")).status_code == 404
    invoice = hub.make("invoices", hs_currency="USD")
    path = f"/crm/v4/objects/invoices/{invoice}/associations/companies/{one}"
    assert hub.put(path, [kind(180)]).status_code == 400
    assert hub.put(path, [kind(179)]).status_code == 201
    product = hub.make("products", name="P")
    nothing = f"/crm/v4/objects/products/{product}/associations/default/companies/{one}"
    assert hub.put(nothing).status_code == 400


def test_batch_read_turns_207_for_records_without_any(hub, trio):
    contact, one, _ = trio
    lonely = hub.make("contacts", email="z@b.co")
    hub.put(f"{PAIR.format(contact)}/{one}", [kind(1)])
    full = hub.post(f"{BATCH}/read", {"inputs": [{"id": contact}]})
    assert full.status_code == 200
    assert full.json["results"][0]["from"] == {"id": contact}
    assert full.json["results"][0]["to"][0]["toObjectId"] == int(one)
    partly = hub.post(f"{BATCH}/read", {"inputs": [{"id": contact}, {"id": lonely}]})
    assert (partly.status_code, partly.json["numErrors"]) == (207, 1)
    (error,) = partly.json["errors"]
    assert error["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    assert error["message"] == f"No company is associated with contact {lonely}."
    assert error["context"] == {
        "fromObjectId": [lonely],
        "fromObjectType": ["contact"],
        "toObjectType": ["company"],
    }
    assert hub.get(PAIR.format(lonely)).json == {"results": []}


@pytest.mark.parametrize(
    ("base", "gone"),
    [(BATCH, 204), ("/crm/associations/2026-03/contacts/companies/batch", 200)],
)
def test_batches_write_and_remove(hub, trio, base, gone):
    contact, one, two = trio
    pair = {"from": {"id": contact}, "to": {"id": one}}
    made = hub.post(f"{base}/create", {"inputs": [{**pair, "types": [kind(1)]}]})
    assert made.status_code == 201
    assert made.json["results"][0]["labels"] == ["Primary"]
    plain = {"from": {"id": contact}, "to": {"id": two}}
    both = hub.post(f"{base}/associate/default", {"inputs": [plain]})
    assert (both.status_code, len(both.json["results"])) == (200, 2)
    missing = {"from": {"id": contact}, "to": {"id": "999"}, "types": [kind(279)]}
    partly = hub.post(f"{base}/create", {"inputs": [missing]})
    assert (partly.status_code, partly.json["numErrors"]) == (207, 1)
    labels = hub.post(f"{base}/labels/archive", {"inputs": [{**pair, "types": [kind(1)]}]})
    assert labels.status_code == gone
    assert types_of(hub, contact) == {one: [(279, None)], two: [(279, None)]}
    removed = hub.post(
        f"{base}/archive", {"inputs": [{"from": {"id": contact}, "to": [{"id": one}, {"id": two}]}]}
    )
    assert removed.status_code == gone
    assert types_of(hub, contact) == {}


def test_labels_and_the_v3_list(hub):
    labels = hub.get("/crm/v4/associations/deals/companies/labels").json["results"]
    assert {(r["typeId"], r["label"]) for r in labels} == {(341, None), (5, "Primary")}
    deal = hub.make("deals", dealname="D", dealstage="closedwon")
    item = hub.make("line_items", name="L")
    hub.put(f"/crm/v4/objects/deals/{deal}/associations/default/line_items/{item}")
    listed = hub.get(f"/crm/v3/objects/deals/{deal}/associations/line_items").json
    assert listed == {"results": [{"id": item, "type": "deal_to_line_item"}]}
    seen = hub.get(f"/crm/v3/objects/deals/{deal}", associations="line_items,contacts").json
    assert seen["associations"] == {
        "line items": {"results": [{"id": item, "type": "deal_to_line_item"}]}
    }


def test_archived_partners_are_not_shown_and_come_back_with_a_restore(hub, trio):
    contact, one, _ = trio
    hub.put(f"{PAIR.format(contact)}/{one}", [kind(1)])
    hub.delete(f"/crm/v3/objects/companies/{one}")
    assert types_of(hub, contact) == {}
    assert hub.values("contacts", contact, "associatedcompanyid") == {"associatedcompanyid": None}
    hub.client.post(f"/companies/{one}/restore")
    assert types_of(hub, contact) == {one: [(1, "Primary"), (279, None)]}
    assert hub.values("contacts", contact, "associatedcompanyid") == {"associatedcompanyid": one}
