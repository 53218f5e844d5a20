"""The look of a report: its fonts and style sheets, parsed once a process and kept for the next document."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from reportgen.context import RunContext
from reportgen.document.model import Document
from reportgen.errors import Problem, RenderError, TemplateError
from reportgen.render.fetch import AssetFetcher
from reportgen.render.fonts import faces
from reportgen.render.html import template_folders
from reportgen.render.silence import complaints


@dataclass(frozen=True, slots=True)
class Theme:
    """`fonts` is WeasyPrint's FontConfiguration, `sheets` its parsed CSS, `digest` the sha256 of the CSS text."""

    fonts: Any
    sheets: tuple[Any, ...]
    digest: str


def theme(document: Document, context: RunContext) -> Theme:
    """The theme of a document; raises `TemplateError` for a missing or faulty style sheet."""
    folders = template_folders(context)
    # Every theme stands on the first: a block that one of them forgets is plain there, not bare.
    names = dict.fromkeys(("report", document.theme))
    files = [_sheet(folders, f"base/{name}.css") for name in names]
    own = next((folder for folder in folders if (folder / document.report / "report.css").is_file()), None)
    if own is not None:
        files.append(own / document.report / "report.css")
    css = "".join(face.css for face in faces(context, document.theme))
    css += "".join(file.read_text(encoding="utf-8") for file in files)
    # The names of the files are part of the key: the text alone decides what is parsed.
    return _parsed(css, folders, ", ".join(str(file) for file in files))


def _sheet(folders: tuple[Path, ...], name: str) -> Path:
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    raise TemplateError(f"{name}: no such style sheet below templates/.", state="No page was made.")


@lru_cache(maxsize=8)
def _parsed(css: str, folders: tuple[Path, ...], names: str) -> Theme:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError

    fetcher = AssetFetcher(folders)
    fonts = FontConfiguration()
    with complaints() as found:
        try:
            sheet = CSS(string=css, url_fetcher=fetcher, font_config=fonts)
        except FatalURLFetchingError as error:
            raise RenderError(Problem(names, f"{error}."), state="No page was made.") from error
    if found:
        raise TemplateError([Problem(names, text) for text in found], state="No page was made.")
    return Theme(fonts, (sheet,), sha256(css.encode()).hexdigest())
