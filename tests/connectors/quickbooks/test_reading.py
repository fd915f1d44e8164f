from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from syncapp.core.errors import (
    ConfigurationInvalid,
    ConnectionBroken,
    Throttled,
    TryLater,
)
from syncapp.core.ports import HttpRequest, HttpResponse
from syncapp.core.schema import Kind
from tests.connectors.fakes import FakeClock, FakeHttp, TwoTokens, answer
from tests.connectors.quickbooks.bodies import ROOT, TIME, cdc, customer, fault, gateway, rows
from tests.connectors.quickbooks.conftest import Connect

SINCE = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
AT = datetime(2026, 11, 22, 11, 59, 58, 512_000, tzinfo=UTC)
COMPANY = {
    "CompanyInfo": {
        "CompanyName": "Sandbox Company_US_4",
        "LegalName": "Larry's Bakery",
        "Country": "US",
        "DefaultTimeZone": "America/Los_Angeles",
        "CompanyStartDate": "2015-06-05",
        "NameValue": [
            {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"},
            {"Name": "SubscriptionStatus", "Value": "TRIAL"},
        ],
    },
    "time": TIME,
}
PREFERENCES = {
    "Preferences": {
        "AccountingInfoPrefs": {"BookCloseDate": "2026-09-30", "TrackDepartments": False},
        "SalesFormsPrefs": {"CustomTxnNumbers": True, "AutoApplyCredit": False},
        "CurrencyPrefs": {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "USD"}},
        "TaxPrefs": {"UsingSalesTax": True},
    },
    "time": TIME,
}


def test_the_account(connect: Connect) -> None:
    http = FakeHttp(answer(COMPANY), answer(PREFERENCES))
    account = connect(http).account()
    assert http.paths == [f"GET {ROOT}/companyinfo/9130", f"GET {ROOT}/preferences"]
    assert http.query() == {"minorversion": "75"}
    assert (account.id, account.name) == ("9130", "Sandbox Company_US_4")
    assert (account.environment, account.currency, account.country) == ("production", "USD", "US")
    assert account.time_zone == "America/Los_Angeles"
    details = account.details
    assert details["BookCloseDate"] == "2026-09-30"
    assert details["CustomTxnNumbers"] is True
    assert details["AutoApplyCredit"] is False
    assert details["MultiCurrencyEnabled"] is True
    assert details["PartnerTaxEnabled"] is None  # left out: not the same as off
    assert details["SubscriptionStatus"] == "TRIAL"


@pytest.mark.parametrize(
    ("more", "host", "environment", "link"),
    [
        ({}, "quickbooks.api.intuit.com", "production", "https://app.qbo.intuit.com/app"),
        (
            {"environment": "sandbox"},
            "sandbox-quickbooks.api.intuit.com",
            "sandbox",
            "https://app.sandbox.qbo.intuit.com/app",
        ),
        (
            {"base_url": "http://127.0.0.1:9/"},
            "127.0.0.1:9",
            "simulator",
            "http://127.0.0.1:9/app",
        ),
    ],
)
def test_hosts(
    connect: Connect, more: dict[str, str], host: str, environment: str, link: str
) -> None:
    http = FakeHttp(answer(COMPANY), answer(PREFERENCES))
    connector = connect(http, **more)
    assert connector.account().environment == environment
    assert urlsplit(http.requests[0].url).netloc == host
    assert connector.record_url("Customer", "5") == f"{link}/customerdetail?nameId=5"


@pytest.mark.parametrize(
    "wrong",
    [
        {"realm_id": "12/../../x"},
        {"realm_id": ""},
        {"realm_id": "١٢"},
        {"environment": "moon"},
        {"base_url": "http://example.com"},
    ],
)
def test_what_cannot_be_connected(connect: Connect, wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigurationInvalid):
        connect(FakeHttp(), **wrong)


def test_customers_are_described_with_their_limits(connect: Connect) -> None:
    http = FakeHttp()
    fields = {field.name: field for field in connect(http).describe("Customer")}
    assert http.requests == []
    assert fields["DisplayName"].max_length == 500
    assert fields["DisplayName"].unique
    assert fields["PrimaryEmailAddr.Address"].kind is Kind.EMAIL
    assert fields["PrimaryPhone.FreeFormNumber"].max_length == 30
    assert fields["BillAddr.PostalCode"].max_length == 30
    assert fields["Balance"].read_only
    assert fields["Active"].read_only
    assert not fields["Notes"].read_only
    assert len({field.label for field in fields.values()}) == len(fields)


