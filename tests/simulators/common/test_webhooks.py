"""Outgoing webhooks on a toy vendor: schedule, bundles, retries, and trouble on purpose."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from werkzeug.test import Client

from simulators.common.clock import SimClock
from simulators.common.faults import EVENT_KINDS
from simulators.common.state import State
from simulators.common.web import App
from simulators.common.webhooks import Outgoing, Policy, Webhooks, post_http

POLICY = Policy(gather_seconds=1, most=3, retry_seconds=(10, 60), jitter=0.0)


class Toy(App):
    """Sends what it is told to."""

    title = "Toy"
    vendor_fault_kinds = EVENT_KINDS

    def __init__(self, policy=POLICY, **options):
        self.policy = policy
        self.answers = []
        self.sent = []
        super().__init__(clock=SimClock.frozen(), **options)
        self.webhooks = Webhooks(self, policy, self.pack, self.receive)
        self.start()

    def pack(self, destination, events, attempt):
        if destination == "nobody":
            return None
        return Outgoing(f"http://{destination}/?a={attempt}", json.dumps(events).encode())

    def receive(self, outgoing, timeout):
        self.sent.append((outgoing.url, [one["n"] for one in json.loads(outgoing.body)]))
        return self.answers.pop(0) if self.answers else 200

    def emit(self, *numbers, to="a", kind="thing.created"):
        with self.lock:
            for number in numbers:
                self.webhooks.send(to, {"n": number}, kind=kind)

    def after(self, seconds):
        self.sent.clear()
        self.clock.advance(seconds)
        self.webhooks.pump()
        return list(self.sent)


def test_events_are_gathered_into_bundles_of_the_largest_size():
    toy = Toy()
    toy.emit(1, 2, 3, 4)
    toy.emit(5, to="b")
    assert toy.after(0.5) == []
    assert toy.after(0.5) == [
        ("http://a/?a=0", [1, 2, 3]),
        ("http://a/?a=0", [4]),
        ("http://b/?a=0", [5]),
    ]
    assert (toy.webhooks.waiting, toy.webhooks.next_due()) == (0, None)


@pytest.mark.parametrize("status", [None, 301, 404, 503])
def test_a_failed_delivery_is_tried_again_as_it_was_and_given_up_in_the_end(status):
    toy = Toy()
    toy.emit(1)
    toy.answers = [status] * 3
    assert toy.after(1) == [("http://a/?a=0", [1])]
    assert toy.after(9) == []
    assert toy.after(1) == [("http://a/?a=1", [1])]
    assert toy.after(60) == [("http://a/?a=2", [1])]
    assert toy.webhooks.waiting == 0
    outcomes = [one["outcome"] for one in toy.webhooks.report()["deliveries"]]
    assert outcomes == ["retry", "retry", "given up"]


def test_later_events_wait_behind_a_failed_one_where_the_vendor_does_so():
    toy = Toy(Policy(gather_seconds=0, most=1, retry_seconds=(10, 20), repeats_last=True,
                     blocks=True))  # fmt: skip
    toy.answers = [500, 200, 500]
    toy.emit(1, 2)
    toy.emit(3, to="b")
    assert toy.after(0) == [("http://a/?a=0", [1]), ("http://b/?a=0", [3])]
    assert toy.after(9) == []
    assert toy.after(1) == [("http://a/?a=1", [1])]
    toy.answers = [500]
    assert toy.after(20) == [("http://a/?a=2", [1])]
    assert toy.after(20) == [("http://a/?a=3", [1]), ("http://a/?a=0", [2])]


def test_jitter_is_the_same_with_the_same_seed():
    def due(seed):
        toy = Toy(Policy(gather_seconds=0, retry_seconds=(100,), jitter=0.5), seed=seed)
        toy.answers = [500]
        toy.emit(1)
        toy.after(0)
        return toy.webhooks.next_due()

    assert due(1) == due(1)
    assert len({due(seed) for seed in range(5)}) == 5


def test_lost_doubled_and_disordered_events_are_faults_of_their_own():
    toy = Toy(Policy(gather_seconds=0, most=1))
    client = Client(toy)
    for body in (
        {"kind": "webhook_lost", "match": {"body": '"n": 2'}},
        {"kind": "webhook_doubled", "match": {"path": "^thing", "nth": 2}, "seconds": 5},
        {"kind": "webhook_disordered", "match": {"body": '"n": 1'}, "seconds": 30},
    ):
        assert client.post("/__sim__/faults", json=body).status_code == 200
    toy.emit(1, 2, 3)
    toy.emit(4, kind="other")
    order = [events[0] for seconds in (0, 40) for _, events in toy.after(seconds)]
    assert order.count(2) == 0
    assert sorted(order) == [1, 3, 4]
    assert order[-1] == 1
    assert client.get("/words").status_code == 404


def test_by_chance_the_same_seed_loses_the_same_events():
    def lost(seed):
        toy = Toy(Policy(gather_seconds=0, most=1), seed=seed)
        toy.faults.arm({"kind": "webhook_lost", "rate": 0.5, "times": None})
        toy.emit(*range(40))
        return [events[0] for _, events in toy.after(0)]

    assert lost(3) == lost(3)
    assert 0 < len(lost(3)) < 40
    assert lost(3) != lost(4)


def test_what_waits_survives_a_restart_and_a_reset_forgets_it(tmp_path):
    state = State(tmp_path / "toy.sqlite")
    toy = Toy(state=state)
    toy.emit(1)
    toy.close()
    again = Toy(state=State(tmp_path / "toy.sqlite"))
    assert again.webhooks.waiting == 1
    assert again.after(5) == [("http://a/?a=0", [1])]
    again.emit(2)
    again.reset(1)
    assert again.after(5) == []


def test_unwanted_events_are_dropped_and_the_control_shows_and_pumps():
    toy = Toy()
    client = Client(toy)
    toy.emit(1, to="nobody")
    toy.emit(2)
    assert client.get("/__sim__/webhooks").json["waiting"] == 2
    toy.clock.advance(1)
    assert client.post("/__sim__/webhooks/pump").json == {"requests": 1}
    shown = client.get("/__sim__/webhooks").json
    assert (shown["waiting"], shown["deliveries"][0]["events"]) == (0, [{"n": 2}])
    assert client.delete("/__sim__/webhooks").json == {"cleared": True}
    assert client.get("/__sim__/webhooks").json["deliveries"] == []
    assert client.post("/__sim__/webhooks", json={"x": 1}).status_code == 400


def test_the_receiver_may_call_back_while_a_delivery_is_under_way():
    toy = Toy()
    client = Client(toy)

    def receive(outgoing, timeout):
        seen = []
        thread = threading.Thread(
            target=lambda: seen.append(client.get("/__sim__/webhooks").status_code)
        )
        thread.start()
        thread.join(20)
        return seen[0]

    toy.webhooks.post = receive
    toy.emit(1)
    toy.clock.advance(1)
    assert toy.webhooks.pump() == 1
    assert toy.webhooks.waiting == 0


def test_over_the_network_body_and_headers_arrive_and_redirects_are_not_followed():
    seen = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.path, body, self.headers["X-Signed"]))
            self.send_response(302 if "moved" in self.path else 204)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    assert post_http(Outgoing(f"{base}/in?x=%20y", b"[]", {"X-Signed": "s"}), 5) == 204
    assert post_http(Outgoing(f"{base}/moved", b"{}"), 5) == 302
    server.shutdown()
    server.server_close()
    assert seen == [("/in?x=%20y", b"[]", "s"), ("/moved", b"{}", None)]
    assert post_http(Outgoing(f"{base}/gone", b""), 1) is None
