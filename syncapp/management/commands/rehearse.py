"""``manage.py rehearse contacts``: run a sync in full without a write."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from syncapp.core.pairs import CHOOSABLE
from syncapp.core.reasons import REASONS
from syncapp.core.sides import Side
from syncapp.management.base import (
    COMMAND_LINE,
    ENDED_EARLY,
    TandemCommand,
    choose_definition,
    choose_pair,
)
from syncapp.models import Rehearsal
from syncapp.services import brakes, definitions, foreground, rehearsal
from syncapp.services.env import real_env


class Command(TandemCommand):
    """Reads both sides and says what a run would do; nothing is written in either account."""

    help = "Rehearse a sync: nothing is written in HubSpot or QuickBooks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to rehearse."""
        parser.add_argument("object", nargs="?", default="contacts", choices=list(CHOOSABLE))
        parser.add_argument(
            "--approve",
            action="store_true",
            help="Approve the numbers: for 24 hours a run may write as much, and not more.",
        )
        self.add_pair(parser)
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Rehearse, print, and exit 1 when it failed."""
        env = real_env()
        definition = choose_definition(choose_pair(options["account_pair"]), options["object"])
        document = definitions.export_document(definition)
        waiting = rehearsal.request(definition, document, user=None, env=env)
        foreground.rehearse_now(waiting, env=env)
        if waiting.state != Rehearsal.State.FINISHED:
            self.warn(waiting.detail)
            raise SystemExit(ENDED_EARLY)
        if options["approve"]:
            brakes.approve_rehearsal(waiting, who=COMMAND_LINE, now=env.clock.now())
        self.print_result(waiting.result, as_json=options["json"], text=_text(waiting.result))


def _text(result: dict[str, Any]) -> str:
    lines = [
        "Nothing has been written. A run would",
        f"  link {result['link']} pairs of records,",
        f"  create {result['create']['hubspot']} in HubSpot and {result['create']['quickbooks']} "
        "in QuickBooks,",
        f"  update {result['update']['hubspot']} in HubSpot and {result['update']['quickbooks']} "
        "in QuickBooks.",
    ]
    removed = result["remove"]
    if any(removed.values()):
        lines.append(
            f"Voided or removed: {removed['hubspot']} in HubSpot and {removed['quickbooks']} in "
            "QuickBooks."
        )
    for side, amounts in result["money"].items():
        told = ", ".join(f"{amount} {currency}".strip() for currency, amount in amounts.items())
        lines.append(f"New documents in {Side(side).label}: {told}")
    for title, group in (("Failing", result["failing"]), ("Excluded", result["excluded"])):
        for code, count in group.items():
            category = REASONS[code].category.value if code in REASONS else code
            lines.append(f"{title}: {count} ({category}, {code})")
    for name, count in result["overwritten"].items():
        lines.append(f"Overwritten: {count} values of {name}")
    return "\n".join(lines)
