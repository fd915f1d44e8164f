"""Every reason why a record is not in sync: the catalogue a finance person reads.

One row per code: the state it puts a record in, the category it is grouped under, what it
means, what to do, who can do it, and when it is tried again. Vendor codes are translated to
these codes in ``connectors/*/errors.py``; a code that is missing there becomes ``rejected``
and keeps the vendor's words, so nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """The four states; they sum to the records known (ENGINE 2.8)."""

    IN_SYNC = "in_sync"
    WAITING = "waiting"
    FAILING = "failing"
    EXCLUDED = "excluded"


class Category(StrEnum):
    """How reasons are grouped on screen."""

    WAITING = "waiting"
    CHOICE = "your settings"
    INCOMPLETE = "missing data"
    DUPLICATE = "duplicate"
    DECISION = "needs a decision"
    VALIDATION = "refused value"
    EDIT = "refused edit"
    REMOVED = "removed"
    TEMPORARY = "temporary"
    ACCOUNT = "account"
    OTHER = "other"


class Fixer(StrEnum):
    """Where the remedy is."""

    NOBODY = "resolves by itself"
    HUBSPOT = "in HubSpot"
    QUICKBOOKS = "in QuickBooks"
    HERE = "here"


class Retry(StrEnum):
    """When a record is planned again although nothing changed."""

    NEVER = "when a value changes"
    CURED_ELSEWHERE = "every 6 hours"
    BACKOFF = "with growing pauses"
    SOON = "as soon as it can"


@dataclass(frozen=True, slots=True)
class Reason:
    """One row of the catalogue. ``{placeholders}`` are filled from the record's parameters.

    Attributes:
        wordings: ``{wording: (explanation, remedy)}`` for objects that other words fit.
    """

    code: str
    state: State
    category: Category
    explanation: str
    remedy: str
    fixer: Fixer
    retry: Retry = Retry.NEVER
    needs_decision: bool = False
    wordings: Mapping[str, tuple[str, str]] = field(default_factory=dict)


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
        Reason(
            "pay_processing", _W, Category.WAITING,
            "The payment is still being processed in HubSpot.",
            "Nothing to do; it is posted once the money has arrived.", Fixer.NOBODY, Retry.SOON,
        ),
        Reason(
            "payments_unread", _W, Category.WAITING,
            "Its balance changed in QuickBooks; the payment behind that is not read yet.",
            "Nothing to do.", Fixer.NOBODY, Retry.SOON,
        ),
        Reason(
            "inv_lines_open", _W, Category.WAITING,
            "Its lines are being written; the invoice stays a draft in HubSpot until then.",
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
        Reason(
            "inv_draft", _E, Category.CHOICE,
            "It is a draft. Drafts never leave HubSpot.",
            "Finalize the invoice in HubSpot when it should be sent.", Fixer.HUBSPOT,
        ),
        Reason(
            "pay_no_invoice", _E, Category.CHOICE,
            "The payment belongs to no invoice.",
            "Enter it in QuickBooks by hand if it is not there yet.", Fixer.QUICKBOOKS,
        ),
        Reason(
            "pay_not_from_hubspot", _E, Category.CHOICE,
            "HubSpot only shows this payment; QuickBooks keeps it.",
            "Nothing to do.", Fixer.NOBODY,
        ),
        Reason(
            "pay_from_hubspot", _E, Category.CHOICE,
            "HubSpot collected this payment and shows it already.",
            "Nothing to do.", Fixer.NOBODY,
        ),
        Reason(
            "pay_invoice_not_synced", _E, Category.CHOICE,
            "Its invoice is not synced, so the payment is not either.",
            "Include the invoice if its payments should be synced.", Fixer.HERE,
        ),
        Reason(
            "pay_no_deal", _E, Category.CHOICE,
            "Its invoice belongs to no deal, so there is no timeline to note it on.",
            "Nothing to do.", Fixer.NOBODY,
        ),
        Reason(
            "pay_failed", _E, Category.CHOICE,
            "The payment failed in HubSpot: no money arrived.",
            "Nothing to do.", Fixer.NOBODY,
        ),
        Reason(
            "inv_not_from_hubspot", _E, Category.CHOICE,
            "It was not made in HubSpot: another integration brought it, or it is kept as data "
            "only.",
            "Nothing to do; such invoices live in the other system.", Fixer.NOBODY,
        ),
        # -- failing: a person decides
        Reason(
            "dependency", _F, Category.INCOMPLETE,
            "It needs {record}, which is not in sync: {why}",
            "Mend that record first; this one follows by itself.", Fixer.HERE,
        ),
        Reason(
            "inv_no_customer", _F, Category.INCOMPLETE,
            "An invoice needs exactly one billing contact that is linked with a customer. {detail}",
            "Associate one contact with the invoice in HubSpot.", Fixer.HUBSPOT,
        ),
        Reason(
            "inv_non_us", _F, Category.ACCOUNT,
            "The QuickBooks company ({country}) needs a tax code on every line, which invoices "
            "made in HubSpot do not have.",
            "Create such invoices in QuickBooks; they are then shown in HubSpot with their tax.",
            Fixer.QUICKBOOKS,
        ),
        Reason(
            "inv_not_taxable", _F, Category.ACCOUNT,
            "Nobody has confirmed yet that invoices made in HubSpot carry no sales tax.",
            "An administrator confirms it in the settings of the invoice sync.", Fixer.HERE,
        ),
        Reason(
            "inv_tax_in_hubspot", _F, Category.VALIDATION,
            "The invoice carries {tax} of tax in HubSpot, which cannot be posted.",
            "Create the invoice in QuickBooks, or take the tax off in HubSpot.", Fixer.HUBSPOT,
        ),
        Reason(
            "inv_taxable_item", _F, Category.VALIDATION,
            "{what} is taxable in QuickBooks, so the invoice might owe sales tax.",
            "Create this invoice in QuickBooks, or make the item or customer not taxable there.",
            Fixer.QUICKBOOKS, Retry.CURED_ELSEWHERE,
        ),
        Reason(
            "inv_currency", _F, Category.VALIDATION,
            "The invoice is in {currency}, but {detail}",
            "Bill the customer in one currency; a second currency needs a second customer.",
            Fixer.HERE,
        ),
        Reason(
            "inv_no_rate", _F, Category.ACCOUNT,
            "QuickBooks has no exchange rate for {currency} on {date}.",
            "Enter the rate in QuickBooks under Currencies.", Fixer.QUICKBOOKS,
            Retry.CURED_ELSEWHERE,
        ),
        Reason(
            "inv_period_closed", _F, Category.ACCOUNT,
            "Its date {date} lies in a closed period: the books are closed through {closed}.",
            "Re-open the period in QuickBooks, or change the invoice's date in HubSpot.",
            Fixer.QUICKBOOKS, Retry.CURED_ELSEWHERE,
        ),
        Reason(
            "inv_reviewed_period", _F, Category.DECISION,
            "Its date {date} lies in a period that was reviewed through {reviewed}.",
            "A named person approves it, or the date is changed.", Fixer.HERE,
            needs_decision=True,
        ),
        Reason(
            "inv_service_date", _F, Category.INCOMPLETE,
            "QuickBooks recognises revenue by service dates, which HubSpot's lines do not have.",
            "Create this invoice in QuickBooks, or switch revenue recognition off.",
            Fixer.QUICKBOOKS,
        ),
        Reason(
            "inv_number_too_long", _F, Category.VALIDATION,
            "The invoice number “{number}” has more than 21 characters.",
            "Choose “QuickBooks' own number” in the settings of the invoice sync, or shorten it.",
            Fixer.HERE,
        ),
        Reason(
            "inv_shape", _F, Category.VALIDATION,
            "QuickBooks cannot hold this invoice: {detail}",
            "Change the invoice in HubSpot.", Fixer.HUBSPOT,
        ),
        Reason(
            "inv_totals", _F, Category.VALIDATION,
            "The lines add up to {computed}, but the invoice says {total}.",
            "Open the invoice where it was made and correct its lines.", Fixer.HERE,
        ),
        Reason(
            "inv_possible_duplicate", _F, Category.DUPLICATE,
            "A payment of it belongs to {other} as well, which has the same total and is in "
            "QuickBooks already. A workflow may have made this invoice from that payment.",
            "If it is the same sale, exclude this invoice and void it in HubSpot; else take the "
            "payment off it there.",
            Fixer.HUBSPOT, needs_decision=True,
        ),
        Reason(
            "inv_income_account", _F, Category.ACCOUNT,
            "A line has no matching product, and “Custom line item” cannot be used: {detail}",
            "Choose an active income account in the settings of the invoice sync.", Fixer.HERE,
            Retry.CURED_ELSEWHERE,
        ),
        Reason(
            "inv_discount_account", _F, Category.ACCOUNT,
            "The invoice has a discount, and QuickBooks' discounts are off. {detail}",
            "Switch discounts on in QuickBooks, or choose an account for discounts in the "
            "settings of the invoice sync.", Fixer.HERE, Retry.CURED_ELSEWHERE,
        ),
        Reason(
            "inv_qty_price", _F, Category.VALIDATION,
            "The line “{line}” cannot be told as quantity times price to the cent, and it is an "
            "inventory item, whose quantity must stand.",
            "Round the price or the quantity in HubSpot.", Fixer.HUBSPOT,
        ),
        Reason(
            "inv_lines_edited_in_qbo", _F, Category.EDIT,
            "The lines of an invoice made in HubSpot were changed in QuickBooks. Before: {before}. "
            "Now: {now}.",
            "Revert the change in QuickBooks, or make it in HubSpot.", Fixer.QUICKBOOKS,
        ),
        Reason(
            "inv_tax_added_in_qbo", _F, Category.EDIT,
            "Tax of {tax} was added in QuickBooks to an invoice made in HubSpot, which shows none.",
            "Take the tax off in QuickBooks, or create the invoice there.", Fixer.QUICKBOOKS,
        ),
        Reason(
            "inv_customer_changed_in_qbo", _F, Category.EDIT,
            "The customer of an invoice made in HubSpot was changed in QuickBooks from {before} "
            "to {now}.",
            "Revert the change in QuickBooks, or make it in HubSpot.", Fixer.QUICKBOOKS,
        ),
        Reason(
            "inv_voided_in_qbo", _F, Category.DECISION,
            "It was voided in QuickBooks, but its payment link in HubSpot is still live: a "
            "customer could pay it.",
            "Void the invoice in HubSpot too, as soon as possible.", Fixer.HUBSPOT,
            needs_decision=True,
        ),
        Reason(
            "inv_void_has_payments", _F, Category.EDIT,
            "It was voided in HubSpot, but payments are applied to it in QuickBooks.",
            "Remove or re-apply the payments in QuickBooks, then choose Retry.",
            Fixer.QUICKBOOKS,
        ),
        Reason(
            "inv_void_or_credit", _F, Category.DECISION,
            "It was voided in HubSpot. In QuickBooks a void would change {month}, which is not "
            "the current month.",
            "Void it in QuickBooks, or enter a credit memo dated today.", Fixer.QUICKBOOKS,
            needs_decision=True,
        ),
        Reason(
            "inv_edited_after_payment", _F, Category.EDIT,
            "{field} was changed in HubSpot, but the invoice has payments in QuickBooks or its "
            "period is closed there.",
            "Make the change in QuickBooks by hand, or revert it in HubSpot.", Fixer.HERE,
        ),
        Reason(
            "inv_payment_removed_in_qbo", _F, Category.DECISION,
            "A payment of {before} on an invoice made in HubSpot was removed or lowered in "
            "QuickBooks; there it is {now} now. HubSpot still shows the invoice as paid with it.",
            "Enter the payment in QuickBooks again, or correct the invoice in HubSpot.",
            Fixer.QUICKBOOKS, needs_decision=True,
        ),
        Reason(
            "pay_removed_in_hubspot", _F, Category.DECISION,
            "The payment was removed in HubSpot, but QuickBooks has {amount} of it.",
            "Delete the payment in QuickBooks if the money did not arrive.", Fixer.QUICKBOOKS,
            needs_decision=True,
        ),
        Reason(
            "pay_refunded", _F, Category.DECISION,
            "{amount} of the payment was refunded in HubSpot.",
            "Record the refund in QuickBooks, then exclude this payment with a note.",
            Fixer.QUICKBOOKS, needs_decision=True,
        ),
        Reason(
            "pay_lost", _F, Category.DECISION,
            "The payment of {amount} that was posted is {status} in HubSpot.",
            "Take it back in QuickBooks, then exclude this payment with a note.",
            Fixer.QUICKBOOKS, needs_decision=True,
        ),
        Reason(
            "payment_on_mirror", _F, Category.DECISION,
            "HubSpot collected {amount} on an invoice that lives in QuickBooks.",
            "Enter the payment in QuickBooks by hand.", Fixer.QUICKBOOKS, needs_decision=True,
        ),
        Reason(
            "pay_several_invoices", _F, Category.DECISION,
            "The payment of {amount} belongs to several invoices: {invoices}. HubSpot does not "
            "say how much of it pays which, and it is not what they owe together.",
            "Enter it in QuickBooks by hand.", Fixer.QUICKBOOKS, needs_decision=True,
        ),
        Reason(
            "possible_duplicate_payment", _F, Category.DUPLICATE,
            "The payment is {amount}, but only {balance} of its invoice are open in QuickBooks: "
            "it may have been entered there already.",
            "If it was, exclude this payment; else correct the invoice in QuickBooks.",
            Fixer.QUICKBOOKS, needs_decision=True,
        ),
        Reason(
            "pay_period_closed", _F, Category.ACCOUNT,
            "The payment's date {date} lies in a closed period: the books are closed through "
            "{closed}. It is never posted under another date.",
            "Re-open the period in QuickBooks; it is then posted by itself.", Fixer.QUICKBOOKS,
            Retry.CURED_ELSEWHERE,
        ),
        Reason(
            "pay_no_account", _F, Category.ACCOUNT,
            "No account is chosen for payments by {processor}.",
            "Choose it in the settings of the invoice sync, under “Where payments are "
            "deposited”.", Fixer.HERE, Retry.CURED_ELSEWHERE,
        ),
        Reason(
            "deleted_with_balance", _F, Category.DECISION,
            "It was {how} in {side}, while {other_side} still shows {balance} open or payments "
            "for it.",
            "Decide which is right: void or delete it in {other_side}, or restore it in {side}.",
            Fixer.HERE, needs_decision=True,
        ),
        Reason(
            "totals", _F, Category.DECISION,
            "HubSpot's total is {hubspot}, QuickBooks' is {quickbooks}.",
            "Compare the two invoices and correct the one that is wrong.", Fixer.HERE,
            needs_decision=True,
        ),
        Reason(
            "balance_unexplained", _F, Category.DECISION,
            "QuickBooks shows {amount} as paid that no payment, credit or deposit accounts for.",
            "Open the invoice in QuickBooks and look at its transactions.", Fixer.QUICKBOOKS,
            needs_decision=True,
        ),
        Reason(
            "ambiguous_match", _F, Category.DUPLICATE,
            "Several records share {key}: {others}. It is not clear which belong together.",
            "Give each its own e-mail address, merge them where they are, or archive the ones "
            "that are not needed; of several inactive ones, make the right one active.",
            Fixer.HERE, needs_decision=True,
            wordings={"item": (
                "Several records share {key}: {others}. It is not clear which belong together.",
                "Give each its own SKU, or archive the ones that are not needed; of several "
                "inactive ones, make the right one active.",
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


def explain(code: str, params: Mapping[str, str]) -> tuple[str, str]:
    """The explanation and the remedy of a code, filled in; ("", "") for no code.

    A parameter that is missing is shown as "…", so that a sentence never fails.
    """
    reason = REASONS.get(code)
    if reason is None:
        return (params.get("detail", code), "") if code else ("", "")
    filled = _Lenient(params)
    told = (reason.explanation, reason.remedy)
    explanation, remedy = reason.wordings.get(params.get("wording", ""), told)
    return explanation.format_map(filled).strip(), remedy.format_map(filled).strip()


class _Lenient(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "" if key == "detail" else "…"
