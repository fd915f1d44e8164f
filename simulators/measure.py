"""``python -m simulators.measure hubspot``: how fast a simulator is, and how much memory it takes.

Calls the application in this process, so what is measured is the simulator and a test client, not
sockets. Seconds are the processor's (``time.process_time``): a busy machine does not change them.

With ``--http`` the simulator is a process of its own and one client speaks to it over a kept
connection: requests a second by the clock on the wall (whatever else the machine does), and by the
seconds of a processor that the simulator took (Linux only).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import Client

from simulators.common.clock import SimClock
from simulators.hubspot.app import HubSpot
from simulators.quickbooks.app import QuickBooks

TOKEN = "measure"
_HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "Content-Type": "application/json",
    "Accept": "application/json",
}
_SCALE = 100_000
_MEGABYTE = 1_000_000
_HUBSPOT_BATCH = 100
_QUICKBOOKS_BATCH = 30
_CONTACTS = "/crm/objects/2026-09/contacts"

Send = Callable[[str, str, Any], Any]


def main(arguments: list[str] | None = None) -> int:
    """Measure and print one line per figure; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m simulators.measure", description=__doc__)
    parser.add_argument("simulator", choices=sorted(_MEASURES))
    parser.add_argument("--records", type=int, default=10_000, help="created in batches")
    parser.add_argument("--requests", type=int, default=1_000, help="of each single kind")
    parser.add_argument("--http", action="store_true", help="over sockets, to another process")
    options = parser.parse_args(arguments)
    if options.http:
        figures = over_http(options.simulator, options.requests)
    else:
        figures = _MEASURES[options.simulator](options.records, options.requests)
    for name, figure in figures.items():
        print(f"{name}: {figure:,.0f}")
    return 0


def hubspot(records: int, requests: int) -> Mapping[str, float]:
    """Contacts of HubSpot."""
    send = _sender(HubSpot(seed=None, clock=SimClock.frozen(), access_tokens=[TOKEN]), "")

    def batch(first: int) -> None:
        inputs = [
            {"properties": {"email": f"p{n}@example.com", "firstname": "Ann", "city": "Oslo"}}
            for n in range(first, first + _HUBSPOT_BATCH)
        ]
        send("POST", f"{_CONTACTS}/batch/create", {"inputs": inputs})

    before = _memory()
    batches = _rate(batch, range(0, records, _HUBSPOT_BATCH))
    used = _memory() - before
    first = send("GET", f"{_CONTACTS}?limit=1", None)["results"][0]["id"]
    one = f"{_CONTACTS}/{first}"
    return {
        "records a second in batches of 100": batches * _HUBSPOT_BATCH,
        "reads a second": _rate(lambda _: send("GET", one, None), range(requests)),
        "updates a second": _rate(
            lambda n: send("PATCH", one, {"properties": {"city": f"Town {n}"}}),
            range(requests),
        ),
        "MB per 100,000 contacts": used / records * _SCALE / _MEGABYTE,
    }


def quickbooks(records: int, requests: int) -> Mapping[str, float]:
    """Customers of QuickBooks."""
    app = QuickBooks(seed=None, clock=SimClock.frozen(), access_tokens=[TOKEN])
    send = _sender(app, f"/v3/company/{app.realm}")

    def batch(first: int) -> None:
        items = [
            {
                "bId": str(n),
                "operation": "create",
                "Customer": {"DisplayName": f"Customer {n}", "GivenName": "Ann"},
            }
            for n in range(first, first + _QUICKBOOKS_BATCH)
        ]
        send("POST", "/batch", {"BatchItemRequest": items})

    before = _memory()
    batches = _rate(batch, range(0, records, _QUICKBOOKS_BATCH))
    used = _memory() - before
    token = [0]

    def update(number: int) -> None:
        body = {"Id": "1", "SyncToken": str(token[0]), "sparse": True, "Notes": f"Note {number}"}
        token[0] = int(send("POST", "/customer", body)["Customer"]["SyncToken"])

    return {
        "records a second in batches of 30": batches * _QUICKBOOKS_BATCH,
        "reads a second": _rate(lambda _: send("GET", "/customer/1", None), range(requests)),
        "updates a second": _rate(update, range(requests)),
        "MB per 100,000 customers": used / records * _SCALE / _MEGABYTE,
    }


def over_http(simulator: str, requests: int) -> Mapping[str, float]:
    """Creates and reads of single records, one after the other, by one client."""
    realm = "9130357849536020"
    more = ["--realm", realm] if simulator == "quickbooks" else []
    command = [sys.executable, "-m", f"simulators.{simulator}", "--port", "0", "--empty"]
    process = subprocess.Popen(
        [*command, "--access-token", TOKEN, *more], stdout=subprocess.PIPE, text=True
    )
    try:
        said = process.stdout.readline() if process.stdout else ""
        connection = HTTPConnection(urlsplit(said.removeprefix("Ready: ").strip()).netloc)
        figures: dict[str, float] = {}
        for kind in ("creates", "reads"):
            taken, began = _taken(process.pid), time.perf_counter()
            for number in range(requests):
                method, path, body = _single(simulator, realm, kind, number)
                data = json.dumps(body) if body is not None else None
                connection.request(method, path, data, _HEADERS)
                answer = connection.getresponse()
                told = answer.read()
                if answer.status >= 300:
                    raise RuntimeError(told.decode())
            figures[f"{kind} a second over HTTP"] = requests / (time.perf_counter() - began)
            if spent := _taken(process.pid) - taken:
                figures[f"{kind} a second of the simulator's processor"] = requests / spent
        return figures
    finally:
        process.terminate()
        process.wait()


def _single(simulator: str, realm: str, kind: str, number: int) -> tuple[str, str, Any]:
    """Verb, path and body of a request for one record."""
    if simulator == "hubspot":
        if kind == "creates":
            return "POST", _CONTACTS, {"properties": {"email": f"p{number}@example.com"}}
        return "GET", f"{_CONTACTS}?limit=1", None
    root = f"/v3/company/{realm}/customer"
    if kind == "creates":
        return "POST", root, {"DisplayName": f"Customer {number}"}
    return "GET", f"{root}/1", None


def _taken(pid: int) -> float:
    """Seconds of a processor a process took so far; 0 where the system does not tell."""
    status = Path(f"/proc/{pid}/stat")
    if not status.exists():
        return 0.0
    after_name = status.read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def _sender(app: HubSpot | QuickBooks, root: str) -> Send:
    client = Client(app)

    def send(method: str, path: str, body: Any) -> Any:
        data = None if body is None else json.dumps(body)
        answer = client.open(root + path, method=method, headers=_HEADERS, data=data)
        if answer.status_code >= 300:
            raise RuntimeError(answer.get_data(as_text=True))
        return json.loads(answer.get_data())

    return send


def _rate(act: Callable[[int], Any], numbers: range) -> float:
    """How many acts a second of one processor."""
    began = time.process_time()
    for number in numbers:
        act(number)
    return len(numbers) / (time.process_time() - began)


def _memory() -> int:
    """Bytes of memory in use: now where the system tells (Linux), else the most so far."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


_MEASURES: Mapping[str, Callable[[int, int], Mapping[str, float]]] = {
    "hubspot": hubspot,
    "quickbooks": quickbooks,
}


if __name__ == "__main__":
    sys.exit(main())
