"""One worker per account pair, fenced."""

from __future__ import annotations

import pytest

from syncapp.core.errors import LeaseLost
from syncapp.models import AccountPair
from syncapp.services import leases
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return World()


def test_a_lease_is_held_by_one_and_free_again_after_release(world: World) -> None:
    first = leases.take(world.pair.pk, env=world.env)
    assert first is not None
    assert leases.take(world.pair.pk, env=world.env) is None
    leases.release(first)
    second = leases.take(world.pair.pk, env=world.env)
    assert second is not None
    assert second.epoch == first.epoch + 1


def test_an_expired_lease_can_be_taken_and_its_old_owner_is_refused(world: World) -> None:
    first = leases.take(world.pair.pk, env=world.env)
    assert first is not None
    world.clock.advance(301)
    assert leases.take(world.pair.pk, env=world.env) is not None
    with pytest.raises(LeaseLost):
        leases.confirm(first, env=world.env)
    leases.release(first)
    assert AccountPair.objects.get().lease_until is not None


def test_each_confirmation_renews_the_lease(world: World) -> None:
    lease = leases.take(world.pair.pk, env=world.env)
    assert lease is not None
    for _ in range(5):
        world.clock.advance(200)
        leases.confirm(lease, env=world.env)
    assert leases.take(world.pair.pk, env=world.env) is None
