"""Helpers for HubSpot's cases: the shapes of apis/hubspot.md 4.7, 14.1 and 14.3."""

from __future__ import annotations

from typing import Any

from tests.connectors.hubspot.bodies import invalid as invalid_value


def plain(message: str) -> dict[str, Any]:
    """An error without a category."""
    return {"status": "error", "message": message, "correlationId": "aaaa-bbbb"}


def problem(category: str, message: str) -> dict[str, Any]:
    """An error with a category."""
    return {**plain(message), "category": category}


def invalid(code: str, name: str, message: str) -> dict[str, Any]:
    """A refused value, in the wrapper the API puts around it."""
    return invalid_value(code, name, message)


def partly(error: dict[str, Any]) -> dict[str, Any]:
    """A 207 that wrote nothing: the error of the first input, named by its trace id."""
    return {
        "status": "COMPLETE",
        "results": [],
        "numErrors": 1,
        "errors": [{**error, "context": {"objectWriteTraceId": ["0"]}}],
        "startedAt": "2026-11-02T09:00:00.000Z",
        "completedAt": "2026-11-02T09:00:00.010Z",
    }
