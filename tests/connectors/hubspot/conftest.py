"""A HubSpot connector over played-back answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from syncapp.connectors import hubspot
from syncapp.connectors.base import Connector
from syncapp.connectors.oauth import StaticToken
from syncapp.connectors.rate import MemoryBudgetStore
from tests.connectors.fakes import FakeClock, FakeHttp, make_env

Connect = Callable[..., Connector]


@pytest.fixture
def connect() -> Connect:
    def build(http: FakeHttp, clock: FakeClock | None = None, **more: Any) -> Connector:
        return hubspot.connect(
            make_env(http, clock),
            more.pop("credentials", StaticToken("pat")),
            budget=MemoryBudgetStore(),
            portal_id="123",
            **more,
        )

    return build
