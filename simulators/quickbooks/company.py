"""One company (realm): its objects, its settings, and what a check must ask it.

Knows what is stored and saves it. The rules of the entities live in ``rules``, the verbs of the API
in ``operations``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from simulators.common.clock import SimClock
from simulators.common.ids import Ids
from simulators.common.ledger import PERSON, Ledger
from simulators.common.state import State
from simulators.quickbooks import faults, times
from simulators.quickbooks.behaviour import Behaviour
from simulators.quickbooks.entities.fields import Entity
from simulators.quickbooks.entities.registry import BY_NAME, ENTITIES, NAME_HOLDERS
from simulators.quickbooks.records import Record
from simulators.quickbooks.store import Store, Tombstone

TOMBSTONE = "tombstone"


@dataclass(frozen=True)
class Country:
    """What differs by the company's country."""

    code: str
    iso3: str
    currency: str
    currency_name: str
    latin1_only: bool = False


COUNTRIES: dict[str, Country] = {
    "US": Country("US", "USA", "USD", "United States Dollar", latin1_only=True),
    "GB": Country("GB", "GBR", "GBP", "British Pound Sterling"),
    "CA": Country("CA", "CAN", "CAD", "Canadian Dollar"),
    "AU": Country("AU", "AUS", "AUD", "Australian Dollar"),
}
CURRENCIES = {country.currency: country.currency_name for country in COUNTRIES.values()}
CURRENCIES["EUR"] = "Euro"


@dataclass(frozen=True)
class Writer:
    """Who writes: the ledger's actor, the user's name as others see it, and the request."""

    actor: str
    user_name: str
    request_id: str = ""
    person_id: str = ""

    @property
    def is_person(self) -> bool:
        """True for someone working in QuickBooks itself."""
        return self.actor == PERSON


