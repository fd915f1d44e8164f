"""Values nobody likes, each with what must become of its record; the others go on.

Each row is typed on the side it is born on, in that side's own field names, and says what state the
record must reach and, in sync, what the far side must then hold. "Not cut off silently" is the rule
behind most of them: what the far side cannot hold fails alone, with its reason (ENGINE 5.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.month.doors import Books, Portal
from tests.month.entering import (
    COMPANY_OF_CONTACT,
    CONTACT_OF_INVOICE,
    LINE_TO_INVOICE,
    SERVICES,
)
from tests.month.reasons import IN_SYNC, Shown

HUBSPOT, QUICKBOOKS = "hubspot", "quickbooks"
BAKER = "baker@example.com"  # who is invoiced
BAKERS = "SKU-BAKERS"  # what is sold
SCRIPT = Shown("failing", ("unsupported_characters",))
NAME = Shown("failing", ("invalid_name",))
LONG = Shown("failing", ("too_long",))
NO_EMAIL = Shown("excluded", ("no_email",))
NO_SKU = Shown("excluded", ("no_sku",))
TWO = Shown("failing", ("ambiguous_match",))
FOUR_BYTES = "Ana \U0001f33b"
E_ACUTE = "Jose\u0301"  # e with a combining accent: NFC is one letter of Latin-1


@dataclass(frozen=True)
class Nasty:
    """One record. ``far`` are dotted fields of the far side; ``line`` is what an invoice sells."""

    key: str
    object: str
    born: str
    typed: Mapping[str, Any]
    outcome: Shown = IN_SYNC
    far: Mapping[str, str] = field(default_factory=dict)
    company: str = ""  # HubSpot: the contact's company
    line: Mapping[str, Any] = field(default_factory=dict)


def person(key: str, first: str, last: str = "Lee", **more: str) -> dict[str, str]:
    """A contact as typed."""
    return {"email": f"{key}@example.com", "firstname": first, "lastname": last, **more}


def buyer(key: str, name: str, given: str = "Ann", **more: Any) -> dict[str, Any]:
    """A customer as typed."""
    address = more.pop("email", f"{key}@example.com")
    return {
        "DisplayName": name,
        "GivenName": given,
        "PrimaryEmailAddr": {"Address": address},
        **more,
    }


def goods(name: str, sku: str, **more: Any) -> dict[str, Any]:
    """An item as typed."""
    ref = {"value": SERVICES}
    return {"Name": name, "Sku": sku, "Type": "Service", "IncomeAccountRef": ref, **more}


def _display(name: str, **more: str) -> dict[str, str]:
    return {"DisplayName": name, **more}


#: Contacts toward a US company, which holds ISO-8859-1.
CONTACTS = (
    Nasty("c-latin", "contacts", HUBSPOT, person("c-latin", "Zoë", "Ångström"),
          far=_display("Zoë Ångström", FamilyName="Ångström")),
    Nasty("c-nfd", "contacts", HUBSPOT, person("c-nfd", E_ACUTE, "Nfd"),
          far=_display("José Nfd", GivenName="José")),
    Nasty("c-polish", "contacts", HUBSPOT, person("c-polish", "Łukasz"), SCRIPT),
    Nasty("c-cjk", "contacts", HUBSPOT, person("c-cjk", "伟", "王"), SCRIPT),
    Nasty("c-4byte", "contacts", HUBSPOT, person("c-4byte", FOUR_BYTES), SCRIPT),
    Nasty("c-500", "contacts", HUBSPOT, person("c-500", "Long"), company="L" * 500,
          far=_display("L" * 500)),
    Nasty("c-501", "contacts", HUBSPOT, person("c-501", "Longer"), NAME, company="M" * 501),
    Nasty("c-first-101", "contacts", HUBSPOT, person("c-first-101", "F" * 101), LONG),
    Nasty("c-first-500", "contacts", HUBSPOT, person("c-first-500", "G" * 500, "Z"),
          Shown("failing")),  # too long, and so is the name made of it
    Nasty("c-colon", "contacts", HUBSPOT, person("c-colon", "A:B"), NAME),
    Nasty("c-tab", "contacts", HUBSPOT, person("c-tab", "Tab", "One\tTwo"), NAME),
    Nasty("c-blanks", "contacts", HUBSPOT, person("c-blanks", "Blank  ", "Trailing   "),
          far={"GivenName": "Blank", "FamilyName": "Trailing"}),
    Nasty("c-capitals", "contacts", HUBSPOT,
          {**person("c-capitals", "Up", "Per"), "email": "C-CAPITALS@EXAMPLE.COM"},
          far={"PrimaryEmailAddr.Address": "c-capitals@example.com"}),
    Nasty("c-phone-31", "contacts", HUBSPOT, person("c-phone-31", "Phone", phone="1" * 31), LONG),
    Nasty("c-nameless", "contacts", HUBSPOT, {"email": "c-nameless@example.com"},
          far=_display("c-nameless@example.com")),
    Nasty("c-nobody", "contacts", HUBSPOT, {"firstname": "No", "lastname": "Mail"}, NO_EMAIL),
)  # fmt: skip
CUSTOMERS = (
    Nasty("q-500", "contacts", QUICKBOOKS, buyer("q-500", "Q" * 500), far={"firstname": "Ann"}),
    Nasty("q-blanks", "contacts", QUICKBOOKS, buyer("q-blanks", "Blanks Ltd", "Blank  "),
          far={"firstname": "Blank"}),
    Nasty("q-capitals", "contacts", QUICKBOOKS,
          buyer("q-capitals", "Capitals Ltd", email="  Q-Capitals@EXAMPLE.com"),
          far={"email": "q-capitals@example.com"}),
    Nasty("q-several", "contacts", QUICKBOOKS,
          buyer("q-several", "Several Ltd", email="one@example.com, two@example.com"),
          Shown("failing", ("invalid_email",))),
    Nasty("q-nobody", "contacts", QUICKBOOKS, {"DisplayName": "Walk-in"}, NO_EMAIL),
    Nasty("q-twin-1", "contacts", QUICKBOOKS, buyer("q-twin", "Twin One"), TWO),
    Nasty("q-twin-2", "contacts", QUICKBOOKS,
          buyer("q-twin", "Twin Two", email="Q-TWIN@example.com"), TWO),
    Nasty("q-markup", "contacts", QUICKBOOKS,
          buyer("q-markup", "<b>Bold</b> & 'Sons'", "<i>Ann</i>"),
          far={"firstname": "<i>Ann</i>"}),
)  # fmt: skip
#: From a company abroad, whose QuickBooks holds any letter.
CUSTOMERS_ABROAD = (
    Nasty("g-4byte", "contacts", QUICKBOOKS, buyer("g-4byte", f"{FOUR_BYTES} Ltd", FOUR_BYTES),
          far={"firstname": FOUR_BYTES}),
    Nasty("g-cjk", "contacts", QUICKBOOKS, buyer("g-cjk", "株式会社さくら", "さくら"),
          far={"firstname": "さくら"}),
)  # fmt: skip
PRODUCTS = (
    Nasty("p-latin", "products", QUICKBOOKS, goods("Crème brûlée", "SKU-É/1", UnitPrice="3.5"),
          far={"name": "Crème brûlée", "hs_sku": "SKU-É/1"}),
    Nasty("p-100", "products", QUICKBOOKS, goods("P" * 100, "S" * 100), far={"name": "P" * 100}),
    Nasty("p-blanks", "products", QUICKBOOKS, goods("Blank around", "SKU-BLANK  "),
          far={"hs_sku": "SKU-BLANK"}),
    Nasty("p-only-blanks", "products", QUICKBOOKS, goods("Blank only", "   "), NO_SKU),
    Nasty("p-twin-1", "products", QUICKBOOKS, goods("Twin one", "SKU-TWIN"), TWO),
    Nasty("p-twin-2", "products", QUICKBOOKS, goods("Twin two", "SKU-TWIN"), TWO),
    Nasty("p-4000", "products", QUICKBOOKS, goods("Wordy", "SKU-4000", Description="d" * 4000),
          far={"description": "d" * 4000}),
    Nasty("p-free", "products", QUICKBOOKS, goods("Free", "SKU-FREE", UnitPrice=0)),
)  # fmt: skip
PRODUCTS_ABROAD = (
    Nasty(
        "p-4byte", "products", QUICKBOOKS, goods(FOUR_BYTES, "SKU-4BYTE"), far={"name": FOUR_BYTES}
    ),
)
INVOICES_TO_QUICKBOOKS = (
    Nasty("i-latin", "invoices", HUBSPOT, {}, line={"name": "Crème: brûlée", "description": "«é»"},
          far={"Line.0.SalesItemLineDetail.ItemRef.name": "Custom line item",
               "Line.0.Amount": "10.00"}),
    Nasty("i-4byte", "invoices", HUBSPOT, {}, SCRIPT, line={"description": FOUR_BYTES}),
    Nasty("i-cjk", "invoices", HUBSPOT, {}, SCRIPT, line={"name": "さくら"}),
    Nasty("i-4000", "invoices", HUBSPOT, {}, line={"description": "d" * 3000}),
    Nasty("i-4001", "invoices", HUBSPOT, {}, LONG, line={"description": "e" * 4001}),
)  # fmt: skip
INVOICES_TO_HUBSPOT = (
    Nasty("j-number", "invoices", QUICKBOOKS, {"DocNumber": "Ä/0001 #<&>\"' 12345"},
          far={"hs_number": "Ä/0001 #<&>\"' 12345"}),
    Nasty("j-4000", "invoices", QUICKBOOKS, {}, line={"Description": "é" * 4000},
          far={"line.description": "é" * 4000}),
    Nasty("j-blanks", "invoices", QUICKBOOKS, {}, line={"Description": "blanks after   "},
          far={"line.description": "blanks after"}),
    Nasty("j-markup", "invoices", QUICKBOOKS, {}, line={"Description": "<b>1</b> & \"2\""},
          far={"line.description": "<b>1</b> & \"2\""}),
)  # fmt: skip
ALL = (
    *CONTACTS, *CUSTOMERS, *CUSTOMERS_ABROAD, *PRODUCTS, *PRODUCTS_ABROAD,
    *INVOICES_TO_QUICKBOOKS, *INVOICES_TO_HUBSPOT,
)  # fmt: skip


@dataclass(frozen=True)
class Null:
    """A value that is never null in the vendor's documents, and is null in one record."""

    side: str
    object: str
    path: tuple[str | int, ...]


