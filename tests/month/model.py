"""What a month consists of: customers, products, invoices, credit notes, payments.

Values only; ids and numbers are filled in when the month is entered into a simulator.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tests.month.money import ZERO, cents, line_amount, percentage, total


class Way(StrEnum):
    """The direction of the month; ``born`` is where its invoices are made."""

    TO_HUBSPOT = "to_hubspot"
    TO_QUICKBOOKS = "to_quickbooks"


class Trouble(StrEnum):
    """Why a record is not to end in sync, in plain words. ``reasons.py`` has the codes."""

    NONE = ""
    DRAFT = "it is a draft"
    BEFORE_START = "it was created before the sync began"
    OUTSIDE_US = "QuickBooks wants a tax code on every line"
    TAX_IN_HUBSPOT = "it carries tax in HubSpot"
    NO_CONTACT = "it has no billing contact"
    SEVERAL_CONTACTS = "it has several billing contacts"
    CONTACT_NOT_LINKED = "its contact has no customer"
    OTHER_CURRENCY = "its currency is not the customer's"
    BOOKS_CLOSED = "its date lies in a closed period"
    NUMBER_IN_USE = "another document has its number"
    TOO_MANY_LINES = "it has more than 750 lines"
    TAXABLE_ITEM = "a line's item is taxable in QuickBooks"
    NO_CUSTOMER_EMAIL = "its customer has no e-mail address, so there is no contact"
    UNKNOWN_CURRENCY = "its currency is not set up in HubSpot"
    NO_SKU = "it has no SKU"
    NO_EMAIL = "it has no e-mail address"
    LINES_EDITED_IN_QUICKBOOKS = "its lines were edited in QuickBooks, but it is HubSpot's"
    PAYMENT_REMOVED_IN_QUICKBOOKS = "its payment was removed in QuickBooks, but it is HubSpot's"
    MIRROR_EDITED = "its mirror in HubSpot was edited, which is not sent"
    REFUNDED = "the refund is to be recorded in QuickBooks"


class Fate(StrEnum):
    """What becomes of a payment after it was entered."""

    KEPT = "kept"
    EDITED = "edited"
    DELETED = "deleted"
    VOIDED = "voided"


@dataclass(eq=False)
class Party:
    """Somebody who buys: a contact in HubSpot, a customer in QuickBooks."""

    key: str
    name: str  # the display name in QuickBooks
    given: str
    family: str
    company: str
    email: str
    currency: str
    hubspot_id: str = ""
    quickbooks_id: str = ""

    @property
    def trouble(self) -> Trouble:
        return Trouble.NONE if self.email else Trouble.NO_EMAIL


@dataclass(eq=False)
class Product:
    """Something that is sold. ``double`` and ``inactive`` are said of the QuickBooks item."""

    key: str
    name: str
    sku: str
    price: Decimal
    in_hubspot: bool = True
    in_quickbooks: bool = True
    taxable: bool = False
    inactive: bool = False
    double: bool = False
    hubspot_id: str = ""
    quickbooks_id: str = ""

    @property
    def trouble(self) -> Trouble:
        return Trouble.NONE if self.sku else Trouble.NO_SKU

    @property
    def is_matched(self) -> bool:
        """Whether exactly one active item of the other side has its SKU."""
        both = self.in_hubspot and self.in_quickbooks
        return bool(self.sku) and both and not (self.inactive or self.double)


@dataclass(eq=False)
class Line:
    """A line of a sale. Without a product it is written by hand (HubSpot only)."""

    product: Product | None
    name: str
    description: str
    quantity: Decimal
    price: Decimal
    percent_off: Decimal = ZERO
    amount_only: bool = False  # QuickBooks: entered without quantity and price
    tax: str = ""  # the tax code; "" is untaxed

    @property
    def amount(self) -> Decimal:
        return line_amount(self.quantity, self.price, self.percent_off)


@dataclass(eq=False)
class Sale:
    """An invoice or a credit note."""

    key: str
    party: Party
    lines: list[Line]
    day: date
    due: date | None
    currency: str
    discount_percent: Decimal = ZERO
    discount_amount: Decimal = ZERO
    memo: str = ""
    early: bool = False  # made before the sync was set up
    voided: bool = False
    untaxed: bool = False  # outside the US: the whole document is out of scope of tax
    trouble: Trouble = Trouble.NONE
    tax: Decimal = ZERO  # what the generator computed when it was entered
    id: str = ""
    number: str = ""
    second_contact: Party | None = None
    left_alone: bool = False  # its mirror stands, and is no longer what the source says
    typed: str = ""  # HubSpot: the moment that stands for the day, where it is not midnight UTC

    @property
    def subtotal(self) -> Decimal:
        return total(line.amount for line in self.lines)

    @property
    def discount(self) -> Decimal:
        if self.discount_percent:
            return percentage(self.subtotal, self.discount_percent)
        return self.discount_amount

    @property
    def total(self) -> Decimal:
        return cents(self.subtotal - self.discount + self.tax)


@dataclass(eq=False)
class Payment:
    """Money received: over invoices, from credit notes, with a rest that is not applied."""

    key: str
    party: Party
    day: date
    shares: list[tuple[Sale, Decimal]]
    credits: list[tuple[Sale, Decimal]] = field(default_factory=list)
    rest: Decimal = ZERO
    fate: Fate = Fate.KEPT
    later: bool = False  # its fate comes true after the first sync
    shares_at_first: list[tuple[Sale, Decimal]] = field(default_factory=list)
    status: str = "succeeded"  # HubSpot's
    refunded: Decimal = ZERO
    trouble: Trouble = Trouble.NONE
    id: str = ""
    typed: str = ""  # as of a sale

    @property
    def amount(self) -> Decimal:
        """What was received: credit is no money."""
        applied = total(amount for _, amount in self.shares)
        return applied - total(amount for _, amount in self.credits) + self.rest

    def stands_at(self, *, later: bool) -> list[tuple[Sale, Decimal]]:
        """What it pays, before or after what is done to it after the first sync."""
        is_done = later or not self.later
        if self.fate is Fate.KEPT:
            return self.shares
        if self.fate is Fate.EDITED:
            return self.shares if is_done else self.shares_at_first
        return [] if is_done else self.shares


@dataclass
class Month:
    """Everything."""

    seed: int
    country: str
    way: Way
    first: date
    home: str
    currencies: tuple[str, ...]
    parties: list[Party] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    invoices: list[Sale] = field(default_factory=list)
    credits: list[Sale] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    closed_until: date | None = None
    clearing: dict[str, str] = field(default_factory=dict)  # processor: QuickBooks account id
    others: list[str] = field(default_factory=list)  # documents of others on the far side
