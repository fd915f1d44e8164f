"""Associating records: which types a pair has in the end, and the one primary company.

Knows the rules of associations; where pairs are kept is in ``associations``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from simulators.hubspot import association_types
from simulators.hubspot.registry import BY_TYPE_ID
from simulators.hubspot.schema import ObjectType
from simulators.hubspot.writes import Author, Node

if TYPE_CHECKING:
    from simulators.hubspot.crm import Crm

#: action, author, pair, types before and after
After = Callable[[str, Author, Node, Node, tuple[int, ...], tuple[int, ...]], None]


class Linker:
    """Sets and removes association types of a pair."""

    def __init__(self, crm: Crm, after: After) -> None:
        self._crm = crm
        self._after = after

    def link(
        self, author: Author, one: Node, other: Node, types: Iterable[int], *, replace: bool
    ) -> tuple[int, ...]:
        """See :meth:`Crm.link`."""
        source, target = BY_TYPE_ID[one[0]], BY_TYPE_ID[other[0]]
        plain = association_types.unlabelled(source, target).id
        before = self._types(one, other)
        wanted = {plain, *types} | (set() if replace else set(before))
        if not before:
            wanted |= self._first_becomes_primary(source, target, one, other)
        self._keep_single(author, source, target, one, other, wanted)
        after = tuple(sorted(wanted))
        self._crm.associations.set(one, other, after)
        self._after("associate", author, one, other, before, after)
        return after

    def unlink(self, author: Author, one: Node, other: Node, types: Iterable[int] | None) -> bool:
        """See :meth:`Crm.unlink`."""
        before = self._types(one, other)
        if not before:
            return False
        source, target = BY_TYPE_ID[one[0]], BY_TYPE_ID[other[0]]
        plain = association_types.unlabelled(source, target).id
        gone = set(before) if types is None else set(types)
        after = () if plain in gone else tuple(t for t in before if t not in gone)
        self._crm.associations.set(one, other, after)
        self._after("dissociate", author, one, other, before, after)
        return True

    def _types(self, one: Node, other: Node) -> tuple[int, ...]:
        return self._crm.associations.partners(one, other[0]).get(other[1], ())

    def _first_becomes_primary(
        self, source: ObjectType, target: ObjectType, one: Node, other: Node
    ) -> set[int]:
        """The first company of a contact or deal becomes the primary one. UNCONFIRMED: a switch."""
        if not self._crm.settings.first_company_is_primary:
            return set()
        forward = association_types.single(source, target)
        if forward is not None:
            has_one = self._crm.live_partners(source, one[1], target)
            return set() if has_one else {forward.id}
        backward = association_types.single(target, source)
        if backward is not None:
            has_one = self._crm.live_partners(target, other[1], source)
            return set() if has_one else {backward.inverse_id}
        return set()

    def _keep_single(
        self,
        author: Author,
        source: ObjectType,
        target: ObjectType,
        one: Node,
        other: Node,
        wanted: set[int],
    ) -> None:
        """Setting a new primary moves the label; the former one keeps the plain type (WILD)."""
        forward = association_types.single(source, target)
        backward = association_types.single(target, source)
        if forward is not None and forward.id in wanted:
            self._drop_label(author, one, target, forward.id, other[1])
        elif backward is not None and backward.inverse_id in wanted:
            self._drop_label(author, other, source, backward.id, one[1])

    def _drop_label(
        self, author: Author, holder: Node, to: ObjectType, type_id: int, keep: str
    ) -> None:
        partners = self._crm.associations.partners(holder, to.type_id)
        for partner, types in list(partners.items()):
            if type_id in types and partner != keep:
                self.unlink(author, holder, (to.type_id, partner), [type_id])
