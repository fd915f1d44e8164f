"""The faults QuickBooks answers with: codes, texts and the two envelopes.

Business faults (``Fault``, HTTP 400) come from the company's books, gateway faults (``fault``,
lower case, HTTP 401, 403 and 429) from in front of them. Texts marked UNCONFIRMED are our own
wording: decide by code, never by them. Sources: developer.intuit.com error pages, recorded
bodies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_KNOWN_SHOWN = 1000
_MADE_INACTIVE = (
    "Something you're trying to use has been made inactive. Check the fields with accounts, "
    "customers, items, vendors or employees."
)


@dataclass(frozen=True)
class FaultError:
    """One entry of a fault's ``Error`` list; ``element`` None leaves the key out."""

    code: str
    message: str
    detail: str
    element: str | None = None

    def body(self) -> dict[str, Any]:
        """Return the entry as JSON, keys in recorded order."""
        entry = {"Message": self.message, "Detail": self.detail, "code": self.code}
        if self.element is not None:
            entry["element"] = self.element
        return entry


class Refusal(Exception):
    """A business fault: the request was understood and not carried out."""

    def __init__(
        self, *errors: FaultError, kind: str = "ValidationFault", status: int = 400
    ) -> None:
        super().__init__("; ".join(f"{error.code} {error.detail}" for error in errors))
        self.errors = errors
        self.kind = kind
        self.status = status

    def fault(self) -> dict[str, Any]:
        """Return the value of the ``Fault`` key."""
        return {"Error": [error.body() for error in self.errors], "type": self.kind}


