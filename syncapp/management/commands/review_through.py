"""``manage.py review_through``: the day up to which documents wait for an approval (B20)."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from syncapp.core.dates import as_date
from syncapp.management.base import BadArguments, TandemCommand, choose_pair
from syncapp.services import approvals
from syncapp.services.env import real_env
from syncapp.services.setting_changes import COMMAND_LINE


class Command(TandemCommand):
    """Shows, sets or clears it."""

    help = "Show, set or clear the day through which the books of an account pair were reviewed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The pair and the day."""
        self.add_pair(parser)
        group = parser.add_mutually_exclusive_group()
        group.add_argument("--day", help="The last reviewed day, like 2026-10-31.")
        group.add_argument("--clear", action="store_true", help="No period is reviewed any more.")
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Change it if asked, and print it."""
        pair = choose_pair(options["account_pair"])
        day = as_date(options["day"])
        if options["day"] and day is None:
            raise BadArguments(f"{options['day']!r} is not a day. Use the form 2026-10-31.")
        changed = False
        if options["day"] or options["clear"]:
            now = real_env().clock.now()
            changed = approvals.set_reviewed_through(pair, day, who=COMMAND_LINE, now=now)
        told = pair.reviewed_through.isoformat() if pair.reviewed_through else None
        self.print_result(
            {"account_pair": pair.pk, "reviewed_through": told, "changed": changed},
            as_json=options["json"],
            text=f"{pair}: reviewed through {told}." if told else f"{pair}: nothing is reviewed.",
        )
