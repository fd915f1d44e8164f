"""Puts recorded objects into the simulator and compares answers with recorded ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from simulators.quickbooks import jsontext, times
from simulators.quickbooks.entities.fields import Group
from simulators.quickbooks.entities.registry import BY_NAME
from simulators.quickbooks.records import Record

HERE = Path(__file__).parent / "recorded"
_BASE = ("domain", "sparse", "Id", "SyncToken", "MetaData")
_STAND_IN_FOR = {"ItemRef": "Item", "CustomerRef": "Customer", "DepositToAccountRef": "Account"}
#: the server's clock and what it gives out
_TIMES = {"time", "CreateTime", "LastUpdatedTime", "DeliveryTime"}


def text_of(name: str) -> str:
    return (HERE / f"{name}.json").read_text(encoding="utf-8-sig")


def recorded(name: str) -> Any:
    return jsontext.loads(text_of(name))


def adopt(books: Any, entity: str, body: Any, *, by: str = "") -> Record:
    """Store an object as recorded, ids and tokens included."""
    values = {name: value for name, value in body.items() if name not in _BASE}
    meta = body["MetaData"]
    record = Record.from_json(
        entity,
        {
            "id": body["Id"],
            "values": jsontext.dumps(values),
            "created": times.parse(meta["CreateTime"]),
            "updated": times.parse(meta["LastUpdatedTime"]),
            "token": int(body["SyncToken"]),
            "modified_by": by,
            "person_id": "",
        },
    )
    company = books.app.company
    held = company.find(entity, record.id)
    if held is not None:
        # Objects are replaced in place: the indexes know them.
        for name in ("values", "created", "updated", "token", "modified_by"):
            setattr(held, name, getattr(record, name))
        record = held
    company.save(record)
    if BY_NAME[entity].group is Group.TRANSACTION:
        for name, value in _references(body):
            stand_in(books, name, value)
    return record


def adopt_rows(books: Any, entity: str, name: str) -> None:
    """Store all rows of a recorded query, by id."""
    rows = recorded(name)["QueryResponse"][entity]
    for row in sorted(rows, key=lambda item: int(item["Id"])):
        adopt(books, entity, row)


def stand_in(books: Any, reference: str, value: Any) -> None:
    """Make something a recorded transaction refers to, if it is not there."""
    entity = _STAND_IN_FOR[reference]
    company = books.app.company
    if company.find(entity, value["value"]) is not None:
        return
    name = value.get("name", "Someone")
    values: dict[str, Any] = {"Active": True, "FullyQualifiedName": name}
    if entity == "Customer":
        zero = jsontext.loads("0.0")
        values |= {"DisplayName": name, "Balance": zero, "BalanceWithJobs": zero}
        values["CurrencyRef"] = company.home_currency
    elif entity == "Item":
        values |= {"Name": name, "Type": "Service"}
    else:
        values |= {"Name": name, "AccountType": "Bank", "Classification": "Asset"}
    company.save(Record(BY_NAME[entity], value["value"], values, created=company.now()))


def _references(value: Any) -> list[tuple[str, Any]]:
    found = []
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in _STAND_IN_FOR:
                found.append((name, inner))
            found += _references(inner)
    elif isinstance(value, list):
        for inner in value:
            found += _references(inner)
    return found


def differences(
    answer: Any, wanted: Any, *, ids: bool = False, ordered: bool = True, at: str = ""
) -> list[str]:
    """Return the paths at which an answer differs from a recorded one.

    Times may differ, ids if ``ids``; with ``ordered`` the properties come in the same order.
    """
    if isinstance(wanted, dict) and isinstance(answer, dict):
        found = []
        if ordered and list(answer) != list(wanted) and set(answer) == set(wanted):
            found.append(f"{at}: order")
        for name in dict.fromkeys([*wanted, *answer]):
            path = f"{at}.{name}"
            if name not in answer:
                found.append(f"{path}: missing")
            elif name not in wanted:
                found.append(f"{path}: not recorded")
            elif name in _TIMES:
                found += [] if _same_form(answer[name], wanted[name]) else [f"{path}: form"]
            elif ids and name == "Id":
                found += [] if isinstance(answer[name], str) else [f"{path}: form"]
            else:
                found += differences(answer[name], wanted[name], ids=ids, ordered=ordered, at=path)
        return found
    if isinstance(wanted, list) and isinstance(answer, list):
        found = [] if len(answer) == len(wanted) else [f"{at}: {len(answer)} of {len(wanted)}"]
        for place, (one, other) in enumerate(zip(answer, wanted, strict=False)):
            found += differences(one, other, ids=ids, ordered=ordered, at=f"{at}[{place}]")
        return found
    is_same = answer == wanted and isinstance(answer, bool) == isinstance(wanted, bool)
    return [] if is_same else [f"{at}: {answer!r} for {wanted!r}"]


def _same_form(answer: Any, wanted: Any) -> bool:
    """Times need not agree, but look alike."""
    if isinstance(wanted, int):
        return isinstance(answer, int)
    mask = str.maketrans("0123456789", "9" * 10)
    shapes = [str(one).translate(mask).replace("-99:99", "+99:99") for one in (answer, wanted)]
    return shapes[0] == shapes[1]


def index() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text_of("index"))
    return found
