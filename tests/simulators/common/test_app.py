"""Clock, ledger, faults, state and control pages, on a toy vendor with one kind of record."""

from __future__ import annotations

import http.client
import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from werkzeug.routing import Rule
from werkzeug.test import Client

from simulators.common.clock import SimClock
from simulators.common.faults import ConnectionCut
from simulators.common.limits import PeriodCounter, SlidingWindow
from simulators.common.server import open_server
from simulators.common.state import State, StateFileError
from simulators.common.web import App, json_response


class Toy(App):
    """Holds words: POST /words adds one."""

    title = "Toy"
    vendor_fault_kinds = {"deaf": "Answers 401."}

    def __init__(self, **options):
        super().__init__(**options)
        self.words = {}
        self.start()

    def rules(self):
        return [
            Rule("/words", methods=["POST"], endpoint=self.add),
            Rule("/words", methods=["GET"], endpoint=self.show),
        ]

    def load(self):
        self.words = dict(self.state.load("word"))

    def clear(self):
        self.words = {}

    def populate(self, seed):
        if seed is not None:
            self.words["0"] = f"word{seed}"
            self.state.put("word", "0", self.words["0"])

    def add(self, request):
        number = str(self.ids.next("word"))
        self.words[number] = request.body_json()["word"]
        self.state.put("word", number, self.words[number])
        self.ledger.write(
            actor="app:toy",
            action="create",
            type="word",
            id=number,
            after={"word": self.words[number]},
            request_id=request.request_id,
        )
        return json_response({"id": number}, 201)

    def show(self, request):
        return json_response(self.words)

    def vendor_fault(self, request, fault):
        return json_response({"deaf": True}, 401)


@pytest.fixture
def app():
    return Toy(seed=None, clock=SimClock.frozen())


@pytest.fixture
def client(app):
    return Client(app)


def add(client, word="a"):
    return client.post("/words", json={"word": word})


def arm(client, **fault):
    answer = client.post("/__sim__/faults", json=fault)
    assert answer.status_code == 200, answer.text
    return answer.json["id"]


def test_the_ledger_shows_every_write_and_can_be_narrowed(client):
    add(client, "x")
    add(client, "y")
    entries = client.get("/__sim__/ledger").json["entries"]
    assert [(e["seq"], e["action"], e["type"], e["id"], e["before"]) for e in entries] == [
        (1, "create", "word", "1", None),
        (2, "create", "word", "2", None),
    ]
    assert entries[0]["after"] == {"word": "x"}
    assert entries[0]["at"] == "2026-01-05T09:00:00.000Z"
    assert entries[0]["request_id"] != entries[1]["request_id"]
    assert client.get("/__sim__/ledger?since=1").json["entries"] == entries[1:]
    assert client.get("/__sim__/ledger?type=other").json["entries"] == []
    assert client.get("/__sim__/ledger?writes_by=person").json["entries"] == []
    assert len(client.get("/__sim__/ledger?writes_by=app").json["entries"]) == 2
    summary = client.get("/__sim__/ledger/summary").json
    assert summary["app_writes"] == 2
    assert summary["counts"] == [
        {"actor": "app:toy", "action": "create", "type": "word", "count": 2}
    ]


def test_the_clock_is_moved_and_set(client):
    assert (
        client.post("/__sim__/clock", json={"advance": 3600})
        .json["now"]
        .startswith("2026-01-05T10:00:00")
    )
    moved = client.post("/__sim__/clock", json={"set": "2027-02-03T04:05:06Z"})
    assert moved.json["now"] == "2027-02-03T04:05:06.000Z"
    assert client.post("/__sim__/clock", json={"set": "yesterday"}).status_code == 400
    assert client.post("/__sim__/clock", json={}).status_code == 400
    add(client)
    assert client.get("/__sim__/ledger").json["entries"][0]["at"] == "2027-02-03T04:05:06.000Z"


def test_a_cut_connection_writes_nothing_and_a_lost_answer_does(client, app):
    arm(client, kind="cut", match={"method": "POST", "path": "^/words"})
    with pytest.raises(ConnectionCut):
        add(client)
    assert app.words == {}
    arm(client, kind="lost_answer")
    with pytest.raises(ConnectionCut):
        add(client)
    assert app.words == {"1": "a"}
    assert add(client).status_code == 201


def test_a_late_commit_happens_when_it_is_due_and_is_stamped_so(client, app):
    arm(client, kind="late_commit", delay=5)
    with pytest.raises(ConnectionCut):
        add(client, "late")
    client.post("/__sim__/clock", json={"advance": 4})
    assert app.words == {}
    client.post("/__sim__/clock", json={"advance": 60})
    assert app.words == {"1": "late"}
    assert client.get("/__sim__/ledger").json["entries"][0]["at"] == "2026-01-05T09:00:05.000Z"


def test_a_status_fault_hits_the_nth_request_so_many_times(client):
    arm(client, kind="status", status=503, match={"nth": 2}, times=2)
    assert [add(client).status_code for _ in range(4)] == [201, 503, 503, 201]
    arm(client, kind="status", status=429, body={"no": 1}, headers={"Retry-After": "7"})
    refused = add(client)
    assert (refused.status_code, refused.json, refused.headers["Retry-After"]) == (
        429,
        {"no": 1},
        "7",
    )
    stats = client.get("/__sim__/stats").json
    assert stats["by_status"] == {"201": 2, "429": 1, "503": 2}
    assert (stats["throttled"], stats["api_calls"]) == (1, 5)


