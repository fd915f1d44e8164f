"""Records that could not be read: how a link says so, also while a person leaves it out.

What is held of such a record is not whole, so it is never planned: it is read anew first. Must
not know how a record is read, nor why one is left out.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.models import RecordLink

#: Links that are read anew instead of planned.
UNREADABLE = Q(code="bad_data") | Q(code="by_person", params__has_key="unreadable")


def side_of(link: RecordLink) -> str:
    """The label of the side whose record could not be read when it was last seen; "" for none."""
    return str(link.params.get("side" if link.code == "bad_data" else "unreadable", ""))


def note(link: RecordLink, side: str, detail: str, *, now: datetime) -> None:
    """Say that a side's record could not be read; one that is left out stays left out."""
    link.next_at = None
    if link.excluded_by:
        link.state, link.code = State.EXCLUDED.value, "by_person"
        link.params = {"who": link.excluded_by, "note": link.excluded_note, "unreadable": side}
    else:
        link.state, link.code = State.FAILING.value, "bad_data"
        link.params = {"side": side}
        link.failing_since = link.failing_since or now
    link.params["detail"] = detail


def forget(link: RecordLink, side: Side) -> None:
    """The record can be read again, or is not there any more: either way it is planned again."""
    if side_of(link) != side.label:
        return
    if link.code == "bad_data":
        link.state, link.code, link.params = State.WAITING.value, "pending", {}
    else:
        link.params = {k: v for k, v in link.params.items() if k not in {"unreadable", "detail"}}
