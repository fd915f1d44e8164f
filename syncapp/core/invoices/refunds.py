"""The plan of one refund given in QuickBooks: shown in HubSpot, no money moves (ENGINE 3.5).

Pure.
"""

from __future__ import annotations

from syncapp.core.invoices import notes
from syncapp.core.invoices.facts import Party
from syncapp.core.invoices.gate import party_on
from syncapp.core.plan import RecordPlan, because
from syncapp.core.planner import (
    Facts,
    LinkState,
    Observed,
    SyncConfig,
)
from syncapp.core.reasons import State
from syncapp.core.sides import Side


def plan_refund(
    link: LinkState, config: SyncConfig, facts: Facts, party: Party | None
) -> RecordPlan:
    """Decide one refund receipt and the note that shows it.

    Args:
        link: The refund receipt, and the note once there is one.
        config: The sync.
        facts: What is known of every record.
        party: The customer it names, with its contact.
    """
    if facts.excluded_by is not None:
        who, note = facts.excluded_by
        return RecordPlan(because("by_person", who=who, note=note), base=link.base)
    there = notes.shown_by(link)
    if isinstance(there, RecordPlan):
        return there
    shut = config.shuts_out(Side.QUICKBOOKS, there.values, included=facts.included)
    if not config.direction.allows(Side.HUBSPOT):
        shut = because("direction", side=Side.QUICKBOOKS.label)
    if shut is not None:
        return RecordPlan(shut, base=link.base)
    if link.hubspot is not None:
        return notes.follow(link, config)
    return _show(link, there, config, party)


def _show(link: LinkState, there: Observed, config: SyncConfig, party: Party | None) -> RecordPlan:
    """A new note on the customer's contact."""
    if party is None or party.link is None:
        return RecordPlan(because("refund_no_contact"), base=link.base)
    if party.status is not None and party.status.state is State.EXCLUDED:
        return RecordPlan(because("refund_no_contact"), base=link.base, waits_on=party.link)
    contact = party_on(party, Side.HUBSPOT, "customer")
    if isinstance(contact, RecordPlan):
        return RecordPlan(contact.status, base=link.base, waits_on=contact.waits_on)
    return notes.write(link, there, config, on="contacts", ids=[contact])
