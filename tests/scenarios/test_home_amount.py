"""What a document's money is worth in the company's home currency (issue 6 item 1, S30)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from syncapp.core.money import in_home
from syncapp.models import RecordLink
from tests.scenarios.documents import Seller, line, sale
from tests.scenarios.trade import Trade, seller, trade

__all__ = ["seller", "trade"]

MANY = {"MultiCurrencyEnabled": True}


def test_the_home_currency_is_taken_as_it_is(trade: Trade) -> None:
    link = trade.sold(line("Design", "50", "2"))
    assert (link.amount, link.currency, link.home_amount) == (100, "USD", 100)


def test_a_foreign_invoice_counts_at_its_own_rate(trade: Trade, seller: Seller) -> None:
    trade.books(CurrencyPrefs=MANY)
    euro = trade.world.quickbooks.add("Émile", "e@example.com", CurrencyRef={"value": "EUR"})
    seller.book(
        euro, sale(seller.item("Design"), "33.33", "1", "33.33"), DocNumber="E-1",
        CurrencyRef={"value": "EUR"}, ExchangeRate=1.0871,
    )  # fmt: skip
    trade.start()
    link = trade.run(after=0)
    assert (link.amount, link.currency) == (Decimal("33.33"), "EUR")
    assert link.home_amount == Decimal("36.23")  # 33.33 * 1.0871 = 36.233043


def test_a_payment_of_a_foreign_invoice_counts_at_its_own_rate(
    trade: Trade, seller: Seller
) -> None:
    trade.books(CurrencyPrefs=MANY)
    euro = trade.world.quickbooks.add("Émile", "e@example.com", CurrencyRef={"value": "EUR"})
    invoice = seller.book(
        euro, sale(seller.item("Design"), "100", "1", "100"), DocNumber="E-1",
        CurrencyRef={"value": "EUR"}, ExchangeRate=1.1,
    )  # fmt: skip
    body = {
        "CustomerRef": {"value": euro}, "TotalAmt": 40, "CurrencyRef": {"value": "EUR"},
        "ExchangeRate": 1.2,
        "Line": [{"Amount": 40, "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]}],
    }  # fmt: skip
    seller.quickbooks.call("POST", "/payment", body)
    trade.start()
    trade.run(after=0)
    paid = RecordLink.objects.get(definition__object_type="payments")
    assert (paid.amount, paid.currency, paid.home_amount) == (40, "EUR", 48)


def test_without_a_rate_nothing_is_made_up(trade: Trade) -> None:
    trade.seller.bill(trade.client(), line("Design", "50"), hs_currency="EUR")
    trade.start()
    link = trade.run(after=0)
    assert (link.state, link.amount, link.currency) == ("failing", 50, "EUR")
    assert link.home_amount is None


def test_a_hubspot_invoice_has_its_rate_once_it_is_booked(trade: Trade, seller: Seller) -> None:
    trade.books(CurrencyPrefs=MANY)
    trade.world.quickbooks.add("Bea Bly", "bea@example.com", CurrencyRef={"value": "EUR"})
    rate = {"SourceCurrencyCode": "EUR", "AsOfDate": "2026-10-20", "Rate": 1.0871}
    seller.quickbooks.call("POST", "/exchangerate", rate)
    seller.bill(
        trade.client(), line("Design", "50"), hs_currency="EUR",
        hs_invoice_date="2026-10-25T00:00:00Z",
    )  # fmt: skip
    trade.start()
    link = trade.run(after=0)
    assert link.quickbooks_id is not None, link.explanation
    assert link.home_amount == Decimal("54.36")  # 50 * 1.0871 = 54.355: half up


@pytest.mark.parametrize(
    ("value", "currency", "home", "rate", "worth"),
    [
        ("10", "USD", "USD", None, "10"),
        ("10", "", "USD", None, "10"),
        ("10", "usd", "USD", "2", "10"),
        ("10", "EUR", "USD", "1.23456", "12.35"),
        ("10", "EUR", "JPY", "161.55", "1616"),
        ("1", "EUR", "KWD", "0.33349", "0.333"),
        ("-10", "EUR", "USD", "1.5", "-15.00"),
        ("10", "EUR", "USD", None, None),
        ("10", "EUR", "USD", "0", None),
        ("10", "EUR", "USD", "-1", None),
        ("10", "EUR", "USD", "much", None),
        ("10", "USD", "", "1", None),
        (None, "USD", "USD", "1", None),
    ],
)
def test_the_conversion_rounds_to_the_home_currency(
    value: str | None, currency: str, home: str, rate: str | None, worth: str | None
) -> None:
    found = in_home(Decimal(value) if value else None, currency, home=home, rate=rate)
    assert (None if found is None else str(found)) == worth
