"""The records on each list of the month page, as conditions on record links (B19).

The page counts with them and the record view filters with them, so that a list holds what its
tile said. Must not know pages, nor the other filters of a list.
"""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from syncapp.core import month_lists
from syncapp.core.month_lists import Tile
from syncapp.core.reasons import State
from syncapp.models import Approval, MonthMark, RecordLink, RecordLogEntry, SyncDefinition

Kind = RecordLogEntry.Kind
#: Tiles whose list is the record view with this filter; the others have filters of their own.
FILTERS = (*month_lists.ONLY_IN_HUBSPOT, *month_lists.BY_CODE, Tile.EDITED)
#: Entries that say that a record was changed, linked, left alone or acted upon.
CHANGES = tuple(kind for kind in Kind if kind not in {Kind.REFUSED, Kind.UNKNOWN, Kind.WARNING})
#: So many changed records are told apart; beyond it the page says "10,000+".
MOST_EDITED = 10_000


def where(tile: str) -> Q:
    """The records of a list, whatever their month and account pair; not for ``EDITED``."""
    if tile in month_lists.ONLY_IN_HUBSPOT:
        only_in_hubspot = Q(
            hubspot_id__isnull=False, quickbooks_id__isnull=True, hubspot_gone="",
            state__in=[State.WAITING.value, State.FAILING.value, State.EXCLUDED.value],
        )  # fmt: skip
        return only_in_hubspot & ~Q(code__in=sorted(month_lists.NOT_EXPECTED[Tile(tile)]))
    return Q(code__in=sorted(month_lists.BY_CODE[Tile(tile)])) & ~Q(state=State.IN_SYNC.value)


def object_of(tile: str) -> str:
    """The only object a list holds; "" for any."""
    return month_lists.ONLY_IN_HUBSPOT.get(Tile(tile), "") if tile in set(Tile) else ""


def days(month: date) -> tuple[date, date]:
    """The first and the last day of a month."""
    return month, month.replace(day=calendar.monthrange(month.year, month.month)[1])


def mark_of(pair_id: int, month: date) -> MonthMark | None:
    """The mark that stands on a month."""
    return MonthMark.objects.filter(pair=pair_id, month=month, withdrawn_at=None).first()


def syncs_of(pair_id: int) -> QuerySet[SyncDefinition, Any]:
    """The ids of the pair's living syncs, as a subquery."""
    return SyncDefinition.objects.filter(pair=pair_id, deleted_at=None).values("pk")


def edited(pair_id: int, month: date) -> set[int]:
    """The records of a month that were edited after it was reported, up to ``MOST_EDITED`` + 1.

    Reported is a month that is marked, or that lies before "Reviewed through" or QuickBooks'
    closing date: what changed since the mark, what asked for an approval because of its date, and
    what is held because its month was reported.
    """
    syncs, dated = syncs_of(pair_id), days(month)
    links = RecordLink.objects.filter(definition__in=syncs, document_date__range=dated)
    found = set(links.filter(code__in=sorted(month_lists.EDITED)).values_list("pk", flat=True)[
        : MOST_EDITED + 1
    ])  # fmt: skip
    asked = Approval.objects.filter(
        definition__in=syncs, document_date__range=dated, reviewed_through__isnull=False
    ).exclude(state=Approval.State.WITHDRAWN)  # fmt: skip
    found.update(asked.values_list("link", flat=True)[: MOST_EDITED + 1])
    mark = mark_of(pair_id, month)
    if mark is not None:
        entries = RecordLogEntry.objects.filter(pk__gt=mark.last_entry, kind__in=CHANGES)
        changed = entries.filter(link__in=links.values("pk")).values_list("link", flat=True)
        found.update(changed.distinct()[: MOST_EDITED + 1])
    return found


def first_of(told: str) -> date | None:
    """The first day of the month of an ISO date."""
    try:
        return date.fromisoformat(told).replace(day=1)
    except ValueError:
        return None
