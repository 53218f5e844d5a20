"""A PDF/A-3u structure check of the finished file: what pikepdf can see without a validator."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import pytest
from conftest import EDITION

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pdfa import structure_problems

from reportgen.render.attached import facts_csv

XMP = "{http://ns.adobe.com/xap/1.0/}"


@pytest.fixture
def pdf(rendered):
    with pikepdf.open(BytesIO(rendered.pdf)) as opened:
        yield opened


def test_it_is_pdfa_3u_as_far_as_can_be_seen(rendered):
    assert structure_problems(rendered.pdf) == []


def test_info_and_xmp_have_the_periods_date(pdf):
    created = next(ElementTree.fromstring(pdf.Root.Metadata.read_bytes()).iter(f"{XMP}CreateDate")).text
    assert created == "2011-05-31T00:00:00Z"
    assert str(pdf.docinfo["/CreationDate"]).startswith("D:20110531000000") or str(
        pdf.docinfo["/CreationDate"]
    ).startswith("20110531000000")
    assert str(pdf.docinfo["/ModDate"]) == str(pdf.docinfo["/CreationDate"])


def test_every_font_is_of_the_house_and_mapped(pdf):
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
    assert all(b"beginbfchar" in font.ToUnicode.read_bytes() for font in fonts)


def test_links_stay_inside_and_print(pdf):
    links = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/Annot"]
    assert links
    for one in links:
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


def test_tagged_with_language_and_scoped_heads(rendered, pdf):
    assert str(pdf.Root.Lang) == rendered.document.locale
    assert bool(pdf.Root.MarkInfo.Marked)
    heads = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/TH"]
    assert heads


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
