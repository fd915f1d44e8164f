"""One case per row of QuickBooks' fault table; texts from apis/quickbooks.md 10.3."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.connectors.caller import read_answer
from syncapp.connectors.quickbooks.errors import (
    FAULTS,
    Fault,
    fault_of,
    judge,
    problem_in,
    problem_of,
)
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
from syncapp.core.reasons import REASONS
from tests.connectors.fakes import answer
from tests.connectors.quickbooks.bodies import fault, gateway

CLOSED = "Account Period Closed"
UTF8 = "MalformedByteSequence"
STALE = (
    "Stale Object Error : You and Leo Nikkilä were working on this at the same time. Leo Nikkilä "
    "finished before you did, so your work was not saved."
)
INACTIVE = (
    "Object Not Found : Something you're trying to use has been made inactive. Check the fields "
    "with accounts, customers, items, vendors or employees."
)

# label of the row -> (detail, error on an update, code); "" as detail where any text will do
ERRORS: dict[str, tuple[str, type[SyncError], str]] = {
    "3200": ("Token expired: AB01601390262kxzxOlnHYdhtEVRX", ConnectionBroken, "reconnect"),
    "003200": ("", ConnectionBroken, "reconnect"),
    "3202": ("", ConnectionBroken, "reconnect"),
    "3100": ("", ConnectionBroken, "no_permission"),
    "003100": ("", ConnectionBroken, "no_permission"),
    "120": (
        " : -11014-You do not have access to use QuickBooks Online Plus.",
        ConnectionBroken,
        "no_permission",
    ),
    "10200": ("", ConnectionBroken, "no_permission"),
    "3001": ("The request limit was reached.  Try again later", Throttled, "temporary"),
    "003001": ("The request limit was reached.  Try again later", Throttled, "temporary"),
    "130": ("", TryLater, "temporary"),
    "140": ("", TryLater, "temporary"),
    "150": ("", TryLater, "temporary"),
    "10000": ("System Failure Error: x", OutcomeUnknown, "outcome_unknown"),
    "600": ("", OutcomeUnknown, "outcome_unknown"),
    f"5010 {CLOSED}": (CLOSED, RecordRejected, "period_closed"),
    "5010": (STALE, StaleRecord, "pending"),
    "610 create": (INACTIVE, RecordRejected, "reference_inactive"),
    "610": (INACTIVE, RecordGone, "gone"),
    "6240": ("The name supplied already exists. : Id=812", RecordRejected, "name_in_use"),
    "6140": ("DocNumber=18696 is assigned to TxnType=Invoice with TxnId=6575", RecordRejected,
             "number_in_use"),
    "6190": ("Subscription period has ended", RecordRejected, "subscription_lapsed"),
    "6200": ("", RecordRejected, "period_closed"),
    "6210": ("The account period has closed", RecordRejected, "period_closed"),
    "5020": ("", RecordRejected, "no_permission"),
    "5030": ("", RecordRejected, "no_permission"),
    "2040": ("", RecordRejected, "unsupported_characters"),
    f"500 {UTF8}": (f"x.{UTF8}Exception: Invalid byte 1", RecordRejected, "unsupported_characters"),
    "500": ("Operation x is not supported.", RecordRejected, "rejected"),
    "2010": ("Property Name:Unrecognized field", RecordRejected, "unknown_field"),
    "3000": ("", RecordRejected, "unknown_field"),
    "5000": ("", RecordRejected, "unknown_field"),
    "6080": ("", RecordRejected, "no_name"),
    "2020": ("Required parameter Name is missing in the request", RecordRejected, "missing_value"),
    "2050": ("Min:0 Max:21 supported. Supplied length:45", RecordRejected, "too_long"),
    "2210": ("", RecordRejected, "invalid_email"),
    "2500": ("Invalid Reference Id : Names element id 583 not found", RecordRejected,
             "reference_inactive"),
    "620": ("", RecordRejected, "reference_inactive"),
    "700": ("", RecordRejected, "reference_inactive"),
    "6250": ("", RecordRejected, "reference_inactive"),
    **{code: ("", RecordRejected, "missing_value")
       for code in ("6420", "6440", "6520", "6090", "6150")},
    **{code: ("", RecordRejected, "invalid_value")
       for code in ("2030", "2060", "2070", "2080", "2090", "2100", "2110", "2120", "2140", "2160",
                    "2170", "2200", "2290", "2600", "6530", "900", "6180")},
    **{code: ("", RecordRejected, "rejected")
       for code in ("630", "6000", "6070", "6100", "6130", "6160", "6230", "6170", "6470", "6270",
                    "6430", "6220", "6280", "800", "6450", "6480", "6540", "1040", "2000", "2130",
                    "4000", "4001", "4002", "10100")},
}  # fmt: skip


@pytest.mark.parametrize("row", FAULTS, ids=lambda row: row.label)
def test_each_row(row: Fault) -> None:
    detail, error, code = ERRORS[row.label]
    body = fault(row.code, "Message", detail, element=row.element)
    told = judge(problem_of(read_answer(answer(body, 400))), op=row.on or "update")
    assert (type(told), told.code) == (error, code)
    assert str(told) == row.says
    item = problem_in(body["Fault"])  # the same inside a batch
    assert type(judge(item, op=row.on or "update")) is error


def test_labels_are_unique() -> None:
    labels = [row.label for row in FAULTS]
    assert len(set(labels)) == len(labels)


def test_every_rejection_has_its_place_in_the_catalogue() -> None:
    assert {row.reason for row in FAULTS if row.error is RecordRejected} <= set(REASONS)


@pytest.mark.parametrize("code", ["6241", "99999", "", "abc"])
def test_a_code_that_is_not_listed_is_a_rejection_and_keeps_the_vendors_words(code: str) -> None:
    told = judge(problem_in(fault(code, "New", "New words")["Fault"]), op="create")
    assert (type(told), told.code, told.detail) == (RecordRejected, "rejected", "New words")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("4000", ConfigurationInvalid),
        ("2010", ConfigurationInvalid),
        ("99999", ConfigurationInvalid),
        ("610", RecordGone),
        ("10000", TryLater),
        ("600", TryLater),
        ("5020", ConnectionBroken),
        ("3100", ConnectionBroken),
        ("120", ConnectionBroken),
        ("150", TryLater),
    ],
)
def test_what_a_fault_means_when_nothing_is_written(code: str, error: type[SyncError]) -> None:
    assert type(judge(problem_in(fault(code)["Fault"]))) is error


@pytest.mark.parametrize(
    ("status", "body", "on_write", "on_read"),
    [
        (401, "", ConnectionBroken, ConnectionBroken),
        (403, "<html>", RecordRejected, ConnectionBroken),
        (429, "", Throttled, Throttled),
        (500, "", OutcomeUnknown, TryLater),
        (504, "<html>Gateway Timeout</html>", OutcomeUnknown, TryLater),
        (404, "<html>", RecordRejected, ConfigurationInvalid),
        (400, {"Fault": {"type": "SystemFault"}}, RecordRejected, ConfigurationInvalid),
    ],
)
def test_without_a_code_the_status_tells(
    status: int, body: Any, on_write: type[SyncError], on_read: type[SyncError]
) -> None:
    problem = problem_of(read_answer(answer(body, status)))
    assert type(judge(problem, op="create")) is on_write
    assert type(judge(problem)) is on_read


@pytest.mark.parametrize(
    ("code", "detail", "existing"),
    [
        ("6240", "The name supplied already exists. : Id=812", "812"),
        ("6240", "Un autre client utilise déjà ce nom : Id=7", "7"),
        ("6240", "Another customer, vendor or employee is already using this \nname.", ""),
        ("6240", "The name supplied already exists. : null", ""),
        ("6140", "DocNumber=18696 is assigned to TxnType=Invoice with TxnId=6575", "6575"),
    ],
)
def test_the_existing_record_is_named_in_any_language(
    code: str, detail: str, existing: str
) -> None:
    told = judge(problem_in(fault(code, "Erreur", detail)["Fault"]), op="create")
    assert isinstance(told, RecordRejected)
    assert told.existing_id == existing


def test_the_gateways_envelope_is_read_without_its_token() -> None:
    body = gateway(
        "3200",
        "message=AuthenticationFailed; errorCode=003200; statusCode=401",
        "Token expired: AB01601390262kxzxOlnHYdhtEVRXISU7piPqQrCmmbDN35Yjd",
    )
    told = judge(problem_of(read_answer(answer(body, 401))))
    assert isinstance(told, ConnectionBroken)
    assert "AB016" not in f"{told} {told.detail}"
    assert "AuthenticationFailed" in told.detail


def test_several_errors_of_one_fault_are_all_kept() -> None:
    body = fault("2050", "m", "first")
    body["Fault"]["Error"].append({"Message": "m", "Detail": "second", "code": "2020"})
    told = judge(problem_in(body["Fault"]), op="create")
    assert (told.code, told.detail) == ("too_long", "first / second")


def test_a_field_is_named() -> None:
    told = judge(problem_in(fault("2020", element="Name")["Fault"]), op="create")
    assert isinstance(told, RecordRejected)
    assert told.field == "Name"


@pytest.mark.parametrize("told", [None, [], "x", {"Fault": None}, {"Customer": {}}])
def test_what_is_no_fault(told: Any) -> None:
    assert fault_of(told) is None
