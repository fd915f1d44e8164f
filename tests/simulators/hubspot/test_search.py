"""Search: operators, limits, order, lag."""

from __future__ import annotations

import pytest

CONTACTS = "/crm/v3/objects/contacts"


@pytest.fixture
def people(hub):
    """Four contacts, made a minute apart, by first name."""
    rows = {
        "Ann": {"email": "ann@hubspot.example", "city": "Rome", "lifecyclestage": "lead"},
        "Bea": {"email": "bea@other.example", "city": "New Rome", "lifecyclestage": "customer"},
        "Cid": {"email": "cid@hubspot.example", "city": "Oslo"},
        "Dee": {"phone": "+1 555 0100"},
    }
    ids = {}
    for name, values in rows.items():
        ids[name] = hub.make("contacts", firstname=name, **values)
        hub.app.clock.advance(60)
    return ids


def found(hub, *filters, kind="contacts", **more):
    body = {"filterGroups": [{"filters": list(filters)}], "properties": ["firstname"], **more}
    answer = hub.search(kind, **body)
    assert answer.status_code == 200, answer.text
    names = [r["properties"]["firstname"] for r in answer.json["results"]]
    assert answer.json["total"] == len(names)
    return names


def rule(name, operator, value=None, **more):
    one = {"propertyName": name, "operator": operator, **more}
    return {**one, "value": value} if value is not None else one


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (rule("firstname", "EQ", "ann"), ["Ann"]),
        (rule("firstname", "NEQ", "ann"), ["Bea", "Cid", "Dee"]),
        (rule("city", "NEQ", "Oslo"), ["Ann", "Bea"]),
        (rule("firstname", "GT", "bea"), ["Cid", "Dee"]),
        (rule("firstname", "LTE", "bea"), ["Ann", "Bea"]),
        (rule("hs_object_id", "GT", "102"), ["Cid", "Dee"]),
        (rule("hs_object_id", "BETWEEN", "102", highValue="103"), ["Bea", "Cid"]),
        (rule("city", "IN", values=["rome", "oslo"]), ["Ann", "Cid"]),
        (rule("city", "IN", values=["Rome"]), []),
        (rule("city", "NOT_IN", values=["rome"]), ["Bea", "Cid"]),
        (rule("lifecyclestage", "EQ", "lead"), ["Ann"]),
        (rule("lifecyclestage", "EQ", "Lead"), []),
        (rule("city", "HAS_PROPERTY"), ["Ann", "Bea", "Cid"]),
        (rule("email", "NOT_HAS_PROPERTY"), ["Dee"]),
        (rule("city", "CONTAINS_TOKEN", "rome"), ["Ann", "Bea"]),
        (rule("city", "CONTAINS_TOKEN", "rom"), []),
        (rule("email", "CONTAINS_TOKEN", "*@hubspot.example"), ["Ann", "Cid"]),
        (rule("city", "NOT_CONTAINS_TOKEN", "rome"), ["Cid"]),
        (rule("lastmodifieddate", "GTE", "1767603720000"), ["Cid", "Dee"]),
        (rule("lastmodifieddate", "GTE", "2026-01-05T09:02:00Z"), ["Cid", "Dee"]),
        (rule("lastmodifieddate", "LT", "1767603720000"), ["Ann", "Bea"]),
    ],
)
def test_operators(hub, people, one, expected):
    assert found(hub, one) == expected


def test_groups_are_alternatives_and_filters_add_up(hub, people):
    body = {
        "filterGroups": [
            {"filters": [rule("city", "EQ", "Rome"), rule("firstname", "EQ", "Bea")]},
            {"filters": [rule("firstname", "EQ", "Dee")]},
        ]
    }
    answer = hub.search("contacts", **body).json
    assert [r["id"] for r in answer["results"]] == [people["Dee"]]


def test_association_filter_and_free_text(hub, people):
    company = hub.make("companies", name="B")
    hub.put(f"/crm/v4/objects/contacts/{people['Cid']}/associations/default/companies/{company}")
    assert found(hub, rule("associations.company", "EQ", company)) == ["Cid"]
    answer = hub.search("contacts", query="hubspot cid", properties=["firstname"]).json
    assert [r["properties"]["firstname"] for r in answer["results"]] == ["Cid"]


def test_sort_and_pages(hub, people):
    sorts = [{"propertyName": "firstname", "direction": "DESCENDING"}]
    first = hub.search("contacts", sorts=sorts, limit=3, properties=["firstname"]).json
    assert [r["properties"]["firstname"] for r in first["results"]] == ["Dee", "Cid", "Bea"]
    assert (first["total"], first["paging"]["next"]["after"]) == (4, "3")
    second = hub.search("contacts", sorts=sorts, limit=3, after="3").json
    assert [r["id"] for r in second["results"]] == [people["Ann"]]
    assert "paging" not in second
    assert "associations" not in second["results"][0]


