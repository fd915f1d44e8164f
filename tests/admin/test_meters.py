"""The call budgets on the home card and the connection page (B13)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syncapp.admin import meters
from syncapp.connectors.rate import BlockReason
from syncapp.models import AccountPair, ApiUsage, Connection, DailyBudget, MonthlyReads
from syncapp.services.budgets import RowBudgetStore
from syncapp.services.usage import Share, Usage
from tests.admin.conftest import signed_in
from tests.admin.rows import joined

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def pair() -> AccountPair:
    return joined()


@pytest.fixture
def viewer() -> Client:
    return signed_in("vera", "viewer")


def page_of(client: Client, connection: Connection) -> str:
    url = reverse("admin:syncapp_connection_change", args=[connection.pk])
    return text_of(client.get(url).content.decode())


def home(client: Client) -> str:
    return text_of(client.get(reverse("admin:index")).content.decode())


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", page)


def bars(page: str) -> list[tuple[str, str, str]]:
    """(tone, share, words) of each meter, as a screen reader is told."""
    return re.findall(
        r'class="td-bar td-bar-(\w+)" role="meter" aria-labelledby="[\w-]+" aria-valuemin="0" '
        r'aria-valuemax="100" aria-valuenow="(\d+)" aria-valuetext="([^"]+)"',
        page,
    )


def test_both_pages_show_the_day_and_the_month_as_meters(pair: AccountPair, viewer: Client) -> None:
    now = timezone.now()
    DailyBudget.objects.create(
        connection=pair.hubspot, limit=650_000, remaining=637_655, seen_at=now
    )
    ApiUsage.objects.create(connection=pair.quickbooks, day=now.date(), calls=321)
    MonthlyReads.objects.create(
        connection=pair.quickbooks, month=now.date().replace(day=1), reads=402_500
    )
    day = ("info", "1", "12,345 of 650,000 (1 %)")
    month = ("warn", "80", "402,500 of 500,000 (80 %)")
    page = home(viewer)
    assert bars(page) == [day, month]
    assert "321 API calls today" in page
    assert bars(page_of(viewer, pair.hubspot)) == [day]
    page = page_of(viewer, pair.quickbooks)
    assert bars(page) == [month]
    assert f"Metered reads in {now:%B}" in page
    assert "midnight (America/New_York)" in page_of(viewer, pair.hubspot)


def test_every_meter_has_the_label_it_names(pair: AccountPair, viewer: Client) -> None:
    now = timezone.now()
    for row in (pair.hubspot, pair.quickbooks):
        DailyBudget.objects.create(connection=row, limit=10, remaining=1, seen_at=now)
    page = home(viewer)
    named = re.findall(r'aria-labelledby="(td-meter-[\w-]+)"', page)
    assert len(named) == len(set(named)) == 3
    assert all(page.count(f'id="{name}"') == 1 for name in named)


def test_a_block_and_a_halved_rate_are_said_on_both_pages(
    pair: AccountPair, viewer: Client
) -> None:
    now = timezone.now()
    store = RowBudgetStore(pair.quickbooks)
    store.block("quickbooks:quickbooks-1:calls", until=now + timedelta(seconds=55))
    store.slow_down("quickbooks:quickbooks-1:calls", now=now, seconds=60)
    for page in (home(viewer), page_of(viewer, pair.quickbooks)):
        assert "QuickBooks asked for a pause." in page
        assert "Rate halved after a 429 (QuickBooks: too many calls at once)" in page
        assert "Calls run at 50 % of the usual rate now" in page
    assert "asked for a pause" not in page_of(viewer, pair.hubspot)


def described(usage: Usage, side: str = "hubspot", **values: str) -> meters.Meters:
    row = Connection(side=side, details={"time_zone": "America/New_York"}, **values)
    return meters.describe(row, usage, now=NOW)


@pytest.mark.parametrize(
    ("used", "tone", "note"),
    [
        (69, "info", "Counted anew at midnight (America/New_York)."),
        (70, "warn", "Edits still sync."),
        (89, "warn", "Edits still sync."),
        (90, "bad", "only what a person starts"),
        (100, "bad", "only what a person starts"),
    ],
)
def test_the_day_says_what_waits(used: int, tone: str, note: str) -> None:
    (bar,) = described(Usage(day=Share(used=used, limit=100, own=3))).bars
    assert (bar.percent, bar.tone) == (used, tone)
    assert note in bar.note


@pytest.mark.parametrize(("used", "tone"), [(79, "info"), (80, "warn"), (94, "warn"), (95, "bad")])
def test_the_month_warns_at_80_and_95(used: int, tone: str) -> None:
    month = Share(used=used, limit=100, own=used)
    (bar,) = described(Usage(month=month), "quickbooks").bars
    assert (bar.label, bar.tone) == ("Metered reads in November", tone)
    assert ("At 100 %" in bar.note) is (tone != "info")


def test_a_shared_allowance_names_the_companys_own_part() -> None:
    (bar,) = described(Usage(month=Share(used=9000, limit=10_000, own=1000)), "quickbooks").bars
    assert "1,000 of them by this company" in bar.note


def test_without_an_allowance_there_is_a_number_and_no_bar() -> None:
    month = Usage(month=Share(used=12, limit=0, own=12))
    (bar,) = described(month, "quickbooks", environment="sandbox").bars
    assert (bar.text, bar.percent) == ("12", None)
    assert bar.note == "Intuit does not meter sandbox companies."
    (bar,) = described(month, "quickbooks", environment="production").bars
    assert bar.note == "No allowance is set."


@pytest.mark.parametrize("why", list(BlockReason))
def test_every_reason_of_a_block_has_its_sentence(why: BlockReason) -> None:
    until = NOW + timedelta(days=2)
    (notice,) = described(Usage(blocked_until=until, blocked_why=why)).notices
    assert notice.tone == "bad"
    assert "No calls until Nov 4, 2026, 9:00 AM (in 2 days)" in notice.text
    words = {"asked": "asked for a pause", "day": "day's HubSpot calls", "month": "metered"}
    assert words[why] in notice.text


def test_a_used_up_month_is_told_on_the_page(pair: AccountPair, viewer: Client) -> None:
    now = timezone.now()
    first = date(now.year, now.month, 1)
    MonthlyReads.objects.create(connection=pair.quickbooks, month=first, reads=499_999)
    RowBudgetStore(pair.quickbooks).read_counted("quickbooks:quickbooks-1", now)
    page = page_of(viewer, pair.quickbooks)
    assert bars(page) == [("bad", "100", "500,000 of 500,000 (100 %)")]
    assert "metered QuickBooks reads are used up" in page
