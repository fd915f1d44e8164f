"""Published limits on a frozen clock, and the meters."""

from __future__ import annotations

import pytest


@pytest.fixture
def limited(make_books):
    return make_books(limits="published")


def read(books, token="tok-1"):
    return books.call("GET", "companyinfo/1", token=token).status_code


def test_ten_a_second_per_app(limited):
    assert [read(limited) for _ in range(11)] == [200] * 10 + [429]
    assert read(limited, "tok-2") == 200
    limited.clock.advance(1)
    assert read(limited) == 200


def test_the_answer_of_a_throttled_call(limited):
    for _ in range(10):
        read(limited)
    response = limited.call("GET", "companyinfo/1")
    error = response.get_json()["fault"]["error"][0]
    assert error == {
        "message": "message=ThrottleExceeded; errorCode=003001; statusCode=429",
        "detail": "The request limit was reached.  Try again later",
        "code": "3001",
        "element": None,
    }
    assert "Retry-After" not in response.headers
    limited.control("POST", "behaviour", {"retry_after_seconds": 60})
    assert limited.call("GET", "companyinfo/1").headers["Retry-After"] == "60"


def test_five_hundred_a_minute_per_company(limited):
    codes = []
    for place in range(60):
        codes += [read(limited, f"tok-{1 + place % 2}") for _ in range(10)]
        limited.clock.advance(0.9)
    assert codes.count(200) == 500
    assert codes[500:] == [429] * 100
    limited.clock.advance(60)
    assert read(limited) == 200


def test_forty_batches_a_minute_per_app(limited):
    codes = []
    for _ in range(41):
        answer = limited.call("POST", "batch", json={"BatchItemRequest": []})
        codes.append(answer.status_code)
        limited.clock.advance(0.5)
    assert codes == [200] * 40 + [429]
    assert read(limited) == 200


def test_items_of_a_batch_may_count_one_by_one(limited):
    limited.control("POST", "behaviour", {"batch_items": "each"})
    items = [{"bId": str(n), "Query": "select * from Customer"} for n in range(30)]
    for _ in range(16):
        assert limited.call("POST", "batch", json={"BatchItemRequest": items}).status_code == 200
        limited.clock.advance(1)
    assert limited.call("POST", "batch", json={"BatchItemRequest": items}).status_code == 429


def test_reads_are_metered_by_the_month_and_writes_are_free(limited):
    for _ in range(3):
        read(limited)
    limited.post("customer", {"DisplayName": "A"})
    limited.get("customer/99")
    windows = limited.control("GET", "stats")["windows"]
    assert windows["core_plus_month:static-token-1"]["used"] == 3
    assert windows["core_plus_month:static-token-1"]["limit"] == 500_000
    assert windows["core_month:static-token-1"]["used"] == 1
    assert windows["app_second:static-token-1"]["max_seen"] == 5


def test_builder_is_blocked_until_the_next_month(limited):
    meter = limited.app._limits.meter("static-token-1", is_core_plus=True)
    meter.take(limited.clock.now(), 500_000)
    assert read(limited) == 429
    assert "Customer" in limited.post("customer", {"DisplayName": "A"})
    limited.clock.set("2026-02-01T00:00:00Z")
    assert read(limited) == 200


def test_other_plans_are_metered_without_a_stop(make_books):
    books = make_books(limits="published", plan="silver")
    meter = books.app._limits.meter("static-token-1", is_core_plus=True)
    meter.take(books.clock.now(), 2_000_000)
    assert read(books) == 200


def test_without_limits_calls_are_only_counted(books):
    assert {read(books) for _ in range(600)} == {200}
    assert books.control("GET", "stats")["windows"]["realm_minute"]["max_seen"] == 600


def test_ten_at_a_time_per_app(limited):
    key = "Bearer tok-1"
    limited.app._in_flight[key] = 10
    assert read(limited) == 429
    limited.app._in_flight[key] = 9
    assert read(limited) == 200
