"""Gathers what a pre-flight looks at, in few calls: a page of a listing or one search at a time.

Writes to no vendor and decides nothing. What the rows already tell needs no call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from syncapp.connectors import cursors
from syncapp.connectors.base import Connector, Sampling
from syncapp.core import errors
from syncapp.core.filters import Condition, Operator
from syncapp.core.pairs import CHOOSABLE
from syncapp.core.pairs.contacts import COMPANY_NAME, CONTACTS, display_name
from syncapp.core.ports import Env
from syncapp.core.preflight.facts import Facts
from syncapp.core.preflight.scopes import is_granted
from syncapp.core.reasons import State
from syncapp.core.records import Record
from syncapp.core.sides import Side
from syncapp.core.values import is_empty, name_key, text
from syncapp.models import AccountPair, RecordLink, SyncDefinition
from syncapp.services.config import load_config

T = TypeVar("T")

#: Pages of 1,000 records that are listed at most; the figures are then about the first ones.
MOST_PAGES = 10
MOST_CONTACTS = 10_000
CHUNK = 500
SAMPLES = 3
#: The product that lines without one are booked on: it has no SKU by nature (S21).
CUSTOM_ITEM = "Custom line item"
#: Items that are not sold as such: folders.
NOT_SOLD = frozenset({"Category"})
#: ``hs_invoice_source``: the first was met, the spelling of the second is UNCONFIRMED
#: (apis/hubspot.md 9.1: labels "Data Sync" and "Legacy QuickBooks").
OTHER_SOURCES = ("data_sync", "legacy_quickbooks")
NO_PERMISSION = "The connection has no permission for it."


def local(pair: AccountPair) -> dict[str, Any]:
    """What the connections' rows tell: no call and no query."""
    accounts = {side: pair.connection(side) for side in Side}
    return {
        "environments": {side.value: row.environment for side, row in accounts.items()},
        "mixed_confirmed": pair.mixed_environments_confirmed,
        "granted": {side.value: row.scopes.split() for side, row in accounts.items() if row.scopes},
        "objects": list(CHOOSABLE),
    }


def gather(pair: AccountPair, connectors: Mapping[Side, Connector], *, env: Env) -> Facts:
    """Look at both accounts.

    Raises:
        SyncError: A side could not be reached or has to be connected again.
    """
    known = local(pair)
    looked = _Looked(env, known["granted"])
    hubspot, quickbooks = connectors[Side.HUBSPOT], connectors[Side.QUICKBOOKS]
    crm, company = hubspot.account(), quickbooks.account()
    others = company.details.items()
    extra = crm.details.get("additionalCurrencies")
    currencies = [crm.currency, *(extra if isinstance(extra, list) else [])]
    return Facts(
        checked_at=env.clock.now().isoformat(),
        **known,
        country=company.country,
        home_currency=company.currency,
        preferences={name: value for name, value in others if _is_plain(value)},
        hubspot_currencies=list(dict.fromkeys(text(one) for one in currencies if one)),
        **_customers(pair, quickbooks, looked),
        **_items(pair, quickbooks, looked),
        **_products(hubspot, looked),
        **_other_invoices(pair, hubspot, looked),
        unread=looked.unread,
        cut=looked.cut,
        drift_seconds=looked.drift,
    )


@dataclass
class _Looked:
    """What one look learns beside its figures."""

    env: Env
    granted: Mapping[str, list[str]]
    unread: dict[str, str] = field(default_factory=dict)
    cut: list[str] = field(default_factory=list)
    drift: dict[str, float] = field(default_factory=dict)

    def attempt(self, what: str, object_type: str, look: Callable[[], T]) -> T | None:
        """Look, or say why not; only a side as a whole that is away ends everything."""
        if not is_granted(self.granted, Side.HUBSPOT, object_type):
            self.unread[what] = NO_PERMISSION
            return None
        try:
            return look()
        except errors.RecordError as error:
            self.unread[what] = str(error)
        except errors.ConnectionBroken as error:
            if error.code != "no_permission":
                raise
            self.unread[what] = NO_PERMISSION
        return None

    def list_some(self, connector: Connector, record_type: str, noun: str) -> list[Record]:
        """The active records of the first pages; ``noun`` is noted when there are more."""
        found: list[Record] = []
        after: str | None = None
        for _ in range(MOST_PAGES):
            page = connector.list_page(record_type, fields=(), after=after)
            if after is None:
                self.note_time(connector.side, (page.server_time - self.env.clock.now()))
            found += [record for record in page.records if record.gone is None]
            after = page.next
            if after is None:
                return found
        self.cut.append(noun)
        return found

    def note_time(self, side: Side, drift: Any) -> None:
        """How far a side's clock is from ours."""
        self.drift.setdefault(side.value, drift.total_seconds())


