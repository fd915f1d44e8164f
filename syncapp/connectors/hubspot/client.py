"""HubSpot's endpoints: one function each, dated paths; not what an answer means for a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from syncapp.connectors.caller import Answer, Block, Call, Caller
from syncapp.connectors.hubspot.errors import judge, problem_of
from syncapp.connectors.hubspot.objects import WINDOW_STRETCH, Versions
from syncapp.connectors.jsontext import mapping, text
from syncapp.connectors.rate import BlockReason, Budget, Limit
from syncapp.core.errors import ConnectionBroken
from syncapp.core.ports import Clock
from syncapp.core.sides import Side

#: HubSpot gives up after 100 s of work (524).
WRITE_SECONDS = 110.0
TEN_SECONDS_WAIT = 10.0
SEARCH_WAIT = 1.0
UNKNOWN_DAILY_WAIT = 3600.0
#: Whether associations count in the general window as well is UNCONFIRMED: kept under both.
_TIES = ("calls", "associations")
_ALL = ("calls", "search", "associations")


@dataclass(frozen=True, slots=True)
class HubSpotDialect:
    """What HubSpot's answers have in common.

    Attributes:
        time_zone: The account's zone; the daily limit ends at its midnight. "" for unknown.
    """

    clock: Clock
    time_zone: str = ""
    name: str = "HubSpot"
    request_id_header: str = "x-hubspot-correlation-id"

    def throttled(self, call: Call, answer: Answer) -> Block | None:
        """See ``Dialect``; the three bodies of apis/hubspot.md 13."""
        if answer.status != 429:
            return None
        told = mapping(answer.json)
        policy = f"{text(told.get('policyName'))} {text(told.get('message'))}".casefold()
        asked = answer.retry_after_seconds
        if "daily" in policy:
            return Block(_ALL, asked or self._until_midnight(), BlockReason.DAY)
        if "search" in call.budget:
            return Block(("search",), asked or SEARCH_WAIT)
        return Block(call.budget, asked or TEN_SECONDS_WAIT)

    def observe(self, call: Call, answer: Answer, budget: Budget) -> None:
        """Follow the limits HubSpot names: they depend on the plan and on bought increases."""
        del call
        most = answer.headers.get("x-hubspot-ratelimit-max", "")
        window = answer.headers.get("x-hubspot-ratelimit-interval-milliseconds", "")
        if most.isdigit() and window.isdigit() and int(most) and int(window):
            budget.learn("calls", Limit(int(most), int(window) / 1000 * WINDOW_STRETCH))
        limit = answer.headers.get("x-hubspot-ratelimit-daily", "")
        left = answer.headers.get("x-hubspot-ratelimit-daily-remaining", "")
        if limit.isdigit() and left.isdigit():  # not told to OAuth apps
            budget.see_day(int(limit), int(left))
            if int(left) == 0:  # the next call would be refused, and count as an error
                for name in _ALL:
                    budget.block(name, self._until_midnight(), BlockReason.DAY)

    def broken(self, answer: Answer) -> ConnectionBroken:
        """See ``Dialect``."""
        error = judge(problem_of(answer), writing=False)
        if isinstance(error, ConnectionBroken):
            return error
        return ConnectionBroken(
            str(error), code="reconnect", request_id=answer.request_id, side=Side.HUBSPOT
        )

    def _until_midnight(self) -> float:
        try:
            zone = ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return UNKNOWN_DAILY_WAIT
        here = self.clock.now().astimezone(zone)
        midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return max((midnight - here).total_seconds(), 60.0)


class HubSpotClient:
    """The endpoints. Reads raise what a refusal means; writes return the answer as it came."""

    def __init__(self, caller: Caller, versions: Versions) -> None:
        self.caller = caller
        self._versions = versions

    # -- account

    def account(self) -> Answer:
        """``GET /account-info/V/details``."""
        return self._read(Call("GET", f"/account-info/{self._versions.account}/details"))

    # -- lists of the account

    def owners(self, *, after: str) -> Answer:
        """One page of the people and queues that records can belong to."""
        return self._listed(f"/crm/owners/{self._versions.owners}", after)

    def pipelines(self, slug: str) -> Answer:
        """The pipelines of a type with their stages; unpaged."""
        return self._read(Call("GET", f"/crm/pipelines/{self._versions.pipelines}/{slug}"))

    def tax_rates(self, *, after: str) -> Answer:
        """One page of the tax rates, which people keep in HubSpot's settings."""
        return self._listed(f"/tax-rates/{self._versions.tax_rates}/tax-rates", after)

    def exchange_rates(self) -> Answer:
        """The additional currencies, each with its current rate."""
        root = f"/settings/currencies/{self._versions.currencies}"
        return self._read(Call("GET", f"{root}/exchange-rates/current"))

    def company_currency(self) -> Answer:
        """The account's own currency."""
        root = f"/settings/currencies/{self._versions.currencies}"
        return self._read(Call("GET", f"{root}/company-currency"))

    def probe(self, slug: str) -> Answer:
        """Whether records of a type can be read at all; a refusal is an answer here."""
        return self.caller.send(Call("GET", self._objects(slug), query=(("limit", "1"),)))

    # -- objects

    def list_page(
        self,
        slug: str,
        *,
        limit: int,
        after: str,
        properties: Sequence[str],
        archived: bool = False,
    ) -> Answer:
        """One page of all living (or archived) records of a type."""
        query = [("limit", str(limit)), ("archived", "true" if archived else "false")]
        if after:
            query.append(("after", after))
        if properties:
            query.append(("properties", ",".join(properties)))
        return self._read(Call("GET", self._objects(slug), query=tuple(query)))

    def get(self, slug: str, record_id: str, *, properties: Sequence[str]) -> Answer:
        """One record; an id that was merged away answers with the record it became.

        Returns the answer whatever it says: 404 is an answer here.
        """
        path = f"{self._objects(slug)}/{record_id}"
        return self.caller.send(Call("GET", path, query=(("properties", ",".join(properties)),)))

    def batch_read(
        self,
        slug: str,
        ids: Sequence[str],
        *,
        properties: Sequence[str] = (),
        id_property: str = "",
        with_history: Sequence[str] = (),
        archived: bool = False,
    ) -> Answer:
        """Up to 100 records by id or by a unique property; what is missing is left out (207)."""
        body: dict[str, object] = {
            "inputs": [{"id": one} for one in ids],
            "properties": list(properties),
            "propertiesWithHistory": list(with_history),
        }
        if id_property:
            body["idProperty"] = id_property
        query = (("archived", "true"),) if archived else ()
        return self._read(Call("POST", f"{self._objects(slug)}/batch/read", query=query, body=body))

    def search(self, slug: str, body: Mapping[str, object]) -> Answer:
        """One page of a search: from an index that lags, at most 10,000 results per query."""
        path = f"{self._objects(slug)}/search"
        return self._read(Call("POST", path, body=body, budget=("search",)))

    def batch_create(self, slug: str, inputs: Sequence[Mapping[str, object]]) -> Answer:
        """Up to 100 new records. A trace id on *every* input lets the good ones through."""
        return self._write(f"{self._objects(slug)}/batch/create", {"inputs": list(inputs)})

    def batch_update(self, slug: str, inputs: Sequence[Mapping[str, object]]) -> Answer:
        """Changes of up to 100 records; ids that were merged away are refused."""
        return self._write(f"{self._objects(slug)}/batch/update", {"inputs": list(inputs)})

    def batch_upsert(self, slug: str, inputs: Sequence[Mapping[str, object]]) -> Answer:
        """Up to 100 records by a unique property, made where there are none."""
        return self._write(f"{self._objects(slug)}/batch/upsert", {"inputs": list(inputs)})

    def batch_archive(self, slug: str, ids: Sequence[str]) -> Answer:
        """Up to 100 records into the recycle bin; nothing comes back (204)."""
        body = {"inputs": [{"id": one} for one in ids]}
        return self._write(f"{self._objects(slug)}/batch/archive", body)

    # -- associations

    def ties_read(self, slug: str, to_slug: str, inputs: Sequence[Mapping[str, object]]) -> Answer:
        """The partners of up to 1,000 records; 207 names those that have none."""
        path = f"{self._ties(slug, to_slug)}/batch/read"
        return self._read(Call("POST", path, body={"inputs": list(inputs)}, budget=_TIES))

    def ties_create(
        self, slug: str, to_slug: str, inputs: Sequence[Mapping[str, object]]
    ) -> Answer:
        """Up to 2,000 associations."""
        path = f"{self._ties(slug, to_slug)}/batch/create"
        return self._write(path, {"inputs": list(inputs)}, budget=_TIES)

    def ties_archive(
        self, slug: str, to_slug: str, inputs: Sequence[Mapping[str, object]]
    ) -> Answer:
        """Associations taken away with all their labels."""
        path = f"{self._ties(slug, to_slug)}/batch/archive"
        return self._write(path, {"inputs": list(inputs)}, budget=_TIES)

    # -- properties

    def properties(self, slug: str) -> Answer:
        """All definitions of a type."""
        return self._read(Call("GET", self._properties(slug), query=(("archived", "false"),)))

    def find_property(self, slug: str, name: str) -> Answer:
        """One definition; 404 is an answer here."""
        return self.caller.send(Call("GET", f"{self._properties(slug)}/{name}"))

    def create_property(self, slug: str, definition: Mapping[str, object]) -> Answer:
        """A new definition."""
        return self._write(self._properties(slug), definition)

    def create_group(self, slug: str, definition: Mapping[str, object]) -> Answer:
        """A new group of properties."""
        return self._write(f"{self._properties(slug)}/groups", definition)

    # -- helpers

    def _objects(self, slug: str) -> str:
        return f"/crm/objects/{self._versions.objects}/{slug}"

    def _ties(self, slug: str, to_slug: str) -> str:
        return f"/crm/associations/{self._versions.associations}/{slug}/{to_slug}"

    def _properties(self, slug: str) -> str:
        return f"/crm/properties/{self._versions.properties}/{slug}"

    def _listed(self, path: str, after: str) -> Answer:
        query = (("limit", "100"), *((("after", after),) if after else ()))
        return self._read(Call("GET", path, query=query))

    def _read(self, call: Call) -> Answer:
        answer = self.caller.send(call)
        if not answer.ok:
            raise judge(problem_of(answer), writing=False)
        return answer

    def _write(
        self, path: str, body: Mapping[str, object], budget: tuple[str, ...] = ("calls",)
    ) -> Answer:
        return self.caller.send(
            Call("POST", path, body=body, writes=True, budget=budget, timeout_seconds=WRITE_SECONDS)
        )
