"""What a chart must be given before anything is drawn: wrong data is refused by name, never drawn as it may be."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable

from reportgen.charts.chart import ChartData, Mark, Series
from reportgen.errors import Problem, TemplateError

LEAST_WIDTH_MM = 8.0


def refuse(data: ChartData, message: str) -> TemplateError:
    return TemplateError(Problem(f"chart {data.kind}", message), state="No chart was drawn.")


def check(data: ChartData) -> None:
    """Raises `TemplateError` for a width nobody could draw in, a number that is none, a bracket outside the marks."""
    if not (math.isfinite(data.width_mm) and data.width_mm >= LEAST_WIDTH_MM):
        raise refuse(data, f"width_mm is {data.width_mm:g}; expected at least {LEAST_WIDTH_MM:g}.")
    if data.height_mm is not None and not (math.isfinite(data.height_mm) and data.height_mm > 0):
        raise refuse(
            data, f"height_mm is {data.height_mm:g}; expected a positive number, or none to let the kind choose."
        )
    for series in data.series:
        for mark in series.marks:
            for name, number in (("value", mark.value), ("low", mark.low), ("high", mark.high)):
                if number is not None and not math.isfinite(number):
                    raise refuse(
                        data,
                        f"{series.name or 'series'}, mark {mark.label!r}: {name} is {number}, not a number to draw.",
                    )
    if data.rule is not None and not math.isfinite(data.rule):
        raise refuse(data, f"rule is {data.rule}, not a number to draw.")
    if data.bracket is not None:
        first, last, _ = data.bracket
        count = max((len(series.marks) for series in data.series), default=0)
        if not 0 <= first <= last < count:
            raise refuse(data, f"bracket spans marks {first} to {last}; there are {count}, counted from 0.")


def marks_of(data: ChartData) -> tuple[Mark, ...]:
    """The marks of a kind that draws one series."""
    if len(data.series) != 1:
        raise refuse(data, f"{len(data.series)} series given; this kind draws exactly one.")
    return data.series[0].marks


def pair_of(data: ChartData) -> tuple[Series, Series]:
    """The two series of a kind that sets two against each other."""
    if len(data.series) != 2:
        raise refuse(data, f"{len(data.series)} series given; this kind draws exactly two.")
    return data.series[0], data.series[1]


def by_label(data: ChartData, series: Series) -> dict[str, Mark]:
    """The marks of a series by label, refusing a label that two marks share (one of them would vanish)."""
    marks = {mark.label: mark for mark in series.marks}
    if len(marks) != len(series.marks):
        labels = [mark.label for mark in series.marks]
        twice = next(label for label in labels if labels.count(label) > 1)
        raise refuse(data, f"{series.name or 'series'}: two marks are labelled {twice!r}.")
    return marks


def paired(data: ChartData, one: Series, other: Series) -> tuple[tuple[str, Mark | None, Mark | None], ...]:
    """Marks of two series matched by label, in the first one's order; what only one has stands alone."""
    ours, theirs = by_label(data, one), by_label(data, other)
    return tuple((label, ours.get(label), theirs.get(label)) for label in {**ours, **theirs})


def order_of(data: ChartData, what: str) -> tuple[str, ...]:
    """`row_labels` as an order: refuses one that stands there twice. `what` names the things in the message."""
    labels = data.row_labels
    if twice := next((label for label in labels if labels.count(label) > 1), None):
        raise refuse(data, f"row_labels name the {what} {twice!r} twice.")
    return labels


def not_negative(data: ChartData, marks: Iterable[Mark], what: str) -> None:
    """Refuses a negative value where the kind draws counts. `what` names a mark in the message."""
    if below := next((mark for mark in marks if mark.value < 0), None):
        raise refuse(data, f"{what} {below.label!r} has the value {below.value:g}; a count is at least 0.")


def falling(data: ChartData, marks: tuple[Mark, ...]) -> None:
    """Refuses a stage larger than the one before it, unless option `rising` is `allowed`."""
    rising = data.options.get("rising", "")
    if rising not in ("", "allowed"):
        raise refuse(data, f"option rising is {rising!r}; expected 'allowed', or nothing.")
    for before, after in itertools.pairwise(marks):
        if after.value > before.value and not rising:
            raise refuse(
                data,
                f"stage {after.label!r} has {after.value:g}, more than {before.value:g} before it; a funnel only "
                "falls. Put the stages in order, or set option rising to 'allowed'.",
            )


def balanced(data: ChartData, state: str, parts: Iterable[Mark], total: Mark) -> None:
    """Refuses a state's sum that its flows do not add up to."""
    found = math.fsum(mark.value for mark in parts)
    if abs(found - total.value) > 1e-9 * max(abs(found), abs(total.value)):
        raise refuse(data, f"the flows of {state!r} add up to {found:g}, its total is {total.value:g}.")
