"""Puts what a vendor refused into the words of its reason. Must not decide what comes of it."""

from __future__ import annotations

from collections.abc import Mapping

from syncapp.core import errors
from syncapp.core.pairs.base import ObjectPair
from syncapp.core.planner import SyncConfig
from syncapp.core.sides import Side
from syncapp.models import PendingWrite, SyncDefinition
from syncapp.services import store

#: Codes that many refusals share: what the vendor's words mean in plain ones goes before them.
SAYS_LITTLE = frozenset({"rejected", "invalid_value", "missing_value", "no_permission"})


def params_of(
    config: SyncConfig, side: Side, intent: PendingWrite, error: errors.RecordError
) -> dict[str, str]:
    """What the explanation of a refused write is filled with."""
    said = [str(error)] if error.code in SAYS_LITTLE else []
    words = dict.fromkeys([*said, error.detail or str(error)])
    params = {"side": side.label, "detail": " ".join(words), "field": "a field"}
    if isinstance(error, errors.RecordRejected):
        labels = {m.field(side): m.name for m in config.mappings}
        if error.field:
            params["field"] = labels.get(error.field, "") or error.field
            params["value"] = str(intent.payload.get(error.field) or error.value)
        params["existing_id"] = error.existing_id or "not told"
    unique = config.pair.unique_name
    if unique:
        params["name"] = str(intent.payload.get(unique, ""))
    if config.pair.wording:
        params["wording"] = config.pair.wording
    known = {**store.seen(intent.link, side), **intent.payload}
    email = next(iter(config.pair.match_keys(side, known)), "")
    params["email"] = email
    params["value"] = params.get("value") or email
    return params


def owner_of(definition: SyncDefinition, pair: ObjectPair, params: Mapping[str, str]) -> str:
    """Who holds a display name that QuickBooks says is taken, as far as we know."""
    existing_id = params.get("existing_id", "")
    another = f"another {pair.name_sharers or pair.nouns[Side.QUICKBOOKS]}"
    if existing_id.isdigit():
        link = definition.links.filter(quickbooks_id=existing_id).first()
        if link is not None:
            return f"the {pair.nouns[Side.QUICKBOOKS]} “{link.label}” (id {existing_id})"
        return f"{another} (id {existing_id})"
    return another
