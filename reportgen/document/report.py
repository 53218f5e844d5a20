"""What `templates/<report>/report.yaml` may say: sections in order, blocks in each, what they need."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from reportgen.config.loader import read
from reportgen.config.model import Id, Model
from reportgen.context import RunContext
from reportgen.errors import Problem, TemplateError
from reportgen.findings.request import TestRequest
from reportgen.findings.rule import RuleId

At = Literal["since", "period"]


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Some = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


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
    change: bool = False
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
    kind: Literal["bars", "histogram", "interval", "lorenz", "share_bars", "dumbbell", "pyramid"]
    from_: Id | None = Field(None, alias="from", description="Table whose first metric, dimension and date it draws.")
    metrics: Some = ()
    by: Id | None = None
    at: Annotated[tuple[At, ...], BeforeValidator(_as_list)] = ("period",)
    share: bool = Field(False, description="Print each segment's share beside its count.")
    bracket: Id | None = Field(None, description="Group dimension whose largest group is bracketed.")
    mark: Literal["largest", "none"] = "largest"
    threshold: Rule | None = None
    half: bool = False
    needs: tuple[str, ...] = ()


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
    at: At = "period"


class MatrixBlock(Model):
    """Tier at the opening against tier at the close."""

    id: Id


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

    kpis: tuple[Id, ...] | None = None
    findings: FindingsBlock | None = None
    actions: ActionsBlock | None = None
    text: Annotated[TextBlock, BeforeValidator(_text_short_form)] | None = None
    note: str | None = None
    table: TableBlock | None = None
    chart: ChartBlock | None = None
    bridge: BridgeBlock | None = None
    matrix: MatrixBlock | None = None
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
    rules: tuple[RuleId, ...] = ()
    sections: tuple[SectionEntry, ...]

    def blocks(self) -> tuple[BlockEntry, ...]:
        """Every block, in order."""
        return tuple(block for top in self.sections for one in top.all() for block in one.blocks)

    def tests(self) -> tuple[TestRequest, ...]:
        """The cross tables that its `test` blocks ask for: what `findings.detect` must be given."""
        asked = (block.test for block in self.blocks() if block.test is not None)
        return tuple(TestRequest(one.dimension, one.against, one.at) for one in asked)

    @model_validator(mode="after")
    def _ids_are_single(self) -> Report:
        ids = [one.id for top in self.sections for one in top.all()] + [
            block.settings.id for block in self.blocks() if hasattr(block.settings, "id")
        ]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"the id {twice[0]} stands twice; sections, tables and figures share one set of ids")
        return self


def load_report(context: RunContext, name: str) -> Report:
    """The report of a folder under `templates/`; TemplateError where its file is wrong or of another name."""
    path = context.shared("templates", name, "report.yaml")
    report = read(path, Report, error=TemplateError, state="No page was made.")
    if report.report != name:
        raise TemplateError(Problem(str(path), f"the file calls itself '{report.report}', its folder is '{name}'."))
    return report
