"""S4: a QuickBooks sandbox company connects, says so, and is joined with nothing by accident."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from simulators.quickbooks.oauth.grants import OAuthApp
from syncapp.core.errors import ConfigurationInvalid
from syncapp.core.sides import Side
from syncapp.models import AccountPair, Connection
from syncapp.services import connections, joining, runs
from tests.proves import proves
from tests.world import HUBSPOT_URL, QUICKBOOKS_URL, TOKEN, World

pytestmark = pytest.mark.services
BACK = "https://127.0.0.1:8000/oauth/callback/"
SANDBOX = "https://sandbox-quickbooks.api.intuit.com"
PRODUCTION = "https://quickbooks.api.intuit.com"
INTUIT = (SANDBOX, PRODUCTION, "https://oauth.platform.intuit.com")


@pytest.fixture
def real(world: World) -> World:
    """A world whose simulators answer at the vendors' own addresses; nothing is connected."""
    apps = world.http.apps
    apps |= dict.fromkeys(INTUIT, apps[QUICKBOOKS_URL])
    apps["https://api.hubapi.com"] = apps[HUBSPOT_URL]
    world.quickbooks_app.grants.apps["own"] = OAuthApp("own", "secret", "Our own app")
    AccountPair.objects.all().delete()
    Connection.objects.all().delete()
    world.http.sent.clear()
    return world


def hubspot(world: World) -> Connection:
    """A real HubSpot account."""
    row = Connection(side=Side.HUBSPOT.value)
    connections.connect_with_token(row, TOKEN, env=world.env)
    return row


def company(world: World, environment: str) -> Connection:
    """A QuickBooks company whose owner consented, with the keys of an environment."""
    row = Connection.objects.create(
        side=Side.QUICKBOOKS.value, environment=environment, client_id="own", client_secret="secret"
    )
    page = connections.start_consent(row, env=world.env, redirect_uri=BACK)
    assert page.startswith("https://appcenter.intuit.com/connect/oauth2?")
    told = {**dict(parse_qsl(urlsplit(page).query)), "decision": "allow"}
    answer = world.http.apps[QUICKBOOKS_URL].post("/connect/oauth2", data=told)
    back = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    connections.finish_consent(
        state=back["state"], code=back["code"], realm_id=back["realmId"], env=world.env
    )
    row.refresh_from_db()
    return row


def pages(*names: str) -> str:
    user = User.objects.create_user(f"boss{User.objects.count()}", is_staff=True)
    user.groups.add(Group.objects.get(name="administrator"))
    client = Client()
    client.force_login(user)
    return "".join(client.get(name).content.decode() for name in names)


@proves("S4")
def test_a_sandbox_company_connects_and_says_so(real: World) -> None:
    row = company(real, "sandbox")
    assert (row.status, row.environment) == ("connected", "sandbox")
    asked = [one.url for one in real.http.sent if "/v3/company/" in one.url]
    assert asked
    assert all(url.startswith(f"{SANDBOX}/") for url in asked)
    for page in ("admin:syncapp_connection_changelist", "admin:index"):
        assert "Sandbox" in pages(reverse(page)), page
    assert "Sandbox" in pages(reverse("admin:syncapp_connection_change", args=[row.pk]))


@proves("S4")
def test_a_sandbox_company_is_never_joined_with_production_unasked(real: World) -> None:
    portal, books = hubspot(real), company(real, "sandbox")
    assert portal.environment == "production"
    assert joining.join_if_clear(books) is None
    assert joining.join_if_clear(portal) is None
    with pytest.raises(ConfigurationInvalid, match="confirm that they belong together"):
        connections.join(portal, books, confirmed=False)
    assert not AccountPair.objects.exists()
    page = pages(reverse("admin:syncapp_join"))
    assert "I want to join them all the same" in page
    assert "Sandbox" in page
    pair = connections.join(portal, books, confirmed=True)
    assert pair.mixed_environments_confirmed
    shown = pages(reverse("admin:syncapp_accountpair_change", args=[pair.pk]))
    assert "Sandbox" in shown
    assert "Mixed environments" in shown
    opened = runs.open_connectors(pair, real.env)
    assert opened[Side.QUICKBOOKS].account().environment == "sandbox"


@proves("S4")
def test_two_of_production_are_joined_without_a_question(real: World) -> None:
    portal, books = hubspot(real), company(real, "production")
    assert books.environment == "production"
    assert any(one.url.startswith(f"{PRODUCTION}/") for one in real.http.sent)
    pair = joining.join_if_clear(books)
    assert pair is not None
    assert (pair.hubspot, pair.quickbooks) == (portal, books)
    assert not pair.mixed_environments_confirmed
    for page in ("admin:syncapp_connection_changelist", "admin:index"):
        assert "Sandbox" not in pages(reverse(page)), page
