"""``manage.py check_connection``: are the connections alive?"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from syncapp.core.errors import SyncError
from syncapp.core.sides import Side
from syncapp.management.base import ENDED_EARLY, TandemCommand
from syncapp.models import Connection
from syncapp.services import connections
from syncapp.services.env import real_env


class Command(TandemCommand):
    """Asks every connected account who it is."""

    help = "Test every connection with one call each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Only the output form."""
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Test, print, and exit 1 when one is broken."""
        results: list[dict[str, Any]] = []
        for connection in Connection.objects.order_by("pk"):
            problem = ""
            try:
                connections.refresh_details(connection, env=real_env())
            except SyncError as error:
                problem = str(error)
            results.append(
                {
                    "side": connection.side,
                    "id": connection.external_id,
                    "name": connection.name,
                    "ok": not problem,
                    "problem": problem,
                }
            )
        text = "\n".join(
            f"{Side(r['side']).label} {r['name']}: {'ok' if r['ok'] else r['problem']}"
            for r in results
        )
        self.print_result(
            {"connections": results}, as_json=options["json"], text=text or "No connections yet."
        )
        if any(not result["ok"] for result in results):
            raise SystemExit(ENDED_EARLY)
