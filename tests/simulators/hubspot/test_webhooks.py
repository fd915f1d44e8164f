"""Webhooks: signatures, subscriptions, events, deliveries."""

from __future__ import annotations

import json

import pytest

from simulators.hubspot import signatures
from simulators.hubspot.api_webhooks import DEVELOPER_KEY
from simulators.hubspot.oauth import PRESET_APP
from tests.simulators.hubspot.conftest import Caller, make_app

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
URI = "https://www.example.com/webhook_uri"
APP = PRESET_APP.app_id
BASE = f"/webhooks/v3/{APP}"
TARGET = "http://127.0.0.1:9/hook?x=1"


@pytest.mark.parametrize(
    ("body", "timestamp", "value"),
    [
        (
            b"{'example_field':'example_value'}",
            1693657560000,
            "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
        ),
        (
            b"{'example_field':'example_value'}",
            1700000300000,
            "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw=",
        ),
        (
            b'{"example_field":"example_value"}',
            1700000300000,
            "ZEux4lGY4urKtKJ9fqGCQDJ0FasZeSunWHlJMEoU3Bg=",
        ),
    ],
)
def test_the_published_vectors_of_version_three(body, timestamp, value):
    assert signatures.v3(SECRET, "POST", URI, body, timestamp) == value
    for other in (
        signatures.v3(SECRET, "POST", URI, body + b" ", timestamp),
        signatures.v3(SECRET, "POST", URI, body, timestamp + 1),
        signatures.v3(SECRET + "y", "POST", URI, body, timestamp),
    ):
        assert other != value


def test_the_published_vectors_of_versions_one_and_two():
    assert (
        signatures.v2(SECRET, "POST", URI, b'{"example_field":"example_value"}')
        == "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900"
    )
    assert (
        signatures.v2(SECRET, "GET", URI, b"")
        == "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"
    )
    body = (
        b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
        b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,'
        b'"changeSource":"CRM","changeFlag":"NEW","appId":54321}]'
    )
    assert (
        signatures.v1(SECRET, body)
        == "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"
    )


def test_only_the_documented_escapes_are_decoded_before_signing():
    def sign(uri):
        return signatures.v3(SECRET, "POST", uri, b"", 1)

    assert sign("https://a.b/x%3ay%2C%28") == sign("https://a.b/x:y,(")
    assert sign("https://a.b/x%20y") != sign("https://a.b/x y")


class Inbox:
    """Takes deliveries in process and answers what it is told to."""

    def __init__(self, hub):
        self.hub = hub
        self.requests = []
        self.answers = []
        hub.app.webhooks.post = self.receive

    def receive(self, outgoing, timeout):
        assert timeout == 5.0
        self.requests.append(outgoing)
        return self.answers.pop(0) if self.answers else 200

    def after(self, seconds=2):
        """The events delivered after so many seconds."""
        self.requests.clear()
        self.hub.app.clock.advance(seconds)
        self.hub.app.webhooks.pump()
        return [event for one in self.requests for event in json.loads(one.body)]


