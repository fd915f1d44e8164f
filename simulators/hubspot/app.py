"""The application: wiring, authentication, limits, and errors in HubSpot's form.

Knows how the parts fit together; what each does is in its own module.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from simulators.common.clock import SimClock
from simulators.common.faults import EVENT_KINDS, Fault
from simulators.common.ledger import PERSON, TOKEN, app_actor
from simulators.common.state import State
from simulators.common.web import App, Handler, SimRequest, html_error, json_response
from simulators.common.webhooks import Outgoing, Policy, Webhooks
from simulators.hubspot import account, errors, seeding
from simulators.hubspot.access import Endpoint
from simulators.hubspot.api_account import AccountApi
from simulators.hubspot.api_associations import AssociationsApi
from simulators.hubspot.api_oauth import OAuthApi
from simulators.hubspot.api_objects import ObjectsApi
from simulators.hubspot.api_properties import PropertiesApi
from simulators.hubspot.api_settings import SettingsApi
from simulators.hubspot.api_webhooks import WebhooksApi, configure, describe
from simulators.hubspot.crm import Crm
from simulators.hubspot.limits import Limits, Plan
from simulators.hubspot.oauth import APPS, OAuth, RegisteredApp
from simulators.hubspot.pages import page_rules
from simulators.hubspot.records import Source
from simulators.hubspot.search import Search
from simulators.hubspot.settings import Settings
from simulators.hubspot.subscriptions import Subscriptions
from simulators.hubspot.writes import Author

CORRELATION = "X-HubSpot-Correlation-Id"
#: longer URIs are refused; the number is UNCONFIRMED (5,116 characters of query were accepted)
MAX_URI = 8_192
_MINUTE = 60_000
#: up to ten retries over 24 hours, at random (documented); the waits themselves are UNCONFIRMED
_DELIVERY = Policy(
    most=100,
    retry_seconds=(60, 300, 600, 1200, 3000, 6000, 9000, 12000, 14400, 18000),
    jitter=0.3,
    timeout=5.0,
)
_OF_PAYMENTS = re.compile(r"/(commerce_payments?|0-101)(/|$)")
_REFUSALS = {
    "DAILY": errors.daily_limit,
    "TEN_SECONDLY_ROLLING": errors.ten_second_limit,
    "SECONDLY": errors.search_limit,
}


class HubSpot(App):
    """One HubSpot account."""

    title = "HubSpot simulator"
    vendor_fault_kinds = {
        "expired_token": "The access token of the request is expired from now on.",
        "revoked_refresh": "The grant of the refresh token (or of all, without one) is revoked.",
        "search_lag": "While armed, search sees writes only `seconds` later.",
        **EVENT_KINDS,
    }

    def __init__(
        self,
        *,
        seed: int | None = 1,
        clock: SimClock | None = None,
        state: State | None = None,
        limits: str = "none",
        access_tokens: Iterable[str] = (),
        plan: str | Plan = "professional",
        portal: int = account.DEFAULT_PORTAL,
        search_lag: float | None = None,
    ) -> None:
        """See :class:`App`; ``search_lag`` in seconds overrides the setting's default."""
        self.portal = portal
        self.hub_settings = Settings()
        if search_lag is not None:
            self.hub_settings.search_lag = search_lag
        self.budget = Limits(plan, enforced=limits == "published")
        super().__init__(
            seed=seed, clock=clock, state=state, limits=limits, access_tokens=access_tokens
        )
        self.start()

    def rules(self) -> Iterable[Rule]:
        """Build the parts that answer, and their routes."""
        self.crm = Crm(
            state=self.state,
            clock=self.clock,
            ids=self.ids,
            ledger=self.ledger,
            settings=self.hub_settings,
        )
        self.crm.portal_id = self.portal
        self.search = Search(self.crm)
        self.oauth = OAuth(
            state=self.state, clock=self.clock, ids=self.ids, settings=self.hub_settings
        )
        self.webhooks = Webhooks(self, _DELIVERY, self._pack)
        self.subscriptions = Subscriptions(
            state=self.state,
            clock=self.clock,
            ids=self.ids,
            crm=self.crm,
            is_installed=self._is_installed,
            send=self._send,
        )
        self.crm.followers.append(self.subscriptions.follow)
        yield from ObjectsApi(self.crm, self.search, self.author_of).rules()
        yield from PropertiesApi(
            self.crm, self.hub_settings, self.author_of, self.change_settings
        ).rules()
        yield from AssociationsApi(self.crm, self.author_of).rules()
        yield from AccountApi(
            self.clock, self.budget, self.hub_settings, self._portal_id, self._uninstall
        ).rules()
        yield from OAuthApi(self.oauth, self.clock, self._portal_id, self._connected).rules()
        yield from SettingsApi(self.hub_settings).rules()
        yield from WebhooksApi(self.subscriptions, self.clock).rules()
        yield from page_rules(self, self.crm, self.oauth, self.author_of)

    def _portal_id(self) -> int:
        return self.portal

    def _pack(
        self, destination: str, events: Sequence[Mapping[str, Any]], attempt: int
    ) -> Outgoing | None:
        return self.subscriptions.pack(destination, events, attempt)

    def _send(self, destination: str, event: Mapping[str, Any], kind: str) -> None:
        if self.webhooks is not None:
            self.webhooks.send(destination, event, kind=kind)

    def _is_installed(self, app: RegisteredApp) -> bool:
        """Service keys get no webhooks; a project app with a static token does (a switch)."""
        grants = self.oauth.grants.values()
        return not self.hub_settings.webhooks_need_install or any(
            grant.client_id == app.client_id and not grant.revoked for grant in grants
        )

    # -- life -------------------------------------------------------------------------------

    def load(self) -> None:
        """Read everything back."""
        self.portal = self.state.get("meta", "portal", self.portal)
        self.crm.portal_id = self.portal
        self.hub_settings.change(self.state.get("meta", "settings", {}))
        self.crm.load()
        self.oauth.load()
        self.subscriptions.load()
        self._apply_settings()

    def populate(self, seed: int | None) -> None:
        """Sample companies and contacts."""
        self.state.put("meta", "portal", self.portal)
        if seed is not None:
            seeding.fill(self.crm, seed)

    def clear(self) -> None:
        """Forget everything."""
        self.crm.clear()
        self.search.clear()
        self.oauth.clear()
        self.subscriptions.clear()
        self.budget.clear()

    def settings(self) -> Mapping[str, Any]:
        """The switches."""
        return self.hub_settings.as_dict()

    def change_settings(self, wanted: Mapping[str, Any]) -> None:
        """Turn switches, and keep them."""
        self.hub_settings.change(wanted)
        self._apply_settings()
        self.state.put("meta", "settings", self.hub_settings.as_dict())

    def _apply_settings(self) -> None:
        self.budget.limit_day(self.hub_settings.daily_limit)
        if self.webhooks is not None:
            gather = self.hub_settings.webhook_gather
            self.webhooks.policy = replace(self.webhooks.policy, gather_seconds=gather)

    def configure_webhooks(self, wanted: Mapping[str, Any]) -> None:
        """Set target and subscriptions as a project app does."""
        configure(self.subscriptions, wanted)

    def describe_webhooks(self) -> Mapping[str, Any]:
        """Targets and subscriptions."""
        return describe(self.subscriptions)

    def windows(self) -> Mapping[str, Any]:
        """The limit counters."""
        return self.budget.windows()

    # -- one request ------------------------------------------------------------------------

    def handle(self, request: SimRequest, endpoint: Handler, args: Mapping[str, Any]) -> Response:
        """Authenticate, count, carry out; errors become answers."""
        if not isinstance(endpoint, Endpoint):
            raise TypeError(endpoint)
        request.environ["sim.kind"] = endpoint.name
        request.environ["sim.strict"] = endpoint.version in self.hub_settings.strict_versions
        self.crm.search_lag_ms = self._search_lag_ms()
        headers: dict[str, str] = {}
        try:
            if len(request.url) > MAX_URI:
                raise errors.plain(414, "URI Too Long")
            if endpoint.needs_token:
                headers = self._admit(request, endpoint, args)
                self._must_have(request.path)
            elif endpoint.kind == "page":
                request.actor = PERSON
            response = endpoint(request, **args)
        except errors.ApiError as error:
            response = self._error(request, error)
        response.headers[CORRELATION] = request.request_id
        for name, value in headers.items():
            response.headers[name] = value
        return response

    def _must_have(self, path: str) -> None:
        """What a plan lacks is refused altogether: a switch, for payments (UNCONFIRMED)."""
        if not self.hub_settings.payments_readable and _OF_PAYMENTS.search(path):
            message = "This account does not have commerce payments."
            raise errors.categorised(403, "FORBIDDEN", message)

    def _search_lag_ms(self) -> int:
        fault = self.faults.standing("search_lag")
        seconds = fault.params.get("seconds", 60) if fault else self.hub_settings.search_lag
        return int(float(seconds) * 1000)

    def _admit(
        self, request: SimRequest, endpoint: Endpoint, args: Mapping[str, Any]
    ) -> dict[str, str]:
        """Check the token, count the call, check the scopes; returns the rate headers."""
        token = _bearer(request)
        now = self.clock.now()
        if token in self.access_tokens:
            number = sorted(self.access_tokens).index(token) + 1
            request.actor = TOKEN
            self._count(endpoint, f"token {number}", is_oauth=False, now=now)
            granted = self.hub_settings.static_scopes
            if granted:
                self._check_scopes(endpoint.scopes(args), granted)
            return self.budget.headers(endpoint.kind, f"token {number}", is_oauth=False, now=now)
        found = self.oauth.access(token)
        if found is None:
            raise errors.no_authentication()
        access, grant = found
        if access.expires <= self.clock.milliseconds():
            minutes = (self.clock.milliseconds() - access.expires) // _MINUTE
            raise errors.expired_authentication(minutes)
        request.actor = app_actor(grant.client_id)
        request.environ["sim.grant"] = grant
        self._count(endpoint, f"oauth {grant.client_id}", is_oauth=True, now=now)
        self._check_scopes(endpoint.scopes(args), grant.scopes)
        return self.budget.headers(
            endpoint.kind, f"oauth {grant.client_id}", is_oauth=True, now=now
        )

    @staticmethod
    def _check_scopes(accepted: Sequence[str], granted: Sequence[str]) -> None:
        if accepted and not set(accepted) & set(granted):
            raise errors.missing_scopes(accepted)

    def _count(self, endpoint: Endpoint, caller: str, *, is_oauth: bool, now: datetime) -> None:
        # The one `now` of the request: a later one would stand in the future of its own headers.
        self.budget.take(endpoint.kind, caller, is_oauth=is_oauth, now=now)

    def author_of(self, request: SimRequest) -> Author:
        """Who writes, for ledger and history."""
        admin = account.ADMIN
        user = f"userId:{admin.user_id}"
        if request.actor == PERSON:
            source = Source("CRM_UI", user, "Contacts", admin.user_id)
        elif request.actor == TOKEN:
            source = Source("API", user, "Service key")
        else:
            app = APPS[request.actor.removeprefix("app:")]
            # INTEGRATION and the app's id: seen in the wild only.
            source = Source("INTEGRATION", str(app.app_id), app.name)
        return Author(
            actor=request.actor,
            source=source,
            strict=bool(request.environ.get("sim.strict")),
            request_id=request.request_id,
        )

    def _connected(self, request: SimRequest, client_id: str) -> None:
        self.crm.note(
            self.author_of(request), "connect", "apps", client_id, None, {"connected": True}
        )

    def _uninstall(self, request: SimRequest) -> None:
        grant = request.environ.get("sim.grant")
        if grant is None:
            raise errors.categorised(403, "FORBIDDEN", "A static token cannot uninstall an app.")
        self.oauth.revoke(grant)
        self.crm.note(self.author_of(request), "uninstall", "apps", grant.client_id, {}, {})

    # -- errors and faults ------------------------------------------------------------------

    def _error(self, request: SimRequest, error: errors.ApiError) -> Response:
        body = {**error.body, "correlationId": request.request_id}
        return json_response(body, error.status, error.headers)

    def unrouted(self, request: SimRequest, error: HTTPException) -> Response:
        """Unknown paths and methods."""
        status = 405 if isinstance(error, MethodNotAllowed) else 404
        message = "Method Not Allowed" if status == 405 else "resource not found"
        response = self._error(request, errors.plain(status, message))
        response.headers[CORRELATION] = request.request_id
        return response

    def call_kind(self, request: SimRequest) -> str:
        """The endpoint's name without version and ids."""
        return str(request.environ.get("sim.kind", "unrouted or injected"))

    def status_answer(
        self, request: SimRequest, status: int, params: Mapping[str, Any]
    ) -> Response:
        """Injected statuses in HubSpot's form; 5xx come from a gateway, as HTML."""
        match status:
            case 429:
                policy = str(params.get("policy", "TEN_SECONDLY_ROLLING"))
                error = _REFUSALS.get(policy, errors.ten_second_limit)()
            case 423:
                # Body UNCONFIRMED; the lock lasts two seconds.
                error = errors.plain(423, "The record is locked; try again in 2 seconds.")
            case 477:
                retry = str(params.get("retry_after", 3600))
                error = errors.ApiError(
                    477,
                    errors.plain(477, "Account migration in progress").body,
                    {"Retry-After": retry},
                )
            case 401:
                error = errors.no_authentication()
            case 403:
                error = errors.missing_scopes(params.get("scopes", ["crm.objects.contacts.read"]))
            case _ if status >= 500:
                return html_error(status)
            case _:
                error = errors.plain(status, "Injected by the simulator.")
        response = self._error(request, error)
        response.headers[CORRELATION] = request.request_id
        return response

    def vendor_fault(self, request: SimRequest, fault: Fault) -> Response | None:
        """Bring HubSpot's own faults about; the request then meets their consequence."""
        if fault.kind == "expired_token":
            self.oauth.expire(_bearer(request))
        elif fault.kind == "revoked_refresh":
            token = request.form.get("refresh_token", "")
            grant = self.oauth.grant_of_refresh(token)
            for one in [grant] if grant else list(self.oauth.grants.values()):
                self.oauth.revoke(one)
        return None


def _bearer(request: SimRequest) -> str:
    header = request.headers.get("Authorization", "")
    kind, _, token = header.partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
