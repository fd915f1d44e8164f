"""Each fault with each verb: the right kind of answer, nothing written twice, nothing half."""

from __future__ import annotations

import json

import pytest

from simulators.common.faults import ConnectionCut
from tests.simulators.hubspot.conftest import Caller, make_app

BASE = "/crm/objects/2026-09/invoices"
TRACED = {"objectWriteTraceId": "t", "properties": {"hs_currency": "USD"}}
#: verb -> (method, path, body); {one} is an invoice that exists
VERBS = {
    "list": ("GET", BASE, None),
    "get": ("GET", f"{BASE}/{{one}}", None),
    "create": ("POST", BASE, {"properties": {"hs_currency": "USD"}}),
    "update": ("PATCH", f"{BASE}/{{one}}", {"properties": {"hs_title": "new"}}),
    "archive": ("DELETE", f"{BASE}/{{one}}", None),
    "batch read": ("POST", f"{BASE}/batch/read", {"inputs": [{"id": "{one}"}]}),
    "batch create": ("POST", f"{BASE}/batch/create", {"inputs": [TRACED]}),
    "batch update": (
        "POST",
        f"{BASE}/batch/update",
        {"inputs": [{"id": "{one}", "properties": {"hs_title": "new"}}]},
    ),
    "batch archive": ("POST", f"{BASE}/batch/archive", {"inputs": [{"id": "{one}"}]}),
    "search": ("POST", f"{BASE}/search", {}),
    "associate": (
        "PUT",
        "/crm/v4/objects/invoices/{one}/associations/default/companies/{company}",
        None,
    ),
}
WRITES = ("create", "update", "archive", "batch create", "batch update", "batch archive",
          "associate")  # fmt: skip


class Call:
    def __init__(self, verb):
        self.hub = Caller(make_app())
        ids = {
            "one": self.hub.make("invoices", hs_currency="USD"),
            "company": self.hub.make("companies", name="C"),
        }
        self.method, path, body = VERBS[verb]
        self.path = path.format(**ids)
        self.body = json.loads(json.dumps(body).replace("{one}", ids["one"])) if body else body
        self.before = len(self.writes())

    def writes(self):
        return self.hub.ledger(writes_by="app")

    def made(self):
        return len(self.writes()) - self.before

    def arm(self, **fault):
        answer = self.hub.post("/__sim__/faults", fault)
        assert answer.status_code == 200, answer.text

    def __call__(self):
        return self.hub.call(self.method, self.path, self.body)


@pytest.fixture(params=list(VERBS))
def verb(request):
    return request.param


def expected(verb):
    return 1 if verb in WRITES else 0


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"status": 429}, 429),
        ({"status": 429, "policy": "DAILY"}, 429),
        ({"status": 429, "policy": "SECONDLY"}, 429),
        ({"status": 423}, 423),
        ({"status": 477}, 477),
        ({"status": 500}, 500),
        ({"status": 502}, 502),
        ({"status": 524}, 524),
        ({"status": 403}, 403),
    ],
    ids=str,
)
def test_a_refusal_writes_nothing_and_the_next_try_works(verb, fault, status):
    call = Call(verb)
    call.arm(kind="status", **fault)
    refused = call()
    assert (refused.status_code, call.made()) == (status, 0)
    if status >= 500:
        assert refused.content_type.startswith("text/html")
    else:
        assert refused.json["status"] == "error"
        assert refused.headers["X-HubSpot-Correlation-Id"] == refused.json["correlationId"]
    assert call().status_code < 300
    assert call.made() == expected(verb)


def test_a_cut_connection_writes_nothing(verb):
    call = Call(verb)
    call.arm(kind="cut")
    with pytest.raises(ConnectionCut) as cut:
        call()
    assert (cut.value.wrote, call.made()) == (False, 0)


@pytest.mark.parametrize("kind", ["lost_answer", "hold"])
def test_a_lost_answer_has_written_once(verb, kind):
    call = Call(verb)
    call.arm(kind=kind)
    with pytest.raises(ConnectionCut) as cut:
        call()
    assert (cut.value.wrote, call.made()) == (True, expected(verb))


def test_a_late_commit_writes_once_and_later(verb):
    call = Call(verb)
    call.arm(kind="late_commit", delay=30)
    with pytest.raises(ConnectionCut):
        call()
    assert call.made() == 0
    call.hub.post("/__sim__/clock", {"advance": 31})
    assert call.made() == expected(verb)


def test_a_truncated_answer_has_written_once_and_cannot_be_parsed(verb):
    call = Call(verb)
    call.arm(kind="truncated")
    answer = call()
    assert call.made() == expected(verb)
    if answer.status_code != 204:
        with pytest.raises(ValueError, match=r"."):
            json.loads(answer.get_data())


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_slow_answer_is_right_and_late(verb, when):
    call = Call(verb)
    began = call.hub.app.clock.now()
    call.arm(kind="slow", seconds=20, when=when)
    assert call().status_code < 300
    assert (call.hub.app.clock.now() - began).total_seconds() == 20
    assert call.made() == expected(verb)


def test_an_outdated_token_writes_nothing(verb):
    call = Call(verb)
    call.hub.token = "gone"
    refused = call()
    assert (refused.status_code, refused.json["category"]) == (401, "INVALID_AUTHENTICATION")
    call.hub.token = "pat-test"
    assert call.made() == 0
