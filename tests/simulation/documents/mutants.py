"""Rules of products, invoices and payments, switched off one at a time (ENGINE 3, 5.6)."""

from __future__ import annotations

from collections.abc import Mapping

from tests.simulation.mutation import Mutant, Patch

C = "syncapp.core.invoices"
S = "syncapp.services"
DOCUMENTS: Mapping[str, Mutant] = {
    "written_back": Mutant(
        "an invoice made in QuickBooks is planned like one made in HubSpot",
        (
            Patch(
                f"{C}.plan:plan_invoice",
                "case Side.HUBSPOT.value:",
                "case Side.HUBSPOT.value | Side.QUICKBOOKS.value:",
            ),
        ),
        objects="documents",
    ),
    "lines_overwritten": Mutant(
        "lines that were changed in QuickBooks are no reason to stop, and count as agreed",
        (
            Patch(f"{C}.outbound:_lines", "edited = _edited(was, now)", "edited = None"),
            Patch(f"{C}.outbound:_lines", "if not is_insisted and known is not None", "if False"),
        ),
        objects="documents",
    ),
    "balance_not_followed": Mutant(
        "a mirror keeps the balance and totals it was made with",
        (
            Patch(
                f"{C}.mirror:_derived",
                "elif known is None or canonical(",
                "elif known is None or False and canonical(",
            ),
        ),
        objects="documents",
    ),
    "allocations_kept": Mutant(
        "what a payment is not applied to any more stays as it was",
        (Patch(f"{S}.parts:_drop_missing", "if one not in present:", "if False:"),),
        objects="documents",
    ),
    "paid_is_changed": Mutant(
        "payments on an invoice are no reason to leave its lines and date alone",
        (Patch(f"{C}.outbound:_is_paid", "return amount(", "return False and amount("),),
        objects="documents",
    ),
    "documents_made_again": Mutant(
        "an unknown create of a document is sent again without looking, under a new key",
        (
            Patch(
                f"{S}.resolution:_resolve_creates",
                "_find_created(context, sync, side, intents)",
                "{}",
            ),
        ),
        objects="documents",
    ),
    "sku_made_again": Mutant(
        "an item is made beside a linked one that has its SKU",
        (Patch("syncapp.core.planner:why_not_created", "config.pair.is_key_unique", "False"),),
        objects="documents",
    ),
}
