"""HubSpot's errors as one table: what each means for the record, in plain words.

It owns one decision, which error class and reason code a refusal becomes, and is closed by
default: what is not listed is a rejection of the record, never a retry. Structured fields come
before message text; text is the last resort. Facts: apis/hubspot.md 13, 14 (read 2026-11-22);
rows marked UNCONFIRMED rest on other people's code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from syncapp.connectors import jsontext
from syncapp.connectors.batches import WholeRefused
from syncapp.connectors.caller import Answer
from syncapp.connectors.exchanges import redact
from syncapp.connectors.hubspot.objects import MARKER
from syncapp.connectors.jsontext import Json, items, mapping, text
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
from syncapp.core.sides import Side


@dataclass(frozen=True, slots=True)
class Fault:
    """One row. Empty conditions match everything; all that are given must hold.

    Attributes:
        label: Names the row in tests.
        error: What to do next.
        code: A code of ``core/reasons.py``.
        says: One sentence for a person.
        reading: What it is instead when no record is being written; None for the same.
    """

    label: str
    error: type[SyncError]
    code: str
    says: str
    status: frozenset[int] = frozenset()
    category: str = ""
    codes: str = ""
    field: str = ""
    message: str = ""
    reading: type[SyncError] | None = None


def _status(*numbers: int) -> frozenset[int]:
    return frozenset(numbers)


FAULTS = (
    # -- whole account
    Fault(
        "token", ConnectionBroken, "reconnect",
        "HubSpot does not accept the access token any more.", status=_status(401),
    ),
    Fault(
        "scopes", ConnectionBroken, "no_permission",
        "The connection to HubSpot lacks a permission. Add the scope to the app and reconnect.",
        category="MISSING_SCOPES",
    ),
    Fault(  # UNCONFIRMED: met in no documentation, named in 14.2
        "banned", ConnectionBroken, "no_permission",
        "HubSpot has barred this app from the account.", category="BANNED",
    ),
    Fault(
        "forbidden", RecordRejected, "no_permission",
        "The rights of the app, or of the person who connected it, do not cover it.",
        status=_status(403), reading=ConnectionBroken,
    ),
    Fault(
        "rate", Throttled, "temporary", "HubSpot asks for a pause.", status=_status(429),
    ),
    Fault(
        "rate_category", Throttled, "temporary", "HubSpot asks for a pause.",
        category="RATE_LIMITS",
    ),
    Fault(
        "locked", TryLater, "temporary",
        "HubSpot has locked the records for a moment, after many writes.", status=_status(423),
    ),
    Fault(
        "moving", TryLater, "temporary",
        "HubSpot is moving the account to another data centre.", status=_status(477),
    ),
    Fault(
        "trouble", OutcomeUnknown, "outcome_unknown",
        "HubSpot had trouble of its own and did not confirm the write.",
        status=_status(500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526), reading=TryLater,
    ),
    Fault(
        "no_such_type", ConfigurationInvalid, "unknown_type",
        "The HubSpot account does not have this kind of record.",
        message=r"Unable to infer object type|Invalid object or event type id",
    ),
    # -- unique values
    Fault(
        "email_taken", RecordRejected, "email_in_use",
        "HubSpot already has a contact with this e-mail address.",
        message=r"already exists\. Existing ID: \d+",
    ),
    Fault(
        "marker_taken", RecordRejected, "marker_in_use",
        "HubSpot already has a record that was created from this one.",
        # WILD: code and text come from other people's recordings (14.3)
        codes=r"CONFLICTING_UNIQUE_VALUE", field=MARKER,
    ),
    Fault(
        "marker_taken_text", RecordRejected, "marker_in_use",
        "HubSpot already has a record that was created from this one.",
        message=rf"{MARKER}.*already has that value|already has that value.*{MARKER}",
    ),
    Fault(
        "email_taken_by_update", RecordRejected, "email_in_use",
        # UNCONFIRMED: 409 or 400 when a contact's e-mail is changed to a taken one (15)
        "HubSpot already has a contact with this e-mail address.",
        codes=r"CONFLICTING_UNIQUE_VALUE", field="email",
    ),
    Fault(
        "unique_taken", RecordRejected, "invalid_value",
        "Another HubSpot record already has this value, which must be unique.",
        codes=r"CONFLICTING_UNIQUE_VALUE",
    ),
    Fault(
        "unique_taken_text", RecordRejected, "invalid_value",
        "Another HubSpot record already has this value, which must be unique.",
        message=r"already has that value",
    ),
    Fault(
        "definition_taken", RecordRejected, "rejected",
        "HubSpot already has a property or group of this name.",
        category="OBJECT_ALREADY_EXISTS",
    ),
    Fault(
        "conflict", RecordRejected, "email_in_use",
        "HubSpot already has a contact with this e-mail address.",
        category="CONFLICT", message=r"(?i)contact already exists|e-?mail",
    ),
    # -- values
    Fault(
        "unknown_property", RecordRejected, "unknown_field",
        "HubSpot has no such property (any more).", codes=r"PROPERTY_DOESNT_EXIST",
    ),
    Fault(
        "invalid_email", RecordRejected, "invalid_email",
        "HubSpot does not accept this e-mail address.", codes=r"INVALID_EMAIL",
    ),
    Fault(
        "read_only", RecordRejected, "read_only_field",
        "HubSpot does not allow this property to be written.", codes=r"READ_ONLY_VALUE",
    ),
    Fault(  # UNCONFIRMED spelling of the code; portal rules apply to API writes since 2026-09
        "required", RecordRejected, "missing_value",
        "A rule of the account asks for it.",
        codes=r"MISSING_REQUIRED_PROPERTY|REQUIRED_PROPERTY.*|.*_REQUIRED",
    ),
    Fault(  # UNCONFIRMED: no page gives the code for a text above 65,536 characters
        "too_long", RecordRejected, "too_long",
        "The value is longer than HubSpot accepts.",
        codes=r".*TOO_LONG|.*MAX_LENGTH.*|PROPERTY_VALUE_LENGTH.*",
    ),
    Fault(
        "invalid_association", RecordRejected, "invalid_value",
        "HubSpot cannot associate the record with the ones given.",
        codes=r"INVALID_OBJECT_IDS|INVALID_ASSOCIATION.*",
    ),
    Fault(
        "invalid_association_text", RecordRejected, "invalid_value",
        "HubSpot cannot associate the record with the ones given.",
        message=r"associations are invalid|for associations to be created",
    ),
    Fault(
        "invalid_value", RecordRejected, "invalid_value",
        # INVALID_OPTION, _LONG, _INTEGER, _DATE, and administrators' rules such as INVALID_ALPHA
        "It breaks a rule of this property.", codes=r"INVALID_[A-Z_]+",
    ),
    # -- records
    Fault(
        "missing", RecordGone, "gone", "The record no longer exists in HubSpot.",
        category="OBJECT_NOT_FOUND", reading=ConfigurationInvalid,
    ),
    Fault(
        "missing_bare", RecordGone, "gone", "The record no longer exists in HubSpot.",
        status=_status(404), reading=ConfigurationInvalid,
    ),
    Fault(
        "doubled_id", RecordRejected, "rejected",
        "The same HubSpot record was in one batch twice.",
        message=r"Duplicate IDs found in batch input",
    ),
    Fault(
        "too_big", RecordRejected, "rejected",
        "The request was larger than HubSpot accepts.", status=_status(413, 414),
        reading=ConfigurationInvalid,
    ),
)  # fmt: skip

NOT_LISTED = Fault(
    "not_listed", RecordRejected, "rejected", "The reason is not one that is known here.",
    reading=ConfigurationInvalid,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """One error of HubSpot's, from a whole answer or from an item of a 207.

    Attributes:
        status: HTTP status; 0 for an item of a 207.
        codes: ``(code, property, message)`` of each inner error; one empty triple for none.
        ids: Record ids it concerns.
        traces: Trace ids of the inputs it concerns.
        scopes: The scopes of which one is missing.
    """

    status: int
    category: str
    message: str
    codes: tuple[tuple[str, str, str], ...]
    ids: tuple[str, ...] = ()
    traces: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    request_id: str = ""
    retry_after_seconds: int | None = None


def judge(problem: Problem, *, writing: bool) -> SyncError:
    """The error a problem is, by the first row that matches."""
    fault, inner = _row(problem)
    kind = fault.error if writing or fault.reading is None else fault.reading
    code, name, message = inner
    says = fault.says
    if not writing and kind is ConfigurationInvalid and fault is NOT_LISTED:
        says = f"HubSpot refused a request ({problem.status})."
    if problem.scopes:
        says = f"{says.rstrip('.')}: {', '.join(problem.scopes)}."
    detail = redact(message or problem.message or code)
    if kind is RecordRejected:
        found = re.search(r"Existing ID: (\d+)", problem.message)
        return RecordRejected(
            says, code=fault.code, detail=detail, request_id=problem.request_id,
            field=name, existing_id=found.group(1) if found else "",
        )  # fmt: skip
    if issubclass(kind, TryLater):
        wait = problem.retry_after_seconds
        return kind(
            says, wait_seconds=wait, code="temporary", detail=detail, request_id=problem.request_id
        )
    if kind is ConnectionBroken:
        return ConnectionBroken(
            says, code=fault.code, detail=detail, request_id=problem.request_id, side=Side.HUBSPOT
        )
    return kind(says, code=fault.code, detail=detail, request_id=problem.request_id)


def _row(problem: Problem) -> tuple[Fault, tuple[str, str, str]]:
    for fault in FAULTS:
        for inner in problem.codes:
            if _matches(fault, problem, inner):
                return fault, inner
    return NOT_LISTED, problem.codes[0]


def _matches(fault: Fault, problem: Problem, inner: tuple[str, str, str]) -> bool:
    code, name, message = inner
    return (
        (not fault.status or problem.status in fault.status)
        and (not fault.category or fault.category == problem.category)
        and (not fault.codes or re.fullmatch(fault.codes, code) is not None)
        and (not fault.field or fault.field == name)
        and (
            not fault.message
            or re.search(fault.message, f"{problem.message}\n{message}", re.DOTALL) is not None
        )
    )


def problem_of(answer: Answer) -> Problem:
    """The problem a whole answer speaks of; HTML and empty bodies have only their status."""
    if not answer.is_readable:
        return Problem(
            answer.status, "", f"HTTP {answer.status} without a readable body", (("", "", ""),),
            request_id=answer.request_id, retry_after_seconds=answer.retry_after_seconds,
        )  # fmt: skip
    told = mapping(answer.json)
    return problem_of_item(
        told,
        status=answer.status,
        request_id=answer.request_id or text(told.get("correlationId")),
        retry_after_seconds=answer.retry_after_seconds,
    )


def whole_refusal(answer: Answer) -> Exception:
    """What is raised for a batch that was refused, or not confirmed, as a whole."""
    error: SyncError
    if answer.is_trouble:
        error = OutcomeUnknown(
            f"HubSpot did not confirm the write (HTTP {answer.status}).",
            code="outcome_unknown",
            detail=f"HTTP {answer.status}",
            request_id=answer.request_id,
        )
    else:
        error = judge(problem_of(answer), writing=True)
    error.exchange = answer.exchange()
    # Whose fault it is shows when the batch is halved; a lone item that is missing is gone.
    if isinstance(error, RecordRejected | RecordGone):
        return WholeRefused(error)
    return error


def problem_of_item(
    told: Mapping[str, Json],
    *,
    status: int = 0,
    request_id: str = "",
    retry_after_seconds: int | None = None,
) -> Problem:
    """The problem an error object speaks of; every field of it is optional."""
    message = text(told.get("message"))
    inner = [mapping(one) for one in items(told.get("errors"))] or _quoted_errors(message)
    codes = tuple(
        (
            text(one.get("code")) or text(one.get("error")),
            _property(one),
            text(one.get("message")),
        )
        for one in inner
    )
    contexts = [mapping(told.get("context")), *(mapping(one.get("context")) for one in inner)]
    own_id = text(told.get("id"))
    return Problem(
        status,
        text(told.get("category")),
        message,
        codes or (("", "", ""),),
        ids=(*_texts(contexts, "ids"), *_texts(contexts, "id"), *((own_id,) if own_id else ())),
        traces=_texts(contexts, "objectWriteTraceId"),
        scopes=_texts(contexts, "requiredGranularScopes"),
        request_id=request_id,
        retry_after_seconds=retry_after_seconds,
    )


def _quoted_errors(message: str) -> list[Mapping[str, Json]]:
    """The list that some messages carry as JSON: ``Property values were not valid: [{...}]``."""
    start = message.find("[{")
    if start < 0:
        return []
    try:
        quoted = jsontext.parse(message[start:].encode(errors="replace"))
    except ValueError:
        return []
    return [mapping(one) for one in items(quoted)]


def _property(inner: Mapping[str, Json]) -> str:
    named = _texts([mapping(inner.get("context"))], "propertyName")
    return named[0] if named else text(inner.get("name"))


def _texts(contexts: Iterable[Mapping[str, Json]], name: str) -> tuple[str, ...]:
    found: list[str] = []
    for context in contexts:
        value = context.get(name)
        several = [text(one) for one in items(value)] or [text(value)]
        found += [one for one in several if one]
    return tuple(dict.fromkeys(found))
