"""Numbers: one rounding from the exact fraction, signs, scales, columns, footing."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.document.numbers import MINUS, digits, footing, for_column, measure, money, rounded

fractions = st.fractions(min_value=-(10**12), max_value=10**12, max_denominator=10**6)
MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}


@given(fractions, st.integers(0, 6), st.sampled_from(sorted(MODES)))
def test_rounding_is_the_decimal_rounding_of_the_exact_value(value: Fraction, decimals: int, mode: str) -> None:
    with localcontext() as context:
        # A quotient with a denominator of at most 10**6 that is no tie differs from one by more than 10**-20.
        context.prec = 60
        expected = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(
            Decimal(1).scaleb(-decimals), rounding=MODES[mode])
    assert rounded(value, decimals, mode) == expected  # type: ignore[arg-type]


@given(st.integers(-(10**9), 10**9), st.integers(0, 4), st.sampled_from(sorted(MODES)))
def test_ties_follow_the_mode(whole: int, decimals: int, mode: str) -> None:
    tie = Fraction(2 * whole + 1, 2 * 10**decimals)
    result = int(rounded(tie, decimals, mode).scaleb(decimals))  # type: ignore[arg-type]
    away = whole + 1 if tie > 0 else whole
    even = whole if whole % 2 == 0 else whole + 1
    assert result == (away if mode == "half_up" else even)


def test_one_rounding_not_two() -> None:
    # 0.4445 to three places is 0.445, and that to two would be 0.45: rounding twice.
    assert rounded(Fraction(4445, 10000), 2) == Decimal("0.44")


@pytest.mark.parametrize(("value", "sign", "text"), [
    ("1234.50", "minus", "1,234.50"), ("-1234.50", "minus", f"{MINUS}1,234.50"), ("78", "both", "+78"),
    ("-33", "none", "33"), ("-0.00", "minus", "0.00"), ("0", "both", "0"),
])
def test_digits_carry_separators_and_a_true_minus(value: str, sign: str, text: str) -> None:
    assert digits(Decimal(value), sign=sign) == text  # type: ignore[arg-type]


YUAN = 100


@pytest.mark.parametrize(("locale", "level", "yuan", "text"), [
    ("zh-CN", "bank", 585_000_000, "5.85亿元"),
    ("zh-CN", "bank", 260_000_000, "2.60亿元"),
    ("zh-CN", "bank", 23_544_500, "2,354.45万元"),
    ("zh-CN", "bank", 9_999, "9,999.00元"),
    ("zh-CN", "customer", 8_125_000, "812.5万元"),
    ("zh-CN", "customer", 10_080_000, "1,008万元"),
    ("zh-CN", "customer", 5_000_000, "500万元"),
    ("en", "bank", 585_000_000, "CNY 585.00 million"),
    ("en", "customer", 8_125_000, "CNY 8.125 million"),
    ("en", "customer", 196_204, "CNY 196,204"),
])
def test_amounts_take_the_scale_of_their_level(locale: str, level: str, yuan: int, text: str) -> None:
    amount = Fraction(yuan * YUAN)
    assert money(locale, "CNY", level, amount).text(amount) == text  # type: ignore[arg-type]


def test_other_currencies_keep_their_name() -> None:
    amount = Fraction(6_158_966_700)
    assert money("zh-CN", "EUR", "bank", amount).text(amount) == "6,158.97万欧元"
    assert money("en", "EUR", "bank", amount).text(amount) == "EUR 61.59 million"


@pytest.mark.parametrize(("value", "zh", "en"), [(1, "1户", "1 customer"), (72, "72户", "72 customers"), (0, "0户", "0 customers")])
def test_counts_carry_their_unit(value: int, zh: str, en: str) -> None:
    assert measure("customers", "zh-CN", "CNY").text(Fraction(value)) == zh
    assert measure("customers", "en", "CNY").text(Fraction(value)) == en


def test_a_negative_amount_has_its_sign_before_the_currency() -> None:
    amount = Fraction(-120_000_000)
    assert money("en", "EUR", "bank", abs(amount)).text(amount) == f"{MINUS}EUR 1.20 million"


@given(st.lists(st.integers(1, 10**13), min_size=1, max_size=8))
def test_nothing_but_zero_prints_as_zero_in_a_column(values: list[int]) -> None:
    amounts = [Fraction(value) for value in values]
    scale = money("zh-CN", "CNY", "bank", max(amounts))
    column = for_column(scale, amounts)
    # Two decimals more than the scale's own are as far as a column goes: 0.0001 亿元.
    assert all(column.decimal(amount) for amount in amounts if amount * 10**4 >= column.divisor)
    decimals = {len(column.bare(amount).partition(".")[2]) for amount in amounts}
    assert decimals == {column.decimals}


def test_a_column_of_averages_shares_its_decimals() -> None:
    amounts = [Fraction(yuan * YUAN) for yuan in (8_125_000, 10_080_000)]
    scale = money("zh-CN", "CNY", "customer", max(amounts))
    assert [for_column(scale, amounts).bare(one) for one in amounts] == ["812.50", "1,008.00"]


def test_the_published_ages_do_not_foot_and_the_published_bands_do() -> None:
    share = measure("share", "zh-CN", "CNY")
    ages = [Fraction(count, 72) for count in (5, 15, 26, 21, 5)]
    bands = [Fraction(count, 72) for count in (20, 16, 11, 8, 9, 8)]
    assert footing(ages, Fraction(1), share) == (Decimal("99.9"), Decimal("100.0"))
    assert footing(bands, Fraction(1), share) is None


@given(st.lists(st.integers(0, 500), min_size=2, max_size=12))
def test_footing_is_told_exactly_when_the_printed_column_is_off(counts: list[int]) -> None:
    total = sum(counts) or 1
    share = measure("share", "en", "CNY")
    parts = [Fraction(count, total) for count in counts]
    printed = sum(Decimal(share.bare(part)) for part in parts)
    whole = Fraction(sum(counts), total)
    told = footing(parts, whole, share)
    assert (told is None) == (printed == Decimal(share.bare(whole)))
