"""The company's time zone on the pair's page: chosen by name, checked, logged (ADR 12)."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from syncapp.models import SettingChange
from tests.admin.test_wizard import page
from tests.world import World


def test_a_zone_is_saved_logged_and_everything_planned_again(
    world: World, administrator: Client
) -> None:
    world.hubspot.add(email="ada@example.com", firstname="Ada")
    definition = world.sync("contacts")
    world.run()
    assert not definition.links.filter(next_at__isnull=False).exists()
    address = reverse("admin:syncapp_pair_time_zone", args=[world.pair.pk])
    shown = page(administrator, address, time_zone="America/Sao_Paulo")
    assert "Days are those of America/Sao_Paulo now." in shown
    assert 'value="America/Sao_Paulo" placeholder' in shown
    world.pair.refresh_from_db()
    assert world.pair.company_time_zone == "America/Sao_Paulo"
    (change,) = SettingChange.objects.filter(setting="time_zone")
    assert (change.before, change.after, change.pair) == (None, "America/Sao_Paulo", world.pair)
    assert not definition.links.filter(next_at=None).exists()
    before = definition.config_version
    definition.refresh_from_db()
    assert definition.config_version == before + 1
    page(administrator, address, time_zone="America/Sao_Paulo")
    assert SettingChange.objects.filter(setting="time_zone").count() == 1


def test_what_is_no_zone_is_refused_and_empty_leaves_it_to_the_accounts(
    world: World, administrator: Client
) -> None:
    address = reverse("admin:syncapp_pair_time_zone", args=[world.pair.pk])
    own = world.pair.company_time_zone
    assert "is no time zone" in page(administrator, address, time_zone="Sao Paulo")
    page(administrator, address, time_zone="Pacific/Auckland")
    page(administrator, address, time_zone="")
    world.pair.refresh_from_db()
    assert (world.pair.time_zone, world.pair.company_time_zone) == ("", own)
