"""Step 3: which records take part: all, or groups (OR) of conditions (AND) per side (S11).

The form checks what was typed against the fields the account really has.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from syncapp.admin.wizard.base import LONG_LIST, Mistake, Page, Typed
from syncapp.admin.words import reason_words
from syncapp.core.errors import SyncError
from syncapp.core.filters import OPERATORS, Operator, mistake_in
from syncapp.core.schema import Field, Kind
from syncapp.core.sides import Side
from syncapp.models.spoken import spoken
from syncapp.services import admission
from syncapp.services.config import SettingsError, calendar_of, parse_document
from syncapp.services.env import real_env
from syncapp.services.words import noun_of, said, worded

_NAME = re.compile(r"^(hubspot|quickbooks)-(\d{1,3})-(\d{1,3})-(field|operator|value|high)$")
_LISTED = (Operator.IN, Operator.NOT_IN)
_PAIRED = (Operator.BETWEEN, Operator.NOT_BETWEEN)
KIND_WORDS = {
    Kind.TEXT: gettext_lazy("text"),
    Kind.EMAIL: gettext_lazy("an e-mail address"),
    Kind.PHONE: gettext_lazy("a phone number"),
    Kind.URL: gettext_lazy("a web address"),
    Kind.NUMBER: gettext_lazy("a number"),
    Kind.MONEY: gettext_lazy("an amount"),
    Kind.DATE: gettext_lazy("a date"),
    Kind.DATETIME: gettext_lazy("a date and time"),
    Kind.BOOLEAN: gettext_lazy("yes or no"),
    Kind.CHOICE: gettext_lazy("one of a list"),
    Kind.REFERENCE: gettext_lazy("a reference"),
    Kind.STRUCTURE: gettext_lazy("a structure"),
}
Group = list[dict[str, str]]
EMPTY: dict[str, str] = {"field": "", "operator": Operator.IS.value, "value": ""}
#: What associated records are called above their fields.
RELATED_WORDS = {
    "companies": gettext_lazy("Associated company"),
    "deals": gettext_lazy("Associated deal"),
    "invoices": gettext_lazy("Associated invoice"),
}


class FiltersStep:
    """Filters."""

    slug = "filters"
    title = gettext_lazy("Filters")
    template = "admin/syncapp/wizard/filters.html"
    parts: tuple[str, ...] = ("filters", "start")

    def read(self, page: Page, posted: QueryDict) -> Typed:
        """The groups of both sides, each condition with what is known of its field."""
        typed = {side: _typed_groups(page, posted, side) for side in Side}
        filters = {side.value: typed[side] for side in Side}
        mistakes: list[Mistake] = []
        for side in _sides(page):
            if side in page.object_pair.locked:
                continue
            for number, group in enumerate(filters[side.value]):
                for position, condition in enumerate(group):
                    words = _mistake(page, side, condition)
                    if words:
                        mistakes.append(Mistake(f"{side.value}-{number}-{position}", words))
        parts: dict[str, Any] = {"filters": filters}
        if page.object_pair.dated_by:
            parts["start"] = posted.get("start", "").strip() or None
        return Typed(parts, mistakes)

    def context(self, page: Page, posted: QueryDict | None) -> dict[str, Any]:
        """Per side: all or own conditions, the conditions, and the account's fields."""
        counted = posted.get("change", "") if posted is not None else ""
        return {
            "sides": [_side(page, side, counted == f"count:{side.value}") for side in _sides(page)],
            "zone": page.draft.pair.company_time_zone,
            "has_start": bool(page.object_pair.dated_by),
            "start": page.document.get("start") or "",
            "requires": said(page.object_pair.requires),
        }


def _sides(page: Page) -> list[Side]:
    """The sides records come from; the other side's filter would do nothing."""
    source = page.direction.source
    return [source] if source is not None else [Side.QUICKBOOKS, Side.HUBSPOT]


def changed(document_filters: Mapping[str, list[Group]], change: str) -> dict[str, list[Group]]:
    """The groups after a button: ``add:side``, ``add:side:g``, ``remove:side:g:c``."""
    filters = {side: [list(group) for group in groups] for side, groups in document_filters.items()}
    deed, _colon, rest = change.partition(":")
    side, *numbers = rest.split(":")
    groups = filters.get(side)
    if groups is None or not all(number.isdecimal() for number in numbers):
        return filters
    where = [int(number) for number in numbers]
    if deed == "add" and not where:
        groups.append([dict(EMPTY)])
    elif deed == "add" and where[0] < len(groups):
        groups[where[0]].append(dict(EMPTY))
    elif deed == "remove" and len(where) == 2 and where[0] < len(groups):
        group = groups[where[0]]
        if where[1] < len(group):
            del group[where[1]]
        if not group:
            del groups[where[0]]
    return filters


