"""HubSpot's bodies, as apis/hubspot.md gives them."""

from __future__ import annotations

from typing import Any


def contact(record_id: int | str, **properties: Any) -> dict[str, Any]:
    return {
        "id": str(record_id),
        "properties": {"hs_object_id": str(record_id), **properties},
        "createdAt": "2026-01-01T00:00:00.000Z",
        "updatedAt": "2026-11-01T00:00:00.000Z",
        "archived": False,
    }


def batch(*results: Any, errors: tuple[Any, ...] = ()) -> dict[str, Any]:
    body: dict[str, Any] = {"status": "COMPLETE", "results": list(results)}
    if errors:
        body |= {"numErrors": len(errors), "errors": list(errors)}
    return body


def item_error(category: str, message: str, **context: Any) -> dict[str, Any]:
    return {"status": "error", "category": category, "message": message, "context": context}


def invalid(code: str, name: str, message: str) -> dict[str, Any]:
    """A refused value, in the wrapper the API puts around it."""
    inner = (
        f'[{{"isValid":false,"message":"{message}","error":"{code}","name":"{name}",'
        f'"localizedErrorMessage":"{message}","portalId":1}}]'
    )
    return {
        "status": "error",
        "message": f"Property values were not valid: {inner}",
        "correlationId": "aaaa-bbbb",
        "category": "VALIDATION_ERROR",
        "errors": [{"message": message, "code": code, "context": {"propertyName": [name]}}],
    }
