"""Mutated answers of both vendors: whatever comes back, a run ends in good order.

``python -m tests.simulation.answers ANSWERS=20000`` goes through so many; Hypothesis chooses and
shrinks them. Each number of an example mutates one answer of the engine's calls; 0 leaves it.
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncapp.core.ports import HttpRequest, HttpResponse

#: What may stand where something else was expected.
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e30, "", " ", "0", "x" * 4001, "nul\x00", "\ud800", "🎂", [], {},
    [[]], [None], {"a": {"b": {"c": [1]}}}, "2026-99-99T99:99:99Z", "NaN", [[[[[[[[1]]]]]]]],
)  # fmt: skip
#: How much a process may grow, however many answers it has gone through.
MAX_GROWTH_KB = 150_000
mutations = st.lists(st.integers(0, 2**20), min_size=40, max_size=120)
counted = {"answers": 0}


def mutate(answer: HttpResponse, number: int) -> HttpResponse:
    """The answer with something odd in it; the same number makes the same oddity."""
    random = Random(number)
    way = random.randrange(10)
    if way == 0:
        cut = random.randrange(len(answer.body) + 1)
        return replace(answer, body=answer.body[:cut])
    if way == 1:
        return replace(
            answer, body=random.choice((b"\xff\xfe", b"null", b"[]", b"{}", b"<p>", b""))
        )
    if way == 2:
        status = random.choice((100, 204, 207, 301, 400, 403, 404, 409, 418, 422, 500, 599))
        return replace(answer, status=status)
    try:
        body = json.loads(answer.body)
    except ValueError:
        return answer
    for _ in range(random.choice((1, 1, 2, 5))):
        body = _oddly(body, random)
    text = json.dumps(body, ensure_ascii=random.random() < 0.5)
    return replace(answer, body=text.encode("utf-8", "surrogatepass"))


def _oddly(value: Any, random: Random) -> Any:
    """Walk down to a random place and put something else there."""
    if isinstance(value, dict) and value and random.random() < 0.85:
        key = random.choice(sorted(value))
        if random.random() < 0.15:
            return {name: member for name, member in value.items() if name != key}
        return {**value, key: _oddly(value[key], random)}
    if isinstance(value, list) and value and random.random() < 0.85:
        place = random.randrange(len(value))
        if random.random() < 0.15:
            return [*value, value[place]]
        return [*value[:place], _oddly(value[place], random), *value[place + 1 :]]
    return random.choice(ODD)


class MutatingDoor:
    """The engine's HTTP door, with oddities in the answers."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.numbers: list[int] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        answer = self.inner.send(request)
        is_ours = "/oauth" not in request.url and "/.well-known" not in request.url
        if self.numbers and is_ours:
            number = self.numbers.pop(0)
            if number:
                counted["answers"] += 1
                return mutate(answer, number)
        return answer


def ends_in_good_order(numbers: list[int]) -> None:
    """Play a small world with these oddities, then one without, and look at what is left."""
    from tests.simulation.database import wipe
    from tests.world import World

    wipe()
    world = World()
    for number in range(5):
        world.hubspot.add(email=f"h{number}@example.com", firstname=f"H{number}", city="Oslo")
        world.quickbooks.add(f"Customer {number}", f"q{number}@example.com", GivenName=f"Q{number}")
    world.sync()
    door = MutatingDoor(world.env.http)
    object.__setattr__(world.env, "http", door)
    door.numbers = list(numbers)
    for round_ in range(20):
        _one_run(world, door)
        world.clock.advance(700)
        if round_ % 3 == 0:
            for contact in world.hubspot.all()[:2]:
                world.hubspot.edit(str(contact["id"]), phone=f"+1 555 0{round_:02d}")
        if not door.numbers:
            break
    door.numbers = []
    for contact in world.hubspot.all():  # saved again, so that everything is read again
        world.hubspot.edit(str(contact["id"]), city="Bergen")
    for customer in world.quickbooks.all():
        world.quickbooks.edit(customer["Id"], CompanyName="Saved again")
    for _ in range(5):
        world.clock.advance(23_000)
        _one_run(world, door)
    _look(world)


def _one_run(world: Any, door: MutatingDoor) -> None:
    from syncapp.models import Connection

    numbers, door.numbers = door.numbers, []
    for row in Connection.objects.exclude(status="connected"):
        world.consent(row)
    door.numbers = numbers
    run = world.run()
    assert run.state in {"finished", "ended_early"}, (run.state, run.detail)


def _look(world: Any) -> None:
    from syncapp.models import PendingWrite, RecordLink
    from tests.simulation.database import unstorable

    for link in RecordLink.objects.all():
        assert link.state == "in_sync" or link.explanation, (str(link), link.state, link.code)
    assert not PendingWrite.objects.filter(state__in=PendingWrite.OPEN).exists()
    assert not unstorable()


def go_through(answers: int, per_example: int = 50) -> int:
    """Go through at least so many mutated answers; returns how many it were."""
    counted["answers"] = 0
    before = peak_memory_kb()
    while counted["answers"] < answers:
        left = max((answers - counted["answers"]) // per_example, 5)

        @settings(
            max_examples=min(left, 500),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(mutations)
        def every_run_ends_in_good_order(numbers: list[int]) -> None:
            ends_in_good_order(numbers)

        every_run_ends_in_good_order()
        grown = peak_memory_kb() - before
        assert grown < MAX_GROWTH_KB, f"grown by {grown} KB"
    return counted["answers"]


def peak_memory_kb() -> int:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    from tests.simulation import database

    database.boot()
    import logging

    logging.disable(logging.WARNING)
    wanted = dict(argument.split("=", 1) for argument in sys.argv[1:])
    print(f"mutated answers: {go_through(int(wanted.get('ANSWERS', '20000')))}")
    print(f"peak memory: {peak_memory_kb() // 1024} MB")
