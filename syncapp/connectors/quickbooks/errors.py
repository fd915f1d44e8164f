"""QuickBooks' faults as one table: what each means for the record, in plain words.

It owns one decision, which error class and reason code a fault becomes, and is closed by default:
a code that is not listed is a rejection of the record, never a retry. The code decides, for
message and detail are in the company's language; text narrows a code only where one code means
several things. Facts: apis/quickbooks.md 10 (developer.intuit.com, read 2026-11-22).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from syncapp.connectors.caller import Answer
from syncapp.connectors.exchanges import redact
from syncapp.connectors.jsontext import Json, items, mapping, text
from syncapp.core.errors import (
    ConfigurationInvalid,
    ConnectionBroken,
    OutcomeUnknown,
    RecordGone,
    RecordRejected,
    StaleRecord,
    SyncError,
    Throttled,
    TryLater,
)
from syncapp.core.sides import Side

THROTTLED_CODES = frozenset({"3001", "003001"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One row.

    Attributes:
        code: QuickBooks' code.
        error: What to do next.
        reason: A code of ``core/reasons.py``.
        says: One sentence for a person.
        on: "create" or "update" when the row holds for that only.
        element: The refused field it holds for only.
        words: Text in message or detail it holds for only (a pattern); the last resort.
        reading: What it is instead when nothing is being written; None for the same.
        about: The field it is about where QuickBooks leaves ``element`` empty.
    """

    code: str
    error: type[SyncError]
    reason: str
    says: str
    on: str = ""
    element: str = ""
    words: str = ""
    reading: type[SyncError] | None = None
    about: str = ""

    @property
    def label(self) -> str:
        """Names the row in tests."""
        return " ".join(one for one in (self.code, self.on, self.element, self.words) if one)


def _no(code: str, reason: str, says: str, **narrow: str) -> Fault:
    """A rejection of the record; on a read it is a request of ours that cannot work."""
    return Fault(code, RecordRejected, reason, says, reading=ConfigurationInvalid, **narrow)


