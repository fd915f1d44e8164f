"""CDC, batch and request ids."""

from __future__ import annotations

import pytest


def changed(books, since, entities="Customer"):
    answer = books.get("cdc", entities=entities, changedSince=since)
    return answer["CDCResponse"][0]["QueryResponse"]


# -- CDC ------------------------------------------------------------------------------------


def test_cdc_answers_per_entity_in_the_order_asked(books):
    books.create("Vendor", DisplayName="V")
    books.create(DisplayName="C")
    vendors, invoices, customers = changed(books, "2026-01-05T09:00:00Z", "vendor,Invoice,CUSTOMER")
    assert [row["DisplayName"] for row in vendors["Vendor"]] == ["V"]
    assert invoices == {}
    assert customers["Customer"] == [books.get("customer/2")["Customer"]]
    assert {k: v for k, v in customers.items() if k != "Customer"} == {
        "startPosition": 1,
        "maxResults": 1,
        "totalCount": 1,
    }


def test_cdc_sorts_by_last_change_and_includes_the_moment_itself(books):
    first = books.create(DisplayName="A")
    books.clock.advance(10)
    books.create(DisplayName="B")
    books.clock.advance(10)
    books.update(first, Active=False)

    def names(since):
        return [row["DisplayName"] for part in changed(books, since) for row in part["Customer"]]

    assert names("2026-01-05T01:00:00-08:00") == ["B", "A (deleted)"]
    assert names("2026-01-05T01:00:20-08:00") == ["A (deleted)"]
    assert names("2026-01-05T09:00:10+00:00") == ["B", "A (deleted)"]
    assert changed(books, "2026-01-05T09:00:21Z") == [{}]


@pytest.mark.parametrize(("cap", "counts"), [("answer", [3, 997]), ("entity", [3, 1000])])
def test_cdc_is_cut_at_a_thousand_without_a_word(books, cap, counts):
    books.control("POST", "behaviour", {"cdc_cap": cap})
    for number in range(3):
        books.create("Vendor", DisplayName=f"V{number}")
    for number in range(1001):
        books.create(DisplayName=f"C{number}")
    parts = changed(books, "2026-01-05T09:00:00Z", "Vendor,Customer")
    assert [part["maxResults"] for part in parts] == counts


def test_cdc_refuses_what_it_does_not_support(books):
    assert books.fault(books.get("cdc", entities="TaxCode", changedSince="2026-01-05")) == (
        "4001",
        None,
    )
    assert books.fault(books.get("cdc", entities="Customer", changedSince="lately"))[0] == "2060"
    assert books.fault(books.get("cdc", entities="", changedSince="2026-01-05"))[0] == "2020"


def test_cdc_beyond_thirty_days_is_served_or_refused(books):
    books.create(DisplayName="A")
    books.clock.advance(31 * 86400)
    assert changed(books, "2026-01-05T00:00:00Z")[0]["maxResults"] == 1
    books.control("POST", "behaviour", {"cdc_too_old": "refuse"})
    answer = books.get("cdc", entities="Customer", changedSince="2026-01-05T00:00:00Z")
    assert books.fault(answer) == ("2060", "changedSince")


# -- batch ----------------------------------------------------------------------------------


def batch(books, *items, **args):
    answer = books.post("batch", {"BatchItemRequest": list(items)}, **args)
    return answer.get("BatchItemResponse", answer)


def create(bid, name, entity="Customer"):
    return {"bId": bid, "operation": "create", entity: {"DisplayName": name}}


def test_batch_items_stand_alone(books):
    held = books.create(DisplayName="Held")
    answers = batch(
        books,
        create("a", "New"),
        create("b", "held"),
        {
            "bId": "c",
            "operation": "update",
            "Customer": {"Id": held["Id"], "SyncToken": "0", "sparse": True, "Notes": "n"},
        },
        {
            "bId": "d",
            "operation": "update",
            "Customer": {"Id": held["Id"], "SyncToken": "0", "sparse": True, "Notes": "m"},
        },
        {"bId": "e", "Query": "select * from Customer where DisplayName = 'New'"},
        {"bId": "f", "operation": "delete", "Invoice": {"Id": "129", "SyncToken": "0"}},
        {"bId": "g", "operation": "create", "Gadget": {}},
        {"bId": "h", "operation": "explode", "Customer": {}},
        {"bId": "i", "Query": "select"},
        {
            "bId": "j",
            "CDCQuery": {"Entities": "Customer", "ChangedSince": "2026-01-05T09:00:00Z"},
        },
    )
    assert [item["bId"] for item in answers] == list("abcdefghij")
    codes = [item["Fault"]["Error"][0]["code"] if "Fault" in item else "ok" for item in answers]
    assert codes == ["ok", "6240", "ok", "5010", "ok", "610", "2000", "500", "4000", "ok"]
    assert answers[4]["QueryResponse"]["Customer"][0]["Id"] == answers[0]["Customer"]["Id"]
    assert answers[9]["CDCResponse"][0]["QueryResponse"][0]["maxResults"] == 2
    assert len(books.ledger()) == 3