def test_an_object_becomes_a_record(connect: Connect) -> None:
    body = (
        '{"Customer":{"Id":"1","SyncToken":"3","domain":"QBO","sparse":false,"Active":true,'
        '"Balance":639.00,"Level":1,"BillAddr":{"City":"Rio","Lat":"INVALID"},'
        '"Extra":[{"Amount":0.10},1]},"time":"x"}'
    )
    (record,) = connect(FakeHttp(answer(body))).read("Customer", ["1"], fields=[])
    assert str(record.ref) == "QuickBooks Customer 1"
    assert record.values == {
        "Id": "1",
        "SyncToken": "3",
        "Active": True,
        "Balance": "639.00",
        "Level": "1",
        "BillAddr.City": "Rio",
        "BillAddr.Lat": "INVALID",
        "Extra": [{"Amount": "0.10"}, "1"],
    }
    assert (record.version, record.gone, record.unreadable) == ("3", None, None)


def test_a_value_that_cannot_be_read_makes_the_record_unreadable_not_the_page(
    connect: Connect,
) -> None:
    body = (
        '{"QueryResponse":{"Customer":[{"Id":"1","Balance":1e99999,"DisplayName":"A"},'
        '{"Id":"2","Notes":"a\\u0000b"},{"DisplayName":"no id"},{"Id":"4"}]},"time":"x"}'
    )
    page = connect(FakeHttp(answer(body))).list_page("Customer", fields=[], after=None)
    kept = ["" if record.ref.is_stand_in else record.ref.id for record in page.records]
    assert kept == ["1", "2", "", "4"]
    wrong = [record.unreadable or "" for record in page.records]
    assert ["Balance" in wrong[0], "Notes" in wrong[1], wrong[2], wrong[3]] == [
        True,
        True,
        "it has no id",
        "",
    ]
    assert page.records[0].get("DisplayName") == "A"


class QueryServer:
    """Holds customers and answers the statements the connector sends."""

    def __init__(self, customers: list[dict[str, Any]], *, cdc_cap: int = 1000) -> None:
        self.customers = customers
        self.cap = cdc_cap
        self.statements: list[str] = []
        self.cdc_calls = 0
        self.after_page: Any = lambda number: None

    def __call__(self, request: HttpRequest) -> HttpResponse:
        parts = urlsplit(request.url)
        query = parse_qs(parts.query)
        if parts.path.endswith("/cdc"):
            self.cdc_calls += 1
            since = datetime.fromisoformat(query["changedSince"][0])
            changed = [one for one in self.customers if moment(one) >= since][: self.cap]
            return answer(cdc({"Customer": changed} if changed else {}))
        statement = query["query"][0] if "query" in query else request.body.decode()
        self.statements.append(statement)
        found = self.select(statement)
        self.after_page(len(self.statements))
        return answer(rows(*found))

    def select(self, statement: str) -> list[dict[str, Any]]:
        found = list(self.customers)
        if "Active IN (true, false)" not in statement:
            found = [one for one in found if one["Active"]]
        since = re.search(r"LastUpdatedTime >= '([^']+)'", statement)
        if since:
            found = [one for one in found if moment(one) >= datetime.fromisoformat(since.group(1))]
        if "ORDERBY Id" in statement:
            found.sort(key=lambda one: int(one["Id"]))
        if "ORDERBY MetaData.LastUpdatedTime" in statement:
            found.sort(key=lambda one: (moment(one), int(one["Id"])))
        (start,) = re.findall(r"STARTPOSITION (\d+)", statement)
        (most,) = re.findall(r"MAXRESULTS (\d+)", statement)
        return found[int(start) - 1 : int(start) - 1 + int(most)]


