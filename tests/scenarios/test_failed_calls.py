"""The last failed call is kept with its record, without secrets, until the record succeeds."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from syncapp.core.sides import Side
from syncapp.models import FailedCall
from syncapp.services import retention, status
from tests.world import World

LONG = "1" * 40


def failing(world: World) -> str:
    """One customer that QuickBooks refuses, beside one that it takes."""
    world.hubspot.add(email="b@example.com", firstname="Bob")
    contact = world.hubspot.add(email="a@example.com", firstname="Ann", phone=LONG)
    world.sync()
    world.run()
    return contact


def test_it_is_kept_shown_as_json_and_let_go_when_the_record_succeeds(world: World) -> None:
    contact = failing(world)
    link = world.link(hubspot_id=contact)
    call = FailedCall.objects.get()
    assert (call.link_id, call.side, call.method) == (link.pk, "quickbooks", "POST")
    assert call.path.startswith("/v3/company/")
    assert call.request_id
    assert call.at == world.clock.now()
    assert LONG in call.request
    assert "2050" in call.response
    assert "Bob" not in call.request + call.response
    (told,) = [r for r in status.sync_json(link.definition)["records"] if r["state"] == "failing"]
    assert told["failed_call"] == {
        "side": "quickbooks", "at": call.at.isoformat(), "method": "POST", "path": call.path,
        "status": call.status, "request_id": call.request_id,
    }  # fmt: skip
    json.dumps(told)
    world.clock.advance(3600)
    world.hubspot.edit(contact, phone="555 0100")
    world.run()
    assert world.link(hubspot_id=contact).state == "in_sync"
    assert not FailedCall.objects.exists()


def test_the_latest_failure_replaces_the_one_before(world: World) -> None:
    contact = failing(world)
    world.clock.advance(3600)
    world.hubspot.edit(contact, phone="2" * 40)
    world.run()
    call = FailedCall.objects.get()
    assert "2" * 40 in call.request
    assert LONG not in call.request
    assert call.at == world.clock.now()


def test_taking_the_change_back_is_a_success_too(world: World) -> None:
    """Nothing is written then: the record is in sync because nothing differs any more."""
    contact = world.hubspot.add(email="a@example.com", firstname="Ann", phone="555 0100")
    world.sync()
    world.run()
    world.clock.advance(3600)
    world.hubspot.edit(contact, phone=LONG)
    world.run()
    assert FailedCall.objects.count() == 1
    world.clock.advance(3600)
    world.hubspot.edit(contact, phone="555 0100")
    world.run()
    assert world.link().state == "in_sync"
    assert not FailedCall.objects.exists()


def test_a_success_on_the_other_side_does_not_hide_it(world: World) -> None:
    contact = failing(world)
    world.clock.advance(3600)
    link = world.link(hubspot_id=contact)
    world.hubspot.edit(contact, phone="555 0100")
    world.run()
    customer = world.link(pk=link.pk).quickbooks_id
    world.clock.advance(3600)
    world.hubspot.edit(contact, phone=LONG)
    world.quickbooks.edit(str(customer), GivenName="Anna")
    world.run()
    assert world.hubspot.get(contact)["firstname"] == "Anna"
    assert FailedCall.objects.get().side == "quickbooks"


@pytest.mark.parametrize("side", list(Side))
def test_a_cut_connection_is_kept_and_forgotten_when_the_write_is_found(
    world: World, side: Side
) -> None:
    world.hubspot.add(email="a@example.com", firstname="Ann")
    world.quickbooks.add("Quentin", "q@example.com")
    world.sync()
    world.arm(side, "lost_answer", match={"method": "POST", "path": "create|/customer"})
    world.run()
    call = FailedCall.objects.get()
    assert (call.side, call.status, call.request_id) == (side.value, 0, "")
    assert call.request
    world.settle()
    assert not FailedCall.objects.exists()


def test_no_secret_is_kept_anywhere(world: World) -> None:
    """Tokens and keys stay with the connection: not in the row, nor in a dump of it."""
    pair = world.pair
    secrets = [
        value
        for row in (pair.hubspot, pair.quickbooks)
        for value in (row.access_token, row.refresh_token, row.client_secret)
        if value
    ]
    assert len(secrets) == 6
    contact = world.hubspot.add(
        email="a@example.com", firstname="Ann", phone=LONG, lastname=pair.quickbooks.access_token
    )
    world.sync()
    world.run()
    call = FailedCall.objects.get(link__hubspot_id=contact)
    kept = json.dumps({f.name: str(getattr(call, f.attname)) for f in call._meta.concrete_fields})
    out = io.StringIO()
    call_command("dumpdata", "syncapp.FailedCall", stdout=out)
    for text in (kept, out.getvalue()):
        assert LONG in text
        assert not [secret for secret in secrets if secret in text]
        assert "uthorization" not in text


def test_it_goes_with_the_log(world: World) -> None:
    failing(world)
    world.clock.advance(timedelta(days=89).total_seconds())
    assert retention.prune(env=world.env)["failed_calls"] == 0
    world.clock.advance(timedelta(days=2).total_seconds())
    assert retention.prune(env=world.env)["failed_calls"] == 1


def test_exports_do_not_hold_it(world: World, tmp_path: Path) -> None:
    failing(world)
    file = tmp_path / "records.json"
    call_command("export_records", "--object", "contacts", "--format", "json", "--out", str(file))
    exported = file.read_text(encoding="utf-8")
    assert "too_long" in exported
    assert FailedCall.objects.get().path not in exported
