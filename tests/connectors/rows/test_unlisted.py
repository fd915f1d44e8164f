"""What no row lists, what comes on a read, and a vendor that never stops saying it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from syncapp.core.sides import Side
from syncapp.models import AccountPair
from tests.connectors.quickbooks.bodies import fault
from tests.connectors.rows.cases import Case, ended, refused, unknown
from tests.connectors.rows.conftest import ServedWorld
from tests.connectors.rows.hubspot_bodies import partly, plain, problem
from tests.connectors.rows.hubspot_cases import CASES as HUBSPOT
from tests.connectors.rows.quickbooks_account import ACCOUNT as QUICKBOOKS
from tests.connectors.rows.story import Story

HTML = "<html><head><title>Oops</title></head></html>"
NOT_KNOWN = "The reason is not one that is known here."

UNLISTED: dict[str, tuple[Side, Case]] = {
    "quickbooks code": (
        Side.QUICKBOOKS,
        refused(
            fault("6999", "A rule of 2027", "Something entirely new"), "rejected",
            f"QuickBooks refused the record: {NOT_KNOWN} Something entirely new",
        ),
    ),
    "quickbooks page without a fault": (
        Side.QUICKBOOKS,
        refused(
            HTML, "rejected",
            f"QuickBooks refused the record: {NOT_KNOWN} HTTP 404 without a fault", status=404,
        ),
    ),
    "quickbooks forbids without a fault": (
        Side.QUICKBOOKS,
        refused(
            HTML, "no_permission",
            "QuickBooks does not allow this to the connected user or app. QuickBooks does not "
            "allow this to the connected person or app. HTTP 403 without a fault",
            status=403, hours=6,
        ),
    ),
    "quickbooks gateway": (Side.QUICKBOOKS, unknown(HTML, status=504)),
    "quickbooks throttles without a body": (
        Side.QUICKBOOKS,
        ended("", "QuickBooks asks for a pause of 60 seconds.", status=429),
    ),
    "quickbooks success that is none": (Side.QUICKBOOKS, unknown({"time": "x"}, status=200)),
    "quickbooks success in HTML": (Side.QUICKBOOKS, unknown(HTML, status=200)),
    "quickbooks fault with status 200": (
        Side.QUICKBOOKS,
        refused(
            fault("6000", "m", "Business Validation Error: x"), "rejected",
            "QuickBooks refused the record: A rule of QuickBooks does not allow it. Business "
            "Validation Error: x",
            status=200,
        ),
    ),
    "hubspot category": (
        Side.HUBSPOT,
        refused(
            problem("SOMETHING_NEW", "Something entirely new"), "rejected",
            f"HubSpot refused the record: {NOT_KNOWN} Something entirely new",
        ),
    ),
    "hubspot category of one input": (
        Side.HUBSPOT,
        refused(
            partly(problem("SOMETHING_NEW", "Something entirely new")), "rejected",
            f"HubSpot refused the record: {NOT_KNOWN} Something entirely new", status=207,
        ),
    ),
    "hubspot status": (
        Side.HUBSPOT,
        refused(
            plain("I am a teapot"), "rejected",
            f"HubSpot refused the record: {NOT_KNOWN} I am a teapot", status=418,
        ),
    ),
    "hubspot success that is none": (Side.HUBSPOT, unknown({"status": "PENDING"}, status=201)),
    "hubspot success in HTML": (Side.HUBSPOT, unknown(HTML, status=200)),
}  # fmt: skip


@pytest.mark.parametrize("name", list(UNLISTED))
def test_what_is_not_listed_is_refused_and_never_sent_again(served: ServedWorld, name: str) -> None:
    story = Story(served, *UNLISTED[name])
    story.check(story.begin())
    story.go_on()


ENDLESS: dict[str, tuple[Side, Case]] = {
    "quickbooks 5010": (Side.QUICKBOOKS, QUICKBOOKS["5010"]),
    "quickbooks 610": (Side.QUICKBOOKS, QUICKBOOKS["610"]),
    "quickbooks 600": (Side.QUICKBOOKS, QUICKBOOKS["600"]),
    "hubspot missing_bare": (Side.HUBSPOT, HUBSPOT["missing_bare"]),
    "hubspot missing": (Side.HUBSPOT, HUBSPOT["missing"]),
    "hubspot email_taken": (Side.HUBSPOT, HUBSPOT["email_taken"]),
    "hubspot marker_taken": (Side.HUBSPOT, HUBSPOT["marker_taken"]),
    "hubspot rate_category": (Side.HUBSPOT, HUBSPOT["rate_category"]),
}


@pytest.mark.parametrize("name", list(ENDLESS))
def test_a_vendor_that_never_stops_is_not_asked_for_ever(served: ServedWorld, name: str) -> None:
    story = Story(served, *ENDLESS[name])
    story.begin(times=None)
    for _ in range(2):
        served.clock.advance(5)
        served.command()
    assert story.tried() <= 12
    assert story.written() == 0
    pair = AccountPair.objects.get()
    assert pair.next_due_at is not None
    assert pair.next_due_at > served.env.clock.now()


READS: dict[str, tuple[Side, str, int, Any, str]] = {
    "quickbooks 150": (
        Side.QUICKBOOKS, "/cdc$", 400, QUICKBOOKS["150"].body,
        "QuickBooks is maintaining the company.",
    ),
    "quickbooks unlisted": (
        Side.QUICKBOOKS, "/cdc$", 400, fault("6999", "A rule of 2027", "New"),
        "QuickBooks refused a request (6999).",
    ),
    "quickbooks throttled": (
        Side.QUICKBOOKS, "/cdc$", 429, QUICKBOOKS["3001"].body,
        "QuickBooks asks for a pause of 60 seconds.",
    ),
    "hubspot unlisted": (
        Side.HUBSPOT, "/contacts/search$", 400, problem("SOMETHING_NEW", "New"),
        "HubSpot refused a request (400).",
    ),
    "hubspot moving": (
        Side.HUBSPOT, "/contacts/search$", 477, plain("Account migration in progress"),
        "HubSpot is moving the account to another data centre.",
    ),
    "hubspot scopes": (
        Side.HUBSPOT, "/contacts/search$", 403, HUBSPOT["scopes"].body,
        HUBSPOT["scopes"].sentence,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(READS))
def test_a_fault_on_a_read_ends_the_run_with_a_sentence_and_drops_nothing(
    served: ServedWorld, name: str
) -> None:
    side, path, status, body, sentence = READS[name]
    contact = served.hubspot.add(email="ann@example.com", firstname="Ann")
    served.sync()
    assert served.command().exit_code == 0
    served.clock.advance(3600)
    served.hubspot.edit(contact, firstname="Anna")
    method = "GET" if side is Side.QUICKBOOKS else "POST"
    served.inject(side, path, method, status=status, body=body)
    told = served.command()
    assert (told.exit_code, told.complaint) == (1, sentence)
    link, pair = served.only_link(), AccountPair.objects.get()
    assert link.state != "failing"
    assert pair.next_due_at is not None
    assert pair.next_due_at - served.env.clock.now() >= timedelta(seconds=60)
    if pair.state == "broken":
        served.consent(pair.connection(side))
    served.clock.advance(400)
    assert served.command().exit_code == 0
    customer = served.only_link().quickbooks_id
    assert served.quickbooks.get(customer)["GivenName"] == "Anna"
    assert served.written(Side.QUICKBOOKS) == 2
