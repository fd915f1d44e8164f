from __future__ import annotations

import logging

import pytest

from syncapp.connectors.caller import Answer, Block, Call, Caller
from syncapp.connectors.exchanges import redact
from syncapp.connectors.oauth import StaticToken
from syncapp.connectors.rate import Budget, Limit, MemoryBudgetStore
from syncapp.core.errors import (
    ConfigurationInvalid,
    ConnectionBroken,
    OutcomeUnknown,
    SideUnreachable,
    SyncError,
    Throttled,
    TryLater,
)
from tests.connectors.fakes import LOST, NOT_SENT, FakeClock, FakeHttp, TwoTokens, answer, make_env

READ = Call("GET", "/things", query=(("q", "secret name"),))
WRITE = Call("POST", "/things", body={"Name": "Ann"}, writes=True)


class Dialect:
    name = "Vendor"
    request_id_header = "intuit_tid"

    def throttled(self, call: Call, answer: Answer) -> Block | None:
        if answer.status != 429:
            return None
        return Block(call.budget, answer.retry_after_seconds or 60)

    def observe(self, call: Call, answer: Answer, budget: Budget) -> None:
        pass

    def broken(self, answer: Answer) -> ConnectionBroken:
        return ConnectionBroken("Refused.", request_id=answer.request_id)


def make(http: FakeHttp, credentials: object = None, clock: FakeClock | None = None) -> Caller:
    clock = clock or FakeClock()
    return Caller(
        make_env(http, clock),
        base_url="https://vendor.example",
        credentials=credentials or StaticToken("the-token"),  # type: ignore[arg-type]
        budget=Budget(MemoryBudgetStore(), clock, "v", {"calls": (Limit(100, 1.0),)}),
        dialect=Dialect(),
    )


def test_a_call_carries_token_query_and_exact_json() -> None:
    http = FakeHttp(answer({"ok": 1}))
    make(http).send(Call("POST", "/a", query=(("since", "12:00+00:00"),), body={"N": "Zoë"}))
    sent = http.requests[0]
    assert sent.url == "https://vendor.example/a?since=12%3A00%2B00%3A00"
    assert sent.headers["authorization"] == "Bearer the-token"
    assert sent.body == '{"N":"Zoë"}'.encode()


@pytest.mark.parametrize(
    "trouble",
    [
        NOT_SENT,
        LOST,
        answer("<html>Bad Gateway</html>", 502),
        answer({"message": "locked"}, 423),
        answer('{"results": [', 200),
    ],
)
def test_a_read_is_repeated_twice_and_then_answers(trouble: object) -> None:
    http = FakeHttp(trouble, trouble, answer({"fine": True}))  # type: ignore[arg-type]
    caller = make(http)
    assert caller.send(READ).json == {"fine": True}
    assert caller.calls == 3


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (NOT_SENT, SideUnreachable),
        (LOST, SideUnreachable),
        (answer("<html>Bad Gateway</html>", 502), TryLater),
        (answer("", 503), TryLater),
        (answer('{"results": [', 200), TryLater),
    ],
)
def test_a_read_gives_up_after_three(trouble: object, error: type[SyncError]) -> None:
    http = FakeHttp(trouble, trouble, trouble)  # type: ignore[arg-type]
    with pytest.raises(error):
        make(http).send(READ)
    assert len(http.requests) == 3


def test_the_pauses_grow() -> None:
    clock = FakeClock()
    http = FakeHttp(answer("", 502), answer("", 502), answer({}))
    make(http, clock=clock).send(READ)
    assert clock.slept == [0.5, 1.0]


def test_a_lock_is_waited_out_for_two_seconds_at_least() -> None:
    clock = FakeClock()
    make(FakeHttp(answer({}, 423), answer({})), clock=clock).send(READ)
    assert clock.slept[0] >= 2


def test_a_write_whose_answer_is_lost_is_not_sent_again() -> None:
    http = FakeHttp(LOST)
    with pytest.raises(OutcomeUnknown):
        make(http).send(WRITE)
    assert len(http.requests) == 1


def test_a_write_that_was_not_sent_may_be_tried_later() -> None:
    http = FakeHttp(NOT_SENT)
    with pytest.raises(TryLater):
        make(http).send(WRITE)
    assert len(http.requests) == 1


@pytest.mark.parametrize("status", [500, 502, 504, 423])
def test_a_write_with_trouble_is_handed_up_after_one_try(status: int) -> None:
    http = FakeHttp(answer("", status))
    assert make(http).send(WRITE).status == status
    assert len(http.requests) == 1


