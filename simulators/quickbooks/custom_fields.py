"""Custom fields: the three legacy ones of sales forms, and the definitions of the newer kind.

Legacy fields are switched on in Preferences and live in a transaction's CustomField. Definitions of
the newer kind are made by a person (their GraphQL API is not simulated); their values are kept
beside the objects and shown with ``include=enhancedAllCustomFields`` only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulators.quickbooks import refusals
from simulators.quickbooks.company import Company
from simulators.quickbooks.entities.checks import CLEARED
from simulators.quickbooks.records import Record
from simulators.quickbooks.rules.base import Change

INCLUDE = "enhancedAllCustomFields"
TYPES = ("StringType", "NumberType", "DateType")
#: the entities a definition can be associated with; Customer needs QBO Advanced
ENTITIES = ("Invoice", "SalesReceipt", "Estimate", "CreditMemo", "Customer")
MOST = 12
LONGEST_LABEL = 30
_DEFINITION, _VALUE = "custom_definition", "custom_value"
_FIRST_ID = 1000000000000


@dataclass(frozen=True)
class Definition:
    """A definition; ``id`` is the ``legacyIDV2`` REST uses."""

    id: str
    label: str
    type: str
    entities: tuple[str, ...]
    is_active: bool = True

    def to_json(self) -> dict[str, Any]:
        """For the state file and the control page."""
        return {**self.__dict__, "entities": list(self.entities)}


# --- legacy --------------------------------------------------------------------------------------
def legacy_names(company: Company) -> dict[str, str]:
    """Return ``{DefinitionId: name}`` of the legacy fields that are on."""
    found: dict[str, str] = {}
    used: set[str] = set()
    for group in company.preference("SalesFormsPrefs", "CustomField") or ():
        for entry in group.get("CustomField", ()):
            name = str(entry.get("Name", ""))
            if name.startswith("SalesFormsPrefs.UseSalesCustom") and entry.get("BooleanValue"):
                used.add(name[-1])
            elif name.startswith("SalesFormsPrefs.SalesCustomName"):
                found[name[-1]] = str(entry.get("StringValue", ""))
    return {number: found.get(number, "") for number in sorted(used)}


def settle_legacy(change: Change) -> None:
    """Answer every enabled field, with its value if it has one.

    Raises:
        Refusal: 3000 for a field that does not exist, if the switch says so.
    """
    company, values = change.company, change.values
    names = legacy_names(company)
    texts = {
        str(one.get("DefinitionId")): one.get("StringValue")
        for one in values.get("CustomField") or ()
    }
    if change.before is not None and change.sparse:
        held = change.before.values.get("CustomField", ())
        old = {str(one["DefinitionId"]): one.get("StringValue") for one in held}
        texts = {**old, **texts}
    known = {*names, *definitions(company)}
    unknown = [one for one in texts if one not in known]
    if unknown and company.behaviour.unknown_custom_field == "refuse":
        raise refusals.custom_field(unknown[0])
    values["CustomField"] = [
        {
            "DefinitionId": number,
            "Name": name,
            "Type": "StringType",
            **({"StringValue": texts[number]} if texts.get(number) else {}),
        }
        for number, name in names.items()
    ]


# --- newer ---------------------------------------------------------------------------------------
def definitions(company: Company) -> dict[str, Definition]:
    """Return all definitions of the newer kind by id."""
    return company.definitions


def define(company: Company, label: str, kind: str, entities: list[str]) -> Definition:
    """Make a definition, as a person does.

    Raises:
        ValueError: a bad label, type or entity, or too many definitions; the text says which.
    """
    if not 0 < len(label) <= LONGEST_LABEL:
        raise ValueError(f"A label has 1 to {LONGEST_LABEL} characters.")
    if kind not in TYPES:
        raise ValueError(f"A type is one of {', '.join(TYPES)}.")
    if not entities or set(entities) - set(ENTITIES):
        raise ValueError(f"A field belongs to one or more of {', '.join(ENTITIES)}.")
    if len(company.definitions) >= MOST:
        raise ValueError(f"There can be {MOST} custom fields.")
    number = str(company.ids.next("custom_definition", start=_FIRST_ID, step=7))
    made = Definition(number, label, kind, tuple(entities))
    company.definitions[number] = made
    company.state.put(_DEFINITION, number, made)
    return made


def load(company: Company) -> None:
    """Read definitions and values from the state file."""
    for number, body in company.state.load(_DEFINITION):
        company.definitions[number] = Definition(**{**body, "entities": tuple(body["entities"])})
    for key, body in company.state.load(_VALUE):
        company.enhanced[key] = body


def keep(
    company: Company, record: Record, body: Mapping[str, Any], include: frozenset[str]
) -> bool:
    """Keep the values a write brings; those that do not belong there are dropped without a word.

    Returns whether a value changed.
    """
    sent = body.get("CustomField")
    if not isinstance(sent, list) or record.entity.name not in ENTITIES:
        return False
    if INCLUDE not in include and company.behaviour.enhanced_without_include == "drop":
        return False
    key = f"{record.entity.name}/{record.id}"
    held: dict[str, str | None] = dict(company.enhanced.get(key, {}))
    for one in sent:
        definition = company.definitions.get(str(one.get("DefinitionId")))
        if definition is None or not definition.is_active:
            continue
        if record.entity.name in definition.entities:
            held[definition.id] = _value(definition, one)
    filled = {number: value for number, value in held.items() if value is not None}
    if filled == company.enhanced.get(key, {}):
        return False
    company.enhanced[key] = filled
    company.state.put(_VALUE, key, filled)
    return True


def _value(definition: Definition, sent: Mapping[str, Any]) -> str | None:
    name = definition.type.replace("Type", "Value")
    value = sent.get(name, sent.get("StringValue"))
    if value in (None, "", CLEARED):
        return None
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def enhanced_body(company: Company, record: Record) -> dict[str, Any]:
    """Return an object with all its custom fields."""
    body = record.body()
    if record.entity.name not in ENTITIES:
        return body
    held = company.enhanced.get(f"{record.entity.name}/{record.id}", {})
    fields = list(body.get("CustomField", ()))
    for definition in company.definitions.values():
        if not definition.is_active or record.entity.name not in definition.entities:
            continue
        shown: dict[str, Any] = {
            "DefinitionId": definition.id,
            "Name": definition.label,
            "Type": definition.type,
        }
        if definition.id in held:
            number = definition.type == "NumberType"
            value = Decimal(held[definition.id]) if number else held[definition.id]
            shown[definition.type.replace("Type", "Value")] = value
        fields.append(shown)
    return {**body, "CustomField": fields}