def moment(told: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(told["MetaData"]["LastUpdatedTime"])


def changed_at(seconds: float) -> dict[str, Any]:
    at = (SINCE + timedelta(seconds=seconds)).isoformat(timespec="seconds")
    return {"MetaData": {"LastUpdatedTime": at}}


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 2345])
def test_a_listing_goes_through_its_pages(connect: Connect, count: int) -> None:
    server = QueryServer([customer(one, Active=one % 3 > 0) for one in range(1, count + 1)])
    connector = connect(FakeHttp(handler=server))
    seen, after = [], None
    while True:
        page = connector.list_page("Customer", fields=[], after=after)
        seen += page.records
        after = page.next
        assert page.server_time == AT
        if after is None:
            break
    assert [record.ref.id for record in seen] == [str(one) for one in range(1, count + 1)]
    assert all((record.gone == "inactive") == (int(record.ref.id) % 3 == 0) for record in seen)
    assert server.statements[0] == (
        "SELECT * FROM Customer WHERE Active IN (true, false) ORDERBY Id "
        "STARTPOSITION 1 MAXRESULTS 1000"
    )


# -- changes


def test_one_call_tells_all_changes(connect: Connect) -> None:
    stub = {"status": "Deleted", "domain": "QBO", "Id": "9", "MetaData": {"LastUpdatedTime": TIME}}
    http = FakeHttp(answer(cdc({"Customer": [customer(1), customer(2, Active=False), stub]})))
    connector = connect(http)
    assert connector.streams(["Customer"]) == (("Customer",),)
    assert connector.streams([]) == ()
    page = connector.changes_page(["Customer"], since=SINCE, fields={}, after=None)
    assert http.paths == [f"GET {ROOT}/cdc"]
    assert http.query() == {
        "entities": "Customer",
        "changedSince": "2026-11-22T11:00:00+00:00",
        "minorversion": "75",
    }
    assert [(record.ref.id, record.gone) for record in page.records] == [
        ("1", None),
        ("2", "inactive"),
        ("9", "deleted"),
    ]
    assert (page.next, page.server_time) == (None, AT)


def test_nothing_changed(connect: Connect) -> None:
    page = connect(FakeHttp(answer(cdc({})))).changes_page(
        ["Customer"], since=SINCE, fields={}, after=None
    )
    assert (page.records, page.next) == ((), None)


@pytest.mark.parametrize(
    "told", [{"CDCResponse": [fault("10000")]}, cdc(fault("10000"))], ids=["outer", "inner"]
)
def test_a_fault_inside_a_change_answer_is_no_empty_answer(connect: Connect, told: Any) -> None:
    with pytest.raises(TryLater):
        connect(FakeHttp(answer(told))).changes_page(
            ["Customer"], since=SINCE, fields={}, after=None
        )


def read_changes(connect: Connect, server: QueryServer, since: datetime = SINCE) -> list[str]:
    connector = connect(FakeHttp(handler=server))
    seen: list[str] = []
    after = None
    for _ in range(50):
        page = connector.changes_page(["Customer"], since=since, fields={}, after=after)
        seen += [record.ref.id for record in page.records]
        assert page.server_time == AT
        after = page.next
        if after is None:
            return seen
    raise AssertionError("it does not end")


