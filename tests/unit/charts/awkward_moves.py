"""Data that trip the kinds that show a course or a move; `awkward.py` reads AWKWARD."""

from __future__ import annotations

from dataclasses import replace

from reportgen.charts import ChartData, Mark, Series

HALF = 79.0
LONG_ZH = "太湖支行私人银行部尊享级别及以上（含家族信托与保险金信托）客户中最近十二个月资产净流入者"
LONG_EN = "Customers of the Lakeside private banking desk at premier level and above, family trusts included"
Cases = dict[str, tuple[tuple[Mark, ...], dict]]


def _months(count: int) -> tuple[str, ...]:
    return tuple(f"{2023 + i // 12}年{i % 12 + 1}月" for i in range(count))


def _say(value: float) -> str:
    return f"{value:,.6g}".replace("-", "−")


def _course(name: str, values: list[float | None], periods: tuple[str, ...], role: str = "", **more) -> Series:
    marks = tuple(
        Mark(label, value, _say(value), **more)
        for label, value in zip(periods, values, strict=True)
        if value is not None
    )
    return Series(name, marks, role=role)


def _plain(more: dict) -> dict:
    return {key: value for key, value in more.items() if key != "bracket"}


def _courses(kind: str) -> dict[str, ChartData]:
    """Courses with gaps, ties, one period, many periods and many lines."""
    year, three, long = _months(12), _months(3), _months(36)

    def data(series: list[Series], periods: tuple[str, ...], **more) -> ChartData:
        return ChartData(kind, tuple(series), more.pop("locale", "zh-CN"), row_labels=periods, **more)

    def wave(k: int, count: int) -> list[float | None]:
        return [float((7 * i + 11 * k) % 23 + 10 * k) for i in range(count)]

    shapes = {
        "one period": data([_course("甲支行", [5.0], year[:1]), _course("乙支行", [5.0], year[:1])], year[:1]),
        "one period half": data([_course("", [0.0], year[:1])], year[:1], width_mm=HALF),
        "two periods": data([_course("甲", [5.0, 7.0], year[:2])], year[:2], width_mm=HALF),
        "three periods": data([_course("甲", [5.0, -7.0, 2.0], three)], three),
        "thirty-six periods": data(
            [_course("甲", wave(0, 36), long), _course("上年", wave(1, 36), long, "ghost")], long
        ),
        "thirty-six half": data(
            [_course("A", wave(2, 36), long)], long, width_mm=HALF, rule=60.0, rule_text="警戒线60"
        ),
        "gaps": data(
            [
                _course("甲", [None, 3.0, None, 4.0, 5.0, None, None, 6.0, None, None, None, None], year),
                _course("乙", [None] * 11 + [4.0], year),
                _course("全缺", [None] * 12, year),
            ],
            year,
        ),
        "only old values": data([_course("甲", [3.0, 2.0, *[None] * 10], year)], year, width_mm=HALF),
        "ties": data([_course(f"支行{k}", [5.0] * 12, year) for k in range(5)], year, width_mm=HALF),
        "ties of zero": data([_course(f"支行{k}", [0.0] * 12, year) for k in range(2)], year, rule=0.0, rule_text="零"),
        "nine lines": data([_course(f"支行{k}", wave(k % 3, 12), year) for k in range(9)], year),
        "emphasis among lines": data(
            [_course(f"支行{k}", wave(k, 12), year, emphasis=k == 1) for k in range(4)], year, width_mm=HALF
        ),
        "ghost has more": data(
            [_course("本年", [4.0, 5.0, *[None] * 10], year), _course("上年同期", wave(0, 12), year, "ghost")], year
        ),
        "huge": data([_course("资产", [1.2e12, 9.9e12, 4.4e12], three)], three, width_mm=HALF, value_axis="元"),
        "small differences": data([_course("率", [0.98, 0.981, 0.979], three)], three, percent=True),
        "whiskers": data([_course("率", [0.5, 0.6, 0.4], three, low=0.3, high=0.7)], three, percent=True),
        "long name": data(
            [_course(LONG_ZH, wave(0, 12), year), _course(LONG_EN, wave(1, 12), year)], year, width_mm=HALF
        ),
        "name to be cut": data(
            [_course(f"{LONG_ZH}第{k}号1234567890" * 2, wave(k, 12), year) for k in range(4)], year, width_mm=HALF
        ),
        "shared maximum": data([_course("甲", wave(0, 12), year)], year, maximum=80.0),
        "far threshold": data([_course("甲", [5.0, 6.0, 5.5], three)], three, rule=900.0, rule_text=LONG_ZH),
        "rare character": data([_course("㙍头𠮷支行", [5.0, 6.0, 5.5], three)], three),
        "tall": data([_course("甲", [5.0, 6.0, 5.5], three)], three, height_mm=90.0),
        "low": data([_course("甲", [5.0, 6.0, 5.5], three)], three, height_mm=3.0),
    }
    return {f"course: {name}": shape for name, shape in shapes.items()}


