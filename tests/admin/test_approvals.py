"""The page Approvals: who sees it, what it shows, and what its buttons do (B12, B20)."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from syncapp.management.commands import approvals as commands
from syncapp.models import Approval, SettingChange
from syncapp.services import approvals
from tests.scenarios.documents import Seller, line
from tests.scenarios.trade import Trade
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "admin:syncapp_approval_changelist"


def person(name: str, role: str) -> Client:
    user = User.objects.create_user(name, is_staff=True, first_name=name.capitalize())
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def shown(client: Client, query: str = "") -> str:
    answer = client.get(reverse(PAGE) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def click(client: Client, deed: str, **typed: Any) -> str:
    """A button of the page with everything chosen; returns the page after it."""
    chosen = list(Approval.objects.values_list("pk", flat=True))
    url = reverse(f"admin:syncapp_approval_{deed}")
    answer = client.post(url, {"selected": chosen, **typed}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def trade(world: World) -> Trade:
    """An invoice of the reviewed period, made in HubSpot and held back."""
    trade = Trade(Seller(world))
    seller = trade.seller
    seller.bill(
        trade.client(), line("Design", "50", "2"), line("Print", "7"),
        hs_invoice_date="2026-11-02T00:00:00Z", hs_comments="Thank you",
    )  # fmt: skip
    trade.start()
    now = world.env.clock.now()
    approvals.set_reviewed_through(world.pair, date(2026, 11, 10), who="ann", now=now)
    trade.run()
    return trade


def test_the_page_says_what_would_be_written(trade: Trade) -> None:
    page = shown(person("cara", "approver"))
    for words in (
        "INV-1001", "Bea Bly", "107.00 USD", "dated Nov 2, 2026", "New invoice in QuickBooks",
        "Dated in a period that was reviewed through Nov 10, 2026.", "Design", "2 x 50 = 100.00",
        "Message on the invoice", "Thank you", "May approve: Cara.", "1 change waits",
    ):  # fmt: skip
        assert words in page, words
    assert reverse("admin:syncapp_recordlink_change", args=[trade.invoice.pk]) in page
    assert shown(person("vera", "viewer"), "?q=nobody").count("Nothing fits what you asked for")
    assert "INV-1001" in shown(person("otto", "operator"), "?q=bea")


def test_a_record_leads_to_its_approval_and_to_no_other(trade: Trade) -> None:
    record = reverse("admin:syncapp_recordlink_change", args=[trade.invoice.pk])
    way = f"{reverse('admin:syncapp_approval_changelist')}?record={trade.invoice.pk}"
    cara = person("cara", "approver")
    assert f'href="{way}"' in cara.get(record).content.decode()
    assert "INV-1001" in cara.get(way).content.decode()
    assert "INV-1001" not in cara.get(way.replace("record=", "record=9")).content.decode()
    blind = person("bea", "viewer")
    seen = Permission.objects.filter(codename__in=["view_recordlink", "view_syncdefinition"])
    User.objects.get(username="bea").groups.clear()
    User.objects.get(username="bea").user_permissions.set(seen)
    assert way not in blind.get(record).content.decode()
    Approval.objects.update(state="withdrawn")
    assert way not in cara.get(record).content.decode()


def test_an_edit_shows_before_and_after(world: World) -> None:
    trade = Trade(Seller(world))
    link = trade.sold(hs_invoice_date="2026-11-02T00:00:00Z", hs_comments="One")
    now = world.env.clock.now()
    approvals.set_reviewed_through(world.pair, date(2026, 11, 10), who="ann", now=now)
    trade.seller.change("invoices", link.hubspot_id, hs_comments="Two")
    trade.run()
    page = shown(person("cara", "approver"))
    assert '<span class="tn-before">One</span> → Two' in page
    assert "Change the invoice in QuickBooks" in page


def test_buttons_follow_the_role(trade: Trade) -> None:
    buttons = {
        "prepare": reverse("admin:syncapp_approval_prepare"),
        "approve": reverse("admin:syncapp_approval_approve"),
        "send_back": reverse("admin:syncapp_approval_send_back"),
    }
    for role, own in {
        "viewer": set(), "operator": {"prepare"}, "approver": {"approve", "send_back"},
        "administrator": set(buttons),
    }.items():  # fmt: skip
        client = person(f"the-{role}", role)
        page = shown(client)
        assert {name for name, url in buttons.items() if url in page} == own
        for name in set(buttons) - own:
            assert client.post(buttons[name], {"selected": ["1"]}).status_code == 403
    assert Approval.objects.get().state == "waiting"


def test_checked_approved_and_written(trade: Trade) -> None:
    seller = trade.seller
    page = click(person("otto", "operator"), "prepare")
    assert "marked as checked" in page
    assert "Checked by otto" in page
    cara = person("cara", "approver")
    page = click(cara, "approve")
    assert "1 change is approved" in page
    assert "Nothing waits for an approval" in page
    trade.run()
    assert [row["TotalAmt"] for row in seller.all("Invoice")] == [107]
    page = shown(cara, "?show=approved")
    assert "Approved by cara" in page
    assert "Approved and written" in page
    assert "Nothing was done" in click(cara, "approve")


def test_sent_back_needs_a_reason_and_says_it(trade: Trade) -> None:
    cara = person("cara", "approver")
    assert "Say why" in click(cara, "send_back", note=" ")
    assert Approval.objects.get().state == "waiting"
    page = click(cara, "send_back", note="The price is <b>wrong</b>.")
    assert "Sent back by cara" in page
    assert "The price is &lt;b&gt;wrong&lt;/b&gt;." in page
    trade.run()
    record = cara.get(reverse("admin:syncapp_recordlink_change", args=[trade.invoice.pk]))
    assert "cara did not approve" in record.content.decode()
    assert "marked as checked" in click(person("otto", "operator"), "prepare")
    assert trade.run().code == "approval_period"


def test_two_people_are_asked_for_by_name(trade: Trade) -> None:
    definition = trade.invoice.definition
    definition.settings["options"]["approval_by_another"] = True
    definition.save()
    boss = person("boss", "administrator")
    assert "Somebody else has to mark it as checked first." in click(boss, "approve")
    assert "You prepared it" in click(boss, "prepare")
    assert "You prepared it" in click(boss, "approve")
    assert Approval.objects.get().state == "waiting"
    assert "1 change is approved" in click(person("cara", "approver"), "approve")


def test_the_way_to_the_page_has_the_number_beside_it(trade: Trade) -> None:
    index = reverse("admin:index")
    with_badge = person("cara", "approver").get(index).content.decode()
    assert "Approvals" in with_badge
    assert approvals.waiting().count() == 1
    nobody = Client()
    nobody.force_login(User.objects.create_user("nobody", is_staff=True))
    assert reverse(PAGE) not in nobody.get(index).content.decode()
    assert nobody.get(reverse(PAGE)).status_code == 403


def test_an_empty_page_says_what_would_stand_there(world: World) -> None:
    page = shown(person("cara", "approver"))
    assert "Nothing waits for an approval" in page
    assert "reviewed period" in page
    assert "Nothing yet" in shown(person("dora", "approver"), "?show=withdrawn")


def test_many_are_paged_with_few_queries(trade: Trade, django_assert_max_num_queries: Any) -> None:
    one = Approval.objects.get()
    link = one.link
    for number in range(60):
        link.pk, link.hubspot_id, link.label = None, f"9{number}", f"Long {number} " + "name " * 80
        link.save()
        one.pk, one.link = None, link
        one.save()
    client = person("cara", "approver")
    with django_assert_max_num_queries(30):
        page = shown(client)
    assert "Page 1 of 2" in page
    assert "61 changes wait: 6,527.00 USD" in page
    assert "Page 2 of 2" in shown(client, "?p=2")


# -- reviewed through


def test_b20_the_day_is_set_on_the_pairs_page_and_logged(world: World) -> None:
    boss = person("boss", "administrator")
    own = reverse("admin:syncapp_accountpair_change", args=[world.pair.pk])
    review = reverse("admin:syncapp_pair_review", args=[world.pair.pk])
    assert "No period is reviewed." in boss.get(own).content.decode()
    page = boss.post(review, {"reviewed_through": "2026-10-31"}, follow=True).content.decode()
    assert "Reviewed through Oct 31, 2026." in page
    assert "The books were reviewed through <strong>Oct 31, 2026</strong>" in page
    page = boss.post(review, {"reviewed_through": "soon"}, follow=True).content.decode()
    assert "is not a day" in page
    boss.post(review)
    world.pair.refresh_from_db()
    assert world.pair.reviewed_through is None
    rows = SettingChange.objects.filter(setting="reviewed_through").order_by("pk")
    assert [(row.who, row.before, row.after) for row in rows] == [
        ("boss", None, "2026-10-31"), ("boss", "2026-10-31", None),
    ]  # fmt: skip
    seen = person("vera", "viewer").get(own).content.decode()
    assert review not in seen


# -- commands


def command(name: str, *args: Any) -> dict[str, Any]:
    out = StringIO()
    call_command(name, *args, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_b16_the_day_by_command(world: World) -> None:
    assert command("review_through", "--day", "2026-10-31") == {
        "account_pair": world.pair.pk, "reviewed_through": "2026-10-31", "changed": True,
    }  # fmt: skip
    assert command("review_through")["reviewed_through"] == "2026-10-31"
    with pytest.raises(CommandError, match="not a day"):
        command("review_through", "--day", "October")
    assert command("review_through", "--clear")["reviewed_through"] is None
    told = command("setting_changes", "--who", "command line")["changes"]
    days = [(r["before"], r["after"]) for r in told if r["setting"] == "reviewed_through"]
    assert days == [("2026-10-31", None), (None, "2026-10-31")]


def test_b16_approvals_by_command_are_a_named_persons(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "real_env", lambda: trade.world.env)
    (row,) = command("approvals")["waiting"]
    assert (row["number"], row["amount"], row["currency"]) == ("INV-1001", "107", "USD")
    for who in ([], ["--who", "nobody"]):
        with pytest.raises(CommandError, match="who"):
            command("approvals", "--approve", str(row["id"]), *who)
    person("otto", "operator")
    with pytest.raises(CommandError, match="who may do that"):
        command("approvals", "--approve", str(row["id"]), "--who", "otto")
    assert command("approvals", "--prepare", str(row["id"]), "--who", "otto")["done"] == 1
    person("cara", "approver")
    with pytest.raises(CommandError, match="Say why"):
        command("approvals", "--send-back", str(row["id"]), "--who", "cara")
    done = command("approvals", "--approve", str(row["id"]), "--who", "cara")
    assert (done["done"], done["waiting"]) == (1, [])
    trade.run()
    assert len(trade.seller.all("Invoice")) == 1
