"""One request to a vendor: budget, token, the retries of seconds, and a log line without secrets.

Reads are repeated here after trouble of the network or of the vendor; a write is sent exactly
once, and what is not known about it is said (``OutcomeUnknown``). Knows no endpoint and no fault
code: those come through ``Dialect``.
"""

from __future__ import annotations

import logging
import math
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol
from urllib.parse import urlencode

from syncapp.connectors import jsontext
from syncapp.connectors.base import Credentials
from syncapp.connectors.exchanges import is_shared, shown
from syncapp.connectors.http import require_safe_url
from syncapp.connectors.jsontext import Json
from syncapp.connectors.rate import WAITING_SENTENCES, BlockReason, Budget
from syncapp.core.errors import (
    ConfigurationInvalid,
    ConnectionBroken,
    Exchange,
    OutcomeUnknown,
    SideUnreachable,
    Throttled,
    TryLater,
)
from syncapp.core.ports import AnswerLost, Env, HttpRequest, HttpResponse, NotSent

logger = logging.getLogger(__name__)

READ_RETRIES = 2
#: A 429 is waited out in place once, when that takes no longer.
MAX_IN_PLACE_WAIT_SECONDS = 15.0
LOCKED = 423  # HubSpot, for two seconds after bulk writes
LOCKED_WAIT_SECONDS = 2.0
USER_AGENT = "tandem-sync"
#: How much of a gateway's HTML is kept.
UNREADABLE_BYTES = 4096


def spoken(seconds: float) -> str:
    """A pause as a person says it: "60 seconds", "5 minutes", "20 hours"."""
    if seconds >= 2 * 3600:
        return f"{math.ceil(seconds / 3600)} hours"
    return f"{math.ceil(seconds / 60)} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"


@dataclass(frozen=True, slots=True)
class Call:
    """One request, before token and budget.

    Attributes:
        path: Below the base URL; the part that is logged.
        query: Never logged: QuickBooks' statements hold values of records.
        body: Sent as JSON; None for no body.
        text_body: Sent instead of ``body``, as it is, with ``content_type``.
        writes: Whether sending it twice could do something twice.
        budget: The names it takes a place under.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: object = None
    text_body: str | None = None
    content_type: str = "application/json"
    writes: bool = False
    budget: tuple[str, ...] = ("calls",)
    timeout_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, parsed.

    Attributes:
        json: None when the body is empty or is not JSON; ``is_readable`` tells which.
        at: The server's clock (``Date`` header), None when it does not say.
        call: What was asked.
        sent_at: When, by our clock.
        unreadable: The text of a body that is not JSON.
    """

    status: int
    headers: dict[str, str]
    json: Json
    is_readable: bool
    request_id: str
    at: datetime | None
    call: Call | None = None
    sent_at: datetime | None = None
    unreadable: str = ""

    @property
    def ok(self) -> bool:
        """Whether the vendor reports success in a form that can be read."""
        return 200 <= self.status < 300 and self.is_readable

    @property
    def is_trouble(self) -> bool:
        """The vendor's own trouble: it says nothing about the request."""
        return self.status >= 500 or (200 <= self.status < 300 and not self.is_readable)

    @property
    def retry_after_seconds(self) -> int | None:
        """The wait the vendor asks for, None when it does not."""
        words = self.headers.get("retry-after", "").strip()
        return int(words) if words.isascii() and words.isdigit() else None

    def exchange(self, request: object = None, response: Json = None) -> Exchange | None:
        """The call and this answer, to be kept with a record.

        Args:
            request: The record's part of the body; the whole body when not given.
            response: The record's part of the answer; the whole answer when not given.
        """
        if self.call is None or self.sent_at is None:
            return None
        several = request is None and is_shared(self.call.body)
        sent = None if several else request or self.call.body or self.call.text_body
        return Exchange(
            method=self.call.method,
            path=self.call.path,
            status=self.status,
            request=shown(sent),
            response=shown(response or self.json or self.unreadable),
            request_id=self.request_id,
            at=self.sent_at,
            is_shared=several,
        )


@dataclass(frozen=True, slots=True)
class Block:
    """A 429: which budget names are closed, for how long, and why.

    Only a limit of seconds halves the rate: a day that is used up says nothing about it.
    """

    names: tuple[str, ...]
    seconds: float
    why: BlockReason = BlockReason.ASKED


