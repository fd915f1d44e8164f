"""The WSGI application both simulators build on.

Knows routing, the lock, faults, late commits and the control pages; must not know any vendor's
endpoints, bodies or rules (the subclass does).
"""

from __future__ import annotations

import heapq
import io
import itertools
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from simulators.common import control
from simulators.common.clock import SimClock
from simulators.common.faults import ConnectionCut, Fault, Faults
from simulators.common.ids import Ids
from simulators.common.ledger import TOKEN, Ledger
from simulators.common.state import State
from simulators.common.stats import Stats

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from simulators.common.webhooks import Webhooks

Handler = Callable[..., Response]


class SimRequest(Request):
    """A request, with what the simulator found out about it on the way."""

    #: the vendor's request or correlation id, also in the ledger
    request_id: str = ""
    #: who writes, as the ledger names it
    actor: str = TOKEN

    def body_json(self) -> Any:
        """The parsed body.

        Raises:
            ValueError: the body is not JSON.
        """
        return json.loads(self.get_data())


def json_response(
    body: Any, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON answer."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(
        text, status=status, headers=headers, content_type="application/json;charset=utf-8"
    )


def html_response(markup: str, status: int = HTTPStatus.OK) -> Response:
    """An HTML answer."""
    return Response(str(markup), status=status, content_type="text/html; charset=utf-8")


def see_other(location: str) -> Response:
    """Send the browser elsewhere after a form."""
    return Response("", status=HTTPStatus.SEE_OTHER, headers={"Location": location})


