"""Saves what came of writes: ids, versions, base, state and record log, one batch at a time.

Must not know how a write was sent, nor why it was planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from syncapp.core import errors
from syncapp.core.answers import warnings
from syncapp.core.merge import BasePair
from syncapp.core.plan import Change, ChangeOp, FieldChange
from syncapp.core.planner import MERGED
from syncapp.core.reasons import State
from syncapp.core.records import Record
from syncapp.core.retry import next_try
from syncapp.core.sides import Side
from syncapp.core.values import Value
from syncapp.models import IdAlias, PendingWrite, RecordLink, RecordLogEntry
from syncapp.services import approvals, record_log, refusals, store
from syncapp.services.bulk import save_changed
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.failed_calls import FailedCalls
from syncapp.services.halves import absorb, let_go
from syncapp.services.intents import digest, planned_changes, quiet_time
from syncapp.services.record_log import Kind

#: A side whose answers hold only some of a record's fields.
PARTIAL_ANSWERS = frozenset({Side.HUBSPOT})

#: How often one run believes that a record has only to be read again.
SENT_BACK_AT_MOST = 4

SETTLED_FIELDS = (
    "state", "settled_at", "request_id", "result", "due_at", "sent_at", "batch_id", "batch_key",
    "single", "lease_epoch",
)  # fmt: skip
#: The product a line item is made from, and the ones that turned out to be archived in a run.
PRODUCT, ARCHIVED_PRODUCTS = "hs_product_id", "archived products"
LINK_FIELDS = (*store.SEEN_FIELDS, "base", "refused", "attempts", "failing_since", "synced_at")


class Settlement:
    """Collects the results of a batch and saves them in one go.

    Made and used inside one transaction, with the links locked.

    Args:
        context: The run.
        sync: The sync the writes belong to.
        side: The side they were sent to.
        intents: The writes that are to be settled.
        records: What answers or look-ups returned for them; a half link that saw one of these
            early is joined with the link it was created for.
    """

    def __init__(
        self,
        context: RunContext,
        sync: ActiveSync,
        side: Side,
        intents: Sequence[PendingWrite],
        records: Iterable[Record] = (),
    ) -> None:
        self._context = context
        self._config = sync.config
        self._definition = sync.definition
        self._side = side
        self._now = context.env.clock.now()
        column = f"{side.value}_id"
        locked = sync.definition.links.select_for_update()
        self._known = locked.in_bulk([intent.link_id for intent in intents])
        ids = [part.ref.id for r in records for part in (r, *self._config.pair.split(side, r))]
        self._holders: dict[str, RecordLink] = {
            getattr(link, column): link for link in locked.filter(**{f"{column}__in": ids})
        }
        self._absorbed: dict[int, RecordLink] = {}
        self._intents: list[PendingWrite] = []
        self._links: list[RecordLink] = []
        self._parted: list[RecordLink] = []
        self._rekeyed: list[RecordLink] = []
        self._log: list[RecordLogEntry] = []
        self._calls = FailedCalls(side)
        self._approved: list[int] = []

    def written(
        self,
        intent: PendingWrite,
        record: Record,
        *,
        request_id: str = "",
        confirmed: bool = False,
    ) -> None:
        """The write happened.

        Args:
            intent: The write.
            record: What the answer, or the look-up, returned.
            request_id: The vendor's id of the call.
            confirmed: It was found by looking. The base then takes the values *sent*: a
                difference may be a user's edit made meanwhile.
        """
        link = self._fresh(intent)
        side = self._side
        answer = dict(record.values)
        record = self._part(link, intent, record)
        values = dict(record.values)
        if intent.op == ChangeOp.CREATE:
            if not self._claim(link, record):
                self._conflicting_claim(intent, link, record)
                return
            self._context.counters.created[side.value] += 1
        else:
            self._context.counters.updated[side.value] += 1
        before = dict(store.seen(link, side))
        if side in PARTIAL_ANSWERS and not confirmed:
            values = {**before, **intent.payload, **values}
        values = store.own_values(self._config, side, values)
        store.put(link, "seen", side, values)
        store.put(link, "gone", side, record.gone or "")
        if record.version:
            store.put(link, "version", side, record.version)
        self._advance_base(link, intent, values, confirmed=confirmed)
        link.refused = {k: v for k, v in link.refused.items() if k != side.value}
        link.attempts = 0
        link.failing_since = None
        link.synced_at = self._now
        store.name_it(self._config, link)
        self._due(link)
        self._rekeyed.append(link)
        self._calls.succeeded(intent)
        if side is Side.QUICKBOOKS:
            self._approved.append(link.pk)
        self._settle(intent, PendingWrite.State.DONE, request_id=request_id)
        self._log_written(intent, link, request_id, confirmed=confirmed)
        if not confirmed:  # what was found later may be somebody's edit made meanwhile
            self._log_warnings(intent, link, answer)

    def refused(self, intent: PendingWrite, error: errors.RecordError) -> None:
        """The write did not happen, or nobody knows."""
        match error:
            case errors.OutcomeUnknown():
                self._unknown(intent, error)
            case errors.Throttled():
                self.dropped(intent, str(error))
            case errors.StaleRecord() | errors.RecordGone():
                self._send_back(intent, error, look_up=intent.link.id_on(self._side))
            case errors.TryLater():
                self._failing(intent, error, code="temporary", resend=True)
            case errors.RecordRejected() if error.code == "marker_in_use":
                # Our own record is already there: an earlier try did arrive. Should it not be
                # found, the next look is not at once.
                is_first = intent.sent_at == intent.first_sent_at
                self._unknown(intent, error, due=self._now if is_first else None)
            case errors.RecordRejected() if error.field == PRODUCT and PRODUCT in intent.payload:
                # It was archived, of which nothing tells: the line goes without it.
                archived = self._context.known.setdefault(ARCHIVED_PRODUCTS, set())
                archived.add(str(intent.payload[PRODUCT]))
                self._send_back(intent, error, look_up=None)
            case errors.RecordRejected() if self._is_news(error.existing_id):
                # A record we did not know of holds the key: read it, and match again.
                self._send_back(intent, error, look_up=error.existing_id)
            case _:
                self._failing(intent, error, code=error.code or "rejected")

    def _send_back(
        self, intent: PendingWrite, error: errors.RecordError, *, look_up: str | None
    ) -> None:
        """Read the record and plan it again; a side that only ever says so must not be asked on.

        Nothing else would end the run: each try looks like the first one.
        """
        tries = self._context.sent_back
        tries[intent.link_id] += 1
        if tries[intent.link_id] < SENT_BACK_AT_MOST:
            self.dropped(intent, str(error), look_up=look_up)
        else:
            self._failing(intent, error, code="temporary", resend=True)

    def _look_up_whole(self, whole: RecordLink) -> None:
        """Read anew what a refused record is a part of."""
        record_id = whole.id_on(self._side)
        if record_id and not store.get(whole, "gone", self._side):
            self._context.to_look_up[(whole.definition_id, self._side)].append(record_id)

    def dropped(
        self,
        intent: PendingWrite,
        text: str,
        *,
        look_up: str | None = None,
        keep_conflicts: bool = False,
    ) -> None:
        """The write did not happen, or nothing of it is left; it is planned anew.

        Args:
            intent: The write.
            text: Why, for the record log.
            look_up: An id on this side to be read before anything is planned.
            keep_conflicts: It may have stood there for a while, or may still arrive: what it was
                to overwrite in a conflict is then kept in the record log.
        """
        if look_up:
            self._context.to_look_up[(self._definition.pk, self._side)].append(look_up)
        link = self._fresh(intent)
        self._due(link)
        self._settle(intent, PendingWrite.State.DROPPED, result=text)
        if keep_conflicts:
            self._log_conflicts(
                intent,
                link,
                "Both sides had changed, and a write whose outcome is not known was to overwrite "
                f"{self._side.label}'s value, which is listed here.",
            )

    def save(self) -> None:
        """Write everything down."""
        let_go(self._absorbed)
        save_changed(self._parted, store.SEEN_FIELDS)  # they give their ids free
        save_changed(self._links, LINK_FIELDS)
        save_changed(self._intents, SETTLED_FIELDS)
        changes = store.save_keys(self._config, self._rekeyed)
        store.wake_peers(self._definition, changes, self._now)
        record_log.save(self._log)
        self._calls.save()
        approvals.use(self._approved, now=self._now)

    def _is_news(self, record_id: str) -> bool:
        """Whether an id of this side is one we have never seen and can read."""
        if not record_id or self._side is Side.QUICKBOOKS:
            return False  # QuickBooks may name a vendor or an employee
        return not self._definition.links.filter(hubspot_id=record_id).exists()

    def _fresh(self, intent: PendingWrite) -> RecordLink:
        """The link as it stands now, locked."""
        link = self._known[intent.link_id]
        self._links.append(link)
        return link

    def _due(self, link: RecordLink) -> None:
        """Plan it again: only an empty plan says that a record is in sync."""
        link.revision += 1
        link.next_at = self._now
        link.updated_at = self._now
        link.state, link.code, link.params = State.WAITING.value, "pending", {}

    def _part(self, link: RecordLink, intent: PendingWrite, record: Record) -> Record:
        """The part of an answered record that the link is kept as; of a new one what was sent.

        A payment that is found late may have been spread over further invoices by then.
        """
        split = self._config.pair.split
        cut = split(self._side, record)
        sent = split(self._side, Record(record.ref, intent.payload))
        known = link.id_on(self._side) or next((one.ref.id for one in sent), "")
        return next((one for one in cut if one.ref.id == known), cut[0] if cut else record)

    def _claim(self, link: RecordLink, record: Record) -> bool:
        """Give the link the created record's id, joining a half link that saw it early."""
        rival = self._holders.get(record.ref.id)
        if rival is not None and rival.pk != link.pk:
            if rival.is_linked:
                return False
            if self._is_being_made(rival):
                if not self._part_from(record, rival):
                    return False
            else:
                absorb(link, rival)
                self._absorbed[rival.pk] = link
        store.put(link, "id", self._side, record.ref.id)
        self._holders[record.ref.id] = link
        return True

    def _is_being_made(self, rival: RecordLink) -> bool:
        """Whether a half link may have a partner of its own by now, of which nobody knows yet."""
        return PendingWrite.objects.filter(
            link=rival.pk, op=ChangeOp.CREATE, state__in=PendingWrite.OPEN
        ).exists()

    def _part_from(self, record: Record, rival: RecordLink) -> bool:
        """Leave a record to the link it was created for, although another half link stands for it.

        Somebody merged what that one was into the created record: it goes on as the merged one.
        """
        merged = IdAlias.objects.filter(
            definition=self._definition, side=self._side.value, new_id=record.ref.id
        ).first()
        if merged is None:
            return False
        store.put(rival, "id", self._side, merged.old_id)
        store.put(rival, "gone", self._side, MERGED)
        rival.revision += 1
        self._parted.append(rival)
        return True

    def _conflicting_claim(self, intent: PendingWrite, link: RecordLink, record: Record) -> None:
        """The id we were given belongs to another pair already: a person decides."""
        email = next(iter(self._config.pair.match_keys(self._side, record.values)), "")
        told = {"side": self._side.label, "email": email, "value": email}
        told["existing_id"] = record.ref.id
        self._fail(link, self._config.pair.key_in_use, told)
        self._settle(intent, PendingWrite.State.REFUSED, result=record.ref.id)

    def _advance_base(
        self,
        link: RecordLink,
        intent: PendingWrite,
        answer: dict[str, Value],
        *,
        confirmed: bool,
    ) -> None:
        base = dict(link.base)
        normal = self._config.normal
        planned = normal(self._side, intent.payload if confirmed else answer)
        for change in planned_changes(intent):
            if not change.mapping:
                continue
            held = planned.get(change.field)
            pair = (
                BasePair(held, change.source)
                if self._side is Side.HUBSPOT
                else BasePair(change.source, held)
            )
            base[change.mapping] = [pair.hubspot, pair.quickbooks]
        link.base = base

    def _unknown(
        self, intent: PendingWrite, error: errors.RecordError, *, due: datetime | None = None
    ) -> None:
        link = self._fresh(intent)
        due = due or max(self._now, intent.sent_at + quiet_time(self._side, intent.op))
        intent.due_at = due
        self._settle(
            intent, PendingWrite.State.UNKNOWN, request_id=error.request_id, result=str(error)
        )
        link.state, link.code = State.WAITING.value, "outcome_unknown"
        link.params = {"side": self._side.label, "due": due.strftime("%Y-%m-%d %H:%M:%S UTC")}
        link.next_at = None  # its outcome makes it due again
        link.updated_at = self._now
        self._calls.failed(intent, error)
        self._note(link, Kind.UNKNOWN, text=str(error), request_id=error.request_id)

    def _failing(
        self, intent: PendingWrite, error: errors.RecordError, *, code: str, resend: bool = False
    ) -> None:
        link = self._fresh(intent)
        params = refusals.params_of(self._config, self._side, intent, error)
        if code == "email_in_use":  # what a unique key is in use for depends on the object
            code = self._config.pair.key_in_use
        if code == "name_in_use":
            params["owner"] = refusals.owner_of(self._definition, self._config.pair, params)
        self._fail(link, code, params)
        if intent.op == ChangeOp.CREATE and link.parent is not None:
            # What it belongs to may have been archived, of which nothing else tells (2.1).
            self._look_up_whole(link.parent)
        if not resend:
            change = Change(self._side, ChangeOp(intent.op), planned_changes(intent))
            link.refused = {
                **link.refused,
                self._side.value: {
                    "digest": digest(change),
                    "code": code,
                    "params": params,
                    "retry_at": link.next_at.isoformat() if link.next_at else None,
                },
            }
            # Planned once more right away: writes to the other side may still be due.
            link.next_at = self._now
        self._context.counters.refused += 1
        self._calls.failed(intent, error)
        self._settle(
            intent, PendingWrite.State.REFUSED, request_id=error.request_id, result=str(error)
        )
        self._note(
            link,
            Kind.REFUSED,
            code=code,
            text=link.explanation,
            changes=planned_changes(intent),
            request_id=error.request_id,
        )

    def _fail(self, link: RecordLink, code: str, params: dict[str, str]) -> None:
        link.state, link.code, link.params = State.FAILING.value, code, params
        link.attempts += 1
        link.failing_since = link.failing_since or self._now
        link.updated_at = self._now
        link.revision += 1
        link.next_at = next_try(
            code,
            attempts=link.attempts,
            now=self._now,
            fraction=self._context.env.random.uniform(0.0, 1.0),
        )

    def _settle(
        self, intent: PendingWrite, state: str, *, request_id: str = "", result: str = ""
    ) -> None:
        intent.state = state
        intent.request_id = request_id
        intent.result = result
        if state not in PendingWrite.OPEN:
            intent.settled_at = self._now
        self._intents.append(intent)

    def _log_written(
        self, intent: PendingWrite, link: RecordLink, request_id: str, *, confirmed: bool
    ) -> None:
        self._note(
            link,
            Kind.CREATED if intent.op == ChangeOp.CREATE else Kind.UPDATED,
            text="Confirmed by looking it up." if confirmed else "",
            changes=planned_changes(intent),
            request_id=request_id,
        )
        self._log_conflicts(
            intent,
            link,
            f"Both sides had changed. {self._side.other.label}'s value was kept; "
            f"{self._side.label}'s value before is listed here.",
        )

    def _log_warnings(
        self, intent: PendingWrite, link: RecordLink, answer: dict[str, Value]
    ) -> None:
        held = {**intent.payload, **answer} if self._side in PARTIAL_ANSWERS else answer
        changes, op = planned_changes(intent), ChangeOp(intent.op)
        for text in warnings(self._config, self._side, op, changes, held):
            self._note(link, Kind.WARNING, text=text)

    def _log_conflicts(self, intent: PendingWrite, link: RecordLink, text: str) -> None:
        """Keep the values that lost."""
        conflicts = [change for change in planned_changes(intent) if change.conflict]
        if conflicts:
            self._note(link, Kind.CONFLICT, text=text, changes=conflicts)

    def _note(
        self,
        link: RecordLink,
        kind: Kind,
        *,
        text: str,
        code: str = "",
        changes: Sequence[FieldChange] = (),
        request_id: str = "",
    ) -> None:
        """Put a line into the record log, about this side, of this run."""
        self._log.append(
            record_log.entry(
                link,
                kind,
                at=self._now,
                run=self._context.run,
                side=self._side,
                code=code,
                text=text,
                changes=record_log.field_changes(self._config, self._side, changes),
                request_id=request_id,
            )
        )