def _trend(cases: Cases) -> dict[str, ChartData]:
    shapes = {
        name: ChartData(
            "trend", (Series("甲", marks), Series(marks[0].label if marks else "", marks)), "zh-CN", **_plain(more)
        )
        for name, (marks, more) in cases.items()
    }
    return {**shapes, **_courses("trend")}


def _small_multiples(cases: Cases) -> dict[str, ChartData]:
    """One panel a mark, which is its last value."""
    shapes = {}
    periods = _months(8)
    for panel in ("lines", "bars"):
        for name, (marks, more) in cases.items():
            series = tuple(
                Series(
                    mark.label,
                    (
                        *(
                            replace(mark, label=period, value=mark.value * (1 + (i * 5 + k) % 7 / 9), emphasis=False)
                            for i, period in enumerate(periods[:-1])
                        ),
                        replace(mark, label=periods[-1]),
                    ),
                )
                for k, mark in enumerate(marks)
            )
            shapes[f"{name}, {panel}"] = ChartData(
                "small_multiples", series, "zh-CN", row_labels=periods, options={"panel": panel}, **_plain(more)
            )
    few = {
        f"{name}, bars": replace(shape, options={"panel": "bars"})
        for name, shape in _courses("small_multiples").items()
    }
    return {**shapes, **_courses("small_multiples"), **few}


def _funnel(cases: Cases) -> dict[str, ChartData]:
    """The same marks from large to small, without the sign, with a rate each."""
    shapes = {}
    for name, (marks, more) in cases.items():
        stages = sorted((replace(m, value=abs(m.value), note=m.note or "45.6%") for m in marks), key=lambda m: -m.value)
        shapes[name] = ChartData("funnel", (Series("", tuple(stages)),), "zh-CN", **_plain(more))
    long = tuple(Mark(f"阶段{i}", 5.0 - i, f"{5 - i}", note=LONG_ZH if i else "起点") for i in range(3))
    shapes["long rate"] = ChartData("funnel", (Series("", long),), "zh-CN", width_mm=HALF)
    rising = (Mark("甲", 3.0, "3"), Mark("乙", 8.0, "8户", note="266.7%"), Mark("丙", 0.0, "0户", note="0.0%"))
    shapes["rising"] = ChartData("funnel", (Series("", rising),), "zh-CN", options={"rising": "allowed"})
    return shapes


def _sankey(cases: Cases) -> dict[str, ChartData]:
    """Flows among at most seven states named by the marks, as large as both marks together, with all sums."""
    shapes = {}
    for name, (marks, more) in cases.items():
        states = marks[:7]
        series = []
        sums = dict.fromkeys((mark.label for mark in states), 0.0)
        for row, one in enumerate(states):
            flows = [
                Mark(
                    two.label, abs(one.value) + abs(two.value) * (row == column), one.text, role="loss" * (column > row)
                )
                for column, two in enumerate(states)
            ]
            for flow in flows:
                sums[flow.label] += flow.value
            whole = sum(flow.value for flow in flows)
            series.append(Series(one.label, (*flows, Mark("", whole, _say(whole), role="total"))))
        if series:
            series.append(Series("", tuple(Mark(s, v, _say(v)) for s, v in sums.items()), role="total"))
        keep = {key: value for key, value in more.items() if key in ("width_mm", "height_mm")}
        shapes[name] = ChartData("sankey", tuple(series), "zh-CN", options={"from": "期初", "to": "期末"}, **keep)
    lone = (Series("甲", (Mark("甲", 0.0, "0"), Mark("流失", 0.0, "0", role="loss"))),)
    shapes["no flow at all"] = ChartData("sankey", lone, "zh-CN")
    return shapes


def _slope(cases: Cases) -> dict[str, ChartData]:
    shapes = {}
    for name, (marks, more) in cases.items():
        shuffled = tuple(reversed(marks)) if name == "many" else marks
        later = tuple(
            replace(mark, value=shuffled[(i * 3 + 1) % len(marks)].value, emphasis=False)
            for i, mark in enumerate(marks)
        )
        shapes[name] = ChartData(
            "slope",
            (Series("2010年末", marks), Series(LONG_EN if name == "long label" else "2011年5月末", later)),
            "zh-CN",
            **_plain(more),
        )
    one = Series("期初", (Mark("只在期初", 3.0, "3"), Mark("两期都有", 5.0, "5")))
    two = Series("期末", (Mark("两期都有", 4.0, "4"), Mark("只在期末", 4.0, "4")))
    for width in (HALF, 164.0):
        shapes[f"only one date {width:g}"] = ChartData("slope", (one, two), "zh-CN", width_mm=width)
    return shapes


AWKWARD = {
    "funnel": _funnel,
    "sankey": _sankey,
    "slope": _slope,
    "small_multiples": _small_multiples,
    "trend": _trend,
}