FAULTS = (
    # -- connection
    Fault("3200", ConnectionBroken, "reconnect", "QuickBooks does not accept the access token."),
    Fault("003200", ConnectionBroken, "reconnect", "QuickBooks does not accept the access token."),
    Fault("3202", ConnectionBroken, "reconnect", "QuickBooks received no access token."),
    Fault(
        "3100", ConnectionBroken, "no_permission",
        "The connection is not valid for this QuickBooks company. Check that the keys belong to "
        "the right environment (sandbox or production) and reconnect.",
    ),
    Fault(
        "003100", ConnectionBroken, "no_permission",
        "The connection is not valid for this QuickBooks company. Check that the keys belong to "
        "the right environment (sandbox or production) and reconnect.",
    ),
    Fault(
        "120", ConnectionBroken, "no_permission",
        "The person who connected QuickBooks may not use the company any more. Reconnect as a "
        "company administrator.",
    ),
    Fault(
        "10200", ConnectionBroken, "no_permission",
        "The QuickBooks company was reset. Reconnect, and check it before anything is written.",
    ),
    # -- waiting
    Fault("3001", Throttled, "temporary", "QuickBooks asks for a pause."),
    Fault("003001", Throttled, "temporary", "QuickBooks asks for a pause."),
    Fault("130", TryLater, "temporary", "QuickBooks has moved the company to another place."),
    Fault("140", TryLater, "temporary", "QuickBooks has locked the company for now."),
    Fault("150", TryLater, "temporary", "QuickBooks is maintaining the company."),
    Fault(
        "10000", OutcomeUnknown, "outcome_unknown",
        "QuickBooks had trouble of its own and did not confirm the write.", reading=TryLater,
    ),
    # The first answer to this request id was lost; whether it was a success is not said.
    Fault(
        "600", OutcomeUnknown, "outcome_unknown", "QuickBooks has seen this write before.",
        reading=TryLater,
    ),
    # -- the record moved
    Fault(  # the same code also carries a closed period (python-quickbooks issue 208)
        "5010", RecordRejected, "period_closed", "The books are closed for this date.",
        words=r"Account Period Closed",
    ),
    Fault("5010", StaleRecord, "pending", "Somebody saved the record after it was read."),
    Fault(
        "610", RecordRejected, "reference_inactive",
        "Something the record refers to was made inactive or deleted.", on="create",
    ),
    Fault("610", RecordGone, "gone", "It was deleted or made inactive in QuickBooks."),
    # -- names and numbers in use
    _no("6240", "name_in_use", "A customer, vendor or employee already has this display name."),
    _no(
        "6140", "number_in_use", "Another transaction already has this number.",
        about="DocNumber",
    ),
    _no("630", "rejected", "QuickBooks already has such a record."),
    # -- account
    _no("6190", "subscription_lapsed", "The QuickBooks subscription has lapsed."),
    _no("6200", "period_closed", "The books are closed for this date."),
    _no("6210", "period_closed", "The books are closed for this date, with a password."),
    Fault(
        "5020", RecordRejected, "no_permission",
        "The person who connected it may not do this, or the plan does not have it.",
        reading=ConnectionBroken,
    ),
    _no("5030", "no_permission", "Not available on this QuickBooks plan or in its country."),
    # -- fields
    _no("2040", "unsupported_characters", "A text holds a character QuickBooks does not accept."),
    _no(
        "500", "unsupported_characters", "A text is not valid Unicode.",
        words=r"MalformedByteSequence",
    ),
    _no("500", "rejected", "QuickBooks does not support this operation."),
    _no("2010", "unknown_field", "QuickBooks does not know a field that was sent."),
    _no(
        "3000", "unknown_field", "QuickBooks does not know a custom field that was sent.",
        about="CustomField",
    ),
    _no("5000", "unknown_field", "QuickBooks no longer has a field that was sent."),
    _no("6080", "no_name", "QuickBooks needs a name."),
    _no("2020", "missing_value", "A value that must be given is missing."),
    _no("6420", "missing_value", "QuickBooks needs an e-mail address."),
    _no("6440", "missing_value", "A line needs an item or an account."),
    _no("6520", "missing_value", "A tracked inventory item needs a quantity."),
    _no("6090", "missing_value", "A discount needs an amount or a percentage."),
    _no("6150", "missing_value", "A sub-record needs its parent."),
    _no("2050", "too_long", "A text is longer or shorter than QuickBooks accepts."),
    _no("2210", "invalid_email", "QuickBooks does not accept the e-mail address."),
    _no("2030", "invalid_value", "An id is not a number."),
    _no("2060", "invalid_value", "QuickBooks cannot read a date."),
    _no("2070", "invalid_value", "A date does not exist."),
    _no("2080", "invalid_value", "QuickBooks cannot read a number."),
    _no("2090", "invalid_value", "QuickBooks does not accept a number."),
    _no("2100", "invalid_value", "QuickBooks cannot read a decimal number."),
    _no("2110", "invalid_value", "QuickBooks does not accept a decimal number."),
    _no("2120", "invalid_value", "The type of the record cannot be changed like this."),
    _no("2140", "invalid_value", "QuickBooks does not accept the amount."),
    _no("2160", "invalid_value", "QuickBooks does not accept the quantity."),
    _no("2170", "invalid_value", "A choice is not one of those QuickBooks has."),
    _no("2200", "invalid_value", "QuickBooks does not accept the web address."),
    _no("2290", "invalid_value", "A line may not have a negative amount."),
    _no("2600", "invalid_value", "Two of the values contradict each other."),
    _no("6530", "invalid_value", "A card number must not be sent."),
    _no("900", "invalid_value", "A record cannot be its own parent."),
    _no("6180", "invalid_value", "Sub-records may be nested five levels deep at most."),
    # -- references
    _no("2500", "reference_inactive", "Something the record refers to is missing or inactive."),
    _no("620", "reference_inactive", "The transaction to link with does not exist."),
    _no("700", "reference_inactive", "The parent record does not exist."),
    _no("6250", "reference_inactive", "The customer is missing or inactive."),
    # -- accounting rules
    _no("6000", "rejected", "A rule of QuickBooks does not allow it."),
    _no("6070", "rejected", "A line's amount is not its quantity times its price."),
    _no("6100", "rejected", "A US company takes only the tax codes TAX and NON."),
    _no("6130", "rejected", "Whom the customer bills with cannot be changed."),
    _no("6160", "rejected", "The sales tax of the transaction cannot be used."),
    _no("6230", "rejected", "The sales tax of the transaction cannot be used."),
    _no("6170", "rejected", "A transaction without tax cannot hold tax details."),
    _no("6470", "rejected", "QuickBooks' sales tax set-up has an error."),
    _no("6270", "rejected", "The date lies before the inventory item's start date."),
    _no("6430", "rejected", "The account is of a type that cannot be used here."),
    _no("6220", "rejected", "It still has a balance."),
    _no("6280", "rejected", "It still has charges that were not billed."),
    _no("800", "rejected", "Other records still depend on it."),
    _no("6450", "rejected", "A settled transaction cannot be voided."),
    _no("6480", "rejected", "A matched transaction cannot be deleted."),
    _no("6540", "rejected", "The payment is part of a deposit; remove it from the deposit first."),
    # -- requests of ours
    _no("1040", "rejected", "A batch held more than QuickBooks accepts."),
    _no("2000", "rejected", "QuickBooks does not know this kind of record."),
    _no("2130", "rejected", "QuickBooks does not accept the form of a request id."),
    _no("4000", "rejected", "QuickBooks could not read a query."),
    _no("4001", "rejected", "QuickBooks did not accept a query."),
    _no("4002", "rejected", "QuickBooks could not carry out a query."),
    _no("10100", "rejected", "A query would have returned too much."),
)  # fmt: skip

