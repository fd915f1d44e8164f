"""The object pairs, one module each, named after the object."""

from __future__ import annotations

from collections.abc import Mapping

from syncapp.core.pairs.base import ObjectPair
from syncapp.core.pairs.contacts import CONTACTS

OBJECT_PAIRS: Mapping[str, ObjectPair] = {pair.name: pair for pair in (CONTACTS,)}

__all__ = ["OBJECT_PAIRS", "ObjectPair"]
