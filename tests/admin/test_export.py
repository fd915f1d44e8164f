"""Exports: the filtered list, chosen columns, three formats, safe in a spreadsheet (S32)."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from syncapp.models import AccountPair, Export, Mail, Notification, RecordLink
from syncapp.services import export_files, exports, people, preferences, retention
from syncapp.services.records import RecordChoice
from tests.admin.conftest import signed_in
from tests.proves import proves
from tests.world import World

EXPORT = "admin:syncapp_recordlink_export"
MADE = "admin:syncapp_recordlink_made"
FILE = "admin:syncapp_recordlink_file"
ALL = "admin:syncapp_recordlink_exports"
NASTY = '=HYPERLINK("http://evil.example","x")'


@pytest.fixture
def listed(world: World) -> World:
    definition = world.sync()
    now = world.env.clock.now()
    for number, label, state, code, amount, currency in (
        (1, NASTY, "failing", "no_name", Decimal("-1234.50"), "USD"),
        (2, "Jürgen Müßig, “Jr”", "in_sync", "", None, ""),
        (90071992547409931, "@cmd", "excluded", "no_email", Decimal(900), "JPY"),
    ):
        RecordLink.objects.create(
            definition=definition, origin="hubspot", hubspot_id=str(number), label=label,
            state=state, code=code, created_at=now, updated_at=now,
            amount=amount, currency=currency, document_date=date(2026, 3, 1) if amount else None,
        )  # fmt: skip
    return world


def chosen(*columns: str, format: str = "0") -> dict[str, str]:
    ticks = {f"recordresource_{name}": "on" for name in columns}
    return {"format": format, "resource": "0", **ticks}


def made(client: Client, answer: Any) -> Export:
    """The export that a post of the form asked for; tests' workers have made it at once."""
    assert answer.status_code == 302
    export = Export.objects.order_by("-pk")[0]
    assert answer.headers["Location"] == reverse(MADE, args=[export.pk])
    return export


def body(client: Client, answer: Any) -> bytes:
    """The file that a post of the form led to."""
    file = client.get(reverse(FILE, args=[made(client, answer).pk]))
    assert file.status_code == 200
    return b"".join(file.streaming_content)


def head(filter_words: str) -> dict[str, str]:
    pair = AccountPair.objects.get()
    return {"Account pair": str(pair), "Filter": filter_words,
            "Made at": "2026-11-02T00:00:00+00:00", "Made by": "oscar"}  # fmt: skip


@proves("S32")
def test_a_csv_holds_the_filtered_list_with_the_chosen_columns(
    listed: World, operator: Client
) -> None:
    address = f"{reverse(EXPORT)}?state=failing"
    answer = operator.post(address, chosen("label", "hubspot_id", "state"))
    rows = list(csv.reader(io.StringIO(body(operator, answer).decode("utf-8-sig"))))
    named = head("State: Failing")
    named["Made at"] = rows[2][1]
    assert datetime.fromisoformat(rows[2][1]) >= listed.env.clock.now()
    assert rows == [
        *([name, text] for name, text in named.items()),
        [],
        ["Record", "State", "HubSpot id"],
        [f"'{NASTY}", "Failing", "1"],
    ]
    file = operator.get(reverse(FILE, args=[Export.objects.get().pk]))
    assert file.headers["Content-Disposition"].startswith('attachment; filename="tandem-records-20')


