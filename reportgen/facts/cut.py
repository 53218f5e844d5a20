"""Dimensions made ready: the defaults, the ones this data can carry, segment ids, order and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from pydantic import Field, RootModel

from reportgen.config import Job
from reportgen.config.amount import MULTIPLES
from reportgen.config.dimension import Bands, Categories, Combination, Dimension, Groups
from reportgen.config.loader import read
from reportgen.config.model import Id, Label, Model, words
from reportgen.facts.segment import DimensionView, Segment
from reportgen.facts.table import Default, Omission

MISSING = "missing"
_FLAGS = {"true": {"zh-CN": "是", "en": "Yes"}, "false": {"zh-CN": "否", "en": "No"}}


class DefaultDimensions(RootModel[dict[Id, Dimension]]):
    """`config/dimensions/defaults.yaml`: what a job gets that states no dimension."""


class ColumnWords(Model):
    """Words for a column and the codes that stand in it."""

    label: Label
    segments: dict[str, Label] = Field(default_factory=dict)


class Dictionary(RootModel[dict[Id, ColumnWords]]):
    """`config/dimensions/words.yaml`: column id to its words."""


def column_of(name: str, dimensions: Mapping[str, Dimension]) -> tuple[str, ...]:
    """The canonical columns a dimension is cut from."""
    dimension = dimensions[name]
    if isinstance(dimension, Groups):
        return column_of(dimension.of, dimensions)
    if isinstance(dimension, Combination):
        return tuple(column for part in dimension.combine for column in column_of(part, dimensions))
    return (dimension.column,)


def choose_dimensions(
    job: Job, columns: Iterable[str], folder: Path
) -> tuple[dict[str, Dimension], list[Default], list[Omission]]:
    """The dimensions this run cuts by: the job's, or the defaults whose columns the data has."""
    have = set(columns)
    if job.dimensions:
        usable, left = {}, []
        for name in job.dimensions:
            lacking = [column for column in column_of(name, job.dimensions) if column not in have]
            if lacking:
                left.append(Omission(name, tuple(f"snapshots.{column}" for column in lacking)))
            else:
                usable[name] = job.dimensions[name]
        return usable, [], left
    known = read(folder / "defaults.yaml", DefaultDimensions).root
    usable = {name: one for name, one in known.items() if have.issuperset(column_of(name, known))}
    return usable, [Default(f"dimensions.{name}", _spell(one)) for name, one in usable.items()], []


def _spell(dimension: Dimension) -> str:
    if isinstance(dimension, Bands):
        edges = ", ".join(_plain(edge) for edge in dimension.edges)
        return f"{dimension.column}: {edges} {dimension.unit or ''}".strip()
    return getattr(dimension, "column", "")


def _plain(edge: Decimal) -> str:
    return f"{edge:f}"


def band_ids(band: Bands) -> list[str]:
    """`<30`, `30-40`, …, `60+`."""
    edges = [_plain(edge) for edge in band.edges]
    between = [f"{low}-{high}" for low, high in pairwise(edges)]
    return [f"<{edges[0]}", *between, f"{edges[-1]}+"]


def load_words(folder: Path) -> dict[str, ColumnWords]:
    return read(folder / "words.yaml", Dictionary).root