def _typed_groups(page: Page, posted: QueryDict, side: Side) -> list[Group]:
    """The groups of a side in the order of their numbers; none when "All" is chosen."""
    if posted.get(f"{side.value}-mode") != "own":
        return []
    rows: dict[int, dict[int, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for name in posted:
        match = _NAME.match(name)
        if match is not None and match[1] == side.value:
            values = [value.strip() for value in posted.getlist(name)]
            rows[int(match[2])][int(match[3])][match[4]] = ",".join(filter(None, values))
    groups = [
        [_typed(page, side, rows[number][position]) for position in sorted(rows[number])]
        for number in sorted(rows)
    ]
    return groups or [[dict(EMPTY)]]


def _typed(page: Page, side: Side, row: dict[str, str]) -> dict[str, str]:
    """A condition as the document has it; the kind and label are those of the account's field."""
    told = {**EMPTY, **row}
    related, _colon, name = told["field"].rpartition(":")
    condition = {"field": name, "operator": told["operator"], "value": told["value"]}
    if told["operator"] in {one.value for one in _PAIRED} and told.get("high"):
        condition["value"] = f"{told['value']},{told['high']}"
    field = page.named(side, name, related)
    if related:
        condition["related"] = related
    if field is None:  # not asked just now: what was known of it stays
        return condition | _known_before(page, side, name, related)
    if field.kind is not Kind.TEXT:
        condition["kind"] = field.kind.value
    if field.label != field.name:
        condition["label"] = field.label
    return condition


def _known_before(page: Page, side: Side, name: str, related: str) -> dict[str, str]:
    """The kind and label that the draft has of a field."""
    for group in page.document.get("filters", {}).get(side.value, []):
        for one in group:
            if one["field"] == name and one.get("related", "") == related:
                return {key: one[key] for key in ("kind", "label") if key in one}
    return {}


def _mistake(page: Page, side: Side, condition: dict[str, str]) -> str:
    """What is wrong with a condition, naming the field and the remedy; "" when it is fine."""
    name, related = condition["field"], condition.get("related", "")
    if not name:
        return _("Choose a field for this condition, or remove it.")
    if side not in page.lists.fields:
        return ""  # the account could not be asked; it is checked again before switching on
    field = page.named(side, name, related)
    if field is None:
        return _(
            "%(side)s has no field “%(name)s” any more. Choose another field, or remove this "
            "condition."
        ) % {"side": side.label, "name": name}
    names = {"field": worded(field, side).label, "kind": KIND_WORDS[field.kind]}
    if condition["operator"] not in {one.value for one in OPERATORS[field.kind]}:
        return (
            _("“%(field)s” holds %(kind)s: it cannot be compared that way. Choose another one.")
            % names
        )
    operator = Operator(condition["operator"])
    names["operator"] = said(operator.words).format("…")
    if not operator.takes_value:
        return ""
    if not condition["value"]:
        return _("“%(field)s” %(operator)s: type a value, or choose “is known”.") % names
    return _value_mistake(field, operator, condition["value"]) % names


def _value_mistake(field: Field, operator: Operator, value: str) -> str:
    wanted = mistake_in(operator, value, field.kind)
    if wanted:
        told = spoken(wanted).replace("%", "%%")
        return _("“%(field)s” is compared with {wanted}. Correct the value.").format(wanted=told)
    if field.kind is Kind.BOOLEAN and value not in {"true", "false"}:
        return _("“%(field)s” is either yes or no. Choose one of them.")
    if field.kind is Kind.CHOICE and field.options:
        known = {option for option, _label in field.options}
        unknown = [part for part in value.split(",") if part.strip() not in known]
        if unknown:
            return _("“%(field)s” has no option of that name (any more). Choose another one.")
    return ""


def _side(page: Page, side: Side, is_counted: bool) -> dict[str, Any]:
    groups: list[Group] = page.document.get("filters", {}).get(side.value, [])
    return {
        "side": side.value,
        "label": side.label,
        "other": side.other.label,
        "nouns": page.noun(side),
        "problem": spoken(page.lists.problems.get(side, "")),
        "own": bool(groups),
        "locked": side in page.object_pair.locked,
        "groups": [
            [
                _condition(page, side, condition, f"{side.value}-{number}-{position}")
                for position, condition in enumerate(group)
            ]
            for number, group in enumerate(groups)
        ],
        "kinds": (kinds := list(_field_groups(page, side))),
        "is_long": sum(len(kind["fields"]) for kind in kinds) >= LONG_LIST,
        "count": _count(page, side) if is_counted else None,
    }


def _field_groups(page: Page, side: Side) -> Iterator[dict[str, Any]]:
    """The fields to choose from: the records' own, then those of associated records."""
    own = noun_of(page.object_pair, side).capitalize()
    yield {"title": own, "fields": _choices(page.lists.fields.get(side, ()), side)}
    for related, fields in page.lists.associated.get(side, {}).items():
        title = str(RELATED_WORDS.get(related, related))
        yield {"title": title, "fields": _choices(fields, side, f"{related}:", f"{title}: ")}


def _choices(
    fields: Iterable[Field], side: Side, prefix: str = "", of: str = ""
) -> list[dict[str, str]]:
    usable = [worded(one, side) for one in fields if not one.lacks]
    ordered = sorted(usable, key=lambda one: one.label.casefold())
    return [{"name": prefix + one.name, "label": of + one.label} for one in ordered]


def _count(page: Page, side: Side) -> dict[str, Any]:
    """What the filter as typed would let in; or why that cannot be said."""
    pair = page.draft.pair
    try:
        now = real_env().clock.now()
        config = parse_document(page.document, calendar_of(pair, now))
        found = admission.count(pair, config, side, env=real_env())
    except SettingsError as error:
        return {"unfinished": spoken(error.message)}
    except SyncError as error:
        return {"problem": spoken(str(error))}
    return {
        "admitted": found.admitted,
        "total": found.total,
        "is_whole": found.is_whole,
        "excluded": [_excluded_words(code, number) for code, number in found.excluded.items()],
        "labels": found.admitted_labels,
        "kept_out": found.kept_out,
    }


def _excluded_words(code: str, number: int) -> str:
    """How many a fixed rule leaves out, in the words of that rule."""
    sentence = {
        "no_email": ngettext("%d lacks an e-mail address", "%d lack an e-mail address", number),
        "no_sku": ngettext("%d lacks an SKU", "%d lack an SKU", number),
        "category": ngettext("%d is a category", "%d are categories", number),
        "bundle": ngettext("%d is a bundle", "%d are bundles", number),
        "custom_line_item": ngettext(
            "%d is the stand-in for custom line items",
            "%d are stand-ins for custom line items",
            number,
        ),
        "inactive": ngettext("%d is inactive", "%d are inactive", number),
        "inv_draft": ngettext("%d is a draft", "%d are drafts", number),
        "inv_not_from_hubspot": ngettext(
            "%d was not made in HubSpot", "%d were not made in HubSpot", number
        ),
    }.get(code)
    if sentence is not None:
        return sentence % number
    return _("%(count)d left out: %(reason)s") % {"count": number, "reason": reason_words(code)}


def _condition(page: Page, side: Side, condition: Mapping[str, str], name: str) -> dict[str, Any]:
    """One row: its field, the comparisons that field allows, and how its value is typed."""
    related = condition.get("related", "")
    field = page.named(side, condition["field"], related)
    kind = field.kind if field is not None else Kind(condition.get("kind", Kind.TEXT.value))
    allowed = OPERATORS[kind]
    told = condition.get("operator", "")
    known = told in {one.value for one in Operator}
    fits = told in {one.value for one in allowed} or (field is None and known)
    chosen = Operator(told) if fits else allowed[0]
    offered = allowed if chosen in allowed else (chosen, *allowed)
    value = condition.get("value", "")
    low, _comma, high = value.partition(",") if chosen in _PAIRED else (value, "", "")
    prefix = f"{related}:" if related else ""
    return {
        "name": name,
        "button": name.replace("-", ":"),
        "field": prefix + condition["field"] if condition["field"] else "",
        "label": worded(field, side).label
        if field
        else condition.get("label") or condition["field"],
        "is_known": field is not None,
        "operators": [
            {"value": one.value, "words": said(one.words).format("…"), "chosen": one is chosen}
            for one in offered
        ],
        "value": low.strip(),
        "high": high.strip(),
        "is_paired": chosen in _PAIRED,
        "takes_value": chosen.takes_value,
        "control": _control(field, chosen),
        "options": _options(worded(field, side) if field is not None else None, value),
    }


def _control(field: Field | None, operator: Operator) -> str:
    """The kind of input a value is typed in."""
    if field is None:
        return "text"
    if operator.is_relative:
        return "days"
    if field.kind is Kind.BOOLEAN or (field.kind is Kind.CHOICE and field.options):
        return "several" if operator in _LISTED else "one"
    if field.kind in {Kind.DATE, Kind.DATETIME}:
        return "date"
    return "number" if field.kind in {Kind.NUMBER, Kind.MONEY} else "text"


def _options(field: Field | None, value: str) -> list[dict[str, Any]]:
    if field is None:
        return []
    chosen = {part.strip() for part in value.split(",")}
    options: tuple[tuple[str, str], ...] = field.options
    if field.kind is Kind.BOOLEAN:
        options = (("true", _("Yes")), ("false", _("No")))
    return [
        {"value": one, "label": label or one, "chosen": one in chosen} for one, label in options
    ]
