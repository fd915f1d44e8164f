"""Sentences that rows keep in English, in the reader's language; nothing about what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import get_language, gettext

from syncapp.core.money import number
from syncapp.core.recalled import DATA, recall, recall_all
from syncapp.models import figures


def spoken(text: str) -> str:
    """A stored or raised sentence in the reader's language."""
    return text if _is_english() else recall(text, _translated, figures.text)


def spoken_parts(params: Mapping[str, str]) -> Mapping[str, str]:
    """What fills in a reason, in the reader's language and notation."""
    if _is_english():
        return {name: part if name in DATA else figures.text(part) for name, part in params.items()}
    return recall_all(params, _translated, figures.text)


def spoken_label(label: str, amount: Decimal | None) -> str:
    """What a record is called: a payment by its amount, in the reader's notation.

    Args:
        label: As it is stored: ``Payment: 170.00``, ``Alder Architects: 170.00``, a name.
        amount: What the record is about; only a payment's label ends with it.
    """
    who, _colon, end = label.rpartition(": ")
    if not who or amount is None or number(end) != amount:
        return label
    return f"{_translated(who) if who == 'Payment' else who}: {figures.money(amount)}"


def _is_english() -> bool:
    return (get_language() or "en").startswith("en")


def _translated(text: str) -> str:
    # gettext says its own header for an empty text.
    return gettext(text) if text else ""
