"""The program itself, and the vendor's own client against it over HTTP."""

from __future__ import annotations

import json
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import hubspot
import pytest
from hubspot.crm import associations, companies, contacts, properties

from simulators.common.server import open_server
from tests.simulators.hubspot.conftest import TOKEN, make_app

COMMAND = [sys.executable, "-m", "simulators.hubspot"]


def start(*options):
    return subprocess.Popen(
        [*COMMAND, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ready(process):
    line = process.stdout.readline()
    found = re.fullmatch(r"Ready: (http://127\.0\.0\.1:\d+)\n", line)
    assert found, (line, process.stderr.read() if process.poll() is not None else "")
    return found[1]


def fetch(url, body=None):
    request = urllib.request.Request(url, headers={"Authorization": "Bearer key"})
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def test_it_says_ready_stops_on_sigterm_and_finds_its_data_again(tmp_path):
    state = str(tmp_path / "hub.sqlite")
    options = ("--port", "0", "--state", state, "--access-token", "key")
    process = start(*options, "--seed", "3")
    base = ready(process)
    assert len(fetch(f"{base}/crm/v3/objects/contacts?limit=100")["results"]) == 60
    made = fetch(f"{base}/crm/v3/objects/contacts", {"properties": {"email": "kept@b.co"}})
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")
    process = start(*options, "--empty")
    base = ready(process)
    kept = fetch(f"{base}/crm/v3/objects/contacts/{made['id']}")
    assert kept["properties"]["email"] == "kept@b.co"
    assert fetch(f"{base}/__sim__/ledger")["last_seq"] == 1
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_a_busy_port_and_an_unusable_state_file_are_one_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        busy = subprocess.run(
            [*COMMAND, "--port", str(port)], capture_output=True, text=True, timeout=60
        )
    assert (busy.returncode, busy.stdout) == (2, "")
    assert busy.stderr == f"Port {port} on 127.0.0.1 cannot be used: Address already in use.\n"
    lost = subprocess.run(
        [*COMMAND, "--state", str(tmp_path / "no" / "x.sqlite")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (lost.returncode, lost.stderr.count("\n")) == (2, 1)
    assert "Cannot write the state file" in lost.stderr


def test_the_program_delivers_webhooks_by_itself():
    arrived = queue.Queue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            arrived.put((json.loads(body), self.headers["X-HubSpot-Signature-v3"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    receiver = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    process = start("--empty", "--access-token", "key", "--plan", "free", "--limit-increases", "1")
    try:
        base = ready(process)
        wanted = {"webhooks_need_install": False, "webhook_gather": 0}
        fetch(f"{base}/__sim__/settings", wanted)
        fetch(
            f"{base}/__sim__/webhooks",
            {
                "settings": {"targetUrl": f"http://127.0.0.1:{receiver.server_port}/hook"},
                "subscriptions": {"legacyCrmObjects": [{"subscriptionType": "contact.creation"}]},
            },
        )
        made = fetch(f"{base}/crm/v3/objects/contacts", {"properties": {"firstname": "A"}})
        events, signature = arrived.get(timeout=30)
        assert [str(one["objectId"]) for one in events] == [made["id"]]
        assert signature
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        receiver.shutdown()
        receiver.server_close()
    assert process.returncode == 0


@contextmanager
def served(app):
    server = open_server(app, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def client():
    """HubSpot's own client, unmodified but for the base URL."""
    with served(make_app()) as base:
        yield hubspot.HubSpot(access_token=TOKEN, host=base)


def test_the_official_client_reads_and_writes_records(client):
    basic = client.crm.contacts.basic_api
    made = basic.create(
        contacts.SimplePublicObjectInputForCreate(
            properties={"email": "ann@b.co", "firstname": "Ann"}, associations=[]
        )
    )
    read = basic.get_by_id(
        "ann@b.co", id_property="email", properties=["city", "email"], associations=["companies"]
    )
    assert (read.id, read.properties["email"], read.associations) == (made.id, "ann@b.co", None)
    changed = basic.update(made.id, contacts.SimplePublicObjectInput(properties={"city": "Zürich"}))
    assert changed.properties["city"] == "Zürich"
    with_history = basic.get_by_id(made.id, properties_with_history=["city"])
    assert with_history.properties_with_history["city"][0].value == "Zürich"
    with pytest.raises(contacts.ApiException) as refused:
        basic.create(
            contacts.SimplePublicObjectInputForCreate(
                properties={"email": "ann@b.co"}, associations=[]
            )
        )
    assert refused.value.status == 409
    other = basic.create(
        contacts.SimplePublicObjectInputForCreate(properties={"firstname": "B"}, associations=[])
    )
    basic.archive(other.id)
    with pytest.raises(contacts.ApiException) as gone:
        basic.get_by_id(other.id)
    assert gone.value.status == 404
    assert [one.id for one in basic.get_page(archived=True).results] == [other.id]


def test_the_official_client_writes_batches_and_searches(client):
    batch = client.crm.contacts.batch_api
    inputs = [
        contacts.SimplePublicObjectBatchInputForCreate(
            properties={"email": f"batch{n}@b.co", "city": "Batchville"},
            associations=[],
            object_write_trace_id=str(n),
        )
        for n in range(100)
    ]
    made = batch.create(contacts.BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs))
    assert (made.status, len(made.results)) == ("COMPLETE", 100)
    ids = [one.id for one in made.results]
    read = batch.read(
        contacts.BatchReadInputSimplePublicObjectId(
            inputs=[contacts.SimplePublicObjectId(id=one) for one in ids[:2]],
            properties=["city"],
            properties_with_history=[],
        )
    )
    assert {one.properties["city"] for one in read.results} == {"Batchville"}
    updated = batch.update(
        contacts.BatchInputSimplePublicObjectBatchInput(
            inputs=[
                contacts.SimplePublicObjectBatchInput(id=ids[0], properties={"city": "Rome"}),
                contacts.SimplePublicObjectBatchInput(id="1", properties={"city": "Rome"}),
            ]
        )
    )
    assert (len(updated.results), updated.num_errors) == (1, 1)
    found = client.crm.contacts.search_api.do_search(
        contacts.PublicObjectSearchRequest(
            filter_groups=[
                contacts.FilterGroup(
                    filters=[
                        contacts.Filter(property_name="city", operator="EQ", value="batchville")
                    ]
                )
            ],
            sorts=["hs_object_id"],
            properties=["email"],
            limit=200,
        )
    )
    assert (found.total, len(found.results)) == (99, 99)
    batch.archive(
        contacts.BatchInputSimplePublicObjectId(
            inputs=[contacts.SimplePublicObjectId(id=one) for one in ids]
        )
    )
    everything = client.crm.contacts.get_all()
    assert not {one.id for one in everything} & set(ids)


def test_the_official_client_uses_associations_and_properties(client):
    person = client.crm.contacts.basic_api.create(
        contacts.SimplePublicObjectInputForCreate(
            properties={"email": "assoc@b.co"}, associations=[]
        )
    )
    company = client.crm.companies.basic_api.create(
        companies.SimplePublicObjectInputForCreate(properties={"name": "B"}, associations=[])
    )
    v4 = client.crm.associations.v4.basic_api
    v4.create_default("contacts", person.id, "companies", company.id)
    (partner,) = v4.get_page("contacts", person.id, "companies").results
    assert {(t.type_id, t.label) for t in partner.association_types} == {
        (1, "Primary"),
        (279, None),
    }
    many = client.crm.associations.v4.batch_api.get_page(
        "contacts",
        "companies",
        associations.v4.BatchInputPublicFetchAssociationsBatchRequest(
            inputs=[associations.v4.PublicFetchAssociationsBatchRequest(id=person.id)]
        ),
    )
    assert many.results[0]._from.id == person.id
    core = client.crm.properties.core_api
    made = core.create(
        "contacts",
        properties.PropertyCreate(
            name="tandem_id",
            label="Tandem id",
            type="string",
            field_type="text",
            group_name="contactinformation",
            has_unique_value=True,
        ),
    )
    assert made.has_unique_value is True
    assert "tandem_id" in {one.name for one in core.get_all("contacts").results}
    assert client.crm.owners.owners_api.get_page().results[0].email.endswith("larkspur.example")
