"""What a trouble looks like in the product: one small table, to be edited as codes get their names.

Each row lists every state and code that would be a true answer; a code may differ, the state of the
record may not. Codes of the engine's design are its names in lower case.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.month.model import Trouble


@dataclass(frozen=True)
class Shown:
    """A state with the codes that may stand beside it."""

    state: str
    codes: tuple[str, ...] = ()

    def fits(self, state: str, code: str | None) -> bool:
        return state == self.state and (not self.codes or code in self.codes)


IN_SYNC = Shown("in_sync")
OUTCOMES: dict[Trouble, tuple[Shown, ...]] = {
    Trouble.NONE: (IN_SYNC,),
    Trouble.DRAFT: (Shown("excluded", ("draft", "inv_draft", "filter")),),
    Trouble.BEFORE_START: (Shown("excluded", ("before_start", "filter")),),
    Trouble.OUTSIDE_US: (Shown("failing", ("inv_non_us",)),),
    Trouble.TAX_IN_HUBSPOT: (Shown("failing", ("inv_tax_in_hubspot",)),),
    Trouble.NO_CONTACT: (Shown("failing", ("inv_no_customer",)),),
    Trouble.SEVERAL_CONTACTS: (Shown("failing", ("inv_no_customer", "inv_several_contacts")),),
    Trouble.CONTACT_NOT_LINKED: (Shown("failing", ("inv_no_customer", "dependency")),),
    Trouble.OTHER_CURRENCY: (Shown("failing", ("inv_currency",)),),
    Trouble.BOOKS_CLOSED: (Shown("failing", ("inv_period_closed", "period_closed")),),
    Trouble.NUMBER_IN_USE: (Shown("failing", ("number_in_use", "inv_number_in_use")),),
    Trouble.TOO_MANY_LINES: (Shown("failing", ("inv_shape",)),),
    Trouble.TAXABLE_ITEM: (Shown("failing", ("inv_taxable_item",)),),
    # ENGINE 2.7: a dependency that cannot settle makes its waiters fail, with its link.
    Trouble.NO_CUSTOMER_EMAIL: (Shown("failing", ("dependency", "inv_no_contact")),),
    Trouble.UNKNOWN_CURRENCY: (Shown("failing", ("inv_currency", "invalid_value", "dependency")),),
    Trouble.NO_SKU: (Shown("excluded", ("no_sku",)),),
    Trouble.NO_EMAIL: (Shown("excluded", ("no_email",)),),
    Trouble.LINES_EDITED_IN_QUICKBOOKS: (Shown("failing", ("inv_lines_edited_in_qbo",)),),
    Trouble.PAYMENT_REMOVED_IN_QUICKBOOKS: (Shown("failing", ("inv_payment_removed_in_qbo",)),),
    # ENGINE 3.2: not sent, noted, and overwritten by QuickBooks' next value.
    Trouble.MIRROR_EDITED: (IN_SYNC, Shown("failing", ("edit_in_quickbooks", "inv_edit_in_qbo"))),
    # On the invoice, or on a record of the payment's own while the invoice is in sync.
    Trouble.REFUNDED: (Shown("failing", ("pay_refund_in_hubspot", "refund_in_hubspot")), IN_SYNC),
}
