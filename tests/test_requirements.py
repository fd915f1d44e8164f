"""The gate itself: a mark is checked, an outcome recorded, a gap and a stale page found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import requirements
from tests.proves import proves
from tests.requirements import Test, find_gaps, load_open, load_sections, load_tests, render

ROOT = Path(__file__).parents[1]
SECTIONS = {"reference": {"S1": "One.", "S2": "Two."}, "beyond": {"B1": "More."}}
SUITE = """
import pytest
from tests.proves import proves

@proves("S1")
@pytest.mark.parametrize("number", [1, 2])
def test_good(number):
    pass

@proves("S2", "S3")
@pytest.mark.parametrize("number", [1, 2])
def test_half(number):
    assert number == 1

@pytest.mark.parametrize("number", [
    pytest.param(1, marks=proves("S4")), pytest.param(2, marks=proves("S5")),
])
def test_each(number):
    assert number == 1

@pytest.mark.long
@proves("S6")
def test_long():
    pass

@proves("S7")
class TestClass:
    def test_method(self):
        pass

@pytest.fixture
def broken():
    yield
    raise RuntimeError("afterwards")

@proves("S8")
def test_torn_down(broken):
    pass

def test_of_nothing():
    pass
"""


def run_suite(folder: Path, *options: str) -> Path:
    (folder / "test_it.py").write_text(SUITE)
    (folder / "conftest.py").write_text(
        "def pytest_collection_modifyitems(config, items):\n"
        "    items[:] = [one for one in items if not one.get_closest_marker('long')]\n"
    )
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = long: not run\n")
    file = folder / "proofs" / "run.json"
    command = [
        *(sys.executable, "-m", "pytest", "-p", "tests.proves", "-p", "no:django"),
        *("-p", "no:cacheprovider", "--rootdir", str(folder), "-c", str(folder / "pytest.ini")),
        *("--proofs", str(file), *options, str(folder)),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr  # some tests fail on purpose
    return file


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["one process", "two processes"])
def test_a_run_records_who_proved_what(tmp_path: Path, options: tuple[str, ...]) -> None:
    found = {
        (test.name.partition("::")[2], test.id): (test.is_long, test.passed)
        for test in load_tests([run_suite(tmp_path, *options)])
    }
    assert found == {
        ("test_good", "S1"): (False, True),
        ("test_half", "S2"): (False, False),
        ("test_half", "S3"): (False, False),
        ("test_each", "S4"): (False, True),
        ("test_each", "S5"): (False, False),
        ("test_long", "S6"): (True, False),
        ("TestClass::test_method", "S7"): (False, True),
        ("test_torn_down", "S8"): (False, False),
    }


def test_what_failed_in_one_of_two_runs_is_no_proof(tmp_path: Path) -> None:
    files = []
    for number, outcome in enumerate(["passed", "failed"]):
        files.append(tmp_path / f"{number}.json")
        test = {"ids": ["S1"], "long": False, "outcome": outcome}
        files[-1].write_text(json.dumps({"tests": {"tests/a.py::b": test}}))
    assert [test.passed for test in load_tests(files[:1])] == [True]
    assert [test.passed for test in load_tests(files)] == [False]


@pytest.mark.parametrize("ids", [("S99",), ("S1", "E3.3-nonsense"), ()])
def test_an_unknown_id_is_refused_where_it_is_written(ids: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"not in tests/requirements\.toml"):
        proves(*ids)


PROVEN = [Test("t.py::a", "S1", is_long=False, passed=True)]
CLAIMED = [*PROVEN, Test("t.py::b", "S2", is_long=True, passed=False)]


@pytest.mark.parametrize(
    ("tests", "still_open", "strict", "gaps"),
    [
        (PROVEN, ["S2"], False, []),
        (PROVEN, ["S2"], True, ["S2: no test that passed"]),
        (PROVEN, [], False, ["S2: no test that passed"]),
        (CLAIMED, [], False, ["S2: no test that passed"]),
        (PROVEN, ["S1", "S2"], False, ["S1: a test proves it"]),
        (PROVEN, ["S2", "S3"], False, ["S3: requirements_open.txt names it, but there is no"]),
        (PROVEN, ["S2", "S2"], False, ["S2: requirements_open.txt names it twice"]),
    ],
)
def test_gaps_are_found(tests, still_open, strict, gaps) -> None:
    found = find_gaps(SECTIONS, tests, still_open, strict=strict)
    assert len(found) == len(gaps)
    assert all(one.startswith(gap) for one, gap in zip(found, gaps, strict=True)), found


def test_the_page_lists_every_id_and_its_tests() -> None:
    page = render(SECTIONS, CLAIMED)
    assert "2 of 2 have a test." in page
    assert "| S1 | One. | `t.py` a |" in page
    assert "| S2 | Two. | `t.py` b (long) |" in page
    assert "| B1 | More. | – |" in page


def test_a_stale_page_is_found(tmp_path: Path, monkeypatch, capsys) -> None:
    page = tmp_path / "docs" / "requirements.md"
    page.parent.mkdir()
    monkeypatch.setattr(requirements, "HERE", tmp_path / "tests")
    monkeypatch.setattr(requirements, "TABLE", page)
    run = tmp_path / "run.json"
    tests = {"tests/t.py::a": {"ids": ["S1"], "long": False, "outcome": "passed"}}
    run.write_text(json.dumps({"tests": tests}))
    assert requirements.main([str(run)]) == 0
    requirements.main(["--check", str(run)])
    assert "stale" not in capsys.readouterr().err
    page.write_text(page.read_text() + "by hand")
    assert requirements.main(["--check", str(run)]) == 1
    assert "docs/requirements.md is stale: run `make proofs`" in capsys.readouterr().err


def test_the_list_of_open_ones_names_only_known_ids_once() -> None:
    known = {one for sentences in load_sections().values() for one in sentences}
    still_open = load_open()
    assert set(still_open) <= known
    assert len(set(still_open)) == len(still_open)
    assert load_open("# a\n\nS1\n S2 \n") == ["S1", "S2"]
