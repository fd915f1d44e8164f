"""Step 3: which records take part: all, or groups (OR) of conditions (AND) per side (S11).

The form checks what was typed against the fields the account really has.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.wizard.base import Mistake, Page, Typed
from syncapp.core.filters import Operator
from syncapp.core.schema import Field, Kind
from syncapp.core.sides import Side

_NAME = re.compile(r"^(hubspot|quickbooks)-(\d{1,3})-(\d{1,3})-(field|operator|value)$")
_ANY = (Operator.HAS_VALUE, Operator.NO_VALUE)
_EXACT = (Operator.IS, Operator.IS_NOT)
_LISTED = (Operator.IN, Operator.NOT_IN)
_WORDS = (Operator.CONTAINS, Operator.NOT_CONTAINS, Operator.STARTS_WITH)
_TEXT = (*_EXACT, *_WORDS, *_LISTED, *_ANY)
#: What can be asked of a field, by its kind.
OPERATORS: Mapping[Kind, tuple[Operator, ...]] = {
    Kind.TEXT: _TEXT,
    Kind.EMAIL: _TEXT,
    Kind.PHONE: _TEXT,
    Kind.URL: _TEXT,
    Kind.NUMBER: (*_EXACT, Operator.GREATER, Operator.LESS, *_ANY),
    Kind.MONEY: (*_EXACT, Operator.GREATER, Operator.LESS, *_ANY),
    Kind.DATE: (Operator.AFTER, Operator.BEFORE, *_ANY),
    Kind.DATETIME: (Operator.AFTER, Operator.BEFORE, *_ANY),
    Kind.BOOLEAN: (Operator.IS, *_ANY),
    Kind.CHOICE: (*_EXACT, *_LISTED, *_ANY),
    Kind.REFERENCE: (*_EXACT, *_LISTED, *_ANY),
    Kind.STRUCTURE: _ANY,
}
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


class FiltersStep:
    """Filters."""

    slug = "filters"
    title = gettext_lazy("Filters")
    template = "admin/syncapp/wizard/filters.html"

    def read(self, page: Page, posted: QueryDict) -> Typed:
        """The groups of both sides, after the button that was pressed did its part."""
        filters = {side.value: _typed_groups(posted, side) for side in Side}
        mistakes: list[Mistake] = []
        for side in _sides(page):
            for number, group in enumerate(filters[side.value]):
                for position, condition in enumerate(group):
                    words = _mistake(page, side, condition)
                    if words:
                        mistakes.append(Mistake(f"{side.value}-{number}-{position}", words))
        return Typed({"filters": filters}, mistakes)

    def context(self, page: Page, posted: QueryDict | None) -> dict[str, Any]:
        """Per side: all or own conditions, the conditions, and the account's fields."""
        return {"sides": [_side(page, side) for side in _sides(page)]}


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


def _typed_groups(posted: QueryDict, side: Side) -> list[Group]:
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
        [{**EMPTY, **rows[number][position]} for position in sorted(rows[number])]
        for number in sorted(rows)
    ]
    return groups or [[dict(EMPTY)]]


def _mistake(page: Page, side: Side, condition: dict[str, str]) -> str:
    """What is wrong with a condition, naming the field and the remedy; "" when it is fine."""
    name = condition["field"]
    if not name:
        return _("Choose a field for this condition, or remove it.")
    if side not in page.lists.fields:
        return ""  # the account could not be asked; it is checked again before switching on
    field = page.named(side, name)
    if field is None:
        return _(
            "%(side)s has no field “%(name)s” any more. Choose another field, or remove this "
            "condition."
        ) % {"side": side.label, "name": name}
    names = {"field": field.label, "kind": KIND_WORDS[field.kind]}
    if condition["operator"] not in {one.value for one in OPERATORS[field.kind]}:
        return (
            _("“%(field)s” holds %(kind)s: it cannot be compared that way. Choose another one.")
            % names
        )
    operator = Operator(condition["operator"])
    names["operator"] = operator.words
    if not operator.takes_value:
        return ""
    if not condition["value"]:
        return _("“%(field)s” %(operator)s: type a value, or choose “has a value”.") % names
    return _value_mistake(field, condition["value"]) % names


def _value_mistake(field: Field, value: str) -> str:
    if field.kind in {Kind.NUMBER, Kind.MONEY} and not _is_number(value):
        return _("“%(field)s” is compared with a number, such as 1250.00. Correct the value.")
    if field.kind in {Kind.DATE, Kind.DATETIME} and not _is_date(value):
        return _("“%(field)s” is compared with a day, such as 2026-01-31. Correct the value.")
    if field.kind is Kind.BOOLEAN and value not in {"true", "false"}:
        return _("“%(field)s” is either yes or no. Choose one of them.")
    if field.kind is Kind.CHOICE and field.options:
        known = {option for option, _label in field.options}
        unknown = [part for part in value.split(",") if part.strip() not in known]
        if unknown:
            return _("“%(field)s” has no option of that name (any more). Choose another one.")
    return ""


def _is_number(value: str) -> bool:
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        return False
    return True


def _side(page: Page, side: Side) -> dict[str, Any]:
    groups: list[Group] = page.document.get("filters", {}).get(side.value, [])
    fields = sorted(page.lists.fields.get(side, ()), key=lambda one: one.label.casefold())
    return {
        "side": side.value,
        "label": side.label,
        "other": side.other.label,
        "nouns": page.noun(side),
        "problem": page.lists.problems.get(side, ""),
        "own": bool(groups),
        "groups": [
            [
                _condition(page, side, condition, f"{side.value}-{number}-{position}")
                for position, condition in enumerate(group)
            ]
            for number, group in enumerate(groups)
        ],
        "fields": [{"name": one.name, "label": one.label} for one in fields],
    }


def _condition(page: Page, side: Side, condition: Mapping[str, str], name: str) -> dict[str, Any]:
    """One row: its field, the comparisons that field allows, and how its value is typed."""
    field = page.named(side, condition["field"])
    kind = field.kind if field is not None else Kind.TEXT
    allowed = OPERATORS[kind]
    told = condition.get("operator", "")
    chosen = told if told in {one.value for one in allowed} or field is None else allowed[0].value
    value = condition.get("value", "")
    return {
        "name": name,
        "button": name.replace("-", ":"),
        "field": condition["field"],
        "is_known": field is not None,
        "operators": [
            {"value": one.value, "words": one.words, "chosen": one.value == chosen}
            for one in allowed
        ],
        "value": value,
        "takes_value": chosen in {one.value for one in Operator if one.takes_value},
        "control": _control(field, chosen),
        "options": _options(field, value),
    }


def _control(field: Field | None, operator: str) -> str:
    """The kind of input a value is typed in."""
    if field is None:
        return "text"
    if field.kind is Kind.BOOLEAN or (field.kind is Kind.CHOICE and field.options):
        several = operator in {one.value for one in _LISTED}
        return "several" if several else "one"
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
