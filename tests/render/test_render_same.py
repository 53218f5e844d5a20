"""The same report has the same bytes: in other processes, with other hash seeds, with or without system HarfBuzz."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from conftest import EDITION
from sample_document import ROOT

from reportgen.render import render_pdf

_SCRIPT = """
import sys
from hashlib import sha256
from pathlib import Path
sys.path[:0] = [sys.argv[1], sys.argv[2]]
from sample_document import sample, sample_context
from reportgen.render import render_pdf
document, facts = sample("zh-CN")
print(sha256(render_pdf(document, facts, sys.argv[3].encode(), sample_context(Path(sys.argv[4])))).hexdigest())
"""


def in_a_process(seed: str, folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "America/Lima", "TMPDIR": str(folder)}
    arguments = [sys.executable, "-c", _SCRIPT, str(ROOT), str(Path(__file__).parent), EDITION.decode(), str(folder)]
    return subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True, cwd=folder)


def test_two_processes_and_two_hash_seeds(chinese, tmp_path):
    processes = [in_a_process(seed, tmp_path) for seed in ("1", "77")]
    digests = {process.communicate(timeout=120)[0].strip() for process in processes}
    assert digests == {sha256(chinese.pdf).hexdigest()}


def test_a_second_document_of_one_process(chinese, english, context):
    again = render_pdf(chinese.document, chinese.facts, EDITION, context)
    assert again == chinese.pdf


def test_system_harfbuzz_makes_no_difference(chinese, context, monkeypatch):
    monkeypatch.setattr("weasyprint.pdf.fonts.harfbuzz_subset", None)
    without = render_pdf(chinese.document, chinese.facts, EDITION, context)
    monkeypatch.setattr("weasyprint.pdf.fonts.harfbuzz_subset", object())
    assert render_pdf(chinese.document, chinese.facts, EDITION, context) == without == chinese.pdf


def test_the_files_stay_small(rendered):
    assert len(rendered.pdf) < 600_000
