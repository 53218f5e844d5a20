"""From a document to the PDF a manager holds, and the check that reads it again.

`render_pdf` makes the bytes, `reread` opens them again; WeasyPrint is known nowhere else. `render_workbook` makes the
spreadsheet beside it. The names load on first
use, since WeasyPrint takes half a second to import.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reportgen.render.fonts import check_glyphs
    from reportgen.render.html import render_html
    from reportgen.render.pdf import render_pdf
    from reportgen.render.reading import reread
    from reportgen.render.workbook import render_workbook

__all__ = ["check_glyphs", "render_html", "render_pdf", "render_workbook", "reread"]
_WHERE = {
    "check_glyphs": "fonts", "render_html": "html", "render_pdf": "pdf", "render_workbook": "workbook",
    "reread": "reading",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
