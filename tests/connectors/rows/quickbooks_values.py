"""QuickBooks on single values."""

from __future__ import annotations

from tests.connectors.rows.cases import Case, refused
from tests.connectors.rows.quickbooks_bodies import recorded, said

VALUES: dict[str, Case] = {
    # -- fields
    "2040": refused(
        said(
            "2040",
            "Invalid String",
            "Invalid String: element contains invalid characters",
            "DisplayName",
        ),
        "unsupported_characters",
        (
            "QuickBooks does not accept a character in Display name. Companies in the US take "
            "Western European letters only. Invalid String: element contains invalid characters"
        ),
    ),
    "500 MalformedByteSequence": refused(
        said(
            "500",
            "Unsupported Operation",
            (
                "Operation "
                "com.sun.org.apache.xerces.internal.impl.io.MalformedByteSequenceException: "
                "Invalid byte 1 of 1-byte UTF-8 sequence. is not supported."
            ),
        ),
        "unsupported_characters",
        (
            "QuickBooks does not accept a character in a field. Companies in the US take "
            "Western European letters only. Operation "
            "com.sun.org.apache.xerces.internal.impl.io.MalformedByteSequenceException: "
            "Invalid byte 1 of 1-byte UTF-8 sequence. is not supported."
        ),
    ),
    "500": refused(
        recorded("error__500__1.response"),
        "rejected",
        (
            "QuickBooks refused the record: QuickBooks does not support this operation. "
            "Operation Could not find resource for relative : "
            "/v3/company/-COMPANY_ID-/customer/1/5 of full path: "
            "https://c50.sandbox.qbo.intuit.com/qbo50/v3/company/-COMPANY_ID-/customer/1/5 is "
            "not supported."
        ),
    ),
    "2010": refused(
        recorded("error__400_json__1.response"),
        "unknown_field",
        "QuickBooks does not know BadJson (any more).",
        hours=6,
    ),
    "3000": refused(
        said("3000", "Invalid custom field"),
        "unknown_field",
        "QuickBooks does not know CustomField (any more).",
        hours=6,
    ),
    "5000": refused(
        said("5000", "Deprecated field"),
        "unknown_field",
        "QuickBooks does not know a field (any more).",
        hours=6,
    ),
    "6080": refused(
        said(
            "6080",
            "No name provided",
            (
                "At least one of Title, GivenName, MiddleName, FamilyName, DisplayName, Suffix "
                "is due"
            ),
        ),
        "no_name",
        (
            "QuickBooks needs a display name; the contact has no company, first or last name, "
            "nor an e-mail address."
        ),
    ),
    "2020": refused(
        recorded("exquickbooks/item__create_item_error"),
        "missing_value",
        (
            "QuickBooks needs a value for Name. A value that must be given is missing. "
            "Required parameter Name is missing in the request"
        ),
    ),
    "6420": refused(
        said("6420", "Email address required"),
        "missing_value",
        (
            "QuickBooks needs a value for a field. QuickBooks needs an e-mail address. Email "
            "address required"
        ),
    ),
    "6440": refused(
        said("6440", "Line needs an item or an account"),
        "missing_value",
        (
            "QuickBooks needs a value for a field. A line needs an item or an account. Line "
            "needs an item or an account"
        ),
    ),
    "6520": refused(
        said("6520", "Quantity required for a tracked inventory item"),
        "missing_value",
        (
            "QuickBooks needs a value for a field. A tracked inventory item needs a quantity. "
            "Quantity required for a tracked inventory item"
        ),
    ),
    "6090": refused(
        said("6090", "Discount line lacks amount or percent"),
        "missing_value",
        (
            "QuickBooks needs a value for a field. A discount needs an amount or a percentage. "
            "Discount line lacks amount or percent"
        ),
    ),
    "6150": refused(
        said("6150", "ParentRef required", "ParentRef is required", "ParentRef"),
        "missing_value",
        (
            "QuickBooks needs a value for ParentRef. A sub-record needs its parent. ParentRef "
            "is required"
        ),
    ),
    "2050": refused(
        said(
            "2050",
            "String length is either shorter or longer than supported by specification",
            (
                "String length specified does not match the supported length. Min:0 Max:30 "
                "supported. Supplied length:45"
            ),
            "PrimaryPhone.FreeFormNumber",
        ),
        "too_long",
        (
            "The field Phone holds more than QuickBooks accepts. String length specified does "
            "not match the supported length. Min:0 Max:30 supported. Supplied length:45"
        ),
    ),
    "2210": refused(
        said(
            "2210",
            "Invalid email address format",
            "Email Address does not conform to the RFC 822 format.",
            "PrimaryEmailAddr.Address",
        ),
        "invalid_email",
        "QuickBooks does not accept “ann@example.com” as an e-mail address.",
    ),
    "2030": refused(
        recorded("error__500__2.response"),
        "invalid_value",
        (
            "QuickBooks does not accept the value of Id. An id is not a number. Id should be a "
            "valid number. Supplied value:1.5"
        ),
    ),
    "2060": refused(
        said("2060", "Invalid date format", "Invalid date format", "TxnDate"),
        "invalid_value",
        (
            "QuickBooks does not accept the value of TxnDate. QuickBooks cannot read a date. "
            "Invalid date format"
        ),
    ),
    "2070": refused(
        said("2070", "Invalid date", "Invalid date", "TxnDate"),
        "invalid_value",
        "QuickBooks does not accept the value of TxnDate. A date does not exist. Invalid date",
    ),
    "2080": refused(
        said("2080", "Invalid number format"),
        "invalid_value",
        (
            "QuickBooks does not accept the value of a field. QuickBooks cannot read a number. "
            "Invalid number format"
        ),
    ),
    "2090": refused(
        said("2090", "Invalid number"),
        "invalid_value",
        (
            "QuickBooks does not accept the value of a field. QuickBooks does not accept a "
            "number. Invalid number"
        ),
    ),
    "2100": refused(
        said("2100", "Invalid decimal format"),
        "invalid_value",
        (
            "QuickBooks does not accept the value of a field. QuickBooks cannot read a decimal "
            "number. Invalid decimal format"
        ),
    ),
    "2110": refused(
        said("2110", "Invalid decimal"),
        "invalid_value",
        (
            "QuickBooks does not accept the value of a field. QuickBooks does not accept a "
            "decimal number. Invalid decimal"
        ),
    ),
    "2120": refused(
        said("2120", "Invalid type", "Type cannot be changed", "Type"),
        "invalid_value",
        (
            "QuickBooks does not accept the value of Type. The type of the record cannot be "
            "changed like this. Type cannot be changed"
        ),
    ),
    "2140": refused(
        said("2140", "Invalid amount"),
        "invalid_value",
        (
            "QuickBooks does not accept the value of a field. QuickBooks does not accept the "
            "amount. Invalid amount"
        ),
    ),
    "2160": refused(
        said("2160", "Invalid quantity"),
        "invalid_value",
        (
            "QuickBooks does not accept the value of a field. QuickBooks does not accept the "
            "quantity. Invalid quantity"
        ),
    ),
    "2170": refused(
        said("2170", "Invalid Enumeration", "Invalid Enumeration : HAS_BEEN_BILLED"),
        "invalid_value",
        (
            "QuickBooks does not accept the value of a field. A choice is not one of those "
            "QuickBooks has. Invalid Enumeration : HAS_BEEN_BILLED"
        ),
    ),
    "2200": refused(
        said("2200", "Malformed web address", "Malformed web address", "WebAddr.URI"),
        "invalid_value",
        (
            "QuickBooks does not accept the value of Website. QuickBooks does not accept the "
            "web address. Malformed web address"
        ),
    ),
    "2290": refused(
        said("2290", "Negative amount not supported on lines"),
        "invalid_value",
        (
            "QuickBooks does not accept the value of a field. A line may not have a negative "
            "amount. Negative amount not supported on lines"
        ),
    ),
    "2600": refused(
        said("2600", "Conflicting elements"),
        "invalid_value",
        (
            "QuickBooks does not accept the value of a field. Two of the values contradict "
            "each other. Conflicting elements"
        ),
    ),
    "6530": refused(
        said("6530", "Raw card number found"),
        "invalid_value",
        (
            "QuickBooks does not accept the value of a field. A card number must not be sent. "
            "Raw card number found"
        ),
    ),
    "900": refused(
        said("900", "Parent equals child", "Parent equals child", "ParentRef"),
        "invalid_value",
        (
            "QuickBooks does not accept the value of ParentRef. A record cannot be its own "
            "parent. Parent equals child"
        ),
    ),
    "6180": refused(
        said("6180", "More than 5 levels", "More than 5 levels", "ParentRef"),
        "invalid_value",
        (
            "QuickBooks does not accept the value of ParentRef. Sub-records may be nested five "
            "levels deep at most. More than 5 levels"
        ),
    ),
}
