"""A printed number and the fact behind it as one spreadsheet number: the exact value, shown as the page prints it.

The page's text says how many decimals, which sign and which mark a number bears; the fact says its exact value. The
scale between them (元, 万元, 亿元, %) is found among the measures that this unit can be printed in, by printing again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reportgen.config.model import Locale
from reportgen.document.numbers import MINUS, Level, Measure, Rounding, measure, money, rounded
from reportgen.facts.fact import Fact

_PRINTED = re.compile(rf"(?P<sign>[+{MINUS}]?)(?P<digits>(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?)(?P<mark>%?)")
_ROUNDINGS: tuple[Rounding, ...] = ("half_up", "half_even")
_LEVELS: tuple[Level, ...] = ("bank", "customer")
_MINOR_UNITS = 10**4, 10**7, 10**13
"""Amounts in minor units, one for each scale of amounts in either language."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number for a cell: what it holds and the spreadsheet's format that shows it as printed."""

    value: float
    format: str


def printed_quantity(text: str) -> Quantity | None:
    """A number that is no fact, as it stands; None where the text is anything more than one number."""
    match = _PRINTED.fullmatch(text)
    if match is None or _is_code(match["digits"]):
        return None
    value = _decimal(match) / (100 if match["mark"] else 1)
    return Quantity(float(value), _format(match))


def fact_quantity(text: str, fact: Fact, locale: Locale, currency: str) -> Quantity | None:
    """The fact's exact value, to the 16 digits of a spreadsheet, in the scale that `text` is printed in.

    None where the text is not one number, or not this fact's: an interval, a text that cites a fact.
    """
    match = _PRINTED.fullmatch(text)
    return None if match is None else _of(match, fact.value, _divisors(fact, locale, currency))


def quantity_within(text: str, fact: Fact, locale: Locale, currency: str) -> Quantity | None:
    """The same for the first number inside a longer text that is the fact's (`26户 36.1%`)."""
    divisors = list(_divisors(fact, locale, currency))
    found = (_of(match, fact.value, divisors) for match in _PRINTED.finditer(text))
    return next((one for one in found if one is not None), None)


def value_within(text: str, value: float) -> Quantity | None:
    """The number inside a text that a drawn value rounds to, where no fact stands behind it (a residual)."""
    exact = Fraction(value)
    found = (_of(match, exact, (Fraction(1), Fraction(1, 100))) for match in _PRINTED.finditer(text))
    return next((one for one in found if one is not None), None)


def _of(match: re.Match[str], value: Fraction, divisors: Iterable[Fraction]) -> Quantity | None:
    shown = _decimal(match)
    decimals = _decimals(match)
    for divisor in divisors:
        scaled = value / divisor
        if match["sign"] == "" and scaled < 0:
            # A loss that the words around it name is printed without its sign; so is what rounds to nothing.
            scaled = -scaled if shown or scaled <= -1 else Fraction(0)
        if not any(rounded(scaled, decimals, rounding) == shown for rounding in _ROUNDINGS):
            continue
        # A spreadsheet rounds halves up: where that is not what the page prints, the cell holds what is printed.
        held = scaled if rounded(Fraction(float(scaled)), decimals) == shown else Fraction(shown)
        return Quantity(float(held / 100 if match["mark"] else held), _format(match))
    return None


def _divisors(fact: Fact, locale: Locale, currency: str) -> Iterator[Fraction]:
    """What the unit's value may have been divided by, each once."""
    measures: list[Measure] = [measure(fact.unit, locale, currency)]
    if fact.unit in ("money", "money_per_customer"):
        measures = [money(locale, currency, level, Fraction(largest))
                    for level in _LEVELS for largest in _MINOR_UNITS]
    yield from dict.fromkeys(one.divisor for one in measures)


def _decimal(match: re.Match[str]) -> Decimal:
    number = Decimal(match["digits"].replace(",", ""))
    return -number if match["sign"] == MINUS else number


def _decimals(match: re.Match[str]) -> int:
    return len(match["digits"].partition(".")[2])


def _is_code(digits: str) -> bool:
    """Whether digits name something rather than count: 0571."""
    return len(digits) > 1 and digits.startswith("0") and not digits.startswith("0.")


def _format(match: re.Match[str]) -> str:
    """The number format: the page's decimals, separators, minus and per cent sign."""
    whole = "#,##0" if "," in match["digits"] or len(match["digits"].partition(".")[0]) <= 3 else "0"
    shape = whole + ("." + "0" * _decimals(match) if _decimals(match) else "") + match["mark"]
    signed = "+" if match["sign"] == "+" else ""
    return f'{signed}{shape};"{MINUS}"{shape};{shape}'
