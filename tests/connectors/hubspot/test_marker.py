"""The marker property: made once, found again, never doubted."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.core.errors import (
    ConfigurationInvalid,
    ConnectionBroken,
    SyncError,
    TryLater,
)
from tests.connectors.fakes import LOST, NOT_SENT, FakeHttp, answer
from tests.connectors.hubspot.conftest import Connect

NOT_FOUND = {"status": "error", "message": "resource not found", "correlationId": "c"}
GOOD_MARKER = {"name": "qbo_sync_id", "hasUniqueValue": True, "archived": False}


def test_the_marker_is_made_once(connect: Connect) -> None:
    http = FakeHttp(
        answer(NOT_FOUND, 404), answer({}, 201), answer(GOOD_MARKER, 201), answer(GOOD_MARKER)
    )
    connect(http).prepare("contacts")
    assert http.paths == [
        "GET /crm/properties/2026-09/contacts/qbo_sync_id",
        "POST /crm/properties/2026-09/contacts/groups",
        "POST /crm/properties/2026-09/contacts",
        "GET /crm/properties/2026-09/contacts/qbo_sync_id",
    ]
    assert http.sent(2)["label"] == "QuickBooks record (Tandem)"
    assert http.sent(2)["hasUniqueValue"] is True
    assert http.sent(2)["groupName"] == http.sent(1)["name"]


def test_a_marker_that_is_there_is_left_alone(connect: Connect) -> None:
    http = FakeHttp(answer(GOOD_MARKER))
    connect(http).prepare("contacts")
    assert len(http.requests) == 1


def test_a_group_and_a_marker_made_by_somebody_else_meanwhile_are_as_good(connect: Connect) -> None:
    taken = {"message": "exists", "category": "OBJECT_ALREADY_EXISTS"}
    http = FakeHttp(
        answer(NOT_FOUND, 404), answer(taken, 409), answer(taken, 409), answer(GOOD_MARKER)
    )
    connect(http).prepare("contacts")


def test_a_marker_that_is_not_unique_is_refused(connect: Connect) -> None:
    http = FakeHttp(answer({**GOOD_MARKER, "hasUniqueValue": False}))
    with pytest.raises(ConfigurationInvalid, match="qbo_sync_id"):
        connect(http).prepare("contacts")


def test_types_that_are_only_read_need_no_marker(connect: Connect) -> None:
    http = FakeHttp()
    connect(http).prepare("companies")
    assert http.requests == []


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (LOST, TryLater),
        (NOT_SENT, TryLater),
        (answer("<html>", 502), TryLater),
        (answer({"category": "MISSING_SCOPES"}, 403), ConnectionBroken),
        (answer({"category": "VALIDATION_ERROR", "message": "ten unique ones"}, 400),
         ConfigurationInvalid),
    ],
)  # fmt: skip
def test_a_marker_that_cannot_be_made(
    connect: Connect, trouble: Any, error: type[SyncError]
) -> None:
    with pytest.raises(error):
        connect(FakeHttp(answer(NOT_FOUND, 404), answer({}, 201), trouble)).prepare("contacts")


def test_a_marker_that_does_not_appear_is_tried_later(connect: Connect) -> None:
    http = FakeHttp(answer(NOT_FOUND, 404), *[answer({}, 201)] * 2, answer(NOT_FOUND, 404))
    with pytest.raises(TryLater, match="qbo_sync_id"):
        connect(http).prepare("contacts")


def test_whether_there_is_a_marker_must_be_known(connect: Connect) -> None:
    with pytest.raises(ConnectionBroken):
        connect(FakeHttp(answer({"category": "FORBIDDEN"}, 403))).prepare("contacts")
