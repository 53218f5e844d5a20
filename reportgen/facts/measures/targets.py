"""Plans: what was to be reached by when, what was reached so far, and how far the plan's time has run.

A plan names a metric, a unit (`bank`, `region:<id>`, `branch:<id>`) and a period. Its target stands in the metric's
own unit as a reader would write it: customers, 元, hours, and shares as fractions (0.95). It is compared with facts
of earlier measures, so this one comes last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from reportgen.config.amount import MINOR_UNITS
from reportgen.errors import JobError
from reportgen.facts.bench import Bench
from reportgen.facts.builder import Place
from reportgen.facts.fact import Fact, fact_id
from reportgen.facts.metric import Metric
from reportgen.frames.quality import QualityResult
from reportgen.period import Period

_COLUMNS = ("metric_id", "period", "unit_id", "target")


@dataclass(frozen=True, slots=True)
class _Plan:
    """One row of the table; money in minor units."""

    metric: Metric
    scope: str
    period: Period
    target: Fraction


def targets(bench: Bench) -> None:
    """target_attainment, target_value_*, target_actual_* and target_elapsed, by `metric`, in each scope planned for.

    The attainment of branches and regions stands in the scopes above them too, by `branch` against `metric=…`, and
    beside it the time elapsed of the plan it is held against.

    Of plans for periods of several lengths the shortest counts: the month's own, else the quarter's, the year's to
    date. Months planned one by one make up a quarter.
    """
    if not bench.has("targets", *_COLUMNS):
        return
    plans = _plans(bench)
    for label in bench.windows.compared:
        period = next(one for one in bench.windows.periods if one.label == label)
        groups: dict[tuple[str, str], list[_Plan]] = {}
        for plan in plans:
            groups.setdefault((plan.metric.id, plan.scope), []).append(plan)
        for mine in groups.values():
            chosen = _chosen(mine, period)
            if chosen is not None:
                _publish(bench, chosen, period)


def _plans(bench: Bench) -> list[_Plan]:
    """The readable rows; metrics, units and periods nobody knows are counted as the gate `unknown_value`."""
    rows = bench.rows("targets", bench.table("targets").mutate(target=bench.table("targets").target.cast("string")))
    scopes, metrics = set(bench.scopes.all()), bench.builder.metrics
    scale = 10 ** MINOR_UNITS[bench.job.currency]
    plans, unknown = [], dict.fromkeys(_COLUMNS, 0)
    for row in rows.dropna(subset=list(_COLUMNS)).sort_values(list(_COLUMNS)).to_dict("records"):
        metric, period = metrics.get(str(row["metric_id"])), _period(str(row["period"]))
        known = {"metric_id": metric, "period": period, "unit_id": row["unit_id"] in scopes}
        for column, answer in known.items():
            unknown[column] += not answer
        if metric is not None and period is not None and row["unit_id"] in scopes:
            factor = scale if metric.unit in ("money", "money_per_customer") else 1
            plans.append(_Plan(metric, str(row["unit_id"]), period, Fraction(str(row["target"])) * factor))
    for column in ("metric_id", "period", "unit_id"):
        if unknown[column]:
            bench.quality.append(QualityResult("unknown_value", "targets", column, unknown[column], len(rows), "warn"))
    return plans


def _period(text: str) -> Period | None:
    try:
        return Period.parse(text)
    except JobError:
        return None


def _chosen(plans: Sequence[_Plan], period: Period) -> _Plan | None:
    """The plan for the period: its own, the shortest that holds it, or the sum of its parts."""
    around = [one for one in plans if one.period.start <= period.start and period.end <= one.period.end]
    if around:
        return min(around, key=lambda one: (one.period.end - one.period.start, one.period.label))
    parts = sorted(
        (one for one in plans if period.start <= one.period.start and one.period.end <= period.end),
        key=lambda one: one.period.start,
    )
    if not parts or not _tiles([one.period for one in parts], period.start, period.end):
        return None
    last = parts[-1]
    adds = (last.metric.flow or last.metric.event) and last.metric.additivity == "additive"
    total = sum((one.target for one in parts), Fraction(0)) if adds else last.target
    return _Plan(last.metric, last.scope, period, total)


def _tiles(periods: Sequence[Period], start: object, end: object) -> bool:
    """Whether periods follow each other from `start` to `end` without a gap."""
    return (
        bool(periods)
        and periods[0].start == start
        and periods[-1].end == end
        and all(one.end == other.start for one, other in pairwise(periods))
    )


def _publish(bench: Bench, plan: _Plan, period: Period) -> None:
    place: Place = {"at": period.label, "dimension": "metric", "segment": plan.metric.id, "query": "targets"}
    known, unit = bench.builder.metrics, plan.metric.unit
    actual = _actual(bench, plan, period)
    n = actual[1] if actual else 0
    if f"target_value_{unit}" in known:
        bench.publish_value(f"target_value_{unit}", plan.scope, plan.target, n, **place)
    bench.publish_value("target_elapsed", plan.scope, _elapsed(plan.period, period), n, **place)
    if actual is None:
        return
    if f"target_actual_{unit}" in known:
        bench.publish_value(f"target_actual_{unit}", plan.scope, actual[0], n, **place)
    if plan.target > 0:
        attained = actual[0] / plan.target
        bench.publish_value("target_attainment", plan.scope, attained, n, **place)
        for name, value in (("target_attainment", attained), ("target_elapsed", _elapsed(plan.period, period))):
            cell = {"num": value.numerator, "den": value.denominator, "n": n}
            above = bench.by_place({(plan.scope, period.label, "", f"metric={plan.metric.id}"): cell})
            del above[""]
            bench.publish(name, above, "num", "den", n="n", query="targets")


def _elapsed(plan: Period, period: Period) -> Fraction:
    """Share of the plan's time that is over at the period's end: whole months, days for a report of one day."""
    if period.kind == "day":
        return Fraction((period.end - plan.start).days, (plan.end - plan.start).days)
    length = (plan.end.year - plan.start.year) * 12 + plan.end.month - plan.start.month
    return Fraction((period.end.year - plan.start.year) * 12 + period.end.month - plan.start.month, length)


def _actual(bench: Bench, plan: _Plan, period: Period) -> tuple[Fraction, int] | None:
    """What the plan's metric has come to at the period's end, and its base; None where no fact tells.

    A stock is taken as it stands. What happens over time is summed from the plan's start: a flow that opens there
    is taken whole; else every period from there must be held, and counts add up, ratios by their parts.
    """
    metric = plan.metric
    own = _fact(bench, plan, period)
    since = bench.job.period.since
    opens = plan.period.start == period.start or (
        metric.flow and since is not None and period.opening(since).end == plan.period.start
    )
    if opens or not (metric.flow or metric.event):
        return (own.value, own.n) if own else None
    windows = [one for one in bench.windows.periods if plan.period.start <= one.start and one.end <= period.end]
    if not _tiles(windows, plan.period.start, period.end):
        return None
    found = [_fact(bench, plan, one) for one in windows]
    facts = [one for one in found if one is not None]
    if metric.additivity == "additive" and len(facts) == len(found):
        return _total(facts), sum(one.n for one in facts)
    if metric.additivity == "ratio" and metric.event and facts:
        return Fraction(sum(one.num for one in facts), sum(one.den for one in facts)), sum(one.n for one in facts)
    return None


def _total(facts: Iterable[Fact]) -> Fraction:
    return sum((one.value for one in facts), Fraction(0))


def _fact(bench: Bench, plan: _Plan, period: Period) -> Fact | None:
    """The metric's fact of a period; of flows the one that opens where the job says, or nothing."""
    builder, label = bench.builder, period.label
    if not plan.metric.flow:
        return builder.facts.get(fact_id(plan.scope, plan.metric.id, label))
    since = builder.since if label == builder.period else builder.openings.get(label, "")
    return builder.facts.get(fact_id(plan.scope, plan.metric.id, label, since=since)) if since else None
