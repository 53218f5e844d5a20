"""Words for segments: the shipped dictionary, bands of ages and amounts, combinations."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from pydantic import Field, RootModel

from reportgen.config.amount import MULTIPLES
from reportgen.config.loader import read
from reportgen.config.model import Id, Label, Model, words

MISSING = "missing"
_FIXED = {
    MISSING: {"zh-CN": "缺失", "en": "Missing"},
    "true": {"zh-CN": "是", "en": "Yes"},
    "false": {"zh-CN": "否", "en": "No"},
}
_CURRENCIES = {"CNY": "元", "EUR": "欧元", "USD": "美元", "GBP": "英镑", "HKD": "港元"}
_MYRIAD = 10_000


class ColumnWords(Model):
    """Words for a column and the codes that stand in it."""

    label: Label
    segments: dict[str, Label] = Field(default_factory=dict)


class Dictionary(RootModel[dict[Id, ColumnWords]]):
    """`config/dimensions/words.yaml`: column id to its words."""


def load_words(folder: Path) -> dict[str, ColumnWords]:
    return read(folder / "words.yaml", Dictionary).root


def code_words(code: str, known: ColumnWords | None) -> dict[str, str]:
    """Words of a category's code: the dictionary's, those of flags and missing values, else the code itself."""
    if code in _FIXED and (known is None or code not in known.segments):
        return _FIXED[code]
    return words(known.segments.get(code) if known else None, code)


def combined_words(segment: str, columns: list[str], dictionary: Mapping[str, ColumnWords]) -> dict[str, str]:
    texts: dict[str, list[str]] = {"zh-CN": [], "en": []}
    for part, column in zip(segment.split("&"), columns, strict=False):
        known = dictionary.get(column)
        own = code_words(part, known)
        for locale, text in own.items():
            head = words(known.label if known else None, column)[locale]
            texts[locale].append(f"{head}{'：' if locale == 'zh-CN' else ': '}{text}")
    return {"zh-CN": "，".join(texts["zh-CN"]), "en": ", ".join(texts["en"])}


def band_words(segment: str, column: str, unit: str, currency: str) -> dict[str, str]:
    """Words of a band: `30～40岁`, `500万～600万元`, `CNY 5–6 million`, `60 and over`."""
    if not unit:
        years = "岁" if column == "age" else ""
        return _range_words(segment, "", years, "", "")
    own = _CURRENCIES.get(currency, currency)
    in_chinese = {"main": own, "thousand": f"千{own}", "million": f"百万{own}", "billion": f"十亿{own}", "minor": "分"}
    shown = segment
    after_zh = in_chinese.get(unit, unit)
    if own == after_zh == "元" and _divides(segment, _MYRIAD):
        shown, after_zh = _scaled(segment, Decimal(1) / _MYRIAD), "万元"
    factor, after_en = Decimal(1), ""
    if MULTIPLES[unit] >= 10_000:
        factor, after_en = MULTIPLES[unit] / 1_000_000, " million"
    elif unit == "thousand":
        after_en = " thousand"
    # A Chinese range repeats the multiple and not the currency: 500万～600万元.
    multiple = after_zh.removesuffix(own) if after_zh != own else ""
    chinese = _range_words(shown, multiple, after_zh, "", "")["zh-CN"]
    english = _range_words(_scaled(segment, factor), "", "", f"{currency} ", after_en)["en"]
    return {"zh-CN": chinese, "en": english}


def _bounds(segment: str) -> tuple[str, str] | None:
    """Lower and upper bound texts of a band id; None for a name that is no band."""
    low, high = "", ""
    if segment.startswith("<"):
        high = segment[1:]
    elif segment.endswith("+"):
        low = segment[:-1]
    else:
        low, _, high = segment[1:].partition("-")
        low = segment[0] + low
    numeric = all(part == "" or part.lstrip("-").replace(".", "", 1).isdigit() for part in (low, high))
    return (low, high) if numeric and (low or high) else None


def _divides(segment: str, by: int) -> bool:
    """Whether every bound of a band is a whole multiple."""
    bounds = _bounds(segment)
    return bounds is not None and all(part == "" or Decimal(part) % by == 0 for part in bounds)


def _scaled(segment: str, factor: Decimal) -> str:
    bounds = _bounds(segment)
    if bounds is None or factor == 1:
        return segment
    low, high = (f"{(Decimal(part) * factor).normalize():f}" if part else "" for part in bounds)
    return f"<{high}" if not low else f"{low}+" if not high else f"{low}-{high}"


def _range_words(segment: str, multiple_zh: str, after_zh: str, before_en: str, after_en: str) -> dict[str, str]:
    bounds = _bounds(segment)
    if bounds is None:
        return {"zh-CN": segment, "en": segment}
    low, high = (f"{Decimal(part):,f}".replace("-", "−") if part else "" for part in bounds)
    if not low:
        return {"zh-CN": f"{high}{after_zh}以下", "en": f"Under {before_en}{high}{after_en}"}
    if not high:
        return {"zh-CN": f"{low}{after_zh}及以上", "en": f"{before_en}{low}{after_en} and over"}
    multiple = "" if low == "0" else multiple_zh
    return {"zh-CN": f"{low}{multiple}～{high}{after_zh}", "en": f"{before_en}{low}–{high}{after_en}"}
