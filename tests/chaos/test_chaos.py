"""A small part of ``make chaos``, run as the program it is; the whole is in docs/reliability.md."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from syncapp.services.env import CRASH_POINTS
from tests.acceptance.harness import ROOT
from tests.chaos import runner
from tests.chaos.crowd import Crowd
from tests.chaos.figures import Figures
from tests.simulation.fields import H, Q


def play(tmp_path: Path, *words: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, figures and the output of a run."""
    file = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", *words, f"JSON={file}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    (figures,) = json.loads(file.read_text())
    return done.returncode, figures, done.stdout + done.stderr


@pytest.mark.slow
def test_i8_a_crash_and_two_killed_workers_change_nothing_on_sqlite(tmp_path: Path) -> None:
    words = ("DATABASE=sqlite", "PARTS=crash,kill", "POINTS=intents_saved:2", "ROUNDS=2")
    code, figures, said = play(tmp_path, *words)
    assert code == 0, said
    assert figures["violations"] == {}
    assert figures["rounds"] == {"undisturbed": 1, "crash": 1, "kill": 2}
    assert figures["crashed_at"] == {"intents_saved": 1}
    assert figures["counts"]["kill"] >= 8, said


@pytest.mark.slow
@pytest.mark.services
@pytest.mark.postgres
@pytest.mark.redis
def test_i8_i9_kills_a_freeze_and_cut_connections_change_nothing_on_postgresql(
    tmp_path: Path,
) -> None:
    words = ("DATABASE=postgres", "PARTS=kill,freeze,cut", "ROUNDS=1")
    code, figures, said = play(tmp_path, *words)
    assert code == 0, said
    assert figures["violations"] == {}
    assert figures["rounds"] == {"undisturbed": 1, "kill": 1, "freeze": 1, "cut": 1}
    assert figures["counts"]["fenced"] == figures["counts"]["redis"] == 1, said


@pytest.mark.long
def test_a_lease_that_is_not_compared_is_found(tmp_path: Path) -> None:
    """The test is tested: without the fence a woken worker writes, and the exit code says so."""
    code, figures, said = play(
        tmp_path, "DATABASE=sqlite", "PARTS=freeze", "ROUNDS=1", "MUTANT=planted_lease"
    )
    assert code == 1, said
    assert figures["counts"].get("fenced", 0) == 0


def test_the_program_knows_the_engines_crash_points() -> None:
    assert runner.crash_points() == list(CRASH_POINTS)


def test_a_run_that_proves_too_little_is_a_failed_run() -> None:
    figures = Figures("sqlite")
    assert runner.shortcomings(figures, {}, list(CRASH_POINTS)) == []
    figures.rounds["crash"] = figures.rounds["freeze"] = 1
    figures.crashed_at["lease_taken"] = 1
    assert runner.shortcomings(figures, {}, ["lease_taken", "page_saved"]) == [
        "sqlite: crash points not reached: page_saved",
        "sqlite: no woken worker met the fence",
    ]
    figures.violations["kill-1"] = ["I1 twice"]
    assert runner.shortcomings(figures, {"POINTS": "lease_taken"}, ["page_saved"]) == [
        "sqlite: promises were broken",
        "sqlite: no woken worker met the fence",
    ]


def test_a_crowd_is_the_same_for_a_seed_and_edits_each_field_on_one_side_only() -> None:
    """What must stand in the end may not depend on timing, or it could not be compared."""
    crowd = Crowd(7)
    assert crowd.deeds == Crowd(7).deeds != Crowd(8).deeds
    edited: dict[tuple[str, str], set[str]] = {}
    for deed in crowd.deeds:
        if not deed.person.contested:
            for name in deed.values:
                edited.setdefault((deed.person.email, name), set()).add(deed.side)
    assert edited
    assert all(len(sides) == 1 for sides in edited.values())
    assert any(deed.person.contested for deed in crowd.deeds)
    assert crowd.creates(H) == sum(H not in person.sides for person in crowd.everybody())
    assert crowd.creates(Q) > 0
