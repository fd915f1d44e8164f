"""The lines of an invoice on either side, and how one side's become the other's (ENGINE 3.4).

Amount is law; quantity and price explain it. Where both cannot be told so that they multiply back
to the amount, the amount is told as one piece and the explanation goes into the text. Knows no
plan, no customer and no gate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from syncapp.core.money import ZERO, amount, number, plain, rounded
from syncapp.core.values import Value, Values, structures, text

SALE, DISCOUNT, TEXT = "sale", "discount", "text"
_DETAILS = {
    "SalesItemLineDetail": SALE,
    "DiscountLineDetail": DISCOUNT,
    "DescriptionOnly": TEXT,
}
_GROUP, _SUBTOTAL = "GroupLineDetail", "SubTotalLineDetail"
ONE = Decimal(1)
#: Decimals of a unit price: 5 are documented, 7 UNCONFIRMED.
PRICE_STEP = Decimal("0.00001")
NAME_LIMIT = 100
DESCRIPTION_LIMIT = 4000
#: What QuickBooks says to a tax that is not there; without it automated sales tax may add one.
NOT_TAXED = "NON"


@dataclass(frozen=True, slots=True)
class BookedLine:
    """A line of an invoice in QuickBooks.

    Attributes:
        kind: A sale, a discount of the whole invoice, or a mere text.
        item: Id of the item; "" for none.
    """

    id: str
    kind: str
    item: str = ""
    name: str = ""
    description: str = ""
    quantity: Decimal | None = None
    price: Decimal | None = None
    amount: Decimal = ZERO
    tax_code: str = ""
    service_date: str = ""

    @property
    def substance(self) -> tuple[str, ...]:
        """What of it only HubSpot may change on HubSpot's own invoices (S22)."""
        figures = (self.quantity, self.price, self.amount)
        return (self.kind, self.item, *("" if f is None else plain(f) for f in figures))

    def __str__(self) -> str:
        name = self.name or self.description or self.kind
        if self.quantity is None or self.price is None:
            return f"{name}: {self.amount:,.2f}"
        return f"{name}: {plain(self.quantity)} x {plain(self.price)} = {self.amount:,.2f}"


def booked(values: Values) -> tuple[BookedLine, ...]:
    """The lines of a QuickBooks invoice: bundles unpacked, the server's subtotals left out."""
    return tuple(_booked(values.get("Line")))


def _booked(told: Value) -> Iterator[BookedLine]:
    for line in structures(told):
        kind = str(line.get("DetailType") or "")
        if kind == _GROUP:
            yield from _booked(_object(line.get(_GROUP)).get("Line"))
        elif kind in _DETAILS and kind != _SUBTOTAL:
            detail = _object(line.get(kind))
            item = _object(detail.get("ItemRef"))
            yield BookedLine(
                id=str(line.get("Id") or ""),
                kind=_DETAILS[kind],
                item=str(item.get("value") or ""),
                name=str(item.get("name") or "").rpartition(":")[2],
                description=str(line.get("Description") or ""),
                quantity=number(detail.get("Qty")),
                price=number(detail.get("UnitPrice")),
                amount=amount(line.get("Amount")),
                tax_code=str(_object(detail.get("TaxCodeRef")).get("value") or ""),
                service_date=str(detail.get("ServiceDate") or ""),
            )


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A line item of an invoice in HubSpot; its amount is net of its own discount."""

    id: str
    name: str = ""
    description: str = ""
    product: str = ""
    sku: str = ""
    quantity: Decimal = ONE
    price: Decimal = ZERO
    amount: Decimal = ZERO

    @property
    def as_json(self) -> Mapping[str, Value]:
        """The form in which it is compared and kept."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "product": self.product,
            "sku": self.sku,
            "quantity": plain(self.quantity),
            "price": plain(self.price),
            "amount": plain(self.amount),
        }

    def __str__(self) -> str:
        return f"{self.name}: {plain(self.quantity)} x {plain(self.price)} = {self.amount:,.2f}"


#: Under which the line items of a HubSpot invoice are kept with it.
LINE_ITEMS = "@line_items"
LINE_ITEM_FIELDS = (
    "name", "description", "hs_product_id", "hs_sku", "quantity", "price", "amount", "discount",
    "hs_discount_percentage",
)  # fmt: skip


def billed(values: Values) -> tuple[BilledLine, ...]:
    """The line items of a HubSpot invoice, in the order they were made."""
    lines = []
    for line in structures(values.get(LINE_ITEMS)):
        quantity = number(line.get("quantity"))
        quantity = ONE if quantity is None else quantity
        price = amount(line.get("price"))
        net = number(line.get("amount"))
        lines.append(
            BilledLine(
                id=str(line.get("id") or ""),
                name=text(line.get("name") or ""),
                description=text(line.get("description") or ""),
                product=str(line.get("hs_product_id") or ""),
                sku=text(line.get("hs_sku") or ""),
                quantity=quantity,
                price=price,
                amount=quantity * price if net is None else net,
            )
        )
    return tuple(sorted(lines, key=lambda line: (len(line.id), line.id)))


@dataclass(frozen=True, slots=True)
class Explained:
    """A quantity and a price that multiply back to an amount, and what they cannot tell.

    Attributes:
        note: The original quantity and price, where the amount had to be told as one piece.
    """

    quantity: Decimal
    price: Decimal
    note: str = ""


