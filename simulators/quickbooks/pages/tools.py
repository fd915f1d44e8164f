"""Small parts several pages share: pickers, notes on refusals, references."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from markupsafe import Markup

from simulators.common import pages
from simulators.quickbooks import faults
from simulators.quickbooks.company import Company
from simulators.quickbooks.records import Record

MOST_SHOWN = 200


def said(refusal: faults.Refusal) -> str:
    """Return a refusal in the words of the vendor."""
    return " ".join(f"{error.message}: {error.detail}" for error in refusal.errors)


def reference(record: Record) -> dict[str, Any]:
    """Return what names the object in an update that changes parts of it."""
    return {"Id": record.id, "SyncToken": str(record.token), "sparse": True}


def number(text: str) -> Decimal | None:
    """Return the number typed, None for nothing.

    Raises:
        ValueError: it is none.
    """
    text = text.replace(",", "").strip()
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text} is not a number.") from error


def shown(value: Any) -> str:
    """Return an amount for people."""
    return f"{value:,.2f}" if isinstance(value, Decimal) else ""


def options(
    company: Company, entity: str, *, empty: str = "", where: Iterable[str] = ()
) -> list[tuple[str, str]]:
    """Return the active objects of an entity as ``(id, name)``; ``where`` limits item types."""
    kinds = set(where)
    found = [
        (record.id, str(record.values.get("FullyQualifiedName") or record.title))
        for record in company.store(entity).in_default_order()
        if record.is_active and (not kinds or record.values.get("Type") in kinds)
    ]
    return [("", empty), *found] if empty else found


def act(path: str, label: str, *, danger: bool = False) -> Markup:
    """Return a button that does one thing."""
    style = "danger" if danger else "plain"
    return pages.form(path, pages.button(label, style=style), css="")
