"""Measures the record view and its export over many records.

    python benchmarks/record_view.py                     # 1,000,000 records on SQLite
    python tools/with_services.py python benchmarks/record_view.py
    python benchmarks/record_view.py --records 200000 --exports

Makes a database of its own, fills it by one INSERT, asks for each view as a signed-in operator
and prints, per view, the SQL queries, the milliseconds of the best of three requests and the
bytes of the page as it is sent (gzip). With --exports also seconds and peak memory of exports of
10,000 and of 200,000 records, each in a process of its own.

Knows how to fill the tables. Must not touch a database that exists: on SQLite the file lies in a
temporary folder, on PostgreSQL the database is made for this and dropped.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VIEWS = (
    ("first page", ""),
    ("page 1,000", "?page=after:{deep}"),
    ("failing", "?state=failing"),
    ("failing, by amount", "?state=failing&sort=-amount"),
    ("in sync", "?state=in_sync"),
    ("invoices", "?object=invoices"),
    ("needs a decision", "?category=needs_decision"),
    ("a category", "?category=missing+data"),
    ("who can mend it", "?fixer=quickbooks"),
    ("one reason", "?code=inv_service_date"),
    ("document dates", "?dated_from=2026-03-01&dated_to=2026-03-31"),
    ("amounts", "?amount_from=100&amount_to=110"),
    ("a currency nobody uses", "?currency=CHF"),
    ("nobody's failing", "?state=failing&assignee=none"),
    ("by document date", "?sort=-document_date"),
    ("by amount", "?sort=-amount"),
    ("by record", "?sort=record"),
    ("by age", "?sort=-age"),
    ("search a name", "?q=customer+00777"),
    ("search a number", "?q=INV-0777123"),
    ("search an id", "?q=90000777123"),
    ("search an e-mail", "?q=p777120%40example.com"),
    ("search, no match", "?q=zzzzzz"),
    ("search what all have", "?q=customer"),
    ("search in failing, by amount", "?q=customer&state=failing&sort=-amount"),
    ("export page", "export/?state=failing"),
)


def main() -> int:
    """Fill a database and measure; returns an exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--exports", action="store_true")
    parser.add_argument("--export-only", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_test"
    if options.export_only:
        return one_export(options.export_only)
    with tempfile.TemporaryDirectory() as folder:
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/benchmark.sqlite3"
        os.environ["VAR_DIR"] = folder
        prepare(options.records)
        measure()
        if options.exports:
            exports()
    return 0


def prepare(records: int) -> None:
    """Migrate an empty database and fill it."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from syncapp.models import RecordLink

    assert not RecordLink.objects.exists(), "this database is in use"
    began = time.perf_counter()
    fill(records)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")
    told = f"{connection.vendor}: {records:,} records filled in"
    print(f"{told} {time.perf_counter() - began:.0f} s", flush=True)


def fill(records: int) -> None:
    """One pair, four syncs and the records, told apart by arithmetic on their number."""
    from django.contrib.auth.models import Group, User
    from django.db import connection
    from django.utils import timezone

    from syncapp.models import AccountPair, Connection, RecordLink, SyncDefinition

    now = timezone.now()
    user = User.objects.create_user("olga", "", "x", is_staff=True)
    user.groups.set(Group.objects.filter(name="operator"))
    sides = {
        side: Connection.objects.create(side=side, name=side.title(), external_id=side)
        for side in ("hubspot", "quickbooks")
    }
    pair = AccountPair.objects.create(**sides)
    syncs = [
        SyncDefinition.objects.create(pair=pair, object_type=name, enabled=True, activated_at=now)
        for name in ("contacts", "invoices", "products", "payments")
    ]
    sqlite = connection.vendor == "sqlite"
    moment = (
        "strftime('%%Y-%%m-%%d %%H:%%M:%%f000', '2026-11-01', '-' || (i * 7) || ' seconds')"
        if sqlite
        else "timestamptz '2026-11-01' - i * interval '7 seconds'"
    )
    day = (
        "date('2026-11-01', '-' || (i %% 1400) || ' days')"
        if sqlite
        else "date '2026-11-01' - (i %% 1400)::int"
    )
    text = "printf('%%07d', i)" if sqlite else "lpad(i::text, 7, '0')"
    party = "printf('%%05d', i %% 20000)" if sqlite else "lpad((i %% 20000)::text, 5, '0')"
    state = (
        "CASE WHEN i %% 20 IN (0, 7) THEN 'failing' WHEN i %% 20 < 5 THEN 'excluded' "
        "WHEN i %% 97 = 1 THEN 'waiting' ELSE 'in_sync' END"
    )
    code = (
        "CASE WHEN i %% 20 IN (0, 7) THEN CASE i %% 3 WHEN 0 THEN 'inv_no_customer' WHEN 1 THEN "
        "'ambiguous_match' ELSE 'inv_period_closed' END WHEN i %% 20 < 5 THEN 'no_email' "
        "WHEN i %% 97 = 1 THEN 'pending' ELSE '' END"
    )
    seen = "'{\"" + "DisplayName" * 40 + '": "x"}\''
    given = {
        "definition_id": f"{syncs[0].pk} + i %% 4",
        "origin": "CASE WHEN i %% 3 = 0 THEN 'quickbooks' ELSE 'hubspot' END",
        "hubspot_id": "CAST(90000000000 + i AS TEXT)" if sqlite else "(90000000000 + i)::text",
        "quickbooks_id": "CAST(i + 1 AS TEXT)" if sqlite else "(i + 1)::text",
        "hubspot_seen": seen if sqlite else f"{seen}::jsonb",
        "quickbooks_seen": seen if sqlite else f"{seen}::jsonb",
        "label": f"'INV-' || {text}",
        "number": f"'INV-' || {text}",
        "party": f"'Customer ' || {party} || ' Limited'",
        "email": "CASE WHEN i %% 4 = 0 THEN 'p' || i || '@example.com' ELSE '' END",
        "document_date": f"CASE WHEN i %% 2 = 1 THEN {day} END",
        "due_date": f"CASE WHEN i %% 2 = 1 THEN {day} END",
        "amount": "CASE WHEN i %% 2 = 1 THEN (i %% 900000) / 100.0 END",
        "currency": "CASE WHEN i %% 2 = 1 THEN 'USD' ELSE '' END",
        "state": state,
        "code": code,
        "failing_since": f"CASE WHEN i %% 20 IN (0, 7) THEN {moment} END",
        "assignee_id": f"CASE WHEN i %% 40 = 0 THEN {user.pk} END",
        "created_at": moment,
        "updated_at": moment,
    }
    columns, parts, params = [], [], []
    for field in RecordLink._meta.concrete_fields:
        if field.primary_key:
            continue
        columns.append(f'"{field.column}"')
        if field.column in given:
            parts.append(given[field.column])
        else:
            value = None if field.null else field.get_default()
            parts.append("%s")
            params.append(field.get_db_prep_save(value, connection))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %s) "
            f'INSERT INTO "{RecordLink._meta.db_table}" ({", ".join(columns)}) '
            f"SELECT {', '.join(parts)} FROM n",
            [records - 1, *params],
        )


def measure() -> None:
    """Ask for each view and print what it took."""
    from django.contrib.auth.models import User
    from django.urls import reverse

    from benchmarks import pages
    from syncapp.models import RecordLink

    base = reverse("admin:syncapp_recordlink_changelist")
    deep = RecordLink.objects.order_by("-updated_at", "-pk").values_list("pk", "updated_at")
    pk, at = deep[min(50_000, deep.count() // 2)]
    cursor = f"{pk}:={at.isoformat()}".replace("+", "%2B")
    views = [(name, base + query.replace("{deep}", cursor)) for name, query in VIEWS]
    pages.measure("view", User.objects.get(username="olga"), views)


def exports() -> None:
    """Exports of few and of many records, each in a process of its own."""
    print(f"\n{'export':32}{'seconds':>8}{'peak MB':>9}", flush=True)
    for count in (10_000, 200_000):
        command = [sys.executable, __file__, "--export-only", str(count)]
        subprocess.run(command, check=True)


def one_export(count: int) -> int:
    """Export some of the records in each format, and say what it took."""
    import django

    django.setup()
    from syncapp.models import RecordLink
    from syncapp.services import exports as service

    last = RecordLink.objects.order_by("pk").values_list("pk", flat=True)[count - 1]
    links = RecordLink.objects.filter(pk__lte=last)
    for format in ("csv", "json", "xlsx"):
        path = Path(os.environ["VAR_DIR"]) / f"records.{format}"
        began = time.perf_counter()
        assert service.write_records(links, service.Target(path, format)) == count
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        took = time.perf_counter() - began
        print(f"{f'{count:,} as {format}':32}{took:>8.1f}{peak:>9.0f}", flush=True)
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
