"""Contacts <-> customers: match key, exclusions, default mappings, display name.

Sources: MISSION S14-S16; ENGINE 2.2, 3.6; apis/quickbooks.md 11.1; apis/hubspot.md 8.
"""

from __future__ import annotations

from collections.abc import Mapping

from syncapp.core.filters import Condition, Filter, Operator
from syncapp.core.mapping import FieldMapping
from syncapp.core.pairs import approval_options
from syncapp.core.pairs.base import Exclusion, ObjectPair, Refusal, RelatedField
from syncapp.core.schema import Kind
from syncapp.core.sides import Direction, Side
from syncapp.core.values import Value, Values, canonical, is_empty, text

COMPANY_NAME = "associatedcompany.name"
DISPLAY_NAME = "DisplayName"
DISPLAY_NAME_LIMIT = 500

_EMAIL = {Side.HUBSPOT: "email", Side.QUICKBOOKS: "PrimaryEmailAddr.Address"}


def _match_keys(side: Side, values: Values) -> tuple[str, ...]:
    """The e-mail addresses, trimmed and in lower case; HubSpot's secondary ones after the first."""
    addresses = [values.get(_EMAIL[side])]
    if side is Side.HUBSPOT:
        addresses += str(values.get("hs_additional_emails") or "").split(";")
    keys = [canonical(address, Kind.EMAIL) for address in addresses]
    return tuple(dict.fromkeys(key for key in keys if isinstance(key, str)))


def _label(side: Side, values: Values) -> str:
    """The name a person knows the record by."""
    if side is Side.QUICKBOOKS:
        return str(values.get(DISPLAY_NAME) or "")
    return _person_name(values) or str(values.get("email") or "")


def _person_name(values: Values) -> str:
    parts = (values.get("firstname"), values.get("lastname"))
    return " ".join(text(part) for part in parts if not is_empty(part))


def display_name(values: Values, *, company_name: bool) -> str:
    """The display name of a customer made from a contact (S15).

    The primary company's name when that mapping is on and there is one, else first and last
    name, else the e-mail address.
    """
    company = values.get(COMPANY_NAME)
    if company_name and not is_empty(company):
        return text(company)
    return _person_name(values) or text(values.get("email") or "")


def _completes(
    to: Side, values: Values, mappings: tuple[FieldMapping, ...]
) -> Mapping[str, Value] | Refusal:
    if to is Side.HUBSPOT:
        return {}
    use_company = any(m.hubspot == COMPANY_NAME and m.enabled for m in mappings)
    name = display_name(values, company_name=use_company)
    if not name:
        return Refusal("no_name", {})
    if len(name) > DISPLAY_NAME_LIMIT or any(c in name for c in ":\t\n\r"):
        return Refusal("invalid_name", {"name": name})
    return {DISPLAY_NAME: name}


def _pair(hubspot: str, quickbooks: str, label: str, kind: Kind = Kind.TEXT) -> FieldMapping:
    return FieldMapping(hubspot, quickbooks, kind=kind, label=label)


def _of_an_invoice(field: str, operator: Operator, value: str, label: str, kind: Kind) -> Condition:
    return Condition(field, operator, value, label, kind, related="invoices")


#: S11: contacts with an invoice that is finalised, made from the day of set-up on, in HubSpot
#: itself. Invoices that another connector, or this one, brought in are not billable there.
#: UNCONFIRMED: the spelling of the sources other than data_sync (apis/hubspot.md 9.1).
_INVOICED = (
    _of_an_invoice("hs_invoice_status", Operator.NOT_IN, "draft", "Invoice status", Kind.CHOICE),
    _of_an_invoice(
        "hs_createdate", Operator.AFTER, "[today]", "Invoice create date", Kind.DATETIME
    ),
    _of_an_invoice(
        "hs_invoice_source",
        Operator.NOT_IN,
        "data_sync,legacy_quickbooks",
        "Invoice source",
        Kind.CHOICE,
    ),
    _of_an_invoice("hs_invoice_billable", Operator.IS_NOT, "false", "Billable", Kind.BOOLEAN),
)

CONTACTS = ObjectPair(
    name="contacts",
    title="Contacts",
    types={Side.HUBSPOT: "contacts", Side.QUICKBOOKS: "Customer"},
    nouns={Side.HUBSPOT: "contact", Side.QUICKBOOKS: "customer"},
    match_keys=_match_keys,
    match_key_label="the e-mail address",
    requires="an e-mail address",
    label=_label,
    completes=_completes,
    unique_name=DISPLAY_NAME,
    name_sharers="customer, vendor or employee",
    unique_fields={Side.HUBSPOT: "email"},
    reads={Side.HUBSPOT: ("associatedcompanyid", "hs_additional_emails"), Side.QUICKBOOKS: ()},
    exclusions=(Exclusion("no_email", lambda side, values: is_empty(values.get(_EMAIL[side]))),),
    related=(RelatedField(COMPANY_NAME, Side.HUBSPOT, "associatedcompanyid", "companies", "name"),),
    associated={Side.HUBSPOT: ("invoices", "deals", "companies")},
    recommended={Side.HUBSPOT: Filter((_INVOICED,))},
    mappings=(
        FieldMapping(
            COMPANY_NAME,
            DISPLAY_NAME,
            direction=Direction.TO_QUICKBOOKS,
            label="Display name ← Associated company name",
            creation_only=True,
        ),
        _pair("firstname", "GivenName", "First name"),
        _pair("lastname", "FamilyName", "Last name"),
        _pair("email", "PrimaryEmailAddr.Address", "E-mail", Kind.EMAIL),
        _pair("phone", "PrimaryPhone.FreeFormNumber", "Phone", Kind.PHONE),
        _pair("mobilephone", "Mobile.FreeFormNumber", "Mobile phone", Kind.PHONE),
        _pair("company", "CompanyName", "Company name"),
        _pair("website", "WebAddr.URI", "Website", Kind.URL),
        _pair("address", "BillAddr.Line1", "Street address"),
        _pair("city", "BillAddr.City", "City"),
        _pair("state", "BillAddr.CountrySubDivisionCode", "State/Region"),
        _pair("zip", "BillAddr.PostalCode", "Postal code"),
        _pair("country", "BillAddr.Country", "Country"),
    ),
    options=approval_options.plain("customers"),
)
