"""The pages Approvals and Changes of settings by clicking, as operator, approver and viewer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from syncapp.models import AccountPair, Approval, RecordLink, SyncDefinition
from syncapp.services import approvals, setting_changes
from tests.admin.rows import joined
from tests.browser.conftest import Visit, person

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mbH & Co."


def plant(pair: AccountPair) -> None:
    """Three invoices that wait: a new one, an edit with the longest name, a void."""
    now = timezone.now()
    definition = SyncDefinition.objects.create(
        pair=pair, object_type="invoices", enabled=True, activated_at=now
    )
    approvals.set_reviewed_through(pair, date(2026, 10, 31), who="ada", now=now)
    setting_changes.note(
        who="command line", definition=definition, setting="direction", before="both",
        after="to_hubspot",
    )  # fmt: skip
    line = {
        "DetailType": "SalesItemLineDetail", "Amount": 48300, "Description": "Design",
        "SalesItemLineDetail": {"ItemRef": {"value": "1", "name": "Design"}, "Qty": 3.5,
                                "UnitPrice": 13800},
    }  # fmt: skip
    told = [
        ("INV-1001", "Bea Bly", "create", [
            {"field": "TxnDate", "label": "Invoice date", "before": None, "after": "2026-10-14"},
            {"field": "Line", "label": "Line", "before": None, "after": [line, line]},
        ]),
        ("INV-1002", LONG, "update", [
            {"field": "CustomerMemo.value", "label": "Message on the invoice",
             "before": "Thank you", "after": "Thank you very much indeed, " * 4},
        ]),
        ("INV-1003", "Carl Carlsen", "void", []),
    ]  # fmt: skip
    for number, (label, party, op, changes) in enumerate(told):
        link = RecordLink.objects.create(
            definition=definition, origin="hubspot", hubspot_id=str(number), label=label,
            party=party, number=label, state="waiting", code="approval_period",
            created_at=now, updated_at=now,
        )  # fmt: skip
        Approval.objects.create(
            link=link, definition=definition, digest=label, op=op, changes=changes,
            why=["period", "posting"], document_date=date(2026, 10, 14),
            reviewed_through=date(2026, 10, 31), amount=Decimal("48300"), currency="USD",
            home_amount=Decimal("48300"), asked_at=now,
        )  # fmt: skip


def test_checked_by_one_approved_by_another(live_server: object, visit: Visit) -> None:
    plant(joined())
    page = visit.page
    person("otto", "operator")
    person("cara", "approver")
    person("vera", "viewer")
    visit.sign_in("otto")
    page.get_by_role("link", name="Approvals").first.click()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    page.get_by_label("All on this page").check()
    visit.keep("approvals-operator")
    page.get_by_role("button", name="Mark as checked").click()
    expect(page.get_by_text("Checked by otto")).to_have_count(3)
    page.context.clear_cookies()

    visit.sign_in("cara")
    page.get_by_role("link", name="Approvals").first.click()
    visit.keep("approvals-approver")
    page.get_by_role("checkbox", name="INV-1003").check()
    page.get_by_text("Send back…").click()
    page.get_by_label("What has to change?").fill("Write a credit memo instead.")
    visit.keep("approvals-send-back")
    page.get_by_role("button", name="Send the chosen ones back").click()
    expect(page.get_by_text("Write a credit memo instead.")).to_be_visible()
    page.get_by_role("checkbox", name="INV-1001").check()
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("1 change is approved")).to_be_visible()
    visit.keep("approvals-after")
    page.get_by_role("heading", name="Settings").click()  # the group is folded up
    page.get_by_role("link", name="Changes of settings").first.click()
    expect(page.get_by_text("Both ways → Only to HubSpot")).to_be_visible()
    visit.keep("audit")
    page.context.clear_cookies()

    visit.sign_in("vera")
    expect(page.get_by_role("link", name="Changes of settings")).to_have_count(0)
    page.get_by_role("link", name="Approvals").first.click()
    expect(page.get_by_role("checkbox")).to_have_count(0)
    visit.keep("approvals-viewer")
    page.get_by_role("link", name="Account pairs").first.click()
    page.locator("#result_list tbody a").first.click()
    expect(page.get_by_text("The books were reviewed through Oct 31, 2026")).to_be_visible()
    visit.keep("pair-reviewed")
    assert visit.troubles == []
