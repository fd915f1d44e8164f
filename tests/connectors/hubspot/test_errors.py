"""One case per row of HubSpot's fault table, from bodies of apis/hubspot.md 13 and 14."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.connectors.caller import read_answer
from syncapp.connectors.hubspot.errors import FAULTS, judge, problem_of, problem_of_item
from syncapp.core.errors import (
    ConfigurationInvalid,
    ConnectionBroken,
    OutcomeUnknown,
    RecordGone,
    RecordRejected,
    SyncError,
    Throttled,
    TryLater,
)
from syncapp.core.reasons import REASONS
from tests.connectors.fakes import answer
from tests.connectors.hubspot.bodies import invalid

EXPIRED = {
    "status": "error",
    "message": "The OAuth token used to make this call expired 5 minute(s) ago.",
    "category": "EXPIRED_AUTHENTICATION",
}
SCOPES = {
    "status": "error",
    "message": "This app hasn't been granted all required scopes to make this call. Read more "
    "about required scopes here: https://developers.hubspot.com/scopes.",
    "category": "MISSING_SCOPES",
    "errors": [
        {
            "message": "One or more of the following scopes are required.",
            "context": {"requiredGranularScopes": ["crm.objects.contacts.write", "contacts"]},
        }
    ],
}
RATE = {
    "status": "error",
    "message": "You have reached your ten_secondly_rolling limit.",
    "errorType": "RATE_LIMIT",
    "policyName": "TEN_SECONDLY_ROLLING",
}
TAKEN = {
    "status": "error",
    "message": "Contact already exists. Existing ID: 123",
    "category": "CONFLICT",
}

# label -> (status, body, error on a write, code, error on a read)
CASES: dict[str, tuple[int, Any, type[SyncError], str, type[SyncError]]] = {
    "token": (401, EXPIRED, ConnectionBroken, "reconnect", ConnectionBroken),
    "scopes": (403, SCOPES, ConnectionBroken, "no_permission", ConnectionBroken),
    "banned": (403, {"category": "BANNED"}, ConnectionBroken, "no_permission", ConnectionBroken),
    "forbidden": (
        403,
        {"category": "FORBIDDEN", "message": "No"},
        RecordRejected,
        "no_permission",
        ConnectionBroken,
    ),
    "rate": (429, RATE, Throttled, "temporary", Throttled),
    "rate_category": (
        0,
        {"message": "You have reached your secondly limit.", "category": "RATE_LIMITS"},
        Throttled,
        "temporary",
        Throttled,
    ),
    "locked": (423, {"message": "locked"}, TryLater, "temporary", TryLater),
    "moving": (477, {"message": "migration in progress"}, TryLater, "temporary", TryLater),
    "trouble": (502, "<html>Bad Gateway</html>", OutcomeUnknown, "outcome_unknown", TryLater),
    "no_such_type": (
        400,
        {"status": "error", "message": "Unable to infer object type from: widgets"},
        ConfigurationInvalid,
        "unknown_type",
        ConfigurationInvalid,
    ),
    "email_taken": (409, TAKEN, RecordRejected, "email_in_use", RecordRejected),
    "marker_taken": (
        400,
        invalid("CONFLICTING_UNIQUE_VALUE", "qbo_sync_id", "already in use"),
        RecordRejected,
        "marker_in_use",
        RecordRejected,
    ),
    "marker_taken_text": (
        409,
        {"message": "qbo_sync_id: another contact already has that value", "category": "CONFLICT"},
        RecordRejected,
        "marker_in_use",
        RecordRejected,
    ),
    "email_taken_by_update": (
        400,
        invalid("CONFLICTING_UNIQUE_VALUE", "email", "taken"),
        RecordRejected,
        "email_in_use",
        RecordRejected,
    ),
    "unique_taken": (
        400,
        invalid("CONFLICTING_UNIQUE_VALUE", "tax_id", "taken"),
        RecordRejected,
        "invalid_value",
        RecordRejected,
    ),
    "unique_taken_text": (
        400,
        {"message": "tax_id: a contact already has that value", "category": "VALIDATION_ERROR"},
        RecordRejected,
        "invalid_value",
        RecordRejected,
    ),
    "definition_taken": (
        409,
        {"message": "A property named 'x' already exists", "category": "OBJECT_ALREADY_EXISTS"},
        RecordRejected,
        "rejected",
        RecordRejected,
    ),
    "conflict": (
        409,
        {"message": "Contact already exists", "category": "CONFLICT"},
        RecordRejected,
        "email_in_use",
        RecordRejected,
    ),
    "unknown_property": (
        400,
        invalid("PROPERTY_DOESNT_EXIST", "x", "Property x does not exist"),
        RecordRejected,
        "unknown_field",
        RecordRejected,
    ),
    "invalid_email": (
        400,
        invalid("INVALID_EMAIL", "email", "Email address x is invalid"),
        RecordRejected,
        "invalid_email",
        RecordRejected,
    ),
    "read_only": (
        400,
        invalid("READ_ONLY_VALUE", "hs_score", "read only"),
        RecordRejected,
        "read_only_field",
        RecordRejected,
    ),
    "required": (
        400,
        invalid("MISSING_REQUIRED_PROPERTY", "domain", "required"),
        RecordRejected,
        "missing_value",
        RecordRejected,
    ),
    "too_long": (
        400,
        invalid("PROPERTY_VALUE_TOO_LONG", "notes", "too long"),
        RecordRejected,
        "too_long",
        RecordRejected,
    ),
    "invalid_association": (
        400,
        {
            "message": "One or more are wrong",
            "category": "VALIDATION_ERROR",
            "errors": [{"message": "no", "code": "INVALID_OBJECT_IDS"}],
        },
        RecordRejected,
        "invalid_value",
        RecordRejected,
    ),
    "invalid_association_text": (
        400,
        {"message": "One or more associations are invalid", "category": "VALIDATION_ERROR"},
        RecordRejected,
        "invalid_value",
        RecordRejected,
    ),
    "invalid_value": (
        400,
        invalid("INVALID_OPTION", "state", "x was not one of the allowed options: a, b"),
        RecordRejected,
        "invalid_value",
        RecordRejected,
    ),
    "missing": (
        0,
        {"message": "Could not get some CONTACT objects", "category": "OBJECT_NOT_FOUND"},
        RecordGone,
        "gone",
        ConfigurationInvalid,
    ),
    "missing_bare": (
        404,
        {"status": "error", "message": "resource not found", "correlationId": "c"},
        RecordGone,
        "gone",
        ConfigurationInvalid,
    ),
    "doubled_id": (
        400,
        {
            "message": "Duplicate IDs found in batch input: [1]. IDs must be unique",
            "category": "VALIDATION_ERROR",
        },
        RecordRejected,
        "rejected",
        RecordRejected,
    ),
    "too_big": (414, "<html>", RecordRejected, "rejected", ConfigurationInvalid),
}


@pytest.mark.parametrize("label", [fault.label for fault in FAULTS])
def test_each_row(label: str) -> None:
    status, body, on_write, code, on_read = CASES[label]
    problem = problem_of(read_answer(answer(body, status))) if status else problem_of_item(body)
    written = judge(problem, writing=True)
    assert (type(written), written.code) == (on_write, code)
    assert type(judge(problem, writing=False)) is on_read
    assert str(written).endswith(".")


def test_labels_are_unique() -> None:
    labels = [fault.label for fault in FAULTS]
    assert len(set(labels)) == len(labels)


def test_every_rejection_has_its_place_in_the_catalogue() -> None:
    codes = {fault.code for fault in FAULTS if fault.error is RecordRejected}
    assert codes - set(REASONS) == {"marker_in_use"}  # resolved by looking, never shown


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"message": "Something new", "category": "SOMETHING_NEW"}),
        (400, "<html>no</html>"),
        (418, None),
        (400, []),
    ],
)
def test_what_is_not_listed_is_a_rejection_on_writes_and_a_wrong_set_up_on_reads(
    status: int, body: Any
) -> None:
    problem = problem_of(read_answer(answer(body, status)))
    error = judge(problem, writing=True)
    assert (type(error), error.code) == (RecordRejected, "rejected")
    assert type(judge(problem, writing=False)) is ConfigurationInvalid


def test_missing_scopes_are_named() -> None:
    error = judge(problem_of(read_answer(answer(SCOPES, 403))), writing=True)
    assert "crm.objects.contacts.write, contacts" in str(error)


def test_the_existing_record_is_named() -> None:
    error = judge(problem_of(read_answer(answer(TAKEN, 409))), writing=True)
    assert isinstance(error, RecordRejected)
    assert error.existing_id == "123"


def test_the_refused_property_is_named_also_when_only_the_message_tells() -> None:
    body = invalid("INVALID_OPTION", "state", "not allowed")
    del body["errors"]
    error = judge(problem_of_item(body), writing=True)
    assert isinstance(error, RecordRejected)
    assert (error.field, error.code, error.detail) == ("state", "invalid_value", "not allowed")


def test_unknown_words_are_kept_without_tokens() -> None:
    body = {"message": "Refused for pat-na1-1111-2222-3333-4444", "category": "NEW"}
    error = judge(problem_of_item(body), writing=True)
    assert error.detail == "Refused for [removed]"


def test_the_wait_of_a_move_between_data_centres_is_kept() -> None:
    told = read_answer(answer({"message": "moving"}, 477, {"retry-after": "86400"}))
    error = judge(problem_of(told), writing=True)
    assert isinstance(error, TryLater)
    assert error.wait_seconds == 86400
