"""A bank of three branches over fourteen months, its facts made by hand, and a report of every block over time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from reportgen.config.job import Job
from reportgen.config.model import Locale
from reportgen.context import RunContext, installed_home
from reportgen.document.build import build
from reportgen.document.comment import Comment
from reportgen.document.model import Document
from reportgen.document.report import load_report
from reportgen.edition import EditionIds
from reportgen.facts.fact import Fact
from reportgen.facts.metric import Metric
from reportgen.facts.segment import DimensionView, Segment
from reportgen.facts.table import FactSet
from reportgen.findings.finding import Findings
from reportgen.period import Period

MONTHS = ["2024-11", "2024-12", *(f"2025-{month:02}" for month in range(1, 13))]
NOW, BEFORE, YEAR_AGO = "2025-12", "2025-11", "2024-12"
BRANCHES = {"B01": 500, "B02": 400, "B03": 230}
UNITS = {"branch:B01": {"zh-CN": "城东支行", "en": "East Branch"}, "region:R1": {"zh-CN": "城区", "en": "City"}}

REPORT = """\
report: course
rules: [r_own]
sections:
- id: summary
  numbered: false
  blocks:
  - text: lead
  - kpis: [customers_total, "customers_total[tier=private]", churn_rate, complaints_count]
- id: tables
  blocks:
  - table: {id: t_size, metrics: [customers_total, churn_rate, complaints_count, csat], at: [year_ago, previous, period],
      changes: [previous, year_ago], plan: true}
  - table: {id: t_branch, by: branch, metrics: [customers_total, churn_rate], sort: churn_rate desc, limit: 2,
      changes: previous, total: true}
  - table: {id: t_dates, by: branch, metrics: customers_total, at: [since, previous, period]}
  - table: {id: t_plan, by: metric, metrics: target_attainment}
  - matrix: {id: t_moves, share: true}
  - compare: {id: t_compare, metrics: [churn_rate, customers_total, csat]}
- id: figures
  blocks:
  - chart: {id: f_trend, kind: trend, metrics: customers_total, ghost: year_ago}
  - chart: {id: f_tiers, kind: trend, metrics: customers_total, by: tier, last: 4}
  - chart: {id: f_small, kind: small_multiples, metrics: churn_rate, by: branch, ghost: whole, sort: desc}
  - chart: {id: f_slope, kind: slope, metrics: customers_total, by: branch, at: [previous, period]}
  - chart: {id: f_funnel, kind: funnel, metrics: lead_stage, by: lead_stage, skip: [lost]}
  - chart: {id: f_sankey, kind: sankey}
  - chart: {id: f_heat, kind: heatmap, metrics: customers_total, by: branch, against: tier}
  - chart: {id: f_gap, kind: gap_strip, metrics: customers_total, by: gap, threshold: {rule: r_own, param: days}}
  - chart: {id: f_each, kind: bars, metrics: "held[*]", by: tier, each: product}
- {id: follow_up, blocks: [follow_up]}
- {id: issues, blocks: [{findings: {all: true}}]}
- {id: suggestions, blocks: [actions]}
"""
TEXTS = {
    "zh-CN": """\
title: 走势
sections: {tables: {title: 表}, figures: {title: 图}}
entries:
  lead:
  - "{unit}客户{customers_total}，上期{customers_total@previous}，环比{customers_total@previous!change}。"
  - {text: "同比上升{customers_total@year_ago!moved}。", when: {rises: customers_total@year_ago!change}}
  - first: ["投诉同比{complaints_count@year_ago!change}。", "投诉{complaints_count}，上年同期未登记。"]
  - {text: 只说全行。, when: {scope: bank}}
  - "底数{churn_rate!base}。"
""",
    "en": """\
title: Courses
sections: {tables: {title: Tables}, figures: {title: Figures}}
entries:
  lead:
  - "{unit}: {customers_total}, {customers_total@previous!bare} before, {customers_total@previous!change}."
  - {text: "Up {customers_total@year_ago!moved} on the year.", when: {rises: customers_total@year_ago!change}}
  - first: ["Complaints {complaints_count@year_ago!change}.", "Complaints: {complaints_count}, none recorded a year ago."]
  - {text: The bank only., when: {scope: bank}}
""",
}
RULE = """\
r_own:
  severity: high
  basis: proposal
  needs: [snapshots.aum]
  params: {min_n: {value: 30, unit: customers}, days: {value: 30, unit: days}}
  metrics: [churn_rate]
  judge: {detector: threshold, conditions: [{metric: churn_rate, above: days}]}
  suggestions: [s_own]
  title: {zh-CN: "流失{churn_rate}", en: "Loss {churn_rate}"}
  text: {zh-CN: "流失率{churn_rate}。", en: "Loss is {churn_rate}."}
