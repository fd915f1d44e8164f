"""Days, months and the halved rate in the database (ENGINE 2.12; B13's call-budget meter)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import override_settings

from syncapp.connectors.rate import BlockReason, DailyLimit, Limit, UsageMeter, Want
from syncapp.models import Connection, DailyBudget, MonthlyReads, Notification
from syncapp.services import usage
from syncapp.services.budgets import RowBudgetStore, month_of, next_month

pytestmark = [pytest.mark.django_db, pytest.mark.services]
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
TEN = Want("quickbooks:7:calls", (Limit(10, 1.0),))


def books(**values: Any) -> Connection:
    return Connection.objects.create(
        **{"side": "quickbooks", "external_id": "7", "client_id": "app", **values}
    )


def portal(zone: str = "America/New_York") -> Connection:
    return Connection.objects.create(side="hubspot", external_id="3", details={"time_zone": zone})


def allowance(reads: int) -> override_settings:
    return override_settings(SYNC={**settings.SYNC, "INTUIT_MONTHLY_READS": reads})


# -- the halved rate


def test_a_halved_rate_is_shared_by_all_workers_and_recovers_five_percent_a_minute() -> None:
    RowBudgetStore().slow_down(TEN.key, now=NOW, seconds=60)
    RowBudgetStore().slow_down(TEN.key, now=NOW + timedelta(seconds=1), seconds=60)

    def passing(now: datetime) -> int:
        stores = (RowBudgetStore(), RowBudgetStore())
        return sum(stores[n % 2].try_acquire([TEN], now=now) == 0 for n in range(12))

    assert passing(NOW) == 5
    assert passing(NOW + timedelta(minutes=4)) == 7
    assert passing(NOW + timedelta(minutes=10)) == 10


def test_the_reason_of_the_longest_block_is_told() -> None:
    store = RowBudgetStore()
    assert store.why_blocked(["a", "b"], now=NOW) is None
    store.block("a", until=NOW + timedelta(seconds=60))
    store.block("b", until=NOW + timedelta(hours=3), why=BlockReason.DAY)
    store.block("b", until=NOW + timedelta(hours=1), why=BlockReason.ASKED)
    assert store.why_blocked(["a", "b"], now=NOW) is BlockReason.DAY
    assert store.why_blocked(["a"], now=NOW) is BlockReason.ASKED
    assert store.why_blocked(["a"], now=NOW + timedelta(seconds=60)) is None


# -- HubSpot's day


def test_the_rows_are_a_usage_meter() -> None:
    assert isinstance(RowBudgetStore(), UsageMeter)


def test_the_day_is_kept_every_ten_seconds_and_at_its_end_at_once() -> None:
    row = portal()
    store = RowBudgetStore(row)
    for second, left in ((0, 900), (5, 800), (10, 700), (11, 0)):
        at = NOW + timedelta(seconds=second)
        store.daily_seen("hubspot:3", DailyLimit(1000, left, at))
        assert DailyBudget.objects.get().remaining == (900 if second == 5 else left)
    RowBudgetStore().daily_seen("hubspot:new", DailyLimit(5, 5, NOW))
    assert DailyBudget.objects.count() == 1


@pytest.mark.parametrize(
    ("left", "pause"),
    [
        (301, usage.Pause.NOTHING),
        (300, usage.Pause.BACKFILL),
        (101, usage.Pause.BACKFILL),
        (100, usage.Pause.ALL_BUT_CLICKS),
        (0, usage.Pause.ALL_BUT_CLICKS),
    ],
)
def test_backfill_pauses_at_70_percent_and_all_but_clicks_at_90(
    left: int, pause: usage.Pause
) -> None:
    row = portal()
    RowBudgetStore(row).daily_seen("hubspot:3", DailyLimit(1000, left, NOW))
    assert usage.of(row, now=NOW).pause is pause


def test_the_day_ends_at_midnight_in_the_accounts_time_zone() -> None:
    row = portal("America/New_York")
    RowBudgetStore(row).daily_seen("hubspot:3", DailyLimit(1000, 0, NOW))
    midnight = datetime(2026, 11, 3, 5, 0, tzinfo=UTC)
    assert usage.next_day(row, NOW) == midnight
    before, after = (usage.of(row, now=midnight + timedelta(seconds=s)) for s in (-1, 0))
    assert before.day == usage.Share(used=1000, limit=1000, own=0)
    assert after.day == usage.Share(used=0, limit=1000, own=0)
    assert after.pause is usage.Pause.NOTHING


@pytest.mark.parametrize("zone", ["America/New_York", "America/Sao_Paulo", "Asia/Tokyo", "", "No"])
def test_a_day_is_one_date_even_when_the_clocks_change(zone: str) -> None:
    row = portal(zone)
    moment = datetime(2026, 10, 30, 0, 30, tzinfo=UTC)
    for _ in range(24 * 5):
        moment += timedelta(hours=1)
        began, ends = usage.day_began(row, moment), usage.next_day(row, moment)
        assert began <= moment < ends
        assert timedelta(hours=23) <= ends - began.astimezone(UTC) <= timedelta(hours=25)


# -- Intuit's month


def test_reads_are_counted_per_connection_and_month() -> None:
    one, other = books(), books(external_id="8")
    for row, count in ((one, 3), (other, 2)):
        for _ in range(count):
            RowBudgetStore(row).read_counted(usage.scope_of(row), NOW)
    RowBudgetStore(one).read_counted("quickbooks:7", datetime(2026, 12, 1, tzinfo=UTC))
    RowBudgetStore().read_counted("quickbooks:new", NOW)
    assert list(MonthlyReads.objects.order_by("pk").values_list("month", "reads")) == [
        (date(2026, 11, 1), 3),
        (date(2026, 11, 1), 2),
        (date(2026, 12, 1), 1),
    ]
    # One allowance for all companies of the same app.
    found = usage.of_all([one, other], now=NOW)
    assert found[one.pk].month == usage.Share(used=5, limit=500_000, own=3)
    assert found[other.pk].month == usage.Share(used=5, limit=500_000, own=2)


def test_other_apps_and_sandboxes_have_their_own_count() -> None:
    one = books()
    sandbox = books(external_id="8", environment="sandbox")
    stranger = books(external_id="9", client_id="another app")
    with allowance(1):
        for row in (sandbox, sandbox, stranger):
            RowBudgetStore(row).read_counted(usage.scope_of(row), NOW)
        found = usage.of_all([one, sandbox, stranger], now=NOW)
        assert found[one.pk].month == usage.Share(used=0, limit=1, own=0)
        assert found[sandbox.pk].month == usage.Share(used=2, limit=0, own=2)
        assert found[sandbox.pk].blocked_until is None
        assert found[stranger.pk].blocked_why is BlockReason.MONTH
        assert found[one.pk].blocked_until is None


def test_people_are_told_at_50_80_and_95_percent_once_each() -> None:
    boss = User.objects.create_user("boss", is_staff=True)
    boss.groups.add(Group.objects.get(name="administrator"))
    User.objects.create_user("viewer").groups.add(Group.objects.get(name="viewer"))
    store = RowBudgetStore(books())
    told = []
    with allowance(100):
        for _ in range(99):
            store.read_counted("quickbooks:7", NOW)
            told.append(Notification.objects.count())
    assert [told.index(n) + 1 for n in (1, 2, 3)] == [50, 80, 95]
    assert told[-1] == 3
    assert set(Notification.objects.values_list("user", flat=True)) == {boss.pk}
    first = Notification.objects.order_by("pk")[0]
    assert "50 % of this month's 100 metered reads are used (50)" in first.text
    store.read_counted("quickbooks:7", NOW + timedelta(days=40))
    assert Notification.objects.count() == 3


def test_a_used_up_month_blocks_until_the_next_one_or_until_the_allowance_is_raised() -> None:
    row = books()
    store = RowBudgetStore(row)
    december = datetime(2026, 12, 1, tzinfo=UTC)
    assert next_month(NOW) == december
    assert next_month(datetime(2026, 12, 31, 23, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)
    assert month_of(december - timedelta(seconds=1)) == date(2026, 11, 1)
    with allowance(2):
        store.read_counted("quickbooks:7", NOW)
        assert store.try_acquire([TEN], now=NOW) == 0
        store.read_counted("quickbooks:7", NOW)
        assert store.try_acquire([TEN], now=NOW) == (december - NOW).total_seconds()
        assert store.why_blocked([TEN.key], now=NOW) is BlockReason.MONTH
        assert usage.of(row, now=NOW).blocked_until == december
        assert store.try_acquire([TEN], now=december) == 0
        assert usage.of(row, now=december).blocked_until is None
    with allowance(3):
        assert RowBudgetStore(row).try_acquire([TEN], now=NOW + timedelta(seconds=5)) == 0
        assert usage.of(row, now=NOW).blocked_until is None


def test_without_an_allowance_nothing_is_blocked_or_told() -> None:
    User.objects.create_superuser("root")
    row = books()
    with allowance(0):
        for _ in range(5):
            RowBudgetStore(row).read_counted("quickbooks:7", NOW)
    assert Notification.objects.count() == 0
    assert usage.of(row, now=NOW).blocked_until is None
    assert usage.of(row, now=NOW).month == usage.Share(used=5, limit=500_000, own=5)


# -- what a page reads


def test_a_slowed_connection_says_so_until_it_has_recovered() -> None:
    row = books()
    assert usage.of(row, now=NOW) == usage.Usage(month=usage.Share(0, 500_000, 0))
    RowBudgetStore(row).slow_down("quickbooks:7:batch", now=NOW, seconds=60)
    RowBudgetStore(row).slow_down("quickbooks:77:calls", now=NOW, seconds=60)
    assert usage.of(row, now=NOW).slowed_percent == 50
    assert usage.of(row, now=NOW + timedelta(minutes=9)).slowed_percent == 95
    assert usage.of(row, now=NOW + timedelta(minutes=10)).slowed_percent is None


def test_all_connections_are_read_in_four_queries(django_assert_num_queries: Any) -> None:
    rows = [books(external_id=str(n)) for n in range(8)]
    for row in rows:
        RowBudgetStore(row).read_counted(usage.scope_of(row), NOW)
        RowBudgetStore(row).slow_down(f"{usage.scope_of(row)}:calls", now=NOW, seconds=5)
    with django_assert_num_queries(4):
        assert len(usage.of_all(rows, now=NOW)) == 8
