"""Who is behind an invoice: contacts and customers with the state of their links.

Reads the links of the contact sync. Decides nothing and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from syncapp.core.invoices.facts import Party
from syncapp.core.plan import Status
from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.models import IdAlias, RecordLink, SyncDefinition
from syncapp.services import ingest, store
from syncapp.services.config import load_config
from syncapp.services.context import ActiveSync, RunContext

CHUNK = 500
#: Reasons that yield when another record needs this one (ENGINE 2.7).
YIELDING = frozenset({"filter", "before_start"})


def find(
    context: RunContext, sync: ActiveSync, side: Side, ids: Iterable[str]
) -> Mapping[str, Party]:
    """The people behind ids of contacts (or customers): ``{id: party}``, an entry for each.

    One that nobody has seen yet is read by its id, so that an invoice never waits for a poll.
    """
    wanted = sorted({one for one in ids if one})
    contacts = context.sync_of("contacts") or _resting(context)
    if contacts is None:
        return {one: Party(None, f"{side.label} {one}") for one in wanted}
    links = _links(contacts.definition, side, wanted)
    missing = [one for one in wanted if one not in links]
    if missing and not context.is_rehearsal and contacts in context.syncs:
        ingest.look_up(context, contacts, side, missing)
        links |= _links(contacts.definition, side, missing)
    return {
        one: _party(context, contacts, sync, side, links[one])
        if one in links
        else Party(None, f"{side.label} {one}")
        for one in wanted
    }


def _resting(context: RunContext) -> ActiveSync | None:
    """The contact sync that this run does not cover; its links are known all the same."""
    found = context.definition_of("contacts")
    return ActiveSync(found, load_config(found)) if found is not None else None


def _links(definition: SyncDefinition, side: Side, ids: list[str]) -> dict[str, RecordLink]:
    aliases = dict(
        IdAlias.objects.filter(definition=definition, side=side.value, old_id__in=ids).values_list(
            "old_id", "new_id"
        )
    )
    column = f"{side.value}_id"
    found: dict[str, RecordLink] = {}
    every = sorted({*ids, *aliases.values()})
    for start in range(0, len(every), CHUNK):
        rows = definition.links.filter(**{f"{column}__in": every[start : start + CHUNK]})
        found |= {getattr(row, column): row for row in rows}
    return {one: found[now] for one in ids if (now := aliases.get(one, one)) in found}


def _party(
    context: RunContext, contacts: ActiveSync, sync: ActiveSync, side: Side, link: RecordLink
) -> Party:
    status = None
    if link.state != State.IN_SYNC:
        status = Status(State(link.state), link.code, link.params)
    hubspot, quickbooks = store.seen(link, Side.HUBSPOT), store.seen(link, Side.QUICKBOOKS)
    ids = {one: str(link.id_on(one)) for one in Side if link.id_on(one)}
    return Party(
        link=link.pk,
        label=link.label,
        ids={one: found for one, found in ids.items() if not store.get(link, "gone", one)},
        status=status,
        company=str(hubspot.get("associatedcompanyid") or ""),
        currency=str(quickbooks.get("CurrencyRef.value") or ""),
        is_taxable=(
            context.pair.quickbooks.details.get("UsingSalesTax") is True
            and quickbooks.get("Taxable") is True
        ),
        can_be_created=(
            link.code in YIELDING
            and contacts.definition.enabled
            and bool(sync.config.options.get("create_customers"))
            and contacts.config.direction.allows(side.other)
        ),
    )
