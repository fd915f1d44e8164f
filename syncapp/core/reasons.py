"""Every reason why a record is not in sync: the catalogue a finance person reads.

One row per code: the state it puts a record in, the category it is grouped under, what it
means, what to do, who can do it, and when it is tried again. Vendor codes are translated to
these codes in ``connectors/*/errors.py``; a code that is missing there becomes ``rejected``
and keeps the vendor's words, so nothing is dropped. The rows of invoices and payments are in
``document_reasons``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from syncapp.core.document_reasons import DOCUMENT_REASONS
from syncapp.core.reason_types import Category, Fixer, Reason, Retry, State

__all__ = ["REASONS", "Category", "Fixer", "Reason", "Retry", "State", "explain"]

_W, _F, _E = State.WAITING, State.FAILING, State.EXCLUDED

REASONS: Mapping[str, Reason] = {
    reason.code: reason
    for reason in (
        # -- waiting
        Reason(
            "pending", _W, Category.WAITING,
            "A change was seen and will be handled in the next run.",
            "Nothing to do.", Fixer.NOBODY, Retry.SOON,
        ),
        Reason(
            "listing", _W, Category.WAITING,
            "The records of {side} are still being read. Nothing is created before that is "
            "complete, so that nothing is created twice.",
            "Nothing to do.", Fixer.NOBODY, Retry.SOON,
        ),
        Reason(
            "outcome_unknown", _W, Category.WAITING,
            "{side} did not confirm the last write. It is looked up before anything is repeated.",
            "Nothing to do; the look-up is due at {due}.", Fixer.NOBODY, Retry.SOON,
        ),
        Reason(
            "open_create", _W, Category.WAITING,
            "A matching record is being created right now; this one waits for the outcome.",
            "Nothing to do.", Fixer.NOBODY, Retry.SOON,
        ),
        Reason(
            "waits_for", _W, Category.WAITING,
            "It waits for {record}, which is synced first.",
            "Nothing to do.", Fixer.NOBODY, Retry.SOON,
        ),
        # -- excluded
        Reason(
            "no_email", _E, Category.INCOMPLETE,
            "Without an e-mail address nothing would tell two people apart, so this {record} "
            "is left out.",
            "Add an e-mail address in {side}.", Fixer.HERE,
        ),
        Reason(
            "no_sku", _E, Category.INCOMPLETE,
            "Without a SKU nothing would tell two products apart, so this {record} is left out.",
            "Enter a SKU in {side}; the other side's product with the same SKU is then linked.",
            Fixer.HERE,
        ),
        Reason(
            "category", _E, Category.CHOICE,
            "It is a category: it groups items in QuickBooks and is not sold itself.",
            "Nothing to do; the items in it are synced.", Fixer.NOBODY,
        ),
        Reason(
            "bundle", _E, Category.CHOICE,
            "It is a bundle: it stands for several items, which HubSpot has no product for.",
            "Nothing to do; the items of the bundle are synced one by one.", Fixer.NOBODY,
        ),
        Reason(
            "custom_line_item", _E, Category.CHOICE,
            "It stands for all invoice lines, or discounts, that have no product of their own, so "
            "it is no product itself.",
            "Nothing to do.", Fixer.NOBODY,
        ),
        Reason(
            "inactive", _E, Category.CHOICE,
            "It is inactive in {side}. Inactive products are never created on the other side.",
            "Make it active in {side} if it should be synced.", Fixer.HERE,
        ),
        Reason(
            "inventory_product", _E, Category.CHOICE,
            "It is an inventory product. Those are never created in QuickBooks by a sync: their "
            "quantity and accounts must be entered there.",
            "Create the item in QuickBooks with the same SKU: the two are then linked. Or choose "
            "another product type in HubSpot.", Fixer.QUICKBOOKS,
        ),
        Reason(
            "filter", _E, Category.CHOICE,
            "Your filter leaves it out: {condition}.",
            "Change the record, or edit the filter of this sync.", Fixer.HERE,
        ),
        Reason(
            "before_start", _E, Category.CHOICE,
            "It was made on {day} in {side}, before this sync begins ({start}).",
            "Include this one record on its page, or edit the start date of this sync.", Fixer.HERE,
        ),
        Reason(
            "direction", _E, Category.CHOICE,
            "It exists only in {side}, and this sync writes only to {side}.",
            "Change the direction of this sync if it should be sent.", Fixer.HERE,
        ),
        Reason(
            "by_person", _E, Category.CHOICE,
            "{who} excluded it: {note}",
            "Include it again on the record's page.", Fixer.HERE,
        ),
        Reason(
            "gone", _E, Category.REMOVED,
            "It was {how} in {side}. The other side is left as it is, and nothing is created anew.",
            "Restore it in {side} if it should be kept in step again.", Fixer.HERE,
        ),
        # -- failing: a person decides
        Reason(
            "dependency", _F, Category.INCOMPLETE,
            "It needs {record}, which is not in sync: {why}",
            "Mend that record first; this one follows by itself.", Fixer.HERE,
        ),
        Reason(
            "ambiguous_match", _F, Category.DUPLICATE,
            "Several records share {key}: {others}. It is not clear which belong together.",
            "Pick the right one on the record's page; or give each its own e-mail address, merge "
            "them where they are, or archive the ones that are not needed; of several inactive "
            "ones, make the right one active.",
            Fixer.HERE, needs_decision=True,
            wordings={"item": (
                "Several records share {key}: {others}. It is not clear which belong together.",
                "Pick the right one on the record's page; or give each its own SKU, or archive the "
                "ones that are not needed; of several inactive ones, make the right one active.",
            )},
        ),
        Reason(
            "sku_in_use", _F, Category.DUPLICATE,
            "{side} already has a product with the SKU {value} (id {existing_id}), and that one is "
            "linked to another record.",
            "Give one of them another SKU, or make one of them inactive.", Fixer.HERE,
            needs_decision=True,
        ),
        Reason(
            "email_in_use", _F, Category.DUPLICATE,
            "{side} already has a record with the e-mail {email} (id {existing_id}), and that one "
            "is linked to another record.",
            "Give one of them another e-mail address, or merge the two.", Fixer.HERE,
            needs_decision=True,
        ),
        Reason(
            "merged_elsewhere", _F, Category.DECISION,
            "It was merged into another record in {side}, but {other_side} still holds two.",
            "Merge the two records in {other_side}, or make one of them inactive.", Fixer.HERE,
            needs_decision=True,
        ),
        Reason(
            "brake", _F, Category.DECISION,
            "The run would {what}. That is unusually much, so nothing of it is written before a "
            "person has confirmed it.",
            "On the home page, look at the numbers and choose “Approve and go on”; or change the "
            "settings of this sync.", Fixer.HERE, needs_decision=True,
        ),
        Reason(
            "flapping", _F, Category.DECISION,
            "The field {field} was changed back and forth more than {times} times within a day, "
            "so writing was stopped.",
            "Find out what else changes this field, then choose Retry.", Fixer.HERE,
            needs_decision=True,
        ),
        *DOCUMENT_REASONS,
        # -- failing: refused
        Reason(
            "name_in_use", _F, Category.DUPLICATE,
            "The display name “{name}” is already used in QuickBooks by {owner}. Display names "
            "are unique over customers, vendors and employees.",
            "Use one billing contact per company, or switch off “Display name ← Associated "
            "company name” so that the person's name is used.", Fixer.HUBSPOT,
            Retry.CURED_ELSEWHERE,
            wordings={"item": (
                "The name “{name}” is already used in QuickBooks by {owner}. No two products and "
                "services may have the same name.",
                "Rename the product in HubSpot, or give the two the same SKU if they are the same "
                "product: they are then linked.",
            )},
        ),
        Reason(
            "number_in_use", _F, Category.DUPLICATE,
            "Another transaction in {side} already has the number {value}. {detail}",
            "Give the transaction another number than {value}, or change the number of the one "
            "that has it; it is tried again every 6 hours.", Fixer.HERE, Retry.CURED_ELSEWHERE,
        ),
        Reason(
            "no_name", _F, Category.INCOMPLETE,
            "QuickBooks needs a display name; the contact has no company, first or last name, "
            "nor an e-mail address.",
            "Add a name in HubSpot.", Fixer.HUBSPOT,
            wordings={"item": (
                "QuickBooks needs a name; the product has none.", "Add a name in HubSpot.",
            )},
        ),
        Reason(
            "invalid_name", _F, Category.VALIDATION,
            "“{name}” cannot be a display name in QuickBooks: colons, tabs and line breaks are "
            "not allowed, nor more than 500 characters.",
            "Change the name in HubSpot.", Fixer.HUBSPOT,
            wordings={"item": (
                "“{name}” cannot be the name of an item in QuickBooks: colons, tabs and line "
                "breaks are not allowed, nor more than 100 characters.",
                "Change the name in HubSpot.",
            )},
        ),
        Reason(
            "income_account", _F, Category.ACCOUNT,
            "QuickBooks needs an income account for a new item, but {problem}.",
            "Choose an active income account in the settings of the Products sync, under "
            "Configure.", Fixer.HERE, Retry.CURED_ELSEWHERE,
        ),
        Reason(
            "invalid_email", _F, Category.VALIDATION,
            "{side} does not accept “{value}” as an e-mail address.",
            "Correct the e-mail address; only one address is allowed.", Fixer.HERE,
        ),
        Reason(
            "too_long", _F, Category.VALIDATION,
            "The field {field} holds more than {side} accepts. {detail}",
            "Shorten the value. It is never cut off silently.", Fixer.HERE,
        ),
        Reason(
            "unknown_field", _F, Category.VALIDATION,
            "{side} does not know {field} (any more).",
            "Edit the field mappings of this sync.", Fixer.HERE, Retry.CURED_ELSEWHERE,
        ),
        Reason(
            "read_only_field", _F, Category.VALIDATION,
            "{side} does not allow the field {field} to be written.",
            "Turn the mapping of this field around, or switch it off.", Fixer.HERE,
        ),
        Reason(
            "invalid_value", _F, Category.VALIDATION,
            "{side} does not accept the value of {field}. {detail}",
            "Correct the value; the record is then tried again by itself.", Fixer.HERE,
        ),
        Reason(
            "missing_value", _F, Category.INCOMPLETE,
            "{side} needs a value for {field}. {detail}",
            "Fill in the field; the record is then tried again by itself.", Fixer.HERE,
        ),
        Reason(
            "unsupported_characters", _F, Category.VALIDATION,
            "{side} does not accept a character in {field}. Companies in the US take Western "
            "European letters only. {detail}",
            "Change the value; the record is then tried again by itself.", Fixer.HERE,
        ),
        Reason(
            "reference_inactive", _F, Category.VALIDATION,
            "Something the record refers to was made inactive or deleted in {side}. {detail}",
            "Make it active again in {side}.", Fixer.QUICKBOOKS, Retry.CURED_ELSEWHERE,
        ),
        Reason(
            "period_closed", _F, Category.ACCOUNT,
            "The books are closed for this date in QuickBooks. {detail}",
            "Re-open the period in QuickBooks, or leave the record as it is.", Fixer.QUICKBOOKS,
            Retry.CURED_ELSEWHERE,
        ),
        Reason(
            "subscription_lapsed", _F, Category.ACCOUNT,
            "The QuickBooks subscription has lapsed, so nothing can be written. {detail}",
            "Renew the subscription in QuickBooks.", Fixer.QUICKBOOKS, Retry.CURED_ELSEWHERE,
        ),
        Reason(
            "no_permission", _F, Category.ACCOUNT,
            "{side} does not allow this to the connected user or app. {detail}",
            "Reconnect with an account that may do it.", Fixer.HERE, Retry.CURED_ELSEWHERE,
        ),
        Reason(
            "rejected", _F, Category.OTHER,
            "{side} refused the record: {detail}",
            "Correct what the message names; the record is then tried again by itself.",
            Fixer.HERE,
        ),
        Reason(
            "bad_data", _F, Category.OTHER,
            "The record came from {side} in a form that could not be read. {detail}",
            "Open the record in {side} and save it again.", Fixer.HERE,
        ),
        Reason(
            "temporary", _F, Category.TEMPORARY,
            "{side} could not be reached or had trouble of its own. {detail}",
            "Nothing to do; it is tried again by itself.", Fixer.NOBODY, Retry.BACKOFF,
        ),
    )
}  # fmt: skip

#: Codes of errors that concern a run or a connection, or that a service acts upon before a record
#: would show them. They have no row: the error's own sentence is what a person reads.
RUN_CODES = frozenset({"reconnect", "unknown_type"})
SIGNALS = frozenset({"marker_in_use"})


def explain(
    code: str, params: Mapping[str, str], *, translate: Callable[[str], str] = str
) -> tuple[str, str]:
    """The explanation and the remedy of a code, filled in; ("", "") for no code.

    A parameter that is missing is shown as "…", so that a sentence never fails. ``translate`` is
    given a sentence with its placeholders and says it in the reader's language.
    """
    reason = REASONS.get(code)
    if reason is None:
        return (params.get("detail", code), "") if code else ("", "")
    filled = _Lenient(params)
    told = (reason.explanation, reason.remedy)
    explanation, remedy = reason.wordings.get(params.get("wording", ""), told)

    def say(text: str) -> str:
        # gettext says its own header for an empty text.
        return translate(text).format_map(filled).strip() if text else ""

    return say(explanation), say(remedy)


class _Lenient(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "" if key == "detail" else "…"
