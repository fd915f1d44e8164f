"""The life of an invoice: draft, open, paid, voided; numbers, links, mirrors, refusals.

A billable invoice is HubSpot's own: amounts are computed, the status moves under conditions. A
non-billable one is kept as data only. What an API may do is UNCONFIRMED in many places; the
switches of ``settings`` choose.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulators.common.clock import iso_milliseconds
from simulators.hubspot import errors
from simulators.hubspot.records import Record
from simulators.hubspot.registry import BY_SLUG
from simulators.hubspot.rules import commerce
from simulators.hubspot.rules.base import Rules
from simulators.hubspot.rules.commerce import FINAL, PARTS, is_billable, status_of
from simulators.hubspot.writes import Author, Happening, Link, Node

#: HubSpot computes or gives these on a billable invoice. Which of them an API could write all the
#: same is UNCONFIRMED.
COMPUTED = (
    "hs_subtotal", "hs_discounts_total", "hs_fees_total", "hs_taxes_total", "hs_amount_billed",
    "hs_amount_paid", "hs_balance_due", "hs_payment_date", "hs_number",
)  # fmt: skip
_FIXED_ONCE_FINAL = ("hs_currency", "hs_invoice_date", "hs_due_date")
_LINK = "https://app.hubspot.com/invoices/{portal}/{id}"
_FROM_CONTACT = {
    "hs_invoice_latest_contact_email": "email",
    "hs_invoice_latest_contact_firstname": "firstname",
    "hs_invoice_latest_contact_lastname": "lastname",
}
_SHIPPING = ("address", "city", "state", "zip", "country")
_FROM_COMPANY = ("address", "address2", "city", "state", "zip")


class InvoiceRules(Rules):
    """Invoices."""

    # -- before a write ---------------------------------------------------------------------

    def prepare_create(
        self, author: Author, values: dict[str, str], links: Sequence[Link]
    ) -> dict[str, str]:
        """Dates default to now; the status asked for must be one an invoice can begin with."""
        now = iso_milliseconds(self.crm.clock.now())
        values = {"hs_invoice_date": now, "hs_due_date": now, **values}
        if not is_billable(values):
            if self.crm.settings.non_billable_amount_zero and "hs_amount_billed" in values:
                # Seen in the wild: written with the create it was 0 afterwards.
                values["hs_amount_billed"] = "0"
            return values
        values = self._without_computed(values)
        target = values.get("hs_invoice_status", "draft")
        linked = {link.to_kind.slug for link in links}
        if target != "draft":
            self._move(author, "draft", target, linked, has_payments=False)
        return values

    def prepare_update(
        self, author: Author, record: Record, changes: dict[str, str]
    ) -> dict[str, str]:
        """What may be changed depends on billable, and on the status."""
        real = {n: v for n, v in changes.items() if v != record.values.get(n, "")}
        if "hs_invoice_billable" in real:
            # Set at creation (documented); the refusal of a later change is UNCONFIRMED.
            raise errors.invalid_values(
                [errors.read_only("hs_invoice_billable")], self.crm.portal_id
            )
        if not is_billable(record.values):
            return changes
        kept = self._without_computed(real)
        changes = {n: v for n, v in changes.items() if n not in real or n in kept}
        if any(name in kept for name in _FIXED_ONCE_FINAL):
            commerce.refuse_change(self.crm, author, record)
        if "hs_invoice_status" in kept:
            linked = {
                slug
                for slug in ("contacts", "line_items")
                if self.crm.partner_records("invoices", record.id, slug)
            }
            paid = bool(commerce.counting_payments(self.crm, record))
            target = kept["hs_invoice_status"]
            self._move(author, status_of(record), target, linked, has_payments=paid)
        return changes

    def _without_computed(self, values: dict[str, str]) -> dict[str, str]:
        """Refuse writes to computed properties, or leave them out (a switch)."""
        asked = [name for name in COMPUTED if values.get(name)]
        if asked and self.crm.settings.refuse_computed_writes:
            raise errors.invalid_values(
                [errors.read_only(name) for name in asked], self.crm.portal_id
            )
        return {name: value for name, value in values.items() if name not in COMPUTED}

    def _move(
        self, author: Author, before: str, after: str, linked: set[str], *, has_payments: bool
    ) -> None:
        """Whether a billable invoice may go from one status to another.

        Raises:
            ApiError: 400.
        """
        settings = self.crm.settings
        match before, after:
            case "draft", "open":
                self._must_be_complete(linked)
                return
            case "open", "voided" if not has_payments and (
                settings.invoice_void_by_api or author.is_person
            ):
                return
            case (("draft" | "open"), "paid") if settings.invoice_direct_paid:
                self._must_be_complete(linked)
                return
            case ("open", "draft") | (("paid" | "voided"), ("open" | "draft")) if (
                settings.invoice_reopen
            ):
                return
        # Code and text UNCONFIRMED.
        message = f"An invoice cannot be moved from {before} to {after or 'no status'}"
        if (before, after) == ("open", "voided") and has_payments:
            message += " while it has payments"
        flaw = errors.Flaw("hs_invoice_status", "INVALID_INVOICE_STATUS", f"{message}.")
        raise errors.invalid_values([flaw], self.crm.portal_id)

    @staticmethod
    def _must_be_complete(linked: set[str]) -> None:
        needed = {"contacts": "INVOICE_TO_CONTACT", "line_items": "INVOICE_TO_LINE_ITEM"}
        missing = [name for slug, name in needed.items() if slug not in linked]
        if missing:
            # Seen in the wild: the text names the association; the rest is UNCONFIRMED.
            raise errors.invalid(
                "The invoice cannot be opened. Missing required associations: "
                f"[{', '.join(missing)}]",
                context={"missingAssociations": missing},
            )

    def prepare_archive(self, author: Author, record: Record) -> None:
        """Drafts always, open ones where the account allows it, others never (body UNCONFIRMED)."""
        status = status_of(record)
        if status == "draft" or not is_billable(record.values):
            return
        if status == "open" and self.crm.settings.delete_open_invoices:
            return
        raise errors.invalid(f"Invoice {record.id} is {status}: it cannot be deleted.")

    def prepare_link(self, author: Author, record: Record, other: Node | None, slug: str) -> None:
        """A finished invoice takes no more parts."""
        if slug in PARTS:
            commerce.refuse_change(self.crm, author, record)

    def prepare_unlink(self, author: Author, record: Record, other: Node, slug: str) -> None:
        """A finished invoice keeps its parts."""
        if slug in PARTS:
            commerce.refuse_change(self.crm, author, record)

    # -- after a write ----------------------------------------------------------------------

    def follow(self, happening: Happening) -> None:
        """Mirrors, number and links, totals."""
        record = self.crm.table(self.kind).get(happening.record_id)
        if record is None:
            return
        if happening.action in ("associate", "dissociate"):
            self._mirror(happening, record)
        opened = status_of(record) in ("open", *FINAL) and is_billable(record.values)
        if opened and not record.values.get("hs_number"):
            self.crm.calculate(self.kind, happening.author, record, self._opened(record))
        commerce.settle(self.crm, happening.author, record)

    def _opened(self, record: Record) -> dict[str, str]:
        number = self.crm.ids.next("invoice number", start=1001)
        link = _LINK.format(portal=self.crm.portal_id, id=record.id)
        return {
            "hs_number": f"INV-{number}",
            "hs_invoice_link": link,
            "hs_pdf_download_link": f"{link}/pdf",
        }

    def _mirror(self, happening: Happening, record: Record) -> None:
        """Details of contact and company are copied in when they are associated (documented).

        UNCONFIRMED: that they leave again with the association; printed addresses stay.
        """
        slug = commerce.partner_slug(happening)
        found: dict[str, str] = {}
        if slug == "contacts":
            people = self.crm.partner_records("invoices", record.id, "contacts")
            values = people[-1].values if people else {}
            found = {ours: values.get(theirs, "") for ours, theirs in _FROM_CONTACT.items()}
            for part in _SHIPPING:
                name = f"hs_recipient_shipping_{part}"
                if values.get(part) and not record.values.get(name):
                    found[name] = values[part]
        elif slug == "companies":
            companies = self.crm.partner_records("invoices", record.id, "companies")
            values = companies[-1].values if companies else {}
            found = {"hs_invoice_latest_company_name": values.get("name", "")}
            for part in _FROM_COMPANY:
                found[f"hs_recipient_company_{part}"] = values.get(part, "")
        self.crm.calculate(BY_SLUG["invoices"], happening.author, record, found)
