"""Measures how many seeds each mutant needs until it is found, and keeps the table in the docs.

``python -m tests.simulation.measure [SEEDS=500] [ONLY=name,name] [JOBS=2]`` plays seeds from 1 on
with each rule switched off until one of them violates something, keeps what was found in
``found.json`` and writes the table of ``docs/reliability.md``. ``CHECK=1`` plays the seed that is
kept there and, should it not notice any more, a few others; a mutant that is missed then has to be
measured anew. The exit code is 1 when a mutant was not found.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.simulation.documents.mutants import DOCUMENTS
from tests.simulation.mutants import MUTANTS, PLANTED, RULES
from tests.simulation.mutation import Mutant
from tests.simulation.runner import begin, play

ROOT = Path(__file__).resolve().parents[2]
FOUND = Path(__file__).with_name("found.json")
PAGE = ROOT / "docs" / "reliability.md"
NEARBY = 40
BEGIN, END = "<!-- make mutants: begin -->", "<!-- make mutants: end -->"


@dataclass(frozen=True)
class Finding:
    """The first seed that noticed a mutant, and what it violated; seed 0 for none."""

    name: str
    seed: int
    violated: str


def main(arguments: list[str]) -> int:
    """Measure what the arguments ask for; the exit code says whether every mutant was found."""
    options = dict(argument.split("=", 1) for argument in arguments if "=" in argument)
    if set(options) - {"SEEDS", "ONLY", "JOBS", "CHECK"} or len(options) != len(arguments):
        print(__doc__)
        return 2
    names = options["ONLY"].split(",") if options.get("ONLY") else list(MUTANTS)
    if options.get("CHECK"):
        names = [name for name in names if name in kept() and kept()[name].seed]
    if options.get("CHECK"):
        # The engine may have changed since, and with it what a seed plays.
        tasks = [(name, [kept()[name].seed, *range(1, NEARBY + 1)]) for name in names]
    else:
        tasks = [(name, list(range(1, int(options.get("SEEDS") or 500) + 1))) for name in names]
    findings = []
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    context = multiprocessing.get_context("spawn")
    jobs = int(options.get("JOBS") or min(2, os.cpu_count() or 1))
    with context.Pool(jobs, maxtasksperchild=1) as pool:  # a mutated process stays mutated
        for finding in pool.imap(look_for, tasks, chunksize=1):
            findings.append(finding)
            seed = f"seed {finding.seed}: {finding.violated}" if finding.seed else "not found"
            print(f"{finding.name}: {seed}", flush=True)
            if not options.get("CHECK"):
                keep(finding)
    missed = [finding.name for finding in findings if not finding.seed]
    print(f"mutants: {len(findings)}")
    print(f"undetected: {len(missed)}")
    return 1 if missed else 0


def look_for(task: tuple[str, list[int]]) -> Finding:
    """Play the seeds until one notices the mutant; in a process of its own."""
    name, seeds = task
    begin(name)
    for seed in seeds:
        outcome = play(seed, MUTANTS[name].objects)
        if outcome.violations:
            return Finding(name, seed, outcome.violations[0].split()[0].rstrip(":"))
    return Finding(name, 0, f"nothing in {len(seeds)} seeds")


def kept() -> dict[str, Finding]:
    """What was measured last, by mutant."""
    rows = json.loads(FOUND.read_text(encoding="utf-8")) if FOUND.exists() else []
    return {row["name"]: Finding(**row) for row in rows}


def keep(finding: Finding) -> None:
    """Keep a finding, and write the table anew."""
    known = {**kept(), finding.name: finding}
    rows = [asdict(known[name]) for name in MUTANTS if name in known]
    FOUND.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{tables(known)}{END}{after}", encoding="utf-8")


def tables(found: Mapping[str, Finding]) -> str:
    """The tables of the rules and of the planted bugs."""
    return (
        f"\nRules switched off:\n\n{_table(RULES, found)}"
        f"\nBugs planted by hand:\n\n{_table(PLANTED, found)}"
        f"\nRules of documents switched off (`OBJECTS=documents`):\n\n{_table(DOCUMENTS, found)}\n"
    )


def _table(mutants: Mapping[str, Mutant], found: Mapping[str, Finding]) -> str:
    lines = ["| Mutant | What is wrong | Seeds needed | Violated |", "|---|---|---|---|"]
    for name, mutant in mutants.items():
        finding = found.get(name, Finding(name, 0, "not measured"))
        seeds = str(finding.seed or "—")
        lines.append(f"| `{name}` | {mutant.says} | {seeds} | {finding.violated} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
