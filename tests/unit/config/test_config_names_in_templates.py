"""Names in a report's files and in the rules that name nothing: each at its place, in words that help."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen.config.check import job_problems, notices, template_problems
from reportgen.config.check.threshold import threshold_fault

REPORT = """\
report: tiny
rules: [r_contact_gap]
sections:
- id: size
  blocks:
  - kpis: [customers_total]
  - text: size.lead
  - note: size.note
  - table: {id: t, metrics: [customers_total, aum_point!bare], by: age_band, of_which: [aum_zero]}
  - chart: {id: f, kind: bars, from: t, threshold: {rule: r_contact_gap, param: days}}
  - table: {id: g, heads: [n], grid: [{row: a, cells: [aum_negative]}]}
  sections:
  - {id: change, blocks: [page-break]}
"""
TEXT = """\
title: 小报告
sections: {size: {title: 规模}, change: {title: 变动, subtitle: 副题}}
words: {name.t: 表, name.f: 图, name.g: 格, g.head: 项, g.n: 户数, g.a: 负}
entries:
  size.lead:
  - "共{customers_total}，见{#t}，{date.period}，{confidence}。"
  - {text: "{let.top.segment}{aum_point[age_band=$top]}", let: {top: {largest: customers_total, by: age_band}}}
  - first:
    - {text: 无, when: {has: gini, found: r_contact_gap}}
  size.note: 注
  t.title: 题
  f.note: 注
  kpi.customers_total: 户
"""
RULE = """\
r_own:
  severity: low
  basis: proposal
  needs: [snapshots.aum, surveys.csat_1_5, two dates]
  params: {min_n: {value: 30, unit: customers}, least: {value: 0.5, unit: share}}
  judge: {detector: threshold, conditions: [{metric: coverage_rate, below: least}]}
  suggestions: [s_own]
  title: {zh-CN: 题, en: Title}
  text: {zh-CN: "{finding.value}低于{finding.param.least}", en: "{coverage_rate} of {finding.n}"}
"""
SUGGESTION = """\
s_own:
  title: {zh-CN: 题, en: Title}
  text: {zh-CN: 句, en: Text}
  owner: {zh-CN: 人, en: Owner}
  check: {zh-CN: "{coverage_rate}", en: Check}
  due_days: 30
