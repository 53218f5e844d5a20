"""What pikepdf finds in a finished PDF: pages, fonts, stamp, attachments, actions, bookmarks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from reportgen.errors import Problem
from reportgen.render.stamp import NAMESPACE

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
_ACTIVE = (
    "/JavaScript", "/JS", "/OpenAction", "/Launch", "/AA", "/URI", "/SubmitForm", "/ImportData", "/GoToR", "/AcroForm",
)
_DANGEROUS_ACTIONS = frozenset(_ACTIVE)


@dataclass(frozen=True, slots=True)
class Structure:
    """The parts of a PDF that the re-reading check looks at."""

    pages: int
    title: str
    language: str
    encrypted: bool
    pdfa: tuple[str, str]
    """Part and conformance of the PDF/A marker."""
    stamp: dict[str, str]
    attachments: dict[str, bytes]
    bookmarked: tuple[int, ...]
    """Page numbers that the bookmarks lead to."""
    faults: tuple[str, ...]
    """Fonts, actions and images that no report may hold."""


def read_structure(pdf: Any) -> Structure:
    """Read an opened `pikepdf.Pdf`."""
    packet = ElementTree.fromstring(pdf.Root.Metadata.read_bytes()) if "/Metadata" in pdf.Root else None  # noqa: S314  our own file
    return Structure(
        pages=len(pdf.pages),
        title=str(pdf.docinfo.get("/Title", "")),
        language=str(pdf.Root.get("/Lang", "")),
        encrypted=pdf.is_encrypted,
        pdfa=_marker(packet),
        stamp=_stamp(packet),
        attachments={name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()},
        bookmarked=tuple(sorted(set(_bookmarked(pdf)))),
        faults=tuple(dict.fromkeys(_faults(pdf))),
    )


def structure_problems(structure: Structure) -> Iterator[Problem]:
    if not structure.pages:
        yield Problem("", "the PDF has no page.")
    if structure.encrypted:
        yield Problem("", "the PDF is encrypted, which PDF/A forbids.")
    if structure.pdfa != ("3", "U"):
        yield Problem("", f"expected the marker PDF/A-3U, found {structure.pdfa}.")
    for fault in structure.faults:
        yield Problem("", fault)


def _marker(packet: ElementTree.Element | None) -> tuple[str, str]:
    for one in packet.iter(f"{_RDF}Description") if packet is not None else ():
        part, conformance = one.get(f"{_PDFA}part"), one.get(f"{_PDFA}conformance")
        if part:
            return part, conformance or ""
    return "", ""


def _stamp(packet: ElementTree.Element | None) -> dict[str, str]:
    if packet is None:
        return {}
    head = f"{{{NAMESPACE}}}"
    return {one.tag.removeprefix(head): one.text or "" for one in packet.iter() if one.tag.startswith(head)}


def _bookmarked(pdf: Any) -> Iterator[int]:
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
    with pdf.open_outline() as outline:
        waiting = list(outline.root)
        while waiting:
            item = waiting.pop()
            waiting += item.children
            destination = item.destination
            if destination is not None and len(destination):
                number = pages.get(destination[0].objgen)
                if number is not None:
                    yield number


def _faults(pdf: Any) -> Iterator[str]:
    import pikepdf

    for one in (inner for outer in pdf.objects for inner in _direct(outer)):
        if isinstance(one, pikepdf.Array):
            continue
        kind = str(one.get("/Type", ""))
        if kind == "/Font":
            yield from _font_faults(one)
        elif one.get("/Subtype") == "/Image" and bool(one.get("/Interpolate", False)):
            yield "an image is marked /Interpolate, which PDF/A forbids."
        elif kind == "/Annot" and int(one.get("/F", 0)) & 4 == 0:
            yield "a link lacks the Print flag that PDF/A wants."
        for name in _ACTIVE:
            if name in one:
                yield f"the file holds {name}."
        if str(one.get("/S", "")) in _DANGEROUS_ACTIONS:
            yield f"the file holds an action {one['/S']}."


def _direct(one: Any) -> Iterator[Any]:
    """A dictionary, stream or array and all of them that it holds itself, references not followed."""
    import pikepdf

    if not isinstance(one, (pikepdf.Dictionary, pikepdf.Stream, pikepdf.Array)):
        return
    yield one
    inside = one if isinstance(one, pikepdf.Array) else [one[key] for key in one.keys()]  # noqa: SIM118  pikepdf iterates otherwise
    for child in inside:
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            yield from _direct(child)


def _font_faults(font: Any) -> Iterator[str]:
    name = str(font.get("/BaseFont", "?"))
    if font.get("/Subtype") == "/Type0":
        if "/ToUnicode" not in font:
            yield f"font {name} has no Unicode map: its text could not be searched."
        if font.get("/Encoding") != "/Identity-H":
            # WeasyPrint writes its own encoding only where some character had no glyph.
            yield f"font {name} prints a missing glyph."
        font = font["/DescendantFonts"][0]
    descriptor = font.get("/FontDescriptor")
    if descriptor is None or not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
        yield f"font {name} is not embedded."
