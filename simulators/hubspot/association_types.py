"""HubSpot's own association types: data, and look-ups over it."""

from __future__ import annotations

from dataclasses import dataclass

from simulators.hubspot import errors
from simulators.hubspot.schema import ObjectType

HUBSPOT_DEFINED = "HUBSPOT_DEFINED"


@dataclass(frozen=True)
class AssociationType:
    """One type in one direction."""

    from_slug: str
    to_slug: str
    id: int
    inverse_id: int
    label: str | None
    #: a record on the from side has at most one partner of this type
    is_single: bool = False


#: (from, to, id, id of the other direction, label, label of the other direction)
_ROWS: tuple[tuple[str, str, int, int, str | None, str | None], ...] = (
    ("contacts", "companies", 279, 280, None, None),
    ("contacts", "companies", 1, 2, "Primary", "Primary"),
    # Label texts of the billing contact: UNCONFIRMED.
    ("contacts", "companies", 931, 930, "Billing contact", "Billing contact"),
    ("contacts", "deals", 4, 3, None, None),
    ("contacts", "invoices", 178, 177, None, None),
    ("contacts", "commerce_payments", 388, 387, None, None),
    ("contacts", "notes", 201, 202, None, None),
    ("contacts", "contacts", 449, 449, None, None),
    ("companies", "deals", 342, 341, None, None),
    ("companies", "deals", 6, 5, "Primary", "Primary"),
    ("companies", "invoices", 180, 179, None, None),
    ("companies", "commerce_payments", 390, 389, None, None),
    ("companies", "notes", 189, 190, None, None),
    ("companies", "companies", 450, 450, None, None),
    ("companies", "companies", 13, 14, "Child Company", "Parent Company"),
    ("deals", "line_items", 19, 20, None, None),
    ("deals", "invoices", 176, 175, None, None),
    ("deals", "commerce_payments", 392, 391, None, None),
    ("deals", "notes", 213, 214, None, None),
    ("deals", "deals", 451, 451, None, None),
    ("invoices", "line_items", 409, 410, None, None),
    ("invoices", "discounts", 411, 412, None, None),
    ("invoices", "fees", 413, 414, None, None),
    ("invoices", "taxes", 415, 416, None, None),
    ("invoices", "commerce_payments", 541, 542, None, None),
    ("line_items", "commerce_payments", 396, 395, None, None),
    ("line_items", "discounts", 368, 367, None, None),
    ("fees", "commerce_payments", 1327, 1326, None, None),
)
#: contact -> company and deal -> company: one primary each
_SINGLE_IDS = frozenset({1, 5})


def _directions() -> dict[tuple[str, str], dict[int, AssociationType]]:
    found: dict[tuple[str, str], dict[int, AssociationType]] = {}
    for source, target, one, other, label, other_label in _ROWS:
        for row in (
            AssociationType(source, target, one, other, label, one in _SINGLE_IDS),
            AssociationType(target, source, other, one, other_label, other in _SINGLE_IDS),
        ):
            found.setdefault((row.from_slug, row.to_slug), {})[row.id] = row
    return found


_BY_PAIR = _directions()


def between(source: ObjectType, target: ObjectType) -> dict[int, AssociationType]:
    """The types from one object type to another, by id; empty when they cannot be associated."""
    return _BY_PAIR.get((source.slug, target.slug), {})


def unlabelled(source: ObjectType, target: ObjectType) -> AssociationType:
    """The plain type between two object types.

    Raises:
        ApiError: 400, they cannot be associated.
    """
    for row in between(source, target).values():
        if row.label is None:
            return row
    raise errors.invalid(f"No association type exists from {source.type_id} to {target.type_id}.")


def single(source: ObjectType, target: ObjectType) -> AssociationType | None:
    """The type of which a record on the from side has at most one (primary company)."""
    return next((row for row in between(source, target).values() if row.is_single), None)


def find(source: ObjectType, target: ObjectType, category: object, type_id: object) -> int:
    """The id of a type named in a request.

    Raises:
        ApiError: 400, unknown, or of the other direction.
    """
    rows = between(source, target)
    number = int(str(type_id)) if str(type_id).isdigit() else -1
    if category == HUBSPOT_DEFINED and number in rows:
        return number
    # Text UNCONFIRMED.
    raise errors.invalid(
        "One or more associations are invalid",
        errors=[
            {
                "message": f"Association type {category} {type_id} does not lead from "
                f"{source.type_id} to {target.type_id}.",
                "context": {
                    "INVALID_OBJECT_IDS": [str(type_id)],
                    "fromObjectTypeId": [source.type_id],
                    "toObjectTypeId": [target.type_id],
                },
            }
        ],
    )


def spelling(row: AssociationType, source: ObjectType, target: ObjectType) -> str:
    """The ``type`` text in v3 listings, such as ``invoice_to_line_item``.

    UNCONFIRMED: the texts where a pair has a labelled primary besides the plain type.
    """
    base = f"{source.singular}_to_{target.singular}"
    if single(source, target) is None and single(target, source) is None:
        return base if row.label is None else f"{base}_{row.label.lower().replace(' ', '_')}"
    if row.label is None:
        return f"{base}_unlabeled"
    return base if row.label == "Primary" else f"{base}_{row.label.lower().replace(' ', '_')}"
