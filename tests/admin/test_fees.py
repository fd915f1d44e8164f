"""The fees report on its page, as a file and by command (S25)."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from syncapp.services import preferences
from tests.admin.conftest import signed_in
from tests.proves import proves
from tests.scenarios.paying import Cashier
from tests.world import HUBSPOT_URL, World

pytestmark = pytest.mark.django_db(transaction=True)
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}


@pytest.fixture
def cashier(world: World) -> Cashier:
    """Two payments by HubSpot payments, one still without a fee, and one by hand."""
    cashier = Cashier(world)
    one, two, three = cashier.billed("100", "50", "8")
    cashier.begin()
    cashier.collect_online(one, "100", fees="2.90")
    cashier.collect_online(two, "50")
    cashier.collect(three, "8")
    world.settle()
    return cashier


def page(client: Client, world: World, **asked: str) -> Any:
    return client.get(reverse("admin:syncapp_pair_fees", args=[world.pair.pk]), asked)


@proves("S25", "E3.5-fees")
def test_the_page_sums_fees_and_names_the_entry(
    world: World, cashier: Cashier, administrator: Client
) -> None:
    shown = page(administrator, world, **NOVEMBER).content.decode()
    for told in ("HubSpot payments", "150.00 USD", "2.90 USD", "147.10 USD", "Recorded by hand"):
        assert told in shown, told
    assert "debit fees 2.90 USD, credit its clearing account 2.90 USD" in shown
    assert "HubSpot shows no fee for these payments yet" in shown
    assert shown.count("· 50.00 USD ·") == 1
    assert [amount for amount, _, _ in cashier.posted()] == ["100", "50", "8"]  # no fee is posted


@proves("S25")
def test_by_payout_says_what_is_not_paid_out(
    world: World, cashier: Cashier, administrator: Client
) -> None:
    shown = page(administrator, world, by="payout", **NOVEMBER).content.decode()
    assert "These payments are not paid out yet" in shown
    assert "HubSpot collected no payments in this period" in shown
    assert "· 100.00 USD ·" in shown


@proves("S25")
def test_the_files_hold_the_same(world: World, cashier: Cashier, administrator: Client) -> None:
    text = page(administrator, world, format="csv", **NOVEMBER).content.decode("utf-8-sig")
    assert "HubSpot payments,USD,2,150.00,2.90,0.00,0.00,147.10,2.90" in text.splitlines()
    book = load_workbook(io.BytesIO(page(administrator, world, format="xlsx", **NOVEMBER).content))
    rows = [[str(cell) for cell in row] for row in book.active.values]
    assert [
        "HubSpot payments",
        "USD",
        "2",
        "150.00",
        "2.90",
        "0.00",
        "0.00",
        "147.10",
        "2.90",
    ] in rows


@proves("S25", "E3.5-fees")
def test_the_command_says_it_as_json(
    world: World, cashier: Cashier, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("fees_report", "--from", "2026-11-01", "--to", "2026-11-30", "--json")
    told = json.loads(capsys.readouterr().out)
    by_hand, online = sorted(told["totals"], key=lambda one: one["gross"], reverse=True)
    assert (by_hand["processor"], online["processor"]) == ("none", "hs_payments")
    assert online["entry"] == {"debit_fees": "2.90", "credit_clearing": "2.90"}
    assert [one["gross"] for one in told["without_fee"]] == ["50.00"]


def test_a_period_the_wrong_way_round_and_an_empty_one(world: World, administrator: Client) -> None:
    answer = page(administrator, world, **{"from": "2026-11-30", "to": "2026-11-01"})
    assert answer.status_code == 400
    assert "The last day lies before the first one." in answer.content.decode()
    assert "HubSpot collected no payments" in page(administrator, world).content.decode()


def test_only_who_may_see_records_may_see_fees(world: World) -> None:
    assert page(signed_in("nobody", role=""), world).status_code == 403
    assert page(signed_in("vera", role="viewer"), world).status_code == 200


@proves("S24")
def test_the_pairs_page_leads_to_fees_and_says_that_payments_are_absent(
    world: World, administrator: Client
) -> None:
    url = reverse("admin:syncapp_accountpair_change", args=[world.pair.pk])
    shown = administrator.get(url).content.decode()
    assert reverse("admin:syncapp_pair_fees", args=[world.pair.pk]) in shown
    assert "they are left out" not in shown
    world.http.apps[HUBSPOT_URL].post("/__sim__/settings", json={"payments_readable": False})
    Cashier(world).begin()
    assert administrator.get(url).content.decode().count("no commerce payments; they") == 1


def test_processors_are_named_in_the_readers_language(
    world: World, cashier: Cashier, administrator: Client
) -> None:
    preferences.save(user=User.objects.get(username="ada"), name="language", value="pt-br")
    shown = page(administrator, world, **NOVEMBER).content.decode()
    assert "Registrado manualmente" in shown
    assert "Recorded by hand" not in shown
    asked = {"pair": world.pair.pk, "month": "2026-11"}
    month = administrator.get(reverse("admin:syncapp_month"), asked)
    (fees,) = [tile for tile in month.context["tiles"] if tile["name"] == "fees"]
    assert [line["what"] for line in fees["lines"]] == ["Pagamentos do HubSpot"]
