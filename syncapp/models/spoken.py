"""Sentences that rows keep in English, in the reader's language; nothing about what they mean."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language, gettext

from syncapp.core.recalled import recall, recall_all


def spoken(text: str) -> str:
    """A stored or raised sentence in the reader's language."""
    return text if _is_english() else recall(text, _translated)


def spoken_parts(params: Mapping[str, str]) -> Mapping[str, str]:
    """What fills in a reason, in the reader's language."""
    return params if _is_english() else recall_all(params, _translated)


def _is_english() -> bool:
    return (get_language() or "en").startswith("en")


def _translated(text: str) -> str:
    # gettext says its own header for an empty text.
    return gettext(text) if text else ""
