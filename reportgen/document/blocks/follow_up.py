"""What became of the last edition's issues (上期跟踪), and what their owners answered."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from reportgen.document.blocks.caption import keep, title
from reportgen.document.blocks.findings import issue_anchor, standing
from reportgen.document.dates import period_words
from reportgen.document.draft import Draft
from reportgen.document.model import Block, Column, Paragraph, Row, Span, Table, Text
from reportgen.document.report import FollowUpBlock
from reportgen.facts.fact import Unit
from reportgen.findings.finding import Finding
from reportgen.findings.follow_up import Answer, FollowUp
from reportgen.period import Period

SIGNS = {
    "new": "+", "continuing": "＝", "worse": "▲", "better": "▼", "larger": "▲", "smaller": "▼", "resolved": "○",
    "not_judged": "—",
}
"""The shape that says the state beside its word."""
ORDER = ("worse", "continuing", "better", "larger", "smaller", "resolved", "not_judged")


def build_follow_up(draft: Draft, block: FollowUpBlock) -> tuple[Block, ...]:
    """A sentence that counts, and the table; a first edition says that there is none before it."""
    findings = draft.findings
    if not findings.previous_edition:
        return (Paragraph((Span(draft.word("follow_up.first")),)),)
    when = _period(draft, findings.previous_edition)
    if not findings.follow_up:
        return (Paragraph((Span(draft.phrase("follow_up.none", period=when)),)),)
    made: list[Block] = []
    link = draft.exhibits.link(block.id)
    if block.text:
        made.append(Paragraph(_counted(draft, when, link)))
    rows = tuple(_row(draft, one) for one in findings.follow_up)
    columns = (
        Column(draft.word("follow_up.issue"), "left", 2.6), Column(draft.word("follow_up.state"), "left", 1.3),
        Column(draft.word("follow_up.since"), "left", 1.4), Column(draft.word("follow_up.then"), "center"),
        Column(draft.word("follow_up.now"), "center"), Column(draft.word("follow_up.answer"), "left", 1.9),
    )
    caption = draft.phrase("follow_up.caption", period=when)
    note: Text = (Span(draft.word("follow_up.note")),)
    table = Table(block.id, draft.exhibits.number("table"), title(draft, block.id, caption), "", columns, rows,
                  (note,))
    return (*made, keep(draft, table))


def _counted(draft: Draft, when: str, link: Span | None) -> Text:
    """`上期（2025年11月）的5个问题中，2个恶化、1个延续……；本期新增3个。`"""
    states = Counter(standing(one.state, one.earlier.severity) for one in draft.findings.follow_up)
    gap = "、" if draft.locale == "zh-CN" else ", "
    parts = gap.join(
        draft.phrase(f"follow_up.count.{state}", count=str(states[state])) for state in ORDER if states[state]
    )
    new = sum(one.state == "new" for one in draft.findings.findings)
    total = len(draft.findings.follow_up)
    words = draft.phrase("follow_up.counted" if total != 1 else "follow_up.counted_one", period=when,
                         count=str(total), parts=parts)
    more = draft.phrase("follow_up.new" if new != 1 else "follow_up.new_one", count=str(new)) if new else ""
    head, _, tail = (words + more).partition("[exhibit]")
    return (Span(head), link, Span(tail)) if link else (Span(head + tail),)


def _row(draft: Draft, one: FollowUp) -> Row:
    then = one.earlier
    now = next((finding for finding in draft.findings.findings if finding.number == one.number), None)
    told = then.title.get(draft.locale) or then.rule
    colon = "：" if draft.locale == "zh-CN" else ": "
    issue: Text = (Span(draft.known(f"{then.number}{colon}{told}")),)
    if one.number:
        there = draft.phrase("follow_up.number", number=str(one.number))
        issue = (*issue, Span(there, href=issue_anchor(one.number)))
    stands = standing(one.state, one.earlier.severity)
    state: Text = (Span(f"{SIGNS[stands]} {draft.word(f'state.{stands}')}"),)
    key = "follow_up.periods" if one.periods != 1 else "follow_up.periods_one"
    since = draft.phrase(key, period=_period(draft, then.first), count=str(one.periods))
    return Row((issue, state, (Span(since),), _then(draft, one, now), _now(draft, one, now),
                _answer(draft, one.answer)))


def _then(draft: Draft, one: FollowUp, now: Finding | None) -> Text:
    """The value of then, in the words of now."""
    unit = _unit(draft, one, now)
    text = draft.printer.quantity(one.earlier.value, unit) if unit else "—"
    return (draft.plain(text),)


def _now(draft: Draft, one: FollowUp, now: Finding | None) -> Text:
    """The finding's value; of one that is no issue any more what the same fact says today."""
    if now is not None:
        fact = draft.facts.get(now.fact)
        text = draft.printer.quantity(now.value, now.unit)
        return (Span(text, fact=draft.cite(fact)) if fact else draft.plain(text),)
    then = one.earlier
    fact = draft.find(then.metric, dimension=then.dimension, segment=then.segment, against=then.against)
    if fact is None:
        return (Span("—", tone="muted"),)
    if _judged_by_base(draft, one):
        return (Span(draft.printer.quantity(Fraction(fact.n), "customers"), fact=draft.cite(fact)),)
    return (draft.value(fact),)


def _judged_by_base(draft: Draft, one: FollowUp) -> bool:
    """Whether the rule judges how many stand behind the metric and not its value."""
    rule = draft.rulebook.rules.get(one.earlier.rule)
    conditions = (each for judge in rule.judges for each in getattr(judge, "conditions", ())) if rule else ()
    return any(each.metric == one.earlier.metric and each.figure == "n" for each in conditions)


def _unit(draft: Draft, one: FollowUp, now: Finding | None) -> Unit | None:
    metric = draft.facts.metrics.get(one.earlier.metric)
    if _judged_by_base(draft, one):
        return "customers"
    if metric is not None:
        return metric.unit
    return now.unit if now else ("count" if one.earlier.value == Fraction(int(one.earlier.value)) else None)


def _answer(draft: Draft, answer: Answer | None) -> Text:
    """`进行中：已排日历（王*，2025-12-20）`, the owner's own words as they are."""
    if answer is None:
        return (Span("—", tone="muted"),)
    colon, open_, close, comma = ("：", "（", "）", "，") if draft.locale == "zh-CN" else (": ", " (", ")", ", ")
    signed = comma.join(part for part in (answer.by, answer.date) if part)
    text = draft.word(f"answer.{answer.state}") + (colon + answer.note if answer.note else "")
    return (Span(draft.known(text + (f"{open_}{signed}{close}" if signed else ""))),)


def _period(draft: Draft, label: str) -> str:
    return draft.known(period_words(Period.parse(label), draft.locale))
