"""Font subsetting by the `uharfbuzz` wheel, whether or not the system has libharfbuzz-subset.

WeasyPrint falls back to fontTools where the system library is missing: about twice the time of a whole Chinese
report, and other bytes. With the wheel every machine takes the same path and writes the same file.
"""

from __future__ import annotations

from typing import Any

from reportgen.render import pins

_DROPPED = ("BASE", "DSIG", "EBDT", "EBLC", "EBSC", "GPOS", "GSUB", "JSTF", "LTSH", "PCLT", "SVG ")
"""Tables that shape text: the PDF holds glyphs already shaped."""
_PINNED = "61ed6bc2e9a7e43a"


def install() -> None:
    """Make WeasyPrint subset fonts with uharfbuzz; raises `DependencyMissing` where its code is not the known one."""
    from weasyprint.pdf.fonts import Font

    if Font.subset is _subset:
        return
    pins.require(Font.subset, _PINNED)
    Font.subset = _subset


def _subset(font: Any, to_unicode: dict[int, str], hinting: bool) -> None:
    """Replace `font.file_content` by a font that holds the used glyphs only, under their own glyph ids."""
    if to_unicode:
        font.file_content = subset(
            font.file_content, font.index, frozenset(to_unicode), hinting=hinting, notdef=bool(font.missing)
        )


def subset(content: bytes, index: int, glyphs: frozenset[int], *, hinting: bool = False, notdef: bool = False) -> bytes:
    """A font file with the outlines of `glyphs` only; glyph ids keep, tables for shaping go."""
    import uharfbuzz as hb

    flags = (
        hb.SubsetFlags.RETAIN_GIDS | hb.SubsetFlags.PASSTHROUGH_UNRECOGNIZED | hb.SubsetFlags.DESUBROUTINIZE
    )
    if notdef:
        flags |= hb.SubsetFlags.NOTDEF_OUTLINE
    wanted = hb.SubsetInput()
    wanted.glyph_set.update(sorted(glyphs))
    wanted.flags = flags
    dropped = wanted.sets(hb.SubsetInputSets.DROP_TABLE_TAG)
    for tag in _DROPPED:
        dropped.add(int.from_bytes(tag.encode(), "big"))
    used = wanted.subset(hb.Face(hb.Blob(content), index))

    # Ids keep through the second step as well: it only cuts the empty glyphs after the last used one.
    short = hb.SubsetInput()
    short.glyph_set.add_range(0, max(glyphs))
    short.flags = flags & ~hb.SubsetFlags.RETAIN_GIDS
    if not hinting:
        short.flags |= hb.SubsetFlags.NO_HINTING
    return bytes(short.subset(used).blob.data)
