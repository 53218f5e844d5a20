"""Cells to values: what is read, what is refused, and that nothing is rounded on the way."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.frames.convert import convert

CONNECTION = ibis.duckdb.connect()


def cells(texts, kind, **options):
    """Typed values of some texts, and which of them could not be read."""
    settings_ = {"values": {}, "unit": "元", "form": None, "currency": "CNY", **options}
    table = ibis.memtable(
        {"place": list(range(len(texts))), "x": list(texts)}, schema={"place": "int64", "x": "string"}
    )
    typed, bad = convert(table.x, kind, **settings_)
    rows = CONNECTION.to_pyarrow(table.select(table.place, value=typed, bad=bad).order_by("place")).to_pylist()
    return [row["value"] for row in rows], [bool(row["bad"]) for row in rows]


@pytest.mark.parametrize(
    ("text", "unit", "minor"),
    [
        ("1,234.50", "元", 123450),
        ("１２３４．５", "元", 123450),
        ("１，２３４．５", "元", 123450),
        ("  812.5 ", "万元", 812_500_000),
        ("0.000001", "万元", 1),
        ("5.85", "亿元", 58_500_000_000),
        ("-7", "元", -700),
        ("－7.01", "元", -701),
        ("+3", "分", 3),
        ("0", "元", 0),
        ("90071992547409.93", "元", 9_007_199_254_740_993),  # 2**53 + 1: no double holds it
    ],
)
def test_amounts(text, unit, minor):
    assert cells([text], "money", unit=unit) == ([minor], [False])


@pytest.mark.parametrize(
    "text",
    [
        "2.00E+05",
        "1,23",
        "0.001",
        "NaN",
        "inf",
        "1e308",
        "500万",
        "1.2.3",
        "--1",
        "12345678901234567890123",
        "1 234",
        "￥5",
    ],
)
def test_amounts_that_are_none(text):
    assert cells([text], "money") == ([None], [True])


def test_empty_cells_are_missing_and_not_unreadable():
    assert cells(["", "   ", "　", None], "money") == ([None] * 4, [False] * 4)


@settings(max_examples=60, deadline=None)
@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), st.booleans())
def test_amounts_are_exact(amount, grouped):
    text = f"{amount:,f}" if grouped else f"{amount:f}"
    assert cells([text], "money")[0] == [int(amount * 100)]


@pytest.mark.parametrize(
    "text",
    [
        "2011-05-31",
        "2011/5/31",
        "2011.5.31",
        "20110531",
        "2011年5月31日",
        "２０１１年５月３１日",
        "2011-05-31 00:00:00",
        "2011年5月",
    ],
)
def test_dates(text):
    assert cells([text], "date") == ([dt.date(2011, 5, 31)], [False])


@pytest.mark.parametrize("text", ["2011-02-30", "31.12.2010", "201105", "11-5-31", "x", "2011-13-01", "40694"])
def test_dates_that_are_none(text):
    assert cells([text], "date") == ([None], [True])


def test_a_date_in_the_banks_own_format():
    assert cells(["31.12.2010"], "date", form="%d.%m.%Y")[0] == [dt.date(2010, 12, 31)]


def test_identifiers_stay_text():
    values, bad = cells(["00123", "007", "TH0001 ", "123456789012345678"], "id")
    assert values == ["00123", "007", "TH0001", "123456789012345678"]
    assert not any(bad)


def test_an_identifier_a_spreadsheet_destroyed_is_refused():
    assert cells(["1.23457E+17"], "id") == ([None], [True])


def test_integers():
    assert cells(["37", "37.0", "1,234", "1,234.50", "3x"], "integer") == (
        [37, 37, 1234, None, None],
        [False, False, False, True, True],
    )


def test_flags_and_the_jobs_own_words():
    assert cells(["yes", "否", "1", "maybe"], "flag")[0] == [True, False, True, None]
    assert cells(["高", "低"], "category", values={"高": "high"})[0] == ["high", "低"]


def test_units_differ_by_ten_thousand():
    (yuan,), (wan,) = cells(["5"], "money", unit="元")[0], cells(["5"], "money", unit="万元")[0]
    assert Decimal(wan) / yuan == 10_000
