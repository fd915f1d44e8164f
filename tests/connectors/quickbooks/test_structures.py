"""Lines keep their digits on the way up and down; what is the server's own is not sent back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.connectors import jsontext
from syncapp.connectors.base import WriteItem
from syncapp.connectors.quickbooks.markers import MAX_NOTE, holds, marked, marker_in
from syncapp.connectors.quickbooks.records import to_body, to_record
from syncapp.connectors.quickbooks.structures import as_sent
from syncapp.core.errors import RecordRejected

_AMOUNTS = st.decimals(-(10**9), 10**9, places=5)


@given(st.lists(st.tuples(_AMOUNTS, _AMOUNTS), max_size=4))
def test_numbers_come_back_to_the_digit(amounts: list[tuple[Decimal, Decimal]]) -> None:
    lines: list[dict[str, Any]] = [
        {"Id": str(n), "Amount": amount, "SalesItemLineDetail": {"Qty": quantity}}
        for n, (amount, quantity) in enumerate(amounts)
    ]
    told = jsontext.parse(jsontext.write({"Id": "1", "Line": lines}))
    record = to_record("Invoice", told)
    body = to_body(WriteItem("i", {"Line": record.get("Line")}), {})
    assert jsontext.parse(jsontext.write(body)) == jsontext.parse(jsontext.write({"Line": lines}))


def test_ids_stay_text_and_the_servers_own_parts_are_left_out() -> None:
    line = {
        "Id": "1",
        "Amount": "5.00",
        "LinkedTxn": [{"TxnId": "7", "TxnType": "Invoice"}],
        "LineEx": {"any": []},
    }
    subtotal = {"Amount": "5.00", "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    (sent,) = as_sent([line, subtotal])  # type: ignore[misc]
    assert sent == {
        "Id": "1",
        "Amount": Decimal("5.00"),
        "LinkedTxn": [{"TxnId": "7", "TxnType": "Invoice"}],
    }


@pytest.mark.parametrize("amount", ["", "five", "NaN", "Infinity"])
def test_what_is_no_number_is_refused(amount: str) -> None:
    with pytest.raises(RecordRejected) as caught:
        as_sent([{"Amount": amount}])
    assert caught.value.field == "Amount"


@given(st.text(max_size=30), st.integers(1, 300))
def test_a_marker_survives_any_note(note: str, times: int) -> None:
    marker = "HS:24680135:invoices:512"
    after = marked(note * times, marker)
    assert len(after) <= MAX_NOTE
    assert holds(after, marker)
    assert marker_in(after) == marker
    assert marked(after, marker) == after
