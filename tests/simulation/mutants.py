"""Test the tests: one rule of ENGINE 5.6 switched off at a time, or a bug planted by hand.

A mutant is a change of the product's own source text, made in this process only. A text that is
not found fails loudly, so a mutant cannot fall asleep when the code moves on.
"""

from __future__ import annotations

import importlib
import inspect
import textwrap
from collections.abc import Mapping
from typing import Any

from tests.simulation.documents.mutants import DOCUMENTS
from tests.simulation.faults import KINDS
from tests.simulation.mutation import Mutant, Patch

S = "syncapp.services"
#: QuickBooks' unique names cover for several rules: here it takes a name twice.
NAMES_NOT_UNIQUE = Patch(
    "simulators.quickbooks.company:Company.name_holder",
    "for holder in NAME_HOLDERS:",
    "for holder in ():",
)
LATE_AGAIN = {"late_commit": 60, "cut_before": 60}
RULES: Mapping[str, Mutant] = {
    "create_before_listing": Mutant(
        "creates before the other side's list is complete (gate, plan, and the slice that ends)",
        (
            Patch(f"{S}.apply:apply_due", "len(sync.definition.listed) == len(Side)", "True"),
            Patch(f"{S}.facts:facts_of", "listed=sync.definition.listed", "listed=frozenset(Side)"),
            Patch(f"{S}.runs:_round", "        return False\n", "        pass\n"),
            Patch(f"{S}.apply:apply_due", "if context.is_spent:", "if False:"),
            Patch(f"{S}.apply:_write", "if context.is_spent:", "if False:"),
            Patch(
                f"{S}.ingest:_list",
                "        if page.next is None:\n            return True",
                "        return page.next is None",
            ),
        ),
    ),
    "blind_resend": Mutant(
        "an unknown create is sent again without looking, under a new key",
        (
            Patch(
                f"{S}.resolution:_resolve_creates",
                "_find_created(context, sync, side, intents)",
                "{}",
            ),
        ),
    ),
    "no_quiet_time": Mutant(
        "an unknown create is looked up at once; names are not unique",
        (
            NAMES_NOT_UNIQUE,
            Patch(
                f"{S}.intents:quiet_time",
                "if side is Side.QUICKBOOKS",
                "if True or side is Side.QUICKBOOKS",
            ),
        ),
        focus=LATE_AGAIN,
    ),
    "quiet_from_first_send": Mutant(
        "the quiet time counts from the first instead of the last send; names are not unique",
        (
            NAMES_NOT_UNIQUE,
            Patch(
                f"{S}.settlement:Settlement._unknown", "intent.sent_at +", "intent.first_sent_at +"
            ),
            Patch(
                f"{S}.resolution:_send_again",
                "intent.due_at = now +",
                "intent.due_at = intent.first_sent_at +",
            ),
        ),
        focus=LATE_AGAIN,
    ),
    "cursor_before_rows": Mutant(
        "the cursor is saved before the rows it covers",
        (
            Patch(
                f"{S}.ingest:_read_window",
                '        context.env.crash("page_fetched")\n',
                "        for cursor in cursors:\n"
                "            cursor.position, cursor.window = page.server_time, {}\n"
                '            cursor.save(update_fields=["position", "window"])\n'
                '        context.env.crash("page_fetched")\n',
            ),
        ),
    ),
    "no_overlap": Mutant("no overlap with a lagging search", settings={"OVERLAP_SECONDS": 0}),
    "base_from_reread": Mutant(
        "the base is taken from a re-read instead of what was sent",
        (
            Patch(
                f"{S}.settlement:Settlement._advance_base",
                "intent.payload if confirmed else answer",
                "answer",
            ),
        ),
    ),
    "forget_unknown": Mutant(
        "an unknown write is forgotten and planned anew under a new key",
        (
            Patch(
                f"{S}.settlement:Settlement.refused",
                "self._unknown(intent, error)",
                "self.dropped(intent, str(error))",
            ),
        ),
    ),
    "rematch_while_open": Mutant(
        "a half link is matched while a create for its key is open (rule and claim)",
        (
            Patch(f"{S}.facts:_candidate", "busy=link.pk in busy", "busy=False"),
            Patch(f"{S}.facts:matches_of", "busy=True", "busy=False"),
            Patch(f"{S}.apply:_due", ".exclude(pk__in=waiting)", ""),
        ),
    ),
    "create_as_upsert": Mutant(
        "a create in HubSpot is an upsert by marker, also when it is repeated",
        (
            Patch(
                "syncapp.connectors.hubspot.writes:_create_input",
                "    return told",
                '    told |= {"id": item.marker, "idProperty": MARKER}\n    return told',
            ),
            Patch(
                "syncapp.connectors.hubspot.client:HubSpotClient.batch_create",
                "/batch/create",
                "/batch/upsert",
            ),
            Patch(
                f"{S}.resolution:_resolve_creates",
                "_find_created(context, sync, side, intents)",
                "{}",
            ),
        ),
    ),
    "empty_overwrites": Mutant(
        "an empty value overwrites",
        (
            Patch("syncapp.core.merge:_copy", "if is_empty(value):", "if False:"),
            Patch("syncapp.core.merge:_copy", "Keep() if is_empty(converted) else ", ""),
        ),
    ),
    "conflict_not_logged": Mutant(
        "the losing value of a conflict is kept nowhere",
        (Patch(f"{S}.settlement:Settlement._log_conflicts", "if conflicts:", "if False:"),),
    ),
    "gone_is_created": Mutant(
        "a record that is gone is made anew",
        (
            Patch("syncapp.core.planner:plan_record", "if gone is not None:", "if False:"),
            Patch(
                "syncapp.core.planner:plan_record",
                "if link.is_linked:",
                "if link.is_linked and not (link.hubspot.gone or link.quickbooks.gone):",
            ),
            Patch(
                "syncapp.core.planner:_plan_unlinked",
                "link.hubspot is not None else",
                "link.hubspot and not (link.quickbooks and link.hubspot.gone) else",
            ),
        ),
    ),
    "no_permission_asked": Mutant(
        "a write does not ask whether the sync is still on and unchanged",
        (
            Patch(
                f"{S}.outbox:require_permission",
                "if not SyncDefinition",
                "if False and not SyncDefinition",
            ),
        ),
    ),
    "no_look_before": Mutant(
        "HubSpot is written without reading it first, and its history is not read afterwards",
        (
            Patch(f"{S}.rereading:look_before", "if side is not Side.HUBSPOT or", "if True or"),
            Patch(f"{S}.overwritten:read", "if not concerned:", "if True:"),
        ),
    ),
    "moved_is_written": Mutant(
        "a write is sent although its record moved since it was planned",
        (
            Patch(
                f"{S}.outbox:save_intents",
                "if fresh.get(p.link.pk) == p.link.revision",
                "if p.link.pk in fresh",
            ),
        ),
    ),
}

