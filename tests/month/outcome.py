"""The form of an expected outcome and of what a side really holds: the same values in both.

In an expectation None means "not judged", because the rules leave it open.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.month.model import Trouble

CUSTOM = "Custom line item"


@dataclass(frozen=True)
class DocumentLine:
    """A sales line. ``product`` is the SKU, ``CUSTOM``, or "" for no product.

    ``says`` are words: of an expectation those that must appear, of a reading all there are.
    """

    product: str
    amount: Decimal
    quantity: Decimal | None = None
    price: Decimal | None = None
    says: tuple[str, ...] = ()


@dataclass(frozen=True)
class DocumentPayment:
    """Money or credit on a document."""

    amount: Decimal
    day: date | None = None
    account: str | None = None


@dataclass(frozen=True)
class Document:
    """An invoice as one side holds it."""

    number: str
    currency: str
    total: Decimal
    balance: Decimal | None = None
    day: date | None = None
    due: date | None = None
    status: str | None = None
    email: str | None = None
    lines: tuple[DocumentLine, ...] | None = None
    discount: Decimal | None = None
    tax: Decimal | None = None
    payments: tuple[DocumentPayment, ...] | None = None


@dataclass(frozen=True)
class Expected:
    """What must become of one record; ``born_id`` is its id where it was made."""

    object: str  # contacts, products, invoices
    key: str
    born_id: str
    trouble: Trouble
    mirror: Document | None = None  # of an invoice that goes over
    source: Document | None = None  # what an invoice must still be where it was made
    left_alone: bool = False  # the mirror stands, and is not judged
    fields: dict[str, str] | None = None  # of a contact or a product that goes over


@dataclass(frozen=True)
class Expectation:
    """The outcome of a whole month."""

    way: str
    records: tuple[Expected, ...]
    others: tuple[str, ...] = ()  # documents of others on the far side

    def save(self, file: Path) -> None:
        """Write it as JSON, amounts as text."""
        file.write_text(json.dumps(asdict(self), indent=1, default=str, ensure_ascii=False))


def load(file: Path) -> Expectation:
    """Read what ``save`` wrote."""
    held = json.loads(file.read_text())
    records = tuple(_expected(one) for one in held["records"])
    return Expectation(held["way"], records, tuple(held["others"]))


def _expected(held: dict[str, Any]) -> Expected:
    documents = {n: _document(held[n]) if held[n] else None for n in ("mirror", "source")}
    return Expected(**{**held, **documents, "trouble": Trouble(held["trouble"])})


def _document(held: dict[str, Any]) -> Document:
    money = {n: _money(held[n]) for n in ("total", "balance", "discount", "tax")}
    days = {name: _day(held[name]) for name in ("day", "due")}
    lines = payments = None
    if held["lines"] is not None:
        lines = tuple(
            DocumentLine(
                **{
                    **one,
                    **{n: _money(one[n]) for n in ("amount", "quantity", "price")},
                    "says": tuple(one["says"]),
                }
            )
            for one in held["lines"]
        )
    if held["payments"] is not None:
        payments = tuple(
            DocumentPayment(Decimal(one["amount"]), _day(one["day"]), one["account"])
            for one in held["payments"]
        )
    return Document(**{**held, **money, **days, "lines": lines, "payments": payments})


def _money(text: str | None) -> Any:
    return None if text is None else Decimal(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def by_object(records: Sequence[Expected], name: str) -> list[Expected]:
    """The expectations of one kind of record."""
    return [one for one in records if one.object == name]
