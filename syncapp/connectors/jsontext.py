"""JSON without floats: numbers are read as ``Decimal`` and written digit by digit.

Knows the text form only; not what a field means. The small readers at the end return an empty
value where an answer has another shape than promised, so that no vendor answer can crash a run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

Json: TypeAlias = "str | int | bool | Decimal | Sequence[Json] | Mapping[str, Json] | None"

#: No amount, quantity or id has more digits. A number beyond it would become a text of gigabytes.
MAX_DIGITS = 60


def parse(body: bytes) -> Json:
    """The parsed body.

    Raises:
        ValueError: It is not JSON, or holds NaN or Infinity.
    """
    try:
        parsed: Json = json.loads(body, parse_float=Decimal, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return parsed


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def write(value: object) -> bytes:
    """The value as JSON in UTF-8; a ``Decimal`` becomes a number without an exponent.

    Raises:
        TypeError: It holds something JSON has no form for; a float, for one.
        ValueError: It holds a number that is not finite, or text that is not valid Unicode.
    """
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts).encode()


def _write(value: object, parts: list[str]) -> None:
    match value:
        case None | bool() | str():
            parts.append(json.dumps(value, ensure_ascii=False))
        case int() | Decimal():
            parts.append(number_text(value))
        case Mapping():
            parts.append("{")
            for position, (name, member) in enumerate(value.items()):
                parts.append("," if position else "")
                parts.append(f"{json.dumps(str(name), ensure_ascii=False)}:")
                _write(member, parts)
            parts.append("}")
        case list() | tuple():
            parts.append("[")
            for position, member in enumerate(value):
                parts.append("," if position else "")
                _write(member, parts)
            parts.append("]")
        case _:
            raise TypeError(f"JSON has no form for {type(value).__name__}")


def number_text(number: int | Decimal) -> str:
    """The digits of a number, as they came (``100.00`` stays ``100.00``), without an exponent.

    Raises:
        ValueError: It is not finite, or longer than any number a vendor may mean.
    """
    if isinstance(number, int):
        if abs(number) >= 10**MAX_DIGITS:
            raise ValueError("a number with too many digits")
        return str(number)
    if not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS:
        raise ValueError("a number with too many digits")
    return format(number, "f")


def mapping(value: Json) -> Mapping[str, Json]:
    """The object, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def items(value: Json) -> Sequence[Json]:
    """The list, or an empty one."""
    return value if isinstance(value, list | tuple) else ()


def text(value: Json) -> str:
    """Text as it is, a number as its digits, "" for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        try:
            return number_text(value)
        except ValueError:
            return ""
    return ""