#: Each must leave its record failing or in sync, say why, and leave every other record alone.
NULLS = (
    Null(HUBSPOT, "contacts", ("properties",)),
    Null(HUBSPOT, "contacts", ("properties", "email")),
    Null(HUBSPOT, "contacts", ("updatedAt",)),
    Null(QUICKBOOKS, "contacts", ("DisplayName",)),
    Null(QUICKBOOKS, "contacts", ("SyncToken",)),
    Null(QUICKBOOKS, "contacts", ("MetaData",)),
    Null(QUICKBOOKS, "products", ("Name",)),
    Null(QUICKBOOKS, "invoices", ("Line",)),
    Null(QUICKBOOKS, "invoices", ("TotalAmt",)),
    Null(QUICKBOOKS, "invoices", ("CustomerRef",)),
    Null(QUICKBOOKS, "invoices", ("Line", 0, "SalesItemLineDetail")),
    Null(HUBSPOT, "invoices", ("properties", "hs_currency")),
)


def nullify(body: Any, record_id: str, path: Sequence[str | int]) -> int:
    """Put null into every copy of a record in an answer; how many there were.

    A record is any object with that ``id`` or ``Id`` which has the first step of the path.
    """
    found = 0
    if isinstance(body, dict):
        if record_id in (body.get("id"), body.get("Id")) and path[0] in body:
            place: Any = body
            for step in path[:-1]:
                place = place[step] if _has(place, step) else None
            if _has(place, path[-1]):
                place[path[-1]] = None
                return 1
        found += sum(nullify(one, record_id, path) for one in body.values())
    elif isinstance(body, list):
        found += sum(nullify(one, record_id, path) for one in body)
    return found


