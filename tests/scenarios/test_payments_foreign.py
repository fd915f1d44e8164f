"""Payments in a foreign currency: at the rate of their own date, or not at all (B11, ENGINE 4)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from simulators.quickbooks import exchange, faults
from simulators.quickbooks.company import Company
from simulators.quickbooks.records import Record
from simulators.quickbooks.rules.base import Change
from simulators.quickbooks.rules.payments import PaymentRules
from tests.proves import proves
from tests.scenarios.documents import line, sale
from tests.scenarios.paying import Cashier
from tests.world import World

pytestmark = pytest.mark.services
EURO = {"CurrencyRef": {"value": "EUR"}}


@pytest.fixture
def cashier(world: World) -> Cashier:
    """A company that keeps several currencies, and knows what a euro was worth on two days."""
    made = Cashier(world)
    made.prefer("CurrencyPrefs", MultiCurrencyEnabled=True)
    for day, rate in (("2026-10-20", 1.0871), ("2026-11-02", 1.1054)):
        told = {"SourceCurrencyCode": "EUR", "AsOfDate": day, "Rate": rate}
        world.quickbooks.call("POST", "/exchangerate", told)
    world.clock.advance(3700)  # until the preferences are read anew
    return made


def billed(cashier: Cashier) -> str:
    """An invoice in euros made in HubSpot, for a customer who is billed in euros."""
    cashier.quickbooks.add("Bea Bly", "bea@example.com", **EURO)
    contact = cashier.hubspot.add(email="bea@example.com", firstname="Bea", lastname="Bly")
    return cashier.bill(
        contact, line("Odd thing", "50"), hs_currency="EUR", hs_invoice_date="2026-10-25T00:00:00Z"
    )


@proves("E3.5-to-quickbooks", "B11")
def test_invoice_and_payment_are_each_booked_at_the_rate_of_their_date(cashier: Cashier) -> None:
    bill = billed(cashier)
    cashier.begin()
    booking = cashier.booking_of(bill)
    assert (booking.state, booking.code) == ("in_sync", ""), booking.explanation
    assert cashier.booked(str(booking.quickbooks_id))["ExchangeRate"] == 1.0871
    cashier.collect(bill, "50", hs_currency_code="EUR")
    cashier.world.settle()
    (posted,) = cashier.all("Payment")
    assert posted["CurrencyRef"]["value"] == "EUR"
    assert (posted["TotalAmt"], posted["ExchangeRate"]) == (50, 1.1054)
    assert cashier.balances(booking) == ("paid", 0, 0)
    link = cashier.world.link(definition__object_type="payments")
    assert not link.log.filter(kind="warning").exists()
    assert cashier.agreed()


@proves("E3.5-to-quickbooks", "B11")
def test_a_payment_in_another_currency_than_its_invoice_is_refused(cashier: Cashier) -> None:
    bill = billed(cashier)
    cashier.begin()
    payment = cashier.collect(bill, "50", hs_currency_code="USD")
    cashier.world.settle()
    assert cashier.payment_state(hubspot_id=payment) == ("failing", "inv_currency")
    link = cashier.world.link(hubspot_id=payment)
    assert "in USD, but its invoice is in EUR" in link.explanation
    assert cashier.all("Payment") == []
    assert cashier.agreed()


@proves("E3.5-to-quickbooks", "B11")
def test_without_a_rate_nothing_is_posted_until_there_is_one(
    cashier: Cashier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Posted without one, QuickBooks would book 1:1."""

    def only_what_was_set(company: Company, currency: str, day: str) -> Record:
        if exchange.latest(company, currency, day) is None:
            raise faults.not_found()
        return shown(company, currency, day)

    shown = exchange.shown
    monkeypatch.setattr(exchange, "shown", only_what_was_set)
    bill = billed(cashier)
    cashier.begin()
    payment = cashier.collect(
        bill, "50", hs_currency_code="EUR", hs_initiated_date="2026-10-01T20:00:00Z"
    )
    cashier.world.settle()
    assert cashier.payment_state(hubspot_id=payment) == ("failing", "inv_no_rate")
    assert cashier.all("Payment") == []
    told = {"SourceCurrencyCode": "EUR", "AsOfDate": "2026-09-30", "Rate": 1.05}
    cashier.quickbooks.call("POST", "/exchangerate", told)
    cashier.world.clock.advance(6 * 3600 + 60)
    cashier.world.settle()
    (posted,) = cashier.all("Payment")
    assert (posted["TxnDate"], posted["ExchangeRate"]) == ("2026-10-01", 1.05)


@proves("B11")
def test_another_rate_in_the_answer_is_a_warning(
    cashier: Cashier, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete = PaymentRules.complete

    def at_par(rules: PaymentRules, change: Change) -> None:
        complete(rules, change)
        change.values["ExchangeRate"] = Decimal(1)

    bill = billed(cashier)
    cashier.begin()
    monkeypatch.setattr(PaymentRules, "complete", at_par)
    payment = cashier.collect(bill, "50", hs_currency_code="EUR")
    cashier.world.settle()
    (told,) = cashier.world.link(hubspot_id=payment).log.filter(kind="warning")
    assert "exchange rate 1.1054, and QuickBooks booked it at 1" in told.text


@proves("E3.5-mirror", "B11")
def test_a_payment_of_quickbooks_is_shown_in_its_own_currency(cashier: Cashier) -> None:
    customer = cashier.quickbooks.add("Émile", "e@example.com", **EURO)
    one = cashier.book(
        customer, sale(cashier.item("Design"), "33.33"), TxnDate="2026-11-01", **EURO
    )
    cashier.begin()
    cashier.pay(customer, "33.33", (one, "33.33"), TxnDate="2026-11-02", **EURO)
    cashier.world.settle()
    (shown,) = cashier.shown_ids()
    told = cashier.read("commerce_payments", shown, "hs_initial_amount", "hs_currency_code")
    assert told == {"hs_initial_amount": "33.33", "hs_currency_code": "EUR"}
    assert cashier.balances(cashier.mirror_of(one)) == ("paid", 0, 0)
    assert cashier.agreed()
