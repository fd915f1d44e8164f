"""The QuickBooks side of the protocol; changes are in ``changes.py``, writes in ``writes.py``.

No ``if`` about sync. ``connect`` in the package builds one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from syncapp.connectors import cursors
from syncapp.connectors.base import Choice, Op, Page, WriteBatch, WriteResult
from syncapp.connectors.batches import look_up_in_halves
from syncapp.connectors.caller import Answer, Caller
from syncapp.connectors.jsontext import Json, items, mapping, text
from syncapp.connectors.quickbooks import (
    changes,
    choices,
    custom_fields,
    enhanced,
    query,
    schema,
    writes,
)
from syncapp.connectors.quickbooks.client import QuickBooksClient, server_time
from syncapp.connectors.quickbooks.entities import BATCH, ENTITIES, IN_LIST, PAGE, Entity
from syncapp.connectors.quickbooks.errors import fault_of, judge, problem_of
from syncapp.connectors.quickbooks.markers import NOTE, marker_in
from syncapp.connectors.quickbooks.records import to_record
from syncapp.core.errors import ConfigurationInvalid, RecordGone
from syncapp.core.ports import Env
from syncapp.core.records import Account, PastValue, Record
from syncapp.core.schema import Field
from syncapp.core.sides import Side
from syncapp.core.values import Value

#: Nothing found, or the company does not use the currency. UNCONFIRMED which of the two.
_NO_RATE = frozenset({"610", "2500"})


class QuickBooksConnector:
    """One QuickBooks company; see ``Connector`` for what each method promises.

    Args:
        realm_id: The company.
        environment: "production", "sandbox" or "simulator".
        app_url: Where a person opens the company's pages.
    """

    side = Side.QUICKBOOKS
    marker_field: str | None = None

    def __init__(
        self, env: Env, caller: Caller, *, realm_id: str, environment: str, app_url: str
    ) -> None:
        self.batch_size: Mapping[Op, int] = dict.fromkeys(Op, BATCH)
        self._env = env
        self._caller = caller
        self._client = QuickBooksClient(caller, realm_id)
        self._realm_id = realm_id
        self._environment = environment
        self._app_url = app_url

    @property
    def calls(self) -> int:
        """How many calls were made so far."""
        return self._caller.calls

    @calls.setter
    def calls(self, count: int) -> None:
        self._caller.calls = count

    # -- account and schema

    def account(self) -> Account:
        """See ``Connector``; a second call reads the preferences."""
        company = mapping(mapping(self._client.company_info().json).get("CompanyInfo"))
        chosen = mapping(mapping(self._client.preferences().json).get("Preferences"))
        named = {
            text(mapping(one).get("Name")): text(mapping(one).get("Value"))
            for one in items(company.get("NameValue"))
        }
        currency = mapping(mapping(chosen.get("CurrencyPrefs")).get("HomeCurrency"))
        return Account(
            id=self._realm_id,
            name=text(company.get("CompanyName")) or text(company.get("LegalName")),
            environment=self._environment,
            currency=text(currency.get("value")),
            country=text(company.get("Country")),
            time_zone=text(company.get("DefaultTimeZone")),
            details={
                **_preferences(chosen),
                "LegalName": text(company.get("LegalName")),
                "CompanyStartDate": text(company.get("CompanyStartDate")),
                "SubscriptionStatus": named.get("SubscriptionStatus", ""),
                "OfferingSku": named.get("OfferingSku", ""),
            },
        )

    def describe(self, record_type: str) -> tuple[Field, ...]:
        """See ``Connector``: fixed tables; the names of custom fields are in the preferences."""
        fixed = schema.fields(record_type)
        if record_type not in custom_fields.ON:
            return fixed
        chosen = mapping(mapping(self._client.preferences().json).get("Preferences"))
        newer = enhanced.described(self._client, record_type)
        return (*fixed, *custom_fields.fields(chosen), *newer)

    def choices(self, name: str) -> tuple[Choice, ...]:
        """See ``Offering``; a call for each thousand entries."""
        choices.require(name)
        records: list[Record] = []
        after: str | None = None
        while True:
            page = self.list_page(name, fields=(), after=after)
            records += page.records
            after = page.next
            if after is None:
                return choices.choices(name, records)

    def prepare(self, record_type: str) -> None:
        """See ``Connector``: lists are found again by their name, so there is nothing to make."""
        _entity(record_type)

    # -- reading

    def list_page(self, record_type: str, *, fields: Sequence[str], after: str | None) -> Page:
        """See ``Connector``. Every field comes; newer custom fields if asked for."""
        entity = _entity(record_type)
        place = cursors.decode(after)
        start = int(text(place.get("start")) or 1)
        answer = self._client.query(
            query.select(entity.name, _any_state(entity), order_by="Id", start=start, most=PAGE),
            *custom_fields.asked(fields),
        )
        rows = _rows(answer, entity)
        read = [to_record(record_type, row) for row in rows]
        records = enhanced.completed(self._client, read, fields)
        started = cursors.instant(place.get("at")) or self._server_time(answer)
        if len(rows) < PAGE:
            return Page(records, None, started)
        return Page(records, cursors.encode(start=start + PAGE, at=started.isoformat()), started)

    def streams(self, record_types: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """See ``Connector``: one call tells the changes of all types but taxes."""
        told = tuple(one for one in record_types if _entity(one).in_cdc)
        alone = tuple((one,) for one in record_types if not _entity(one).in_cdc)
        return ((told,) if told else ()) + alone

    def changes_page(
        self,
        record_types: Sequence[str],
        *,
        since: datetime,
        fields: Mapping[str, Sequence[str]],
        after: str | None,
    ) -> Page:
        """See ``Connector``. Every field comes; newer custom fields if asked for."""
        for record_type in record_types:
            _entity(record_type)
        now = self._env.clock.now()
        if after is None:
            page = changes.first_page(self._client, record_types, since, now=now)
        else:
            page = changes.next_page(self._client, record_types, since, after, now=now)
        asked = [name for names in fields.values() for name in names]
        return replace(page, records=enhanced.completed(self._client, page.records, asked))

    def read(
        self, record_type: str, ids: Sequence[str], *, fields: Sequence[str]
    ) -> tuple[Record, ...]:
        """See ``Connector``. Every field comes; newer custom fields if asked for."""
        entity = _entity(record_type)
        wanted = [one for one in dict.fromkeys(ids) if one.isdigit()]
        if len(wanted) == 1:
            records = self._read_one(entity, wanted[0], custom_fields.asked(fields))
        else:
            records = self._where(entity, "Id", wanted, _any_state(entity))
        return enhanced.completed(self._client, records, fields)

    def _read_one(
        self, entity: Entity, record_id: str, also: Sequence[tuple[str, str]]
    ) -> tuple[Record, ...]:
        answer = self._client.get(entity, record_id, *also)
        if answer.ok and fault_of(answer.json) is None:
            return (to_record(entity.name, mapping(answer.json).get(entity.name)),)
        error = judge(problem_of(answer))
        if isinstance(error, RecordGone):
            return ()
        raise error

    def find(
        self, record_type: str, *, field: str, values: Sequence[str], fields: Sequence[str]
    ) -> tuple[Record, ...]:
        """See ``Connector``. Queries show the active ones only, unless they are asked."""
        entity = _entity(record_type)
        wanted = list(dict.fromkeys(value.strip() for value in values))
        # No name in QuickBooks holds a line break: such a value finds nothing.
        wanted = [value for value in wanted if value and query.is_quotable(value)]
        prop = field.split(".", 1)[0]
        found: list[Record] = []
        for at in range(0, len(wanted), IN_LIST):
            # Some characters outside ASCII have given 4000, a lexical error (PHP SDK issue 397).
            # A name that hides behind one is found when its creation is refused (6240).
            found += look_up_in_halves(
                wanted[at : at + IN_LIST],
                lambda some: self._where(entity, prop, some),
                may_be_odd=lambda value: not value.isascii(),
            )
        return enhanced.completed(self._client, found, fields)

    def _where(
        self, entity: Entity, prop: str, values: Sequence[str], also: Sequence[str] = ()
    ) -> tuple[Record, ...]:
        records: list[Record] = []
        for at in range(0, len(values), IN_LIST):
            conditions = [query.is_in(prop, values[at : at + IN_LIST]), *also]
            start = 1
            while True:
                statement = query.select(entity.name, conditions, start=start, most=PAGE)
                rows = _rows(self._client.query(statement), entity)
                records += [to_record(entity.name, row) for row in rows]
                if len(rows) < PAGE:
                    break
                start += PAGE
        return tuple(records)

    def created_since(
        self, record_type: str, since: datetime, *, fields: Sequence[str]
    ) -> tuple[Record, ...]:
        """See ``Connector``: all of them, inactive ones too, by whatever name they have now."""
        entity = _entity(record_type)
        moment = since.astimezone(UTC).isoformat(timespec="seconds")
        conditions = [query.at_least("MetaData.CreateTime", moment), *_any_state(entity)]
        return enhanced.completed(self._client, self._all(entity, conditions), fields)

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
        """See ``Dating``. Dates of documents are plain; every field comes, asked for or not."""
        del where
        days = [query.at_least(by, first.isoformat()), query.at_most(by, last.isoformat())]
        return enhanced.completed(self._client, self._all(_entity(record_type), days), fields)

    def _all(self, entity: Entity, conditions: Sequence[str]) -> tuple[Record, ...]:
        records: list[Record] = []
        start = 1
        while True:
            statement = query.select(entity.name, conditions, order_by="Id", start=start, most=PAGE)
            rows = _rows(self._client.query(statement), entity)
            records += [to_record(entity.name, row) for row in rows]
            if len(rows) < PAGE:
                return tuple(records)
            start += PAGE

    def history(
        self, record_type: str, ids: Sequence[str], fields: Sequence[str]
    ) -> Mapping[str, Mapping[str, tuple[PastValue, ...]]]:
        """See ``Connector``: QuickBooks tells no earlier values."""
        del record_type, ids, fields
        return {}

    def exchange_rate(self, currency: str, on: date) -> str:
        """What one unit of a currency is worth in the home currency; "" when nobody has said.

        Raises:
            SyncError: QuickBooks refuses the question for another reason.
        """
        answer = self._client.exchange_rate(currency, on)
        if answer.ok and fault_of(answer.json) is None:
            return text(mapping(mapping(answer.json).get("ExchangeRate")).get("Rate"))
        problem = problem_of(answer)
        if problem.code in _NO_RATE:
            return ""
        raise judge(problem)

    def _server_time(self, answer: Answer) -> datetime:
        return cursors.instant(server_time(answer)) or answer.at or self._env.clock.now()

    # -- writing

    def marker_of(self, record: Record) -> str:
        """See ``Connector``: in the memo of transactions."""
        return marker_in(record.get(NOTE))

    def write(self, batch: WriteBatch) -> tuple[WriteResult, ...]:
        """See ``Connector``."""
        _entity(batch.type)
        return writes.write(self._client, batch)

    def record_url(self, record_type: str, record_id: str) -> str:
        """See ``Connector``."""
        return f"{self._app_url}/app/{_entity(record_type).link.format(id=record_id)}"


def _entity(record_type: str) -> Entity:
    try:
        return ENTITIES[record_type]
    except KeyError:
        raise ConfigurationInvalid(
            f"Tandem does not know QuickBooks' record type {record_type!r}.", code="unknown_type"
        ) from None


def _any_state(entity: Entity) -> tuple[str, ...]:
    return (query.ANY_STATE,) if entity.hides_inactive else ()


def _rows(answer: Answer, entity: Entity) -> Sequence[Json]:
    return items(mapping(mapping(answer.json).get("QueryResponse")).get(entity.name))


#: What a sync must know of a company's preferences, and where it stands.
_PREFERENCES = (
    ("AccountingInfoPrefs", "BookCloseDate"),
    ("SalesFormsPrefs", "CustomTxnNumbers"),
    ("SalesFormsPrefs", "AutoApplyCredit"),
    ("SalesFormsPrefs", "AllowServiceDate"),
    ("SalesFormsPrefs", "AllowDiscount"),
    ("SalesFormsPrefs", "AllowDeposit"),
    ("SalesFormsPrefs", "AllowShipping"),
    ("SalesFormsPrefs", "AutoApplyPayments"),
    ("SalesFormsPrefs", "ETransactionPaymentEnabled"),
    ("ProductAndServicesPrefs", "QuantityOnHand"),
    # UNCONFIRMED: named in the release notes of Intuit's SDKs (March 2022), in no reference page.
    ("ProductAndServicesPrefs", "RevenueRecognitionEnabled"),
    ("CurrencyPrefs", "MultiCurrencyEnabled"),
    ("TaxPrefs", "UsingSalesTax"),
    ("TaxPrefs", "PartnerTaxEnabled"),
    ("AccountingInfoPrefs", "ClassTrackingPerTxn"),
    ("AccountingInfoPrefs", "ClassTrackingPerTxnLine"),
    ("AccountingInfoPrefs", "TrackDepartments"),
)


def _preferences(chosen: Mapping[str, Json]) -> dict[str, Value]:
    """``{name: value}``; what QuickBooks leaves out is None, which is not the same as False."""
    told: dict[str, Value] = {}
    for group, name in _PREFERENCES:
        value = mapping(chosen.get(group)).get(name)
        told[name] = value if isinstance(value, bool) else text(value) or None
    tax = mapping(mapping(chosen.get("TaxPrefs")).get("TaxGroupCodeRef"))
    told["TaxGroupCodeRef"] = text(tax.get("value")) or None
    return told
