"""The last failed call on a record's page (issue 3: request and response, redacted)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from syncapp.models import FailedCall, RecordLink
from tests.admin.conftest import signed_in
from tests.world import World


@pytest.fixture
def refused(world: World) -> RecordLink:
    world.hubspot.add(email="a@example.com", firstname="<b>Ann</b>", phone="1" * 40)
    world.sync()
    world.run()
    return RecordLink.objects.get()


def page(client: Client, link: RecordLink) -> str:
    answer = client.get(reverse("admin:syncapp_recordlink_change", args=[link.pk]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_viewer_reads_what_was_sent_and_answered(refused: RecordLink, world: World) -> None:
    call = FailedCall.objects.get()
    shown = page(signed_in("vera", "viewer"), refused)
    assert "Last failed call to QuickBooks" in shown
    assert f"HTTP {call.status}" in shown
    assert call.request_id in shown
    assert f"POST {call.path}" in shown
    assert "&quot;code&quot;: &quot;2050&quot;" in shown
    assert "&lt;b&gt;Ann&lt;/b&gt;" in shown
    assert "<b>Ann</b>" not in shown
    assert world.pair.quickbooks.access_token not in shown


def test_a_call_without_an_answer_and_of_several_records_says_so(refused: RecordLink) -> None:
    FailedCall.objects.update(status=0, request_id="", is_shared=True, response="AnswerLost")
    shown = page(signed_in("vera", "viewer"), refused)
    assert "no answer" in shown
    assert "Request id" not in shown
    assert "only this record's values are shown" in shown


def test_a_record_that_never_failed_shows_none(world: World) -> None:
    world.hubspot.add(email="a@example.com", firstname="Ann")
    world.sync()
    world.settle()
    assert "Last failed call" not in page(signed_in("vera", "viewer"), RecordLink.objects.get())