def subscribe(hub, event_type, **more):
    answer = hub.post(
        f"{BASE}/subscriptions", {"eventType": event_type, "active": True, **more},
        hapikey=DEVELOPER_KEY,
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


@pytest.fixture
def inbox(hub):
    hub.post("/__sim__/settings", {"webhooks_need_install": False})
    body = {"targetUrl": TARGET, "throttling": {"maxConcurrentRequests": 10}}
    answer = hub.call("PUT", f"{BASE}/settings", body, hapikey=DEVELOPER_KEY)
    assert answer.status_code == 200, answer.text
    return Inbox(hub)


def test_settings_and_subscriptions_need_the_developer_key_and_a_known_app(hub):
    for path in (f"{BASE}/settings", f"{BASE}/subscriptions"):
        assert hub.get(path).status_code == 401
        assert hub.get(path, hapikey="wrong").status_code == 401
    assert hub.get("/webhooks/v3/1/subscriptions", hapikey=DEVELOPER_KEY).status_code == 404
    assert hub.get(f"{BASE}/settings", hapikey=DEVELOPER_KEY).status_code == 404


@pytest.mark.parametrize("prefix", ["/webhooks/v3", "/webhooks/2026-03", "/app-webhooks/2026-09"])
def test_settings_and_subscriptions_are_made_changed_and_removed(hub, prefix):
    key = {"hapikey": DEVELOPER_KEY}
    base = f"{prefix}/{APP}"
    for url, most in (("ftp://x", 10), ("http://example.com", 10), ("https://example.com", 5)):
        wanted = {"targetUrl": url, "throttling": {"maxConcurrentRequests": most}}
        assert hub.call("PUT", f"{base}/settings", wanted, **key).status_code == 400
    wanted = {"targetUrl": "https://example.com/x", "throttling": {"maxConcurrentRequests": 6}}
    assert hub.call("PUT", f"{base}/settings", wanted, **key).json["targetUrl"].endswith("/x")
    bad = [
        {"eventType": "contact.propertyChange"},
        {"eventType": "contact.propertyChange", "propertyName": "lastmodifieddate"},
        {"eventType": "invoice.creation"},
        {"eventType": "object.creation", "objectTypeId": "0-9999"},
        {"eventType": "product.associationChange"},
        {"eventType": "company.privacyDeletion"},
    ]
    for one in bad:
        assert hub.post(f"{base}/subscriptions", one, **key).status_code == 400, one
    made = hub.post(f"{base}/subscriptions", {"eventType": "contact.creation"}, **key).json
    assert made["active"] is False
    path = f"{base}/subscriptions/{made['id']}"
    assert hub.call("PATCH", path, {"active": True}, **key).json["active"] is True
    batch = {"inputs": [{"id": made["id"], "active": False}]}
    done = hub.post(f"{base}/subscriptions/batch/update", batch, **key).json["results"]
    assert [one["active"] for one in done] == [False]
    assert len(hub.get(f"{base}/subscriptions", **key).json["results"]) == 1
    assert hub.call("DELETE", path, None, **key).status_code == 204
    assert hub.get(path, **key).status_code == 404
    assert hub.call("DELETE", f"{base}/settings", None, **key).status_code == 204


def test_a_thousand_subscriptions_are_the_most(hub):
    for _ in range(1000):
        hub.app.subscriptions.add(APP, "contact.creation")
    refused = hub.post(
        f"{BASE}/subscriptions", {"eventType": "contact.creation"}, hapikey=DEVELOPER_KEY
    )
    assert refused.status_code == 400
    assert "maximum number allowed per application (1000)" in refused.json["message"]


def test_a_signed_array_of_events_arrives_with_attempt_and_origin(hub, inbox):
    creation = subscribe(hub, "contact.creation")
    changed = subscribe(hub, "contact.propertyChange", propertyName="email")
    one = hub.make("contacts", email="ann@b.co", firstname="Ann")
    events = inbox.after()
    (request,) = inbox.requests
    assert request.url == TARGET
    moment = int(request.headers["X-HubSpot-Request-Timestamp"])
    assert request.headers["X-HubSpot-Signature-v3"] == signatures.v3(
        PRESET_APP.client_secret, "POST", TARGET, request.body, moment
    )
    assert request.headers["X-HubSpot-Signature"] == signatures.v1(
        PRESET_APP.client_secret, request.body
    )
    assert [(e["subscriptionType"], e["subscriptionId"]) for e in events] == [
        ("contact.creation", int(creation)),
        ("contact.propertyChange", int(changed)),
    ]
    assert {
        "portalId": hub.app.portal,
        "appId": APP,
        "objectId": int(one),
        "attemptNumber": 0,
        "occurredAt": 1767603600000,
        "changeSource": "API",
        "changeFlag": "NEW",
    }.items() <= events[0].items()
    assert (events[1]["propertyName"], events[1]["propertyValue"]) == ("email", "ann@b.co")
    hub.client.post(f"/contacts/{one}", data={"email": "new@b.co"})
    (event,) = inbox.after()
    assert (event["changeSource"], event["sourceId"]) == ("CRM_UI", "userId:9120001")
    assert event["propertyValue"] == "new@b.co"


def test_every_kind_of_event(hub, inbox):
    for about in ("creation", "deletion", "merge", "restore", "associationChange"):
        subscribe(hub, f"object.{about}", objectTypeId="0-1")
    subscribe(hub, "contact.privacyDeletion")
    subscribe(hub, "company.associationChange")
    ann, bob = hub.make("contacts", firstname="Ann"), hub.make("contacts", firstname="Bob")
    company = hub.make("companies", name="C")
    assert [e["objectId"] for e in inbox.after()] == [int(ann), int(bob)]
    hub.put(f"/crm/v4/objects/contacts/{ann}/associations/default/companies/{company}")
    events = inbox.after()
    assert {(e["subscriptionType"], e["associationType"]) for e in events} == {
        ("object.associationChange", "CONTACT_TO_COMPANY"),
        ("company.associationChange", "COMPANY_TO_CONTACT"),
    }
    generic = [e for e in events if e["subscriptionType"].startswith("object")]
    assert [(e["associationTypeId"], e["isPrimaryAssociation"]) for e in generic] == [
        (1, True),
        (279, False),
    ]
    assert {"fromObjectTypeId": "0-1", "toObjectTypeId": "0-2"}.items() <= generic[0].items()
    hub.delete(f"/crm/v4/objects/contacts/{ann}/associations/companies/{company}")
    assert all(e["associationRemoved"] for e in inbox.after())
    hub.post("/crm/v3/objects/contacts/merge", {"primaryObjectId": ann, "objectIdToMerge": bob})
    (merged,) = [e for e in inbox.after() if e["subscriptionType"] == "object.merge"]
    assert (merged["primaryObjectId"], merged["mergedObjectIds"]) == (int(ann), [int(bob)])
    assert merged["objectId"] == merged["newObjectId"] > int(bob)
    new = str(merged["newObjectId"])
    hub.delete(f"/crm/v3/objects/contacts/{new}")
    hub.client.post(f"/contacts/{new}/restore")
    hub.post("/crm/v3/objects/contacts/gdpr-delete", {"objectId": new})
    assert [e["subscriptionType"] for e in inbox.after()] == [
        "object.deletion", "object.restore", "object.deletion", "contact.privacyDeletion"
    ]  # fmt: skip


def test_invoices_come_as_generic_objects_and_calculated_values_only_where_switched(hub, inbox):
    subscribe(hub, "object.creation", objectTypeId="0-53")
    subscribe(hub, "object.propertyChange", objectTypeId="0-53", propertyName="hs_amount_billed")
    subscribe(hub, "object.propertyChange", objectTypeId="0-8", propertyName="amount")
    invoice = hub.make("invoices", hs_currency="USD")
    line = {"price": "5"}
    body = {
        "properties": line,
        "associations": [
            {
                "to": {"id": invoice},
                "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 410}],
            }
        ],
    }
    hub.post("/crm/v3/objects/line_items", body)
    events = inbox.after()
    assert ("object.creation", "0-53") in {
        (e["subscriptionType"], e["objectTypeId"]) for e in events
    }
    assert [e["propertyValue"] for e in events if "propertyName" in e] == ["0.00", "5.00"]


def test_paused_subscriptions_and_apps_that_are_not_installed_hear_nothing(hub, inbox):
    one = subscribe(hub, "contact.creation")
    hub.post("/__sim__/settings", {"webhooks_need_install": True})
    hub.make("contacts", firstname="A")
    assert inbox.after() == []
    hub.post("/__sim__/settings", {"webhooks_need_install": False})
    hub.call("PATCH", f"{BASE}/subscriptions/{one}", {"active": False}, hapikey=DEVELOPER_KEY)
    hub.make("contacts", firstname="B")
    assert inbox.after() == []


def test_at_most_a_hundred_events_travel_together(hub, inbox):
    subscribe(hub, "contact.creation")
    for start in (0, 100, 200):
        inputs = [{"properties": {"firstname": str(start + n)}} for n in range(100)]
        hub.post("/crm/v3/objects/contacts/batch/create", {"inputs": inputs[: 100 - start // 4]})
    assert len(inbox.after()) == 225
    assert [len(json.loads(one.body)) for one in inbox.requests] == [100, 100, 25]


def test_ten_retries_within_a_day_and_then_none(hub, inbox):
    subscribe(hub, "contact.creation")
    hub.make("contacts", firstname="A")
    inbox.answers = [500] * 20
    began = hub.app.clock.now()
    attempts = [event["attemptNumber"] for event in inbox.after()]
    while hub.app.webhooks.waiting:
        wait = (hub.app.webhooks.next_due() - hub.app.clock.now()).total_seconds()
        attempts += [event["attemptNumber"] for event in inbox.after(wait)]
    assert attempts == list(range(11))
    assert (hub.app.clock.now() - began).total_seconds() < 86400
    stamps = {one["headers"] if "headers" in one else one["at"] for one in
              hub.get("/__sim__/webhooks").json["deliveries"]}  # fmt: skip
    assert len(stamps) == 11


def test_events_are_lost_doubled_and_disordered_on_purpose(hub, inbox):
    subscribe(hub, "contact.creation")
    for fault in (
        {"kind": "webhook_lost", "match": {"nth": 1}},
        {"kind": "webhook_doubled", "match": {"nth": 2}},
        {"kind": "webhook_disordered", "match": {"nth": 3}, "seconds": 60},
    ):
        assert hub.post("/__sim__/faults", fault).status_code == 200
    ids = [int(hub.make("contacts", firstname=str(n))) for n in range(4)]
    got = [e["objectId"] for seconds in (2, 100) for e in inbox.after(seconds)]
    assert ids[0] not in got
    assert got.count(ids[1]) == 2
    assert got.index(ids[3]) < got.index(ids[2])


def test_a_project_app_sets_everything_at_once(hub):
    hub.post("/__sim__/settings", {"webhooks_need_install": False, "webhook_gather": 0})
    wanted = {
        "settings": {"targetUrl": TARGET, "maxConcurrentRequests": 10},
        "subscriptions": {
            "crmObjects": [
                {
                    "subscriptionType": "object.propertyChange",
                    "objectType": "contact",
                    "propertyName": "firstname",
                    "active": True,
                },
                {"subscriptionType": "object.creation", "objectType": "invoice"},
            ],
            "legacyCrmObjects": [{"subscriptionType": "contact.deletion"}],
            "hubEvents": [{"subscriptionType": "contact.privacyDeletion", "active": False}],
        },
    }
    shown = hub.post("/__sim__/webhooks", wanted)
    assert shown.status_code == 200, shown.text
    assert [
        (s["eventType"], s["objectTypeId"], s["active"]) for s in shown.json["subscriptions"]
    ] == [
        ("object.propertyChange", "0-1", True),
        ("object.creation", "0-53", True),
        ("contact.deletion", "", True),
        ("contact.privacyDeletion", "", False),
    ]
    inbox = Inbox(hub)
    hub.make("contacts", firstname="A")
    assert len(inbox.after(0)) == 1
    for bad in ({}, {"settings": {"targetUrl": "x"}}, {**wanted, "subscriptions": {"other": []}}):
        assert hub.post("/__sim__/webhooks", bad).status_code == 400


def test_what_is_subscribed_and_waiting_survives_a_restart(tmp_path):
    from simulators.common.state import State

    path = tmp_path / "hub.sqlite"
    first = Caller(make_app(state=State(path)))
    first.post("/__sim__/settings", {"webhooks_need_install": False})
    first.call(
        "PUT",
        f"{BASE}/settings",
        {"targetUrl": TARGET, "throttling": {"maxConcurrentRequests": 10}},
        hapikey=DEVELOPER_KEY,
    )
    subscribe(first, "contact.creation")
    one = first.make("contacts", firstname="A")
    first.app.close()
    again = Caller(make_app(state=State(path)))
    inbox = Inbox(again)
    assert [e["objectId"] for e in inbox.after(5)] == [int(one)]
    again.post("/__sim__/reset", {"empty": True})
    again.make("contacts", firstname="B")
    assert inbox.after(5) == []