def explained(
    quantity: Decimal | None, price: Decimal | None, total: Decimal, currency: str
) -> Explained:
    """Tell an amount as quantity times price: the first way that is exact to the last digit."""
    if quantity is None or price is None:
        return Explained(ONE, total)
    if rounded(quantity * price, currency) == total:
        return Explained(quantity, price)
    if quantity:
        near = (total / quantity).quantize(PRICE_STEP, rounding=ROUND_HALF_UP)
        if near >= 0 and rounded(quantity * near, currency) == total:
            return Explained(quantity, near)
    return Explained(ONE, total, f"{plain(quantity)} x {plain(price)}")


@dataclass(frozen=True, slots=True)
class Goods:
    """The QuickBooks item a line is booked on.

    Attributes:
        type: Service, NonInventory or Inventory.
        is_substitute: It is the "Custom line item", for lines without a product.
    """

    id: str
    name: str = ""
    type: str = "Service"
    is_active: bool = True
    is_taxable: bool = False
    is_substitute: bool = False


def to_booked(
    line: BilledLine, goods: Goods, currency: str, *, service_date: str = ""
) -> Mapping[str, Value] | None:
    """A HubSpot line in the form QuickBooks is sent; None where an inventory item forbids it.

    A quantity of one at the whole amount would falsify the stock of an inventory item.
    """
    total = rounded(line.amount, currency)
    told = explained(line.quantity, line.price, total, currency)
    if told.note and goods.type == "Inventory":
        return None
    parts = [line.description or line.name]
    if goods.is_substitute and line.description:
        parts = [line.name, line.description]
    description = ": ".join(filter(None, [told.note, *parts]))
    detail: dict[str, Value] = {
        "ItemRef": {"value": goods.id},
        "Qty": plain(told.quantity),
        "UnitPrice": plain(told.price),
        "TaxCodeRef": {"value": NOT_TAXED},
    }
    if service_date:
        detail["ServiceDate"] = service_date
    return {
        "DetailType": "SalesItemLineDetail",
        "Amount": plain(total),
        "Description": description[:DESCRIPTION_LIMIT],
        "SalesItemLineDetail": detail,
    }


def piece(goods: Goods, total: Decimal, description: str) -> Mapping[str, Value]:
    """A line of one piece at a given amount: fees, and discounts where there is no other way."""
    return {
        "DetailType": "SalesItemLineDetail",
        "Amount": plain(total),
        "Description": description,
        "SalesItemLineDetail": {
            "ItemRef": {"value": goods.id},
            "Qty": "1",
            "UnitPrice": plain(total),
            "TaxCodeRef": {"value": NOT_TAXED},
        },
    }


def discount(total: Decimal) -> Mapping[str, Value]:
    """A discount of the whole invoice, by its amount."""
    return {
        "DetailType": "DiscountLineDetail",
        "Amount": plain(total),
        "DiscountLineDetail": {"PercentBased": False},
    }


@dataclass(frozen=True, slots=True)
class Totals:
    """What an invoice adds up to; ``discount`` is positive."""

    subtotal: Decimal
    discount: Decimal
    tax: Decimal
    total: Decimal

    @property
    def tie_out(self) -> bool:
        """Whether the parts make the total, to the last digit."""
        return self.subtotal - self.discount + self.tax == self.total


def booked_totals(values: Values) -> Totals:
    """What an invoice of QuickBooks adds up to.

    A negative line is a discount: HubSpot's prices may not be negative.
    """
    lines = booked(values)
    sales = [line.amount for line in lines if line.kind == SALE]
    given = [line.amount for line in lines if line.kind == DISCOUNT]
    return Totals(
        subtotal=sum((one for one in sales if one > 0), ZERO),
        discount=sum(given, ZERO) - sum((one for one in sales if one < 0), ZERO),
        tax=amount(values.get("TxnTaxDetail.TotalTax")),
        total=amount(values.get("TotalAmt")),
    )


def mirrored(values: Values) -> Iterator[tuple[str, Mapping[str, Value]]]:
    """The lines of a QuickBooks invoice as HubSpot shows them: ``(line id, values)``.

    Discounts and taxes are in fields of the invoice itself.
    """
    currency = str(values.get("CurrencyRef.value") or "")
    for place, line in enumerate(booked(values), start=1):
        if line.kind == DISCOUNT or line.amount < 0:
            continue
        told = explained(line.quantity, line.price, line.amount, currency)
        if line.kind == TEXT:
            told = Explained(ONE, ZERO)
        name = line.name or text(line.description).partition("\n")[0] or f"Line {place}"
        described = ": ".join(filter(None, [told.note, line.description]))
        if line.service_date:
            described = "\n".join(filter(None, [described, f"Service date: {line.service_date}"]))
        yield (
            line.id or f"n{place}",
            {
                "Name": name[:NAME_LIMIT],
                "Description": described,
                "Qty": plain(told.quantity),
                "UnitPrice": plain(told.price),
                "Amount": plain(line.amount),
                "ItemRef.value": line.item,
                "Currency": currency,
            },
        )


def differences(before: Sequence[BookedLine], now: Sequence[BookedLine]) -> tuple[str, str]:
    """What two versions of the lines do not share, in words: ``(before, now)``."""
    old, new = [line.substance for line in before], [line.substance for line in now]
    lost = [str(line) for line in before if line.substance not in new]
    won = [str(line) for line in now if line.substance not in old]
    if not lost and not won:  # the same line twice, or another order
        return f"{len(before)} lines", f"{len(now)} lines"
    return "; ".join(lost) or "nothing", "; ".join(won) or "nothing"


def _object(told: Value) -> Mapping[str, Value]:
    return told if isinstance(told, Mapping) else {}
