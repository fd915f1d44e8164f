"""QuickBooks' lists that a person chooses from: accounts, terms, tax codes and the like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from syncapp.connectors.base import Choice
from syncapp.core.errors import ConfigurationInvalid
from syncapp.core.records import Record

#: List -> the field its entries are grouped by.
LISTS: Mapping[str, str] = {
    "Account": "AccountType",
    "Term": "",
    "PaymentMethod": "",
    "TaxCode": "",
    "Class": "",
    "Department": "",
}


def require(name: str) -> None:
    """Make sure there is such a list.

    Raises:
        ConfigurationInvalid: There is none.
    """
    if name not in LISTS:
        raise ConfigurationInvalid(f"QuickBooks has no list {name!r}.", code="unknown_type")


def choices(name: str, records: Iterable[Record]) -> tuple[Choice, ...]:
    """The active entries as a person reads them, by group and name.

    The pseudo tax codes TAX and NON lack ``Active``: they are active.
    """
    found = [
        Choice(
            record.ref.id,
            str(record.get("FullyQualifiedName") or record.get("Name") or record.ref.id),
            str(record.get(LISTS[name]) or "") if LISTS[name] else "",
        )
        for record in records
        if record.gone is None and record.get("Active") not in {False, "false"}
    ]
    return tuple(sorted(found, key=lambda one: (one.group, one.label.casefold(), one.value)))
