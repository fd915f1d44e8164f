"""The tie-out of a month (S19, B3): ask for it, carry it out, keep it, show it without a call.

Reads both accounts and writes to neither. Why two figures differ is decided in
``core/tie_out.py``; what is read, in ``tie_out_reading.py``.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from syncapp.connectors.base import AssociatingConnector, Connector, DatingConnector
from syncapp.core import dates
from syncapp.core.errors import SyncError
from syncapp.core.money import plain, rounded
from syncapp.core.ports import Env
from syncapp.core.sides import Side
from syncapp.core.tie_out import Figures, Finding, Row, TieOut, tie_out
from syncapp.models import AccountPair
from syncapp.models import TieOut as Statement
from syncapp.services import budgets, connections, tie_out_extras, tie_out_reading
from syncapp.services.tie_out_reading import Month

#: One that began and was never finished: its worker died.
GIVEN_UP = timedelta(minutes=30)
OPEN = (Statement.State.REQUESTED, Statement.State.RUNNING)
_MONTH = re.compile(r"^(\d{4})-(\d{2})$")


class NoSuchMonth(ValueError):
    """It is not a month."""


def month_of(told: str) -> date:
    """The first day of ``YYYY-MM``.

    Raises:
        NoSuchMonth: It is none.
    """
    match = _MONTH.match(told.strip())
    try:
        if match:
            return date(int(match[1]), int(match[2]), 1)
    except ValueError:
        pass
    raise NoSuchMonth(f"“{told}” is not a month: write it as 2026-10.")


def last_day(first: date) -> date:
    """The month's last day."""
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def present_month(pair: AccountPair, *, now: datetime) -> date:
    """The month it is in the company's calendar."""
    return now.astimezone(dates.zone(pair.company_time_zone)).date().replace(day=1)


# -- asking and carrying out


def request(pair: AccountPair, month: date, *, user: Any, now: datetime) -> Statement:
    """Ask for a month; one that is already asked for is not asked for twice."""
    asked = Statement.objects.filter(
        pair=pair, month=month, state__in=OPEN, requested_at__gt=now - GIVEN_UP
    ).first()
    who = user.get_username() if user is not None else ""
    return asked or Statement.objects.create(
        pair=pair, month=month, user=user, who=who, requested_at=now
    )


def waiting() -> list[int]:
    """Those that nobody has begun: the message was lost."""
    asked = Statement.objects.filter(state=Statement.State.REQUESTED)
    return list(asked.order_by("pk").values_list("pk", flat=True))


def carry_out(statement: Statement, *, env: Env) -> Statement:
    """Read both sides and keep the figures; a failure is kept as its detail.

    Raises:
        SyncError: A side could not be reached, or has to be connected again.
    """
    pair = statement.pair
    connectors: dict[Side, Connector] = {}
    statement.state = Statement.State.RUNNING
    statement.save(update_fields=["state"])
    try:
        for side in Side:
            connectors[side] = connections.connector_for(pair.connection(side), env=env)
        made = _compare(pair, statement.month, connectors, tell=_teller(statement))
        statement.figures = figures_json(made)
        statement.state, statement.detail = Statement.State.FINISHED, ""
    except SyncError as error:
        statement.state, statement.detail = Statement.State.FAILED, str(error)
        raise
    except Exception:
        statement.state = Statement.State.FAILED
        statement.detail = "Something went wrong here; the log has the details. Try again."
        raise
    finally:
        statement.progress, statement.finished_at = "", env.clock.now()
        statement.api_calls = {side.value: one.calls for side, one in connectors.items()}
        statement.save()
        for side, one in connectors.items():
            budgets.count_calls(pair.connection(side), one.calls, day=env.clock.now())
    return statement