class Company:
    """The books of one realm."""

    def __init__(
        self,
        *,
        realm: str,
        country: Country,
        clock: SimClock,
        ids: Ids,
        state: State,
        ledger: Ledger,
        behaviour: Behaviour,
    ) -> None:
        self.realm = realm
        self.country = country
        self.clock = clock
        self.ids = ids
        self.state = state
        self.ledger = ledger
        self.behaviour = behaviour
        # Off while sample records are made: the ledger begins with the first real write.
        self.is_recording = True
        self.stores: dict[str, Store] = {}
        #: custom field definitions by id, and values by "Entity/id" (see custom_fields)
        self.definitions: dict[str, Any] = {}
        self.enhanced: dict[str, dict[str, str]] = {}
        #: told of every change: entity, operation, id, id of a merged object
        self.on_change: Callable[[str, str, str, str], None] | None = None
        self._tolerated: frozenset[tuple[str, str]] = frozenset()
        self.clear()

    # -- life -----------------------------------------------------------------------------
    def clear(self) -> None:
        """Forget all objects."""
        self.stores = {entity.name: Store(entity) for entity in ENTITIES}
        self.definitions.clear()
        self.enhanced.clear()

    def load(self) -> None:
        """Read all objects from the state file."""
        for entity in ENTITIES:
            store = self.stores[entity.name]
            for _, body in self.state.load(entity.name):
                store.put(Record.from_json(entity.name, body))
        for key, body in self.state.load(TOMBSTONE):
            name, _, record_id = key.partition("/")
            self.stores[name].tombstones.append(Tombstone(record_id, body["at"]))

    # -- reading --------------------------------------------------------------------------
    def store(self, entity: Entity | str) -> Store:
        """Return the store of an entity."""
        return self.stores[entity if isinstance(entity, str) else entity.name]

    def find(self, entity: Entity | str, record_id: str) -> Record | None:
        """Return an object, inactive ones too."""
        return self.store(entity).get(record_id)

    def now(self) -> int:
        """The time in whole seconds, as MetaData keeps it."""
        return int(self.clock.now().timestamp())

    def today(self) -> date:
        """The company's calendar day."""
        return times.today(self.clock.now())

    def name_holder(self, name: str, *, but: Record | None = None) -> Record | None:
        """Return the customer, vendor or employee that has the display name, if any."""
        for holder in NAME_HOLDERS:
            for record in self.stores[holder].equal("DisplayName", name) or ():
                if record is but:
                    continue
                same = record.values.get("DisplayName") == name
                if same or self.behaviour.names_ignore_case:
                    return record
        return None

    @property
    def preferences(self) -> dict[str, Any]:
        """The sections of the Preferences object."""
        found = self.find("Preferences", "1")
        return found.values if found is not None else {}

    def preference(self, section: str, name: str) -> Any:
        """Return one setting, None if it is not there."""
        return (self.preferences.get(section) or {}).get(name)

    @property
    def uses_sales_tax(self) -> bool:
        """True once sales tax is set up."""
        return bool(self.preference("TaxPrefs", "UsingSalesTax"))

    @property
    def home_currency(self) -> dict[str, str]:
        """The reference to the home currency."""
        return {"value": self.country.currency, "name": self.country.currency_name}

    def currency(self, code: str) -> dict[str, str]:
        """Return the reference to a currency.

        Raises:
            Refusal: 2500 if the company does not use it (which code comes is UNCONFIRMED).
        """
        many = bool(self.preference("CurrencyPrefs", "MultiCurrencyEnabled"))
        if code == self.country.currency:
            return self.home_currency
        if not many or code not in CURRENCIES:
            raise faults.Refusal(faults.dangling("Currencies", code))
        return {"value": code, "name": CURRENCIES[code]}

    # -- Surroundings of a check ----------------------------------------------------------
    @property
    def null_clears(self) -> bool:
        """Whether null empties a field (UNCONFIRMED)."""
        return self.behaviour.null_clears

    @property
    def collapse_blanks(self) -> bool:
        """Whether doubled blanks in names become one (UNCONFIRMED)."""
        return self.behaviour.names_collapse_blanks

    def representable(self, value: str) -> str | None:
        """Return the text as a company of this country holds it; None refuses it."""
        if not self.country.latin1_only or self.behaviour.outside_latin1 == "keep":
            return value
        if value.isascii():
            return value
        try:
            value.encode("latin-1")
        except UnicodeEncodeError:
            if self.behaviour.outside_latin1 == "reject":
                return None
            return value.encode("latin-1", "replace").decode("latin-1")
        return value

    def reference_fault(self, targets: tuple[str, ...], value: str) -> faults.FaultError | None:
        """Return 2500 for a reference to nothing, 2500 or 610 for one to something inactive."""
        if value in ("SHIPPING_ITEM_ID", "GRATUITY_ITEM_ID") and "Item" in targets:
            return None
        for target in targets:
            record = self.find(target, value)
            if record is not None:
                if record.is_active or (target, value) in self._tolerated:
                    return None
                if self.behaviour.inactive_reference == "610":
                    return faults.not_found().errors[0]
                return faults.inactive_reference()
        return faults.dangling(BY_NAME[targets[0]].plural, value)

    @contextmanager
    def tolerating(self, held: frozenset[tuple[str, str]]) -> Iterator[None]:
        """Within the block, what an object refers to already may be inactive (UNCONFIRMED)."""
        self._tolerated = held if self.behaviour.inactive_on_existing == "accept" else frozenset()
        try:
            yield
        finally:
            self._tolerated = frozenset()

    # -- writing --------------------------------------------------------------------------
    def announce(self, entity: str, operation: str, record_id: str, deleted_id: str = "") -> None:
        """Tell the webhooks of a change.

        Operations: create, update, inactivate, delete, void, merge, emailed.
        """
        if self.on_change is not None and self.is_recording:
            self.on_change(entity, operation, record_id, deleted_id)

    def next_id(self, family: str) -> str:
        """Return the next id of a family; customers, vendors and employees share one."""
        return str(self.ids.next(f"id:{family}"))

    def save(self, record: Record) -> None:
        """Store a new or changed object."""
        self.store(record.entity).put(record)
        self.state.put(record.entity.name, record.id, record)

    def note(self, writer: Writer, action: str, record: Record, before: Mapping[str, Any]) -> None:
        """Write the change of an object into the ledger: whole on create, else the difference."""
        if not self.is_recording:
            return
        after = record.values
        if action == "create":
            old, new = None, plain(after)
        else:
            changed = [n for n in {**before, **after} if before.get(n) != after.get(n)]
            old = plain({name: before.get(name) for name in changed})
            new = plain({name: after.get(name) for name in changed})
        self.ledger.write(
            actor=writer.actor,
            action=action,
            type=record.entity.name,
            id=record.id,
            before=old,
            after=new,
            request_id=writer.request_id,
            sync_token=str(record.token),
        )

    def remove(self, record: Record) -> None:
        """Delete an object, leaving the stub CDC shows."""
        at = self.now()
        self.store(record.entity).remove(record.id, at)
        self.state.delete(record.entity.name, record.id)
        self.state.put(TOMBSTONE, f"{record.entity.name}/{record.id}", {"at": at})


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values fit for plain JSON: decimals become text, as they must not lose digits."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
