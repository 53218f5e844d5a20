"""Good charts of every kind in both languages.

Figures are made up. `python tests/unit/charts/gallery.py OUT.pdf` prints the contact sheet: the charts as the page
shows them, through the renderer.
"""

from __future__ import annotations

import runpy
import sys
from base64 import b64encode
from dataclasses import dataclass
from html import escape
from pathlib import Path

from reportgen.charts import KINDS, ChartData, Mark, Series, draw

FULL, HALF = 164.0, 79.0
TIERS_ZH = ("500–600", "600–700", "700–800", "800–900", "900–1000", "≥1000")


def _one(kind: str, locale: str, marks: list[Mark], **more) -> ChartData:
    return ChartData(kind, (Series("", tuple(marks)),), locale, **more)


@dataclass(frozen=True)
class Tongue:
    """A report's language, as far as these charts speak it."""

    locale: str

    @property
    def zh(self) -> bool:
        return self.locale == "zh-CN"

    def say(self, chinese: str, english: str) -> str:
        return chinese if self.zh else english

    def base(self, n: int) -> str:
        return f"n＝{n:,}" if self.zh else f"n = {n:,}"

    def customers(self, count: int) -> str:
        return f"{count}户" if self.zh else f"{count}"


def _bars(to: Tongue) -> list[ChartData]:
    ages = [
        ("30岁以下", "Under 30", 5),
        ("30–40岁", "30–40", 21),
        ("40–50岁", "40–50", 26),
        ("50–60岁", "50–60", 15),
        ("60岁及以上", "60 and over", 5),
    ]
    half = _one(
        "bars",
        to.locale,
        [
            Mark(
                to.say(z, e),
                n,
                f"{n}户 {n / 0.72:.1f}%" if to.zh else f"{n} ({n / 0.72:.1f}%)",
                emphasis=n == 26,
            )
            for z, e, n in ages
        ],
        width_mm=HALF,
    )
    rates = [
        ("学生", "Student", 0.287, 0.258, 0.317, 938),
        ("退休", "Retired", 0.228, 0.211, 0.246, 2264),
        ("待业", "Unemployed", 0.155, 0.137, 0.176, 1303),
        ("管理人员", "Management", 0.138, 0.131, 0.145, 9458),
        ("行政", "Administration", 0.122, 0.113, 0.131, 5171),
        ("蓝领", "Blue-collar", 0.073, 0.068, 0.078, 9732),
    ]
    full = _one(
        "bars",
        to.locale,
        [
            Mark(
                to.say(z, e),
                v,
                f"{v:.1%}",
                low=lo,
                high=hi,
                n=f"n＝{n:,}" if to.zh else f"n = {n:,}",
                emphasis=v > 0.2,
            )
            for z, e, v, lo, hi, n in rates
        ],
        rule=0.117,
        rule_text=to.say("全体 11.7%", "All customers 11.7%"),
        percent=True,
    )
    change = _one(
        "bars",
        to.locale,
        [
            Mark(to.say("保险", "Insurance"), 3.2, "+3.2"),
            Mark(to.say("基金", "Funds"), 1.1, "+1.1"),
            Mark(to.say("存款", "Deposits"), -0.6, "−0.6"),
            Mark(to.say("理财", "Wealth products"), -2.8, "−2.8", emphasis=True),
        ],
        width_mm=HALF,
    )
    return [half, change, full]


def _histogram(to: Tongue) -> list[ChartData]:
    counts = (20, 16, 11, 8, 9, 8)
    half = _one(
        "histogram",
        to.locale,
        [Mark(label, n, str(n), emphasis=i < 2) for i, (label, n) in enumerate(zip(TIERS_ZH, counts, strict=True))],
        width_mm=HALF,
        bracket=(0, 1, to.say("36户，占50.0%", "36 customers, 50.0%")),
    )
    full = _one(
        "histogram",
        to.locale,
        [
            Mark(label, n, str(n), note=f"{n / 0.72:.1f}%", emphasis=i == 5)
            for i, (label, n) in enumerate(zip(TIERS_ZH, counts, strict=True))
        ],
        rule=5,
        rule_text=to.say("私人银行线 1,000万元", "Private banking from CNY 10 million"),
    )
    return [half, full]


