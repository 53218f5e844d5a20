"""Which suggestions a finding brings: its rule's, and those for the segments it is about."""

from __future__ import annotations

from reportgen.config.job import Job
from reportgen.facts.table import FactSet
from reportgen.findings.candidate import Candidate
from reportgen.findings.extent import covers
from reportgen.findings.rule import Rule, SegmentRange
from reportgen.findings.rulebook import Rulebook
from reportgen.findings.suggestion import SegmentTrigger


def suggestions_of(rule: Rule, candidate: Candidate, rulebook: Rulebook, facts: FactSet, job: Job) -> tuple[str, ...]:
    """Suggestion ids, the rule's own first."""
    of_segment = (
        name for name, one in rulebook.suggestions.items()
        if one.segment is not None and candidate.segment and _triggered(one.segment, candidate, facts, job)
    )
    return tuple(dict.fromkeys((*rule.suggestions, *of_segment)))


def _triggered(trigger: SegmentTrigger, candidate: Candidate, facts: FactSet, job: Job) -> bool:
    gap = candidate.derived.get("gap")
    if trigger.side != "any" and (gap is None or (gap > 0) != (trigger.side == "over")):
        return False
    cells = [(candidate.dimension, candidate.segment)]
    against, _, code = candidate.against.partition("=")
    if against in facts.dimensions:
        cells.append((against, code))
    return all(any(_meets(wanted, cell, facts, job) for cell in cells) for wanted in trigger.where)


def _meets(wanted: SegmentRange, cell: tuple[str, str], facts: FactSet, job: Job) -> bool:
    dimension, segment = cell
    return covers(wanted, facts.dimensions[dimension], segment, job)
