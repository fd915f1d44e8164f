"""Words and marks that several pages share: categories, states, directions, what a deed did.

Must not know any page.
"""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from syncapp.core.sides import Direction
from syncapp.models import RecordLink

#: Django's Portuguese begins months with a capital letter; named here, they are in our own
#: catalogue, which writes them as Portuguese does.
MONTHS = (
    gettext_noop("January"), gettext_noop("February"), gettext_noop("March"),
    gettext_noop("April"), gettext_noop("May"), gettext_noop("June"),
    gettext_noop("July"), gettext_noop("August"), gettext_noop("September"),
    gettext_noop("October"), gettext_noop("November"), gettext_noop("December"),
)  # fmt: skip

CATEGORY_WORDS = {
    "waiting": gettext_lazy("Waiting"),
    "your settings": gettext_lazy("Your settings"),
    "missing data": gettext_lazy("Missing data"),
    "duplicate": gettext_lazy("Duplicate"),
    "needs a decision": gettext_lazy("Needs a decision"),
    "refused value": gettext_lazy("Refused value"),
    "refused edit": gettext_lazy("Refused edit"),
    "removed": gettext_lazy("Removed"),
    "temporary": gettext_lazy("Temporary"),
    "account": gettext_lazy("Account"),
    "other": gettext_lazy("Other"),
}

#: What a category means, and what to do about it: ``{category: (explanation, remedy)}``.
CATEGORY_HELP = {
    "waiting": (
        gettext_lazy("They are on their way and take part in one of the next runs."),
        gettext_lazy("Nothing to do."),
    ),
    "your settings": (
        gettext_lazy("The settings of this sync leave these records out."),
        gettext_lazy("Edit the sync if they should take part."),
    ),
    "missing data": (
        gettext_lazy("Something is missing without which the record cannot be sent."),
        gettext_lazy("Fill in what each record lacks; it is then tried again by itself."),
    ),
    "duplicate": (
        gettext_lazy(
            "Another record already has the same e-mail address, name, SKU or number, so it is not "
            "clear which belong together."
        ),
        gettext_lazy("Merge or rename one of the two, or decide on the record's page."),
    ),
    "needs a decision": (
        gettext_lazy(
            "The two sides disagree about something that only a person can settle, often about "
            "money that was already received."
        ),
        gettext_lazy("Open each record and choose; nothing is written before you do."),
    ),
    "refused value": (
        gettext_lazy("The other side does not accept a value of the record."),
        gettext_lazy("Correct the value where it was entered; it is then tried again by itself."),
    ),
    "refused edit": (
        gettext_lazy(
            "An invoice made in HubSpot was changed in QuickBooks in a way that HubSpot's invoice "
            "cannot follow."
        ),
        gettext_lazy("Take the change back in QuickBooks and make it in HubSpot."),
    ),
    "removed": (
        gettext_lazy("The record was removed on one side."),
        gettext_lazy("Restore it there, or leave it: nothing is deleted on the other side."),
    ),
    "temporary": (
        gettext_lazy("HubSpot or QuickBooks did not answer, or asked for a pause."),
        gettext_lazy("Nothing to do: it is tried again with growing pauses."),
    ),
    "account": (
        gettext_lazy(
            "The settings of the HubSpot account or of the QuickBooks company do not allow it: a "
            "closed period, a permission, an account that was not chosen."
        ),
        gettext_lazy("Change the setting each record names; then choose Retry."),
    ),
    "other": (
        gettext_lazy("Another reason, in the vendor's own words."),
        gettext_lazy("Open the record to read them, mend the cause, then choose Retry."),
    ),
}

