"""ENGINE 3.3 and 3.4 as tables: the rows of the gate that no simulator can be made to show."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from syncapp.core.invoices import gate
from syncapp.core.invoices.books import Books
from syncapp.core.invoices.facts import InvoiceFacts, Party, Substitute
from syncapp.core.invoices.lines import LINE_ITEMS, Explained, Goods, billed, explained
from syncapp.core.pairs.invoices import INVOICES
from syncapp.core.plan import RecordPlan
from syncapp.core.planner import Observed, SyncConfig
from syncapp.core.sides import Direction, Side
from tests.proves import proves

H, Q = Side.HUBSPOT, Side.QUICKBOOKS
CONFIG = SyncConfig(
    INVOICES, Direction.BOTH, Q, INVOICES.mappings,
    options={"number": "hubspot", "not_taxable": "ann", "income_account": "1"},
)  # fmt: skip
FACTS = InvoiceFacts(
    books=Books(country="US", home_currency="USD", allows_discounts=True),
    today="2026-11-02",
    parties=(Party(1, "Bea Bly", {H: "11", Q: "21"}),),
    custom_item=Substitute(Goods("5", "Custom line item", is_substitute=True)),
)
MANY = InvoiceFacts(
    books=replace(FACTS.books, is_multicurrency=True), today=FACTS.today,
    parties=(replace(FACTS.parties[0], currency="EUR"),), custom_item=FACTS.custom_item, rate="1.1",
)  # fmt: skip


def values(*amounts: str, **more: str) -> dict[str, object]:
    lines = [
        {"id": str(n), "name": f"L{n}", "quantity": "1", "price": a, "amount": a}
        for n, a in enumerate(amounts, start=1)
    ]
    total = sum((Decimal(a) for a in amounts), Decimal(0))
    return {
        "hs_number": "INV-1", "hs_currency": "USD", "hs_invoice_date": "2026-11-02",
        "hs_amount_billed": str(total), LINE_ITEMS: lines, **more,
    }  # fmt: skip


def refusal(told: dict[str, object], facts: InvoiceFacts = FACTS) -> tuple[str, str]:
    """Code and sentence of an invoice that does not pass."""
    made = gate.creation(Observed("9", told), CONFIG, facts)
    assert isinstance(made, RecordPlan), made
    assert made.changes == ()
    return made.status.code, str(made.status)


def passed(told: dict[str, object], facts: InvoiceFacts = FACTS) -> dict[str, object]:
    """The fields QuickBooks is sent."""
    made = gate.creation(Observed("9", told), CONFIG, facts)
    assert not isinstance(made, RecordPlan), made.status
    return {change.field: change.after for change in made}


@proves("E3.3-number")
def test_a_number_has_at_most_21_characters() -> None:
    assert passed(values("5", hs_number="N" * 21))["DocNumber"] == "N" * 21
    code, sentence = refusal(values("5", hs_number="N" * 22))
    assert code == "inv_number_too_long"
    assert "N" * 22 in sentence


@proves("E3.3-shape")
def test_at_most_750_lines_and_no_negative_total() -> None:
    assert len(passed(values(*["1"] * 750))["Line"]) == 750
    code, sentence = refusal(values(*["1"] * 751))
    assert (code, "751" in sentence) == ("inv_shape", True)
    code, sentence = refusal(values("5", "-6"))
    assert (code, "negative" in sentence) == ("inv_shape", True)
    assert refusal(values())[0] == "inv_shape"


@proves("E3.3-totals")
@pytest.mark.parametrize(
    ("more", "passes"),
    [
        ({"hs_amount_billed": "5.01"}, False),
        ({"hs_amount_billed": "4.99"}, False),
        ({"hs_fees_total": "1", "hs_amount_billed": "6"}, True),
        ({"hs_fees_total": "1"}, False),
        ({"hs_discounts_total": "1", "hs_amount_billed": "4"}, True),
        ({"hs_discounts_total": "1"}, False),
    ],
)
def test_the_parts_make_the_total(more: dict[str, str], passes: bool) -> None:
    told = values("5", **more)
    if passes:
        assert passed(told)["Line"]
    else:
        assert refusal(told)[0] == "inv_totals"


@proves("E3.3-currency")
def test_a_foreign_invoice_needs_the_customers_currency_and_a_rate() -> None:
    foreign = values("5", hs_currency="EUR")
    sent = passed(foreign, MANY)
    assert (sent["CurrencyRef.value"], sent["ExchangeRate"]) == ("EUR", "1.1")
    assert refusal(foreign, replace(MANY, rate=""))[0] == "inv_no_rate"
    assert refusal(values("5"), MANY)[0] == "inv_currency"
    home = passed(values("5"), replace(MANY, parties=FACTS.parties))
    assert home["CurrencyRef.value"] == "USD"
    assert "ExchangeRate" not in home


@proves("E3.3-order")
def test_each_row_wins_over_the_rows_below_it() -> None:
    """Everything is wrong; what is named is mended, and the next row is named."""
    told = values(
        *["-1"] * 751, hs_taxes_total="1", hs_currency="EUR", hs_number="N" * 22,
        hs_amount_billed="-2",
    )  # fmt: skip
    books = Books("GB", "USD", closed_through="2026-11-02", recognises_revenue=True)
    facts = replace(FACTS, books=books, parties=(), twin="invoice 7 (id 3)")
    steps = (
        ("inv_non_us", {}, {"books": replace(books, country="US")}),
        ("inv_tax_in_hubspot", {"hs_taxes_total": "0"}, {}),
        ("inv_no_customer", {}, {"parties": FACTS.parties}),
        ("inv_currency", {"hs_currency": "USD"}, {}),
        ("inv_period_closed", {"hs_invoice_date": "2026-11-03"}, {}),
        ("inv_service_date", {}, {"books": FACTS.books}),
        ("inv_number_too_long", {"hs_number": "N"}, {}),
        ("inv_shape", {LINE_ITEMS: values("5")[LINE_ITEMS], "hs_amount_billed": "4"}, {}),
        ("inv_totals", {"hs_amount_billed": "5"}, {}),
        ("inv_possible_duplicate", {}, {"twin": ""}),
    )
    for code, mended, around in steps:
        assert refusal(told, facts)[0] == code
        told = {**told, **mended}
        facts = replace(facts, **around)
    assert passed(told, facts)


# -- the ladder of quantity and price (3.4)


@proves("E3.4-quantity-price", "E3.4-price-fitted", "E3.4-one-times-amount")
@pytest.mark.parametrize(
    ("quantity", "price", "total", "currency", "expected"),
    [
        ("3.5", "63.5829", "222.54", "USD", ("3.5", "63.5829", "")),
        ("0.5", "0.01", "0.01", "USD", ("0.5", "0.01", "")),  # half up
        ("3", "0.3333333333", "1", "USD", ("3", "0.3333333333", "")),
        ("0.3333333", "90", "30", "USD", ("0.3333333", "90", "")),
        ("3", "100", "99.99", "USD", ("3", "33.33", "")),
        ("7", "1", "10", "USD", ("7", "1.42857", "")),
        ("1000001", "1", "7", "USD", ("1", "7", "1000001 x 1")),
        ("0", "5", "1", "USD", ("1", "1", "0 x 5")),
        ("-2", "5", "10", "USD", ("1", "10", "-2 x 5")),
        ("2", "5", "-10", "USD", ("1", "-10", "2 x 5")),
        ("3", "33.4", "100", "JPY", ("3", "33.4", "")),
        ("2", "1.2345", "2.469", "KWD", ("2", "1.2345", "")),
    ],
)
def test_amount_is_law(
    quantity: str, price: str, total: str, currency: str, expected: tuple[str, str, str]
) -> None:
    found = explained(Decimal(quantity), Decimal(price), Decimal(total), currency)
    assert found == Explained(Decimal(expected[0]), Decimal(expected[1]), expected[2])


def test_a_line_without_quantity_is_one_piece_and_without_an_amount_is_multiplied() -> None:
    (one, two) = billed(
        {LINE_ITEMS: [{"id": "1", "price": "5"}, {"id": "2", "price": "5", "quantity": "3"}]}
    )
    assert (one.quantity, one.amount, two.amount) == (1, 5, 15)
    assert explained(None, Decimal(3), Decimal(5), "USD") == Explained(Decimal(1), Decimal(5))
