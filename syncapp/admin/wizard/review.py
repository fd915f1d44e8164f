"""Step 4: everything in plain words, the rehearsal, and the switch (S12, B1)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from syncapp.admin import preflight
from syncapp.admin.rehearsals import rehearsal_context
from syncapp.admin.wizard.base import Page, Typed
from syncapp.admin.wizard.sentences import Difference, Sentence, describe_settings, differences
from syncapp.core.pairs.base import OptionKind
from syncapp.core.sides import Side
from syncapp.models import SyncDefinition
from syncapp.models.spoken import spoken
from syncapp.services import accounts, definitions, drafts
from syncapp.services.config import SettingsError, parse_document
from syncapp.services.env import real_env

STEP_OF = {
    "direction": "direction",
    "conflict": "mapping",
    "mappings": "mapping",
    "options": "mapping",
}


class SwitchOnForm(forms.Form):
    """What a person must agree to before a sync is switched on."""

    marker = forms.BooleanField(
        error_messages={
            "required": gettext_lazy(
                "Tick the box about the property qbo_sync_id: without it a record that was "
                "created twice could not be told apart."
            )
        }
    )
    replace = forms.BooleanField(
        error_messages={
            "required": gettext_lazy(
                "The settings were changed by somebody else meanwhile. Tick the box to replace "
                "them, or start again from the saved settings."
            )
        }
    )

    def __init__(self, posted: QueryDict, *, marker: bool, replace: bool) -> None:
        super().__init__(posted)
        if not marker:
            del self.fields["marker"]
        if not replace:
            del self.fields["replace"]


class ReviewStep:
    """Review and switch on."""

    slug = "review"
    title = gettext_lazy("Review")
    template = "admin/syncapp/wizard/review.html"
    parts: tuple[str, ...] = ()

    def read(self, page: Page, posted: QueryDict) -> Typed:
        """Nothing is typed here that belongs to the settings."""
        return Typed({})

    def context(self, page: Page, posted: QueryDict | None) -> dict[str, Any]:
        """The sentences, what is wrong, the last rehearsal."""
        draft = page.draft
        problems = drafts.check(page.document, page.lists)
        found = drafts.latest_rehearsal(draft)
        sentences, living = _sentences(page), page.living
        standing = drafts.standing(draft, now=real_env().clock.now())
        return {
            "differences": _differences(page, living, sentences) if living and page.is_edit else [],
            "standing": standing.value,
            "problems": [
                {"message": spoken(problem.message), "step": _step_of(problem.where)}
                for problem in problems
            ],
            "unasked": [spoken(one) for one in page.lists.problems.values()],
            "sentences": sentences,
            "rehearsal": rehearsal_context(found, standing, page.user)
            if found is not None
            else None,
            "hubspot_nouns": page.noun(Side.HUBSPOT),
            "needs_marker": page.direction.allows(Side.HUBSPOT),
            "is_on": living is not None and living.enabled,
            "planned_again": living.links.count() if living and page.is_edit else 0,
            "ticked": posted or {},
            "preflight": preflight.concerning(draft.pair, draft.object_type, page.direction),
        }


def _sentences(page: Page) -> list[Sentence]:
    try:
        return describe_settings(parse_document(_labelled(page)), _accounts(page))
    except SettingsError:
        return []


def _differences(page: Page, living: SyncDefinition, sentences: list[Sentence]) -> list[Difference]:
    """What saving would change in a sync that is set up already."""
    if not sentences:
        return []
    saved = Page(page.draft, definitions.export_document(living), page.user)
    saved.__dict__["lists"] = page.lists  # asked once
    return differences(_sentences(saved), sentences)


def _accounts(page: Page) -> dict[str, str]:
    """The names of the company's accounts, where a setting is one."""
    wanted = {OptionKind.ACCOUNT, OptionKind.ACCOUNTS}
    if not any(option.kind in wanted for option in page.object_pair.options):
        return {}
    found, _problem = accounts.of_types(page.draft.pair, (), env=real_env())
    return {one.id: one.name for one in found}


def _labelled(page: Page) -> dict[str, Any]:
    """The document with the fields' labels in its conditions, for the sentences only."""
    filters: dict[str, Any] = {}
    for side in Side:
        groups = page.document.get("filters", {}).get(side.value, [])
        filters[side.value] = [
            [{**one, "label": _label(page, side, one)} for one in group] for group in groups
        ]
    return {**page.document, "filters": filters}


def _label(page: Page, side: Side, condition: dict[str, Any]) -> str:
    name = str(condition.get("field", ""))
    field = page.named(side, name, str(condition.get("related") or ""))
    return field.label if field is not None else str(condition.get("label") or name)


def _step_of(where: str) -> str:
    return STEP_OF.get(where.split("[", maxsplit=1)[0].split(".", maxsplit=1)[0], "filters")
