"""QuickBooks' entities and call limits, as data; no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from syncapp.connectors.rate import Limit


class Voiding(StrEnum):
    """How a transaction is voided (apis/quickbooks.md 4.4)."""

    NOT = ""
    OPERATION = "operation=void"
    INCLUDE = "include=void"


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity.

    Attributes:
        name: As in bodies and queries.
        path: As in paths.
        link: Where a person opens one, below the app's address.
        is_list: A list object: made inactive, never deleted.
        hides_inactive: Whether queries must ask for the inactive ones, and can.
        in_cdc: Whether change data capture tells of it.
        is_written: Whether we may write it at all.
        voiding: How one is voided.
        restated: What must be sent again to make one inactive.
    """

    name: str
    path: str
    link: str
    is_list: bool = True
    hides_inactive: bool = True
    in_cdc: bool = True
    is_written: bool = True
    voiding: Voiding = Voiding.NOT
    restated: tuple[str, ...] = ()


def _document(name: str, link: str, voiding: Voiding) -> Entity:
    return Entity(
        name, name.lower(), f"{link}?txnId={{id}}", is_list=False, hides_inactive=False,
        voiding=voiding,
    )  # fmt: skip


def _tax(name: str) -> Entity:
    # The pseudo codes TAX and NON lack Active: asking for it would drop them (11.7).
    return Entity(
        name, name.lower(), "tax/home", hides_inactive=False, in_cdc=False, is_written=False
    )


def _settings(name: str, link: str) -> Entity:
    return Entity(name, name.lower(), link, is_written=False)


#: Only the links of customers and invoices are documented; the others are UNCONFIRMED.
ENTITIES: Mapping[str, Entity] = {
    entity.name: entity
    for entity in (
        Entity("Customer", "customer", link="customerdetail?nameId={id}"),
        Entity(
            "Item",
            "item",
            link="items",
            restated=(
                "Name",
                "Type",
                "IncomeAccountRef.value",
                "ExpenseAccountRef.value",
                "AssetAccountRef.value",
            ),
        ),
        _document("Invoice", "invoice", Voiding.OPERATION),
        _document("Payment", "recvpayment", Voiding.INCLUDE),
        # Voiding a credit memo by API: UNCONFIRMED (4.4).
        _document("CreditMemo", "creditmemo", Voiding.OPERATION),
        _document("SalesReceipt", "salesreceipt", Voiding.INCLUDE),
        _document("RefundReceipt", "refundreceipt", Voiding.OPERATION),  # UNCONFIRMED (4.4)
        _settings("Account", "register?accountId={id}"),
        _settings("Term", "terms"),
        _settings("PaymentMethod", "paymentmethods"),
        _settings("Class", "class"),
        _settings("Department", "location"),
        _tax("TaxCode"),
        _tax("TaxRate"),
    )
}

#: The full published count, in a window lengthened by 3 to 4 % (ENGINE 2.12). "calls" is the
#: realm's, over all apps; "batch" is this app's own.
LIMITS: Mapping[str, tuple[Limit, ...]] = {
    "calls": (Limit(10, 1.04), Limit(500, 61.8)),
    "batch": (Limit(40, 61.8),),
}
#: An older text of the vendor says 10 concurrent instead of 10 a second: both are kept.
MAX_CONCURRENT = 10

BATCH = 30
PAGE = 1000
#: A CDC answer holds at most this many objects, without paging and without a mark.
CDC_CAP = 1000
CDC_MAX_DAYS = 29
#: Ids or names in one IN (...).
IN_LIST = 100
#: Statements that are longer than this, once encoded, are sent in a body.
MAX_QUERY_IN_URL = 2000
MINOR_VERSION = "75"
