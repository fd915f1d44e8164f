"""QuickBooks' webhooks: whether a delivery is genuine, and which records it speaks of.

Pure functions over both payload forms, told apart by the outermost object; facts:
apis/quickbooks.md 14. No event holds the record: it is re-read.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from syncapp.connectors import jsontext
from syncapp.connectors.hints import Delivery, Hint
from syncapp.connectors.jsontext import Json, items, mapping, text
from syncapp.connectors.quickbooks.entities import ENTITIES
from syncapp.core.sides import Side

_BY_LOWER_NAME: Mapping[str, str] = {name.casefold(): name for name in ENTITIES}
#: Both spellings of a void are in use.
_ACTIONS: Mapping[str, str] = {
    "create": "created", "created": "created", "update": "updated", "updated": "updated",
    "delete": "deleted", "deleted": "deleted", "merge": "merged", "merged": "merged",
    "void": "voided", "voided": "voided", "emailed": "emailed",
}  # fmt: skip
_TYPE = re.compile(r"qbo\.([a-z]+)\.([a-z]+)\.v\d+")
#: Nanoseconds are cut to microseconds: nine digits are more than Python reads.
_FRACTION = re.compile(r"(\.\d{6})\d+")


def is_genuine(*, verifier_token: str, body: bytes, signature: str) -> bool:
    """Whether Intuit sent a body: HMAC-SHA256 over the raw bytes, header ``intuit-signature``.

    It says nothing of the time: a delivery that is repeated is told by its dedupe key.
    """
    if not verifier_token:
        return False
    digest = hmac.new(verifier_token.encode(), body, hashlib.sha256).digest()
    expected = base64.b64encode(digest)
    return hmac.compare_digest(expected, signature.encode(errors="replace"))


def read(body: bytes) -> Delivery:
    """The records a genuine delivery speaks of."""
    try:
        told = jsontext.parse(body)
    except ValueError:
        return Delivery((), malformed=("The delivery is not JSON.",))
    events: list[tuple[Json, str]]
    if isinstance(told, Mapping) and "eventNotifications" in told:
        events = list(_classic_events(told))
    elif isinstance(told, Mapping | list):
        events = [(one, "") for one in ([told] if isinstance(told, Mapping) else told)]
    else:
        return Delivery((), malformed=("The delivery is no list of events.",))
    hints: dict[tuple[str, str, str], Hint] = {}
    malformed: list[str] = []
    skipped = 0
    is_classic = isinstance(told, Mapping) and "eventNotifications" in told
    for number, (event, realm_id) in enumerate(events):
        try:
            found = list(_classic(event, realm_id) if is_classic else _cloud_event(event))
        except ValueError as error:
            malformed.append(f"Event {number}: {error}")
            continue
        skipped += not found
        for hint in found:
            hints.setdefault((hint.dedupe_key, hint.record_type, hint.record_id), hint)
    return Delivery(tuple(hints.values()), skipped, tuple(malformed))


def _classic_events(told: Mapping[str, Json]) -> Iterator[tuple[Json, str]]:
    for notification in items(told.get("eventNotifications")):
        body = mapping(notification)
        for event in items(mapping(body.get("dataChangeEvent")).get("entities")):
            yield event, text(body.get("realmId"))


def _cloud_event(event: Json) -> Iterator[Hint]:
    """The hints of a CloudEvent.

    Raises:
        ValueError: It lacks what every event has.
    """
    body = mapping(event)
    kind = text(body.get("type")).casefold()
    if not kind:
        raise ValueError("it has no type")
    found = _TYPE.fullmatch(kind)
    if found is None:
        return
    loser = text(mapping(body.get("data")).get("deletedid"))
    yield from _told(
        realm_id=text(body.get("intuitaccountid")),
        name=found.group(1),
        operation=found.group(2),
        ids=(text(body.get("intuitentityid")), loser),
        at=text(body.get("time")),
        key=text(body.get("id")),
    )


def _classic(event: Json, realm_id: str) -> Iterator[Hint]:
    """The hints of an entity of the form that went out of use in 2026.

    Raises:
        ValueError: It lacks what every event has.
    """
    body = mapping(event)
    if not text(body.get("name")):
        raise ValueError("it has no type")
    yield from _told(
        realm_id=realm_id,
        name=text(body.get("name")),
        operation=text(body.get("operation")),
        ids=(text(body.get("id")), text(body.get("deletedId"))),
        at=text(body.get("lastUpdated")),
        key="",
    )


def _told(
    *, realm_id: str, name: str, operation: str, ids: tuple[str, str], at: str, key: str
) -> Iterator[Hint]:
    if not (realm_id.isascii() and realm_id.isdigit()):
        raise ValueError("it names no company")
    record_type = _BY_LOWER_NAME.get(name.casefold(), "")
    action = _ACTIONS.get(operation.casefold(), "")
    if not (record_type and action):  # a kind we do not know: nothing to do with us
        return
    wanted = [one for one in dict.fromkeys(ids) if one.isascii() and one.isdigit()]
    if not wanted:
        raise ValueError("it names no record")
    moment = instant(at)
    # The classic form has no id of its own.
    parts = (key,) if key else (record_type, action, *wanted, moment or at)
    whole = "\x1f".join((realm_id, *parts))
    dedupe_key = hashlib.sha256(whole.encode(errors="replace")).hexdigest()[:40]
    for record_id in wanted:
        yield Hint(Side.QUICKBOOKS, realm_id, record_type, record_id, dedupe_key, action, moment)


def instant(words: str) -> str:
    """The instant of an event in UTC, "" when it is none; nanoseconds are cut."""
    try:
        moment = datetime.fromisoformat(_FRACTION.sub(r"\1", words))
        if moment.tzinfo is None:
            return ""
        return moment.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return ""
