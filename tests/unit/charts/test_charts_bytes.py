"""A drawing is the same bytes everywhere, and holds nothing but the drawing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from reportgen.charts import KINDS, draw

ROOT = Path(__file__).resolve().parents[3]
BALLAST = (
    "<!DOCTYPE",
    "<!--",
    "<?xml",
    "<metadata",
    "rdf:",
    "clip",
    "<image",
    "<use",
    "<a ",
    "<script",
    "@import",
    "url(",
)
_PRINT = """
import hashlib, importlib.util, sys
spec = importlib.util.spec_from_file_location("gallery", sys.argv[1])
gallery = sys.modules["gallery"] = importlib.util.module_from_spec(spec); spec.loader.exec_module(gallery)
from reportgen.charts import KINDS, draw
for kind in KINDS:
    for data in gallery.good(kind, "zh-CN"):
        print(kind, hashlib.sha256(draw(data).svg).hexdigest())
"""


def _hashes(seed: str, folder: Path, **more: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), **more}
    command = [sys.executable, "-c", _PRINT, str(Path(__file__).with_name("gallery.py"))]
    return subprocess.run(command, env=environment, cwd=folder, check=True, capture_output=True, text=True).stdout


def test_same_bytes_in_any_process(tmp_path: Path) -> None:
    """Whatever the hash seed, the time zone, the locale, or the user's own matplotlibrc."""
    (tmp_path / "matplotlibrc").write_text(
        "svg.fonttype: path\nlines.linewidth: 9\nfont.size: 30\npath.sketch: 1, 100, 2\n"
    )
    plain, other = _hashes("0", ROOT), _hashes("12345", tmp_path, TZ="Asia/Shanghai", LC_ALL="C", SOURCE_DATE_EPOCH="1")
    assert plain
    assert plain == other


def test_same_bytes_the_second_time(gallery) -> None:
    for kind in KINDS:
        for data in gallery.good(kind, "en"):
            assert draw(data).svg == draw(data).svg


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_svg_fetches_nothing_and_carries_no_ballast(kind: str, gallery, awkward) -> None:
    for data in [*gallery.good(kind, "en"), *awkward.awkward(kind).values()]:
        svg = draw(data).svg.decode()
        assert svg.startswith("<svg ")
        for ballast in BALLAST:
            assert ballast not in svg
        addresses = set(re.findall(r"\w+://[^\"'\s]+", svg))
        assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
        assert not re.search(r"\bhref|\bon\w+=", re.sub(r">[^<]*<", "><", svg))


def test_help_stays_quick() -> None:
    """Importing the room loads neither matplotlib nor a font."""
    code = "import sys, reportgen.charts; print(sorted({'matplotlib', 'uharfbuzz', 'numpy'} & set(sys.modules)))"
    out = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert out.strip() == "[]"
