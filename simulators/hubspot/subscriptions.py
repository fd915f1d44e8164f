"""Webhook subscriptions of apps, and the events they are told of.

Knows who is subscribed to what and how an event looks; delivery is in ``simulators.common``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from simulators.common.clock import SimClock, from_milliseconds, iso_milliseconds
from simulators.common.ids import Ids
from simulators.common.state import State
from simulators.common.webhooks import Outgoing
from simulators.hubspot import association_types, errors, registry, signatures
from simulators.hubspot.crm import Crm
from simulators.hubspot.oauth import APPS, RegisteredApp
from simulators.hubspot.schema import ObjectType
from simulators.hubspot.writes import Happening

MAX_SUBSCRIPTIONS = 1_000
#: documented for these; the others come as ``object.*`` with a type id only
_LEGACY = frozenset({"contact", "company", "deal", "product", "line_item"})
_ACTIONS = ("creation", "deletion", "merge", "restore", "propertyChange", "associationChange")
_NEVER = frozenset({"num_unique_conversion_events", "hs_lastmodifieddate", "lastmodifieddate"})
_BY_ACTION = {
    "create": "creation",
    "archive": "deletion",
    "gdpr_delete": "deletion",
    "restore": "restore",
    "merge": "merge",
}
#: NEW was met; DELETED is UNCONFIRMED
_FLAGS = {"creation": "NEW", "deletion": "DELETED", "privacyDeletion": "DELETED"}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass
class Target:
    """Where an app's events go."""

    app_id: int
    url: str
    most_at_once: int
    created: int
    updated: int

    def body(self) -> dict[str, Any]:
        """As in an answer."""
        return {
            "targetUrl": self.url,
            "throttling": {"maxConcurrentRequests": self.most_at_once},
            "createdAt": iso_milliseconds(from_milliseconds(self.created)),
            "updatedAt": iso_milliseconds(from_milliseconds(self.updated)),
        }


@dataclass
class Subscription:
    """One kind of event an app wants to hear of."""

    id: int
    app_id: int
    event_type: str
    property_name: str
    object_type_id: str
    active: bool
    created: int
    updated: int

    def body(self) -> dict[str, Any]:
        """As in an answer."""
        return {
            "id": str(self.id),
            "eventType": self.event_type,
            "propertyName": self.property_name,
            "objectTypeId": self.object_type_id,
            "active": self.active,
            "createdAt": iso_milliseconds(from_milliseconds(self.created)),
            "updatedAt": iso_milliseconds(from_milliseconds(self.updated)),
        }

    @property
    def about(self) -> str:
        """What happens: ``creation``, ``propertyChange`` ..."""
        return self.event_type.partition(".")[2]

    def covers(self, kind: ObjectType) -> bool:
        """Whether it is about records of this type."""
        prefix = self.event_type.partition(".")[0]
        return (
            self.object_type_id == kind.type_id if prefix == "object" else prefix == kind.singular
        )


