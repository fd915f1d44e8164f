"""Short words for the objects the tests of transactions need."""

from __future__ import annotations

from typing import Any

SALE = "SalesItemLineDetail"


def line(amount: Any = None, item: str = "1", **detail: Any) -> dict[str, Any]:
    """A sales line; ``Qty``, ``UnitPrice``, ``tax`` go into the detail, other names beside it."""
    beside = {n: detail.pop(n) for n in ("Id", "LineNum", "Description") if n in detail}
    if "tax" in detail:
        detail["TaxCodeRef"] = {"value": detail.pop("tax")}
    body = {**beside, "DetailType": SALE, SALE: {"ItemRef": {"value": item}, **detail}}
    return body if amount is None else {**body, "Amount": amount}


def discount(**detail: Any) -> dict[str, Any]:
    """A discount line, by ``percent`` or ``amount``."""
    if "percent" in detail:
        inner = {"PercentBased": True, "DiscountPercent": detail["percent"]}
        return {"DetailType": "DiscountLineDetail", "DiscountLineDetail": inner}
    inner = {"PercentBased": False}
    return {
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": inner,
        **({"Amount": detail["amount"]} if "amount" in detail else {}),
    }


def invoice(*lines: dict[str, Any], customer: str = "1", **more: Any) -> dict[str, Any]:
    """The body of a sale."""
    return {"CustomerRef": {"value": customer}, "Line": list(lines or [line(100)]), **more}


def payment(total: Any, *shares: tuple[Any, str, str], customer: str = "1", **more: Any) -> Any:
    """The body of a payment; a share is ``(amount, kind, id)``."""
    lines = [
        {"Amount": amount, "LinkedTxn": [{"TxnId": txn_id, "TxnType": kind}]}
        for amount, kind, txn_id in shares
    ]
    body: dict[str, Any] = {"CustomerRef": {"value": customer}, "TotalAmt": total, **more}
    return {**body, "Line": lines} if shares else body


def switch(books: Any, section: str, **values: Any) -> None:
    """Change Preferences, as a person does."""
    held = books.get("preferences")["Preferences"]
    body = {"Id": "1", "SyncToken": held["SyncToken"], section: values}
    assert "Preferences" in books.post("preferences", body)