#: The reasons in two or three words, for headings and filters; the sentence is the catalogue's.
REASON_WORDS = {
    "pending": gettext_lazy("Next run"),
    "listing": gettext_lazy("Still being read"),
    "outcome_unknown": gettext_lazy("Outcome unknown"),
    "open_create": gettext_lazy("Being created"),
    "brake": gettext_lazy("Waits for a confirmation"),
    "flapping": gettext_lazy("Changed back and forth"),
    "no_email": gettext_lazy("No e-mail address"),
    "no_sku": gettext_lazy("No SKU"),
    "category": gettext_lazy("Category"),
    "bundle": gettext_lazy("Bundle"),
    "custom_line_item": gettext_lazy("Custom line item"),
    "inactive": gettext_lazy("Inactive"),
    "inventory_product": gettext_lazy("Inventory product"),
    "filter": gettext_lazy("Left out by a filter"),
    "direction": gettext_lazy("Not in this direction"),
    "by_person": gettext_lazy("Excluded by a person"),
    "gone": gettext_lazy("Removed on one side"),
    "ambiguous_match": gettext_lazy("Several possible matches"),
    "email_in_use": gettext_lazy("E-mail already linked"),
    "sku_in_use": gettext_lazy("SKU already linked"),
    "income_account": gettext_lazy("Income account missing"),
    "merged_elsewhere": gettext_lazy("Merged on one side"),
    "name_in_use": gettext_lazy("Name already used"),
    "number_in_use": gettext_lazy("Number already used"),
    "no_name": gettext_lazy("No name"),
    "invalid_name": gettext_lazy("Name not allowed"),
    "invalid_email": gettext_lazy("E-mail not accepted"),
    "too_long": gettext_lazy("Value too long"),
    "unknown_field": gettext_lazy("Field does not exist"),
    "read_only_field": gettext_lazy("Field is read-only"),
    "invalid_value": gettext_lazy("Value not accepted"),
    "missing_value": gettext_lazy("Value missing"),
    "unsupported_characters": gettext_lazy("Character not accepted"),
    "reference_inactive": gettext_lazy("Refers to something inactive"),
    "period_closed": gettext_lazy("Books are closed"),
    "subscription_lapsed": gettext_lazy("Subscription lapsed"),
    "no_permission": gettext_lazy("Not permitted"),
    "rejected": gettext_lazy("Refused"),
    "bad_data": gettext_lazy("Could not be read"),
    "waits_for": gettext_lazy("Waits for another record"),
    "inv_lines_open": gettext_lazy("Lines being written"),
    "pay_processing": gettext_lazy("Still processing"),
    "payments_unread": gettext_lazy("Payments unread"),
    "before_start": gettext_lazy("Older than the sync"),
    "inv_draft": gettext_lazy("Draft"),
    "inv_not_from_hubspot": gettext_lazy("Not made in HubSpot"),
    "pay_no_invoice": gettext_lazy("Without an invoice"),
    "pay_not_from_hubspot": gettext_lazy("Kept in QuickBooks"),
    "pay_invoice_not_synced": gettext_lazy("Its invoice is not synced"),
    "pay_from_hubspot": gettext_lazy("Collected in HubSpot"),
    "pay_no_deal": gettext_lazy("No deal"),
    "pay_failed": gettext_lazy("Failed payment"),
    "dependency": gettext_lazy("Needs another record"),
    "inv_no_customer": gettext_lazy("Billing contact"),
    "inv_non_us": gettext_lazy("Tax code per line"),
    "inv_not_taxable": gettext_lazy("Tax not confirmed"),
    "inv_tax_in_hubspot": gettext_lazy("Tax in HubSpot"),
    "inv_taxable_item": gettext_lazy("Taxable item"),
    "inv_currency": gettext_lazy("Currency"),
    "inv_no_rate": gettext_lazy("No exchange rate"),
    "inv_period_closed": gettext_lazy("Books are closed"),
    "approval_period": gettext_lazy("Reviewed period"),
    "approval_posting": gettext_lazy("Waits for approval"),
    "approval_sent_back": gettext_lazy("Sent back"),
    "inv_service_date": gettext_lazy("Service dates"),
    "inv_number_too_long": gettext_lazy("Number too long"),
    "inv_shape": gettext_lazy("Cannot be held"),
    "inv_totals": gettext_lazy("Totals do not add up"),
    "inv_income_account": gettext_lazy("Income account"),
    "inv_discount_account": gettext_lazy("Discount account"),
    "inv_qty_price": gettext_lazy("Quantity and price"),
    "inv_lines_edited_in_qbo": gettext_lazy("Lines edited in QuickBooks"),
    "inv_tax_added_in_qbo": gettext_lazy("Tax added in QuickBooks"),
    "inv_customer_changed_in_qbo": gettext_lazy("Customer changed in QuickBooks"),
    "inv_voided_in_qbo": gettext_lazy("Voided in QuickBooks"),
    "inv_void_has_payments": gettext_lazy("Void with payments"),
    "inv_void_or_credit": gettext_lazy("Void or credit memo"),
    "inv_edited_after_payment": gettext_lazy("Edited after payment"),
    "deleted_with_balance": gettext_lazy("Removed with a balance"),
    "totals": gettext_lazy("Totals differ"),
    "balance_unexplained": gettext_lazy("Balance unexplained"),
    "inv_payment_removed_in_qbo": gettext_lazy("Payment removed in QuickBooks"),
    "pay_removed_in_hubspot": gettext_lazy("Payment removed in HubSpot"),
    "pay_refunded": gettext_lazy("Refund to record"),
    "pay_lost": gettext_lazy("Payment lost"),
    "payment_on_mirror": gettext_lazy("Collected in HubSpot"),
    "pay_several_invoices": gettext_lazy("Several invoices"),
    "inv_possible_duplicate": gettext_lazy("Possibly made twice"),
    "possible_duplicate_payment": gettext_lazy("Possibly entered twice"),
    "pay_period_closed": gettext_lazy("Books are closed"),
    "pay_no_account": gettext_lazy("No account chosen"),
    "temporary": gettext_lazy("Temporary trouble"),
    "object_absent": gettext_lazy("Not in this account"),
    "refund_no_contact": gettext_lazy("No contact for the refund"),
}


