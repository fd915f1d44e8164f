"""The query language: grammar, comparisons, order, pages, faults."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.quickbooks.faults import Refusal
from simulators.quickbooks.query.parser import Condition, Order, Statement, parse


def test_a_whole_statement_is_read():
    text = (
        "select * from Customer where DisplayName like 'A%' AND Active IN (true, false) "
        "ORDERBY FamilyName desc, Id startposition 11 MAXRESULTS 5"
    )
    assert parse(text) == Statement(
        entity="Customer",
        count=False,
        columns=("*",),
        conditions=(
            Condition("DisplayName", "LIKE", ("A%",)),
            Condition("Active", "IN", ("true", "false")),
        ),
        orders=(Order("FamilyName", descending=True), Order("Id")),
        start=11,
        size=5,
    )


@pytest.mark.parametrize(
    ("tail", "start", "size"),
    [
        ("", 1, None),
        ("MAXRESULTS 2 STARTPOSITION 3", 3, 2),
        ("STARTPOSITION 3 MAXRESULTS 2", 3, 2),
        ("ORDER BY Id MAXRESULTS 7", 1, 7),
    ],
)
def test_paging_words_come_in_any_order(tail, start, size):
    found = parse(f"SELECT * FROM Customer {tail}")
    assert (found.start, found.size) == (start, size)


@given(st.text())
def test_an_escaped_text_comes_back_whole(text):
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    found = parse(f"SELECT * FROM Customer WHERE DisplayName = '{escaped}'")
    assert found.conditions[0].values == (text,)


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_any_text_is_read_or_refused(text):
    codes = {"4000"}
    try:
        parse(text)
    except Refusal as refusal:
        codes = {error.code for error in refusal.errors}
    assert codes <= {"4000", "4001"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT",
        "SELECT * FROM",
        "SELECT NULL FROM Customer",
        "SELECT * FROM Customer WHERE",
        "SELECT * FROM Customer WHERE Id = '1' OR Id = '2'",
        "SELECT * FROM Customer WHERE NOT Id = '1'",
        "SELECT * FROM Customer WHERE Id != '1'",
        "SELECT * FROM Customer WHERE (Id = '1')",
        "SELECT * FROM Customer WHERE Notes = null",
        "SELECT * FROM Customer WHERE DisplayName = 'Amy''s'",
        "SELECT * FROM Customer WHERE DisplayName = 'open",
        "SELECT * FROM Customer WHERE DisplayName LIKE 5",
        "SELECT * FROM Customer WHERE Id IN ()",
        "SELECT * FROM Customer, Vendor",
        "SELECT * FROM Customer GROUP BY Id",
        "SELECT * FROM Customer MAXRESULTS '5'",
        "SELECT * FROM Customer MAXRESULTS 1 MAXRESULTS 2",
        "SELECT * FROM Customer WHERE DisplayName = a–b",
    ],
)
def test_what_the_grammar_does_not_have_is_4000(books, text):
    response = books.call("GET", "query", query_string={"query": text})
    assert response.status_code == 400
    assert books.fault(response.get_json()) == ("4000", None)


def test_the_text_of_a_syntax_fault_is_as_recorded(books):
    # Recorded for a statement whose word NULL stood at column 15.
    detail = books.query("SELECT * FROM NULL")["Fault"]["Error"][0]["Detail"]
    assert detail == (
        'QueryParserError: Encountered " "null" "NULL "" at line 1, column 15.\n'
        "Was expecting:\n    <IDENTIFIER> ...\n    "
    )


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("SELECT * FROM Custmoer", "invalid context declaration: Custmoer"),
        ("SELECT * FROM Customer WHERE AccountRef = '1'", "not found for Entity"),
        ("SELECT * FROM Customer WHERE displayname = '1'", "not found for Entity"),
        ("SELECT * FROM Customer WHERE Notes = 'x'", "property 'Notes' is not queryable"),
        ("SELECT * FROM Invoice WHERE DepartmentRef = '1'", "property 'DepartmentRef'"),
        ("SELECT * FROM Customer ORDERBY PrimaryEmailAddr", "is not sortable"),
        ("SELECT * FROM Customer STARTPOSITION 0", "value 0 is too small. Min allowed value is 1"),
        ("SELECT * FROM Customer WHERE Balance > 'much'", "is not a valid number"),
        ("SELECT * FROM Customer WHERE Active = 'perhaps'", "is not a valid boolean"),
        ("SELECT * FROM Customer WHERE MetaData.CreateTime > 'x'", "is not a valid date-time"),
    ],
)
def test_what_the_entity_does_not_have_is_4001(books, text, detail):
    error = books.query(text)["Fault"]["Error"][0]
    assert error["code"] == "4001"
    assert detail in error["Detail"]
    assert error["Detail"].startswith("QueryValidationError: ")


@pytest.fixture
def full(books):
    for place, (name, family, mail) in enumerate(
        [
            ("Amy's Bird Sanctuary", "Lauterbach", "Birds@Intuit.com"),
            ("PG&E", None, None),
            ("Pam Seitz", "Seitz", "pam@x.com"),
            ("Diego", "Adams", "diego@x.com"),
        ]
    ):
        body = {"DisplayName": name}
        if family:
            body["FamilyName"] = family
        if mail:
            body["PrimaryEmailAddr"] = {"Address": mail}
        books.create(**body, Balance=place * 10, OpenBalanceDate="2026-01-01")
        books.clock.advance(3600)
    return books


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("", ["Amy's Bird Sanctuary", "Diego", "PG&E", "Pam Seitz"]),
        ("WHERE DisplayName = 'Amy\\'s Bird Sanctuary'", ["Amy's Bird Sanctuary"]),
        ("WHERE DisplayName LIKE 'P%'", ["PG&E", "Pam Seitz"]),
        ("WHERE DisplayName LIKE '%ar%'", ["Amy's Bird Sanctuary"]),
        ("WHERE DisplayName LIKE 'P'", []),
        ("WHERE DisplayName > 'Diego'", ["PG&E", "Pam Seitz"]),
        ("WHERE PrimaryEmailAddr = 'birds@intuit.com'", ["Amy's Bird Sanctuary"]),
        ("WHERE PrimaryEmailAddr LIKE '%@x.com'", ["Diego", "Pam Seitz"]),
        ("WHERE Id IN ('1', '3', '99')", ["Amy's Bird Sanctuary", "Pam Seitz"]),
        ("WHERE Id > '2'", ["Diego", "Pam Seitz"]),
        ("WHERE Balance >= '20.00'", ["Diego", "Pam Seitz"]),
        ("WHERE Balance < 10", ["Amy's Bird Sanctuary"]),
        ("WHERE FamilyName = 'Seitz' AND Balance = '20'", ["Pam Seitz"]),
        ("WHERE FamilyName = 'Seitz' AND Balance = '10'", []),
        ("WHERE MetaData.LastUpdatedTime > '2026-01-05T11:00:00Z'", ["Diego"]),
        ("WHERE Metadata.LastUpdatedTime >= '2026-01-05T03:00:00-08:00'", ["Diego", "Pam Seitz"]),
        ("WHERE MetaData.CreateTime < '2026-01-05T01:30:00-08:00'", ["Amy's Bird Sanctuary"]),
        ("WHERE MetaData.LastUpdatedTime > '2026-01-06'", []),
        ("ORDERBY FamilyName", ["PG&E", "Diego", "Amy's Bird Sanctuary", "Pam Seitz"]),
        ("ORDERBY Id DESC", ["Diego", "Pam Seitz", "PG&E", "Amy's Bird Sanctuary"]),
        ("ORDERBY Active, Balance DESC", ["Diego", "Pam Seitz", "PG&E", "Amy's Bird Sanctuary"]),
        (
            "ORDERBY MetaData.LastUpdatedTime DESC MAXRESULTS 2",
            ["Diego", "Pam Seitz"],
        ),
        ("STARTPOSITION 2 MAXRESULTS 2", ["Diego", "PG&E"]),
        ("WHERE Id IN ('4','3','2') ORDERBY Id STARTPOSITION 2 MAXRESULTS 1", ["Pam Seitz"]),
        ("STARTPOSITION 5", []),
    ],
)
def test_a_query_finds_these(full, condition, names):
    assert full.names(f"SELECT * FROM Customer {condition}") == names


def test_text_comparison_can_be_exact(full):
    full.control("POST", "behaviour", {"query_ignores_case": False})
    assert full.names("SELECT * FROM Customer WHERE FamilyName = 'seitz'") == []
    assert full.names("SELECT * FROM Customer WHERE FamilyName LIKE 'Sei%'") == ["Pam Seitz"]
    assert full.names("SELECT * FROM Customer WHERE DisplayName = 'pam seitz'") == []


def test_a_query_may_be_posted(full):
    response = full.call(
        "POST",
        "query",
        data="select * from Customer where DisplayName = 'PG&E'",
        headers={"Content-Type": "application/text"},
    )
    assert response.get_json()["QueryResponse"]["Customer"][0]["DisplayName"] == "PG&E"


def test_the_envelopes(full):
    page = full.query("SELECT * FROM Customer STARTPOSITION 2 MAXRESULTS 1")["QueryResponse"]
    assert list(page) == ["Customer", "startPosition", "maxResults"]
    assert (page["startPosition"], page["maxResults"]) == (2, 1)
    empty = full.query("SELECT * FROM Customer WHERE Id = '99'")
    assert empty["QueryResponse"] == {}
    assert set(empty) == {"QueryResponse", "time"}
    counted = full.query("select count(*) from Customer where Balance > '0' maxresults 1")
    assert counted["QueryResponse"] == {"totalCount": 3}


def test_pages_are_a_hundred_by_default_and_a_thousand_at_most(books):
    for number in range(1005):
        books.app.company.clock.advance(0)
        books.create(DisplayName=f"C{number:04d}")
    assert len(books.names("SELECT * FROM Customer")) == 100
    assert len(books.names("SELECT * FROM Customer MAXRESULTS 5000")) == 1000
    assert len(books.names("SELECT * FROM Customer STARTPOSITION 1001 MAXRESULTS 1000")) == 5
    books.control("POST", "behaviour", {"oversized_page": "refuse"})
    assert books.fault(books.query("SELECT * FROM Customer MAXRESULTS 1001")) == ("4001", None)


@given(st.lists(st.sampled_from("ABCDEFGH"), unique=True), st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_pages_put_together_are_the_whole(make_books_once, letters, size):
    books = make_books_once
    books.app.reset(None)
    for letter in letters:
        books.create(DisplayName=letter)
    found, start = [], 1
    while page := books.names(f"SELECT * FROM Customer STARTPOSITION {start} MAXRESULTS {size}"):
        found += page
        start += size
    assert found == sorted(letters)


@pytest.fixture(scope="module")
def make_books_once(request):
    from tests.simulators.quickbooks.conftest import Books

    return Books()


def test_company_and_preferences_can_be_queried(books):
    info = books.query("SELECT * FROM CompanyInfo")["QueryResponse"]["CompanyInfo"]
    assert [row["CompanyName"] for row in info] == ["Larkspur Garden & Design"]
    assert len(books.query("SELECT * FROM Preferences")["QueryResponse"]["Preferences"]) == 1


def test_pseudo_tax_codes_drop_out_of_a_filter_on_active(books):
    assert {"TAX", "NON"} <= set(books.names("SELECT * FROM TaxCode"))
    assert {"TAX", "NON"}.isdisjoint(books.names("SELECT * FROM TaxCode WHERE Active = true"))


@pytest.mark.parametrize(("strict", "ok"), [(False, True), (True, False)])
def test_entity_names_in_small_letters(books, strict, ok):
    # Documented as case sensitive; node-quickbooks, which is in wide use, writes them small.
    books.control("POST", "behaviour", {"entities_ignore_case": not strict})
    books.create(DisplayName="A")
    answer = books.query("select * from customer")
    if ok:
        assert answer["QueryResponse"]["Customer"][0]["DisplayName"] == "A"
    else:
        assert answer["Fault"]["Error"][0]["Detail"].endswith("declaration: customer")
