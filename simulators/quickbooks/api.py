"""The accounting API: what stands behind ``/v3/company/{realm}/``.

Knows paths, envelopes and headers; the verbs are in ``operations``, the query language in
``query``. Every method answers the text between the outer braces, without ``time``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulators.common.web import SimRequest
from simulators.quickbooks import (
    batch,
    cdc,
    custom_fields,
    documents,
    exchange,
    faults,
    jsontext,
    operations,
    times,
    uploads,
)
from simulators.quickbooks.access import Caller
from simulators.quickbooks.company import Company, Writer
from simulators.quickbooks.entities.fields import Entity, Group
from simulators.quickbooks.entities.registry import BY_LOWER_NAME, BY_NAME, BY_RESOURCE
from simulators.quickbooks.idempotency import LONGEST, LONGEST_FOR_BATCH, Outcome, RequestIds
from simulators.quickbooks.oauth.endpoints import USER_NAME
from simulators.quickbooks.query import execution
from simulators.quickbooks.query.parser import parse
from simulators.quickbooks.records import Record

_OK = 200


@dataclass(frozen=True)
class Answer:
    """A status and the inner text of the envelope."""

    status: int
    text: str
    has_time: bool = True
    #: a page to print instead of JSON
    pdf: bytes | None = None


class CompanyApi:
    """The API of one company."""

    def __init__(self, company: Company, request_ids: RequestIds) -> None:
        self.company = company
        self.request_ids = request_ids

    def answer(self, request: SimRequest, rest: str, caller: Caller) -> Answer:
        """Carry out one call.

        Raises:
            Refusal: a business fault.
        """
        writer = Writer(caller.actor, USER_NAME, request.request_id)
        parts = rest.split("/")
        verb = request.method
        match parts:
            case ["query"] if verb in ("GET", "POST"):
                return Answer(_OK, self.query(_statement(request), _include(request)))
            case ["cdc"] if verb == "GET":
                since = request.args.get("changedSince", "")
                found = cdc.answer_text(self.company, request.args.get("entities", ""), since)
                return Answer(_OK, f'"CDCResponse":{found}')
            case ["batch"] if verb == "POST":
                return Answer(_OK, self._batch(request, writer))
            case ["upload"] if verb == "POST":
                found = uploads.answer_text(self.company, request, writer)
                return Answer(_OK, f'"AttachableResponse":{found}')
            case [resource] if resource in BY_RESOURCE:
                return self._on_resource(request, BY_RESOURCE[resource], writer)
            case [resource, record_id] if resource in BY_RESOURCE and verb == "GET":
                include = _include(request)
                return Answer(_OK, self._read(BY_RESOURCE[resource], record_id, include))
            case [resource, record_id, "pdf"] if resource in _PRINTED and verb == "GET":
                page = documents.pdf(self.company, BY_RESOURCE[resource], record_id)
                return Answer(_OK, "", pdf=page)
            case [resource, record_id, "send"] if resource in _PRINTED and verb == "POST":
                return self._send(request, BY_RESOURCE[resource], record_id, writer)
        raise faults.no_resource(request.path, request.base_url)

    # -- single objects -------------------------------------------------------------------
    def _on_resource(self, request: SimRequest, entity: Entity, writer: Writer) -> Answer:
        if request.method == "GET" and entity is BY_NAME["Preferences"]:
            return Answer(_OK, self._read(entity, "1"))
        if request.method == "GET" and entity is BY_NAME["ExchangeRate"]:
            return Answer(_OK, self._exchange_rate(request))
        operation = request.args.get("operation", "")
        if request.method != "POST" or operation not in ("", "create", "update", *_REMOVALS):
            raise faults.unsupported(f"{operation or request.method} {entity.name}")
        include = _include(request)
        if operation in ("", "update") and "void" in include:
            operation = "void"
        body = _json_object(request.get_data())
        key = self._request_key(request, LONGEST)
        if entity is BY_NAME["ExchangeRate"]:
            body, operation = exchange.as_write(self.company, body), ""
        return self._once(
            key, lambda: self.write_text(entity, body, writer, operation, include=include)
        )

    def _send(self, request: SimRequest, entity: Entity, record_id: str, writer: Writer) -> Answer:
        to = request.args.get("sendTo", "")

        def act() -> str:
            record = documents.send(self.company, entity, record_id, to, writer)
            return f'"{entity.name}":{record.json_text()}'

        return self._once(self._request_key(request, LONGEST), act)

    def _exchange_rate(self, request: SimRequest) -> str:
        """The rate of a currency on a day, today if none is named."""
        code = request.args.get("sourcecurrencycode", "")
        if not code:
            raise faults.Refusal(faults.missing("sourcecurrencycode"))
        self.company.currency(code)
        day = request.args.get("asofdate") or self.company.today().isoformat()
        if times.parse_day(day) is None:
            raise faults.Refusal(faults.invalid_date("asofdate", day))
        record = exchange.shown(self.company, code, day[:10])
        return f'"ExchangeRate":{record.json_text()}'

    def _read(self, entity: Entity, record_id: str, include: frozenset[str] = frozenset()) -> str:
        if "read" not in entity.operations:
            raise faults.unsupported(f"read {entity.name}")
        if entity.group is Group.SINGLE and record_id in (self.company.realm, "1"):
            record_id = "1"
        record = self._special(entity, record_id)
        if record is None:
            record = operations.read(self.company, entity, record_id)
        return f'"{entity.name}":{self._text(record, include)}'

    def _text(self, record: Record, include: frozenset[str]) -> str:
        """The object as JSON, with what the caller asked for besides."""
        if custom_fields.INCLUDE in include:
            return jsontext.dumps(custom_fields.enhanced_body(self.company, record))
        if "invoiceLink" in include and _can_be_paid_online(record):
            link = f"https://connect.intuit.test/t/scs-v1-{record.id}"
            return jsontext.dumps({**record.body(), "InvoiceLink": link})
        return record.json_text()

    def _special(self, entity: Entity, record_id: str) -> Any:
        """Codes such as TAX and NON have no number."""
        return self.company.find(entity, record_id) if entity.name == "TaxCode" else None

    def write_text(
        self,
        entity: Entity,
        body: Mapping[str, Any],
        writer: Writer,
        operation: str = "",
        *,
        include: frozenset[str] = frozenset(),
    ) -> str:
        """Create, update, void or delete and return the object's part of the envelope."""
        if operation in _REMOVALS:
            if operation not in entity.operations:
                raise faults.unsupported(f"{operation} {entity.name}")
            if operation == "delete":
                gone = documents.delete(self.company, entity, body, writer)
                stub = {"domain": "QBO", "status": "Deleted", "Id": gone.id}
                return f'"{entity.name}":{jsontext.dumps(stub)}'
            record = documents.void(self.company, entity, body, writer)
        else:
            record = operations.write(
                self.company, entity, body, writer, operation, include=include
            )
        return f'"{entity.name}":{self._text(record, include)}'

    # -- query ----------------------------------------------------------------------------
    def query(self, text: str, include: frozenset[str] = frozenset()) -> str:
        """Carry out a query and return its part of the envelope."""
        statement = parse(text)
        entity = BY_NAME.get(statement.entity)
        if entity is None and self.company.behaviour.entities_ignore_case:
            entity = BY_LOWER_NAME.get(statement.entity.lower())
        if entity is None or "query" not in entity.operations:
            raise faults.query_invalid(f"invalid context declaration: {statement.entity}")
        page = execution.run(statement, self.company.store(entity), self.company.behaviour)
        if page.total is not None:
            return f'"QueryResponse":{{"totalCount":{page.total}}}'
        if not page.records:
            return '"QueryResponse":{}'
        if self.company.behaviour.enhanced_in_queries == "leave_out":
            include = frozenset()
        rows = ",".join([self._text(record, include) for record in page.records])
        counted = ""
        if entity.name == "Invoice" and self.company.behaviour.invoice_total_count:
            # Seen in the wild beside the rows of an Invoice query; what it counts is UNCONFIRMED.
            counted = f',"totalCount":{len(page.records)}'
        return (
            f'"QueryResponse":{{"{entity.name}":[{rows}],"startPosition":{page.start},'
            f'"maxResults":{len(page.records)}{counted}}}'
        )

    # -- batch ----------------------------------------------------------------------------
    def _batch(self, request: SimRequest, writer: Writer) -> str:
        body = _json_object(request.get_data())
        return batch.answer_text(self, body, writer, self._request_key(request, LONGEST_FOR_BATCH))

    # -- request ids ----------------------------------------------------------------------
    def _request_key(self, request: SimRequest, longest: int) -> str:
        key = request.args.get("requestid", "")
        if len(key) > longest:
            raise faults.invalid_request_id()
        return key

    def recall(self, key: str) -> Outcome | None:
        """Return the remembered outcome of a request id."""
        memory = self.company.behaviour.requestid_seconds
        return self.request_ids.recall(key, now=self.company.now(), memory=memory)

    def remember(self, key: str, status: int, text: str) -> None:
        """Keep the outcome of a request id, faults if the switch says so (UNCONFIRMED)."""
        if status == _OK or self.company.behaviour.requestid_faults == "remember":
            self.request_ids.remember(key, Outcome(status, text, self.company.now()))

    def _once(self, key: str, act: Any) -> Answer:
        """Carry out a write, or repeat the first outcome of its request id."""
        if not key:
            return Answer(_OK, act())
        known = self.recall(key)
        if known is not None:
            return Answer(known.status, known.text)
        try:
            text = act()
        except faults.Refusal as refusal:
            self.remember(key, refusal.status, fault_text(refusal))
            raise
        self.remember(key, _OK, text)
        return Answer(_OK, text)


