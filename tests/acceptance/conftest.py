"""Two empty vendors and a fresh installation per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.harness import HUBSPOT, QUICKBOOKS, Installation, Simulator, make_template
from tests.acceptance.people import Books, Portal


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated data folder that every installation starts from."""
    return make_template(tmp_path_factory.mktemp("acceptance"))


@pytest.fixture(scope="module")
def simulators() -> Iterator[tuple[Simulator, Simulator]]:
    """Both vendors, running for a module's tests."""
    started = (Simulator(HUBSPOT), Simulator(QUICKBOOKS))
    yield started
    for one in started:
        one.stop()


@pytest.fixture
def hubspot(simulators: tuple[Simulator, Simulator]) -> Simulator:
    """An empty HubSpot; its search sees writes at once, so that no test waits for the index."""
    simulators[0].ask("DELETE", "faults")
    simulators[0].ask("POST", "reset", {"empty": True})
    simulators[0].ask("POST", "settings", {"search_lag": 0})
    return simulators[0]


@pytest.fixture
def quickbooks(simulators: tuple[Simulator, Simulator]) -> Simulator:
    """An empty QuickBooks."""
    simulators[1].ask("DELETE", "faults")
    simulators[1].ask("POST", "reset", {"empty": True})
    return simulators[1]


@pytest.fixture
def portal(hubspot: Simulator) -> Portal:
    """Somebody who works in HubSpot with HubSpot's own client."""
    return Portal(hubspot.url)


@pytest.fixture
def books(quickbooks: Simulator, monkeypatch: pytest.MonkeyPatch) -> Books:
    """Somebody who works in QuickBooks with python-quickbooks."""
    # The client's OAuth library refuses plain http unless told otherwise.
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    return Books(quickbooks.url)


@pytest.fixture
def tandem(template: Path, tmp_path: Path) -> Installation:
    """A fresh installation."""
    return Installation(tmp_path / "var", template)
