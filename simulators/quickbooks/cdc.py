"""Change data capture: what was written since a moment, per entity, in the order asked for."""

from __future__ import annotations

from itertools import islice

from simulators.quickbooks import faults, jsontext, times
from simulators.quickbooks.company import Company
from simulators.quickbooks.entities.fields import Entity
from simulators.quickbooks.entities.registry import BY_LOWER_NAME

MOST_OBJECTS = 1000
_LOOK_BACK_SECONDS = 30 * 86400


def answer_text(company: Company, entities: str, changed_since: str) -> str:
    """Return the value of ``CDCResponse`` as JSON text.

    Raises:
        Refusal: an entity without CDC, or a moment that cannot be read.
    """
    wanted = [_entity(name) for name in entities.split(",") if name.strip()]
    if not wanted:
        raise faults.Refusal(faults.missing("entities"))
    # The plus of an offset arrives as a blank when it was not percent-encoded.
    moment = times.parse(changed_since.replace(" ", "+"))
    if moment is None:
        raise faults.Refusal(faults.invalid_date("changedSince", changed_since))
    too_old = moment < company.now() - _LOOK_BACK_SECONDS
    if too_old and company.behaviour.cdc_too_old == "refuse":
        # The error for more than 30 days is UNCONFIRMED.
        raise faults.Refusal(faults.invalid_date("changedSince", changed_since))
    room = MOST_OBJECTS
    answers: list[str] = []
    for entity in wanted:
        if company.behaviour.cdc_cap == "entity":
            room = MOST_OBJECTS
        found = _changed(company, entity, moment, room)
        room -= len(found)
        answers.append(_response(entity, found))
    return f'[{{"QueryResponse":[{",".join(answers)}]}}]'


def _entity(name: str) -> Entity:
    """Names are taken in any case (``estimate`` was recorded)."""
    entity = BY_LOWER_NAME.get(name.strip().lower())
    if entity is None or not entity.in_cdc:
        # What comes for an entity without CDC is UNCONFIRMED.
        raise faults.query_invalid(f"invalid context declaration: {name.strip()}")
    return entity


def _changed(company: Company, entity: Entity, moment: int, room: int) -> list[str]:
    """Return the objects by LastUpdatedTime, deleted ones last; cut without a marker."""
    store = company.store(entity)
    found = [record.json_text() for record in islice(store.updated_since(moment), max(room, 0))]
    for stone in store.tombstones:
        if stone.at >= moment and len(found) < room:
            stub = {
                "status": "Deleted",
                "domain": "QBO",
                "Id": stone.id,
                "MetaData": {"LastUpdatedTime": times.stamp(stone.at)},
            }
            found.append(jsontext.dumps(stub))
    return found


def _response(entity: Entity, found: list[str]) -> str:
    if not found:
        return "{}"
    return (
        f'{{"{entity.name}":[{",".join(found)}],"startPosition":1,"maxResults":{len(found)},'
        f'"totalCount":{len(found)}}}'
    )
