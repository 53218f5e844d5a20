"""Chinese lines: flush, never stretched too far, copied without spaces, and never begun by a closing sign."""

from __future__ import annotations

import re
import subprocess
from io import BytesIO
from itertools import groupby, pairwise

import pdfplumber
import pytest
from conftest import EDITION

from reportgen.errors import DependencyMissing
from reportgen.render import justify, pins
from reportgen.render.attached import facts_csv
from reportgen.render.pdf import html_to_pdf

MM = 72 / 25.4
RIGHT = (210 - 23) * MM
HALF_A_MILLIMETRE = 0.5 * MM
NEVER_FIRST = "、。，；：）》」』！？％”’…"
STOPS = "、。，；：！？）》」』”"
SPACES_COPIED = 0.005
"""Spaces a copy may hold after stops, for each character: a long unbreakable word can leave a line very short."""
PARAGRAPH = (
    "期初客户七十二户，五个月内流失三十三户，期初资产2.60亿元；保留三十九户，期初资产3.25亿元（占55.6%）。"
    "毛新增111户，期末资产11.87亿元；净增与毛新增是两回事：前者是期末减期初，后者只数期初不在册、期末在册的客户。"
    "“户均资产”为金融资产除以客户数，期初812.5万元，期末1,008万元；上升不等于老客户资产增值！是否如此？要看保留客户的资产。"
    "流失分两种：销户（含转行）与降至门槛以下；按《管理办法》，两者分别计数，比例为12∶21。"
    "分层来看，500万元至700万元的客户占一半，800万元以上的占三成；95%的区间为42.7%～65.2%，低于70％的警戒线。"
)


@pytest.fixture(scope="module")
def pages(chinese, context):
    """The paragraph in several lengths, so that every kind of character meets the line's end."""
    body = "".join(f"<p class=body>{'甲' * shift}{PARAGRAPH}</p>" for shift in range(20))
    html = f"<html lang=zh-CN><title>t</title><body><section>{body}</section></body></html>"
    attached = {"edition.json": EDITION, "facts.csv": facts_csv(chinese.facts, "bank")}
    return html_to_pdf(html, chinese.document, attached, context)


def lines_of(pdf: bytes) -> list[list[dict]]:
    """The characters of each body line, paragraph indents telling where one begins."""
    found = []
    with pdfplumber.open(BytesIO(pdf)) as opened:
        for page in opened.pages:
            body = [char for char in page.chars if "Serif" in char["fontname"] and char["text"].strip()]
            for _, line in groupby(
                sorted(body, key=lambda char: (round(char["bottom"], 1), char["x0"])),
                key=lambda char: round(char["bottom"], 1),
            ):
                found.append(list(line))
    return found


def is_first(line) -> bool:
    return line[0]["x0"] > 23 * MM + 15


def test_full_lines_end_at_the_margin_and_last_ones_do_not_stretch(pages):
    lines = lines_of(pages)
    assert len(lines) > 80
    last = [at + 1 == len(lines) or is_first(lines[at + 1]) for at in range(len(lines))]
    for line, ends in zip(lines, last, strict=True):
        text = "".join(char["text"] for char in line)
        if not ends:
            assert abs(line[-1]["x1"] - RIGHT) < HALF_A_MILLIMETRE, text
        else:
            gaps = [after["x0"] - char["x1"] for char, after in pairwise(line)]
            assert max(gaps, default=0) < 0.2, text


def test_no_gap_is_wider_than_its_limit(pages):
    for line in lines_of(pages):
        for char, after in pairwise(line):
            limit = justify.LOOSE_LIMIT if char["text"] in STOPS else justify.LIMIT
            assert after["x0"] - char["x1"] < (limit + 0.005) * char["size"]


def test_numbers_are_not_stretched(pages):
    for line in lines_of(pages):
        for char, after in pairwise(line):
            if char["text"].isdigit() and after["text"].isdigit():
                assert abs(after["x0"] - char["x1"]) < 0.1


def test_no_line_begins_with_a_closing_sign(pages, chinese):
    for pdf in (pages, chinese.pdf):
        for line in lines_of(pdf):
            assert line[0]["text"] not in NEVER_FIRST, "".join(char["text"] for char in line)


def test_no_line_ends_with_an_opening_sign(pages):
    for line in lines_of(pages):
        assert line[-1]["text"] not in "（《「“"


def test_copied_text_has_no_space_between_characters(pages, tmp_path):
    path = tmp_path / "lines.pdf"
    path.write_bytes(pages)
    text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    assert re.findall(r"[\u4e00-\u9fff] +[\u4e00-\u9fff]", text) == []
    after_stops = re.findall(r"[，。；：、）] +\S", text)
    assert len(after_stops) < SPACES_COPIED * len("".join(text.split()))
    assert PARAGRAPH in "".join(text.split())


def test_gaps_stand_between_characters_not_inside_numbers():
    between, spaces = justify.gaps("占54.2%，A b——c")
    assert between == [0, 5, 6, 9, 11]
    assert spaces == [8]


def test_another_renderer_is_refused(monkeypatch):
    with pytest.raises(DependencyMissing, match="pins"):
        pins.require(pins.source_digest, "0" * 16)
    monkeypatch.setattr("weasyprint.VERSION", "71.0")
    with pytest.raises(DependencyMissing, match=r"71\.0"):
        pins.require(pins.source_digest, pins.source_digest(pins.source_digest))
