"""From a document to one page of HTML: the template's filters, its metadata, and what it may never hold."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from itertools import groupby
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup, escape

from reportgen.context import RunContext
from reportgen.document import environment as jinja
from reportgen.document.model import Block, Column, Document, Figure, Section, Tile
from reportgen.errors import Problem, TemplateError
from reportgen.period import Period

FORBIDDEN = frozenset({"script", "form", "input", "button", "iframe", "object", "embed", "base", "link", "applet"})
"""Elements that no report holds: they run, ask, or fetch."""


@dataclass(frozen=True, slots=True)
class Meta:
    """What the file says about itself. `dated` is the end of the period: no clock stands in a report."""

    title: str
    description: str
    dated: str


@dataclass(frozen=True, slots=True)
class Head:
    """A cell of a table's upper head: a spanning group, or a column that has none."""

    label: str
    span: int
    column: str
    align: str


def template_folders(context: RunContext) -> tuple[Path, ...]:
    """The project's own `templates/` and the installation's, in the order a name is looked for."""
    both = (context.root / "templates", context.home / "templates")
    return tuple(dict.fromkeys(folder.resolve() for folder in both if folder.is_dir()))


def metadata(document: Document) -> Meta:
    cover = document.cover
    title = " ".join(part for part in (cover.title, cover.period) if part)
    dated = f"{Period.parse(document.period).last_day.isoformat()}T00:00:00Z"
    return Meta(title, document.footer[0], dated)


def render_html(document: Document, context: RunContext) -> str:
    """The report as HTML without its style sheets; `TemplateError` names what is wrong in a template."""
    folders = template_folders(context)
    own = f"{document.report}/report.html.j2"
    name = own if any((folder / own).is_file() for folder in folders) else "base/report.html.j2"
    html = jinja.render(_environment(folders), name, doc=document, meta=metadata(document))
    forbid(html, name)
    return html


@lru_cache(maxsize=8)
def _environment(folders: tuple[Path, ...]) -> Environment:
    """Compiled templates, kept for the next document; a changed file is compiled again."""
    return jinja.environment(folders, FILTERS)


def fragment(target: str) -> str:
    """The link target of an anchor, with or without its `#`."""
    return "#" + target.removeprefix("#")


def svg_uri(svg: bytes | str) -> str:
    """A drawing as a `data:` address for an image."""
    content = svg.encode() if isinstance(svg, str) else svg
    return "data:image/svg+xml;base64," + b64encode(content).decode()


def widths(columns: Sequence[Column]) -> list[str]:
    """Each column's share of the table's width in percent."""
    total = sum(column.width for column in columns)
    return [f"{100 * column.width / total:.3f}" for column in columns]


def head_groups(columns: Sequence[Column]) -> list[Head]:
    """The upper row of a two-row head; empty where no column belongs to a group."""
    if not any(column.group for column in columns):
        return []
    heads: list[Head] = []
    for group, members in groupby(columns, key=lambda column: column.group):
        inside = list(members)
        if group:
            heads.append(Head(group, len(inside), "", ""))
        else:
            heads += [Head("", 1, column.label, column.align) for column in inside]
    return heads


def top(sections: Sequence[Section]) -> list[Section]:
    """The sections that the contents list."""
    return [section for section in sections if section.level == 1]


def is_long(tile: Tile) -> bool:
    """Whether a tile's figure and unit need smaller type to stay inside a column of four (102 pt, advances in pt)."""
    figure = sum(5.5 if sign in ",.−" else 11.1 for span in tile.value for sign in span.text)
    unit = 27.0 if " " in tile.unit else sum(4.9 if sign.isascii() else 9.0 for sign in tile.unit)
    return figure + 4 + unit > _TILE


