"""Commerce payments: who may write them, what is computed, and that invoices follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulators.hubspot import errors
from simulators.hubspot.records import Record
from simulators.hubspot.rules import commerce
from simulators.hubspot.rules.base import Rules
from simulators.hubspot.rules.totals import number, shown
from simulators.hubspot.writes import Author, Happening, Link, Node

#: processors whose records are read-only by API
PROCESSED = frozenset({"hs_payments", "byo_stripe"})


class PaymentRules(Rules):
    """Commerce payments."""

    def prepare_create(
        self, author: Author, values: dict[str, str], links: Sequence[Link]
    ) -> dict[str, str]:
        """By API only money received outside HubSpot. Refusals' forms are UNCONFIRMED."""
        self._must_be_available(author)
        if values.get("hs_processor_type") in PROCESSED and not author.is_person:
            raise _read_only()
        self._check_amounts(values)
        method = "INVOICE" if author.is_person else "OTHER"
        return {**values, "hs_payment_creation_method": method}

    def prepare_update(
        self, author: Author, record: Record, changes: dict[str, str]
    ) -> dict[str, str]:
        """Records of a processor cannot be edited."""
        self._must_be_writable(author, record)
        if changes.get("hs_processor_type") in PROCESSED and not author.is_person:
            raise _read_only()
        self._check_amounts({**record.values, **changes})
        return changes

    def prepare_archive(self, author: Author, record: Record) -> None:
        """Records of a processor cannot be deleted."""
        self._must_be_writable(author, record)

    def prepare_link(self, author: Author, record: Record, other: Node | None, slug: str) -> None:
        """Associations to an invoice are part of a processor's record (UNCONFIRMED)."""
        if slug == "invoices":
            self._must_be_writable(author, record)

    def prepare_unlink(self, author: Author, record: Record, other: Node, slug: str) -> None:
        """See :meth:`prepare_link`."""
        if slug == "invoices":
            self._must_be_writable(author, record)

    def _must_be_available(self, author: Author) -> None:
        """Documentation once wanted a processor set up in the account: a switch (UNCONFIRMED)."""
        if not (self.crm.settings.payments_available or author.is_person):
            raise errors.categorised(
                403, "FORBIDDEN", "This account has no payment processor set up."
            )

    def _must_be_writable(self, author: Author, record: Record) -> None:
        self._must_be_available(author)
        if record.values.get("hs_processor_type") in PROCESSED and not author.is_person:
            raise _read_only()

    def _check_amounts(self, values: Mapping[str, str]) -> None:
        """Nothing below zero, and no refund above the payment (UNCONFIRMED)."""
        names = ("hs_initial_amount", "hs_fees_amount", "hs_refunds_amount")
        flaws = [
            errors.Flaw(name, "INVALID_NUMBER", f"{values[name]} may not be negative.")
            for name in names
            if number(values.get(name)) < 0
        ]
        if number(values.get("hs_refunds_amount")) > number(values.get("hs_initial_amount")):
            message = "Refunds may not exceed the amount of the payment."
            flaws.append(errors.Flaw("hs_refunds_amount", "INVALID_NUMBER", message))
        if flaws:
            raise errors.invalid_values(flaws, self.crm.portal_id)

    def derived(self, values: Mapping[str, str]) -> dict[str, str]:
        """Net amounts: after fees, and after refunds too."""
        gross = number(values.get("hs_initial_amount"))
        net = gross - number(values.get("hs_fees_amount"))
        refunds = number(values.get("hs_refunds_amount"))
        return {
            "hs_payment_id": values.get("hs_object_id", ""),
            "hs_net_amount": shown(net),
            "hs_net_amount_after_refunds": shown(net - refunds),
            "hs_max_refundable_amount_in_portal_currency": shown(gross - refunds),
        }

    def follow(self, happening: Happening) -> None:
        """The count of invoices, and the invoices' balances."""
        record = self.crm.table(self.kind).get(happening.record_id)
        if record is not None and commerce.partner_slug(happening) == "invoices":
            count = len(self.crm.partner_records(self.kind.slug, record.id, "invoices"))
            self.crm.calculate(
                self.kind,
                happening.author,
                record,
                {
                    "hs_has_associated_invoice": "true" if count else "false",
                    "hs_number_of_associated_invoices": str(count),
                },
            )
        commerce.settle_parents(self.crm, happening)


def _read_only() -> errors.ApiError:
    return errors.invalid(
        "Payments of HubSpot payments or Stripe payment processing are read only."
    )
