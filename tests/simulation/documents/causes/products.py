"""Whether the reason given for a product is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncapp.models import RecordLink
from tests.simulation.documents.causes.looking import Test, allows
from tests.simulation.fields import H, Q

if TYPE_CHECKING:
    from tests.simulation.documents.scenario import DocumentSimulation


def _item(sim: DocumentSimulation, link: RecordLink) -> dict[str, object]:
    return dict(sim.view.quickbooks.held("Item", link.quickbooks_id) or {})


def _product_gone(sim: DocumentSimulation, link: RecordLink) -> bool:
    here = not link.hubspot_id or sim.view.hubspot.is_there("products", link.hubspot_id)
    return not here or (bool(link.quickbooks_id) and not _item(sim, link))


def _no_sku(sim: DocumentSimulation, link: RecordLink) -> bool:
    return not link.is_linked and not _sku(sim, link)


def _sku(sim: DocumentSimulation, link: RecordLink) -> str:
    if link.quickbooks_id:
        return str(_item(sim, link).get("Sku") or "")
    return str(sim.view.hubspot.held("products", link.hubspot_id or "").get("hs_sku") or "")


def _inactive(sim: DocumentSimulation, link: RecordLink) -> bool:
    return not _item(sim, link).get("Active", True)


def _product_direction(sim: DocumentSimulation, link: RecordLink) -> bool:
    return not link.is_linked and not allows(sim, Q if link.hubspot_id else H, "products")


def _same_sku(sim: DocumentSimulation, link: RecordLink) -> bool:
    sku, view = _sku(sim, link), sim.view
    items = [v for v in view.quickbooks.rows("Item").values() if v.get("Sku") == sku]
    return bool(sku) and len(items) > 1


def _sku_taken(sim: DocumentSimulation, link: RecordLink) -> bool:
    """Whether the other side has a record with its SKU already."""
    sku, view = _sku(sim, link), sim.view
    if link.quickbooks_id:
        return any(v.get("hs_sku") == sku for v in view.hubspot.rows("products").values())
    return any(v.get("Sku") == sku for v in view.quickbooks.rows("Item").values())


def _name_taken(sim: DocumentSimulation, link: RecordLink) -> bool:
    name = str(link.params.get("name", "")).casefold()
    rows = sim.view.quickbooks.rows("Item").values()
    return any(str(v["Name"]).casefold() == name for v in rows)


def _substitute(sim: DocumentSimulation, link: RecordLink) -> bool:
    return str(_item(sim, link).get("Name")) in {"Custom line item", "HubSpot discount"}


TESTS: dict[str, Test] = {
    "products:gone": _product_gone,
    "no_sku": _no_sku,
    "inactive": _inactive,
    "products:direction": _product_direction,
    "ambiguous_match": _same_sku,
    "sku_in_use": _sku_taken,
    "products:name_in_use": _name_taken,
    "custom_line_item": _substitute,
}
