"""The call logs in the database: shared, exact, blocked for everybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syncapp.connectors.rate import Limit, Want
from syncapp.models import ApiUsage, Connection, RateBudget
from syncapp.services.budgets import RowBudgetStore, count_calls

pytestmark = [pytest.mark.django_db, pytest.mark.services]
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
FIVE = Want("search", (Limit(5, 1.0),))


def test_a_limit_is_shared_by_every_store() -> None:
    stores = [RowBudgetStore(), RowBudgetStore()]
    taken = [stores[n % 2].try_acquire([FIVE], now=NOW) for n in range(7)]
    assert taken[:5] == [0.0] * 5
    assert taken[5] == taken[6] == 1.0
    assert stores[0].try_acquire([FIVE], now=NOW + timedelta(seconds=1)) == 0.0


def test_all_wants_are_taken_or_none() -> None:
    store = RowBudgetStore()
    one = Want("one", (Limit(1, 10.0),))
    assert store.try_acquire([one, FIVE], now=NOW) == 0.0
    assert store.try_acquire([FIVE, one], now=NOW) == 10.0
    assert len(RateBudget.objects.get(key="search").log) == 1


def test_a_block_holds_for_everybody_and_is_never_shortened() -> None:
    RowBudgetStore().block("search", until=NOW + timedelta(seconds=60))
    RowBudgetStore().block("search", until=NOW + timedelta(seconds=10))
    assert RowBudgetStore().try_acquire([FIVE], now=NOW) == 60.0


def test_the_log_forgets_what_no_limit_counts_any_more() -> None:
    store = RowBudgetStore()
    for second in range(50):
        store.try_acquire([FIVE], now=NOW + timedelta(seconds=second))
    assert len(RateBudget.objects.get(key="search").log) == 1


def test_calls_are_added_up_per_day() -> None:
    row = Connection.objects.create(side="hubspot")
    count_calls(row, 3, day=NOW)
    count_calls(row, 4, day=NOW)
    count_calls(row, 1, day=NOW + timedelta(days=1))
    assert list(ApiUsage.objects.order_by("day").values_list("calls", flat=True)) == [7, 1]
