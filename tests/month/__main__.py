"""The month over HTTP: type it into two simulators, write down what must become of it, compare.

    python -m tests.month enter MONTH --phase prepare --seed 1 --way to_hubspot --country US ...
    python -m tests.month enter MONTH --phase early|month|later ...
    python -m tests.month expect MONTH --out expected.json
    python -m tests.month compare expected.json --status status.json ...

where ``...`` is ``--hubspot URL --quickbooks URL --realm ID --token TOKEN``; ``status.json`` is
what ``manage.py sync_status --json`` prints. ``compare`` ends with 1 when anything differs.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.month import outcome, reading, rules
from tests.month.compare import compare
from tests.month.doors import Books, Portal, over_http
from tests.month.entering import Entering
from tests.month.invent import invent
from tests.month.model import Way
from tests.month.places import COUNTRIES

PHASES = ("prepare", "early", "month", "later")


def main(words: Sequence[str] | None = None) -> int:
    """Run one of the three."""
    chosen = build_parser().parse_args(words)
    if chosen.do == "expect":
        month = pickle.loads(chosen.month.read_bytes())
        rules.expect(month, later=not chosen.before_later).save(chosen.out)
        return 0
    portal = Portal(over_http(chosen.hubspot, chosen.token))
    books = Books(over_http(chosen.quickbooks, chosen.token), f"/v3/company/{chosen.realm}")
    if chosen.do == "enter":
        enter(chosen, portal, books)
        return 0
    report = compare(
        outcome.load(chosen.expected),
        reading.read_hubspot(portal),
        reading.read_quickbooks(books),
        json.loads(chosen.status.read_text()),
    )
    sys.stdout.write(report.text(chosen.most) + "\n")
    return 1 if report.differences else 0


def enter(chosen: argparse.Namespace, portal: Portal, books: Books) -> None:
    """One phase; the month, with the ids it was given, is kept in its file."""
    if chosen.phase == "prepare":
        way = Way(chosen.way)
        month = invent(chosen.seed, size=chosen.size, country=chosen.country, way=way)
    else:
        month = pickle.loads(chosen.month.read_bytes())
    entering = Entering(month, portal, books)
    {
        "prepare": entering.prepare,
        "early": entering.enter_early,
        "month": entering.enter,
        "later": entering.change_later,
    }[chosen.phase]()
    chosen.month.write_bytes(pickle.dumps(month))


def build_parser() -> argparse.ArgumentParser:
    """The arguments."""
    parser = argparse.ArgumentParser(prog="python -m tests.month", description=__doc__)
    both = argparse.ArgumentParser(add_help=False)
    for name in ("--hubspot", "--quickbooks", "--realm", "--token"):
        both.add_argument(name, required=True)
    commands = parser.add_subparsers(dest="do", required=True)
    typed = commands.add_parser("enter", parents=[both])
    typed.add_argument("month", type=Path)
    typed.add_argument("--phase", choices=PHASES, required=True)
    typed.add_argument("--seed", type=int, default=1)
    typed.add_argument("--size", type=int, default=2000)
    typed.add_argument("--country", choices=list(COUNTRIES), default="US")
    typed.add_argument("--way", choices=[way.value for way in Way], default=Way.TO_HUBSPOT.value)
    told = commands.add_parser("expect")
    told.add_argument("month", type=Path)
    told.add_argument("--out", type=Path, required=True)
    told.add_argument("--before-later", action="store_true", help="before the phase `later`")
    compared = commands.add_parser("compare", parents=[both])
    compared.add_argument("expected", type=Path)
    compared.add_argument("--status", type=Path, required=True)
    compared.add_argument("--most", type=int, default=50, help="so many differences are printed")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