@pytest.mark.parametrize("count", [999, 1000, 1001, 3500])
@pytest.mark.parametrize("per_second", [1, 7, 400])
def test_a_thousand_changes_or_more_are_read_by_query(
    connect: Connect, count: int, per_second: int
) -> None:
    customers = [customer(one, **changed_at(one // per_second)) for one in range(count)]
    server = QueryServer(customers)
    assert read_changes(connect, server) == [str(one) for one in range(count)]
    assert server.cdc_calls == 1
    assert (len(server.statements) == 0) == (count < 1000)


def test_more_changes_in_one_second_than_a_page_holds(connect: Connect) -> None:
    customers = [customer(one, **changed_at(5)) for one in range(2500)]
    assert read_changes(connect, QueryServer(customers)) == [str(one) for one in range(2500)]


def test_records_edited_while_they_are_read_are_not_skipped(connect: Connect) -> None:
    customers = [customer(one, **changed_at(5 + one // 800)) for one in range(3000)]
    server = QueryServer(customers)

    def edit(number: int) -> None:
        for one in range(number * 10, number * 10 + 10):  # early ones move to the end
            customers[one] = customer(one, SyncToken="1", **changed_at(100 + number))

    server.after_page = edit
    assert set(read_changes(connect, server)) == {str(one) for one in range(3000)}


def test_a_gap_of_more_than_29_days_is_read_by_query(connect: Connect) -> None:
    server = QueryServer([customer(1, Active=False)])
    since = FakeClock().at - timedelta(days=29, seconds=1)
    assert read_changes(connect, server, since) == ["1"]
    assert server.cdc_calls == 0
    assert "Active IN (true, false)" in server.statements[0]
    server = QueryServer([customer(1)])
    read_changes(connect, server, FakeClock().at - timedelta(days=28))
    assert server.cdc_calls == 1


# -- read and find


def test_one_id_is_read_by_itself_and_several_by_query(connect: Connect) -> None:
    http = FakeHttp(answer({"Customer": customer(5), "time": TIME}), answer(rows(customer(5))))
    connector = connect(http)
    assert [record.ref.id for record in connector.read("Customer", ["5", "5"], fields=[])] == ["5"]
    assert [record.ref.id for record in connector.read("Customer", ["5", "6"], fields=[])] == ["5"]
    assert http.paths == [f"GET {ROOT}/customer/5", f"GET {ROOT}/query"]
    assert http.query()["query"] == (
        "SELECT * FROM Customer WHERE Id IN ('5', '6') AND Active IN (true, false) "
        "STARTPOSITION 1 MAXRESULTS 1000"
    )


def test_a_missing_id_is_left_out(connect: Connect) -> None:
    http = FakeHttp(answer(fault("610"), 400))
    assert connect(http).read("Customer", ["5"], fields=[]) == ()


def test_another_fault_is_not_taken_for_a_missing_record(connect: Connect) -> None:
    with pytest.raises(ConnectionBroken):
        connect(FakeHttp(answer(fault("5020"), 400))).read("Customer", ["5"], fields=[])


def test_ids_are_read_in_chunks_and_long_statements_travel_in_the_body(connect: Connect) -> None:
    http = FakeHttp(handler=lambda _: answer(rows()))
    connect(http).read("Customer", [str(10**17 + one) for one in range(230)], fields=[])
    assert http.paths == [f"{verb} {ROOT}/query" for verb in ("POST", "POST", "GET")]
    assert http.requests[0].headers["content-type"] == "application/text"
    assert http.requests[0].body.count(b"'") == 200


def test_names_are_found_among_the_living(connect: Connect) -> None:
    http = FakeHttp(answer(rows(customer(1, DisplayName="Amy's Bird Sanctuary"))))
    found = connect(http).find(
        "Customer",
        field="DisplayName",
        values=["Amy's Bird Sanctuary", " Amy's Bird Sanctuary ", "", "two\nlines"],
        fields=[],
    )
    assert [record.ref.id for record in found] == ["1"]
    assert http.query()["query"] == (
        r"SELECT * FROM Customer WHERE DisplayName IN ('Amy\'s Bird Sanctuary') "
        "STARTPOSITION 1 MAXRESULTS 1000"
    )


def test_a_name_the_query_language_cannot_take_does_not_hide_the_others(connect: Connect) -> None:
    def handler(request: HttpRequest) -> HttpResponse:
        statement = parse_qs(urlsplit(request.url).query)["query"][0]
        if "–" in statement:
            return answer(fault("4000", "Error parsing query", "Lexical error"), 400)
        return answer(rows(*[customer(one) for one in re.findall(r"'c(\d)'", statement)]))

    values = ["c1", "1998 – 2026", "c2", "c3"]
    found = connect(FakeHttp(handler=handler)).find(
        "Customer", field="DisplayName", values=values, fields=[]
    )
    assert [record.ref.id for record in found] == ["1", "2", "3"]


def test_a_look_up_that_never_works_does_not_say_nothing_was_found(connect: Connect) -> None:
    http = FakeHttp(handler=lambda _: answer(fault("4001"), 400))
    with pytest.raises(ConfigurationInvalid):
        connect(http).find("Customer", field="NoSuch", values=["a", "b"], fields=[])


def test_nested_fields_are_queried_by_their_object(connect: Connect) -> None:
    http = FakeHttp(answer(rows()))
    connect(http).find("Customer", field="PrimaryEmailAddr.Address", values=["a@b.co"], fields=[])
    assert "WHERE PrimaryEmailAddr IN ('a@b.co')" in http.query()["query"]


def test_what_costs_no_call(connect: Connect) -> None:
    connector = connect(FakeHttp())
    assert connector.find("Customer", field="DisplayName", values=[""], fields=[]) == ()
    assert connector.read("Customer", ["x"], fields=[]) == ()
    assert connector.history("Customer", ["1"], ["DisplayName"]) == {}
    connector.prepare("Customer")
    assert connector.calls == 0


# -- trouble


def test_an_unknown_record_type_makes_no_call(connect: Connect) -> None:
    connector = connect(FakeHttp())
    with pytest.raises(ConfigurationInvalid, match="Widget"):
        connector.list_page("Widget", fields=[], after=None)
    with pytest.raises(ConfigurationInvalid, match="Widget"):
        connector.describe("Widget")


def test_a_fault_with_status_200_is_no_success(connect: Connect) -> None:
    with pytest.raises(ConfigurationInvalid):
        connect(FakeHttp(answer(fault("4001"), 200))).list_page("Customer", fields=[], after=None)


def test_an_expired_token_is_refreshed_once(connect: Connect) -> None:
    expired = gateway("3200", "message=AuthenticationFailed", "Token expired: AB0160139026")
    http = FakeHttp(answer(expired, 401), answer(rows()))
    credentials = TwoTokens()
    connect(http, credentials=credentials).list_page("Customer", fields=[], after=None)
    assert credentials.refreshed == ["first"]


def test_a_person_who_lost_the_company_breaks_the_connection(connect: Connect) -> None:
    told = answer(fault("120", "Authorization Failure"), 401)
    with pytest.raises(ConnectionBroken, match="administrator"):
        connect(FakeHttp(told, told), credentials=TwoTokens()).account()


def test_a_token_of_another_company_breaks_the_connection(connect: Connect) -> None:
    told = gateway("3100", "message=ApplicationAuthorizationFailed; errorCode=003100")
    with pytest.raises(ConnectionBroken, match="environment"):
        connect(FakeHttp(answer(told, 403))).account()


@pytest.mark.parametrize("status", [429, 403])
def test_a_throttle_lasts_a_minute_for_everybody(connect: Connect, status: int) -> None:
    clock = FakeClock()
    told = gateway("003001", "message=ThrottleExceeded; errorCode=003001")
    connector = connect(FakeHttp(answer(told, status), answer(rows())), clock)
    with pytest.raises(Throttled) as caught:
        connector.list_page("Customer", fields=[], after=None)
    assert (caught.value.wait_seconds, clock.slept) == (60, [])
    connector.list_page("Customer", fields=[], after=None)
    assert clock.slept == [60]


def test_a_throttle_that_names_a_short_wait_is_waited_out(connect: Connect) -> None:
    clock = FakeClock()
    http = FakeHttp(answer("", 429, {"retry-after": "3"}), answer(rows()))
    connect(http, clock).list_page("Customer", fields=[], after=None)
    assert clock.slept == [3]


def test_the_budgets(connect: Connect) -> None:
    clock = FakeClock()
    connector = connect(FakeHttp(handler=lambda _: answer(rows())), clock)
    for _ in range(11):
        connector.list_page("Customer", fields=[], after=None)
    assert clock.slept == [pytest.approx(1.04)]
    for _ in range(490):
        connector.list_page("Customer", fields=[], after=None)
    assert clock.at - FakeClock().at == timedelta(seconds=61.8)


def test_more_rows_than_a_page_are_all_found(connect: Connect) -> None:
    server = QueryServer([customer(one) for one in range(1, 1203)])
    connector = connect(FakeHttp(handler=server))
    found = connector.find(
        "Customer", field="PrimaryEmailAddr.Address", values=["same@example.com"], fields=[]
    )
    assert [record.ref.id for record in found] == [str(one) for one in range(1, 1203)]
    assert "STARTPOSITION 1001" in server.statements[1]


def test_a_refused_token_with_another_fault_breaks_the_connection(connect: Connect) -> None:
    told = answer(fault("77777"), 401)
    with pytest.raises(ConnectionBroken):
        connect(FakeHttp(told, told), credentials=TwoTokens()).account()


def test_calls_are_counted_and_can_be_set(connect: Connect) -> None:
    connector = connect(FakeHttp(handler=lambda _: answer(rows())))
    connector.list_page("Customer", fields=[], after=None)
    connector.calls = 0
    connector.list_page("Customer", fields=[], after=None)
    assert connector.calls == 1
