"""What the planner of invoices must know beyond the invoice itself. Gathers nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from syncapp.core.invoices.books import Books
from syncapp.core.invoices.lines import Goods
from syncapp.core.plan import Status
from syncapp.core.sides import Side

#: The items that stand for what has no product (S21).
CUSTOM_ITEM, DISCOUNT_ITEM = "Custom line item", "HubSpot discount"


@dataclass(frozen=True, slots=True)
class Party:
    """A contact or customer that an invoice names.

    Attributes:
        link: Its record link; None for one nobody has seen yet.
        status: The state of its link; None while it is in sync.
        company: Id of the contact's primary company in HubSpot; "" for none.
        currency: The currency of the customer in QuickBooks; "" for the home currency.
        can_be_created: The contact sync would create it on the side that lacks it.
        is_taxable: QuickBooks charges the customer sales tax unless a line says otherwise.
    """

    link: int | None
    label: str
    ids: Mapping[Side, str] = field(default_factory=dict)
    status: Status | None = None
    company: str = ""
    currency: str = ""
    can_be_created: bool = False
    is_taxable: bool = False

    def id_on(self, side: Side) -> str:
        """Its id on a side, "" while it is not there."""
        return self.ids.get(side, "")


@dataclass(frozen=True, slots=True)
class Substitute:
    """An item of ours for what has no product: found, not made yet, or not to be had.

    Attributes:
        problem: Why it cannot be used, in words.
    """

    goods: Goods | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """What is known around one invoice.

    Attributes:
        books: The QuickBooks company's books.
        today: The company's date (``YYYY-MM-DD``).
        parties: Of an invoice in HubSpot its contacts; of one in QuickBooks its customer.
        booked_party: The customer the invoice in QuickBooks names now, with its contact.
        products: ``{line item id: the item it is booked on}`` of lines with a product.
        custom_item: For lines without a product.
        discount_item: For discounts where QuickBooks' own are off.
        number_owner: The invoice in QuickBooks that has this number already.
        twin: An invoice in QuickBooks already that shares a payment, customer and total with it.
        lines_open: Lines of a mirrored invoice that are not written yet.
        lines_failing: Why a line of a mirrored invoice cannot be written.
        explained: What payments, credits and deposits we know of take off its balance.
        payment_removed: Why a payment of it that QuickBooks took back needs a person.
        payments_behind: The invoice was read after the payments: one of them may be new.
        rate: The exchange rate of its date; "" when nobody has said.
    """

    books: Books
    today: str
    parties: tuple[Party, ...] = ()
    booked_party: Party | None = None
    products: Mapping[str, Goods] = field(default_factory=dict)
    custom_item: Substitute = Substitute()
    discount_item: Substitute = Substitute()
    number_owner: str = ""
    twin: str = ""
    lines_open: int = 0
    lines_failing: Status | None = None
    explained: Decimal | None = None
    payment_removed: Status | None = None
    payments_behind: bool = False
    rate: str = ""
