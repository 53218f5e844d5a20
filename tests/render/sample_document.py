"""A report that exercises every block kind in both languages, with the facts it cites.

The figures are those of a small private-banking branch; long lists are made up by rule so that tables break over
pages. The words are written out twice, once a language, as a builder would bring them.
"""


from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import segno

from reportgen.charts import draw
from reportgen.charts.chart import ChartData, Mark, Series
from reportgen.context import RunContext
from reportgen.document.model import (
    Action,
    Actions,
    Block,
    Column,
    Cover,
    Document,
    Figure,
    Issue,
    Issues,
    PageBreak,
    Paragraph,
    Remark,
    Row,
    Seal,
    Section,
    Span,
    Table,
    Text,
    Tile,
    Tiles,
)
from reportgen.facts.fact import Fact
from reportgen.facts.table import FactSet
from reportgen.period import Period

ROOT = Path(__file__).resolve().parents[2]
PERIOD, SINCE = "2011-05", "2010-12"
BRANCHES = 120


@dataclass
class Facts:
    """Collects the facts a sample cites while its text is written."""

    found: dict[str, Fact] = field(default_factory=dict)

    def __call__(self, text: str, metric: str, value: int | Fraction, segment: str = "", *, tone: str = "",
                 strong: bool = False, scope: str = "bank") -> Span:
        exact = Fraction(value)
        dimension = "cut" if segment else ""
        fact = Fact(scope, metric, PERIOD, exact.numerator, exact.denominator, dimension=dimension, segment=segment)
        self.found[fact.id] = fact
        return Span(text, fact=fact.id, tone=tone, strong=strong)  # type: ignore[arg-type]

    def set(self) -> FactSet:
        return FactSet(PERIOD, SINCE, "2011-05-31", "2010-12-31", "CNY", tuple(self.found.values()), {}, {})


def sample(locale: str = "zh-CN") -> tuple[Document, FactSet]:
    """The document with its charts drawn, and the facts behind it."""
    facts = Facts()
    document = (chinese if locale == "zh-CN" else english)(facts)
    return drawn(document), facts.set()


def drawn(document: Document) -> Document:
    """The document with each figure's drawing filled, as the pipeline does it."""
    sections = tuple(
        replace(section, blocks=tuple(
            replace(block, drawing=draw(block.data)) if isinstance(block, Figure) else block for block in section.blocks
        ))
        for section in document.sections
    )
    return replace(document, sections=sections)


def sample_context(tmp_path: Path) -> RunContext:
    """A context over this checkout's templates whose output goes to a test's own folder. The renderer asks no job."""
    return RunContext(
        "sample", None, Period.parse(PERIOD), ROOT, ROOT, tmp_path, lambda: dt.datetime(2011, 6, 1, tzinfo=dt.UTC)  # type: ignore[arg-type]
    )


def t(*parts: str | Span) -> Text:
    return tuple(Span(part) if isinstance(part, str) else part for part in parts)


def link(text: str, anchor: str) -> Span:
    return Span(text, href="#" + anchor)


def qr(text: str) -> str:
    out = BytesIO()
    segno.make(text, error="m").save(out, kind="svg", xmldecl=False, border=0, scale=4)
    return out.getvalue().decode()


def interval_chart(f: Facts, zh: bool) -> ChartData:
    rows = (("全部期初客户" if zh else "All opening customers", 39, 72, "54.2%（42.7%～65.2%）" if zh else "54.2% (42.7%–65.2%)", 0.427, 0.652),
            ("500–700万元" if zh else "CNY 5–7 million", 18, 36, "50.0%（34.5%～65.5%）" if zh else "50.0% (34.5%–65.5%)", 0.345, 0.655),
            ("800万元以上" if zh else "Above CNY 8 million", 15, 25, "60.0%（40.7%～76.6%）" if zh else "60.0% (40.7%–76.6%)", 0.407, 0.766))
    marks = tuple(
        Mark(label, kept / base, text, f(text, "retention_rate", Fraction(kept, base), label).fact, low, high,
             n=f"n＝{base}" if zh else f"n = {base}", emphasis=at == 0)
        for at, (label, kept, base, text, low, high) in enumerate(rows)
    )
    return ChartData("interval", (Series("", marks),), "zh-CN" if zh else "en", percent=True, rule=0.7,
                     rule_text="警戒线70%" if zh else "Alert line 70%", alt="保留率与区间" if zh else "Retention with intervals")


