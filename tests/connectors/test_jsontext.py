from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syncapp.connectors import jsontext

amounts = st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=7
)
leaves = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | amounts | st.text()
values = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(values)
@example({"Balance": Decimal("0.10"), "Total": Decimal("1861.070000000000000001")})
def test_what_is_written_is_read_back_exactly(value: object) -> None:
    assert jsontext.parse(jsontext.write(value)) == value


@given(amounts)
@example(Decimal("1E+2"))
@example(Decimal("-0.00"))
def test_a_decimal_is_a_json_number_with_the_same_value(amount: Decimal) -> None:
    text = jsontext.write({"Amount": amount}).decode()
    assert "e" not in text.lower().replace("amount", "")
    assert json.loads(text, parse_float=Decimal, parse_int=Decimal) == {"Amount": amount}


def test_digits_are_kept_as_they_came() -> None:
    parsed = jsontext.mapping(jsontext.parse(b'{"Balance": 639.00, "Rate": 1.10, "Zero": 0}'))
    assert [jsontext.text(one) for one in parsed.values()] == ["639.00", "1.10", "0"]


def test_a_float_cannot_be_written() -> None:
    with pytest.raises(TypeError):
        jsontext.write({"Amount": 0.1})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>502</html>",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"9" * 5_000,
    ],
)
def test_what_is_not_json_is_one_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        jsontext.parse(body)


@pytest.mark.parametrize("words", ["1e999999999", "1e-999999999", "9" * 100])
def test_a_number_of_a_gigabyte_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="too many digits"):
        jsontext.number_text(jsontext.parse(words.encode()))  # type: ignore[arg-type]


def test_shapes_that_were_not_promised_read_as_empty() -> None:
    assert jsontext.mapping([1]) == {}
    assert jsontext.items({"a": 1}) == ()
    assert jsontext.items("abc") == ()
    assert jsontext.text(True) == ""
    assert jsontext.text({"a": 1}) == ""
