"""Data that trip charts, for every kind."""

from __future__ import annotations

import runpy
from pathlib import Path

from reportgen.charts import ChartData, Mark, Series

MOVES = runpy.run_path(str(Path(__file__).with_name("awkward_moves.py")))["AWKWARD"]
HALF = 79.0
LONG_ZH = "太湖支行私人银行部尊享级别及以上（含家族信托与保险金信托）客户中最近十二个月资产净流入者"
LONG_EN = "Customers of the Lakeside private banking desk at premier level and above, family trusts included"
HOSTILE = (
    "<script>alert(1)</script>",
    "$x^2$ & $\\frac{1}{2}$",
    "100% \\alpha_b %d {x}",
    "a" * 90,
    "\x00tab\there\nthere",
    "😀𠮷",
)


def awkward(kind: str) -> dict[str, ChartData]:
    """Data that trip charts, for any kind."""

    def marks(
        values: list[float], label=lambda i: f"M{i}", text=lambda v: f"{v:g}".replace("-", "−"), **more
    ) -> tuple[Mark, ...]:
        return tuple(Mark(label(i), v, text(v), **more) for i, v in enumerate(values))

    many = [float(7 * i % 31 + 1) for i in range(30)]
    cases: dict[str, tuple[tuple[Mark, ...], dict]] = {
        "one": (marks([5.0]), {}),
        "none": ((), {}),
        "zeros": (marks([0.0, 0.0, 0.0]), {}),
        "negative": (marks([-5.0, 3.0, -0.4, 8.0, -2.5]), {}),
        "all negative": (marks([-5.0, -3.0]), {}),
        "many": (marks(many, label=lambda i: f"分组{i:02d}"), {}),
        "many half": (marks(many, label=lambda i: f"segment {i:02d}"), {"width_mm": HALF}),
        "long label": (marks([3.0, 9.0], label=lambda i: (LONG_ZH, LONG_EN)[i]), {"width_mm": HALF}),
        "hostile": (marks([float(i + 1) for i in range(len(HOSTILE))], label=lambda i: HOSTILE[i]), {}),
        "hostile text": (tuple(Mark(f"r{i}", i + 1.0, text[:40]) for i, text in enumerate(HOSTILE)), {}),
        "long text": (
            marks([3.0, 9.0, 1.0], text=lambda v: f"1,234,567,890.1{v:g}万元（占全部期末金融资产的12.3%）"),
            {"width_mm": HALF},
        ),
        "tiny beside huge": (marks([1e9, 1.0, 0.001, 2e-7]), {}),
        "intervals": (
            tuple(
                Mark(
                    f"r{i}",
                    0.2 * i,
                    f"{0.2 * i:.1%}",
                    low=0.2 * i - 0.15,
                    high=0.2 * i + 0.1,
                    n=f"n={i}",
                    note="附注",
                    emphasis=i == 2,
                )
                for i in range(5)
            ),
            {"percent": True},
        ),
        "zero width": (
            tuple(Mark(f"r{i}", 0.5, "50.0%", low=0.5, high=0.5, n="n=1") for i in range(3)),
            {"percent": True},
        ),
        "notes": (marks([4.0, -2.0, 9.0], note="第二行 12.3%"), {"width_mm": HALF}),
        "tall": (marks([4.0, 2.0]), {"height_mm": 90.0}),
        "low": (marks([4.0, 2.0]), {"height_mm": 3.0}),
        "narrow": (marks([4.0, 2.0]), {"width_mm": 24.0}),
        "rule": (marks([4.0, 2.0, 5.0]), {"rule": 1.0, "rule_text": "达标线100万元"}),
        "rule first": (
            marks([4.0, 2.0, 5.0]),
            {"rule": 0.0, "rule_text": "一条写得很长很长的达标线说明100万元", "width_mm": HALF},
        ),
        "rule and bracket": (
            marks([4.0, 2.0, 50.0, 7.0]),
            {"rule": 1.0, "rule_text": "界限", "bracket": (0, 2, "三项合计56户，占八成以上")},
        ),
        "bracket last": (
            marks([40.0, 2.0, 5.0, 7.0]),
            {"bracket": (3, 3, "末项7户，说明文字比这一列宽得多"), "width_mm": HALF},
        ),
        "equal": (marks([7.0] * 6, emphasis=True), {"width_mm": HALF}),
    }
    if kind == "lorenz":
        return {name: _lorenz(m, more) for name, (m, more) in cases.items()}
    if kind == "heatmap":
        return {
            name: ChartData(
                kind,
                (Series("第一行", m), Series(LONG_ZH if name == "long label" else "R2", m)),
                "zh-CN",
                **{k: v for k, v in more.items() if k != "bracket"},
            )
            for name, (m, more) in cases.items()
        }
    if kind in ("dumbbell", "pyramid"):
        return {
            name: ChartData(
                kind,
                (
                    Series("2010年末", m),
                    Series(
                        LONG_EN if name == "long label" else "2011年5月末", tuple(reversed(m)) if name == "many" else m
                    ),
                ),
                "zh-CN",
                **more,
            )
            for name, (m, more) in cases.items()
        }
    if kind == "share_bars":
        return {
            name: ChartData(kind, (Series("期初", m), Series("期末", m)), "zh-CN", **more)
            for name, (m, more) in cases.items()
        }
    if kind in MOVES:
        return MOVES[kind]({name: (m, dict(more)) for name, (m, more) in cases.items()})
    return {name: ChartData(kind, (Series("", m),), "zh-CN", **more) for name, (m, more) in cases.items()}


def _lorenz(marks: tuple[Mark, ...], more: dict) -> ChartData:
    """The same marks as points of a curve: cumulated shares of the sorted values, few points all stated."""
    values = sorted(mark.value for mark in marks)
    whole = sum(value for value in values if value > 0) or 1.0
    curve = tuple(
        Mark(mark.label, min(sum(values[: i + 1]) / whole, 1.0), mark.text, emphasis=len(marks) <= 6)
        for i, mark in enumerate(marks)
    )
    more = {key: value for key, value in more.items() if key not in ("rule", "bracket")}
    more["width_mm"] = max(more.get("width_mm", 164.0), 45.0)
    options = {"gini": "基尼系数 0.71", "equality": "完全平均", "x_axis": "客户累计占比"}
    return ChartData("lorenz", (Series("", curve),), "zh-CN", options=options, value_axis="资产累计占比", **more)
