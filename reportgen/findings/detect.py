"""Judges a report's rules on the facts of one scope: every test first, one correction, then the verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain

from reportgen.config.job import Job
from reportgen.facts.fact import Statistic
from reportgen.facts.table import FactSet
from reportgen.findings.associations import cross_table
from reportgen.findings.candidate import Candidate
from reportgen.findings.citation import cited
from reportgen.findings.contrast import Contrast
from reportgen.findings.detectors import DETECTORS, View, lacking, periods_held
from reportgen.findings.family import Family
from reportgen.findings.finding import SEVERITIES, Finding, Findings, RuleOutcome
from reportgen.findings.intervals import share_intervals
from reportgen.findings.prompts import prompts
from reportgen.findings.request import TestRequest
from reportgen.findings.rule import Rule
from reportgen.findings.rulebook import Rulebook
from reportgen.findings.suggest import suggestions_of


def detect(
    facts: FactSet, rulebook: Rulebook, job: Job, scope: str = "bank", rules: Sequence[str] = (),
    tests: Sequence[TestRequest] = (),
) -> Findings:
    """Findings of the rules a report asks for: numbered by severity, the report's order, the whole first, then size.

    Sizes of different rules cannot be compared (points, an index, days), so size orders only within a rule.
    All p-values of the report, shown or not, stand in one Benjamini–Hochberg family. Raises TemplateError for an
    unknown rule and JobError for wrong `rules:` of the job.
    """
    asked = rulebook.asked(rules, tests)
    params = {name: rulebook.parameters(name, job) for name in asked}
    tables = tuple(table for table in (cross_table(facts, scope, one) for one in dict.fromkeys(tests)) if table)
    view = View(facts, scope, job, {}, share_intervals(facts, scope), tables, periods_held(facts, scope))
    judgements = {
        name: [DETECTORS[one.detector](rulebook.rules[name], one, replace(view, params=params[name]))
               for one in rulebook.rules[name].judges]
        for name in asked
    }
    made = tuple(chain(*judgements.values()))
    # Cells of a cross table belong to the family though no rule should judge them.
    cells = tuple(cell for table in tables for cell in table.cells.values())
    family = Family({
        **{one.name: one.p for judgement in made for one in judgement.tests},
        **{cell.test: cell.p for cell in cells}, **{table.name: table.result.p for table in tables},
    })
    tested = tuple(chain(*(judgement.contrasts for judgement in made), cells))
    statistics = _statistics(view.statistics, tested, family)

    outcomes: list[RuleOutcome] = []
    held: list[tuple[str, Candidate]] = []
    for name in asked:
        judged = [one for one in judgements[name] if not one.needs]
        if not judged:
            told = tuple(dict.fromkeys(need for one in judgements[name] for need in one.needs))
            outcomes.append(RuleOutcome(name, "not_judged", told or lacking(rulebook.rules[name], job, facts)))
            continue
        candidates = tuple(chain(*(one.candidates for one in judged)))
        holding = _significant(candidates, family, params[name])
        listed = _listed(holding)[: rulebook.rules[name].list_at_most or None]
        left_out = tuple((one.fact.metric, one.dimension, one.segment, one.against)
                         for one in holding if not any(one is other for other in listed))
        outcomes.append(RuleOutcome(name, "fired" if holding else "silent", held=len(holding), unlisted=left_out))
        held += [(name, one) for one in listed]

    held.sort(key=lambda one: (SEVERITIES.index(rulebook.rules[one[0]].severity), asked.index(one[0]),
                               bool(one[1].segment), -one[1].size))
    findings = tuple(
        _finding(number, name, candidate, rulebook, facts, job, params[name], family)
        for number, (name, candidate) in enumerate(held, start=1)
    )
    associations = tuple(table.association(family.q) for table in tables)
    brought = {name for one in findings for name in one.suggestions}
    return Findings(scope, findings, tuple(outcomes), len(family), statistics, associations,
                    prompts(view, rulebook, job, brought))


def _statistics(
    intervals: Mapping[str, Statistic], tested: Sequence[Contrast], family: Family
) -> dict[str, Statistic]:
    """Intervals of all shares, with the corrected p-value where a fact was tested; intervals of the indexes."""
    found = dict(intervals)
    for one in tested:
        q = family.q[one.test]
        known = found.get(one.test, Statistic())
        found[one.test] = Statistic(known.low, known.high, q)
        if one.fact is not None and one.fact.unit == "index":
            found[one.fact.id] = Statistic(*one.index_interval(), q)
    return found


def _significant(
    candidates: Sequence[Candidate], family: Family, params: Mapping[str, Fraction]
) -> list[Candidate]:
    """Plain thresholds stand as they are; a tested candidate needs its q-values under the rule's limit."""
    return [one for one in candidates
            if all(family.q[name] < params["max_q"] for name in (one.test, one.together) if name)]


def _listed(holding: Sequence[Candidate]) -> list[Candidate]:
    """The largest of each attribute, as many as its rule lists."""
    kept: list[Candidate] = []
    room: dict[str, int] = {}
    for one in sorted(holding, key=lambda candidate: -candidate.size):
        taken = room.get(one.attribute, 0)
        if not one.list_at_most or taken < one.list_at_most:
            room[one.attribute] = taken + 1
            kept.append(one)
    return kept


def _finding(
    number: int, name: str, one: Candidate, rulebook: Rulebook, facts: FactSet, job: Job,
    params: Mapping[str, Fraction], family: Family,
) -> Finding:
    rule: Rule = rulebook.rules[name]
    bare = Finding(
        number, name, rule.severity, one.fact.scope, one.fact.id, one.value, one.unit, one.n, one.threshold, (),
        dimension=one.dimension, segment=one.segment, against=one.against,
        at="since" if one.fact.period == facts.since else "period", low=one.low, high=one.high,
        p=family.p[one.test] if one.test else None, q=family.q[one.test] if one.test else None,
        suggestions=suggestions_of(rule, one, rulebook, facts, job), parameters=params, derived=one.derived,
        words=one.words,
    )
    words = rule.wording(bare)
    sentences = (*words.title.values(), *words.text.values())
    own_cell = (one.dimension, one.segment)
    evidence = (one.fact.id, *one.cites, *cited(sentences, facts, one.fact.scope, own_cell))
    return replace(bare, evidence=tuple(dict.fromkeys(evidence)))
