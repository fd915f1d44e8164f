"""``manage.py preflight``: words, JSON and exit codes (S3, B16)."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from syncapp.core.preflight import CATALOGUE
from syncapp.models import Connection
from tests.preflights import books, confirm, fit
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = fit()
    monkeypatch.setattr("syncapp.management.commands.preflight.real_env", lambda: made.env)
    return made


def run(*arguments: str) -> tuple[int, str]:
    out, code = StringIO(), 0
    try:
        call_command("preflight", *arguments, stdout=out)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, out.getvalue()


def test_fit_accounts_exit_0(world: World) -> None:
    code, told = run("--json")
    result = json.loads(told)
    assert code == 0
    assert result["account_pair"] == world.pair.pk
    assert result["counts"]["blocking"] == 0
    assert result["api_calls"] == {"hubspot": 3, "quickbooks": 4}
    found = {one["code"] for one in result["findings"]}
    assert found | set(result["fine"]) == set(CATALOGUE)
    assert not found & set(result["fine"])


def test_a_blocking_finding_exits_1_with_its_remedy(world: World) -> None:
    world.pair.preflight_ticks.all().delete()
    books(world, SalesFormsPrefs={"CustomTxnNumbers": True})
    code, told = run("--pair", str(world.pair.pk))
    assert code == 1
    first, *others = told.splitlines()[1:]
    assert first.startswith("BLOCKING: Workflows that make paid invoices")
    assert f"  Remedy: {CATALOGUE['workflows'].remedy}" in others
    assert "Warning: Custom transaction numbers. Custom transaction numbers are on." in others
    code, told = run("--json")
    finding = json.loads(told)["findings"][0]
    assert (code, finding["code"], finding["severity"]) == (1, "workflows", "blocking")
    assert finding["needs_tick"] == CATALOGUE["workflows"].tick
    assert finding["ticked"] is None


def test_the_last_look_is_shown_without_a_call(world: World) -> None:
    with pytest.raises(CommandError, match="has not been looked at") as raised:
        run("--stored")
    assert raised.value.returncode == 2
    run()
    calls = len(world.http.sent)
    confirm(world, "other_integration")
    assert run("--stored", "--json")[0] == 0
    assert len(world.http.sent) == calls


def test_a_side_that_is_away_is_one_line_and_exit_1(world: World) -> None:
    Connection.objects.filter(side="quickbooks").update(status="reconnect")
    with pytest.raises(CommandError, match="QuickBooks is not connected") as raised:
        run("--json")
    assert raised.value.returncode == 1


def test_an_unknown_pair_exits_2(world: World) -> None:
    with pytest.raises(CommandError, match="There is no account pair") as raised:
        run("--pair", "nobody")
    assert raised.value.returncode == 2
