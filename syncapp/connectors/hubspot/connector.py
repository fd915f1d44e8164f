"""The HubSpot side of the protocol: listing, changes, reads, marker; writes are in ``writes.py``.

No ``if`` about sync. ``connect`` in the package builds one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncapp.connectors import cursors
from syncapp.connectors.base import (
    Choice,
    Feature,
    Op,
    Page,
    Sample,
    Tie,
    WriteBatch,
    WriteResult,
)
from syncapp.connectors.batches import look_up_in_halves
from syncapp.connectors.caller import Answer, Caller
from syncapp.connectors.http import is_loopback
from syncapp.connectors.hubspot import choices, dated, marker, samples, ties, writes
from syncapp.connectors.hubspot.client import HubSpotClient
from syncapp.connectors.hubspot.errors import judge, problem_of
from syncapp.connectors.hubspot.objects import (
    BATCH,
    HISTORY_BATCH,
    LIST_PAGE,
    MARKER,
    MAX_PROPERTIES_IN_SEARCH,
    MAX_PROPERTIES_IN_URL,
    TYPES,
    ObjectType,
    Versions,
)
from syncapp.connectors.hubspot.paging import following_page, next_after, search_body
from syncapp.connectors.hubspot.records import past_values, to_record
from syncapp.connectors.hubspot.schema import to_field
from syncapp.connectors.jsontext import items, mapping, text
from syncapp.core.errors import ConfigurationInvalid, RecordError, TryLater
from syncapp.core.filters import Condition
from syncapp.core.ports import Env
from syncapp.core.records import Account, PastValue, Record, is_stand_in
from syncapp.core.schema import Field
from syncapp.core.sides import Side

#: Used for a cursor when an answer has no Date header: clocks may differ by ten minutes.
CLOCK_DOUBT = timedelta(minutes=15)
#: A value of any unique property that HubSpot takes, and that nobody has.
_HARMLESS = "nobody@example.com"


class HubSpotConnector:
    """One HubSpot account; see ``Connector`` for what each method promises.

    Args:
        portal_id: For links; learnt from ``account()`` when empty.
        app_id: The app's id at HubSpot, by which a history tells our own values; "" for unknown.
    """

    side = Side.HUBSPOT
    marker_field: str | None = MARKER

    def __init__(
        self,
        env: Env,
        caller: Caller,
        *,
        versions: Versions,
        is_simulator: bool,
        portal_id: str,
        ui_domain: str,
        app_id: str,
    ) -> None:
        self.batch_size: Mapping[Op, int] = dict.fromkeys(Op, BATCH)
        self._env = env
        self._caller = caller
        self._client = HubSpotClient(caller, versions)
        self._is_simulator = is_simulator
        self._portal_id = portal_id
        self._ui_domain = ui_domain
        self._app_id = app_id

    @property
    def calls(self) -> int:
        """How many calls were made so far."""
        return self._caller.calls

    @calls.setter
    def calls(self, count: int) -> None:
        self._caller.calls = count

    # -- account and schema

    def account(self) -> Account:
        """See ``Connector``."""
        told = mapping(self._client.account().json)
        self._portal_id = text(told.get("portalId"))
        self._ui_domain = text(told.get("uiDomain")) or self._ui_domain
        kind = text(told.get("accountType"))
        environment = "production" if kind == "STANDARD" else "sandbox"
        return Account(
            id=self._portal_id,
            name=f"HubSpot account {self._portal_id}",
            environment="simulator" if self._is_simulator else environment,
            currency=text(told.get("companyCurrency")),
            time_zone=text(told.get("timeZone")),
            details={
                "accountType": kind,
                "uiDomain": self._ui_domain,
                "dataHostingLocation": text(told.get("dataHostingLocation")),
                "additionalCurrencies": [
                    text(one) for one in items(told.get("additionalCurrencies"))
                ],
            },
        )

    def describe(self, record_type: str) -> tuple[Field, ...]:
        """See ``Connector``."""
        kind = _type(record_type)
        told = items(mapping(self._client.properties(kind.slug).json).get("results"))
        return tuple(to_field(record_type, one) for one in told if text(mapping(one).get("name")))

    def choices(self, name: str) -> tuple[Choice, ...]:
        """See ``Offering``."""
        return choices.choices(self._client, name)

    def feature(self, record_type: str) -> Feature:
        """See ``Probing``."""
        return choices.feature(self._client, _type(record_type))

    def prepare(self, record_type: str) -> None:
        """See ``Connector``. Makes a group and the property ``qbo_sync_id``, unique."""
        marker.prepare(self._client, _type(record_type))

    # -- reading

    def list_page(self, record_type: str, *, fields: Sequence[str], after: str | None) -> Page:
        """See ``Connector``. The list endpoint: no index lag, no cap."""
        kind = _type(record_type)
        place = cursors.decode(after)
        properties = _properties(kind, fields)
        fits = len(",".join(properties)) <= MAX_PROPERTIES_IN_URL
        position = text(place.get("after"))
        answer = self._client.list_page(
            kind.slug, limit=LIST_PAGE, after=position, properties=properties if fits else ()
        )
        told = items(mapping(answer.json).get("results"))
        records = tuple(to_record(record_type, one) for one in told)
        if not fits:
            records = self._again(kind, records, properties)
        following = next_after(answer)
        if following and following == position:
            # A listing that turns in a circle would never end; one cut short would prove absence.
            raise TryLater("HubSpot repeated a page of a listing.", code="temporary")
        started = cursors.instant(place.get("at")) or self._server_time(answer)
        at = started.isoformat()
        return Page(records, cursors.encode(after=following, at=at) if following else None, started)

    def streams(self, record_types: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """See ``Connector``: HubSpot is asked for each type alone."""
        return tuple((record_type,) for record_type in record_types)

    def changes_page(
        self,
        record_types: Sequence[str],
        *,
        since: datetime,
        fields: Mapping[str, Sequence[str]],
        after: str | None,
    ) -> Page:
        """See ``Connector``. Search by keyset on the id, so the cap of 10,000 never bites."""
        (record_type,) = record_types
        kind = _type(record_type)
        place = cursors.decode(after)
        last, offset = text(place.get("last")), text(place.get("offset"))
        properties = _properties(kind, fields.get(record_type, ()))
        fits = len('","'.join(properties)) <= MAX_PROPERTIES_IN_SEARCH
        body = search_body(kind, since, last=last, offset=offset)
        answer = self._client.search(
            kind.slug, {**body, "properties": properties if fits else [kind.modified]}
        )
        told = items(mapping(answer.json).get("results"))
        records = tuple(to_record(record_type, one) for one in told)
        following = following_page(records, answer, last=last, offset=offset)
        if not fits:
            records = self._again(kind, records, properties)
        started = cursors.instant(place.get("at")) or self._server_time(answer)
        if following is None:
            return Page(records, None, started)
        return Page(records, cursors.encode(**following, at=started.isoformat()), started)

    def read(
        self, record_type: str, ids: Sequence[str], *, fields: Sequence[str]
    ) -> tuple[Record, ...]:
        """See ``Connector``; merged-away ids come back as the record they became."""
        kind = _type(record_type)
        properties = _properties(kind, fields)
        found: dict[str, Record] = {}
        wanted = [one for one in dict.fromkeys(ids) if not is_stand_in(one)]
        for chunk in _chunks(wanted, BATCH):
            answer = self._client.batch_read(kind.slug, chunk, properties=properties)
            _collect(record_type, answer, found)
            self._follow_missing(kind, chunk, properties, found)
        return tuple(found.values())

    def _follow_missing(
        self,
        kind: ObjectType,
        asked: Sequence[str],
        properties: Sequence[str],
        found: dict[str, Record],
    ) -> None:
        """Look for ids a batch read left out: merged first, for merged originals are archived."""
        archived: list[str] = []
        for missing in _missing(asked, found):
            survivor = self._survivor(kind, missing, properties)
            if survivor is None:
                archived.append(missing)
            else:
                known = found.get(survivor.ref.id)
                absorbed = (*(known or survivor).absorbed_ids, missing)
                found[survivor.ref.id] = Record(
                    ref=survivor.ref,
                    values=survivor.values,
                    version=survivor.version,
                    gone=survivor.gone,
                    absorbed_ids=tuple(dict.fromkeys(absorbed)),
                    unreadable=survivor.unreadable,
                )
        if archived:
            answer = self._client.batch_read(
                kind.slug, archived, properties=properties, archived=True
            )
            _collect(kind.slug, answer, found)

    def _survivor(
        self, kind: ObjectType, record_id: str, properties: Sequence[str]
    ) -> Record | None:
        """The record an id was merged into; None when there is none."""
        if not record_id.isdigit():  # never put anything else into a path
            return None
        answer = self._client.get(kind.slug, record_id, properties=properties)
        if answer.status == 404:
            return None
        if not answer.ok:
            raise judge(problem_of(answer), writing=False)
        record = to_record(kind.slug, answer.json)
        return None if record.ref.is_stand_in or record.ref.id == record_id else record

    def find(
        self, record_type: str, *, field: str, values: Sequence[str], fields: Sequence[str]
    ) -> tuple[Record, ...]:
        """See ``Connector``: batch read by a unique property, which no index delays."""
        kind = _type(record_type)
        properties = _properties(kind, [*fields, field])
        wanted: dict[str, str] = {}  # HubSpot refuses a batch that holds a value twice
        for value in values:
            if value.strip():
                wanted.setdefault(value.strip().casefold(), value.strip())

        def ask(some: Sequence[str]) -> Sequence[Record]:
            found: dict[str, Record] = {}
            answer = self._client.batch_read(
                kind.slug, some, properties=properties, id_property=field
            )
            _collect(record_type, answer, found)
            return tuple(found.values())

        def may_be_odd(_: str) -> bool:
            ask([_HARMLESS])  # refused as well: then it was not the value
            return True

        found: list[Record] = []
        for chunk in _chunks(list(wanted.values()), BATCH):
            # UNCONFIRMED: that a text which is no e-mail address is merely not found.
            found += look_up_in_halves(chunk, ask, may_be_odd=may_be_odd)
        living = {record.ref.id: record for record in found if record.gone is None}
        return tuple(living.values())

    def created_since(
        self, record_type: str, since: datetime, *, fields: Sequence[str]
    ) -> tuple[Record, ...]:
        """See ``Connector``: the archived ones.

        HubSpot reads those by id only, so the recycle bin is listed; it holds 90 days.
        """
        kind = _type(record_type)
        properties = _properties(kind, fields)
        found: list[Record] = []
        after = ""
        while True:
            answer = self._client.list_page(
                kind.slug, limit=LIST_PAGE, after=after, properties=properties, archived=True
            )
            for told in items(mapping(answer.json).get("results")):
                made = cursors.instant(mapping(told).get("createdAt"))
                if made is None or made >= since:
                    found.append(to_record(record_type, told))
            following = next_after(answer)
            if not following or following == after:
                return tuple(found)
            after = following

    def sample(
        self,
        record_type: str,
        *,
        where: Sequence[Sequence[Condition]],
        newest_by: str,
        fields: Sequence[str] = (),
        most: int = 1,
    ) -> Sample:
        """See ``Sampling``."""
        return samples.sample(
            self._client, _type(record_type), where=where, newest_by=newest_by, fields=fields,
            most=most, otherwise=self._env.clock.now(),
        )  # fmt: skip

    def dated(
        self,
        record_type: str,
        *,
        by: str,
        first: date,
        last: date,
        where: ZoneInfo,
        fields: Sequence[str],
    ) -> tuple[Record, ...]:
        """See ``Dating``."""
        kind = _type(record_type)
        found = dated.ids_dated(self._client, kind, by=by, first=first, last=last, where=where)
        return tuple(one for one in self.read(record_type, found, fields=fields) if not one.gone)

    def history(
        self, record_type: str, ids: Sequence[str], fields: Sequence[str]
    ) -> Mapping[str, Mapping[str, tuple[PastValue, ...]]]:
        """See ``Connector``."""
        kind = _type(record_type)
        told: dict[str, Mapping[str, tuple[PastValue, ...]]] = {}
        for chunk in _chunks(list(dict.fromkeys(ids)), HISTORY_BATCH):
            answer = self._client.batch_read(
                kind.slug, chunk, properties=fields, with_history=fields
            )
            for one in items(mapping(answer.json).get("results")):
                record_id = text(mapping(one).get("id"))
                told[record_id] = past_values(one, app_id=self._app_id)
        return told

    def _again(
        self, kind: ObjectType, records: Sequence[Record], properties: Sequence[str]
    ) -> tuple[Record, ...]:
        """Records of a page with all their properties, where the page's call could not ask."""
        found: dict[str, Record] = {}
        for chunk in _chunks([record.ref.id for record in records], BATCH):
            answer = self._client.batch_read(kind.slug, chunk, properties=properties)
            _collect(kind.slug, answer, found)
        return tuple(found.values())

    def _server_time(self, answer: Answer) -> datetime:
        return answer.at or self._env.clock.now() - CLOCK_DOUBT

    # -- writing

    def marker_of(self, record: Record) -> str:
        """See ``Connector``."""
        return text(record.get(MARKER))

    def write(self, batch: WriteBatch) -> tuple[WriteResult, ...]:
        """See ``Connector``."""
        _type(batch.type)
        if batch.op is Op.ASSOCIATE:
            return ties.replace(self._client, batch)
        return writes.write(self._client, batch)

    # -- associations

    def ties(
        self, record_type: str, ids: Sequence[str], to_type: str
    ) -> Mapping[str, tuple[Tie, ...]]:
        """See ``Associating``."""
        return ties.read(self._client, _type(record_type).slug, ids, _type(to_type).slug)

    def tie(
        self, record_type: str, pairs: Sequence[tuple[str, Tie]]
    ) -> Mapping[tuple[str, Tie], RecordError]:
        """See ``Associating``."""
        return ties.write(self._client, _type(record_type).slug, pairs)

    def untie(
        self, record_type: str, pairs: Sequence[tuple[str, Tie]]
    ) -> Mapping[tuple[str, Tie], RecordError]:
        """See ``Associating``."""
        return ties.remove(self._client, _type(record_type).slug, pairs)

    def record_url(self, record_type: str, record_id: str) -> str:
        """See ``Connector``."""
        scheme = "http" if is_loopback(f"http://{self._ui_domain}") else "https"
        kind = _type(record_type)
        return (
            f"{scheme}://{self._ui_domain}/contacts/{self._portal_id}"
            f"/record/{kind.type_id}/{record_id}"
        )


def _type(record_type: str) -> ObjectType:
    try:
        return TYPES[record_type]
    except KeyError:
        raise ConfigurationInvalid(
            f"Tandem does not know HubSpot's record type {record_type!r}.", code="unknown_type"
        ) from None


def _properties(kind: ObjectType, fields: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*fields, *kind.always, *([MARKER] if kind.has_marker else [])]))


def _collect(record_type: str, answer: Answer, found: dict[str, Record]) -> None:
    for told in items(mapping(answer.json).get("results")):
        record = to_record(record_type, told)
        found[record.ref.id] = record


def _missing(asked: Sequence[str], found: Mapping[str, Record]) -> list[str]:
    known = set(found)
    for record in found.values():
        known.update(record.absorbed_ids)
    return [one for one in asked if one not in known]


def _chunks(values: Sequence[str], size: int) -> list[Sequence[str]]:
    return [values[start : start + size] for start in range(0, len(values), size)]
