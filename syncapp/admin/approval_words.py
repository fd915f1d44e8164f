"""One approval as a person reads it: what would be written, over what, since when, by whom.

Knows the fields of invoices and payments by their words. Must not know the page around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin import moments
from syncapp.core.approvals import Why
from syncapp.core.invoices.lines import booked
from syncapp.core.plan import ChangeOp
from syncapp.core.sides import Side
from syncapp.core.values import is_empty
from syncapp.models import Approval, RecordLink, figures
from syncapp.models.figures import money
from syncapp.models.spoken import spoken
from syncapp.services import approvals
from syncapp.services.words import noun_of, said

CUSTOMER, LINES = "CustomerRef.value", "Line"
#: Fields that no mapping names.
FIELDS = {
    CUSTOMER: gettext_lazy("Customer"),
    LINES: gettext_lazy("Lines"),
    "CurrencyRef.value": gettext_lazy("Currency"),
    "DepositToAccountRef.value": gettext_lazy("Deposited to"),
    "DisplayName": gettext_lazy("Display name"),
    "ExchangeRate": gettext_lazy("Exchange rate"),
    "PaymentRefNum": gettext_lazy("Reference"),
    "PrivateNote": gettext_lazy("Private note"),
    "TotalAmt": gettext_lazy("Amount"),
    "TxnDate": gettext_lazy("Date"),
}


def rows(asked: Sequence[Approval], *, now: datetime, who: str) -> list[dict[str, Any]]:
    """What the page shows of each."""
    customers = _customers(asked)
    return [
        {
            "approval": one,
            "link": one.link,
            "deed": _deed(one),
            "money": "" if one.amount is None else money(one.amount, one.currency),
            "home": _home(one),
            "why": _why(one),
            "changes": _changes(one, customers),
            "since": moments.ago(one.asked_at, now),
            "is_sent_back": one.state == Approval.State.SENT_BACK,
            "is_waiting": one.state == Approval.State.WAITING,
            "is_open": one.state in {Approval.State.WAITING, Approval.State.SENT_BACK},
            "problem": spoken(approvals.why_not(one, who)),
        }
        for one in asked
    ]


def _deed(asked: Approval) -> str:
    noun = noun_of(asked.definition.object_pair, Side.QUICKBOOKS)
    words = {
        ChangeOp.CREATE: _("New %(noun)s in QuickBooks"),
        ChangeOp.VOID: _("Void the %(noun)s in QuickBooks"),
        ChangeOp.ARCHIVE: _("Remove the %(noun)s in QuickBooks"),
    }
    return words.get(ChangeOp(asked.op), _("Change the %(noun)s in QuickBooks")) % {"noun": noun}


def _home(asked: Approval) -> str:
    """The amount in the home currency, where that is another one."""
    if asked.home_amount is None or asked.home_amount == asked.amount:
        return ""
    currency = asked.definition.pair.quickbooks.currency
    return _("= %(money)s") % {"money": money(asked.home_amount, currency)}


def _why(asked: Approval) -> list[str]:
    told = []
    if Why.PERIOD in asked.why and asked.reviewed_through:
        told.append(
            _("Dated in a period that was reviewed through %(day)s.")
            % {"day": figures.day(asked.reviewed_through)}
        )
    if Why.POSTING in asked.why:
        told.append(_("The settings of this sync ask for an approval."))
    return told


def _changes(asked: Approval, customers: Mapping[tuple[int, str], str]) -> list[dict[str, Any]]:
    is_new = asked.op == ChangeOp.CREATE
    found = []
    for change in asked.changes:
        before, after = (
            _shown(asked, change, change[end], customers) for end in ("before", "after")
        )
        if after or before:
            found.append(
                {
                    "label": _label(change),
                    "before": [] if is_new else before or [_("empty")],
                    "after": after or [_("empty")],
                }
            )
    return found


def _label(change: Mapping[str, Any]) -> str:
    name = change["field"]
    return str(FIELDS.get(name, name)) if change["label"] == name else said(change["label"])


def _shown(
    asked: Approval, change: Mapping[str, Any], value: Any, customers: Mapping[tuple[int, str], str]
) -> list[str]:
    """A value as lines of text; none for an empty one."""
    if is_empty(value):
        return []
    if change["field"] == LINES:
        return _lines(asked, value)
    if change["field"] == CUSTOMER:
        name = customers.get((asked.definition.pair_id, str(value)), "")
        return [name or _("customer %(id)s") % {"id": value}]
    if change["field"] == "DepositToAccountRef.value":
        return [_("account %(id)s") % {"id": value}]
    if change["field"] == "TotalAmt":
        return [money(value, asked.currency)]
    if isinstance(value, bool):
        return [_("yes") if value else _("no")]
    return [figures.text(str(value))]


def _lines(asked: Approval, value: Any) -> list[str]:
    """The lines of an invoice; of a payment what it pays."""
    told = [figures.text(str(line)) for line in booked({LINES: value})]
    if told:
        return told
    return [
        _("invoice %(id)s: %(money)s")
        % {"id": one.get("TxnId"), "money": money(line.get("Amount"), asked.currency)}
        for line in value
        if isinstance(line, Mapping)
        for one in line.get("LinkedTxn") or ()
    ]


def _customers(asked: Sequence[Approval]) -> dict[tuple[int, str], str]:
    """The names of the customers that changes speak of: ``{(pair, id): name}``."""
    ids = {
        str(change[end])
        for one in asked
        for change in one.changes
        if change["field"] == CUSTOMER
        for end in ("before", "after")
        if change[end]
    }
    if not ids:
        return {}
    found = RecordLink.objects.filter(
        definition__object_type="contacts",
        definition__deleted_at=None,
        definition__pair__in={one.definition.pair_id for one in asked},
        quickbooks_id__in=ids,
    )
    return {
        (pair, str(record)): label
        for pair, record, label in found.values_list("definition__pair", "quickbooks_id", "label")
    }
