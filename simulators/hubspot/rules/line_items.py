"""Line items: copied from a product once, one parent each, an amount that is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulators.hubspot import errors
from simulators.hubspot.records import Record
from simulators.hubspot.registry import BY_SLUG
from simulators.hubspot.rules import commerce
from simulators.hubspot.rules.base import Rules
from simulators.hubspot.rules.totals import line_amount, shown
from simulators.hubspot.writes import Author, Happening, Link, Node

PARENTS = ("deals", "invoices")
#: taken over from the product unless given
_COPIED = (
    "name", "price", "description", "hs_sku", "hs_cost_of_goods_sold", "hs_url", "tax",
    "recurringbillingfrequency", "hs_recurring_billing_period",
)  # fmt: skip
_MONEY = frozenset(
    {"price", "quantity", "discount", "hs_discount_percentage", "hs_tax_rate_group_id"}
)


class LineItemRules(Rules):
    """Line items."""

    def prepare_create(
        self, author: Author, values: dict[str, str], links: Sequence[Link]
    ) -> dict[str, str]:
        """Copy from the product; later changes of the product do not flow."""
        many = self.crm.settings.line_item_many_parents
        if sum(link.to_kind.slug in PARENTS for link in links) > 1 and not many:
            raise commerce.second_parent()
        product_id = values.get("hs_product_id")
        if not product_id:
            return values
        product = self.crm.table(BY_SLUG["products"]).get(product_id)
        if product is None:
            # The answer is UNCONFIRMED.
            flaw = errors.Flaw(
                "hs_product_id", "INVALID_PRODUCT", f"Product {product_id} does not exist."
            )
            raise errors.invalid_values([flaw], self.crm.portal_id)
        copied = {name: product.values[name] for name in _COPIED if product.values.get(name)}
        return {**copied, **values}

    def prepare_update(
        self, author: Author, record: Record, changes: dict[str, str]
    ) -> dict[str, str]:
        """Amounts of a finished invoice stand."""
        if any(n in _MONEY and v != record.values.get(n, "") for n, v in changes.items()):
            commerce.refuse_if_final(self.crm, author, self.kind.slug, record)
        return changes

    def prepare_archive(self, author: Author, record: Record) -> None:
        """Lines of a finished invoice stand."""
        commerce.refuse_if_final(self.crm, author, self.kind.slug, record)

    def prepare_link(self, author: Author, record: Record, other: Node | None, slug: str) -> None:
        """One parent each (documented); what a second one does by API is UNCONFIRMED: a switch."""
        if slug not in PARENTS or self.crm.settings.line_item_many_parents:
            return
        if commerce.parents(self.crm, self.kind.slug, record.id, PARENTS):
            raise commerce.second_parent()

    def derived(self, values: Mapping[str, str]) -> dict[str, str]:
        """The net amount."""
        amount = line_amount(values)
        return {"amount": "" if amount is None else shown(amount)}

    def follow(self, happening: Happening) -> None:
        """The invoice's totals follow."""
        commerce.settle_parents(self.crm, happening)
