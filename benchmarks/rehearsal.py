"""Measures a rehearsal of many records, its pages and its files.

    python benchmarks/rehearsal.py                       # 100,000 records on SQLite
    python tools/with_services.py python benchmarks/rehearsal.py
    python benchmarks/rehearsal.py --records 10000

Starts both simulators as programs of their own and fills them with contacts and customers, two
for three records asked for: of ten people six are a contact alone or a customer alone, two are on
both sides with one e-mail, one is alike by name only, one has two customers of one e-mail.
Connects them, rehearses a contact sync and prints seconds and SQL queries of reading and of
planning, and the peak memory of the process; then per page of the rehearsal the queries,
milliseconds (best of three) and bytes as sent (gzip), and per file seconds and peak memory.

Knows how to fill the simulators. Must not touch a database that exists: on SQLite the file lies in
a temporary folder, on PostgreSQL the database is made for this and dropped.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "benchmark"  # noqa: S105 - of a simulator
REALM = "9130357849536020"
HUBSPOT_BATCH = 100
QUICKBOOKS_BATCH = 30


def main() -> int:
    """Fill, rehearse and measure; returns an exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--records", type=int, default=100_000)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_test"
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/benchmark.sqlite3"
        os.environ["VAR_DIR"] = folder
        hubspot = stack.enter_context(simulator("hubspot"))
        quickbooks = stack.enter_context(simulator("quickbooks", "--realm", REALM))
        fill(hubspot, quickbooks, options.records)
        measure(hubspot, quickbooks)
    return 0


@contextmanager
def simulator(name: str, *more: str) -> Iterator[str]:
    """One empty simulator on a free port; gives its address."""
    command = [sys.executable, "-m", f"simulators.{name}", "--port", "0", "--empty", *more]
    command += ["--limits", "none", "--access-token", TOKEN]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            ready = next(line for line in process.stdout if line.startswith("Ready: "))
            yield ready.removeprefix("Ready: ").strip()
        finally:
            process.terminate()


