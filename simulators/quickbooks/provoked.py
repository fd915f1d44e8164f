"""Faults on purpose that only QuickBooks has.

Knows how to bring them about; when they strike is decided by ``simulators.common.faults``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.common.ledger import PERSON
from simulators.quickbooks import jsontext
from simulators.quickbooks.company import Writer
from simulators.quickbooks.entities.registry import BY_NAME, BY_RESOURCE

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from simulators.common.faults import Fault
    from simulators.common.web import SimRequest
    from simulators.quickbooks.app import QuickBooks

KINDS: dict[str, str] = {
    "throttled": "429 in the vendor's form, whatever the limits say.",
    "expired_token": "The request's access token is past its hour from now on (401).",
    "disconnected": "The company's owner disconnects the app just before (401, invalid_grant).",
    "stale": "Someone saves the objects of this update just before (5010).",
}
_SOMEONE = Writer(PERSON, "Pat Ledger", person_id="9130357849536021")


def bring_about(app: QuickBooks, request: SimRequest, fault: Fault) -> Response | None:
    """Prepare or answer a request that a fault has hit."""
    token = request.headers.get("Authorization", "").partition(" ")[2].strip()
    match fault.kind:
        case "throttled":
            return app.throttled()
        case "expired_token":
            app.grants.expire_access(token)
        case "disconnected":
            for grant in app.grants.standing():
                app.grants.disconnect(grant.id)
        case "stale":
            _save_before(app, request)
    return None


def _save_before(app: QuickBooks, request: SimRequest) -> None:
    """Raise the SyncToken of every object the request is about to update."""
    try:
        body = jsontext.loads(request.get_data())
    except ValueError:
        return
    if not isinstance(body, dict):
        return
    resource = request.path.rsplit("/", 1)[-1]
    targets: list[tuple[str, Any]] = []
    if resource in BY_RESOURCE:
        targets.append((BY_RESOURCE[resource].name, body))
    for item in body.get("BatchItemRequest") or ():
        targets += [(name, part) for name, part in item.items() if name in BY_NAME]
    for name, part in targets:
        found = app.company.find(name, str(part.get("Id", ""))) if isinstance(part, dict) else None
        if found is None:
            continue
        found.token += 1
        found.updated = app.company.now()
        found.modified_by = _SOMEONE.user_name
        found.person_id = _SOMEONE.person_id
        app.company.save(found)
        app.company.note(_SOMEONE, "update", found, found.values)
