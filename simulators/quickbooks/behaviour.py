"""Switches where the vendor's behaviour is UNCONFIRMED and two answers are plausible.

One frozen record of choices; each default is the choice that is harder on a client, or the one
seen most. Changed by ``--behaviour name=value`` or ``POST /__sim__/behaviour``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

CHOICES: dict[str, tuple[str, ...]] = {
    "refresh_rotation": ("use", "daily", "never"),
    "outside_latin1": ("reject", "replace", "keep"),
    "oversized_page": ("clip", "refuse"),
    "cdc_cap": ("answer", "entity"),
    "cdc_too_old": ("serve", "refuse"),
    "unchanged_write": ("keep", "raise"),
    "nested_update": ("replace", "merge"),
    "requestid_faults": ("remember", "forget"),
    "batch_items": ("one", "each"),
    "merged_loser": ("deleted", "inactive"),
    "inactive_reference": ("2500", "610"),
    "inactive_on_existing": ("accept", "refuse"),
    "duplicate_numbers": ("refuse", "accept"),
    "closed_books": ("6210", "6200"),
    "paid_void": ("refuse", "unlink"),
    "paid_delete": ("refuse", "unlink"),
    "line_without_item": ("ignored", "default"),
    "currency_missing": ("customer", "refuse"),
    "second_discount": ("refuse", "accept"),
    "us_default_tax": ("none", "customer"),
    "automated_absent": ("taxable", "non"),
    "inclusive_amount": ("net", "gross"),
    "us_tax_excluded": ("ignore", "refuse"),
    "sent_tax": ("keep", "recompute", "refuse"),
    "unknown_custom_field": ("drop", "refuse"),
    "enhanced_without_include": ("drop", "keep"),
    "enhanced_in_queries": ("leave_out", "show"),
    "changed_address": ("flat", "kept"),
    "webhook_void": ("void", "voided"),
    "webhook_inactive": ("update", "delete"),
}


class BehaviourInvalid(ValueError):
    """A switch or its value does not exist; the text says which."""


@dataclass(frozen=True)
class Behaviour:
    """The choices. Every field is UNCONFIRMED unless its comment says otherwise."""

    # When a refresh gives a new refresh token: every use, after 24 hours (documented), never.
    refresh_rotation: str = "daily"
    # How long a superseded refresh token still works (about 24 h is reported).
    refresh_grace_seconds: int = 0
    # Seconds an authorization code lives (minutes, exact life unknown).
    code_seconds: int = 600
    # Text outside ISO-8859-1 in a US company.
    outside_latin1: str = "reject"
    # MAXRESULTS above 1000.
    oversized_page: str = "clip"
    # Whether the cap of 1000 counts per answer or per entity.
    cdc_cap: str = "answer"
    # changedSince more than 30 days back; a recording of 2020 was served.
    cdc_too_old: str = "serve"
    # A write that changes nothing keeps SyncToken and LastUpdatedTime (seen for an inactivation).
    unchanged_write: str = "keep"
    # Sparse update of an address, an e-mail and other nested objects.
    nested_update: str = "replace"
    # Whether null in a sparse update clears the field ("" does, by practice).
    null_clears: bool = False
    # Reactivation by API takes the suffix " (deleted)" off by itself.
    reactivation_strips_suffix: bool = False
    # The check for a taken name ignores case.
    names_ignore_case: bool = True
    # Doubled blanks inside names are collapsed.
    names_collapse_blanks: bool = False
    # Text comparisons in queries ignore case.
    query_ignores_case: bool = True
    # How long an executed requestid is remembered; 0 forgets at once, -1 never.
    requestid_seconds: int = -1
    # Whether a fault is remembered under its requestid.
    requestid_faults: str = "remember"
    # A batch counts as one request against 500 a minute, or each item counts.
    batch_items: str = "one"
    # What becomes of the customer that was merged into another.
    merged_loser: str = "deleted"
    # Seconds in Retry-After of a 429; 0 leaves the header out.
    retry_after_seconds: int = 0
    # The code for an inactive customer or item in a new transaction.
    inactive_reference: str = "2500"
    # Editing a transaction whose customer or item has become inactive since.
    inactive_on_existing: str = "accept"
    # The user's warning for used document numbers (a setting the API cannot read).
    duplicate_numbers: str = "refuse"
    # Whether a password guards the closed books (a setting the API cannot read).
    closed_books: str = "6210"
    # Voiding and deleting a document that has payments; "unlink" leaves them unapplied.
    paid_void: str = "refuse"
    paid_delete: str = "refuse"
    # A sales line without an item: documentation, or the company's default item.
    line_without_item: str = "ignored"
    # Whether a line without a description takes the item's.
    line_takes_description: bool = False
    # A transaction without a currency in a company that uses several.
    currency_missing: str = "customer"
    second_discount: str = "refuse"
    # US, not automated: taxable lines without TxnTaxCodeRef.
    us_default_tax: str = "none"
    # US, automated: a line without a code is read as taxable (reported since 2018).
    automated_absent: str = "taxable"
    # TaxInclusive outside the US: what a line's Amount is when no TaxInclusiveAmt comes with it.
    inclusive_amount: str = "net"
    # GlobalTaxCalculation TaxExcluded sent to a US company; the other words fault.
    us_tax_excluded: str = "ignore"
    # Outside the US: a TotalTax that does not fit the lines.
    sent_tax: str = "keep"
    unknown_custom_field: str = "drop"
    # Values of the newer custom fields in a write without include=enhancedAllCustomFields.
    enhanced_without_include: str = "drop"
    # Whether a query with that include shows them, as a read of one object does.
    enhanced_in_queries: str = "leave_out"
    # An address changed inside a transaction comes back as Line1 to Line5 (documented), or as sent.
    changed_address: str = "flat"
    # Entity names in queries in any case: documented as strict, but node-quickbooks relies on it.
    entities_ignore_case: bool = True
    # totalCount beside the rows of an Invoice query (seen in the wild).
    invoice_total_count: bool = False
    # The last word of a void's CloudEvents type.
    webhook_void: str = "void"
    # What an inactivated list object is announced as.
    webhook_inactive: str = "update"

    def changed(self, wanted: Mapping[str, Any]) -> Behaviour:
        """Return a copy with the given switches set; texts are converted to the field's type.

        Raises:
            BehaviourInvalid: unknown switch or value.
        """
        known = {field.name: getattr(self, field.name) for field in fields(self)}
        cleaned: dict[str, Any] = {}
        for name, value in wanted.items():
            if name not in known:
                raise BehaviourInvalid(f"Unknown switch {name!r}; known: {', '.join(known)}.")
            cleaned[name] = _converted(name, value, known[name])
        return replace(self, **cleaned)


def _converted(name: str, value: Any, now: Any) -> Any:
    text = str(value).lower()
    if isinstance(now, bool):
        if text not in ("true", "false"):
            raise BehaviourInvalid(f"{name} is true or false, not {value!r}.")
        return text == "true"
    if isinstance(now, int):
        try:
            return int(text)
        except ValueError as error:
            raise BehaviourInvalid(f"{name} is a whole number, not {value!r}.") from error
    if text not in CHOICES[name]:
        raise BehaviourInvalid(f"{name} is one of {', '.join(CHOICES[name])}, not {value!r}.")
    return text
