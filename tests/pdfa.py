"""What ISO 19005-3 (PDF/A-3u) asks of a file, as far as pikepdf can see; no validator of level 3 is to be had.

Not seen here: fonts' own tables, what each glyph is, colours inside images, the syntax of streams (qpdf checks that).
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pikepdf

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
PDFAID = "{http://www.aiim.org/pdfa/ns/id/}"
KNOWN = {
    "adobe:ns:meta/", RDF[1:-1], PDFAID[1:-1], "http://purl.org/dc/elements/1.1/", "http://ns.adobe.com/pdf/1.3/",
    "http://ns.adobe.com/xap/1.0/", "http://www.aiim.org/pdfa/ns/extension/", "http://www.aiim.org/pdfa/ns/schema#",
    "http://www.aiim.org/pdfa/ns/property#", "http://www.w3.org/XML/1998/namespace",
}
"""Namespaces that need no description inside the packet."""
RUNS = ("/JavaScript", "/JS", "/OpenAction", "/AA", "/Launch", "/URI", "/AcroForm", "/XFA", "/Sound", "/Movie")
PRINTED = 4
"""The annotation's flag that it is printed, and no other."""


def structure_problems(data: bytes) -> list[str]:
    """What keeps a file from being PDF/A-3u; none for a good one."""
    found = [] if data.startswith(b"%PDF-1.7\n%") and min(data[10:14]) > 127 else ["header: not PDF 1.7 with a comment"]
    with pikepdf.open(BytesIO(data)) as pdf:
        for check in (_file, _intent, _metadata, _fonts, _objects, _annotations, _attachments, _pages, _tags):
            found += [f"{check.__name__[1:]}: {problem}" for problem in check(pdf)]
    return found


def _file(pdf: pikepdf.Pdf) -> Iterator[str]:
    if pdf.is_encrypted:
        yield "encrypted"
    if "/ID" not in pdf.trailer or min(len(bytes(part)) for part in pdf.trailer.ID) < 16:
        yield "no identifier"


def _intent(pdf: pikepdf.Pdf) -> Iterator[str]:
    intents = list(pdf.Root.get("/OutputIntents", []))
    if len(intents) != 1 or intents[0].S != "/GTS_PDFA1":
        yield "not one output intent of PDF/A"
        return
    profile = intents[0].DestOutputProfile
    if profile.N != 3 or profile.read_bytes()[36:40] != b"acsp":
        yield "not an ICC profile of three colours"


def _metadata(pdf: pikepdf.Pdf) -> Iterator[str]:
    packet = ElementTree.fromstring(pdf.Root.Metadata.read_bytes())
    marks = {key: value for one in packet.iter(f"{RDF}Description") for key, value in one.attrib.items()}
    if (marks.get(f"{PDFAID}part"), marks.get(f"{PDFAID}conformance")) != ("3", "U"):
        yield f"claims part {marks.get(f'{PDFAID}part')}, level {marks.get(f'{PDFAID}conformance')}"
    described = {one.text for one in packet.iter("{http://www.aiim.org/pdfa/ns/schema#}namespaceURI")}
    used = {name[1:].partition("}")[0] for one in packet.iter() for name in (one.tag, *one.attrib) if name[0] == "{"}
    yield from (f"namespace {one} is described nowhere" for one in sorted(used - KNOWN - described))
    for key, tag in (("/Title", "title"), ("/Author", "creator")):
        texts = [one.text for part in packet.iter(f"{{http://purl.org/dc/elements/1.1/}}{tag}")
                 for one in part.iter(f"{RDF}li")]
        if str(pdf.docinfo.get(key, "")) != ", ".join(text or "" for text in texts):
            yield f"{key} is another in the packet"


def _fonts(pdf: pikepdf.Pdf) -> Iterator[str]:
    for one in _dictionaries(pdf):
        if one.get("/Type") != "/Font" or str(one.get("/Subtype", "")).startswith("/CIDFont"):
            continue
        name = one.get("/BaseFont", "?")
        if one.get("/Subtype") != "/Type0":
            yield f"{name} is {one.get('/Subtype')}, not /Type0"
            continue
        (inner,) = one.DescendantFonts
        if not {"/FontFile2", "/FontFile3"} & set(inner.FontDescriptor.keys()):
            yield f"{name} is not embedded"
        if inner.get("/CIDToGIDMap") != "/Identity" and inner.get("/Subtype") == "/CIDFontType2":
            yield f"{name} has no map of its glyphs"
        if "/ToUnicode" not in one:
            yield f"{name} says not which characters it shows"


def _objects(pdf: pikepdf.Pdf) -> Iterator[str]:
    for one in _dictionaries(pdf):
        yield from (f"{name} is in the file" for name in RUNS if name in one)
        if "/Interpolate" in one and bool(one.Interpolate):
            yield "an image is interpolated"
        if one.get("/Type") == "/ExtGState" and {"/TR", "/HTP"} & set(one.keys()):
            yield "a graphics state has a transfer function"
        if isinstance(one, pikepdf.Stream):
            if "/F" in one:
                yield "a stream lies outside the file"
            if "/LZWDecode" in str(one.get("/Filter", "")):
                yield "LZW"
            if one.get("/Subtype") == "/PS":
                yield "PostScript"


def _annotations(pdf: pikepdf.Pdf) -> Iterator[str]:
    for one in _dictionaries(pdf):
        if one.get("/Type") == "/Annot":
            if one.get("/Subtype") != "/Link" and "/AP" not in one:
                yield f"{one.get('/Subtype')} without an appearance"
            if int(one.get("/F", 0)) != PRINTED:
                yield "one is not printed"


def _attachments(pdf: pikepdf.Pdf) -> Iterator[str]:
    listed = {str(one.UF): one for one in pdf.Root.get("/AF", [])}
    if set(listed) != set(pdf.attachments):
        yield f"{sorted(pdf.attachments)} are attached, {sorted(listed)} listed"
    for name, one in listed.items():
        if "/AFRelationship" not in one or "/F" not in one:
            yield f"{name} has no relationship or name"
        if "/Subtype" not in one.EF.F or "/ModDate" not in one.EF.F.get("/Params", {}):
            yield f"{name} has no type or date"


def _pages(pdf: pikepdf.Pdf) -> Iterator[str]:
    for number, page in enumerate(pdf.pages, start=1):
        drawings = page.get("/Resources", {}).get("/XObject", {}).values()
        for one in (page, *(one for one in drawings if one.Subtype == "/Form")):
            if {str(part.operator) for part in pikepdf.parse_content_stream(one)} & {"k", "K"}:
                yield f"page {number} has colours of four inks"
        sizes = [float(side) for side in page.mediabox]
        if not 3 <= min(sizes[2:]) <= max(sizes[2:]) <= 14_400:
            yield f"page {number} is of {sizes[2:]}"


def _tags(pdf: pikepdf.Pdf) -> Iterator[str]:
    if "/Lang" not in pdf.Root:
        yield "no language"
    if not bool(pdf.Root.get("/MarkInfo", {}).get("/Marked", False)) or "/StructTreeRoot" not in pdf.Root:
        yield "not tagged"
    for one in _dictionaries(pdf):
        if one.get("/S") == "/Figure" and "/Alt" not in one:
            yield "a figure without words for it"
        if one.get("/S") == "/TH" and ("/A" not in one or str(one.A.get("/Scope", "")) not in ("/Column", "/Row")):
            yield "a head cell that heads nothing"


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    return (one for one in pdf.objects if isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)))
