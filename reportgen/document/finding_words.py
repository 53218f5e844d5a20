"""The placeholders of a finding: `{finding.value}`, `{finding.param.days}`, `{finding.index}` and their like."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from reportgen.document.customers import customers_of, named
from reportgen.document.draft import Draft
from reportgen.document.model import Span
from reportgen.document.sentence import Slot
from reportgen.facts.fact import Unit, parse_fact_id
from reportgen.findings.derived import DERIVED
from reportgen.findings.finding import Finding


def say(draft: Draft, finding: Finding, one: Slot) -> Span | None:
    """What a placeholder of a finding prints; None where the finding has no such thing."""
    name, *rest = (*one.path[1:], "")
    if name == "param":
        rule = draft.rulebook.rules.get(finding.rule)
        param = rule.params.get(rest[0]) if rule else None
        value = finding.parameters.get(rest[0])
        return _set(draft, abs(value) if value and one.style == "abs" else value, param.unit if param else "count")
    if name in _SAID:
        return _SAID[name](draft, finding, one.style)
    if name in finding.derived:
        return draft.quantity(finding.derived[name], DERIVED.get(name, "count"), one.style)
    return None


def _value(draft: Draft, finding: Finding, style: str) -> Span:
    text = draft.printer.quantity(finding.value, finding.unit, style)
    fact = draft.facts.get(finding.fact)
    # A count of faults in the data is judged by no fact; its figure is made known instead.
    return Span(text, fact=draft.cite(fact)) if fact is not None else draft.plain(text)


def _interval(draft: Draft, finding: Finding, style: str) -> Span | None:
    del style
    if finding.low is None or finding.high is None:
        return None
    return draft.plain(draft.printer.interval(finding.low, finding.high, finding.unit))


def _probability(draft: Draft, value: float | None) -> Span | None:
    return draft.plain(draft.printer.probability_words(value)) if value is not None else None


def _set(draft: Draft, value: Fraction | None, unit: Unit) -> Span | None:
    return None if value is None else draft.plain(draft.printer.setting(value, unit))


def _segment(draft: Draft, finding: Finding, style: str) -> Span | None:
    del style
    return draft.plain(draft.label(finding.dimension, finding.segment)) if finding.segment else None


def _dimension(draft: Draft, finding: Finding, style: str) -> Span | None:
    del style
    return draft.plain(draft.dimension_label(finding.dimension)) if finding.dimension else None


def _counterpart(finding: Finding) -> tuple[str, str]:
    against = finding.against or (parse_fact_id(finding.fact) or {}).get("against", "")
    dimension, _, segment = against.partition("=")
    return dimension, segment


def _against(draft: Draft, finding: Finding, style: str) -> Span:
    """What the segment was judged on: a product, a group of the other dimension, a metric."""
    del style
    dimension, segment = _counterpart(finding)
    return Span(draft.metric_label(segment) if dimension == "attribute" else draft.label(dimension, segment))


def _object(draft: Draft, finding: Finding, style: str) -> Span | None:
    """The same as it stands inside a sentence."""
    del style
    dimension, segment = _counterpart(finding)
    if dimension == "attribute":
        return Span(draft.inside(draft.metric_label(segment)))
    return Span(named(draft, dimension, segment)) if segment else None


def _customers(draft: Draft, finding: Finding, style: str) -> Span | None:
    del style
    return draft.plain(customers_of(draft, finding.dimension, finding.segment)) if finding.segment else None


def _among(draft: Draft, finding: Finding, style: str) -> Span | None:
    del style
    dimension, segment = _counterpart(finding)
    return draft.plain(customers_of(draft, dimension, segment)) if segment else None


_SAID: dict[str, Callable[[Draft, Finding, str], Span | None]] = {
    "value": _value,
    "interval": _interval,
    "threshold": lambda draft, finding, _: _set(draft, finding.threshold, finding.unit),
    "n": lambda draft, finding, style: draft.quantity(Fraction(finding.n), "customers", style),
    "p": lambda draft, finding, _: _probability(draft, finding.p),
    "q": lambda draft, finding, _: _probability(draft, finding.q),
    "segment": _segment,
    "dimension": _dimension,
    "against": _against,
    "object": _object,
    "customers": _customers,
    "among": _among,
}
FINDING_NAMES = frozenset({*_SAID, "param", *DERIVED})
"""What may stand behind `finding.`: a lint holds the rules' sentences to it.

`segment` and `against` are labels as a table has them; `customers` is what a sentence calls the customers of the
segment, `among` those of the counterpart, and `object` the counterpart where it is no group of customers.
"""
