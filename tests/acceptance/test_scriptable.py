"""The commands as scripts see them: exit codes, JSON of one shape, files that agree with it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.acceptance.harness import Installation, Simulator, by_state
from tests.acceptance.people import Books, Portal

pytestmark = pytest.mark.slow

HEADERS = {
    "Record",
    "State",
    "Reason",
    "Remedy",
    "Reason code",
    "HubSpot id",
    "QuickBooks id",
    "E-mail",
}


def enter(portal: Portal, books: Books) -> None:
    """Nine contacts and six customers: something for every figure."""
    portal.add(
        [
            *({"email": f"same{n}@example.com", "firstname": f"S{n}"} for n in range(3)),
            *({"email": f"new{n}@example.com", "firstname": f"N{n}"} for n in range(2)),
            {"email": "formula@example.com", "firstname": "=1+1"},
            {"email": "taken@example.com", "firstname": "Taken"},
            {"firstname": "Nobody"},
            {"email": "colon@example.com", "firstname": "A:B"},
        ]
    )
    books.add(
        [
            books.customer("Same 0", "same0@example.com", GivenName="S0"),
            books.customer("Same 1", "same1@example.com", GivenName="Changed"),
            books.customer("Same 2", "same2@example.com"),
            books.customer("Taken", "other@example.com"),
            books.customer("Twin 1", "twin@example.com"),
            books.customer("Twin 2", "twin@example.com"),
        ]
    )


def test_a_rehearsal_writes_nothing_and_the_run_does_what_it_said(
    tandem: Installation,
    hubspot: Simulator,
    quickbooks: Simulator,
    portal: Portal,
    books: Books,
    tmp_path: Path,
) -> None:
    enter(portal, books)
    tandem.connect_and_activate(hubspot, quickbooks)
    vendors = (hubspot, quickbooks)
    before = [one.ask("GET", "ledger")["entries"] for one in vendors]
    contacts, customers = portal.all(), books.all()
    rehearsed, *shown = tandem.manage_several(
        ("rehearse", "contacts", "--json"), ("rehearse",), ("sync_status",)
    )
    said = rehearsed.json
    assert [one.ask("GET", "ledger")["entries"] for one in vendors] == before
    assert (portal.all(), books.all()) == (contacts, customers)
    assert all(one.code == 0 and one.out for one in shown)
    assert "Nothing has been written" in shown[0].out
    assert (said["link"], said["create"], said["update"]) == (
        3,
        {"hubspot": 1, "quickbooks": 3},
        {"hubspot": 1, "quickbooks": 1},
    )
    assert said["excluded"] == {"no_email": 1}
    assert said["failing"] == {"ambiguous_match": 2, "invalid_name": 1, "name_in_use": 1}

    run, status, *exports = tandem.manage_several(
        ("run_sync", "--json"),
        ("sync_status", "--json"),
        *(export(tmp_path, format) for format in ("csv", "xlsx", "json")),
        export(tmp_path, "csv", "--state", "failing", "--account-pair", "1", name="failing"),
        export(tmp_path / "nowhere", "csv"),
    )
    check_run(run.json, said)
    check_status(status.json)
    check_exports(tmp_path, status.json["objects"][0]["records"], exports)


def export(folder: Path, format: str, *words: str, name: str = "all") -> tuple[str, ...]:
    """The arguments of an export."""
    file = str(folder / f"{name}.{format}")
    return ("export_records", "--object", "contacts", "--format", format, "--out", file, *words)


def check_run(ran: dict[str, Any], said: dict[str, Any]) -> None:
    """The shape of ``run_sync --json``, and the figures the rehearsal promised."""
    assert set(ran) == {
        *("created", "updated", "linked", "excluded", "failing", "waiting"),
        *("api_calls", "seconds", "open_writes"),
    }
    assert ran["created"] == said["create"]
    assert ran["updated"] == said["update"]
    assert ran["linked"] == said["link"]
    assert ran["excluded"] == sum(said["excluded"].values())
    assert ran["failing"] == sum(said["failing"].values())
    assert (ran["waiting"], ran["open_writes"]) == (0, [])
    assert set(ran["api_calls"]) == {"hubspot", "quickbooks"}
    assert all(isinstance(n, int) and n > 0 for n in ran["api_calls"].values())
    assert ran["seconds"] > 0


def check_status(told: dict[str, Any]) -> None:
    """The shape of ``sync_status --json``."""
    (found,) = told["objects"]
    assert (found["object"], found["direction"]) == ("contacts", "both")
    records = found["records"]
    assert by_state(records) == {name: found[name] for name in by_state([])}
    assert by_state(records) == {"in_sync": 7, "waiting": 0, "failing": 4, "excluded": 1}
    for record in records:
        assert set(record) == {
            *("hubspot_id", "quickbooks_id", "label", "state"),
            *("category", "code", "explanation", "remedy", "failed_call"),
        }
        reasons = [record[name] for name in ("category", "code", "explanation", "remedy")]
        assert all(r is None for r in reasons) if record["state"] == "in_sync" else all(reasons)


def check_exports(folder: Path, records: list[dict[str, Any]], results: list[Any]) -> None:
    """Each file holds exactly the records of the status."""
    *written, nowhere = results
    assert [one.code for one in written] == [0, 0, 0, 0]
    assert nowhere.code == 2
    assert "cannot be written" in nowhere.refusal
    expected = sorted(
        (r["hubspot_id"] or "", r["quickbooks_id"] or "", r["code"] or "") for r in records
    )
    with (folder / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        from_csv = list(csv.DictReader(file))
    sheet = load_workbook(folder / "all.xlsx", read_only=True).worksheets[0]
    header, *body = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    from_xlsx = [dict(zip(header, row, strict=True)) for row in body]
    from_json = json.loads((folder / "all.json").read_text(encoding="utf-8"))
    for rows in (from_csv, from_xlsx, from_json):
        assert set(rows[0]) >= HEADERS
        ids = sorted((r["HubSpot id"], r["QuickBooks id"], r["Reason code"]) for r in rows)
        assert ids == expected
    # A name that a spreadsheet would run as a formula is shown as text.
    assert {"=1+1"} & {r["Record"] for r in from_json}
    assert not any(cell.startswith("=") for r in (*from_csv, *from_xlsx) for cell in r.values())
    with (folder / "failing.csv").open(encoding="utf-8-sig", newline="") as file:
        failing = sorted(row["Reason code"] for row in csv.DictReader(file))
    assert failing == ["ambiguous_match", "ambiguous_match", "invalid_name", "name_in_use"]
