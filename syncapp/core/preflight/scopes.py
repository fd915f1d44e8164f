"""Which scopes each object needs, and the check that sees which of them a consent lacks.

Knows nothing of how a consent is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncapp.core.preflight.facts import Facts, Seen, Tick
from syncapp.core.sentences import Series, sentence
from syncapp.core.sides import Side

_READ, _WRITE = ".read", ".write"
#: There is one scope for all of the books (apis/quickbooks.md 2.3).
_BOOKS = (("com.intuit.quickbooks.accounting",),)
_CONTACTS = (
    ("crm.objects.contacts.read",),
    ("crm.objects.contacts.write",),
    ("crm.objects.companies.read",),
)
_GOODS = tuple(
    (f"crm.objects.{name}{right}", "e-commerce")
    for name in ("products", "line_items")
    for right in (_READ, _WRITE)
)
_MONEY = tuple(
    (f"crm.objects.{name}{right}",)
    for name in ("invoices", "commercepayments")
    for right in (_READ, _WRITE)
)
#: ``{object pair: {side: scopes, of each row one is enough}}`` (apis/hubspot.md 2.4).
SCOPES: Mapping[str, Mapping[Side, Sequence[Sequence[str]]]] = {
    "contacts": {Side.HUBSPOT: _CONTACTS, Side.QUICKBOOKS: _BOOKS},
    "products": {Side.HUBSPOT: _GOODS[:2], Side.QUICKBOOKS: _BOOKS},
    "invoices": {Side.HUBSPOT: (*_CONTACTS, *_GOODS, *_MONEY), Side.QUICKBOOKS: _BOOKS},
}


def is_granted(granted: Mapping[str, Sequence[str]], side: Side, object_type: str) -> bool:
    """Whether a consent covers an object; a side that does not tell may well cover it."""
    had = granted.get(side.value)
    rows = SCOPES.get(object_type, {}).get(side, ())
    return had is None or all(set(row) & set(had) for row in rows)


def scopes(facts: Facts, tick: Tick | None) -> Seen | None:
    """The scopes each object needs and the consent did not grant."""
    missing: dict[Side, list[str]] = {}
    affected: list[str] = []
    for name in facts.objects:
        lacking = {
            side: [row[0] for row in rows if not set(row) & set(facts.granted[side.value])]
            for side, rows in SCOPES.get(name, {}).items()
            if side.value in facts.granted
        }
        for side, found in lacking.items():
            missing.setdefault(side, []).extend(found)
        if any(lacking.values()):
            affected.append(name)
    if not affected:
        return None
    parts = [
        sentence(
            "{side} did not grant {scopes}",
            side=side.label,
            scopes=", ".join(sorted(set(found))),
        )
        for side, found in missing.items()
        if found
    ]
    return Seen(sentence("{parts}.", parts=Series(parts, "; ", "; ")), objects=tuple(affected))
