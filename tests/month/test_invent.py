"""The month looks like one of a real company, and the same seed gives the same one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.month.invent import TROUBLES, invent
from tests.month.model import Fate, Month, Trouble, Way
from tests.month.money import total
from tests.month.paying import received

BOTH = pytest.mark.parametrize("way", list(Way))


@pytest.fixture(scope="module", params=list(Way))
def month(request) -> Month:
    return invent(7, way=request.param)


def looks(month: Month) -> list[object]:
    return [
        [(s.key, s.party.key, s.day, s.total, s.trouble) for s in month.invoices],
        [(p.key, p.day, p.amount, p.fate, [s.key for s, _ in p.shares]) for p in month.payments],
    ]


@BOTH
def test_a_seed_gives_one_month(way: Way) -> None:
    assert looks(invent(3, size=80, way=way)) == looks(invent(3, size=80, way=way))
    assert looks(invent(3, size=80, way=way)) != looks(invent(4, size=80, way=way))


def test_its_size_and_shape(month: Month) -> None:
    assert (len(month.invoices), len(month.payments)) == (2000, 3000)
    counts = {len(s.lines) for s in month.invoices if s.trouble is not Trouble.TOO_MANY_LINES}
    assert set(range(1, 13)) - {7, 9, 11} <= counts <= set(range(1, 14))
    lines = [line for sale in month.invoices for line in sale.lines]
    assert {(str(line.quantity), str(line.price)) for line in lines} >= {("3.5", "63.5829")}
    assert any(line.quantity == Decimal("0.33333") for line in lines)
    assert any(line.price == 0 for line in lines)
    assert any(sale.discount_percent for sale in month.invoices)
    assert any(sale.discount_amount for sale in month.invoices)
    assert len({sale.currency for sale in month.invoices}) >= 3
    assert any(not product.sku for product in month.products)
    assert max(len(party.name) for party in month.parties) >= 100
    assert any(not party.name.isascii() for party in month.parties)


def test_its_payments(month: Month) -> None:
    assert any(len(payment.shares) > 1 for payment in month.payments)
    if month.way is Way.TO_HUBSPOT:
        assert {payment.fate for payment in month.payments} == set(Fate)
        assert any(payment.later for payment in month.payments if payment.fate is Fate.DELETED)
        assert any(payment.rest for payment in month.payments)
        assert any(payment.credits for payment in month.payments)
        assert any(line.amount < 0 for sale in month.invoices for line in sale.lines)
        assert any(line.amount_only for sale in month.invoices for line in sale.lines)
    else:
        assert {payment.status for payment in month.payments} == {
            "succeeded",
            "processing",
            "failed",
        }
        assert any(line.percent_off for sale in month.invoices for line in sale.lines)
        assert any(line.product is None for sale in month.invoices for line in sale.lines)


@pytest.mark.parametrize("later", [False, True])
def test_nothing_is_paid_twice(month: Month, later: bool) -> None:
    by_sale: dict[object, Decimal] = {}
    for payment in month.payments:
        for sale, amount in payment.stands_at(later=later):
            by_sale[sale] = by_sale.get(sale, Decimal(0)) + amount
            assert sale.party is payment.party
    assert all(paid <= sale.total for sale, paid in by_sale.items())
    some = month.invoices[0]
    assert received(month, some, later=later) <= some.total
    assert total(by_sale.values()) > 0


def test_few_are_in_trouble_and_of_every_kind(month: Month) -> None:
    kinds = {sale.trouble for sale in month.invoices} - {Trouble.NONE}
    assert kinds >= set(TROUBLES[month.way])
    in_trouble = sum(sale.trouble is not Trouble.NONE for sale in month.invoices)
    decisions = sum(payment.trouble is not Trouble.NONE for payment in month.payments)
    assert (in_trouble + decisions) / len(month.invoices) < 0.03