def test_an_xlsx_holds_numbers_and_days_as_such_ids_as_text_and_no_formula(
    listed: World, operator: Client
) -> None:
    columns = ("label", "hubspot_id", "amount", "currency", "document_date")
    answer = operator.post(reverse(EXPORT), chosen(*columns, format="1"))
    sheet = load_workbook(io.BytesIO(body(operator, answer))).active
    rows = [[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows(min_row=6)]
    day = (datetime(2026, 3, 1), "d")  # noqa: DTZ001 # a day as a spreadsheet holds it
    assert rows == [
        [("Record", "s"), ("Document date", "s"), ("Amount", "s"), ("Currency", "s"),
         ("HubSpot id", "s")],
        [(f"'{NASTY}", "s"), day, (-1234.5, "n"), ("USD", "s"), ("1", "s")],
        [("Jürgen Müßig, “Jr”", "s"), (None, "n"), (None, "n"), (None, "inlineStr"),
         ("2", "s")],
        [("'@cmd", "s"), day, (900, "n"), ("JPY", "s"), ("90071992547409931", "s")],
    ]  # fmt: skip
    assert sheet["B7"].number_format == "yyyy-mm-dd"
    assert sheet.freeze_panes == "A7"


def test_a_csv_holds_amounts_as_plain_numbers_with_their_currency_beside(
    listed: World, operator: Client
) -> None:
    answer = operator.post(reverse(EXPORT), chosen("amount", "currency", "document_date"))
    rows = list(csv.reader(io.StringIO(body(operator, answer).decode("utf-8-sig"))))
    assert rows[5:] == [
        ["Document date", "Amount", "Currency"],
        ["2026-03-01", "-1234.50", "USD"],
        ["", "", ""],
        ["2026-03-01", "900", "JPY"],
    ]


def test_json_is_left_as_it_is(listed: World, operator: Client) -> None:
    answer = operator.post(reverse(EXPORT), chosen("label", "amount", "code", format="2"))
    told = json.loads(body(operator, answer))
    assert told.pop("Made at")
    assert told == {
        **{name: text for name, text in head("All records").items() if name != "Made at"},
        "records": [
            {"Record": NASTY, "Reason code": "no_name", "Amount": -1234.50},
            {"Record": "Jürgen Müßig, “Jr”", "Reason code": "", "Amount": None},
            {"Record": "@cmd", "Reason code": "no_email", "Amount": 900},
        ],
    }


def test_the_page_says_how_many_and_offers_the_columns(listed: World, operator: Client) -> None:
    shown = operator.get(f"{reverse(EXPORT)}?state=failing").content.decode()
    assert "Export 1 record" in shown
    assert "State: Failing" in shown
    assert 'name="recordresource_quickbooks_id"' in shown


def test_the_columns_of_the_list_are_ticked(listed: World, operator: Client) -> None:
    operator.post(reverse("admin:syncapp_recordlink_columns"), {"column": ["email", "record"]})
    shown = operator.get(reverse(EXPORT)).content.decode()
    ticked = re.findall(r'name="recordresource_(\w+)" checked', shown)
    assert ticked == ["label", "currency", "email"]


def test_without_a_column_nothing_is_exported(listed: World, operator: Client) -> None:
    answer = operator.post(reverse(EXPORT), chosen())
    assert "Select at least 1 field" in answer.content.decode()
    assert not Export.objects.exists()


def test_selected_records_go_to_the_export_page(listed: World, operator: Client) -> None:
    link = RecordLink.objects.get(state="in_sync")
    answer = operator.post(
        reverse("admin:syncapp_recordlink_changelist"),
        {"action": "export_records", "_selected_action": [link.pk]},
    )
    exported = operator.post(answer.headers["Location"], chosen("label", format="2"))
    told = json.loads(body(operator, exported))
    assert told["records"] == [{"Record": "Jürgen Müßig, “Jr”"}]
    assert told["Filter"] == "Chosen one by one: 1"


@proves("S32")
def test_the_person_is_told_here_and_by_mail_and_nobody_else_gets_the_file(
    listed: World, operator: Client, settings: Any
) -> None:
    User.objects.filter(username="oscar").update(email="oscar@example.com")
    export = made(operator, operator.post(reverse(EXPORT), chosen("label", "hubspot_id")))
    page, file = (reverse(name, args=[export.pk]) for name in (MADE, FILE))
    assert (export.state, export.done_count, export.total_count) == ("ready", 3, 3)
    told = Notification.objects.get()
    assert (told.text, told.url) == (
        "Your export of 3 records is ready. The file is kept for 7 days.",
        page,
    )
    mail = Mail.objects.get()
    assert mail.address == "oscar@example.com"
    assert f"{settings.PUBLIC_URL}{page}" in mail.text
    assert "kept for 7 days" in mail.text
    assert operator.get(file).status_code == 200
    assert "Only you can download it" in operator.get(page).content.decode()
    for other, status in (
        (signed_in("olga", "operator"), 404), (signed_in("vera", "viewer"), 403), (Client(), 302),
    ):  # fmt: skip
        assert [other.get(url).status_code for url in (page, file)] == [status, status]


def test_the_page_tells_how_far_it_is(listed: World, operator: Client) -> None:
    export = Export.objects.create(
        user=User.objects.get(username="oscar"), format="csv", state="running",
        done_count=500, total_count=2000, requested_at=listed.env.clock.now(),
        choice={"records": RecordChoice().as_json()},
    )  # fmt: skip
    address = f"{reverse(MADE, args=[export.pk])}?part=progress"
    shown = operator.get(address).content.decode()
    assert "500 of 2,000 records written" in shown
    assert "width: 25%" in shown
    assert "hx-trigger" in shown
    Export.objects.update(state="failed", error="Disk full.")
    shown = operator.get(address).content.decode()
    assert "Disk full." in shown
    assert "hx-trigger" not in shown


def test_a_file_that_is_past_its_time_is_gone_and_the_page_says_so(
    listed: World, operator: Client
) -> None:
    export = made(operator, operator.post(reverse(EXPORT), chosen("label")))
    path = Path(settings.EXPORTS_DIR) / export.file
    assert path.exists()
    listed.clock.advance(7 * 86400 + 60)
    answer = operator.get(reverse(FILE, args=[export.pk]), follow=True)
    assert "This file is not kept any more." in answer.content.decode()
    assert retention.prune(env=listed.env)["exports"] >= 1
    assert not path.exists()
    shown = operator.get(reverse(MADE, args=[export.pk])).content.decode()
    assert "This file is not kept any more." in shown
    assert "Expired" in operator.get(reverse(ALL)).content.decode()


def test_a_killed_worker_s_export_is_begun_again_and_a_lively_one_s_is_not(
    listed: World, operator: Client
) -> None:
    now = listed.env.clock.now()
    export = Export.objects.create(
        user=User.objects.get(username="oscar"), format="json", state="running",
        columns=["label"], choice={"records": RecordChoice().as_json(), "words": ""},
        requested_at=now, beat_at=now,
    )  # fmt: skip
    assert exports.waiting(now=now) == []
    exports.carry_out(export.pk, url="/x/", env=listed.env)
    assert not Notification.objects.exists()
    listed.clock.advance(301)
    assert exports.waiting(now=listed.env.clock.now()) == [export.pk]
    exports.carry_out(export.pk, url="/x/", env=listed.env)
    export.refresh_from_db()
    assert (export.state, export.done_count) == ("ready", 3)


def test_who_lost_the_permission_gets_no_file(listed: World, operator: Client) -> None:
    user = User.objects.get(username="oscar")
    export = exports.request(
        user=user, choice=RecordChoice(), filter_words="", format="csv", columns=["label"],
        now=listed.env.clock.now(),
    )  # fmt: skip
    user.groups.clear()
    exports.carry_out(export.pk, url="/x/", env=listed.env)
    export.refresh_from_db()
    assert (export.state, export.file) == ("failed", "")


def test_a_failed_export_leaves_no_file(listed: World, tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    links = RecordLink.objects.all()
    with pytest.raises(exports.ExportFailed, match="Unknown column “nonsense”"):
        exports.write_records(links, exports.Target(path, "csv"), columns=["nonsense"])
    with pytest.raises(exports.ExportFailed, match="Unknown format “pdf”"):
        exports.write_records(links, exports.Target(path, "pdf"))
    assert list(tmp_path.iterdir()) == []


def test_rows_come_in_the_order_of_their_ids_whatever_the_chunk(
    listed: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_files, "CHUNK", 2)
    path = tmp_path / "records.json"
    seen: list[int] = []
    links = RecordLink.objects.order_by("-pk")
    target = exports.Target(path, "json", progress=seen.append)
    count = exports.write_records(links, target, columns=["hubspot_id"])
    assert (count, seen) == (3, [2, 3])
    assert json.loads(path.read_text(encoding="utf-8")) == [
        {"HubSpot id": "1"}, {"HubSpot id": "2"}, {"HubSpot id": "90071992547409931"},
    ]  # fmt: skip


@proves("B17", "S32")
def test_the_list_of_exports_says_the_filter_in_the_language_it_is_read_in(
    listed: World, operator: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(10):
        made(operator, operator.post(f"{reverse(EXPORT)}?state=failing", chosen("label")))
    assert "State: Failing" in operator.get(reverse(ALL)).content.decode()
    oscar = User.objects.get(username="oscar")
    preferences.save(user=oscar, name=people.LANGUAGE, value="pt-br")
    with django_assert_max_num_queries(30):
        told = operator.get(reverse(ALL)).content.decode()
    assert "Situação: Com falha" in told

    assert "Failing" not in told
    file = body(operator, operator.post(f"{reverse(EXPORT)}?state=failing", chosen("state")))
    assert "Situação\r\nCom falha\r\n" in file.decode("utf-8-sig")
