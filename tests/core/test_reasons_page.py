"""docs/reasons.md says what the catalogue says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from syncapp.core.reasons import REASONS

ROOT = Path(__file__).parents[2]


def maker() -> ModuleType:
    """tools/reasons.py, which stands in no package."""
    spec = importlib.util.spec_from_file_location("reasons_page", ROOT / "tools" / "reasons.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_fresh():
    written = (ROOT / "docs" / "reasons.md").read_text(encoding="utf-8")
    assert written == maker().page(), "run: make reasons"


def test_each_code_has_one_row_with_all_its_parts():
    written = (ROOT / "docs" / "reasons.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)`(.*)$", written, re.MULTILINE))
    assert set(rows) == set(REASONS)
    for code, reason in REASONS.items():
        parts = rows[code].split(" | ")
        assert len(parts) == 5, code
        assert reason.fixer.value == parts[3]
        assert reason.retry.value == parts[4].removesuffix(" |")
        assert ("needs a decision" in parts[0]) == reason.needs_decision