def _waterfall(to: Tongue) -> list[ChartData]:
    marks = [
        Mark(
            to.say("期初 2010年末", "Opening, end 2010"),
            72,
            to.customers(72),
            role="total",
            note=to.say("5.85亿元", "CNY 585m"),
        ),
        Mark(
            to.say("流失", "Lost"),
            -33,
            f"−{to.customers(33)}",
            role="loss",
            note=to.say("2.60亿元", "CNY 260m"),
        ),
        Mark(
            to.say("毛新增", "Gross new"),
            111,
            f"+{to.customers(111)}",
            role="gain",
            note=to.say("11.87亿元", "CNY 1,187m"),
        ),
        Mark(
            to.say("期末 2011年5月末", "Closing, end May 2011"),
            150,
            to.customers(150),
            role="total",
            note=to.say("15.12亿元", "CNY 1,512m"),
        ),
    ]
    money = [
        Mark(to.say("期初", "Opening"), 5.85, "5.85", role="total"),
        Mark(to.say("流失客户带走", "Left with lost customers"), -2.6, "−2.60"),
        Mark(to.say("留存户变动", "Change of retained"), 0.0, "±0.00", role="neutral"),
        Mark(to.say("新增客户带来", "Brought by new customers"), 11.87, "+11.87"),
        Mark(to.say("期末", "Closing"), 15.12, "15.12", role="total"),
    ]
    return [_one("waterfall", to.locale, marks), _one("waterfall", to.locale, money, width_mm=HALF)]


def _interval(to: Tongue) -> list[ChartData]:
    rows = [
        ("全部期初客户", "All opening customers", 0.542, 0.427, 0.652, 72),
        ("500–700万元", "CNY 5–7 million", 0.5, 0.345, 0.655, 36),
        ("≥800万元", "CNY 8 million and over", 0.6, 0.407, 0.766, 25),
    ]
    marks = [
        Mark(
            to.say(z, e),
            v,
            f"{v:.1%}（{lo * 100:.1f}～{hi * 100:.1f}）" if to.zh else f"{v:.1%} ({lo * 100:.1f}–{hi * 100:.1f})",
            low=lo,
            high=hi,
            n=f"n＝{n}" if to.zh else f"n = {n}",
            emphasis=i == 0,
        )
        for i, (z, e, v, lo, hi, n) in enumerate(rows)
    ]
    more = {"rule": 0.7, "rule_text": to.say("警戒线70%", "Alert line 70%"), "percent": True}
    return [
        _one("interval", to.locale, marks, **more),
        _one("interval", to.locale, marks, width_mm=HALF, **more),
    ]


def _lorenz(to: Tongue) -> list[ChartData]:
    shares = (-0.002, 0.0, 0.004, 0.014, 0.035, 0.069, 0.122, 0.205, 0.345, 1.0)
    marks = [
        Mark(
            to.say(f"最不富裕的{(i + 1) * 10}%客户", f"held by the poorest {(i + 1) * 10}%"),
            v,
            to.say(f"持有{v:.1%}", f"{v:.1%}"),
            emphasis=i in (4, 7, 8),
        )
        for i, v in enumerate(shares)
    ]
    more = {
        "options": {
            "gini": to.say("基尼系数 0.71", "Gini coefficient 0.71"),
            "equality": to.say("完全平均", "Equality"),
            "x_axis": to.say("客户累计占比（由少到多）", "Cumulative share of customers, poorest first"),
        },
        "value_axis": to.say("资产累计占比", "Cumulative share of assets"),
    }
    return [_one("lorenz", to.locale, marks, width_mm=HALF, **more), _one("lorenz", to.locale, marks, **more)]


