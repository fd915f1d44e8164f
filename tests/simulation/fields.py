"""The fields the people of the simulation edit, in one naming for both sides.

An independent reading of what the sync is for: it shares no code with the product, so that one
mistake cannot hide on both ends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

H, Q = "hubspot", "quickbooks"
SIDES = (H, Q)

#: field (HubSpot's name) -> path in QuickBooks
PATHS = {
    "firstname": "GivenName",
    "lastname": "FamilyName",
    "email": "PrimaryEmailAddr.Address",
    "phone": "PrimaryPhone.FreeFormNumber",
    "company": "CompanyName",
    "city": "BillAddr.City",
    "state": "BillAddr.CountrySubDivisionCode",
    "jobtitle": "Notes",
}
#: Nobody edits it: it says which person a record is, wherever the record came to stand.
TAG = "jobtitle"
EDITED = ("firstname", "lastname", "phone", "company", "city", "state")


def other(side: str) -> str:
    return Q if side == H else H


def same_form(name: str, value: Any) -> str:
    """The form in which two values of a field are compared; "" for every empty one."""
    text = str(value or "").strip()
    if name == "email":
        return text.lower()
    if name == "phone":
        return re.sub(r"\D", "", text) or text
    return text


def from_hubspot(values: Mapping[str, Any]) -> dict[str, str]:
    """The fields that stand in HubSpot's properties (or in a part of them)."""
    return {name: same_form(name, values[name]) for name in PATHS if name in values}


def from_quickbooks(values: Mapping[str, Any]) -> dict[str, str]:
    """The fields that stand in a customer's members (or in a part of them)."""
    found = {}
    for name, path in PATHS.items():
        top, _, below = path.partition(".")
        if top in values:
            value = values[top]
            if below:
                value = value.get(below) if isinstance(value, Mapping) else None
            found[name] = same_form(name, value)
    return found


def to_quickbooks(values: Mapping[str, str], current: Mapping[str, Any]) -> dict[str, Any]:
    """A sparse body that sets the fields; nested objects are sent whole."""
    body: dict[str, Any] = {}
    for name, value in values.items():
        top, _, below = PATHS[name].partition(".")
        if not below:
            body[top] = value
            continue
        whole = body.get(top) or dict(current.get(top) or {})
        for server_side in ("Id", "Lat", "Long"):
            whole.pop(server_side, None)
        whole[below] = value
        body[top] = whole
    return body
