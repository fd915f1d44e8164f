"""HubSpot's error answers.

Knows statuses, categories and texts; must not know when they are due.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

VALIDATION_ERROR = "VALIDATION_ERROR"
OBJECT_NOT_FOUND = "OBJECT_NOT_FOUND"
CONFLICT = "CONFLICT"


class ApiError(Exception):
    """An answer other than success; ``body`` lacks the correlation id."""

    def __init__(
        self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(str(body.get("message", "")))
        self.status = status
        self.body = dict(body)
        self.headers = dict(headers or {})


@dataclass(frozen=True)
class Flaw:
    """One property value that cannot be taken."""

    name: str
    code: str
    message: str


def read_only(name: str) -> Flaw:
    """A property nobody but HubSpot writes."""
    return Flaw(
        name, "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.'
    )


def plain(status: int, message: str) -> ApiError:
    """An error without a category."""
    return ApiError(status, {"status": "error", "message": message})


def categorised(status: int, category: str, message: str, **more: Any) -> ApiError:
    """An error with a category; ``more`` are further fields of the body."""
    body = {"status": "error", "message": message, "category": category, **more}
    return ApiError(status, body)


def invalid(message: str, **more: Any) -> ApiError:
    """400 VALIDATION_ERROR."""
    return categorised(400, VALIDATION_ERROR, message, **more)


def invalid_values(flaws: Sequence[Flaw], portal_id: int) -> ApiError:
    """400 for property values: the documented wrapper around a JSON list."""
    items = [
        {
            "isValid": False,
            "message": flaw.message,
            "error": flaw.code,
            "name": flaw.name,
            "localizedErrorMessage": flaw.message,
            "portalId": portal_id,
        }
        for flaw in flaws
    ]
    text = json.dumps(items, ensure_ascii=False, separators=(",", ":"))
    return invalid(
        f"Property values were not valid: {text}",
        errors=[
            {"message": f.message, "code": f.code, "context": {"propertyName": [f.name]}}
            for f in flaws
        ],
    )


def missing_required(names: Sequence[str], singular: str) -> ApiError:
    """400 for required properties left out. Code UNCONFIRMED."""
    return invalid(
        f"Error creating {singular.upper()}. Some required properties were not set.",
        errors=[
            {
                "message": f"Property {name} is required",
                "code": "MISSING_REQUIRED_PROPERTY",
                "context": {"properties": [name]},
            }
            for name in names
        ],
        context={"properties": list(names)},
    )


def contact_exists(existing_id: str) -> ApiError:
    """409 for an e-mail address that another contact has."""
    return categorised(409, CONFLICT, f"Contact already exists. Existing ID: {existing_id}")


def unique_conflict(name: str, value: str, existing_id: str) -> ApiError:
    """400 for a value of a unique property that another record has.

    UNCONFIRMED: status (some code expects 409) and exact text; the code was met in the wild.
    """
    message = f"Cannot set {name} to {value}: record {existing_id} already has that value."
    return invalid(
        message,
        errors=[
            {
                "message": message,
                "code": "CONFLICTING_UNIQUE_VALUE",
                "context": {"propertyName": [name], "existingObjectId": [existing_id]},
            }
        ],
    )


def not_unique_property(type_id: str, name: str, portal_id: int) -> ApiError:
    """400 for an idProperty that identifies nothing."""
    return invalid(
        f"Unable to perform update/upsert by non-unique {type_id} property {name} in portal ID "
        f"{portal_id}"
    )


def not_found(record_id: str) -> ApiError:
    """404 for one record."""
    if not record_id.isdigit():
        return categorised(
            404,
            OBJECT_NOT_FOUND,
            "Object not found.  objectId are usually numeric.",
            context={"id": [record_id]},
        )
    return plain(404, "resource not found")


def missing_scopes(accepted: Iterable[str]) -> ApiError:
    """403: the token lacks every one of the scopes that would do."""
    message = (
        "This app hasn't been granted all required scopes to make this call. Read more about "
        "required scopes here: https://developers.hubspot.com/scopes."
    )
    return categorised(
        403,
        "MISSING_SCOPES",
        message,
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": list(accepted)},
            }
        ],
        links={"scopes": "https://developers.hubspot.com/scopes"},
    )


def no_authentication() -> ApiError:
    """401: no token, or one nobody knows."""
    return categorised(
        401,
        "INVALID_AUTHENTICATION",
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you "
        "can find more details at "
        "https://developers.hubspot.com/docs/methods/auth/oauth-overview",
    )


def expired_authentication(minutes: int) -> ApiError:
    """401: the access token has run out."""
    return categorised(
        401,
        "EXPIRED_AUTHENTICATION",
        f"The OAuth token used to make this call expired {minutes} minute(s) ago.",
    )


def daily_limit() -> ApiError:
    """429, form 1."""
    return _limited("You have reached your daily limit.", errorType="RATE_LIMIT", policy="DAILY")


def ten_second_limit() -> ApiError:
    """429, form 2."""
    return _limited(
        "You have reached your ten_secondly_rolling limit.",
        errorType="RATE_LIMIT",
        policy="TEN_SECONDLY_ROLLING",
    )


def search_limit() -> ApiError:
    """429, form 3 (search)."""
    return _limited("You have reached your secondly limit.", category="RATE_LIMITS")


def _limited(message: str, policy: str | None = None, **more: Any) -> ApiError:
    body = {"status": "error", "message": message, **more}
    if policy:
        body["policyName"] = policy
    return ApiError(429, body)


def batch_item(error: ApiError, context: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The error as one entry of a 207 answer."""
    item: dict[str, Any] = {"status": "error"}
    for key in ("category", "subCategory", "message", "errors"):
        if key in error.body:
            item[key] = error.body[key]
    item.setdefault("category", VALIDATION_ERROR)
    item["context"] = {**error.body.get("context", {}), **context}
    return item