def test_a_fault_can_wait_for_a_number_of_writes_and_look_at_the_body(client):
    arm(client, kind="status", status=500, match={"after_writes": 2})
    assert [add(client).status_code for _ in range(4)] == [201, 201, 500, 201]
    arm(client, kind="status", status=500, match={"body": "needle"})
    assert [add(client, word).status_code for word in ("hay", "needle")] == [201, 500]


def test_faults_by_chance_are_the_same_with_the_same_seed():
    def outcomes():
        client = Client(Toy(seed=5, clock=SimClock.frozen()))
        arm(client, kind="status", status=500, rate=0.5, times=None)
        return [add(client).status_code for _ in range(40)]

    first = outcomes()
    assert first == outcomes()
    assert set(first) == {201, 500}


def test_vendor_faults_bad_descriptions_listing_and_clearing(client):
    arm(client, kind="deaf")
    assert add(client).status_code == 401
    assert add(client).status_code == 201
    assert client.post("/__sim__/faults", json={"kind": "nonsense"}).status_code == 400
    bad = client.post("/__sim__/faults", json={"kind": "cut", "match": {"path": "("}})
    assert bad.status_code == 400
    arm(client, kind="cut")
    listed = client.get("/__sim__/faults").json["faults"]
    assert [(f["kind"], f["hits"], f["spent"]) for f in listed] == [
        ("deaf", 1, True),
        ("cut", 0, False),
    ]
    assert client.delete("/__sim__/faults").json == {"cleared": 2}
    assert add(client).status_code == 201


def test_slow_moves_a_frozen_clock_and_truncated_ends_half_way(client, app):
    arm(client, kind="slow", seconds=90)
    add(client)
    assert app.clock.now() == datetime(2026, 1, 5, 9, 1, 30, tzinfo=UTC)
    arm(client, kind="truncated", match={"method": "GET"})
    answer = client.get("/words")
    assert int(answer.headers["Content-Length"]) > len(answer.data) > 0


def test_state_survives_a_restart_and_wins_over_the_seed(tmp_path):
    path = tmp_path / "toy.sqlite"
    first = Toy(seed=3, state=State(path), clock=SimClock.frozen())
    client = Client(first)
    add(client, "ünï")
    client.post("/__sim__/clock", json={"advance": 100})
    first.close()
    second = Toy(seed=99, state=State(path), clock=SimClock.frozen())
    assert second.words == {"0": "word3", "1": "ünï"}
    assert second.seed == 3
    assert second.clock.offset.total_seconds() == 100
    client = Client(second)
    assert add(client).json == {"id": "2"}
    assert client.get("/__sim__/ledger").json["last_seq"] == 2


def test_what_was_written_is_there_without_a_clean_end(tmp_path):
    path = tmp_path / "toy.sqlite"
    add(Client(Toy(seed=None, state=State(path))), "kept")
    assert Toy(seed=None, state=State(path)).words == {"1": "kept"}


def test_reset_begins_again(client, app):
    add(client)
    assert client.post("/__sim__/reset", json={"seed": 8}).status_code == 200
    assert app.words == {"0": "word8"}
    assert client.get("/__sim__/ledger").json == {"last_seq": 0, "entries": []}
    client.post("/__sim__/reset", json={"empty": True})
    assert app.words == {}
    assert client.post("/__sim__/reset", json={}).status_code == 400


def test_an_unusable_state_file_is_told(tmp_path):
    with pytest.raises(StateFileError, match="Cannot write the state file"):
        State(tmp_path / "missing" / "toy.sqlite")


def test_a_sliding_window_refuses_and_recovers():
    clock = SimClock.frozen()
    window = SlidingWindow(2, 10)
    assert [window.take(clock.now()) for _ in range(3)] == [True, True, False]
    clock.advance(10)
    assert window.take(clock.now())
    assert window.report(clock.now()) == {
        "limit": 2,
        "seconds": 10,
        "used": 1,
        "max_seen": 2,
        "refused": 1,
    }
    day = PeriodCounter(1, lambda now: now.date().isoformat())
    assert [day.take(clock.now()), day.take(clock.now())] == [True, False]
    clock.advance(86400)
    assert day.take(clock.now())


@contextmanager
def served(app):
    server = open_server(app, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.port
    finally:
        server.shutdown()
        server.server_close()


def post(connection, word):
    connection.request("POST", "/words", json.dumps({"word": word}))
    return connection.getresponse()


def test_over_http_one_connection_carries_many_requests_and_faults_cut_it():
    app = Toy(seed=None)
    with served(app) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        assert post(connection, "a").read() == b'{"id":"1"}'
        socket = connection.sock
        assert post(connection, "b").read() == b'{"id":"2"}'
        assert connection.sock is socket
        app.faults.arm({"kind": "lost_answer"})
        with pytest.raises(http.client.RemoteDisconnected):
            post(connection, "c")
        assert app.words["3"] == "c"
        connection.close()
        app.faults.arm({"kind": "truncated"})
        with pytest.raises(http.client.IncompleteRead):
            post(connection, "d").read()


def test_a_held_answer_arrives_when_released_and_others_are_answered_meanwhile():
    app = Toy(seed=None)
    with served(app) as port:
        app.faults.arm({"kind": "hold", "match": {"method": "POST"}})
        answers = []
        held = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        thread = threading.Thread(target=lambda: answers.append(post(held, "held").status))
        thread.start()
        other = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while not app.ledger.entries:
            other.request("GET", "/words")
            other.getresponse().read()
        assert answers == []
        other.request("POST", "/__sim__/faults/release", b"{}")
        assert json.loads(other.getresponse().read()) == {"released": 1}
        thread.join(timeout=10)
        assert answers == [201]
