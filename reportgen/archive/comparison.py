"""Two editions side by side in words: what a table or a page says of the facts and findings that differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from reportgen.archive.difference import FactChange, FindingChange, diff_facts, diff_findings
from reportgen.archive.kept import Kept
from reportgen.config.model import Locale
from reportgen.document.movement import movement
from reportgen.document.numbers import Measure, measure
from reportgen.document.printer import ONE_CUSTOMER
from reportgen.errors import JobError, Problem
from reportgen.facts.fact import Fact, Unit
from reportgen.facts.table import FactSet
from reportgen.findings.finding import Finding

NOTHING = "—"
_MORE_DECIMALS = 6
WORDS: dict[Locale, dict[str, str]] = {
    "zh-CN": {
        "period": "本期", "since": "期初", "previous": "上期", "year_ago": "上年同期", "flow": "（自{since}起）",
        "opening": "期初", "added": "新增", "removed": "不再有", "changed": "变化", "unjudged": "（未能判定）",
        "colon": "：", "comma": "、", "stop": "停", "high": "高", "medium": "中", "low": "低", "opportunity": "机会",
        "info": "提示",
        "what.severity": "程度", "what.value": "数值", "what.unit": "单位", "what.n": "基数", "what.threshold": "阈值",
        "what.low": "区间下限", "what.high": "区间上限", "what.p": "p值", "what.q": "q值", "what.suggestions": "建议",
        "what.parameters": "参数",
    },
    "en": {
        "period": "period", "since": "opening", "previous": "period before", "year_ago": "year before",
        "flow": " (since {since})", "opening": "the opening", "added": "added", "removed": "gone", "changed": "changed",
        "unjudged": " (not judged)", "colon": ": ", "comma": ", ", "info": "note",
        "what.low": "lower end", "what.high": "upper end", "what.n": "base",
    },
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, as text in the language asked for."""

    label: str
    segment: str
    """Dimension and segment; empty for the whole scope."""
    at: str
    a: str
    b: str
    change: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs from edition `a` to edition `b`; `facts[i]` is told by `fact_rows[i]`, findings likewise."""

    a: Kept
    b: Kept
    locale: Locale
    facts: tuple[FactChange, ...]
    fact_rows: tuple[Row, ...]
    findings: tuple[FindingChange, ...]
    finding_rows: tuple[Row, ...]


def compare(a: Kept, b: Kept, locale: Locale) -> Comparison:
    """Facts of the whole scope first, then those of segments. Raises JobError (exit 2) for two different scopes."""
    if a.scope != b.scope or a.facts.currency != b.facts.currency:
        what = "scopes" if a.scope != b.scope else "currencies"
        raise JobError(
            Problem("", f"{a.issued} and {b.issued} are of different {what}."), state="Nothing was compared.",
            hint="Compare two revisions or two periods of one unit: reportgen archive list --scope S.",
        )
    facts = tuple(sorted(diff_facts(a.facts, b.facts, a.scope), key=_rank))
    findings = diff_findings(a.findings, b.findings)
    return Comparison(
        a, b, locale, facts, tuple(_fact_row(one, a.facts, b.facts, locale) for one in facts),
        findings, tuple(_finding_row(one, a.facts, b.facts, locale) for one in findings),
    )


def _rank(one: FactChange) -> tuple[bool, bool, bool]:
    return bool(one.dimension), bool(one.against), one.at != "period"


def _fact_row(one: FactChange, a: FactSet, b: FactSet, locale: Locale) -> Row:
    words = WORDS[locale]
    at = words.get(one.at, one.at)
    if one.since:
        at += words["flow"].format(since=words["opening"] if one.since == "since" else one.since)
    told = _pair(one.before, one.after, a.currency, locale)
    return Row(_label(one.metric, a, b, locale), _segment(one.dimension, one.segment, one.against, a, b, locale), at,
               *told, _moved(one, a.currency, locale))


def _pair(before: Fact | None, after: Fact | None, currency: str, locale: Locale) -> tuple[str, str]:
    """Both values in one measure, with as many decimals as it takes to see that they differ."""
    found = [one for one in (before, after) if one is not None]
    units = {_unit(one) for one in found}
    if len(units) > 1:
        texts = [measure(_unit(one), locale, currency, [one.value]).text(one.value) for one in found]
        return texts[0], texts[1]
    chosen = _telling(measure(units.pop(), locale, currency, [one.value for one in found]),
                      [one.value for one in found])
    shown = [chosen.text(one.value) if one is not None else NOTHING for one in (before, after)]
    if before and after and before.value == after.value:  # only the base moved
        shown = [f"{text} (n = {one.n})" for text, one in zip(shown, found, strict=True)]
    return shown[0], shown[1]


def _telling(chosen: Measure, values: list[Fraction]) -> Measure:
    exact = set(values)
    for more in range(_MORE_DECIMALS):
        finer = replace(chosen, decimals=chosen.decimals + more)
        if len({finer.text(value) for value in values}) == len(exact):
            return finer
    return replace(chosen, decimals=chosen.decimals + _MORE_DECIMALS)


def _unit(fact: Fact) -> Unit:
    return "money_per_customer" if fact.metric in ONE_CUSTOMER else fact.unit


def _moved(one: FactChange, currency: str, locale: Locale) -> str:
    if one.change != "changed":
        return WORDS[locale][one.change]
    gap = movement(one.after, one.before)
    if gap is None or not gap.value:
        return NOTHING
    return _telling(measure(gap.unit, locale, currency, [gap.value]), [gap.value, Fraction(0)]).text(
        gap.value, sign="both"
    )


def _label(metric: str, a: FactSet, b: FactSet, locale: Locale) -> str:
    known = b.metrics.get(metric) or a.metrics.get(metric)
    return known.label[locale] if known else metric


def _segment(dimension: str, segment: str, against: str, a: FactSet, b: FactSet, locale: Locale) -> str:
    """`年龄：30-40 · 职业：退休`."""
    pairs = [(dimension, segment)] if dimension else []
    if against:
        first, _, second = against.partition("=")
        pairs.append((first, second))
    return " · ".join(_named(*pair, a, b, locale) for pair in pairs)


def _named(dimension: str, segment: str, a: FactSet, b: FactSet, locale: Locale) -> str:
    head, name = dimension, segment
    for facts in (a, b):
        view = facts.dimensions.get(dimension)
        if view is not None:
            head = view.label.get(locale, dimension)
            name = next((one.label.get(locale, segment) for one in view.segments if one.id == segment), name)
    return f"{head}{WORDS[locale]['colon']}{name}"


def _finding_row(one: FindingChange, a: FactSet, b: FactSet, locale: Locale) -> Row:
    words = WORDS[locale]
    shown = [_figure(finding, a.currency, locale) for finding in (one.before, one.after)]
    change = words[one.change] + ("" if one.judged else words["unjudged"])
    what = [words.get(f"what.{name}", name) for name in one.what]
    return Row(
        f"{one.rule} · {_label(one.metric, a, b, locale)}" if one.metric else one.rule,
        _segment(one.dimension, one.segment, one.against, a, b, locale), "", shown[0], shown[1],
        change + (words["colon"] + words["comma"].join(what) if what else ""),
    )


def _figure(one: Finding | None, currency: str, locale: Locale) -> str:
    """`high 48.6%`, or a dash where the edition has no such issue."""
    if one is None:
        return NOTHING
    severity = WORDS[locale].get(one.severity, one.severity)
    return f"{severity} {measure(one.unit, locale, currency, [one.value]).text(one.value)}"


def as_rows(found: Comparison) -> Iterator[dict[str, object]]:
    """One flat object a difference, values exact as texts; for programs."""
    from reportgen.facts.publish import value_text

    def value(fact: Fact | None) -> str | None:
        return value_text(fact, found.a.facts.currency) if fact else None

    for fact in found.facts:
        yield {
            "kind": "fact", "change": fact.change, "scope": fact.scope, "metric": fact.metric,
            "dimension": fact.dimension, "segment": fact.segment, "against": fact.against, "at": fact.at,
            "since": fact.since, "unit": fact.unit, "a": value(fact.before), "b": value(fact.after),
            "n_a": fact.before.n if fact.before else None, "n_b": fact.after.n if fact.after else None,
        }
    for issue in found.findings:
        yield {
            "kind": "finding", "change": issue.change, "rule": issue.rule, "metric": issue.metric,
            "dimension": issue.dimension, "segment": issue.segment, "against": issue.against,
            "what": list(issue.what), "judged": issue.judged,
            "a": issue.before.fact if issue.before else None, "b": issue.after.fact if issue.after else None,
        }
