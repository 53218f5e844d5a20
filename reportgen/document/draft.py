"""The document in the making: what every block reads, and what it leaves behind."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from reportgen.config.job import Job
from reportgen.config.model import Locale
from reportgen.context import RunContext
from reportgen.document.changes import MARK, touched
from reportgen.document.comment import Comment
from reportgen.document.dates import day_words, iso_day, period_words
from reportgen.document.exhibits import Exhibits
from reportgen.document.model import Span, Text
from reportgen.document.numbers import Measure
from reportgen.document.printer import Printer
from reportgen.document.report import Report
from reportgen.document.texts import Texts
from reportgen.errors import Problem, TemplateError
from reportgen.facts.fact import Fact, Unit
from reportgen.facts.segment import DimensionView
from reportgen.facts.table import FactSet
from reportgen.findings.finding import Association, Finding, Findings
from reportgen.findings.rulebook import Rulebook
from reportgen.period import Period

SHARE_METRICS = (
    "age_share", "band_share", "occupation_share", "income_share", "gender_share", "fund_control_share",
    "family_share", "segment_share",
)
"""Shares of customers by segment; each dimension has one of them."""
METRICS_AS_SEGMENTS = ("metric", "attribute")
"""Dimensions whose segments are metrics: plans, and what an over-index compares."""
STAR = "*"
"""Stands for a withheld figure."""
_NUMERIC = re.compile(r"\d")
_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Left:
    """A block or section that this bank's data cannot carry."""

    id: str
    needs: tuple[str, ...]