PLANTED: Mapping[str, Mutant] = {
    "planted_matching": Mutant(
        "matching: customers are looked up by their address as it was typed, capitals and all",
        (
            Patch(
                f"{S}.store:_keys",
                "yield side, RecordKey.Purpose.MATCH, value",
                "typed = str(seen(link, side).get('PrimaryEmailAddr.Address'))\n"
                "            known = value if side is Side.HUBSPOT else typed\n"
                "            yield side, RecordKey.Purpose.MATCH, known",
            ),
        ),
    ),
    "planted_merge": Mutant(
        "merge: QuickBooks' change is overlooked when HubSpot's value changed, too",
        (Patch("syncapp.core.merge:merge_field", "case True, False:", "case True, _:"),),
    ),
    "planted_outbox": Mutant(
        "outbox: a call that was cut off is taken for one that was not made",
        (
            Patch(
                f"{S}.outbox:_settle_failure",
                "isinstance(error, errors.RunError | errors.TryLater)",
                "True",
            ),
        ),
    ),
    "planted_cursor": Mutant(
        "cursor: it is set past our own time at the end of the reading, not to the beginning",
        (
            Patch(
                f"{S}.ingest:_read_window",
                'datetime.fromisoformat(window["began_at"])',
                "context.env.clock.now() + overlap",
            ),
        ),
    ),
    "planted_lease": Mutant(
        "lease: the fencing number is not compared",
        (
            Patch(
                f"{S}.leases:confirm",
                "pk=lease.pair_id, lease_owner=lease.owner, lease_epoch=lease.epoch",
                "pk=lease.pair_id",
            ),
        ),
    ),
}
MUTANTS: Mapping[str, Mutant] = {**RULES, **PLANTED, **DOCUMENTS}
#: What mutants need besides their rule, alone: it must violate nothing.
CONTROLS: Mapping[str, Mutant] = {
    "control": Mutant("nothing", (NAMES_NOT_UNIQUE,), focus=LATE_AGAIN),
}


def apply(name: str) -> None:
    """Switch a rule off in this process, or set up a control.

    Raises:
        KeyError: There is no such mutant.
        ValueError: A text it replaces is not there (any more).
    """
    mutant = {**MUTANTS, **CONTROLS}[name]
    for patch in mutant.patches:
        _patch(patch)
    if mutant.settings:
        from django.conf import settings

        settings.SYNC.update(mutant.settings)
    for kind, weight in (mutant.focus or {}).items():
        KINDS[kind] = (*KINDS[kind][:2], weight)


def _patch(patch: Patch) -> None:
    module_name, _, path = patch.where.partition(":")
    module = importlib.import_module(module_name)
    *parents, name = path.split(".")
    holder: Any = module
    for parent in parents:
        holder = getattr(holder, parent)
    function = getattr(holder, name)
    source = getattr(function, "__mutated__", None) or textwrap.dedent(inspect.getsource(function))
    old = patch.old
    if source.count(old) < 1:
        raise ValueError(f"{patch.where} does not hold {old!r}")
    changed = source.replace(old, patch.new)
    space = function.__globals__
    before = space.get(name)
    exec(compile(changed, f"<mutant of {patch.where}>", "exec"), space)
    mutated = space[name]
    mutated.__mutated__ = changed
    if parents:
        if before is None:
            del space[name]
        else:
            space[name] = before
        setattr(holder, name, mutated)
    else:
        _replace_everywhere(function, mutated)


def _replace_everywhere(function: Any, mutated: Any) -> None:
    """Functions that other modules imported by name are replaced there, too."""
    import sys

    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("syncapp."):
            for name, value in list(vars(module).items()):
                if value is function:
                    setattr(module, name, mutated)
