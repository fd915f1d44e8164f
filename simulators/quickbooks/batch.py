"""The batch: up to 30 independent items, each with its own answer or fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulators.quickbooks import cdc, faults, jsontext
from simulators.quickbooks.company import Writer
from simulators.quickbooks.entities.registry import BY_NAME
from simulators.quickbooks.idempotency import LONGEST

if TYPE_CHECKING:
    from simulators.quickbooks.api import CompanyApi

MOST_ITEMS = 30
_OK = 200
_BESIDES = {"bId", "operation", "optionsData"}


def answer_text(api: CompanyApi, body: Mapping[str, Any], writer: Writer, key: str) -> str:
    """Return the batch's part of the envelope. HTTP 200 even if all items fail.

    Raises:
        Refusal: 1040 for more than 30 items, 2010 for a body of another shape.
    """
    items = body.get("BatchItemRequest")
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise faults.malformed_body("BatchItemRequest")
    if len(items) > MOST_ITEMS:
        raise faults.batch_too_large(len(items), MOST_ITEMS)
    return f'"BatchItemResponse":[{",".join(_item_text(api, i, writer, key) for i in items)}]'


def _item_text(api: CompanyApi, item: Mapping[str, Any], writer: Writer, key: str) -> str:
    """Return one item's answer: what it did or its fault, with its bId."""
    given = item.get("bId")
    tail = "" if given is None else f',"bId":{jsontext.dumps(str(given))}'
    joined = f"{key}{given}" if key else ""
    if joined:
        # The batch's id and the item's are joined to one of at most 50 characters.
        known = api.recall(f"batch {joined}")
        if known is not None:
            return f"{{{known.text}{tail}}}"
    status = _OK
    try:
        if len(joined) > LONGEST:
            raise faults.invalid_request_id()
        text = _carried_out(api, item, writer)
    except faults.Refusal as refusal:
        status = refusal.status
        text = f'"Fault":{jsontext.dumps(refusal.fault())}'
    if joined and len(joined) <= LONGEST:
        api.remember(f"batch {joined}", status, text)
    return f"{{{text}{tail}}}"


def _carried_out(api: CompanyApi, item: Mapping[str, Any], writer: Writer) -> str:
    if "Query" in item:
        return api.query(str(item["Query"]))
    if "CDCQuery" in item:
        wanted = item["CDCQuery"]
        if not isinstance(wanted, Mapping):
            raise faults.malformed_body("CDCQuery")
        entities, since = str(wanted.get("Entities", "")), str(wanted.get("ChangedSince", ""))
        return f'"CDCResponse":{cdc.answer_text(api.company, entities, since)}'
    names = [name for name in item if name not in _BESIDES]
    if len(names) != 1 or names[0] not in BY_NAME:
        # 2000: invalid or unsupported object name.
        raise faults.invalid_object_name(names[0] if names else "")
    body = item[names[0]]
    operation = str(item.get("operation", "")).lower()
    if not isinstance(body, Mapping):
        raise faults.malformed_body(names[0])
    entity = BY_NAME[names[0]]
    if operation not in ("create", "update", "delete"):
        raise faults.unsupported(f"{operation} {entity.name}")
    if operation == "update" and str(item.get("optionsData", "")).lower() == "void":
        operation = "void"
    if operation == "create" and body.get("Id") not in (None, ""):
        body = {name: value for name, value in body.items() if name != "Id"}
    return api.write_text(entity, body, writer, operation)
