"""The re-reading check: a PDF is done when it was opened again and found to be what was meant.

Read by other libraries than the one that wrote it: pikepdf for the structure, pdfium for the text layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from reportgen.document.model import Document
from reportgen.errors import Problem, RenderError
from reportgen.facts.table import FactSet
from reportgen.render.attached import facts_csv
from reportgen.render.numerals import allowed, unknown
from reportgen.render.spans import spans
from reportgen.render.stamp import stamp
from reportgen.render.structure import Structure, read_structure, structure_problems


def reread(pdf: bytes, document: Document, facts: FactSet) -> None:
    """Raise `RenderError` naming everything in the file that is not as it should be.

    Checked: pages and their numbers, fonts embedded with their Unicode maps and no missing glyph, PDF/A marker and
    stamp, attachments byte for byte, no action and no link out of the file, and every numeral of the text layer
    known to the facts the document cites or to the model.
    """
    import pikepdf

    try:
        with pikepdf.open(BytesIO(pdf)) as opened:
            structure = read_structure(opened)
    except pikepdf.PdfError as error:
        raise RenderError(f"the PDF cannot be opened again: {error}.", state="No PDF was written.") from error
    problems = list(structure_problems(structure))
    problems += _stamp_problems(structure, document, facts)
    problems += _fact_problems(document, facts)
    problems += _text_problems(pdf, structure, document)
    if problems:
        raise RenderError(
            problems, state="The PDF was made and then refused; it was not kept.",
            hint="A numeral that is no fact belongs into the document's `numerals`; else the program is at fault.",
        )


def _stamp_problems(structure: Structure, document: Document, facts: FactSet) -> Iterator[Problem]:
    csv = facts_csv(facts, document.scope)
    if structure.attachments.get("facts.csv") != csv:
        yield Problem("facts.csv", "the attached facts are not the facts of the document's scope.")
    edition = structure.attachments.get("edition.json")
    if edition is None:
        yield Problem("edition.json", "nothing of this name is attached.")
    for name, value in stamp(document, csv, edition or b"").items():
        if structure.stamp.get(name) != value:
            yield Problem(f"stamp {name}", f"expected {value!r}, found {structure.stamp.get(name)!r}.")
    if not structure.title or document.cover.title not in structure.title:
        yield Problem("title", f"expected {document.cover.title!r}, found {structure.title!r}.")
    if structure.language != document.locale:
        yield Problem("language", f"expected {document.locale!r}, found {structure.language!r}.")


def _fact_problems(document: Document, facts: FactSet) -> Iterator[Problem]:
    for span in dict.fromkeys(span for span in spans(document) if span.fact):
        if facts.get(span.fact) is None:
            yield Problem(span.fact, f"{span.text!r} cites a fact that does not exist.")


def _text_problems(pdf: bytes, structure: Structure, document: Document) -> Iterator[Problem]:
    known = allowed(document)
    pages = texts(pdf)
    if len(pages) != structure.pages:
        yield Problem("", f"{structure.pages} pages by one reader, {len(pages)} by another.")
    for number, page_text in enumerate(pages, 1):
        text = page_text
        place = f"page {number}"
        if not text.strip():
            yield Problem(place, "no text.")
        if "\ufffd" in text or "\0" in text:
            yield Problem(place, "a glyph has no character behind it.")
        if number == 1:
            # The cover has no foot; its contents print the pages that the bookmarks lead to.
            accepted = known | {str(page) for page in structure.bookmarked}
        else:
            accepted = known
            foot = page_foot(document.theme, number, len(pages))
            if foot not in text:
                yield Problem(place, f"expected {foot!r} at the foot.")
            text = _without_last(text, foot)
        for numeral in unknown(text, accepted):
            yield Problem(place, f"the numeral {numeral.text} in {numeral.around!r} belongs to no fact.")


def page_foot(theme: str, number: int, pages: int) -> str:
    """What a theme prints at the foot of a page: `3 / 12`, and `— 3 —` after GB/T 9704."""
    return f"— {number} —" if theme == "gongwen" else f"{number} / {pages}"


def _without_last(text: str, part: str) -> str:
    head, _, tail = text.rpartition(part)
    return head + tail


def texts(pdf: bytes) -> list[str]:
    """The text layer of each page as pdfium reads it, lines ended by `\\n`."""
    import pypdfium2  # type: ignore[import-untyped]

    opened: Any = pypdfium2.PdfDocument(pdf)
    try:
        pages = []
        for page in opened:
            layer = page.get_textpage()
            # pdfium gives U+FFFE for a hyphen that ends a line inside a word.
            text = layer.get_text_range().replace("\ufffe", "-")
            pages.append(text.replace("\r\n", "\n").replace("\r", "\n"))
            layer.close()
            page.close()
        return pages
    finally:
        opened.close()
