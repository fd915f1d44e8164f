"""Documents listed by their date: whole months of a zone, pages and edges (B3, ENGINE 4)."""

from __future__ import annotations

from datetime import date
from typing import Any, cast
from zoneinfo import ZoneInfo

from syncapp.connectors.base import DatingConnector, Op, WriteBatch, WriteItem, Written
from syncapp.core.ports import Env
from tests.connectors.simulated.conftest import (
    REALM,
    Simulator,
    connect_hubspot,
    connect_quickbooks,
)

OCTOBER: dict[str, Any] = {"first": date(2026, 10, 1), "last": date(2026, 10, 31)}


def invoices(side: Any, days: list[str]) -> list[str]:
    ids = []
    for at in range(0, len(days), 100):
        batch = tuple(
            WriteItem(
                f"i{n}", {"hs_currency": "USD", "hs_invoice_date": day}, marker=f"9:Invoice:{n}"
            )
            for n, day in enumerate(days[at : at + 100], at)
        )
        told = side.write(WriteBatch("invoices", Op.CREATE, batch, f"{at:032x}"))
        ids += [one.record.ref.id for one in told if isinstance(one, Written)]
    assert len(ids) == len(days)
    return ids


def test_hubspot_lists_a_month_of_the_company_page_by_page(crm: Simulator, env: Env) -> None:
    crm.control("POST", "settings", {"search_lag": 0})
    side = connect_hubspot(crm, env)
    side.prepare("invoices")
    days = [f"2026-10-{1 + n % 31:02d}T15:00:00Z" for n in range(430)]
    edges = {
        "2026-10-01T02:59:59Z": False, "2026-10-01T03:00:00Z": True,
        "2026-11-01T02:59:59Z": True, "2026-11-01T03:00:00Z": False,
    }  # fmt: skip
    ids = invoices(side, [*days, *edges])
    before = side.calls
    found = cast("DatingConnector", side).dated(
        "invoices", by="hs_invoice_date", where=ZoneInfo("America/Sao_Paulo"),
        fields=("hs_currency",), **OCTOBER,
    )  # fmt: skip
    expected = {one for one, inside in zip(ids[430:], edges.values(), strict=True) if inside}
    assert {one.ref.id for one in found} == {*ids[:430], *expected}
    assert len(found) == 432
    assert {one.get("hs_currency") for one in found} == {"USD"}
    assert side.calls - before == 3 + 5  # pages of 200 ids, then reads of 100 records


def test_quickbooks_lists_plain_dates_whatever_the_zone(books: Simulator, env: Env) -> None:
    path = f"/v3/company/{REALM}"
    buyer = books.call("POST", f"{path}/customer", {"DisplayName": "Ann"})["Customer"]["Id"]
    query = f"{path}/query?query=SELECT * FROM Account WHERE AccountType = 'Income' MAXRESULTS 1"
    account = books.call("GET", query)["QueryResponse"]["Account"][0]["Id"]
    item = books.call(
        "POST", f"{path}/item",
        {"Name": "Hour", "Type": "Service", "IncomeAccountRef": {"value": account}},
    )["Item"]["Id"]  # fmt: skip
    detail = {"ItemRef": {"value": item}}
    line = {"DetailType": "SalesItemLineDetail", "Amount": 5, "SalesItemLineDetail": detail}
    made = {}
    for day in ("2026-09-30", "2026-10-01", "2026-10-31", "2026-11-01"):
        body = {"CustomerRef": {"value": buyer}, "Line": [line], "TxnDate": day}
        made[day] = books.call("POST", f"{path}/invoice", body)["Invoice"]["Id"]
    side = connect_quickbooks(books, env)
    found = cast("DatingConnector", side).dated(
        "Invoice", by="TxnDate", where=ZoneInfo("Pacific/Auckland"), fields=(), **OCTOBER
    )
    assert {one.ref.id for one in found} == {made["2026-10-01"], made["2026-10-31"]}
