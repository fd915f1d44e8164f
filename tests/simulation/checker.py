"""What must hold in the end. Read from the simulators and from what people did; our own tables
are read for what they claim (I5, I9) and for the record log, in which a losing value must stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from syncapp.core.reasons import REASONS
from syncapp.models import PendingWrite, RecordLink, RecordLogEntry, SyncDefinition
from syncapp.services import status
from tests.simulation import database
from tests.simulation.fields import PATHS, SIDES, H, Q, other, same_form
from tests.simulation.journal import APP, PERSON, Step
from tests.simulation.reasons import is_true

if TYPE_CHECKING:
    from tests.simulation.scenario import Simulation


def check(sim: Simulation) -> None:
    """Report every violation; then list both sides anew and look once more."""
    found = [*_limits(sim), *_secrets(sim), *sim.end_state(swept=False)]
    if not found and not sim.outcome.violations:
        sim.sweep()
        found = list(sim.end_state(swept=True))
    for text in found:
        sim.violation(text)


def end_state(sim: Simulation, *, swept: bool) -> Iterator[str]:
    """What does not hold in the end, of contacts and customers."""
    yield from _statuses(sim)
    yield from _all_known(sim)
    yield from _claims(sim, swept=swept)
    yield from _edits(sim)


# -- I5, I9


def _statuses(sim: Simulation) -> Iterator[str]:
    links = list(RecordLink.objects.all())
    for definition in SyncDefinition.objects.order_by("pk"):
        counts, known = status.counts(definition), definition.links.count()
        if counts.total != known:
            yield f"I5 the counts {counts} do not add up to {known} records"
    for link in links:
        if link.state == "in_sync":
            if link.code:
                yield f"I5 {link} is in sync with a reason, {link.code}"
        elif link.code not in REASONS or not link.explanation or not link.remedy:
            yield f"I5 {link} is {link.state} without a reason in words: {link.code!r}"
        elif REASONS[link.code].state.value != link.state:
            yield f"I5 {link} is {link.state} for {link.code}"
    open_writes = Counter(
        PendingWrite.objects.filter(state__in=PendingWrite.OPEN).values_list("link_id", "side")
    )
    yield from (f"I9 {key} has {n} open writes" for key, n in open_writes.items() if n > 1)


def _links() -> QuerySet[RecordLink]:
    return RecordLink.objects.filter(definition__object_type="contacts")


def _all_known(sim: Simulation) -> Iterator[str]:
    """Every living record has exactly one row."""
    for side in SIDES:
        known = Counter(_links().values_list(f"{side}_id", flat=True))
        for record in sim.people(side).living():
            if known[record] != 1:
                yield f"I5 {side} {record} has {known[record]} rows"


# -- I3: what our table claims, against what the two systems hold


def _claims(sim: Simulation, *, swept: bool) -> Iterator[str]:
    if sim.is_capped and not swept:
        return  # past the cap of CDC changes are queried, and a query shows no deleted ones
    living = {side: set(sim.people(side).living()) for side in SIDES}
    for link in _links().order_by("pk"):
        name = f"{link} (H {link.hubspot_id}, Q {link.quickbooks_id})"
        if link.state == "waiting":
            yield f"I3 {name} still waits: {link.code} {link.params}"
        elif link.state != "in_sync":
            if not is_true(sim, link, swept=swept):
                yield f"I5 {name} is {link.state}, but not for {link.code} {link.params}"
        elif not link.is_linked:
            yield f"I3 {name} is in sync without a partner"
        elif link.hubspot_id not in living[H]:
            # Nothing tells of an archived contact but a look at it, which the sweep takes.
            if swept:
                yield f"I3 {name} is in sync with an archived contact"
        elif link.quickbooks_id not in living[Q]:
            yield f"I3 {name} is in sync with a customer that is gone"
        else:
            ids = {H: str(link.hubspot_id), Q: str(link.quickbooks_id)}
            yield from (f"I3 {name}: {text}" for text in differences(sim, ids))


def differences(sim: Simulation, ids: dict[str, str]) -> Iterator[str]:
    """Fields of a linked pair that should agree and do not."""
    settings = sim.clicks.now
    values = {side: sim.people(side).values(ids[side]) for side in SIDES}
    ways = {
        to: settings.allows(to) and settings.passes(other(to), values[other(to)]["state"])
        for to in SIDES
    }
    for name in PATHS:
        held = {side: same_form(name, values[side][name]) for side in SIDES}
        if held[H] == held[Q] or not settings.mappings.get(name):
            continue
        open_to = [to for to in SIDES if ways[to] and settings.allows(to, name)]
        empty = [side for side in SIDES if not held[side]]
        if empty:
            if empty[0] in open_to and not _was_emptied(sim, ids, empty[0], name):
                yield f"{name} is {held}, the empty one should be filled"
        elif len(open_to) == 2:
            yield f"{name} is {held}"
        elif open_to and not _was_edited_last(sim, ids, open_to[0], name):
            yield f"{name} is {held}, and only {open_to[0]} may be written"


def _steps(sim: Simulation, side: str, record: str, name: str) -> list[Step]:
    return sim.journal.history(side, record, name)


def _was_emptied(sim: Simulation, ids: dict[str, str], side: str, name: str) -> bool:
    """Whether a person emptied the field and nobody has set it on the other side since."""
    steps = _steps(sim, side, ids[side], name)
    emptied = [i for i, s in enumerate(steps) if not s.value and i and steps[i - 1].value]
    if not emptied:
        return False
    at = steps[emptied[-1]].n
    there = _steps(sim, other(side), ids[other(side)], name)
    before = [s.value for s in there if s.n < at]
    later = [s for s in there if s.n > at and s.by == PERSON]
    # Changed and changed back is no change: nothing was to be sent.
    known = {*before[-1:], *(s.value for s in steps)}
    return not later or there[-1].value in known


def _was_edited_last(sim: Simulation, ids: dict[str, str], target: str, name: str) -> bool:
    """Whether the target was edited after its source: such an edit lasts (ENGINE 2.4)."""

    def last(side: str) -> int:
        return max((s.n for s in _steps(sim, side, ids[side], name) if s.by == PERSON), default=0)

    source = _steps(sim, other(target), ids[other(target)], name)
    returned = len({s.value for s in source}) < len(source)
    return last(target) > last(other(target)) or returned


# -- I2


def _edits(sim: Simulation) -> Iterator[str]:
    """Every edit is the final value, was overwritten by somebody who could see it, or is logged."""
    logged = set(_logged(sim))
    for (side, record), by_name in list(sim.journal.fields.items()):
        for name, steps in by_name.items():
            for step, following in pairwise(steps):
                if step.by != PERSON or not step.value or following.by != APP:
                    continue
                if following.value == step.value or (name, step.value) in logged:
                    continue
                if not _was_seen(sim, side, name, step, following) and not _is_one_way(
                    sim, side, name, step, following
                ):
                    yield (
                        f"I2 {name} {step.value!r} of {side} {record} (n {step.n}) was "
                        f"overwritten with {following.value!r} (n {following.n})"
                    )


def conflicts() -> Iterable[list[dict[str, Any]]]:
    """The changes of every conflict in the record log."""
    return RecordLogEntry.objects.filter(kind="conflict").values_list("changes", flat=True)


def _logged(sim: Simulation) -> Iterator[tuple[str, str]]:
    names = {**{path: name for name, path in PATHS.items()}, **{name: name for name in PATHS}}
    for changes in conflicts():
        for change in changes:
            name = names.get(change["field"])
            if name:
                yield name, same_form(name, change["before"])


def _was_seen(sim: Simulation, side: str, name: str, step: Step, following: Step) -> bool:
    """Whether somebody on the other side could see the edit, and then set what overwrote it."""
    is_fresh = sim.journal.first[name, step.value] == step.n
    there = [s for s in _all_steps(sim, other(side), name) if s.n < following.n]
    shown = [s.n for s in there if s.value == step.value and (s.n > step.n or not is_fresh)]
    if not shown:
        return False
    return any(s.value == following.value and s.by == PERSON and s.n > min(shown) for s in there)


def _is_one_way(sim: Simulation, side: str, name: str, step: Step, following: Step) -> bool:
    """Whether it fell between our look and our write of a field that only comes from QuickBooks.

    HubSpot has no conditional write; the history that tells of such a moment is read "after
    HubSpot writes to two-way fields" (ENGINE 2.6), not where HubSpot's own value never counts.
    """
    settings = sim.clicks.at(following.n)
    return (
        side == H and not settings.allows(Q, name) and following.at - step.at < timedelta(minutes=2)
    )


def _all_steps(sim: Simulation, side: str, name: str) -> Iterable[Step]:
    for s, record in sim.journal.fields:
        if s == side:
            yield from sim.journal.fields[s, record][name]


# -- I10, I12


def _limits(sim: Simulation) -> Iterator[str]:
    for side in SIDES:
        for name, window in sim.app(side).windows().items():
            if window.refused and window.seconds >= sim.shortest_window:
                yield f"I10 {side} refused {window.refused} calls: {name}"


def _secrets(sim: Simulation) -> Iterator[str]:
    hubspot, quickbooks = sim.hubspot_app.oauth, sim.quickbooks_app.grants
    secrets = {
        *hubspot._access,
        *hubspot._by_refresh,
        *quickbooks._access,
        *quickbooks._by_refresh,
        "sim-hubspot-secret",
        "sim-quickbooks-secret",
    }
    shown = "\n".join([*sim.logged, *database.texts()])
    yield from (f"I12 a secret is in a log or table: {s[:12]}…" for s in secrets if s in shown)