def tile_rows(tiles: Sequence[Tile]) -> list[Sequence[Tile]]:
    """Tiles in rows of at most four, as even as can be: five make three and two."""
    count = -(-len(tiles) // 4) or 1
    length = -(-len(tiles) // count)
    return [tiles[start:start + length] for start in range(0, len(tiles), length)]


def side_by_side(blocks: Sequence[Block]) -> list[list[Block]]:
    """Blocks one to a row, but two half-width figures in succession share one."""
    rows: list[list[Block]] = []
    for block in blocks:
        half = isinstance(block, Figure) and block.half
        before = rows[-1] if rows else []
        if half and len(before) == 1 and isinstance(before[0], Figure) and before[0].half:
            before.append(block)
        else:
            rows.append([block])
    return rows


def numbered(number: str, title: str, locale: str) -> str:
    """A heading with its number: Chinese numbers carry their own punctuation, Western ones take a space."""
    if not number:
        return title
    return f"{number}{title}" if locale.startswith("zh") else f"{number} {title}"


def with_unit(label: str) -> Markup:
    """A column's head whose unit in brackets never breaks inside."""
    words, bracket, unit = label.rpartition("（" if "（" in label else "(")
    if not words:
        return escape(label)
    return escape(words) + Markup('<span class="whole">{}</span>').format(bracket + unit)


def breakable(text: str) -> Markup:
    """A long identifier with places where a line may end: after `_ / : . =` and in runs of hex digits."""
    pieces = re.split(r"(?<=[_/:.=@])|(?<=[0-9a-f]{8})(?=[0-9a-f]{8})", text)
    return Markup("<wbr>").join(escape(piece) for piece in pieces)


_TILE = 102
FILTERS: dict[str, Callable[..., object]] = {
    "fragment": fragment, "svg_uri": svg_uri, "widths": widths, "head_groups": head_groups, "tile_rows": tile_rows, "is_long": is_long,
    "side_by_side": side_by_side, "top": top,
    "numbered": numbered, "breakable": breakable, "with_unit": with_unit, "nth": lambda items, index: items[index],
}


_SVG_HEAD = "data:image/svg+xml;base64,"
_SVG_FAULTS = (
    (re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE), "declares a document type"),
    (re.compile(r"<(?:\w+:)?(?:script|foreignObject|iframe)\b", re.IGNORECASE), "holds an element that runs or embeds"),
    (re.compile(r"\s(?:\w+:)?(?:href|src)\s*=\s*[\"'](?!#|data:image/)", re.IGNORECASE),
     "refers to something outside itself"),
    (re.compile(r"url\(\s*[\"']?(?!#|[\"'])", re.IGNORECASE), "refers to something outside itself"),
    (re.compile(r"@import", re.IGNORECASE), "imports a style sheet"),
    (re.compile(r"\son\w+\s*=", re.IGNORECASE), "holds an attribute that would run a script"),
)


def svg_faults(svg: str) -> list[str]:
    """What a drawing may not hold: a renderer passes over some of these without a word."""
    found = []
    for pattern, what in _SVG_FAULTS:
        match = pattern.search(svg)
        if match:
            found.append(f"a drawing {what}: {svg[match.start():match.start() + 80].strip()!r}.")
    return found


class _Warden(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in FORBIDDEN:
            self.faults.append(f"<{tag}> may not stand in a report.")
        if tag == "meta" and "http-equiv" in values:
            self.faults.append(f"<meta http-equiv={values['http-equiv']!r}> may not stand in a report.")
        for name, value in values.items():
            if name.startswith("on"):
                self.faults.append(f"the attribute {name} of <{tag}> would run a script.")
            elif value.startswith(_SVG_HEAD):
                self.faults += svg_faults(b64decode(value.removeprefix(_SVG_HEAD)).decode("utf-8", "replace"))
            elif name == "href" and not value.startswith("#"):
                self.faults.append(f"a link leads out of the report: {value[:120]!r}.")


def forbid(html: str, name: str) -> None:
    """Raise `TemplateError` where a page holds what runs, asks, reloads or leads out of it."""
    warden = _Warden()
    warden.feed(html)
    warden.close()
    if warden.faults:
        raise TemplateError([Problem(name, fault) for fault in dict.fromkeys(warden.faults)], state="No page was made.")
