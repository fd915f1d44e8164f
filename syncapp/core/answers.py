"""What the answer to a write tells a person, besides that the write happened.

Pure. Such a warning stands in the record's sync activity; it changes no state.
"""

from __future__ import annotations

from collections.abc import Iterable

from syncapp.core.money import number
from syncapp.core.plan import ChangeOp, FieldChange
from syncapp.core.planner import SyncConfig
from syncapp.core.sides import Side
from syncapp.core.values import Values, is_empty

#: A document must be booked at the rate it was sent with (ENGINE 4).
RATE = "ExchangeRate"


def warnings(
    config: SyncConfig,
    side: Side,
    op: ChangeOp,
    changes: Iterable[FieldChange],
    answer: Values,
) -> tuple[str, ...]:
    """The sentences about one answer.

    Args:
        config: The sync.
        side: Who answered.
        op: What was done.
        changes: What was sent.
        answer: What that side holds now, in its own form.
    """
    labels = {mapping.key: mapping.name for mapping in config.mappings}
    told = []
    for change in changes:
        is_plain = isinstance(change.after, str | int) and not is_empty(change.after)
        if change.mapping and is_plain and is_empty(answer.get(change.field)):
            told.append(
                f"{labels.get(change.mapping, change.field)} was sent to {side.label} as "
                f"“{change.after}” and came back empty: {side.label} did not keep it. Look whether "
                f"the field is switched on there; it is sent again when its value changes."
            )
        if change.field == RATE and number(answer.get(RATE)) != number(change.after):
            told.append(
                f"It was sent with the exchange rate {change.after}, and {side.label} booked it at "
                f"{answer.get(RATE) or 1}. Open it in {side.label} and correct the rate."
            )
    if op == ChangeOp.CREATE:
        told += filter(None, [config.pair.warns(side, answer)])
    return tuple(told)
