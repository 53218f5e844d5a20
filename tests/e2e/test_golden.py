"""The shipped reports against their golden pages: text and outline, pictures, bytes."""

from __future__ import annotations

import difflib
import hashlib
import importlib.util
import io
import json
import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

SPEC = importlib.util.spec_from_file_location("golden", Path(__file__).with_name("golden.py"))
golden = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(golden)

NAMES = [f"{job}.bank.{locale}.pdf" for job in golden.PERIODS for locale in ("zh-CN", "en")]
REMAKE = "If the change is meant: python tests/e2e/golden.py, look at the pages, commit."
MEAN_DIFFERENCE = 1.0  # of 255 grey levels, over a whole sheet
pytestmark = pytest.mark.xdist_group("reports")


@pytest.fixture(scope="session")
def pdfs(tmp_path_factory):
    return {name: pdf for job in golden.PERIODS for name, pdf in golden.make(job, tmp_path_factory.mktemp(job)).items()}


@pytest.mark.parametrize("name", NAMES)
def test_text_and_outline(pdfs, name):
    expected = (golden.STORE / f"{name}.txt").read_text(encoding="utf-8")
    got = golden.text_and_outline(pdfs[name])
    changed = "\n".join(list(difflib.unified_diff(expected.splitlines(), got.splitlines(), "golden", "now", n=0, lineterm=""))[:40])
    assert got == expected, f"{changed}\n{REMAKE}"


@pytest.mark.parametrize("name", NAMES)
def test_pictures(pdfs, name, tmp_path):
    expected = Image.open(golden.STORE / f"{name}.png")
    got = Image.open(io.BytesIO(golden.sheet(pdfs[name])))
    assert got.size == expected.size, f"{got.size} pages' sheet, golden {expected.size}. {REMAKE}"
    difference = ImageChops.difference(got, expected)
    mean = ImageStat.Stat(difference).mean[0]
    if mean > MEAN_DIFFERENCE:
        got.save(tmp_path / "now.png")
        difference.save(tmp_path / "difference.png")
    assert mean <= MEAN_DIFFERENCE, f"mean difference {mean:.2f}; see {tmp_path}. {REMAKE}"


@pytest.mark.parametrize("name", NAMES)
def test_bytes(pdfs, name):
    known = json.loads((golden.STORE / "bytes.json").read_text(encoding="utf-8"))
    here = golden.environment()
    if here != known["environment"] and "CI" not in os.environ:
        pytest.skip(f"bytes were made with {known['environment']}; here: {here}")
    assert here == known["environment"], f"CI must run the pinned environment. {REMAKE}"
    assert hashlib.sha256(pdfs[name]).hexdigest() == known["sha256"][name], REMAKE


def test_a_changed_word_or_picture_would_be_seen(pdfs):
    """The comparison can fail: the two languages' sheets and texts differ by more than the tolerance."""
    zh, en = (pdfs[f"taihu.bank.{locale}.pdf"] for locale in ("zh-CN", "en"))
    assert golden.text_and_outline(zh) != golden.text_and_outline(en)
    first, second = (Image.open(io.BytesIO(golden.sheet(pdf))) for pdf in (zh, en))
    box = (0, 0, *(min(pair) for pair in zip(first.size, second.size, strict=True)))
    assert ImageStat.Stat(ImageChops.difference(first.crop(box), second.crop(box))).mean[0] > MEAN_DIFFERENCE
