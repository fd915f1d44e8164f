"""Approvals: what waits for a person, what was said, and what may be written because of it.

The one gate in planning, and what people do: prepare, approve, send back. Which change needs an
approval is decided in ``core/approvals``; nothing is written to a vendor here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, QuerySet

from syncapp.core import approvals
from syncapp.core.approvals import Answer
from syncapp.core.invoices.books import Books
from syncapp.core.plan import IN_SYNC, Change, RecordPlan
from syncapp.core.sides import Side
from syncapp.models import AccountPair, Approval, RecordLink
from syncapp.services import record_log, setting_changes
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.facts import Case, as_state

State = Approval.State
NOTE_LIMIT = 500


def digest(change: Change) -> str:
    """A name for exactly this change: what is written, and over what."""
    told = [[one.field, one.before, one.after] for one in change.fields]
    body = json.dumps([change.op.value, told], sort_keys=True, default=str)
    return hashlib.sha256(body.encode()).hexdigest()


def _terms(sync: ActiveSync) -> tuple[approvals.Rule, Books]:
    """What is held back of a sync, and the books that its documents go to."""
    pair = sync.definition.pair
    day = pair.reviewed_through
    rule = approvals.rule_of(sync.config, day.isoformat() if day else "")
    return rule, Books.from_details(pair.quickbooks.details)


class Gate:
    """Holds back what a person has to approve first, for the links of one chunk."""

    def __init__(self, sync: ActiveSync, cases: Sequence[Case]) -> None:
        self._config = sync.config
        self._rule, self._books = _terms(sync)
        self._asked: Mapping[int, Approval] = {}
        if not self._rule.is_idle:
            open_ones = Approval.objects.filter(
                link__in=[case.link.pk for case in cases], state__in=Approval.OPEN
            )
            self._asked = {one.link_id: one for one in open_ones}

    def hold(self, case: Case, plan: RecordPlan) -> RecordPlan:
        """The plan without what is not approved yet."""
        change = approvals.outbound(plan)
        if change is None or self._rule.is_idle:
            return plan
        document = approvals.document_of(case.state, self._config, change, self._books)
        why = approvals.asks(self._rule, document)
        if not why:
            return plan
        return approvals.hold(plan, why, self._rule, document, self._answer(case, change))

    def _answer(self, case: Case, change: Change) -> Answer | None:
        asked = self._asked.get(case.link.pk)
        if asked is None or asked.state == State.WAITING or asked.digest != digest(change):
            return None
        return Answer(asked.state == State.APPROVED, asked.decided_by, asked.note)


def ask(
    context: RunContext, sync: ActiveSync, plans: Sequence[tuple[RecordLink, RecordPlan]]
) -> None:
    """Keep what was held back for a person, and let go what is not asked any more.

    Runs inside the caller's transaction.
    """
    known = {
        one.link_id: one
        for one in Approval.objects.select_for_update().filter(
            link__in=[link.pk for link, _ in plans], state__in=Approval.OPEN
        )
    }
    now = context.env.clock.now()
    outdated, news, log = [], [], []
    for link, plan in plans:
        asked = known.get(link.pk)
        if plan.held is None:
            if asked is not None and _is_idle(asked, plan):
                outdated.append(asked.pk)
            continue
        name = digest(plan.held)
        if asked is not None and asked.digest == name:
            continue
        if asked is not None:
            outdated.append(asked.pk)
        news.append(_request(sync, link, plan.held, name, now))
        log.append(
            record_log.entry(
                link, record_log.Kind.DECIDED, at=now, run=context.run, side=Side.QUICKBOOKS,
                code=plan.status.code, text=str(plan.status), changes=news[-1].changes,
            )
        )  # fmt: skip
    if outdated:
        Approval.objects.filter(pk__in=outdated).update(state=State.WITHDRAWN, settled_at=now)
    Approval.objects.bulk_create(news, batch_size=500)
    record_log.save(log)


def _is_idle(asked: Approval, plan: RecordPlan) -> bool:
    """Whether an open approval lost its cause; one that was given counts until it is used."""
    if asked.state != State.APPROVED:
        return True
    return plan.status == IN_SYNC and approvals.outbound(plan) is None


def _request(
    sync: ActiveSync, link: RecordLink, change: Change, name: str, now: datetime
) -> Approval:
    rule, books = _terms(sync)
    document = approvals.document_of(as_state(link, sync.config), sync.config, change, books)
    return Approval(
        link=link,
        definition=sync.definition,
        digest=name,
        op=change.op.value,
        changes=record_log.field_changes(sync.config, Side.QUICKBOOKS, change.fields),
        why=[one.value for one in approvals.asks(rule, document)],
        document_date=date.fromisoformat(document.dates[0]) if document.dates else None,
        reviewed_through=sync.definition.pair.reviewed_through,
        amount=document.amount,
        currency=document.currency if document.amount is not None else "",
        home_amount=document.home,
        asked_at=now,
    )


def use(links: Iterable[int], *, now: datetime) -> None:
    """What was approved is written: the approval is spent. In the caller's transaction."""
    pks = list(links)
    if pks:
        Approval.objects.filter(link__in=pks, state=State.APPROVED).update(
            state=State.SENT, settled_at=now
        )


