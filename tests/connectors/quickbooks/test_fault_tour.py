"""Each fault row as an item of a batch: what a writer gets, with the others untouched."""

from __future__ import annotations

import pytest

from syncapp.connectors.base import Op, Refused, WriteBatch, WriteItem, Written
from syncapp.connectors.quickbooks.errors import FAULTS, Fault
from syncapp.core.errors import RecordError, RecordRejected
from tests.connectors.fakes import FakeHttp, answer
from tests.connectors.quickbooks.bodies import fault
from tests.connectors.quickbooks.conftest import Connect
from tests.connectors.quickbooks.test_errors import ERRORS


@pytest.mark.parametrize("row", FAULTS, ids=lambda row: row.label)
def test_a_row_hits_its_item_alone_and_nothing_is_sent_twice(row: Fault, connect: Connect) -> None:
    detail, error, code = ERRORS[row.label]
    told = fault(row.code, "Message", detail, element=row.element)["Fault"]
    invoice = {"Id": "7", "SyncToken": "1", "TotalAmt": 5}
    http = FakeHttp(
        answer(
            {
                "BatchItemResponse": [
                    {"bId": "good", "Invoice": invoice},
                    {"bId": "bad", "Fault": told},
                ]
            }
        )
    )
    op = Op.CREATE if row.on == "create" else Op.UPDATE
    items = tuple(
        WriteItem(key, {"PrivateNote": "x"}, record_id=key, version="0") for key in ("bad", "good")
    )
    bad, good = connect(http).write(WriteBatch("Invoice", op, items, "r" * 32))
    assert isinstance(good, Written)
    assert isinstance(bad, Refused)
    expected = error if issubclass(error, RecordError) else RecordRejected
    assert (type(bad.error), bad.error.code) == (expected, code)
    assert len(http.requests) == 1
