"""What a user set up for one object of one account pair: direction, winner, mappings, filters."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from syncapp.core.filters import Operator
from syncapp.core.pairs import OBJECT_PAIRS
from syncapp.core.pairs.base import ObjectPair
from syncapp.core.schema import Kind
from syncapp.core.sides import Direction, Side
from syncapp.models.connections import SIDES
from syncapp.models.pairs import AccountPair

#: A name that is only shown: cut where it is longer, a constant's value for one.
LABEL_LIMIT = 255
DIRECTIONS = [
    (Direction.BOTH.value, _("Both ways")),
    (Direction.TO_HUBSPOT.value, _("Only to HubSpot")),
    (Direction.TO_QUICKBOOKS.value, _("Only to QuickBooks")),
]


class SyncDefinition(models.Model):
    """One sync. It never disappears while its links are of use: deleting sets ``deleted_at``.

    ``config_version`` rises with every saved change; a write planned under an older one is not
    sent. ``*_complete`` says that a full listing of that side was read; without it nothing is
    created anywhere (ENGINE 2.5). A sync with a ``host`` is set up, switched and removed with it:
    payments with the invoices they belong to.
    """

    pair = models.ForeignKey(
        AccountPair,
        on_delete=models.PROTECT,
        related_name="definitions",
        verbose_name=_("account pair"),
    )
    object_type = models.CharField(max_length=32)
    host = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="hosted"
    )
    enabled = models.BooleanField(default=False)
    direction = models.CharField(max_length=16, choices=DIRECTIONS, default=Direction.BOTH.value)
    winner = models.CharField(
        _("data conflicts"), max_length=16, choices=SIDES, default=Side.QUICKBOOKS.value
    )
    settings = models.JSONField(default=dict, blank=True)
    start = models.DateField(
        _("start date"),
        null=True,
        blank=True,
        help_text=_("Records made before that day are left out; empty for all."),
    )
    config_version = models.PositiveIntegerField(default=1)
    hubspot_complete = models.BooleanField(default=False)
    quickbooks_complete = models.BooleanField(default=False)
    listed_at = models.DateTimeField(
        null=True, blank=True, help_text="When both sides had been listed to the end"
    )
    held_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Since when it waits for a confirmation.")
    )
    brake = models.JSONField(default=dict, blank=True, help_text=_("What is to be confirmed."))
    approval = models.JSONField(default=dict, blank=True, help_text=_("What was confirmed last."))
    activated_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        """One living sync per object of a pair."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pair", "object_type"],
                condition=models.Q(deleted_at=None),
                name="definition_unique_live",
            ),
        ]
        permissions: ClassVar = [("activate_syncdefinition", _("Can turn a sync on and off"))]
        verbose_name = _("sync")
        verbose_name_plural = _("syncs")

    def __str__(self) -> str:
        return f"{self.title} · {self.pair}"

    @property
    def title(self) -> str:
        """What it syncs, in the reader's language: "Contacts"."""
        return gettext(self.object_pair.title)

    @property
    def object_pair(self) -> ObjectPair:
        """The rules of its objects."""
        return OBJECT_PAIRS[self.object_type]

    @property
    def listed(self) -> frozenset[Side]:
        """The sides whose full listing is complete."""
        flags = {Side.HUBSPOT: self.hubspot_complete, Side.QUICKBOOKS: self.quickbooks_complete}
        listens = self.object_pair.listens
        return frozenset(side for side in Side if flags[side] or side not in listens)


class FieldMappingRow(models.Model):
    """One field mapping of a sync."""

    definition = models.ForeignKey(
        SyncDefinition, on_delete=models.CASCADE, related_name="mappings"
    )
    position = models.PositiveSmallIntegerField(default=0)
    hubspot_field = models.CharField(max_length=255)
    quickbooks_field = models.CharField(max_length=255)
    kind = models.CharField(
        max_length=16, choices=[(k.value, k.value) for k in Kind], default=Kind.TEXT.value
    )
    direction = models.CharField(max_length=16, choices=DIRECTIONS, default=Direction.BOTH.value)
    label = models.CharField(max_length=LABEL_LIMIT, blank=True, default="")
    enabled = models.BooleanField(default=True)
    creation_only = models.BooleanField(default=False)
    builtin = models.BooleanField(default=False)
    transforms = models.JSONField(default=list, blank=True)

    class Meta:
        """A field pair is mapped once."""

        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["definition", "hubspot_field", "quickbooks_field"],
                name="mapping_unique_fields",
            ),
        ]
        verbose_name = _("field mapping")
        verbose_name_plural = _("field mappings")

    def __str__(self) -> str:
        return f"{self.hubspot_field} ↔ {self.quickbooks_field}"


class FilterCondition(models.Model):
    """One condition of a filter. Conditions of one group are AND-ed, groups OR-ed."""

    definition = models.ForeignKey(
        SyncDefinition, on_delete=models.CASCADE, related_name="conditions"
    )
    side = models.CharField(max_length=16, choices=SIDES)
    group = models.PositiveSmallIntegerField(default=0)
    field = models.CharField(max_length=255)
    related = models.CharField(
        max_length=32, blank=True, default="", help_text=_("The type of associated records.")
    )
    kind = models.CharField(
        max_length=16, choices=[(k.value, k.value) for k in Kind], default=Kind.TEXT.value
    )
    operator = models.CharField(max_length=32, choices=[(o.value, o.words) for o in Operator])
    value = models.CharField(max_length=2000, blank=True, default="")
    label = models.CharField(max_length=LABEL_LIMIT, blank=True, default="")

    class Meta:
        """In the order the user wrote them."""

        ordering: ClassVar = ["side", "group", "id"]
        verbose_name = _("filter condition")
        verbose_name_plural = _("filter conditions")

    def __str__(self) -> str:
        return f"{self.label or self.field} {Operator(self.operator).words} {self.value}".strip()


class SyncDraft(models.Model):
    """Settings a person is still editing in the wizard: a settings document, not yet in force."""

    pair = models.ForeignKey(AccountPair, on_delete=models.CASCADE, related_name="drafts")
    object_type = models.CharField(max_length=32)
    definition = models.ForeignKey(
        SyncDefinition, on_delete=models.CASCADE, null=True, blank=True, related_name="drafts"
    )
    document = models.JSONField(default=dict)
    based_on_version = models.PositiveIntegerField(default=0)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        """One draft per object of a pair."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pair", "object_type"], name="draft_unique"),
        ]
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")

    def __str__(self) -> str:
        return f"draft of {self.object_type} for {self.pair}"
