"""Judges: how a rule looks at facts, as its YAML states it. `detector:` names the code that does the looking."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from reportgen.config.model import Id, Model

At = Literal["period", "previous", "year_ago", "since"]
_WORDS = "Name of the variant that tells what this judge finds about a segment (or finds at all, without `each`)."


class SegmentRange(Model):
    """Segments of one column: a list of ids, or all bands within [from, below) in main units."""

    column: Id
    among: tuple[str, ...] = ()
    from_: Decimal | None = Field(None, alias="from")
    below: Decimal | None = None


class Operand(Model):
    """A second fact: the judged one's metric, cell and date, but for what is said here."""

    metric: Id | None = None
    against: str | None = Field(None, description="`dimension=segment` of the second dimension.")
    at: At | None = None
    whole: bool = Field(False, description="The whole instead of the segment judged.")


class Condition(Model):
    """A metric beyond a limit, never at it.

    With `minus`, the difference to that fact is held to the limit; with `of`, the ratio to it.
    """

    metric: Id
    dimension: Id | None = None
    segment: str = ""
    against: str = ""
    at: At = "period"
    above: Id | None = Field(None, description="Name of the param the value must exceed.")
    below: Id | None = Field(None, description="Name of the param the value must fall short of.")
    minus: Operand | None = None
    of: Operand | None = None
    figure: Literal["value", "n"] = Field("value", description="n: how many stand behind the fact.")
    over_months: int = Field(0, ge=0, description="The limit is for so many months; a shorter period's is its part.")
    absent: Literal["skip", "zero"] = Field(
        "skip", description="zero: a cell without a fact counts as none, where the metric is computed at all.")

    @model_validator(mode="after")
    def _one_limit(self) -> Condition:
        if (self.above is None) == (self.below is None):
            raise ValueError("give exactly one of above and below")
        if self.minus is not None and self.of is not None:
            raise ValueError("give at most one of minus and of")
        return self

    @property
    def limit(self) -> str:
        return self.above or self.below or ""

    @property
    def metrics(self) -> tuple[str, ...]:
        others = (one.metric for one in (self.minus, self.of) if one is not None)
        return (self.metric, *(one for one in others if one is not None))


class Each(Model):
    """Which segments a judge looks at one by one."""

    each: tuple[Id, ...] = Field((), description="Dimensions whose segments are judged; none judges the whole.")
    among: tuple[str, ...] = Field((), description="Only these segments.")
    where: SegmentRange | None = Field(None, description="Only segments within this range of a column.")
    skip: tuple[str, ...] = Field(("missing", "unknown"), description="Segments nobody can act on.")
    expected: Literal["", "tiers"] = Field(
        "", description="tiers: the job's tiers with a floor are judged, whether facts mention them or not.")
    whole: Literal["instead", "also", "never"] = Field(
        "instead", description="The whole: judged where the facts hold none of the dimensions, as well, or not.")
    list_at_most: int = Field(3, ge=0, description="Segments a report lists, the largest first; 0 lists all.")
    words: Id | None = Field(None, description=_WORDS)


class Conditions(Each):
    """Facts against limits; what is found is about the first condition listed that holds."""

    match: Literal["any", "all"] = "all"
    conditions: tuple[Condition, ...] = Field(min_length=1)
    base: Id | None = Field(None, description="Metric counting the population `min_n` is held to; else the fact's n.")

    @property
    def metrics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one for condition in self.conditions for one in condition.metrics))

    @property
    def limits(self) -> tuple[str, ...]:
        return tuple(condition.limit for condition in self.conditions)


class ThresholdJudge(Conditions):
    """Facts against limits."""

    detector: Literal["threshold"]


class ChangeJudge(Each):
    """A fact against itself at an earlier date; a move that the same months of last year showed too is no alarm."""

    detector: Literal["change"]
    metric: Id
    of: Id | None = Field(None, description="Judge the metric's share of this total (of the whole).")
    versus: tuple[Literal["previous", "year_ago", "since", "history"], ...] = Field(
        ("previous",), min_length=1, description="The first of these that is held; history: the year before, pooled.")
    side: Literal["rise", "fall", "both"] = "both"
    tested: bool = Field(True, description="Shares only: the change must be beyond chance. Else its size decides.")
    relative: bool = Field(False, description="Size as a share of the earlier value instead of in the metric's unit.")
    span_months: int = Field(0, ge=0, description="Pool so many months on either side, where answers are few.")
    runs: int = Field(1, ge=1, description="Periods in a row that must have moved; `previous` lies before them.")
    decompose: Id | None = Field(None, description="Dimension by whose segments the change is split: mix and rate.")

    @property
    def metrics(self) -> tuple[str, ...]:
        return (self.metric, *((self.of,) if self.of else ()))


