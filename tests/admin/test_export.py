"""Exports: the filtered list, chosen columns, three formats, safe in a spreadsheet (S32)."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from syncapp.models import Notification, RecordLink
from syncapp.services import exports
from tests.admin.conftest import signed_in
from tests.world import World

EXPORT = "admin:syncapp_recordlink_export"
NASTY = '=HYPERLINK("http://evil.example","x")'


@pytest.fixture
def listed(world: World) -> World:
    definition = world.sync()
    now = world.env.clock.now()
    for number, label, state, code in (
        (1, NASTY, "failing", "no_name"),
        (2, "Jürgen Müßig, “Jr”", "in_sync", ""),
        (90071992547409931, "@cmd", "excluded", "no_email"),
    ):
        RecordLink.objects.create(
            definition=definition, origin="hubspot", hubspot_id=str(number), label=label,
            state=state, code=code, created_at=now, updated_at=now,
            hubspot_seen={"email": f"p{number}@example.com"},
        )  # fmt: skip
    return world


def chosen(*columns: str, format: str = "0") -> dict[str, str]:
    ticks = {f"recordresource_{name}": "on" for name in columns}
    return {"format": format, "resource": "0", **ticks}


def body(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_a_csv_holds_the_filtered_list_with_the_chosen_columns(
    listed: World, operator: Client
) -> None:
    address = f"{reverse(EXPORT)}?state=failing"
    answer = operator.post(address, chosen("label", "hubspot_id", "state"))
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="tandem-records')
    rows = list(csv.reader(io.StringIO(body(answer).decode("utf-8-sig"))))
    assert rows == [["Record", "State", "HubSpot id"], [f"'{NASTY}", "Failing", "1"]]


def test_an_xlsx_holds_ids_as_text_and_no_formula(listed: World, operator: Client) -> None:
    answer = operator.post(reverse(EXPORT), chosen("label", "hubspot_id", format="1"))
    sheet = load_workbook(io.BytesIO(body(answer))).active
    rows = [[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows()]
    assert rows == [
        [("Record", "s"), ("HubSpot id", "s")],
        [(f"'{NASTY}", "s"), ("1", "s")],
        [("Jürgen Müßig, “Jr”", "s"), ("2", "s")],
        [("'@cmd", "s"), ("90071992547409931", "s")],
    ]


def test_json_is_left_as_it_is(listed: World, operator: Client) -> None:
    answer = operator.post(reverse(EXPORT), chosen("label", "email", "code", format="2"))
    assert json.loads(body(answer)) == [
        {"Record": NASTY, "Reason code": "no_name", "E-mail": "p1@example.com"},
        {"Record": "Jürgen Müßig, “Jr”", "Reason code": "", "E-mail": "p2@example.com"},
        {"Record": "@cmd", "Reason code": "no_email",
         "E-mail": "p90071992547409931@example.com"},
    ]  # fmt: skip


def test_the_page_says_how_many_and_offers_the_columns(listed: World, operator: Client) -> None:
    shown = operator.get(f"{reverse(EXPORT)}?state=failing").content.decode()
    assert "Export 1 record" in shown
    assert 'name="recordresource_quickbooks_id"' in shown


def test_without_a_column_nothing_is_exported(listed: World, operator: Client) -> None:
    answer = operator.post(reverse(EXPORT), chosen())
    assert "Select at least 1 field" in answer.content.decode()


def test_selected_records_go_to_the_export_page(listed: World, operator: Client) -> None:
    link = RecordLink.objects.get(state="in_sync")
    answer = operator.post(
        reverse("admin:syncapp_recordlink_changelist"),
        {"action": "export_records", "_selected_action": [link.pk], "index": "0"},
    )
    exported = operator.post(answer.headers["Location"], chosen("label", format="2"))
    assert json.loads(body(exported)) == [{"Record": "Jürgen Müßig, “Jr”"}]


def test_a_long_list_is_exported_in_the_background(
    listed: World, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "INLINE_ROWS", 1)
    monkeypatch.setattr(exports, "CHUNK", 1)
    answer = operator.post(
        f"{reverse(EXPORT)}?q=J%C3%BCrgen", chosen("label", format="2"), follow=True
    )
    assert json.loads(body(answer)) == [{"Record": "Jürgen Müßig, “Jr”"}]  # one row: at once
    answer = operator.post(reverse(EXPORT), chosen("label", "hubspot_id"), follow=True)
    assert "made in the background" in answer.content.decode()
    told = Notification.objects.get()
    assert told.text == "Your export of 3 records is ready."
    rows = list(csv.reader(io.StringIO(body(operator.get(told.url)).decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == ["1", "2", "90071992547409931"]
    assert signed_in("olga", "operator").get(told.url).status_code == 404
    assert signed_in("vera", "viewer").get(told.url).status_code == 403


@pytest.mark.parametrize("name", ["..", "1-x-records.csv", "secret.csv"])
def test_only_exports_can_be_downloaded(listed: World, operator: Client, name: str) -> None:
    address = reverse("admin:syncapp_recordlink_download", args=["x"]).replace("/x/", f"/{name}/")
    assert operator.get(address).status_code == 404


def test_a_failed_export_leaves_no_file(listed: World, tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    links = RecordLink.objects.all()
    with pytest.raises(exports.ExportFailed, match="Unknown column “nonsense”"):
        exports.write_records(links, format="csv", path=path, columns=["nonsense"])
    with pytest.raises(exports.ExportFailed, match="Unknown format “pdf”"):
        exports.write_records(links, format="pdf", path=path)
    assert list(tmp_path.iterdir()) == []


def test_rows_come_in_the_order_of_their_ids_whatever_the_chunk(
    listed: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "CHUNK", 2)
    path = tmp_path / "records.json"
    links = RecordLink.objects.order_by("-pk")
    assert exports.write_records(links, format="json", path=path, columns=["hubspot_id"]) == 3
    assert json.loads(path.read_text(encoding="utf-8")) == [
        {"HubSpot id": "1"}, {"HubSpot id": "2"}, {"HubSpot id": "90071992547409931"},
    ]  # fmt: skip
