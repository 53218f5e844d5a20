"""A figure that moved: against the period before, a year ago, the opening, or the periods before taken together."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from reportgen.findings.candidate import Candidate, Judgement, Tested
from reportgen.findings.contrast import Contrast
from reportgen.findings.detectors.cells import WHOLE, Cell, cells, words_of
from reportgen.findings.detectors.pooled import Pooled, pooled
from reportgen.findings.detectors.view import View
from reportgen.findings.judge import ChangeJudge, Judge
from reportgen.findings.rule import Rule
from reportgen.findings.statistics import MixRate, mix_and_rate
from reportgen.period import Period

YEAR = 12
MONTHS = {"quarter": 3, "year": 12}
SEASONAL = Fraction(1, 2)
"""A move counts as the season's where last year's, the same way, was at least this part of it."""


def change(rule: Rule, judge: Judge, view: View) -> Judgement:
    """One candidate a cell that moved by `min_change` or more; a tested one must also be beyond chance.

    Nothing is judged where no earlier date is held. Candidates carry `rate` and `rest_rate` (now and then) where the
    figure is a share, `relative` elsewhere, and `mix` and `within` where the change was split.
    """
    assert isinstance(judge, ChangeJudge)
    candidates: list[Candidate] = []
    tests: list[Tested] = []
    looked = False
    for cell in cells(judge, view, (judge.metric,)):
        pair = _pair(judge, cell, view)
        if pair is None:
            continue
        now, then, name = pair
        looked = True
        if min(now.base, then.base) < view.params["min_n"]:
            continue
        contrast = _contrast(cell, now, then) if judge.tested else None
        if judge.tested and contrast is None:
            continue
        if contrast is not None:
            tests.append(Tested(contrast.test, contrast.p))
        if _moved(judge, cell, now, then, view):
            candidates.append(_candidate(cell, now, then, contrast, _words(rule, judge, cell, name), judge, view))
    if not looked:
        return Judgement(needs=("two dates",) if view.holds(judge.metric) else view.missing(rule, judge.metrics))
    return Judgement(tuple(candidates), tests=tuple(tests))


def _pair(judge: ChangeJudge, cell: Cell, view: View) -> tuple[Pooled, Pooled, str] | None:
    """The figure now and at the first earlier date that is held, with that date's name."""
    labels = spans(judge, view)
    now = pooled(judge, cell, labels["period"], view)
    if now is None:
        return None
    for name in judge.versus:
        then = pooled(judge, cell, labels.get(name, ()), view, partial=name == "history")
        if then is not None:
            return now, then, name
    return None


