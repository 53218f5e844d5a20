"""The evidence of a finding in one line: value, interval, limit, base and q, each with the unit it is counted in."""

from __future__ import annotations

from fractions import Fraction

from reportgen.document.draft import Draft
from reportgen.document.model import Span, Text
from reportgen.document.scene import CONFIDENCE
from reportgen.facts.fact import Fact
from reportgen.findings.derived import DERIVED
from reportgen.findings.finding import Finding


def evidence(draft: Draft, finding: Finding) -> Text:
    """`触达断档占比：42.7%；95%区间40.3%～45.1%；界限20%；n＝1,625户`."""
    printer, fact = draft.printer, draft.facts.get(finding.fact)
    colon = "：" if draft.locale == "zh-CN" else ": "
    value = _counted(draft, fact, finding, printer.quantity(finding.value, finding.unit))
    shown = Span(value, fact=draft.cite(fact)) if fact else draft.plain(value)
    parts: list[Text] = [(Span(_label(draft, fact, finding) + colon), shown)]
    if finding.low is not None and finding.high is not None:
        interval = printer.interval(finding.low, finding.high, finding.unit)
        words = draft.phrase("evidence.interval", confidence=CONFIDENCE, interval=interval)
        parts.append((draft.plain(words),))
    parts += _rates(draft, finding)
    if finding.threshold is not None:
        limit = _counted(draft, fact, finding, printer.setting(finding.threshold, finding.unit))
        parts.append((draft.plain(draft.phrase("evidence.threshold", value=limit)),))
    counts_itself = finding.unit in ("count", "customers") and finding.value == finding.n
    if finding.n and not counts_itself:
        parts.append((draft.plain(_base(draft, fact, finding)),))
    if finding.q is not None:
        parts.append((draft.plain("q" + printer.probability(finding.q)),))
    gap = Span("；" if draft.locale == "zh-CN" else "; ")
    line: list[Span] = []
    for part in parts:
        line += [*([gap] if line else []), *part]
    return tuple(line)


def _label(draft: Draft, fact: Fact | None, finding: Finding) -> str:
    """The metric's, unless what was judged is how many stand behind it, or faults in the data."""
    if fact is None or (_elsewhere(fact, finding) and finding.unit == "count"):
        return draft.word("evidence.value")
    label = draft.metric_label(fact.metric)
    return draft.phrase("evidence.base_of", label=label) if _elsewhere(fact, finding) else label


def _elsewhere(fact: Fact, finding: Finding) -> bool:
    """Whether the value judged is another figure than the fact's own."""
    return finding.unit != fact.unit


def _rates(draft: Draft, finding: Finding) -> list[Text]:
    """Both rates where the value is none of them: a count, or a period's share of several taken together.

    `n` belongs to the rate of the periods together. An index stands under a title that prints both rates.
    """
    pooled = _pooled(finding)
    if not pooled and finding.unit not in ("customers", "count"):
        return []
    keys = {"rate": "evidence.pooled" if pooled else "evidence.rate",
            "rest_rate": "evidence.before" if _over_time(finding) else "evidence.rest_rate"}
    return [
        (Span(draft.phrase(key, value=draft.printer.quantity(finding.derived[name], DERIVED[name]))),)
        for name, key in keys.items() if name in finding.derived
    ]


def _over_time(finding: Finding) -> bool:
    """Whether the rates are of two dates; else of a segment and the rest."""
    return "periods" in finding.derived


def _pooled(finding: Finding) -> bool:
    return finding.unit == "share" and finding.derived.get("rate", finding.value) != finding.value


def _counted(draft: Draft, fact: Fact | None, finding: Finding, text: str) -> str:
    own = fact is not None and finding.unit == "count" and not _elsewhere(fact, finding)
    return draft.counted(fact.metric, text) if own and fact else text


def _base(draft: Draft, fact: Fact | None, finding: Finding) -> str:
    """`n＝8,583户`: customers, unless the texts say what else the metric counts; of faults what was looked at."""
    base = draft.printer.base(finding.n)
    if fact is None or (_elsewhere(fact, finding) and finding.unit == "count"):
        return base
    # Many pieces of one customer are tested as one: then customers stand behind the test and not pieces.
    thinned = "rate" in finding.derived and not _over_time(finding) and finding.n != fact.n
    key = f"base_{fact.metric}"
    if key in draft.texts.words and not thinned:
        return draft.phrase(key, n=base)
    equals, customers = draft.printer.base(0).removesuffix("0"), Fraction(finding.n)
    return equals + draft.printer.quantity(customers, "customers")
