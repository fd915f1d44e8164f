"""Every text that is written where gettext may not be used: the core, and the connectors' faults.

Each is shown through gettext by whoever shows it; here it is told to the catalogue. Must not know
how a catalogue is made.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from syncapp.connectors.hubspot import errors as hubspot_errors
from syncapp.connectors.quickbooks import errors as quickbooks_errors
from syncapp.connectors.quickbooks.schema import fields as quickbooks_fields
from syncapp.connectors.rate import WAITING_SENTENCES
from syncapp.core import filters, recalled, sentences
from syncapp.core.operators import Operator
from syncapp.core.pairs import OBJECT_PAIRS
from syncapp.core.pairs.base import ObjectPair
from syncapp.core.preflight.catalogue import CATALOGUE as CHECKS
from syncapp.core.reasons import REASONS
from syncapp.core.sides import Side
from syncapp.core.transforms import TransformOp

CORE = Path(sentences.__file__).parent


def gathered() -> Iterator[tuple[str, str | None]]:
    """``(text, its plural or None)``; a text may come several times."""
    for source in (_reasons, _checks, _pairs, _filters, _fields, _faults, recalled.texts):
        for text in source():
            if text:
                yield text, None
    yield from _written_out()


def _reasons() -> Iterator[str]:
    for reason in REASONS.values():
        for told in ((reason.explanation, reason.remedy), *reason.wordings.values()):
            yield from told


def _checks() -> Iterator[str]:
    for check in CHECKS.values():
        yield from (check.title, check.why, check.remedy, check.where, check.tick)


def _pairs() -> Iterator[str]:
    for pair in OBJECT_PAIRS.values():
        yield pair.title
        for side in Side:
            yield from (pair.nouns[side], pair.plural(side))
        yield from (pair.match_key_label, pair.requires, pair.name_sharers)
        for option in pair.options:
            yield from (option.label, option.help, *(label for _value, label in option.choices))
        for label in _labels(pair):
            yield from (label, label.partition(" ← ")[0])


def _labels(pair: ObjectPair) -> Iterable[str]:
    yield from (mapping.label for mapping in (*pair.mappings, *pair.derived))
    for chosen in (pair.recommended, pair.locked):
        for found in chosen.values():
            yield from (condition.label for condition in found.conditions)


def _filters() -> Iterator[str]:
    yield from (operator.words for operator in Operator)
    yield from (op.words for op in TransformOp)
    yield from (*filters.TEXTS, *filters.NOUNS.values())


def _fields() -> Iterator[str]:
    """QuickBooks' fields that the wizard offers; HubSpot tells the words of its own."""
    for pair in OBJECT_PAIRS.values():
        if pair.hidden:
            continue
        for one in quickbooks_fields(pair.type(Side.QUICKBOOKS)):
            yield from (one.label, *(label for _value, label in one.options))


def _faults() -> Iterator[str]:
    for fault in (*hubspot_errors.FAULTS, *quickbooks_errors.FAULTS, quickbooks_errors.NOT_LISTED):
        yield fault.says
    yield from WAITING_SENTENCES.values()


def _written_out() -> Iterator[tuple[str, str | None]]:
    """The templates of ``core/sentences``, as they stand in the source of the core."""
    for text in (sentences.AND, ", ", "; "):
        yield text, None
    for file in sorted(CORE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
            match node.func.id, texts:
                case "sentence", [str(text)]:
                    yield text, None
                case "counted", [str(text), str(plural)]:
                    yield text, plural
