"""The subject: classification, correction, report, period, whose figures, and the headline figure.

    【内部】客户分层管理分析 2025年12月 · 湖滨支行 · 金融资产13.27亿元 环比+4.6%
"""

from __future__ import annotations

import re

from reportgen.delivery.message.issued import MailedEdition
from reportgen.delivery.message.words import Words
from reportgen.document.model import Text, Tile, Tiles
from reportgen.facts.fact import parse_fact_id

_ARROW = re.compile(r"\s*[▲▼＝]\s*")


def subject(edition: MailedEdition, words: Words, headline: Tile | None) -> str:
    """The subject; `headline` None leaves the figure out."""
    cover = edition.document.cover
    marks = words.fill("mark", text=cover.classification)
    if edition.manifest.supersedes is not None:
        marks += words.fill("mark", text=words["corrected"])
    parts = [words.fill("subject", title=cover.title, period=cover.period), unit_name(edition)]
    if headline is not None:
        parts.append(figure(headline, edition, words))
    return marks.rstrip() + ("" if edition.locale == "zh-CN" else " ") + " · ".join(part for part in parts if part)


def unit_name(edition: MailedEdition) -> str:
    """Whose figures: the branch's, region's or bank's name as it stands at the foot of each page."""
    left, cover = edition.document.footer[0], edition.document.cover
    name = left.partition(f" · {cover.period}")[0]
    return "" if name.startswith(cover.period) else name


def full_name(edition: MailedEdition) -> tuple[str, str]:
    """Organisation and unit as the cover has them, the unit's name uncut; no unit in the bank's own report."""
    whole, unit = edition.document.cover.organisation, unit_name(edition)
    at = whole.rfind(unit.removesuffix("…")) if unit and edition.document.scope != "bank" else -1
    return (whole[:at].rstrip(" ·"), whole[at:]) if at >= 0 else (whole, "")


def chosen(edition: MailedEdition, metric: str) -> Tile | None:
    """The tile of `metric`; without one asked for the first that is an amount of money, else the first.

    None where the summary has no such tile.
    """
    tiles = tiles_of(edition)
    if metric:
        return next((one for one in tiles if _metric(one) == metric), None)
    money = (one for one in tiles if "元" in one.unit or one.unit.startswith(edition.manifest.currency))
    return next(money, tiles[0] if tiles else None)


def tiles_of(edition: MailedEdition) -> tuple[Tile, ...]:
    """All KPI tiles of the summary."""
    blocks = (block for section in edition.document.sections if section.id == "summary" for block in section.blocks)
    return tuple(tile for block in blocks if isinstance(block, Tiles) for tile in block.tiles)


def figure(tile: Tile, edition: MailedEdition, words: Words) -> str:
    """`金融资产13.27亿元 环比+4.6%`; `Assets CNY 1,327.30 million, +4.6% vs last month`."""
    moved = [plain(one) for one in tile.changes if _ARROW.search(plain(one))][:1]
    change = _ARROW.sub("", moved[0]) if moved else ""
    key = "figure" if change else "figure_alone"
    return words.fill(key, label=tile.label, value=amount(tile, edition), change=change).strip()


def amount(tile: Tile, edition: MailedEdition) -> str:
    """The tile's value with its unit as a sentence prints it: 13.27亿元, CNY 1,327.30 million, 77.3%."""
    value, currency = plain(tile.value), edition.manifest.currency
    if tile.unit.startswith(f"{currency} "):
        return f"{currency} {value}{tile.unit.removeprefix(currency)}"
    return f"{value}{tile.unit}" if edition.locale == "zh-CN" or tile.unit == "%" else f"{value} {tile.unit}".rstrip()


def plain(text: Text) -> str:
    """The words without their marks."""
    return "".join(span.text for span in text)


def _metric(tile: Tile) -> str:
    found = next((span.fact for span in tile.value if span.fact), "")
    return (parse_fact_id(found) or {}).get("metric", "")
