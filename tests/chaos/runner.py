"""Plays rounds of chaos on each database, adds up, prints the figures and judges them.

    python -m tests.chaos ROUNDS=40 [DATABASE=sqlite|postgres|both] [JSON=FILE]
        [FIRST=1] [PARTS=crash,kill,freeze,cut] [POINTS=name:n,...] [MUTANT=name] [KEEP=1]

ROUNDS is the number of SIGKILL rounds per database; a quarter as many workers are frozen and as
many rounds lose their database. Every crash point is met at its first three passes. The exit code
is 1 when a promise was broken, a point was not reached, or no woken worker met the fence. MUTANT
switches one rule off in the workers (``tests/simulation/mutants.py``); KEEP leaves the files.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.acceptance.harness import ROOT, clean_environment
from tests.chaos.figures import Figures
from tests.chaos.servers import free_port
from tools import with_services

PARTS = ("crash", "kill", "freeze", "cut")
PASSES = 3
LIMIT = 60
#: Each crowd costs an undisturbed round; what happens to it differs by seed anyway.
MOST_CROWDS = 8
OPTIONS = {"ROUNDS", "DATABASE", "JSON", "FIRST", "PARTS", "POINTS", "MUTANT", "KEEP"}
#: Short, so that a round takes seconds; longer than any call here takes, as 300 and 130 s are.
QUICK = {
    "SYNC_LEASE_SECONDS": "1",
    "SYNC_HUBSPOT_UNKNOWN_QUIET_SECONDS": "2",
    "SYNC_QUICKBOOKS_UNKNOWN_QUIET_SECONDS": "2",
    "SYNC_HUBSPOT_POLL_SECONDS": "1",
    "SYNC_QUICKBOOKS_POLL_SECONDS": "1",
}


def main(arguments: list[str]) -> int:
    """Play what the arguments ask for."""
    options = dict(argument.split("=", 1) for argument in arguments if "=" in argument)
    if set(options) - OPTIONS or len(options) != len(arguments):
        print(__doc__)
        return 2
    asked = options.get("DATABASE") or "both"
    databases = ["sqlite", "postgres"] if asked == "both" else [asked]
    found = [_play(database, options) for database in databases]
    points = crash_points()
    for figures in found:
        print("\n".join(figures.lines(len(points))), flush=True)
    if options.get("JSON"):
        text = json.dumps([vars(figures) for figures in found], indent=1)
        Path(options["JSON"]).write_text(text, encoding="utf-8")
    problems = [text for figures in found for text in shortcomings(figures, options, points)]
    print("\n".join(problems))
    return 1 if problems else 0


def shortcomings(figures: Figures, options: dict[str, str], points: list[str]) -> list[str]:
    """What is wrong with the figures: a broken promise, or a run that proves too little."""
    problems = []
    if figures.violations:
        problems.append(f"{figures.database}: promises were broken")
    missing = [point for point in points if not figures.crashed_at[point]]
    if figures.rounds["crash"] and not options.get("POINTS") and missing:
        problems.append(f"{figures.database}: crash points not reached: {', '.join(missing)}")
    if figures.rounds["freeze"] and not figures.counts["fenced"]:
        problems.append(f"{figures.database}: no woken worker met the fence")
    return problems


def crash_points() -> list[str]:
    """The engine's names of its crash points, without setting Django up."""
    text = (ROOT / "syncapp" / "services" / "env.py").read_text(encoding="utf-8")
    listed = text.partition("CRASH_POINTS = (")[2].partition(")")[0]
    return [name for name in listed.split('"') if name.isidentifier()]


def _plan(options: dict[str, str]) -> dict[str, Any]:
    """The rounds in order, ``[kind, seed, ...]``, and by how many different crowds."""
    parts = (options.get("PARTS") or ",".join(PARTS)).split(",")
    count, first = int(options.get("ROUNDS") or 4), int(options.get("FIRST") or 1)
    seeds = range(first, first + count)
    few = range(first, first + max(1, count // 4))
    asked = options.get("POINTS", "")
    passes = (
        [(point, int(n or 1)) for point, _, n in (p.partition(":") for p in asked.split(","))]
        if asked
        else [(point, n + 1) for point in crash_points() for n in range(PASSES)]
    )
    rounds: list[list[Any]] = []
    if "crash" in parts:
        rounds += [["crash", first, point, nth] for point, nth in passes]
    for kind, chosen in (("kill", seeds), ("freeze", few), ("cut", few)):
        if kind in parts:
            rounds += [[kind, seed] for seed in chosen]
    return {"rounds": rounds, "crowds": min(MOST_CROWDS, max(1, count // 4))}


def _play(database: str, options: dict[str, str]) -> Figures:
    """Play all rounds of one database in a process of its own."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="tandem-chaos-"))
        if not options.get("KEEP"):
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        environment = {
            **clean_environment(),
            **QUICK,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "VAR_DIR": str(folder / "var"),
            "SECRET_KEY": "chaos-0123456789-0123456789-0123456789-0123456789-01234567",
            "TANDEM_ENCRYPTION_KEYS": "YWNjZXB0YW5jZS1hY2NlcHRhbmNlLWFjY2VwdGFuY2U=",
            "CHAOS_MUTANT": options.get("MUTANT", ""),
        }
        plan = {**_plan(options), "postgres": "", "redis_port": 0}
        if database == "postgres":
            services = with_services.start_postgres(stack)
            if services is None:
                sys.exit("PostgreSQL is not on this machine: apt-get install postgresql")
            plan["postgres"] = services["DATABASE_URL"]
            plan["redis_port"] = free_port()
            environment["DATABASE_URL"] = services["DATABASE_URL"].replace("/postgres", "/tandem")
            environment["REDIS_URL"] = f"redis://127.0.0.1:{plan['redis_port']}/0"
        command = [sys.executable, "-m", "tests.chaos.play", str(folder), database]
        player = subprocess.Popen([*command, json.dumps(plan)], cwd=ROOT, env=environment)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        try:
            code = player.wait()
        finally:
            player.terminate()
            player.wait(LIMIT)
        figures = Figures(database)
        if code == 0:
            kept = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
            counters = {
                name: Counter(kept.pop(name)) for name in ("rounds", "counts", "crashed_at")
            }
            figures = Figures(**kept, **counters)
        else:
            figures.violations["run"] = [f"it ended with code {code}"]
        return figures
