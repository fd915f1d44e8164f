"""A rehearsal's records as a file: made by a worker, told by bell and mail, asked for (B1, S32)."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from syncapp.models import Export, Mail, Notification, Rehearsal
from syncapp.services import exports, people, preferences
from tests.admin.conftest import signed_in
from tests.admin.test_wizard import ALL, page, url
from tests.proves import proves
from tests.world import World

MADE = "admin:syncapp_recordlink_made"


@pytest.fixture
def rehearsed(world: World, administrator: Client) -> Rehearsal:
    """A contact with a nasty name and a harmless one would be created in QuickBooks."""
    world.hubspot.add(email="evil@example.com", firstname="=1+1", lastname="Evil")
    world.hubspot.add(email="ada@example.com", firstname="Ada", lastname="Byron")
    page(administrator, url(world, "filters"), **ALL, go="next")
    return Rehearsal.objects.get()


def ask(client: Client, found: Rehearsal, format: str = "csv", **posted: str) -> Any:
    address = reverse("admin:syncapp_rehearsal_export", args=[found.pk, format])
    return client.post(address, posted)


def lines(client: Client, export: Export) -> list[list[str]]:
    answer = client.get(reverse("admin:syncapp_recordlink_file", args=[export.pk]))
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@proves("B1", "S32")
def test_a_worker_makes_the_file_and_the_person_is_told(
    rehearsed: Rehearsal, administrator: Client
) -> None:
    User.objects.filter(username="ada").update(email="ada@example.com")
    answer = ask(administrator, rehearsed, kind="create:quickbooks", q="evil")
    export = Export.objects.get()
    address = reverse(MADE, args=[export.pk])
    assert answer.headers["Location"] == address
    assert (export.state, export.done_count, export.total_count) == ("ready", 1, 1)
    assert Notification.objects.get().url == address
    assert f"{settings.PUBLIC_URL}{address}" in Mail.objects.get().text
    shown = administrator.get(address).content.decode()
    assert "New customers in QuickBooks, “evil”" in shown
    back = f"{reverse('admin:syncapp_rehearsal_records', args=[rehearsed.pk])}?kind="
    assert back in shown
    told = lines(administrator, export)
    assert [row[0] for row in told[:4]] == ["Account pair", "Filter", "Made at", "Made by"]
    (one,) = [dict(zip(told[5], row, strict=True)) for row in told[6:]]
    assert (one["Record"], one["E-mail"]) == ("'=1+1 Evil", "evil@example.com")


@proves("B1", "B17")
def test_the_file_and_the_list_of_exports_speak_the_readers_language(
    rehearsed: Rehearsal, administrator: Client
) -> None:
    ask(administrator, rehearsed, kind="create:quickbooks", q="evil")
    ada = User.objects.get(username="ada")
    preferences.save(user=ada, name=people.LANGUAGE, value="pt-br")
    shown = administrator.get(reverse("admin:syncapp_recordlink_exports")).content.decode()
    assert "Novos registros (clientes) no QuickBooks, “evil”" in shown
    ask(administrator, rehearsed, kind="create:quickbooks", q="evil")
    told = lines(administrator, Export.objects.order_by("-pk")[0])
    (one,) = [dict(zip(told[5], row, strict=True)) for row in told[6:]]
    assert one["Decisão"] == "Novos registros (clientes) no QuickBooks"
    assert one["Código da decisão"] == "create:quickbooks"


def test_all_of_it_and_in_each_format(rehearsed: Rehearsal, administrator: Client) -> None:
    for format in exports.FORMATS:
        ask(administrator, rehearsed, format)
        export = Export.objects.order_by("-pk")[0]
        assert (export.format, export.state, export.done_count) == (format, "ready", 2)
    assert ask(administrator, rehearsed, "exe").status_code == 404


def test_what_is_not_kept_any_more_is_said(
    world: World, rehearsed: Rehearsal, administrator: Client
) -> None:
    rehearsed.rows.all().delete()
    ask(administrator, rehearsed)
    export = Export.objects.get()
    assert (export.state, export.file) == ("failed", "")
    assert "not kept any more. Rehearse again" in export.error


@proves("S32")
def test_a_permission_of_its_own_is_asked_when_it_is_asked_for_and_when_it_is_made(
    world: World, rehearsed: Rehearsal
) -> None:
    erin = signed_in("erin", role="viewer")
    user = User.objects.get(username="erin")
    assert ask(erin, rehearsed).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="change_syncdefinition"))
    assert ask(erin, rehearsed).status_code == 403
    assert not Export.objects.exists()
    address = reverse("admin:syncapp_rehearsal_export", args=[rehearsed.pk, "csv"])
    assert signed_in("ann").get(address).status_code == 405
    user.user_permissions.add(Permission.objects.get(codename="export_recordlink"))
    made = exports.request_rehearsal(
        user=User.objects.get(pk=user.pk), rehearsal=rehearsed, kind="", search="",
        filter_words="", format="csv", now=world.env.clock.now() - timedelta(minutes=1),
    )  # fmt: skip
    user.user_permissions.remove(Permission.objects.get(codename="change_syncdefinition"))
    exports.carry_out(made.pk, url="/x/", env=world.env)
    made.refresh_from_db()
    assert (made.state, made.error) == ("failed", "You may not export records any more.")
