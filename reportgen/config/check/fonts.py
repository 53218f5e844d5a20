"""Fonts: the files that the templates' list of hashes names are there. Whether they are intact, `doctor` says."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.context import RunContext
from reportgen.errors import Problem


def font_problems(context: RunContext) -> Iterator[Problem]:
    """One problem a missing font file."""
    folder = context.shared("templates", "assets", "fonts")
    listing = folder / "HASHES"
    if not listing.is_file():
        yield Problem(str(listing), "there is no list of the fonts' hashes, so the fonts cannot be told; "
                                    "install reportgen again or run from its checkout.")
        return
    for line in listing.read_text(encoding="utf-8").splitlines():
        name = line.partition("  ")[2].strip()
        if name and not (folder / name).is_file():
            yield Problem(str(folder / name), "the font is missing; `make fonts` makes it again.")
