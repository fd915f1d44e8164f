"""What a person may do to single records: retry, exclude, include.

A click never writes to a vendor; it only makes the record due.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F

from syncapp.core.reasons import State
from syncapp.models import AccountPair, RecordLink
from syncapp.services import counts, record_log, unreadable, waking
from syncapp.services.bulk import save_changed
from syncapp.services.manual_links import PART_NOTE

PERMISSION = "syncapp.retry_recordlink"
_EXCLUSION_FIELDS = (
    "excluded_by", "excluded_note", "unlinked_from", "next_at", "revision", "state", "code",
    "params", "blocked_on", "failing_since", "attempts", "updated_at",
)  # fmt: skip


def retry(links: Iterable[RecordLink], *, who: str, now: datetime) -> int:
    """Try failing or excluded records again in the next run; returns how many.

    What a person excluded stays out until it is included.
    """
    ids = [link.pk for link in links]
    with transaction.atomic():
        chosen = RecordLink.objects.select_for_update().filter(pk__in=ids)
        chosen = chosen.filter(state__in=[State.FAILING, State.EXCLUDED], excluded_by="")
        found = list(chosen)
        # What could not be read is read again before it is planned: its reason stays till then.
        chosen.filter(code="bad_data").update(next_at=now, retried_at=now)
        chosen.exclude(code="bad_data").update(
            next_at=now,
            refused={},
            attempts=0,
            retried_at=now,
            revision=F("revision") + 1,
            state=State.WAITING,
            code="pending",
            params={},
            updated_at=now,
        )
        record_log.save(
            record_log.entry(
                link, record_log.Kind.PERSON, at=now, text="Will be tried again.", who=who
            )
            for link in found
        )
        _wake(found, now)
    return len(found)


def exclude(links: Iterable[RecordLink], *, who: str, note: str, now: datetime) -> int:
    """Leave records out of the sync until they are included again; returns how many."""
    return _set_exclusion(links, who=who, note=note, now=now, by=who)


def include(links: Iterable[RecordLink], *, who: str, now: datetime) -> int:
    """Take excluded records into the sync (again); returns how many.

    One that is older than the sync's start date is taken in for good (S23). One that was unlinked
    comes with the half it was parted from: alone it would be created a second time over there.
    """
    with transaction.atomic():
        links = _with_partners(links)
        ids = [link.pk for link in links]
        old = RecordLink.objects.select_for_update().filter(pk__in=ids, code="before_start")
        found = list(old)
        RecordLink.objects.filter(pk__in=[link.pk for link in found]).update(
            included_by=who,
            next_at=now,
            revision=F("revision") + 1,
            state=State.WAITING,
            code="pending",
            params={},
            updated_at=now,
        )
        text = "Included although it is older than the sync."
        record_log.save(
            record_log.entry(link, record_log.Kind.PERSON, at=now, text=text, who=who)
            for link in found
        )
        _wake(found, now)
        return len(found) + _set_exclusion(links, who=who, note="", now=now, by="")


def _with_partners(links: Iterable[RecordLink]) -> list[RecordLink]:
    """The records, the halves they were unlinked from, and the parts left out with them."""
    found = {link.pk: link for link in links}
    parted = {link.unlinked_from: link.pk for link in found.values() if link.unlinked_from}
    for half in RecordLink.objects.filter(pk__in=parted, unlinked_from__in=parted.values()):
        found[half.pk] = half
    parts = RecordLink.objects.filter(parent__in=list(found), excluded_note=PART_NOTE)
    return [*found.values(), *parts] if parted else list(found.values())


def _set_exclusion(
    links: Iterable[RecordLink], *, who: str, note: str, now: datetime, by: str
) -> int:
    """Set who excluded some records, or nobody; their state says so before the next run does."""
    ids = [link.pk for link in links]
    with transaction.atomic():
        chosen = RecordLink.objects.select_for_update().filter(pk__in=ids)
        chosen = chosen.filter(excluded_by="") if by else chosen.exclude(excluded_by="")
        found = list(chosen)
        for link in found:
            link.excluded_by, link.excluded_note = by, note
            link.next_at, link.revision = now, link.revision + 1
            if by:
                _say_excluded(link, now)
            else:
                link.unlinked_from = None
                _say_waiting(link, now)
        save_changed(found, _EXCLUSION_FIELDS)
        text = f"Excluded: {note}" if by else "Included again."
        record_log.save(
            record_log.entry(link, record_log.Kind.PERSON, at=now, text=text, who=who)
            for link in found
        )
        waking.wake_around(found, now=now)
        _wake(found, now)
    return len(found)


def _say_excluded(link: RecordLink, now: datetime) -> None:
    """Show a record as excluded at once; a write that nobody has confirmed is told first."""
    if link.code == "outcome_unknown":
        return
    if side := unreadable.side_of(link):
        unreadable.note(link, side, link.params.get("detail", ""), now=now)
    else:
        told = {"who": link.excluded_by, "note": link.excluded_note}
        link.state, link.code, link.params = State.EXCLUDED.value, "by_person", told
    link.blocked_on, link.failing_since, link.attempts = None, None, 0
    link.updated_at = now


def _say_waiting(link: RecordLink, now: datetime) -> None:
    """Show a record that takes part again as waiting; one that could not be read is read first."""
    if link.state != State.EXCLUDED:
        return
    link.updated_at = now
    if side := unreadable.side_of(link):
        unreadable.note(link, side, link.params.get("detail", ""), now=now)
        link.next_at = now
    else:
        link.state, link.code, link.params = State.WAITING.value, "pending", {}


def _wake(links: Iterable[RecordLink], now: datetime) -> None:
    definitions = {link.definition_id for link in links}
    AccountPair.objects.filter(definitions__in=definitions).run_next(now)
    counts.refresh(definitions, now=now)
