"""Which ids and versions can be kept, and what stands in for an id that cannot.

Knows the form of an id only; not whose it is, nor what happens to the record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from syncapp.core.records import STAND_IN, is_stand_in

#: The longest id that is kept; the vendors' have less than 20 characters.
ID_LIMIT = 64


def kept_id(told: str) -> tuple[str, str]:
    """The id a record is kept under, and why it is not its own; "" when it is.

    The same unusable id always has the same stand-in. A record under a stand-in is named in the
    lists with its reason, and matched, written and asked for by nobody.
    """
    if not told:
        why = "it has no id"
    elif len(told) > ID_LIMIT:
        why = f"its id has more than {ID_LIMIT} characters"
    elif not (told.isascii() and told.isprintable()) or is_stand_in(told):
        why = "its id holds characters no id may hold"
    else:
        return told, ""
    digest = hashlib.blake2s(told.encode("utf-8", "surrogatepass"), digest_size=6)
    return STAND_IN + digest.hexdigest(), why


def kept_version(told: str) -> str:
    """The version, if it can be kept; "" else: the record counts as new whenever it is read."""
    return "" if kept_id(told)[1] else told


def kept_ids(told: Iterable[str]) -> tuple[str, ...]:
    """Those of the ids that can be kept."""
    return tuple(one for one in told if not kept_id(one)[1])
