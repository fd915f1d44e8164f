"""Connecting, against both simulators as processes: the way out, the way back, and every mishap.

Each mishap lands on a page with one clear sentence and loses nothing that was typed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.contrib.auth.models import Group, User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syncapp.core.sides import Side
from syncapp.models import AccountPair, Connection, ConsentRequest
from syncapp.services import portal
from syncapp.services.connections import SIMULATOR_KEYS
from tests.acceptance.harness import HUBSPOT, QUICKBOOKS, Simulator
from tests.proves import proves

pytestmark = pytest.mark.django_db
SIDES = (HUBSPOT, QUICKBOOKS)


@pytest.fixture(scope="module")
def simulators() -> Iterator[dict[str, Simulator]]:
    started = {side: Simulator(side) for side in SIDES}
    yield started
    for one in started.values():
        one.stop()


@pytest.fixture(autouse=True)
def offered(simulators: dict[str, Simulator], settings: Any) -> None:
    settings.TANDEM_SIMULATOR_HUBSPOT_URL = simulators[HUBSPOT].url
    settings.TANDEM_SIMULATOR_QUICKBOOKS_URL = simulators[QUICKBOOKS].url


@pytest.fixture
def boss() -> Client:
    user = User.objects.create_user("boss", is_staff=True)
    user.groups.add(Group.objects.get(name="administrator"))
    client = Client()
    client.force_login(user)
    return client


def own_app(side: str, base_url: str, **values: Any) -> Connection:
    """A connection with keys typed in, to a simulator in the vendor's place."""
    keys = SIMULATOR_KEYS[Side(side)]
    defaults = {"client_id": keys.client_id, "client_secret": keys.client_secret}
    return Connection.objects.create(side=side, base_url=base_url, **{**defaults, **values})


def leave(client: Client, url: str, **fields: str) -> str:
    """Press Connect; returns the vendor's consent page."""
    answer = client.post(url, fields, follow=True)
    assert answer.status_code == 200
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.content.decode())
    assert found, answer.content.decode()[:2000]
    return html.unescape(found.group(1))


