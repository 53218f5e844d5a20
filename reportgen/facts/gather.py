"""From a job to its facts: sources, frames, one pass at branch grain, everything else by adding up."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reportgen.config.dimension import Dimension, Groups
from reportgen.config.names import branch_problem
from reportgen.context import RunContext
from reportgen.errors import DataRefused, Problem
from reportgen.facts import flows, plan, stocks
from reportgen.facts.bench import Bench
from reportgen.facts.builder import FactBuilder
from reportgen.facts.cut import choose_dimensions, view
from reportgen.facts.defaults import stated_defaults
from reportgen.facts.definitions import load_metrics
from reportgen.facts.fact import Fact
from reportgen.facts.measures import MEASURES
from reportgen.facts.members import Members, build_members
from reportgen.facts.plan import Request
from reportgen.facts.segment import DimensionView
from reportgen.facts.table import FactSet, Omission
from reportgen.facts.tally import Scopes, Tally, add_up, regroup, turned
from reportgen.facts.units import load_units, unit_names, with_units
from reportgen.facts.views import dictionary_of, own_views, with_metrics
from reportgen.facts.whole import concentrations, medians
from reportgen.facts.window import Windows, openings_of
from reportgen.facts.wording import ColumnWords
from reportgen.frames import Frames, build_frames
from reportgen.frames.dates import AsOf
from reportgen.protocols import Engine, Progress, Silent
from reportgen.sources import open_source, place_of
from reportgen.sources.origin import Origin
from reportgen.sources.table import SourceTable

_MONTHS_OF_A_TREND = 4
"""Month-ends from which three changes can be told: fewer are no history."""


def gather(context: RunContext, request: Request | None = None, progress: Progress | None = None) -> FactSet:
    """All facts of the job for the context's period.

    Raises SourceError (4), DataRefused (5), JobError (2); writes nothing outside the context's work folder.
    """
    from reportgen.facts.execute import DuckEngine

    progress, request = progress or Silent(), request or Request()
    job = context.job
    asof = AsOf.of(job, context.period)
    engine = DuckEngine(context.work)
    roles = [role for role in job.frames if not request.roles or role in request.roles]
    wanted = {source for role in roles for source in job.frames[role].from_}
    try:
        sources: dict[str, SourceTable] = {}
        for name, spec in job.sources.items():
            if name in wanted:
                progress.stage("sources", f"{name}: {place_of(spec)}")
                sources[name] = open_source(name, spec, context, engine)
        progress.stage("frames", ", ".join(roles))
        frames = build_frames(sources, context, engine, asof, roles)
        return _Gathering(context, request, progress, engine, asof, frames, sources).facts()
    finally:
        engine.close()


@dataclass
class _Gathering:
    """The state of one gathering: what was fetched so far and the facts made of it."""

    context: RunContext
    request: Request
    progress: Progress
    engine: Engine
    asof: AsOf
    frames: Frames
    sources: Mapping[str, SourceTable]
    dimensions: dict[str, Dimension] = field(default_factory=dict)
    views: dict[str, DimensionView] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    scopes: Scopes = field(default_factory=lambda: Scopes({}))

    def facts(self) -> FactSet:
        job, asof = self.context.job, self.asof
        columns = {column for frame in self.frames.by_role.values() for column in frame.kinds}
        if "birth_date" in columns:
            columns.add("age")
        self.dimensions, defaults, omissions = choose_dimensions(
            job, columns, self.context.shared("config", "dimensions")
        )
        cut = [name for name, one in self.dimensions.items() if not isinstance(one, Groups)]
        members = build_members(self.frames, job, asof, self.dimensions, self.engine)
        self._scopes(members)
        days = {"period": asof.closing_day}
        if asof.opening_day:
            days["since"] = asof.opening_day
        windows = Windows.of(asof, self.frames.days)
        builder = FactBuilder(
            load_metrics(self.context.shared("config", "metrics")),
            asof.period.label,
            asof.opening.label if asof.opening else "",
            openings_of(job, windows),
        )
        self.progress.stage("facts", "stocks")
        self._fetch(plan.stock(members, cut, days, self.request, self.frames.by_role))
        self._views()
        self._stocks(builder, members)
        for at, scope, result in concentrations(self.engine, members, self.scopes, exact=job.concentration == "exact"):
            stocks.concentration(builder, scope, at, result)
        seen = {} if "contacts" in self.frames.by_role else days
        medians(self.engine, builder, members, self.scopes, job.medians, self.views, seen)
        if asof.opening:
            self.progress.stage("facts", "flows")
            self._flows(builder, members, cut)
        self._campaigns(builder, members, cut)
        bench = Bench(
            self.context, self.engine, self.frames, members, windows, self.scopes, self.dimensions, self.views, builder,
            self.request,
        )
        asked = self._asked(bench)
        for measure in MEASURES:
            if asked is None or not asked.isdisjoint(measure.metrics):
                self.progress.stage("facts", measure.run.__name__)
                with builder.only(measure.metrics, asked):
                    measure.run(bench)
        return FactSet(
            period=builder.period,
            since=builder.since,
            as_of=asof.closing_day.isoformat(),
            since_as_of=asof.opening_day.isoformat() if asof.opening_day else "",
            currency=job.currency,
            facts=self._ordered(builder),
            dimensions={
                **self.views,
                **own_views(builder.facts.values(), self.views, with_metrics(self._words(), builder.metrics)),
            },
            metrics=builder.metrics,
            origins=tuple(self._origin(source.origin) for source in self.sources.values()),
            quality=(*self.frames.quality, *bench.quality),
            omissions=(*omissions, *self._lacking(builder, members)),
            defaults=(*stated_defaults(job), *defaults),
            history=windows.labels,
            previous=windows.previous,
            year_ago=windows.year_ago,
            openings=builder.openings,
            units=unit_names(load_units(self.context)),
            regions=self.scopes.regions(),
            queries=dict(self.engine.queries),
            query_of=builder.query_of,
        )

    def _asked(self, bench: Bench) -> frozenset[str] | None:
        """The metrics somebody prints or judges, and those for which the data hold a plan; None for all."""
        asked = self.request.metrics
        if asked is None or not bench.has("targets", "metric_id"):
            return asked
        planned = bench.rows("planned metrics", bench.table("targets").select("metric_id").distinct())
        return asked | {str(name) for name in planned["metric_id"]}

    def _ordered(self, builder: FactBuilder) -> tuple[Fact, ...]:
        """Facts in the order of scopes, metrics, dates and segments, whatever order the engine answered in."""
        metrics = {name: place for place, name in enumerate(builder.metrics)}
        segments = {
            (name, segment.id): place for name, one in self.views.items() for place, segment in enumerate(one.segments)
        }

        def place(fact: Fact) -> tuple[object, ...]:
            spot = segments.get((fact.dimension, fact.segment), len(segments))
            return (
                fact.scope != "bank",
                fact.scope,
                metrics[fact.metric],
                fact.since,
                fact.period,
                fact.dimension,
                spot,
                fact.segment,
                fact.against,
            )

        return tuple(sorted(builder.facts.values(), key=place))

    def _fetch(self, queries: Mapping[str, object]) -> None:
        for name, expression in queries.items():
            self.tallies[name] = add_up(self.engine.fetch(name, expression), self.scopes)

    def _origin(self, origin: Origin) -> Origin:
        """The origin with the dates this run took from it."""
        days = [day for day in self.frames.held.get(origin.name, ()) if day in self.asof.days]
        return replace(origin, as_of=", ".join(day.isoformat() for day in days))

    def _scopes(self, members: Members) -> None:
        """Learn the branches and regions. Raises DataRefused for numbers that cannot name a file."""
        rows = self.engine.fetch("scopes", members.everyone.select("branch", "region").distinct())
        unsafe = [
            Problem("frames.snapshots", f"{column}_id: {problem}.")
            for column in ("branch", "region")
            for name in sorted({str(one) for one in rows[column]} - {""})
            if (problem := branch_problem(name))
        ]
        if unsafe:
            raise DataRefused(unsafe, state="No report was made.", hint="Map these numbers in the column's `values`.")
        self.scopes = Scopes.build(dict(zip(map(str, rows["branch"]), map(str, rows["region"]), strict=True)))

    def _views(self) -> None:
        dictionary = self._words()
        for name, dimension in self.dimensions.items():
            tally = self._by(f"stock {name}", name)
            sizes: dict[str, int] = {}
            for (scope, at, segment, _), cell in tally.items():
                if scope == "bank":
                    sizes[segment] = (
                        max(sizes.get(segment, 0), cell["n"])
                        if at == "since"
                        else max(cell["n"], sizes.get(segment, 0))
                    )
            groups = dimension.groups if isinstance(dimension, Groups) else {}
            sizes |= {group: 1 for group in groups if group not in sizes}
            self.views[name] = view(name, self.dimensions, sizes, dictionary, self.context.job.currency)

    def _words(self) -> dict[str, ColumnWords]:
        words = dictionary_of(self.context.job, self.context.shared("config", "dimensions"))
        return with_units(words, load_units(self.context))

    def _by(self, query: str, name: str) -> Tally:
        """The tally of a query by a dimension; of a group, added up from its base dimension's."""
        dimension = self.dimensions.get(name)
        if isinstance(dimension, Groups):
            return regroup(self._by(query.removesuffix(name) + dimension.of, dimension.of), dimension.groups)
        return self.tallies[query]

    def _stocks(self, builder: FactBuilder, members: Members) -> None:
        whole = self.tallies["stock"]
        stocks.totals(builder, whole)
        for name, one in self.views.items():
            for part, scopes in self._seen(one):
                seen = {key: cell for key, cell in whole.items() if key[0] in scopes}
                stocks.by_dimension(builder, part, self._by(f"stock {name}", name), seen)
        if "stock rm" in self.tallies:
            stocks.managers(builder, self.tallies["stock rm"], whole)
        near = plan.under_floor(members, self.request)
        if near is not None:
            self._fetch({"under floor": near})
            for (scope, at, _, _), cell in self.tallies["under floor"].items():
                builder.add("near_threshold_up", scope, cell["near_up"], at=at, n=cell["near_up"], query="under floor")
        for first, second in self._crosses():
            stocks.crossed(builder, self.views[first], self.views[second], self._cross(members, first, second))

    def _seen(self, one: DimensionView) -> list[tuple[DimensionView, list[str]]]:
        """A dimension as scopes see it: of branches and regions, the bank all and a region its own branches."""
        everywhere = self.scopes.all()
        if not one.spatial:
            return [(one, everywhere)]
        seen = [(one, ["bank"])]
        for region in everywhere if one.column == "branch_id" else ():
            if region.startswith("region:"):
                mine = tuple(part for part in one.segments if region in self.scopes.of(part.id))
                seen.append((replace(one, segments=mine), [region]))
        return seen

    def _crosses(self) -> list[tuple[str, str]]:
        return [pair for pair in self.request.crosses if all(name in self.views for name in pair)]

    def _cross(self, members: Members, first: str, second: str) -> Tally:
        bases = [one.of if isinstance(one := self.dimensions[name], Groups) else name for name in (first, second)]
        query = f"cross {bases[0]} {bases[1]}"
        if query not in self.tallies:
            self._fetch({query: plan.cross(members, bases[0], bases[1])})
        tally = self.tallies[query]
        for place, name in enumerate((first, second)):
            dimension = self.dimensions[name]
            if isinstance(dimension, Groups):
                tally = regroup(tally if place == 0 else turned(tally), dimension.groups)
                tally = tally if place == 0 else turned(tally)
        return tally

    def _flows(self, builder: FactBuilder, members: Members, cut: list[str]) -> None:
        pane = self.engine.store("panel", plan.panel(members, cut))
        queries = plan.flow(pane, cut)
        moved = self.engine.fetch("flow moved", queries.pop("flow moved"))
        self._fetch(queries)
        scopes = self.scopes.all()
        flows.totals(
            builder,
            scopes,
            self.tallies["stock"],
            self.tallies["flow out"],
            self.tallies["flow in"],
            self._moved(moved.to_dict("records")),
            self.asof.period.months_since(self.asof.opening),  # type: ignore[arg-type]
            self._tracked(members),
        )
        for name, one in self.views.items():
            out, came = self._by(f"flow out {name}", name), self._by(f"flow in {name}", name)
            for part, seen in self._seen(one):
                flows.by_dimension(builder, part, seen, out, came)
        if "tier" in members.columns:
            self._fetch({"migration": plan.migration(members)})
            flows.migration(builder, self.tallies["migration"])

    def _moved(self, rows: Iterable[Mapping[Hashable, Any]]) -> dict[str, tuple[int, int, int, int]]:
        """Who crossed a scope's border: a move between two branches of one region stays inside it."""
        moved: dict[str, tuple[int, int, int, int]] = {}
        for row in rows:
            origin, target = self.scopes.of(str(row["origin"])), self.scopes.of(str(row["branch"]))
            n, aum = int(row["n"]), int(row["aum"])
            for scope in set(origin) ^ set(target):
                in_n, in_aum, out_n, out_aum = moved.get(scope, (0, 0, 0, 0))
                if scope in target:
                    moved[scope] = (in_n + n, in_aum + aum, out_n, out_aum)
                else:
                    moved[scope] = (in_n, in_aum, out_n + n, out_aum + aum)
        return moved

    def _tracked(self, members: Members) -> bool:
        """Whether the closing rows hold customers outside the population, so that losses can be told apart."""
        if not self.context.job.population:
            return False
        table = members.everyone
        outside = table.filter((table["at"] == "period") & ~table.counted)
        return bool(self.engine.fetch("tracked", outside.aggregate(n=outside.count()))["n"].iloc[0])

    def _campaigns(self, builder: FactBuilder, members: Members, cut: list[str]) -> None:
        named: list[DimensionView | None] = [None, *self.views.values()]
        campaigns = self.frames.by_role.get("campaigns")
        if campaigns is not None:
            self._fetch(plan.campaign(members, campaigns.table, cut))
            everyone = {
                scope: (cell["converted"], cell["reached"])
                for (scope, _, _, _), cell in self.tallies["campaign"].items()
            }
            for one in named:
                tally = self._by(f"campaign {one.id}" if one else "campaign", one.id if one else "")
                stocks.conversions(builder, one, tally)
                if one:
                    rates = {
                        (scope, segment): (cell["converted"], cell["reached"])
                        for (scope, _, segment, _), cell in tally.items()
                        if segment in {known.id for known in one.segments}
                    }
                    stocks.over_index(
                        builder, one, rates, everyone, "attribute=campaign_conversion", f"campaign {one.of or one.id}"
                    )

    def _lacking(self, builder: FactBuilder, members: Members) -> list[Omission]:
        """Metrics that came to nothing because the data lacks what they need."""
        job = self.context.job
        have = {f"{role}.{column}" for role, frame in self.frames.by_role.items() for column in frame.kinds}
        have |= {f"snapshots.{column}" for column in members.columns}
        if self.asof.opening:
            have.add("two dates")
        if any(job.floor_of(one.tier, self.asof.closing_day) is not None for one in job.tiers):
            have.add("job.tiers")
        if self.asof.period.kind == "month" and len(self.asof.history(self.frames.days)) >= _MONTHS_OF_A_TREND:
            have.add("monthly dates")
        made = {fact.metric for fact in builder.facts.values()}
        return [
            Omission(name, tuple(need for need in metric.needs if need not in have))
            for name, metric in builder.metrics.items()
            if name not in made and any(need not in have for need in metric.needs)
        ]
