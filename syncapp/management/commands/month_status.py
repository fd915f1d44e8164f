"""``manage.py month_status``: what is open of a month before it is closed (B19)."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from syncapp.core.month_lists import Tile
from syncapp.management.base import ENDED_EARLY, BadArguments, TandemCommand, choose_pair
from syncapp.services import month_page, tie_out
from syncapp.services.env import real_env

TITLES = {
    Tile.NOT_IN_QUICKBOOKS: "Finalized in HubSpot, not in QuickBooks",
    Tile.PAYMENTS: "Payments not posted",
    Tile.FAILING: "Failing",
    Tile.CLOSED_PERIOD: "Held by a closed period",
    Tile.WAITING: "Waiting",
    Tile.EXCLUDED: "Excluded",
    Tile.TO_BOOK: "Refunds, voids and disputes to book",
    Tile.FEES: "Fees to book",
    Tile.EDITED: "Edits to the reported month",
}

COVERAGE = {
    "no_invoice_sync": "There is no sync of invoices, so nothing is known of them.",
    "switched_off": "The invoice sync is switched off: this is what was known last.",
    "being_read": "The accounts are still being read for the first time.",
    "complete": "",
}


class Command(TandemCommand):
    """Reads what is stored; calls nobody and changes nothing."""

    help = "Show what is open of a month, from what is stored; exit 1 while something is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which month of which pair."""
        parser.add_argument("--month", help="The month, as 2026-10; without it the last one.")
        self.add_pair(parser)
        parser.add_argument("--pair", dest="account_pair", help="The same as --account-pair.")
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Count and print; exit 1 while a list that speaks against closing holds something."""
        pair = choose_pair(options["account_pair"])
        now = real_env().clock.now()
        try:
            told = options["month"]
            month = tie_out.month_of(told) if told else month_page.last_month(pair, now=now)
        except tie_out.NoSuchMonth as error:
            raise BadArguments(str(error)) from error
        found = month_page.as_json(month_page.read(pair, month, now=now))
        head = f"{pair}: {found['month']}. {COVERAGE[found['coverage']]}".strip()
        text = "\n".join([head, *map(_text, found["tiles"]), _mark(found)])
        self.print_result(found, as_json=options["json"], text=text)
        if found["open_lists"]:
            raise SystemExit(ENDED_EARLY)


def _text(tile: dict[str, Any]) -> str:
    sums = ", ".join(
        f"{one['object']} {one['count']}" + (f" of {one['amount']} {one['currency']}".rstrip()
                                             if one["amount"] is not None else "")
        for one in tile["lines"]
    )  # fmt: skip
    more = "+" if tile["is_more"] else ""
    return f"  {TITLES[Tile(tile['tile'])]}: {tile['count']}{more}" + (f" ({sums})" if sums else "")


def _mark(found: dict[str, Any]) -> str:
    mark = found["mark"]
    if mark is None:
        return "Nobody has marked it as ready to close."
    return f"{mark['by']} marked it as ready to close at {mark['at']}."
