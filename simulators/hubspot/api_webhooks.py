"""Endpoints of webhook settings and subscriptions, and the project-app form of the same.

Knows paths and bodies; authenticated with the developer key, not with an account's token.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from simulators.common.clock import SimClock, iso_milliseconds
from simulators.common.web import SimRequest, json_response
from simulators.hubspot import errors, registry
from simulators.hubspot.access import Endpoint, rule
from simulators.hubspot.oauth import APPS, PRESET_APP
from simulators.hubspot.requests import inputs, json_body, mapping_of, text_of
from simulators.hubspot.subscriptions import Subscription, Subscriptions

DEVELOPER_KEY = "sim-hubspot-developer-key"
DEFAULT_CONCURRENCY = 10
#: that the dated twins have the same bodies is UNCONFIRMED
_PREFIXES = ("/webhooks/v3", "/webhooks/2026-03", "/app-webhooks/2026-09")


class WebhooksApi:
    """``/webhooks/v3/{appId}`` and its dated twins."""

    def __init__(self, subscriptions: Subscriptions, clock: SimClock) -> None:
        self._subscriptions = subscriptions
        self._clock = clock

    def rules(self) -> Iterator[Rule]:
        """All routes."""
        rows: tuple[tuple[str, str, Callable[..., Response]], ...] = (
            ("settings", "GET", self.settings),
            ("settings", "PUT", self.set),
            ("settings", "DELETE", self.clear),
            ("subscriptions", "GET", self.list),
            ("subscriptions", "POST", self.create),
            ("subscriptions/<int:number>", "GET", self.get),
            ("subscriptions/<int:number>", "PATCH", self.update),
            ("subscriptions/<int:number>", "DELETE", self.delete),
            ("subscriptions/batch/update", "POST", self.batch_update),
        )
        for prefix in _PREFIXES:
            for path, method, handler in rows:
                endpoint = Endpoint(
                    _keyed(handler), "webhooks", f"{method} webhooks/{path}", needs_token=False
                )
                yield rule(f"{prefix}/<int:app_id>/{path}", method, endpoint)

    def settings(self, _request: SimRequest, app_id: int) -> Response:
        """Where events go."""
        target = self._subscriptions.targets.get(app_id)
        if target is None:
            raise errors.plain(404, "resource not found")
        return json_response(target.body())

    def set(self, request: SimRequest, app_id: int) -> Response:
        """Set where events go (a real app's settings are cached up to five minutes)."""
        body = json_body(request)
        most = mapping_of(body, "throttling").get("maxConcurrentRequests", DEFAULT_CONCURRENCY)
        target = self._subscriptions.aim(app_id, text_of(body, "targetUrl"), int(most))
        return json_response(target.body())

    def clear(self, _request: SimRequest, app_id: int) -> Response:
        """Send events nowhere."""
        self._subscriptions.forget_target(app_id)
        return Response(status=204)

    def list(self, _request: SimRequest, app_id: int) -> Response:
        """All subscriptions."""
        found = self._subscriptions.of(app_id)
        return json_response({"results": [one.body() for one in found]})

    def create(self, request: SimRequest, app_id: int) -> Response:
        """A new subscription."""
        body = json_body(request)
        made = self._subscriptions.add(
            app_id,
            text_of(body, "eventType"),
            property_name=str(body.get("propertyName") or ""),
            object_type_id=str(body.get("objectTypeId") or ""),
            active=body.get("active") is True,
        )
        return json_response(made.body(), 201)

    def get(self, _request: SimRequest, app_id: int, number: int) -> Response:
        """One subscription."""
        return json_response(self._one(app_id, number).body())

    def update(self, request: SimRequest, app_id: int, number: int) -> Response:
        """Pause or resume."""
        one = self._one(app_id, number)
        active = json_body(request).get("active") is True
        return json_response(self._subscriptions.switch(one, active=active).body())

    def delete(self, _request: SimRequest, app_id: int, number: int) -> Response:
        """End a subscription."""
        self._subscriptions.remove(self._one(app_id, number))
        return Response(status=204)

    def batch_update(self, request: SimRequest, app_id: int) -> Response:
        """Pause or resume several."""
        rows = [
            (self._one(app_id, int(text_of(one, "id"))), one.get("active") is True)
            for one in inputs(json_body(request))
        ]
        done = [self._subscriptions.switch(one, active=active).body() for one, active in rows]
        now = iso_milliseconds(self._clock.now())
        return json_response(
            {"status": "COMPLETE", "results": done, "startedAt": now, "completedAt": now}
        )

    def _one(self, app_id: int, number: int) -> Subscription:
        one = self._subscriptions.all.get(number)
        if one is None or one.app_id != app_id:
            raise errors.plain(404, "resource not found")
        return one


def _keyed(handler: Callable[..., Response]) -> Callable[..., Response]:
    def checked(request: SimRequest, app_id: int, **more: Any) -> Response:
        if not hmac.compare_digest(request.args.get("hapikey", ""), DEVELOPER_KEY):
            raise errors.no_authentication()
        if app_id not in {app.app_id for app in APPS.values()}:
            raise errors.plain(404, "resource not found")
        return handler(request, app_id=app_id, **more)

    return checked


def configure(subscriptions: Subscriptions, wanted: Mapping[str, Any]) -> None:
    """Set everything as in a project app's ``webhooks-hsmeta.json`` (its ``config``).

    Raises:
        ValueError: it cannot be understood.
    """
    app_id = int(wanted.get("appId") or PRESET_APP.app_id)
    settings = wanted.get("settings") or {}
    groups = wanted.get("subscriptions") or {}
    unknown = set(groups) - {"crmObjects", "legacyCrmObjects", "hubEvents"}
    if unknown or not settings.get("targetUrl"):
        raise ValueError(
            'Send {"settings": {"targetUrl", "maxConcurrentRequests"}, "subscriptions": '
            '{"crmObjects", "legacyCrmObjects", "hubEvents"}}.'
        )
    try:
        most = int(settings.get("maxConcurrentRequests") or DEFAULT_CONCURRENCY)
        subscriptions.aim(app_id, str(settings["targetUrl"]), most)
        for former in subscriptions.of(app_id):
            subscriptions.remove(former)
        for one in [row for rows in groups.values() for row in rows]:
            # The spelling for invoices is presumably "invoice": UNCONFIRMED.
            kind = registry.find(str(one["objectType"])) if one.get("objectType") else None
            subscriptions.add(
                app_id,
                str(one["subscriptionType"]),
                property_name=str(one.get("propertyName") or ""),
                object_type_id=kind.type_id if kind else "",
                active=one.get("active", True) is True,
            )
    except errors.ApiError as error:
        raise ValueError(str(error)) from error
    except KeyError as error:
        raise ValueError(f"A subscription lacks {error}.") from error


def describe(subscriptions: Subscriptions) -> dict[str, Any]:
    """Targets and subscriptions, for the control page."""
    return {
        "targets": {str(app_id): one.body() for app_id, one in subscriptions.targets.items()},
        "subscriptions": [one.body() for one in subscriptions.all.values()],
    }