def _has(place: Any, step: str | int) -> bool:
    if isinstance(step, int):
        return isinstance(place, list) and step < len(place)
    return isinstance(place, dict) and step in place


# -- typing in, and judging -----------------------------------------------------------------


def enter(cases: Sequence[Nasty], portal: Portal, books: Books) -> dict[str, str]:
    """Type the cases in; ``{key: id}`` on the side each is born on."""
    return {case.key: (_in_hubspot if case.born == HUBSPOT else _in_quickbooks)(case, portal, books)
            for case in cases}  # fmt: skip


def _in_hubspot(case: Nasty, portal: Portal, _: Books) -> str:
    if case.object == "contacts":
        ties = []
        if case.company:
            company = portal.create("companies", [({"name": case.company}, ())])[0]
            ties = [(company, COMPANY_OF_CONTACT)]
        return portal.create("contacts", [(case.typed, ties)])[0]
    assert case.object == "invoices"
    found = [one["id"] for one in portal.all("contacts", "email") if one["email"] == BAKER]
    baker = found or portal.create("contacts", [(person("baker", "Bea", "Baker"), ())])
    draft = {"hs_currency": "USD", **case.typed}
    made = portal.create("invoices", [(draft, [(baker[0], CONTACT_OF_INVOICE)])])[0]
    line = {"name": "Bread", "quantity": "1", "price": "10", **case.line}
    portal.create("line_items", [(line, [(made, LINE_TO_INVOICE)])])
    portal.update("invoices", [(made, {"hs_invoice_status": "open"})])
    return made