class DifferenceJudge(Each):
    """Each segment against all other customers, or against a metric of comparison customers."""

    detector: Literal["difference"]
    metric: Id
    rest: Id | None = Field(None, description="Metric of those compared with; none takes all other customers.")
    side: Literal["over", "under"]
    conditions: tuple[Condition, ...] = Field((), description="Must hold at the segment as well.")

    @property
    def metrics(self) -> tuple[str, ...]:
        more = (one for condition in self.conditions for one in condition.metrics)
        return tuple(dict.fromkeys((self.metric, *((self.rest,) if self.rest else ()), *more)))

    @property
    def limits(self) -> tuple[str, ...]:
        return tuple(condition.limit for condition in self.conditions)


class PoissonJudge(Each):
    """Counts of cases above what the periods before lead to expect (exact test)."""

    detector: Literal["poisson"]
    metric: Id

    @property
    def metrics(self) -> tuple[str, ...]:
        return (self.metric,)


class SeriesJudge(Model):
    """A monthly series whose last step differs from the same step a year before more than such steps usually do."""

    detector: Literal["series"]
    metric: Id
    side: Literal["rise", "fall"]
    words: Id | None = Field(None, description=_WORDS)

    @property
    def metrics(self) -> tuple[str, ...]:
        return (self.metric,)


class Attribute(Model):
    """What a segment is compared with the rest on: a share metric, or the cells of the report's cross tables."""

    metric: Id
    by: Id | None = Field(None, description="Dimension of the attribute itself, such as product_type.")
    among: tuple[str, ...] = Field((), description="Segments of `by` to look at; none looks at all.")
    base: Id | None = Field(None, description="Metric counting the customers behind pieces, such as transactions.")
    skip_columns: tuple[Id, ...] = Field((), description="Columns whose segments all but restate the attribute.")
    cross: bool = Field(False, description="Judge the cells of the cross tables the report tests.")
    sides: Literal["both", "over", "under"] = "both"
    list_at_most: int = Field(3, ge=1, description="Findings listed for one attribute, largest gaps first.")


class OverIndexJudge(Model):
    """Each segment against all other customers; holds with q under max_q, n, index and gap of practical size."""

    detector: Literal["over_index"]
    attributes: tuple[Attribute, ...] = Field(min_length=1)
    where: SegmentRange | None = Field(None, description="Only these segments; none judges all.")
    skip: tuple[str, ...] = Field(("missing", "unknown"), description="Segments nobody can act on.")
    words: Id | None = Field(None, description=_WORDS)

    @property
    def metrics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.metric for one in self.attributes if not one.cross))


class DataQualityJudge(Model):
    """Quality gates that counted rows, and identities of the facts that must hold exactly."""

    detector: Literal["data_quality"]
    gates: tuple[Id, ...] = Field(min_length=1)
    words: Id | None = Field(None, description=_WORDS)

    @property
    def metrics(self) -> tuple[str, ...]:
        return ("customers_total",)


Judge = Annotated[
    ThresholdJudge | ChangeJudge | DifferenceJudge | PoissonJudge | SeriesJudge | OverIndexJudge | DataQualityJudge,
    Field(discriminator="detector"),
]
REQUIRED_PARAMS: dict[str, tuple[str, ...]] = {
    "threshold": ("min_n",),
    "change": ("min_n", "min_change"),
    "difference": ("min_n", "max_q", "min_gap"),
    "poisson": ("max_q", "min_count", "min_periods"),
    "series": ("min_z", "min_change"),
    "over_index": ("min_n", "max_q", "min_gap", "over", "under"),
    "data_quality": (),
}
"""What a detector cannot do without; a tested change needs `max_q` too, a difference may set `min_ratio`."""


def params_of(judge: Judge) -> tuple[str, ...]:
    """Names of the params a judge reads and cannot do without."""
    named = REQUIRED_PARAMS[judge.detector]
    if isinstance(judge, (ThresholdJudge, DifferenceJudge)):
        named += judge.limits
    if isinstance(judge, ChangeJudge) and judge.tested:
        named += ("max_q",)
    return named
