"""A record's values in the words of its page: amounts with currency, days, lines, ties.

Knows how a value is shown. Must not know where it was read, nor what it means for the sync.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from syncapp.core.invoices.lines import booked
from syncapp.core.money import number
from syncapp.core.schema import Kind
from syncapp.core.values import Value, is_empty
from syncapp.models import figures
from syncapp.models.figures import money
from syncapp.services.words import said

#: Kinds whose text is a person's own: a name may look like a day.
_WORDS = frozenset({Kind.EMAIL, Kind.PHONE, Kind.URL})
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


#: States and processors by the names the vendors give them.
VALUE_WORDS = {
    "draft": gettext_lazy("draft"),
    "open": gettext_lazy("open"),
    "paid": gettext_lazy("paid"),
    "voided": gettext_lazy("voided"),
    "succeeded": gettext_lazy("succeeded"),
    "processing": gettext_lazy("processing"),
    "pending": gettext_lazy("pending"),
    "failed": gettext_lazy("failed"),
    "refunded": gettext_lazy("refunded"),
    "partially_refunded": gettext_lazy("partially refunded"),
    "hs_payments": gettext_lazy("HubSpot payments"),
    "byo_stripe": "Stripe",
    "none": gettext_lazy("Recorded by hand"),
    "quickbooks": "QuickBooks",
}
#: The fields that hold one of these.
WORDED = frozenset({"@status", "hs_invoice_status", "hs_latest_status", "hs_processor_type"})


def field_words(label: str, field: str) -> str:
    """What a person calls a field."""
    told = FIELD_WORDS.get(field)
    return str(told) if told is not None and label in {"", field} else said(label) or field


def told(value: Value, kind: Kind | None = None, currency: str = "", field: str = "") -> str:
    """A value as it is shown; "" for none."""
    if is_empty(value):
        return ""
    if field in WORDED:
        return str(VALUE_WORDS.get(str(value), value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return _text(value, kind, currency)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {told(part)}" for name, part in value.items())
    if isinstance(value, Sequence):
        return _listed(value)
    return money(value, currency) if kind is Kind.MONEY else str(value)


def _text(value: str, kind: Kind | None, currency: str) -> str:
    if kind is Kind.MONEY and number(value) is not None:
        return money(value, currency)
    return value if kind in _WORDS else figures.text(value)


def _listed(value: Sequence[Value]) -> str:
    rows = [one for one in value if isinstance(one, Mapping)]
    if not rows:
        return ", ".join(told(one) for one in value)
    if any("DetailType" in one for one in rows):
        lines = [figures.text(str(line)) for line in booked({"Line": value})]
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
    shown_value = told(value, kind, currency, str(change.get("field") or ""))
    is_id = not change.get("label") or change.get("label") == change.get("field")
    if shown_value and is_id and str(change.get("field") or "").endswith("Ref.value"):
        return _("id %(id)s") % {"id": shown_value}
    return shown_value
