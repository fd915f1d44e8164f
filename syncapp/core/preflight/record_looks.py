"""What the checks of customers, contacts, products and items see; their texts: ``catalogue.py``.

A look returns None when all is well. What could not be read is said, never taken for well.
"""

from __future__ import annotations

from syncapp.core.preflight.facts import Facts, Seen, Tick, not_looked
from syncapp.core.sentences import Sentence, Series, counted, sentence


def customers_first(facts: Facts, tick: Tick | None) -> Seen | None:
    """Customers without a linked contact."""
    if facts.customers is None:
        return not_looked(facts, "customers", sentence("QuickBooks' customers"))
    return _not_linked(facts, facts.customers, facts.customers_linked, "customer")


def products_first(facts: Facts, tick: Tick | None) -> Seen | None:
    """Items without a linked product."""
    if facts.items is None:
        return not_looked(facts, "items", sentence("QuickBooks' products and services"))
    return _not_linked(facts, facts.items, facts.items_linked, "item")


def sku(facts: Facts, tick: Tick | None) -> Seen | None:
    """Products no SKU tells apart (S18)."""
    counts = {
        "QuickBooks": facts.items_without_sku,
        "HubSpot": facts.products_without_sku,
    }
    parts = [
        sentence("{number} in {side}", number=number, side=name)
        for name, number in counts.items()
        if number
    ]
    unread = Series([name for name, number in counts.items() if number is None])
    if not parts:
        what = sentence("products in {sides}", sides=unread)
        return not_looked(facts, "products", what) if unread.parts else None
    total = sum(number for number in counts.values() if number)
    told = counted(
        "{count} product or service has no SKU: {parts}.",
        "{count} products and services have no SKU: {parts}.",
        total,
        parts=Series(parts, last=", "),
    )
    if not unread.parts:
        return Seen(told)
    return Seen(sentence("{told} Those in {sides} could not be read.", told=told, sides=unread))


def emails(facts: Facts, tick: Tick | None) -> Seen | None:
    """Customers that nothing can be matched with."""
    if facts.customers_without_email is None:
        return not_looked(facts, "customers", sentence("QuickBooks' customers"))
    if not facts.customers_without_email:
        return None
    return Seen(
        counted(
            "{count} of {total} has no e-mail address.",
            "{count} of {total} have no e-mail address.",
            facts.customers_without_email,
            total=_total(facts, facts.customers or 0, "customer"),
        )
    )


def display_names(facts: Facts, tick: Tick | None) -> Seen | None:
    """Contacts that want a display name somebody else has or wants (S16)."""
    if facts.name_clashes is None:
        return Seen(
            sentence("Known once HubSpot's contacts were read, by a rehearsal."), is_known=False
        )
    if not facts.name_clashes:
        return None
    return Seen(
        counted(
            "{count} contact wants a display name that is taken or wanted by another one, such as "
            "{names}.",
            "{count} contacts want a display name that is taken or wanted by another one, such as "
            "{names}.",
            facts.name_clashes,
            names=Series([f"“{name}”" for name in facts.clash_samples]),
        )
    )


def _not_linked(facts: Facts, total: int, linked: int, noun: str) -> Seen | None:
    left = total - linked
    if left <= 0:
        return None
    return Seen(
        counted(
            "{count} of {total} is not linked with HubSpot yet.",
            "{count} of {total} are not linked with HubSpot yet.",
            left,
            total=_total(facts, total, noun),
        )
    )


def _total(facts: Facts, number: int, noun: str) -> Sentence:
    """What a figure is a part of; not all of them where listing was cut short."""
    match noun, noun in facts.cut:
        case "customer", True:
            return counted(
                "the first {count} active customer", "the first {count} active customers", number
            )
        case "customer", False:
            return counted("{count} active customer", "{count} active customers", number)
        case _, True:
            return counted(
                "the first {count} product or service",
                "the first {count} products and services",
                number,
            )
    return counted("{count} product or service", "{count} products and services", number)
