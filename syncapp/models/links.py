"""One row per known record: both sides as last seen, what they agreed on, its state and why.

The record view reads this table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from syncapp.core.reasons import REASONS, Category, Reason, State, explain
from syncapp.core.sides import Side
from syncapp.models import figures
from syncapp.models.connections import SIDES
from syncapp.models.definitions import SyncDefinition
from syncapp.models.spoken import spoken_label, spoken_parts

if TYPE_CHECKING:
    from datetime import datetime

STATES = [
    (State.IN_SYNC.value, _("In sync")),
    (State.WAITING.value, _("Waiting")),
    (State.FAILING.value, _("Failing")),
    (State.EXCLUDED.value, _("Excluded")),
]


#: What lists filter by, in the order of the indexes of the list.
LISTED = (
    "definition", "state", "code", "origin", "currency", "amount", "document_date", "assignee",
)  # fmt: skip


class RecordLink(models.Model):
    """A record known on one side (a half link) or on both.

    ``*_seen`` is the whole normalised record as last observed, ``base`` is
    ``{mapping key: [HubSpot value, QuickBooks value]}`` when both last agreed. ``revision``
    rises with every observation: a write planned from an older one is not sent. ``next_at`` is
    the work queue; None means nothing is due. ``parent`` is the record this one is a part of (the
    invoice of a line), ``blocked_on`` the one it waits for; ``wanted`` says that another record
    needs it, so that no filter keeps it out. ``link_with`` is the pk of the half that a person
    wants it to be linked with, which the next run does; ``unlinked_from`` of the one a person
    parted it from.
    """

    definition = models.ForeignKey(SyncDefinition, on_delete=models.CASCADE, related_name="links")
    origin = models.CharField(max_length=16, choices=[*SIDES, ("both", _("Both"))])
    hubspot_id = models.CharField(_("HubSpot id"), max_length=64, null=True, blank=True)
    quickbooks_id = models.CharField(_("QuickBooks id"), max_length=64, null=True, blank=True)
    hubspot_version = models.CharField(max_length=64, blank=True, default="")
    quickbooks_version = models.CharField(max_length=64, blank=True, default="")
    hubspot_seen = models.JSONField(null=True, blank=True)
    quickbooks_seen = models.JSONField(null=True, blank=True)
    hubspot_gone = models.CharField(max_length=16, blank=True, default="")
    quickbooks_gone = models.CharField(max_length=16, blank=True, default="")
    base = models.JSONField(default=dict, blank=True)
    emptied = models.JSONField(default=list, blank=True)
    told = models.JSONField(default=list, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="parts"
    )
    blocked_on = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="waiting"
    )
    wanted = models.BooleanField(default=False)
    label = models.CharField(max_length=500, blank=True, default="")
    number = models.CharField(max_length=64, blank=True, default="")
    party = models.CharField(_("customer"), max_length=500, blank=True, default="")
    email = models.CharField(_("e-mail"), max_length=500, blank=True, default="")
    document_date = models.DateField(null=True, blank=True)
    due_date = models.DateField(null=True, blank=True)
    amount = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    currency = models.CharField(max_length=8, blank=True, default="")
    home_amount = models.DecimalField(
        max_digits=20,
        decimal_places=6,
        null=True,
        blank=True,
        help_text=_("In the company's home currency; empty without an amount or without a rate."),
    )
    state = models.CharField(max_length=16, choices=STATES, default=State.WAITING.value)
    code = models.CharField(max_length=32, blank=True, default="pending")
    params = models.JSONField(default=dict, blank=True)
    refused = models.JSONField(
        default=dict,
        blank=True,
        help_text="{side: {digest, code, params, retry_at}} of the last refused write",
    )
    attempts = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    retried_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)
    excluded_by = models.CharField(max_length=150, blank=True, default="")
    excluded_note = models.CharField(max_length=500, blank=True, default="")
    included_by = models.CharField(
        max_length=150,
        blank=True,
        default="",
        help_text=_("Who took it in although it is older than the sync."),
    )
    answered = models.JSONField(
        default=dict,
        blank=True,
        help_text="{code, params, by} of the reason that a person decided to go past",
    )
    alone = models.BooleanField(
        default=False,
        help_text=_("A person asked for a record of its own on the other side: never matched."),
    )
    # No foreign keys: nobody searches by them, and an index would grow with every record.
    link_with = models.PositiveBigIntegerField(null=True, blank=True)
    unlinked_from = models.PositiveBigIntegerField(null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="records",
        verbose_name=_("assignee"),
    )
    note = models.CharField(_("note"), max_length=500, blank=True, default="")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    synced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Unique on each side: the constraint that prevents duplicates."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["definition", "hubspot_id"],
                condition=models.Q(hubspot_id__isnull=False),
                name="link_unique_hubspot",
            ),
            models.UniqueConstraint(
                fields=["definition", "quickbooks_id"],
                condition=models.Q(quickbooks_id__isnull=False),
                name="link_unique_quickbooks",
            ),
            models.CheckConstraint(
                condition=models.Q(hubspot_id__isnull=False)
                | models.Q(quickbooks_id__isnull=False),
                name="link_has_a_side",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["definition", "next_at", "id"],
                condition=models.Q(next_at__isnull=False),
                name="link_due",
            ),
            models.Index(fields=["definition", "state", "code", "-updated_at"], name="link_state"),
            # What needs attention: by money, the oldest document first; what has none by age.
            models.Index(
                fields=["-home_amount", "document_date", "id"],
                condition=models.Q(state="failing", amount__isnull=False),
                name="link_failing_money",
            ),
            models.Index(
                fields=["failing_since", "id"],
                condition=models.Q(state="failing", amount__isnull=True),
                name="link_failing_plain",
            ),
            # The list walks one of these two, whatever it is filtered by: all its filters are in
            # them, so that a row is only read when it is shown (docs/performance.md).
            models.Index(fields=["-updated_at", "-id", *LISTED], name="link_listed"),
            models.Index(
                fields=["state", "-updated_at", "-id", *LISTED[:1], *LISTED[2:]],
                name="link_state_listed",
            ),
            # A month's documents, counted and summed without reading a row of them.
            models.Index(
                fields=["definition", "document_date", "state", "code", "currency", "amount"],
                condition=models.Q(document_date__isnull=False),
                name="link_month",
            ),
            # The other orders of the list, with what it is filtered by most.
            models.Index(
                fields=["document_date", "id", "state", "definition"], name="link_document_date"
            ),
            models.Index(fields=["amount", "id", "state", "definition"], name="link_amount"),
            models.Index(fields=["label", "id", "state", "definition"], name="link_label"),
            models.Index(
                fields=["failing_since", "id", "state", "definition"],
                condition=models.Q(failing_since__isnull=False),
                name="link_failing_since",
            ),
        ]
        permissions: ClassVar = [
            ("retry_recordlink", _("Can retry and exclude records")),
            ("export_recordlink", _("Can export records")),
            ("link_recordlink", _("Can link and unlink records")),
            ("decide_recordlink", _("Can overwrite, accept removals and post anyway")),
            ("assign_recordlink", _("Can assign records and write notes on them")),
        ]
        verbose_name = _("record")
        verbose_name_plural = _("records")

    def __str__(self) -> str:
        return spoken_label(self.label, self.amount) or self.hubspot_id or self.quickbooks_id or "?"

    @property
    def is_linked(self) -> bool:
        """Whether both sides are known."""
        return self.hubspot_id is not None and self.quickbooks_id is not None

    def id_on(self, side: Side) -> str | None:
        """The record's id on a side."""
        return self.hubspot_id if side is Side.HUBSPOT else self.quickbooks_id

    @property
    def reason(self) -> Reason | None:
        """The catalogue's row for its state; None while in sync."""
        return REASONS.get(self.code)

    @property
    def category(self) -> str:
        """The category a person groups it under; "" while in sync."""
        if self.state == State.IN_SYNC:
            return ""
        return (self.reason.category if self.reason else Category.OTHER).value

    @property
    def needs_decision(self) -> bool:
        """Whether only a person can settle it."""
        return self.reason is not None and self.reason.needs_decision

    @property
    def explanation(self) -> str:
        """Why it is in this state, in words; "" while in sync."""
        return explain(self.code, spoken_parts(self.params), translate=gettext)[0]

    @property
    def remedy(self) -> str:
        """What to do about it; "" while in sync."""
        return explain(self.code, spoken_parts(self.params), translate=gettext)[1]

    @property
    def told_amount(self) -> str:
        """What it is about in the reader's notation, with the currency's code; "" for nothing."""
        return figures.money(self.amount, self.currency)

    @property
    def waiting_since(self) -> datetime | None:
        """Since when it is not in sync."""
        return self.failing_since or (self.updated_at if self.state != State.IN_SYNC else None)


class RecordKey(models.Model):
    """A value by which a record is found: a match key, or a name that must be unique."""

    class Purpose(models.TextChoices):
        """What the value is for."""

        MATCH = "match", _("Match key")
        NAME = "name", _("Unique name")

    link = models.ForeignKey(RecordLink, on_delete=models.CASCADE, related_name="keys")
    definition = models.ForeignKey(SyncDefinition, on_delete=models.CASCADE, related_name="+")
    side = models.CharField(max_length=16, choices=SIDES)
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    value = models.CharField(max_length=500)

    class Meta:
        """Looked up by value."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["link", "side", "purpose", "value"], name="key_unique_per_link"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["definition", "purpose", "value"], name="key_value"),
        ]

    def __str__(self) -> str:
        return self.value


class IdAlias(models.Model):
    """An id that now means another record, after a merge. Every vendor id is resolved here."""

    definition = models.ForeignKey(SyncDefinition, on_delete=models.CASCADE, related_name="+")
    side = models.CharField(max_length=16, choices=SIDES)
    old_id = models.CharField(max_length=64)
    new_id = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        """One meaning per id."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["definition", "side", "old_id"], name="alias_unique_old_id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"
