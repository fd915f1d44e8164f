"""Step 2: who wins a data conflict, and which mapped fields take part (S7, S8, S15, S16)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.wizard import mapping_form, options
from syncapp.admin.wizard.base import Mistake, Page, Typed
from syncapp.admin.wizard.mapping_form import MappingForm
from syncapp.admin.words import arrow
from syncapp.core.sides import Direction, Side
from syncapp.core.transforms import TransformOp
from syncapp.models.spoken import spoken
from syncapp.services import drafts
from syncapp.services.config import SettingsError, parse_document, to_document
from syncapp.services.words import said, worded


class ConflictForm(forms.Form):
    """Whose value is kept where both sides changed."""

    conflict = forms.ChoiceField(
        choices=[
            (Side.QUICKBOOKS.value, gettext_lazy("Use QuickBooks Online data")),
            (Side.HUBSPOT.value, gettext_lazy("Use HubSpot data")),
        ],
        error_messages={
            "required": gettext_lazy("Data conflicts: choose whose data is used."),
            "invalid_choice": gettext_lazy("Data conflicts: choose whose data is used."),
        },
    )


class MappingStep:
    """Configure: data conflicts and mapped fields."""

    slug = "mapping"
    title = gettext_lazy("Configure")
    template = "admin/syncapp/wizard/mapping.html"
    parts: tuple[str, ...] = ("conflict", "mappings", "options")

    def read(self, page: Page, posted: QueryDict) -> Typed:
        """The winner, the switches and the added mappings, after the pressed button's deed."""
        on = set(posted.getlist("on"))
        entries = [
            *(entry for entry in _entries(page) if not _is_added(page, entry)),
            *_added(page, posted),
        ]
        entries = [{**entry, "enabled": _key(entry) in on} for entry in entries]
        mistakes: list[Mistake] = []
        entries, page.form = _after(page, posted, entries, mistakes)
        page.refresh = posted.get("change") == "fields"
        parts: dict[str, Any] = {"mappings": entries}
        source = page.direction.source
        form = ConflictForm(posted)
        if source is not None:
            parts["conflict"] = source.value
        elif form.is_valid():
            parts["conflict"] = form.cleaned_data["conflict"]
        else:
            mistakes.append(Mistake("conflict", str(form.errors["conflict"][0])))
        if posted.get("go") == "next" and page.form.is_begun:
            words = _("You chose fields for a mapping: choose “Add mapping”, or “Clear”.")
            mistakes.append(Mistake("new", words))
        parts |= options.read(page, posted)
        mistakes += options.mistakes(page, parts)
        document = {**page.document, **parts, "filters": {}}
        mistakes += [
            Mistake("mappings", spoken(problem.message))
            for problem in drafts.check(document, page.lists)
            if problem.where.startswith("mappings")
        ]
        return Typed(parts, mistakes)

    def context(self, page: Page, posted: QueryDict | None) -> dict[str, Any]:
        """The two radio buttons and the table of fields."""
        source = page.direction.source
        return {
            "conflicts": [
                {
                    "value": value,
                    "words": words,
                    "checked": page.document.get("conflict") == value,
                }
                for value, words in ConflictForm.base_fields["conflict"].choices  # type: ignore[attr-defined]
            ],
            "source": source,
            "options": options.rows(page),
            "rows": [_row(page, entry) for entry in _entries(page)],
            "asked": not page.lists.problems,
            "unasked": [spoken(one) for one in page.lists.problems.values()],
            "added": json.dumps([e for e in _entries(page) if _is_added(page, e)]),
            "form": mapping_form.context(page, page.form or MappingForm()),
        }


def _is_added(page: Page, entry: dict[str, Any]) -> bool:
    """Whether a person added it; the default ones can only be switched off."""
    return _key(entry) not in {mapping.key for mapping in page.object_pair.mappings}


def _added(page: Page, posted: QueryDict) -> list[dict[str, Any]]:
    """The added mappings as the page had them; those of the draft when it had none to tell."""
    if "added" not in posted:
        return [entry for entry in _entries(page) if _is_added(page, entry)]
    try:
        told = json.loads(posted.get("added", ""))
    except json.JSONDecodeError:
        return []
    ones = told if isinstance(told, list) else []
    return [
        one
        for one in ones
        if isinstance(one, dict)
        and {"hubspot", "quickbooks", "direction"} <= set(one)
        and _is_added(page, one)
    ]


