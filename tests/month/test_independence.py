"""What judges the product shares no code with it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MODULES = sorted(path for path in HERE.glob("*.py"))
FORBIDDEN = {"syncapp", "config", "django", "celery"}
#: Of the project only these; the simulators only where a world is put together.
ALLOWED = {"tests.month": MODULES, "simulators": [HERE / "worlds.py"]}


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    return names | {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_nothing_of_the_product_is_imported(path: Path) -> None:
    roots = {name.partition(".")[0] for name in imported(path)}
    assert not roots & FORBIDDEN
    if not path.name.startswith("test_"):
        assert all(name.startswith("tests.month") for name in imported(path) if "tests" in name)
    if path not in ALLOWED["simulators"] and not path.name.startswith("test_"):
        assert "simulators" not in roots


def test_nothing_of_the_product_is_loaded_by_the_way() -> None:
    names = [f"tests.month.{path.stem}" for path in MODULES if not path.stem.startswith("test_")]
    program = (
        f"import sys, importlib\nfor name in {names!r}:\n    importlib.import_module(name)\n"
        f"print(sorted({FORBIDDEN!r} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
