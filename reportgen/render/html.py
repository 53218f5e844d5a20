"""From a document to one page of HTML: the template's filters, its metadata, and what it may never hold."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup, escape

from reportgen.context import RunContext
from reportgen.document import environment as jinja
from reportgen.document.model import (
    Actions,
    Block,
    Document,
    Figure,
    Issues,
    Paragraph,
    Seal,
    Section,
    Table,
    Text,
    Tile,
)
from reportgen.errors import Problem, TemplateError
from reportgen.period import Period
from reportgen.render.columns import REPORT, SETTINGS, after_right, head_groups, is_wide, widths, with_unit
from reportgen.render.digest import digest_groups
from reportgen.render.grey import grey
from reportgen.render.inline import inline

FORBIDDEN = frozenset({"script", "form", "input", "button", "iframe", "object", "embed", "base", "link", "applet"})
"""Elements that no report holds: they run, ask, or fetch."""


@dataclass(frozen=True, slots=True)
class Meta:
    """What the file says about itself. `dated` is the end of the period: no clock stands in a report."""

    title: str
    description: str
    dated: str


def template_folders(context: RunContext) -> tuple[Path, ...]:
    """The project's own `templates/` and the installation's, in the order a name is looked for."""
    both = (context.root / "templates", context.home / "templates")
    return tuple(dict.fromkeys(folder.resolve() for folder in both if folder.is_dir()))


def metadata(document: Document) -> Meta:
    cover = document.cover
    title = cover.title
    if cover.period:
        title += f"（{cover.period}）" if document.locale.startswith("zh") else f", {cover.period}"
    dated = f"{Period.parse(document.period).last_day.isoformat()}T00:00:00Z"
    return Meta(title, document.footer[0], dated)


def render_html(document: Document, context: RunContext) -> str:
    """The report as HTML without its style sheets; `TemplateError` names what is wrong in a template."""
    folders = template_folders(context)
    own = f"{document.report}/report.html.j2"
    name = own if any((folder / own).is_file() for folder in folders) else "base/report.html.j2"
    html = jinja.render(_environment(folders, document.theme), name, doc=document, meta=metadata(document))
    forbid(html, name)
    return html


@lru_cache(maxsize=8)
def _environment(folders: tuple[Path, ...], theme: str) -> Environment:
    """Compiled templates, kept for the next document; a changed file is compiled again."""
    return jinja.environment(folders, filters(theme))


def filters(theme: str) -> dict[str, Callable[..., object]]:
    """The templates' filters, with what a theme decides: how tables are set and whether drawings keep their hues."""
    setting = SETTINGS.get(theme, REPORT)
    themed: dict[str, Callable[..., object]] = {
        "widths": partial(widths, setting=setting), "is_wide": partial(is_wide, setting=setting),
    }
    if theme == "gongwen":
        themed["svg_uri"] = lambda svg: svg_uri(grey(svg))
    return {**FILTERS, **themed}


def fragment(target: str) -> str:
    """The link target of an anchor, with or without its `#`."""
    return "#" + target.removeprefix("#")


def svg_uri(svg: bytes | str) -> str:
    """A drawing as a `data:` address for an image."""
    content = svg.encode() if isinstance(svg, str) else svg
    return "data:image/svg+xml;base64," + b64encode(content).decode()


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


def breakable(text: str) -> Markup:
    """A long identifier with places where a line may end: after `_ / : . =`. A digest stands in four groups."""
    if groups := digest_groups(text):
        return Markup("<wbr>").join(Markup('<span class="digest">{}</span>').format(group) for group in groups)
    return Markup("<wbr>").join(escape(piece) for piece in re.split(r"(?<=[_/:.=@])", text))


def starts_page(section: Section, sections: Sequence[Section]) -> bool:
    """Whether a section begins a page.

    The seal follows the appendix where there is room for it, and nothing leaves a page that holds a few lines only.
    """
    if not section.new_page or any(isinstance(block, Seal) for block in section.blocks):
        return False
    before = list(sections[:sections.index(section)])
    first = max((at for at, one in enumerate(before) if one.new_page), default=0)
    return not before or any(_fills(block) for one in before[first:] for block in one.blocks)


def _fills(block: Block) -> bool:
    """Whether a block is more than a few lines."""
    return bool(
        isinstance(block, (Table, Figure)) or (isinstance(block, Issues) and block.issues)
        or (isinstance(block, Actions) and block.actions)
    )


def is_brief(section: Section) -> bool:
    """Whether a section is so short that it must not stand alone on a page."""
    paragraphs = [block for block in section.blocks if isinstance(block, Paragraph)]
    return (section.level == 1 and not section.new_page and 0 < len(section.blocks) <= 3
            and len(paragraphs) == len(section.blocks))


def is_appendix(section: Section) -> bool:
    """Whether a section belongs to the appendix, which is set a little smaller."""
    return section.id.startswith("appendix")


def is_short(text: Text) -> bool:
    """Whether a paragraph takes hardly more than a line: it then stays with the exhibit that it leads to."""
    length = sum(1 if ord(sign) < _FIRST_WIDE else 2 for span in text for sign in span.text)
    return length <= _SHORT_LINE


def common_notes(figures: Sequence[Figure]) -> list[Text]:
    """The notes that all figures of a row share, printed once under the row."""
    first, *others = ([_plain(note) for note in figure.notes] for figure in figures)
    return [note for note, text in zip(figures[0].notes, first, strict=True) if all(text in other for other in others)]


def own_notes(figure: Figure, common: Sequence[Text]) -> list[Text]:
    """A figure's notes without those that its row prints once."""
    shared = {_plain(note) for note in common}
    return [note for note in figure.notes if _plain(note) not in shared]


def _plain(text: Text) -> str:
    return "".join(span.text for span in text)


_TILE = 102
_FIRST_WIDE = 0x2E80
_SHORT_LINE = 92
"""A line, in halves of a Chinese character's width."""
FILTERS: dict[str, Callable[..., object]] = {
    "fragment": fragment, "svg_uri": svg_uri, "numbered": numbered, "breakable": breakable, "inline": inline,
    "widths": widths, "is_wide": is_wide, "head_groups": head_groups, "after_right": after_right,
    "with_unit": with_unit, "tile_rows": tile_rows, "is_long": is_long, "side_by_side": side_by_side, "top": top,
    "starts_page": starts_page, "is_brief": is_brief, "is_appendix": is_appendix, "is_short": is_short,
    "common_notes": common_notes, "own_notes": own_notes, "nth": lambda items, index: items[index],
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
