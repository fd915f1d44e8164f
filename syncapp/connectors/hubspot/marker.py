"""The property that marks what we create in HubSpot: made once, checked before it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from syncapp.connectors.caller import Answer
from syncapp.connectors.hubspot.client import HubSpotClient
from syncapp.connectors.hubspot.errors import judge, problem_of
from syncapp.connectors.hubspot.objects import (
    MARKER,
    MARKER_GROUP,
    MARKER_GROUP_LABEL,
    MARKER_LABEL,
    ObjectType,
)
from syncapp.connectors.jsontext import mapping
from syncapp.core.errors import ConfigurationInvalid, OutcomeUnknown, TryLater

_Create = Callable[[str, Mapping[str, object]], Answer]


def prepare(client: HubSpotClient, kind: ObjectType) -> None:
    """Make the property where the type needs one and lacks it. Safe to repeat.

    Raises:
        TryLater: HubSpot has not made it (yet).
        ConfigurationInvalid: There is one of the name that cannot be used.
    """
    if not kind.has_marker or _exists(client, kind):
        return
    group = {"name": MARKER_GROUP, "label": MARKER_GROUP_LABEL}
    _define(client.create_group, kind, group)
    _define(
        client.create_property,
        kind,
        {
            "name": MARKER,
            "label": MARKER_LABEL,
            "description": "Set by Tandem; the same record is never created twice.",
            "groupName": MARKER_GROUP,
            "type": "string",
            "fieldType": "text",
            "hasUniqueValue": True,
        },
    )
    if not _exists(client, kind):
        raise TryLater(f"HubSpot has not made the property {MARKER} yet.", code="temporary")


def _exists(client: HubSpotClient, kind: ObjectType) -> bool:
    answer = client.find_property(kind.slug, MARKER)
    if answer.status == 404:
        return False
    if not answer.ok:
        raise judge(problem_of(answer), writing=False)
    if mapping(answer.json).get("hasUniqueValue") is not True:
        raise ConfigurationInvalid(
            f"HubSpot has a property {MARKER} that does not require unique values. "
            "Delete it; Tandem makes its own.",
            code="marker_unusable",
        )
    return mapping(answer.json).get("archived") is not True


def _define(create: _Create, kind: ObjectType, definition: Mapping[str, object]) -> None:
    """Create a definition; one that is there already is as good, and repeating is harmless."""
    try:
        answer = create(kind.slug, definition)
    except OutcomeUnknown as error:
        raise TryLater(str(error), code="temporary", detail=error.detail) from error
    if answer.is_trouble:
        raise TryLater(
            "HubSpot had trouble of its own.", code="temporary", request_id=answer.request_id
        )
    if not answer.ok and answer.status != 409:
        raise judge(problem_of(answer), writing=False)