"""


def _place(path: Path, at: str) -> str:
    before = path.read_text(encoding="utf-8").partition(at)[0]
    return f"{path}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


@pytest.fixture
def files(workspace: Any) -> dict[str, Path]:
    root = workspace.root
    made = {
        "report": (root / "templates" / "tiny" / "report.yaml", REPORT),
        "text": (root / "templates" / "tiny" / "text.zh-CN.yaml", TEXT),
        "rule": (root / "config" / "rules" / "own.yaml", RULE),
        "suggestion": (root / "config" / "suggestions" / "own.yaml", SUGGESTION),
    }
    for name in ("report", "text"):
        path, text = made[name]
        path.write_text(text, encoding="utf-8")
    return {name: path for name, (path, _) in made.items()}


def test_sound_files_have_no_problems(workspace: Any, files: dict[str, Path]) -> None:
    assert files
    job, context = workspace.open()
    assert list(template_problems(job, context)) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "at", "message"),
    [
        ("report", "kpis: [customers", "kpis: [custmers", "custmers", "kpis: there is no metric 'custmers_total'. Did"),
        ("report", "aum_point!bare", "aum_pint!bare", "aum_pint", "table t: there is no metric 'aum_pint'. Did you mean"),
        ("report", "aum_point!bare", "aum_point!bold", "aum_point!bold", "asks for the style 'bold'"),
        ("report", "[aum_zero]", "[aum_zro]", "aum_zro", "table t: there is no metric 'aum_zro'"),
        ("report", "[aum_negative]", "[aum_negatve]", "aum_negatve", "table g: there is no metric 'aum_negatve'"),
        ("report", "from: t,", "from: tt,", "tt,", "chart f: there is no table 'tt'. Did you mean 't'? Tables: t, g."),
        ("report", "param: days", "param: day", "day}}", "has no parameter 'day'. Did you mean 'days'?"),
        ("report", "[r_contact_gap]", "[r_contact_gp]", "r_contact_gp", "defines 'r_contact_gp'. Did you mean 'r_contact"),
        ("report", "id: change", "id: chnge", "chnge", "'chnge' has no title in "),
        ("report", "text: size.lead", "text: size.leed", "size.leed", "there is no text entry 'size.leed' in "),
        ("report", "note: size.note", "note: size.nope", "size.nope", "there is no text entry 'size.nope' in "),
        ("report", "id: g,", "id: gg,", "gg,", "words.gg.head is missing in "),
        ("report", "by: age_band, of", "by: age_bnd, of", "age_bnd", "no dimension 'age_bnd'. Did you mean 'age_band'?"),
        ("report", "by: age_band, of", "by: age_band, sort: aum_pont desc, of", "aum_pont", "no metric 'aum_pont'. Did"),
        ("report", "[page-break]", "[{compare: {id: c, metrics: [ginni]}}]", "ginni", "compare c: there is no metric 'ginni'"),
        ("report", "[page-break]", "[{chart: {id: tr, kind: trend, metrics: [gini, aum_point]}}]", "[gini, aum", "different units"),
        ("report", "rules: [r", "roles: [holdings]\nrules: [r", "customers_total]", "kpis: customers_total is made of snapshots, which the"),
        ("text", "{customers_total}", "{customers_total!moved}", '"共', "!moved needs the date it moved from"),
        ("report", "heads: [n]", "heads: [m]", "m]", "words.g.m is missing in "),
        ("text", "{customers_total}", "{custmers_total}", '"共', "{custmers_total}: there is no metric 'custmers_total'. Did"),
        ("text", "{#t}", "{#u}", '"共', "the report has no table or figure 'u'."),
        ("text", "{date.period}", "{date.end}", '"共', "{date.end}: there are date.since, date.period, date.previous, date.year_ago."),
        ("text", "let.top.seg", "let.tip.seg", '"{let', "no let chooses 'tip'. Did you mean 'top'?"),
        ("text", "top.segment", "top.name", '"{let', "of a chosen segment there are segment,"),
        ("text", "=$top]", "=$tip]", '"{let', "no let chooses 'tip'"),
        ("text", "largest: customers_total", "largest: custmers_total", "custmers", "no metric 'custmers_total'"),
        ("text", "has: gini", "has: gni", "gni", "there is no metric 'gni'"),
        ("text", "found: r_contact_gap", "found: r_nothing", "r_nothing", "there is no rule 'r_nothing'"),
        ("text", "title: 变动", "title: 5月变动", "5月", "'5月变动' holds the digit 5; a figure needs a placeholder."),
        ("text", "name.t: 表", "name.t: 表3", "表3", "words.name.t: '表3' holds the digit 3"),
        ("text", "f.note", "f.nte", "f.nte", "entries.f.nte: nothing in the report uses it. Did you mean 'f.note'?"),
        ("text", "size: {title", "sise: {title", "sise", "sections.sise: the report has no such section. Did you mean 'size'"),
    ],
)
def test_a_name_that_names_nothing(
    workspace: Any, files: dict[str, Path], file: str, old: str, new: str, at: str, message: str
) -> None:
    path = files[file]
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = list(template_problems(*workspace.open()))
    assert [problem.place for problem in found if message in problem.message] == [_place(path, at)], found


@pytest.mark.parametrize(
    ("file", "old", "new", "at", "message"),
    [
        ("rule", "metric: coverage_rate", "metric: coverage_rat", "coverage_rat,", "r_own: there is no metric 'coverage_rat'"),
        ("rule", "snapshots.aum", "snapshot.aum", "snapshot.aum", "no role 'snapshot'. Did you mean 'snapshots'?"),
        ("rule", "snapshots.aum", "snapshots.amu", "snapshots.amu", "the role 'snapshots' has no column 'amu'."),
        ("rule", "two dates", "two days", "two days", "neither role.column nor one of two dates, "),
        ("rule", "0.5, unit: share", "50, unit: share", "50,", "params.least: a share is 0 to 1; 10 % is 0.1, got 50."),
        ("rule", "en: Title", "en: Title 5", "Title 5", "hold the digit 5; a figure needs a placeholder"),
        ("rule", "param.least", "param.last", '"{finding.value}', "no parameter 'last'. Did you mean 'least'? It has: min_n,"),
        ("rule", "{finding.n}", "{finding.m}", '"{coverage', "a finding has no 'm'."),
        ("rule", "{coverage_rate} of", "{coverage} of", '"{coverage', "there is no metric 'coverage'. Did you mean"),
        ("suggestion", "{coverage_rate}", "{coverage}", '"{coverage', "s_own: {coverage}: there is no metric"),
    ],
)
def test_a_slip_in_a_rule_is_the_jobs_kind_of_problem(
    workspace: Any, files: dict[str, Path], file: str, old: str, new: str, at: str, message: str
) -> None:
    given = {"rule": RULE, "suggestion": SUGGESTION}
    assert old in given[file]
    given[file] = given[file].replace(old, new, 1)
    for name, text in given.items():
        files[name].parent.mkdir(parents=True)
        files[name].write_text(text, encoding="utf-8")
    job, context = workspace.open(("rules: {r_contact_gap: {days: 30}}\n", ""))
    found = job_problems(job, context)
    assert [problem.place for problem in found if message in problem.message] == [_place(files[file], at)], found


@pytest.mark.parametrize(
    ("value", "unit", "sound"),
    [("0", "share", True), ("1", "share", True), ("1.01", "share", False), ("-0.1", "share", False),
     ("-0.1", "points", True), ("10", "points", False), ("0", "days", True), ("-1", "days", False),
     ("-5", "money", True)],
)
def test_a_threshold_fits_its_unit(value: str, unit: str, sound: bool) -> None:
    from decimal import Decimal

    assert (threshold_fault(Decimal(value), unit) == "") is sound


def test_a_segment_in_no_group_and_a_dimension_nobody_shows_are_noticed(workspace: Any) -> None:
    job, context = workspace.open(("population: {tier: private}\n", ""), ('["<500", 500-600]', "[500-600]"))
    told = {problem.message.partition(":")[0]: problem for problem in notices(job, context)}
    assert set(told) == {"dimensions.aum_group.groups", "dimensions.aum_group", "dimensions.both"}
    assert told["dimensions.aum_group.groups"].place == _place(workspace.job_path, "groups: {low")
    assert "no group holds <500 of 'aum_band'" in told["dimensions.aum_group.groups"].message


def test_a_band_below_the_tiers_floor_is_not_missed_in_a_group(workspace: Any) -> None:
    job, context = workspace.open(('["<500", 500-600]', "[500-600]"))
    assert "dimensions.aum_group.groups" not in {one.message.partition(":")[0] for one in notices(job, context)}
