"""``manage.py setting_changes``: who changed which setting, when, from what to what (B12)."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from syncapp.management.base import TandemCommand
from syncapp.models import SettingChange
from syncapp.services.setting_changes import as_json

MOST = 1000


class Command(TandemCommand):
    """Prints the latest changes, the newest first."""

    help = "Print who changed which setting, when, from what to what."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, and how many."""
        parser.add_argument("--who", help="Only what this person changed.")
        parser.add_argument("--limit", type=int, default=MOST, help=f"At most so many ({MOST}).")
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them."""
        found = SettingChange.objects.order_by("-at", "-pk")
        if options["who"]:
            found = found.filter(who=options["who"])
        rows = [as_json(one) for one in found[: max(0, options["limit"])]]
        lines = [
            f"{row['at']}  {row['who']}: {row['what']}: {row['setting']}: {row['before']!r} -> "
            f"{row['after']!r}"
            for row in rows
        ]
        text = "\n".join(lines) or "No setting was changed yet."
        self.print_result({"changes": rows}, as_json=options["json"], text=text)
