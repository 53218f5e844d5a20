"""Suggestions that the facts of a segment raise by themselves, with the facts that say why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from reportgen.config.job import Job
from reportgen.findings.citation import cited
from reportgen.findings.detectors.threshold import judged
from reportgen.findings.detectors.view import View
from reportgen.findings.finding import Prompt
from reportgen.findings.rule import in_fact_units
from reportgen.findings.rulebook import Rulebook


def prompts(view: View, rulebook: Rulebook, job: Job, brought: Collection[str]) -> tuple[Prompt, ...]:
    """One prompt a suggestion whose trigger holds, about the largest segment it holds for.

    None for suggestions a finding has `brought`, or whose trigger is meant for other reports.
    """
    found = []
    for name, suggestion in rulebook.suggestions.items():
        if suggestion.trigger is None or suggestion.because is None or name in brought:
            continue
        if suggestion.trigger.reports and job.report not in suggestion.trigger.reports:
            continue
        params = {key: in_fact_units(one.value, one, job.currency) for key, one in suggestion.trigger.params.items()}
        candidates, _ = judged(suggestion.trigger, replace(view, params=params))
        if not candidates:
            continue
        chosen = max(candidates, key=lambda one: (one.n, one.size))
        own = (chosen.dimension, chosen.segment)
        evidence = (chosen.fact.id, *chosen.cites, *cited(suggestion.because.values(), view.facts, view.scope, own))
        found.append(Prompt(name, chosen.fact.id, tuple(dict.fromkeys(evidence))))
    return tuple(found)
