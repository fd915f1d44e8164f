"""Which QuickBooks item a HubSpot line is booked on, and the items that stand for no product.

Sources: MISSION S18, S21; ENGINE 3.4. The only writes here are of our own two items.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import transaction

from syncapp.connectors.base import Op, Refused, WriteBatch, WriteItem
from syncapp.core import errors
from syncapp.core.invoices.facts import Substitute
from syncapp.core.invoices.lines import BilledLine, Goods
from syncapp.core.records import Record
from syncapp.core.sides import Side
from syncapp.core.values import Value, Values
from syncapp.models import RecordKey, SyncDefinition
from syncapp.services import store
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.outbox import require_permission

ITEM_FIELDS = ("Name", "Type", "Sku", "Active", "IncomeAccountRef.value", "Taxable")


def of_lines(context: RunContext, lines: Sequence[BilledLine]) -> Mapping[str, Goods]:
    """The item of each line that has one, by line id: its product's, else its SKU's."""
    products = context.definition_of("products")
    by_product = _by_product(context, products, {line.product for line in lines if line.product})
    by_sku = _by_sku(context, products, {line.sku for line in lines if line.sku})
    found: dict[str, Goods] = {}
    for line in lines:
        goods = by_product.get(line.product) or by_sku.get(line.sku)
        if goods is not None:
            found[line.id] = goods
    return found


def _by_product(
    context: RunContext, products: SyncDefinition | None, ids: set[str]
) -> Mapping[str, Goods]:
    if products is None or not ids:
        return {}
    links = products.links.filter(
        hubspot_id__in=ids, quickbooks_id__isnull=False, quickbooks_gone__in=("", "inactive")
    )
    return {
        str(link.hubspot_id): _goods(
            context, str(link.quickbooks_id), store.seen(link, Side.QUICKBOOKS)
        )
        for link in links
    }


def _by_sku(
    context: RunContext, products: SyncDefinition | None, skus: set[str]
) -> Mapping[str, Goods]:
    """Items by SKU, where exactly one active item has it."""
    found: defaultdict[str, list[Goods]] = defaultdict(list)
    if products is not None and Side.QUICKBOOKS in products.listed:
        rows = RecordKey.objects.filter(
            definition=products, purpose=RecordKey.Purpose.MATCH,
            side=Side.QUICKBOOKS.value, value__in=skus,
        ).select_related("link")  # fmt: skip
        for row in rows:
            values = store.seen(row.link, Side.QUICKBOOKS)
            found[row.value].append(_goods(context, str(row.link.quickbooks_id), values))
    else:
        known = context.known.setdefault("items by SKU", {})
        unknown = sorted(sku for sku in skus if sku not in known)
        if unknown:
            known |= {sku: [] for sku in unknown}
            records = context.connectors[Side.QUICKBOOKS].find(
                "Item", field="Sku", values=unknown, fields=ITEM_FIELDS
            )
            for record in records:
                goods = _goods(context, record.ref.id, record.values)
                known.setdefault(str(record.get("Sku")), []).append(goods)
        found |= {sku: known[sku] for sku in skus}
    active = {sku: [one for one in some if one.is_active] for sku, some in found.items()}
    return {sku: some[0] for sku, some in active.items() if len(some) == 1}


def _goods(context: RunContext, item_id: str, values: Values) -> Goods:
    taxes = context.pair.quickbooks.details.get("UsingSalesTax") is True
    return Goods(
        id=item_id,
        name=str(values.get("Name") or ""),
        type=str(values.get("Type") or ""),
        is_active=values.get("Active") is not False,
        is_taxable=taxes and values.get("Taxable") is True,
    )


def substitute(context: RunContext, sync: ActiveSync, name: str, account: str) -> Substitute:
    """Our own item of that name on the chosen account: found, or made once.

    Names of items are unique, so that a create whose answer was lost is found by the name.

    Raises:
        SyncError: QuickBooks could not be asked, or did not confirm the create; or the sync may
            not write any more.
    """
    key = f"item {name}"
    if key not in context.known:
        context.known[key] = _find_or_make(context, sync, name, account)
    found: Substitute = context.known[key]
    return found


def _find_or_make(context: RunContext, sync: ActiveSync, name: str, account: str) -> Substitute:
    if not account:
        return Substitute(problem="No account is chosen.")
    connector = context.connectors[Side.QUICKBOOKS]
    accounts = connector.read("Account", [account], fields=())
    if not accounts or accounts[0].gone:
        return Substitute(problem="The chosen account is inactive or does not exist any more.")
    known = str(sync.definition.settings.get("items", {}).get(name, ""))
    records = connector.read("Item", [known], fields=ITEM_FIELDS) if known else ()
    if not records:
        records = connector.find("Item", field="Name", values=[name], fields=ITEM_FIELDS)
    if records:
        return _usable(records[0], name, account, str(accounts[0].get("Name") or ""))
    if context.is_rehearsal:
        return Substitute(Goods("new", name, is_substitute=True))
    return _make(context, sync, name, account)


def _usable(record: Record, name: str, account: str, account_name: str) -> Substitute:
    if record.gone:
        return Substitute(problem=f"The item “{name}” is inactive in QuickBooks.")
    if record.get("Type") != "Service":
        return Substitute(problem=f"The item “{name}” is no service in QuickBooks.")
    if record.get("IncomeAccountRef.value") != account:
        return Substitute(
            problem=f"The item “{name}” is tied to another account than “{account_name}”."
        )
    return Substitute(Goods(record.ref.id, name, is_substitute=True))


def _make(context: RunContext, sync: ActiveSync, name: str, account: str) -> Substitute:
    values: dict[str, Value] = {
        "Name": name,
        "Type": "Service",
        "IncomeAccountRef.value": account,
        "Taxable": False,
    }
    batch = WriteBatch(
        "Item", Op.CREATE, (WriteItem("0", values),), context.env.ids.new_id(), single=True
    )
    with transaction.atomic():
        context.confirm()
        require_permission(sync.definition)
    (result,) = context.connectors[Side.QUICKBOOKS].write(batch)
    if isinstance(result, Refused):
        if isinstance(result.error, errors.RecordRejected):
            return Substitute(problem=result.error.detail or str(result.error))
        raise result.error
    definition = sync.definition
    items = {**definition.settings.get("items", {}), name: result.record.ref.id}
    definition.settings = {**definition.settings, "items": items}
    definition.save(update_fields=["settings", "updated_at"])
    return Substitute(Goods(result.record.ref.id, name, is_substitute=True))