class Subscriptions:
    """All apps' subscriptions in one account."""

    def __init__(
        self,
        *,
        state: State,
        clock: SimClock,
        ids: Ids,
        crm: Crm,
        is_installed: Callable[[RegisteredApp], bool],
        send: Callable[[str, Mapping[str, Any], str], None],
    ) -> None:
        self._state = state
        self._clock = clock
        self._ids = ids
        self._crm = crm
        self._is_installed = is_installed
        self._send = send
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.targets: dict[int, Target] = {}
        self.all: dict[int, Subscription] = {}

    def load(self) -> None:
        """Read the state file."""
        for _, stored in self._state.load("webhook_target"):
            self.targets[stored["app_id"]] = Target(**stored)
        for _, stored in self._state.load("webhook_subscription"):
            self.all[stored["id"]] = Subscription(**stored)

    # -- settings ---------------------------------------------------------------------------

    def of(self, app_id: int) -> list[Subscription]:
        """An app's subscriptions."""
        return [one for one in self.all.values() if one.app_id == app_id]

    def aim(self, app_id: int, url: str, most_at_once: int) -> Target:
        """Set where events go.

        Raises:
            ApiError: 400, no address events can be sent to.
        """
        parts = urlsplit(url)
        if not (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        ):
            # Real ones must be https; on this machine plain http will do.
            raise errors.invalid(f"Invalid targetUrl: {url!r} must be an https address.")
        if most_at_once <= 5:
            raise errors.invalid("maxConcurrentRequests must be greater than 5.")
        now = self._clock.milliseconds()
        former = self.targets.get(app_id)
        target = Target(app_id, url, most_at_once, former.created if former else now, now)
        self.targets[app_id] = target
        self._state.put("webhook_target", str(app_id), asdict(target))
        return target

    def forget_target(self, app_id: int) -> None:
        """Events of this app go nowhere."""
        if self.targets.pop(app_id, None) is not None:
            self._state.delete("webhook_target", str(app_id))

    def add(
        self,
        app_id: int,
        event_type: str,
        *,
        property_name: str = "",
        object_type_id: str = "",
        active: bool = False,
    ) -> Subscription:
        """A new subscription; those made by API are paused unless ``active``.

        Raises:
            ApiError: 400, unknown event, missing property, or too many.
        """
        _check(event_type, property_name, object_type_id)
        if len(self.of(app_id)) >= MAX_SUBSCRIPTIONS:
            raise errors.invalid(
                "Couldn't create another subscription. You've reached the maximum number allowed "
                f"per application ({MAX_SUBSCRIPTIONS})."
            )
        now = self._clock.milliseconds()
        number = self._ids.next("webhook subscription", start=2_894_010)
        made = Subscription(
            number, app_id, event_type, property_name, object_type_id, active, now, now
        )
        self.all[number] = made
        self._save(made)
        return made

    def switch(self, one: Subscription, *, active: bool) -> Subscription:
        """Pause or resume."""
        one.active = active
        one.updated = self._clock.milliseconds()
        self._save(one)
        return one

    def remove(self, one: Subscription) -> None:
        """End a subscription."""
        del self.all[one.id]
        self._state.delete("webhook_subscription", str(one.id))

    def _save(self, one: Subscription) -> None:
        self._state.put("webhook_subscription", str(one.id), asdict(one))

    # -- events -----------------------------------------------------------------------------

    def follow(self, happening: Happening) -> None:
        """Queue the events of something that happened for every app that wants them."""
        if not self.all:
            return
        for app in APPS.values():
            if app.app_id not in self.targets or not self._is_installed(app):
                continue
            for one in self.of(app.app_id):
                if one.active and one.covers(happening.kind):
                    for event in self._events(one, happening):
                        self._send(str(app.app_id), event, one.event_type)

    def _events(self, one: Subscription, happening: Happening) -> Iterator[dict[str, Any]]:
        match one.about:
            case "propertyChange":
                if happening.action in ("create", "update") and self._fires(one, happening):
                    value = happening.changes[one.property_name]
                    yield self._event(
                        one, happening, propertyName=one.property_name, propertyValue=value,
                        isSensitive=False,
                    )  # fmt: skip
            case "associationChange":
                if happening.other is not None:
                    for number in happening.types:
                        yield self._event(one, happening, **_association(one, happening, number))
            case "merge":
                if happening.action == "merge":
                    yield self._event(one, happening, **_merge(happening))
            case "privacyDeletion":
                if happening.action == "gdpr_delete":
                    yield self._event(one, happening, changeFlag=_FLAGS["privacyDeletion"])
            case about if _BY_ACTION.get(happening.action) == about:
                flag = {"changeFlag": _FLAGS[about]} if about in _FLAGS else {}
                yield self._event(one, happening, **flag)

    def _fires(self, one: Subscription, happening: Happening) -> bool:
        name = one.property_name
        if name not in happening.changes or name in _NEVER:
            return False
        prop = self._crm.definitions.of(happening.kind).get(name)
        calculated = prop is not None and prop.calculated
        return not calculated or self._crm.settings.webhooks_calculated

    def _event(self, one: Subscription, happening: Happening, **more: Any) -> dict[str, Any]:
        source = happening.author.source
        event: dict[str, Any] = {
            "eventId": self._ids.next("webhook event", start=1_765_889_350, step=17),
            "subscriptionId": one.id,
            "portalId": self._crm.portal_id,
            "appId": one.app_id,
            "occurredAt": self._clock.milliseconds(),
            "subscriptionType": one.event_type,
            "attemptNumber": 0,
            "objectId": int(happening.record_id),
            "changeSource": source.type,
            **more,
        }
        if source.id:
            event["sourceId"] = source.id
        if one.event_type.startswith("object."):
            event["objectTypeId"] = happening.kind.type_id
        return event

    # -- delivery ---------------------------------------------------------------------------

    def pack(
        self, destination: str, events: Sequence[Mapping[str, Any]], attempt: int
    ) -> Outgoing | None:
        """A signed request, or None when the app no longer has an address."""
        target = self.targets.get(int(destination))
        app = next((one for one in APPS.values() if one.app_id == int(destination)), None)
        if target is None or app is None:
            return None
        rows = [{**event, "attemptNumber": attempt} for event in events]
        body = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
        now = self._clock.milliseconds()
        headers = {
            "Content-Type": "application/json",
            "X-HubSpot-Signature-v3": signatures.v3(
                app.client_secret, "POST", target.url, body, now
            ),
            "X-HubSpot-Request-Timestamp": str(now),
            "X-HubSpot-Signature": signatures.v1(app.client_secret, body),
            "X-HubSpot-Signature-Version": "v1",
        }
        return Outgoing(target.url, body, headers)


def _check(event_type: str, property_name: str, object_type_id: str) -> None:
    prefix, _, about = event_type.partition(".")
    known = event_type == "contact.privacyDeletion" or (
        about in _ACTIONS and (prefix in _LEGACY or prefix == "object")
    )
    if not known or event_type == "product.associationChange":
        raise errors.invalid(f"Unknown event type: {event_type!r}.")
    if prefix == "object":
        registry.find(object_type_id)
    if about == "propertyChange" and not property_name:
        raise errors.invalid("A propertyChange subscription needs a propertyName.")
    if about == "propertyChange" and property_name in _NEVER:
        raise errors.invalid(f"There are no events for changes of {property_name}.")


def _association(one: Subscription, happening: Happening, number: int) -> dict[str, Any]:
    if happening.other is None:
        raise AssertionError
    target = registry.BY_TYPE_ID[happening.other[0]]
    row = association_types.between(happening.kind, target)[number]
    found: dict[str, Any] = {
        "associationType": f"{happening.kind.singular}_to_{target.singular}".upper(),
        "fromObjectId": int(happening.record_id),
        "toObjectId": int(happening.other[1]),
        "associationRemoved": happening.action == "dissociate",
        "isPrimaryAssociation": row.label == "Primary",
    }
    if one.event_type.startswith("object."):
        found["fromObjectTypeId"] = happening.kind.type_id
        found["toObjectTypeId"] = target.type_id
        # UNCONFIRMED that this one is there.
        found["associationTypeId"] = number
    return found


def _merge(happening: Happening) -> dict[str, Any]:
    return {
        "primaryObjectId": int(happening.merged_ids[0]),
        "mergedObjectIds": [int(one) for one in happening.merged_ids[1:]],
        "newObjectId": int(happening.record_id),
        "numberOfPropertiesMoved": len(happening.changes),
    }