def test_a_batch_holds_thirty_items(books):
    fine = batch(books, *(create(str(n), f"C{n}") for n in range(30)))
    assert [item["Customer"]["DisplayName"] for item in fine] == [f"C{n}" for n in range(30)]
    response = books.call(
        "POST", "batch", json={"BatchItemRequest": [create(str(n), f"D{n}") for n in range(31)]}
    )
    assert response.status_code == 400
    assert books.fault(response.get_json()) == ("1040", None)
    assert len(books.ledger()) == 30


def test_a_batch_of_another_shape_is_refused(books):
    assert books.fault(books.post("batch", {"Items": []})) == ("2010", None)


# -- request ids ----------------------------------------------------------------------------


def test_a_repeated_request_id_is_answered_but_not_executed(books):
    first = books.post("customer", {"DisplayName": "A"}, requestid="r1")
    books.clock.advance(3600)
    again = books.post("customer", {"DisplayName": "Another"}, requestid="r1")
    assert again["Customer"] == first["Customer"]
    assert [entry["id"] for entry in books.ledger()] == ["1"]
    assert books.post("customer", {"DisplayName": "B"}, requestid="r2")["Customer"]["Id"] == "2"


@pytest.mark.parametrize(("choice", "second"), [("remember", "6240"), ("forget", "ok")])
def test_a_fault_is_remembered_or_not(books, choice, second):
    books.control("POST", "behaviour", {"requestid_faults": choice})
    books.create(DisplayName="A")
    first = books.post("customer", {"DisplayName": "A"}, requestid="r1")
    assert books.fault(first)[0] == "6240"
    again = books.post("customer", {"DisplayName": "B"}, requestid="r1")
    assert (books.fault(again)[0] if "Fault" in again else "ok") == second


@pytest.mark.parametrize(("memory", "wait", "ids"), [(0, 0, 2), (60, 59, 1), (60, 60, 2)])
def test_how_long_a_request_id_is_remembered_can_be_set(books, memory, wait, ids):
    books.control("POST", "behaviour", {"requestid_seconds": memory})
    books.post("customer", {"GivenName": "A"}, requestid="r1")
    books.clock.advance(wait)
    books.control("POST", "behaviour", {"names_ignore_case": False})
    books.post("customer", {"GivenName": "a"}, requestid="r1")
    assert len(books.ledger()) == ids


def test_batch_items_are_remembered_apart(books):
    batch(books, create("1", "A"), create("2", "B"), requestid="r1")
    answers = batch(books, create("2", "X"), create("3", "C"), requestid="r1")
    assert [item["Customer"]["DisplayName"] for item in answers] == ["B", "C"]
    assert books.post("customer", {"DisplayName": "D"}, requestid="r1")["Customer"]["Id"] == "4"


def test_request_ids_have_a_longest_length(books):
    assert books.fault(books.post("customer", {"DisplayName": "A"}, requestid="x" * 51)) == (
        "2130",
        None,
    )
    assert "Customer" in books.post("customer", {"DisplayName": "A"}, requestid="x" * 50)
    assert batch(books, create("1", "B"), requestid="x" * 37)["Fault"]["Error"][0]["code"] == "2130"
    long_item = batch(books, create("b" * 15, "B"), requestid="x" * 36)[0]
    assert long_item["Fault"]["Error"][0]["code"] == "2130"


def test_a_lost_answer_does_not_create_twice_under_one_request_id(books):
    from simulators.common.faults import ConnectionCut

    books.control("POST", "faults", {"kind": "lost_answer", "match": {"path": "/customer$"}})
    with pytest.raises(ConnectionCut):
        books.post("customer", {"DisplayName": "A"}, requestid="r1")
    assert books.post("customer", {"DisplayName": "A"}, requestid="r1")["Customer"]["Id"] == "1"
    assert len(books.ledger()) == 1
