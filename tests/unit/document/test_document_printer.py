"""How many decimals one value takes in a sentence or a tile."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reportgen.document.printer import Printer
from reportgen.facts.table import FactSet


@pytest.fixture
def printer() -> Printer:
    facts = FactSet("2025-12", "", "2025-12-31", "", "CNY", (), {}, {})
    return Printer(facts, cast("Any", SimpleNamespace(rounding="half_up")), "zh-CN", "bank")


@pytest.mark.parametrize(
    ("points", "text"),
    [
        ("-15/10000", "−0.15个百分点"),  # a rate behind by 15 basis points is not behind by 20
        ("-5/10000", "−0.05个百分点"),
        ("49/10000", "0.49个百分点"),
        ("5/1000", "0.5个百分点"),  # half a point and more keeps one decimal
        ("27/1000", "2.7个百分点"),
        ("3/100000", "0.0030个百分点"),  # nothing but zero prints as zero
        ("0", "0.0个百分点"),
    ],
)
def test_a_small_difference_takes_more_decimals(printer: Printer, points: str, text: str) -> None:
    assert printer.quantity(Fraction(points), "points") == text


def test_a_sum_below_zero_takes_the_minus_sign(printer: Printer) -> None:
    parts = [Fraction(-14, 10), Fraction(-14, 10)]
    assert printer.foot(parts, Fraction(-28, 10), printer.measure("count")) == ("−2", "−3")
