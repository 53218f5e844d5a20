"""Issues (问题): findings as the page tells them, with the evidence and the exhibits that show it."""

from __future__ import annotations

from itertools import zip_longest

from reportgen.document.draft import Draft
from reportgen.document.model import Block, Issue, Issues, Span, Text
from reportgen.document.report import FindingsBlock
from reportgen.document.scene import CONFIDENCE, Scene
from reportgen.facts.fact import parse_fact_id
from reportgen.findings.derived import DERIVED
from reportgen.findings.finding import Finding, Severity
from reportgen.findings.rule import Wording

MOST_EXHIBITS = 3
NO_AMOUNTS = "no_amounts"
"""A rule's variant for data in which nobody has an amount."""
_NEUTRAL = {"worse": "larger", "better": "smaller"}


def build_findings(draft: Draft, block: FindingsBlock) -> tuple[Block, ...]:
    """All findings in full, or `top` of them in brief: the first of every rule before any rule's second, by number."""
    brief = block.top is not None
    chosen = draft.findings.findings
    if brief:
        chosen = tuple(sorted(in_turn(chosen)[: block.top], key=lambda one: one.number))
    issues = tuple(_issue(draft, one) for one in chosen)
    return (Issues(issues, "brief" if brief else "full", "" if issues else draft.word("no_issues")),)


def in_turn(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The first finding of every rule, then the second of every rule, and so on."""
    by_rule: dict[str, list[Finding]] = {}
    for one in findings:
        by_rule.setdefault(one.rule, []).append(one)
    return tuple(one for turn in zip_longest(*by_rule.values()) for one in turn if one is not None)


def issue_anchor(number: int) -> str:
    return f"issue-{number}"


def _issue(draft: Draft, finding: Finding) -> Issue:
    rule = draft.rulebook.rules[finding.rule]
    title, text = _worded(draft, finding, rule.wording(finding))
    if not text and NO_AMOUNTS in rule.variants:
        title, text = _worded(draft, finding, rule.variants[NO_AMOUNTS])
    evidence = _evidence(draft, finding)
    # A sentence whose figures this data lacks is not left out in silence: the evidence speaks for itself.
    return Issue(
        issue_anchor(finding.number), draft.known(str(finding.number)), finding.severity,
        draft.word(f"severity.{finding.severity}"),
        title or (Span(draft.phrase("issue.untitled", rule=finding.rule)),),
        text or (Span(draft.word("issue.no_text")), *evidence), evidence, finding.rule, _exhibits(draft, finding),
        _tag(draft, finding),
    )


def standing(state: str, severity: Severity) -> str:
    """The word for a state: an opportunity or a note that moved is no better or worse, it is larger or smaller."""
    return _NEUTRAL.get(state, state) if severity in ("opportunity", "info") else state


def _tag(draft: Draft, finding: Finding) -> str:
    """新增, 延续第3期, 恶化, 好转, of an opportunity 扩大, 缩小; nothing in a first edition."""
    if not finding.state:
        return ""
    return draft.phrase(f"tag.{standing(finding.state, finding.severity)}", count=str(finding.periods))


def _worded(draft: Draft, finding: Finding, wording: Wording) -> tuple[Text | None, Text | None]:
    """Title and text; None for one whose figures this data lacks."""
    scene, place = Scene(draft, finding), f"config/rules: {finding.rule}"
    title, text = (scene.render(one[draft.locale].strip(), place) for one in (wording.title, wording.text))
    return title, text


def _evidence(draft: Draft, finding: Finding) -> Text:
    """Value, interval, threshold, n and q in one line."""
    printer = draft.printer
    fact = draft.facts.get(finding.fact)
    value = printer.quantity(finding.value, finding.unit)
    label = draft.metric_label(fact.metric) if fact else draft.word("evidence.value")
    shown = Span(value, fact=draft.cite(fact)) if fact else draft.plain(value)
    colon = "：" if draft.locale == "zh-CN" else ": "
    parts: list[Text] = [(Span(label + colon), shown)]
    if finding.low is not None and finding.high is not None:
        interval = printer.interval(finding.low, finding.high, finding.unit)
        words = draft.phrase("evidence.interval", confidence=CONFIDENCE, interval=interval)
        parts.append((draft.plain(words),))
    # A count of a cross table says nothing without its share; an index has both in the text above.
    for name in ("rate", "rest_rate") if finding.unit == "customers" else ():
        if name in finding.derived:
            figure = printer.quantity(finding.derived[name], DERIVED[name])
            parts.append((Span(draft.phrase(f"evidence.{name}", value=figure)),))
    if finding.threshold is not None:
        words = draft.phrase("evidence.threshold", value=printer.setting(finding.threshold, finding.unit))
        parts.append((draft.plain(words),))
    # Of periods taken together n is not the base of the one period's value shown; the text names both.
    pooled = finding.unit == "share" and finding.derived.get("rate", finding.value) != finding.value
    if finding.n and not pooled:
        parts.append((draft.plain(printer.base(finding.n)),))
    if finding.q is not None:
        parts.append((draft.plain("q" + printer.probability(finding.q)),))
    gap = Span("；" if draft.locale == "zh-CN" else "; ")
    line: list[Span] = []
    for part in parts:
        line += [*([gap] if line else []), *part]
    return tuple(line)


def _exhibits(draft: Draft, finding: Finding) -> Text:
    """Links to the exhibits that print most of the finding's own facts, the judged one counting twice."""
    own = {finding.fact, *(one for one in finding.evidence if _is_own(finding, one))}
    weights = {
        exhibit.id: len(exhibit.facts & own) + (finding.fact in exhibit.facts)
        for exhibit in draft.exhibits.showing(own)
    }
    best = max(weights.values(), default=0)
    shown = sorted((one for one in draft.exhibits.showing(own) if 2 * weights[one.id] >= best),
                   key=lambda exhibit: -weights[exhibit.id])
    gap = Span("、" if draft.locale == "zh-CN" else ", ")
    line: list[Span] = []
    for exhibit in shown[:MOST_EXHIBITS]:
        line += [*([gap] if line else []), exhibit.link()]
    return tuple(line)


def _is_own(finding: Finding, evidence: str) -> bool:
    """Whether a fact is about the finding's segment; all of it is where the finding is about no segment."""
    if not finding.dimension:
        return True
    parts = parse_fact_id(evidence) or {}
    cell = (parts.get("dimension", ""), parts.get("segment", ""))
    crossed = parts.get("against") == f"{finding.dimension}={finding.segment}"
    return cell == (finding.dimension, finding.segment) or crossed
