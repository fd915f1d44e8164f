"""The rules of each object type: what is refused, what is computed, what follows.

A type without a row here is plain data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from simulators.hubspot.rules.adjustments import AdjustmentRules
from simulators.hubspot.rules.base import Rules
from simulators.hubspot.rules.deals import DealRules, NoteRules
from simulators.hubspot.rules.invoices import InvoiceRules
from simulators.hubspot.rules.line_items import LineItemRules
from simulators.hubspot.rules.payments import PaymentRules
from simulators.hubspot.rules.people import CompanyRules, ContactRules
from simulators.hubspot.schema import ObjectType

if TYPE_CHECKING:
    from simulators.hubspot.crm import Crm

_BY_SLUG: Mapping[str, type[Rules]] = {
    "contacts": ContactRules,
    "companies": CompanyRules,
    "deals": DealRules,
    "notes": NoteRules,
    "line_items": LineItemRules,
    "invoices": InvoiceRules,
    "discounts": AdjustmentRules,
    "fees": AdjustmentRules,
    "taxes": AdjustmentRules,
    "commerce_payments": PaymentRules,
}


def rules_of(kind: ObjectType, crm: Crm) -> Rules:
    """The rules of a type."""
    return _BY_SLUG.get(kind.slug, Rules)(crm, kind)


__all__ = ["Rules", "rules_of"]
