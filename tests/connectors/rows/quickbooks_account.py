"""QuickBooks on the connection, on waiting, on what moved, and on the company."""

from __future__ import annotations

from tests.connectors.quickbooks.bodies import TIME, gateway
from tests.connectors.rows.cases import Case, again, ended, refused, unknown
from tests.connectors.rows.quickbooks_bodies import recorded, said

ACCOUNT: dict[str, Case] = {
    # -- connection
    "3200": ended(
        recorded("error__401__1.response"),
        "QuickBooks does not accept the access token.",
        status=401,
    ),
    "003200": ended(
        gateway(
            "003200",
            "message=ApplicationAuthenticationFailed; errorCode=003200; statusCode=401",
            "Token revoked: AB01601390262kxzxOlnHYdhtEVRX",
        ),
        "QuickBooks does not accept the access token.",
        status=401,
    ),
    "3202": ended(
        gateway("3202", "message=EmptyField; errorCode=003202; statusCode=401"),
        "QuickBooks received no access token.",
        status=401,
    ),
    "3100": ended(
        gateway(
            "3100",
            "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403",
        ),
        (
            "The connection is not valid for this QuickBooks company. Check that the keys "
            "belong to the right environment (sandbox or production) and reconnect."
        ),
        reconnect=True,
        status=403,
    ),
    "003100": ended(
        gateway(
            "003100",
            "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403",
        ),
        (
            "The connection is not valid for this QuickBooks company. Check that the keys "
            "belong to the right environment (sandbox or production) and reconnect."
        ),
        reconnect=True,
        status=403,
    ),
    "120": ended(
        said(
            "120",
            "Authorization Failure",
            " : -11014-You do not have access to use QuickBooks Online Plus.",
        ),
        (
            "The person who connected QuickBooks may not use the company any more. Reconnect "
            "as a company administrator."
        ),
        reconnect=True,
        status=401,
    ),
    "10200": ended(
        said("10200", "Company has been reset"),
        "The QuickBooks company was reset. Reconnect, and check it before anything is written.",
        reconnect=True,
    ),
    # -- waiting
    "3001": ended(
        gateway(
            "3001",
            "message=ThrottleExceeded; errorCode=003001; statusCode=429",
            "The request limit was reached.  Try again later",
        ),
        "QuickBooks asks for a pause of 60 seconds.",
        status=429,
    ),
    "003001": ended(
        gateway(
            "003001",
            "message=ThrottleExceeded; errorCode=003001; statusCode=403",
            "The request limit was reached.  Try again later",
        ),
        "QuickBooks asks for a pause of 60 seconds.",
        status=403,
    ),
    "130": ended(
        said("130", "Company is on another cluster"),
        "QuickBooks has moved the company to another place.",
    ),
    "140": ended(
        said("140", "Company is locked out"),
        "QuickBooks has locked the company for now.",
    ),
    "150": ended(
        said("150", "Company is under maintenance"),
        "QuickBooks is maintaining the company.",
    ),
    "10000": unknown(
        {
            "Fault": {
                "Error": [
                    {
                        "Message": "An application error has occurred while processing your "
                        "request",
                        "Detail": "System Failure Error: null",
                        "code": "10000",
                        "element": "",
                    }
                ],
                "type": "SystemFault",
            },
            "time": TIME,
        },
        status=500,
    ),
    "600": unknown(said("600", "Duplicate Request ID")),
    # -- the record moved
    "5010 Account Period Closed": refused(
        said(
            "5010",
            "Stale Object Error",
            "Account Period Closed : The account period has closed.",
            "",
        ),
        "period_closed",
        (
            "The books are closed for this date in QuickBooks. Account Period Closed : The "
            "account period has closed."
        ),
        hours=6,
        op="update",
    ),
    "5010": again(recorded("exquickbooks/item__update_item_error"), op="update"),
    "610 create": refused(
        recorded("exquickbooks/item__read_item_error"),
        "reference_inactive",
        (
            "Something the record refers to was made inactive or deleted in QuickBooks. Object "
            "Not Found : Something you're trying to use has been made inactive. Check the "
            "fields with accounts, customers, items, vendors or employees."
        ),
        hours=6,
    ),
    "610": again(recorded("exquickbooks/item__read_item_error"), op="update"),
    # -- names and numbers in use
    "6240": refused(
        said(
            "6240",
            "Duplicate Name Exists Error",
            "The name supplied already exists. : Id=812",
        ),
        "name_in_use",
        (
            "The display name “Ann Lee” is already used in QuickBooks by another customer, "
            "vendor or employee (id 812). Display names are unique over customers, vendors and "
            "employees."
        ),
        hours=6,
    ),
    "6140": refused(
        said(
            "6140",
            "Duplicate Document Number Error",
            (
                "Duplicate Document Number Error : You must specify a different number. This "
                "number has already been used. DocNumber=18696 is assigned to TxnType=Invoice "
                "with TxnId=6575"
            ),
            "",
        ),
        "number_in_use",
        (
            "Another transaction in QuickBooks already has the number 18696. Duplicate "
            "Document Number Error : You must specify a different number. This number has already "
            "been used. DocNumber=18696 is assigned to TxnType=Invoice with TxnId=6575"
        ),
        hours=6,
    ),
    "630": refused(
        said("630", "Duplicate object"),
        "rejected",
        "QuickBooks refused the record: QuickBooks already has such a record. Duplicate object",
    ),
    # -- account
    "6190": refused(
        said(
            "6190",
            "Invalid Company Status",
            (
                "Subscription period has ended or canceled or there was a billing problem : "
                "You can't add data to QuickBooks Online Plus because your trial or "
                "subscription period ended."
            ),
            "",
        ),
        "subscription_lapsed",
        (
            "The QuickBooks subscription has lapsed, so nothing can be written. Subscription "
            "period has ended or canceled or there was a billing problem : You can't add data "
            "to QuickBooks Online Plus because your trial or subscription period ended."
        ),
        hours=6,
    ),
    "6200": refused(
        said(
            "6200",
            "Account Period Closed",
            (
                "The account period has closed and the account books cannot be updated through "
                "the QBO Services API. Please use the QBO website to make these changes."
            ),
            "",
        ),
        "period_closed",
        (
            "The books are closed for this date in QuickBooks. The account period has closed "
            "and the account books cannot be updated through the QBO Services API. Please use "
            "the QBO website to make these changes."
        ),
        hours=6,
    ),
    "6210": refused(
        said(
            "6210",
            "Account Period Closed",
            (
                "The account period has closed and the account books cannot be updated through "
                "the QBO Services API. Please use the QBO website to make these changes."
            ),
            "",
        ),
        "period_closed",
        (
            "The books are closed for this date in QuickBooks. The account period has closed "
            "and the account books cannot be updated through the QBO Services API. Please use "
            "the QBO website to make these changes."
        ),
        hours=6,
    ),
    "5020": refused(
        said("5020", "Permission denied"),
        "no_permission",
        (
            "QuickBooks does not allow this to the connected user or app. The person who "
            "connected it may not do this, or the plan does not have it. Permission denied"
        ),
        hours=6,
    ),
    "5030": refused(
        said("5030", "Feature not supported"),
        "no_permission",
        (
            "QuickBooks does not allow this to the connected user or app. Not available on "
            "this QuickBooks plan or in its country. Feature not supported"
        ),
        hours=6,
    ),
}