def fill(hubspot: str, quickbooks: str, records: int) -> None:
    """Contacts and customers, told apart by arithmetic on their number."""
    began = time.perf_counter()
    contacts, customers = [], []
    for n in range(records * 2 // 3):
        mail, name = f"p{n}@example.com", f"Ann Alder {n:06d}"
        kind = n % 10
        if kind in {0, 1, 2, 6, 7, 8, 9}:
            told = {"email": mail, "firstname": "Ann", "lastname": f"Alder {n:06d}"}
            contacts.append({"properties": told})
        if kind in {3, 4, 5, 6, 7, 8, 9}:
            # Alike by name only; two customers of one e-mail: ambiguous.
            own = "" if kind == 8 else mail
            told = {"DisplayName": name, "GivenName": "Ann", "FamilyName": f"Alder {n:06d}"}
            customers.append(told | ({"PrimaryEmailAddr": {"Address": own}} if own else {}))
            if kind == 9:
                customers.append(
                    {"DisplayName": f"{name} II", "PrimaryEmailAddr": {"Address": own}}
                )
    for start in range(0, len(contacts), HUBSPOT_BATCH):
        path = "/crm/objects/2026-09/contacts/batch/create"
        send(hubspot + path, {"inputs": contacts[start : start + HUBSPOT_BATCH]})
    for start in range(0, len(customers), QUICKBOOKS_BATCH):
        batch = [
            {"bId": str(number), "operation": "create", "Customer": one}
            for number, one in enumerate(customers[start : start + QUICKBOOKS_BATCH])
        ]
        send(f"{quickbooks}/v3/company/{REALM}/batch", {"BatchItemRequest": batch})
    told = f"{len(contacts):,} contacts and {len(customers):,} customers"
    print(f"{told} made in {time.perf_counter() - began:.0f} s", flush=True)


def send(url: str, body: Any) -> None:
    """POST some JSON."""
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    request = Request(url, json.dumps(body).encode(), headers, method="POST")  # noqa: S310
    with urlopen(request, timeout=60) as answer:  # noqa: S310 - a simulator's own address
        assert answer.status < 300, answer.status
        answer.read()


class Counted:
    """Counts the SQL queries of a connection."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        """Let a query pass, and count it."""
        self.count += 1
        return execute(sql, params, many, context)


def peak() -> float:
    """The most memory this process has taken so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(hubspot: str, quickbooks: str) -> None:
    """Rehearse, then ask for each page and file, and print what it took."""
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth.models import Group, User
    from django.core.management import call_command
    from django.db import connection

    for command in (
        ("migrate",),
        ("connect", "hubspot", "--simulator", hubspot),
        ("connect", "quickbooks", "--simulator", quickbooks),
    ):
        call_command(*command, stdout=StringIO(), stderr=StringIO())
    settings.TANDEM_SIMULATOR_HUBSPOT_URL = hubspot
    settings.TANDEM_SIMULATOR_QUICKBOOKS_URL = quickbooks
    from syncapp.models import AccountPair, Rehearsal
    from syncapp.services import drafts, ingest, leases, rehearsal
    from syncapp.services.env import real_env

    user = User.objects.create_user("ada", "", "x", is_staff=True)
    user.groups.set(Group.objects.filter(name="administrator"))
    env, pair = real_env(), AccountPair.objects.get()
    draft = drafts.load(pair, "contacts", now=env.clock.now())
    everybody = {"hubspot": [], "quickbooks": []}
    draft = drafts.save(draft, {"filters": everybody}, user=user)
    asked = drafts.request_rehearsal(draft, user=user, env=env)
    before, counted, read = peak(), Counted(), {"seconds": 0.0, "queries": 0}
    genuine = ingest.ingest

    def timed(*args: Any, **options: Any) -> bool:
        began, queries = time.perf_counter(), counted.count
        done = genuine(*args, **options)
        read.update(seconds=time.perf_counter() - began, queries=counted.count - queries)
        return done

    ingest.ingest = timed
    began = time.perf_counter()
    with leases.held(pair.pk, env=env) as lease, connection.execute_wrapper(counted):
        assert lease is not None
        rehearsal.carry_out(asked, lease, env=env)
    took = time.perf_counter() - began
    asked.refresh_from_db()
    assert asked.state == Rehearsal.State.FINISHED, asked.detail
    known = asked.definition.links.count()
    print(
        f"{connection.vendor}: {known:,} records rehearsed, {asked.rows.count():,} decisions kept"
    )
    print(f"{'':24}{'seconds':>9}{'queries':>9}")
    print(f"{'reading':24}{read['seconds']:>9.1f}{read['queries']:>9,.0f}")
    planned = took - read["seconds"], counted.count - read["queries"]
    print(f"{'planning and keeping':24}{planned[0]:>9.1f}{planned[1]:>9,.0f}")
    print(f"peak memory {before:.0f} MB before, {peak():.0f} MB after", flush=True)
    pages(user, pair, asked)
    files(asked)


def pages(user: Any, pair: Any, asked: Any) -> None:
    """Each page of the rehearsal as an administrator asks for it."""
    from django.urls import reverse

    from benchmarks.pages import measure

    names = [pair.pk, "contacts"]
    records = reverse("admin:syncapp_rehearsal_records", args=[asked.pk])
    matches = reverse("admin:syncapp_wizard_matches", args=names)
    views = [
        ("review", reverse("admin:syncapp_wizard_step", args=[*names, "review"])),
        ("progress", reverse("admin:syncapp_rehearsal_progress", args=[asked.pk])),
        ("all records", records),
        ("all records, page 1,000", f"{records}?page=1000"),
        ("one kind", f"{records}?kind=create:quickbooks"),
        ("a search", f"{records}?q=alder+007770"),
        ("a search, no match", f"{records}?q=zzzzzz"),
        ("matching list, ambiguous", matches),
        ("matching list, suggested", f"{matches}?kind=suggestion"),
        ("matching list, a search", f"{matches}?kind=link&q=alder+007770"),
    ]
    measure("page", user, views)


def files(asked: Any) -> None:
    """The records as a file of each format."""
    from syncapp.services import rehearsal_files
    from syncapp.services.export_files import FORMATS, Target

    print(f"{'file':32}{'seconds':>8}{'peak MB':>9}")
    rows = rehearsal_files.chosen(asked, "", "")
    for format in FORMATS:
        path = Path(os.environ["VAR_DIR"]) / f"rehearsal.{format}"
        began = time.perf_counter()
        rehearsal_files.write(rows, Target(path, format))
        print(f"{format:32}{time.perf_counter() - began:>8.1f}{peak():>9.0f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
