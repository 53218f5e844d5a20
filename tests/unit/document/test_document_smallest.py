"""The smallest job: a customer number, an amount, a date. Nothing is empty and nothing dangles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reportgen.config.job import Job
from reportgen.document.model import Actions, Document, Figure, Issues, Paragraph, Table
from reportgen.facts.segment import DimensionView, Segment
from reportgen.facts.table import FactSet

if TYPE_CHECKING:
    from document_case import Case

@pytest.fixture(scope="module")
def smallest(load: Any, tmp_path_factory: pytest.TempPathFactory) -> Case:
    gathering = load("taihu_facts").Gathering()
    counts = {"0-10000": (8, 4_000_000), "10000-50000": (46, 121_790_000), "50000+": (66, 2_000_000_000)}
    n, aum = sum(one for one, _ in counts.values()), sum(money for _, money in counts.values())
    for metric, num, den in (("customers_total", n, 1), ("aum_point", aum, 1), ("aum_per_customer", aum, n),
                             ("top10_concentration", 1, 2), ("top20_share", 3, 4), ("customers_for_80", 1, 4),
                             ("gini", 2, 3), ("aum_negative", 0, 1), ("aum_zero", 0, 1)):
        gathering.add(metric, num, den, n=n)
    for step in range(10, 101, 10):
        gathering.add("lorenz_share", step**2, 10_000, cell=("lorenz", str(step)), n=n)
    for band, (count, money) in counts.items():
        cell = ("aum_band", band)
        gathering.add("customers_total", count, cell=cell, n=count)
        gathering.add("aum_point", money, cell=cell, n=count)
        gathering.add("aum_per_customer", money, count, cell=cell)
        gathering.add("band_share", count, n, cell=cell)
        gathering.add("band_aum_share", money, aum, cell=cell, n=count)
    segments = tuple(Segment(one, {"zh-CN": one, "en": one}) for one in counts)
    view = DimensionView("aum_band", "band", "aum", {"zh-CN": "资产段", "en": "Assets"}, segments, "main")
    facts = FactSet("2011-05", "", "2011-05-31", "", "CNY", tuple(gathering.facts), {"aum_band": view}, gathering.metrics)
    job = Job.model_validate({
        "job": "smallest", "report": "characteristics", "currency": "CNY",
        "sources": {"s": {"type": "csv", "path": "s.csv"}},
        "frames": {"snapshots": {"from": "s", "columns": {"customer_id": "id", "aum": {"column": "a", "unit": "元"}}}},
    })
    return load("document_case").case_of(job, "2011-05", facts, tmp_path_factory.mktemp("output"))


@pytest.fixture(scope="module", params=["zh-CN", "en"])
def document(smallest: Case, request: pytest.FixtureRequest) -> Document:
    return smallest.document(request.param)


def test_only_what_the_data_carries_remains(document: Document) -> None:
    ids = [one.id for one in document.sections if not one.id.startswith("appendix")]
    assert ids == ["summary", "key_findings", "introduction", "characteristics", "assets", "concentration", "issues",
                   "suggestions", "follow_up", "conclusion", "seal"]


def test_nothing_is_empty(document: Document) -> None:
    for place, one in enumerate(document.sections):
        follows = document.sections[place + 1].level == 2 if place + 1 < len(document.sections) else False
        assert one.title
        assert one.blocks or follows
        for block in one.blocks:
            if isinstance(block, Table):
                assert block.rows
            elif isinstance(block, Figure):
                assert any(series.marks for series in block.data.series)
            elif isinstance(block, Paragraph):
                assert "".join(span.text for span in block.text).strip()
            elif isinstance(block, Issues):
                assert block.issues or block.empty
            elif isinstance(block, Actions):
                assert block.actions or block.empty


def test_nothing_is_said_of_two_dates(document: Document) -> None:
    said = " ".join(span.text for one in document.sections for block in one.blocks if isinstance(block, Paragraph)
                    for span in block.text if one.id != "introduction" and not one.id.startswith("appendix"))
    assert not any(word in said for word in ("期初", "净增", "毛新增", "opening", "gross new"))


def test_what_is_missing_is_named_with_what_would_open_it(document: Document) -> None:
    omissions = next(block for one in document.sections for block in one.blocks
                     if isinstance(block, Table) and block.anchor == "a_omissions")
    missing = ["".join(span.text for span in row.cells[0]) for row in omissions.rows]
    wanted = {"zh-CN": "客户快照的年龄", "en": "age in the customer snapshots"}[document.locale]
    assert wanted in missing
