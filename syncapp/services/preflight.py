"""The pre-flight of an account pair (S3): look, keep what was seen, confirm, and hold back.

The findings follow from the facts kept and from what people confirmed: showing them makes no
call. Writes to no vendor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from syncapp.connectors.base import Connector
from syncapp.core.errors import ConfigurationInvalid, SyncError
from syncapp.core.planner import SyncConfig
from syncapp.core.ports import Env
from syncapp.core.preflight import CATALOGUE, Check, Facts, Finding, Severity, Tick, blocking
from syncapp.core.preflight import findings as find
from syncapp.core.sides import Direction, Side
from syncapp.models import AccountPair, Preflight, PreflightTick
from syncapp.services import budgets, connections, preflight_facts
from syncapp.services.words import said, title_of, told

#: A sync is switched on only after a look that is not older.
FRESH = timedelta(hours=1)
#: A look that began and was never finished: its worker died.
GIVEN_UP = timedelta(minutes=10)
OPEN = (Preflight.State.REQUESTED, Preflight.State.RUNNING)


class NothingToConfirm(Exception):
    """There is no such finding, or nothing about it to confirm."""


@dataclass(frozen=True, slots=True)
class Report:
    """A pre-flight as it stands.

    Attributes:
        checked_at: None before the first look.
        is_open: A look was asked for and has not come back.
        problem: Why the last look failed; "" when it did not.
        findings: The worst first; () before the first look.
        ticks: ``{code: who confirmed it}``, also of checks that are fine.
    """

    checked_at: datetime | None
    is_open: bool
    problem: str
    api_calls: Mapping[str, int]
    findings: tuple[Finding, ...]
    ticks: Mapping[str, Tick]

    @property
    def fine(self) -> tuple[Check, ...]:
        """The checks that found nothing; () before the first look."""
        if self.checked_at is None:
            return ()
        found = {one.code for one in self.findings}
        return tuple(check for check in CATALOGUE.values() if check.code not in found)

    def count(self, severity: Severity) -> int:
        """How many findings of a severity there are."""
        return sum(1 for one in self.findings if one.severity is severity)

    def concerning(self, object_type: str, direction: Direction) -> tuple[Finding, ...]:
        """What matters to one sync: blocking findings and warnings."""
        return tuple(
            one
            for one in self.findings
            if one.severity is not Severity.INFORMATION and one.concerns(object_type, direction)
        )

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "checked_at": self.checked_at.isoformat() if self.checked_at else None,
            "problem": self.problem,
            "api_calls": dict(self.api_calls),
            "counts": {severity.value: self.count(severity) for severity in Severity},
            "findings": [finding_json(one) for one in self.findings],
            "fine": [check.code for check in self.fine],
        }


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding with all its words."""
    check = CATALOGUE[finding.code]
    tick = finding.tick
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "title": check.title,
        "finding": finding.sentence,
        "why": check.why,
        "remedy": check.remedy,
        "where": check.where,
        "objects": list(finding.objects),
        "only_to": finding.only_to.value if finding.only_to else None,
        "needs_tick": check.tick,
        "ticked": {"who": tick.who, "at": tick.at.isoformat()} if tick else None,
        "checked": finding.is_known,
    }


# -- looking


def request(pair: AccountPair, *, now: datetime) -> Preflight:
    """Ask for a look; what was seen before stays until it is done."""
    row, _is_new = Preflight.objects.get_or_create(pair=pair, defaults={"requested_at": now})
    row.state, row.requested_at = Preflight.State.REQUESTED, now
    row.save(update_fields=["state", "requested_at"])
    return row


def carry_out(pair: AccountPair, *, env: Env) -> Report:
    """Look at both accounts and keep what was seen; a failure is kept as the problem.

    Raises:
        SyncError: A side could not be reached or has to be connected again.
    """
    connectors: dict[Side, Connector] = {}
    row = request(pair, now=env.clock.now())
    row.state, row.detail = Preflight.State.RUNNING, ""
    row.save(update_fields=["state", "detail"])
    try:
        for side in Side:
            connectors[side] = connections.connector_for(pair.connection(side), env=env)
        row.facts = preflight_facts.gather(pair, connectors, env=env).as_json()
        row.state, row.checked_at = Preflight.State.FINISHED, env.clock.now()
    except SyncError as error:
        row.state, row.detail = Preflight.State.FAILED, str(error)
        raise
    except Exception:
        row.state = Preflight.State.FAILED
        row.detail = "Something went wrong here; the log has the details. Try again."
        raise
    finally:
        row.api_calls = {side.value: one.calls for side, one in connectors.items()}
        row.save(update_fields=["facts", "state", "checked_at", "detail", "api_calls"])
        for side, one in connectors.items():
            budgets.count_calls(pair.connection(side), one.calls, day=env.clock.now())
    return report(pair, now=env.clock.now())


