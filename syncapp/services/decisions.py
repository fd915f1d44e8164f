"""A person goes past the reason that a record shows: overwrite, accept a removal, post anyway.

The decision answers precisely the reason that was shown; the planner does what it allows, once.
A click never writes to a vendor.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from syncapp.core.invoices.books import Books
from syncapp.core.manual_links import Hindrance
from syncapp.core.money import amount
from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.models import AccountPair, RecordLink
from syncapp.models.figures import money
from syncapp.services import record_log, store
from syncapp.services.config import load_config
from syncapp.services.manual_links import DeedRefused, is_busy


class Decision(StrEnum):
    """What a person may decide about a record that waits for it."""

    SEND_OURS = "send_ours"
    ACCEPT_REMOVAL = "accept_removal"
    POST_ANYWAY = "post_anyway"


#: Which decision goes past which reason.
DECISIONS: Mapping[str, Decision] = {
    "inv_lines_edited_in_qbo": Decision.SEND_OURS,
    "inv_tax_added_in_qbo": Decision.SEND_OURS,
    "inv_customer_changed_in_qbo": Decision.SEND_OURS,
    "inv_payment_removed_in_qbo": Decision.ACCEPT_REMOVAL,
    "inv_possible_duplicate": Decision.POST_ANYWAY,
    "possible_duplicate_payment": Decision.POST_ANYWAY,
}
_TOLD = {
    Decision.SEND_OURS: "HubSpot's version is to be sent over QuickBooks'.",
    Decision.ACCEPT_REMOVAL: "The removal in QuickBooks was accepted; HubSpot is to follow.",
    Decision.POST_ANYWAY: "It is to be posted anyway.",
}


def offered(link: RecordLink) -> Decision | None:
    """The decision that a record waits for, if it is one that can be taken here.

    A removal is accepted at the payment; its invoice only says so, too.
    """
    decision = DECISIONS.get(link.code) if link.state == State.FAILING else None
    is_whole = link.definition.object_type == "invoices"
    return None if decision is Decision.ACCEPT_REMOVAL and is_whole else decision


def seal(link: RecordLink) -> str:
    """A mark of the reason as it stands: a page sends it back with what a person decided."""
    told = json.dumps([link.code, link.params], sort_keys=True, default=str)
    return hashlib.blake2b(told.encode(), digest_size=12).hexdigest()


def why_not(link: RecordLink) -> Hindrance | None:
    """What stands against the decision that a record waits for; None when nothing does."""
    match offered(link):
        case Decision.SEND_OURS:
            return _why_not_sent(link)
        case Decision.ACCEPT_REMOVAL:
            is_mirror = link.origin == Side.QUICKBOOKS.value
            return None if is_mirror else Hindrance.COLLECTED
        case Decision.POST_ANYWAY:
            return _why_not_posted(link)
        case _:
            return Hindrance.NOT_OFFERED


def totals(link: RecordLink) -> tuple[str, str]:
    """What an invoice adds up to in HubSpot and in QuickBooks, as last seen."""
    ours, theirs = store.seen(link, Side.HUBSPOT), store.seen(link, Side.QUICKBOOKS)
    currency = link.currency
    return (
        money(ours.get("hs_amount_billed") or "0", currency),
        money(theirs.get("TotalAmt") or "0", currency),
    )


def decide(link: RecordLink, *, sealed: str, who: str, now: datetime) -> Decision:
    """Have the next run go past the reason that was shown.

    Args:
        link: The record.
        sealed: The seal of the reason the person saw.
        who: The person.
        now: The time.

    Raises:
        DeedRefused: It is not offered (any more), or something stands against it.
    """
    with transaction.atomic():
        row = (
            RecordLink.objects.select_for_update(of=("self",))
            .select_related("definition__pair__quickbooks")
            .get(pk=link.pk)
        )
        decision = offered(row)
        if decision is None or seal(row) != sealed:
            raise DeedRefused(Hindrance.CHANGED)
        if is_busy(row):
            raise DeedRefused(Hindrance.OPEN_WRITE, str(row))
        hindrance = why_not(row)
        if hindrance is not None:
            raise DeedRefused(hindrance)
        text = f"{_TOLD[decision]} The reason was: {row.explanation}"
        row.answered = {"code": row.code, "params": row.params, "by": who, "at": now.isoformat()}
        row.state, row.code, row.params = State.WAITING.value, "pending", {}
        row.refused, row.attempts = {}, 0
        row.next_at = row.retried_at = row.updated_at = now
        row.revision += 1
        row.save(
            update_fields=[
                "answered", "state", "code", "params", "refused", "attempts", "next_at",
                "retried_at", "updated_at", "revision",
            ]
        )  # fmt: skip
        record_log.save([record_log.entry(row, record_log.Kind.PERSON, at=now, who=who, text=text)])
        AccountPair.objects.filter(pk=row.definition.pair_id).run_next(now)
    return decision


def _why_not_sent(link: RecordLink) -> Hindrance | None:
    if not load_config(link.definition).direction.allows(Side.QUICKBOOKS):
        return Hindrance.DIRECTION
    theirs = store.seen(link, Side.QUICKBOOKS)
    if amount(theirs.get("TotalAmt")) != amount(theirs.get("Balance")):
        return Hindrance.PAID
    books = Books.from_details(link.definition.pair.quickbooks.details)
    if books.is_closed(str(theirs.get("TxnDate") or "")):
        return Hindrance.PERIOD_CLOSED
    return None


def _why_not_posted(link: RecordLink) -> Hindrance | None:
    if link.code != "possible_duplicate_payment" or link.parent is None:
        return None
    theirs = store.seen(link.parent, Side.QUICKBOOKS)
    return None if amount(theirs.get("Balance")) > 0 else Hindrance.NOTHING_OPEN
