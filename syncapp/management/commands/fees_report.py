"""``manage.py fees_report``: what processors kept of the payments of a period (S25)."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from syncapp.core.invoices.fees import DATED_BY, PAYMENT
from syncapp.core.invoices.payments import processor_words
from syncapp.core.money import shown
from syncapp.management.base import BadArguments, TandemCommand, choose_pair
from syncapp.services import fees
from syncapp.services.fees import Report


class Command(TandemCommand):
    """Reads what was last seen; makes no call."""

    help = "Sum the fees of HubSpot's payments in a period, and say what to book."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which period, and by which date."""
        parser.add_argument("--from", dest="since", required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--to", dest="until", required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--by", choices=sorted(DATED_BY), default=PAYMENT)
        self.add_pair(parser)
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Sum and print."""
        pair = choose_pair(options["account_pair"])
        try:
            since, until = fees.period(options["since"], options["until"])
        except fees.BadPeriod as error:
            raise BadArguments(str(error)) from error
        made = fees.report(pair, since, until, options["by"])
        result = {"account_pair": pair.pk, **made.as_json()}
        self.print_result(result, as_json=options["json"], text=_text(made))


def _text(made: Report) -> str:
    lines = [f"Payments from {made.since} to {made.until}, by {made.by} date:"]
    for one in made.totals:
        told = {
            name: shown(getattr(one, name), one.currency)
            for name in ("gross", "processing", "platform", "refunds", "net", "fees")
        }
        lines += [
            f"{processor_words(one.processor)}: {one.count} payments, gross {told['gross']}, "
            f"processing fees {told['processing']}, platform fees {told['platform']}, "
            f"refunds {told['refunds']}, net {told['net']}.",
            f"  To book: debit fees, credit the clearing account: {told['fees']}.",
        ]
    if not made.totals:
        lines.append("None.")
    for note, some in (("No fee yet", made.without_fee), ("Not paid out", made.without_payout)):
        lines += [
            f"{note}: {line.day} {shown(line.gross, line.currency)} {line.label} ({line.id})."
            for line in some
        ]
    return "\n".join(lines)
