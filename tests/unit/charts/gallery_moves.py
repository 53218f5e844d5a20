"""Good charts of the kinds that show a course or a move; `gallery.py` reads GOOD. Figures are made up."""

from __future__ import annotations

from math import sin

from reportgen.charts import ChartData, Mark, Series

HALF = 79.0
BRANCHES = (
    ("太湖支行", "Taihu"),
    ("东山支行", "Dongshan"),
    ("南浔支行", "Nanxun"),
    ("北塘支行", "Beitang"),
    ("营业部", "Main office"),
    ("新区高新技术开发区支行", "New District High-Tech Zone"),
    ("滨湖支行", "Binhu"),
    ("城西支行", "West City"),
    ("运河支行", "Canal"),
    ("梅园支行", "Plum Garden"),
    ("锡山支行", "Xishan"),
    ("㙍头支行", "Tuotou"),
)
"""The last name has a rare character."""


def months(count: int, year: int = 2024) -> tuple[str, ...]:
    return tuple(f"{year + index // 12}-{index % 12 + 1:02d}" for index in range(count))


def course(name: str, periods: tuple[str, ...], values: list[float | None], form: str, **more) -> Series:
    """A series with a mark a period that has a value; `role` goes to the series, `emphasis` to the last mark."""
    role = more.pop("role", "")
    known = [(label, value) for label, value in zip(periods, values, strict=True) if value is not None]
    marks = tuple(
        Mark(
            label,
            value,
            form.format(value).replace("-", "−"),
            emphasis=more.get("emphasis", False) and i == len(known) - 1,
        )
        for i, (label, value) in enumerate(known)
    )
    return Series(name, marks, role=role)


def _trend(to) -> list[ChartData]:
    periods = months(24)
    now = [41.2 + 0.62 * i + 2.4 * sin(i / 1.9) for i in range(24)]
    before = [36.0 + 0.5 * i + 2.1 * sin(i / 1.9) for i in range(24)]
    full = ChartData(
        "trend",
        (
            course(to.say("本年", "This year"), periods, now, "{:.1f}"),
            course(to.say("上年同期", "A year before"), periods, before, "{:.1f}", role="ghost"),
        ),
        to.locale,
        value_axis=to.say("亿元", "CNY 100 million"),
        row_labels=periods,
    )
    short = months(12, 2025)
    lines = [
        (to.say("私人银行", "Private"), [0.91, 0.9, 0.92, 0.89, None, None, 0.86, 0.84, 0.83, 0.8, 0.79, 0.78]),
        (to.say("财富客户", "Wealth"), [0.74, 0.75, 0.73, 0.76, 0.77, 0.75, 0.78, 0.77, 0.79, 0.8, 0.78, 0.77]),
        (to.say("富裕客户", "Affluent"), [0.55, 0.54, None, 0.57, None, 0.6, 0.61, 0.6, 0.62, 0.63, 0.62, 0.64]),
    ]
    half = ChartData(
        "trend",
        tuple(course(name, short, values, "{:.0%}") for name, values in lines),
        to.locale,
        width_mm=HALF,
        percent=True,
        rule=0.7,
        rule_text=to.say("警戒线70%", "Alert line 70%"),
        row_labels=short,
    )
    stressed = ChartData(
        "trend",
        tuple(
            course(
                to.say(*BRANCHES[k]),
                periods,
                [8 + k * 1.1 + sin(i / 2 + k) - i * 0.02 * k for i in range(24)],
                "{:.1f}",
                emphasis=k == 2,
            )
            for k in range(5)
        ),
        to.locale,
        row_labels=periods,
        rule=6.0,
        rule_text=to.say("下限6.0", "Floor 6.0"),
    )
    quarters = tuple(f"2025Q{q}" for q in (1, 2, 3))
    three = ChartData(
        "trend", (course("", quarters, [120.0, 131.0, 127.0], "{:.0f}"),), to.locale, width_mm=HALF, row_labels=quarters
    )
    return [full, half, stressed, three]