class App:
    """Base of a simulator. Callable as WSGI; safe to call from many threads.

    A subclass sets :attr:`title`, :attr:`vendor_fault_kinds`, and implements :meth:`rules`,
    :meth:`load`, :meth:`populate`, :meth:`clear`, :meth:`handle` and, where the vendor has its
    own forms, :meth:`unrouted`, :meth:`status_answer`, :meth:`vendor_fault`, :meth:`call_kind`.
    Its ``__init__`` ends with ``self.start()``.
    """

    title: ClassVar[str] = "Simulator"
    vendor_fault_kinds: ClassVar[Mapping[str, str]] = {}
    #: the outbox, for a vendor that has webhooks; made in :meth:`rules`
    webhooks: Webhooks | None = None

    def __init__(
        self,
        *,
        seed: int | None = 1,
        clock: SimClock | None = None,
        state: State | None = None,
        limits: str = "none",
        access_tokens: Iterable[str] = (),
    ) -> None:
        """``seed`` None starts an empty company. A state file that has data wins over ``seed``."""
        self.seed = seed
        self.clock = clock or SimClock()
        self.state = state or State()
        self.limits = limits
        self.access_tokens = frozenset(access_tokens)
        self.lock = threading.RLock()
        self.ids = Ids(self.state, seed or 0)
        self.ledger = Ledger(self.state, self.clock)
        self.faults = Faults(seed or 0, self.vendor_fault_kinds)
        self.stats = Stats()
        self._late: list[tuple[datetime, int, WSGIEnvironment]] = []
        self._late_numbers = itertools.count()
        rules = list(self.rules())
        self._endpoints: list[Handler] = [rule.endpoint for rule in rules]
        self._adapter = _map_of(rules).bind("localhost")

    # -- what a subclass says -------------------------------------------------------------

    def rules(self) -> Iterable[Rule]:
        """The routes; each endpoint is a callable ``(request, **path arguments) -> Response``."""
        return ()

    def load(self) -> None:
        """Build the in-memory structures from the state file."""

    def populate(self, seed: int | None) -> None:
        """Fill a new company: fixed furniture always, sample people when there is a seed."""

    def clear(self) -> None:
        """Forget all in-memory structures (the state is wiped by the caller)."""

    def handle(self, request: SimRequest, endpoint: Handler, args: Mapping[str, Any]) -> Response:
        """Carry out a routed request: authentication, limits, errors in the vendor's form."""
        return endpoint(request, **args)

    def unrouted(self, request: SimRequest, error: HTTPException) -> Response:
        """Answer a request that no route takes."""
        return json_response({"error": error.name}, error.code or HTTPStatus.NOT_FOUND)

    def status_answer(
        self, request: SimRequest, status: int, params: Mapping[str, Any]
    ) -> Response:
        """The vendor's own form of an injected ``status`` without a body."""
        return html_error(status)

    def vendor_fault(self, request: SimRequest, fault: Fault) -> Response | None:
        """Bring about a vendor's own fault; an answer ends the request, None lets it go on."""
        return None

    def call_kind(self, request: SimRequest) -> str:
        """The name under which the request is counted in the stats; ``page`` for people's."""
        return request.path

    def settings(self) -> Mapping[str, Any]:
        """The switches of this vendor that a test may turn (``GET /__sim__/settings``)."""
        return {}

    def change_settings(self, wanted: Mapping[str, Any]) -> None:
        """Turn switches (``POST /__sim__/settings``).

        Raises:
            ValueError: unknown switch, or a value it cannot take.
        """
        raise ValueError(f"Unknown settings: {', '.join(sorted(wanted))}.")

    def configure_webhooks(self, wanted: Mapping[str, Any]) -> None:
        """Set targets and subscriptions (``POST /__sim__/webhooks``).

        Raises:
            ValueError: it cannot be understood.
        """
        raise ValueError("This simulator has no webhooks.")

    def describe_webhooks(self) -> Mapping[str, Any]:
        """Targets and subscriptions, for ``GET /__sim__/webhooks``."""
        return {}

    def windows(self) -> Mapping[str, Any]:
        """The limit counters by name (each has ``report(now)``), for the stats."""
        return {}

    # -- life -----------------------------------------------------------------------------

    def start(self) -> None:
        """Load what the state file holds, or make a new company."""
        with self.lock:
            if self.state.is_new:
                self._create(self.seed)
                return
            self.seed = self.state.get("meta", "seed")
            self.clock.offset = timedelta(seconds=self.state.get("meta", "clock", 0))
            self.ids.resume(self.seed or 0)
            self.faults.restart(self.seed or 0)
            self.load()
            if self.webhooks is not None:
                self.webhooks.load()

    def reset(self, seed: int | None) -> None:
        """Throw everything away (connections too; not the clock) and begin with ``seed``."""
        with self.lock:
            self.state.wipe()
            self.ledger.clear()
            self.stats.clear()
            self._late.clear()
            if self.webhooks is not None:
                self.webhooks.clear()
            self.clear()
            self._create(seed)

    def _create(self, seed: int | None) -> None:
        self.seed = seed
        self.ids.restart(seed or 0)
        self.faults.restart(seed or 0)
        self.state.put("meta", "seed", seed)
        self.keep_clock()
        self.populate(seed)
        self.state.flush()

    def keep_clock(self) -> None:
        """Keep the clock's offset in the state."""
        self.state.put("meta", "clock", self.clock.offset.total_seconds())

    def close(self) -> None:
        """Write what is left and close the state file."""
        with self.lock:
            self.state.close()

    # -- one request ----------------------------------------------------------------------

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI entry.

        Raises:
            ConnectionCut: a fault ends the connection here.
        """
        request = SimRequest(environ)
        response = self.respond(request)
        # The vendor's clock, not the machine's: clients take their cursors from it.
        response.headers["Date"] = http_date(self.clock.now())
        return response(environ, start_response)

    def respond(self, request: SimRequest) -> Response:
        """Answer one request, faults included."""
        self.run_late_commits()
        if request.path.startswith(control.PREFIX):
            return control.respond(self, request)
        request.request_id = self.ids.request_uuid()
        body = request.get_data()
        hit = self.faults.strike(request.method, request.path, body, self.ledger.app_writes)
        generic: Fault | None = None
        for fault in hit:
            if fault.kind in self.vendor_fault_kinds:
                with self.lock:
                    answer = self.vendor_fault(request, fault)
                    self.state.flush()
                if answer is not None:
                    return self._counted(request, answer)
            else:
                generic = fault
        if generic is None:
            return self._carry_out(request)
        return self._with_fault(request, generic, body)

    def _carry_out(self, request: SimRequest) -> Response:
        with self.lock:
            response = self._dispatch(request)
            self.state.flush()
        return self._counted(request, response)

    def _dispatch(self, request: SimRequest) -> Response:
        try:
            number, args = self._adapter.match(request.path, request.method)
        except HTTPException as error:
            return self.unrouted(request, error)
        return self.handle(request, self._endpoints[number], args)

    def _counted(self, request: SimRequest, response: Response) -> Response:
        self.stats.count(self.call_kind(request), response.status_code)
        return response

    def _with_fault(self, request: SimRequest, fault: Fault, body: bytes) -> Response:
        params = fault.params
        match fault.kind:
            case "cut":
                raise ConnectionCut
            case "late_commit":
                self._commit_later(request, body, float(params.get("delay", 2)))
                raise ConnectionCut
            case "status":
                return self._counted(request, self._injected(request, params))
            case "slow" if params.get("when") == "before":
                self.clock.sleep(float(params.get("seconds", 1)))
                return self._carry_out(request)
        response = self._carry_out(request)
        match fault.kind:
            case "lost_answer":
                raise ConnectionCut(wrote=True)
            case "slow":
                self.clock.sleep(float(params.get("seconds", 1)))
            case "truncated":
                return truncate(response)
            case "hold":
                # In process nobody else could let it go: the caller sees a lost answer.
                if "werkzeug.socket" not in request.environ:
                    raise ConnectionCut(wrote=True)
                fault.released.wait()
        return response

    def _injected(self, request: SimRequest, params: Mapping[str, Any]) -> Response:
        status = int(params.get("status", HTTPStatus.INTERNAL_SERVER_ERROR))
        body = params.get("body")
        if body is None:
            response = self.status_answer(request, status, params)
        elif isinstance(body, str):
            kind = str(params.get("content_type", "text/html; charset=utf-8"))
            response = Response(body, status=status, content_type=kind)
        else:
            response = json_response(body, status)
        for name, value in (params.get("headers") or {}).items():
            response.headers[name] = str(value)
        return response

    # -- late commits ---------------------------------------------------------------------

    def _commit_later(self, request: SimRequest, body: bytes, delay: float) -> None:
        environ = {k: v for k, v in request.environ.items() if not k.startswith("werkzeug.")}
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        due = self.clock.now() + timedelta(seconds=delay)
        with self.lock:
            heapq.heappush(self._late, (due, next(self._late_numbers), environ))

    def run_late_commits(self) -> None:
        """Carry out the requests whose late commit is due.

        Called before every request, after the clock was moved, and by the server's ticker.
        """
        if not self._late:
            return
        with self.lock:
            now = self.clock.now()
            while self._late and self._late[0][0] <= now:
                due, _, environ = heapq.heappop(self._late)
                request = SimRequest(environ)
                request.request_id = self.ids.request_uuid()
                with self.clock.at(due):
                    self._carry_out(request)


_MAPS: dict[tuple[object, ...], Map] = {}


def _map_of(rules: list[Rule]) -> Map:
    """A map whose endpoints are numbers in the list of rules.

    Compiling some two hundred rules takes a tenth of a second, and tests make many
    applications: those with the same paths share one map.
    """
    key = tuple((rule.rule, tuple(sorted(rule.methods or ()))) for rule in rules)
    found = _MAPS.get(key)
    if found is None:
        numbered = [
            Rule(rule.rule, methods=rule.methods, endpoint=number)
            for number, rule in enumerate(rules)
        ]
        found = _MAPS[key] = Map(numbered, strict_slashes=False, merge_slashes=False)
    return found


def truncate(response: Response) -> Response:
    """The same answer with half of its body, still announcing the whole length."""
    whole = response.get_data()
    response.set_data(whole[: len(whole) // 2])
    response.automatically_set_content_length = False
    response.headers["Content-Length"] = str(len(whole))
    return response


def html_error(status: int) -> Response:
    """What a gateway in front of an API answers: HTML, not JSON."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    return html_response(
        f"<html><head><title>{status} {phrase}</title></head><body><center><h1>{status} {phrase}"
        "</h1></center><hr></body></html>",
        status,
    )
