"""The comparison of two editions as one page of HTML: no script, nothing from elsewhere, fit to print or mail."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from reportgen.archive.comparison import Comparison, Row
from reportgen.archive.kept import Kept
from reportgen.config.model import Locale

_WORDS: dict[Locale, dict[str, str]] = {
    "zh-CN": {
        "title": "版本对比", "edition": "版本", "issued": "归档时间（UTC）", "manifest": "清单哈希", "id": "内容编号",
        "findings": "问题：{n}项不同", "whole": "整体指标：{n}项不同", "segments": "分组指标：{n}项不同",
        "none": "没有差异。", "metric": "指标", "segment": "分组", "at": "时点", "change": "变动", "issue": "问题",
        "note": "“—”表示该版没有此数，或两期口径跨度不同，不计算变动。金额、比例按报告口径显示，精确值见 --json。",
    },
    "en": {
        "title": "Two editions compared", "edition": "Edition", "issued": "Archived (UTC)", "manifest": "Manifest hash",
        "id": "Content id", "findings": "Issues: {n} differ", "whole": "Figures of the whole: {n} differ",
        "segments": "Figures of segments: {n} differ", "none": "Nothing differs.", "metric": "Metric",
        "segment": "Segment", "at": "Date", "change": "Change", "issue": "Issue",
        "note": "— stands where an edition has no such figure, or where the two flows cover spans of different length, "
                "so that no change is told. Exact values: --json.",
    },
}
_STYLE = """
body{font:14px/1.5 "Source Han Sans SC","Noto Sans CJK SC","Microsoft YaHei",Arial,sans-serif;color:#222;
max-width:1100px;margin:2em auto;padding:0 1em}
h1{font-size:22px;margin:0 0 .6em}h2{font-size:16px;margin:1.8em 0 .5em}
table{border-collapse:collapse;width:100%}thead{display:table-header-group}tr{break-inside:avoid}
th,td{padding:.25em .6em;border-bottom:1px solid #ddd;text-align:left;vertical-align:top}
th{border-bottom:1px solid #555;font-weight:600}
td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
code{font-size:12px;word-break:break-all}.note{color:#555;margin-top:2em}
"""


def comparison_page(found: Comparison) -> str:
    """The whole page in the comparison's language."""
    words = _WORDS[found.locale]
    whole = [row for row, one in zip(found.fact_rows, found.facts, strict=True) if not one.dimension]
    parts = [row for row, one in zip(found.fact_rows, found.facts, strict=True) if one.dimension]
    heads = (words["metric"], words["segment"], words["at"], "A", "B", words["change"])
    body = [
        f"<h1>{escape(words['title'])}</h1>",
        _editions(found.a, found.b, words),
        _section(words["findings"], found.finding_rows, (words["issue"], *heads[1:]), words),
        _section(words["whole"], whole, heads, words),
        _section(words["segments"], parts, heads, words),
        f'<p class="note">{escape(words["note"])}</p>',
    ]
    title = f"{words['title']} · {found.a.issued} · {found.b.issued}"
    return (f'<!DOCTYPE html>\n<html lang="{found.locale}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
            f"<style>{_STYLE}</style></head>\n<body>\n" + "\n".join(body) + "\n</body></html>\n")


def _editions(a: Kept, b: Kept, words: dict[str, str]) -> str:
    rows = [
        _line((mark, str(one.issued), one.manifest.edition, one.issued.entry.time.replace("T", " ").rstrip("Z"),
               one.issued.manifest), code=4)
        for mark, one in (("A", a), ("B", b))
    ]
    heads = ("", words["edition"], words["id"], words["issued"], words["manifest"])
    return _table(heads, rows, numeric=())


def _section(title: str, rows: Sequence[Row], heads: Sequence[str], words: dict[str, str]) -> str:
    head = f"<h2>{escape(title.format(n=len(rows)))}</h2>"
    if not rows:
        return f"{head}<p>{escape(words['none'])}</p>"
    dated = any(row.at for row in rows)
    shown = [(row.label, row.segment, *((row.at,) if dated else ()), row.a, row.b, row.change) for row in rows]
    kept = [*heads[:2], *(heads[2:3] if dated else ()), *heads[3:]]
    numeric = tuple(range(len(kept) - 3, len(kept)))
    return head + _table(kept, [_line(row, numeric=numeric) for row in shown], numeric)


def _table(heads: Sequence[str], lines: Sequence[str], numeric: Sequence[int]) -> str:
    cells = "".join(f"<th{_class(at, numeric)}>{escape(text)}</th>" for at, text in enumerate(heads))
    return f"<table><thead><tr>{cells}</tr></thead><tbody>\n{chr(10).join(lines)}\n</tbody></table>"


def _line(cells: Sequence[str], numeric: Sequence[int] = (), code: int = -1) -> str:
    shown = (f"<code>{escape(text)}</code>" if at == code else escape(text) for at, text in enumerate(cells))
    return "<tr>" + "".join(f"<td{_class(at, numeric)}>{text}</td>" for at, text in enumerate(shown)) + "</tr>"


def _class(at: int, numeric: Sequence[int]) -> str:
    return ' class="n"' if at in numeric else ""
