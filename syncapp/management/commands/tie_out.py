"""``manage.py tie_out``: do both sides hold the same of a month, to the cent?"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from syncapp.core.sides import Side
from syncapp.management.base import ENDED_EARLY, BadArguments, TandemCommand, choose_pair
from syncapp.models import AccountPair, TieOut
from syncapp.services import tie_out
from syncapp.services.env import real_env

Told = dict[str, Any]


class Command(TandemCommand):
    """Reads both accounts, writes to neither."""

    help = "Compare a month on both sides; exit 1 while a difference has no reason."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which month of which pair."""
        parser.add_argument("--month", required=True, help="The month, as 2026-10.")
        self.add_pair(parser)
        parser.add_argument("--pair", dest="account_pair", help="The same as --account-pair.")
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, compare, keep, print; exit 1 when something is unexplained."""
        try:
            month = tie_out.month_of(options["month"])
        except tie_out.NoSuchMonth as error:
            raise BadArguments(str(error)) from error
        pair = choose_pair(options["account_pair"])
        env = real_env()
        now = env.clock.now()
        statement = TieOut.objects.create(
            pair=pair, month=month, state=TieOut.State.RUNNING, who="command line", requested_at=now
        )
        tie_out.carry_out(statement, env=env)
        told = {"account_pair": pair.pk, **tie_out.as_json(statement)}
        self.print_result(told, as_json=options["json"], text=_text(pair, told))
        if not told["ties_out"]:
            raise SystemExit(ENDED_EARLY)


def _text(pair: AccountPair, told: Told) -> str:
    calls = sum(told["api_calls"].values())
    lines = [f"{pair}: {told['month']}, read with {calls} API calls."]
    for total in told["totals"]:
        lines.append(f"All customers, {total['currency']}: {_sums(total)}")
    for row in told["customers"]:
        if row["findings"]:
            lines.append(f"{row['customer']}, {row['currency']}: {_sums(row)}")
            lines += [_finding(one) for one in row["findings"]]
    verdict = "It ties out." if told["ties_out"] else "It does not tie out."
    lines.append(
        f"{verdict} Differences explained: {told['explained']}, unexplained: {told['unexplained']}."
    )
    return "\n".join(lines)


def _sums(row: Told) -> str:
    parts = []
    for side in Side:
        held = row[side.value]
        parts.append(
            f"{side.label} {held['count']} invoices of {held['total']}, open {held['balance']}, "
            f"{held['payments']} payments of {held['paid']}"
        )
    apart = row["difference"]
    return "; ".join([*parts, f"apart {apart['total']}, {apart['balance']}, {apart['paid']}."])


def _finding(one: Told) -> str:
    mark = "Note" if one["is_note"] else "Explained" if one["is_explained"] else "UNEXPLAINED"
    return (
        f"  {mark}: {one['kind']} {one['label'] or '/'.join(one['ids'].values())}. {one['reason']}"
    )