_REMOVALS = ("delete", "void")
_PRINTED = ("invoice", "salesreceipt", "creditmemo", "estimate")


def _include(request: SimRequest) -> frozenset[str]:
    """What the caller asked for besides; that several are separated by commas is UNCONFIRMED."""
    return frozenset(one.strip() for one in request.args.get("include", "").split(","))


def _can_be_paid_online(record: Record) -> bool:
    values = record.values
    ways = ("AllowOnlineCreditCardPayment", "AllowOnlineACHPayment")
    return any(values.get(name) for name in ways) and bool(values.get("BillEmail"))


def fault_text(refusal: faults.Refusal) -> str:
    """Return the fault's part of the envelope."""
    return f'"Fault":{jsontext.dumps(refusal.fault())}'


def _statement(request: SimRequest) -> str:
    is_get = request.method == "GET"
    text = request.args.get("query", "") if is_get else _utf8(request.get_data())
    if not text.strip():
        raise faults.query_syntax("Query is empty")
    return text.strip()


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise faults.invalid_utf8() from error


def _json_object(raw: bytes) -> dict[str, Any]:
    text = _utf8(raw)
    try:
        body = jsontext.loads(text)
    except (ValueError, RecursionError) as error:
        raise faults.malformed_body(f"Unexpected character: {error}") from error
    if not isinstance(body, dict):
        raise faults.malformed_body("Can not construct instance of object")
    return body
