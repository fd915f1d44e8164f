"""What a mutant is: texts of the product's own source that are replaced, and where it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Patch:
    """Replace a text in a function (``module:function`` or ``module:Class.method``)."""

    where: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """What is switched off, and how.

    Attributes:
        settings: Values of ``settings.SYNC`` that are changed.
        focus: Weights of the faults that show it, for what is too rare among all of them.
        objects: The scenarios in which it shows.
    """

    says: str
    patches: tuple[Patch, ...] = ()
    settings: Mapping[str, int] | None = None
    focus: Mapping[str, int] | None = None
    objects: str = "contacts"
