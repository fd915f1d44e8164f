"""The fault catalogue of ENGINE 5.2 as far as one process can play it, and how each strikes.

Knows requests and answers; nothing of what the engine should make of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from syncapp.core.ports import HttpRequest, HttpResponse
from tests.simulation.fields import H, Q

if TYPE_CHECKING:
    from tests.simulation.scenario import Simulation

READ, WRITE, TOKEN, SEARCH = "read", "write", "token", "search"
_HTML = "<html><body>Bad gateway</body></html>"
#: Seconds after which a request is still carried out although its connection was cut: less than
#: the quiet time of each side (ENGINE 2.6).
_LATEST = {H: 55, Q: 125}

#: kind -> (which calls, which sides, weight). Those without calls strike elsewhere.
KINDS: dict[str, tuple[tuple[str, ...], str, int]] = {
    "cut_before": ((READ, WRITE, SEARCH), H + Q, 4),
    "unreachable": ((READ, SEARCH), H + Q, 1),
    "lost_answer": ((WRITE,), H + Q, 8),
    "late_commit": ((WRITE,), H + Q, 8),
    "truncated": ((READ, WRITE, SEARCH), H + Q, 3),
    "html_answer": ((READ, WRITE, SEARCH), H + Q, 3),
    "server_error": ((READ, WRITE, SEARCH), H + Q, 4),
    "server_down": ((READ, SEARCH), H + Q, 1),
    "error_after_commit": ((WRITE,), H + Q, 5),
    "throttled": ((READ, WRITE, SEARCH), H + Q, 3),
    "throttled_wait": ((READ, WRITE, SEARCH), H + Q, 3),
    "throttled_daily": ((READ, WRITE), H, 1),
    "locked": ((READ, WRITE), H, 2),
    "migrating": ((READ, WRITE), H, 1),
    "expired_token": ((READ, WRITE, SEARCH), H + Q, 3),
    "refresh_lost": ((TOKEN,), H + Q, 12),
    "refresh_error": ((TOKEN,), H + Q, 12),
    "revoked": ((READ,), H + Q, 1),
    "stale": ((WRITE,), Q, 4),
    "fault_in_success": ((WRITE,), Q, 4),
    "missing_item": ((WRITE,), H + Q, 5),
    "whole_batch_refused": ((WRITE,), H, 8),
    "slow": ((READ, WRITE, SEARCH), H + Q, 2),
    "lease_expired": ((READ, WRITE, SEARCH), H + Q, 1),
    "second_worker": ((READ, WRITE, SEARCH), H + Q, 2),
    "search_lag": ((), "", 0),
    "poison_record": ((), "", 0),
    "poison_value": ((), "", 0),
    "requestid_forgotten": ((), "", 0),
    "clock_drift": ((), "", 0),
    "crash": ((), "", 0),
    "database_lost": ((), "", 0),
    "config_changed": ((), "", 0),
    "switched": ((), "", 0),
}
_WRITES = (
    "/batch/create", "/batch/update", "/batch/upsert", "/batch/archive", "/customer", "/invoice",
    "/payment", "/item",
)  # fmt: skip


def call_of(request: HttpRequest) -> str:
    """What kind of call a request is."""
    path = request.url.split("?")[0]
    if request.method == "POST":
        if "/oauth" in path:
            return TOKEN
        if path.endswith("/search"):
            return SEARCH
        if path.endswith(_WRITES):
            return WRITE
        if path.endswith("/batch") and "/v3/company/" in path:
            return WRITE
    return READ


class FaultPlan:
    """Decides before each call whether a fault strikes, and lets it strike."""

    def __init__(self, sim: Simulation, random: Random, rate: float) -> None:
        self.sim = sim
        self.random = random
        self.rate = rate
        self.on = False
        self._again: dict[str, int] = {}
        #: records that are told in an unreadable form until somebody saves them again
        self.poisoned: dict[str, set[str]] = {H: set(), Q: set()}

    def begin_run(self) -> None:
        """A side that did not answer is back for the next run."""
        self._again.clear()

    def send(self, request: HttpRequest, side: str) -> HttpResponse:
        """Send a request, with a fault perhaps."""
        call = call_of(request)
        kind = self._choose(call, side, request)
        if kind is None:
            return self._poison(side, call, self.sim.deliver(request, side))
        self.sim.count(kind)
        self.sim.tell("fault", kind)
        strike: Callable[[HttpRequest, str], HttpResponse] = getattr(self, f"_{kind}")
        return self._poison(side, call, strike(request, side))

    def _choose(self, call: str, side: str, request: HttpRequest) -> str | None:
        if not self.on:
            return None
        if call in (READ, SEARCH) and self._again.get(side, 0) > 0:
            self._again[side] -= 1
            return "cut_before"
        # There are few writes, and fewer calls for tokens: theirs have to strike more often.
        rate = {TOKEN: 0.3, WRITE: self.rate * 2}.get(call, self.rate)
        if self.random.random() >= rate:
            return None
        fitting = [
            (kind, weight)
            for kind, (calls, sides, weight) in KINDS.items()
            if call in calls and side in sides and self._possible(kind, request)
        ]
        if not fitting:
            return None
        kinds, weights = zip(*fitting, strict=True)
        return str(self.random.choices(kinds, weights)[0])

    def _possible(self, kind: str, request: HttpRequest) -> bool:
        if kind == "whole_batch_refused":
            return request.body.count(b"objectWriteTraceId") > 1
        if kind == "second_worker":
            return self.sim.depth == 1 and not self.sim.zombie.is_one
        return True

    # -- how each strikes

    def _arm(self, request: HttpRequest, side: str, kind: str, **params: Any) -> HttpResponse:
        app = self.sim.app(side)
        fault = app.faults.arm({"kind": kind, **params})
        try:
            return self.sim.deliver(request, side)
        finally:
            app.faults.clear(fault.id)

    def _cut_before(self, request: HttpRequest, side: str) -> HttpResponse:
        return self._arm(request, side, "cut")

    def _unreachable(self, request: HttpRequest, side: str) -> HttpResponse:
        self._again[side] = 2
        return self._arm(request, side, "cut")

    def _lost_answer(self, request: HttpRequest, side: str) -> HttpResponse:
        return self._arm(request, side, "lost_answer")

    def _late_commit(self, request: HttpRequest, side: str) -> HttpResponse:
        delay = self.random.uniform(0.5, _LATEST[side])
        self.sim.journal.sent_late(side, self.sim.clock.now())
        return self._arm(request, side, "late_commit", delay=delay)

    def _truncated(self, request: HttpRequest, side: str) -> HttpResponse:
        return self._arm(request, side, "truncated")

    def _html_answer(self, request: HttpRequest, side: str) -> HttpResponse:
        answer = self.sim.deliver(request, side)
        return replace(answer, status=200, body=_HTML.encode())

    def _server_error(self, request: HttpRequest, side: str) -> HttpResponse:
        status = self.random.choice((500, 502, 503, 504))
        return self._arm(request, side, "status", status=status)

    def _server_down(self, request: HttpRequest, side: str) -> HttpResponse:
        self._again[side] = 2
        return self._arm(request, side, "status", status=503)

    def _error_after_commit(self, request: HttpRequest, side: str) -> HttpResponse:
        answer = self.sim.deliver(request, side)
        status = self.random.choice((500, 502, 504))
        return replace(answer, status=status, body=_HTML.encode())

    def _throttled(self, request: HttpRequest, side: str) -> HttpResponse:
        return self._arm(request, side, "status", status=429)

    def _throttled_wait(self, request: HttpRequest, side: str) -> HttpResponse:
        headers = {"Retry-After": str(self.random.choice((1, 7, 40)))}
        return self._arm(request, side, "status", status=429, headers=headers)

    def _throttled_daily(self, request: HttpRequest, side: str) -> HttpResponse:
        self.sim.was_blocked = True
        return self._arm(request, side, "status", status=429, policy="DAILY")

    def _locked(self, request: HttpRequest, side: str) -> HttpResponse:
        return self._arm(request, side, "status", status=423)

    def _migrating(self, request: HttpRequest, side: str) -> HttpResponse:
        return self._arm(request, side, "status", status=477, retry_after=30)

    def _expired_token(self, request: HttpRequest, side: str) -> HttpResponse:
        return self._arm(request, side, "expired_token")

    def _refresh_lost(self, request: HttpRequest, side: str) -> HttpResponse:
        return self._arm(request, side, "lost_answer")

    def _refresh_error(self, request: HttpRequest, side: str) -> HttpResponse:
        return self._arm(request, side, "status", status=503)

    def _revoked(self, request: HttpRequest, side: str) -> HttpResponse:
        return self._arm(request, side, "revoked_refresh" if side == H else "disconnected")

    def _stale(self, request: HttpRequest, side: str) -> HttpResponse:
        return self._arm(request, side, "stale")

    def _fault_in_success(self, request: HttpRequest, side: str) -> HttpResponse:
        """HTTP 200 with a fault in it: QuickBooks' own trouble, after the write was done."""
        answer = self.sim.deliver(request, side)
        error = {
            "Message": "An application error has occurred",
            "Detail": "Failure",
            "code": "10000",
        }
        body = {"Fault": {"Error": [error], "type": "SystemFault"}}
        return replace(answer, status=200, body=json.dumps(body).encode())

    def _missing_item(self, request: HttpRequest, side: str) -> HttpResponse:
        """The answer does not mention one of the records."""
        answer = self.sim.deliver(request, side)
        try:
            body = json.loads(answer.body)
        except ValueError:
            return answer
        rows = body.get("results") or body.get("BatchItemResponse")
        if rows:
            rows.pop(self.random.randrange(len(rows)))
        else:
            for entity in ("Customer", "Invoice", "Payment", "Item"):
                body.pop(entity, None)
        return replace(answer, body=json.dumps(body).encode())

    def _whole_batch_refused(self, request: HttpRequest, side: str) -> HttpResponse:
        body = {"status": "error", "message": "Invalid input JSON", "category": "VALIDATION_ERROR"}
        return self._arm(request, side, "status", status=400, body=body)

    def _slow(self, request: HttpRequest, side: str) -> HttpResponse:
        return self._arm(request, side, "slow", seconds=self.random.uniform(5, 110))

    def _lease_expired(self, request: HttpRequest, side: str) -> HttpResponse:
        """The process stands still for longer than its lease, and nobody takes over."""
        answer = self.sim.deliver(request, side)
        self.sim.clock.advance(310)
        return answer

    def _second_worker(self, request: HttpRequest, side: str) -> HttpResponse:
        """The process stands still; another worker takes the lease and does the work."""
        # What it sends when it wakes was noted long ago. A QuickBooks update is then stale by its
        # SyncToken; nothing protects the other writes (docs/reliability.md, limits).
        is_safe = call_of(request) != WRITE or b'"SyncToken"' in request.body
        if is_safe and self.random.random() < 0.4:
            planned_at = self.sim.journal.planned_at
            self.sim.stand_in()
            self.sim.journal.planned_at = planned_at  # what is sent now was planned before
            return self.sim.deliver(request, side)
        answer = self.sim.deliver(request, side)
        self.sim.stand_in()
        return answer

    # -- records that are told in an unreadable form

    def poison(self) -> None:
        """Choose a record whose content is unreadable from now on."""
        side = self.random.choice((H, Q))
        living = self.sim.people(side).living()
        if living:
            self.poisoned[side].add(self.random.choice(living))
            self.sim.count("poison_record")

    def heal(self) -> None:
        """Somebody opens each poisoned record and saves it again."""
        for side in (H, Q):
            people = self.sim.people(side)
            records = people.living() + (people.dormant() if side == Q else [])
            for record in sorted(self.poisoned[side]):
                if record in records:
                    people.edit(record, {"city": self.sim.users._value("city")})
            self.poisoned[side].clear()

    def _poison(self, side: str, call: str, answer: HttpResponse) -> HttpResponse:
        if not self.poisoned[side] or call == TOKEN or answer.status >= 300:
            return answer
        try:
            body = json.loads(answer.body)
        except ValueError:
            return answer
        if self._poisoned_rows(side, body):
            return replace(answer, body=json.dumps(body).encode())
        return answer

    def _poisoned_rows(self, side: str, told: Any) -> bool:
        hit = False
        if isinstance(told, list):
            for one in told:
                hit = self._poisoned_rows(side, one) or hit
        elif isinstance(told, dict):
            record_id = str(told.get("id") if side == H else told.get("Id"))
            if record_id in self.poisoned[side]:
                if side == H and "city" in told.get("properties", ()):
                    told["properties"]["city"] = {"no": "text"}
                    return True
                if side == Q and "DisplayName" in told:
                    told["CompanyName"] = "nul\x00"
                    return True
            for member in told.values():
                if isinstance(member, dict | list):
                    hit = self._poisoned_rows(side, member) or hit
        return hit


def batch_of(request: HttpRequest) -> str:
    """The requestid of a QuickBooks write; "" for others."""
    found = re.search(r"[?&]requestid=([^&]+)", request.url)
    return found.group(1) if found else ""
