"""Section numbers, periods and days in both languages, runs of issue numbers."""

from __future__ import annotations

import datetime as dt

import pytest

from reportgen.document.blocks.actions import runs
from reportgen.document.dates import day_words, end_words, period_words
from reportgen.document.numbering import Numbering, chinese
from reportgen.period import Period


@pytest.mark.parametrize(("number", "text"), [
    (1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (99, "九十九"),
])
def test_chinese_numerals(number: int, text: str) -> None:
    assert chinese(number) == text


def test_sections_count_anew_within_each() -> None:
    zh, en = Numbering("zh-CN"), Numbering("en")
    assert [zh.first(), zh.second(), zh.second(), zh.first(), zh.second()] == ["一、", "（一）", "（二）", "二、", "（一）"]
    assert [en.first(), en.second(), en.second(), en.first(), en.second()] == ["1", "1.1", "1.2", "2", "2.1"]


@pytest.mark.parametrize(("text", "zh", "en"), [
    ("2011-05", "2011年5月", "May 2011"), ("2011-Q2", "2011年第二季度", "Q2 2011"), ("2011", "2011年", "2011"),
    ("2011-05-31", "2011年5月31日", "31 May 2011"),
])
def test_periods_in_words(text: str, zh: str, en: str) -> None:
    period = Period.parse(text)
    assert (period_words(period, "zh-CN"), period_words(period, "en")) == (zh, en)


@pytest.mark.parametrize(("day", "zh", "en"), [
    (dt.date(2010, 12, 31), "2010年末", "End of 2010"), (dt.date(2012, 2, 29), "2012年2月末", "End of February 2012"),
    (dt.date(2012, 2, 28), "2012年2月28日", "28 February 2012"),
])
def test_only_the_last_day_of_a_month_is_its_end(day: dt.date, zh: str, en: str) -> None:
    assert (end_words(day, "zh-CN"), end_words(day, "en")) == (zh, en)
    assert day_words(day, "zh-CN").startswith(f"{day.year}年")


def test_three_in_a_row_become_a_range_and_two_do_not() -> None:
    assert runs([1, 2, 4, 5, 6, 9]) == [(1, 1), (2, 2), (4, 6), (9, 9)]
    assert runs([]) == []
