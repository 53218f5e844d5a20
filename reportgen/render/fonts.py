"""The fonts of the page: which faces there are, how CSS names them, and whether they can print a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from reportgen.context import RunContext
from reportgen.document.model import Document
from reportgen.errors import DependencyMissing, Problem, RenderError
from reportgen.render.strings import strings

FAMILIES = {"noto-sans-sc": "Noto Sans SC", "noto-serif-sc": "Noto Serif SC"}
"""Folder below templates/assets/fonts to the family's name in CSS."""
_WEIGHTS = {"Regular": 400, "Medium": 500, "SemiBold": 600, "Bold": 700}
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


def faces(context: RunContext) -> tuple[Face, ...]:
    """All faces the page may use, one file a weight; raises `DependencyMissing` where a family has none."""
    found: list[Face] = []
    for folder, family in FAMILIES.items():
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
    return tuple(found)


@lru_cache(maxsize=16)
def coverage(path: Path) -> frozenset[int]:
    """The code points a font file has glyphs for."""
    import uharfbuzz as hb

    return frozenset(hb.Face(hb.Blob.from_file_path(str(path))).unicodes)


def check_glyphs(document: Document, context: RunContext) -> None:
    """Raise `RenderError` naming every character that a face of the page cannot print: text, place, code point."""
    problems = list(_missing(strings(document), [face.path for face in faces(context)]))
    if problems:
        raise RenderError(
            problems, state="No page was made.",
            hint="Correct the text in the source, or add a font that has the character to templates/assets/fonts.",
        )


def _missing(texts: Iterator[tuple[str, str]], paths: Sequence[Path]) -> Iterator[Problem]:
    known = frozenset.intersection(*(coverage(path) for path in paths))
    for place, text in texts:
        for char in sorted(set(text) - _INVISIBLE):
            if ord(char) not in known:
                yield Problem(place, f"no font has {char!r} (U+{ord(char):04X}) in {text!r}.")
