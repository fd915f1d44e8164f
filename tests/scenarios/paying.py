"""People who pay: invoices ready to be paid in either system, and what both systems then show."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from syncapp.core.ports import HttpRequest, HttpResponse
from syncapp.models import RecordLink
from tests.scenarios.documents import Row, Seller, line, sale
from tests.scenarios.test_invoices import start
from tests.world import HUBSPOT_URL, QUICKBOOKS_URL, World

TO_INVOICE, TO_CONTACT = 542, 387
INVOICE_TO_DEAL = 175


class Cashier(Seller):
    """Makes invoices, pays them in either system, and reads what became of it."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.customer = ""
        self.contact = ""
        self.bank = self.account("Bank")

    # -- invoices

    def sold(self, *totals: str, number: int = 1, **fields: Any) -> list[str]:
        """Invoices of one customer entered in QuickBooks."""
        self.customer = self.customer or self.quickbooks.add("Ada King", "ada@example.com")
        item = self.item(f"Design {number}")
        told = {"TxnDate": "2026-11-01", **fields}
        return [
            self.book(self.customer, sale(item, total), DocNumber=str(number + place), **told)
            for place, total in enumerate(totals)
        ]

    def billed(self, *prices: str, **properties: Any) -> list[str]:
        """Finalized invoices of one contact made in HubSpot."""
        self.contact = self.contact or self.hubspot.add(
            email="b@example.com", firstname="Bea", lastname="Bly"
        )
        return [self.bill(self.contact, line("Odd thing", one), **properties) for one in prices]

    def begin(self, **options: Any) -> None:
        """Switch the syncs on and run until nothing is written."""
        accounts = {name: self.bank for name in ("hs_payments", "byo_stripe", "none")}
        start(self, **{"clearing_accounts": accounts, **options})
        self.world.settle()

    def mirror_of(self, invoice: str) -> RecordLink:
        """The link of an invoice of QuickBooks."""
        return self.world.link(definition__object_type="invoices", quickbooks_id=invoice)

    def booking_of(self, invoice: str) -> RecordLink:
        """The link of an invoice of HubSpot."""
        return self.world.link(definition__object_type="invoices", hubspot_id=invoice)

    # -- payments

    def received(self, payment: str) -> Row:
        found: Row = self.quickbooks.call("GET", f"/payment/{payment}")["Payment"]
        return found

    def edit(self, payment: str, total: str, *invoices: tuple[str, str]) -> None:
        """Change the amounts of a payment in QuickBooks."""
        held = self.received(payment)
        body = {
            "Id": payment, "SyncToken": held["SyncToken"], "sparse": True,
            "CustomerRef": held["CustomerRef"], "TotalAmt": float(total),
            "Line": [
                {"Amount": float(part), "LinkedTxn": [{"TxnId": one, "TxnType": "Invoice"}]}
                for one, part in invoices
            ],
        }  # fmt: skip
        self.quickbooks.call("POST", "/payment", body)

    def remove(self, payment: str, how: str = "delete") -> None:
        """Delete or void a payment in QuickBooks."""
        operation = "operation=delete" if how == "delete" else "operation=update&include=void"
        body = {"Id": payment, "SyncToken": self.received(payment)["SyncToken"], "sparse": True}
        self.quickbooks.call("POST", f"/payment?{operation}", body)

    def collect(self, invoice: str, total: str, *also: str, **properties: Any) -> str:
        """A payment recorded in HubSpot for an invoice."""
        told = {
            "hs_initial_amount": total, "hs_initiated_date": "2026-11-02T20:00:00Z",
            "hs_latest_status": "succeeded", "hs_processor_type": "none",
            "hs_currency_code": "USD", **properties,
        }  # fmt: skip
        ties = [(one, TO_INVOICE) for one in (invoice, *also)]
        return self.make("commerce_payments", told, *ties)

    def collect_online(self, invoice: str, total: str, day: str = "2026-11-02", **form: str) -> str:
        """A customer pays an invoice by its link; HubSpot payments make the record."""
        known = {row["id"] for row in self.everything("commerce_payments")}
        client = self.world.http.apps[HUBSPOT_URL]
        answer = client.post(
            f"/invoices/{invoice}/pay",
            data={
                "amount": total, "date": f"{day}T20:00:00Z", "method": "card", "online": "on",
                **form,
            },
        )  # fmt: skip
        assert answer.status_code < 400, answer.get_data(as_text=True)
        (made,) = [r["id"] for r in self.everything("commerce_payments") if r["id"] not in known]
        return str(made)

    def prefer(self, group: str = "SalesFormsPrefs", **chosen: Any) -> None:
        """Change preferences of the QuickBooks company."""
        held = self.quickbooks.call("GET", "/preferences")["Preferences"]
        told = {"Id": held["Id"], "SyncToken": held["SyncToken"], "sparse": True}
        body = {**told, group: {**held[group], **chosen}}
        self.quickbooks.call("POST", "/preferences", body)

    def close_books(self, through: str | None) -> None:
        """Close the books through a day; None opens them again."""
        self.prefer("AccountingInfoPrefs", BookCloseDate=through)

    def take_off(self, invoice: str, part: str) -> None:
        """Something that no transaction shows moves the balance of an invoice in QuickBooks."""
        company = self.world.quickbooks_app.company
        held = company.find("Invoice", invoice)
        assert held is not None
        held.values["Balance"] -= Decimal(part)
        held.token += 1
        held.updated = company.now()
        company.save(held)

    def just_before_the_write(self, act: Callable[[], object]) -> None:
        """Somebody acts in QuickBooks right before the next write is sent there."""
        http = self.world.http
        send = http.send

        def first(request: HttpRequest) -> HttpResponse:
            if request.url.startswith(QUICKBOOKS_URL) and "requestid=" in request.url:
                http.send = send  # type: ignore[method-assign]
                act()
            return send(request)

        http.send = first  # type: ignore[method-assign]

    def shown(self) -> list[tuple[str, str]]:
        """Amount and date of every payment that HubSpot shows."""
        rows = self.everything("commerce_payments", "hs_initial_amount", "hs_initiated_date")
        return sorted((r["hs_initial_amount"], r["hs_initiated_date"][:10]) for r in rows)

    def shown_ids(self) -> list[str]:
        return [str(row["id"]) for row in self.everything("commerce_payments")]

    def notes(self) -> list[str]:
        return sorted(r["hs_note_body"] for r in self.everything("notes", "hs_note_body"))

    def posted(self) -> list[tuple[str, str, str]]:
        """Amount, date and account of every payment in QuickBooks."""
        return sorted(
            (f"{p['TotalAmt']:g}", p["TxnDate"], p["DepositToAccountRef"]["value"])
            for p in self.all("Payment")
        )

    def payment_state(self, **where: Any) -> tuple[str, str]:
        link = self.world.link(definition__object_type="payments", **where)
        return (link.state, link.code)

    def balances(self, link: RecordLink) -> tuple[str, Decimal, Decimal]:
        """Status and balance in HubSpot, balance in QuickBooks."""
        status, here = self.standing(str(link.hubspot_id))
        return status, here, Decimal(str(self.booked(str(link.quickbooks_id))["Balance"]))

    def agreed(self) -> bool:
        """Whether a further run writes nothing."""
        self.world.clock.advance(400)
        return self.world.writes_of(self.world.run()) == 0
