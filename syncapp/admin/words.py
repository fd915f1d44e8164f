"""Words and marks that several pages share: categories, states, directions, what a deed did.

Must not know any page.
"""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from syncapp.core.sides import Direction
from syncapp.models import RecordLink

CATEGORY_WORDS = {
    "waiting": gettext_lazy("Waiting"),
    "your settings": gettext_lazy("Your settings"),
    "missing data": gettext_lazy("Missing data"),
    "duplicate": gettext_lazy("Duplicate"),
    "needs a decision": gettext_lazy("Needs a decision"),
    "refused value": gettext_lazy("Refused value"),
    "removed": gettext_lazy("Removed"),
    "temporary": gettext_lazy("Temporary"),
    "account": gettext_lazy("Account"),
    "other": gettext_lazy("Other"),
}


#: The reasons in two or three words, for headings and filters; the sentence is the catalogue's.
REASON_WORDS = {
    "pending": gettext_lazy("Next run"),
    "listing": gettext_lazy("Still being read"),
    "outcome_unknown": gettext_lazy("Outcome unknown"),
    "open_create": gettext_lazy("Being created"),
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
    "temporary": gettext_lazy("Temporary trouble"),
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