NOT_LISTED = _no("", "rejected", "The reason is not one that is known here.")


@dataclass(frozen=True, slots=True)
class Problem:
    """One error of a fault; ``status`` is 0 for an item of a batch."""

    code: str
    message: str
    detail: str
    element: str
    status: int = 0
    request_id: str = ""
    retry_after_seconds: int | None = None


def judge(problem: Problem, *, op: str = "") -> SyncError:
    """The error a problem is, by the first row that matches.

    Args:
        problem: What QuickBooks said.
        op: "create" or "update"; "" when nothing is being written.
    """
    fault = _row(problem, op)
    kind = fault.error if op or fault.reading is None else fault.reading
    # Never the detail of an authentication fault: it quotes the token.
    words = problem.message if kind is ConnectionBroken else problem.detail or problem.message
    detail = redact(words)
    if kind is RecordRejected:
        found = re.search(r"\b(?:Txn)?Id=(\d+)", problem.detail)
        number = re.search(r"\bDocNumber=(\S+)", problem.detail)
        unknown = re.search(r"Unrecognized field \"([^\"]+)\"", problem.detail)
        return RecordRejected(
            fault.says, code=fault.reason, detail=detail, request_id=problem.request_id,
            field=problem.element or fault.about or (unknown.group(1) if unknown else ""),
            existing_id=found.group(1) if found else "",
            value=number.group(1) if number else "",
        )  # fmt: skip
    if issubclass(kind, TryLater):
        return kind(
            fault.says, wait_seconds=problem.retry_after_seconds, code="temporary", detail=detail,
            request_id=problem.request_id,
        )  # fmt: skip
    if kind is ConnectionBroken:
        return ConnectionBroken(
            fault.says, code=fault.reason, detail=detail, request_id=problem.request_id,
            side=Side.QUICKBOOKS,
        )  # fmt: skip
    says = fault.says
    if kind is ConfigurationInvalid:
        says = "QuickBooks refused a request." if fault is NOT_LISTED else says
        says = f"{says.rstrip('.')} ({problem.code or problem.status})."
    return kind(says, code=fault.reason, detail=detail, request_id=problem.request_id)


def _row(problem: Problem, op: str) -> Fault:
    for fault in FAULTS:
        if (
            fault.code == problem.code
            and fault.on in {"", op}
            and fault.element in {"", problem.element}
            and (
                not fault.words
                or re.search(fault.words, f"{problem.message}\n{problem.detail}") is not None
            )
        ):
            return fault
    return _by_status(problem)


def _by_status(problem: Problem) -> Fault:
    """What an answer without a known code is: its HTTP status tells."""
    match problem.status:
        case 401:
            return Fault("", ConnectionBroken, "reconnect", "QuickBooks does not accept the token.")
        case 403:
            return Fault(
                "", RecordRejected, "no_permission",
                "QuickBooks does not allow this to the connected person or app.",
                reading=ConnectionBroken,
            )  # fmt: skip
        case 429:
            return Fault("", Throttled, "temporary", "QuickBooks asks for a pause.")
        case status if status >= 500:
            return Fault(
                "", OutcomeUnknown, "outcome_unknown",
                "QuickBooks had trouble of its own and did not confirm the write.",
                reading=TryLater,
            )  # fmt: skip
    return NOT_LISTED


def problem_of(answer: Answer) -> Problem:
    """The problem a whole answer speaks of; HTML and empty bodies have only their status."""
    fault = fault_of(answer.json)
    if fault is None:
        words = f"HTTP {answer.status} without a fault"
        return Problem(
            "", words, "", "", answer.status, answer.request_id, answer.retry_after_seconds
        )
    found = problem_in(fault, request_id=answer.request_id)
    return Problem(
        found.code, found.message, found.detail, found.element, answer.status,
        answer.request_id, answer.retry_after_seconds,
    )  # fmt: skip


def fault_of(told: Json) -> Mapping[str, Json] | None:
    """The fault in an object, in either spelling; None when there is none.

    A fault can come with HTTP 200: look here before trusting a success.
    """
    body = mapping(told)
    for name in ("Fault", "fault"):
        if isinstance(body.get(name), Mapping):
            return mapping(body.get(name))
    return None


def problem_in(fault: Mapping[str, Json], *, request_id: str = "") -> Problem:
    """The first error of a fault; its others are kept in the detail."""
    errors = [mapping(one) for one in items(fault.get("Error")) or items(fault.get("error"))]
    if not errors:
        return Problem("", text(fault.get("type")), "", "", request_id=request_id)

    def read(error: Mapping[str, Json], name: str) -> str:
        return text(error.get(name)) or text(error.get(name.lower()))

    first = errors[0]
    details = [read(error, "Detail") for error in errors]
    return Problem(
        code=text(first.get("code")),
        message=read(first, "Message"),
        detail=" / ".join(detail for detail in details if detail),
        element=text(first.get("element")),
        request_id=request_id,
    )
