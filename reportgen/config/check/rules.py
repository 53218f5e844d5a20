"""Thresholds a job changes: the rule exists, it has that parameter, and the value is a number."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reportgen.config.job import Job
from reportgen.config.positions import Positions
from reportgen.context import RunContext
from reportgen.errors import Problem, ReportgenError, nearest


def rule_problems(job: Job, context: RunContext, places: Positions) -> Iterator[Problem]:
    """All problems of `rules`, and of the rule files themselves."""
    from reportgen.findings.rulebook import load_rulebook

    try:
        rulebook = load_rulebook(context)
    except ReportgenError as error:
        yield from error.problems
        return
    for name, settings in job.rules.items():
        rule = rulebook.rules.get(name)
        if rule is None:
            yield Problem(places.of("rules", name, key=True),
                          f"rules: there is no rule '{name}'.{nearest(name, list(rulebook.rules))}")
            continue
        for param, value in settings.items():
            known = list(rule.params)
            if param not in rule.params:
                listed = f" It has: {', '.join(known)}." if known else " It has none."
                yield Problem(places.of("rules", name, param, key=True),
                              f"rules.{name}: the rule has no parameter '{param}'.{nearest(param, known)}{listed}")
            elif isinstance(value, bool | str) or not Decimal(value).is_finite():
                yield Problem(places.of("rules", name, param),
                              f"rules.{name}.{param}: expected a number, got '{value}'.")