def waterfall_chart(f: Facts, zh: bool) -> ChartData:
    steps = (("期初" if zh else "Opening", 72, "72户" if zh else "72", "total", "5.85亿元" if zh else "CNY 585 m"),
             ("流失" if zh else "Lost", -33, "−33户" if zh else "−33", "loss", "2.60亿元" if zh else "CNY 260 m"),
             ("毛新增" if zh else "New", 111, "+111户" if zh else "+111", "gain", "11.87亿元" if zh else "CNY 1,187 m"),
             ("期末" if zh else "Closing", 150, "150户" if zh else "150", "total", "15.12亿元" if zh else "CNY 1,512 m"))
    marks = tuple(
        Mark(label, float(value), text, f(text, "customers_bridge", value, label).fact, role=role, note=note)  # type: ignore[arg-type]
        for label, value, text, role, note in steps
    )
    return ChartData("waterfall", (Series("", marks),), "zh-CN" if zh else "en", alt="客户数桥" if zh else "Customer bridge")


def histogram_chart(f: Facts, zh: bool) -> ChartData:
    bands = (("500–600", 20), ("600–700", 16), ("700–800", 11), ("800–900", 8), ("900–1000", 9), ("≥1000", 8))
    marks = tuple(
        Mark(band, float(count), str(count), f(str(count), "customers_total", count, band).fact, emphasis=at < 2)
        for at, (band, count) in enumerate(bands)
    )
    text = "36户，占50.0%" if zh else "36 customers, 50.0%"
    f(text, "customers_total", 36, "500-700")
    return ChartData("histogram", (Series("", marks),), "zh-CN" if zh else "en", width_mm=79, bracket=(0, 1, text),
                     alt="资产分布" if zh else "Asset bands")


def bars_chart(f: Facts, zh: bool) -> ChartData:
    ages = (("60岁及以上" if zh else "60 and over", 5), ("50–60", 15), ("40–50", 26), ("30–40", 21), ("30岁以下" if zh else "Under 30", 5))
    marks = tuple(
        Mark(age, float(count), text, f(text, "customers_total", count, age).fact, emphasis=count == 26)
        for age, count in ages for text in (f"{count}户 {count / 72:.1%}" if zh else f"{count}, {count / 72:.1%}",)
    )
    return ChartData("bars", (Series("", marks),), "zh-CN" if zh else "en", width_mm=79, alt="年龄分布" if zh else "Ages")


def compare_table(f: Facts, zh: bool) -> Table:
    def row(label: str, metric: str, open_: str, close: str, change: str, rate: str, role: str = "") -> Row:
        cells = tuple(
            t(f(text, metric, at, kind) if any(char.isdigit() for char in text) else text)
            for at, (text, kind) in enumerate(((open_, "o"), (close, "c"), (change, "d"), (rate, "r")), 1)
        )
        return Row((t(label), *cells), role)  # type: ignore[arg-type]

    columns = (Column("指标" if zh else "Measure", "left", 2.2), Column("期初" if zh else "Opening", group="余额" if zh else "Balance"),
               Column("期末" if zh else "Closing", group="余额" if zh else "Balance"),
               Column("净变动" if zh else "Net", group="变动" if zh else "Change"),
               Column("变动率" if zh else "Rate", group="变动" if zh else "Change"))
    rows = (row("客户数" if zh else "Customers", "customers_total", "72", "150", "+78", "108.3%"),
            row("金融资产" if zh else "Assets", "aum_point", "5.85", "15.12", "+9.27", "158.5%"),
            row("户均资产" if zh else "Assets per customer", "aum_per_customer", "812.50", "1,008.00", "+195.50", "24.1%"),
            row("其中：靠理财购买达标" if zh else "of which by purchases", "wealth_qualified", "—", "44", "—", "—", "of_which"))
    note = t("“—”表示期初无此口径。") if zh else t("A dash stands where the opening has no such measure.")
    title = t("期初、期末对比") if zh else t("Opening and closing compared")
    return Table("t_compare", "表1" if zh else "Table 1", title, "户、亿元、万元/户" if zh else "customers, CNY 100 million, CNY 10,000",
                 columns, rows, (note,))


