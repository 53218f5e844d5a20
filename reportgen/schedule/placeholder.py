"""Placeholders in the paths a schedule waits for: `data/closing-{period}.csv`."""

from __future__ import annotations

import re

from reportgen.period import Period

PLACEHOLDERS = ("period", "period_end")
_BRACES = re.compile(r"\{([^{}]*)\}")


def names_in(text: str) -> list[str]:
    """The names in braces; a brace without its partner is one of them."""
    found = _BRACES.findall(text)
    rest = _BRACES.sub("", text)
    return found + [mark for mark in "{}" if mark in rest]


def filled(text: str, period: Period) -> str:
    """With the period's label (2011-05, 2011-Q2) and its last day (2011-05-31)."""
    return text.replace("{period}", period.label).replace("{period_end}", period.last_day.isoformat())
