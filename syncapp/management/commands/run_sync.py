"""``manage.py run_sync``: one run in the foreground, until nothing is due."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.db.models import Q

from syncapp.core.pairs import CHOOSABLE, HIDDEN
from syncapp.management.base import (
    COMMAND_LINE,
    ENDED_EARLY,
    TandemCommand,
    choose_definition,
    choose_pair,
)
from syncapp.models import PendingWrite, SyncDefinition, SyncRun, Trigger
from syncapp.services import brakes, foreground, status
from syncapp.services.env import real_env
from syncapp.services.runs import Scope


class Command(TandemCommand):
    """Reads both sides, writes what differs and says what came of it."""

    help = "Sync now, in the foreground; returns when nothing is due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to run."""
        parser.add_argument("--object", choices=list(CHOOSABLE), help="Only this object.")
        parser.add_argument(
            "--full", action="store_true", help="List both sides anew and notice what is missing."
        )
        parser.add_argument(
            "--approve",
            action="store_true",
            help="Confirm what an earlier run of unusual volume stopped at, and go on.",
        )
        self.add_pair(parser)
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, print, and exit 1 when the run ended early."""
        env = real_env()
        pair = choose_pair(options["account_pair"])
        if options["object"]:
            choose_definition(pair, options["object"])
        objects = (options["object"],) if options["object"] else ()
        if options["approve"]:
            for held in brakes.held_in(pair, objects):
                brakes.approve(held, who=COMMAND_LINE, now=env.clock.now())
        started = env.clock.monotonic()
        scope = Scope(objects=objects, force=True, full=options["full"], sliced=False)
        run = foreground.run_now(pair, env=env, trigger=Trigger.COMMAND, scope=scope)
        result = summary(run, objects)
        result["seconds"] = round(env.clock.monotonic() - started, 3)
        self.print_result(result, as_json=options["json"], text=_text(run, result))
        if run.state != SyncRun.State.FINISHED:
            self.warn(run.detail)
            raise SystemExit(ENDED_EARLY)
        if "held" in result:
            self.warn("Nothing unusual is written unasked: run again with --approve to go on.")
            raise SystemExit(ENDED_EARLY)


def summary(run: SyncRun, objects: tuple[str, ...]) -> dict[str, Any]:
    """The result of a run as ``--json`` prints it."""
    found = SyncDefinition.objects.filter(pair=run.pair, enabled=True, deleted_at=None).exclude(
        object_type__in=HIDDEN
    )
    if objects:
        found = found.filter(Q(object_type__in=objects) | Q(host__object_type__in=objects))
    totals = [status.counts(definition) for definition in found]
    counters = run.counters
    held = [brakes.as_json(one) for one in brakes.held_in(run.pair, objects)]
    return ({"held": held} if held else {}) | {
        "created": counters.get("created", {}),
        "updated": counters.get("updated", {}),
        "linked": counters.get("linked", 0),
        "excluded": sum(c.excluded for c in totals),
        "failing": sum(c.failing for c in totals),
        "waiting": sum(c.waiting for c in totals),
        "api_calls": counters.get("api_calls", {}),
        "open_writes": [
            {
                "record": str(write.link),
                "side": write.side,
                "operation": write.op,
                "due_at": write.due_at.isoformat() if write.due_at else None,
            }
            for write in PendingWrite.objects.filter(
                pair=run.pair, state__in=PendingWrite.OPEN
            ).select_related("link")
        ],
    }


def _text(run: SyncRun, result: dict[str, Any]) -> str:
    created, updated = result["created"], result["updated"]
    lines = [
        f"Created: {created.get('hubspot', 0)} in HubSpot, {created.get('quickbooks', 0)} in "
        f"QuickBooks. Updated: {updated.get('hubspot', 0)} and {updated.get('quickbooks', 0)}. "
        f"Linked: {result['linked']}.",
        f"Failing: {result['failing']}, waiting: {result['waiting']}, "
        f"excluded: {result['excluded']}.",
    ]
    lines += [
        f"Not confirmed yet: {write['operation']} of {write['record']} in {write['side']}, "
        f"looked up at {write['due_at']}."
        for write in result["open_writes"]
    ]
    lines += [f"Stopped: {held['sentence']}" for held in result.get("held", ())]
    if run.state != SyncRun.State.FINISHED:
        lines.append("The run ended early.")
    return "\n".join(lines)