@pytest.mark.parametrize("call", [READ, WRITE])
def test_a_short_429_is_waited_out_once(call: Call) -> None:
    clock = FakeClock()
    http = FakeHttp(answer({}, 429, {"retry-after": "10"}), answer({"done": 1}))
    assert make(http, clock=clock).send(call).json == {"done": 1}
    assert clock.slept == [10]


def test_a_second_429_ends_it() -> None:
    http = FakeHttp(*[answer({}, 429, {"retry-after": "5"})] * 2)
    with pytest.raises(Throttled) as caught:
        make(http).send(WRITE)
    assert caught.value.wait_seconds == 5
    assert len(http.requests) == 2


def test_a_long_429_is_not_slept_through_but_keeps_others_from_calling() -> None:
    clock = FakeClock()
    http = FakeHttp(answer({}, 429), answer({}))
    caller = make(http, clock=clock)
    with pytest.raises(Throttled) as caught:
        caller.send(READ)
    assert (caught.value.wait_seconds, clock.slept) == (60, [])
    caller.send(READ)
    assert clock.slept == [60]


@pytest.mark.parametrize("call", [READ, WRITE])
def test_a_401_is_cured_once_by_a_fresh_token(call: Call) -> None:
    credentials = TwoTokens()
    http = FakeHttp(answer({}, 401), answer({"fine": 1}))
    assert make(http, credentials).send(call).json == {"fine": 1}
    assert credentials.refreshed == ["first"]
    assert [one.headers["authorization"] for one in http.requests] == [
        "Bearer first",
        "Bearer second",
    ]


def test_a_second_401_breaks_the_connection() -> None:
    http = FakeHttp(answer({}, 401), answer({}, 401))
    with pytest.raises(ConnectionBroken) as caught:
        make(http, TwoTokens()).send(WRITE)
    assert caught.value.request_id == "tid-1"


def test_a_static_token_that_is_refused_breaks_the_connection() -> None:
    http = FakeHttp(answer({}, 401))
    with pytest.raises(ConnectionBroken, match="Enter a valid one"):
        make(http).send(READ)


class Unreachable:
    def access_token(self) -> str:
        raise SideUnreachable("The token could not be refreshed.")

    def refresh_after_401(self, stale_token: str) -> str:
        raise AssertionError


@pytest.mark.parametrize(("call", "error"), [(READ, SideUnreachable), (WRITE, TryLater)])
def test_a_token_that_cannot_be_refreshed_now(call: Call, error: type[SyncError]) -> None:
    http = FakeHttp()
    with pytest.raises(error):
        make(http, Unreachable()).send(call)
    assert http.requests == []


def test_a_redirect_is_a_wrong_address() -> None:
    with pytest.raises(ConfigurationInvalid, match="base URL"):
        make(FakeHttp(answer({}, 302))).send(READ)


def test_an_empty_success_is_readable() -> None:
    got = make(FakeHttp(answer(None, 204))).send(WRITE)
    assert (got.ok, got.json) == (True, None)


def test_the_log_names_the_request_and_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    http = FakeHttp(answer({"Name": "Ann"}), answer({"error": "Ann"}, 400))
    caller = make(http)
    caller.send(READ)
    caller.send(WRITE)
    lines = [record.getMessage() for record in caplog.records]
    assert lines == ["Vendor GET /things: 200 in 0 ms", "Vendor POST /things: 400 in 0 ms"]
    assert {record.__dict__["request_id"] for record in caplog.records} == {"tid-1"}
    assert not any(word in caplog.text for word in ("the-token", "secret", "Ann"))


@pytest.mark.parametrize(
    "words",
    [
        "Token expired: AB01601390262kxzxOlnHYdhtEVRXISU7piPqQrCmmbDN35Yjd",
        "got eyJhbGciOiJkaXIiLCJlbmMiOi.abc.def",
        "pat-na1-11111111-2222-3333-4444-555555555555",
        "Authorization: Bearer abc",
    ],
)
def test_tokens_are_taken_out_of_a_vendors_words(words: str) -> None:
    assert "[removed]" in redact(words)
    assert not any(secret in redact(words) for secret in ("AB016", "eyJ", "na1", "abc"))


def test_ordinary_words_stay() -> None:
    words = "Duplicate Name Exists Error: Amy's Bird Sanctuary : Id=812"
    assert redact(words) == words
