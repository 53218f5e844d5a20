"""The fonts of the page: which faces there are, how CSS names them, and whether they can print a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from reportgen.context import RunContext
from reportgen.document.model import Actions, Document, Issues, Remark, Text
from reportgen.errors import DependencyMissing, Problem, RenderError
from reportgen.render.strings import strings

FAMILIES = {
    "report": {"noto-sans-sc": "Noto Sans SC", "noto-serif-sc": "Noto Serif SC"},
    "gongwen": {"noto-sans-sc": "Noto Sans SC", "noto-serif-sc": "Noto Serif SC", "report-kai-sc": "Report Kai SC"},
}
"""Theme to its families: folder below templates/assets/fonts to the family's name in CSS."""
OWN = {"title": "Own Title", "body": "Own Body", "heading": "Own Heading", "subheading": "Own Subheading"}
"""The four kinds of type of `gongwen` that a bank may replace: file in templates/assets/fonts/own to name in CSS."""
_WEIGHTS = {"Regular": 400, "Medium": 500, "SemiBold": 600, "Bold": 700}
_KAI = "Report Kai SC"
_INVISIBLE = frozenset("\n\u200b")
"""Characters that need no glyph: a line end, and the break opportunity inside long names."""


@dataclass(frozen=True, slots=True)
class Face:
    """One font file."""

    family: str
    weight: int
    path: Path

    @property
    def css(self) -> str:
        return (
            f"@font-face {{ font-family: '{self.family}'; font-weight: {self.weight}; "
            f"src: url(asset:/assets/fonts/{self.path.parent.name}/{self.path.name}) }}\n"
        )


def faces(context: RunContext, theme: str = "report") -> tuple[Face, ...]:
    """All faces a theme may use, one file a weight; raises `DependencyMissing` where a family has none."""
    found: list[Face] = []
    for folder, family in FAMILIES.get(theme, FAMILIES["report"]).items():
        place = context.shared("templates", "assets", "fonts", folder)
        files = sorted(place.glob("*.ttf"))
        ours = {
            weight: Face(family, weight, file)
            for file in files for word, weight in _WEIGHTS.items() if file.stem.endswith("-" + word)
        }
        if 400 not in ours:
            raise DependencyMissing(
                Problem(str(place), f"no regular face of {family}; found {', '.join(file.name for file in files)}."),
                state="No page was made.", hint="Run `reportgen doctor`; `make fonts` makes the font files anew.",
            )
        found += [ours[weight] for weight in sorted(ours)]
    return (*found, *own_faces(context, theme).values())


def own_faces(context: RunContext, theme: str) -> dict[str, Face]:
    """The faces that a bank laid beside ours, by what they are for: `title`, `body`, `heading`, `subheading`."""
    if theme != "gongwen":
        return {}
    places = {use: context.shared("templates", "assets", "fonts", "own", f"{use}.ttf") for use in OWN}
    return {use: Face(OWN[use], 400, place) for use, place in places.items() if place.is_file()}


@lru_cache(maxsize=16)
def coverage(path: Path) -> frozenset[int]:
    """The code points a font file has glyphs for."""
    import uharfbuzz as hb

    return frozenset(hb.Face(hb.Blob.from_file_path(str(path))).unicodes)


def check_glyphs(document: Document, context: RunContext) -> None:
    """Raise `RenderError` naming every character that a face of the page cannot print: text, place, code point."""
    problems: list[Problem] = []
    for files, texts in _printed(document, context):
        problems += _missing(texts, files)
    if problems:
        raise RenderError(
            list(dict.fromkeys(problems)), state="No page was made.",
            hint="Correct the text in the source, or add a font that has the character to templates/assets/fonts.",
        )


def _printed(document: Document, context: RunContext) -> Iterator[tuple[list[Path], Iterator[tuple[str, str]]]]:
    """Font files and the texts that all of them must be able to print."""
    all_faces, own = faces(context, document.theme), own_faces(context, document.theme)
    anywhere = [face for face in all_faces if face.family not in (_KAI, *OWN.values())]
    yield [face.path for face in (*anywhere, *(own[use] for use in ("body",) if use in own))], strings(document)
    cover = document.cover
    titles = [("cover", text) for text in (cover.title, *cover.title_lines)]
    heads = [(one.title, f"{one.number}{one.title}") for one in document.sections if one.level == 1]
    kai = [face for face in all_faces if face.family == _KAI]
    # A face that prints headings and the like need not have the signs of tables.
    lesser = [own["subheading"]] if "subheading" in own else kai
    for used, texts in (
        ([own["title"]] if "title" in own else [], titles),
        ([own["heading"]] if "heading" in own else [], heads),
        (lesser, list(_in_kai(document))),
    ):
        if used:
            yield [face.path for face in used], iter(texts)


def _in_kai(document: Document) -> Iterator[tuple[str, str]]:
    """What `gongwen` sets in 楷体: headings of the second level, lines of the cover, titles of issues and actions."""
    cover = document.cover
    yield from (("cover", text) for text in (cover.organisation, cover.department, cover.period, cover.comparison))
    for section in document.sections:
        place = f"{section.number}{section.title}"
        if section.level == 2:
            yield section.title, place
        for block in section.blocks:
            texts: list[Text] = []
            if isinstance(block, Issues):
                texts = [issue.title for issue in block.issues]
            elif isinstance(block, Actions):
                texts = [action.title for action in block.actions]
            elif isinstance(block, Remark):
                texts = list(block.text)
            yield from ((place, "".join(span.text for span in text)) for text in texts)


def _missing(texts: Iterator[tuple[str, str]], paths: Sequence[Path]) -> Iterator[Problem]:
    known = frozenset.intersection(*(coverage(path) for path in paths))
    for place, text in texts:
        for char in sorted(set(text) - _INVISIBLE):
            if ord(char) not in known:
                yield Problem(place, f"no font has {char!r} (U+{ord(char):04X}) in {text!r}.")
