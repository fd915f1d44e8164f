"""What an administrator clicks in our own pages, and which settings were in force when."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

from syncapp.core.errors import ConnectionBroken, SyncError
from syncapp.models import AccountPair, RecordLink, SyncDefinition
from syncapp.services import definitions, failing_records, runs
from tests.simulation.fields import PATHS, TAG, H, Q, other

if TYPE_CHECKING:
    from tests.simulation.scenario import Simulation

_TO = {H: "to_hubspot", Q: "to_quickbooks"}
LEFT_OUT = "NO"


@dataclass(frozen=True)
class Settings:
    """The settings of the sync, as the simulation understands them.

    Attributes:
        mappings: ``{field: direction}``; "" for one that is switched off.
        filtered: Sides whose records are left out while their state is ``NO``.
        writes: Whether the sync is on and the pair not paused.
    """

    direction: str
    winner: str
    mappings: Mapping[str, str]
    filtered: frozenset[str] = frozenset()
    company_name: bool = True
    on: bool = True
    paused: bool = False

    @property
    def writes(self) -> bool:
        return self.on and not self.paused

    def allows(self, to: str, name: str = "") -> bool:
        """Whether a field (or anything at all) may be written to a side."""
        allowed = {"both", _TO[to]}
        return self.direction in allowed and (not name or self.mappings.get(name, "") in allowed)

    def passes(self, source: str, state: str) -> bool:
        """Whether a record of a side with this state takes part."""
        return source not in self.filtered or state.casefold() != LEFT_OUT.casefold()

    def document(self) -> dict[str, Any]:
        """The settings document of the product."""
        mappings: list[dict[str, Any]] = [
            {
                "hubspot": name,
                "quickbooks": PATHS[name],
                "direction": way or "both",
                "enabled": bool(way),
                "label": name,
            }
            for name, way in self.mappings.items()
        ]
        mappings.append(
            {
                "hubspot": "associatedcompany.name",
                "quickbooks": "DisplayName",
                "enabled": self.company_name,
            }
        )
        field_of = {H: "state", Q: PATHS["state"]}
        return {
            "object": "contacts",
            "direction": self.direction,
            "conflict": self.winner,
            "mappings": mappings,
            "filters": {
                side: [[{"field": field_of[side], "operator": "is_not", "value": LEFT_OUT}]]
                if side in self.filtered
                else []
                for side in (H, Q)
            },
        }


class Clicks:
    """The administrator of one scenario."""

    def __init__(self, sim: Simulation, random: Random) -> None:
        self.sim = sim
        self.random = random
        #: (n, settings in force from then on)
        self.history: list[tuple[int, Settings]] = []
        #: what a person left out: record -> (n from then on, n until then or None)
        self.left_out: dict[tuple[str, str], list[tuple[int, int | None]]] = {}
        self._busy = False

    @property
    def now(self) -> Settings:
        return self.history[-1][1]

    def at(self, n: int) -> Settings:
        """The settings in force at a moment."""
        found = self.history[0][1]
        for since, settings in self.history:
            if since > n:
                break
            found = settings
        return found

    def is_left_out(self, side: str, record_id: str, n: int) -> bool:
        """Whether a person had left a record out at a moment."""
        spans = self.left_out.get((side, record_id), ())
        return any(since < n and (until is None or n < until) for since, until in spans)

    def set_up(self) -> SyncDefinition:
        """Make the sync and switch it on."""
        random = self.sim.config_random
        mappings = dict.fromkeys(PATHS, "both")
        for name in ("phone", "company", "city", "lastname"):
            if random.random() < 0.12:
                mappings[name] = ""
            elif random.random() < 0.15:
                mappings[name] = random.choice(("to_quickbooks", "to_hubspot"))
        settings = Settings(
            direction=random.choice(("both", "both", "both", "to_quickbooks", "to_hubspot")),
            winner=random.choice((H, Q)),
            mappings=mappings,
            filtered=frozenset(side for side in (H, Q) if random.random() < 0.22),
            company_name=random.random() < 0.5,
        )
        self.definition = definitions.find_or_start(self.sim.pair, "contacts")
        self._save(settings)
        self._switch_on()
        return self.definition

    def act(self) -> None:
        """One click."""
        if self._busy:
            return
        clicks: list[tuple[int, Callable[[], None]]] = [
            (3, self._turn),
            (3, self._toggle_mapping),
            (3, self._toggle_filter),
            (2, self._change_winner),
            (4, self._pause_or_resume),
            (4, self._switch),
            (3, self._retry),
            (4, self._exclude_or_include),
            (1, self._sync_now),
        ]
        self._click(self.random.choices([c for _, c in clicks], [w for w, _ in clicks])[0])

    def _click(self, click: Callable[[], None]) -> None:
        self._busy = True
        self.sim.tell("click", click.__name__)
        acts, self.sim.people_act = self.sim.people_act, False
        try:
            with self.sim._peace_from_faults(), contextlib.suppress(SyncError):
                click()
        finally:
            self._busy = False
            self.sim.people_act = acts

    @property
    def all_on(self) -> bool:
        """Whether nothing is switched off."""
        return self.now.on

    def end_in_peace(self) -> None:
        """In the end everything is on, for only then must all records agree."""
        definitions.resume(self.sim.pair, now=self.sim.env.clock.now())
        self._include()
        self.sim._mend_connections(1.0)
        if not self.now.on:
            try:
                self._switch_on()
            except ConnectionBroken:  # the page asks for a reconnect; then it works
                self.sim.reconnect()
            except SyncError:
                pass  # out of reach just now: tried again in the next round
        self._note(replace(self.now, paused=False))

    # -- clicks

    def _turn(self) -> None:
        self._save(replace(self.now, direction=self.random.choice(("both", *_TO.values()))))

    def _toggle_mapping(self) -> None:
        name = self.random.choice([name for name in PATHS if name not in {TAG, "email", "state"}])
        way = "" if self.now.mappings[name] else "both"
        self._save(replace(self.now, mappings={**self.now.mappings, name: way}))

    def _toggle_filter(self) -> None:
        self._save(replace(self.now, filtered=self.now.filtered ^ {self.random.choice((H, Q))}))

    def _change_winner(self) -> None:
        self._save(replace(self.now, winner=other(self.now.winner)))

    def _pause_or_resume(self) -> None:
        now = self.sim.env.clock.now()
        if self.now.paused:
            definitions.resume(self.sim.pair, now=now)
            self._note(replace(self.now, paused=False))
        else:
            definitions.pause(self.sim.pair, who="Ada")
            self._note(replace(self.now, paused=True))
        self.sim.count("switched")

    def _switch(self) -> None:
        if self.now.on:
            self.definition.refresh_from_db()
            definitions.turn_off(self.definition)
            self._note(replace(self.now, on=False))
        else:
            self._switch_on()
        self.sim.count("switched")

    def _retry(self) -> None:
        links = RecordLink.objects.filter(state__in=["failing", "excluded"])
        failing_records.retry(links, who="Ada", now=self.sim.env.clock.now())

    def _exclude_or_include(self) -> None:
        """Many records at once, as from a filtered list."""
        if any(until is None for spans in self.left_out.values() for _, until in spans):
            self._include()
            return
        links = list(RecordLink.objects.order_by("pk"))
        chosen = self.random.sample(links, (len(links) + 1) // 2)
        now = self.sim.env.clock.now()
        failing_records.exclude(chosen, who="Ada", note="not ours", now=now)
        since = self.sim.journal.tick()
        for link in chosen:
            for key in ((H, link.hubspot_id), (Q, link.quickbooks_id)):
                if key[1]:
                    self.left_out.setdefault(key, []).append((since, None))

    def _include(self) -> None:
        links = RecordLink.objects.exclude(excluded_by="")
        until = self.sim.journal.tick()
        failing_records.include(links, who="Ada", now=self.sim.env.clock.now())
        for spans in self.left_out.values():
            spans[:] = [(since, end or until) for since, end in spans]

    def _sync_now(self) -> None:
        definitions.request_run(self.sim.pair, now=self.sim.env.clock.now())

    def _switch_on(self) -> None:
        self.definition.refresh_from_db()
        pair = AccountPair.objects.select_related("hubspot", "quickbooks").get(pk=self.sim.pair.pk)
        opened = runs.open_connectors(pair, self.sim.env)
        self._note(replace(self.now, on=True))  # from the first moment it may be on
        try:
            definitions.activate(self.definition, connectors=opened, env=self.sim.env)
        except SyncError:
            self._note(replace(self.now, on=False))
            raise

    def _save(self, settings: Settings) -> None:
        if self.history:
            self.definition.refresh_from_db()
        definitions.save_document(
            self.definition, settings.document(), now=self.sim.env.clock.now()
        )
        self._note(settings)
        self.sim.count("config_changed")

    def _note(self, settings: Settings) -> None:
        self.history.append((self.sim.journal.tick(), settings))