def branch_table(f: Facts, zh: bool) -> Table:
    columns = (Column("支行" if zh else "Branch", "left", 2.0), Column("客户数" if zh else "Customers"),
               Column("金融资产" if zh else "Assets"), Column("保留率" if zh else "Retention"))
    rows = [Row((t("东部各支行" if zh else "Eastern branches"),), "section")]
    for number in range(1, BRANCHES + 1):
        name = f"第{number}支行" if zh else f"Branch {number}"
        assets, rate = Fraction(number * 731 % 9973, 100), Fraction(number * 37 % 1000, 1000)
        rows.append(Row((t(name), t(f(f"{number * 17:,}", "customers_total", number * 17, name)),
                         t(f(f"{float(assets):,.2f}", "aum_point", assets, name)), t(f(f"{float(rate):.1%}", "retention_rate", rate, name)))))
    total = sum(number * 17 for number in range(1, BRANCHES + 1))
    rows.append(Row((t("合计" if zh else "Total"), t(f(f"{total:,}", "customers_total", total)), t("—"), t("—")), "total"))
    return Table("t_branches", "表2" if zh else "Table 2", t("各支行客户与资产" if zh else "Customers and assets by branch"),
                 "户、亿元、%" if zh else "customers, CNY 100 million, %", columns, tuple(rows),
                 (t("排序按支行号。" if zh else "In the order of branch numbers."),))


NUMERALS = frozenset({
    "2010-12-31", "2011-05-31", "2011-06-30", "2011-06-15", "2011年5月", "May 2011", "第1版", "Edition 1", "表1 表2 图1 图2 图3 图4", "500万元",
    "CNY 5 million", "70%", "95%", "20%", "30", "1 2 3 4 5 1.1 1.2", "500–600 600–700 700–800 800–900 900–1000 1000 500–700 800", "50–60 40–50 30–40",
    "5–7", "8", "10,000", "100 million",
    "sha256:07f3a2c199e01b7d5c44aa103e8d2b6f", "sha256:99e01b7d07f3a2c15c44aa103e8d2b6f", "private_banking/2011-05/bank/r01", "q＝0.62", *(str(number) for number in range(1, BRANCHES + 1)),
})


