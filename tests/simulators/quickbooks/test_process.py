"""The real program, and the vendor's own clients against it over HTTP."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError
from quickbooks import QuickBooks
from quickbooks.batch import batch_create, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import (
    ObjectNotFoundException,
    QuickbooksException,
    ValidationException,
)
from quickbooks.objects.base import EmailAddress, PhoneNumber
from quickbooks.objects.company_info import CompanyInfo
from quickbooks.objects.customer import Customer
from quickbooks.objects.item import Item
from quickbooks.objects.preferences import Preferences
from quickbooks.objects.vendor import Vendor

ROOT = Path(__file__).parents[3]
REDIRECT = "http://localhost:8000/callback"


def start(*options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "simulators.quickbooks", *options]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True)


def ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line.startswith("Ready: http://127.0.0.1:"), (line, process.stderr)
    return line.removeprefix("Ready: ")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    process = start("--port", "0", "--empty", "--realm", "4620816365", "--access-token", "T")
    yield ready(process)
    process.terminate()
    process.communicate(timeout=20)


def connected(url: str) -> AuthClient:
    client = AuthClient(
        "sim-quickbooks-client",
        "sim-quickbooks-secret",
        REDIRECT,
        environment=f"{url}/.well-known/openid_sandbox_configuration/",
    )
    asked = urlsplit(client.get_authorization_url([Scopes.ACCOUNTING, Scopes.OPENID]))
    form = {name: values[0] for name, values in parse_qs(asked.query).items()}
    answer = requests.post(
        f"{url}{asked.path}",
        data={**form, "decision": "allow"},
        allow_redirects=False,
        timeout=10,
    )
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == [client.state_token]
    client.get_bearer_token(back["code"][0], realm_id=back["realmId"][0])
    return client


@pytest.fixture
def books(url, monkeypatch) -> QuickBooks:
    requests.post(f"{url}/__sim__/reset", json={"empty": True}, timeout=10)
    monkeypatch.setattr(QuickBooks, "api_url_v3", f"{url}/v3")
    # The client's OAuth library refuses plain http unless told otherwise.
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    client = connected(url)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return QuickBooks(
            auth_client=client, refresh_token=client.refresh_token, company_id=client.realm_id
        )


def customer(name: str, mail: str = "") -> Customer:
    made = Customer()
    made.DisplayName = name
    if mail:
        made.PrimaryEmailAddr = EmailAddress()
        made.PrimaryEmailAddr.Address = mail
    return made


def test_intuit_oauth_connects_refreshes_and_revokes(url):
    client = connected(url)
    assert client.realm_id == "4620816365"
    assert client.id_token.count(".") == 2
    old = client.access_token
    client.refresh()
    assert client.access_token != old
    assert client.x_refresh_token_expires_in == 8726400
    assert client.get_user_info().json()["email"] == "owner@larkspur.example"
    assert client.revoke(token=client.refresh_token) is True
    with pytest.raises(AuthClientError) as caught:
        client.refresh()
    assert "invalid_grant" in str(caught.value)


def test_python_quickbooks_walks_through_customers(books):
    made = customer("Amy's Bird Sanctuary", "Birds@Intuit.com")
    made.PrimaryPhone = PhoneNumber()
    made.PrimaryPhone.FreeFormNumber = "(650) 555-3311"
    made = made.save(qb=books, request_id="r-1")
    assert (made.Id, made.SyncToken, made.PrintOnCheckName) == ("1", "0", "Amy's Bird Sanctuary")
    held = Customer.get(made.Id, qb=books)
    held.Notes = "Seeds"
    held = held.save(qb=books)
    assert (held.SyncToken, held.Notes, held.PrimaryEmailAddr.Address) == (
        "1",
        "Seeds",
        "Birds@Intuit.com",
    )
    assert [c.Id for c in Customer.filter(DisplayName="Amy's Bird Sanctuary", qb=books)] == ["1"]
    assert [c.Id for c in Customer.filter(Active=True, qb=books)] == ["1"]
    assert [c.Id for c in Customer.choose(["1", "2"], field="Id", qb=books)] == ["1"]
    assert [c.Id for c in Customer.where("DisplayName LIKE 'Amy%'", qb=books)] == ["1"]
    assert [c.Id for c in Customer.all(order_by="DisplayName", qb=books)] == ["1"]
    assert Customer.count("Active = true", qb=books) == 1
    held.Active = False
    assert held.save(qb=books).DisplayName == "Amy's Bird Sanctuary (deleted)"
    assert Customer.all(qb=books) == []


def test_python_quickbooks_gets_the_vendors_faults(books):
    customer("Ada").save(qb=books)
    vendor = Vendor()
    vendor.DisplayName = "Ada"
    with pytest.raises(QuickbooksException) as caught:
        vendor.save(qb=books)
    assert caught.value.error_code == 6240
    with pytest.raises(ObjectNotFoundException):
        Customer.get(99, qb=books)
    with pytest.raises(ValidationException) as caught:
        Customer.query("SELECT * FROM Custmoer", qb=books)
    assert caught.value.error_code == 4001


def test_python_quickbooks_writes_batches_and_reads_changes(books):
    made = batch_create([customer(f"C{n:02d}") for n in range(35)], qb=books)
    assert (len(made.successes), made.faults) == (35, [])
    for one in made.successes:
        one.Notes = "changed"
    made.successes[3].SyncToken = "7"
    changed = batch_update(made.successes, qb=books)
    assert (len(changed.successes), len(changed.faults)) == (34, 1)
    assert changed.faults[0].Error[0].code == "5010"
    answer = change_data_capture([Customer, Vendor], "2020-01-01T00:00:00Z", qb=books)
    assert len(answer.Customer._object_list) == 35
    assert not hasattr(answer, "Vendor")


def test_python_quickbooks_reads_company_and_lists(books):
    assert CompanyInfo.all(qb=books)[0].CompanyName == "Larkspur Garden & Design"
    assert Preferences.get(qb=books).CurrencyPrefs.HomeCurrency.value == "USD"
    assert [item.Name for item in Item.all(qb=books)] == ["Hours", "Services"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_program_keeps_its_state_and_stops_at_once(tmp_path, number):
    options = ("--seed", "2", "--state", str(tmp_path / "q.db"), "--access-token", "T")
    for expected in (0, 1):
        process = start(*options)
        base = ready(process)
        ledger = requests.get(f"{base}/__sim__/ledger", timeout=10).json()
        assert len(ledger["entries"]) == expected
        answer = requests.post(
            f"{base}/v3/company/9341453908220117/customer",
            json={"DisplayName": f"Number {expected}"},
            headers={"Authorization": "Bearer T"},
            timeout=10,
        )
        assert answer.status_code == 200
        process.send_signal(number)
        assert process.wait(timeout=10) == 0


@pytest.mark.parametrize(
    "options",
    [
        ("--state", "/proc/nowhere/q.db"),
        ("--realm", "abc"),
        ("--behaviour", "cdc_cap=none"),
        ("--behaviour", "nonsense"),
        ("--app", "without-secret"),
    ],
)
def test_bad_options_give_one_clear_line(options):
    process = start(*options)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 2
    assert len(said.strip().splitlines()) == 1
    assert "Traceback" not in said


def test_a_busy_port_gives_one_clear_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start("--port", str(taken.getsockname()[1]), "--empty")
        _, said = process.communicate(timeout=20)
    assert process.returncode == 2
    assert len(said.strip().splitlines()) == 1
    assert "cannot be used" in said
