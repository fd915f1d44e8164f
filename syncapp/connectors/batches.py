"""Sending a batch in halves when the vendor refuses the whole of it for one bad item.

Knows halving, and which error becomes an item's and which the caller's; not what a batch is.
Looking things up is halved the same way: one odd value must not hide the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from syncapp.connectors.base import Refused, WriteItem, WriteResult, Written
from syncapp.core.errors import (
    ConfigurationInvalid,
    RecordError,
    RecordRejected,
    RunError,
    SyncError,
    TryLater,
)
from syncapp.core.records import Record


class WholeRefused(Exception):
    """The batch was refused as a whole and nothing of it was written.

    Args:
        error: What it means for an item, should the item be alone.
    """

    def __init__(self, error: RecordError) -> None:
        super().__init__(str(error))
        self.error = error


Send = Callable[[Sequence[WriteItem]], Mapping[str, WriteResult]]


def send_in_halves(items: Sequence[WriteItem], send: Send) -> tuple[WriteResult, ...]:
    """One result per item, in the order of the items; at most about ``2 * log2(n)`` more calls.

    Args:
        items: What to write.
        send: Sends some of the items in one call and returns ``{key: result}`` for all of them,
            or raises ``WholeRefused``.

    Raises:
        SyncError: The first call ended in it, or nothing was written before the run had to end.
            Later ones must not take with them what was already written, so there it becomes the
            result of the items it concerns.
    """
    results: dict[str, WriteResult] = {}
    waiting: list[Sequence[WriteItem]] = [items]
    is_first = True
    while waiting:
        part = waiting.pop()
        try:
            results.update(send(part))
        except WholeRefused as refused:
            if len(part) == 1:
                results[part[0].key] = Refused(part[0].key, refused.error)
            else:
                middle = len(part) // 2
                waiting += [part[middle:], part[:middle]]
        except SyncError as error:
            nothing_written = not any(isinstance(one, Written) for one in results.values())
            if is_first or (nothing_written and isinstance(error, RunError)):
                raise
            results.update(_refuse(part, _for_an_item(error)))
            unsent = error if isinstance(error, TryLater) else _NOT_SENT
            for rest in waiting:
                results.update(_refuse(rest, unsent))
            break
        is_first = False
    return tuple(results[item.key] for item in items)


_NOT_SENT = TryLater("Not sent: the request before it had trouble.", code="temporary")


def look_up_in_halves(
    values: Sequence[str],
    ask: Callable[[Sequence[str]], Sequence[Record]],
    *,
    may_be_odd: Callable[[str], bool],
) -> list[Record]:
    """The records for some values, without those of values that the vendor cannot take.

    Args:
        values: What is looked for.
        ask: Looks for some of the values in one call.
        may_be_odd: Whether a lone value may be what the vendor refuses; no record can have it
            then. When it says no, the refusal has another reason and is raised.
    """
    records: list[Record] = []
    waiting: list[Sequence[str]] = [values]
    while waiting:
        part = waiting.pop()
        try:
            records += ask(part)
        except (ConfigurationInvalid, RecordRejected):
            if len(part) > 1:
                middle = len(part) // 2
                waiting += [part[middle:], part[:middle]]
            elif not may_be_odd(part[0]):
                raise
    return records


def _for_an_item(error: SyncError) -> RecordError:
    if isinstance(error, RecordError):
        return error
    return TryLater(str(error), code="temporary", detail=error.detail, request_id=error.request_id)


def _refuse(items: Sequence[WriteItem], error: RecordError) -> Mapping[str, WriteResult]:
    return {item.key: Refused(item.key, error) for item in items}
