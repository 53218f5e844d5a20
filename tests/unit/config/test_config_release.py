"""The release rule: how many failures hold a run, and totals of the general ledger."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from reportgen.config.release import LedgerTotal, ReleaseRule, share


def test_defaults() -> None:
    rule = ReleaseRule()
    assert (rule.approval, rule.max_failed_units, rule.reconcile) == (False, "1%", ("customers_total", "aum_point"))
    assert (rule.too_many(0, 3), rule.too_many(1, 99), rule.too_many(1, 100), rule.too_many(2, 100)) == (
        False, True, False, True)


def test_a_whole_number_counts_units() -> None:
    rule = ReleaseRule.model_validate({"max_failed_units": 3})
    assert (rule.too_many(3, 5), rule.too_many(4, 10_000)) == (False, True)
    assert ReleaseRule.model_validate({"max_failed_units": 0}).too_many(1, 10_000)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_share_is_exact(failed: int, percent: int) -> None:
    rule = ReleaseRule.model_validate({"max_failed_units": f"{percent / 100:.2f}%"})
    assert rule.too_many(failed, 10_000) == (failed > percent)


def test_shares() -> None:
    assert (share("1%"), share("0.5%"), share("100%")) == (Fraction(1, 100), Fraction(1, 200), 1)
    for wrong in ("101%", "1", "-1%", "1 %", "%", -1, 1.5, True):
        with pytest.raises(ValidationError):
            ReleaseRule.model_validate({"max_failed_units": wrong})


def test_a_total_is_given_or_read() -> None:
    assert LedgerTotal.model_validate({"value": "123456.78", "unit": "元", "within": "0.01"}).value == Decimal("123456.78")
    assert LedgerTotal.model_validate({"file": "data/gl-{period}.csv", "column": "余额"}).unit == "main"
    for wrong in ({}, {"value": "1", "file": "a.csv", "column": "b"}, {"file": "a.csv"}, {"value": "1", "column": "b"},
                  {"value": "1", "unit": "pounds"}, {"value": "1", "within": "-1"}):
        with pytest.raises(ValidationError):
            LedgerTotal.model_validate(wrong)
