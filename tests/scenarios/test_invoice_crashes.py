"""An invoice is made once, whatever dies or is lost between its steps (ENGINE 2.6, 3.4; I1, I8)."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.core.sides import Side
from syncapp.models import PendingWrite
from tests.proves import proves
from tests.scenarios.documents import Seller, line, sale
from tests.scenarios.trade import Trade, seller, trade

__all__ = ["seller", "trade"]
pytestmark = pytest.mark.services
#: How often the run that makes a mirror of three lines (draft, lines, opening) passes each point.
PASSES = {"intents_saved": 3, "answer_received": 3, "answer_saved": 3}


def entered(trade: Trade) -> None:
    """An invoice of three lines in QuickBooks, its customer linked already."""
    ada = trade.world.quickbooks.add("Ada King", "ada@example.com")
    trade.start()
    trade.world.run()
    design = trade.seller.item("Design")
    lines = [sale(design, str(10 * n), str(n), "10") for n in (1, 2, 3)]
    trade.seller.book(ada, *lines, DocNumber="77")
    trade.world.clock.advance(400)


def shown(seller: Seller) -> dict[str, Any]:
    """Everything HubSpot has of it."""
    (mirror,) = seller.everything("invoices", "hs_number", "hs_invoice_status", "hs_amount_billed")
    return {
        "invoice": (mirror["hs_number"], mirror["hs_invoice_status"], mirror["hs_amount_billed"]),
        "its lines": [one["quantity"] for one in seller.lines_of(mirror["id"])],
        "all lines": len(seller.everything("line_items")),
    }


WHOLE = {"invoice": ("77", "open", "60.00"), "its lines": ["1", "2", "3"], "all lines": 3}


@proves("E3.4-draft")
def test_an_undisturbed_run_passes_each_point_as_often(trade: Trade, seller: Seller) -> None:
    entered(trade)
    trade.world.crash.passed.clear()
    trade.world.run()
    assert {name: trade.world.crash.passed[name] for name in PASSES} == PASSES
    assert shown(seller) == WHOLE


@proves("E3.4-draft")
@pytest.mark.parametrize(
    ("point", "nth"), [(point, n + 1) for point, times in PASSES.items() for n in range(times)]
)
def test_i8_a_draft_left_by_a_crash_is_continued(
    trade: Trade, seller: Seller, point: str, nth: int
) -> None:
    entered(trade)
    trade.world.run_until_crash(point, nth)
    trade.world.settle()
    assert shown(seller) == WHOLE
    assert trade.outcome == ("in_sync", "")
    assert not PendingWrite.objects.filter(state__in=PendingWrite.OPEN).exists()


@proves("E3.4-draft")
@pytest.mark.parametrize("path", ["invoices/batch/create", "line_items/batch/create",
                                  "invoices/batch/update"])  # fmt: skip
def test_a_lost_answer_of_hubspot_doubles_nothing(trade: Trade, seller: Seller, path: str) -> None:
    entered(trade)
    trade.world.arm(Side.HUBSPOT, "lost_answer", match={"method": "POST", "path": path})
    trade.world.run()
    assert PendingWrite.objects.filter(state="unknown").exists()
    trade.world.settle()
    assert shown(seller) == WHOLE
    assert trade.outcome == ("in_sync", "")


@pytest.mark.parametrize("kind", ["lost_answer", "cut", "late_commit"])
def test_i1_hubspots_invoice_with_a_lost_answer_is_found_by_its_mark(
    trade: Trade, seller: Seller, kind: str
) -> None:
    contact = trade.client()
    trade.start()
    trade.world.run()
    seller.bill(contact, line("Design", "50"))
    trade.world.clock.advance(400)
    # QuickBooks forgets its requestids: only the mark in the memo tells.
    books = trade.world.quickbooks_app
    books.behaviour = books.behaviour.changed({"requestid_seconds": 0})
    extra = {"delay": 110} if kind == "late_commit" else {}
    match = {"method": "POST", "path": "/(batch|invoice)$", "nth": 1}
    trade.world.arm(Side.QUICKBOOKS, kind, match=match, **extra)
    trade.world.run()
    assert PendingWrite.objects.filter(state="unknown").exists()
    trade.world.settle()
    (only,) = seller.all("Invoice")
    assert only["TotalAmt"] == 50
    assert f":invoices:{trade.invoice.hubspot_id})" in only["PrivateNote"]
    assert trade.outcome == ("in_sync", "")


@pytest.mark.parametrize("point", list(PASSES))
def test_i8_hubspots_invoice_is_booked_once_whatever_dies(
    trade: Trade, seller: Seller, point: str
) -> None:
    contact = trade.client()
    trade.start()
    trade.world.run()
    seller.bill(contact, line("Design", "50"))
    trade.world.clock.advance(400)
    trade.world.run_until_crash(point)
    trade.world.settle()
    assert [one["TotalAmt"] for one in seller.all("Invoice")] == [50]
    assert trade.outcome == ("in_sync", "")
