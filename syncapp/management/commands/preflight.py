"""``manage.py preflight``: is the account pair fit to be synced?"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from syncapp.core.preflight import CATALOGUE, Finding, Severity
from syncapp.management.base import ENDED_EARLY, BadArguments, TandemCommand, choose_pair
from syncapp.models import AccountPair
from syncapp.services import preflight
from syncapp.services.env import real_env
from syncapp.services.preflight import Report

_MARKS = {
    Severity.BLOCKING: "BLOCKING",
    Severity.WARNING: "Warning",
    Severity.INFORMATION: "Note",
}


class Command(TandemCommand):
    """Looks at both accounts, writes to neither."""

    help = "Check both accounts before switching on; exit 1 while a finding blocks a sync."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which pair, and what to look at."""
        self.add_pair(parser)
        parser.add_argument("--pair", dest="account_pair", help="The same as --account-pair.")
        parser.add_argument(
            "--stored", action="store_true", help="Show what the last look found; make no call."
        )
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, print, and exit 1 when something blocks."""
        pair = choose_pair(options["account_pair"])
        report = self._report(pair, stored=options["stored"])
        result = {"account_pair": pair.pk, **report.as_json()}
        self.print_result(result, as_json=options["json"], text=_text(pair, report))
        if report.count(Severity.BLOCKING):
            raise SystemExit(ENDED_EARLY)

    def _report(self, pair: AccountPair, *, stored: bool) -> Report:
        env = real_env()
        if not stored:
            return preflight.carry_out(pair, env=env)
        report = preflight.report(pair, now=env.clock.now())
        if report.checked_at is None:
            raise BadArguments(
                f"{pair} has not been looked at yet: run `manage.py preflight` without --stored."
            )
        return report


def _text(pair: AccountPair, report: Report) -> str:
    calls = sum(report.api_calls.values())
    lines = [f"{pair}: looked at {report.checked_at:%Y-%m-%d %H:%M} UTC with {calls} API calls."]
    for finding in report.findings:
        lines += _lines(finding)
    fine = ", ".join(check.title for check in report.fine)
    return "\n".join([*lines, f"Fine: {fine}."])


def _lines(finding: Finding) -> list[str]:
    check = CATALOGUE[finding.code]
    lines = [f"{_MARKS[finding.severity]}: {check.title}. {finding.sentence}"]
    if finding.severity is not Severity.INFORMATION:
        lines += [f"  Why: {check.why}", f"  Remedy: {check.remedy}", f"  Where: {check.where}"]
    if check.tick and finding.severity is Severity.BLOCKING:
        lines.append("  To confirm it, open the page “Pre-flight” of the account pair.")
    return lines