def _heatmap(to: Tongue) -> list[ChartData]:
    rows = [("企业主", "Business owner"), ("高管", "Executive"), ("专业人士", "Professional"), ("退休", "Retired")]
    values = [(-2.1, 0.4, 3.3), (0.3, -0.8, 0.6), (1.2, 0.7, -2.4), (0.9, -0.2, -3.6)]
    bands = [
        to.say("500–700万元", "CNY 5–7m"),
        to.say("700–1000万元", "CNY 7–10m"),
        to.say("≥1000万元", "CNY 10m+"),
    ]
    series = tuple(
        Series(
            to.say(z, e),
            tuple(
                Mark(
                    band,
                    v,
                    f"{v:+.1f}".replace("-", "−"),
                    note=to.say(f"{int(9 + v)}户", f"n = {int(9 + v)}"),
                    emphasis=abs(v) > 3,
                )
                for band, v in zip(bands, vs, strict=True)
            ),
        )
        for (z, e), vs in zip(rows, values, strict=True)
    )
    names = [
        to.say(z, e)
        for z, e in (
            ("大众", "Mass"),
            ("富裕", "Affluent"),
            ("财富", "Wealth"),
            ("私行", "Private"),
            ("流失", "Left"),
        )
    ]
    counts = [(820, 41, 3, 0, 66), (35, 310, 22, 1, 19), (2, 18, 120, 9, 8), (0, 1, 7, 64, 5)]
    matrix = tuple(
        Series(row, tuple(Mark(name, v, f"{v:,}") for name, v in zip(names, vs, strict=True)))
        for row, vs in zip(names, counts, strict=False)
    )
    return [
        ChartData("heatmap", series, to.locale),
        ChartData("heatmap", matrix, to.locale, width_mm=HALF, options={"scale": "counts"}),
    ]


def _share_bars(to: Tongue) -> list[ChartData]:
    parts = [("大众", "Mass"), ("富裕", "Affluent"), ("财富", "Wealth"), ("私人银行", "Private")]
    rows = [
        (to.say("客户数", "Customers"), (0.812, 0.142, 0.034, 0.012)),
        (to.say("金融资产", "Assets"), (0.184, 0.262, 0.218, 0.336)),
    ]
    series = tuple(
        Series(name, tuple(Mark(to.say(z, e), v, f"{v:.1%}") for (z, e), v in zip(parts, vs, strict=True)))
        for name, vs in rows
    )
    strong = tuple(
        Series(s.name, tuple(Mark(m.label, m.value, m.text, emphasis=i == 3) for i, m in enumerate(s.marks)))
        for s in series
    )
    return [
        ChartData("share_bars", series, to.locale),
        ChartData("share_bars", strong, to.locale, width_mm=HALF),
    ]


def _dumbbell(to: Tongue) -> list[ChartData]:
    rows = [
        ("30岁以下", "Under 30", 5, 14),
        ("30–40岁", "30–40", 21, 48),
        ("40–50岁", "40–50", 26, 51),
        ("50–60岁", "50–60", 15, 31),
        ("60岁及以上", "60 and over", 5, 6),
    ]
    earlier = Series(
        to.say("2010年末", "End 2010"),
        tuple(Mark(to.say(z, e), a, str(a), emphasis=a == 21) for z, e, a, _ in rows),
    )
    later = Series(
        to.say("2011年5月末", "End May 2011"),
        tuple(Mark(to.say(z, e), b, str(b), emphasis=a == 21) for z, e, a, b in rows),
    )
    return [ChartData("dumbbell", (earlier, later), to.locale, width_mm=width) for width in (HALF, FULL)]


