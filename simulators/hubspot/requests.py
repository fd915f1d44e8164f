"""Reading what a client sent: bodies, lists, limits.

Knows the parameters all CRM endpoints share; must not know what they lead to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from simulators.common.web import SimRequest
from simulators.hubspot import errors
from simulators.hubspot.render import View

MAX_BATCH = 100


def json_body(request: SimRequest) -> dict[str, Any]:
    """The body as an object; numbers with a point stay exact.

    Raises:
        ApiError: 400, not a JSON object.
    """
    raw = request.get_data()
    try:
        body = json.loads(raw or b"{}", parse_float=Decimal)
    except ValueError as error:
        raise errors.invalid(f"Invalid input JSON: {error}") from error
    if not isinstance(body, dict):
        raise errors.invalid("Invalid input JSON: the body must be an object.")
    return body


def inputs(body: Mapping[str, Any], most: int = MAX_BATCH) -> list[dict[str, Any]]:
    """The ``inputs`` of a batch.

    Raises:
        ApiError: 400, missing, malformed or too many.
    """
    found = body.get("inputs")
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise errors.invalid("Invalid input JSON: inputs must be a list of objects.")
    if not found:
        # UNCONFIRMED: the answer to no inputs at all.
        raise errors.invalid("Invalid input JSON: inputs may not be empty.")
    if len(found) > most:
        raise errors.invalid(
            f"Batch size of {len(found)} is greater than the maximum batch size of {most}"
        )
    return found


def properties_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The ``properties`` of a create or update.

    Raises:
        ApiError: 400, missing or malformed.
    """
    found = body.get("properties", {})
    if not isinstance(found, dict):
        raise errors.invalid("Invalid input JSON: properties must be an object.")
    return found


def text_list(raw: Any, name: str) -> list[str]:
    """A list of texts in a body.

    Raises:
        ApiError: 400, anything else.
    """
    if raw is None:
        return []
    if not isinstance(raw, list) or not all(isinstance(one, str) for one in raw):
        raise errors.invalid(f"Invalid input JSON: {name} must be a list of texts.")
    return raw


def names_in_query(request: SimRequest, name: str) -> list[str]:
    """A comma separated list in the query; the parameter may be repeated."""
    return [
        part.strip()
        for value in request.args.getlist(name)
        for part in value.split(",")
        if part.strip()
    ]


def view_of_query(request: SimRequest) -> View:
    """What the query asks to see."""
    return View(
        properties=names_in_query(request, "properties"),
        with_history=names_in_query(request, "propertiesWithHistory"),
        associations=names_in_query(request, "associations"),
        url=True,
    )


def view_of_body(body: Mapping[str, Any]) -> View:
    """What a batch or search asks to see."""
    return View(
        properties=text_list(body.get("properties"), "properties"),
        with_history=text_list(body.get("propertiesWithHistory"), "propertiesWithHistory"),
    )


def is_true(request: SimRequest, name: str) -> bool:
    """A yes/no parameter of the query."""
    return request.args.get(name, "").lower() == "true"


def page_limit(raw: Any, *, default: int, most: int) -> int:
    """A page size.

    Raises:
        ApiError: 400, no number, or out of bounds.
    """
    if raw is None or raw == "":
        return default
    try:
        limit = int(raw)
    except (TypeError, ValueError) as error:
        raise errors.invalid(f"Invalid limit: {raw!r}") from error
    if not 0 < limit <= most:
        raise errors.invalid(f"Invalid limit {limit}: it must be between 1 and {most}.")
    return limit


def next_page(request: SimRequest, after: str) -> dict[str, Any]:
    """The ``paging`` part of an answer to a GET."""
    args = [(k, v) for k, v in request.args.items(multi=True) if k != "after"]
    pairs = "&".join(f"{k}={v}" for k, v in [*args, ("after", after)])
    return {"paging": {"next": {"after": after, "link": f"{request.base_url}?{pairs}"}}}


def text_of(item: Mapping[str, Any], name: str) -> str:
    """A required text (or number) of an input, as text.

    Raises:
        ApiError: 400, missing.
    """
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise errors.invalid(f"Invalid input JSON: some required fields were not set: [{name}]")
    return str(value)


def mapping_of(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A required object of an input.

    Raises:
        ApiError: 400, missing.
    """
    value = item.get(name)
    if not isinstance(value, dict):
        raise errors.invalid(f"Invalid input JSON: some required fields were not set: [{name}]")
    return value


def list_of(item: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """A required list of objects of an input.

    Raises:
        ApiError: 400, missing.
    """
    value = item.get(name)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise errors.invalid(f"Invalid input JSON: some required fields were not set: [{name}]")
    return value
