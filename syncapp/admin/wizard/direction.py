"""Step 1: the data that is kept in step, and which way it travels (S5, S6)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.wizard.base import Mistake, Page, Typed
from syncapp.admin.words import DIRECTION_WORDS, arrow
from syncapp.core.sides import Direction, Side
from syncapp.services.words import said


class DirectionForm(forms.Form):
    """Which way values may travel."""

    direction = forms.ChoiceField(
        choices=[(one.value, DIRECTION_WORDS[one]) for one in Direction],
        error_messages={
            "required": gettext_lazy("Direction: choose one of the arrows."),
            "invalid_choice": gettext_lazy("Direction: choose one of the arrows."),
        },
    )


class DirectionStep:
    """Data and direction."""

    slug = "direction"
    title = gettext_lazy("Data and direction")
    template = "admin/syncapp/wizard/direction.html"
    parts: tuple[str, ...] = ("direction",)

    def read(self, page: Page, posted: QueryDict) -> Typed:
        """The direction; a one-way sync has no conflicts, so its source wins."""
        form = DirectionForm(posted)
        if not form.is_valid():
            words = str(form.errors["direction"][0])
            return Typed({}, [Mistake("direction", words)])
        direction = Direction(form.cleaned_data["direction"])
        parts: dict[str, Any] = {"direction": direction.value}
        if direction.source is not None:
            parts["conflict"] = direction.source.value
        return Typed(parts)

    def context(self, page: Page, posted: QueryDict | None) -> dict[str, Any]:
        """The three arrows with what each of them does."""
        hubspot, quickbooks = page.noun(Side.HUBSPOT), page.noun(Side.QUICKBOOKS)
        names = {"hubspot": hubspot, "quickbooks": quickbooks}
        explained = {
            Direction.BOTH: _(
                "A change in either system reaches the other. New %(hubspot)s become "
                "%(quickbooks)s and new %(quickbooks)s become %(hubspot)s."
            ),
            Direction.TO_HUBSPOT: _(
                "QuickBooks is the source. Nothing is ever written in QuickBooks."
            ),
            Direction.TO_QUICKBOOKS: _(
                "HubSpot is the source. Nothing is ever written in HubSpot."
            ),
        }
        return {
            "cards": [
                {
                    "value": one.value,
                    "arrow": arrow(one),
                    "words": DIRECTION_WORDS[one],
                    "explained": explained[one] % names,
                    "checked": page.document.get("direction") == one.value,
                }
                for one in Direction
            ],
            "match_key": said(page.object_pair.match_key_label),
            "hubspot_object": hubspot.capitalize(),
            "quickbooks_object": quickbooks.capitalize(),
        }
