"""What a person has to approve before it is written to QuickBooks (B12, B20, ENGINE 3.3).

Two rules: a document dated in a period that somebody reviewed ("soft close"), and approval before
posting, which a sync asks for by its settings. A plan in, the same plan with its change to
QuickBooks held back out. Must not know who may approve, nor how an answer is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from syncapp.core.invoices.books import Books
from syncapp.core.money import amount, number, rounded, shown
from syncapp.core.pairs.base import ObjectPair
from syncapp.core.plan import Change, RecordPlan, Status, because
from syncapp.core.planner import LinkState, SyncConfig
from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.core.values import Value


class Posting(StrEnum):
    """What of an object waits for an approval before it is posted."""

    NONE = "none"
    ALL = "all"
    ABOVE = "above"


class Why(StrEnum):
    """Why an approval is asked for."""

    PERIOD = "period"
    POSTING = "posting"


@dataclass(frozen=True, slots=True)
class Rule:
    """What is held back.

    Attributes:
        above: With ABOVE: the amount in the company's home currency up to which nothing waits.
        reviewed_through: The last day (``YYYY-MM-DD``) that was reviewed; "" for none.
    """

    posting: Posting = Posting.NONE
    above: Decimal = Decimal(0)
    reviewed_through: str = ""

    @property
    def is_idle(self) -> bool:
        """Whether nothing can be held back."""
        return self.posting is Posting.NONE and not self.reviewed_through


@dataclass(frozen=True, slots=True)
class Document:
    """What a person goes by.

    Attributes:
        dates: Every date the document has or would have, the earliest first.
        amount: The larger of what both sides show.
        home: That in the home currency; None without an amount or without a rate.
    """

    dates: tuple[str, ...] = ()
    amount: Decimal | None = None
    currency: str = ""
    home: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said to exactly this change.

    Attributes:
        is_yes: It may be written; else it was sent back.
    """

    is_yes: bool
    who: str
    note: str = ""


def rule_of(config: SyncConfig, reviewed_through: str) -> Rule:
    """The rule for the records of a sync."""
    name = _option_of(config.pair)
    told = config.options.get(name) or Posting.NONE.value
    return Rule(Posting(str(told)), amount(config.options.get(f"{name}_above")), reviewed_through)


def needs_two_people(options: Mapping[str, Value]) -> bool:
    """Whether who prepared a record may not approve it."""
    return bool(options.get("approval_by_another"))


def _option_of(pair: ObjectPair) -> str:
    """Payments follow the settings of the invoices they belong to, with a rule of their own."""
    return "payment_approval" if pair.host else "approval"


def outbound(plan: RecordPlan) -> Change | None:
    """What a plan would write to QuickBooks; there is one change per side."""
    return next((change for change in plan.changes if change.side is Side.QUICKBOOKS), None)


def document_of(link: LinkState, config: SyncConfig, change: Change, books: Books) -> Document:
    """What a change is about, from both sides as they are: the old date counts like the new."""
    sides = [(side, seen) for side in Side if (seen := link.on(side)) is not None]
    told = [config.pair.summary(side, seen.values) for side, seen in sides]
    totals = [one for part in told if (one := number(part.amount)) is not None]
    total = max(totals, default=None)
    currency = next((part.currency for part in told if part.currency), books.home_currency)
    return Document(
        dates=tuple(sorted({part.document_date for part in told if part.document_date})),
        amount=total,
        currency=currency,
        home=_at_home(total, currency, _rate(link, change), books),
    )


def _rate(link: LinkState, change: Change) -> Decimal | None:
    seen = link.quickbooks.values if link.quickbooks is not None else {}
    return number(change.values.get("ExchangeRate") or seen.get("ExchangeRate")) or None


def _at_home(
    total: Decimal | None, currency: str, rate: Decimal | None, books: Books
) -> Decimal | None:
    if total is None or currency == books.home_currency or not books.is_multicurrency:
        return total
    return None if rate is None else rounded(total * rate, books.home_currency)


def asks(rule: Rule, document: Document) -> tuple[Why, ...]:
    """Why a change to QuickBooks needs an approval; () when it needs none."""
    found = []
    if document.dates and document.dates[0] <= rule.reviewed_through:
        found.append(Why.PERIOD)
    if rule.posting is Posting.ALL or (
        # Without a rate nobody can say that it is small enough.
        rule.posting is Posting.ABOVE and (document.home is None or document.home > rule.above)
    ):
        found.append(Why.POSTING)
    return tuple(found)


def hold(
    plan: RecordPlan, why: tuple[Why, ...], rule: Rule, document: Document, answer: Answer | None
) -> RecordPlan:
    """A plan without its change to QuickBooks, unless exactly that was approved.

    What goes to HubSpot is not held back, and a reason that is failing already stays.
    """
    change = outbound(plan)
    if change is None or not why or (answer is not None and answer.is_yes):
        return plan
    rest = tuple(one for one in plan.changes if one is not change)
    status = plan.status if plan.status.state is State.FAILING else _status(
        why, rule, document, answer
    )  # fmt: skip
    return replace(plan, status=status, changes=rest, held=change)


def _status(why: tuple[Why, ...], rule: Rule, document: Document, answer: Answer | None) -> Status:
    if answer is not None:
        return because("approval_sent_back", who=answer.who, note=answer.note)
    money = "" if document.amount is None else f" ({shown(document.amount, document.currency)})"
    if Why.PERIOD in why:
        return because(
            "approval_period", date=document.dates[0], reviewed=rule.reviewed_through, money=money
        )
    return because("approval_posting", money=money)
