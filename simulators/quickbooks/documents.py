"""What can be done with a transaction besides writing it: delete, void, send, print.

Knows tokens, stubs and the order of things; what a kind of transaction refuses and moves is in
``rules``.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from simulators.quickbooks import faults, operations, refusals, times
from simulators.quickbooks.company import Company, Writer
from simulators.quickbooks.entities.checks import EMAIL
from simulators.quickbooks.entities.fields import Entity
from simulators.quickbooks.records import Record
from simulators.quickbooks.rules.registry import rules_of


def delete(company: Company, entity: Entity, body: Mapping[str, Any], writer: Writer) -> Record:
    """Delete a transaction and return what it was.

    Raises:
        Refusal: unknown, stale, closed, deposited, or (by the switch) with payments.
    """
    record = _target(company, entity, body)
    rules = rules_of(entity.name)
    rules.refuse_removal(company, record, writer, "delete")
    before = dict(record.values)
    record.modified_by = writer.user_name
    company.remove(record)
    rules.removed(company, record, before)
    company.note(writer, "delete", record, before)
    company.announce(entity.name, "delete", record.id)
    return record


def void(company: Company, entity: Entity, body: Mapping[str, Any], writer: Writer) -> Record:
    """Void a transaction and return it: everything zero, ``Voided`` in the memo.

    Raises:
        Refusal: as for a deletion.
    """
    record = _target(company, entity, body)
    if is_void(record):
        return record
    rules = rules_of(entity.name)
    rules.refuse_removal(company, record, writer, "void")
    before = dict(record.values)
    record.values = rules.voided(record)
    record.token += 1
    record.updated = company.now()
    record.modified_by, record.person_id = writer.user_name, writer.person_id
    company.save(record)
    rules.removed(company, record, before)
    company.note(writer, "void", record, before)
    company.announce(entity.name, "void", record.id)
    return record


def is_void(record: Record) -> bool:
    """True for a transaction that was voided: no field says so."""
    note = str(record.values.get("PrivateNote", ""))
    return note.startswith("Voided") and not record.values.get("TotalAmt")


def send(company: Company, entity: Entity, record_id: str, to: str, writer: Writer) -> Record:
    """Mail a sale to its customer and return it as sent; nothing leaves this program.

    Raises:
        Refusal: 610 for an unknown one, 6420 without an address, 2210 for a bad one.
    """
    record = operations.read(company, entity, record_id)
    address = to or (record.values.get("BillEmail") or {}).get("Address", "")
    if not address:
        raise refusals.email_missing()
    if not all(EMAIL.match(part.strip()) for part in address.split(",")):
        raise faults.Refusal(faults.invalid_email("BillEmail"))
    before = dict(record.values)
    at = times.stamp(company.now())
    record.values["BillEmail"] = {"Address": address}
    record.values["EmailStatus"] = "EmailSent"
    record.values["DeliveryInfo"] = {"DeliveryType": "Email", "DeliveryTime": at}
    # That sending raises the SyncToken is UNCONFIRMED.
    record.token += 1
    record.updated = company.now()
    record.modified_by, record.person_id = writer.user_name, writer.person_id
    company.save(record)
    company.note(writer, "send", record, before)
    company.announce(entity.name, "emailed", record.id)
    return record


def pdf(company: Company, entity: Entity, record_id: str) -> bytes:
    """Return the sale as a page to print.

    Raises:
        Refusal: 610 for an unknown one.
    """
    record = operations.read(company, entity, record_id)
    values = record.values
    customer = (values.get("CustomerRef") or {}).get("name", "")
    lines = [f"{entity.name} {values.get('DocNumber', record.id)}", customer, values["TxnDate"]]
    for line in values["Line"]:
        amount: Decimal = line.get("Amount", Decimal(0))
        lines.append(f"{line.get('Description', line['DetailType'])}   {amount:,.2f}")
    lines.append(f"Total   {values['TotalAmt']:,.2f} {values['CurrencyRef']['value']}")
    return _page(lines)


def _page(lines: list[str]) -> bytes:
    """One page of text as PDF 1.4."""
    shown = []
    for line in lines:
        text = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        shown.append(f"({text}) Tj T*")
    drawn = f"BT /F1 12 Tf 16 TL 56 780 Td {' '.join(shown)} ET".encode("latin-1", "replace")
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        font,
    ]
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)


def _target(company: Company, entity: Entity, body: Mapping[str, Any]) -> Record:
    """Only Id and SyncToken are needed; the rest of the body is not looked at."""
    record_id = body.get("Id")
    if record_id in (None, ""):
        raise faults.Refusal(faults.missing("Id"))
    record = operations.read(company, entity, str(record_id))
    operations.check_token(record, body)
    return record
