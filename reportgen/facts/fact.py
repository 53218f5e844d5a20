"""The fact: one number a report may print, with what it counts and what it was divided by.

A fact's value is `num / den`, exact. Money is an integer of the currency's minor units (分), so facts of
branches add up to the bank without rounding. `since` is the opening of a flow; a stock has none.
"""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Unit = Literal[
    "customers",  # 户
    "money",  # minor units of the job's currency (分)
    "money_per_customer",  # minor units a customer
    "share",  # a fraction of one, printed in %
    "points",  # a difference of shares, printed in percentage points
    "coefficient",  # 0..1, printed as it is (Gini)
    "index",  # 100 = as often as the rest
    "days",
    "years",
    "count",  # pieces, tests, rows
    "per_customer",  # pieces a customer
    "times_per_customer",  # contacts a customer
    "per_10k",  # pieces a ten thousand customers
    "per_person",  # pieces a member of staff (hours of training)
    "hours",
    "minutes",
    "score",  # a mean mark (satisfaction 1..5, rating)
    "net_score",  # promoters less detractors, -100..100
    "times",  # a multiple (assets over income)
]
_ID = re.compile(
    r"(?P<scope>[^/]+)/(?P<metric>\w+)(?:\[(?P<dimension>\w+)=(?P<segment>[^|\]]*)(?:\|(?P<against>[^\]]*))?\])?"
    r"@(?:(?P<since>[^.@]+)\.\.)?(?P<period>[^.@]+)"
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the fact table; grain: scope × metric × segment × against × period × since."""

    scope: str
    metric: str
    period: str
    num: int
    den: int = 1
    unit: Unit = "customers"
    n: int = 0
    """How many customers (or pieces) stand behind the value: the base of a share, the members of a sum."""
    dimension: str = ""
    segment: str = ""
    against: str = ""
    """`dimension=segment` of the second dimension in a matrix or cross table."""
    since: str = ""

    @property
    def id(self) -> str:
        return fact_id(self.scope, self.metric, self.period, self.dimension, self.segment, self.against, self.since)

    @property
    def value(self) -> Fraction:
        """The exact value; `ZeroDivisionError` never comes from here, since no fact has `den` 0."""
        return Fraction(self.num, self.den)

    def __post_init__(self) -> None:
        if self.den <= 0:
            raise ValueError(f"{self.metric}: a fact needs a positive denominator, not {self.den}")


@dataclass(frozen=True, slots=True)
class Statistic:
    """What statistics say about a fact, keyed by the fact's id: a 95 % interval and the corrected p-value."""

    low: float | None = None
    high: float | None = None
    q: float | None = None


def fact_id(
    scope: str, metric: str, period: str, dimension: str = "", segment: str = "", against: str = "", since: str = ""
) -> str:
    """`branch:0571/churn_rate[tier=private]@2010-12..2011-05`; a cross cell has `[a=x|b=y]`.

    Signs of the id's own grammar inside a segment are written as in a URL (`%5B`).
    """
    cell = f"[{dimension}={_quoted(segment)}{'|' + _quoted(against) if against else ''}]" if dimension else ""
    return f"{scope}/{metric}{cell}@{since + '..' if since else ''}{period}"


def parse_fact_id(text: str) -> dict[str, str] | None:
    """The parts of an id, or None where the text is not one."""
    match = _ID.fullmatch(text)
    return {name: urllib.parse.unquote(part or "") for name, part in match.groupdict().items()} if match else None


def _quoted(text: str) -> str:
    return "".join(f"%{ord(sign):02X}" if sign in "%[]|@\n\r" else sign for sign in text)
