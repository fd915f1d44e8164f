"""A held sync on screen: what it would write, who may approve it, and the entry it leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syncapp.models import Rehearsal, SyncDefinition
from syncapp.services import definitions
from tests.admin.test_wizard import page
from tests.world import World

SENTENCE = "Products: the run would create 1,234 products in HubSpot. Nothing has been written."


@pytest.fixture
def held(world: World) -> SyncDefinition:
    definition = world.sync("products")
    definition.held_at = world.env.clock.now()
    definition.brake = {
        "create": {"hubspot": 1234}, "update": {"hubspot": 7}, "remove": {"quickbooks": 30},
        "emptied": {"hubspot:price": 150}, "money": {"hubspot": {"USD": "98765.40"}},
        "link": 0, "sentence": SENTENCE,
    }  # fmt: skip
    definition.save()
    return definition


def test_home_and_object_view_lead_to_the_page(
    world: World, held: SyncDefinition, administrator: Client
) -> None:
    address = reverse("admin:syncapp_brake", args=[held.pk])
    home = page(administrator, reverse("admin:index"))
    assert "Waits for you" in home
    assert SENTENCE in home
    assert f'href="{address}"' in home
    assert f'href="{address}"' in page(administrator, reverse("admin:syncapp_object_view"))
    shown = page(administrator, address)
    for words in ("1,234", "98765.40 USD", "Voided or removed in QuickBooks", "price", "150"):
        assert words in shown


def test_approving_goes_on_and_leaves_an_entry(
    world: World, held: SyncDefinition, administrator: Client
) -> None:
    address = reverse("admin:syncapp_brake", args=[held.pk])
    assert "Approved." in page(administrator, address, go="")
    held.refresh_from_db()
    assert (held.held_at, held.brake) == (None, {})
    assert held.approval["create"] == {"hubspot": 1234}
    entry = LogEntry.objects.get()
    assert entry.user.get_username() == held.approval["who"]
    assert "1,234" in entry.change_message
    assert "Nothing waits for a confirmation any more." in page(administrator, address, go="")
    assert LogEntry.objects.count() == 1


def test_only_who_may_switch_a_sync_may_approve(held: SyncDefinition, operator: Client) -> None:
    address = reverse("admin:syncapp_brake", args=[held.pk])
    assert operator.get(address).status_code == 403
    assert operator.post(address).status_code == 403
    assert address not in page(operator, reverse("admin:index"))
    held.refresh_from_db()
    assert held.held_at is not None


def test_a_rehearsal_is_approved_where_it_is_shown(world: World, administrator: Client) -> None:
    names = [world.pair.pk, "products"]
    page(administrator, reverse("admin:syncapp_wizard_rehearse", args=names), go="")
    review = reverse("admin:syncapp_wizard_step", args=[*names, "review"])
    assert "Approve these numbers" in page(administrator, review)
    found = Rehearsal.objects.get()
    address = reverse("admin:syncapp_rehearsal_approve", args=[found.pk])
    assert administrator.get(address).status_code == 405
    assert "Approved by" in page(administrator, address, go="")
    found.refresh_from_db()
    assert found.approved_at is not None
    assert LogEntry.objects.count() == 1
    Rehearsal.objects.update(ended_at=timezone.now() - timedelta(days=365))
    assert "Rehearse again" in page(administrator, address, go="")


def test_payments_that_go_along_are_shown_with_their_money(
    world: World, administrator: Client
) -> None:
    """B1: what an approval covers stands where it is given."""
    definition = definitions.find_or_start(world.pair, "invoices")
    none = {"create": {}, "update": {}, "remove": {}}
    counted = {kind: {"hubspot": 0, "quickbooks": 0} for kind in none}
    payments = {
        **counted, "create": {"hubspot": 6, "quickbooks": 4},
        "money": {"hubspot": {"USD": "36.00"}, "quickbooks": {"USD": "24.00"}},
    }  # fmt: skip
    found = Rehearsal.objects.create(
        definition=definition, document=definitions.export_document(definition),
        state="finished", requested_at=world.env.clock.now(), ended_at=world.env.clock.now(),
        result={
            **counted, "emptied": {}, "money": {}, "link": 0, "unchanged": 0, "excluded": {},
            "failing": {}, "overwritten": {}, "samples": [], "along": {"payments": payments},
        },
    )  # fmt: skip
    shown = page(administrator, reverse("admin:syncapp_rehearsal_progress", args=[found.pk]))
    assert "Payments that go along" in shown
    assert "HubSpot: 6 new, 0 updates, 0 removed" in shown
    assert "Money of the new ones in QuickBooks: 24.00 USD" in shown
    assert ">10</strong> writes would be made" in shown