def _small_multiples(to) -> list[ChartData]:
    periods = months(24)
    panels = tuple(
        course(
            to.say(*name),
            periods,
            [0.12 + 0.05 * sin(i / 3 + k) + 0.004 * k - (0.003 * i if k == 3 else 0) for i in range(24)],
            "{:.1%}",
            emphasis=k == 3,
        )
        for k, name in enumerate(BRANCHES)
    )
    bank = course(
        to.say("全行平均", "Bank average"),
        periods,
        [0.14 + 0.02 * sin(i / 3) for i in range(24)],
        "{:.1%}",
        role="ghost",
    )
    full = ChartData(
        "small_multiples",
        (*panels, bank),
        to.locale,
        percent=True,
        row_labels=periods,
        rule=0.2,
        rule_text=to.say("警戒线20%", "Alert line 20%"),
    )
    quarters = tuple(f"{year}Q{q}" for year in (2024, 2025) for q in (1, 2, 3, 4))
    bars = ChartData(
        "small_multiples",
        tuple(
            course(to.say(*name), quarters, [float((7 * i + 5 * k) % 13 - 3) for i in range(8)], "{:+.0f}")
            for k, name in enumerate(BRANCHES[:6])
        ),
        to.locale,
        width_mm=HALF,
        row_labels=quarters,
        options={"panel": "bars"},
        value_axis=to.say("净增户数（户）", "Net new customers"),
    )
    return [full, bars]


def _funnel(to) -> list[ChartData]:
    stages = [
        ("名单客户", "On the list", 2400, ""),
        ("已联系", "Contacted", 1860, "77.5%"),
        ("接通", "Reached", 1204, "64.7%"),
        ("有意向", "Interested", 391, "32.5%"),
        ("签约", "Signed", 86, "22.0%"),
    ]
    marks = tuple(
        Mark(to.say(z, e), n, f"{n:,}{to.say('户', '')}", note=rate, emphasis=n == 86) for z, e, n, rate in stages
    )
    return [
        ChartData("funnel", (Series("", marks),), to.locale, width_mm=HALF),
        ChartData(
            "funnel", (Series("", tuple(Mark(m.label, m.value, m.text, note=m.note) for m in marks)),), to.locale
        ),
    ]


def migration(to, counts: list[tuple[int, ...]]) -> tuple[tuple[str, ...], tuple[Series, ...]]:
    """States in order and a sankey's series from counts: rows private, wealth, affluent, mass, new; the last column
    left."""
    tiers = tuple(
        to.say(z, e) for z, e in (("私人银行", "Private"), ("财富", "Wealth"), ("富裕", "Affluent"), ("大众", "Mass"))
    )
    new, left = to.say("新增", "New"), to.say("流失", "Left")
    closing = (*tiers, left)
    series = []
    for row, (name, values) in enumerate(zip((*tiers, new), counts, strict=True)):
        marks = [
            Mark(
                state,
                value,
                f"{value:,}",
                role="loss" if state == left or 4 > column > row else "gain" if column < row else "",
            )
            for column, (state, value) in enumerate(zip(closing, values, strict=True))
        ]
        marks.append(Mark(name, sum(values), f"{sum(values):,}", role="total"))
        series.append(Series(name, tuple(marks), role="gain" if name == new else ""))
    sums = [sum(row[column] for row in counts) for column in range(5)]
    series.append(Series("", tuple(Mark(s, n, f"{n:,}") for s, n in zip(closing, sums, strict=True)), role="total"))
    return (*tiers, new, left), tuple(series)


def _sankey(to) -> list[ChartData]:
    counts = [(64, 9, 1, 0, 12), (12, 150, 22, 3, 18), (2, 31, 310, 44, 39), (0, 4, 58, 420, 66), (5, 14, 41, 120, 0)]
    order, series = migration(to, counts)
    options = {"from": to.say("2024年末", "End 2024"), "to": to.say("2025年末", "End 2025")}
    return [
        ChartData("sankey", series, to.locale, row_labels=order, options=options),
        ChartData("sankey", series, to.locale, row_labels=order, options=options, width_mm=HALF),
    ]


def _slope(to) -> list[ChartData]:
    rows = [
        ("企业主", "Business owner", 31.2, 24.8),
        ("高管", "Executive", 22.4, 22.9),
        ("专业人士", "Professional", 21.9, 26.0),
        ("退休", "Retired", 14.0, 14.1),
        ("其他", "Other", 10.5, 12.2),
    ]
    pair = tuple(
        Series(
            date,
            tuple(
                Mark(to.say(row[0], row[1]), row[2 + i], f"{row[2 + i]}%", emphasis=row[0] == "企业主") for row in rows
            ),
        )
        for i, date in enumerate((to.say("2024年末", "End 2024"), to.say("2025年末", "End 2025")))
    )
    plain = tuple(Series(s.name, tuple(Mark(m.label, m.value, m.text) for m in s.marks)) for s in pair)
    return [ChartData("slope", pair, to.locale, width_mm=HALF), ChartData("slope", plain, to.locale)]


GOOD = {
    "funnel": _funnel,
    "sankey": _sankey,
    "slope": _slope,
    "small_multiples": _small_multiples,
    "trend": _trend,
}
