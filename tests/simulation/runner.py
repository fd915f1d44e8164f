"""Plays many seeds on all cores, adds up, prints the figures of ENGINE 5.7, and judges them."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.simulation.kept import Kept
from tests.simulation.outcome import Outcome

OPTIONS = {"SEEDS", "FIRST", "MUTANT", "JSON", "JOBS", "STOP", "LOG", "ONLY", "KEEP", "OBJECTS"}
#: What a scenario is about: contacts alone, or products, invoices and payments besides.
OBJECTS = ("contacts", "documents")
#: Below these a run proves little (issue 4): edits and faults per scenario on average; and from
#: so many seeds on, how often each kind of fault must have struck.
LEAST_EDITS, LEAST_FAULTS = 30, 10
MANY_SEEDS, LEAST_OF_A_KIND = 2000, 50


@dataclass
class Total:
    """The figures of many scenarios."""

    scenarios: int = 0
    seconds: float = 0.0
    hours: float = 0.0
    edits: int = 0
    calls: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    crashed_at: Counter[str] = field(default_factory=Counter)
    violations: dict[int, list[str]] = field(default_factory=dict)
    traces: dict[int, str] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        self.scenarios += 1
        self.hours += outcome.hours
        self.edits += outcome.edits
        self.calls += outcome.calls
        self.faults += outcome.faults
        self.crashed_at += outcome.crashed_at
        self.traces[outcome.seed] = outcome.trace
        if outcome.violations:
            self.violations[outcome.seed] = outcome.violations


def main(arguments: list[str]) -> int:
    """Play what the arguments ask for; the exit code says whether all is well."""
    options = dict(argument.split("=", 1) for argument in arguments if "=" in argument)
    objects = options.get("OBJECTS") or OBJECTS[0]
    if set(options) - OPTIONS or len(options) != len(arguments) or objects not in OBJECTS:
        print(__doc__)
        return 2
    if options.get("LOG"):
        return _tell_one(int(options["LOG"]), options.get("MUTANT", ""), objects)
    first, count = int(options.get("FIRST") or 1), int(options.get("SEEDS") or 100)
    seeds = (
        [int(s) for s in options["ONLY"].split(",")]
        if options.get("ONLY")
        else list(range(first, first + count))
    )
    mutant = options.get("MUTANT", "")
    jobs = int(options.get("JOBS") or min(2, os.cpu_count() or 1))
    kept = Kept(options.get("KEEP", ""), mutant, objects)
    stop = bool(mutant) or bool(options.get("STOP"))
    total = _play_all(seeds, mutant, jobs, kept, objects=objects, stop=stop)
    problems = _report(total, mutant)
    if options.get("JSON"):
        Path(options["JSON"]).write_text(json.dumps(vars(total), indent=1), encoding="utf-8")
    return 1 if problems else 0


def _play_all(
    seeds: list[int], mutant: str, jobs: int, kept: Kept, *, objects: str, stop: bool
) -> Total:
    total = Total(seconds=kept.seconds)
    for outcome in kept.outcomes:
        total.add(outcome)
    left = [seed for seed in seeds if seed not in total.traces]
    before = time.perf_counter()
    for outcome in _outcomes(left, mutant, jobs, objects):
        total.add(outcome)
        now = time.perf_counter()
        kept.add(outcome, now - before)
        total.seconds, before = total.seconds + now - before, now
        if outcome.violations and len(total.violations) <= 20:
            print(f"seed {outcome.seed}:")
            for text in outcome.violations[:6]:
                print(f"  {text}")
            sys.stdout.flush()
        if outcome.violations and stop:
            break
    return total


def _outcomes(seeds: list[int], mutant: str, jobs: int, objects: str) -> Iterator[Outcome]:
    if not seeds:
        return
    one = partial(play, objects=objects)
    if jobs == 1 or len(seeds) == 1:
        begin(mutant)
        yield from map(one, seeds)
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    context = multiprocessing.get_context("spawn")
    with context.Pool(jobs, begin, (mutant,)) as pool:
        yield from pool.imap_unordered(one, seeds)
        pool.terminate()


def begin(mutant: str) -> None:
    """Set this process up, once, with a rule switched off perhaps."""
    from tests.simulation import database

    database.boot()
    gc.freeze()  # a tenth of the time went into looking at objects that stay
    gc.set_threshold(100_000, 50, 50)
    if mutant:
        from tests.simulation.mutants import apply

        apply(mutant)


def play(seed: int, objects: str = OBJECTS[0]) -> Outcome:
    """Play one seed."""
    from tests.simulation import scenario

    return scenario.play(seed, objects=objects)


def _tell_one(seed: int, mutant: str, objects: str) -> int:
    """Tell the story of one seed, line by line."""
    begin(mutant)
    from tests.simulation import scenario

    outcome = scenario.play(seed, objects=objects, log=print)
    for text in outcome.violations:
        print(text)
    return 1 if outcome.violations else 0


def _report(total: Total, mutant: str) -> list[str]:
    """Print the figures; returns what is wrong with them."""
    from syncapp.services.env import CRASH_POINTS
    from tests.simulation.faults import KINDS

    many = max(total.scenarios, 1)
    faults = sum(total.faults.values())
    reached = [point for point in CRASH_POINTS if total.crashed_at[point]]
    print(f"scenarios: {total.scenarios}")
    print(f"scenarios/s: {total.scenarios / max(total.seconds, 0.001):.2f}")
    print(f"simulated hours: {total.hours:.0f}")
    print(f"calls: {total.calls}")
    print(f"user edits: {total.edits} ({total.edits / many:.1f} per scenario)")
    print(f"faults: {faults} ({faults / many:.1f} per scenario)")
    for kind in sorted(KINDS):
        print(f"  {kind}: {total.faults[kind]}")
    print(f"crash points reached / existing: {len(reached)}/{len(CRASH_POINTS)}")
    for point in CRASH_POINTS:
        print(f"  {point}: {total.crashed_at[point]}")
    problems = [f"violations in seed {seed}" for seed in sorted(total.violations)]
    if not mutant:
        problems += _shortfalls(total, faults, reached)
    for problem in problems[:20]:
        print(problem)
    print(f"violations: {len(total.violations)}")
    return problems


def _shortfalls(total: Total, faults: int, reached: list[str]) -> list[str]:
    from syncapp.services.env import CRASH_POINTS
    from tests.simulation.faults import KINDS

    found = []
    if total.scenarios >= 20:
        if total.edits < LEAST_EDITS * total.scenarios:
            found.append(f"fewer than {LEAST_EDITS} user edits per scenario")
        if faults < LEAST_FAULTS * total.scenarios:
            found.append(f"fewer than {LEAST_FAULTS} faults per scenario")
    if total.scenarios >= MANY_SEEDS:
        found += [
            f"{kind} struck {total.faults[kind]} times only"
            for kind in KINDS
            if total.faults[kind] < LEAST_OF_A_KIND
        ]
        found += [f"no crash at {point}" for point in CRASH_POINTS if point not in reached]
    return found
