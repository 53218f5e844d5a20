"""Issues (问题): findings as the page tells them, with the evidence and the exhibits that show it."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, zip_longest

from reportgen.document.draft import Draft
from reportgen.document.evidence import evidence
from reportgen.document.model import Block, Issue, Issues, Paragraph, Span, Text
from reportgen.document.report import FindingsBlock
from reportgen.document.scene import Scene
from reportgen.facts.fact import parse_fact_id
from reportgen.findings.finding import Finding, Severity
from reportgen.findings.rule import Wording

MOST_EXHIBITS = 3
MOST_IN_FULL = 4
"""So many findings of one rule are all told in full."""
IN_FULL = 3
"""Of more than that, so many are; the others follow as title and evidence."""
NO_AMOUNTS = "no_amounts"
"""A rule's variant for data in which nobody has an amount."""
_NEUTRAL = {"worse": "larger", "better": "smaller"}


def build_findings(draft: Draft, block: FindingsBlock) -> tuple[Block, ...]:
    """All findings in full, or `top` of them in brief: the first of every rule before any rule's second, by number.

    The brief ones are ranked from 1 and refer to their place in the full list.
    """
    if block.top is None:
        return _listed(draft)
    chosen = sorted(in_turn(draft.findings.findings)[: block.top], key=lambda one: one.number)
    issues = tuple(_ranked(draft, rank, one) for rank, one in enumerate(chosen, 1))
    return (Issues(issues, "brief", "" if issues else draft.word("no_issues")),)


def _listed(draft: Draft) -> tuple[Block, ...]:
    """All findings by number; where one rule has many, those after the first few as title and evidence only."""
    blocks: list[Block] = []
    issues: list[Issue] = []
    for rule, group in groupby(draft.findings.findings, key=lambda one: one.rule):
        findings = list(group)
        full = len(findings) if len(findings) <= MOST_IN_FULL else IN_FULL
        issues += [_issue(draft, one) for one in findings[:full]]
        if findings[full:]:
            blocks += [Issues(tuple(issues)), _rest(draft, rule, len(findings) - full)]
            issues = [_shortened(_issue(draft, one)) for one in findings[full:]]
    if issues or not blocks:
        blocks.append(Issues(tuple(issues), "full", "" if issues else draft.word("no_issues")))
    return tuple(blocks)


def _rest(draft: Draft, rule: str, count: int) -> Paragraph:
    return Paragraph((draft.plain(draft.phrase("issues.rest", count=str(count), rule=rule)),), "note")


def _shortened(issue: Issue) -> Issue:
    """Title and evidence: the sentence of its rule stands with the first ones."""
    return replace(issue, text=(), rule="")


def _ranked(draft: Draft, rank: int, finding: Finding) -> Issue:
    """A finding on the summary page: its rank there, and a link to its place in the list."""
    issue = _issue(draft, finding)
    there = Span(draft.phrase("issue.there", number=str(finding.number)), href=issue_anchor(finding.number))
    gap = Span("、" if draft.locale == "zh-CN" else ", ")
    exhibits = (there, gap, *issue.exhibits) if issue.exhibits else (there,)
    return replace(issue, number=draft.known(str(rank)), exhibits=exhibits)


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
    shown = evidence(draft, finding)
    # A sentence whose figures this data lacks is not left out in silence: the evidence speaks for itself.
    return Issue(
        issue_anchor(finding.number), draft.known(str(finding.number)), finding.severity,
        draft.word(f"severity.{finding.severity}"),
        title or (Span(draft.phrase("issue.untitled", rule=finding.rule)),),
        text or (Span(draft.word("issue.no_text")), *shown), shown, finding.rule, _exhibits(draft, finding),
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
