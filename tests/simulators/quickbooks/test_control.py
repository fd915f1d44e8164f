"""Faults on purpose, the clock, reset, the state file and the sample company."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from simulators.common.faults import ConnectionCut
from simulators.common.people import hubspot_people, people
from simulators.common.state import State
from simulators.quickbooks import app as app_module
from simulators.quickbooks.behaviour import Behaviour
from simulators.quickbooks.provoked import KINDS


def test_a_stale_fault_lets_someone_save_just_before(books):
    made = books.create(DisplayName="A")
    books.control("POST", "faults", {"kind": "stale", "match": {"path": "/customer$"}})
    answer = books.update(made, Notes="n")
    assert books.fault(answer)[0] == "5010"
    assert "Pat Ledger finished before" in answer["Fault"]["Error"][0]["Detail"]
    fresh = books.get("customer/1")["Customer"]
    assert fresh["SyncToken"] == "1"
    assert "LastModifiedByRef" in fresh["MetaData"]
    assert books.update(fresh, Notes="n")["Customer"]["SyncToken"] == "2"


def test_a_stale_fault_reaches_into_a_batch(books):
    made = books.create(DisplayName="A")
    books.control("POST", "faults", {"kind": "stale", "match": {"path": "/batch$"}})
    update = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Notes": "n"}
    items = [{"bId": "1", "operation": "update", "Customer": update}]
    answer = books.post("batch", {"BatchItemRequest": items})["BatchItemResponse"][0]
    assert answer["Fault"]["Error"][0]["code"] == "5010"


def test_injected_statuses_come_in_the_vendors_form(books):
    codes = {}
    for status in (401, 403, 429, 500, 503):
        books.control("POST", "faults", {"kind": "status", "status": status})
        response = books.call("GET", "companyinfo/1")
        assert response.status_code == status
        assert response.headers["intuit_tid"].startswith("1-")
        codes[status] = response
    assert codes[429].get_json()["fault"]["error"][0]["code"] == "3001"
    assert codes[500].get_json()["Fault"]["type"] == "SystemFault"
    assert codes[503].content_type.startswith("text/html")
    assert books.call("GET", "companyinfo/1").status_code == 200


def test_a_late_commit_happens_after_the_connection_was_cut(books):
    books.control("POST", "faults", {"kind": "late_commit", "delay": 30})
    with pytest.raises(ConnectionCut):
        books.post("customer", {"DisplayName": "A"})
    assert books.names("select * from Customer") == []
    books.clock.advance(31)
    assert books.names("select * from Customer") == ["A"]
    assert books.ledger()[0]["at"] == "2026-01-05T09:00:30.000Z"


def test_the_throttled_fault_ignores_the_limits(books):
    books.control("POST", "faults", {"kind": "throttled", "times": 2})
    codes = [books.call("GET", "companyinfo/1").status_code for _ in range(3)]
    assert codes == [429, 429, 200]


def test_reset_makes_the_same_company_again(make_books):
    books, other = make_books(seed=3), make_books(seed=3)
    first = books.get("query", query="select * from Customer maxresults 1000")
    books.create(DisplayName="More")
    books.control("POST", "reset", {"seed": 3})
    assert books.ledger() == []
    for again in (books, other):
        assert again.get("query", query="select * from Customer maxresults 1000") == first
    books.control("POST", "reset", {"empty": True})
    assert books.names("select * from Customer") == []


def test_everything_survives_a_restart(make_books, tmp_path):
    path = tmp_path / "state.db"
    books = make_books(seed=5, state=State(path), realm="77", country="US")
    made = books.create(DisplayName="Zed", Balance="12.30", OpenBalanceDate="2026-01-01")
    books.post("customer", {"DisplayName": "Once"}, requestid="r1")
    books.update(made, Notes="n")
    before = books.get("query", query="select * from Customer maxresults 1000")
    ledger = books.ledger()
    # No close: the process may be killed.
    again = make_books(seed=9, state=State(path), realm="1", clock=books.clock)
    assert again.app.realm == "77"
    assert again.get("query", query="select * from Customer maxresults 1000") == before
    assert again.ledger() == ledger
    repeated = again.post("customer", {"DisplayName": "Twice"}, requestid="r1")
    assert repeated["Customer"]["DisplayName"] == "Once"
    assert int(again.create(DisplayName="Next")["Id"]) == int(repeated["Customer"]["Id"]) + 1


def test_unknown_switches_are_refused(books):
    assert "Unknown switch" in books.control("POST", "behaviour", {"x": 1})["error"]
    assert "one of" in books.control("POST", "behaviour", {"cdc_cap": "none"})["error"]
    assert "whole number" in books.control("POST", "behaviour", {"code_seconds": "x"})["error"]


@pytest.mark.parametrize(
    "path", ["nothing", "customer", "customer/1/pdf", "Customer/1", "reports/x"]
)
def test_paths_the_vendor_does_not_have_are_400_with_code_500(books, path):
    response = books.call("GET", path)
    assert response.status_code == 400
    assert books.fault(response.get_json()) == ("500", None)


def test_other_paths_are_html(books):
    response = books.http.get("/nowhere")
    assert (response.status_code, response.mimetype) == (404, "text/html")


@pytest.mark.parametrize(
    ("body", "code"), [(b"{", "2010"), (b"[]", "2010"), (b"", "2010"), (b'{"a":"\xff"}', "500")]
)
def test_bodies_that_are_no_objects(books, body, code):
    assert books.fault(books.call("POST", "customer", data=body).get_json())[0] == code


# -- the sample company ---------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_sample_company_overlaps_with_hubspots(make_books, seed):
    books = make_books(seed=seed)
    answer = books.query("select * from Customer where Active in (true,false) maxresults 1000")
    customers = answer["QueryResponse"]["Customer"]
    mails = [c.get("PrimaryEmailAddr", {}).get("Address") for c in customers]
    theirs = {p.email.lower() for p in hubspot_people(people(seed)) if p.email}
    shared = [mail for mail in mails if mail and mail.lower() in theirs]
    assert len(shared) == 30
    assert len(customers) == 51
    assert mails.count(None) >= 3
    assert len([m for m in mails if m]) - len({m for m in mails if m}) == 1
    assert any(mail and mail == mail.upper() for mail in mails)
    assert sum(not c["Active"] for c in customers) == 1
    assert sum(c["Job"] for c in customers) == 1
    names = "".join(c["DisplayName"] for c in customers)
    assert not names.isascii()
    assert names.encode("latin-1")
    assert books.ledger() == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_vendor_has_the_name_of_somebody_only_hubspot_knows(make_books, seed):
    vendors = make_books(seed=seed).names("select * from Vendor")
    only_there = {
        f"{p.given} {p.family}"
        for p in hubspot_people(people(seed))
        if not p.in_quickbooks and p.email
    }
    assert len(only_there & set(vendors)) == 1


def test_other_countries_hold_all_names(make_books):
    names = "".join(make_books(seed=1, country="GB").names("select * from Customer maxresults 999"))
    with pytest.raises(UnicodeEncodeError):
        names.encode("latin-1")


def test_the_readme_lists_every_switch_and_fault():
    readme = (Path(app_module.__file__).parent / "README.md").read_text(encoding="utf-8")
    names = {field.name for field in fields(Behaviour)} | set(KINDS)
    assert {name for name in names if f"`{name}`" not in readme} == set()
