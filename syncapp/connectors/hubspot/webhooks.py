"""HubSpot's webhooks: whether a delivery is genuine, and which records it speaks of.

Pure functions; facts: apis/hubspot.md 12.2 to 12.4. Nothing of an event but ids is believed.
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
from syncapp.connectors.hubspot.objects import TYPES
from syncapp.connectors.jsontext import Json, items, mapping, text
from syncapp.core.sides import Side

#: A delivery older, or further in the future, is refused: 5 minutes.
WINDOW_MILLISECONDS = 300_000

#: The only escapes of the URI that are decoded before it is signed.
_DECODED: Mapping[str, str] = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$", "%27": "'",
    "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip
_ESCAPE = re.compile("|".join(_DECODED), re.IGNORECASE)

_BY_TYPE_ID: Mapping[str, str] = {kind.type_id: slug for slug, kind in TYPES.items()}
#: The first word of event types that are not generic (``contact.creation``).
_BY_WORD: Mapping[str, str] = {
    "contact": "contacts",
    "company": "companies",
    "deal": "deals",
    "product": "products",
    "line_item": "line_items",
}
_ACTIONS = frozenset(
    {
        "creation", "deletion", "privacyDeletion", "merge", "restore", "propertyChange",
        "associationChange",
    }
)  # fmt: skip
#: What all deliveries of one event share: not ``attemptNumber``, and ``eventId`` is not unique.
_IDENTITY = (
    "subscriptionId", "portalId", "subscriptionType", "objectTypeId", "objectId", "occurredAt",
    "propertyName", "propertyValue", "changeFlag", "associationType", "fromObjectId",
    "toObjectId", "associationRemoved", "newObjectId",
)  # fmt: skip


def is_genuine(
    *, secret: str, method: str, uri: str, body: bytes, headers: Mapping[str, str], now: datetime
) -> bool:
    """Whether HubSpot sent a request just now: version 3 of its signature.

    Versions 1 and 2 know no time: an old request would pass for ever, so they are not enough.

    Args:
        secret: The app's client secret.
        method: Of the request.
        uri: As HubSpot called it: public scheme and host, path and query as sent.
        body: The raw bytes.
        headers: Names in lower case.
        now: The time.
    """
    signature = headers.get("x-hubspot-signature-v3", "")
    timestamp = headers.get("x-hubspot-request-timestamp", "")
    return is_genuine_v3(
        secret=secret, method=method, uri=uri, body=body, signature=signature,
        timestamp=timestamp, now=now,
    )  # fmt: skip


def is_genuine_v3(
    *,
    secret: str,
    method: str,
    uri: str,
    body: bytes,
    signature: str,
    timestamp: str,
    now: datetime,
) -> bool:
    """Version 3: HMAC over method, URI, body and the time, which must be near."""
    if not (secret and timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 20):
        return False
    age = int(now.timestamp() * 1000) - int(timestamp)
    if abs(age) > WINDOW_MILLISECONDS:
        return False
    decoded = _ESCAPE.sub(lambda found: _DECODED[found[0].upper()], uri)
    source = method.upper().encode() + decoded.encode() + body + timestamp.encode()
    digest = hmac.new(secret.encode(), source, hashlib.sha256).digest()
    return _same(base64.b64encode(digest).decode(), signature)


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode(errors="replace"))


def read(body: bytes) -> Delivery:
    """The records a genuine delivery speaks of."""
    try:
        told = jsontext.parse(body)
    except ValueError:
        return Delivery((), malformed=("The delivery is not JSON.",))
    events = [told] if isinstance(told, Mapping) else items(told)
    if not isinstance(told, Mapping | list):
        return Delivery((), malformed=("The delivery is no list of events.",))
    hints: dict[tuple[str, str, str], Hint] = {}
    malformed: list[str] = []
    skipped = 0
    for number, event in enumerate(events):
        try:
            found = list(_hints(event))
        except ValueError as error:
            malformed.append(f"Event {number}: {error}")
            continue
        skipped += not found
        for hint in found:
            hints.setdefault((hint.dedupe_key, hint.record_type, hint.record_id), hint)
    return Delivery(tuple(hints.values()), skipped, tuple(malformed))


def _hints(event: Json) -> Iterator[Hint]:
    """The hints of one event; none when it is of a kind we do not know.

    Raises:
        ValueError: It lacks what every event has.
    """
    told = mapping(event)
    # The docs' tables call the type eventType, payloads carry subscriptionType.
    kind = text(told.get("subscriptionType")) or text(told.get("eventType"))
    word, _, action = kind.partition(".")
    if not action:
        raise ValueError("it has no type")
    if action not in _ACTIONS:
        return
    portal_id = _id(told, "portalId")
    if not portal_id:
        raise ValueError("it names no account")
    key = _dedupe_key(told)
    at = _instant(text(told.get("occurredAt")))
    source = text(told.get("sourceId"))
    source = source if source.isascii() and source.isprintable() else ""
    records = list(_records(told, word, action))
    for record_type, record_id in dict.fromkeys(records):
        yield Hint(
            Side.HUBSPOT, portal_id, record_type, record_id, key, action.casefold(), at, source
        )


def _records(event: Mapping[str, Json], word: str, action: str) -> Iterator[tuple[str, str]]:
    """Types and ids; those of types we do not know are left out."""
    if action == "associationChange":
        yield from _associated(event, word)
        return
    record_type = _type(event, word)
    if not record_type:
        return
    ids = [_id(event, "objectId")]
    if action == "merge":
        ids += [_id(event, "newObjectId"), _id(event, "primaryObjectId")]
        ids += [text(one) for one in items(event.get("mergedObjectIds"))]
    ids = [one for one in ids if one.isascii() and one.isdigit()]
    if not ids:
        raise ValueError("it names no record")
    for one in ids:
        yield record_type, one


def _associated(event: Mapping[str, Json], word: str) -> Iterator[tuple[str, str]]:
    words = text(event.get("associationType")).casefold().split("_to_")
    ends = (
        ("fromObjectId", "fromObjectTypeId", words[0]),
        ("toObjectId", "toObjectTypeId", words[-1]),
    )
    named = False
    for id_name, type_name, spelled in ends:
        record_id = _id(event, id_name)
        named = named or bool(record_id)
        record_type = _BY_TYPE_ID.get(text(event.get(type_name))) or _BY_WORD.get(spelled, "")
        if record_id and record_type:
            yield record_type, record_id
    if not named:
        record_type, record_id = _type(event, word), _id(event, "objectId")
        if not record_id:
            raise ValueError("it names no record")
        if record_type:
            yield record_type, record_id


def _type(event: Mapping[str, Json], word: str) -> str:
    return _BY_TYPE_ID.get(text(event.get("objectTypeId"))) or _BY_WORD.get(word, "")


def _id(event: Mapping[str, Json], name: str) -> str:
    found = text(event.get(name))
    return found if found.isascii() and found.isdigit() else ""


def _instant(milliseconds: str) -> str:
    if not (milliseconds.isascii() and milliseconds.isdigit() and len(milliseconds) < 15):
        return ""
    seconds, rest = divmod(int(milliseconds), 1000)
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)
    return moment.isoformat(timespec="milliseconds")


def _dedupe_key(event: Mapping[str, Json]) -> str:
    identity = [text(event.get(name)) for name in _IDENTITY]
    identity += [text(one) for one in items(event.get("mergedObjectIds"))]
    return hashlib.sha256("\x1f".join(identity).encode(errors="replace")).hexdigest()[:40]