def chinese(f: Facts) -> Document:
    def lost(tone: str = "") -> Span:
        return f("33户（45.8%）", "customers_lost", 33, tone=tone)

    retention = f("54.2%", "retention_rate", Fraction(39, 72))
    interval = f("42.7%～65.2%", "retention_rate", Fraction(39, 72), "interval")
    tiles = Tiles((
        Tile("客户数", t(f("150", "customers_total", 150)), "户", (t(f("▲ 净增78户", "customers_net_new", 78, tone="good"), Span("　较年初", tone="muted")),)),
        Tile("金融资产", t(f("15.12", "aum_point", 1512)), "亿元", (t(f("▲ 净增9.27亿元", "aum_net_new", 927, tone="good")),)),
        Tile("户均资产", t(f("1,008", "aum_per_customer", 1008)), "万元", (t(f("▲ 24.1%", "aum_growth", 241, tone="good"), f("　期初812.5", "aum_per_customer", 812, "open", tone="muted")),)),
        Tile("保留率", t(f("54.2", "retention_rate", 542)), "%", (t(f("▼ 流失33户、2.60亿元", "customers_lost", 33, tone="bad")),)),
    ))
    issues = (
        Issue("i1", "1", "high", "高", t("流失率偏高，被新增掩盖"),
              t("期初客户保留", f("39户", "customers_retained", 39), "、流失", f("33户", "customers_lost", 33), "，保留率", retention, "（95%区间", interval, "），低于70%的警戒线；同期毛新增", f("111户", "customers_gross_new", 111), "，使净增仍为", f("78户", "customers_net_new", 78), "。"),
              t("保留率", retention, "；警戒线70%；", f("n＝72", "customers_total", 72, "n"), "；95%区间", interval), "r_churn_high", t(link("表1", "t_compare"), "、", link("图2", "f_bridge"))),
        Issue("i2", "2", "medium", "中", t("近三成客户靠单一理财产品达标"),
              t("因购买理财达到标准的", f("44户", "wealth_qualified", 44), "占期末客户", f("29.3%", "wealth_qualified_share", Fraction(44, 150)), "，购买额", f("3.08亿元", "wealth_qualified_amount", 308), "。它们是", f("150户", "customers_total", 150), "的子集，不是另一笔流量。"),
              t("占比", f("29.3%", "wealth_qualified_share", Fraction(44, 150)), "；", f("n＝150", "customers_total", 150, "n")), "r_product_dependent_customers_qualified", t(link("表1", "t_compare"))),
        Issue("i3", "3", "opportunity", "机会", t("临近门槛的客户可以争取"),
              t("期末有", f("21户", "near_threshold_up", 21), "的资产在门槛以下一成之内。"), t(f("21户", "near_threshold_up", 21)), "r_near_threshold", t(link("图3", "f_bands"))),
    )
    actions = (
        Action("a1", "1", t("存量客户保有专项，逐户约访"), t("对期初客户逐户建档，先约访仍在册的", f("39户", "customers_retained", 39), "，再联系流失客户中资产转出者，问清去向与原因。"), t(link("1", "i1")), "客户部", "2011-06-30", t("保留率 ≥ 70%")),
        Action("a2", "2", t("到期日历与第二产品"), t("按理财到期日排出接续计划，到期前一个月由理财经理提出第二种产品的配置建议。"), t(link("2", "i2")), "理财经理", "2011-06-15", t("单一产品达标占比 ≤ 20%")),
        Action("a3", "3", t("临界客户提升"), t("给门槛以下一成之内的客户各定一份提升方案。"), t(link("3", "i3")), "客户经理", "2011-06-30", t("提升户数")),
    )
    body = Paragraph(t("期初", f("72户", "customers_total", 72, "open"), "，五个月内流失", f("33户", "customers_lost", 33), "，期初资产", f("2.60亿元", "aum_lost_open", 260), "；保留", f("39户", "customers_retained", 39), "，期初资产", f("3.25亿元", "aum_retained_open", 325), "；毛新增", f("111户", "customers_gross_new", 111), "，期末资产", f("11.87亿元", "aum_gross_new", 1187), "。期末", f("150户", "customers_total", 150), "，金融资产", f("15.12亿元", "aum_point", 1512), "（", link("图2", "f_bridge"), "、", link("表1", "t_compare"), "）。净增与毛新增是两回事：前者是期末减期初，后者只数期初不在册、期末在册的客户。"))
    long = Paragraph(t("本报告所称私人银行客户，指月末时点金融资产不低于", "500万元", "的个人客户；资产为时点余额，不作月均折算。流失客户指期初在册而期末不在册者，包括销户与降至门槛以下两种情形；前者在客户表中不再出现，后者仍为本行客户，只是不再达标，两者的挽留办法不同，因此分别计数。占比均以期初客户为分母，除非另有说明。“户均资产”为金融资产除以客户数；期初与期末的客户不是同一批人，户均的上升不等于老客户资产增值。"))
    summary: tuple[Block, ...] = (
        Paragraph(t("客户数增长", f("108.3%", "customers_growth", 1083), "的背后，期初", f("72户", "customers_total", 72, "open"), "中有", lost("bad"), "在五个月内流失；增长几乎全部来自毛新增的", f("111户", "customers_gross_new", 111), "。"), "headline"),
        tiles,
    )
    sections = (
        Section("summary", "s_summary", "", "摘要", summary, 1, "一分钟读完", True, "摘要"),
        Section("points", "s_points", "", "三个要点", (Issues(issues, "brief"),), 2),
        Section("chart", "s_chart", "", "证据", (Figure("f_retention", "图1", t("保留率的区间整个落在警戒线以下"), "%，95%威尔逊区间", interval_chart(f, True), (t("分层区间重叠，差别不显著（q＝0.62），故不对分层作结论。"),)),), 2),
        Section("todo", "s_todo", "", "三项行动", (Actions(actions, "brief"),), 2),
        Section("intro", "s_intro", "一、", "引言", (long, long), 1, "", True),
        Section("traits", "s_traits", "二、", "特征分析", (), 1),
        Section("flow", "s_flow", "（一）", "客户数与资产的来龙去脉", (
            body,
            Figure("f_bridge", "图2", t(f("净增78户＝毛新增111户－流失33户", "customers_net_new", 78)), "户；柱内为金融资产", waterfall_chart(f, True), (t("来源：客户快照 2010-12-31、2011-05-31。"),)),
            compare_table(f, True),
        ), 2),
        Section("bands", "s_bands", "（二）", "资产与年龄", (
            Paragraph(t("半数客户在门槛附近，年龄以四十岁段最多（", link("图3", "f_bands"), "、", link("图4", "f_ages"), "）。"), "lead"), long,
            Figure("f_bands", "图3", t("半数客户在五百万元至七百万元"), "户，期初", histogram_chart(f, True), (), True),
            Figure("f_ages", "图4", t("四十岁段最多"), "户、占比，期初", bars_chart(f, True), (t("年龄各组占比之和因四舍五入不等于总数。"),), True),
        ), 2),
        Section("branches", "s_branches", "（三）", "各支行", (Paragraph(t("各支行情况见", link("表2", "t_branches"), "。")), branch_table(f, True)), 2),
        Section("issues", "s_issues", "三、", "问题", (Issues(issues),), 1, "", True),
        Section("actions", "s_actions", "四、", "建议", (Actions(actions),), 1),
        Section("end", "s_end", "五、", "结论", (long, Remark("部门负责人意见", (t("同意。先做存量客户保有，再谈新增。"),), "客户部负责人", "2011-06-15"), PageBreak()), 1),
        Section("appendix", "s_appendix", "", "附录", (Paragraph(t(Span("流失客户", strong=True), "　期初在册、期末不在册的客户。"), "term"),
                Seal((("版本", "private_banking/2011-05/bank/r01"), ("事实摘要", "sha256:07f3a2c199e01b7d5c44aa103e8d2b6f"), ("模板摘要", "sha256:99e01b7d07f3a2c15c44aa103e8d2b6f")), qr("private_banking/2011-05/bank/r01"), t("用随附的命令可以核对本版：数字、模板与来源各有摘要。"))), 1),
    )
    cover = Cover("太湖支行", "客户部", "私人银行客户群体特征及维护方案", ("私人银行客户群体特征", "及维护方案"), "2011年5月", "较年初", "内部",
                  (("数据截至", "2011-05-31"), ("口径", "时点金融资产 ≥ 500万元"), ("版次", "第1版"), ("审批岗位", "客户部负责人")))
    return Document("private_banking", "taihu", PERIOD, "bank", "r01", "zh-CN", "report", cover, sections, ("太湖支行 · 2011年5月 · 第1版", "内部"), "目录", "续表", NUMERALS, frozenset(f.found))


