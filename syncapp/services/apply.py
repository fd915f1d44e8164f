"""Due links -> plans -> writes, in dependency order, until nothing is due.

Only an empty plan says that a record is in sync: after each write its link is planned again.
Must not know why a change was planned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from syncapp.connectors.base import Op
from syncapp.core.plan import Change, ChangeOp, RecordPlan, Status, because
from syncapp.core.reasons import State
from syncapp.core.records import is_stand_in
from syncapp.core.retry import next_try
from syncapp.core.sides import Side
from syncapp.models import PendingWrite, RecordLink, RecordLogEntry
from syncapp.services import (
    approvals,
    brakes,
    counts,
    failed_calls,
    ingest,
    intents,
    linking,
    outbox,
    planning,
    record_log,
    rereading,
    store,
    unreadable,
    waking,
)  # fmt: skip
from syncapp.services import facts as fact_finding
from syncapp.services.bulk import save_changed
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.outbox import Planned

CHUNK = 500
#: Reasons whose cause has an entry of its own in the record log.
TOLD_ELSEWHERE = frozenset({"gone", "by_person"})
WAVE = 4
FLAPPING_TIMES = 4
FLAPPING_WINDOW = timedelta(hours=24)
PLAN_FIELDS = (
    "base", "emptied", "state", "code", "params", "refused", "next_at", "failing_since",
    "attempts", "updated_at", "blocked_on", "told", "answered",
)  # fmt: skip


@dataclass(slots=True)
class _Round:
    """One chunk of links after planning."""

    writes: dict[tuple[Side, ChangeOp], list[Planned]] = field(
        default_factory=lambda: defaultdict(list)
    )
    settled: list[RecordLink] = field(default_factory=list)
    turned: list[RecordLink] = field(default_factory=list)
    log: list[RecordLogEntry] = field(default_factory=list)


def apply_due(context: RunContext) -> bool:
    """Plan and write everything that is due; False when the slice was spent first."""
    # Before both sides are listed nobody knows what a record may match.
    ready = [
        sync
        for sync in sorted(context.syncs, key=lambda s: (s.config.pair.rank, s.definition.pk))
        if len(sync.definition.listed) == len(Side) and sync.definition.enabled
    ]
    counts.keep_up(context)
    while True:
        was_busy = False
        for sync in ready:
            if not brakes.lets_pass(context, sync, _due(context, sync)):
                continue
            while True:
                _look_up_again(context, sync)
                links = list(_due(context, sync).order_by("id")[:CHUNK])
                if not links:
                    brakes.end_first_run(sync)
                    break
                if context.is_spent:
                    return False
                was_busy = True
                _apply_chunk(context, sync, links)
                counts.keep_up(context, now_and_then=True)
        # A record may have asked for one of a lower rank, or waited for one of a higher.
        if not was_busy or len(ready) == 1:
            return True


def _due(context: RunContext, sync: ActiveSync) -> QuerySet[RecordLink]:
    """The links to plan; those with an open write wait for its outcome."""
    waiting = PendingWrite.objects.filter(pair=context.pair, state__in=PendingWrite.OPEN).values(
        "link_id"
    )
    due = sync.definition.links.filter(next_at__lte=context.env.clock.now())
    if not context.may_backfill and sync.definition.listed_at is not None:
        due = due.exclude(synced_at=None, created_at__lte=sync.definition.listed_at)
    return due.exclude(pk__in=waiting).exclude(unreadable.UNREADABLE)


def _look_up_again(context: RunContext, sync: ActiveSync) -> None:
    # Never planned: a person's click or new settings read them anew.
    due = sync.definition.links.filter(unreadable.UNREADABLE, next_at__lte=context.env.clock.now())
    again = list(due)
    for side in Side:
        ids = set(context.to_look_up.pop((sync.definition.pk, side), []))
        ids |= {str(link.id_on(side)) for link in again if unreadable.side_of(link) == side.label}
        ids = {one for one in ids if not is_stand_in(one)}
        if ids:
            ingest.look_up(context, sync, side, sorted(ids))
    if again:
        with transaction.atomic():
            context.confirm()
            due.filter(pk__in=[link.pk for link in again]).update(next_at=None)


def _apply_chunk(context: RunContext, sync: ActiveSync, links: Sequence[RecordLink]) -> None:
    links = planning.load(context, sync, links)
    matches = fact_finding.matches_of(context.pair, sync, links)
    matched = [(h.link, q.link) for h, q in matches.pairs]
    joined = linking.join(context, sync, matched, f"Matched by {sync.config.pair.match_key_label}.")
    asked = linking.join(context, sync, linking.asked_for(links), "Linked as a person asked.")
    if asked:  # who was ambiguous beside them may not be any more
        store.wake_sharers(
            sync.definition, list(RecordLink.objects.filter(pk__in=asked)), context.env.clock.now()
        )
    joined |= asked
    plans = planning.plan_all(
        context, sync, [link for link in links if link.pk not in joined], matches
    )
    done = _sort_out(context, sync, plans)
    with transaction.atomic():
        context.confirm()
        # Settings saved meanwhile have made every record due: this plan must not undo that.
        outbox.require_permission(sync.definition)
        _save_unmoved(done.settled)
        approvals.ask(context, sync, plans)
        waking.wake_around(done.turned, now=context.env.clock.now())
        _ask_for(context, plans)
        record_log.save(done.log)
    for (side, op), planned in sorted(done.writes.items(), key=lambda kv: kv[0]):
        _write(context, sync, side, op, planned)


def _ask_for(context: RunContext, plans: Sequence[tuple[RecordLink, RecordPlan]]) -> None:
    """Let filters pass what other records need, and plan it now (ENGINE 2.7)."""
    wanted = {pk for _, plan in plans for pk in plan.wants}
    if wanted:
        RecordLink.objects.filter(pk__in=wanted, wanted=False).update(
            wanted=True, next_at=context.env.clock.now()
        )


def _sort_out(
    context: RunContext, sync: ActiveSync, plans: Sequence[tuple[RecordLink, RecordPlan]]
) -> _Round:
    """Part the plans that need a write from those that only settle a state."""
    now = context.env.clock.now()
    done = _Round()
    flapping = _flapping(sync, [link for link, plan in plans if plan.changes], now)
    for link, plan in plans:
        link.base = {key: [pair.hubspot, pair.quickbooks] for key, pair in plan.base.items()}
        link.blocked_on_id = plan.waits_on
        _note_emptied(context, sync, link, plan, done)
        _tell(context, link, plan, done)
        status = plan.status
        change = _executable(link, plan, now)
        if change is not None and link.pk in flapping:
            name = flapping[link.pk]
            status = because("flapping", field=name, times=str(FLAPPING_TIMES))
            change = None
        elif plan.changes and change is None:
            status = _refusal(link, plan)
        if change is not None:
            done.writes[(change.side, change.op)].append(Planned(link, change))
            continue
        if not plan.changes and status.state is not State.WAITING:
            link.answered = {}  # a decision counts once
        before = (link.state, link.code)
        if _settle_state(link, status, now) and status.code not in TOLD_ELSEWHERE:
            done.log.append(_decided(context, link))
        if before != (link.state, link.code):
            done.turned.append(link)
        done.settled.append(link)
    return done


def _decided(context: RunContext, link: RecordLink) -> RecordLogEntry:
    """Every record that is not written gets its reason into the record log, too."""
    return record_log.entry(
        link,
        record_log.Kind.DECIDED,
        at=context.env.clock.now(),
        run=context.run,
        code=link.code,
        text=link.explanation,
    )


def _executable(link: RecordLink, plan: RecordPlan, now: datetime) -> Change | None:
    """The first change that was not refused just like this before (QuickBooks comes first)."""
    for change in plan.changes:
        refusal = link.refused.get(change.side.value)
        if not refusal or refusal["digest"] != intents.digest(change):
            return change
        retry_at = refusal.get("retry_at")
        if retry_at and datetime.fromisoformat(retry_at) <= now:
            return change
    return None


def _refusal(link: RecordLink, plan: RecordPlan) -> Status:
    """Why the first planned change is not sent: the vendor refused just this before."""
    refusal = link.refused[plan.changes[0].side.value]
    return Status(State.FAILING, refusal["code"], refusal["params"])


def _settle_state(link: RecordLink, status: Status, now: datetime) -> bool:
    """Write a status onto a link, and when it is due again by itself.

    Returns:
        Whether the record is left alone for another reason than before.
    """
    changed = (link.state, link.code) != (status.state.value, status.code)
    link.state, link.code, link.params = status.state.value, status.code, dict(status.params)
    link.next_at = None
    if status.state is State.FAILING:
        link.failing_since = link.failing_since or now
        refusals = link.refused.values()
        times = [datetime.fromisoformat(r["retry_at"]) for r in refusals if r.get("retry_at")]
        # A refusal whose time has come and that is not tried now says nothing about the next try.
        ahead = [at for at in times if at > now]
        link.next_at = min(ahead, default=None) or next_try(
            status.code, attempts=1, now=now, fraction=1.0
        )
    else:
        link.failing_since = None
        link.attempts = 0
        if status.state is State.IN_SYNC:
            link.refused = {}
    if changed:
        link.updated_at = now
    return changed and status.state in {State.FAILING, State.EXCLUDED}


def _note_emptied(
    context: RunContext, sync: ActiveSync, link: RecordLink, plan: RecordPlan, done: _Round
) -> None:
    """Log, once, a field that was emptied on one side and is left alone on the other (S7)."""
    now_empty = [f"{side.value}:{key}" for key, side in plan.emptied]
    labels = {m.key: m.label for m in sync.config.mappings}
    for key, side in plan.emptied:
        if f"{side.value}:{key}" in link.emptied:
            continue
        text = (
            f"{labels.get(key) or key} was emptied in {side.label}. An empty value never "
            f"overwrites, so {side.other.label} keeps its own."
        )
        done.log.append(
            record_log.entry(
                link,
                record_log.Kind.EMPTIED,
                at=context.env.clock.now(),
                run=context.run,
                side=side,
                text=text,
            )
        )
    link.emptied = now_empty


def _tell(context: RunContext, link: RecordLink, plan: RecordPlan, done: _Round) -> None:
    """Log, once, what a plan has to say although it changes nothing."""
    for note in plan.notes:
        if note.key not in link.told:
            done.log.append(
                record_log.entry(
                    link,
                    record_log.Kind.DECIDED,
                    at=context.env.clock.now(),
                    run=context.run,
                    text=note.text,
                )
            )
    link.told = [note.key for note in plan.notes]


def _flapping(sync: ActiveSync, links: Sequence[RecordLink], now: datetime) -> dict[int, str]:
    """Links whose one field was written back and forth too often lately: ``{link: field}``."""
    recent: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    rows = PendingWrite.objects.filter(
        link__in=[link.pk for link in links],
        state=PendingWrite.State.DONE,
        op=ChangeOp.UPDATE.value,
        settled_at__gte=now - FLAPPING_WINDOW,
    ).order_by("id")
    retried = {link.pk: link.retried_at for link in links}
    for link_id, side, changes, at in rows.values_list("link_id", "side", "changes", "settled_at"):
        since = retried[link_id]
        if at is None or (since is not None and at <= since):
            continue
        for change in changes:
            sides = recent[link_id][change["mapping"]]
            if not sides or sides[-1] != side:
                sides.append(side)
    labels = {m.key: m.label for m in sync.config.mappings}
    return {
        link_id: labels.get(key) or key
        for link_id, by_field in recent.items()
        for key, sides in by_field.items()
        if len(sides) > FLAPPING_TIMES
    }


def _save_unmoved(links: Sequence[RecordLink]) -> None:
    """Save planned states, except for links that moved since (a click, a webhook)."""
    fresh = dict(
        RecordLink.objects.select_for_update()
        .filter(pk__in=[link.pk for link in links])
        .values_list("pk", "revision")
    )
    unmoved = [link for link in links if fresh.get(link.pk) == link.revision]
    save_changed(unmoved, PLAN_FIELDS)
    failed_calls.forget([link.pk for link in unmoved if link.state == State.IN_SYNC])


def _write(
    context: RunContext, sync: ActiveSync, side: Side, op: ChangeOp, planned: list[Planned]
) -> None:
    """Send the changes of one kind in batches, a few batches side by side."""
    size = sync.config.pair.batch_sizes.get(side) or context.connectors[side].batch_size[Op(op)]
    batches = [planned[i : i + size] for i in range(0, len(planned), size)]
    for start in range(0, len(batches), WAVE):
        if context.is_spent:
            return
        looked = [
            rereading.look_before(context, sync, side, op, b) for b in batches[start : start + WAVE]
        ]
        sendings = [
            sending
            for batch in looked
            if batch and (sending := outbox.save_intents(context, sync, side, batch)) is not None
        ]
        outbox.send(context, sync, sendings)