@pytest.mark.parametrize(
    "body",
    [
        {"filterGroups": [{"filters": []}] * 6},
        {"filterGroups": [{"filters": [rule("city", "EQ", "x")] * 7}]},
        {"filterGroups": [{"filters": [rule("city", "EQ", "x")] * 5}] * 4},
        {"filterGroups": [{"filters": [rule("nonsense", "EQ", "x")]}]},
        {"filterGroups": [{"filters": [rule("city", "LIKE", "x")]}]},
        {"filterGroups": [{"filters": [rule("city", "EQ")]}]},
        {"filterGroups": [{"filters": [rule("createdate", "GT", "soon")]}]},
        {"filterGroups": "x"},
        {"limit": 201},
        {"limit": 0},
        {"after": "10000"},
        {"after": "x"},
        {"sorts": [{"propertyName": "city"}, {"propertyName": "email"}]},
        {"sorts": [{"propertyName": "nonsense"}]},
        {"query": "x" * 3000},
    ],
)
def test_searches_that_are_refused(hub, body):
    answer = hub.search("contacts", **body)
    assert answer.status_code == 400, answer.text
    assert answer.json["category"] == "VALIDATION_ERROR"


def test_ten_thousand_is_the_end_of_one_search_and_a_keyset_goes_on(hub):
    for start in range(0, 10_100, 100):
        inputs = [{"properties": {"firstname": f"p{n}"}} for n in range(start, start + 100)]
        hub.post(f"{CONTACTS}/batch/create", {"inputs": inputs})
    last = hub.search("contacts", limit=200, after="9900").json
    assert (last["total"], len(last["results"])) == (10_100, 100)
    assert last["paging"]["next"]["after"] == "10000"
    assert hub.search("contacts", limit=200, after="10000").status_code == 400
    bound = last["results"][-1]["id"]
    group = [{"filters": [rule("hs_object_id", "GT", bound)]}]
    rest = hub.search("contacts", limit=200, filterGroups=group).json
    assert (rest["total"], len(rest["results"])) == (100, 100)
    assert int(rest["results"][0]["id"]) == int(bound) + 1


def test_a_keyset_page_is_fresh_after_a_write(hub, people):
    later = rule("hs_object_id", "GT", people["Ann"])
    assert found(hub, later) == ["Bea", "Cid", "Dee"]
    hub.delete(f"{CONTACTS}/{people['Cid']}")
    assert found(hub, later) == ["Bea", "Dee"]
    hub.make("contacts", firstname="Eve")
    assert found(hub, later) == ["Bea", "Dee", "Eve"]


def test_search_sees_writes_late_and_lists_at_once(build):
    hub = build(search_lag=3.0)
    one = hub.make("contacts", firstname="Old")
    assert hub.search("contacts").json["total"] == 0
    assert len(hub.get(CONTACTS).json["results"]) == 1
    hub.app.clock.advance(3)
    assert found(hub, rule("firstname", "EQ", "Old")) == ["Old"]
    hub.patch(f"{CONTACTS}/{one}", {"properties": {"firstname": "New"}})
    hub.app.clock.advance(2)
    hub.patch(f"{CONTACTS}/{one}", {"properties": {"firstname": "Newer"}})
    assert found(hub) == ["Old"]
    hub.app.clock.advance(1)
    assert found(hub) == ["New"]
    hub.app.clock.advance(2)
    assert found(hub) == ["Newer"]
    hub.delete(f"{CONTACTS}/{one}")
    assert found(hub) == []


def test_the_lag_can_be_minutes_while_a_fault_stands(hub):
    hub.post("/__sim__/faults", {"kind": "search_lag", "seconds": 300})
    hub.make("contacts", firstname="Late")
    hub.app.clock.advance(299)
    assert found(hub) == []
    hub.app.clock.advance(1)
    assert found(hub) == ["Late"]


def test_a_window_of_changes_is_complete_when_the_clock_was_set_back(hub, people):
    hub.post("/__sim__/clock", {"set": "2026-01-05T08:00:00Z"})
    hub.make("contacts", firstname="Early")
    hub.post("/__sim__/clock", {"set": "2026-01-06T08:00:00Z"})
    hub.make("contacts", firstname="Late")
    since = rule("lastmodifieddate", "GTE", "2026-01-05T09:03:00Z")
    assert found(hub, since) == ["Dee", "Late"]
