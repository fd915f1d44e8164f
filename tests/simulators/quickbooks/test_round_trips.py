"""Properties: text survives a query, numbers and dates survive being stored."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from simulators.quickbooks import jsontext, times
from tests.simulators.quickbooks.books import invoice, line
from tests.simulators.quickbooks.conftest import Books

BOOKS = Books(country="GB")
BOOKS.create(DisplayName="Ada")
BOOKS.control("POST", "behaviour", {"query_ignores_case": False, "names_ignore_case": False})
_COUNT = iter(range(10**9))


def quoted(text: str) -> str:
    """A literal: an apostrophe and a backslash are escaped by a backslash."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


names = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters=":")
    | st.sampled_from(" '\\%&+"),
    min_size=1,
    max_size=40,
)


@settings(max_examples=80, deadline=None)
@given(text=names)
@example(text="Amy's \\ & + % Bird's")
@example(text="\\'")
@example(text="' or '1' = '1")
def test_an_escaped_name_finds_exactly_its_object(text):
    name = f"{next(_COUNT)} {text}".strip()
    assume(name == " ".join(name.split(" ")).strip())
    made = BOOKS.create(DisplayName=name)
    found = BOOKS.query(f"select * from Customer where DisplayName = {quoted(name)}")
    assert [row["Id"] for row in found["QueryResponse"]["Customer"]] == [made["Id"]]
    within = BOOKS.query(f"select * from Customer where DisplayName in ({quoted(name)}, 'x')")
    assert [row["Id"] for row in within["QueryResponse"]["Customer"]] == [made["Id"]]


amounts = st.decimals("0", "99999999.99", places=2)
prices = st.decimals("0", "99999", places=5)


@settings(max_examples=80, deadline=None)
@given(amount=amounts)
def test_an_amount_keeps_its_cents(amount):
    body = jsontext.dumps(invoice(line(amount, tax="6")))
    response = BOOKS.call("POST", "invoice", data=body)
    raw = response.get_data(as_text=True)
    made = jsontext.loads(raw)["Invoice"]
    assert made["Line"][0]["Amount"] == made["TotalAmt"] == made["Balance"] == amount
    written = re.search(r'"TotalAmt":([^,]+),', raw)[1]
    assert written == (f"{amount:.2f}" if amount else "0")


@settings(max_examples=80, deadline=None)
@given(price=prices, quantity=st.decimals("0", "999", places=3))
def test_prices_and_quantities_keep_their_digits(price, quantity):
    exact = price * quantity
    amount = exact.quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
    body = invoice(line(amount, UnitPrice=price, Qty=quantity, tax="6"))
    response = BOOKS.call("POST", "invoice", data=jsontext.dumps(body))
    answer = jsontext.loads(response.get_data())
    detail = answer["Invoice"]["Line"][0]["SalesItemLineDetail"]
    assert (detail["UnitPrice"], detail["Qty"]) == (price, quantity)
    wrong = jsontext.dumps(invoice(line(amount + 1, UnitPrice=price, Qty=quantity, tax="6")))
    assert BOOKS.fault(BOOKS.call("POST", "invoice", data=wrong).get_json())[0] == "6070"


@settings(max_examples=60, deadline=None)
@given(day=st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_a_date_is_never_shifted(day):
    number = f"D{next(_COUNT)}"
    body = invoice(line(1, tax="6"), TxnDate=day.isoformat(), DueDate=day.isoformat())
    made = BOOKS.create("Invoice", **body, DocNumber=number)
    assert (made["TxnDate"], made["DueDate"]) == (day.isoformat(), day.isoformat())
    query = f"select * from Invoice where TxnDate = '{day}' and DocNumber = '{number}'"
    assert BOOKS.query(query)["QueryResponse"]["Invoice"][0]["Id"] == made["Id"]
    later = f"select count(*) from Invoice where TxnDate > '{day}' and DocNumber = '{number}'"
    assert BOOKS.query(later)["QueryResponse"]["totalCount"] == 0


@settings(max_examples=150)
@given(moment=st.integers(0, 4_000_000_000))
def test_a_time_reads_back_as_the_same_instant(moment):
    assert times.parse(times.stamp(moment)) == moment


@settings(max_examples=30, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["add", "edit", "nothing"]), st.integers(0, 30)), max_size=12
    ),
    size=st.integers(1, 4),
)
def test_paging_by_id_neither_skips_nor_repeats_while_records_change(steps, size):
    books = Books()
    for number in range(9):
        books.create(DisplayName=f"C{number}")
    before = {row["Id"] for row in _all(books)}
    seen: list[str] = []
    last, changes = "0", iter(steps)
    while True:
        text = f"select * from Customer where Id > '{last}' orderby Id maxresults {size}"
        rows = books.query(text)["QueryResponse"].get("Customer", [])
        if not rows:
            break
        seen += [row["Id"] for row in rows]
        last = seen[-1]
        _change(books, *next(changes, ("nothing", 0)))
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


def _all(books):
    return books.query("select * from Customer maxresults 1000")["QueryResponse"]["Customer"]


def _change(books, verb, place):
    rows = _all(books)
    if verb == "add" and len(rows) < 20:
        books.create(DisplayName=f"N{next(_COUNT)}")
    elif verb == "edit":
        books.update(rows[place % len(rows)], Notes=f"n{next(_COUNT)}")