def _pyramid(to: Tongue) -> list[ChartData]:
    rows = [
        ("60岁及以上", "60 and over", 0.12, 0.31),
        ("50–60岁", "50–60", 0.19, 0.28),
        ("40–50岁", "40–50", 0.24, 0.22),
        ("30–40岁", "30–40", 0.27, 0.14),
        ("30岁以下", "Under 30", 0.18, 0.05),
    ]
    left = Series(
        to.say("占客户数", "Share of customers"),
        tuple(Mark(to.say(z, e), a, f"{a:.1%}", emphasis=a == 0.12) for z, e, a, _ in rows),
    )
    right = Series(
        to.say("占资产", "Share of assets"),
        tuple(Mark(to.say(z, e), b, f"{b:.1%}", emphasis=b == 0.31) for z, e, _, b in rows),
    )
    return [ChartData("pyramid", (left, right), to.locale, width_mm=width) for width in (HALF, FULL)]


def _gap_strip(to: Tongue) -> list[ChartData]:
    bands = [
        ("7天内", "Up to 7 days", 18),
        ("8–14天", "8–14", 15),
        ("15–30天", "15–30", 26),
        ("31–60天", "31–60", 41),
        ("61–90天", "61–90", 32),
        ("90天以上", "Over 90", 18),
    ]
    marks = [Mark(to.say(z, e), n, to.customers(n)) for z, e, n in bands]
    more = {
        "rule": 3,
        "rule_text": to.say("联系时限30天", "Contact due within 30 days"),
        "bracket": (3, 5, to.say("91户（60.7%）超过时限", "91 customers (60.7%) past the limit")),
    }
    return [_one("gap_strip", to.locale, marks, width_mm=width, **more) for width in (FULL, HALF)]


def _spark(to: Tongue) -> list[ChartData]:
    return [_one("spark", to.locale, [Mark("", v, "") for v in (3, 4, 3.5, 5, 6.5, 6, 8)], width_mm=30.0)]


_GOOD = {
    "bars": _bars,
    "histogram": _histogram,
    "waterfall": _waterfall,
    "interval": _interval,
    "lorenz": _lorenz,
    "heatmap": _heatmap,
    "share_bars": _share_bars,
    "dumbbell": _dumbbell,
    "pyramid": _pyramid,
    "gap_strip": _gap_strip,
    "spark": _spark,
    **runpy.run_path(str(Path(__file__).with_name("gallery_moves.py")))["GOOD"],
}


def good(kind: str, locale: str) -> list[ChartData]:
    """Realistic charts of one kind."""
    return _GOOD[kind](Tongue(locale))


def sheet(drawings: list[tuple[str, ChartData]]) -> str:
    """An HTML page with each chart at its own size under its name."""
    cells = []
    for name, data in drawings:
        drawing = draw(data)
        source = b64encode(drawing.svg).decode()
        cells.append(
            f'<figure><figcaption>{escape(name)}</figcaption><img src="data:image/svg+xml;base64,{source}" '
            f'style="width:{drawing.width_mm}mm;height:{drawing.height_mm:.3f}mm"></figure>'
        )
    fonts = Path(__file__).resolve().parents[3] / "templates" / "assets" / "fonts" / "noto-sans-sc"
    faces = "".join(
        f"@font-face{{font-family:'Noto Sans SC';font-weight:{weight};"
        f"src:url('{(fonts / f'NotoSansSC-{name}.ttf').as_uri()}')}}"
        for weight, name in ((400, "Regular"), (700, "Bold"))
    )
    style = (
        f"{faces}@page{{size:A4;margin:15mm 23mm}}body{{font:8pt 'Noto Sans SC'}}"
        "figure{display:inline-block;margin:0 2mm 6mm 0;vertical-align:top;break-inside:avoid}"
        "figcaption{color:#888;font-size:6pt}img{display:block}"
    )
    return f"<!doctype html><meta charset=utf-8><style>{style}</style>{''.join(cells)}"


if __name__ == "__main__":
    from awkward import awkward
    from weasyprint import HTML

    shown = (
        [(f"{kind} {locale}", data) for locale in ("zh-CN", "en") for kind in KINDS for data in good(kind, locale)]
        if len(sys.argv) < 3
        else [(f"{kind}: {name}", data) for kind in sys.argv[2:] for name, data in awkward(kind).items()]
    )
    HTML(string=sheet(shown)).write_pdf(sys.argv[1])
