"""Checks a JSON answer against the structure in Intuit's XSDs: names, types, nesting.

The schema describes XML. In JSON attributes are properties like elements, text with attributes is
``{"value", ...}``, repeated elements are lists, and a substitution group is the name of a member.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

HERE = Path(__file__).parent / "xsd"
FILES = ("Finance", "IntuitBaseTypes", "IntuitNamesTypes", "IntuitRestServiceDef")
_XS = "{http://www.w3.org/2001/XMLSchema}"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
_NUMBERS = {"decimal", "float", "double"}
_WHOLES = {"integer", "int", "long", "positiveInteger", "nonNegativeInteger", "short"}


@dataclass
class Member:
    """An element or attribute: its type, and whether it repeats."""

    type: str
    repeats: bool = False
    inline: Any = None


@dataclass
class Complex:
    """A complex type: its members, and what it extends."""

    base: str = ""
    members: dict[str, Member] = field(default_factory=dict)
    is_text: bool = False
    takes_any: bool = False


class Schema:
    """All types of the schema files."""

    def __init__(self) -> None:
        self.types: dict[str, Complex] = {}
        self.enums: dict[str, set[str]] = {}
        self.simple: dict[str, str] = {}
        self.elements: dict[str, str] = {}
        self.stand_ins: dict[str, set[str]] = {}
        self._groups: dict[str, ElementTree.Element] = {}
        roots = [ElementTree.parse(HERE / f"{name}.xsd").getroot() for name in FILES]
        for root in roots:
            for node in root.findall(f"{_XS}group"):
                self._groups[node.attrib["name"]] = node
        for root in roots:
            self._read(root)

    def _read(self, root: ElementTree.Element) -> None:
        for node in root:
            name = node.attrib.get("name", "")
            if node.tag == f"{_XS}element":
                self.elements[name] = _plain(node.attrib.get("type", ""))
                group = node.attrib.get("substitutionGroup")
                if group:
                    self.stand_ins.setdefault(group, set()).add(name)
            elif node.tag == f"{_XS}complexType":
                self.types[name] = self._complex(node)
            elif node.tag == f"{_XS}simpleType":
                self._simple(name, node)

    def _simple(self, name: str, node: ElementTree.Element) -> None:
        restriction = node.find(f"{_XS}restriction")
        if restriction is None:
            self.simple[name] = "string"
            return
        values = {item.attrib["value"] for item in restriction.findall(f"{_XS}enumeration")}
        if values:
            self.enums[name] = values
        self.simple[name] = _plain(restriction.attrib.get("base", "string"))

    def _complex(self, node: ElementTree.Element) -> Complex:
        made = Complex()
        for extension in node.iter(f"{_XS}extension"):
            made.base = _plain(extension.attrib["base"])
            break
        made.is_text = node.find(f"{_XS}simpleContent") is not None
        made.takes_any = any(True for _ in node.iter(f"{_XS}any"))
        for item, repeats in self._members(node, repeats=False):
            many = repeats or item.attrib.get("maxOccurs", "1") not in ("0", "1")
            if "ref" in item.attrib:
                made.members[item.attrib["ref"]] = Member(f"element {item.attrib['ref']}", many)
                continue
            inline = item.find(f"{_XS}complexType")
            kind = _plain(item.attrib.get("type", "string"))
            shape = None if inline is None else self._complex(inline)
            made.members[item.attrib["name"]] = Member(kind, many, shape)
        return made

    def _members(
        self, node: ElementTree.Element, *, repeats: bool
    ) -> Iterator[tuple[ElementTree.Element, bool]]:
        for child in node:
            if child.tag in (f"{_XS}element", f"{_XS}attribute"):
                yield child, repeats
            elif child.tag == f"{_XS}group":
                yield from self._members(self._groups[child.attrib["ref"]], repeats=repeats)
            elif child.tag != f"{_XS}annotation":
                many = child.attrib.get("maxOccurs", "1") not in ("0", "1")
                yield from self._members(child, repeats=repeats or many)

    # -- checking -------------------------------------------------------------------------
    def members(self, shape: Complex) -> dict[str, Member]:
        """Return a type's own members and the inherited ones, groups spelt out."""
        found: dict[str, Member] = {}
        if shape.base in self.types:
            found |= self.members(self.types[shape.base])
        for name, member in shape.members.items():
            if member.type.startswith("element "):
                for other in self.stand_ins.get(name, {name}):
                    found[other] = Member(self.elements.get(other, "string"), member.repeats)
            else:
                found[name] = member
        if self._is_text(shape):
            found["value"] = Member("string")
        return found

    def _is_text(self, shape: Complex) -> bool:
        return shape.is_text and shape.base not in self.types

    def check(self, entity: str, body: Any) -> list[str]:
        """Return what is wrong with an object of an entity."""
        return self._value(Member(entity), body, entity)

    def _value(self, member: Member, value: Any, at: str) -> list[str]:
        shape = member.inline or self.types.get(member.type)
        if shape is not None:
            if not isinstance(value, dict):
                return [f"{at}: {_kind(value)} where an object is due"]
            return self._object(shape, value, at)
        return self._scalar(member.type, value, at)

    def _object(self, shape: Complex, value: dict[str, Any], at: str) -> list[str]:
        known = self.members(shape)
        found: list[str] = []
        for name, inner in value.items():
            path = f"{at}.{name}"
            if name not in known:
                found += [] if shape.takes_any and name == "any" else [f"{path}: unknown"]
            elif known[name].repeats:
                if not isinstance(inner, list):
                    found.append(f"{path}: {_kind(inner)} where a list is due")
                    continue
                for place, item in enumerate(inner):
                    found += self._value(known[name], item, f"{path}[{place}]")
            else:
                found += self._value(known[name], inner, path)
        return found

    def _scalar(self, kind: str, value: Any, at: str) -> list[str]:
        if kind in self.enums and value not in self.enums[kind]:
            return [f"{at}: {value!r} is not one of the words of {kind}"]
        while kind in self.simple:
            kind = self.simple[kind]
        if isinstance(value, dict | list) or value is None:
            return [f"{at}: {_kind(value)} where {kind} is due"]
        match kind:
            case "boolean":
                fits = isinstance(value, bool)
            case _ if kind in _NUMBERS:
                fits = isinstance(value, int | Decimal) and not isinstance(value, bool)
            case _ if kind in _WHOLES:
                fits = isinstance(value, int) and not isinstance(value, bool)
            case "date":
                fits = isinstance(value, str) and bool(_DAY.fullmatch(value))
            case "dateTime":
                fits = isinstance(value, str) and bool(_MOMENT.fullmatch(value))
            case _:
                fits = isinstance(value, str)
        return [] if fits else [f"{at}: {value!r} where {kind} is due"]


def _plain(name: str) -> str:
    return name.partition(":")[2] or name


def _kind(value: Any) -> str:
    return "null" if value is None else type(value).__name__
