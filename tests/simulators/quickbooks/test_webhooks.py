"""Webhooks: formats, signature, retries, and what is sent for what."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re

import pytest

from simulators.quickbooks.notices import signature
from tests.simulators.quickbooks.books import invoice, payment


class Receiver:
    """Stands where the network would be and keeps what arrives."""

    def __init__(self, books):
        self.books = books
        self.status = 200
        self.got = []
        books.app.webhooks.post = self.post

    def post(self, outgoing, timeout):
        self.timeout = timeout
        self.got.append(outgoing)
        return self.status

    def pump(self, seconds=5):
        self.books.clock.advance(seconds)
        return self.books.control("POST", "webhooks/pump")["requests"]

    def bodies(self):
        return [json.loads(one.body) for one in self.got]

    def types(self):
        return [(x["type"], x["intuitentityid"]) for body in self.bodies() for x in body]


@pytest.fixture
def receiver(books):
    books.control(
        "POST", "webhooks", {"url": "https://app.test/hook", "verifier_token": "verifier"}
    )
    return Receiver(books)


def test_the_published_signature():
    assert signature("verifier", b"[]") == "7Rmu+0ruIt3sy/Y01SToRS6/Xlk1dv1xHRaYnb67GUY="
    assert signature("verifier", b"[ ]") != signature("verifier", b"[]")
    assert signature("other", b"[]") != signature("verifier", b"[]")


def test_changes_travel_together_as_signed_cloud_events(books, receiver):
    books.create(DisplayName="Ada")
    books.create("Vendor", DisplayName="Bo")
    assert receiver.pump(4) == 0
    assert receiver.pump(1) == 1
    (sent,) = receiver.got
    assert (sent.url, receiver.timeout) == ("https://app.test/hook", 3)
    digest = hmac.new(b"verifier", sent.body, hashlib.sha256).digest()
    assert sent.headers["intuit-signature"] == base64.b64encode(digest).decode()
    events = json.loads(sent.body)
    first = events[0]
    assert list(first) == [
        *("specversion", "id", "source", "type", "datacontenttype", "time"),
        *("intuitentityid", "intuitaccountid", "data"),
    ]
    assert (first["specversion"], first["type"]) == ("1.0", "qbo.customer.created.v1")
    assert (first["intuitentityid"], first["data"]) == ("1", {})
    assert first["intuitaccountid"] == books.app.realm
    assert re.fullmatch(r"2026-01-05T09:00:00\.\d{9}Z", first["time"])
    assert first["source"].startswith("intuit.")
    assert [x["type"] for x in events] == ["qbo.customer.created.v1", "qbo.vendor.created.v1"]
    assert len({x["id"] for x in events}) == 2


def test_the_classic_form(books):
    books.control("POST", "webhooks", {"url": "http://app.test/", "format": "classic"})
    receiver = Receiver(books)
    books.create(DisplayName="Ada")
    books.create(DisplayName="Bo")
    books.http.post("/customers/2/merge", data={"into": "1"})
    receiver.pump()
    (notification,) = receiver.bodies()[0]["eventNotifications"]
    assert notification["realmId"] == books.app.realm
    entities = notification["dataChangeEvent"]["entities"]
    assert entities[0] == {
        "id": "1",
        "operation": "Create",
        "name": "Customer",
        "lastUpdated": "2026-01-05T09:00:00.000Z",
    }
    assert entities[-1]["operation"] == "Merge"
    assert entities[-1]["deletedId"] == "2"


def test_one_action_gives_several_events(books, receiver):
    books.create(DisplayName="Ada")
    made = books.create("Invoice", **invoice())
    receiver.pump()
    receiver.got.clear()
    paid = books.create("Payment", **payment(40, (40, "Invoice", made["Id"])))
    receiver.pump()
    assert sorted(set(receiver.types())) == [
        ("qbo.customer.updated.v1", "1"),
        ("qbo.invoice.updated.v1", made["Id"]),
        ("qbo.payment.created.v1", paid["Id"]),
    ]


@pytest.mark.parametrize(("choice", "word"), [("void", "void"), ("voided", "voided")])
def test_void_delete_mail_and_inactivation(books, receiver, choice, word):
    books.control("POST", "behaviour", {"webhook_void": choice, "webhook_inactive": "delete"})
    ada = books.create(DisplayName="Ada", PrimaryEmailAddr={"Address": "a@b.co"})
    item = books.create("Item", Name="Old", Type="Service", IncomeAccountRef={"value": "1"})
    first, second = (books.create("Invoice", **invoice()) for _ in range(2))
    receiver.pump()
    receiver.got.clear()
    books.post("invoice", {"Id": first["Id"], "SyncToken": "0"}, operation="void")
    books.call("POST", f"invoice/{second['Id']}/send?sendTo=a@b.co")
    books.post("invoice", {"Id": second["Id"], "SyncToken": "1"}, operation="delete")
    books.update(item, "Item", Name="Old", Active=False)
    receiver.pump()
    types = [kind for kind, _ in receiver.types() if kind != "qbo.customer.updated.v1"]
    assert types == [
        f"qbo.invoice.{word}.v1",
        "qbo.invoice.emailed.v1",
        "qbo.invoice.deleted.v1",
        "qbo.item.deleted.v1",
    ]
    assert ada["Id"] == "1"


def test_retries_follow_the_published_schedule_and_hold_up_what_comes_later(books, receiver):
    receiver.status = 500
    books.create(DisplayName="Ada")
    receiver.pump()
    books.create(DisplayName="Bo")
    waits = [10, 20, 30, 300, 1200, 7200, 14400, 21600, 21600, 21600]
    for count, wait in enumerate(waits, start=1):
        assert receiver.pump(wait - 1) == 0
        assert len(receiver.got) == count
        assert receiver.pump(1) == 1
    receiver.status = 200
    assert receiver.pump(21600) == 2
    assert [kind for kind, _ in receiver.types()][-2:] == ["qbo.customer.created.v1"] * 2
    assert receiver.types()[-1][1] == "2"
    assert receiver.pump(100_000) == 0


@pytest.mark.parametrize("status", [201, 204, 302, 400, None])
def test_only_200_will_do(books, receiver, status):
    receiver.status = status
    books.create(DisplayName="Ada")
    receiver.pump()
    assert receiver.pump(10) == 1


def test_lost_doubled_and_late_events(books, receiver):
    books.control("POST", "faults", {"kind": "webhook_lost", "match": {"path": "customer"}})
    books.create(DisplayName="Ada")
    assert receiver.pump(60) == 0
    books.control("POST", "faults", {"kind": "webhook_doubled", "match": {"path": "created"}})
    books.create(DisplayName="Bo")
    receiver.pump(60)
    assert receiver.types() == [("qbo.customer.created.v1", "2")] * 2
    receiver.got.clear()
    wanted = {"kind": "webhook_disordered", "match": {"body": '"3"'}, "seconds": 1000}
    books.control("POST", "faults", wanted)
    books.create(DisplayName="Cy")
    books.create(DisplayName="Di")
    receiver.pump(5)
    receiver.pump(1000)
    assert [number for _, number in receiver.types()] == ["4", "3"]


def test_an_app_chooses_entities_and_hears_nothing_unless_connected(make_books):
    books = make_books(access_tokens=[])
    receiver = Receiver(books)
    wanted = {"url": "http://app.test/", "entities": ["Invoice"]}
    books.control("POST", "webhooks", wanted)
    books.http.post("/customers", data={"DisplayName": "Ada"})
    books.http.post("/vendors", data={"DisplayName": "Bo"})
    assert books.control("GET", "webhooks")["waiting"] == 0
    other = make_books()
    other.control("POST", "webhooks", wanted)
    other.create(DisplayName="Ada")
    assert other.control("GET", "webhooks")["waiting"] == 0
    other.create("Invoice", **invoice())
    assert other.control("GET", "webhooks")["waiting"] == 1
    assert receiver.pump() == 0


@pytest.mark.parametrize(
    "wanted",
    [
        {"url": "ftp://x"},
        {"url": "http://x", "format": "xml"},
        {"url": "http://x", "entities": ["Gadget"]},
        {"uri": "http://x"},
        {"gather_seconds": "soon"},
    ],
)
def test_bad_endpoints_are_refused(books, wanted):
    assert "error" in books.control("POST", "webhooks", wanted)
    assert books.control("GET", "webhooks")["targets"] == []


def test_endpoints_and_waiting_events_survive_a_restart(make_books, tmp_path):
    from simulators.common.state import State

    first = make_books(state=State(tmp_path / "b.db"))
    first.control("POST", "webhooks", {"url": "http://app.test/"})
    first.create(DisplayName="Ada")
    first.app.close()
    again = make_books(state=State(tmp_path / "b.db"))
    receiver = Receiver(again)
    assert receiver.pump(10) == 1
    assert receiver.types() == [("qbo.customer.created.v1", "1")]
    again.control("POST", "webhooks", {"url": ""})
    again.create(DisplayName="Bo")
    assert again.control("GET", "webhooks")["waiting"] == 0
