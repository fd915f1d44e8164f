"""The form for one added mapping: two fields, a direction, and what happens on the way (S8).

Shows what the accounts have and what the matrix of kinds allows; the rules are elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from syncapp.admin.wizard.base import LONG_LIST, Page
from syncapp.admin.wizard.filters import KIND_WORDS
from syncapp.admin.words import DIRECTION_WORDS
from syncapp.core.compatibility import Verdict, compared_as, judge
from syncapp.core.schema import Field, Kind
from syncapp.core.sides import Direction, Side
from syncapp.core.transforms import TransformOp
from syncapp.models.spoken import spoken
from syncapp.services import mapping_settings
from syncapp.services.config import Document, SettingsError
from syncapp.services.words import said, worded

_WITH_TEXT = {TransformOp.DEFAULT, TransformOp.CONSTANT, TransformOp.PHONE}


@dataclass(frozen=True, slots=True)
class MappingForm:
    """What was typed for one mapping.

    Attributes:
        pairs: Lines of "HubSpot option = QuickBooks option".
        joined: Names of further fields, parted by commas.
        replaces: The key of the mapping that is being edited; "" for a new one.
    """

    hubspot: str = ""
    quickbooks: str = ""
    direction: str = ""
    transform: str = ""
    text: str = ""
    pairs: str = ""
    joined: str = ""
    replaces: str = ""

    @property
    def is_begun(self) -> bool:
        """Whether somebody chose something."""
        return bool(self.hubspot or self.quickbooks)


def typed(posted: QueryDict) -> MappingForm:
    """The form as it was posted."""
    values = {one.name: posted.get(f"new-{one.name}", "").strip() for one in fields(MappingForm)}
    return MappingForm(**{**values, "joined": ",".join(posted.getlist("new-joined"))})


def of_entry(entry: Mapping[str, Any]) -> MappingForm:
    """The form filled in with a mapping that was added before."""
    told = [one for one in entry.get("transforms", []) if one["op"] != TransformOp.DAY.value]
    transform = told[0] if told else {}
    return MappingForm(
        hubspot=entry["hubspot"],
        quickbooks=entry["quickbooks"],
        direction=entry["direction"],
        transform=transform.get("op", ""),
        text=transform.get("text", ""),
        pairs="\n".join(" = ".join(pair) for pair in transform.get("pairs", [])),
        joined=",".join(transform.get("fields", [])),
        replaces=f"{entry['hubspot']}:{entry['quickbooks']}",
    )


def entry_of(page: Page, form: MappingForm) -> Document:
    """The mapping a form describes.

    Raises:
        SettingsError: It cannot be used; the sentence says what to do.
    """
    constant = form.transform == TransformOp.CONSTANT.value
    chosen = {side: _chosen(page, side, form) for side in Side}
    direction = _direction(page, form)
    source = direction.source
    if constant and source is not None:
        chosen[source] = None
    for side in Side:
        if chosen[side] is None and not (constant and side is source):
            raise SettingsError(
                "", _("Choose a %(side)s field for the mapping.") % {"side": side.label}
            )
    hubspot, quickbooks = chosen[Side.HUBSPOT], chosen[Side.QUICKBOOKS]
    kind, label = Kind.TEXT, form.text
    if hubspot is not None and quickbooks is not None:
        verdict = judge(hubspot, quickbooks)
        for side in Side:
            if direction.allows(side) and side in verdict.reasons:
                raise SettingsError("", verdict.reasons[side])
        kind, label = compared_as(hubspot, quickbooks), hubspot.label
    entry: Document = {
        "hubspot": hubspot.name if hubspot is not None else "",
        "quickbooks": quickbooks.name if quickbooks is not None else "",
        "direction": direction.value,
        "enabled": True,
        "label": label,
        "kind": kind.value,
    }
    transforms = [*_day(page, hubspot, quickbooks), *_transform(form, direction)]
    if transforms:
        entry["transforms"] = transforms
    mapping_settings.parse_transforms(transforms, "", direction)
    return entry


def _chosen(page: Page, side: Side, form: MappingForm) -> Field | None:
    field = page.named(side, form.hubspot if side is Side.HUBSPOT else form.quickbooks)
    return worded(field, side) if field is not None else None


def _direction(page: Page, form: MappingForm) -> Direction:
    """The chosen direction, else the widest that is allowed."""
    if form.direction in {one.value for one in Direction}:
        return Direction(form.direction)
    verdict = _verdict(page, form)
    return (verdict.direction if verdict is not None else None) or page.direction


def _verdict(page: Page, form: MappingForm) -> Verdict | None:
    hubspot, quickbooks = (_chosen(page, side, form) for side in Side)
    return judge(hubspot, quickbooks) if hubspot and quickbooks else None


def _day(page: Page, hubspot: Field | None, quickbooks: Field | None) -> list[Document]:
    """A moment on one side and a date on the other meet as the company's date."""
    if hubspot is None or quickbooks is None:
        return []
    if (hubspot.kind, quickbooks.kind) == (Kind.DATETIME, Kind.DATE):
        return [{"op": TransformOp.DAY.value, "to": Side.QUICKBOOKS.value}]
    if (hubspot.kind, quickbooks.kind) == (Kind.DATE, Kind.DATETIME):
        zone = page.draft.pair.company_time_zone
        return [{"op": TransformOp.DAY.value, "to": Side.HUBSPOT.value, "text": zone}]
    return []


