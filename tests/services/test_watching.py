"""What people are told of unasked, and the daily digest (B14, issue 6 item 8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.test import override_settings
from django.utils import timezone

from syncapp.models import (
    AccountPair,
    Approval,
    Connection,
    Mail,
    Notification,
    RecordLink,
    SyncDefinition,
    SyncRun,
)
from syncapp.services import digest, kinds, mails, preferences, watching
from syncapp.tasks import watch
from tests.admin.rows import joined, known, syncing
from tests.proves import proves
from tests.services.postbox import Clock, Postbox, doors, part

pytestmark = pytest.mark.django_db


def person(name: str = "vera", role: str = "viewer") -> User:
    user = User.objects.create_user(name, f"{name}@example.com", is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    return user


@pytest.fixture
def definition() -> SyncDefinition:
    """A contacts sync that runs as it should."""
    found = syncing(joined())
    SyncDefinition.objects.update(activated_at=timezone.now() - timedelta(days=30))
    run(found)
    return found


def run(definition: SyncDefinition, state: str = "finished", detail: str = "") -> None:
    now = timezone.now()
    SyncRun.objects.create(
        pair=definition.pair, trigger="schedule", state=state, detail=detail,
        started_at=now, ended_at=now,
    )  # fmt: skip


def look(after: timedelta = timedelta()) -> list[str]:
    """The kinds told by one look."""
    last = Notification.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    watching.look(now=timezone.now() + after)
    return list(Notification.objects.filter(pk__gt=last).values_list("kind", flat=True))


@proves("B14")
def test_a_lapsed_connection_is_told_once_and_again_when_it_lapses_again(
    definition: SyncDefinition,
) -> None:
    person()
    assert look() == []
    books = Connection.objects.filter(side="quickbooks")
    books.update(status="reconnect", status_detail="The grant was revoked.")
    assert look() == [kinds.CONNECTION]
    assert look() == []
    text = Notification.objects.get().text
    assert text == (
        "QuickBooks “Zanzibar Holdings Books” must be connected again. The grant was revoked."
    )
    books.update(status="connected", status_detail="")
    assert look() == []
    books.update(status="reconnect")
    assert look() == [kinds.CONNECTION]


@proves("B14")
def test_a_failing_rate_is_told_at_ten_percent_and_again_only_after_it_got_better(
    definition: SyncDefinition,
) -> None:
    person()
    rows = [known(definition, n, "in_sync") for n in range(100)]

    def failing(count: int) -> None:
        RecordLink.objects.update(state="in_sync")
        RecordLink.objects.filter(pk__in=[row.pk for row in rows[:count]]).update(state="failing")

    failing(9)
    assert look() == []
    failing(10)
    assert look() == [kinds.FAILING]
    assert "10 of 100 records fail." in Notification.objects.get().text
    failing(6)
    assert look() == []
    failing(30)
    assert look() == [], "it never got better"
    failing(4)
    assert look() == []
    failing(10)
    assert look() == [kinds.FAILING]


def test_a_few_failures_of_a_small_sync_are_no_alarm(definition: SyncDefinition) -> None:
    person()
    for number in range(9):
        known(definition, number, "failing", "ambiguous_match")
    assert look() == []


@proves("B14")
def test_a_sync_that_stands_still_is_told_and_its_reason_with_it(
    definition: SyncDefinition,
) -> None:
    person()
    assert look(timedelta(minutes=59)) == []
    run(definition, "crashed", "KeyError: Line")
    assert look(timedelta(minutes=61)) == [kinds.STALLED]
    assert "no run has finished since" in Notification.objects.get().text
    assert Notification.objects.get().text.endswith("KeyError: Line")
    assert look(timedelta(minutes=90)) == []
    run(definition)
    assert look(timedelta(minutes=1)) == []
    assert look(timedelta(minutes=61)) == [kinds.STALLED]


@pytest.mark.parametrize("why", ["paused", "off", "just reconnected"])
def test_what_somebody_stopped_does_not_stand_still(definition: SyncDefinition, why: str) -> None:
    person()
    late = timedelta(days=2)
    if why == "paused":
        AccountPair.objects.update(state="paused")
    elif why == "off":
        SyncDefinition.objects.update(enabled=False)
    else:
        AccountPair.objects.update(updated_at=timezone.now() + late)
    assert look(late) == []


def test_a_held_sync_is_told_to_who_may_approve_it(definition: SyncDefinition) -> None:
    person()
    boss = person("boss", "administrator")
    SyncDefinition.objects.update(held_at=timezone.now())
    assert look() == [kinds.BRAKE]
    told = Notification.objects.get()
    assert told.user == boss
    assert "Nothing has been written." in told.text
    SyncDefinition.objects.update(held_at=None)
    look()
    SyncDefinition.objects.update(held_at=timezone.now())
    assert look() == [kinds.BRAKE]


def test_a_finished_first_sync_is_told_once_for_ever(definition: SyncDefinition) -> None:
    person()
    SyncDefinition.objects.update(activated_at=timezone.now(), quickbooks_complete=False)
    row = known(definition, 1, "waiting", "pending")
    assert look() == []
    SyncDefinition.objects.update(quickbooks_complete=True)
    assert look() == []
    RecordLink.objects.filter(pk=row.pk).update(state="in_sync", code="")
    assert look() == [kinds.FIRST_SYNC]
    assert "1 records in sync" in Notification.objects.get().text
    RecordLink.objects.update(state="waiting", code="pending")
    look()
    RecordLink.objects.update(state="in_sync", code="")
    assert look() == []


def test_after_an_upgrade_old_syncs_are_no_news(definition: SyncDefinition) -> None:
    person()
    assert look() == []


class TestTheDigest:
    NINE = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    @pytest.fixture
    def postbox(self) -> Iterator[Postbox]:
        box = Postbox()
        box.open()
        with override_settings(**box.settings()):
            yield box
        box.close()

    def write(self, at: datetime) -> int:
        before = Mail.objects.count()
        digest.write_due(now=at)
        return Mail.objects.count() - before

    @proves("B14")
    def test_it_arrives_with_counts_money_news_and_connections(
        self, definition: SyncDefinition, postbox: Postbox
    ) -> None:
        preferences.save(user=person(), name="time_zone", value="Europe/Lisbon")
        known(definition, 1, "in_sync")
        for number, amount, currency in ((2, "1234.5", "USD"), (3, "65.5", "USD"),
                                         (4, "5000", "JPY")):  # fmt: skip
            link = known(definition, number, "failing", "ambiguous_match")
            RecordLink.objects.filter(pk=link.pk).update(
                amount=Decimal(amount), currency=currency,
                failing_since=self.NINE - timedelta(hours=1 if number < 4 else 48),
            )  # fmt: skip
        Connection.objects.filter(side="quickbooks").update(
            status="reconnect", status_detail="The grant was revoked."
        )
        assert self.write(self.NINE) == 1
        assert mails.send_due(env=doors(Clock(self.NINE))) == 1
        (mail,) = postbox.mails
        assert mail["To"] == "vera@example.com"
        assert mail["Subject"] == "Tandem on Nov 22, 2026: 3 failing"
        text = part(mail, "plain")
        for words in (
            "Zanzibar Holdings of HubSpot",
            "In sync: 1, waiting: 0",
            "Failing: 3, new since yesterday: 2, need a decision: 3",
            "Money at stake: 5,000 JPY, 1,300.00 USD",
            "The grant was revoked.",
            "https://tandem.example.com/admin/syncapp/recordlink/?sync=",
        ):
            assert words in text
        html = part(mail, "html")
        assert "Money at stake: 5,000 JPY, 1,300.00 USD." in html
        for secret in ("nobody-may-see", "refresh", "client_id"):
            assert secret not in text + html

    def test_once_a_day_at_the_chosen_hour_of_ones_own_zone(
        self, definition: SyncDefinition
    ) -> None:
        user = person()
        preferences.save(user=user, name="time_zone", value="America/Sao_Paulo")  # UTC-3
        preferences.save(user=user, name="digest_hour", value=7)
        assert self.write(self.NINE) == 0
        assert self.write(self.NINE + timedelta(hours=1)) == 1
        for hours in (1, 2, 5, 12, 23):
            assert self.write(self.NINE + timedelta(hours=hours)) == 0
        assert self.write(self.NINE + timedelta(hours=25)) == 1

    def test_a_late_worker_writes_it_still_and_a_very_late_one_waits_for_tomorrow(
        self, definition: SyncDefinition
    ) -> None:
        user = person()
        preferences.save(user=user, name="time_zone", value="UTC")
        preferences.save(user=user, name="digest_hour", value=23)
        assert self.write(datetime(2026, 11, 23, 5, 0, tzinfo=UTC)) == 0
        assert self.write(datetime(2026, 11, 23, 4, 59, tzinfo=UTC)) == 1
        assert self.write(datetime(2026, 11, 23, 23, 0, tzinfo=UTC)) == 1

    def test_nothing_for_who_switched_it_off_has_no_role_or_no_address(
        self, definition: SyncDefinition
    ) -> None:
        off, silent = person("off"), person("silent")
        preferences.save(user=off, name="messages", value={"digest": []})
        User.objects.filter(pk=silent.pk).update(email="")
        person("new", "")
        for user in User.objects.all():
            preferences.save(user=user, name="time_zone", value="UTC")
        assert self.write(self.NINE) == 0

    def test_nothing_while_nothing_was_ever_switched_on(self) -> None:
        joined()
        preferences.save(user=person(), name="time_zone", value="UTC")
        assert self.write(self.NINE) == 0

    def test_it_speaks_the_persons_language(self, definition: SyncDefinition) -> None:
        user = person()
        preferences.save(user=user, name="time_zone", value="UTC")
        preferences.save(user=user, name="language", value="pt-br")
        self.write(self.NINE)
        mail = Mail.objects.get()
        assert "22/11/2026" in mail.subject
        assert 'lang="pt-br"' in mail.html


def test_changes_that_wait_for_approval_are_told_to_approvers(definition: SyncDefinition) -> None:
    person()
    approver = person("paul", "approver")
    link = known(definition, 1, "waiting", "approval")
    Approval.objects.create(
        link=link, definition=definition, digest="x", op="create", asked_at=timezone.now()
    )
    assert look() == [kinds.APPROVAL]
    assert Notification.objects.get().user == approver
    assert look() == []
    Approval.objects.update(state="sent")
    assert look() == []


def test_the_task_looks_and_writes_digests(definition: SyncDefinition) -> None:
    user = person()
    preferences.save(user=user, name="time_zone", value="UTC")
    preferences.save(user=user, name="digest_hour", value=timezone.now().hour)
    Connection.objects.filter(side="hubspot").update(status="reconnect")
    watch()
    watch()
    assert sorted(Mail.objects.values_list("kind", flat=True)) == ["connection", "digest"]
