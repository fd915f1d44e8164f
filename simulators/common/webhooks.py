"""Outgoing webhooks: gathered, delivered, tried again, and lost, doubled or disordered on purpose.

Knows queueing and the simulated clock; must not know what an event looks like, nor how it is
signed (the vendor packs it). Nothing is sent but by :meth:`Webhooks.pump`: a test in process calls
it, the real server has a thread for it.
"""

from __future__ import annotations

import http.client
import json
import logging
import random
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from simulators.common.clock import epoch_milliseconds, from_milliseconds, iso_milliseconds

if TYPE_CHECKING:
    from simulators.common.web import App

_ROW = "webhook"
_LOG_LENGTH = 1_000
_HELD_BACK_SECONDS = 30.0
_REPEATED_SECONDS = 10.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outgoing:
    """One HTTP POST as it goes out."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def is_no_success(status: int | None) -> bool:
    """Try again after anything but 2xx; None stands for no answer at all."""
    return status is None or not 200 <= status < 300


@dataclass(frozen=True)
class Policy:
    """How a vendor delivers.

    ``retry_seconds`` are the waits before the second, third ... attempt; each is lengthened or
    shortened by up to ``jitter`` (a fraction), the same on every run with the same seed. With
    ``repeats_last`` the last wait is used for ever. With ``blocks`` later events of a destination
    wait behind one that failed.
    """

    gather_seconds: float = 1.0
    most: int = 100
    retry_seconds: tuple[float, ...] = ()
    jitter: float = 0.0
    repeats_last: bool = False
    blocks: bool = False
    timeout: float = 5.0
    tries_again: Callable[[int | None], bool] = is_no_success

    def wait_after(self, attempt: int) -> float | None:
        """Seconds to wait after a failed attempt (from 0); None gives up."""
        if attempt < len(self.retry_seconds):
            return self.retry_seconds[attempt]
        return self.retry_seconds[-1] if self.repeats_last and self.retry_seconds else None


#: destination, events, attempt (from 0) -> the request; None: nobody wants it any more
Pack = Callable[[str, Sequence[Mapping[str, Any]], int], Outgoing | None]
#: the request, timeout -> status, or None without an answer
Post = Callable[[Outgoing, float], int | None]


@dataclass
class Parcel:
    """Events of one destination that travel together; at first each is alone."""

    id: int
    destination: str
    due: int
    events: list[dict[str, Any]]
    attempt: int = 0

    def to_json(self) -> dict[str, Any]:
        """For the state file."""
        return dict(self.__dict__)


class Webhooks:
    """The outbox of one simulator."""

    def __init__(self, app: App, policy: Policy, pack: Pack, post: Post | None = None) -> None:
        self.policy = policy
        #: may be replaced in process, to deliver without a network
        self.post: Post = post or post_http
        self._app = app
        self._pack = pack
        self._parcels: dict[int, Parcel] = {}
        self._log: deque[dict[str, Any]] = deque(maxlen=_LOG_LENGTH)
        self._one_pump = threading.Lock()

    def load(self) -> None:
        """Read what was still to be delivered."""
        for _, stored in self._app.state.load(_ROW):
            parcel = Parcel(**stored)
            self._parcels[parcel.id] = parcel

    def clear(self) -> None:
        """Forget everything, the log too."""
        for number in list(self._parcels):
            self._drop(number)
        self._log.clear()

    # -- in ---------------------------------------------------------------------------------

    def send(self, destination: str, event: Mapping[str, Any], *, kind: str = "") -> None:
        """Queue one event for a destination (a text the packer understands).

        ``kind`` is what an armed fault's ``path`` is matched with, the event's JSON is what its
        ``body`` is matched with. The caller holds the application's lock.
        """
        now = self._app.clock.milliseconds()
        due = now + _ms(self.policy.gather_seconds)
        number = self._app.ids.next("webhook")
        text = json.dumps(event, ensure_ascii=False)
        chance = random.Random(f"{self._app.seed}:webhook:{number}")
        dues = [due]
        for fault in self._app.faults.strike_event(kind, text, self._app.ledger.app_writes):
            match fault.kind:
                case "webhook_lost":
                    dues = []
                case "webhook_doubled" if dues:
                    spread = float(fault.params.get("seconds", _REPEATED_SECONDS))
                    dues.append(due + _ms(chance.uniform(0, spread)))
                case "webhook_disordered" if dues:
                    spread = float(fault.params.get("seconds", _HELD_BACK_SECONDS))
                    dues[0] = due + _ms(chance.uniform(0, spread))
        for one in dues:
            self._keep(Parcel(self._app.ids.next("parcel"), destination, one, [dict(event)]))

    def _keep(self, parcel: Parcel) -> None:
        self._parcels[parcel.id] = parcel
        self._app.state.put(_ROW, str(parcel.id), parcel)

    def _drop(self, number: int) -> None:
        del self._parcels[number]
        self._app.state.delete(_ROW, str(number))

    # -- out --------------------------------------------------------------------------------

    def pump(self, now: datetime | None = None) -> int:
        """Deliver all that is due; returns the number of requests made.

        The application's lock is not held while a request is under way: the receiver may call
        the simulator back.
        """
        made = 0
        with self._one_pump:
            moment = epoch_milliseconds(now or self._app.clock.now())
            blocked = self._blocked(moment)
            for parcel in self._take_due(moment):
                if parcel.destination in blocked:
                    continue
                made += self._deliver(parcel)
                if self.policy.blocks and parcel.id in self._parcels:
                    blocked.add(parcel.destination)
        return made

    def _blocked(self, now: int) -> set[str]:
        """Destinations whose failed delivery is not due yet, where later ones wait behind it."""
        if not self.policy.blocks:
            return set()
        with self._app.lock:
            waiting = [one for one in self._parcels.values() if one.attempt and one.due > now]
            return {one.destination for one in waiting}

    @property
    def waiting(self) -> int:
        """Events not yet delivered nor given up."""
        return sum(len(parcel.events) for parcel in self._parcels.values())

    def next_due(self) -> datetime | None:
        """When the next delivery is due."""
        dues = [parcel.due for parcel in self._parcels.values()]
        return from_milliseconds(min(dues)) if dues else None

    def _take_due(self, now: int) -> list[Parcel]:
        """What is due, oldest first; fresh events of one destination are put together."""
        with self._app.lock:
            due = sorted(
                (one for one in self._parcels.values() if one.due <= now),
                # What failed goes first where later events wait behind it.
                key=lambda one: (self.policy.blocks and not one.attempt, one.due, one.id),
            )
            taken: list[Parcel] = []
            open_ones: dict[str, Parcel] = {}
            for parcel in due:
                into = open_ones.get(parcel.destination)
                if parcel.attempt:
                    taken.append(parcel)
                elif into is None or len(into.events) >= self.policy.most:
                    open_ones[parcel.destination] = parcel
                    taken.append(parcel)
                else:
                    into.events.extend(parcel.events)
                    self._drop(parcel.id)
                    self._keep(into)
            self._app.state.flush()
            return taken

    def _deliver(self, parcel: Parcel) -> int:
        with self._app.lock:
            outgoing = self._pack(parcel.destination, parcel.events, parcel.attempt)
            if outgoing is None:
                self._parcels.pop(parcel.id, None)
                self._app.state.delete(_ROW, str(parcel.id))
                self._app.state.flush()
                return 0
        status = self.post(outgoing, self.policy.timeout)
        with self._app.lock:
            # A reset may have emptied the outbox meanwhile.
            if parcel.id in self._parcels:
                self._settle(parcel, outgoing, status)
                self._app.state.flush()
        return 1

    def _settle(self, parcel: Parcel, outgoing: Outgoing, status: int | None) -> None:
        again = self.policy.tries_again(status)
        wait = self.policy.wait_after(parcel.attempt)
        self._log.append(
            {
                "at": iso_milliseconds(self._app.clock.now()),
                "destination": parcel.destination,
                "url": outgoing.url,
                "attempt": parcel.attempt,
                "status": status,
                "outcome": "delivered" if not again else "given up" if wait is None else "retry",
                "events": [dict(one) for one in parcel.events],
            }
        )
        if not again or wait is None:
            self._drop(parcel.id)
            return
        chance = random.Random(f"{self._app.seed}:retry:{parcel.id}:{parcel.attempt}")
        factor = 1 + chance.uniform(-self.policy.jitter, self.policy.jitter)
        parcel.due = self._app.clock.milliseconds() + _ms(wait * factor)
        parcel.attempt += 1
        self._keep(parcel)

    # -- looking ----------------------------------------------------------------------------

    def report(self) -> dict[str, Any]:
        """For ``GET /__sim__/webhooks``: what waits, and the last deliveries."""
        due = self.next_due()
        return {
            "waiting": self.waiting,
            "next_due": iso_milliseconds(due) if due else None,
            "deliveries": list(self._log),
        }


def post_http(outgoing: Outgoing, timeout: float) -> int | None:
    """Send over the network; redirects are not followed. None: no answer in time."""
    parts = urlsplit(outgoing.url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    try:
        connection = kind(parts.hostname or "", parts.port, timeout=timeout)
        try:
            connection.request("POST", target, outgoing.body, dict(outgoing.headers))
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        logger.debug("No answer from %s: %s", outgoing.url, error)
        return None


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