def _transform(form: MappingForm, direction: Direction) -> list[Document]:
    if form.transform not in {one.value for one in TransformOp}:
        return []
    op = TransformOp(form.transform)
    to = direction.source.other if direction.source is not None else Side.QUICKBOOKS
    entry: Document = {"op": op.value, "to": to.value}
    if op in _WITH_TEXT and form.text:
        entry["text"] = form.text
    if op is TransformOp.OPTIONS:
        lines = [line.partition("=") for line in form.pairs.splitlines() if line.strip()]
        entry["pairs"] = [[left.strip(), right.strip()] for left, _equals, right in lines]
    if op is TransformOp.JOIN:
        entry["fields"] = [name for name in form.joined.split(",") if name]
    return [entry]


def context(page: Page, form: MappingForm) -> dict[str, Any]:
    """What the template shows: both sides' fields, and what the chosen two allow."""
    verdict = _verdict(page, form)
    allowed = [
        one
        for one in Direction
        if page.direction in {one, Direction.BOTH} and (verdict is None or verdict.allows(one))
    ]
    op = TransformOp(form.transform) if form.transform in set(TransformOp) else None
    direction = Direction(form.direction) if form.direction in set(Direction) else None
    source = (direction or (allowed[0] if allowed else page.direction)).source or Side.HUBSPOT
    return {
        **asdict(form),
        "sides": [
            {
                "side": side.value,
                "label": side.label,
                "chosen": form.hubspot if side is Side.HUBSPOT else form.quickbooks,
                "fields": (known := _fields(page, side)),
                "is_long": len(known) >= LONG_LIST,
            }
            for side in Side
        ],
        "reasons": [spoken(verdict.reasons[side]) for side in Side if side in verdict.reasons]
        if verdict is not None
        else [],
        "warnings": [spoken(words) for words in verdict.warnings] if verdict is not None else [],
        "is_allowed": verdict is None or bool(allowed),
        "directions": [
            {
                "value": one.value,
                "words": DIRECTION_WORDS[one],
                "chosen": one.value == form.direction,
            }
            for one in allowed
        ],
        "transforms": [
            {"value": one.value, "words": said(one.words), "chosen": one is op}
            for one in TransformOp
            if one is not TransformOp.DAY
        ],
        "needs_text": op in _WITH_TEXT,
        "needs_pairs": op is TransformOp.OPTIONS,
        "joinable": _fields(page, source) if op is TransformOp.JOIN else [],
        "joined_names": form.joined.split(","),
        "begun": form.is_begun,
    }


def _fields(page: Page, side: Side) -> list[dict[str, Any]]:
    """The account's fields by label, each with its kind and a sample; unusable ones greyed."""
    known = page.samples(side) if side in page.lists.fields else {}
    fields = [worded(one, side) for one in page.lists.fields.get(side, ())]
    ordered = sorted(fields, key=lambda one: one.label.casefold())
    return [
        {
            "name": one.name,
            "label": one.label,
            "kind": KIND_WORDS[one.kind],
            "sample": ", ".join(dict(one.options).get(v, v) for v in known.get(one.name, [])[:2]),
            "lacks": spoken(one.lacks),
        }
        for one in ordered
        if one.kind is not Kind.STRUCTURE
    ]