def reason_words(code: str) -> str:
    """A reason in two or three words."""
    return str(REASON_WORDS.get(code) or code.replace("_", " ").capitalize())


DIRECTION_WORDS = {
    Direction.BOTH: gettext_lazy("Both ways"),
    Direction.TO_HUBSPOT: gettext_lazy("Only to HubSpot"),
    Direction.TO_QUICKBOOKS: gettext_lazy("Only to QuickBooks"),
}


def arrow(direction: Direction) -> str:
    """A direction as it stands between HubSpot (left) and QuickBooks (right)."""
    return {"both": "⇄", "to_quickbooks": "→", "to_hubspot": "←"}[direction.value]


#: Which way a record goes, told by where it was first.
ORIGIN_WORDS = {
    "hubspot": gettext_lazy("HubSpot → QuickBooks"),
    "quickbooks": gettext_lazy("QuickBooks → HubSpot"),
    "both": gettext_lazy("Was on both sides"),
}


def origin_words(origin: str) -> str:
    """Which way a record goes."""
    return str(ORIGIN_WORDS.get(origin, ""))


def badge(link: RecordLink) -> SafeString:
    """A state as a coloured word; the word alone says it, too."""
    words = _("Needs a decision") if link.needs_decision else str(link.get_state_display())
    style = "decision" if link.needs_decision else link.state
    return format_html('<span class="tn-badge tn-badge--{}">{}</span>', style, words)


def retried_words(count: int) -> str:
    """What a retry did, as a sentence."""
    if not count:
        return _("Nothing to retry: only failing and excluded records can be tried again.")
    return ngettext(
        "%(count)d record will be tried again in the next run.",
        "%(count)d records will be tried again in the next run.",
        count,
    ) % {"count": count}


def excluded_words(count: int) -> str:
    """What an exclusion did, as a sentence."""
    return ngettext(
        "%(count)d record is left out of the sync from now on.",
        "%(count)d records are left out of the sync from now on.",
        count,
    ) % {"count": count}


def assigned_words(count: int, name: str) -> str:
    """What an assignment did, as a sentence; without a name the records went to nobody."""
    if not count:
        return _("Nothing changed: the records are assigned so already.")
    if not name:
        return ngettext(
            "%(count)d record is assigned to nobody now.",
            "%(count)d records are assigned to nobody now.",
            count,
        ) % {"count": count}
    return ngettext(
        "%(count)d record is assigned to %(name)s now.",
        "%(count)d records are assigned to %(name)s now.",
        count,
    ) % {"count": count, "name": name}