def _compare(
    pair: AccountPair,
    first: date,
    connectors: Mapping[Side, Connector],
    *,
    tell: Callable[[str], None],
) -> TieOut:
    month = Month(
        pair=pair,
        first=first,
        last=last_day(first),
        connectors={side: cast("DatingConnector", connectors[side]) for side in Side},
        ties=cast("AssociatingConnector", connectors[Side.HUBSPOT]),
        tell=tell,
    )
    cases = [*tie_out_reading.read(month), *tie_out_extras.read(month)]
    tell("Comparing")
    return tie_out(
        cases, first=month.first, last=month.last, coverage=tie_out_reading.coverage(pair)
    )


def _teller(statement: Statement) -> Callable[[str], None]:
    def tell(what: str) -> None:
        statement.progress = what
        statement.save(update_fields=["progress"])

    return tell


# -- showing


def latest(pair: AccountPair, month: date) -> Statement | None:
    """The newest finished one of a month."""
    done = Statement.objects.filter(pair=pair, month=month, state=Statement.State.FINISHED)
    return done.order_by("-pk").first()


def newest(pair: AccountPair, month: date) -> Statement | None:
    """The newest one of a month, however far it is."""
    return Statement.objects.filter(pair=pair, month=month).order_by("-pk").first()


def is_open(statement: Statement, *, now: datetime) -> bool:
    """Whether somebody is, or will be, at it."""
    return statement.state in OPEN and statement.requested_at > now - GIVEN_UP


def months(pair: AccountPair) -> list[Statement]:
    """The newest finished one of each month, the latest month first; without their figures."""
    done = Statement.objects.filter(pair=pair, state=Statement.State.FINISHED).defer("figures")
    newest_of = {one.month: one for one in done.order_by("pk")}
    return [newest_of[month] for month in sorted(newest_of, reverse=True)]


def as_json(statement: Statement) -> dict[str, Any]:
    """One statement for scripts."""
    return {
        "month": f"{statement.month:%Y-%m}",
        "read_at": statement.finished_at.isoformat() if statement.finished_at else None,
        "by": statement.who,
        "api_calls": dict(statement.api_calls),
        **statement.figures,
    }


def figures_json(made: TieOut) -> dict[str, Any]:
    """What is kept of a tie-out."""
    return {
        "ties_out": made.unexplained == 0,
        "explained": made.explained,
        "unexplained": made.unexplained,
        "totals": [_row(row) for row in made.totals],
        "customers": [
            {
                "customer": row.name,
                "key": row.customer,
                **_row(row),
                "findings": [_finding(one, row.currency) for one in row.findings],
            }
            for row in made.rows
        ],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "currency": row.currency,
        **{side.value: _figures(row.sides[side], row.currency) for side in Side},
        "difference": _figures(row.difference, row.currency),
        "explained": row.explained,
        "unexplained": row.unexplained,
    }


def _finding(one: Finding, currency: str) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "label": one.label,
        "link": one.link,
        "ids": {side.value: document.id for side, document in one.documents.items()},
        "dates": {side.value: document.day for side, document in one.documents.items()},
        "code": one.cause.code,
        "reason": one.cause.says,
        "remedy": one.cause.remedy,
        "is_explained": one.cause.is_explained,
        "is_note": one.cause.is_note,
        **{side.value: _figures(one.sides[side], currency) for side in Side},
        "held": {
            side.value: money(document.amount, document.currency)
            for side, document in one.documents.items()
        },
        "difference": _figures(one.difference, currency),
    }


def _figures(told: Figures, currency: str) -> dict[str, Any]:
    return {
        "count": told.count,
        "total": money(told.total, currency),
        "balance": money(told.balance, currency),
        "payments": told.payments,
        "paid": money(told.paid, currency),
    }


def money(value: Decimal, currency: str) -> str:
    """An amount with its currency's digits, and with all it has should it have more.

    >>> money(Decimal("1.5"), "USD"), money(Decimal("0.005"), "USD"), money(Decimal(7), "JPY")
    ('1.50', '0.005', '7')
    """
    exact = rounded(value, currency)
    return format(exact, "f") if exact == value else plain(value)
