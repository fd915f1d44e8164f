"""The list of mails: what came of each, and another try."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syncapp.models import Mail, Notification

pytestmark = pytest.mark.django_db
LIST = reverse("admin:syncapp_mail_changelist")


def signed_in(role: str) -> Client:
    user = User.objects.create_user(role, is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    client = Client()
    client.force_login(user)
    return client


def mail(state: str, number: int = 1) -> Mail:
    owner, _ = User.objects.get_or_create(username="olga", email="olga@example.com")
    return Mail.objects.create(
        user=owner, key=f"k{number}", kind="export", address="old@example.com", subject="Ready",
        text="t", html="h", state=state, detail="550 No such mailbox", created_at=timezone.now(),
        notification=Notification.objects.create(user=owner, kind="export", text="Ready"),
    )  # fmt: skip


def test_an_administrator_sees_why_and_sends_again() -> None:
    client = signed_in("administrator")
    refused, sent = mail("failed"), mail("sent", 2)
    page = client.get(LIST).content.decode()
    assert "550 No such mailbox" in page
    answer = client.post(
        LIST, {"action": "send_again", "_selected_action": [refused.pk, sent.pk]}, follow=True
    )
    assert "1 mail will be sent again." in answer.content.decode()
    refused.refresh_from_db()
    sent.refresh_from_db()
    assert (refused.state, refused.address) == ("waiting", "olga@example.com")
    assert sent.state == "sent"


@pytest.mark.parametrize("role", ["viewer", "operator", "approver"])
def test_nobody_else_reads_others_mail(role: str) -> None:
    client = signed_in(role)
    assert client.get(LIST).status_code == 403
    posted = {"action": "send_again", "_selected_action": [mail("failed").pk]}
    assert client.post(LIST, posted).status_code == 403
    assert Mail.objects.get().state == "failed"


def test_ones_own_list_says_that_the_mail_was_not_sent() -> None:
    client = signed_in("viewer")
    row = mail("failed")
    Notification.objects.update(user=User.objects.get(username="viewer"))
    assert row.notification is not None
    page = client.get(reverse("admin:syncapp_notification_changelist")).content.decode()
    assert "Not sent" in page
    assert "Your export is ready" in page
