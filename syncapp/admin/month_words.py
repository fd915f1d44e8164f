"""The words of the month page's lists: what each holds, and what it says when it is empty.

Must not know what is counted, nor the page.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from syncapp.core.month_lists import Tile
from syncapp.services.month_page import Coverage


@dataclass(frozen=True, slots=True)
class TileWords:
    """How a list is called. ``tone`` is that of a list that holds something."""

    title: str | Promise
    help: str | Promise
    clear: str | Promise
    tone: str = "warn"


COVERAGE_WORDS: dict[Coverage, str | Promise] = {
    Coverage.NONE: gettext_lazy(
        "There is no sync of invoices for these accounts, so nothing is known of their documents: "
        "an empty list proves nothing."
    ),
    Coverage.OFF: gettext_lazy(
        "The invoice sync is switched off. The lists hold what was known when it was last on."
    ),
    Coverage.READING: gettext_lazy(
        "The invoices of these accounts are still being read for the first time. The lists are not "
        "complete yet."
    ),
}
TILE_WORDS: dict[Tile, TileWords] = {
    Tile.NOT_IN_QUICKBOOKS: TileWords(
        gettext_lazy("Finalized in HubSpot, not in QuickBooks"),
        gettext_lazy(
            "Invoices that HubSpot has issued and QuickBooks does not hold, whether they wait, "
            "fail or are excluded."
        ),
        gettext_lazy("Every finalized invoice is in QuickBooks."),
        "bad",
    ),
    Tile.PAYMENTS: TileWords(
        gettext_lazy("Payments not posted"),
        gettext_lazy("Money that HubSpot collected and QuickBooks does not hold."),
        gettext_lazy("Every payment that HubSpot collected is in QuickBooks."),
        "bad",
    ),
    Tile.FAILING: TileWords(
        gettext_lazy("Failing"),
        gettext_lazy("Records that cannot be synced before something is corrected."),
        gettext_lazy("Nothing fails."),
        "bad",
    ),
    Tile.CLOSED_PERIOD: TileWords(
        gettext_lazy("Held by a closed period"),
        gettext_lazy(
            "Records that QuickBooks' closing date or the day “Reviewed through” keeps from being "
            "written."
        ),
        gettext_lazy("Nothing is held by a closed period."),
    ),
    Tile.WAITING: TileWords(
        gettext_lazy("Waiting"),
        gettext_lazy("Records on their way, or waiting for another record or for an approval."),
        gettext_lazy("Nothing waits."),
    ),
    Tile.EXCLUDED: TileWords(
        gettext_lazy("Excluded"),
        gettext_lazy("Records that a person, a filter or a rule leaves out of the sync."),
        gettext_lazy("Nothing is left out."),
        "quiet",
    ),
    Tile.TO_BOOK: TileWords(
        gettext_lazy("Refunds, voids and disputes to book"),
        gettext_lazy(
            "What was refunded, disputed, voided or removed on one side and has to be booked by "
            "hand. It stands in the month of its invoice or payment."
        ),
        gettext_lazy("Nothing has to be booked by hand."),
    ),
    Tile.FEES: TileWords(
        gettext_lazy("Fees to book"),
        gettext_lazy(
            "What processors kept of the month's payments; the fees report has the entry to book."
        ),
        gettext_lazy("Processors kept no fees."),
        "info",
    ),
    Tile.EDITED: TileWords(
        gettext_lazy("Edits to the reported month"),
        gettext_lazy(
            "Records that were changed after the month was marked as ready to close, or that ask "
            "for an approval because it was reviewed."
        ),
        gettext_lazy("Nothing was edited after the month was reported."),
    ),
}
