"""A report loads nothing but its own templates: no address, no file, no way around through an SVG or a style sheet."""

from __future__ import annotations

import socket
import sys
from base64 import b64encode
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "render"))

from sample_document import sample, sample_context

from reportgen.errors import RenderError, ReportgenError, TemplateError
from reportgen.render.attached import facts_csv
from reportgen.render.fetch import AssetFetcher
from reportgen.render.html import forbid, render_html
from reportgen.render.pdf import html_to_pdf
from reportgen.render.reading import texts

METADATA = "http://169.254.169.254/latest/meta-data"
SECRET = "/etc/passwd"


IMAGE_OF_A_FILE = f'<image xlink:href="file://{SECRET}" width="9" height="9"/>'


def uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()


def svg_with(inside: str) -> str:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'<svg {names} width="9" height="9">{inside}</svg>'


@pytest.fixture(scope="module")
def document():
    return sample("zh-CN")


@pytest.fixture
def no_network(monkeypatch):
    """Records every attempt to connect or to look up a name."""
    attempts: list[object] = []

    def connect(*args, **kwargs):
        attempts.append(args)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", connect)
    yield attempts
    assert attempts == []


def make(body: str, document, tmp_path, head: str = "") -> bytes:
    it, facts = document
    html = f"<html lang=zh-CN><head><title>t</title>{head}</head><body><p>文</p>{body}</body></html>"
    return html_to_pdf(
        html, it, {"edition.json": b"{}", "facts.csv": facts_csv(facts, "bank")}, sample_context(tmp_path)
    )


@pytest.mark.parametrize(
    "body",
    [
        f'<img src="{METADATA}">',
        f'<img src="file://{SECRET}">',
        '<img src="asset:/../reportgen/errors.py">',
        '<img src="asset:/%2e%2e/pyproject.toml">',
        '<img src="asset://elsewhere/base/report.css">',
        '<img src="asset:/no/such/file.png">',
        '<img src="ftp://example.org/x">',
        f'<a rel="attachment" href="file://{SECRET}">x</a>',
        f'<object data="{METADATA}"></object>',
        f'<embed src="{METADATA}">',
        f'<div style="background: url({METADATA})">x</div>',
        f'<ul style="list-style-image: url({METADATA})"><li>x</ul>',
        f'<img src="{uri(svg_with(IMAGE_OF_A_FILE))}">',
        svg_with(f'<image href="{METADATA}" width="9" height="9"/>'),
    ],
)
def test_nothing_is_fetched_and_the_report_fails(body, document, tmp_path, no_network):
    with pytest.raises(RenderError) as caught:
        make(body, document, tmp_path)
    assert any(word in str(caught.value) for word in ("169.254.169.254", SECRET, "asset:/", "ftp://")), str(
        caught.value
    )
    assert caught.value.code == 7


@pytest.mark.parametrize(
    "head",
    [
        f'<link rel="attachment" href="file://{SECRET}">',
        f'<link rel="stylesheet" href="{METADATA}">',
        f"<style>@import url({METADATA});</style>",
        f"<style>@font-face {{ font-family: x; src: url({METADATA}) }} p {{ font-family: x }}</style>",
    ],
)
def test_nothing_is_fetched_from_the_head(head, document, tmp_path, no_network):
    with pytest.raises(RenderError, match=r"169\.254\.169\.254|/etc/passwd"):
        make("", document, tmp_path, head)


@pytest.mark.parametrize(
    "rule",
    [
        f'@import url("{METADATA}");',
        f"@font-face {{ font-family: x; src: url({METADATA}) }}",
        f"body {{ background: url({METADATA}) }}",
        "p { colour: red }",
    ],
)
def test_a_report_s_own_style_sheet_is_held_to_it(rule, document, tmp_path, no_network):
    it, facts = document
    folder = tmp_path / "templates" / "private_banking"
    folder.mkdir(parents=True)
    (folder / "report.css").write_text(rule, encoding="utf-8")
    context = replace(sample_context(tmp_path), root=tmp_path)
    with pytest.raises(ReportgenError, match=r"169\.254\.169\.254|colour") as caught:
        html_to_pdf(
            "<html><title>t</title><p>文</html>",
            it,
            {"edition.json": b"{}", "facts.csv": facts_csv(facts, "bank")},
            context,
        )
    assert isinstance(caught.value, (RenderError, TemplateError))


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text("secret", encoding="utf-8")
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "inside.txt").symlink_to(outside)
    fetcher = AssetFetcher([folder])
    with pytest.raises(BaseException, match="refused"):
        fetcher.fetch("asset:/inside.txt")
    assert fetcher.refused == ["asset:/inside.txt"]


@pytest.mark.parametrize(
    "tag",
    [
        "<script>alert(1)</script>",
        '<meta http-equiv="refresh" content="0; url=http://example.org">',
        "<form></form>",
        f'<img src="{uri(svg_with(chr(60) + "use href=" + repr(METADATA + "#a") + "/>"))}">',
        f'<img src="{uri(svg_with(f"<style>@import url({METADATA});</style>"))}">',
        f'<img src="{uri(svg_with("<rect style=" + repr(f"fill: url({METADATA})") + "/>"))}">',
        f'<img src="{uri(svg_with("<script>alert(1)</script>"))}">',
        f'<img src="{uri("<!DOCTYPE svg [<!ENTITY a SYSTEM " + repr(SECRET) + ">]>" + svg_with("&a;"))}">',
        '<a href="http://example.org">x</a>',
        '<a href="javascript:alert(1)">x</a>',
        "<iframe></iframe>",
        '<p onclick="x()">x</p>',
        '<base href="http://example.org/">',
        "<input>",
        '<link rel="stylesheet" href="x.css">',
    ],
)
def test_what_runs_asks_or_leads_out_is_refused(tag):
    with pytest.raises(TemplateError) as caught:
        forbid(f"<html><body>{tag}</body></html>", "report.html.j2")
    assert caught.value.code == 6
    assert caught.value.problems[0].place == "report.html.j2"


def test_names_are_printed_as_they_are(document, tmp_path):
    it, facts = document
    names = ("<script>alert(1)</script>", "{{ 7*7 }}", '=HYPERLINK("http://example.org")')
    cover = replace(it.cover, organisation=names[0], department=names[1], title_lines=names)
    it = replace(it, cover=cover)
    context = sample_context(tmp_path)
    html = render_html(it, context)
    assert "<script>" not in html
    pdf = html_to_pdf(html, it, {"edition.json": b"{}", "facts.csv": facts_csv(facts, "bank")}, context)
    cover_text = "".join(texts(pdf)[0].split())
    for name in names:
        assert "".join(name.split()) in cover_text
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert str(opened.docinfo["/Author"]) == names[0]
        assert "/JavaScript" not in str(opened.Root.keys())
