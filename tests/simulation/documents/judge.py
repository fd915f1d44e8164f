"""What must hold of documents in the end: read from both systems and from the people's own log.

Our own tables are read for what they claim (I5), and for the record log, in which a losing value
must stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from syncapp.models import RecordLink
from tests.simulation import checker
from tests.simulation.documents import causes
from tests.simulation.documents.desk import CENT
from tests.simulation.documents.view import ZERO, invoice_tag, money
from tests.simulation.fields import H, Q
from tests.simulation.journal import APP, PERSON

if TYPE_CHECKING:
    from tests.simulation.documents.scenario import DocumentSimulation

#: Objects whose records a person sees, and the type of each side.
LISTED = {
    "products": ("products", "Item"),
    "invoices": ("invoices", "Invoice"),
    "payments": ("commerce_payments", "Payment"),
}
#: Objects that stand in no list of their own.
HIDDEN = {"invoice_lines", "payment_notes"}
ENTITIES = {"products": "Item", "invoices": "Invoice", "invoice_lines": "Invoice"}
DATES = {"hs_invoice_date": "TxnDate", "hs_due_date": "DueDate"}


def end_state(sim: DocumentSimulation, *, swept: bool) -> Iterator[str]:
    """What does not hold in the end."""
    yield from checker.end_state(sim, swept=swept)
    yield from _all_known(sim)
    yield from _doubled(sim)
    if swept or not (sim.is_capped or is_hidden(sim)):
        yield from _claims(sim)
        yield from _payments(sim)
    yield from _edits(sim)


def is_hidden(sim: DocumentSimulation) -> bool:
    """Whether something was archived in HubSpot, of which nothing tells but the sweep."""
    return any(
        e.side == H and e.action == "archive" and e.by == PERSON
        for e in sim.journal.entries
        if e.type in {"invoices", "commerce_payments", "products"}
    )


def _links(name: str) -> list[RecordLink]:
    return list(RecordLink.objects.filter(definition__object_type=name).order_by("pk"))


# -- I5: every document has exactly one row


def _all_known(sim: DocumentSimulation) -> Iterator[str]:
    view = sim.view
    for name, (slug, entity) in LISTED.items():
        if name == "products" and name not in sim.clicks.made:
            continue
        links = _links(name)
        here = Counter(str(link.hubspot_id) for link in links)
        there = Counter(str(link.quickbooks_id) for link in links)
        for record in view.hubspot.rows(slug):
            if here[record] != 1:
                yield f"I5 {slug} {record} has {here[record]} rows"
        for record, values in view.quickbooks.rows(entity).items():
            ids = [record]
            if entity == "Payment":
                invoices = {line["LinkedTxn"][0]["TxnId"] for line in values.get("Line", ())}
                ids = [f"{record}/{one}" for one in sorted(invoices)]
            elif entity == "Item" and not sim.journal.born(Q, "Item", record):
                continue  # the company's own furniture
            for one in ids:
                if there[one] != 1:
                    yield f"I5 {entity} {one} has {there[one]} rows"


# -- I1: no document stands twice for one source


def _doubled(sim: DocumentSimulation) -> Iterator[str]:
    view = sim.view
    for side in (H, Q):
        for tag, records in view.invoices(side).items():
            if tag and len(records) > 1:
                yield f"I1 the invoice {tag} is {records} in {side}"
        for key, told in view.allocations(side).items():
            if key[0] and len(told) > 1 and len({record for record, _ in told}) > 1:
                yield f"I1 the payment {key} is {told} in {side}"
    for invoice in view.hubspot.rows("invoices"):
        names = Counter(
            (name, amount) for name, amount in view.lines(H, invoice) if name.startswith("Line ")
        )
        if sim.journal.born(H, "invoices", invoice) == PERSON:
            yield from (f"I1 line {n} of {invoice} stands twice" for n, c in names.items() if c > 1)
    notes = Counter(values.get("hs_note_body") for values in view.hubspot.rows("notes").values())
    yield from (f"I1 the note “{body}” is there {n} times" for body, n in notes.items() if n > 1)


# -- I3, I4: what our table claims, against what the two systems hold


def _claims(sim: DocumentSimulation) -> Iterator[str]:
    for link in RecordLink.objects.select_related("definition", "parent").order_by("pk"):
        kind = link.definition.object_type
        if kind == "contacts":
            continue
        name = f"{kind} {link} (H {link.hubspot_id}, Q {link.quickbooks_id}, {link.origin})"
        if link.state == "waiting":
            if kind in HIDDEN and link.parent is not None and link.parent.state != "in_sync":
                continue  # nobody sees it; its invoice says why
            yield f"I3 {name} still waits: {link.code} {link.params}"
        elif link.state != "in_sync":
            if not causes.is_true(sim, link):
                yield f"I5 {name} is {link.state}, but not for {link.code} {link.params}"
        elif not link.is_linked:
            yield f"I3 {name} is in sync without a partner"
        else:
            yield from (f"{text} of {name}" for text in _differences(sim, kind, link))


def _differences(sim: DocumentSimulation, kind: str, link: RecordLink) -> Iterator[str]:
    view = sim.view
    here, there = str(link.hubspot_id), str(link.quickbooks_id)
    slug = {"invoice_lines": "line_items", "payment_notes": "notes"}.get(kind)
    slug = slug or LISTED[kind][0]
    if not view.hubspot.is_there(slug, here):
        yield "I3 archived in HubSpot, in sync"
        return
    whole = there.partition("/")[0]
    entity = ENTITIES.get(kind, "Payment")
    if view.quickbooks.held(entity, whole) is None:
        yield "I3 deleted in QuickBooks, in sync"
    elif kind == "invoices":
        yield from _invoice(sim, here, there)
    elif kind == "products":
        yield from _product(sim, here, there)
    elif kind == "payments":
        yield from _payment(sim, here, there)


def _invoice(sim: DocumentSimulation, here: str, there: str) -> Iterator[str]:
    """Totals, balance and status tie to the cent, whoever made it (I4)."""
    view = sim.view
    is_mirror = sim.journal.born(H, "invoices", here) == APP
    held, booked = view.hubspot.held("invoices", here), view.quickbooks.held("Invoice", there)
    assert booked is not None
    statuses = view.status(H, here), view.status(Q, there)
    is_edited = any(e.by == PERSON for e in sim.journal.of[Q, "Invoice", there])
    if not sim.clicks.rules.allows(H, "invoices") and (is_mirror or is_edited):
        return  # nothing that happens in QuickBooks is shown
    if statuses[0] != statuses[1] and not _is_settled(sim, here, there):
        yield f"I3 the status is {statuses}"
    if "voided" in statuses:
        return
    totals = view.total(H, here), view.total(Q, there)
    if totals[0] != totals[1]:
        yield f"I4 the total is {totals}"
    balances = view.balance(H, here), view.balance(Q, there)
    if balances[0] != balances[1] and not _is_settled(sim, here, there):
        yield f"I4 the balance is {balances}"
    if is_mirror:
        shown, sold = view.lines(H, here), view.lines(Q, there)
        if [amount for _, amount in sorted(shown, key=_by_amount)] != [
            amount for _, amount in sorted(sold, key=_by_amount)
        ]:
            yield f"I4 the lines are {shown} and {sold}"
        if str(held.get("hs_number")) != str(booked.get("DocNumber")):
            yield f"I3 the number is {held.get('hs_number')} and {booked.get('DocNumber')}"
    for ours, theirs in DATES.items():
        days = view.day(held.get(ours)), str(booked.get(theirs))
        if days[0] == days[1] or _was_edited_last(sim, here, there, ours, theirs):
            continue
        yield f"I3 {theirs} is {days}"


def _by_amount(line: tuple[str, Decimal]) -> Decimal:
    return line[1]


def _is_settled(sim: DocumentSimulation, here: str, there: str) -> bool:
    """Whether a payment on it stands there with a reason: its row tells the difference."""
    rows = RecordLink.objects.filter(definition__object_type="payments").exclude(state="in_sync")
    view = sim.view
    for row in rows:
        invoice = str(row.quickbooks_id or "").partition("/")[2]
        tied = (
            view.hubspot.ever_tied("commerce_payments", row.hubspot_id, "invoices")
            if row.hubspot_id in view.hubspot.known("commerce_payments")
            else ()
        )
        if there == invoice or here in tied:
            return row.code != "pay_from_hubspot"
    # What HubSpot once called paid stays so there, whatever becomes of the payments.
    return view.status(H, here) == "paid" and sim.journal.born(H, "invoices", here) != APP


def _was_edited_last(
    sim: DocumentSimulation, here: str, there: str, ours: str, theirs: str
) -> bool:
    """Whether the side that may not travel was edited last: such an edit lasts (ENGINE 2.4)."""
    rules = sim.clicks.rules
    is_mirror = sim.journal.born(H, "invoices", here) == APP
    to_hubspot = rules.allows(H, "invoices")
    to_quickbooks = rules.allows(Q, "invoices") and not is_mirror
    if to_hubspot and to_quickbooks:
        return False
    last = {
        H: sim.journal.last_edit(H, "invoices", here, ours),
        Q: sim.journal.last_edit(Q, "Invoice", there, theirs),
    }
    if not to_hubspot and not to_quickbooks:
        return True
    return last[H] > last[Q] if to_hubspot else last[Q] > last[H]


def _product(sim: DocumentSimulation, here: str, there: str) -> Iterator[str]:
    view, rules = sim.view, sim.clicks.rules
    held, booked = view.hubspot.held("products", here), view.quickbooks.held("Item", there)
    assert booked is not None
    if not booked.get("Active", True):
        return
    for ours, theirs in (("price", "UnitPrice"), ("name", "Name"), ("description", "Description")):
        values = held.get(ours) or "", booked.get(theirs) or ""
        same = money(values[0]) == money(values[1]) if ours == "price" else values[0] == values[1]
        if same:
            continue
        both = rules.allows(Q, "products") and rules.allows(H, "products")
        last = {
            H: sim.journal.last_edit(H, "products", here, ours),
            Q: sim.journal.last_edit(Q, "Item", there, theirs),
        }
        if not both and last[H] > last[Q]:
            continue
        if not values[1] and not both:
            continue  # an empty value never overwrites
        yield f"I3 {ours} is {values}"


def _payment(sim: DocumentSimulation, here: str, there: str) -> Iterator[str]:
    view = sim.view
    payment, _, invoice = there.partition("/")
    held = view.hubspot.held("commerce_payments", here)
    booked = view.quickbooks.held("Payment", payment)
    assert booked is not None
    applied = view.quickbooks.paid_by(invoice).get(payment, ZERO) if invoice else ZERO
    shown = money(held.get("hs_initial_amount"))
    is_ours = sim.journal.born(H, "commerce_payments", here) == APP
    if is_ours and shown != applied:
        yield f"I4 {shown} is shown, {applied} are applied"
    if not is_ours and shown != money(booked.get("TotalAmt")):
        yield f"I4 {shown} was collected, {booked.get('TotalAmt')} is posted"
    if view.day(held.get("hs_initiated_date")) != booked.get("TxnDate"):
        yield f"I3 its date is {held.get('hs_initiated_date')} and {booked.get('TxnDate')}"


# -- payments against invoices


def _payments(sim: DocumentSimulation) -> Iterator[str]:
    """No invoice in QuickBooks is paid more than it is, and money is there as often as it came."""
    view = sim.view
    for invoice, values in view.quickbooks.rows("Invoice").items():
        paid = sum(view.quickbooks.paid_by(invoice).values(), ZERO)
        if paid > values["TotalAmt"]:
            yield f"I4 invoice {invoice} of {values['TotalAmt']} is paid {paid}"
        if abs(values["TotalAmt"] - paid - values["Balance"]) >= CENT:
            yield f"I4 the simulator's own balance of {invoice} is wrong"
        del paid
    tags = Counter(
        str(values.get("PaymentRefNum")) for values in view.quickbooks.rows("Payment").values()
    )
    yield from (f"I1 the payment {tag} is there {n} times" for tag, n in tags.items() if n > 1)


# -- I2: no edit of a date in HubSpot or QuickBooks vanishes


def _edits(sim: DocumentSimulation) -> Iterator[str]:
    """A due date that a person set is final, overwritten by somebody who saw it, or logged.

    Each due date is set once in a scenario, so that it tells where it came from.
    """
    logged = {
        str(change["before"] or "")[:10]
        for changes in checker.conflicts()
        for change in changes
        if change["field"] in {"hs_due_date", "DueDate"}
    }
    view = sim.view
    for (side, kind, record), entries in list(sim.journal.of.items()):
        if kind not in {"invoices", "Invoice"}:
            continue
        name = "hs_due_date" if side == H else "DueDate"
        steps = [e for e in entries if name in e.after]
        tag = invoice_tag(side, entries[0].after)
        if sim.users.born.side_of("invoices", tag) == Q and side == H:
            continue  # edits of a mirror are not sent; QuickBooks' next value overwrites them
        for step, following in pairwise(steps):
            if step.by != PERSON or following.by != APP:
                continue
            value = view.day(step.after[name]) if side == H else str(step.after[name])
            new = view.day(following.after[name]) if side == H else str(following.after[name])
            if value != new and value not in logged and not _was_seen(sim, side, tag, value, new):
                yield (
                    f"I2 {name} {value} of {side} {record} (n {step.n}) was overwritten with "
                    f"{new} (n {following.n})"
                )


def _was_seen(sim: DocumentSimulation, side: str, tag: str, value: str, new: str) -> bool:
    """Whether the other side held the value before a person there set the new one."""
    view = sim.view
    kind, name = ("Invoice", "DueDate") if side == H else ("invoices", "hs_due_date")
    held: list[tuple[str, str]] = []
    for (s, k, _), entries in sim.journal.of.items():
        if (s, k) == (Q if side == H else H, kind) and invoice_tag(s, entries[0].after) == tag:
            held += [
                (view.day(e.after[name]) if s == H else str(e.after[name]), e.by)
                for e in entries if name in e.after
            ]  # fmt: skip
    values = [one for one, _ in held]
    return value in values and (new, PERSON) in held[values.index(value) :]
