"""The published fact table: what `reportgen facts` prints and what is attached to each PDF.

Columns: scope, metric, dimension, segment, against, period, since, value, num, den, unit, n, low, high, q,
suppressed; empty for none. Money stands in the currency's main unit (元), shares and rates as fractions.
A figure that is withheld (`disclosure` of the job) has a row without a number, behind the others, and `yes` in the
last column; whether for its own few customers or to protect another is not told.
`value` is exact where the division ends, else has 20 significant digits.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from decimal import Context, Decimal, Inexact
from typing import TYPE_CHECKING

from reportgen.config.amount import MINOR_UNITS
from reportgen.facts.fact import Fact
from reportgen.facts.table import FactSet

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "scope",
    "metric",
    "dimension",
    "segment",
    "against",
    "period",
    "since",
    "value",
    "num",
    "den",
    "unit",
    "n",
    "low",
    "high",
    "q",
    "suppressed",
)
_BAND = re.compile(r"-?[\d.]+(-?-[\d.]+|\+)?")
_MONEY = ("money", "money_per_customer")
_EXACT = Context(prec=34)
_ROUNDED = Context(prec=20)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def main_units(minor: int, currency: str) -> str:
    """Minor units as an exact decimal of main units: 58500000000 分 is `585000000`."""
    return _plain(Decimal(minor).scaleb(-MINOR_UNITS[currency], Context(prec=60)))


def value_text(fact: Fact, currency: str) -> str:
    """The fact's value as a decimal in the published unit."""
    value = fact.value
    scale = MINOR_UNITS[currency] if fact.unit in _MONEY else 0
    _EXACT.clear_flags()
    quotient = _EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
    if _EXACT.flags[Inexact]:
        quotient = _ROUNDED.divide(Decimal(value.numerator), Decimal(value.denominator))
    return _plain(quotient.scaleb(-scale, _EXACT))


def _figure(number: float | None) -> str:
    return "" if number is None else f"{number:.12g}"


def rows(facts: FactSet, scopes: Iterable[str] | None = None) -> Iterator[tuple[str, ...]]:
    """Every fact as texts in the order of `COLUMNS`."""
    wanted = None if scopes is None else set(scopes)
    for fact in facts.facts:
        if wanted is not None and fact.scope not in wanted:
            continue
        statistic = facts.statistic(fact)
        num = main_units(fact.num, facts.currency) if fact.unit in _MONEY else str(fact.num)
        yield (
            fact.scope,
            fact.metric,
            fact.dimension,
            fact.segment,
            fact.against,
            fact.period,
            fact.since,
            value_text(fact, facts.currency),
            num,
            str(fact.den),
            fact.unit,
            str(fact.n),
            _figure(statistic.low),
            _figure(statistic.high),
            _figure(statistic.q),
            "",
        )
    for name in facts.suppressed:
        place = facts.place_of(name)
        if wanted is None or place["scope"] in wanted:
            told = (place[key] for key in ("scope", "metric", "dimension", "segment", "against", "period", "since"))
            yield (*told, "", "", "", facts.metrics[place["metric"]].unit, "", "", "", "", "yes")


def ids(facts: FactSet, scopes: Iterable[str] | None = None) -> Iterator[str]:
    """The facts' ids in the order of `rows`."""
    wanted = None if scopes is None else set(scopes)
    yield from (fact.id for fact in facts.facts if wanted is None or fact.scope in wanted)
    yield from (name for name in facts.suppressed if wanted is None or facts.place_of(name)["scope"] in wanted)


def to_csv(facts: FactSet, scopes: Iterable[str] | None = None) -> str:
    """The table as CSV with `\\n` line ends; a text a spreadsheet would run as a formula gets a `'` before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows(facts, scopes):
        writer.writerow((*row[:2], _inert(row[2]), _inert(row[3]), _inert(row[4]), *row[5:]))
    return out.getvalue()


def _inert(text: str) -> str:
    """A name from the data as a spreadsheet shows it: `=HYPERLINK(…)` must stay text; a band such as `-5-0` is one."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text and not _BAND.fullmatch(text) else text


def to_json(facts: FactSet, scopes: Iterable[str] | None = None) -> str:
    """One JSON object a line; numbers stay texts, so that nothing is rounded on the way."""
    lines = (json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False) for row in rows(facts, scopes))
    return "".join(f"{line}\n" for line in lines)


def to_frame(facts: FactSet, scopes: Iterable[str] | None = None) -> pd.DataFrame:
    """The table as a pandas frame of texts."""
    import pandas as pd

    return pd.DataFrame(list(rows(facts, scopes)), columns=list(COLUMNS), dtype="string")
