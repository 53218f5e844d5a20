"""Issues (问题): findings as the page tells them, with the evidence and the exhibits that show it."""

from __future__ import annotations

from reportgen.document.draft import Draft
from reportgen.document.model import Block, Issue, Issues, Span, Text
from reportgen.document.report import FindingsBlock
from reportgen.document.scene import CONFIDENCE, Scene
from reportgen.findings.derived import DERIVED
from reportgen.findings.finding import Finding

MOST_EXHIBITS = 3


def build_findings(draft: Draft, block: FindingsBlock) -> tuple[Block, ...]:
    """All findings in full, or the first `top` of them in brief."""
    brief = block.top is not None
    chosen = draft.findings.findings[: block.top] if brief else draft.findings.findings
    issues = tuple(_issue(draft, one) for one in chosen)
    return (Issues(issues, "brief" if brief else "full", "" if issues else draft.word("no_issues")),)


def issue_anchor(number: int) -> str:
    return f"issue-{number}"


def _issue(draft: Draft, finding: Finding) -> Issue:
    wording = draft.rulebook.rules[finding.rule].wording(finding)
    scene = Scene(draft, finding)
    place = f"config/rules: {finding.rule}"
    title = scene.render(wording.title[draft.locale].strip(), place)
    text = scene.render(wording.text[draft.locale].strip(), place)
    return Issue(
        issue_anchor(finding.number), draft.known(str(finding.number)), finding.severity,
        draft.word(f"severity.{finding.severity}"), title or (draft.plain(finding.rule),), text or (),
        _evidence(draft, finding), finding.rule, _exhibits(draft, finding),
    )


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
    if finding.n:
        parts.append((draft.plain(printer.base(finding.n)),))
    if finding.q is not None:
        parts.append((draft.plain("q" + printer.probability(finding.q)),))
    gap = Span("；" if draft.locale == "zh-CN" else "; ")
    line: list[Span] = []
    for part in parts:
        line += [*([gap] if line else []), *part]
    return tuple(line)


def _exhibits(draft: Draft, finding: Finding) -> Text:
    """Links to the exhibits that print the judged fact, else to those that print its evidence."""
    evidence = {one for one in finding.evidence if not finding.dimension or "[" in one}
    shown = draft.exhibits.showing({finding.fact}) or draft.exhibits.showing(evidence)
    gap = Span("、" if draft.locale == "zh-CN" else ", ")
    line: list[Span] = []
    for exhibit in shown[:MOST_EXHIBITS]:
        line += [*([gap] if line else []), exhibit.link()]
    return tuple(line)

