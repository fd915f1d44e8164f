"""The only error tree, sorted by what to do next; it knows no vendor codes.

``RecordError``: one record is affected and the run goes on. ``RunError``: the run ends.
Anything else is a bug and rises. ``str(error)`` is always safe to show: no tokens, no payloads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syncapp.core.sides import Side


@dataclass(frozen=True, slots=True)
class Exchange:
    """The call an error came of, ready to be kept: no headers, no tokens, cut to some length.

    Attributes:
        path: Below the vendor's address, without the query.
        status: The HTTP status; 0 when no answer came.
        request: What was sent for the record; of a call for several records "" .
        response: What was answered.
        at: When it was sent.
        is_shared: Whether the call was for several records and ``response`` for all of them.
    """

    method: str
    path: str
    status: int
    request: str
    response: str
    request_id: str
    at: datetime
    is_shared: bool = False


class SyncError(Exception):
    """Base of all expected errors.

    Args:
        message: Safe to show to a person.
        code: A code of ``core/reasons.py``.
        detail: The vendor's own words, redacted; may be "".
        request_id: The vendor's id of the failed request; may be "".

    Attributes:
        exchange: The call it came of, where one was made and is worth keeping.
    """

    exchange: Exchange | None = None

    def __init__(
        self, message: str, *, code: str = "", detail: str = "", request_id: str = ""
    ) -> None:
        super().__init__(message)
        self.code = code
        self.detail = detail
        self.request_id = request_id


class RecordError(SyncError):
    """One record could not be written or read; the run goes on."""


class TryLater(RecordError):
    """Nothing was done; the same call may succeed later.

    Args:
        wait_seconds: How long the vendor asks to wait; None when it does not say.
    """

    def __init__(
        self,
        message: str,
        *,
        wait_seconds: int | None = None,
        code: str = "",
        detail: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(message, code=code, detail=detail, request_id=request_id)
        self.wait_seconds = wait_seconds


class Throttled(TryLater):
    """The account's call budget is used up; it concerns the account, never the record."""


class OutcomeUnknown(RecordError):
    """A write may or may not have happened: look before trying again."""


class StaleRecord(RecordError):
    """Somebody saved the record after we read it: read and plan again."""


class RecordGone(RecordError):
    """The record was deleted, archived or made inactive."""


class RecordRejected(RecordError):
    """The side refuses the values; only other values, or a person, will help.

    Args:
        field: The refused field, in the side's own naming; "" when it does not say.
        existing_id: The record that holds the value which must be unique, when named.
        value: The refused value, when named.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "rejected",
        detail: str = "",
        request_id: str = "",
        field: str = "",
        existing_id: str = "",
        value: str = "",
    ) -> None:
        super().__init__(message, code=code, detail=detail, request_id=request_id)
        self.field = field
        self.existing_id = existing_id
        self.value = value


class RunError(SyncError):
    """The run cannot go on."""


class ConnectionBroken(RunError):
    """A connection was revoked or lapsed, or its token cannot be read: ask to reconnect.

    Args:
        side: Whose connection it is; None when only asking both would show.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        detail: str = "",
        request_id: str = "",
        side: Side | None = None,
    ) -> None:
        super().__init__(message, code=code, detail=detail, request_id=request_id)
        self.side = side


class SideUnreachable(RunError):
    """A side did not answer at all, several times in a row."""


class ConfigurationInvalid(RunError):
    """The settings cannot work as they stand: tell the administrator."""


class SwitchedOff(RunError):
    """The sync was switched off, paused or changed meanwhile: nothing more is written."""


class LeaseLost(RunError):
    """Another worker owns the account pair now: stop without a trace."""
