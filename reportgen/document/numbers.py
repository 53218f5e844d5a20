"""Numbers as a page prints them: one rounding, from the exact fraction, in the words of a language.

A `Measure` says how a quantity is printed: what it is divided by, how many decimals, which unit word. Amounts take
亿元 or 万元 at bank level and 万元 or 元 a customer (million and the currency's main unit in English); a column has one
measure, so units never mix in it. Minus is U+2212; digits are half-width; thousands are separated by commas.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from reportgen.config.amount import MINOR_UNITS
from reportgen.config.model import Locale
from reportgen.facts.fact import Unit

Rounding = Literal["half_up", "half_even"]
Level = Literal["bank", "customer"]
MINUS = "\u2212"
_YI, _WAN, _MILLION = 100_000_000, 10_000, 1_000_000
_CHINESE_MONEY = {
    "CNY": "元", "EUR": "欧元", "USD": "美元", "GBP": "英镑", "HKD": "港元", "CHF": "瑞士法郎", "SGD": "新加坡元",
    "TWD": "新台币元", "JPY": "日元",
}


def rounded(value: Fraction, decimals: int, rounding: Rounding = "half_up") -> Decimal:
    """The value to `decimals` places in one step; half_up goes away from zero (四舍五入)."""
    scaled = abs(value) * 10**decimals
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest
    up = twice > scaled.denominator or (
        twice == scaled.denominator and (rounding == "half_up" or whole % 2 == 1)
    )
    return (Decimal(whole + up) * (-1 if value < 0 else 1)).scaleb(-decimals)


def digits(value: Decimal, *, sign: Literal["minus", "both", "none"] = "minus") -> str:
    """A rounded value with separators and sign; a value that rounds to zero carries none."""
    text = f"{abs(value):,f}"
    if not value or sign == "none":
        return text
    return (MINUS if value < 0 else "+" if sign == "both" else "") + text


@dataclass(frozen=True, slots=True)
class Measure:
    """How a quantity is printed: `value / divisor`, rounded to `decimals`, between `before` and `after`."""

    divisor: Fraction
    decimals: int
    head: str = ""
    """The unit as a table's head names it: 户, 亿元, %, CNY million."""
    before: str = ""
    after: str = ""
    """What stands around a number in running text."""
    one: str = ""
    """`after` where the number is exactly one, if it differs (customer, not customers)."""
    trim: bool = False
    """Drop zeros at the end of the decimals."""

    def decimal(self, value: Fraction, rounding: Rounding = "half_up") -> Decimal:
        """The number as printed, before any formatting."""
        return rounded(value / self.divisor, self.decimals, rounding)

    def bare(
        self, value: Fraction, rounding: Rounding = "half_up", sign: Literal["minus", "both", "none"] = "minus"
    ) -> str:
        """The digits alone, as a cell or a tile prints them."""
        number = self.decimal(value, rounding)
        if self.trim and self.decimals:
            number = trimmed(number)
        return digits(number, sign=sign)

    def text(
        self, value: Fraction, rounding: Rounding = "half_up", sign: Literal["minus", "both", "none"] = "minus"
    ) -> str:
        """The number with its unit, as a sentence prints it: 72户, CNY 585.00 million, −3.1%."""
        number = self.bare(value, rounding, sign)
        mark = number[0] if number[0] in "+" + MINUS and self.before else ""
        after = self.one if self.one and number.lstrip("+" + MINUS) == "1" else self.after
        return f"{mark}{self.before}{number.removeprefix(mark)}{after}"


def trimmed(number: Decimal) -> Decimal:
    """Without zeros at the end of its decimals."""
    whole = number.to_integral_value()
    return whole if number == whole else number.normalize()


def measure(unit: Unit, locale: Locale, currency: str, values: Iterable[Fraction] = ()) -> Measure:
    """The measure of a unit; for money its scale follows the largest of `values` (minor units)."""
    if unit in ("money", "money_per_customer"):
        level: Level = "bank" if unit == "money" else "customer"
        return money(locale, currency, level, max((abs(value) for value in values), default=Fraction(0)))
    return _PLAIN[locale][unit]


