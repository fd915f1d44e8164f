"""QuickBooks' endpoints: one function each; not what an answer means for a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote

from syncapp.connectors.caller import Answer, Block, Call, Caller
from syncapp.connectors.jsontext import text
from syncapp.connectors.quickbooks.entities import MAX_QUERY_IN_URL, MINOR_VERSION, Entity
from syncapp.connectors.quickbooks.errors import (
    THROTTLED_CODES,
    fault_of,
    judge,
    problem_in,
    problem_of,
)
from syncapp.connectors.rate import Budget
from syncapp.core.errors import ConnectionBroken
from syncapp.core.sides import Side

#: QuickBooks itself gives up after 120 s.
TIMEOUT_SECONDS = 125.0
THROTTLED_WAIT = 60.0
_VERSION = (("minorversion", MINOR_VERSION),)


@dataclass(frozen=True, slots=True)
class QuickBooksDialect:
    """What QuickBooks' answers have in common."""

    name: str = "QuickBooks"
    request_id_header: str = "intuit_tid"

    def throttled(self, call: Call, answer: Answer) -> Block | None:
        """See ``Dialect``. Older gateways said 403 with the same code (apis/quickbooks.md 9.2)."""
        fault = fault_of(answer.json)
        code = problem_in(fault).code if fault is not None else ""
        if answer.status != 429 and code not in THROTTLED_CODES:
            return None
        return Block(call.budget, answer.retry_after_seconds or THROTTLED_WAIT)

    def observe(self, call: Call, answer: Answer, budget: Budget) -> None:
        """Count CorePlus calls: successful reads, whatever their verb. Headers name no limits."""
        if 200 <= answer.status < 300 and not call.writes:
            budget.count_read()

    def broken(self, answer: Answer) -> ConnectionBroken:
        """See ``Dialect``."""
        error = judge(problem_of(answer))
        if isinstance(error, ConnectionBroken):
            return error
        return ConnectionBroken(
            str(error), code="reconnect", request_id=answer.request_id, side=Side.QUICKBOOKS
        )


class QuickBooksClient:
    """The endpoints of one company. Reads raise what a fault means; writes return the answer."""

    def __init__(self, caller: Caller, realm_id: str) -> None:
        self.caller = caller
        self._realm_id = realm_id
        self._root = f"/v3/company/{realm_id}"

    # -- account

    def company_info(self) -> Answer:
        """Name, country, plan; also the test of a connection."""
        return self._read(Call("GET", f"{self._root}/companyinfo/{self._realm_id}", query=_VERSION))

    def preferences(self) -> Answer:
        """What the company has switched on."""
        return self._read(Call("GET", f"{self._root}/preferences", query=_VERSION))

    # -- reading

    def query(self, statement: str, *also: tuple[str, str]) -> Answer:
        """The rows a statement selects; long statements travel in the body."""
        path = f"{self._root}/query"
        if len(quote(statement)) <= MAX_QUERY_IN_URL:
            return self._read(Call("GET", path, query=(("query", statement), *also, *_VERSION)))
        return self._read(
            Call("POST", path, query=_VERSION, text_body=statement, content_type="application/text")
        )

    def changes(self, entities: Sequence[str], since: datetime) -> Answer:
        """Everything changed since then, deleted stubs too; 1,000 objects at most."""
        moment = since.astimezone(UTC).isoformat(timespec="seconds")
        query = (("entities", ",".join(entities)), ("changedSince", moment), *_VERSION)
        return self._read(Call("GET", f"{self._root}/cdc", query=query))

    def get(self, entity: Entity, record_id: str, *also: tuple[str, str]) -> Answer:
        """One object; a fault is an answer here (610 for one that is gone)."""
        path = f"{self._root}/{entity.path}/{record_id}"
        return self.caller.send(Call("GET", path, query=(*also, *_VERSION)))

    def exchange_rate(self, currency: str, on: date) -> Answer:
        """The rate of a currency on a day; a fault is an answer here."""
        query = (("sourcecurrencycode", currency), ("asofdate", on.isoformat()), *_VERSION)
        return self.caller.send(Call("GET", f"{self._root}/exchangerate", query=query))

    # -- writing

    def save(
        self,
        entity: Entity,
        body: Mapping[str, object],
        request_id: str,
        also: Sequence[tuple[str, str]] = (),
    ) -> Answer:
        """Create, or update when the body has an Id; ``also`` is what makes it a void, say."""
        query = (*also, ("requestid", request_id), *_VERSION)
        return self._write(Call("POST", f"{self._root}/{entity.path}", query=query, body=body))

    def batch(self, requests: Sequence[Mapping[str, object]], request_id: str) -> Answer:
        """Up to 30 writes; each succeeds or fails by itself."""
        query = (("requestid", request_id), *_VERSION)
        body = {"BatchItemRequest": list(requests)}
        path = f"{self._root}/batch"
        return self._write(Call("POST", path, query=query, body=body, budget=("calls", "batch")))

    # -- helpers

    def _read(self, call: Call) -> Answer:
        answer = self.caller.send(call)
        if not answer.ok or fault_of(answer.json) is not None:
            raise judge(problem_of(answer))
        return answer

    def _write(self, call: Call) -> Answer:
        return self.caller.send(
            Call(
                call.method, call.path, query=call.query, body=call.body, writes=True,
                budget=call.budget, timeout_seconds=TIMEOUT_SECONDS,
            )
        )  # fmt: skip


def server_time(answer: Answer) -> str:
    """The ``time`` of an answer, "" when it has none."""
    body = answer.json
    return text(body.get("time")) if isinstance(body, Mapping) else ""
