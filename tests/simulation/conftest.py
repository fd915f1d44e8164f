"""One fresh world per test; the big runs are processes of their own."""

from __future__ import annotations

import pytest

from tests.world import World


@pytest.fixture
def world(transactional_db: None) -> World:
    return World()


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Single calls fill pages of output; failures are told by the assertions."""
    caplog.set_level("WARNING", logger="syncapp")
