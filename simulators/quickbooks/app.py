"""The simulator as a WSGI application: routes, authentication, limits, envelopes, headers."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from simulators.common import pages
from simulators.common.clock import SimClock, epoch_milliseconds
from simulators.common.faults import EVENT_KINDS, Fault
from simulators.common.state import State
from simulators.common.stats import PAGE
from simulators.common.web import App, Handler, SimRequest, html_error, json_response
from simulators.quickbooks import custom_fields, faults, jsontext, provoked, times
from simulators.quickbooks.access import Caller, caller_of
from simulators.quickbooks.api import Answer, CompanyApi, fault_text
from simulators.quickbooks.behaviour import Behaviour, BehaviourInvalid
from simulators.quickbooks.company import COUNTRIES, Company
from simulators.quickbooks.furniture import furnish
from simulators.quickbooks.idempotency import RequestIds
from simulators.quickbooks.limits import MOST_CONCURRENT, Limits
from simulators.quickbooks.notices import Notices
from simulators.quickbooks.oauth.endpoints import OAuthEndpoints
from simulators.quickbooks.oauth.grants import Grants, OAuthApp
from simulators.quickbooks.pages.site import SITE, PersonPages
from simulators.quickbooks.seeding import seed_company

DEFAULT_REALM = "9341453908220117"
PRESET_APP = OAuthApp("sim-quickbooks-client", "sim-quickbooks-secret", "Tandem")
_API = "/v3/company/"
_OK, _MULTIPLE = 200, 300
_HEADERS = {
    "Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private",
    "Expires": "0",
    "QBO-Version": "1972.130",
    "Server": "nginx",
    "Service-Time": "total=20, db=14",
    "Strict-Transport-Security": "max-age=15552000",
}


class QuickBooks(App):
    """One QuickBooks Online company with its vendor around it."""

    title: ClassVar[str] = "QuickBooks simulator"
    vendor_fault_kinds: ClassVar[Mapping[str, str]] = {**provoked.KINDS, **EVENT_KINDS}
    site: pages.Site = SITE

    def __init__(  # noqa: PLR0913 (the options of the program)
        self,
        *,
        seed: int | None = 1,
        clock: SimClock | None = None,
        state: State | None = None,
        limits: str = "none",
        access_tokens: Iterable[str] = (),
        realm: str = DEFAULT_REALM,
        country: str = "US",
        plan: str = "builder",
        behaviour: Behaviour | None = None,
        apps: Iterable[OAuthApp] = (),
    ) -> None:
        """See README.md for the options; ``seed`` None starts without sample records."""
        self.static_tokens = tuple(access_tokens)
        self.realm = realm
        self._limits = Limits(published=limits == "published", plan=plan)
        self._in_flight: Counter[str] = Counter()
        self._flight_lock = threading.Lock()
        self._pages = PersonPages(self)
        self._oauth = OAuthEndpoints(self)
        super().__init__(
            seed=seed, clock=clock, state=state, limits=limits, access_tokens=self.static_tokens
        )
        self.grants = Grants(self.state, self.ids, self.clock, [PRESET_APP, *apps])
        self.request_ids = RequestIds(self.state)
        self.company = Company(
            realm=realm,
            country=COUNTRIES[country],
            clock=self.clock,
            ids=self.ids,
            state=self.state,
            ledger=self.ledger,
            behaviour=behaviour or Behaviour(),
        )
        self.notices = Notices(self)
        self.webhooks = self.notices.outbox
        self.company.on_change = self.notices.on_change
        self.api = CompanyApi(self.company, self.request_ids)
        self.behaviour = self.company.behaviour
        self.start()

    @property
    def behaviour(self) -> Behaviour:
        """The switches for what is UNCONFIRMED."""
        return self.company.behaviour

    @behaviour.setter
    def behaviour(self, wanted: Behaviour) -> None:
        self.company.behaviour = wanted
        self.grants.behaviour = wanted

    @property
    def company_name(self) -> str:
        """The company's name as its people see it."""
        record = self.company.find("CompanyInfo", "1")
        return str(record.values["CompanyName"]) if record is not None else "Company"

    # -- life -----------------------------------------------------------------------------
    def load(self) -> None:
        """Read the company, the grants and the remembered request ids."""
        self.realm = self.company.realm = self.state.get("meta", "realm", self.realm)
        country = self.state.get("meta", "country", self.company.country.code)
        self.company.country = COUNTRIES[country]
        self.company.load()
        custom_fields.load(self.company)
        self.notices.load()
        self.grants.load()
        self.request_ids.load()

    def clear(self) -> None:
        """Forget everything."""
        self.company.clear()
        self.notices.clear()
        self.grants.clear()
        self.request_ids.clear()
        self._limits.clear()

    def populate(self, seed: int | None) -> None:
        """Settings and lists always, people with a seed. The ledger begins after that."""
        self.state.put("meta", "realm", self.realm)
        self.state.put("meta", "country", self.company.country.code)
        furnish(self.company)
        if seed is not None:
            seed_company(self.company, seed)

    # -- requests -------------------------------------------------------------------------
    def rules(self) -> Iterable[Rule]:
        """OAuth, the API, the switches and the pages."""
        api = Rule(f"{_API}<realm>/<path:rest>", endpoint=self._on_api)
        return [*self._oauth.rules(), *self._pages.rules(), api]

    def respond(self, request: SimRequest) -> Response:
        """Answer one request; every answer of the vendor carries its ``intuit_tid``."""
        if request.path == "/__sim__/behaviour":
            return self._on_behaviour(request)
        if not request.path.startswith(_API):
            response = super().respond(request)
        else:
            # One company here, so the token alone tells the app.
            app = request.headers.get("Authorization", "")
            with self._flight_lock:
                self._in_flight[app] += 1
                crowded = self._in_flight[app] > MOST_CONCURRENT
            try:
                if crowded and self._limits.published:
                    request.request_id = self.ids.request_uuid()
                    response = self._gateway(faults.throttled())
                    self.stats.count(self.call_kind(request), response.status_code)
                else:
                    response = super().respond(request)
            finally:
                with self._flight_lock:
                    self._in_flight[app] -= 1
        if request.request_id:
            response.headers["intuit_tid"] = self._tid(request)
        return response

    def handle(self, request: SimRequest, endpoint: Handler, args: Mapping[str, Any]) -> Response:
        """Carry out a routed request under the vendor's request id."""
        request.request_id = self._tid(request)
        return endpoint(request, **args)

    def unrouted(self, request: SimRequest, error: HTTPException) -> Response:
        """HTML, as from the gateway; paths below a company are always routed."""
        request.request_id = self._tid(request)
        return html_error(error.code or 404)

    def _tid(self, request: SimRequest) -> str:
        if request.request_id.startswith("1-"):
            return request.request_id
        stamp = int(self.clock.now().timestamp())
        return f"1-{stamp:08x}-{request.request_id.replace('-', '')[:24]}"

    def _on_api(self, request: SimRequest, realm: str, rest: str) -> Response:
        try:
            caller = caller_of(
                request.headers.get("Authorization", ""),
                realm,
                own_realm=self.realm,
                grants=self.grants,
                static_tokens=self.static_tokens,
            )
            is_core_plus = request.method == "GET" or rest == "query"
            self._admit(request, rest, caller, is_core_plus=is_core_plus)
        except faults.GatewayRefusal as refusal:
            return self._gateway(refusal)
        request.actor = caller.actor
        try:
            answer = self.api.answer(request, rest, caller)
        except faults.Refusal as refusal:
            has_time = refusal.errors[0].code != "2030"
            answer = Answer(refusal.status, fault_text(refusal), has_time)
        if _OK <= answer.status < _MULTIPLE:
            meter = self._limits.meter(caller.app, is_core_plus=is_core_plus)
            meter.take(self.clock.now())
        return self._enveloped(answer)

    def _admit(self, request: SimRequest, rest: str, caller: Caller, *, is_core_plus: bool) -> None:
        is_batch = rest == "batch"
        cost = 1
        if is_batch and self.behaviour.batch_items == "each":
            cost = max(request.get_data().count(b'"bId"'), 1)
        admitted = self._limits.admit(
            caller.app,
            self.clock.now(),
            is_batch=is_batch,
            is_core_plus=is_core_plus,
            cost=cost,
        )
        if not admitted:
            raise faults.throttled()

    def _enveloped(self, answer: Answer) -> Response:
        if answer.pdf is not None:
            return Response(answer.pdf, headers=_HEADERS, content_type="application/pdf")
        time = f',"time":"{times.answer_time(self.clock.now())}"' if answer.has_time else ""
        if answer.status != _OK:
            kind, headers = "application/json", {}
        else:
            kind, headers = "application/json;charset=utf-8", _HEADERS
        text = f"{{{answer.text}{time}}}"
        return Response(text, status=answer.status, headers=headers, content_type=kind)

    def _gateway(self, refusal: faults.GatewayRefusal) -> Response:
        body = jsontext.dumps(refusal.body(epoch_milliseconds(self.clock.now())))
        response = Response(body, status=refusal.status, content_type="application/json")
        if refusal.status == 401:
            challenge = 'Bearer realm="Intuit", error="invalid_token"'
            response.headers["WWW-Authenticate"] = challenge
        wait = self.behaviour.retry_after_seconds
        if refusal.status == 429 and wait:
            response.headers["Retry-After"] = str(wait)
        return response

    # -- what the base asks ---------------------------------------------------------------
    def status_answer(
        self, request: SimRequest, status: int, params: Mapping[str, Any]
    ) -> Response:
        """The vendor's form of an injected status: throttling, authentication, system fault."""
        match status:
            case 401:
                return self._gateway(faults.token_unknown("injected"))
            case 403:
                return self._gateway(faults.foreign_company())
            case 429:
                return self._gateway(faults.throttled())
            case 500:
                return self._enveloped(
                    Answer(status, fault_text(faults.system_failure("injected by a test")))
                )
        return html_error(status)

    def vendor_fault(self, request: SimRequest, fault: Fault) -> Response | None:
        """Bring about expired tokens, disconnections, stale objects and throttling."""
        return provoked.bring_about(self, request, fault)

    def throttled(self) -> Response:
        """A 429 without a reason."""
        return self._gateway(faults.throttled())

    def call_kind(self, request: SimRequest) -> str:
        """``query``, ``cdc``, ``customer.read``, ``customer.write``, ``oauth``, ``page``."""
        path = request.path
        if not path.startswith(_API):
            is_oauth = path.startswith(("/oauth2/", "/v2/oauth2/", "/v1/openid", "/op/"))
            return "oauth" if is_oauth else PAGE
        parts = path.removeprefix(_API).split("/")[1:]
        name = parts[0] if parts else ""
        if name in ("query", "cdc", "batch"):
            return name
        return f"{name}.{'read' if request.method == 'GET' else 'write'}"

    def windows(self) -> Mapping[str, Any]:
        """The limit counters and the monthly meters."""
        return self._limits.report()

    # -- webhooks -------------------------------------------------------------------------
    def is_connected(self, client_id: str) -> bool:
        """Whether an app hears of changes: it has a grant, or stands for the static tokens."""
        if any(grant.client_id == client_id for grant in self.grants.standing()):
            return True
        return client_id == PRESET_APP.client_id and bool(self.static_tokens)

    def configure_webhooks(self, wanted: Mapping[str, Any]) -> None:
        """Set an app's endpoint; the preset app's unless another is named."""
        self.notices.configure(wanted, PRESET_APP.client_id)

    def describe_webhooks(self) -> Mapping[str, Any]:
        """The endpoints."""
        return self.notices.describe()

    # -- switches -------------------------------------------------------------------------
    def _on_behaviour(self, request: SimRequest) -> Response:
        """``GET`` shows the switches, ``POST {"name": value}`` changes some."""
        if request.method == "POST":
            try:
                wanted = jsontext.loads(request.get_data() or b"{}")
                with self.lock:
                    self.behaviour = self.behaviour.changed(dict(wanted))
            except (BehaviourInvalid, TypeError, ValueError) as error:
                return json_response({"error": str(error)}, 400)
        return json_response(vars(self.behaviour))