def consent(page: str, decision: str = "allow") -> str:
    """What the person does at the vendor; returns the address the browser is sent back to."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
    answer = requests.post(
        page.partition("?")[0],
        data={**query, "decision": decision},
        allow_redirects=False,
        timeout=30,
    )
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def start_page(side: str) -> str:
    return reverse("admin:syncapp_connect", args=[side])


def connect(client: Client, side: str) -> Any:
    return client.get(consent(leave(client, start_page(side), action="simulator")))


def said(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def page_of(connection: Connection) -> str:
    return reverse("admin:syncapp_connection_change", args=[connection.pk])


@pytest.mark.parametrize("side", SIDES)
@proves("S1")
def test_s1_one_click_and_a_consent_connect_the_simulator(boss: Client, side: str) -> None:
    answer = connect(boss, side)
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("admin:index")
    row = Connection.objects.get()
    assert (row.side, row.status, row.environment) == (side, "connected", "simulator")
    assert row.access_token
    assert row.refresh_token
    assert row.external_id
    assert "Connected to" in said(answer)
    assert not ConsentRequest.objects.exists()


def test_two_connected_accounts_are_joined_by_themselves(boss: Client) -> None:
    connect(boss, HUBSPOT)
    assert not AccountPair.objects.exists()
    answer = connect(boss, QUICKBOOKS)
    pair = AccountPair.objects.get()
    assert (pair.hubspot.side, pair.quickbooks.side) == (HUBSPOT, QUICKBOOKS)
    assert "joined" in said(answer)


def test_s4_a_real_account_and_a_simulator_are_joined_only_when_confirmed(boss: Client) -> None:
    real = Connection.objects.create(
        side=HUBSPOT, external_id="1", name="Real", environment="production", status="connected"
    )
    answer = connect(boss, QUICKBOOKS)
    join = reverse("admin:syncapp_join")
    assert answer.headers["Location"] == join
    assert not AccountPair.objects.exists()
    assert "I want to join them all the same" in boss.get(join).content.decode()
    other = Connection.objects.get(side=QUICKBOOKS)
    chosen = {"hubspot": str(real.pk), "quickbooks": str(other.pk)}
    refused = boss.post(join, chosen)
    assert refused.status_code == 400
    assert "confirm that they belong together" in refused.content.decode()
    assert not AccountPair.objects.exists()
    assert boss.post(join, {**chosen, "confirmed": "on"}).status_code == 302
    assert AccountPair.objects.get().mixed_environments_confirmed


def test_two_possible_partners_are_asked_about(boss: Client) -> None:
    for number in "12":
        Connection.objects.create(
            side=HUBSPOT, external_id=number, name=number, environment="simulator"
        )
    assert connect(boss, QUICKBOOKS).headers["Location"] == reverse("admin:syncapp_join")
    assert not AccountPair.objects.exists()


@pytest.mark.parametrize("side", SIDES)
def test_cancel_says_that_nothing_was_connected_and_keeps_the_keys(
    boss: Client, simulators: dict[str, Simulator], side: str
) -> None:
    row = own_app(side, simulators[side].url)
    back = consent(leave(boss, reverse("oauth_start", args=[row.pk])), "cancel")
    answer = boss.get(back)
    assert answer.headers["Location"] == page_of(row)
    assert "You cancelled the consent" in said(answer)
    row.refresh_from_db()
    assert row.status == "new"
    assert row.client_secret == SIMULATOR_KEYS[Side(side)].client_secret
    assert not ConsentRequest.objects.exists()


def test_a_foreign_state_is_refused(boss: Client, simulators: dict[str, Simulator]) -> None:
    row = own_app(HUBSPOT, simulators[HUBSPOT].url)
    back = consent(leave(boss, reverse("oauth_start", args=[row.pk])))
    answer = boss.get(re.sub(r"state=\w+", "state=forged", back))
    assert answer.headers["Location"] == page_of(row)
    assert "was not started here" in said(answer)
    row.refresh_from_db()
    assert (row.status, row.access_token) == ("new", "")


def test_a_state_works_once(boss: Client, simulators: dict[str, Simulator]) -> None:
    row = own_app(HUBSPOT, simulators[HUBSPOT].url)
    back = consent(leave(boss, reverse("oauth_start", args=[row.pk])))
    assert "Connected" in said(boss.get(back))
    again = boss.get(back)
    assert "was not started here, or was used already" in said(again)
    row.refresh_from_db()
    assert row.status == "connected"


def test_somebody_elses_state_is_refused(boss: Client, simulators: dict[str, Simulator]) -> None:
    row = own_app(HUBSPOT, simulators[HUBSPOT].url)
    back = consent(leave(boss, reverse("oauth_start", args=[row.pk])))
    other = Client()
    other.force_login(User.objects.create_superuser("other"))
    assert "Another person started this consent" in said(other.get(back))
    row.refresh_from_db()
    assert row.status == "new"


def test_a_consent_that_took_too_long_is_refused(
    boss: Client, simulators: dict[str, Simulator]
) -> None:
    row = own_app(HUBSPOT, simulators[HUBSPOT].url)
    back = consent(leave(boss, reverse("oauth_start", args=[row.pk])))
    ConsentRequest.objects.update(created_at=timezone.now() - timezone.timedelta(minutes=31))
    assert "longer than 30 minutes" in said(boss.get(back))


@pytest.mark.parametrize("side", SIDES)
def test_an_expired_code_asks_to_connect_again(
    boss: Client, simulators: dict[str, Simulator], side: str
) -> None:
    row = own_app(side, simulators[side].url)
    back = consent(leave(boss, reverse("oauth_start", args=[row.pk])))
    simulators[side].ask("POST", "clock", {"advance": 3600})
    answer = boss.get(back)
    assert answer.headers["Location"] == page_of(row)
    assert "has expired or was already used" in said(answer)
    row.refresh_from_db()
    assert row.status == "new"


@pytest.mark.parametrize("side", SIDES)
def test_a_wrong_secret_names_what_to_check(
    boss: Client, simulators: dict[str, Simulator], side: str
) -> None:
    row = own_app(side, simulators[side].url, client_secret="wrong")
    answer = boss.get(consent(leave(boss, reverse("oauth_start", args=[row.pk]))))
    assert answer.headers["Location"] == page_of(row)
    assert "check client id and client secret" in said(answer)
    row.refresh_from_db()
    assert (row.status, row.client_secret) == ("new", "wrong")


def test_a_vendor_that_is_away_at_the_start(boss: Client, free_port: Callable[[], int]) -> None:
    row = own_app(QUICKBOOKS, f"http://127.0.0.1:{free_port()}")
    answer = boss.post(reverse("oauth_start", args=[row.pk]))
    assert answer.headers["Location"] == page_of(row)
    assert "QuickBooks did not answer" in said(answer)
    assert "Try again" in said(answer)
    assert not ConsentRequest.objects.exists()


def test_a_vendor_that_is_away_on_the_way_back(
    boss: Client, simulators: dict[str, Simulator], free_port: Callable[[], int]
) -> None:
    row = own_app(HUBSPOT, simulators[HUBSPOT].url)
    back = consent(leave(boss, reverse("oauth_start", args=[row.pk])))
    Connection.objects.update(base_url=f"http://127.0.0.1:{free_port()}")
    answer = boss.get(back)
    assert answer.headers["Location"] == page_of(row)
    assert "HubSpot did not answer" in said(answer)


def test_a_session_that_ended_at_the_vendor_comes_back_through_the_login(
    boss: Client, simulators: dict[str, Simulator]
) -> None:
    row = own_app(HUBSPOT, simulators[HUBSPOT].url)
    back = consent(leave(boss, reverse("oauth_start", args=[row.pk])))
    boss.logout()
    login = boss.get(back).headers["Location"]
    assert login.startswith(reverse("admin:login"))
    assert parse_qs(urlsplit(login).query)["next"] == [back]
    boss.force_login(User.objects.get(username="boss"))
    assert "Connected" in said(boss.get(back))


@proves("S1")
def test_s1_reconnecting_keeps_everything(boss: Client) -> None:
    connect(boss, HUBSPOT)
    connect(boss, QUICKBOOKS)
    pair = AccountPair.objects.get()
    row = pair.hubspot
    boss.post(reverse("admin:syncapp_connection_disconnect", args=[row.pk]))
    row.refresh_from_db()
    pair.refresh_from_db()
    assert (row.status, row.access_token, row.name != "") == ("reconnect", "", True)
    assert pair.state == AccountPair.State.BROKEN
    boss.get(consent(leave(boss, reverse("oauth_start", args=[row.pk]))))
    row.refresh_from_db()
    pair.refresh_from_db()
    assert row.status == "connected"
    assert pair.state == AccountPair.State.ACTIVE
    assert Connection.objects.count() == 2


def test_another_account_than_before_is_refused(boss: Client) -> None:
    connect(boss, HUBSPOT)
    row = Connection.objects.get()
    Connection.objects.update(external_id="4711", name="The books of before")
    answer = boss.get(consent(leave(boss, reverse("oauth_start", args=[row.pk]))))
    assert "belongs to “The books of before”" in said(answer)
    row.refresh_from_db()
    assert row.external_id == "4711"


def test_typed_keys_are_kept_and_the_secret_is_never_shown(boss: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "https://tandem.example.com"
    form = {
        "action": "keys", "environment": "production", "client_id": " AB123 ",
        "client_secret": " s3cret-typed ",
    }  # fmt: skip
    url = leave(boss, start_page(QUICKBOOKS), **form)
    assert url.startswith("https://appcenter.intuit.com/connect/oauth2?client_id=AB123&")
    query = parse_qs(urlsplit(url).query)
    assert query["redirect_uri"] == ["https://tandem.example.com/oauth/callback/quickbooks/"]
    row = Connection.objects.get()
    assert (row.client_id, row.client_secret) == ("AB123", "s3cret-typed")
    page = boss.get(start_page(QUICKBOOKS)).content.decode()
    assert 'value="AB123"' in page
    assert "s3cret-typed" not in page
    leave(boss, start_page(QUICKBOOKS), **{**form, "client_id": "CD456", "client_secret": ""})
    row.refresh_from_db()
    assert (row.client_id, row.client_secret) == ("CD456", "s3cret-typed")


def test_a_missing_secret_keeps_the_client_id_on_the_page(boss: Client) -> None:
    answer = boss.post(start_page(HUBSPOT), {"action": "keys", "client_id": "AB123"})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert 'value="AB123"' in page
    assert "Enter the client secret" in page
    assert not Connection.objects.exists()


def test_production_keys_of_intuit_need_https(boss: Client) -> None:
    form = {"environment": "production", "client_id": "AB123", "client_secret": "x"}
    answer = boss.post(start_page(QUICKBOOKS), {"action": "keys", **form}, follow=True)
    assert "comes back only to an https address" in answer.content.decode()
    assert Connection.objects.get().client_id == "AB123"


def test_the_simulators_keys_open_nothing_but_a_simulator(boss: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "https://tandem.example.com"
    keys = SIMULATOR_KEYS[Side.HUBSPOT]
    form = {"action": "keys", "client_id": keys.client_id, "client_secret": keys.client_secret}
    answer = boss.post(start_page(HUBSPOT), form, follow=True)
    assert "work only with a simulator on this machine" in answer.content.decode()


def test_a_plain_access_token_connects_hubspot(
    boss: Client, simulators: dict[str, Simulator]
) -> None:
    row = own_app(HUBSPOT, simulators[HUBSPOT].url)
    wrong = boss.post(page_of(row), {"action": "token", "access_token": "wrong"})
    assert wrong.status_code == 400
    row.refresh_from_db()
    assert row.status == "new"
    right = boss.post(page_of(row), {"action": "token", "access_token": " acceptance-token "})
    assert right.status_code == 302
    row.refresh_from_db()
    assert (row.status, row.method) == ("connected", "access_token")
    assert row.access_token == "acceptance-token"


def test_no_simulator_is_offered_that_is_not_here(boss: Client, settings: Any) -> None:
    assert "Use the simulated HubSpot" in boss.get(start_page(HUBSPOT)).content.decode()
    for url in ("", "http://203.0.113.5:80"):
        settings.TANDEM_SIMULATOR_HUBSPOT_URL = url
        assert "Use the simulated HubSpot" not in boss.get(start_page(HUBSPOT)).content.decode()
        assert boss.post(start_page(HUBSPOT), {"action": "simulator"}).status_code == 400
    assert not Connection.objects.exists()


def test_testing_a_connection_says_who_answered_or_asks_for_a_reconnect(
    boss: Client, simulators: dict[str, Simulator]
) -> None:
    connect(boss, QUICKBOOKS)
    row = Connection.objects.get()
    test = reverse("admin:syncapp_connection_test", args=[row.pk])
    assert f"QuickBooks answered: {row.name}." in said(boss.post(test))
    Connection.objects.update(
        access_expires_at=timezone.now() - timezone.timedelta(hours=1), refresh_token=""
    )
    boss.post(test)
    row.refresh_from_db()
    assert row.status == "reconnect"
    assert "Reconnect" in boss.get(page_of(row)).content.decode()


@pytest.mark.parametrize(
    ("public", "opened_as", "start"),
    [
        ("http://127.0.0.1:8000", "http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000", "http://10.0.0.5", "http://127.0.0.1:8000"),
        ("https://tandem.example.com", "http://127.0.0.1:8000", "https://tandem.example.com"),
    ],
)
def test_the_redirect_uri_follows_the_page_only_on_this_machine(
    settings: Any, public: str, opened_as: str, start: str
) -> None:
    settings.PUBLIC_URL = public
    expected = f"{start}/oauth/callback/hubspot/"
    assert portal.redirect_uri(Side.HUBSPOT, opened_as=opened_as) == expected


@proves("S2")
def test_the_way_back_is_for_those_who_may_connect(boss: Client) -> None:
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.groups.add(Group.objects.get(name="viewer"))
    client = Client()
    client.force_login(viewer)
    assert client.get("/oauth/callback/hubspot/?state=x&code=y").status_code == 403
    assert boss.get("/oauth/callback/elsewhere/?state=x&code=y").status_code == 404
