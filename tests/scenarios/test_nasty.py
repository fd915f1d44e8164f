"""The values nobody likes (``tests/month/nasty.py``) against the product, record by record."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from syncapp.core.ports import HttpRequest, HttpResponse
from syncapp.models import SyncDefinition
from syncapp.services import status
from tests.month import nasty
from tests.month.doors import Books, Portal, in_process
from tests.proves import proves
from tests.world import TOKEN, World

GOOD = ("good-1@example.com", "good-2@example.com")


def people(world: World) -> tuple[Portal, Books]:
    books = world.quickbooks_app
    return (
        Portal(in_process(world.hubspot_app, TOKEN)),
        Books(in_process(books, TOKEN), f"/v3/company/{books.realm}"),
    )


def told(definition: SyncDefinition) -> dict[str, Any]:
    return {"objects": [status.sync_json(definition)]}


@proves("E3.6-characters")
@pytest.mark.parametrize("cases", [nasty.CONTACTS, nasty.CUSTOMERS], ids=["hubspot", "quickbooks"])
def test_contacts(world: World, cases: tuple[nasty.Nasty, ...]) -> None:
    portal, books = people(world)
    world.hubspot.add(email=GOOD[0], firstname="Good")  # beside the others, and not held up
    world.quickbooks.add("Good Two", GOOD[1])
    ids = nasty.enter(cases, portal, books)
    definition = world.sync()
    run = world.run()
    assert run.state == "finished", run.detail
    assert list(nasty.judge(cases, ids, told(definition), portal, books)) == []
    assert {c["email"] for c in world.hubspot.all()} >= set(GOOD)
    assert {"Good", "Good Two"} <= set(world.quickbooks.names())
    assert world.writes_of(world.settle()) == 0


CONTACT_NULLS = [null for null in nasty.NULLS if null.object == "contacts"]


@pytest.mark.parametrize("null", CONTACT_NULLS, ids=lambda null: f"{null.side} {null.path}")
def test_null_where_never_null(
    world: World, null: nasty.Null, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ENGINE 5.2: a poison record is told apart with its reason, and nobody else is held up."""
    world.hubspot.add(email=GOOD[0], firstname="Good")
    world.quickbooks.add("Good Two", GOOD[1])
    poisoned = (
        world.hubspot.add(email="bad@example.com", firstname="Bad")
        if null.side == nasty.HUBSPOT
        else world.quickbooks.add("Bad", "bad@example.com")
    )
    send, hit = world.http.send, []

    def with_null(request: HttpRequest) -> HttpResponse:
        answer = send(request)
        try:
            body = json.loads(answer.body)
        except ValueError:
            return answer
        if nasty.nullify(body, poisoned, null.path):
            hit.append(request.url)
            return replace(answer, body=json.dumps(body).encode())
        return answer

    monkeypatch.setattr(world.http, "send", with_null)
    definition = world.sync()
    run = world.run()
    assert hit
    assert run.state == "finished", run.detail
    assert {c["email"] for c in world.hubspot.all()} >= set(GOOD)
    assert {"Good", "Good Two"} <= set(world.quickbooks.names())
    own = f"{null.side}_id"
    (row,) = (r for r in told(definition)["objects"][0]["records"] if r[own] == poisoned)
    if row["state"] != "in_sync":
        assert row["state"] in {"failing", "excluded"}
        assert row["explanation"]
        assert row["remedy"]
