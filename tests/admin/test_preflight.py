"""The pre-flight page: its states, who may ask and confirm, and where else it shows (S3)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syncapp import tasks
from syncapp.core.preflight import CATALOGUE
from syncapp.models import Connection, Preflight, PreflightTick, SyncDefinition, figures
from syncapp.services import preflight
from tests.admin import rows
from tests.admin.conftest import signed_in
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def address(world: World, name: str = "") -> str:
    tail = f"_{name}" if name else ""
    return reverse(f"admin:syncapp_pair_preflight{tail}", args=[world.pair.pk])


def content(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def looked(world: World, client: Client) -> str:
    """Ask for a look, let it be done, and return the page."""
    answer = client.post(address(world, "check"))
    assert answer.status_code == 302
    assert Preflight.objects.get().state == "finished"
    return content(client, address(world))


def test_before_the_first_look_the_page_says_what_it_is_for(
    world: World, administrator: Client
) -> None:
    page = content(administrator, address(world))
    assert "Nobody has looked at these two accounts yet." in page
    assert "Check now" in page
    assert "td-finding" not in page
    assert Preflight.objects.count() == 0  # looking at the page asks nobody


def test_s3_findings_come_with_reason_remedy_and_place_the_worst_first(
    world: World, administrator: Client
) -> None:
    page = looked(world, administrator)
    codes = re.findall(r'id="finding-(\w+)"', page)
    assert codes[0] == "workflows"
    assert set(codes) > {"sales_tax", "closed_books", "sku"}
    for words in ("Why it matters", "What to do", "Where", "Custom transaction numbers"):
        assert words in page
    assert re.search(r"with \d+ API calls", page)
    assert page.index('id="td-group-blocking"') < page.index('id="td-group-warning"')
    assert page.index('id="td-group-warning"') < page.index('id="td-fine"')
    shown = len(codes) + page.count(">check</span>")
    assert shown == len(CATALOGUE)


def test_s26_a_confirmation_is_kept_with_who_and_when_and_can_be_taken_back(
    world: World, administrator: Client
) -> None:
    looked(world, administrator)
    confirm = address(world, "confirm")
    administrator.post(confirm, {"code": "workflows"})  # the box was not ticked
    assert PreflightTick.objects.count() == 0
    administrator.post(confirm, {"code": "workflows", "confirmed": "1"})
    tick = PreflightTick.objects.get()
    assert (tick.who, tick.text) == ("ada", CATALOGUE["workflows"].tick)
    page = content(administrator, address(world))
    assert f"Confirmed by ada on {figures.moment(tick.at)}." in page
    assert 'id="finding-workflows"' not in page
    administrator.post(confirm, {"code": "workflows", "withdraw": "1"})
    assert PreflightTick.objects.count() == 0
    assert 'id="finding-workflows"' in content(administrator, address(world))


@pytest.mark.parametrize("code", ["sku", "no_such_check", ""])
def test_what_cannot_be_confirmed_is_refused(
    world: World, administrator: Client, code: str
) -> None:
    answer = administrator.post(address(world, "confirm"), {"code": code, "confirmed": "1"})
    assert answer.status_code == 400
    assert PreflightTick.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "may_check", "may_confirm"),
    [("viewer", False, False), ("operator", True, False), ("administrator", True, True)],
)
def test_b12_buttons_follow_the_role(
    world: World, role: str, may_check: bool, may_confirm: bool
) -> None:
    chief = signed_in("chief")
    looked(world, chief)
    before = rows.fingerprints()["syncapp_preflighttick"]
    client = signed_in(role, role)
    page = content(client, address(world))
    assert ("Check again" in page) is may_check
    assert ('name="confirmed"' in page) is may_confirm
    assert ("An administrator confirms:" in page) is not may_confirm
    asked = client.post(address(world, "check"))
    assert asked.status_code == (302 if may_check else 403)
    told = client.post(address(world, "confirm"), {"code": "workflows", "confirmed": "1"})
    assert told.status_code == (302 if may_confirm else 403)
    assert (rows.fingerprints()["syncapp_preflighttick"] != before) is may_confirm


def test_while_a_look_goes_on_the_page_waits_for_it(world: World, administrator: Client) -> None:
    looked(world, administrator)
    Preflight.objects.update(state="running", requested_at=timezone.now())
    page = content(administrator, address(world))
    assert "Looking at both accounts." in page
    assert 'hx-trigger="every 2s"' in page
    assert "Check again" not in page
    assert 'id="finding-sku"' in page  # what was seen before stays in sight


def test_a_vendor_that_is_away_is_said_and_the_look_before_is_shown(
    world: World, administrator: Client
) -> None:
    looked(world, administrator)
    Connection.objects.filter(side="quickbooks").update(
        status="reconnect", status_detail="QuickBooks was disconnected."
    )
    administrator.post(address(world, "check"))
    page = content(administrator, address(world))
    assert "The last look failed." in page
    assert "QuickBooks was disconnected." in page
    assert "What is shown is from the look before." in page
    assert 'id="finding-sku"' in page
    assert "Check again" in page


def test_the_pairs_page_says_how_it_stands(world: World, administrator: Client) -> None:
    url = reverse("admin:syncapp_accountpair_change", args=[world.pair.pk])
    page = content(administrator, url)
    assert "Pre-flight not done yet" in page
    assert address(world) in page
    looked(world, administrator)
    assert "Pre-flight: 1 blocking" in content(administrator, url)
    PreflightTick.objects.create(
        pair=world.pair, code="workflows", who="ada", at=datetime(2026, 11, 2, tzinfo=UTC), text="x"
    )
    assert "Pre-flight: 5 warnings" in content(administrator, url)


def test_home_counts_only_what_concerns_the_syncs_that_were_begun(
    world: World, administrator: Client
) -> None:
    world.sync()
    home = reverse("admin:index")
    assert "Pre-flight not done yet" in content(administrator, home)
    looked(world, administrator)
    assert "Pre-flight: all fine" in content(administrator, home)  # contacts: nothing blocks
    world.quickbooks.add("Cash sales")
    looked(world, administrator)
    assert "Pre-flight: 1 warning" in content(administrator, home)


def test_a_look_whose_message_was_lost_is_done_by_the_next_tick(world: World) -> None:
    preflight.request(world.pair, now=timezone.now())
    tasks.tick()
    row = Preflight.objects.get()
    assert row.state == "finished"
    calls = len(world.http.sent)
    tasks.preflight(world.pair.pk)  # delivered twice: done once
    assert len(world.http.sent) == calls


def review(world: World) -> str:
    return reverse("admin:syncapp_wizard_step", args=[world.pair.pk, "contacts", "review"])


def test_the_review_tells_what_concerns_its_sync_and_no_more(
    world: World, administrator: Client
) -> None:
    assert "has not been done yet" in content(administrator, review(world))
    world.quickbooks.add("Cash sales")
    looked(world, administrator)
    page = content(administrator, review(world))
    assert "1 of 1 active customer has no e-mail address." in page
    assert f"{address(world)}#finding-emails" in page
    assert "Sales tax" not in page


def test_a_blocking_finding_keeps_the_wizard_from_switching_on(
    world: World, administrator: Client
) -> None:
    looked(world, administrator)
    Connection.objects.filter(side="hubspot").update(scopes="oauth")
    page = content(administrator, review(world))
    assert "keeps this sync from being switched on" in page
    assert "crm.objects.contacts.read" in page
    url = reverse("admin:syncapp_wizard_switch_on", args=[world.pair.pk, "contacts"])
    answer = administrator.post(url, {"marker": "1"})
    assert answer.status_code == 200
    assert "cannot be switched on yet" in answer.content.decode()
    assert not SyncDefinition.objects.filter(enabled=True).exists()


def test_the_page_takes_few_queries(
    world: World, administrator: Client, django_assert_max_num_queries: object
) -> None:
    looked(world, administrator)
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        content(administrator, address(world))