"""
SUGGESTION = """\
s_own:
  title: {zh-CN: 挽留, en: Retain}
  text: {zh-CN: 逐户联系。, en: Call them.}
  owner: {zh-CN: 客户经理, en: Managers}
  check: {zh-CN: 流失率下降, en: Loss falls}
  due_days: 30
s_segment:
  title: {zh-CN: 私行方案, en: Private plan}
  text: {zh-CN: 专人服务。, en: One person each.}
  owner: {zh-CN: 主任, en: Head}
  check: {zh-CN: 保留率, en: Retention}
  due_days: 60
  trigger: {params: {min_n: {value: 1, unit: customers}, least: {value: 1, unit: customers}},
    conditions: [{metric: customers_total, dimension: tier, segment: private, above: least}]}
  because: {zh-CN: "{customers_total[*]!label}有{customers_total[*]}。", en: "{customers_total[*]!label}: {customers_total[*]}."}
"""


def metric(name: str, unit: str, additivity: str, zh: str, en: str, role: str, *, flow: bool = False) -> Metric:
    return Metric(name, unit, additivity, {"zh-CN": zh, "en": en}, {"zh-CN": zh, "en": en},  # type: ignore[arg-type]
                  (f"{role}.customer_id",), flow)


METRICS = {one.id: one for one in (
    metric("customers_total", "customers", "additive", "客户数", "Customers", "snapshots"),
    metric("churn_rate", "share", "ratio", "流失率", "Loss", "snapshots", flow=True),
    metric("complaints_count", "count", "additive", "投诉件数", "Complaints", "complaints"),
    metric("csat", "score", "ratio", "满意度", "Satisfaction", "surveys"),
    metric("lead_stage", "count", "additive", "商机数", "Leads", "leads"),
    metric("held", "share", "ratio", "持有率", "Penetration", "holdings"),
    metric("migration_matrix", "customers", "additive", "层级迁徙", "Tier migration", "snapshots", flow=True),
    metric("target_value_customers", "customers", "additive", "计划户数", "Plan", "targets"),
    metric("target_attainment", "share", "ratio", "完成率", "Attained", "targets"),
    metric("target_elapsed", "share", "ratio", "时间进度", "Time over", "targets"),
)}


def view(name: str, column: str, *segments: str) -> DimensionView:
    parts = tuple(Segment(one, {"zh-CN": one, "en": one}) for one in segments)
    return DimensionView(name, "category", column, {"zh-CN": f"维度{name}", "en": name.title()}, parts)


VIEWS = {one.id: one for one in (
    view("tier", "tier", "private", "affluent", "mass"), view("branch", "branch_id", *BRANCHES),
    view("lead_stage", "lead_stage", "created", "proposal", "won", "lost"), view("gap", "gap", "<30", "30-60", "60+"),
    view("product", "product_type", "fund", "loan"), view("metric", "metric", "customers_total"),
)}


@dataclass
class Facts:
    """Facts as they are added."""

    made: list[Fact] = field(default_factory=list)

    def add(self, name: str, num: int, den: int = 1, *, at: str = NOW, cell: tuple[str, str] = ("", ""),
            against: str = "", scope: str = "bank", n: int = 0) -> None:
        known = METRICS[name]
        since = Period.parse(at).previous().label if known.flow else ""
        self.made.append(Fact(scope, name, at, num, den, known.unit, n or max(den, num), *cell, against, since))


def course_facts() -> FactSet:
    """Customers grow by 10 a month from 1,000; 2025-03 has no facts at all."""
    facts = Facts()
    history = tuple(month for month in MONTHS if month != "2025-03")
    for month in history:
        over_time(facts, month, MONTHS.index(month))
    this_month(facts)
    crossed(facts)
    openings = {month: Period.parse(month).previous().label for month in history[1:-1]}
    return FactSet(NOW, BEFORE, "2025-12-31", "2025-11-30", "CNY", tuple(facts.made), VIEWS, METRICS, history=history,
                   previous=BEFORE, year_ago=YEAR_AGO, openings=openings, units=UNITS,
                   regions={"branch:B01": "region:R1"})


def over_time(facts: Facts, month: str, place: int) -> None:
    """Customers by tier, and from the second month on loss by branch."""
    total = 1000 + 10 * place
    facts.add("customers_total", total, at=month)
    facts.add("customers_total", 500 - (month != NOW), at=month, scope="branch:B01")
    for tier, part in (("private", 100 + place), ("affluent", 300), ("mass", total - 400 - place)):
        facts.add("customers_total", part, at=month, cell=("tier", tier))
    if not place:
        return
    facts.add("churn_rate", 12 if month == NOW else 10, total - 10, at=month)
    facts.add("churn_rate", 1, 100, at=month, scope="branch:B01")
    for branch, lost in (("B01", 1), ("B02", 8), ("B03", 3)):
        facts.add("churn_rate", lost, 100, at=month, cell=("branch", branch))


def this_month(facts: Facts) -> None:
    for month, more in ((BEFORE, 0), (NOW, 10)):
        for branch, count in BRANCHES.items():
            facts.add("customers_total", count + more, at=month, cell=("branch", branch))
    facts.add("churn_rate", 3, 200, scope="region:R1")
    facts.add("complaints_count", 5, at=BEFORE, n=5)
    facts.add("complaints_count", 0, n=1)
    facts.add("csat", 390, 100)
    facts.add("csat", 420, 100, scope="branch:B01")
    facts.add("csat", 400, 100, at=BEFORE)
    facts.add("target_value_customers", 1200, cell=("metric", "customers_total"))
    facts.add("target_attainment", 1130, 1200, cell=("metric", "customers_total"))
    facts.add("target_elapsed", 1, 2, cell=("metric", "customers_total"))


def crossed(facts: Facts) -> None:
    """Stages, moves between tiers, bands of days, and cells of two dimensions."""
    for stage, count in (("created", 80), ("proposal", 20), ("won", 5), ("lost", 9)):
        facts.add("lead_stage", count, cell=("lead_stage", stage))
    moves = {("private", "private"): 99, ("private", "mass"): 1, ("mass", "private"): 4, ("mass", "mass"): 190,
             ("mass", "left"): 6, ("new", "mass"): 12, ("affluent", "affluent"): 300}
    for (before, after), count in moves.items():
        facts.add("migration_matrix", count, cell=("tier_from", before), against=f"tier_to={after}")
    for branch in BRANCHES:
        for count, tier in ((10, "private"), (20, "affluent"), (30, "mass")):
            facts.add("customers_total", count, cell=("branch", branch), against=f"tier={tier}")
    for band, count in (("<30", 600), ("30-60", 300), ("60+", 230)):
        facts.add("customers_total", count, cell=("gap", band))
    for product, part in (("fund", 20), ("loan", 50)):
        facts.add("held", part, 100, cell=("product", product))
        facts.add("held", part, 100, cell=("tier", "private"), against=f"product={product}")
        facts.add("held", part + 1, 100, cell=("tier", "mass"), against=f"product={product}")


@dataclass(frozen=True)
class Course:
    job: Job
    context: RunContext
    facts: FactSet
    findings: Findings

    def document(self, locale: Locale, scope: str = "bank", comment: Comment | None = None) -> Document:
        ids = EditionIds("r01", "f" * 64, "c" * 64, "a" * 64, "b" * 64)
        return build(self.facts.seen_from(scope, load_report(self.context, self.job.report).compared()), replace(self.findings, scope=scope), self.job, self.context, locale,
                     scope, ids, comment)

    def having(self, **changes: Any) -> Course:
        """The same with other findings."""
        return replace(self, findings=replace(self.findings, **changes))


def course_case(root: Path) -> Course:
    for folder in ("templates/course", "config/rules", "config/suggestions"):
        (root / folder).mkdir(parents=True)
    (root / "templates/course/report.yaml").write_text(REPORT, encoding="utf-8")
    for locale, text in TEXTS.items():
        (root / f"templates/course/text.{locale}.yaml").write_text(text, encoding="utf-8")
    (root / "config/rules/own.yaml").write_text(RULE, encoding="utf-8")
    (root / "config/suggestions/own.yaml").write_text(SUGGESTION, encoding="utf-8")
    job = Job.model_validate({
        "job": "course", "report": "course", "currency": "CNY", "locales": ["zh-CN", "en"],
        "organisation": {"zh-CN": "示范银行", "en": "Model Bank"}, "period": {"every": "month", "since": "previous"},
        "sources": {"s": {"type": "csv", "path": "s.csv"}},
        "frames": {"snapshots": {"from": "s", "columns": {"customer_id": "c", "aum": {"column": "a", "unit": "元"}}}},
    })
    context = RunContext("course", job, Period.parse(NOW), root, installed_home(), root / "output")
    return Course(job, context, course_facts(), Findings("bank", (), (), 0))
