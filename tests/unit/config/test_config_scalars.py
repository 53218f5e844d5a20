"""What an unquoted scalar means."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.config.yaml_scalars import plain_value


@pytest.mark.parametrize(
    "text",
    ["no", "No", "yes", "on", "off", "y", "n", "12:30", "1:30:00", "2011-05-31", "2011-05-31T00:00:00Z", "007", "0123",
     "00.5", "-007", "1_000", "0b11", "1,000", "+", "-", ".", "e5", "0x", "<<", "=", "NO", "5e", "inf", "nan",
     ".inf", ".nan", "9" * 5000],
)
def test_stays_text(text: str) -> None:
    assert plain_value(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [("", None), ("~", None), ("null", None), ("true", True), ("FALSE", False), ("0", 0), ("-12", -12), ("+3", 3),
     ("0x1F", 31), ("0o17", 15), ("0.2", Decimal("0.2")), ("1e3", Decimal("1e3")), (".5", Decimal("0.5")),
     ("5.", Decimal(5)), ("0.10", Decimal("0.10"))],
)
def test_is_a_value(text: str, value: object) -> None:
    read = plain_value(text)
    assert read == value
    assert type(read) is type(value)


@given(st.integers())
def test_integers_come_back(number: int) -> None:
    assert plain_value(str(number)) == number


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-10**9, max_value=10**9, places=6))
def test_decimals_are_exact(number: Decimal) -> None:
    assert plain_value(f"{number:f}") == number


@given(st.from_regex(r"0[0-9]{1,20}", fullmatch=True))
def test_customer_codes_keep_their_zeros(code: str) -> None:
    assert plain_value(code) == code
