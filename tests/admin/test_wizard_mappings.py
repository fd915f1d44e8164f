"""The wizard's mapped fields: added, edited, deleted, explained where they do not fit (S8, S9)."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from syncapp.models import SyncDraft
from syncapp.services import people, preferences
from tests.admin.test_wizard import every_mapping, page, url
from tests.proves import proves
from tests.world import World


def added(shown: str) -> list[dict[str, Any]]:
    """The added mappings the page carries."""
    found = re.search(r'name="added" value="([^"]*)"', shown)
    assert found is not None
    return list(json.loads(html.unescape(found[1])))


def step(client: Client, world: World, change: str, *more: str, **typed: Any) -> str:
    posted: dict[str, Any] = {"conflict": "quickbooks", "on": [*every_mapping(), *more]}
    new = {f"new-{name}": value for name, value in typed.items() if name != "added"}
    if "added" in typed:
        new["added"] = json.dumps(typed["added"])
    how = {"go": change} if change in {"next", "back"} else {"change": change}
    return page(client, url(world, "mapping"), **posted, **new, **how)


@proves("S8")
def test_a_mapping_is_added_edited_and_deleted(world: World, administrator: Client) -> None:
    world.hubspot.add(email="ada@example.com", jobtitle="Countess")
    shown = page(administrator, url(world, "mapping"))
    assert "Job Title · text · Countess" in shown
    shown = step(
        administrator, world, "map", hubspot="jobtitle", quickbooks="Notes",
        direction="to_quickbooks", transform="upper",
    )  # fmt: skip
    (made,) = added(shown)
    assert made["transforms"] == [{"op": "upper", "to": "quickbooks"}]
    assert "in capital letters" in shown
    key = "jobtitle:Notes"
    shown = step(administrator, world, f"edit:{key}", key, added=[made])
    assert 'name="new-replaces" value="jobtitle:Notes"' in shown
    shown = step(
        administrator, world, "map", key, added=[made], replaces=key, hubspot="jobtitle",
        quickbooks="ResaleNum", direction="both",
    )  # fmt: skip
    (made,) = added(shown)
    assert (made["quickbooks"], made["direction"]) == ("ResaleNum", "both")
    assert "QuickBooks takes at most 16 characters" in step(
        administrator, world, "refresh", hubspot="jobtitle", quickbooks="ResaleNum"
    )
    step(administrator, world, "next", "jobtitle:ResaleNum", added=[made])
    entries = SyncDraft.objects.get().document["mappings"]
    assert [e for e in entries if e["hubspot"] == "jobtitle"] == [made]
    shown = step(administrator, world, "delete:jobtitle:ResaleNum", added=[made])
    assert added(shown) == []


@proves("S8")
def test_fields_that_do_not_go_together_are_explained(world: World, administrator: Client) -> None:
    shown = step(administrator, world, "refresh", hubspot="jobtitle", quickbooks="Balance")
    assert "One way only." in shown
    assert "does not let anybody write “Open balance”" in shown
    shown = step(administrator, world, "refresh", hubspot="createdate", quickbooks="Balance")
    assert "These two fields cannot be mapped." in shown
    shown = step(
        administrator, world, "map", hubspot="jobtitle", quickbooks="Balance",
        direction="to_quickbooks",
    )  # fmt: skip
    assert added(shown) == []
    assert "does not let anybody write “Open balance”" in shown


def test_two_mappings_never_write_one_field(world: World, administrator: Client) -> None:
    shown = step(
        administrator, world, "map", hubspot="jobtitle", quickbooks="GivenName", direction="both"
    )
    (made,) = added(shown)
    shown = step(administrator, world, "next", "jobtitle:GivenName", added=[made])
    assert "switch one off" in shown
    assert not SyncDraft.objects.exists()


def test_what_was_begun_is_not_lost_in_silence(world: World, administrator: Client) -> None:
    shown = step(administrator, world, "next", hubspot="jobtitle", quickbooks="Notes")
    assert "choose “Add mapping”, or “Clear”" in html.unescape(shown)
    assert not SyncDraft.objects.exists()
    assert 'name="new-hubspot"' in step(administrator, world, "clear", hubspot="jobtitle")


def test_a_constant_needs_no_source(world: World, administrator: Client) -> None:
    shown = step(
        administrator, world, "map", quickbooks="Notes", direction="to_quickbooks",
        transform="constant", text="Made by Tandem",
    )  # fmt: skip
    (made,) = added(shown)
    assert (made["hubspot"], made["quickbooks"]) == ("", "Notes")
    step(administrator, world, "next", ":Notes", added=[made])
    assert made in SyncDraft.objects.get().document["mappings"]


@proves("S8", "B17")
def test_quickbooks_fields_are_named_in_the_readers_language(
    world: World, administrator: Client
) -> None:
    """HubSpot names its properties itself, in the account's language."""
    preferences.save(user=User.objects.get(username="ada"), name=people.LANGUAGE, value="pt-br")
    told = page(administrator, url(world, "mapping"))
    assert "Forma de envio · " in told
    assert "Delivery method" not in told
    assert "Job Title · " in told
    typed = {"hubspot-mode": "all", "quickbooks-mode": "own", "change": "refresh"}
    typed |= {"quickbooks-0-0-field": "PreferredDeliveryMethod", "quickbooks-0-0-operator": "is"}
    told = page(administrator, url(world, "filters"), **typed)
    assert ">Forma de envio<" in told
    assert ">Imprimir depois<" in told
    why = step(administrator, world, "choose", hubspot="createdate", quickbooks="Balance")
    assert "O QuickBooks não deixa ninguém gravar “Saldo em aberto”" in why
    why = step(administrator, world, "choose", hubspot="jobtitle", quickbooks="Taxable")
    assert "“Tributável”" in why
    assert "“Taxable”" not in why
