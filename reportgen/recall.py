"""Between an edition's record and the next one's findings: what is kept of an issue, and how it is found again."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.archive.record import Record
from reportgen.config.answers import AnswerEntry
from reportgen.document.model import Document, Issues, Text
from reportgen.facts.fact import parse_fact_id
from reportgen.facts.table import FactSet
from reportgen.findings.finding import Finding, Findings
from reportgen.findings.follow_up import Answer, Key, Remembered, follow_up


def remembered(
    findings: Findings, facts: FactSet, documents: Sequence[Document]
) -> tuple[tuple[Remembered, ...], tuple[str, ...]]:
    """The issues of an edition as its record keeps them, and the ids of the suggestions they brought."""
    titles = {document.locale: _titles(document) for document in documents}
    earlier = {one.number: one.earlier for one in findings.follow_up if one.number}
    kept = tuple(_kept(one, facts, titles, earlier.get(one.number)) for one in findings.findings)
    suggestions = [name for one in findings.findings for name in one.suggestions]
    return kept, tuple(dict.fromkeys(suggestions))


def _kept(
    finding: Finding, facts: FactSet, titles: dict[str, dict[str, str]], before: Remembered | None
) -> Remembered:
    number = str(finding.number)
    return Remembered(
        finding.rule, finding.severity, metric_of(finding.fact, facts), finding.dimension, finding.segment,
        finding.against, finding.value, finding.threshold, finding.n,
        before.first if before else facts.period, before.periods + 1 if before else 1, finding.number,
        {locale: known[number] for locale, known in titles.items() if number in known},
    )


def metric_of(fact_id: str, facts: FactSet) -> str:
    """The metric a finding judged; a finding of "none at all" has an id that no fact bears."""
    fact = facts.get(fact_id)
    return fact.metric if fact else (parse_fact_id(fact_id) or {}).get("metric", "")


def _titles(document: Document) -> dict[str, str]:
    """Number of each issue to its title as the page prints it."""
    blocks = [block for section in document.sections for block in section.blocks]
    return {
        one.number: _plain(one.title)
        for block in blocks if isinstance(block, Issues) and block.style == "full"
        for one in block.issues
    }


def _plain(text: Text) -> str:
    return "".join(span.text for span in text)


def recalled(
    findings: Findings, facts: FactSet, record: Record, answers: Sequence[AnswerEntry], scope: str
) -> Findings:
    """The findings with what became of the record's issues, and the owners' answers to them."""
    metrics = {one.fact: metric_of(one.fact, facts) for one in findings.findings}
    mine = sorted((one for one in answers if one.scope == scope and one.period <= record.period),
                  key=lambda one: (one.period, str(one.date or "")))
    told: dict[Key, Answer] = {}
    for one in record.findings:
        for entry in mine:
            if _answers(entry, one) and entry.period >= one.first:
                told[one.key] = Answer(entry.state, entry.note, entry.by, entry.date.isoformat() if entry.date else "")
    return follow_up(findings, metrics, record.findings, record.period, told)


def _answers(entry: AnswerEntry, issue: Remembered) -> bool:
    """Whether an answer is to this issue; what it leaves empty it does not tell apart."""
    if entry.rule != issue.rule:
        return False
    pairs = ((entry.dimension, issue.dimension), (entry.segment, issue.segment), (entry.against, issue.against))
    return all(not said or said == known for said, known in pairs)
