"""What `templates/<report>/report.yaml` may say: sections in order, blocks in each, what they need."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from reportgen.config.frame import Role
from reportgen.config.loader import read
from reportgen.config.model import Id, Model
from reportgen.context import Shelf
from reportgen.document.sentence import slot
from reportgen.errors import Problem, TemplateError
from reportgen.findings.request import TestRequest
from reportgen.findings.rule import RuleId

At = Literal["since", "period", "previous", "year_ago"]
"""Dates a report prints: the comparison's opening, this period, the period before (环比), a year before (同比)."""
Earlier = Literal["since", "previous", "year_ago"]
MOST_ROWS = 60


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Some = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
SORT = r"^\S+( (asc|desc))?$"


class GridRow(Model):
    """A row of a table whose cells are named one by one."""

    row: Id = Field(description="Key of its words: `<table>.<row>` in the text file.")
    cells: tuple[str | None, ...]
    role: Literal["", "total", "of_which"] = ""


class TableBlock(Model):
    """Metrics against dates; or segments of `by` against metrics; or a grid named cell by cell."""

    id: Id
    metrics: Some = Field((), validation_alias="metrics", description="metric[@since][!interval], one a column or row.")
    metric: str | None = None
    by: Id | None = Field(None, description="Dimension, or the column it is cut from.")
    at: Annotated[tuple[At, ...], BeforeValidator(_as_list)] = ("period",)
    share: bool = False
    total: bool = False
    change: bool = Field(False, description="Rows of metrics: net change and its rate since the opening.")
    changes: Annotated[tuple[Earlier, ...], BeforeValidator(_as_list)] = Field(
        (), description="A column each of what changed since then: % of amounts and counts, points of shares."
    )
    plan: bool = Field(False, description="Rows of metrics: the plan and its attainment, where the bank has targets.")
    sort: Annotated[str, StringConstraints(pattern=SORT)] | None = Field(
        None, description="Rows of segments in the order of `metric [asc|desc]`; desc if neither is said."
    )
    limit: int | None = Field(
        None, ge=1, le=MOST_ROWS, description="So many segments on the page; the note says how many more there are."
    )
    of_which: tuple[Id, ...] = Field((), description="Metrics of a subset, marked as such: never a flow.")
    each: Id | None = Field(
        None, description="Dimension whose segments (products) make a column each of a metric written metric[*]."
    )
    when_found: bool = Field(False, description="Only where a finding judges a segment of `by` on one of `each`.")
    heads: tuple[Id, ...] = Field((), description="Keys of a grid's column heads.")
    grid: tuple[GridRow, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        return self.metrics or ((self.metric,) if self.metric else ())

    @model_validator(mode="after")
    def _one_shape(self) -> TableBlock:
        if bool(self.asked) == bool(self.grid):
            raise ValueError("give either metrics or a grid")
        if (self.each is not None) != any("[*]" in one for one in self.asked):
            raise ValueError("`each` and a metric written metric[*] go together")
        if self.when_found and self.each is None:
            raise ValueError("when_found needs each")
        if (self.changes or self.plan) and self.grid:
            raise ValueError("a grid has no changes and no plan; give metrics")
        if self.plan and self.by:
            raise ValueError("plan stands in a table of metrics, which has no `by`")
        if (self.sort or self.limit) and not self.by:
            raise ValueError("sort and limit need `by`")
        if any(len(row.cells) != len(self.heads) for row in self.grid):
            raise ValueError("each row of a grid needs as many cells as there are heads")
        return self


class Rule(Model):
    """A threshold drawn in a chart: a rule's parameter as it applies to the job."""

    rule: RuleId
    param: Id


class ChartBlock(Model):
    """A chart of facts: a table's own (`from`), or a metric by a dimension."""

    id: Id
    kind: Literal[
        "bars", "histogram", "interval", "lorenz", "share_bars", "dumbbell", "pyramid", "slope", "trend",
        "small_multiples", "funnel", "sankey", "gap_strip", "heatmap",
    ]
    from_: Id | None = Field(None, alias="from", description="Table whose first metric, dimension and date it draws.")
    metrics: Some = ()
    by: Id | None = None
    at: Annotated[tuple[At, ...], BeforeValidator(_as_list)] = ("period",)
    share: bool = Field(False, description="Print each segment's share beside its count.")
    bracket: Id | None = Field(None, description="Group dimension whose largest group is bracketed.")
    mark: Literal["largest", "none"] = "largest"
    against: Id | None = Field(None, description="Second dimension: the columns of a heatmap.")
    each: Id | None = Field(
        None, description="Dimension of which each segment gets bars of its own, of a metric written metric[*]."
    )
    ghost: Literal["year_ago", "whole"] | None = Field(
        None, description="Grey line behind a trend (the year before) or small multiples (the whole as well)."
    )
    last: int | None = Field(None, ge=3, le=61, description="Only so many of the latest periods of a trend.")
    panel: Literal["lines", "bars"] = Field("lines", description="What each of the small multiples holds.")
    skip: tuple[str, ...] = Field((), description="Segments not drawn, such as the lost leads of a funnel.")
    sort: Literal["asc", "desc"] | None = Field(None, description="Bars by size instead of the dimension's order.")
    limit: int | None = Field(None, ge=2, le=MOST_ROWS, description="Only so many segments, after sorting.")
    threshold: Rule | None = None
    half: bool = False
    needs: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fits_its_kind(self) -> ChartBlock:
        if (self.kind == "heatmap") != (self.against is not None):
            raise ValueError("a heatmap, and no other kind, has `against`")
        if self.kind in ("small_multiples", "funnel", "gap_strip", "slope", "heatmap") and not (self.by or self.from_):
            raise ValueError(f"{self.kind} needs `by`")
        if self.kind in ("trend", "small_multiples", "funnel", "gap_strip", "heatmap") and not self.metrics:
            raise ValueError(f"{self.kind} needs `metrics`")
        if self.ghost == "whole" and self.kind != "small_multiples":
            raise ValueError("`ghost: whole` stands in small_multiples")
        if self.ghost is not None and self.kind not in ("trend", "small_multiples"):
            raise ValueError("`ghost` stands in a trend or small_multiples")
        if self.each is not None and (self.kind != "bars" or not any("[*]" in one for one in self.metrics)):
            raise ValueError("`each` stands in bars of a metric written metric[*]")
        return self


class BridgeBlock(Model):
    """The waterfall from opening to closing, of customers or of assets."""

    id: Id
    metric: Literal["customers_total", "aum_point"]
    half: bool = False


class TestBlock(Model):
    """A claim that two dimensions go together: drawn and told only if it holds."""

    id: Id
    dimension: Id
    against: Id
    at: Literal["since", "period"] = "period"


class MatrixBlock(Model):
    """Tier at the opening against tier at the close."""

    id: Id
    share: bool = Field(False, description="Print behind each count its share of the row.")


class CompareBlock(Model):
    """A branch or region beside the averages of its region and the bank; nothing in the bank's own report."""

    id: Id
    metrics: Some = Field(min_length=1)


class FollowUpBlock(Model):
    """The last edition's issues: what became of each, and what its owner answered."""

    id: Id = "t_follow_up"
    text: bool = Field(True, description="Begin with a sentence that counts them.")


class CommentBlock(Model):
    """The unit head's signed comment, where there is one."""


class FindingsBlock(Model):
    top: int | None = Field(None, ge=1)
    all: bool = False


class ActionsBlock(Model):
    top: int | None = Field(None, ge=1)
    cite: Id | None = Field(None, description="Section whose issues are cited.")


class TextBlock(Model):
    entry: str
    role: Literal["body", "lead", "headline", "note"] = "body"


class PageBreakBlock(Model):
    """A new page."""


def _text_short_form(value: object) -> object:
    return {"entry": value} if isinstance(value, str) else value


class BlockEntry(Model):
    """One block: a single key says its kind."""

    kpis: tuple[str, ...] | None = None
    findings: FindingsBlock | None = None
    actions: ActionsBlock | None = None
    text: Annotated[TextBlock, BeforeValidator(_text_short_form)] | None = None
    note: str | None = None
    table: TableBlock | None = None
    chart: ChartBlock | None = None
    bridge: BridgeBlock | None = None
    matrix: MatrixBlock | None = None
    compare: CompareBlock | None = None
    follow_up: FollowUpBlock | None = None
    comment: CommentBlock | None = None
    test: TestBlock | None = None
    page_break: PageBreakBlock | None = Field(None, alias="page-break")

    @model_validator(mode="after")
    def _exactly_one(self) -> BlockEntry:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"a block has one kind; give one of {', '.join(type(self).model_fields)}")
        return self

    @property
    def kind(self) -> str:
        return next(iter(self.model_fields_set))

    @property
    def settings(self) -> Any:
        """The settings of its kind."""
        return getattr(self, self.kind)

    @property
    def metrics(self) -> tuple[str, ...]:
        """All texts that name a metric, as they stand."""
        if self.kpis is not None:
            return self.kpis
        if self.table is not None:
            cells = (cell for row in self.table.grid for cell in row.cells if cell)
            return (*self.table.asked, *self.table.of_which, *cells)
        if self.chart is not None and self.chart.kind == "sankey":
            return ("migration_matrix",)
        if self.matrix is not None:
            return ("migration_matrix",)
        if self.bridge is not None:
            return ("customers_bridge" if self.bridge.metric == "customers_total" else "aum_bridge",)
        return tuple(getattr(self.settings, "metrics", ()))


