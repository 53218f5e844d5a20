"""A PDF/A-3u structure check of the finished file: what pikepdf can see without a validator."""

from __future__ import annotations

import subprocess
from io import BytesIO
from xml.etree import ElementTree

import pikepdf
import pytest
from conftest import EDITION

from reportgen.render.attached import facts_csv

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"


@pytest.fixture
def pdf(rendered):
    with pikepdf.open(BytesIO(rendered.pdf)) as opened:
        yield opened


def packet(pdf):
    return ElementTree.fromstring(pdf.Root.Metadata.read_bytes())


def test_header_version_and_identifier(rendered, pdf):
    assert rendered.pdf.startswith(b"%PDF-1.7\n%"), "PDF/A-3 is PDF 1.7 with a binary comment"
    assert not pdf.is_encrypted
    first, second = pdf.trailer["/ID"]
    assert len(bytes(first)) >= 16
    assert len(bytes(second)) >= 16


def test_output_intent_is_srgb_for_pdfa(pdf):
    (intent,) = pdf.Root.OutputIntents
    assert intent.S == "/GTS_PDFA1"
    assert intent.DestOutputProfile.N == 3
    assert intent.DestOutputProfile.read_bytes()[36:40] == b"acsp", "an ICC profile"


def test_one_rdf_with_marker_and_described_namespace(pdf):
    rdf = packet(pdf).findall(f"{RDF}RDF")
    assert len(rdf) == 1
    described = [one.text for one in rdf[0].iter("{http://www.aiim.org/pdfa/ns/schema#}namespaceURI")]
    used = {one.tag[1:].partition("}")[0] for one in rdf[0].iter()}
    assert described == ["urn:reportgen:stamp:1:"]
    assert "urn:reportgen:stamp:1:" in used


def test_info_and_xmp_agree(pdf):
    found = packet(pdf)
    title = next(found.iter(f"{DC}title")).find(f".//{RDF}li").text
    author = [one.text for one in next(found.iter(f"{DC}creator")).iter(f"{RDF}li")]
    created = next(found.iter(f"{XMP}CreateDate")).text
    assert str(pdf.docinfo["/Title"]) == title
    assert str(pdf.docinfo["/Author"]) == ", ".join(author)
    assert created == "2011-05-31T00:00:00Z"
    assert str(pdf.docinfo["/CreationDate"]).startswith("D:20110531000000") or str(
        pdf.docinfo["/CreationDate"]
    ).startswith("20110531000000")
    assert str(pdf.docinfo["/ModDate"]) == str(pdf.docinfo["/CreationDate"])


def test_every_font_is_embedded_subset_and_mapped(pdf):
    fonts = [
        one
        for one in pdf.objects
        if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/Font" and one.get("/Subtype") == "/Type0"
    ]
    assert {str(font.BaseFont).partition("+")[2] for font in fonts} >= {
        "Noto-Sans-SC",
        "Noto-Sans-SC-Bold",
        "Noto-Serif-SC",
    }
    for font in fonts:
        (inner,) = font.DescendantFonts
        assert "/FontFile2" in inner.FontDescriptor
        assert inner.CIDToGIDMap == "/Identity"
        assert b"beginbfchar" in font.ToUnicode.read_bytes()


def test_links_stay_inside_and_print(pdf):
    links = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/Annot"]
    assert links
    for one in links:
        assert int(one.F) == 4
        assert "/A" not in one
        assert "/Dest" in one


def test_attachments_are_the_bytes_and_listed_once(rendered, pdf):
    assert len(pdf.Root.AF) == 2
    relations = {}
    for spec in pdf.Root.AF:
        assert spec.Type == "/Filespec"
        relations[str(spec.UF)] = str(spec.AFRelationship)
        assert {"/Type", "/Subtype"} <= set(spec.EF.F.keys())
        assert "/ModDate" in spec.EF.F.Params
    assert relations == {"edition.json": "/Source", "facts.csv": "/Data"}
    held = {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()}
    assert held == {"edition.json": EDITION, "facts.csv": facts_csv(rendered.facts, rendered.document.scope)}
    assert held["facts.csv"].count(b"\n") == len(rendered.facts.facts) + 1


def test_no_image_is_interpolated_and_nothing_runs(pdf):
    for one in pdf.objects:
        if isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
            assert "/Interpolate" not in one or not bool(one.Interpolate)
            for name in ("/JavaScript", "/OpenAction", "/AA", "/Launch", "/URI", "/AcroForm"):
                assert name not in one


def test_tagged_with_language_and_scoped_heads(rendered, pdf):
    assert str(pdf.Root.Lang) == rendered.document.locale
    assert bool(pdf.Root.MarkInfo.Marked)
    heads = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/TH"]
    assert heads
    assert all(str(one.A.Scope) in ("/Column", "/Row") for one in heads)
    figures = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/Figure"]
    assert all("/Alt" in one for one in figures)


def test_bookmarks_nest_by_section(rendered, pdf):
    with pdf.open_outline() as outline:
        roots = [item.title for item in outline.root]
        inner = [child.title for item in outline.root for child in item.children]
    levels = {1: roots, 2: inner}
    for section in rendered.document.sections:
        assert any(title.endswith(section.title) for title in levels[section.level])
    assert len(roots) + len(inner) == len(rendered.document.sections)


def test_qpdf_finds_nothing(rendered, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(rendered.pdf)
    result = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