@dataclass
class Draft:
    """One document being written: one report, one language, one scope."""

    facts: FactSet
    findings: Findings
    job: Job
    context: RunContext
    locale: Locale
    scope: str
    report: Report
    texts: Texts
    rulebook: Rulebook
    printer: Printer
    exhibits: Exhibits
    numerals: set[str] = field(default_factory=set)
    cited: dict[str, None] = field(default_factory=dict)
    """Ids of the facts printed so far, in the order they were first printed."""
    left: list[Left] = field(default_factory=list)
    comment: Comment | None = None

    # What is printed -------------------------------------------------------------------------------------------

    def known(self, text: str) -> str:
        """Text whose numerals are no facts, made known to the re-reading check."""
        if _NUMERIC.search(text):
            self.numerals.add(text)
        return text

    def plain(self, text: str) -> Span:
        """Words as a span, their numerals made known."""
        return Span(self.known(text))

    def word(self, key: str) -> str:
        return self.known(self.texts.word(key))

    def phrase(self, key: str, **fields: str) -> str:
        """A fixed phrase with its `{fields}` filled in; TemplateError for a field it cannot have."""

        def filled(match: re.Match[str]) -> str:
            if match[1] not in fields:
                raise TemplateError(
                    Problem(self.texts.place, f"words.{key}: there is no {match[0]}; it has {', '.join(fields)}."),
                    state="No page was made.",
                )
            return fields[match[1]]

        return self.known(_FIELD.sub(filled, self.texts.word(key)))

    def cite(self, fact: Fact) -> str:
        """The fact's id, noted as printed."""
        self.cited.setdefault(fact.id)
        return fact.id

    def value(self, fact: Fact, style: str = "") -> Span:
        """A fact in a sentence."""
        return Span(self.printer.quantity(fact.value, self.printer.unit(fact), style), fact=self.cite(fact))

    def cell(self, fact: Fact | None, measure: Measure, *, signed: bool = False, withheld: bool = False) -> Text:
        """A fact in a table; — where there is none, * where it is withheld."""
        if fact is None:
            return (Span(STAR if withheld else "—", tone="muted"),)
        sign = "both" if signed else "minus"
        return (Span(measure.bare(fact.value, self.printer.rounding, sign), fact=self.cite(fact)),)  # type: ignore[arg-type]

    def quantity(self, value: Fraction, unit: Unit, style: str = "") -> Span:
        """A figure that is no fact of the table (a detector's, a threshold's)."""
        return self.plain(self.printer.quantity(value, unit, style))

    def interval(self, fact: Fact) -> str | None:
        """The fact's 95 % interval as text."""
        statistic = self.facts.statistic(fact)
        if statistic.low is None or statistic.high is None:
            return None
        return self.printer.interval(statistic.low, statistic.high, fact.unit)

    def in_unit(self, label: str, unit: str) -> str:
        """The unit behind a label, unless an English label says it already (Customers)."""
        if not unit or (self.locale == "en" and unit in label.lower()):
            return ""
        return self.phrase("in_unit", unit=unit)

    def counted(self, metric: str, text: str) -> str:
        """A bare count with its classifier (117笔) where the texts know one (`words: counted_<id>`)."""
        key = f"counted_{metric}"
        return self.phrase(key, value=text) if key in self.texts.words else text

    def inside(self, label: str) -> str:
        """A label inside an English sentence: its first letter small unless it is an abbreviation."""
        return label if self.locale == "zh-CN" or label[1:2].isupper() else label[:1].lower() + label[1:]

    # What is there ---------------------------------------------------------------------------------------------

    def find(
        self, metric: str, *, at: str = "period", dimension: str = "", segment: str = "", against: str = ""
    ) -> Fact | None:
        """A fact of the document's scope; `dimension` may be the column it is cut from."""
        view = self.dimension(dimension) if dimension else None
        return self.facts.find(
            metric, scope=self.scope, at=at, dimension=view.id if view else dimension, segment=segment, against=against
        )

    def withheld(
        self, metric: str, *, at: str = "period", dimension: str = "", segment: str = "", against: str = ""
    ) -> bool:
        """Whether the fact that `find` would find is withheld because of few customers."""
        view = self.dimension(dimension) if dimension else None
        return self.facts.withheld(
            metric, scope=self.scope, at=at, dimension=view.id if view else dimension, segment=segment, against=against
        )

    def segments(self, metric: str, dimension: str, *, at: str = "period", against: str = "") -> list[Fact]:
        """A metric's facts across a dimension, in its order."""
        view = self.dimension(dimension)
        if view is None:
            return []
        return self.facts.segments(metric, view.id, scope=self.scope, at=at, against=against)

    def dimension(self, name: str) -> DimensionView | None:
        """The dimension of that id, else the first plain one cut from the column of that name."""
        view = self.facts.dimensions.get(name)
        if view is not None:
            return view
        cut = (one for one in self.facts.dimensions.values() if one.column == name and one.kind in ("band", "category"))
        return next(cut, None)

    def share_of(self, fact: Fact) -> Fact | None:
        """The share of the whole that a segment's count or amount is; of amounts only assets on the day have one."""
        if fact.unit == "money" and fact.metric != "aum_point":
            return None
        names = ("band_aum_share", "tier_aum_share") if fact.unit == "money" else SHARE_METRICS
        found = (
            self.facts.find(name, scope=fact.scope, at=fact.period, dimension=fact.dimension, segment=fact.segment,
                            against=fact.against)
            for name in names
        )
        return next((one for one in found if one is not None), None)

    def association(self, dimension: str, against: str) -> Association | None:
        """The tested claim about two dimensions, either way round."""
        pair = {getattr(self.dimension(name), "id", name) for name in (dimension, against)}
        return next((one for one in self.findings.associations if {one.dimension, one.against} == pair), None)

    def finding(self, rule: str) -> Finding | None:
        return next((one for one in self.findings.findings if one.rule == rule), None)

    def parameter(self, rule: str, param: str) -> tuple[Fraction, Unit] | None:
        """A rule's threshold as it applies to the job, with its unit."""
        known = self.rulebook.rules.get(rule)
        if known is None or param not in known.params:
            return None
        return self.rulebook.parameters(rule, self.job)[param], known.params[param].unit

    # Words of things -------------------------------------------------------------------------------------------

    def label(self, dimension: str, segment: str) -> str:
        """A segment's words in the document's language; a metric's label where the segment is one."""
        view = self.dimension(dimension)
        labels = {one.id: one.label for one in view.segments} if view else {}
        words = labels[segment][self.locale] if segment in labels else segment
        if words == segment and dimension in METRICS_AS_SEGMENTS:
            return self.metric_label(segment)
        return self.known(words)

    def dimension_label(self, dimension: str) -> str:
        view = self.dimension(dimension)
        return self.known(view.label[self.locale] if view else dimension)

    def metric_label(self, metric: str) -> str:
        """The report's own name of a metric (`words: metric.<id>`), else the metric's label."""
        known = self.facts.metrics.get(metric)
        return self.known(self.texts.words.get(f"metric.{metric}") or (known.label[self.locale] if known else metric))

    def metric_definition(self, metric: str) -> str:
        """The report's own definition (`words: definition.<id>`) of a metric it names otherwise, else the metric's."""
        return self.texts.words.get(f"definition.{metric}") or self.facts.metrics[metric].definition[self.locale]

    def head_label(self, metric: str) -> str:
        """A metric's label over its figures, marked where its definition or a threshold changed."""
        return self.metric_label(metric) + (MARK if metric in touched(self.findings.changes) else "")

    def day(self, at: str) -> dt.date | None:
        """The last day of `period`, `since`, `previous` or `year_ago`; None where the facts do not hold it."""
        own = {"period": self.facts.as_of, "since": self.facts.since_as_of}
        if at in own:
            return iso_day(own[at])
        label = self.facts.label(at)
        return Period.parse(label).last_day if label else None

    def held(self, dates: Iterable[str]) -> tuple[str, ...]:
        """Those of the dates that the facts hold, each day once."""
        days = {day: at for at in reversed(tuple(dates)) if (day := self.day(at)) is not None}
        return tuple(reversed(days.values()))

    def day_words(self, at: str) -> str | None:
        day = self.day(at)
        return self.known(day_words(day, self.locale)) if day else None

    def label_words(self, at: str) -> str | None:
        """The period that `at` means, in words: 2025年11月, November 2025."""
        label = self.facts.label(at)
        return self.known(period_words(Period.parse(label), self.locale)) if label else None

    def period_words(self) -> str:
        return self.known(period_words(self.context.period, self.locale))

    def months(self) -> int | None:
        """Months from the opening to the close; None where nothing is compared."""
        if not self.facts.since:
            return None
        return Period.parse(self.facts.period).months_since(Period.parse(self.facts.since))

    def words_of(self, label: object) -> str:
        """A job's label in the document's language."""
        from reportgen.config.model import words

        return self.known(words(label, "")[self.locale]) if label else ""  # type: ignore[arg-type]

    def leave_out(self, name: str, needs: tuple[str, ...] = ()) -> None:
        """Say that something is not there, for the appendix."""
        self.left.append(Left(name, needs))