def waiting() -> list[int]:
    """Pairs whose look nobody has begun: the message was lost."""
    asked = Preflight.objects.filter(state=Preflight.State.REQUESTED)
    return list(asked.order_by("pk").values_list("pair", flat=True))


# -- showing


def report(pair: AccountPair, *, now: datetime) -> Report:
    """One pair's pre-flight; no calls."""
    return reports([pair], now=now)[pair.pk]


def reports(pairs: Sequence[AccountPair], *, now: datetime) -> dict[int, Report]:
    """``{pair: its pre-flight}``; no calls, and two queries for all of them."""
    rows = {row.pair_id: row for row in Preflight.objects.filter(pair__in=pairs)}
    ticks: dict[int, dict[str, Tick]] = {pair.pk: {} for pair in pairs}
    for tick in PreflightTick.objects.filter(pair__in=pairs):
        ticks[tick.pair_id][tick.code] = Tick(tick.who, tick.at)
    return {pair.pk: _report(pair, rows.get(pair.pk), ticks[pair.pk], now) for pair in pairs}


def _report(
    pair: AccountPair, row: Preflight | None, ticks: Mapping[str, Tick], now: datetime
) -> Report:
    if row is None:
        return Report(None, False, "", {}, (), ticks)
    found: list[Finding] = []
    if row.checked_at is not None:
        # A reconnect may have granted what was missing: that needs no new look.
        known = replace(Facts.from_json(row.facts), **preflight_facts.local(pair))
        found = find(known, ticks)
    return Report(
        checked_at=row.checked_at,
        is_open=row.state in OPEN and row.requested_at > now - GIVEN_UP,
        problem=row.detail if row.state == Preflight.State.FAILED else "",
        api_calls=row.api_calls,
        findings=tuple(found),
        ticks=ticks,
    )


# -- confirming


def tick(pair: AccountPair, code: str, *, user: Any, now: datetime) -> None:
    """Somebody confirms a finding.

    Raises:
        NothingToConfirm: There is nothing to confirm about it.
    """
    PreflightTick.objects.update_or_create(
        pair=pair,
        code=code,
        defaults={
            "user": user,
            "who": user.get_username(),
            "at": now,
            "text": _to_confirm(code),
        },
    )


def withdraw(pair: AccountPair, code: str) -> None:
    """Take a confirmation back.

    Raises:
        NothingToConfirm: There is nothing to confirm about it.
    """
    _to_confirm(code)
    PreflightTick.objects.filter(pair=pair, code=code).delete()


def _to_confirm(code: str) -> str:
    check = CATALOGUE.get(code)
    if check is None or not check.tick:
        raise NothingToConfirm(code)
    return check.tick


# -- holding back


def require(pair: AccountPair, config: SyncConfig, *, env: Env) -> None:
    """Refuse to switch a sync on while a finding blocks it (S3, S26, S27).

    Contacts are judged by what the rows tell; for the others both accounts are looked at, unless
    that was done within the hour.

    Raises:
        ConfigurationInvalid: What stands in the way, and where to read on.
        SyncError: A look was needed, and a side could not be reached.
    """
    object_type, direction = config.pair.name, config.direction
    now = env.clock.now()
    if object_type == "contacts":
        facts = Facts(checked_at=now.isoformat(), **preflight_facts.local(pair))
        ticks = {row.code: Tick(row.who, row.at) for row in pair.preflight_ticks.all()}
        found: Sequence[Finding] = find(facts, ticks)
    else:
        seen = report(pair, now=now)
        if seen.checked_at is None or seen.problem or seen.checked_at < now - FRESH:
            seen = carry_out(pair, env=env)
        found = seen.findings
    stops = blocking(found, object_type, direction)
    if stops:
        reasons = " ".join(f"{said(CATALOGUE[one.code].title)}: {told(one.told)}" for one in stops)
        raise ConfigurationInvalid(
            _(
                "The %(object)s sync cannot be switched on yet. %(reasons)s The page “Pre-flight” "
                "of the account pair says what to do."
            )
            % {"object": title_of(config.pair), "reasons": reasons},
            code="preflight",
        )
