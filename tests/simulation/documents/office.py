"""What an administrator clicks about documents, and which settings were in force when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User

from syncapp.core.errors import ConnectionBroken, SyncError
from syncapp.models import AccountPair, SyncDefinition
from syncapp.services import definitions, preflight, runs
from tests.simulation.clicks import Clicks, Settings
from tests.simulation.fields import PATHS, H, Q

if TYPE_CHECKING:
    from tests.simulation.documents.scenario import DocumentSimulation

_TO = {H: "to_hubspot", Q: "to_quickbooks"}
OBJECTS = ("products", "invoices")
#: The objects whose switch and direction rule the writes to a type of record.
RULED_BY = {
    "products": "products", "Item": "products", "invoices": "invoices", "line_items": "invoices",
    "commerce_payments": "invoices", "notes": "invoices", "associations": "invoices",
    "Invoice": "invoices", "Payment": "invoices",
}  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """The settings of the syncs of documents, as the simulation understands them.

    Attributes:
        directions: ``{object: direction}``.
        off: The objects that are switched off.
    """

    directions: Mapping[str, str]
    off: frozenset[str] = frozenset(OBJECTS)
    paused: bool = False
    number: str = "hubspot"
    winner: str = Q
    accounts: Mapping[str, str] = field(default_factory=dict)

    def writes(self, name: str) -> bool:
        return name not in self.off and not self.paused

    def allows(self, to: str, name: str) -> bool:
        return self.directions[name] in {"both", _TO[to]}


class Office(Clicks):
    """The administrator of one scenario of documents."""

    sim: DocumentSimulation

    def __init__(self, sim: DocumentSimulation, random: Random) -> None:
        super().__init__(sim, random)
        #: (n, rules in force from then on)
        self.story: list[tuple[int, Rules]] = []
        self.made: dict[str, SyncDefinition] = {}

    @property
    def rules(self) -> Rules:
        return self.story[-1][1]

    def rules_at(self, n: int) -> Rules:
        """The rules in force at a moment."""
        found = self.story[0][1]
        for since, rules in self.story:
            if since > n:
                break
            found = rules
        return found

    def set_up(self) -> SyncDefinition:
        """Make the syncs and switch them on, as somebody would through the pages."""
        random = self.sim.config_random
        self.definition = definitions.find_or_start(self.sim.pair, "contacts")
        self._save(
            Settings(
                "both", random.choice((H, Q)), dict.fromkeys(PATHS, "both"), company_name=False
            )
        )
        self._switch_on()
        ann, _ = User.objects.get_or_create(username="ann")
        preflight.tick(self.sim.pair, "workflows", user=ann, now=self.sim.env.clock.now())
        bank = self.sim.users.quickbooks.account("Bank")
        processors = ("hs_payments", "none") if random.random() < 0.8 else ("none",)
        self._note_rules(
            Rules(
                directions={
                    "products": random.choice(("to_hubspot", "to_hubspot", "both")),
                    "invoices": random.choice(("both", "both", "both", *_TO.values())),
                },
                number=random.choice(("hubspot", "hubspot", "quickbooks")),
                winner=random.choice((H, Q)),
                accounts=dict.fromkeys(processors, bank),
            )
        )
        for name in OBJECTS:
            if name == "products" and random.random() < 0.15:
                continue  # invoices without a sync of products
            self.made[name] = definitions.find_or_start(self.sim.pair, name)
            self._save_rules(name)
            self._switch_object_on(name)
        return self.definition

    def act(self) -> None:
        """One click."""
        if self._busy:
            return
        clicks: list[tuple[int, Callable[[], None]]] = [
            (3, self._turn_object),
            (2, self._change_number),
            (4, self._pause_or_resume),
            (4, self._switch_object),
            (3, self._retry),
            (1, self._sync_now),
        ]
        self._click(self.random.choices([c for _, c in clicks], [w for w, _ in clicks])[0])

    def end_in_peace(self) -> None:
        """In the end everything is on, for only then must all records agree."""
        super().end_in_peace()
        self._note_rules(replace(self.rules, paused=False))
        for name in self.made:
            if name in self.rules.off:
                try:
                    self._switch_object_on(name)
                except ConnectionBroken:
                    self.sim.reconnect()
                except SyncError as error:  # out of reach just now: tried again in the next round
                    self.sim.tell("not switched on", name, str(error))

    @property
    def all_on(self) -> bool:
        """Whether every sync is on."""
        return self.now.on and not self.rules.off & set(self.made)

    # -- clicks

    def _turn_object(self) -> None:
        name = self.random.choice(list(self.made))
        ways = ("both", "to_hubspot") if name == "products" else ("both", *_TO.values())
        turned = {**self.rules.directions, name: self.random.choice(ways)}
        self._save_rules(name, replace(self.rules, directions=turned))

    def _change_number(self) -> None:
        number = "hubspot" if self.rules.number == "quickbooks" else "quickbooks"
        self._save_rules("invoices", replace(self.rules, number=number))

    def _pause_or_resume(self) -> None:
        super()._pause_or_resume()
        self._note_rules(replace(self.rules, paused=self.now.paused))

    def _switch_object(self) -> None:
        name = self.random.choice(list(self.made))
        if name in self.rules.off:
            self._switch_object_on(name)
        else:
            self.made[name].refresh_from_db()
            definitions.turn_off(self.made[name])
            self._note_rules(replace(self.rules, off=self.rules.off | {name}))
        self.sim.count("switched")

    def _switch_object_on(self, name: str) -> None:
        self.made[name].refresh_from_db()
        pair = AccountPair.objects.select_related("hubspot", "quickbooks").get(pk=self.sim.pair.pk)
        opened = runs.open_connectors(pair, self.sim.env)
        before = self.rules
        self._note_rules(replace(before, off=before.off - {name}))  # from when it may be on
        try:
            definitions.activate(self.made[name], connectors=opened, env=self.sim.env)
        except SyncError:
            self._note_rules(before)
            raise

    def _save_rules(self, name: str, rules: Rules | None = None) -> None:
        told = rules or self.rules
        self.made[name].refresh_from_db()
        document: dict[str, Any] = {
            **definitions.export_document(self.made[name]),
            "direction": told.directions[name],
            "conflict": told.winner,
        }
        income = self.sim.users.quickbooks.account("Income")
        if name == "invoices":
            document["options"] = {
                **document["options"],
                "income_account": income,
                "not_taxable": "ann",
                "number": told.number,
                "clearing_accounts": dict(told.accounts),
            }
        else:
            document["options"] = {**document["options"], "income_account": income}
        definitions.save_document(self.made[name], document, now=self.sim.env.clock.now())
        self._note_rules(told)
        self.sim.count("config_changed")

    def _note_rules(self, rules: Rules) -> None:
        self.story.append((self.sim.journal.tick(), rules))