# -- what people do


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a click on some approvals: how many were done, and why others were not."""

    done: int = 0
    refused: tuple[str, ...] = ()


def waiting() -> QuerySet[Approval]:
    """What waits for a person in the syncs that are alive, the oldest first."""
    found = Approval.objects.filter(
        state__in=[State.WAITING, State.SENT_BACK], definition__deleted_at=None
    )
    return found.order_by("asked_at", "pk")


def prepare(asked: Iterable[Approval], *, who: str, now: datetime) -> Outcome:
    """Mark what waits as checked, and ask again for what was sent back."""
    with transaction.atomic():
        found = _open(asked, State.WAITING, State.SENT_BACK)
        for one in found:
            one.state, one.prepared_by, one.prepared_at = State.WAITING, who, now
            one.decided_by, one.decided_at, one.note = "", None, ""
        text = "Checked, and waits for an approval."
        _save(found, ("prepared_by", "prepared_at"), text, who=who, now=now)
    return Outcome(len(found))


def approve(asked: Iterable[Approval], *, who: str, now: datetime) -> Outcome:
    """Let exactly these changes be written; each is written once."""
    refused: list[str] = []
    with transaction.atomic():
        found = []
        for one in _open(asked, State.WAITING):
            problem = why_not(one, who)
            if problem:
                refused.append(f"“{one.link}”: {problem}")
            else:
                one.state, one.decided_by, one.decided_at = State.APPROVED, who, now
                found.append(one)
        _save(found, (), "Approved.", who=who, now=now)
    return Outcome(len(found), tuple(refused))


def send_back(asked: Iterable[Approval], *, who: str, note: str, now: datetime) -> Outcome:
    """Refuse changes, with a reason; who prepared them changes the record or asks again."""
    note = note.strip()[:NOTE_LIMIT]
    if not note:
        raise ValueError("Say why: whoever prepared the record has to know what to change.")
    with transaction.atomic():
        found = _open(asked, State.WAITING)
        for one in found:
            one.state, one.note = State.SENT_BACK, note
            one.decided_by, one.decided_at = who, now
        _save(found, ("note",), f"Sent back: {note}", who=who, now=now)
    return Outcome(len(found))


def why_not(asked: Approval, who: str) -> str:
    """Why a person cannot approve a change, as a sentence; "" when they can."""
    whole = asked.definition.host or asked.definition
    if not approvals.needs_two_people(whole.settings.get("options", {})):
        return ""
    if not asked.prepared_by:
        return "Somebody else has to mark it as checked first."
    if asked.prepared_by == who:
        return "You prepared it, so another person has to approve it."
    return ""


def set_reviewed_through(pair: AccountPair, day: date | None, *, who: str, now: datetime) -> bool:
    """Set or clear the day up to which documents wait for an approval; False for no change."""
    with transaction.atomic():
        locked = AccountPair.objects.select_for_update().get(pk=pair.pk)
        before = locked.reviewed_through
        if before == day:
            return False
        AccountPair.objects.filter(pk=pair.pk).run_next(now, reviewed_through=day)
        pair.reviewed_through = day
        setting_changes.note(
            who=who, at=now, pair=pair, setting="reviewed_through",
            before=before.isoformat() if before else None, after=day.isoformat() if day else None,
        )  # fmt: skip
        # What waited may be free now, or wait for another reason.
        links = Approval.objects.filter(definition__pair=pair, state__in=Approval.OPEN)
        RecordLink.objects.filter(pk__in=links.values("link")).update(
            next_at=now, revision=F("revision") + 1
        )
    return True


def _open(asked: Iterable[Approval], *states: str) -> list[Approval]:
    """The chosen ones that are still in one of these states, locked."""
    rows = Approval.objects.select_for_update(of=("self",)).filter(
        pk__in=[one.pk for one in asked], state__in=states, definition__deleted_at=None
    )
    return list(rows.select_related("link", "definition__host").order_by("pk"))


def _save(
    found: Sequence[Approval], fields: Sequence[str], text: str, *, who: str, now: datetime
) -> None:
    """Save what a person said, tell it in the record log, and have the records planned again."""
    if not found:
        return
    for one in found:
        one.save(update_fields={"state", "decided_by", "decided_at", "note", *fields})
    record_log.save(
        record_log.entry(
            one.link, record_log.Kind.PERSON, at=now, side=Side.QUICKBOOKS, text=text, who=who,
            changes=one.changes,
        )
        for one in found
    )  # fmt: skip
    # The revision rises, so that a run that is planning them right now cannot undo this.
    RecordLink.objects.filter(pk__in=[one.link_id for one in found]).update(
        next_at=now, revision=F("revision") + 1
    )
    AccountPair.objects.filter(definitions__in={one.definition_id for one in found}).run_next(now)
