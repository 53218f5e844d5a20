"""Dates and periods in the words of a language; never read from a clock."""

from __future__ import annotations

import datetime as dt

from reportgen.config.model import Locale
from reportgen.period import Period

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)


def day_words(day: dt.date, locale: Locale) -> str:
    """2011年5月31日, 31 May 2011."""
    if locale == "zh-CN":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def period_words(period: Period, locale: Locale) -> str:
    """2011年5月, May 2011; 2011年第二季度, second quarter of 2011 as Q2 2011."""
    start = period.start
    if period.kind == "day":
        return day_words(start, locale)
    if period.kind == "month":
        return f"{start.year}年{start.month}月" if locale == "zh-CN" else f"{_MONTHS[start.month - 1]} {start.year}"
    if period.kind == "quarter":
        quarter = (start.month + 2) // 3
        return f"{start.year}年第{'一二三四'[quarter - 1]}季度" if locale == "zh-CN" else f"Q{quarter} {start.year}"
    return f"{start.year}年" if locale == "zh-CN" else f"{start.year}"


def iso_day(text: str) -> dt.date | None:
    """The date of an ISO text; None for an empty one."""
    return dt.date.fromisoformat(text) if text else None


def end_words(day: dt.date, locale: Locale) -> str:
    """A column's head for a day that closes a month: 2010年末, 2011年5月末; End of May 2011. Other days in full."""
    last = (day + dt.timedelta(days=1)).day == 1
    if not last:
        return day_words(day, locale)
    if locale == "zh-CN":
        return f"{day.year}年末" if day.month == 12 else f"{day.year}年{day.month}月末"
    return f"End of {day.year}" if day.month == 12 else f"End of {_MONTHS[day.month - 1]} {day.year}"
