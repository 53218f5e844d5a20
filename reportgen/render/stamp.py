"""What the file says of itself in XMP: whose report it is, and digests of what is attached.

PDF/A wants every property of an own namespace described inside the packet (ISO 19005-3, 6.6.2.3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any
from xml.sax.saxutils import escape

from reportgen.document.model import Document

NAMESPACE = "urn:reportgen:stamp:1:"
PREFIX = "reportgen"
PROPERTIES = {
    "Job": "Name of the job that made the report",
    "Report": "Kind of report",
    "Period": "Reporting period",
    "Scope": "Whose figures the report holds",
    "Edition": "Edition of the report for its period",
    "FactsDigest": "sha256 of the attached facts.csv",
    "EditionDigest": "sha256 of the attached edition.json",
}


def stamp(document: Document, facts_csv: bytes, edition: bytes) -> dict[str, str]:
    """The stamp's properties by name."""
    return {
        "Job": document.job, "Report": document.report, "Period": document.period, "Scope": document.scope,
        "Edition": document.edition, "FactsDigest": sha256(facts_csv).hexdigest(),
        "EditionDigest": sha256(edition).hexdigest(),
    }


def finisher(values: Mapping[str, str]) -> Callable[[Any, Any], None]:
    """A WeasyPrint finisher that writes the stamp and mends what PDF/A and PDF readers want otherwise."""

    def finish(_document: Any, pdf: Any) -> None:
        _write_stamp(pdf, values)
        _list_attachments_once(pdf)
        _scope_heads(pdf)

    return finish


def _write_stamp(pdf: Any, values: Mapping[str, str]) -> None:
    packet = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    (content,) = packet.stream
    head, end, tail = _self_contained(content).rpartition(b"</rdf:RDF>")
    packet.stream = [head + _description(values).encode() + end + tail]


def _self_contained(packet: bytes) -> bytes:
    """Each description with its namespaces declared on itself: PDFBox looks for them nowhere else."""
    root = re.search(rb"<rdf:RDF([^>]*)>", packet)
    declared = b"".join(re.findall(rb' xmlns:(?!rdf=)[a-z]+="[^"]*"', root[1])) if root else b""
    return packet.replace(b'<rdf:Description rdf:about=""', b'<rdf:Description rdf:about=""' + declared)


def _description(values: Mapping[str, str]) -> str:
    properties = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        f"<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{PROPERTIES[name]}</pdfaProperty:description></rdf:li>"
        for name in values
    )
    own = "".join(f"<{PREFIX}:{name}>{escape(value)}</{PREFIX}:{name}>" for name, value in values.items())
    return (
        '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" '
        'xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" '
        'xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
        '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
        "<pdfaSchema:schema>reportgen stamp</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI>"
        f"<pdfaSchema:prefix>{PREFIX}</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property>"
        "</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
        f'<rdf:Description rdf:about="" xmlns:{PREFIX}="{NAMESPACE}">{own}</rdf:Description>'
    )


def _list_attachments_once(pdf: Any) -> None:
    """WeasyPrint names each attachment twice in the catalogue's /AF."""
    listed = pdf.catalog.get("AF")
    if listed is not None:
        once = list(dict.fromkeys(bytes(one) for one in listed))
        listed[:] = once


def _scope_heads(pdf: Any) -> None:
    """Say of each head cell in the structure tree whether it heads a column or a row."""
    import pydyf

    for one in pdf.objects:
        if isinstance(one, dict) and one.get("Type") == "/StructElem" and one.get("S") == "/TH":
            attributes = one.setdefault("A", pydyf.Dictionary({"O": "/Table"}))
            attributes.setdefault("Scope", "/Column")
