"""Objects that an account may lack, or lose: left out with a sentence, taken up again.

Commerce payments may be missing (UNCONFIRMED, apis/hubspot.md 11): invoices are synced without
them then; what was paid still shows in the fields of those from QuickBooks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from syncapp.connectors.base import Connector, Probing
from syncapp.core.plan import because
from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.models import SyncDefinition
from syncapp.services import counts
from syncapp.services.config import load_config
from syncapp.services.context import ActiveSync, RunContext

LOOK_AGAIN_EVERY = timedelta(hours=1)


def absent(
    hosted: Sequence[SyncDefinition], connectors: Mapping[Side, Connector]
) -> dict[str, str]:
    """Which objects that go along an account does not have, and the sentence for it."""
    told: dict[str, str] = {}
    for one in hosted:
        pair = one.object_pair
        for side in pair.optional:
            connector = connectors[side]
            if isinstance(connector, Probing):
                found = connector.feature(pair.type(side))
                if not found.is_available:
                    told[pair.name] = found.says
    fed = {one.object_type: told[by] for one in hosted if (by := one.object_pair.fed_by) in told}
    return told | fed


def leave_out(context: RunContext) -> bool:
    """After a refused call: whether an account has lost an object; the run goes on without it."""
    hosted = [sync.definition for sync in context.syncs if sync.definition.host_id is not None]
    lost = absent(hosted, context.connectors)
    if not lost:
        return False
    now = context.env.clock.now()
    counted: list[int] = []
    with transaction.atomic():
        context.confirm()
        for definition in hosted:
            says = lost.get(definition.object_type)
            if says is None:
                continue
            definition.enabled = False
            _say(definition, says, now)
            status = because("object_absent", detail=says)
            links = definition.links.exclude(state=State.EXCLUDED).exclude(code="outcome_unknown")
            links.update(
                state=status.state.value, code=status.code, params=dict(status.params),
                next_at=None, failing_since=now, updated_at=now,
            )  # fmt: skip
            counted.append(definition.pk)
        counts.refresh(counted, now=now)
    context.syncs = [one for one in context.syncs if one.config.pair.name not in lost]
    return True


def look_again(context: RunContext) -> None:
    """Ask now and then whether what was missing is there by now; then it is synced again."""
    now = context.env.clock.now()
    for host in context.syncs:
        hosted = list(host.definition.hosted.filter(deleted_at=None))
        missing = [one for one in hosted if one.settings.get("absent")]
        asked = [str(one.settings.get("absent_asked_at") or "") for one in missing]
        if not missing or any(
            at and datetime.fromisoformat(at) > now - LOOK_AGAIN_EVERY for at in asked
        ):
            continue
        still = absent(missing, context.connectors)
        found = [one for one in missing if one.object_type not in still]
        with transaction.atomic():
            context.confirm()
            for one in missing:
                one.enabled = one in found
                _say(one, still.get(one.object_type, ""), now)
                if one in found:
                    waiting = one.links.filter(next_at=None).exclude(code="outcome_unknown")
                    waiting.update(next_at=now)
        context.syncs = [*context.syncs, *(ActiveSync(one, load_config(one)) for one in found)]


def _say(definition: SyncDefinition, says: str, now: datetime) -> None:
    definition.settings["absent"] = says
    definition.settings["absent_asked_at"] = now.isoformat()
    definition.save(update_fields=["enabled", "settings", "updated_at"])