def _block_short_form(value: object) -> object:
    return {value: {}} if isinstance(value, str) else value


class SectionEntry(Model):
    id: Id
    numbered: bool = True
    new_page: bool = False
    needs: tuple[str, ...] = Field((), description="`role.column` without which the section is left out.")
    blocks: tuple[Annotated[BlockEntry, BeforeValidator(_block_short_form)], ...] = ()
    sections: tuple[SectionEntry, ...] = ()

    def all(self) -> tuple[SectionEntry, ...]:
        """Itself and every section within."""
        return (self, *(inner for one in self.sections for inner in one.all()))


class Report(Model):
    """One report as data."""

    report: Id
    needs: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="Role to columns it cannot do without.")
    roles: tuple[Role, ...] = Field((), description="Tables it reads; none reads all that a job supplies.")
    rules: tuple[RuleId, ...] = ()
    sections: tuple[SectionEntry, ...]

    def blocks(self) -> tuple[BlockEntry, ...]:
        """Every block, in order."""
        return tuple(block for top in self.sections for one in top.all() for block in one.blocks)

    def tests(self) -> tuple[TestRequest, ...]:
        """The cross tables that its `test` blocks ask for: what `findings.detect` must be given."""
        asked = (block.test for block in self.blocks() if block.test is not None)
        return tuple(TestRequest(one.dimension, one.against, one.at) for one in asked)

    def crosses(self) -> tuple[tuple[str, str], ...]:
        """Pairs of dimensions by which customers must be counted: those tested, and those a heatmap of them draws."""
        drawn = (
            (block.chart.against, block.chart.by) for block in self.blocks()
            if block.chart is not None and block.chart.kind == "heatmap"
            and any(text.startswith("customers_total") for text in block.chart.metrics)
        )
        pairs = [(one.against, one.dimension) for one in self.tests()]
        pairs += [(against, by) for against, by in drawn if against and by]
        return tuple(dict.fromkeys(pairs))

    def compared(self) -> frozenset[str]:
        """Metrics that a unit's report sets beside the averages of its region and the bank."""
        asked = (block.compare for block in self.blocks() if block.compare is not None)
        return frozenset(slot(text).name for one in asked for text in one.metrics)

    @model_validator(mode="after")
    def _ids_are_single(self) -> Report:
        ids = [one.id for top in self.sections for one in top.all()] + [
            block.settings.id for block in self.blocks() if hasattr(block.settings, "id")
        ]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"the id {twice[0]} stands twice; sections, tables and figures share one set of ids")
        return self


def load_report(context: Shelf, name: str) -> Report:
    """The report of a folder under `templates/`; TemplateError where its file is wrong or of another name."""
    path = context.shared("templates", name, "report.yaml")
    report = read(path, Report, error=TemplateError, state="No page was made.")
    if report.report != name:
        raise TemplateError(Problem(str(path), f"the file calls itself '{report.report}', its folder is '{name}'."))
    return report
