"""By what two records resemble each other that share no match key: a hint for a person (B15).

Nothing is ever linked by it. Must not know where records are kept.
"""

from __future__ import annotations

import re

from syncapp.core.values import Value

NAME_LENGTH = 200
#: Fewer digits are an extension, not a phone number.
FEWEST_DIGITS = 7
MOST_DIGITS = 15
_WORD = re.compile(r"[^\W_]+")


def name_key(name: Value) -> str:
    """A name without case, order of spaces and punctuation; "" for one that says too little."""
    if not isinstance(name, str) or "@" in name:
        return ""
    told = " ".join(_WORD.findall(name.casefold()))
    return told[:NAME_LENGTH] if len(told) > 3 else ""


def phone_key(number: Value) -> str:
    """The digits of a phone number, country code left out; "" for one that says too little."""
    if not isinstance(number, str):
        return ""
    digits = re.sub(r"\D", "", number)
    return digits[-10:] if FEWEST_DIGITS <= len(digits) <= MOST_DIGITS else ""