def money(locale: Locale, currency: str, level: Level, largest: Fraction) -> Measure:
    """The measure of amounts up to `largest` minor units: of a bank, or of a customer."""
    minor = 10 ** MINOR_UNITS[currency]
    main = largest / minor
    if locale == "zh-CN":
        word = _CHINESE_MONEY[currency]
        if main >= _YI and level == "bank":
            scale, prefix, decimals = _YI, "亿", 2
        elif main >= _WAN:
            scale, prefix, decimals = _WAN, "万", 2
        else:
            scale, prefix, decimals = 1, "", MINOR_UNITS[currency]
        unit = prefix + word
        return Measure(Fraction(scale * minor), decimals, unit, "", unit, trim=level == "customer")
    if main >= _MILLION:
        # A customer's amount keeps the hundred yuan that two decimals of 万元 show.
        decimals = 2 if level == "bank" else 4
        return Measure(Fraction(_MILLION * minor), decimals, f"{currency} million", f"{currency} ", " million",
                       trim=level == "customer")
    decimals = 0 if main >= _WAN else MINOR_UNITS[currency]
    return Measure(Fraction(minor), decimals, currency, f"{currency} ", "", trim=True)


def for_column(chosen: Measure, values: Iterable[Fraction], rounding: Rounding = "half_up") -> Measure:
    """The same measure with as many decimals for all cells of a column as the longest of them needs.

    Trimmed measures keep at least two decimals where any are needed; a value other than zero never prints as zero
    while two more decimals would show it.
    """
    present = [value for value in values if value]
    decimals = chosen.decimals
    if chosen.trim and decimals:
        needed = (-int(trimmed(chosen.decimal(value, rounding)).as_tuple().exponent) for value in present)
        longest = max((max(0, one) for one in needed), default=0)
        decimals = 0 if longest == 0 else max(min(2, decimals), longest)
    if decimals and any(rounded(value / chosen.divisor, decimals, rounding) == 0 for value in present):
        decimals += 2
    return replace(chosen, decimals=decimals, trim=False)


def footing(
    parts: Iterable[Fraction], total: Fraction, chosen: Measure, rounding: Rounding = "half_up"
) -> tuple[Decimal, Decimal] | None:
    """Sum of the printed parts and the printed total where they differ; None where the column foots."""
    added = sum((chosen.decimal(part, rounding) for part in parts), Decimal(0))
    printed = chosen.decimal(total, rounding)
    return None if added == printed else (added, printed)


_ONE = Fraction(1)
_HUNDREDTH = Fraction(1, 100)
_PLAIN: dict[Locale, dict[Unit, Measure]] = {
    "zh-CN": {
        "customers": Measure(_ONE, 0, "户", "", "户"),
        "share": Measure(_HUNDREDTH, 1, "%", "", "%"),
        "points": Measure(_HUNDREDTH, 1, "百分点", "", "个百分点"),
        "coefficient": Measure(_ONE, 3),
        "index": Measure(_ONE, 0),
        "days": Measure(_ONE, 1, "天", "", "天", trim=True),
        "years": Measure(_ONE, 1, "年", "", "年", trim=True),
        "count": Measure(_ONE, 0),
        "per_customer": Measure(_ONE, 2, "个/户", "", "个"),
        "times_per_customer": Measure(_ONE, 2, "次/户", "", "次"),
        "per_10k": Measure(_ONE, 2, "件/万户", "", "件/万户"),
        "per_person": Measure(_ONE, 1, "小时/人", "", "小时"),
        "hours": Measure(_ONE, 1, "小时", "", "小时"),
        "minutes": Measure(_ONE, 0, "分钟", "", "分钟"),
        "score": Measure(_ONE, 2, "分", "", "分"),
        "net_score": Measure(_ONE, 1, "分", "", "分"),
        "times": Measure(_ONE, 2, "倍", "", "倍"),
    },
    "en": {
        "customers": Measure(_ONE, 0, "customers", "", " customers", " customer"),
        "share": Measure(_HUNDREDTH, 1, "%", "", "%"),
        "points": Measure(_HUNDREDTH, 1, "pp", "", " percentage points"),
        "coefficient": Measure(_ONE, 3),
        "index": Measure(_ONE, 0),
        "days": Measure(_ONE, 1, "days", "", " days", " day", trim=True),
        "years": Measure(_ONE, 1, "years", "", " years", " year", trim=True),
        "count": Measure(_ONE, 0),
        "per_customer": Measure(_ONE, 2, "per customer", "", ""),
        "times_per_customer": Measure(_ONE, 2, "per customer", "", ""),
        "per_10k": Measure(_ONE, 2, "per 10,000 customers", "", " per 10,000 customers"),
        "per_person": Measure(_ONE, 1, "hours per person", "", " hours"),
        "hours": Measure(_ONE, 1, "hours", "", " hours", " hour"),
        "minutes": Measure(_ONE, 0, "minutes", "", " minutes", " minute"),
        "score": Measure(_ONE, 2, "points", "", ""),
        "net_score": Measure(_ONE, 1, "points", "", " points", " point"),
        "times": Measure(_ONE, 2, "times", "", " times"),
    },
}