def _after(
    page: Page, posted: QueryDict, entries: list[dict[str, Any]], mistakes: list[Mistake]
) -> tuple[list[dict[str, Any]], MappingForm]:
    """The mappings and the form after "add", "edit", "delete" or "clear"."""
    form = mapping_form.typed(posted)
    deed, _colon, key = posted.get("change", "").partition(":")
    if deed == "choose":  # another field may go another way: the widest direction is offered
        return entries, replace(form, direction="")
    if deed == "clear":
        return entries, MappingForm()
    if deed == "delete":
        return [e for e in entries if _key(e) != key or not _is_added(page, e)], form
    if deed == "edit":
        chosen = next((e for e in entries if _key(e) == key and _is_added(page, e)), None)
        return entries, mapping_form.of_entry(chosen) if chosen is not None else form
    if deed != "map":
        return entries, form
    try:
        made = mapping_form.entry_of(page, form)
    except SettingsError as error:
        mistakes.append(Mistake("new", spoken(error.message)))
        return entries, form
    others = [e for e in entries if _key(e) not in {form.replaces, _key(made)}]
    if len(others) < len(entries) and not form.replaces:
        mistakes.append(
            Mistake("new", _("These two fields are mapped already: edit that mapping."))
        )
        return entries, form
    return [*others, made], MappingForm()


def _entries(page: Page) -> list[dict[str, Any]]:
    """The mappings of the document, those it does not name included."""
    try:
        config = parse_document({**page.document, "filters": {}})
    except SettingsError:
        return list(page.document.get("mappings", []))
    return list(to_document(config)["mappings"])


def _key(entry: dict[str, Any]) -> str:
    return f"{entry['hubspot']}:{entry['quickbooks']}"


def _row(page: Page, entry: dict[str, Any]) -> dict[str, Any]:
    """One mapping: its fields as the accounts name them, its arrow, and a note where needed."""
    own = Direction(entry["direction"])
    usable = page.direction in {own, Direction.BOTH} or own is Direction.BOTH
    effective = own if own is not Direction.BOTH else page.direction
    related = {one.name for one in page.object_pair.related}
    hubspot = page.named(Side.HUBSPOT, entry["hubspot"])
    quickbooks = page.named(Side.QUICKBOOKS, entry["quickbooks"])
    missing = [
        side.label
        for side, found, name in (
            (Side.HUBSPOT, hubspot, entry["hubspot"]),
            (Side.QUICKBOOKS, quickbooks, entry["quickbooks"]),
        )
        if found is None and side in page.lists.fields and name not in related and name
    ]
    label = said(entry.get("label", "")) or entry["hubspot"] or entry["quickbooks"]
    optional = {m.key for m in page.object_pair.mappings if m.optional}
    may_miss = _key(entry) in optional
    is_display_name = entry["hubspot"] in related and entry["quickbooks"] == (
        page.object_pair.unique_name
    )
    return {
        "key": _key(entry),
        "label": label,
        "hubspot": hubspot.label if hubspot else _unlisted(entry["hubspot"], label),
        "hubspot_name": entry["hubspot"],
        "quickbooks": worded(quickbooks, Side.QUICKBOOKS).label
        if quickbooks
        else _unlisted(entry["quickbooks"], label),
        "quickbooks_name": entry["quickbooks"],
        "arrow": arrow(effective if usable else own),
        "enabled": bool(entry["enabled"]),
        "usable": usable,
        "missing": [] if may_miss else missing,
        "absent": missing if may_miss else [],
        "is_display_name": is_display_name,
        "is_added": _is_added(page, entry),
        "on_the_way": [said(TransformOp(one["op"]).words) for one in entry.get("transforms", [])],
    }


def _unlisted(name: str, label: str) -> str:
    """A field of an associated record, or of an account that does not answer; "" for a constant."""
    related = {"": "", "associatedcompany.name": _("Associated company name")}
    return related.get(name, label)
