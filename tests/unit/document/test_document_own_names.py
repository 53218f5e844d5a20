"""What a report says in its own words: names of metrics, shares of several metrics beside each other, two states."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from reportgen.config.check.placeholders import Names
from reportgen.config.check.templates import Wording, naming_problems
from reportgen.config.job import Job
from reportgen.config.loader import read
from reportgen.document.model import Document, Figure, Table
from reportgen.document.printer import Printer
from reportgen.document.report import Report
from reportgen.document.texts import TextFile
from reportgen.facts.fact import Fact

REPORT = """\
report: course
sections:
- id: tables
  blocks:
  - text: lead
  - table: {id: t_size, metrics: customers_total, at: [previous, period]}
  - matrix: {id: t_moves, share: true}
  - chart: {id: f_share, kind: share_bars, metrics: [customers_total, held], by: tier}
"""
TEXT = """\
title: 账户
sections: {tables: {title: 表}}
words: {metric.customers_total: 账户数, definition.customers_total: 账户的数目。}
entries: {lead: "账户{customers_total}，见{#t_size}和{#f_share}。"}
"""
SHARES = {"private": (113, 40), "affluent": (300, 35), "mass": (717, 25)}


@pytest.fixture(scope="module")
def document(load: Any, tmp_path_factory: pytest.TempPathFactory) -> Document:
    case = load("course_case")
    course = case.course_case(tmp_path_factory.mktemp("names"))
    folder = course.context.root
    (folder / "templates/course/report.yaml").write_text(REPORT, encoding="utf-8")
    (folder / "templates/course/text.zh-CN.yaml").write_text(TEXT, encoding="utf-8")
    kept = tuple(one for one in course.facts.facts if one.metric != "migration_matrix")
    more = [Fact("bank", "segment_share", case.NOW, n, 1130, "share", n, "tier", tier) for tier, (n, _) in
            SHARES.items()]
    more += [Fact("bank", "held", case.NOW, part, 100, "share", 100, "tier", tier) for tier, (_, part) in
             SHARES.items()]
    more += [Fact("bank", "migration_matrix", case.NOW, n, 1, "customers", n, "tier_from", row, f"tier_to={head}",
                  case.BEFORE) for row, head, n in (("private", "private", 90), ("private", "mass", 10),
                                                     ("mass", "private", 5), ("mass", "mass", 195))]
    share = case.metric("segment_share", "share", "ratio", "客群占比", "Share", "snapshots")
    facts = replace(course.facts, facts=(*kept, *more), metrics={**course.facts.metrics, "segment_share": share})
    made: Document = replace(course, facts=facts).document("zh-CN")
    return made


def blocks(document: Document) -> list[Any]:
    return [block for one in document.sections for block in one.blocks]


def shown(text: Any) -> str:
    return "".join(span.text for span in text).replace("\u00a0", " ")


def rows(document: Document, name: str) -> list[list[str]]:
    found = next(one for one in blocks(document) if isinstance(one, Table) and one.anchor == name)
    return [[shown(cell) for cell in row.cells] for row in found.rows]


def test_a_report_names_and_defines_a_metric_in_its_own_words(document: Document) -> None:
    assert rows(document, "t_size")[0][0].startswith("账户数")
    definition = next(row for row in rows(document, "a_definitions") if row[0] == "账户数")
    assert definition[2] == "账户的数目。"


def test_shares_of_two_metrics_stand_beside_each_other_under_their_names(document: Document) -> None:
    figure = next(one for one in blocks(document) if isinstance(one, Figure) and one.anchor == "f_share")
    assert [one.name for one in figure.data.series] == ["账户数", "持有率"]
    assert [[mark.text for mark in one.marks] for one in figure.data.series] == [
        ["10.0%", "26.5%", "63.5%"], ["40.0%", "35.0%", "25.0%"]]


def test_two_states_make_a_matrix_even_where_nobody_came_or_left(document: Document) -> None:
    assert rows(document, "t_moves") == [["private", "90（90.0%）", "10（10.0%）", "100"],
                                         ["mass", "5（2.5%）", "195（97.5%）", "200"]]


def test_own_words_for_a_metric_that_there_is_not_are_found(tmp_path: Path) -> None:
    report, text = tmp_path / "report.yaml", tmp_path / "text.yaml"
    report.write_text("report: x\nsections: []\n", encoding="utf-8")
    text.write_text("title: T\nwords: {metric.customer_total: 账户数, name.t: 表}\n", encoding="utf-8")
    own = read(text, TextFile)
    wording = Wording("zh-CN", str(text), own, TextFile(title="T"), str(text))
    found = list(naming_problems(read(report, Report), str(report), (wording,), Names(["customers_total"])))
    assert [one.message for one in found] == ["there is no metric 'customer_total'. Did you mean 'customers_total'?"]


def test_a_column_of_small_averages_takes_the_smaller_scale(load: Any) -> None:
    case = load("course_case")
    assets = Fact("bank", "aum_per_customer", case.NOW, 1_200_000, 1, "money_per_customer", 1)
    known = case.metric("aum_per_customer", "money_per_customer", "ratio", "户均", "Each", "snapshots")
    facts = replace(case.course_facts(), facts=(assets,), metrics={known.id: known})
    printer = Printer(facts, Job.model_construct(rounding="half_up"), "zh-CN", "bank")
    small, large = (printer.column("money_per_customer", [Fraction(one) for one in values])
                    for values in ((894_448, 19_396), (1_200_000, 19_396)))
    assert (small.head, small.bare(Fraction(894_448))) == ("元", "8,944.48")
    assert (large.head, large.bare(Fraction(1_200_000))) == ("万元", "1.20")
