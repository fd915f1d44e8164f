"""Chooses records for lists and exports: by sync, state, reason, date and search words.

Every door to the list (the record view, the side panel, an export in the background) uses the
same choice, so that what is exported is what was seen. Changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from syncapp.core.reasons import REASONS, Category
from syncapp.models import RecordKey, RecordLink, SyncDefinition

#: Codes that need a person are their own group on screen.
NEEDS_DECISION = "needs_decision"


@dataclass(frozen=True, slots=True)
class RecordChoice:
    """Which records. Empty parts choose all; the parts are AND-ed.

    Attributes:
        category: A category's value, or ``NEEDS_DECISION``.
        since: First day of the last change, in the current time zone (ISO date).
        until: Last day of it, included.
        ids: Only these links.
    """

    sync: int | None = None
    object: str = ""
    state: str = ""
    category: str = ""
    code: str = ""
    since: str = ""
    until: str = ""
    search: str = ""
    ids: tuple[int, ...] = ()

    @classmethod
    def from_params(cls, params: Mapping[str, str]) -> RecordChoice:
        """The choice a query string of the record view describes; what is unusable is left out."""
        sync = params.get("sync", "")
        listed = (part for part in params.get("id__in", "").split(",") if part.isdecimal())
        return cls(
            sync=int(sync) if sync.isdecimal() else None,
            object=params.get("object", ""),
            state=params.get("state", ""),
            category=params.get("category", ""),
            code=params.get("code", ""),
            since=params.get("updated_at_from", ""),
            until=params.get("updated_at_to", ""),
            search=params.get("q", ""),
            ids=tuple(int(part) for part in listed),
        )

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> RecordChoice:
        """The choice that ``as_json`` wrote."""
        return replace(cls(**told), ids=tuple(told.get("ids", ())))

    def as_json(self) -> dict[str, Any]:
        """The choice as plain values, for a task."""
        return {**asdict(self), "ids": list(self.ids)}

    def apply(self, links: QuerySet[RecordLink]) -> QuerySet[RecordLink]:
        """The chosen ones of ``links``."""
        if self.sync is not None:
            links = links.filter(definition_id=self.sync)
        if self.object:
            links = links.filter(
                definition__in=_ids(SyncDefinition.objects.filter(object_type=self.object))
            )
        if self.state:
            links = links.filter(state=self.state)
        if self.category:
            links = links.filter(code__in=codes_of(self.category))
        if self.code:
            links = links.filter(code=self.code)
        since, until = _day(self.since), _day(self.until)
        if since is not None:
            links = links.filter(updated_at__gte=since)
        if until is not None:
            links = links.filter(updated_at__lt=until + timedelta(days=1))
        if self.ids:
            links = links.filter(pk__in=self.ids)
        return search(links, self.search) if self.search.strip() else links


def codes_of(category: str) -> list[str]:
    """The codes of a category, or of those that need a person."""
    if category == NEEDS_DECISION:
        return sorted(code for code, reason in REASONS.items() if reason.needs_decision)
    return sorted(code for code, reason in REASONS.items() if reason.category.value == category)


def categories() -> list[str]:
    """All categories a record can be grouped under, in the catalogue's order."""
    used = {reason.category for reason in REASONS.values()}
    return [category.value for category in Category if category in used]


def search(links: QuerySet[RecordLink], words: str) -> QuerySet[RecordLink]:
    """The records a person means: digits are an id, an @ is an e-mail, else part of a name.

    The syncs are named in the query because the indexes of ids and keys begin with them.
    """
    words = words.strip()
    syncs = _ids(SyncDefinition.objects.all())
    if words.isdecimal():
        return links.filter(definition__in=syncs).filter(
            Q(hubspot_id=words) | Q(quickbooks_id=words)
        )
    if "@" in words:
        return links.filter(Q(pk__in=_keyed(syncs, words)) | Q(label__iexact=words))
    for word in words.split():
        named = Q(label__icontains=word) | Q(party__icontains=word)
        links = links.filter(named | Q(pk__in=_keyed(syncs, word)))
    return links


def _keyed(syncs: list[int], word: str) -> QuerySet[RecordKey, Any]:
    """Links with an e-mail that begins so: a range, because LIKE would not use the index."""
    start = word.casefold()
    keys = RecordKey.objects.filter(
        definition__in=syncs,
        purpose=RecordKey.Purpose.MATCH,
        value__gte=start,
        value__lt=start + "\uffff",
    )
    return keys.values("link_id")


def _ids(definitions: QuerySet[SyncDefinition]) -> list[int]:
    return list(definitions.values_list("pk", flat=True))


def _day(told: str) -> datetime | None:
    """The first moment of a day, in the current time zone; None for what is not a date."""
    try:
        day = date.fromisoformat(told.strip())
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day, time.min))
