"""A QuickBooks connector over played-back answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from syncapp.connectors import quickbooks
from syncapp.connectors.base import Connector
from syncapp.connectors.oauth import StaticToken
from syncapp.connectors.rate import MemoryBudgetStore
from tests.connectors.fakes import FakeClock, FakeHttp, make_env

Connect = Callable[..., Connector]


@pytest.fixture
def connect() -> Connect:
    def build(http: FakeHttp, clock: FakeClock | None = None, **more: Any) -> Connector:
        return quickbooks.connect(
            make_env(http, clock),
            more.pop("credentials", StaticToken("token")),
            realm_id=more.pop("realm_id", "9130"),
            budget=MemoryBudgetStore(),
            **more,
        )

    return build
