"""QuickBooks' bodies, as apis/quickbooks.md gives them."""

from __future__ import annotations

from typing import Any

TIME = "2026-11-22T03:59:58.512-08:00"
ROOT = "/v3/company/9130"


def customer(record_id: int | str, **more: Any) -> dict[str, Any]:
    return {
        "domain": "QBO",
        "sparse": False,
        "Id": str(record_id),
        "SyncToken": "0",
        "MetaData": {
            "CreateTime": "2026-01-01T00:00:00-08:00",
            "LastUpdatedTime": "2026-11-01T00:00:00-07:00",
        },
        "DisplayName": f"Customer {record_id}",
        "Active": True,
        **more,
    }


def rows(*customers: Any) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if customers:
        told = {"Customer": list(customers), "startPosition": 1, "maxResults": len(customers)}
    return {"QueryResponse": told, "time": TIME}


def fault(
    code: str, message: str = "Message", detail: str = "Detail", **more: Any
) -> dict[str, Any]:
    kind = more.pop("type", "ValidationFault")
    error = {"Message": message, "Detail": detail, "code": code, **more}
    return {"Fault": {"Error": [error], "type": kind}, "time": TIME}


def gateway(code: str, message: str, detail: str | None = None) -> dict[str, Any]:
    """The gateway's own envelope: lower case, other keys."""
    error = {"message": message, "detail": detail, "code": code, "element": None}
    return {
        "warnings": None,
        "intuitObject": None,
        "fault": {"error": [error], "type": "AUTHENTICATION"},
        "queryResponse": None,
        "requestId": None,
        "time": 1601391072830,
    }


def cdc(*groups: Any) -> dict[str, Any]:
    return {"CDCResponse": [{"QueryResponse": list(groups)}], "time": TIME}