class Dialect(Protocol):
    """What a vendor's answers have in common."""

    @property
    def name(self) -> str:
        """The vendor, as a person reads it."""
        ...

    @property
    def request_id_header(self) -> str:
        """The header that holds the vendor's id of the request, in lower case."""
        ...

    def throttled(self, call: Call, answer: Answer) -> Block | None:
        """The block an answer speaks of; None when it is no such answer."""
        ...

    def observe(self, call: Call, answer: Answer, budget: Budget) -> None:
        """Learn limits from an answer's headers, and count what is metered."""
        ...

    def broken(self, answer: Answer) -> ConnectionBroken:
        """The error for an answer 401 that a fresh token did not cure."""
        ...


class Caller:
    """Sends calls of one connection.

    Args:
        env: Clock, randomness and HTTP.
        base_url: Where the vendor's API is; https, or this machine.
        max_concurrent: Calls at a time.
    """

    def __init__(
        self,
        env: Env,
        *,
        base_url: str,
        credentials: Credentials,
        budget: Budget,
        dialect: Dialect,
        max_concurrent: int = 10,
    ) -> None:
        self.calls = 0
        self._env = env
        self._base_url = require_safe_url(base_url)
        self._credentials = credentials
        self._budget = budget
        self._dialect = dialect
        self._counting = threading.Lock()
        self._places = threading.BoundedSemaphore(max_concurrent)

    def send(self, call: Call) -> Answer:
        """Send a call and return the vendor's answer, whatever it says.

        For a read, an answer that reports the vendor's own trouble is never returned.

        Raises:
            Throttled: The budget is used up; nothing was done.
            TryLater: A write was not sent, or the vendor had trouble with a read, three times.
            OutcomeUnknown: A write was sent and no whole answer came back.
            SideUnreachable: A read got no answer, three times.
            ConnectionBroken: The token was refused and a fresh one, too; nothing was done.
        """
        token = self._token(call)
        refreshed = waited = False
        failures = 0
        while True:
            try:
                answer = self._send_once(call, token)
            except (NotSent, AnswerLost) as error:
                failures += 1
                self._after_network_failure(call, error, failures)
                continue
            block = self._dialect.throttled(call, answer)
            if block is not None:
                self._after_block(block, answer, may_wait=not waited)
                waited = True
            elif answer.status == 401:
                if refreshed:
                    raise self._dialect.broken(answer)
                token = self._token(call, stale=token)
                refreshed = True
            elif not call.writes and (answer.is_trouble or answer.status == LOCKED):
                failures += 1
                self._after_trouble(answer, failures)
            else:
                self._refuse_redirect(answer)
                return answer

    def _token(self, call: Call, stale: str = "") -> str:
        try:
            if stale:
                return self._credentials.refresh_after_401(stale)
            return self._credentials.access_token()
        except SideUnreachable as error:
            if call.writes:  # the write was not sent: no reason to wonder about its outcome
                raise TryLater(str(error), code="temporary", detail=error.detail) from error
            raise

    def _send_once(self, call: Call, token: str) -> Answer:
        request = self._request(call, token)
        self._budget.acquire(call.budget)
        with self._places:
            started = self._env.clock.monotonic()
            sent_at = self._env.clock.now()
            with self._counting:
                self.calls += 1
            try:
                response = self._env.http.send(request)
            except (NotSent, AnswerLost) as error:
                self._log(call, f"{type(error).__name__} ({error})", "", started)
                raise
        answer = replace(
            read_answer(response, self._dialect.request_id_header), call=call, sent_at=sent_at
        )
        self._log(call, str(answer.status), answer.request_id, started)
        self._dialect.observe(call, answer, self._budget)
        return answer

    def _request(self, call: Call, token: str) -> HttpRequest:
        headers = {
            "authorization": f"Bearer {token}",
            "accept": "application/json",
            "user-agent": USER_AGENT,
        }
        body = b""
        if call.text_body is not None:
            body = call.text_body.encode()
        elif call.body is not None:
            body = jsontext.write(call.body)
        if body:
            headers["content-type"] = call.content_type
        query = f"?{urlencode(call.query)}" if call.query else ""
        url = f"{self._base_url}{call.path}{query}"
        return HttpRequest(call.method, url, headers, body, call.timeout_seconds)

    def _after_network_failure(
        self, call: Call, error: NotSent | AnswerLost, failures: int
    ) -> None:
        name = self._dialect.name
        if call.writes and isinstance(error, NotSent):
            raise TryLater(
                f"{name} could not be reached; nothing was written.",
                code="temporary", detail=str(error),
            ) from error  # fmt: skip
        if call.writes:
            lost = OutcomeUnknown(
                f"{name} did not confirm the write.", code="outcome_unknown", detail=str(error)
            )
            lost.exchange = self._unanswered(call, str(error))
            raise lost from error
        if failures > READ_RETRIES:
            raise SideUnreachable(
                f"{name} did not answer, {failures} times in a row.",
                code="temporary", detail=str(error),
            ) from error  # fmt: skip
        self._pause(failures)

    def _unanswered(self, call: Call, trouble: str) -> Exchange:
        several = is_shared(call.body)
        return Exchange(
            method=call.method,
            path=call.path,
            status=0,
            request="" if several else shown(call.body),
            response=trouble,
            request_id="",
            at=self._env.clock.now(),
            is_shared=several,
        )

    def _after_trouble(self, answer: Answer, failures: int) -> None:
        if failures > READ_RETRIES:
            raise TryLater(
                f"{self._dialect.name} has trouble of its own (HTTP {answer.status}).",
                wait_seconds=answer.retry_after_seconds,
                code="temporary",
                detail=f"HTTP {answer.status}",
                request_id=answer.request_id,
            )
        self._pause(failures, LOCKED_WAIT_SECONDS if answer.status == LOCKED else 0.0)

    def _after_block(self, block: Block, answer: Answer, *, may_wait: bool) -> None:
        for name in block.names:
            self._budget.block(name, block.seconds, block.why)
            if block.why is BlockReason.ASKED:
                self._budget.slow_down(name, block.seconds)
        if not may_wait or block.seconds > MAX_IN_PLACE_WAIT_SECONDS:
            sentence = f"{self._dialect.name} asks for a pause of {spoken(block.seconds)}."
            if block.why is not BlockReason.ASKED:
                sentence = WAITING_SENTENCES[block.why]
            raise Throttled(
                sentence,
                wait_seconds=int(block.seconds),
                code="temporary",
                request_id=answer.request_id,
            )

    def _refuse_redirect(self, answer: Answer) -> None:
        if 300 <= answer.status < 400:
            raise ConfigurationInvalid(
                f"{self._dialect.name} answered with a redirect (HTTP {answer.status}): "
                "is the base URL right?",
                code="unsafe_url",
                request_id=answer.request_id,
            )

    def _pause(self, failures: int, at_least: float = 0.0) -> None:
        # Full jitter between half and the whole of 1 s, 2 s: many workers must not come back
        # at the same moment.
        longest = 2.0 ** (failures - 1)
        self._env.clock.sleep(at_least + self._env.random.uniform(longest / 2, longest))

    def _log(self, call: Call, outcome: str, request_id: str, started: float) -> None:
        milliseconds = round((self._env.clock.monotonic() - started) * 1000)
        logger.info(
            "%s %s %s: %s in %s ms", self._dialect.name, call.method, call.path, outcome,
            milliseconds, extra={"request_id": request_id},
        )  # fmt: skip


def read_answer(response: HttpResponse, request_id_header: str = "") -> Answer:
    """Parse a response; a body that is not JSON (a gateway's HTML) is not readable."""
    parsed: Json = None
    is_readable = True
    unreadable = ""
    if response.body.strip():
        try:
            parsed = jsontext.parse(response.body)
        except ValueError:
            is_readable = False
            unreadable = response.body[:UNREADABLE_BYTES].decode("utf-8", "replace")
    headers = dict(response.headers)
    request_id = headers.get(request_id_header, "")
    at = _http_date(headers.get("date", ""))
    return Answer(
        response.status, headers, parsed, is_readable, request_id, at, unreadable=unreadable
    )


def _http_date(words: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(words)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
