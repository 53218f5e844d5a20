"""A printed number beside its fact: the exact value in the printed unit, shown as printed."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.document.numbers import measure, money
from reportgen.facts.fact import Fact
from reportgen.render.quantity import (
    Quantity,
    fact_quantity,
    printed_quantity,
    quantity_within,
    value_within,
)


def fact(unit: str, num: int, den: int = 1) -> Fact:
    return Fact("bank", "m", "2011-05", num, den, unit)  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "unit", "num", "den", "locale", "value", "shape"), [
    ("58,500.00", "money_per_customer", 58_500_000_000, 1, "zh-CN", 58500.0, "#,##0.00"),  # 万元
    ("5.85", "money", 58_500_000_000, 1, "zh-CN", 5.85, "#,##0.00"),  # 亿元
    ("585.00", "money", 58_500_000_000, 1, "en", 585.0, "#,##0.00"),  # CNY million
    ("833.33", "money_per_customer", 32_500_000_000, 39, "zh-CN", 833.3333333333334, "#,##0.00"),
    ("45.8", "share", 33, 72, "zh-CN", 45.833333333333336, "#,##0.0"),
    ("45.8%", "share", 33, 72, "en", 0.4583333333333333, "#,##0.0%"),
    ("1,749", "customers", 1749, 1, "en", 1749.0, "#,##0"),
    ("0.264", "coefficient", 264, 1000, "en", 0.264, "#,##0.000"),
    ("36.5", "days", 73, 2, "zh-CN", 36.5, "#,##0.0"),
])
def test_a_cell_holds_the_exact_value_in_the_printed_unit(text, unit, num, den, locale, value, shape):
    found = fact_quantity(text, fact(unit, num, den), locale, "CNY")
    assert found == Quantity(value, f'{shape};"−"{shape};{shape}')


def test_signs_are_shown_as_printed():
    assert fact_quantity("+78", fact("customers", 78), "en", "CNY") == Quantity(78.0, '+#,##0;"−"#,##0;#,##0')
    assert fact_quantity("−3.1", fact("points", -31, 1000), "zh-CN", "CNY") == Quantity(-3.1, '#,##0.0;"−"#,##0.0;#,##0.0')
    assert fact_quantity("33", fact("customers", -33), "en", "CNY").value == 33.0  # the words say that they were lost


@pytest.mark.parametrize("text", ["34.5～65.5", "—", "*", "", "33户（45.8%）", "46.0", "−45.8", "0571", "4.58"])
def test_what_is_not_the_facts_number_is_no_number(text):
    assert fact_quantity(text, fact("share", 33, 72), "zh-CN", "CNY") is None


def test_a_number_that_is_no_fact_is_taken_as_it_stands_and_a_code_is_not():
    assert printed_quantity("183") == Quantity(183.0, '#,##0;"−"#,##0;#,##0')
    assert printed_quantity("12.5%").value == 0.125
    assert printed_quantity("1234567").format.startswith("0;")
    assert [printed_quantity(text) for text in ("0571", "2011-05-31", "8e71", "=1+1", "72户")] == [None] * 5


def test_the_facts_number_is_found_inside_a_longer_text():
    assert quantity_within("26户 36.1%", fact("customers", 26), "zh-CN", "CNY").value == 26.0
    assert quantity_within("26户 36.1%", fact("share", 26, 72), "zh-CN", "CNY") == Quantity(
        0.3611111111111111, '#,##0.0%;"−"#,##0.0%;#,##0.0%')
    assert quantity_within("26户", fact("share", 26, 72), "zh-CN", "CNY") is None
    assert value_within("+2.8", 2.834733547569204).value == 2.834733547569204
    assert value_within("+2.9", 2.834733547569204) is None


def test_a_half_that_a_spreadsheet_would_round_up_is_held_as_printed():
    # 0.125 by half_even prints 0.12; a spreadsheet would show 0.13.
    assert fact_quantity("0.12", fact("per_customer", 1, 8), "en", "CNY").value == 0.12
    assert fact_quantity("0.13", fact("per_customer", 1, 8), "en", "CNY").value == 0.125


@given(st.integers(-10**15, 10**15), st.integers(1, 999), st.sampled_from(["zh-CN", "en"]))
def test_every_amount_a_page_prints_is_a_number_that_prints_the_same(num, den, locale):
    value = Fraction(num, den)
    chosen = money(locale, "CNY", "bank", abs(value))
    text = chosen.bare(value)
    found = fact_quantity(text, fact("money", num, den), locale, "CNY")
    assert found is not None
    assert chosen.bare(Fraction(found.value) * chosen.divisor) == text
    assert abs(Fraction(found.value) - value / chosen.divisor) <= Fraction(1, 2 * 10**chosen.decimals)


@given(st.integers(-10**9, 10**9), st.integers(1, 10**6), st.sampled_from(["share", "points", "count", "days", "index"]))
def test_so_is_every_other_figure(num, den, unit):
    chosen = measure(unit, "en", "CNY")
    text = chosen.bare(Fraction(num, den))
    found = fact_quantity(text, fact(unit, num, den), "en", "CNY")
    assert found is not None
    assert chosen.bare(Fraction(found.value) * chosen.divisor) == text
