"""The re-reading check accepts the right file and names what is wrong with every other."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
from conftest import EDITION
from sample_document import t

from reportgen.document.model import Paragraph, Section, Span
from reportgen.errors import ExitCode, RenderError
from reportgen.facts.table import FactSet
from reportgen.render import render_pdf, reread


def changed(pdf: bytes, change) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        change(opened)
        opened.save(out)
    return out.getvalue()


def with_text(document, *parts):
    """A short document of one paragraph after the cover."""
    section = Section("s", "s", "", "摘要", (Paragraph(t(*parts)),), 1, "", True)
    return replace(document, sections=(section,))


def test_accepts_the_report(rendered):
    reread(rendered.pdf, rendered.document, rendered.facts)


def test_a_numeral_of_no_fact_is_named_with_its_page(chinese, context):
    document = with_text(chinese.document, "客户数为", Span("424,242"), "户。")
    pdf = render_pdf(document, chinese.facts, EDITION, context)
    with pytest.raises(RenderError) as caught:
        reread(pdf, document, chinese.facts)
    assert caught.value.code == ExitCode.RENDER
    (problem,) = caught.value.problems
    assert problem.place == "page 2"
    assert "424,242" in problem.message
    assert "客户数为" in problem.message


def test_a_lost_sign_is_a_wrong_numeral(chinese, context):
    fact = chinese.facts.facts[0].id
    right = with_text(chinese.document, "变动", Span("\u2212987户", fact=fact), "。")
    reread(render_pdf(right, chinese.facts, EDITION, context), right, chinese.facts)
    wrong = with_text(chinese.document, "变动", Span("987户"), "。")
    pdf = render_pdf(wrong, chinese.facts, EDITION, context)
    known = replace(wrong, numerals=wrong.numerals | {"\u2212987户"})
    with pytest.raises(RenderError, match="987"):
        reread(pdf, known, chinese.facts)


def test_a_long_digest_may_break_over_lines(chinese, context):
    digest = "sha256:" + "0123456789abcdef" * 12
    document = replace(
        with_text(chinese.document, "摘要", Span(digest), "。"), numerals=chinese.document.numerals | {digest}
    )
    pdf = render_pdf(document, chinese.facts, EDITION, context)
    reread(pdf, document, chinese.facts)


def test_another_scope_is_refused(chinese):
    with pytest.raises(RenderError, match="stamp Scope"):
        reread(chinese.pdf, replace(chinese.document, scope="branch:0571"), chinese.facts)


def test_other_facts_are_refused(chinese):
    facts = chinese.facts
    fewer = FactSet(facts.period, facts.since, facts.as_of, facts.since_as_of, facts.currency, facts.facts[1:], {}, {})
    with pytest.raises(RenderError) as caught:
        reread(chinese.pdf, chinese.document, fewer)
    places = [problem.place for problem in caught.value.problems]
    assert "facts.csv" in places
    assert facts.facts[0].id in places, "a span cites the missing fact"


def _script(pdf):
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def _address(pdf):
    pdf.pages[1].obj.Annots = pikepdf.Array(
        [
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Link,
                F=4,
                Rect=[0, 0, 9, 9],
                A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("http://example.org")),
            )
        ]
    )


def _no_attachment(pdf):
    del pdf.attachments["edition.json"]


def _other_attachment(pdf):
    del pdf.attachments["facts.csv"]
    pdf.attachments["facts.csv"] = pikepdf.AttachedFileSpec(pdf, b"scope\n", filename="facts.csv")


def _other_edition(pdf):
    del pdf.attachments["edition.json"]
    pdf.attachments["edition.json"] = pikepdf.AttachedFileSpec(pdf, b"{}", filename="edition.json")


def _no_font(pdf):
    for one in pdf.objects:
        if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor":
            del one["/FontFile2"]
            return


def _no_map(pdf):
    for one in pdf.objects:
        if isinstance(one, pikepdf.Dictionary) and one.get("/Subtype") == "/Type0":
            del one["/ToUnicode"]
            return


def _interpolated(pdf):
    image = pdf.make_stream(
        b"\0",
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=1,
        Height=1,
        BitsPerComponent=8,
        ColorSpace=pikepdf.Name.DeviceGray,
        Interpolate=True,
    )
    pdf.pages[1].obj.Resources.XObject["/x"] = image


def _no_marker(pdf):
    pdf.Root.Metadata.write(pdf.Root.Metadata.read_bytes().replace(b'part="3"', b'part="2"'))


def _page_gone(pdf):
    del pdf.pages[2]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (_script, "/OpenAction"),
        (_script, "/JavaScript"),
        (_address, "/URI"),
        (_no_attachment, "edition.json"),
        (_other_attachment, "facts.csv"),
        (_other_edition, "stamp EditionDigest"),
        (_no_font, "not embedded"),
        (_no_map, "Unicode map"),
        (_interpolated, "/Interpolate"),
        (_no_marker, "PDF/A-3U"),
        (_page_gone, "at the foot"),
    ],
)
def test_each_tampering_is_named(chinese, change, word):
    with pytest.raises(RenderError) as caught:
        reread(changed(chinese.pdf, change), chinese.document, chinese.facts)
    assert word in str(caught.value)


def test_what_is_no_pdf_is_said(chinese):
    with pytest.raises(RenderError, match="cannot be opened"):
        reread(chinese.pdf[:2000], chinese.document, chinese.facts)
