"""Both fault tables against the catalogue of reasons (ENGINE 2.8: every code has its words)."""

from __future__ import annotations

import pytest

from syncapp.connectors.hubspot import errors as hubspot
from syncapp.connectors.quickbooks import errors as quickbooks
from syncapp.core.errors import RecordRejected, RunError, SyncError
from syncapp.core.reasons import REASONS, RUN_CODES, SIGNALS, Category, Retry, explain
from tests.connectors.quickbooks.bodies import fault

ROWS: list[tuple[str, str, type[SyncError]]] = [
    *((f"hubspot {row.label}", row.code, row.error) for row in hubspot.FAULTS),
    *((f"quickbooks {row.label}", row.reason, row.error) for row in quickbooks.FAULTS),
]


@pytest.mark.parametrize(("code", "error"), [row[1:] for row in ROWS], ids=[r[0] for r in ROWS])
def test_every_code_of_a_fault_table_is_known(code: str, error: type[SyncError]) -> None:
    known = {*REASONS, *RUN_CODES} if issubclass(error, RunError) else {*REASONS, *SIGNALS}
    assert code in known


def test_what_is_not_in_the_catalogue_is_in_a_table() -> None:
    assert {*RUN_CODES, *SIGNALS} - {code for _, code, _ in ROWS} == set()
    assert not {*RUN_CODES, *SIGNALS} & set(REASONS)


@pytest.mark.parametrize("element", ["", "DocNumber"])
def test_a_number_in_use_is_named_and_tried_again_every_six_hours(element: str) -> None:
    told = quickbooks.judge(
        quickbooks.problem_in(
            fault(
                "6140", "Duplicate Document Number Error",
                "DocNumber=18696 is assigned to TxnType=Invoice with TxnId=6575", element=element,
            )["Fault"]
        ),
        op="create",
    )  # fmt: skip
    assert isinstance(told, RecordRejected)
    assert (told.code, told.field, told.existing_id) == ("number_in_use", "DocNumber", "6575")
    assert told.value == "18696"
    reason = REASONS[told.code]
    assert (reason.category, reason.retry) == (Category.DUPLICATE, Retry.CURED_ELSEWHERE)
    explanation, remedy = explain(
        told.code, {"side": "QuickBooks", "value": "18696", "detail": told.detail}
    )
    assert "the number 18696" in explanation
    assert "another number than 18696" in remedy
