"""Checks a request's body against an entity's table and returns clean values.

Knows types, limits, characters and which properties exist. Must not know what is stored, except
through the small ``Surroundings`` it is given for references and the company's character set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from simulators.quickbooks import faults, times
from simulators.quickbooks.entities.fields import Entity, Field, Kind
from simulators.quickbooks.entities.names import ADDRESS_LINES_LIMIT


class _Cleared:
    """Marks a field the request empties."""

    def __repr__(self) -> str:
        return "CLEARED"


CLEARED = _Cleared()
Clean = dict[str, Any]

_BASE = {"domain", "status", "sparse", "Id", "SyncToken", "MetaData"}
# The documented test: something before and after an @, and a point after it.
EMAIL = re.compile(r"^[^@\s,;:<>()\[\]\\\"]+@[^@\s,;:<>()\[\]\\\"]+\.[^@\s,;:<>()\[\]\\\".]+$")
_MOST_DIGITS = Decimal(10) ** 15


class Surroundings(Protocol):
    """What a check must ask the company."""

    @property
    def null_clears(self) -> bool:
        """Whether null empties a field."""

    @property
    def collapse_blanks(self) -> bool:
        """Whether doubled blanks in names become one."""

    def representable(self, value: str) -> str | None:
        """Return the text as the company can hold it, or None to refuse it."""

    def reference_fault(self, targets: tuple[str, ...], value: str) -> faults.FaultError | None:
        """Return why the reference cannot be used, or None."""


def clean(entity: Entity, body: Mapping[str, Any], around: Surroundings) -> Clean:
    """Return ``{field: value or CLEARED}`` for the writable fields the body holds.

    Raises:
        Refusal: 2010 for unknown properties, else all that is wrong with the values at once.
    """
    for name in body:
        if name not in entity.known_set:
            raise faults.Refusal(faults.unknown_property(name, entity.name, entity.known))
    checker = _Checker(entity, around)
    cleaned: Clean = {}
    for name, value in body.items():
        field = entity.by_name.get(name)
        if field is None or field.read_only or name in _BASE:
            continue
        result = checker.value(field, value, field.name)
        if result is not None:
            cleaned[name] = result
    if checker.errors:
        raise faults.Refusal(*checker.errors)
    return cleaned


class _Checker:
    """Collects the errors of one body."""

    def __init__(self, entity: Entity, around: Surroundings) -> None:
        self._entity = entity
        self._around = around
        self.errors: list[faults.FaultError] = []
        self._by_kind: dict[Kind, Callable[[Field, Any, str], Any]] = {
            Kind.TEXT: self._text,
            Kind.BOOL: self._bool,
            Kind.MONEY: self._number,
            Kind.NUMBER: self._number,
            Kind.WHOLE: self._number,
            Kind.DATE: self._day,
            Kind.CHOICE: self._choice,
            Kind.REF: self._ref,
            Kind.EMAIL: self._email,
            Kind.PARTS: self._parts,
            Kind.LIST: self._list,
            Kind.RAW: self._raw,
        }

    def value(self, field: Field, value: Any, path: str) -> Any:
        """Return the clean value, CLEARED for an emptied one, None to leave the field alone."""
        if value is None:
            return CLEARED if self._around.null_clears else None
        if value in ("", {}):
            return CLEARED
        return self._by_kind[field.kind](field, value, path)

    def _raw(self, field: Field, value: Any, path: str) -> Any:
        return value

    def _text(self, field: Field, value: Any, path: str) -> Any:
        if isinstance(value, bool | dict | list):
            raise faults.malformed_body(f"Can not deserialize instance of java.lang.String: {path}")
        trimmed = str(value).strip()
        if self._around.collapse_blanks and field.forbids:
            trimmed = re.sub(" {2,}", " ", trimmed)
        if not trimmed:
            return CLEARED
        if field.limit is not None and len(trimmed) > field.limit:
            self.errors.append(faults.wrong_length(path, field.limit, len(trimmed)))
            return None
        if any(char in trimmed for char in field.forbids):
            self.errors.append(faults.invalid_characters(path))
            return None
        held = self._around.representable(trimmed)
        if held is None:
            self.errors.append(faults.invalid_characters(path))
        return held

    def _bool(self, field: Field, value: Any, path: str) -> Any:
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        raise faults.malformed_body(f"Can not deserialize instance of boolean: {path}")

    def _number(self, field: Field, value: Any, path: str) -> Any:
        found = _decimal(value)
        is_whole = field.kind is Kind.WHOLE
        if found is None or (is_whole and found != found.to_integral_value()):
            self.errors.append(faults.invalid_number(path, value))
            return None
        return int(found) if is_whole else found

    def _day(self, field: Field, value: Any, path: str) -> Any:
        found = times.parse_day(str(value))
        if found is None:
            self.errors.append(faults.invalid_date(path, value))
            return None
        return found.isoformat()

    def _choice(self, field: Field, value: Any, path: str) -> Any:
        if value not in field.choices:
            self.errors.append(faults.invalid_choice(path, value))
            return None
        return value

    def _ref(self, field: Field, value: Any, path: str) -> Any:
        found = self._members(field, value, path)
        if not found or "value" not in found:
            return CLEARED
        pointed = str(found["value"])
        if field.targets:
            fault = self._around.reference_fault(field.targets, pointed)
            if fault is not None:
                self.errors.append(fault)
                return None
        return {"value": pointed}

    def _email(self, field: Field, value: Any, path: str) -> Any:
        found = self._members(field, value, path)
        text = found.get("Address", "") if found else ""
        if not text:
            return CLEARED
        # People type several addresses into one field; QuickBooks keeps the string.
        if not all(EMAIL.match(part.strip()) for part in text.split(",")):
            self.errors.append(faults.invalid_email(path))
            return None
        return found

    def _parts(self, field: Field, value: Any, path: str) -> Any:
        found = self._members(field, value, path)
        if found and "Line1" in field.by_name:
            together = sum(len(found.get(f"Line{at}", "")) for at in range(1, 6))
            if together > ADDRESS_LINES_LIMIT:
                self.errors.append(faults.wrong_length(path, ADDRESS_LINES_LIMIT, together))
        return found or CLEARED

    def _list(self, field: Field, value: Any, path: str) -> Any:
        if not isinstance(value, list):
            raise faults.malformed_body(f"Can not deserialize instance of java.util.List: {path}")
        return [self._members(field, item, path) for item in value]

    def _members(self, field: Field, value: Any, path: str) -> Clean:
        """Return the filled parts of a nested object, in the order of its table."""
        if not isinstance(value, Mapping):
            raise faults.malformed_body(f"Can not construct instance of object: {path}")
        for name in value:
            if name not in field.by_name:
                known = [part.name for part in field.parts]
                raise faults.Refusal(faults.unknown_property(name, self._entity.name, known))
        found: Clean = {}
        for part in field.parts:
            if part.read_only or part.name not in value:
                continue
            cleaned = self.value(part, value[part.name], f"{path}.{part.name}")
            if cleaned is not None and cleaned is not CLEARED:
                found[part.name] = cleaned
        return found


def _decimal(value: Any) -> Decimal | None:
    """Return the number, None for anything that is none or is beyond all amounts."""
    try:
        found = None if isinstance(value, bool) else Decimal(str(value).strip())
    except InvalidOperation:
        return None
    usable = found is not None and found.is_finite() and abs(found) < _MOST_DIGITS
    return found if usable else None
