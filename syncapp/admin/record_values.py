"""A record's values in the words of its page: amounts with currency, days, lines, ties.

Knows how a value is shown. Must not know where it was read, nor what it means for the sync.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from syncapp.core.invoices.lines import booked
from syncapp.core.money import number, plain, shown
from syncapp.core.schema import Kind
from syncapp.core.values import Value, is_empty

_MIDNIGHT = re.compile(r"^(\d{4}-\d{2}-\d{2})T00:00:00(\.0+)?Z$")
#: Fields that no mapping names, by what a person calls them.
FIELD_WORDS = {
    "CustomerRef.value": gettext_lazy("Customer"),
    "CurrencyRef.value": gettext_lazy("Currency"),
    "DepositToAccountRef.value": gettext_lazy("Deposited to account"),
    "ExchangeRate": gettext_lazy("Exchange rate"),
    "Line": gettext_lazy("Lines"),
    "PaymentRefNum": gettext_lazy("Reference"),
    "PrivateNote": gettext_lazy("Memo"),
    "TotalAmt": gettext_lazy("Total"),
    "TxnDate": gettext_lazy("Date"),
    "hs_currency": gettext_lazy("Currency"),
    "hs_invoice_billable": gettext_lazy("Billable in HubSpot"),
    "hs_currency_code": gettext_lazy("Currency"),
    "hs_invoice_status": gettext_lazy("Status"),
    "hs_latest_status": gettext_lazy("Status"),
    "hs_processor_type": gettext_lazy("Paid by"),
    "hs_product_id": gettext_lazy("Product"),
    "@ties": gettext_lazy("Associated with"),
}


def field_words(label: str, field: str) -> str:
    """What a person calls a field."""
    told = FIELD_WORDS.get(field)
    return str(told) if told is not None and label in {"", field} else label or field


def told(value: Value, kind: Kind | None = None, currency: str = "") -> str:
    """A value as it is shown; "" for none."""
    if is_empty(value):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        amount = number(value) if kind is Kind.MONEY else None
        if amount is not None:
            return money(value, currency)
        midnight = _MIDNIGHT.match(value)
        return midnight.group(1) if midnight else value
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {told(part)}" for name, part in value.items())
    if isinstance(value, Sequence):
        return _listed(value)
    if kind is Kind.MONEY:
        return money(value, currency)
    return str(value)


def money(value: Value, currency: str) -> str:
    """An amount with its currency code, to all the digits it has."""
    amount = number(value)
    if amount is None:
        return ""
    exact = plain(amount)
    rounded = shown(amount, currency)
    digits = len(rounded.partition(" ")[0].partition(".")[2])
    if len(exact.partition(".")[2]) > digits:
        return f"{exact} {currency}".strip()
    return rounded


def _listed(value: Sequence[Value]) -> str:
    rows = [one for one in value if isinstance(one, Mapping)]
    if not rows:
        return ", ".join(told(one) for one in value)
    if any("DetailType" in one for one in rows):
        lines = [str(line) for line in booked({"Line": value})]
        count = ngettext("%(count)d line", "%(count)d lines", len(lines)) % {"count": len(lines)}
        return f"{count}: {'; '.join(lines)}"
    if all("type" in one and "id" in one for one in rows):
        return ", ".join(f"{told(one['type'])} {told(one['id'])}" for one in rows)
    if all("LinkedTxn" in one for one in rows):
        return ", ".join(
            _("%(amount)s to invoice %(ids)s")
            % {"amount": told(one.get("Amount")), "ids": _ids(one.get("LinkedTxn"))}
            for one in rows
        )
    return "; ".join(told(one) for one in rows)


def _ids(linked: Value) -> str:
    if isinstance(linked, str) or not isinstance(linked, Sequence):
        return ""
    return ", ".join(told(one.get("TxnId")) for one in linked if isinstance(one, Mapping))


def changed(
    change: Mapping[str, Value], which: str, kind: Kind | None = None, currency: str = ""
) -> str:
    """One value ("before" or "after") of a change in the record log."""
    value = change.get(which)
    shown_value = told(value, kind, currency)
    is_id = not change.get("label") or change.get("label") == change.get("field")
    if shown_value and is_id and str(change.get("field") or "").endswith("Ref.value"):
        return _("id %(id)s") % {"id": shown_value}
    return shown_value
