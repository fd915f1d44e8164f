"""Discounts, fees and taxes: they belong to one invoice, and move its total."""

from __future__ import annotations

from collections.abc import Sequence

from simulators.hubspot import errors
from simulators.hubspot.records import Record
from simulators.hubspot.rules import commerce
from simulators.hubspot.rules.base import Rules
from simulators.hubspot.rules.totals import number
from simulators.hubspot.writes import Author, Happening, Link, Node

_PARENTS = ("invoices", "deals")


class AdjustmentRules(Rules):
    """Shared by the three types."""

    def prepare_create(
        self, author: Author, values: dict[str, str], links: Sequence[Link]
    ) -> dict[str, str]:
        """A value below zero is refused (UNCONFIRMED), as is a second parent."""
        self._check(values)
        if sum(link.to_kind.slug in _PARENTS for link in links) > 1:
            raise commerce.second_parent()
        return values

    def prepare_update(
        self, author: Author, record: Record, changes: dict[str, str]
    ) -> dict[str, str]:
        """Those of a finished invoice stand."""
        self._check(changes)
        if {"hs_type", "hs_value"} & set(changes):
            commerce.refuse_if_final(self.crm, author, self.kind.slug, record)
        return changes

    def prepare_archive(self, author: Author, record: Record) -> None:
        """Those of a finished invoice stand."""
        commerce.refuse_if_final(self.crm, author, self.kind.slug, record)

    def prepare_link(self, author: Author, record: Record, other: Node | None, slug: str) -> None:
        """One parent."""
        if slug in _PARENTS and commerce.parents(self.crm, self.kind.slug, record.id, _PARENTS):
            raise commerce.second_parent()

    def follow(self, happening: Happening) -> None:
        """The invoice's totals follow."""
        commerce.settle_parents(self.crm, happening)

    def _check(self, values: dict[str, str]) -> None:
        if values.get("hs_value") and number(values["hs_value"]) < 0:
            raise errors.invalid_values(
                [errors.Flaw("hs_value", "INVALID_NUMBER", "The value may not be negative.")],
                self.crm.portal_id,
            )