def spans(judge: ChangeJudge, view: View) -> Mapping[str, tuple[str, ...]]:
    """Labels of the periods pooled now and at each earlier date; empty where a date has none."""
    facts = view.facts
    span = max(1, judge.span_months // MONTHS.get(Period.parse(facts.period).kind, 1))
    own = _back(facts.period, span)
    before = _back(own[0], judge.runs + 1)[0]
    found = {"period": own, "previous": _back(before, span)}
    if span == 1:
        found["since"] = (facts.since,) if facts.since else ()
    found["year_ago"] = tuple(Period.parse(one).year_ago().label for one in own)
    earlier = [label for label in facts.history if label not in own and label < own[0]]
    found["history"] = tuple(earlier[-YEAR:])
    return found


def _back(label: str, count: int) -> tuple[str, ...]:
    """That many periods up to one, oldest first."""
    labels = [label]
    while len(labels) < count:
        labels.append(_before(labels[-1]))
    return tuple(reversed(labels))


def _before(label: str) -> str:
    return Period.parse(label).previous().label


def _moved(judge: ChangeJudge, cell: Cell, now: Pooled, then: Pooled, view: View) -> bool:
    size = _size(judge, now, then)
    if size is None or abs(size) < view.params["min_change"]:
        return False
    if judge.side != "both" and (size > 0) != (judge.side == "rise"):
        return False
    return _in_a_row(judge, cell, size, view) and not _seasonal(judge, cell, now, then, view)


def _size(judge: ChangeJudge, now: Pooled, then: Pooled) -> Fraction | None:
    gap = now.value - then.value
    if not judge.relative:
        return gap
    return gap / then.value if then.value > 0 else None


def _in_a_row(judge: ChangeJudge, cell: Cell, size: Fraction, view: View) -> bool:
    """Whether each of the last `runs` periods moved the same way."""
    label = view.facts.period
    for _ in range(judge.runs if judge.runs > 1 else 0):
        later, earlier = (pooled(judge, cell, (one,), view) for one in (label, _before(label)))
        if later is None or earlier is None or (later.value - earlier.value) * size <= 0:
            return False
        label = _before(label)
    return True


def _seasonal(judge: ChangeJudge, cell: Cell, now: Pooled, then: Pooled, view: View) -> bool:
    """Whether the same months of last year moved the same way; only the period before is a matter of season."""
    if then.labels != spans(judge, view)["previous"]:
        return False
    sides = (tuple(Period.parse(one).year_ago().label for one in side.labels) for side in (now, then))
    later, earlier = (pooled(judge, cell, side, view) for side in sides)
    if later is None or earlier is None:
        return False
    here, last_year = _size(judge, now, then), _size(judge, later, earlier)
    return here is not None and last_year is not None and here * last_year > 0 \
        and abs(last_year) >= SEASONAL * abs(here)


def _contrast(cell: Cell, now: Pooled, then: Pooled) -> Contrast | None:
    """The two dates as two shares; None for what is no share of counts."""
    if not (now.countable and then.countable):
        return None
    name = f"{now.fact.id} vs {then.labels[0]}-{then.labels[-1]}"
    return Contrast(name, now.fact, *cell, "", now.num, now.den, then.num, then.den, (now.fact.id,),
                    people=now.n, rest_people=then.n)


def _words(rule: Rule, judge: ChangeJudge, cell: Cell, name: str) -> str:
    """The judge's variant, else the one named after the earlier date."""
    return words_of(judge, cell) or (name if name in rule.variants else "")


def _candidate(
    cell: Cell, now: Pooled, then: Pooled, contrast: Contrast | None, words: str, judge: ChangeJudge, view: View
) -> Candidate:
    fact = now.fact
    derived: dict[str, Fraction] = {"periods": Fraction(len(now.labels))}
    if now.fact.unit == "share" or judge.of:
        derived |= {"rate": now.value, "rest_rate": then.value, "gap": now.value - then.value}
    if contrast is not None:
        derived |= contrast.derived()
    if then.value > 0:
        derived["relative"] = now.value / then.value - 1
    split = _split(judge, now, then, view) if cell == WHOLE else None
    if split is not None:
        derived |= {"mix": split.mix, "within": split.rate}
    return Candidate(
        fact, fact.value, fact.unit, now.base, None, dimension=cell[0], segment=cell[1],
        test=contrast.test if contrast is not None else "",
        attribute=f"{judge.metric} {cell[0]}" if cell != WHOLE else "",
        list_at_most=judge.list_at_most if cell != WHOLE else 0, size=abs(now.value - then.value),
        cites=tuple(dict.fromkeys((*now.cites, *then.cites))), derived=derived, words=words,
    )


def _split(judge: ChangeJudge, now: Pooled, then: Pooled, view: View) -> MixRate | None:
    """The change of the whole share by the groups of a dimension; None where they do not make up the whole."""
    if judge.decompose is None:
        return None
    sides = []
    for side in (then, now):
        parts = _parts(judge, judge.decompose, side.labels, view)
        if (sum(num for num, _ in parts.values()), sum(den for _, den in parts.values())) != (side.num, side.den):
            return None
        sides.append(parts)
    return mix_and_rate(*sides)


def _parts(judge: ChangeJudge, dimension: str, labels: tuple[str, ...], view: View) -> dict[str, tuple[int, int]]:
    held = view.facts.dimensions.get(dimension)
    segments = held.segments if held is not None else ()
    found = ((one.id, pooled(judge, (dimension, one.id), labels, view, partial=True)) for one in segments)
    return {name: (part.num, part.den) for name, part in found if part is not None}
