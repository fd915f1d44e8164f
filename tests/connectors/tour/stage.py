"""A connector and its simulator in one process, on a clock that stands until it is moved.

The connector's requests go straight into the simulator; what cannot happen without a network (a
cut connection, a body that ends half way, an answer beyond the time limit) is told as
``RequestsHttp`` would tell it. ``tests/connectors/test_http.py`` proves that over real sockets.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.test import Client

from simulators.common.clock import SimClock
from simulators.common.faults import ConnectionCut
from simulators.hubspot.app import HubSpot
from simulators.quickbooks.app import QuickBooks
from syncapp.connectors import hubspot, quickbooks
from syncapp.connectors.base import Connector, Op, Refused, WriteBatch, WriteItem, Written
from syncapp.connectors.grants import HUBSPOT, QUICKBOOKS, App, OAuthClient
from syncapp.connectors.oauth import TokenSource
from syncapp.connectors.rate import MemoryBudgetStore
from syncapp.core.errors import SyncError
from syncapp.core.ports import AnswerLost, Env, HttpRequest, HttpResponse
from syncapp.core.records import Record
from tests.connectors.fakes import CountedIds, InlinePool, MemoryTokenStore

URL = "http://127.0.0.1:9"
#: Everything the tour touches (apis/hubspot.md 2.4).
HUBSPOT_SCOPES = (
    "oauth",
    *(
        f"crm.objects.{name}.{right}"
        for name in ("contacts", "companies", "deals", "products", "line_items", "invoices",
                     "commercepayments")
        for right in ("read", "write")
    ),
    *(
        f"crm.schemas.{name}.{right}"
        for name in ("contacts", "companies", "deals", "invoices", "commercepayments")
        for right in ("read", "write")
    ),
    "e-commerce", "crm.objects.owners.read", "tax_rates.read", "settings.currencies.read",
)  # fmt: skip
TOKEN_LIFE = 3700.0
REDIRECT = "http://127.0.0.1:8000/oauth/callback"
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class StandingClock:
    """Moves by sleeping only, together with the simulator's."""

    def __init__(self, clock: SimClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    lease_now = now

    def monotonic(self) -> float:
        return self._clock.now().timestamp()

    def sleep(self, seconds: float) -> None:
        self._clock.advance(seconds)


class StraightHttp:
    """Requests go into the simulator's application."""

    def __init__(self, client: Client, clock: SimClock) -> None:
        self._client, self._clock = client, clock

    def send(self, request: HttpRequest) -> HttpResponse:
        began = self._clock.now()
        try:
            answer = self._client.open(
                request.url.removeprefix(URL),
                base_url=URL,
                method=request.method,
                headers=dict(request.headers),
                data=request.body or None,
            )
            body = answer.get_data()
        except ConnectionCut as cut:
            raise AnswerLost("the connection was cut") from cut
        if (self._clock.now() - began).total_seconds() > request.timeout_seconds:
            raise AnswerLost("the answer took too long to arrive")
        headers = {name.lower(): value for name, value in answer.headers.items()}
        if int(headers.get("content-length", len(body))) > len(body):
            raise AnswerLost("the body ended half way")
        return HttpResponse(answer.status_code, headers, body)


class Stage:
    """One vendor: its simulator, a connector that was consented to, and what was written."""

    def __init__(self, vendor: str) -> None:
        self.vendor = vendor
        self.clock = SimClock.frozen(START)
        self.app: HubSpot | QuickBooks
        if vendor == "hubspot":
            self.app = HubSpot(seed=None, clock=self.clock, search_lag=0.0)
        else:
            self.app = QuickBooks(seed=None, clock=self.clock)
        self.client = Client(self.app)
        self.numbers = Counter[str]()
        self.env = Env(
            clock=StandingClock(self.clock),
            random=random.Random(7),
            ids=CountedIds(),
            http=StraightHttp(self.client, self.clock),
            pool=InlinePool(),
            crash=lambda name: None,
        )
        self.side: Any = self._connect()

    def _connect(self) -> Connector:
        app = App(f"sim-{self.vendor}-client", f"sim-{self.vendor}-secret")
        vendor = HUBSPOT if self.vendor == "hubspot" else QUICKBOOKS
        oauth = OAuthClient(self.env, vendor, app, base_url=URL)
        scopes = HUBSPOT_SCOPES if self.vendor == "hubspot" else ()
        parts = urlsplit(oauth.authorize_url(redirect_uri=REDIRECT, state="s", scopes=scopes))
        form = {**dict(parse_qsl(parts.query)), "decision": "allow"}
        answer = self.client.post(parts.path, data=form)
        back = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        store = MemoryTokenStore(oauth.exchange(back["code"], redirect_uri=REDIRECT))
        tokens = TokenSource(store, oauth.refresh, clock=self.env.clock)
        budget = MemoryBudgetStore()
        if self.vendor == "hubspot":
            return hubspot.connect(self.env, tokens, budget=budget, base_url=URL)
        return quickbooks.connect(
            self.env, tokens, budget=budget, base_url=URL, realm_id=str(self.app.realm)
        )

    def number(self) -> str:
        """A number nobody had before."""
        self.numbers["all"] += 1
        return str(self.numbers["all"])

    def arm(self, fault: dict[str, Any], path: str, method: str) -> None:
        armed = {"match": {"path": path, "method": method}, **fault}
        answer = self.client.post("/__sim__/faults", json=armed)
        assert answer.status_code < 300, answer.get_data(as_text=True)

    def pass_time(self, seconds: float) -> None:
        """Disarm all faults and let time go by, late writes with it."""
        self.client.delete("/__sim__/faults")
        self.client.post("/__sim__/clock", json={"advance": seconds})

    def writes(self) -> int:
        """How many writes of our app the ledger counted."""
        return len(self.app.ledger.select(writes_by="app"))

    def save(
        self, record_type: str, op: Op, *items: WriteItem, request_id: str = "", single: bool = True
    ) -> tuple[Record, ...]:
        """Write; the records, or the first error, whichever way it came."""
        batch = WriteBatch(
            record_type, op, items, request_id or f"{int(self.number()):032x}", single=single
        )
        results = self.side.write(batch)
        for one in results:
            if isinstance(one, Refused):
                raise one.error
        return tuple(one.record for one in results if isinstance(one, Written))


@dataclass
class Deed:
    """One call of a connector.

    Attributes:
        do: Makes the call; raises what a caller would have to act upon.
        path: A pattern of the request that the trouble hits.
        method: Its verb.
        is_done: Whether it can be seen to be done, by looking; None for a read.
    """

    do: Callable[[], Any]
    path: str
    method: str = "POST"
    is_done: Callable[[], bool] | None = None

    @property
    def writes(self) -> bool:
        return self.is_done is not None


@dataclass(frozen=True)
class Trouble:
    """What is armed, and what must come of it.

    Attributes:
        fault: As the simulators' fault switch takes it.
        write: What the caller of a write gets; None when it just works.
        read: The same of a read.
        wrote: Whether a write is done all the same: "no", "yes", or "later".
        wait: Seconds after which the vendor is itself again.
    """

    fault: dict[str, Any]
    write: type[SyncError] | None = None
    read: type[SyncError] | None = None
    wrote: str = "yes"
    wait: float = 700.0


def toured(deeds: Iterable[tuple[str, str]], representatives: Container[str]) -> list[Any]:
    """The deeds as parameters; those of types that behave as another does are `long`."""
    deeds = list(deeds)
    quick = {verb for record_type, verb in deeds if record_type in representatives}
    assert quick == {verb for _, verb in deeds}, "every verb is toured by `make test`"
    return [
        pytest.param(
            record_type, verb, marks=() if record_type in representatives else pytest.mark.long
        )
        for record_type, verb in deeds
    ]


def outcome(deed: Deed) -> tuple[Any, SyncError | None]:
    """What a deed returned, or its error."""
    try:
        return deed.do(), None
    except SyncError as error:
        return None, error


def play(stage: Stage, begin: Callable[[], Deed], trouble: Trouble) -> None:
    """A deed meets trouble: the right kind of error, and in the end it is done exactly once."""
    # A token that ends while a late write is on its way would be a second trouble.
    stage.pass_time(TOKEN_LIFE)
    twin = begin()
    before = stage.writes()
    expected, error = outcome(twin)
    assert error is None
    whole = stage.writes() - before  # what a calm deed writes
    assert (whole > 0) == twin.writes
    assert twin.is_done is None or twin.is_done()

    deed = begin()
    before = stage.writes()
    stage.arm(trouble.fault, deed.path, deed.method)
    found, error = outcome(deed)
    wanted = trouble.write if deed.writes else trouble.read
    assert type(error) is (wanted or type(None)), error
    if error is not None:
        assert str(error).endswith(".")
    at_once = {"no": 0, "yes": whole, "later": 0}[trouble.wrote]
    assert stage.writes() - before == at_once
    stage.pass_time(trouble.wait)
    assert stage.writes() - before == (0 if trouble.wrote == "no" else whole)

    if deed.is_done is None:
        if error is not None:
            found, error = outcome(deed)
        assert error is None
        assert type(found) is type(expected)
        assert stage.writes() == before
        return
    if not deed.is_done():  # what the engine does: look, and only then repeat
        assert trouble.wrote == "no"
        assert outcome(deed)[1] is None
    assert deed.is_done()
    assert stage.writes() - before == whole
