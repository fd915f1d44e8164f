"""A whole world in one process: both simulators, one frozen clock, and the engine between them.

The product's own services, models and connectors run unchanged; only the doors of ``Env`` are
others: the clock stands until a test moves it, ids and jitter are deterministic, HTTP goes
straight into the simulators' WSGI applications.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from werkzeug.test import Client

from simulators.common.clock import SimClock
from simulators.common.faults import ConnectionCut
from simulators.hubspot.app import HubSpot
from simulators.quickbooks.app import QuickBooks
from syncapp.core.ports import AnswerLost, Env, HttpRequest, HttpResponse
from syncapp.core.sides import Side
from syncapp.models import AccountPair, Connection, RecordLink, SyncDefinition, SyncRun
from syncapp.services import brakes, connections, definitions, leases, runs
from syncapp.services.config import Document
from syncapp.services.runs import Scope

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
HUBSPOT_URL = "http://127.0.0.1:9"
QUICKBOOKS_URL = "http://127.0.0.2:9"
TOKEN = "test-token"
T = TypeVar("T")
R = TypeVar("R")


class Crash(BaseException):
    """The process dies here: nothing may catch it."""


class WorldClock:
    """The engine's clock: the simulators' clock plus a drift."""

    def __init__(self, clock: SimClock) -> None:
        self.clock = clock
        self.drift = timedelta(0)

    def now(self) -> datetime:
        return self.clock.now() + self.drift

    lease_now = now

    def monotonic(self) -> float:
        return self.clock.now().timestamp()

    def sleep(self, seconds: float) -> None:
        self.clock.advance(seconds)


class CountedIds:
    """Ids that repeat from run to run."""

    def __init__(self) -> None:
        self.count = 0

    def new_id(self) -> str:
        self.count += 1
        return f"{self.count:032x}"


class InlinePool:
    """No threads: the order of the calls is the order of the items."""

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        return [function(item) for item in items]


class CrashPoints:
    """Counts the passes of each point; dies where a test says so."""

    def __init__(self) -> None:
        self.passed: dict[str, int] = {}
        self.die_at: tuple[str, int] | None = None

    def __call__(self, name: str) -> None:
        self.passed[name] = self.passed.get(name, 0) + 1
        if self.die_at == (name, self.passed[name]):
            raise Crash(f"{name}:{self.passed[name]}")


class InProcessHttp:
    """Requests go straight into the WSGI applications."""

    def __init__(self, apps: dict[str, Client]) -> None:
        self.apps = apps
        self.sent: list[HttpRequest] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        self.sent.append(request)
        for base, client in self.apps.items():
            if request.url.startswith(base):
                return self._open(client, request, base)
        raise AssertionError(f"unexpected host: {request.url}")

    def _open(self, client: Client, request: HttpRequest, base: str) -> HttpResponse:
        try:
            answer = client.open(
                request.url.removeprefix(base),
                base_url=base,
                method=request.method,
                headers=dict(request.headers),
                data=request.body or None,
            )
            body = answer.get_data()
        except ConnectionCut as cut:
            raise AnswerLost("the connection was cut") from cut
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return HttpResponse(answer.status_code, headers, body)


class Person:
    """Somebody who works in one of the two systems through its API with a token of their own."""

    def __init__(self, client: Client, base: str) -> None:
        self._client = client
        self._base = base

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._client.open(
            self._base + path,
            method=method,
            headers={
                "Authorization": f"Bearer {TOKEN}",
                "Content-Type": "application/json",
                "Accept": "application/json",
            },
            data=json.dumps(body) if body is not None else None,
        )
        assert answer.status_code < 400, (answer.status_code, answer.get_data(as_text=True))
        return json.loads(answer.get_data() or b"{}")


class HubSpotPerson(Person):
    """Works in HubSpot."""

    path = "/crm/v3/objects/contacts"

    def add(self, **properties: str) -> str:
        return str(self.call("POST", self.path, {"properties": properties})["id"])

    def edit(self, record_id: str, **properties: str) -> None:
        self.call("PATCH", f"{self.path}/{record_id}", {"properties": properties})

    def archive(self, record_id: str) -> None:
        self.call("DELETE", f"{self.path}/{record_id}")

    def merge(self, primary: str, other: str) -> str:
        body = {"primaryObjectId": primary, "objectIdToMerge": other}
        return str(self.call("POST", f"{self.path}/merge", body)["id"])

    def company(self, name: str, *contacts: str) -> str:
        body = {"properties": {"name": name}}
        company = str(self.call("POST", "/crm/v3/objects/companies", body)["id"])
        for contact in contacts:
            self.call(
                "PUT",
                f"/crm/v4/objects/contacts/{contact}/associations/companies/{company}",
                [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}],
            )
        return company

    def get(self, record_id: str, *names: str) -> dict[str, str | None]:
        wanted = names or (
            "email", "firstname", "lastname", "phone", "company", "city", "address", "qbo_sync_id",
        )  # fmt: skip
        query = urlencode({"properties": ",".join(wanted)})
        found = self.call("GET", f"{self.path}/{record_id}?{query}")["properties"]
        return {name: found.get(name) for name in wanted}

    def all(self) -> list[dict[str, str | None]]:
        found, after = [], ""
        while True:
            query = urlencode(
                {"limit": 100, "properties": "email,firstname,lastname,phone,city"}
                | ({"after": after} if after else {})
            )
            page = self.call("GET", f"{self.path}?{query}")
            found += [{"id": r["id"], **r["properties"]} for r in page["results"]]
            after = page.get("paging", {}).get("next", {}).get("after", "")
            if not after:
                return found


class QuickBooksPerson(Person):
    """Works in QuickBooks."""

    def add(self, name: str, email: str = "", **fields: Any) -> str:
        body: dict[str, Any] = {"DisplayName": name, **fields}
        if email:
            body["PrimaryEmailAddr"] = {"Address": email}
        return str(self.call("POST", "/customer", body)["Customer"]["Id"])

    def edit(self, record_id: str, **fields: Any) -> None:
        token = self.get(record_id)["SyncToken"]
        body = {"Id": record_id, "SyncToken": token, "sparse": True, **fields}
        self.call("POST", "/customer", body)

    def get(self, record_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"/customer/{record_id}")["Customer"]
        return found

    def all(self) -> list[dict[str, Any]]:
        query = urlencode({"query": "SELECT * FROM Customer MAXRESULTS 1000"})
        found = self.call("GET", f"/query?{query}")["QueryResponse"]
        return list(found.get("Customer", []))

    def names(self) -> list[str]:
        return sorted(customer["DisplayName"] for customer in self.all())


class World:
    """Two connected accounts, a contact sync, and everything a scenario does to them."""

    def __init__(self, seed: int = 1, *, country: str = "US") -> None:
        self.clock = SimClock.frozen(START)
        self.hubspot_app = HubSpot(
            seed=None, clock=self.clock, access_tokens=[TOKEN], search_lag=0.0
        )
        self.quickbooks_app = QuickBooks(
            seed=None, clock=self.clock, access_tokens=[TOKEN], country=country
        )
        clients = {
            HUBSPOT_URL: Client(self.hubspot_app),
            QUICKBOOKS_URL: Client(self.quickbooks_app),
        }
        realm = f"/v3/company/{self.quickbooks_app.realm}"
        self.hubspot = HubSpotPerson(clients[HUBSPOT_URL], "")
        self.quickbooks = QuickBooksPerson(clients[QUICKBOOKS_URL], realm)
        self.http = InProcessHttp(clients)
        self.crash = CrashPoints()
        self.engine_clock = WorldClock(self.clock)
        self.env = Env(
            clock=self.engine_clock,
            random=random.Random(seed),
            ids=CountedIds(),
            http=self.http,
            pool=InlinePool(),
            crash=self.crash,
        )
        self.pair = self._connect()

    def _connect(self) -> AccountPair:
        rows = {}
        for side, url in ((Side.HUBSPOT, HUBSPOT_URL), (Side.QUICKBOOKS, QUICKBOOKS_URL)):
            keys = connections.SIMULATOR_KEYS[side]
            row = Connection.objects.create(
                side=side.value,
                base_url=url,
                environment="simulator",
                client_id=keys.client_id,
                client_secret=keys.client_secret,
            )
            rows[side] = row
            self.consent(row)
        return connections.join(rows[Side.HUBSPOT], rows[Side.QUICKBOOKS], confirmed=False)

    def consent(self, row: Connection, *, decision: str = "allow") -> dict[str, str]:
        """Walk the consent page; returns what the vendor sent the browser back with."""
        from urllib.parse import parse_qsl, urlsplit

        page = connections.start_consent(
            row, env=self.env, redirect_uri="http://127.0.0.1:8000/oauth/callback/"
        )
        client = self.http.apps[row.base_url]
        parts = urlsplit(page)
        answer = client.post(
            parts.path, data={**dict(parse_qsl(parts.query)), "decision": decision}
        )
        back = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        if decision == "allow":
            connections.finish_consent(
                state=back["state"],
                code=back["code"],
                realm_id=back.get("realmId", ""),
                env=self.env,
            )
            row.refresh_from_db()
        return back

    def sync(
        self, name: str = "contacts", *, activate: bool = True, **document: Any
    ) -> SyncDefinition:
        """Set a sync up and switch it on."""
        definition = definitions.find_or_start(self.pair, name)
        full: Document = {**definitions.export_document(definition), **document}
        definitions.save_document(definition, full, now=self.env.clock.now())
        if activate:
            opened = runs.open_connectors(self.pair, self.env)
            definitions.activate(definition, connectors=opened, env=self.env)
        definition.refresh_from_db()
        return definition

    def run(self, *, full: bool = False, force: bool = True) -> SyncRun:
        """One run to its end."""
        lease = leases.take(self.pair.pk, env=self.env)
        assert lease is not None
        try:
            return runs.run_pair(
                lease,
                env=self.env,
                trigger="command",
                scope=Scope(force=force, full=full, sliced=False),
            )
        finally:
            leases.release(lease)

    def run_until_crash(self, point: str, nth: int = 1) -> None:
        """Run and die at the n-th pass of a crash point; the lease stays behind, as it would."""
        self.crash.passed.clear()
        self.crash.die_at = (point, nth)
        try:
            lease = leases.take(self.pair.pk, env=self.env)
            assert lease is not None
            runs.run_pair(
                lease, env=self.env, trigger="command", scope=Scope(force=True, sliced=False)
            )
        except Crash:
            return
        finally:
            self.crash.die_at = None
        raise AssertionError(f"{point} was passed only {self.crash.passed.get(point, 0)} times")

    def approve(self, *, who: str = "ann") -> list[str]:
        """Confirm what the brake holds, as a person would; returns the objects that were held."""
        held = brakes.held_in(self.pair)
        for definition in held:
            brakes.approve(definition, who=who, now=self.env.clock.now())
        return [definition.object_type for definition in held]

    def settle(self, rounds: int = 8) -> SyncRun:
        """Move time past leases and quiet times and run until a run writes nothing."""
        for _ in range(rounds):
            self.clock.advance(400)
            run = self.run()
            if not self.writes_of(run):
                return run
        raise AssertionError("no quiescence")

    @staticmethod
    def writes_of(run: SyncRun) -> int:
        """Writes a run made, both sides."""
        counted = run.counters
        return sum(counted["created"].values()) + sum(counted["updated"].values())

    def link(self, **where: Any) -> RecordLink:
        """One record link."""
        return RecordLink.objects.get(**where)

    def states(self) -> dict[str, tuple[str, str]]:
        """``{label: (state, code)}``."""
        return {link.label: (link.state, link.code) for link in RecordLink.objects.all()}

    def app_writes(self, side: Side) -> list[dict[str, Any]]:
        """What the ledger says our app wrote to records."""
        app = self.hubspot_app if side is Side.HUBSPOT else self.quickbooks_app
        return [
            entry
            for entry in app.ledger.entries
            if entry["actor"].startswith("app:") and entry["type"] in {"contacts", "Customer"}
        ]

    def arm(self, side: Side, kind: str, **fault: Any) -> None:
        """Arm a fault."""
        client = self.http.apps[HUBSPOT_URL if side is Side.HUBSPOT else QUICKBOOKS_URL]
        answer = client.post("/__sim__/faults", json={"kind": kind, **fault})
        assert answer.status_code < 300, answer.get_data(as_text=True)
