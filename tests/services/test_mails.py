"""Mails leave their outbox once, whatever the server does: real SMTP on loopback (S32, B14)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import override_settings

from syncapp.models import Mail, Notification
from syncapp.services import kinds, mails, notify, preferences
from syncapp.tasks import tick
from tests.proves import proves
from tests.services.postbox import NOW, Clock, Postbox, doors, part

pytestmark = pytest.mark.django_db


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    box = Postbox()
    box.open()
    with override_settings(**box.settings()):
        yield box
    box.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def person(name: str = "olga", role: str = "operator") -> User:
    user = User.objects.create_user(name, f"{name}@example.com", is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    return user


def told(user: User, text: str = "Your export of 3 records is ready.") -> Notification:
    (row,) = notify.tell(
        kinds.EXPORT, say=lambda: text, now=NOW, to=[user], url="/admin/exports/x/"
    )
    return row


@proves("S32")
def test_a_mail_arrives_with_text_html_and_a_link_that_works_from_outside(
    postbox: Postbox, clock: Clock
) -> None:
    told(person())
    assert mails.is_work(now=NOW)
    assert mails.send_due(env=doors(clock)) == 1
    (mail,) = postbox.mails
    assert mail["To"] == "olga@example.com"
    assert mail["Subject"] == "Your export is ready (Tandem)"
    assert mail["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        text = part(mail, kind)
        assert "Your export of 3 records is ready." in text
        assert "https://tandem.example.com/admin/exports/x/" in text
        assert "https://tandem.example.com/admin/syncapp/notification/my-settings/" in text
    row = Mail.objects.get()
    assert (row.state, row.sent_at, row.next_at) == (Mail.State.SENT, NOW, None)
    assert not mails.is_work(now=NOW)
    assert mails.send_due(env=doors(clock)) == 0
    assert len(postbox.mails) == 1


def test_html_of_a_message_is_escaped_and_a_subject_stays_one_line(
    postbox: Postbox, clock: Clock
) -> None:
    told(person(), text="<script>alert(1)</script> Käse & Söhne")
    Mail.objects.update(subject="One\nBcc: thief@example.com")
    mails.send_due(env=doors(clock))
    assert postbox.mails == []
    assert Mail.objects.get().state == Mail.State.FAILED
    told(person("ann"), text="<script>alert(1)</script> Käse & Söhne")
    mails.send_due(env=doors(clock))
    (mail,) = postbox.mails
    assert "<script>" not in part(mail, "html")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Käse &amp; Söhne" in part(mail, "html")
    assert "<script>alert(1)</script> Käse & Söhne" in part(mail, "plain")


def test_a_refused_address_is_shown_and_not_tried_again(postbox: Postbox, clock: Clock) -> None:
    postbox.answer_rcpt = "550 5.1.1 No such mailbox here"
    user = person()
    told(user)
    assert mails.send_due(env=doors(clock)) == 0
    row = Mail.objects.get()
    assert (row.state, row.detail) == (Mail.State.FAILED, "550 5.1.1 No such mailbox here")
    shown = Notification.objects.filter(user=user, kind=kinds.MAIL_FAILED).get()
    assert "olga@example.com was not sent: 550 5.1.1 No such mailbox here" in shown.text
    assert Mail.objects.count() == 1, "no mail about a mail"
    clock.at += timedelta(days=1)
    mails.send_due(env=doors(clock))
    assert postbox.tries == 1
    postbox.answer_rcpt = "250 OK"
    user.email = "olga@new.example.com"
    user.save()
    assert mails.send_again(Mail.objects.get(), now=clock.at)
    assert not mails.send_again(Mail.objects.get(), now=clock.at)
    assert mails.send_due(env=doors(clock)) == 1
    assert postbox.mails[0]["To"] == "olga@new.example.com"


@pytest.mark.parametrize("where", ["answer_rcpt", "answer_data"])
def test_a_busy_server_is_asked_again_later(postbox: Postbox, clock: Clock, where: str) -> None:
    setattr(postbox, where, "451 4.7.1 Greylisted, come back")
    told(person())
    assert mails.send_due(env=doors(clock)) == 0
    row = Mail.objects.get()
    assert (row.state, row.next_at) == (Mail.State.WAITING, NOW + timedelta(minutes=1))
    assert row.detail == "451 4.7.1 Greylisted, come back"
    setattr(postbox, where, "250 OK")
    clock.at += timedelta(minutes=1)
    assert mails.send_due(env=doors(clock)) == 1
    assert len(postbox.mails) == 1


def test_while_the_server_is_down_nothing_is_lost_and_nobody_hammers_it(
    postbox: Postbox, clock: Clock
) -> None:
    postbox.close()
    for name in ("ann", "bob", "cyd"):
        told(person(name))
    waits = []
    for _ in range(6):
        mails.send_due(env=doors(clock))
        waits.append(Mail.objects.order_by("-attempts")[0].attempts)
        clock.at += timedelta(minutes=1)
    assert Mail.objects.filter(state=Mail.State.WAITING).count() == 3
    assert Notification.objects.filter(kind=kinds.MAIL_FAILED).count() == 0
    assert "refused" in Mail.objects.exclude(detail="")[0].detail.lower()
    postbox.open()
    clock.at += timedelta(hours=2)
    assert mails.send_due(env=doors(clock)) == 3
    assert sorted(mail["To"] for mail in postbox.mails) == [
        "ann@example.com", "bob@example.com", "cyd@example.com",
    ]  # fmt: skip


def test_after_three_days_a_mail_is_given_up_and_shown(postbox: Postbox, clock: Clock) -> None:
    postbox.close()
    told(person())
    for _ in range(40):
        mails.send_due(env=doors(clock))
        clock.at += timedelta(hours=4)
    row = Mail.objects.get()
    assert row.state == Mail.State.FAILED
    assert row.attempts < 30
    assert Notification.objects.filter(kind=kinds.MAIL_FAILED).count() == 1


def test_a_lost_answer_to_the_text_is_not_followed_by_a_second_copy(
    postbox: Postbox, clock: Clock
) -> None:
    postbox.cut = "data"
    told(person())
    mails.send_due(env=doors(clock))
    assert len(postbox.mails) == 1
    assert Mail.objects.get().state == Mail.State.UNKNOWN
    postbox.cut = ""
    clock.at += timedelta(days=1)
    assert mails.send_due(env=doors(clock)) == 0
    assert len(postbox.mails) == 1
    assert "may not have arrived" in Notification.objects.get(kind=kinds.MAIL_FAILED).text


def test_a_connection_cut_before_the_text_is_simply_tried_again(
    postbox: Postbox, clock: Clock
) -> None:
    postbox.cut = "rcpt"
    told(person())
    mails.send_due(env=doors(clock))
    assert Mail.objects.get().state == Mail.State.WAITING
    postbox.cut = ""
    clock.at += timedelta(minutes=1)
    assert mails.send_due(env=doors(clock)) == 1
    assert len(postbox.mails) == 1


def test_a_worker_that_died_while_sending_leaves_a_question_not_a_second_copy(
    postbox: Postbox, clock: Clock
) -> None:
    told(person())
    Mail.objects.update(state=Mail.State.SENDING, claimed_at=NOW)
    assert not mails.is_work(now=NOW)
    assert mails.send_due(env=doors(clock)) == 0
    clock.at += timedelta(minutes=5)
    assert mails.is_work(now=clock.at)
    assert mails.send_due(env=doors(clock)) == 0
    assert Mail.objects.get().state == Mail.State.UNKNOWN
    assert postbox.mails == []


def test_the_tick_wakes_a_worker_only_for_what_is_due(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from config.celery import app

    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    try:
        tick()
        told(person())
        tick()
        tick()
    finally:
        app.conf.update(task_always_eager=False, task_eager_propagates=False)
    assert len(postbox.mails) == 1


class TestWhoIsTold:
    def test_by_permission_and_choice(self) -> None:
        ann, bob, cyd = person("ann"), person("bob"), person("cyd")
        viewer = person("vera", "viewer")
        preferences.save(user=bob, name="messages", value={"export": ["app"]})
        preferences.save(user=cyd, name="messages", value={"export": []})
        notify.tell(kinds.EXPORT, say=lambda: "x", now=NOW)
        assert set(Notification.objects.values_list("user", flat=True)) == {ann.pk, bob.pk}
        assert list(Mail.objects.values_list("user", flat=True)) == [ann.pk]
        assert not Notification.objects.filter(user=viewer).exists()

    def test_by_mail_alone_leaves_the_bell_silent_and_the_list_complete(self) -> None:
        ann = person("ann")
        preferences.save(user=ann, name="messages", value={"export": ["mail"]})
        assert told(ann).read_at == NOW
        assert Mail.objects.get().notification == Notification.objects.get()

    def test_nobody_who_left_or_has_no_address_is_mailed(self) -> None:
        ann, bob = person("ann"), person("bob")
        User.objects.filter(pk=ann.pk).update(is_active=False)
        User.objects.filter(pk=bob.pk).update(email="")
        notify.tell(kinds.EXPORT, say=lambda: "x", now=NOW)
        assert list(Notification.objects.values_list("user", flat=True)) == [bob.pk]
        assert Mail.objects.count() == 0

    def test_each_in_their_own_language(self) -> None:
        from django.utils.formats import number_format

        ann, bia = person("ann"), person("bia")
        preferences.save(user=bia, name="language", value="pt-br")
        notify.tell(kinds.EXPORT, say=lambda: number_format(1234567), now=NOW)
        said = dict(Notification.objects.values_list("user__username", "text"))
        assert said == {"ann": "1,234,567", "bia": "1.234.567"}
        assert 'lang="pt-br"' in Mail.objects.get(user=bia).html
        assert 'lang="en"' in Mail.objects.get(user=ann).html

    def test_what_lasts_is_said_once_and_again_when_it_comes_back(self) -> None:
        person("ann")

        def say() -> bool:
            return notify.tell_once("connection:7", kinds.CONNECTION, say=lambda: "x", now=NOW)

        assert [say(), say(), say()] == [True, False, False]
        assert notify.is_over("connection:7")
        assert not notify.is_over("connection:7")
        assert say()
        assert Notification.objects.count() == 2