def _in_quickbooks(case: Nasty, _: Portal, books: Books) -> str:
    entity = {"contacts": "Customer", "products": "Item", "invoices": "Invoice"}[case.object]
    if entity != "Invoice":
        return str(books.create(entity, [case.typed])[0]["Id"])
    found = [
        c for c in books.all("Customer") if c.get("PrimaryEmailAddr", {}).get("Address") == BAKER
    ]
    baker = (found or books.create("Customer", [buyer("baker", "Bea Baker", "Bea")]))[0]["Id"]
    sold = [one for one in books.all("Item") if one.get("Sku") == BAKERS]
    bread = (sold or books.create("Item", [goods("Bread", BAKERS)]))[0]["Id"]
    detail = {"ItemRef": {"value": bread}, "Qty": 1, "UnitPrice": 10}
    line = {"Amount": 10, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    body = {"CustomerRef": {"value": baker}, "Line": [{**line, **case.line}], **case.typed}
    return str(books.create("Invoice", [body])[0]["Id"])


def judge(
    cases: Sequence[Nasty],
    ids: Mapping[str, str],
    status: Mapping[str, Any],
    portal: Portal,
    books: Books,
) -> Iterator[str]:
    """A sentence for everything that is not as the table says.

    Args:
        cases: the rows that were typed in.
        ids: what ``enter`` gave.
        status: what ``sync_status --json`` printed.
        portal: to read HubSpot.
        books: to read QuickBooks.
    """
    for case in cases:
        own, other = f"{case.born}_id", f"{QUICKBOOKS if case.born == HUBSPOT else HUBSPOT}_id"
        rows = [
            record
            for found in status["objects"]
            if found["object"] == case.object
            for record in found["records"]
            if record[own] == ids[case.key]
        ]
        if len(rows) != 1:
            yield f"{case.key}: {len(rows)} records"
            continue
        (row,) = rows
        if not case.outcome.fits(row["state"], row.get("code")):
            wanted = f"{case.outcome.state} {'/'.join(case.outcome.codes)}".strip()
            yield f"{case.key}: expected {wanted}, is {row['state']} {row.get('code')}"
            continue
        if row["state"] != "in_sync":
            if not (row.get("explanation") and row.get("remedy")):
                yield f"{case.key}: no explanation or no remedy"
            if row[other]:
                yield f"{case.key}: {row['state']}, but written as {row[other]}"
            continue
        held = far_record(case, str(row[other]), portal, books)
        for path, value in case.far.items():
            if held(path) != value:
                yield f"{case.key}: {path}: expected {value[:60]!r}, is {str(held(path))[:60]!r}"


def far_record(case: Nasty, far_id: str, portal: Portal, books: Books) -> Any:
    """A function from a dotted path to what the far side holds there, as text."""
    if case.born == HUBSPOT:
        entity = {"contacts": "customer", "products": "item", "invoices": "invoice"}[case.object]
        answer = books.call("GET", f"/{entity}/{far_id}")
        return lambda path: _at(next(iter(answer.values())), path)

    def read(path: str) -> str | None:
        name = path.removeprefix("line.")
        if name == path:
            return portal.read(case.object, [far_id], path)[far_id].get(path)
        line = portal.ties("invoices", [far_id], "line_items")[far_id][0]
        return portal.read("line_items", [line], name)[line].get(name)

    return read


def _at(held: Any, path: str) -> str | None:
    for step in path.split("."):
        if isinstance(held, list):
            held = held[int(step)] if int(step) < len(held) else None
        else:
            held = (held or {}).get(step)
    if held is None or isinstance(held, str):
        return held
    return f"{held:.2f}"
