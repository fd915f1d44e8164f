"""The faults of transactions: links, amounts, numbers, closed books, taxes.

The frame and the other faults are in ``faults``. Texts marked UNCONFIRMED are our own wording:
decide by code, never by them.
"""

from __future__ import annotations

from decimal import Decimal

from simulators.quickbooks.faults import FaultError, Refusal, business

_TAX_WORDS = {"CA": "a GST/HST rate", "GB": "a VAT rate", "AU": "a GST rate"}


def cannot_link(kind: str, txn_id: str) -> Refusal:
    """620: a payment names a document that is missing, foreign or of no use. Detail UNCONFIRMED."""
    detail = f"Transaction id cannot be linked : {kind} {txn_id}"
    return Refusal(FaultError("620", "Transaction id cannot be linked", detail, ""))


def linked_missing(kind: str, txn_id: str) -> Refusal:
    """6000 as recorded: a sale links a document that does not exist."""
    name = f"{kind} {txn_id}"
    return business(f"The entity {name} that you are trying to link does not exist. {name}")


def wrong_amount(supplied: Decimal) -> Refusal:
    """6070: the amount of a line is not its quantity times its price."""
    detail = f"Amount is not equal to UnitPrice * Qty. Supplied value:{supplied:,f}"
    message = "Amount calculation incorrect in the request"
    return Refusal(FaultError("6070", message, detail, "Line.Amount"))


def negative_total() -> Refusal:
    """6000: invoices and the like cannot be negative. Text UNCONFIRMED."""
    return business("Transaction amount must be 0 or greater.")


def negative_amount(element: str) -> Refusal:
    """2290. Detail UNCONFIRMED."""
    detail = "Negative amount is not supported on this line."
    return Refusal(FaultError("2290", "Negative amount not supported", detail, element))


def discount_unclear() -> Refusal:
    """6090: a discount line has neither an amount nor a percentage. Text UNCONFIRMED."""
    detail = "A discount line needs an amount or a percentage."
    return Refusal(FaultError("6090", "Discount amount or percent required", detail, "Line"))


def discounts_off() -> Refusal:
    """6000: the company does not allow discounts. Code and text UNCONFIRMED."""
    return business("Discounts are turned off in the company's settings.")


def second_discount() -> Refusal:
    """6000: more than one discount on a sale. Code and text UNCONFIRMED."""
    return business("A transaction can have one discount.")


def is_category() -> Refusal:
    """2500: an item of the transaction is a category."""
    detail = (
        "Invalid Reference Id : An item in this transaction is set up as a category instead of a "
        "product or service."
    )
    return Refusal(FaultError("2500", "Invalid Reference Id", detail, ""))


def before_inventory_start() -> Refusal:
    """6270: dated before the tracked item's start. Detail UNCONFIRMED."""
    detail = "The transaction date is prior to the start date of an inventory item."
    return Refusal(FaultError("6270", "Transaction date is prior to start date", detail, ""))


def duplicate_number(number: str, kind: str, txn_id: str) -> Refusal:
    """6140, naming the holder."""
    detail = (
        "Duplicate Document Number Error : You must specify a different number. This number has "
        f"already been used. DocNumber={number} is assigned to TxnType={kind} with TxnId={txn_id}"
    )
    return Refusal(FaultError("6140", "Duplicate Document Number Error", detail, ""))


def books_closed(code: str) -> Refusal:
    """6210 (6200 without a password): the transaction lies in a closed period."""
    detail = (
        "The account period has closed and the account books cannot be updated through the QBO "
        "Services API. Please use the QBO website to make these changes."
    )
    return Refusal(FaultError(code, "Account Period Closed", detail, ""))


def deposited() -> Refusal:
    """6540: the money is in a deposit."""
    detail = (
        "This transaction has been deposited. If you want to change or delete it, you must edit "
        "the deposit it appears on and remove it first."
    )
    return Refusal(FaultError("6540", "Deposited Transaction cannot be changed", detail, ""))


def has_payments(verb: str) -> Refusal:
    """6000: a document with payments cannot be voided or deleted. Code and text UNCONFIRMED."""
    return business(
        f"You can't {verb} this transaction while other transactions are linked to it. Remove or "
        "delete the payment first."
    )


def over_applied(kind: str, txn_id: str) -> Refusal:
    """6000: more is applied than is open. Code and text UNCONFIRMED."""
    return business(f"The amount applied to {kind} {txn_id} is more than its open balance.")


def more_than_paid() -> Refusal:
    """6000: the lines exceed the payment and the credits. Code and text UNCONFIRMED."""
    return business("The amounts applied are more than the payment.")


def currency_differs() -> Refusal:
    """6000: the currency is not the customer's. Text UNCONFIRMED."""
    return business("The currency of the transaction is invalid for customer / vendor / account.")


def email_missing() -> Refusal:
    """6420: nobody to send to. Text UNCONFIRMED."""
    return Refusal(FaultError("6420", "Email address required", "Email address required"))


# --- tax -----------------------------------------------------------------------------------------
def us_tax_code(supplied: str) -> Refusal:
    """6100: a US line takes TAX or NON. Detail UNCONFIRMED."""
    detail = f"Invalid Line TaxCode : {supplied}. Valid values are TAX and NON."
    return Refusal(FaultError("6100", "Invalid Line TaxCode", detail, "Line.TaxCodeRef"))


def tax_rate_missing(country: str) -> Refusal:
    """6000: a line outside the US has no tax code."""
    words = _TAX_WORDS.get(country, "a sales tax rate")
    return business(f"Make sure all your transactions have {words} before you save.")


def tax_detail_not_applicable() -> Refusal:
    """6170. Text UNCONFIRMED."""
    detail = "TxnTaxDetail is not allowed when GlobalTaxCalculation is NotApplicable."
    message = "TxnTaxDetail not allowed"
    return Refusal(FaultError("6170", message, detail, "TxnTaxDetail"))


def global_tax_in_us() -> Refusal:
    """GlobalTaxCalculation sent to a US company faults; code and text UNCONFIRMED."""
    detail = "GlobalTaxCalculation is not supported for US companies."
    return Refusal(FaultError("5030", "Feature Not Supported", detail, "GlobalTaxCalculation"))


def stale_tax() -> Refusal:
    """6000: the tax sent does not fit the lines. Code and text UNCONFIRMED."""
    return business("The tax total does not match the lines of the transaction.")


def custom_field(definition_id: str) -> Refusal:
    """3000: no such custom field. Detail UNCONFIRMED."""
    detail = f"Invalid custom field : {definition_id}"
    return Refusal(FaultError("3000", "Invalid custom field", detail, "CustomField"))
