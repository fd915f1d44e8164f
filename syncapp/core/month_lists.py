"""What an accountant looks at before a month is closed: which reasons belong on which list (B19).

Knows codes of the catalogue and object types. Must not know how records are stored.
"""

from __future__ import annotations

from enum import StrEnum


class Tile(StrEnum):
    """The lists of the month page, in the order in which they stand there."""

    NOT_IN_QUICKBOOKS = "not_in_quickbooks"
    PAYMENTS = "payments_not_posted"
    FAILING = "failing"
    CLOSED_PERIOD = "closed_period"
    WAITING = "waiting"
    EXCLUDED = "excluded"
    TO_BOOK = "to_book"
    FEES = "fees"
    EDITED = "edited"


#: Lists of documents that HubSpot has and QuickBooks lacks, by their object.
ONLY_IN_HUBSPOT = {Tile.NOT_IN_QUICKBOOKS: "invoices", Tile.PAYMENTS: "payments"}
#: Invoices that need not be in QuickBooks: drafts, removed ones, other integrations' ones.
NOT_EXPECTED_INVOICES = frozenset({"inv_draft", "gone", "inv_not_from_hubspot"})
#: Payments that need not be: money that has not arrived, or that QuickBooks keeps itself.
NOT_EXPECTED_PAYMENTS = frozenset(
    {"pay_failed", "pay_processing", "pay_not_from_hubspot", "pay_from_hubspot", "gone"}
)
NOT_EXPECTED = {
    Tile.NOT_IN_QUICKBOOKS: NOT_EXPECTED_INVOICES,
    Tile.PAYMENTS: NOT_EXPECTED_PAYMENTS,
}
#: Held by QuickBooks' closing date, or by the "Reviewed through" day.
CLOSED_PERIOD = frozenset(
    {"inv_period_closed", "pay_period_closed", "period_closed", "approval_period"}
)
#: Refunds, disputes, voids and removals that a person has to book.
TO_BOOK = frozenset(
    {
        "pay_refunded", "pay_lost", "pay_removed_in_hubspot", "inv_void_or_credit",
        "inv_voided_in_qbo", "inv_void_has_payments", "inv_payment_removed_in_qbo",
        "deleted_with_balance",
    }
)  # fmt: skip
#: Edits that are held because of what the month's documents were when it was reported.
EDITED = frozenset({"inv_edited_after_payment", "inv_void_or_credit"})
#: Lists told by their codes alone.
BY_CODE = {Tile.CLOSED_PERIOD: CLOSED_PERIOD, Tile.TO_BOOK: TO_BOOK}
#: Where nothing may be left before a month is called ready without a second thought. What is
#: excluded was somebody's decision; fees are booked by hand, and nobody here knows when.
OPEN = (
    Tile.NOT_IN_QUICKBOOKS, Tile.PAYMENTS, Tile.FAILING, Tile.CLOSED_PERIOD, Tile.WAITING,
    Tile.TO_BOOK,
)  # fmt: skip
