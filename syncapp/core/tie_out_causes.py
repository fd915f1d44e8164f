"""Why the two sides of a tie-out differ: the causes that no record's state tells, with remedies.

Must not know how documents are compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something differs.

    Attributes:
        code: One of the catalogue of reasons, or of ``CAUSES``.
        is_explained: False for what nobody can account for.
        is_note: It makes no difference; it is told because a reader would miss it in the sums.
    """

    code: str
    says: str
    remedy: str = ""
    is_explained: bool = True
    is_note: bool = False


#: ``{code: (sentence, remedy)}`` of causes that reading afresh shows, and no record's state.
CAUSES: Mapping[str, tuple[str, str]] = {
    "changed_since": (
        "It was changed in {side} after the last run had read it.",
        "Nothing to do; the next run compares it.",
    ),
    "removed_since": (
        "It is no longer in {side}; the last run still saw it there.",
        "Nothing to do; the next run tells what becomes of it.",
    ),
    "new_since": (
        "It is only in {side}: it was made after the last run.",
        "Nothing to do; the next run takes it up.",
    ),
    "sync_off": (
        "The sync of {kind}s is turned off, so nothing keeps the two sides in step.",
        "Turn the sync on.",
    ),
    "no_sync": ("There is no sync of {kind}s for these accounts.", "Set the sync up."),
    "payment_open": (
        "Only the open balance differs, by a payment that is not on both sides ({reason}).",
        "Settle the payment.",
    ),
    "other_month": (
        "HubSpot dates it {hubspot}, QuickBooks {quickbooks}.",
        "Correct the date on one side, or map the date field.",
    ),
    "draft": (
        "A draft in {side}: drafts are not counted, and not sent until they are finalized.",
        "",
    ),
    "unapplied": (
        "{amount} of this payment are applied to no invoice, so HubSpot does not show them.",
        "Apply them to an invoice in QuickBooks.",
    ),
    "credit_memo": (
        "A credit memo: HubSpot shows what is applied to an invoice; {amount} are left of it.",
        "",
    ),
    "not_arrived": ("Its money has not arrived (or was lost), so it is not counted.", ""),
    "currency_differs": (
        "HubSpot has it in {hubspot}, QuickBooks in {quickbooks}, though it counts as in sync.",
        "Look at it on both sides.",
    ),
    "voided_once": (
        "It is voided in {side} only, though it counts as in sync.",
        "Look at it on both sides.",
    ),
    "one_side": (
        "It is only in {side}, and the sync knows no reason.",
        "Look at it on both sides, then use “Sync now” with a full read.",
    ),
    "differs": (
        "The two sides differ although the record counts as in sync.",
        "Look at it on both sides.",
    ),
}
_UNEXPLAINED = frozenset({"currency_differs", "voided_once", "one_side", "differs"})
_NOTES = frozenset({"draft", "not_arrived", "unapplied", "credit_memo"})


def cause_of(code: str, **params: str) -> Cause:
    """A cause of ``CAUSES``, its sentence filled in."""
    says, remedy = CAUSES[code]
    return Cause(
        code,
        says.format(**params),
        remedy,
        is_explained=code not in _UNEXPLAINED,
        is_note=code in _NOTES,
    )