def english(f: Facts) -> Document:
    retention = f("54.2%", "retention_rate", Fraction(39, 72))
    interval = f("42.7%–65.2%", "retention_rate", Fraction(39, 72), "interval")
    tiles = Tiles((
        Tile("Customers", t(f("150", "customers_total", 150)), "", (t(f("▲ net 78", "customers_net_new", 78, tone="good"), Span(" since year start", tone="muted")),)),
        Tile("Assets", t(f("1,512", "aum_point", 1512)), "CNY million", (t(f("▲ net CNY 927 million", "aum_net_new", 927, tone="good")),)),
        Tile("Assets per customer", t(f("10.08", "aum_per_customer", 1008)), "CNY million", (t(f("▲ 24.1%", "aum_growth", 241, tone="good"), f(" from 8.125", "aum_per_customer", 812, "open", tone="muted")),)),
        Tile("Retention", t(f("54.2", "retention_rate", 542)), "%", (t(f("▼ 33 lost, CNY 260 million", "customers_lost", 33, tone="bad")),)),
    ))
    issues = (
        Issue("i1", "1", "high", "High", t("Losses are high and hidden by new customers"),
              t("Of the opening customers ", f("39", "customers_retained", 39), " stayed and ", f("33", "customers_lost", 33), " left; retention is ", retention, " (95% interval ", interval, "), below the alert line of 70%. Over the same months ", f("111", "customers_gross_new", 111), " new customers kept the net change at ", f("+78", "customers_net_new", 78), "."),
              t("Retention ", retention, "; alert line 70%; ", f("n = 72", "customers_total", 72, "n"), "; 95% interval ", interval), "r_churn_high", t(link("Table 1", "t_compare"), ", ", link("Figure 2", "f_bridge"))),
        Issue("i2", "2", "medium", "Medium", t("Three customers in ten qualify by one product"),
              t(f("44 customers", "wealth_qualified", 44), " (", f("29.3%", "wealth_qualified_share", Fraction(44, 150)), " of the closing count) reach the floor through purchases of ", f("CNY 308 million", "wealth_qualified_amount", 308), ". They are part of the ", f("150", "customers_total", 150), ", not a flow of their own."),
              t("Share ", f("29.3%", "wealth_qualified_share", Fraction(44, 150)), "; ", f("n = 150", "customers_total", 150, "n")), "r_product_dependent_customers_qualified", t(link("Table 1", "t_compare"))),
    )
    actions = (
        Action("a1", "1", t("Call on every customer of the opening book"), t("Begin with the ", f("39", "customers_retained", 39), " who stayed; then ask those who moved their assets where they went and why."), t(link("1", "i1")), "Customer department", "2011-06-30", t("Retention of 70% or more")),
        Action("a2", "2", t("Maturity calendar and a second product"), t("Plan what follows each product before it matures, and propose a second one a month ahead."), t(link("2", "i2")), "Wealth managers", "2011-06-15", t("One-product share of 20% or less")),
    )
    long = Paragraph(t("A private banking customer is an individual whose financial assets at the month end are not below ", "CNY 5 million", ". Assets are balances on the day and are not averaged over the month. A lost customer was on the books at the opening and is not at the closing, either because the account was closed or because the assets fell below the floor; the two need different remedies and are therefore counted apart. Shares are of the opening customers unless stated otherwise. Assets per customer compare two different groups of people: a rise does not show that the assets of those who stayed have grown."))
    body = Paragraph(t("Of ", f("72", "customers_total", 72, "open"), " customers at the opening ", f("33", "customers_lost", 33), " left within five months and took ", f("CNY 260 million", "aum_lost_open", 260), " with them; ", f("39", "customers_retained", 39), " stayed with ", f("CNY 325 million", "aum_retained_open", 325), ". ", f("111", "customers_gross_new", 111), " customers are new and hold ", f("CNY 1,187 million", "aum_gross_new", 1187), " at the closing, when ", f("150", "customers_total", 150), " customers hold ", f("CNY 1,512 million", "aum_point", 1512), " (", link("Figure 2", "f_bridge"), ", ", link("Table 1", "t_compare"), ")."))
    sections = (
        Section("summary", "s_summary", "", "Summary", (
            Paragraph(t("Behind growth of ", f("108.3%", "customers_growth", 1083), ", ", f("33 of 72 opening customers", "customers_lost", 33, tone="bad"), " left within five months; nearly all growth is the ", f("111", "customers_gross_new", 111), " new ones."), "headline"), tiles,
        ), 1, "One minute", True, "Summary"),
        Section("points", "s_points", "", "Points", (Issues(issues, "brief"),), 2),
        Section("chart", "s_chart", "", "Evidence", (Figure("f_retention", "Figure 1", t("The interval of retention reaches up to the alert line and no further"), "%, Wilson 95% interval", interval_chart(f, False), (t("Intervals of the bands overlap (q＝0.62): no statement about bands is made."),)),), 2),
        Section("todo", "s_todo", "", "Actions", (Actions(actions, "brief"),), 2),
        Section("intro", "s_intro", "1", "Introduction", (long, long), 1, "", True),
        Section("traits", "s_traits", "2", "Characteristics", (), 1),
        Section("flow", "s_flow", "2.1", "Where customers and assets came from and went", (
            body,
            Figure("f_bridge", "Figure 2", t(f("Net 78 = 111 new less 33 lost", "customers_net_new", 78)), "customers; assets in the bars", waterfall_chart(f, False), (t("Source: customer snapshots of 2010-12-31 and 2011-05-31."),)),
            compare_table(f, False),
        ), 2),
        Section("bands", "s_bands", "2.2", "Assets and age", (
            Paragraph(t("Half of the customers stand near the floor; those in their forties are the most (", link("Figure 3", "f_bands"), ", ", link("Figure 4", "f_ages"), ")."), "lead"), long,
            Figure("f_bands", "Figure 3", t("Half hold five to seven million"), "customers, opening", histogram_chart(f, False), (), True),
            Figure("f_ages", "Figure 4", t("The forties lead"), "customers, share", bars_chart(f, False), (), True),
        ), 2),
        Section("branches", "s_branches", "2.3", "Branches", (Paragraph(t("See ", link("Table 2", "t_branches"), ".")), branch_table(f, False)), 2),
        Section("issues", "s_issues", "3", "Issues", (Issues(issues),), 1, "", True),
        Section("actions", "s_actions", "4", "Recommendations", (Actions(actions),), 1),
        Section("end", "s_end", "5", "Conclusion", (long,), 1),
        Section("appendix", "s_appendix", "", "Appendix", (Paragraph(t(Span("Lost customer", strong=True), " on the books at the opening, not at the closing."), "term"),
                Seal((("Edition", "private_banking/2011-05/bank/r01"), ("Facts", "sha256:07f3a2c199e01b7d5c44aa103e8d2b6f"), ("Templates", "sha256:99e01b7d07f3a2c15c44aa103e8d2b6f")), qr("private_banking/2011-05/bank/r01"), t("The edition can be checked: figures, templates and sources each have a digest."))), 1, "", True),
    )
    cover = Cover("Taihu Branch", "Customer Department", "Private banking customers: characteristics and retention plan", ("Private banking customers:", "characteristics and retention plan"), "May 2011", "since the start of the year", "Internal",
                  (("Data as of", "2011-05-31"), ("Population", "assets of CNY 5 million or more"), ("Edition", "Edition 1"), ("Approved by", "Head of customer department")))
    numerals = NUMERALS | {"2", "2.1 2.2 2.3", "Figure 1 2 3 4", "Table 1 2", "60 30 20"}
    return Document("private_banking", "taihu", PERIOD, "bank", "r01", "en", "report", cover, sections, ("Taihu Branch · May 2011 · Edition 1", "Internal"), "Contents", "(continued)", numerals, frozenset(f.found))
