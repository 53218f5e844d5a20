"""From a document to the bytes of its PDF/A-3u. The only room that knows WeasyPrint."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from reportgen.context import RunContext
from reportgen.document.model import Document
from reportgen.errors import Problem, RenderError
from reportgen.facts.table import FactSet
from reportgen.period import Period
from reportgen.render.attached import facts_csv
from reportgen.render.fonts import check_glyphs
from reportgen.render.html import render_html, template_folders
from reportgen.render.stamp import finisher, stamp

VARIANT = "pdf/a-3u"
_STATE = "No PDF was written."


def render_pdf(document: Document, facts: FactSet, edition: bytes, context: RunContext) -> bytes:
    """The document as PDF/A-3u with `facts.csv` (its own scope's facts) and `edition.json` attached.

    Same document, facts, edition and templates: the same bytes, in any process. Raises `RenderError` (7) for a
    missing glyph, a refused fetch or any warning of the renderer, `TemplateError` (6), `DependencyMissing` (3).
    """
    check_glyphs(document, context)
    html = render_html(document, context)
    attached = {"edition.json": edition, "facts.csv": facts_csv(facts, document.scope)}
    return html_to_pdf(html, document, attached, context)


def html_to_pdf(html: str, document: Document, attached: Mapping[str, bytes], context: RunContext) -> bytes:
    """Set a page of HTML under the document's theme; see `render_pdf` for what it raises."""
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    from reportgen.render import justify, subset
    from reportgen.render.continued import mark_continued
    from reportgen.render.fetch import AssetFetcher
    from reportgen.render.silence import complaints
    from reportgen.render.theme import theme

    subset.install()
    justify.install()
    look = theme(document, context)
    fetcher = AssetFetcher(template_folders(context))
    with complaints() as found:
        try:
            pages = HTML(string=html, url_fetcher=fetcher).render(
                font_config=look.fonts, stylesheets=list(look.sheets), pdf_variant=VARIANT, pdf_tags=True
            )
            mark_continued(pages)
            pdf = pages.write_pdf(
                finisher=finisher(stamp(document, attached["facts.csv"], attached["edition.json"])),
                pdf_variant=VARIANT, pdf_tags=True, attachments=_attachments(document, attached),
                pdf_identifier=sha256((look.digest + html).encode()).digest()[:16],
            )
        except FatalURLFetchingError as error:
            found.append(str(error))
    problems = [Problem("", f"refused to fetch {url}") for url in fetcher.refused]
    problems += [Problem("", text) for text in found if not text.startswith("refused to fetch")]
    if problems:
        raise RenderError(
            problems, state=_STATE, hint="A report loads nothing but templates/, and the renderer's warnings stop it."
        )
    assert isinstance(pdf, bytes)
    return pdf


def _attachments(document: Document, attached: Mapping[str, bytes]) -> list[Any]:
    """Fresh attachments (WeasyPrint uses each once), dated by the period and sorted by name."""
    from weasyprint import Attachment

    day = dt.datetime.combine(Period.parse(document.period).last_day, dt.time(), dt.UTC)
    relationship = {"facts.csv": "Data", "edition.json": "Source"}
    return [
        Attachment(
            string=content, name=name, created=day, modified=day, relationship=relationship.get(name, "Unspecified")
        )
        for name, content in sorted(attached.items())
    ]
