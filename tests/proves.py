"""``@proves("S16")``: which requirement a test proves, and the record of what passed.

A test carries the ids of ``tests/requirements.toml`` that would be untrue if it failed. With
``--proofs=FILE`` the run writes down which tests carry which ids and what came of each; the table
in ``docs/requirements.md`` and the gate in CI are made of that (``tests/requirements.py``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.requirements import load_sentences

PROPERTY = "proves"
#: From good to bad: a test of several phases or parameters is as good as its worst.
OUTCOMES = ("not run", "passed", "skipped", "failed")


def proves(*ids: str) -> pytest.MarkDecorator:
    """Say which requirements a test, a class, a module or a parameter set proves."""
    known = load_sentences()
    unknown = [one for one in ids if one not in known]
    if unknown or not ids:
        raise ValueError(f"not in tests/requirements.toml: {', '.join(unknown) or 'no id given'}")
    return pytest.mark.proves(*ids)


def claimed(item: pytest.Item) -> list[str]:
    """The ids a collected test carries, its class's and module's too."""
    return sorted({one for mark in item.iter_markers(PROPERTY) for one in mark.args})


class Proofs:
    """Gathers the tests that carry ids, and their outcomes, over all test processes."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.tests: dict[str, dict[str, Any]] = {}

    # First, so that tests which this run leaves out are known, too.
    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            if ids := claimed(item):
                item.user_properties.append((PROPERTY, item.nodeid))
                self.tests[item.nodeid] = {
                    "ids": ids,
                    "long": item.get_closest_marker("long") is not None,
                    "outcome": "not run",
                }

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # From the reports: with xdist the tests run in other processes.
        for nodeid in (value for name, value in report.user_properties if name == PROPERTY):
            if report.when == "call" or report.outcome != "passed":
                held = self.tests.setdefault(str(nodeid), {"outcome": "not run"})
                held["outcome"] = worst(held["outcome"], report.outcome)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[PROPERTY] = {
                nodeid: {**test, "outcome": "not run"} for nodeid, test in self.tests.items()
            }
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps({"tests": self.tests}, indent=1, sort_keys=True))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        for nodeid, test in (getattr(node, "workeroutput", None) or {}).get(PROPERTY, {}).items():
            held = self.tests.setdefault(nodeid, {"outcome": "not run"})
            self.tests[nodeid] = {**test, "outcome": held["outcome"]}


def worst(one: str, other: str) -> str:
    """The worse of two outcomes."""
    return max(one, other, key=OUTCOMES.index)


def pytest_addoption(parser: pytest.Parser) -> None:
    # Give it with an equals sign: pytest would take a file that is there for a path of tests.
    parser.addoption("--proofs", metavar="FILE", help="write down which tests proved what")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "proves(*ids): the requirements of tests/requirements.toml a test proves"
    )
    if config.getoption("--proofs"):
        config.pluginmanager.register(Proofs(Path(config.getoption("--proofs"))), "proofs")
