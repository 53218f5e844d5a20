"""The bench a measure works at: tables by role, customers by period, tallies by scope, and the facts made of them.

A measure (see `facts.measures`) builds Ibis expressions, has them tallied by branch and segment, and publishes
facts. Three shapes cover nearly all of them:

    bench.customers("contacts", "contact_date", {"contacts": rows.count()})   one row a customer and period
    bench.tallies("contacts", table, {"n": …, "reached": …})                  sums by scope, period and segment
    bench.publish("contact_rate", tallies, "reached", "n")                    one fact a cell
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Unpack

import ibis

from reportgen.config import Job
from reportgen.config.dimension import Dimension, Groups
from reportgen.context import RunContext
from reportgen.facts.builder import FactBuilder, Place
from reportgen.facts.members import SEG, UNASSIGNED, Members
from reportgen.facts.plan import Request
from reportgen.facts.quantiles import by_scope
from reportgen.facts.segment import DimensionView
from reportgen.facts.tally import Scopes, Tally, add_up, regroup
from reportgen.facts.window import Windows
from reportgen.facts.wording import MISSING
from reportgen.frames import Frames
from reportgen.frames.convert import Expression
from reportgen.frames.quality import QualityResult, Verdict
from reportgen.protocols import Engine

if TYPE_CHECKING:
    import pandas as pd

Tallies = dict[str, Tally]
"""Dimension id (`""`: the whole) to the tally by it; its keys' `at` is a period's label."""


@dataclass
class Bench:
    """What measures share during one gathering."""

    context: RunContext
    engine: Engine
    frames: Frames
    members: Members
    windows: Windows
    scopes: Scopes
    dimensions: Mapping[str, Dimension]
    views: Mapping[str, DimensionView]
    builder: FactBuilder
    request: Request = field(default_factory=Request)
    quality: list[QualityResult] = field(default_factory=list)
    shared: dict[str, pd.DataFrame] = field(default_factory=dict)
    """Results that several measures work on, by query name; see `rows_once`."""
    _present: ibis.Table | None = None
    _kept: dict[str, ibis.Table] = field(default_factory=dict)
    _population: Tallies | None = None

    @property
    def job(self) -> Job:
        return self.context.job

    def has(self, role: str, *columns: str) -> bool:
        """Whether the job supplies a table of the role with these columns."""
        frame = self.frames.by_role.get(role)
        return frame is not None and set(columns) <= set(frame.kinds)

    def table(self, role: str) -> ibis.Table:
        """The role's typed rows with its canonical columns."""
        frame = self.frames.by_role[role]
        return frame.table.select(*frame.kinds)

    @property
    def cut(self) -> tuple[str, ...]:
        """Dimensions that are segment columns (`d_…`) of customers: all but groups, which sum others."""
        return tuple(name for name, one in self.dimensions.items() if not isinstance(one, Groups))

    @property
    def lasting(self) -> tuple[str, ...]:
        """Dimensions followed over the whole history: tiers, branches and regions."""
        return tuple(name for name, one in self.views.items() if one.spatial or one.column == "tier")

    @property
    def floors(self) -> dict[str, int]:
        """Tiers that have a floor at the period's end, the highest first, with it in minor units."""
        day = self.windows.current.last_day
        known = {one.tier: self.job.floor_of(one.tier, day) for one in self.job.tiers}
        found = [(tier, floor) for tier, floor in known.items() if floor is not None]
        return dict(sorted(found, key=lambda pair: (-pair[1], pair[0])))

    def high(self, table: ibis.Table, first: int | None = None) -> Expression:
        """Whether a customer's tier is one of those with a floor (of the `first` of them); all where none has one."""
        tiers = list(self.floors)[:first]
        return table.tier.isin(tiers).fill_null(False) if tiers and "tier" in table.columns else ibis.literal(True)

    def limit(self, rule: str, parameter: str, default: int) -> int:
        """A rule's limit in whole units as it applies to the job, or the default where the rule is not asked for."""
        return int(self.request.parameters.get(rule, {}).get(parameter, Fraction(default)))

    @property
    def closing(self) -> ibis.Table:
        """The population at each period's end: `at` (label), customer_id, branch, amount, `d_…`, the columns known."""
        table = self.members.timeline
        return table.filter(table.counted)

    @property
    def present(self) -> ibis.Table:
        """Who belongs to a period: the population at its end, and who was in it at its opening and is gone by then.

        One row a period and customer; `in_close` tells the two apart. Events are counted for these, so that what a
        customer did before leaving still counts, in the branch and segments of the latest snapshot.
        """
        if self._present is None:
            closers = self.closing.mutate(in_close=True)
            after = self.windows.after
            table = closers
            if after:
                label = ibis.cases(*((closers["at"] == old, new) for old, new in after.items()), else_=ibis.null(str))
                openers = closers.mutate(at=label, in_close=False).filter(ibis._["at"].notnull())
                gone = openers.anti_join(closers, ["at", "customer_id"])
                table = closers.union(gone.select(*closers.columns))
            self._present = self.engine.store("present", table)
        return self._present

    def dated(self, role: str, day: str) -> ibis.Table:
        """The role's rows within the periods held, with `at`, the label of theirs; kept, as many queries read them."""
        name = f"dated {role} {day}"
        if name not in self._kept:
            rows = self.table(role)
            rows = rows.mutate(at=self.windows.label(rows[day]))
            self._kept[name] = self.engine.store(name, rows.filter(rows["at"].notnull()))
        return self._kept[name]

    def each_period(self, rows: ibis.Table) -> ibis.Table:
        """Every row once for each period held, with `at`, the period's label."""
        return rows.mutate(at=ibis.array(list(self.windows.labels)).unnest())

    def trailing(self, rows: ibis.Table, day: str, months: int) -> ibis.Table:
        """Rows once for each period (`at`) in the last `months` months of which their day falls."""
        each = self.each_period(rows)
        low, high = self.windows.first_day(each["at"], months), self.windows.last_day(each["at"])
        return each.filter((each[day].cast("date") >= low) & (each[day].cast("date") <= high))

    def events(self, role: str, day: str) -> ibis.Table:
        """The role's dated rows of customers who belong to the period, with `branch`, `d_…`, `in_close`, `amount`.

        Rows of customers no snapshot of the period knows are counted as the gate `unknown_customer`.
        """
        return self.placed(role, self.dated(role, day))

    def placed(self, role: str, rows: ibis.Table) -> ibis.Table:
        """Rows of a role that have `at` by a way of their own (a complaint still open), with what `events` adds."""
        self.count_unknown(role, rows)
        side = self.present
        kept = [name for name in side.columns if name.startswith(SEG) or name in ("at", "customer_id", "branch",
                                                                                  "region", "in_close", "amount")]
        return rows.inner_join(side.select(*kept), ["at", "customer_id"])

    def customers(self, role: str, day: str, measures: Mapping[str, Expression]) -> ibis.Table:
        """`present` with the role's measures beside each customer, 0 where nothing happened.

        `measures` are integer aggregates over `dated(role, day)`, by customer and period.
        """
        rows = self.dated(role, day)
        self.count_unknown(role, rows)
        each = rows.group_by(["at", "customer_id"]).aggregate(**measures)
        table = self.present.left_join(each, ["at", "customer_id"])
        table = table.drop(*(name for name in table.columns if name.endswith("_right")))
        return table.mutate(**{name: table[name].fill_null(0) for name in measures})

    def tallies(
        self,
        name: str,
        table: ibis.Table,
        measures: Mapping[str, Expression],
        *,
        by: Mapping[str, Expression] | None = None,
        dimensions: bool | Iterable[str] = True,
        history: bool = True,
        followed: Iterable[str] = (),
        population: bool = False,
    ) -> Tallies:
        """Integer sums of a table that has `at` and `branch`, by scope, period and segment.

        The whole, tiers, branches and regions over every period held (with `history`); other dimensions that are
        columns of the table (`d_…`) over the periods compared. `by` names the table's own dimensions, such as a
        complaint's category; those `followed` are kept over the whole history too. `dimensions` may name the few that
        somebody prints: every other one is a query saved. With `population` every cell has
        `n` beside, the population at the period's end, and a cell in which nothing happened stands with zeros.
        """
        sums = {key: _integer(value) for key, value in measures.items()}

        def summed(label: str, *, everywhen: bool, **segment: Expression) -> Tally:
            query = table.group_by(at=table["at"], branch=table.branch, **segment).aggregate(**sums)
            # The period is a key of the groups, so the engine drops the other periods' rows before it sums.
            return self._fetch(label, query if everywhen else query.filter(query["at"].isin(self.windows.compared)))

        found: Tallies = {"": summed(name, everywhen=history)}
        own = dict(by or {})
        names = self.cut if dimensions is True else tuple(dimensions or ())
        own |= {key: table[SEG + key] for key in names if SEG + key in table.columns}
        spatial = self.by_place(found[""]) if "branch_id" in self.members.columns else {}
        for key, value in own.items():
            if key in spatial and key not in (by or {}):
                found[key] = spatial[key]
                continue
            lasts = history and (key in self.lasting or key in followed)
            found[key] = summed(f"{name} {key}", everywhen=lasts, segment=value.cast("string").fill_null("missing"))
        if population:
            found = {key: self._filled(key, tally, sums, history, followed) for key, tally in found.items()}
        for key, one in self.dimensions.items():
            if isinstance(one, Groups) and one.of in found:
                found[key] = regroup(found[one.of], one.groups)
        return found

    @property
    def population(self) -> Tallies:
        """`n`: the population at each period's end, as `tallies` cuts it; reckoned once."""
        if self._population is None:
            table = self.closing
            self._population = self.tallies("population", table, {"n": table.count()})
        return self._population

    def _filled(
        self, key: str, tally: Tally, measures: Iterable[str], history: bool, followed: Iterable[str]
    ) -> Tally:
        """The tally with the population beside and zeros where the population saw no event."""
        base = self.population.get(key)
        if base is None:
            codes = {segment for _, _, segment, _ in tally}
            labels = self.windows.labels if key in followed else self.windows.compared
            whole = self.population[""].items()
            base = {(scope, at, code, ""): cell for (scope, at, _, _), cell in whole if at in labels for code in codes}
        if not history:
            base = {place: cell for place, cell in base.items() if place[1] in self.windows.compared}
        zero = dict.fromkeys((*measures, "n"), 0)
        return {place: zero | tally.get(place, {}) | base.get(place, {}) for place in (*base, *(tally.keys() - base))}

    def _fetch(self, name: str, expression: ibis.Table) -> Tally:
        return add_up(self.engine.fetch(name, expression), self.scopes)

    def publish(
        self,
        metric: str,
        tallies: Tallies,
        num: str,
        den: str | None = None,
        *,
        scale: int = 1,
        n: str | None = None,
        query: str = "",
    ) -> None:
        """One fact a cell: `scale × num / den`, or the count `num` alone. `n` names the base, by default den or num.

        Segments no page prints are left out, and branches and regions stand only in the scopes above them.
        """
        for dimension, tally in tallies.items():
            view = self.views.get(dimension)
            known = {one.id for one in view.segments} if view else None
            for (scope, at, segment, against), cell in tally.items():
                if known is not None and segment not in known:
                    continue
                if view is not None and not self.comparable(view, scope):
                    continue
                place: Place = {"at": at, "query": query}
                if dimension:
                    place |= {"dimension": dimension, "segment": segment, "against": against}
                base = cell[n] if n else cell[den] if den else cell[num]
                self.builder.add(metric, scope, cell[num] * scale, cell[den] if den else 1, n=base, **place)

    def publish_value(self, metric: str, scope: str, value: Fraction, n: int, **place: Unpack[Place]) -> None:
        """A measure computed whole (a median, a deviation), as an exact fraction."""
        self.builder.add_fraction(metric, scope, value, n=n, **place)

    def comparable(self, view: DimensionView, scope: str) -> bool:
        """Whether a scope may see the segments of a dimension: a branch sees no other branch."""
        if not view.spatial:
            return True
        return scope == "bank" or (view.column == "branch_id" and scope.startswith("region:"))

    def quantiles(
        self,
        name: str,
        table: ibis.Table,
        value: Expression,
        wanted: Mapping[str, Fraction],
        *,
        dimensions: Iterable[str] = (),
        history: bool = False,
        divisor: int = 1,
    ) -> None:
        """Exact quantiles of an integer value, `wanted`: metric to its place (1/2 the median), for each scope.

        `table` has `at` and `branch`; `dimensions` are cut as well, over the periods `tallies` would cut them. The
        value is divided by `divisor`.
        """
        for dimension in ("", *dimensions):
            if dimension and SEG + dimension not in table.columns:
                continue
            label, view = f"{name} {dimension}".strip(), self.views.get(dimension)
            everywhen = history and (not dimension or dimension in self.lasting)
            rows = table if everywhen else table.filter(table["at"].isin(self.windows.compared))
            rows = rows.mutate(value=value, segment=table[SEG + dimension] if dimension else ibis.literal(""))
            counted = rows.filter(rows.value.notnull()).group_by("at", "branch", "segment", "value")
            frame = self.engine.fetch(label, counted.aggregate(n=ibis._.count()))
            known = {one.id for one in view.segments} if view else None
            for scope, at, segment, n, found in by_scope(frame, self.scopes, list(wanted.values())):
                if view is not None and known is not None and not (segment in known and self.comparable(view, scope)):
                    continue
                place: Place = {"at": at, "query": name}
                if dimension:
                    place |= {"dimension": dimension, "segment": segment}
                for metric, one in zip(wanted, found, strict=True):
                    self.publish_value(metric, scope, one / divisor, n, **place)

    def rows(self, name: str, expression: ibis.Table) -> pd.DataFrame:
        """A small result a measure works on by itself."""
        return self.engine.fetch(name, expression)

    def rows_once(self, name: str, make: Callable[[], ibis.Table]) -> pd.DataFrame:
        """The rows of a query that several measures share: it runs the first time."""
        if name not in self.shared:
            self.shared[name] = self.engine.fetch(name, make())
        return self.shared[name]

    def _place(self, dimension: str) -> bool:
        """Whether a dimension's segments are the branches or the regions that have scopes of their own."""
        view = self.views.get(dimension)
        return view is not None and view.spatial and view.kind == "category"

    def by_place(self, whole: Tally) -> Tallies:
        """A tally of the whole, and by branch and region: a scope's cell is its segment's, so no query is needed."""
        found: Tallies = {"": whole}
        for name, view in self.views.items():
            if not self._place(name):
                continue
            prefix = "branch:" if view.column == "branch_id" else "region:"
            parts: Tally = {}
            for (scope, at, _, against), cell in whole.items():
                if not scope.startswith(prefix):
                    continue
                unit = scope.removeprefix(prefix)
                above = [one for one in self.scopes.of(unit) if one != scope] if prefix == "branch:" else ["bank"]
                for one in above:
                    parts[one, at, MISSING if unit == UNASSIGNED else unit, against] = cell
            found[name] = parts
        return found

    def by_unit(self, *metrics: str) -> None:
        """Measures computed whole for each scope, published by branch and region in the scopes above as well."""
        for metric in metrics:
            whole: Tally = {
                (one.scope, one.period, "", ""): {"num": one.num, "den": one.den, "n": one.n}
                for one in self.builder.facts.values()
                if one.metric == metric and not one.dimension
            }
            placed = {name: tally for name, tally in self.by_place(whole).items() if name}
            self.publish(metric, placed, "num", "den", n="n", query=self.builder.query_of.get(metric, ""))

    def count_unknown(self, role: str, rows: ibis.Table) -> None:
        """Rows of this period whose customer no snapshot of it knows: said, never dropped in silence."""
        if any(one.source == role and one.gate == "unknown_customer" for one in self.quality):
            return
        table = self.members.timeline
        known = [self.windows.current.label, *(old for old, new in self.windows.after.items()
                                               if new == self.windows.current.label)]
        people = table.filter(table["at"].isin(known)).select("customer_id").distinct()
        mine = rows.filter((rows["at"] == self.windows.current.label) & rows.customer_id.notnull())
        counts = self.engine.fetch(
            f"unknown customers of {role}",
            mine.anti_join(people, "customer_id").aggregate(unknown=ibis._.count()).cross_join(
                mine.aggregate(total=mine.count())),
        )
        unknown, total = int(counts["unknown"].iloc[0]), int(counts["total"].iloc[0])
        verdict: Verdict = "pass" if not unknown or self.job.gates.unknown_customer == "allow" else "warn"
        self.quality.append(QualityResult("unknown_customer", role, "customer_id", unknown, total, verdict))


def _integer(value: Expression) -> Expression:
    """An aggregate as a 64-bit integer, since a wider one would arrive as a float; nothing is zero."""
    return value.fill_null(0).cast("int64")