def view(
    name: str,
    dimensions: Mapping[str, Dimension],
    sizes: Mapping[str, int],
    dictionary: Mapping[str, ColumnWords],
    currency: str,
) -> DimensionView:
    """A dimension with the segments that occur (`sizes`: segment id to customers), in print order."""
    dimension = dimensions[name]
    column = column_of(name, dimensions)[0]
    known = dictionary.get(column)
    label = words(dimension.label, "") if dimension.label else words(known.label if known else None, name)
    kind, of, unit, partition = "category", "", "", True
    if isinstance(dimension, Bands):
        kind, unit = "band", dimension.unit or ""
        ids = band_ids(dimension)
        # An open end nobody stands in is no part of the picture; an empty band between others is.
        ids = [one for place, one in enumerate(ids) if 0 < place < len(ids) - 1 or sizes.get(one)]
    elif isinstance(dimension, Groups):
        kind, of, ids, partition = "group", dimension.of, list(dimension.groups), False
        base = dimensions[dimension.of]
        unit = base.unit or "" if isinstance(base, Bands) else ""
    else:
        stated = dimension.order if isinstance(dimension, Categories) else ()
        ids = [one for one in stated if one in sizes]
        others = [one for one in sizes if one not in ids and one != MISSING]
        ids += sorted(others, key=lambda one: (-sizes[one], one))
        kind = "combined" if isinstance(dimension, Combination) else "category"
    if sizes.get(MISSING) and MISSING not in ids:
        ids.append(MISSING)
    parts = [column_of(part, dimensions)[0] for part in dimension.combine] if isinstance(dimension, Combination) else []
    segments = []
    for one in ids:
        own = dimension.labels.get(one)
        if own is not None:
            text = words(own, one)
        elif one == MISSING:
            text = {"zh-CN": "缺失", "en": "Missing"}
        elif kind in ("band", "group"):
            text = _band_words(one, column, unit, currency)
        elif parts:
            text = _combined_words(one, parts, dictionary)
        else:
            text = words(known.segments.get(one) if known else None, one) if one not in _FLAGS else _FLAGS[one]
        segments.append(Segment(one, text))
    return DimensionView(name, kind, column, label, tuple(segments), unit, of, partition)  # type: ignore[arg-type]


def _combined_words(segment: str, columns: list[str], dictionary: Mapping[str, ColumnWords]) -> dict[str, str]:
    texts: dict[str, list[str]] = {"zh-CN": [], "en": []}
    for part, column in zip(segment.split("&"), columns, strict=False):
        known = dictionary.get(column)
        own = words(known.segments.get(part) if known else None, part) if part not in _FLAGS else _FLAGS[part]
        for locale, text in own.items():
            head = words(known.label if known else None, column)[locale]
            texts[locale].append(f"{head}{'：' if locale == 'zh-CN' else ': '}{text}")
    return {"zh-CN": "，".join(texts["zh-CN"]), "en": ", ".join(texts["en"])}


def _band_words(segment: str, column: str, unit: str, currency: str) -> dict[str, str]:
    """Words of a band: `30–40岁`, `500–600万元`, `CNY 5–6 million`, `60 and over`."""
    if not unit:
        years = "岁" if column == "age" else ""
        return _range_words(segment, "", years, "", "")
    in_chinese = (
        unit if "元" in unit or unit == "分" else {"main": "", "thousand": "千", "million": "百万"}.get(unit, "")
    )
    money = {"CNY": "元", "EUR": "欧元", "USD": "美元", "GBP": "英镑", "HKD": "港元"}.get(currency, currency)
    after_zh = in_chinese if "元" in in_chinese or unit == "分" else in_chinese + money
    factor, after_en = Decimal(1), ""
    if MULTIPLES[unit] >= 10_000:
        factor, after_en = MULTIPLES[unit] / 1_000_000, " million"
    elif unit == "thousand":
        after_en = " thousand"
    chinese = _range_words(segment, "", after_zh, "", "")["zh-CN"]
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


def _scaled(segment: str, factor: Decimal) -> str:
    bounds = _bounds(segment)
    if bounds is None or factor == 1:
        return segment
    low, high = (f"{(Decimal(part) * factor).normalize():f}" if part else "" for part in bounds)
    return f"<{high}" if not low else f"{low}+" if not high else f"{low}-{high}"


def _range_words(segment: str, before_zh: str, after_zh: str, before_en: str, after_en: str) -> dict[str, str]:
    bounds = _bounds(segment)
    if bounds is None:
        return {"zh-CN": segment, "en": segment}
    low, high = (f"{Decimal(part):,f}".replace("-", "−") if part else "" for part in bounds)
    if not low:
        return {"zh-CN": f"{before_zh}{high}{after_zh}以下", "en": f"Under {before_en}{high}{after_en}"}
    if not high:
        return {"zh-CN": f"{before_zh}{low}{after_zh}及以上", "en": f"{before_en}{low}{after_en} and over"}
    return {"zh-CN": f"{before_zh}{low}–{high}{after_zh}", "en": f"{before_en}{low}–{high}{after_en}"}