class GatewayRefusal(Exception):
    """A fault of the gateway: authentication, foreign company, throttling."""

    def __init__(self, status: int, code: str, message: str, detail: str | None, kind: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail
        self.kind = kind

    def body(self, now_ms: int) -> dict[str, Any]:
        """Return the lower-case envelope; ``time`` is epoch milliseconds here."""
        error = {
            "message": self.message,
            "detail": self.detail,
            "code": self.code,
            "element": None,
        }
        return {
            "warnings": None,
            "intuitObject": None,
            "fault": {"error": [error], "type": self.kind},
            "report": None,
            "queryResponse": None,
            "batchItemResponse": [],
            "attachableResponse": [],
            "syncErrorResponse": None,
            "requestId": None,
            "time": now_ms,
            "status": None,
            "cdcresponse": [],
        }


# --- gateway -------------------------------------------------------------------------------------
def token_expired(token: str) -> GatewayRefusal:
    """401 for an access token past its hour."""
    return _unauthenticated(f"Token expired: {token}")


def token_unknown(token: str) -> GatewayRefusal:
    """401 for a token never issued, or revoked. Detail texts are UNCONFIRMED."""
    return _unauthenticated(f"Token not found: {token}")


def token_revoked(token: str) -> GatewayRefusal:
    """401 after revocation or disconnection. Detail text UNCONFIRMED."""
    return _unauthenticated(f"Token revoked: {token}")


def token_missing() -> GatewayRefusal:
    """401 without an Authorization header; code 3202 is documented, its text UNCONFIRMED."""
    message = "message=EmptyField; errorCode=003202; statusCode=401"
    return GatewayRefusal(401, "3202", message, "Authorization header missing", "AUTHENTICATION")


def _unauthenticated(detail: str) -> GatewayRefusal:
    message = "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    return GatewayRefusal(401, "3200", message, detail, "AUTHENTICATION")


def foreign_company() -> GatewayRefusal:
    """403 for a good token that does not belong to the company in the path."""
    message = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403"
    return GatewayRefusal(403, "3100", message, None, "SERVICE")


def throttled() -> GatewayRefusal:
    """429. The JSON envelope is UNCONFIRMED (by analogy with the recorded 401)."""
    message = "message=ThrottleExceeded; errorCode=003001; statusCode=429"
    detail = "The request limit was reached.  Try again later"
    return GatewayRefusal(429, "3001", message, detail, "SERVICE")


# --- paths and properties ------------------------------------------------------------------------
def unsupported(what: str) -> Refusal:
    """HTTP 400 with code ``500``: a path or verb QuickBooks does not have."""
    return Refusal(
        FaultError("500", "Unsupported Operation", f"Operation {what} is not supported.")
    )


def no_resource(path: str, url: str) -> Refusal:
    """The same fault with the text recorded for a path that leads nowhere."""
    return unsupported(f"Could not find resource for relative : {path} of full path: {url}")


def unknown_property(name: str, entity: str, known: Iterable[str]) -> FaultError:
    """2010 for a key the entity does not have; the list of known ones is cut short."""
    names = [f'"{item}"' for item in known]
    listed = ", ".join(names)
    if len(listed) > _KNOWN_SHOWN:
        listed = listed[:_KNOWN_SHOWN].rsplit(",", 1)[0] + " [truncated]"
    detail = (
        f'Property Name:Unrecognized field "{name}" (class com.intuit.schema.finance.v3.{entity}), '
        f"not marked as ignorable ({len(names)} known properties: {listed}])\n"
        " specified is unsupported or invalid"
    )
    return FaultError("2010", "Request has invalid or unsupported property", detail)


def malformed_body(why: str) -> Refusal:
    """2010 for a body that is no JSON object. Detail text UNCONFIRMED."""
    detail = f"Property Name:{why} specified is unsupported or invalid"
    return Refusal(FaultError("2010", "Request has invalid or unsupported property", detail))


def invalid_utf8() -> Refusal:
    """Code 500 for bytes that are not UTF-8."""
    detail = (
        "Operation com.sun.org.apache.xerces.internal.impl.io.MalformedByteSequenceException: "
        "Invalid byte 1 of 1-byte UTF-8 sequence. is not supported."
    )
    return Refusal(FaultError("500", "Unsupported Operation", detail))


def missing(element: str) -> FaultError:
    """2020 for a required property."""
    return FaultError(
        "2020",
        "Required param missing, need to supply the required value for the API",
        f"Required parameter {element} is missing in the request",
        element,
    )


def invalid_id(supplied: object) -> Refusal:
    """2030; the recorded body has no ``time``, the answer leaves it out."""
    detail = f"Id should be a valid number. Supplied value:{supplied}"
    return Refusal(FaultError("2030", "Invalid ID", detail, "Id"))


def invalid_characters(element: str) -> FaultError:
    """2040: colon, tab, newline in a name; also text the character set lacks (UNCONFIRMED)."""
    return FaultError(
        "2040",
        "Invalid String",
        f"Invalid String: element contains invalid characters: {element}",
        element,
    )


def wrong_length(element: str, limit: int, length: int) -> FaultError:
    """2050: too long is refused, never cut."""
    return FaultError(
        "2050",
        "String length is either shorter or longer than supported by specification",
        "String length specified does not match the supported length. "
        f"Min:0 Max:{limit} supported. Supplied length:{length}",
        element,
    )


def invalid_date(element: str, supplied: object) -> FaultError:
    """2060. Text UNCONFIRMED."""
    return FaultError("2060", "Invalid date format", f"Invalid date: {supplied}", element)


def invalid_number(element: str, supplied: object) -> FaultError:
    """2090. Text UNCONFIRMED."""
    return FaultError("2090", "Invalid number", f"Invalid number: {supplied}", element)


def invalid_request_id() -> Refusal:
    """2130 for a request id longer than 50 characters. Text UNCONFIRMED."""
    return Refusal(FaultError("2130", "Invalid request id format", "Invalid request id format"))


def invalid_choice(element: str, supplied: object) -> FaultError:
    """2170."""
    detail = f"Invalid Enumeration : {supplied}"
    return FaultError("2170", "Invalid Enumeration", detail, element)


def invalid_email(element: str) -> FaultError:
    """2210. Detail text UNCONFIRMED."""
    detail = "The email address does not conform to the RFC 822 format."
    return FaultError("2210", "Invalid email address format", detail, element)


# --- objects -------------------------------------------------------------------------------------
def not_found() -> Refusal:
    """610 for an unknown id (recorded text; the same for an inactive reference)."""
    return Refusal(
        FaultError("610", "Object Not Found", f"Object Not Found : {_MADE_INACTIVE}", "")
    )


def transaction_gone() -> Refusal:
    """610 for a transaction that was deleted."""
    detail = "Object Not Found : Another user has deleted this transaction."
    return Refusal(FaultError("610", "Object Not Found", detail, ""))


def dangling(group: str, element_id: str) -> FaultError:
    """2500 for a reference to nothing; ``group`` is the plural the vendor prints (Names, Items)."""
    detail = f"Invalid Reference Id : {group} element id {element_id} not found"
    return FaultError("2500", "Invalid Reference Id", detail, "")


def inactive_reference() -> FaultError:
    """2500 for a reference to an inactive object."""
    detail = f"Invalid Reference Id : {_MADE_INACTIVE}"
    return FaultError("2500", "Invalid Reference Id", detail, "")


def stale(other: str) -> Refusal:
    """5010; also for a token newer than the stored one (text UNCONFIRMED there)."""
    detail = (
        f"Stale Object Error : You and {other} were working on this at the same time. "
        f"{other} finished before you did, so your work was not saved."
    )
    return Refusal(FaultError("5010", "Stale Object Error", detail, ""))


def business(detail: str) -> Refusal:
    """6000, the catch-all; the reason is in the detail."""
    return Refusal(
        FaultError(
            "6000",
            "A business validation error has occurred while processing your request",
            f"Business Validation Error: {detail}",
            "",
        )
    )


def no_name() -> Refusal:
    """6080. Detail text UNCONFIRMED."""
    detail = "At least one of Title, GivenName, MiddleName, FamilyName, DisplayName, Suffix is due"
    return Refusal(FaultError("6080", "No name provided", detail))


def parent_missing() -> FaultError:
    """6150. Text UNCONFIRMED."""
    return FaultError("6150", "ParentRef required", "ParentRef is required", "ParentRef")


def too_deep() -> Refusal:
    """6180: more than five levels. Text UNCONFIRMED."""
    return Refusal(FaultError("6180", "Too many levels", "More than 5 levels", "ParentRef"))


def own_parent() -> Refusal:
    """900: an object cannot be its own ancestor. Text UNCONFIRMED."""
    return Refusal(FaultError("900", "Parent equals child", "Parent equals child", "ParentRef"))


def account_type_missing() -> Refusal:
    """6010: an account needs a type or a subtype. Text UNCONFIRMED."""
    detail = "AccountType or AccountSubType is required"
    return Refusal(FaultError("6010", "Account type missing", detail, "AccountType"))


def duplicate_name(holder_id: str) -> Refusal:
    """6240; the holder may be a customer, a vendor or an employee."""
    return Refusal(
        FaultError(
            "6240",
            "Duplicate Name Exists Error",
            f"The name supplied already exists. : Id={holder_id}",
        )
    )


# --- query, batch, system ------------------------------------------------------------------------
def query_syntax(detail: str) -> Refusal:
    """4000."""
    return Refusal(FaultError("4000", "Error parsing query", f"QueryParserError: {detail}"))


def query_invalid(detail: str) -> Refusal:
    """4001."""
    return Refusal(FaultError("4001", "Invalid query", f"QueryValidationError: {detail}"))


def batch_too_large(count: int, limit: int) -> Refusal:
    """1040. Detail text UNCONFIRMED."""
    detail = f"The batch holds {count} items, more than the {limit} allowed"
    return Refusal(FaultError("1040", "Batch size exceeds the maximum", detail))


def system_failure(detail: str) -> Refusal:
    """10000, HTTP 500."""
    return Refusal(
        FaultError(
            "10000",
            "An application error has occurred while processing your request",
            f"System Failure Error: {detail}",
        ),
        kind="SystemFault",
        status=500,
    )


def has_balance() -> Refusal:
    """6220: a name with a balance cannot be made inactive by the API. Text UNCONFIRMED."""
    detail = "This name has an open balance and cannot be made inactive."
    return Refusal(FaultError("6220", "Entity has a balance", detail))


def wrong_account(detail: str) -> Refusal:
    """6430: an account of the wrong type on an item."""
    return Refusal(
        FaultError("6430", "Invalid account type used", f"Invalid account type: {detail}", "")
    )


def type_fixed(element: str) -> Refusal:
    """2120: a type cannot be changed. Text UNCONFIRMED."""
    return Refusal(FaultError("2120", "Invalid type", f"{element} cannot be changed", element))


def invalid_object_name(name: str) -> Refusal:
    """2000. Text UNCONFIRMED."""
    return Refusal(FaultError("2000", "Invalid object name", f"Unsupported object: {name}"))
