"""Amounts and units as people write them in a job: `500万元`, `1.5亿元`, `unit: 万元`."""

from __future__ import annotations

import re
from decimal import Decimal

MULTIPLES: dict[str, Decimal] = {
    "元": Decimal(1),
    "万元": Decimal(10_000),
    "百万元": Decimal(1_000_000),
    "亿元": Decimal(100_000_000),
    "分": Decimal("0.01"),
    "main": Decimal(1),
    "thousand": Decimal(1_000),
    "million": Decimal(1_000_000),
    "billion": Decimal(1_000_000_000),
    "minor": Decimal("0.01"),
}
"""A unit of money in main units of the currency (元, euro)."""

MINOR_UNITS: dict[str, int] = {"CNY": 2, "EUR": 2, "USD": 2, "GBP": 2, "HKD": 2, "CHF": 2, "SGD": 2, "TWD": 2, "JPY": 0}
"""Digits of the minor unit (ISO 4217) of the currencies a job may name."""

AMOUNT_PATTERN = rf"^\s*-?[0-9,]+(\.[0-9]+)?\s*({'|'.join(MULTIPLES)})\s*$"
"""An amount as editors check it."""
_SIMPLIFIED = str.maketrans("萬億圓", "万亿元")
_AMOUNT = re.compile(r"\s*(-?[\d,]+(?:\.\d+)?)\s*([^\d\s.,]*)\s*")


def to_minor(amount: Decimal, unit: str, currency: str) -> int:
    """An amount in `unit` as minor units (分); raises ValueError where it is no whole number of them."""
    minor = amount * MULTIPLES[unit] * (Decimal(10) ** MINOR_UNITS[currency])
    if minor != minor.to_integral_value():
        raise ValueError(f"{amount} {unit} is no whole number of minor units of {currency}")
    return int(minor)


def parse_amount(text: str, currency: str) -> int:
    """`500万元` as minor units of the currency; raises ValueError naming what is wrong."""
    match = _AMOUNT.fullmatch(text)
    if not match:
        raise ValueError(f"'{text}' is not an amount; write it like 500万元 or 20000 main")
    number, unit = match.groups()
    if unit not in MULTIPLES:
        simplified = unit.translate(_SIMPLIFIED)
        same = f"; write {simplified}" if simplified in MULTIPLES else ""
        raise ValueError(f"'{text}' needs one of the units {', '.join(MULTIPLES)}{same}")
    return to_minor(Decimal(number.replace(",", "")), unit, currency)
