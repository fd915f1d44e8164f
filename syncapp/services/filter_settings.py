"""The filters of a settings document: read, written, and fixed to the day they are saved.

"[today]" in a value stands for the company's day on which the settings are put in force (S11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from syncapp.core.filters import Calendar, Condition, Filter, Operator, mistake_in
from syncapp.core.operators import NO_CALENDAR
from syncapp.core.pairs.base import ObjectPair
from syncapp.core.schema import Kind
from syncapp.core.sides import Side
from syncapp.models.definitions import LABEL_LIMIT
from syncapp.services.setting_parts import Document, SettingsError, choice
from syncapp.services.words import title_of

TODAY = "[today]"
Entries = list[list[Document]]


def entries(chosen: Filter) -> Entries:
    """A filter as a document has it."""
    return [[_entry(condition) for condition in group] for group in chosen.groups]


def _entry(condition: Condition) -> Document:
    entry: Document = {
        "field": condition.field,
        "operator": condition.operator.value,
        "value": condition.value,
    }
    if condition.kind is not Kind.TEXT:
        entry["kind"] = condition.kind.value
    if condition.related:
        entry["related"] = condition.related
    if condition.label:
        entry["label"] = condition.label
    return entry


def parse(told: object, pair: ObjectPair, calendar: Calendar = NO_CALENDAR) -> dict[Side, Filter]:
    """The filters of a document.

    Raises:
        SettingsError: They cannot be used, or change one that belongs to the sync itself.
    """
    if not isinstance(told, Mapping):
        raise SettingsError("filters", 'Must be an object with "hubspot" and "quickbooks".')
    unknown = set(told) - {side.value for side in Side}
    if unknown:
        raise SettingsError(f"filters.{min(unknown)}", 'Use "hubspot" or "quickbooks".')
    found = {}
    for side in Side:
        where = f"filters.{side.value}"
        parsed = Filter(_groups(told.get(side.value, []), where, pair, side, calendar))
        locked = pair.locked.get(side)
        if locked is not None and parsed.groups and entries(parsed) != entries(locked):
            raise SettingsError(
                where,
                f"The filter on {pair.nouns[side]}s from {side.label} belongs to the sync and "
                "cannot be changed. Leave it out.",
            )
        found[side] = parsed if locked is None else _locked(locked)
    return found


def _locked(chosen: Filter) -> Filter:
    return Filter(
        tuple(tuple(replace(one, locked=True) for one in group) for group in chosen.groups)
    )


def _groups(
    told: object, where: str, pair: ObjectPair, side: Side, calendar: Calendar
) -> tuple[tuple[Condition, ...], ...]:
    if not isinstance(told, list):
        raise SettingsError(where, "Must be a list of groups, each a list of conditions.")
    parsed = []
    for number, group in enumerate(told):
        if not isinstance(group, list) or not group:
            raise SettingsError(f"{where}[{number}]", "Must be a list of at least one condition.")
        parsed.append(
            tuple(
                _condition(entry, f"{where}[{number}][{position}]", pair, side, calendar)
                for position, entry in enumerate(group)
            )
        )
    return tuple(parsed)


def _condition(
    entry: object, where: str, pair: ObjectPair, side: Side, calendar: Calendar
) -> Condition:
    if not isinstance(entry, Mapping) or not entry.get("field"):
        raise SettingsError(where, 'Needs a "field".')
    related = str(entry.get("related") or "")
    offered = pair.associated.get(side, ())
    if related and related not in offered:
        known = ", ".join(offered) or "none"
        raise SettingsError(
            f"{where}.related",
            f"{side.label} {pair.nouns[side]}s have no associated {related} to filter by. "
            f"Known: {known}.",
        )
    operator = Operator(choice(entry, "operator", [o.value for o in Operator], where))
    label = str(entry.get("label") or "")[:LABEL_LIMIT]
    kind = Kind(choice({"kind": Kind.TEXT.value, **entry}, "kind", [k.value for k in Kind], where))
    value = _value(entry.get("value", ""), calendar)
    if operator.takes_value and not value.strip():
        words = operator.words.format("…")
        raise SettingsError(f"{where}.value", f"“{words}” needs a value.")
    wanted = mistake_in(operator, value, kind)
    if wanted:
        name = label or str(entry["field"])
        raise SettingsError(f"{where}.value", f"“{name}” is compared with {wanted}.")
    return Condition(str(entry["field"]), operator, value, label, kind, related)


def _value(told: Any, calendar: Calendar) -> str:
    value = ",".join(str(one) for one in told) if isinstance(told, list) else str(told)
    today = calendar.today
    return value if today is None else value.replace(TODAY, today.isoformat())


def resolve(document: Document, calendar: Calendar) -> Document:
    """The document with the company's date of today in the place of "[today]"."""
    today = calendar.today
    if today is None:
        return document
    filters = {
        side: [
            [{**one, "value": _value(one.get("value", ""), calendar)} for one in group]
            for group in groups
        ]
        for side, groups in document.get("filters", {}).items()
    }
    start = document.get("start")
    return {**document, "filters": filters, "start": str(today) if start == TODAY else start}


def parse_start(told: object, pair: ObjectPair, calendar: Calendar = NO_CALENDAR) -> date | None:
    """The day a sync begins at.

    Raises:
        SettingsError: It is no day, or these records have no day of their own.
    """
    if told in {None, ""}:
        return None
    if not pair.dated_by:
        raise SettingsError("start", f"{title_of(pair)} have no start date: all of them take part.")
    if told == TODAY and calendar.today is not None:
        return calendar.today
    try:
        return date.fromisoformat(str(told))
    except ValueError as error:
        raise SettingsError("start", "Must be a day, such as 2026-01-31.") from error
