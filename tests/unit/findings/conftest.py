"""Small fact sets by hand, the shipped rulebook, and a job to judge them by."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import pytest

from reportgen.config.job import Job
from reportgen.facts.definitions import load_metrics
from reportgen.facts.fact import Fact
from reportgen.facts.segment import DimensionView, Segment
from reportgen.facts.table import FactSet, Omission
from reportgen.findings.detect import detect
from reportgen.findings.finding import Findings
from reportgen.findings.request import TestRequest
from reportgen.findings.rulebook import Rulebook, read_rulebook
from reportgen.frames.quality import QualityResult
from reportgen.period import Period

CONFIG = Path(__file__).parents[3] / "config"
PERIOD, SINCE = "2011-05", "2010-12"
METRICS = load_metrics(CONFIG / "metrics")


SPATIAL = {"branch": "branch_id", "region": "region_id"}


def months(count: int, last: str = PERIOD) -> tuple[str, ...]:
    """That many months up to one, oldest first."""
    found = [Period.parse(last)]
    while len(found) < count:
        found.append(found[-1].previous())
    return tuple(one.label for one in reversed(found))


def job(**more: Any) -> Job:
    """The smallest job the models accept, with whatever a test adds."""
    return Job.model_validate({
        "job": "small", "report": "characteristics", "currency": "CNY",
        "sources": {"s": {"type": "csv", "path": "s.csv"}},
        "frames": {"snapshots": {"from": "s", "columns": {"customer_id": "id", "aum": {"column": "a", "unit": "元"}}}},
        **more,
    })


@dataclass
class SmallFacts:
    """Collects facts; `set()` makes the frozen FactSet."""

    since: str = SINCE
    history: tuple[str, ...] = ()
    facts: list[Fact] = field(default_factory=list)
    dimensions: dict[str, DimensionView] = field(default_factory=dict)
    quality: list[QualityResult] = field(default_factory=list)
    omissions: list[Omission] = field(default_factory=list)

    def add(
        self, metric: str, num: int, den: int = 1, *, n: int | None = None, dimension: str = "", segment: str = "",
        against: str = "", at: str = "period", scope: str = "bank",
    ) -> Fact:
        """`at` is `period`, `since` or a label."""
        known = METRICS[metric]
        label = {"since": self.since, "period": PERIOD}.get(at, at)
        fact = Fact(
            scope, metric, label, num, den, known.unit, den if n is None else n,
            dimension, segment, against, self.since if known.flow else "",
        )
        self.facts.append(fact)
        return fact

    def dimension(
        self, name: str, segments: tuple[str, ...], column: str = "", kind: str = "category", unit: str = "",
        of: str = "", partition: bool = True,
    ) -> None:
        self.dimensions[name] = DimensionView(
            name, kind, column or name, {"zh-CN": name, "en": name},  # type: ignore[arg-type]
            tuple(Segment(one, {"zh-CN": one, "en": one}) for one in segments), unit, of, partition,
        )

    def put(self, *rows: tuple[Any, ...]) -> SmallFacts:
        """Rows of (metric, num, den[, where]); `where` as `add` takes it. Dimensions are made as they come."""
        for metric, num, den, *rest in rows:
            where = dict(rest[0]) if rest else {}
            name, segment = where.get("dimension", ""), where.get("segment", "")
            if name:
                known = tuple(one.id for one in self.dimensions[name].segments) if name in self.dimensions else ()
                if segment not in known:
                    age = name == "age_band"
                    column: str = "age" if age else SPATIAL.get(name, str(name))
                    self.dimension(name, (*known, segment), column, "band" if age else "category")
            self.add(metric, num, den, **where)
        return self

    def segments(
        self, metric: str, dimension: str, parts: dict[str, tuple[int, int]], *, whole: bool = True, column: str = "",
        at: str = "period", kind: str = "category", against: str = "",
    ) -> None:
        """Numerator and denominator of each segment, with the whole as their sum."""
        if dimension not in self.dimensions:
            self.dimension(dimension, tuple(parts), column, kind)
        for segment, (num, den) in parts.items():
            self.add(metric, num, den, dimension=dimension, segment=segment, at=at, against=against)
        if whole:
            self.add(metric, sum(num for num, _ in parts.values()), sum(den for _, den in parts.values()), at=at)

    def rates(
        self, dimension: str, parts: dict[str, tuple[int, int]], *, column: str = "", product: str = "",
        metric: str = "campaign_conversion", whole: tuple[int, int] | None = None,
    ) -> None:
        """Hits and base of each segment, with the whole's rate (once) and each segment's over-index."""
        if dimension not in self.dimensions:
            self.dimension(dimension, tuple(parts), column)
        hits, n = whole or (sum(one[0] for one in parts.values()), sum(one[1] for one in parts.values()))
        against = f"product_type={product}" if product else ""
        place = ("product_type" if product else "", product)
        if (metric, *place) not in {(one.metric, one.dimension, one.segment) for one in self.facts}:
            self.add(metric, hits, n, dimension=place[0], segment=place[1])
        for segment, (part, base) in parts.items():
            self.add(metric, part, base, dimension=dimension, segment=segment, against=against)
            if hits > part:
                index = Fraction(100 * part * (n - base), base * (hits - part))
                self.add("over_index", index.numerator, index.denominator, n=base, dimension=dimension,
                         segment=segment, against=against or f"attribute={metric}")

    def cross(
        self, rows: str, columns: str, table: dict[tuple[str, str], int], at: Literal["since", "period"], *,
        turned: bool = False,
    ) -> None:
        """Customers of two dimensions: cells that hold anybody, both margins and the total."""
        for names, name, place in ((self._names(table, 0), rows, 0), (self._names(table, 1), columns, 1)):
            self.dimension(name, names)
            for one in names:
                members = sum(count for cell, count in table.items() if cell[place] == one)
                self.add("customers_total", members, n=members, dimension=name, segment=one, at=at)
        for (row, column), count in table.items():
            first, second = ((columns, column), (rows, row)) if turned else ((rows, row), (columns, column))
            if count:
                self.add("customers_total", count, n=count, dimension=first[0], segment=first[1],
                         against=f"{second[0]}={second[1]}", at=at)
        self.add("customers_total", sum(table.values()), n=sum(table.values()), at=at)

    @staticmethod
    def _names(table: dict[tuple[str, str], int], place: int) -> tuple[str, ...]:
        return tuple(dict.fromkeys(cell[place] for cell in table))

    def set(self) -> FactSet:
        return FactSet(
            period=PERIOD, since=self.since, as_of="2011-05-31", since_as_of="2010-12-31" if self.since else "",
            currency="CNY", facts=tuple(self.facts), dimensions=self.dimensions,
            metrics=METRICS, quality=tuple(self.quality), omissions=tuple(self.omissions), history=self.history,
            previous=self._held(Period.parse(PERIOD).previous()), year_ago=self._held(Period.parse(PERIOD).year_ago()),
        )

    def _held(self, period: Period) -> str:
        return period.label if period.label in self.history else ""


@dataclass(frozen=True)
class Bench:
    """Judges small fact sets by the shipped rulebook."""

    rulebook: Rulebook

    def facts(self, since: str = SINCE, history: int = 0) -> SmallFacts:
        return SmallFacts(since, months(history) if history else ())

    def job(self, **settings: Any) -> Job:
        return job(**settings)

    def judge(self, facts: SmallFacts, *rules: str, tests: tuple[TestRequest, ...] = (), **settings: Any) -> Findings:
        return detect(facts.set(), self.rulebook, job(**settings), "bank", rules, tests)

    def state(self, facts: SmallFacts, rule: str, **settings: Any) -> str:
        found = self.judge(facts, rule, **settings)
        return next(one.state for one in found.outcomes if one.rule == rule)


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return read_rulebook(CONFIG / "rules", CONFIG / "suggestions")


@pytest.fixture
def bench(rulebook: Rulebook) -> Bench:
    return Bench(rulebook)
