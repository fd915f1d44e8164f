"""Webhooks: every change as a CloudEvent (or in the classic form), signed, per app.

Knows what QuickBooks sends and to whom; gathering, retries and delivery are in
``simulators.common.webhooks``. Sources: D/develop/webhooks, Intuit's blog of 2025-11-12.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from simulators.common.clock import iso_milliseconds, parse_iso
from simulators.common.webhooks import Outgoing, Policy, Webhooks
from simulators.quickbooks.entities.registry import BY_LOWER_NAME, BY_NAME

if TYPE_CHECKING:
    from simulators.quickbooks.app import QuickBooks

KIND = "webhook_target"
DEFAULT_VERIFIER = "sim-quickbooks-verifier"
FORMATS = ("cloudevents", "classic")
_MINUTE, _HOUR = 60.0, 3600.0
POLICY = Policy(
    # "Within a minute or so" is UNCONFIRMED; seconds keep a test short.
    gather_seconds=5.0,
    retry_seconds=(
        *(10.0, 20.0, 30.0, 5 * _MINUTE, 20 * _MINUTE),
        *(2 * _HOUR, 4 * _HOUR, 6 * _HOUR),
    ),
    # Every six hours from then on; when an endpoint is disabled is UNCONFIRMED (never, here).
    repeats_last=True,
    blocks=True,
    timeout=3.0,
    tries_again=lambda status: status != 200,
)
_SILENT = {"TaxCode", "TaxRate", "CompanyInfo", "CustomerType", "ExchangeRate"}
_WORDS = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "merge": "merged",
    "emailed": "emailed",
    "void": "void",
}
_CLASSIC = {
    "created": "Create",
    "updated": "Update",
    "deleted": "Delete",
    "merged": "Merge",
    "emailed": "Emailed",
    "void": "Void",
    "voided": "Void",
}


@dataclass(frozen=True)
class Target:
    """The one endpoint of an app. ``entities`` empty means all."""

    client_id: str
    url: str
    verifier_token: str = DEFAULT_VERIFIER
    format: str = "cloudevents"
    entities: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """For the state file and the control page."""
        return {**asdict(self), "entities": list(self.entities)}


def signature(verifier_token: str, body: bytes) -> str:
    """Return the value of ``intuit-signature``: base64 of HMAC-SHA256 over the raw body."""
    digest = hmac.new(verifier_token.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class Notices:
    """Turns the company's changes into events for every app that has an endpoint."""

    def __init__(self, app: QuickBooks) -> None:
        self._app = app
        self.targets: dict[str, Target] = {}
        self.outbox = Webhooks(app, POLICY, self._pack)

    # -- life -----------------------------------------------------------------------------
    def load(self) -> None:
        """Read the endpoints from the state file."""
        for client_id, body in self._app.state.load(KIND):
            self.targets[client_id] = Target(**{**body, "entities": tuple(body["entities"])})

    def clear(self) -> None:
        """Forget the endpoints."""
        self.targets.clear()

    def configure(self, wanted: Mapping[str, Any], client_id: str) -> None:
        """Set the endpoint of an app; ``url`` empty takes it away.

        Raises:
            ValueError: something in it cannot be used; the text says what.
        """
        known = {"client_id", "url", "verifier_token", "format", "entities", "gather_seconds"}
        if set(wanted) - known:
            raise ValueError(f"Unknown: {', '.join(sorted(set(wanted) - known))}.")
        if "gather_seconds" in wanted:
            seconds = float(wanted["gather_seconds"])
            self.outbox.policy = replace(self.outbox.policy, gather_seconds=seconds)
        if "url" not in wanted:
            return
        client_id = str(wanted.get("client_id") or client_id)
        if not wanted["url"]:
            self.targets.pop(client_id, None)
            self._app.state.delete(KIND, client_id)
            return
        entities = tuple(wanted.get("entities") or ())
        if urlsplit(str(wanted["url"])).scheme not in ("http", "https"):
            raise ValueError("The url of an endpoint is http or https.")
        if set(entities) - set(BY_NAME):
            raise ValueError(
                f"Unknown entities: {', '.join(sorted(set(entities) - set(BY_NAME)))}."
            )
        kind = str(wanted.get("format", "cloudevents"))
        if kind not in FORMATS:
            raise ValueError(f"A format is one of {', '.join(FORMATS)}.")
        token = str(wanted.get("verifier_token") or DEFAULT_VERIFIER)
        target = Target(client_id, str(wanted["url"]), token, kind, entities)
        self.targets[client_id] = target
        self._app.state.put(KIND, client_id, target)

    def describe(self) -> dict[str, Any]:
        """The endpoints, for ``GET /__sim__/webhooks``."""
        return {
            "gather_seconds": self.outbox.policy.gather_seconds,
            "targets": [target.to_json() for target in self.targets.values()],
        }

    # -- in -------------------------------------------------------------------------------
    def on_change(self, entity: str, operation: str, record_id: str, deleted_id: str) -> None:
        """Queue a change for every app that is connected and wants the entity."""
        if entity in _SILENT:
            return
        for target in self.targets.values():
            if target.entities and entity not in target.entities:
                continue
            if not self._app.is_connected(target.client_id):
                continue
            event = self._event(target, entity, operation, record_id, deleted_id)
            self.outbox.send(target.client_id, event, kind=event["type"])

    def _event(
        self, target: Target, entity: str, operation: str, record_id: str, deleted_id: str
    ) -> dict[str, Any]:
        behaviour = self._app.behaviour
        if operation == "inactivate":
            operation = behaviour.webhook_inactive
        word = behaviour.webhook_void if operation == "void" else _WORDS[operation]
        source = hashlib.sha256(target.client_id.encode()).digest()
        number = self._app.ids.next("event")
        # Nine digits: the vendor's clock is finer than most parsers expect.
        moment = iso_milliseconds(self._app.clock.now())[:-1] + f"{(number * 7919) % 10**6:06d}Z"
        return {
            "specversion": "1.0",
            "id": _event_id(self._app.realm, number),
            "source": f"intuit.{base64.b64encode(source).decode()}",
            "type": f"qbo.{entity.lower()}.{word}.v1",
            "datacontenttype": "application/json",
            "time": moment,
            "intuitentityid": record_id,
            "intuitaccountid": self._app.realm,
            "data": {"deletedid": deleted_id} if deleted_id else {},
        }

    # -- out ------------------------------------------------------------------------------
    def _pack(
        self, destination: str, events: Sequence[Mapping[str, Any]], _attempt: int
    ) -> Outgoing | None:
        target = self.targets.get(destination)
        if target is None:
            return None
        shown: Any = classic(events) if target.format == "classic" else [dict(e) for e in events]
        body = json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "intuit_notification_server/1.0",
            "intuit-signature": signature(target.verifier_token, body),
        }
        return Outgoing(target.url, body, headers)


def classic(events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the events in the form used until the cut-over of 2026, grouped by company."""
    companies: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        _, name, word, _ = event["type"].split(".")
        moment = parse_iso(event["time"][:26].rstrip("Z") + "+00:00")
        entry = {
            "id": event["intuitentityid"],
            "operation": _CLASSIC[word],
            "name": BY_LOWER_NAME[name].name,
            "lastUpdated": iso_milliseconds(moment),
        }
        if event["data"].get("deletedid"):
            entry["deletedId"] = event["data"]["deletedid"]
        companies.setdefault(event["intuitaccountid"], []).append(entry)
    return {
        "eventNotifications": [
            {"realmId": realm, "dataChangeEvent": {"entities": entities}}
            for realm, entities in companies.items()
        ]
    }


def _event_id(realm: str, number: int) -> str:
    text = hashlib.blake2b(f"{realm}:{number}".encode(), digest_size=16).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
