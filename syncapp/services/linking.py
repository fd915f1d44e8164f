"""Makes one link of two half links: of those that match, and of those a person wants together.

Must not know how records are matched, nor what is written to a linked record.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from syncapp.models import RecordLink
from syncapp.services import record_log, store
from syncapp.services.bulk import save_changed
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.halves import let_go, unite


def asked_for(links: Sequence[RecordLink]) -> list[tuple[int, int]]:
    """The half links that a person wants to be linked: ``(HubSpot's, QuickBooks')``."""
    asked = [link for link in links if link.link_with is not None]
    pairs = {
        (link.pk, link.link_with) if link.hubspot_id is not None else (link.link_with, link.pk)
        for link in asked
    }
    return sorted((int(h or 0), int(q or 0)) for h, q in pairs)


def _can_join(hubspot: RecordLink | None, quickbooks: RecordLink | None) -> bool:
    """Whether both are still there, each on its own and the one side's: a person may have acted."""
    return (
        hubspot is not None
        and quickbooks is not None
        and hubspot.quickbooks_id is None
        and quickbooks.hubspot_id is None
        and not (hubspot.excluded_by or quickbooks.excluded_by)
    )


def join(
    context: RunContext, sync: ActiveSync, pairs: Sequence[tuple[int, int]], text: str
) -> set[int]:
    """Make one link of two half links, for each pair; they are planned in the next round.

    Returns:
        The half links concerned.
    """
    if not pairs:
        return set()
    now = context.env.clock.now()
    kept: list[RecordLink] = []
    absorbed: dict[int, RecordLink] = {}
    with transaction.atomic():
        context.confirm()
        halves = sync.definition.links.select_for_update().in_bulk(
            [pk for both in pairs for pk in both]
        )
        for both in pairs:
            if not _can_join(*(halves.get(pk) for pk in both)):
                continue
            link, rival = (halves[pk] for pk in sorted(both))
            unite(sync.config, link, rival, now=now)
            absorbed[rival.pk] = link
            link.alone, link.link_with, link.unlinked_from = False, None, None
            if rival.code == "bad_data":  # linked, but not written before it can be read
                link.state, link.code, link.params = rival.state, rival.code, rival.params
            kept.append(link)
        let_go(absorbed)
        save_changed(kept, [*store.SEEN_FIELDS, "origin", "alone", "link_with", "unlinked_from"])
        store.save_keys(sync.config, kept)
        record_log.save(
            record_log.entry(link, record_log.Kind.LINKED, at=now, run=context.run, text=text)
            for link in kept
        )
    context.counters.linked += len(kept)
    return {pk for both in pairs for pk in both}