def _customers(pair: AccountPair, connector: Connector, looked: _Looked) -> dict[str, Any]:
    found = looked.list_some(connector, "Customer", "customer")
    keys = [CONTACTS.match_keys(Side.QUICKBOOKS, record.values) for record in found]
    clashes, samples = _name_clashes(
        pair,
        emails={key for some in keys for key in some},
        names={name_key(record.get("DisplayName")) for record in found},
    )
    return {
        "customers": len(found),
        "customers_linked": _linked(pair, "contacts", found),
        "customers_without_email": sum(1 for some in keys if not some),
        "name_clashes": clashes,
        "clash_samples": samples,
    }


def _items(pair: AccountPair, connector: Connector, looked: _Looked) -> dict[str, Any]:
    found = [
        record
        for record in looked.list_some(connector, "Item", "item")
        if record.get("Type") not in NOT_SOLD and record.get("Name") != CUSTOM_ITEM
    ]
    return {
        "items": len(found),
        "items_linked": _linked(pair, "products", found),
        "items_without_sku": sum(1 for record in found if is_empty(record.get("Sku"))),
    }


def _products(connector: Connector, looked: _Looked) -> dict[str, Any]:
    if not isinstance(connector, Sampling):
        return {}
    without = looked.attempt(
        "products",
        "products",
        lambda: connector.sample(
            "products",
            where=[[Condition("hs_sku", Operator.NO_VALUE)]],
            newest_by="createdate",
        ),
    )
    if without is None:
        return {}
    looked.note_time(Side.HUBSPOT, without.server_time - looked.env.clock.now())
    return {"products_without_sku": without.total}


def _other_invoices(pair: AccountPair, connector: Connector, looked: _Looked) -> dict[str, Any]:
    if not isinstance(connector, Sampling):
        return {}
    conditions = [Condition("hs_invoice_source", Operator.IN, ",".join(OTHER_SOURCES))]
    if _has_marker(pair) and connector.marker_field:
        # Ours may well carry the same source (UNCONFIRMED); the property exists only then.
        conditions.append(Condition(connector.marker_field, Operator.NO_VALUE))
    found = looked.attempt(
        "invoices",
        "invoices",
        lambda: connector.sample(
            "invoices", where=[conditions], newest_by="hs_createdate", fields=("hs_createdate",)
        ),
    )
    if found is None:
        return {}
    looked.note_time(Side.HUBSPOT, found.server_time - looked.env.clock.now())
    created = cursors.instant(found.records[0].get("hs_createdate")) if found.records else None
    return {
        "other_invoices": found.total,
        "other_newest_at": created.isoformat() if created else None,
    }


def _has_marker(pair: AccountPair) -> bool:
    """Whether invoices were ever to be written to HubSpot: that makes the marker property."""
    found = SyncDefinition.objects.filter(pair=pair, object_type="invoices")
    return any(
        Side.HUBSPOT.value in settings.get("prepared_sides", ())
        for settings in found.values_list("settings", flat=True)
    )


def _linked(pair: AccountPair, object_type: str, records: Sequence[Record]) -> int:
    """How many of some QuickBooks records have a living partner."""
    links = RecordLink.objects.filter(
        definition__pair=pair,
        definition__object_type=object_type,
        definition__deleted_at=None,
        hubspot_id__isnull=False,
        hubspot_gone="",
    )
    ids = [record.ref.id for record in records]
    return sum(
        links.filter(quickbooks_id__in=ids[start : start + CHUNK]).count()
        for start in range(0, len(ids), CHUNK)
    )


def _name_clashes(
    pair: AccountPair, *, emails: set[str], names: set[str]
) -> tuple[int | None, list[str]]:
    """Contacts that cannot become a customer: how many, and some of the names; from the rows.

    None before HubSpot's contacts were listed.
    """
    definition = SyncDefinition.objects.filter(
        pair=pair, object_type="contacts", deleted_at=None
    ).first()
    if definition is None or not definition.hubspot_complete:
        return None, []
    use_company = any(
        mapping.hubspot == COMPANY_NAME and mapping.enabled
        for mapping in load_config(definition).mappings
    )
    rows = (
        definition.links.filter(quickbooks_id=None, hubspot_gone="")
        .exclude(state=State.EXCLUDED)
        .order_by("pk")
        .values_list("hubspot_seen", flat=True)[:MOST_CONTACTS]
    )
    wanted: Counter[str] = Counter()
    words: dict[str, str] = {}
    for row in rows:
        seen = row or {}
        keys = CONTACTS.match_keys(Side.HUBSPOT, seen)
        if not keys or emails & set(keys):  # left out, or about to be linked
            continue
        name = display_name(seen, company_name=use_company)
        company = seen.get("associatedcompanyid")
        is_unread = use_company and not is_empty(company) and is_empty(seen.get(COMPANY_NAME))
        key = f"company {text(company)}" if is_unread else name_key(name)
        if key:
            wanted[key] += 1
            words.setdefault(key, name)
    clashing = {key: count for key, count in wanted.items() if key in names or count > 1}
    total = sum(count if key in names else count - 1 for key, count in clashing.items())
    return total, [words[key] for key in sorted(clashing)[:SAMPLES]]


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | bool)
