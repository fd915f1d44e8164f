"""The lines of a sale: what the server makes of the lines it is sent.

Knows ids, order, arithmetic, bundles, discounts and the subtotal; not taxes and not customers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from simulators.quickbooks import faults, refusals
from simulators.quickbooks.rules.base import Change

ZERO = Decimal(0)
_CENT = Decimal("0.01")
SALES, DISCOUNT, GROUP = "SalesItemLineDetail", "DiscountLineDetail", "GroupLineDetail"
DESCRIPTION, SUBTOTAL = "DescriptionOnly", "SubTotalLineDetail"
_TYPES = (SALES, DISCOUNT, GROUP, DESCRIPTION, SUBTOTAL)
SPECIAL_ITEMS = ("SHIPPING_ITEM_ID", "GRATUITY_ITEM_ID")
_INLINE_SUBTOTAL = re.compile(r"^Subtotal:(\s*-?[\d,.]+)?$")


def cents(amount: Decimal) -> Decimal:
    """Round half up to cents, as QuickBooks does."""
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


class SaleLines:
    """The lines of one sale, as they will be stored."""

    def __init__(self, change: Change) -> None:
        """Check and complete the lines of the change.

        Raises:
            Refusal: a line is incomplete or wrong.
        """
        self._change = change
        self._company = change.company
        before = change.before.values.get("Line", []) if change.before is not None else []
        self._known = {line["Id"] for line in _with_inner(before) if line.get("Id")}
        self._last = max((int(known) for known in self._known), default=0)
        self.lines: list[dict[str, Any]] = []
        self.discounts: list[dict[str, Any]] = []
        given = change.values.get("Line") or []
        if not any(line.get("DetailType") != SUBTOTAL for line in given):
            raise faults.Refusal(faults.missing("Line"))
        if all(line.get("LineNum") is not None for line in given):
            given = sorted(given, key=lambda line: line["LineNum"])
        for line in given:
            self._take(line)
        for place, line in enumerate(self.lines, start=1):
            line["LineNum"] = place
        self.lines = [_ordered(line) for line in self.lines]

    # -- reading --------------------------------------------------------------------------
    def sales(self) -> Iterator[dict[str, Any]]:
        """All lines that sell something, those inside bundles too."""
        return (line for line in _with_inner(self.lines) if line["DetailType"] == SALES)

    @property
    def subtotal(self) -> Decimal:
        """The sum before discount and tax."""
        return sum((line.get("Amount", ZERO) for line in self.sales()), ZERO)

    @property
    def discount(self) -> Decimal:
        """The sum of the discounts."""
        return sum((line["Amount"] for line in self.discounts), ZERO)

    def finished(self) -> list[dict[str, Any]]:
        """The lines as answered: the server's subtotal after them, then the discount."""
        self._fill_inline_subtotals()
        for line in self.lines:
            if line["DetailType"] == GROUP:
                line["Amount"] = sum((i["Amount"] for i in line[GROUP].get("Line", ())), ZERO)
        total = {"Amount": self.subtotal, "DetailType": SUBTOTAL, SUBTOTAL: {}}
        return [*self.lines, total, *self.discounts]

    def settle_discounts(self) -> None:
        """Compute percentages of the subtotal."""
        for line in self.discounts:
            detail = line[DISCOUNT]
            if detail["PercentBased"]:
                line["Amount"] = cents(self.subtotal * detail["DiscountPercent"] / 100)

    # -- one line -------------------------------------------------------------------------
    def _take(self, line: Mapping[str, Any]) -> None:
        kind = line.get("DetailType")
        if not kind:
            raise faults.Refusal(faults.missing("Line.DetailType"))
        if kind not in _TYPES:
            raise faults.Refusal(faults.invalid_choice("Line.DetailType", kind))
        if kind == SUBTOTAL:
            return
        if kind == DISCOUNT:
            self.discounts.append(self._discount(line))
            return
        if kind == SALES:
            made = self._sales_line(line)
        elif kind == GROUP:
            made = self._group(line)
        else:
            made = {"Description": line.get("Description"), "DetailType": DESCRIPTION}
            made["DescriptionLineDetail"] = dict(line.get("DescriptionLineDetail") or {})
        self.lines.append({"Id": self._line_id(line), **made})

    def _line_id(self, line: Mapping[str, Any]) -> str:
        """A line keeps an id the transaction has; another one (UNCONFIRMED) or none gets a new."""
        wanted = str(line.get("Id") or "")
        if wanted in self._known:
            self._known.discard(wanted)
            return wanted
        self._last += 1
        return str(self._last)

    def _sales_line(self, line: Mapping[str, Any], quantity: Decimal | None = None) -> Any:
        detail = dict(line.get(SALES) or {})
        if quantity is not None:
            detail["Qty"] = quantity
        pointed = (detail.get("ItemRef") or {}).get("value", "")
        if not pointed:
            if self._company.behaviour.line_without_item == "ignored":
                # Documented: such a line is documentation and its amount is ignored.
                described = {"Description": line.get("Description"), "DetailType": DESCRIPTION}
                return {**described, "DescriptionLineDetail": {}}
            pointed = self._default_item()
        amount = self._amount(line, detail)
        description = line.get("Description")
        if pointed in SPECIAL_ITEMS:
            detail["ItemRef"] = {"value": pointed}
        else:
            item = self._company.find("Item", pointed)
            if item is None:
                raise faults.Refusal(faults.dangling("Items", pointed))
            if item.values["Type"] == "Category":
                raise refusals.is_category()
            detail["ItemRef"] = {"value": item.id, "name": item.values["FullyQualifiedName"]}
            if description is None and self._company.behaviour.line_takes_description:
                description = item.values.get("Description")
        self._name_class(detail)
        return {"Description": description, "Amount": amount, "DetailType": SALES, SALES: detail}

    def _default_item(self) -> str:
        pairs = self._company.preference("OtherPrefs", "NameValue") or []
        wanted = "SalesFormsPrefs.DefaultItem"
        return next((pair["Value"] for pair in pairs if pair["Name"] == wanted), "1")

    def _amount(self, line: Mapping[str, Any], detail: Mapping[str, Any]) -> Decimal:
        """The amount sent must be quantity times price as sent, rounded half up (6070)."""
        amount: Decimal | None = line.get("Amount")
        if amount is None:
            raise faults.Refusal(faults.missing("Amount"))
        quantity, price = detail.get("Qty"), detail.get("UnitPrice")
        if quantity is not None and price is not None:
            # A stored tax-inclusive line has its net amount here and the gross one beside it.
            allowed = {amount, detail.get("TaxInclusiveAmt", amount)}
            if cents(quantity * price) not in allowed:
                raise refusals.wrong_amount(amount)
        return cents(amount)

    def _name_class(self, detail: dict[str, Any]) -> None:
        pointed = (detail.get("ClassRef") or {}).get("value", "")
        record = self._company.find("Class", pointed)
        if record is not None:
            named = {"value": record.id, "name": record.values["FullyQualifiedName"]}
            detail["ClassRef"] = named

    def _group(self, line: Mapping[str, Any]) -> dict[str, Any]:
        detail = dict(line.get(GROUP) or {})
        pointed = (detail.get("GroupItemRef") or {}).get("value", "")
        item = self._company.find("Item", pointed)
        if item is None:
            raise faults.Refusal(faults.missing("GroupItemRef"))
        if item.values["Type"] != "Group":
            raise faults.Refusal(faults.invalid_choice("GroupItemRef", pointed))
        quantity = detail.get("Quantity", Decimal(1))
        sent = detail.get("Line") or self._inner_of(item.values, quantity)
        inner = []
        for one in sent:
            made = self._sales_line(one)
            if made["DetailType"] == SALES:
                inner.append(_ordered({"Id": self._line_id(one), **made}))
        for place, one in enumerate(inner, start=1):
            one["LineNum"] = place
        detail = {
            "GroupItemRef": {"value": item.id, "name": item.values["FullyQualifiedName"]},
            "Quantity": quantity,
            "Line": [_ordered(one) for one in inner],
        }
        amount = sum((one["Amount"] for one in inner), ZERO)
        described = line.get("Description", item.values.get("Description"))
        return {"Description": described, "Amount": amount, "DetailType": GROUP, GROUP: detail}

    def _inner_of(self, group: Mapping[str, Any], quantity: Decimal) -> Iterator[dict[str, Any]]:
        """The lines a bundle stands for, when it is sent without them."""
        for part in (group.get("ItemGroupDetail") or {}).get("ItemGroupLine", ()):
            item = self._company.find("Item", part["ItemRef"]["value"])
            if item is None:
                continue
            price = item.values.get("UnitPrice", ZERO)
            number = part.get("Qty", Decimal(1)) * quantity
            yield {
                "Description": item.values.get("Description"),
                "Amount": cents(price * number),
                SALES: {"ItemRef": {"value": item.id}, "UnitPrice": price, "Qty": number},
            }

    def _discount(self, line: Mapping[str, Any]) -> dict[str, Any]:
        company = self._company
        if not company.preference("SalesFormsPrefs", "AllowDiscount"):
            raise refusals.discounts_off()
        if self.discounts and company.behaviour.second_discount == "refuse":
            raise refusals.second_discount()
        sent = dict(line.get(DISCOUNT) or {})
        percent, amount = sent.get("DiscountPercent"), line.get("Amount")
        by_percent = bool(sent.get("PercentBased"))
        if (percent if by_percent else amount) is None:
            raise refusals.discount_unclear()
        if (percent or ZERO) < 0 or (amount or ZERO) < 0:
            raise refusals.negative_amount("Line.Amount")
        detail: dict[str, Any] = {"PercentBased": by_percent}
        if by_percent:
            detail["DiscountPercent"] = percent
        default = company.preference("SalesFormsPrefs", "DefaultDiscountAccount") or "86"
        account = (sent.get("DiscountAccountRef") or {}).get("value", default)
        record = company.find("Account", account)
        if record is not None:
            detail["DiscountAccountRef"] = {"value": record.id, "name": record.title}
        for name in ("ClassRef", "TaxCodeRef"):
            if sent.get(name):
                detail[name] = sent[name]
        # Recorded without Id and LineNum.
        return {"Amount": cents(amount or ZERO), "DetailType": DISCOUNT, DISCOUNT: detail}

    def _fill_inline_subtotals(self) -> None:
        """``Subtotal:`` in a text line is answered with the sum since the last one."""
        running = ZERO
        for line in self.lines:
            if line["DetailType"] in (SALES, GROUP):
                running += line["Amount"]
            elif _INLINE_SUBTOTAL.match(line.get("Description") or ""):
                line["Description"] = f"Subtotal: {cents(running)}"
                running = ZERO


def _ordered(line: Mapping[str, Any]) -> dict[str, Any]:
    """The line with its properties in recorded order and without empty ones."""
    first = ("Id", "LineNum", "Description", "Amount", "DetailType")
    found = {name: line[name] for name in first if line.get(name) is not None}
    rest = {n: value for n, value in line.items() if n not in first and value is not None}
    return {**found, **rest}


def _with_inner(lines: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for line in lines:
        yield line
        yield from (line.get(GROUP) or {}).get("Line", ())
