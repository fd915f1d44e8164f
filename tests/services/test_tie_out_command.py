"""``manage.py tie_out``: words, JSON and exit codes (issue 5, item 11; B16)."""

from __future__ import annotations

import json
import logging
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from syncapp.core.sides import Side
from syncapp.models import Connection, RecordLink, TieOut
from syncapp.services import store
from tests.scenarios.documents import Seller, sale
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr("syncapp.management.commands.tie_out.real_env", lambda: made.env)
    return made


def run(*arguments: str) -> tuple[int, str]:
    out, code = StringIO(), 0
    try:
        call_command("tie_out", *arguments, stdout=out)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, out.getvalue()


def book(world: World) -> str:
    seller = Seller(world)
    customer = world.quickbooks.add("Ada King", "ada@example.com")
    return seller.book(
        customer, sale(seller.item("Design"), "10"), DocNumber="1001", TxnDate="2026-11-01"
    )


def test_explained_differences_exit_0(world: World) -> None:
    book(world)
    code, told = run("--month", "2026-11", "--json")
    result = json.loads(told)
    assert code == 0
    assert (result["account_pair"], result["month"]) == (world.pair.pk, "2026-11")
    assert (result["ties_out"], result["explained"], result["unexplained"]) == (True, 1, 0)
    assert result["totals"][0]["difference"]["total"] == "10.00"
    assert result["customers"][0]["findings"][0]["code"] == "no_sync"
    assert result["by"] == "command line"
    code, told = run("--month", "2026-11", "--pair", str(world.pair.pk))
    assert "  Explained: invoice 1001. There is no sync of invoices" in told
    assert told.endswith("It ties out. Differences explained: 1, unexplained: 0.\n")
    assert TieOut.objects.count() == 2


def test_an_unexplained_difference_exits_1(world: World) -> None:
    invoice = book(world)
    definition = world.sync("contacts", activate=False)
    definition.object_type, definition.enabled = "invoices", True
    definition.save()
    link = RecordLink.objects.create(
        definition=definition, origin="quickbooks", quickbooks_id=invoice, state="in_sync", code="",
        created_at=world.env.clock.now(), updated_at=world.env.clock.now(),
    )  # fmt: skip
    assert store.seen(link, Side.QUICKBOOKS) == {}
    code, told = run("--month", "2026-11")
    assert code == 1
    assert "  UNEXPLAINED: invoice 1001. It is only in QuickBooks" in told
    assert "It does not tie out. Differences explained: 0, unexplained: 1." in told


@pytest.mark.parametrize("month", ["2026-13", "october", "2026-1", "0000-01", ""])
def test_what_is_no_month_exits_2(world: World, month: str) -> None:
    with pytest.raises(CommandError, match="is not a month") as raised:
        run("--month", month)
    assert raised.value.returncode == 2
    assert TieOut.objects.count() == 0


def test_an_unknown_pair_exits_2(world: World) -> None:
    with pytest.raises(CommandError, match="There is no account pair") as raised:
        run("--month", "2026-11", "--pair", "nobody")
    assert raised.value.returncode == 2


def test_a_side_that_is_away_is_one_line_and_exit_1(world: World) -> None:
    Connection.objects.filter(side="quickbooks").update(status="reconnect")
    with pytest.raises(CommandError, match="QuickBooks is not connected") as raised:
        run("--month", "2026-11")
    assert raised.value.returncode == 1


def test_a_command_called_from_python_leaves_the_log_as_it_was(world: World) -> None:
    book(world)
    before = logging.getLogger("syncapp").level
    run("--month", "2026-11")
    assert logging.getLogger("syncapp").level == before
