"""Helpers for QuickBooks' cases: recorded bodies, and texts in the vendor's envelope.

Recorded ones are kept as they came (``tests/simulators/quickbooks/recorded``); the others have the
texts of apis/quickbooks.md 10.3. Where no text is known, the message is the name the official list
of codes gives it (UNCONFIRMED as a text; our tables decide by code).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.connectors.quickbooks.bodies import fault

RECORDED = Path(__file__).parents[2] / "simulators/quickbooks/recorded"


def recorded(name: str) -> Any:
    """A body as it was recorded."""
    return json.loads((RECORDED / f"{name}.json").read_text())


def said(code: str, message: str, detail: str = "", element: str | None = None) -> dict[str, Any]:
    """A business fault in the vendor's envelope."""
    more = {} if element is None else {"element": element}
    return fault(code, message, detail or message, **more)
