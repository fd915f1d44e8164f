"""The columns of an export: one import-export resource over the records.

Numbers are given as numbers, days as days, ids as text; how a file writes them is
``export_files.py``. Must not know which records are exported.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import fields, resources

from syncapp.core.money import rounded
from syncapp.core.reasons import State
from syncapp.models import RecordLink
from syncapp.services.assignments import name_of
from syncapp.services.words import fixer_words


class RecordResource(resources.ModelResource):  # type: ignore[misc] # no types in import-export
    """One row per record: what the record view shows, with times in ISO form, UTC."""

    label = fields.Field(column_name=gettext_lazy("Record"), dehydrate_method="get_label")
    object = fields.Field(column_name=gettext_lazy("Object"))
    account_pair = fields.Field(column_name=gettext_lazy("Account pair"))
    state = fields.Field(column_name=gettext_lazy("State"))
    category = fields.Field(attribute="category", column_name=gettext_lazy("Category"))
    explanation = fields.Field(attribute="explanation", column_name=gettext_lazy("Reason"))
    remedy = fields.Field(attribute="remedy", column_name=gettext_lazy("Remedy"))
    code = fields.Field(column_name=gettext_lazy("Reason code"))
    fixer = fields.Field(column_name=gettext_lazy("Who can mend it"))
    number = fields.Field(attribute="number", column_name=gettext_lazy("Number"))
    party = fields.Field(attribute="party", column_name=gettext_lazy("Customer"))
    document_date = fields.Field(column_name=gettext_lazy("Document date"))
    due_date = fields.Field(column_name=gettext_lazy("Due date"))
    amount = fields.Field(column_name=gettext_lazy("Amount"))
    currency = fields.Field(attribute="currency", column_name=gettext_lazy("Currency"))
    hubspot_id = fields.Field(column_name=gettext_lazy("HubSpot id"))
    quickbooks_id = fields.Field(column_name=gettext_lazy("QuickBooks id"))
    email = fields.Field(attribute="email", column_name=gettext_lazy("E-mail"))
    direction = fields.Field(column_name=gettext_lazy("Direction"))
    assignee = fields.Field(column_name=gettext_lazy("Assignee"))
    note = fields.Field(attribute="note", column_name=gettext_lazy("Note"))
    failing_since = fields.Field(column_name=gettext_lazy("Failing since"))
    synced_at = fields.Field(column_name=gettext_lazy("Last synced"))
    updated_at = fields.Field(column_name=gettext_lazy("Updated"))

    class Meta:
        """The order of the columns."""

        model = RecordLink
        name = gettext_lazy("Records")
        fields = (
            "label", "object", "account_pair", "state", "category", "explanation", "remedy",
            "code", "fixer", "number", "party", "document_date", "due_date", "amount", "currency",
            "hubspot_id", "quickbooks_id", "email", "direction", "assignee", "note",
            "failing_since", "synced_at", "updated_at",
        )  # fmt: skip
        export_order = fields

    def get_label(self, link: RecordLink) -> str:
        """The name a person knows the record by."""
        return str(link)

    def dehydrate_object(self, link: RecordLink) -> str:
        """The object's title."""
        return link.definition.title

    def dehydrate_account_pair(self, link: RecordLink) -> str:
        """The two accounts."""
        return str(link.definition.pair)

    def dehydrate_state(self, link: RecordLink) -> str:
        """The state's word."""
        return str(link.get_state_display())

    def dehydrate_code(self, link: RecordLink) -> str:
        """The reason's code; empty while in sync."""
        return "" if link.state == State.IN_SYNC else link.code

    def dehydrate_fixer(self, link: RecordLink) -> str:
        """Where the remedy is; empty while in sync."""
        if link.state == State.IN_SYNC or link.reason is None:
            return ""
        return fixer_words(link.reason.fixer)

    def dehydrate_document_date(self, link: RecordLink) -> date | None:
        """The document's own day, in no time zone."""
        return link.document_date

    def dehydrate_due_date(self, link: RecordLink) -> date | None:
        """The day it is due."""
        return link.due_date

    def dehydrate_amount(self, link: RecordLink) -> Decimal | None:
        """The amount with its currency's digits, or all it has."""
        if link.amount is None:
            return None
        usual = rounded(link.amount, link.currency)
        return usual if usual == link.amount else link.amount.normalize()

    def dehydrate_hubspot_id(self, link: RecordLink) -> str:
        """The id as text; empty without one."""
        return link.hubspot_id or ""

    def dehydrate_quickbooks_id(self, link: RecordLink) -> str:
        """The id as text; empty without one."""
        return link.quickbooks_id or ""

    def dehydrate_direction(self, link: RecordLink) -> str:
        """Which way it goes, told by where it was first."""
        ways = {"hubspot": "HubSpot → QuickBooks", "quickbooks": "QuickBooks → HubSpot"}
        return ways.get(link.origin, _("Was on both sides"))

    def dehydrate_assignee(self, link: RecordLink) -> str:
        """Who looks after it."""
        return name_of(link.assignee) if link.assignee else ""

    def dehydrate_failing_since(self, link: RecordLink) -> str:
        """When it began to fail, UTC."""
        return link.failing_since.isoformat(timespec="seconds") if link.failing_since else ""

    def dehydrate_synced_at(self, link: RecordLink) -> str:
        """When it was last in sync, UTC."""
        return link.synced_at.isoformat(timespec="seconds") if link.synced_at else ""

    def dehydrate_updated_at(self, link: RecordLink) -> str:
        """When its state last changed, UTC."""
        return link.updated_at.isoformat(timespec="seconds")
