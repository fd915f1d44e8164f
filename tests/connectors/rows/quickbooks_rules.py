"""QuickBooks on references, its accounting rules, and requests that cannot work."""

from __future__ import annotations

from tests.connectors.rows.cases import Case, refused
from tests.connectors.rows.quickbooks_bodies import recorded, said

RULES: dict[str, Case] = {
    # -- references
    "2500": refused(
        said(
            "2500",
            "Invalid Reference Id",
            "Invalid Reference Id : Names element id 583 not found",
            "",
        ),
        "reference_inactive",
        (
            "Something the record refers to was made inactive or deleted in QuickBooks. "
            "Invalid Reference Id : Names element id 583 not found"
        ),
        hours=6,
    ),
    "620": refused(
        said("620", "Transaction id cannot be linked"),
        "reference_inactive",
        (
            "Something the record refers to was made inactive or deleted in QuickBooks. "
            "Transaction id cannot be linked"
        ),
        hours=6,
    ),
    "700": refused(
        said("700", "Parent reference invalid"),
        "reference_inactive",
        (
            "Something the record refers to was made inactive or deleted in QuickBooks. Parent "
            "reference invalid"
        ),
        hours=6,
    ),
    "6250": refused(
        said("6250", "Sales customer missing or inactive"),
        "reference_inactive",
        (
            "Something the record refers to was made inactive or deleted in QuickBooks. Sales "
            "customer missing or inactive"
        ),
        hours=6,
    ),
    # -- accounting rules
    "6000": refused(
        said(
            "6000",
            "A business validation error has occurred while processing your request",
            "Business Validation Error: You must set a transaction amount.",
            "",
        ),
        "rejected",
        (
            "QuickBooks refused the record: A rule of QuickBooks does not allow it. Business "
            "Validation Error: You must set a transaction amount."
        ),
    ),
    "6070": refused(
        said(
            "6070",
            "Amount calculation incorrect in the request",
            "Amount is not equal to UnitPrice * Qty. Supplied value:1,861.07",
            "",
        ),
        "rejected",
        (
            "QuickBooks refused the record: A line's amount is not its quantity times its "
            "price. Amount is not equal to UnitPrice * Qty. Supplied value:1,861.07"
        ),
    ),
    "6100": refused(
        said("6100", "Invalid line TaxCode"),
        "rejected",
        (
            "QuickBooks refused the record: A US company takes only the tax codes TAX and NON. "
            "Invalid line TaxCode"
        ),
    ),
    "6130": refused(
        said("6130", "Cannot change who the customer bills with"),
        "rejected",
        (
            "QuickBooks refused the record: Whom the customer bills with cannot be changed. "
            "Cannot change who the customer bills with"
        ),
    ),
    "6160": refused(
        said("6160", "CustomSalesTax id not usable"),
        "rejected",
        (
            "QuickBooks refused the record: The sales tax of the transaction cannot be used. "
            "CustomSalesTax id not usable"
        ),
    ),
    "6230": refused(
        said("6230", "CustomSalesTax id not usable"),
        "rejected",
        (
            "QuickBooks refused the record: The sales tax of the transaction cannot be used. "
            "CustomSalesTax id not usable"
        ),
    ),
    "6170": refused(
        said("6170", "TxnTaxDetail not allowed with GlobalTaxCalculation NotApplicable"),
        "rejected",
        (
            "QuickBooks refused the record: A transaction without tax cannot hold tax details. "
            "TxnTaxDetail not allowed with GlobalTaxCalculation NotApplicable"
        ),
    ),
    "6470": refused(
        said("6470", "Tax liability account or tax rate error"),
        "rejected",
        (
            "QuickBooks refused the record: QuickBooks' sales tax set-up has an error. Tax "
            "liability account or tax rate error"
        ),
    ),
    "6270": refused(
        said("6270", "Inventory transaction dated before item's start date"),
        "rejected",
        (
            "QuickBooks refused the record: The date lies before the inventory item's start "
            "date. Inventory transaction dated before item's start date"
        ),
    ),
    "6430": refused(
        said(
            "6430",
            "Invalid account type used",
            (
                "Invalid account type: You can't associate a product or service with accounts "
                "of certain types (such as AR/AP)."
            ),
            "",
        ),
        "rejected",
        (
            "QuickBooks refused the record: The account is of a type that cannot be used here. "
            "Invalid account type: You can't associate a product or service with accounts of "
            "certain types (such as AR/AP)."
        ),
    ),
    "6220": refused(
        said("6220", "Entity has a balance"),
        "rejected",
        "QuickBooks refused the record: It still has a balance. Entity has a balance",
    ),
    "6280": refused(
        said("6280", "Customer has unbilled charges"),
        "rejected",
        (
            "QuickBooks refused the record: It still has charges that were not billed. "
            "Customer has unbilled charges"
        ),
    ),
    "800": refused(
        said("800", "Cannot delete object"),
        "rejected",
        "QuickBooks refused the record: Other records still depend on it. Cannot delete object",
    ),
    "6450": refused(
        said("6450", "Void of a settled transaction"),
        "rejected",
        (
            "QuickBooks refused the record: A settled transaction cannot be voided. Void of a "
            "settled transaction"
        ),
    ),
    "6480": refused(
        said("6480", "Matched transaction cannot be deleted"),
        "rejected",
        (
            "QuickBooks refused the record: A matched transaction cannot be deleted. Matched "
            "transaction cannot be deleted"
        ),
    ),
    "6540": refused(
        said(
            "6540",
            "Deposited Transaction cannot be changed",
            (
                "This transaction has been deposited. If you want to change or delete it, you "
                "must edit the deposit it appears on and remove it first."
            ),
            "",
        ),
        "rejected",
        (
            "QuickBooks refused the record: The payment is part of a deposit; remove it from "
            "the deposit first. This transaction has been deposited. If you want to change or "
            "delete it, you must edit the deposit it appears on and remove it first."
        ),
    ),
    # -- requests of ours
    "1040": refused(
        said("1040", "Batch larger than allowed"),
        "rejected",
        (
            "QuickBooks refused the record: A batch held more than QuickBooks accepts. Batch "
            "larger than allowed"
        ),
    ),
    "2000": refused(
        said("2000", "Invalid or unsupported object name"),
        "rejected",
        (
            "QuickBooks refused the record: QuickBooks does not know this kind of record. "
            "Invalid or unsupported object name"
        ),
    ),
    "2130": refused(
        said("2130", "Invalid request id format"),
        "rejected",
        (
            "QuickBooks refused the record: QuickBooks does not accept the form of a request "
            "id. Invalid request id format"
        ),
    ),
    "4000": refused(
        recorded("exquickbooks/api__query_error"),
        "rejected",
        (
            "QuickBooks refused the record: QuickBooks could not read a query. "
            'QueryParserError: Encountered " "null" "NULL "" at line 1, column 15.\nWas '
            "expecting:\n    <IDENTIFIER> ..."
        ),
    ),
    "4001": refused(
        recorded("error__400__2.response"),
        "rejected",
        (
            "QuickBooks refused the record: QuickBooks did not accept a query. "
            "QueryValidationError: invalid context declaration: Custmoer"
        ),
    ),
    "4002": refused(
        said(
            "4002",
            "Error processing query",
            "QueryProcessingError: the query could not be processed",
        ),
        "rejected",
        (
            "QuickBooks refused the record: QuickBooks could not carry out a query. "
            "QueryProcessingError: the query could not be processed"
        ),
    ),
    "10100": refused(
        said("10100", "Result set too big"),
        "rejected",
        ("QuickBooks refused the record: A query would have returned too much. Result set too big"),
    ),
}
