"""``manage.py sync_status``: every record accounted for."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from syncapp.management.base import TandemCommand, choose_pair
from syncapp.services import status


class Command(TandemCommand):
    """Prints the counts per object; with ``--json`` every record with its reason."""

    help = "Show how many records are in sync, waiting, failing and excluded, and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which pair."""
        self.add_pair(parser)
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print."""
        definitions = status.live_definitions(choose_pair(options["account_pair"]))
        if options["json"]:
            result = {"objects": [status.sync_json(definition) for definition in definitions]}
            self.print_result(result, as_json=True, text="")
            return
        lines = []
        for definition in definitions:
            found = status.counts(definition)
            lines.append(
                f"{definition.object_pair.title} ({definition.direction}): {found.in_sync} in "
                f"sync, {found.waiting} waiting, {found.failing} failing, "
                f"{found.excluded} excluded."
            )
            lines += [
                f"  {row.count} {row.state.value}: {row.code} ({row.category})"
                for row in status.reasons(definition)
                if row.code
            ]
        self.stdout.write("\n".join(lines) or "No sync has been switched on yet.")
