"""Golden pages at three depths, and how to make them again: `python tests/e2e/golden.py`.

1. Text and outline, everywhere. 2. Pictures, with a tolerance. 3. Bytes, on the environment they were made in.
"""

from __future__ import annotations

import ctypes
import hashlib
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STORE = ROOT / "tests" / "data" / "golden"
PERIODS = {"taihu": "2011-05", "bank_marketing": "2010-11"}
DPI = 36


def environment() -> str:
    """What decides a page's bytes: the locked packages, Pango and HarfBuzz."""
    versions = []
    for library, function in (("libpango-1.0.so.0", "pango_version_string"), ("libharfbuzz.so.0", "hb_version_string")):
        call = getattr(ctypes.CDLL(library), function)
        call.restype = ctypes.c_char_p
        versions.append(call().decode())
    lock = hashlib.sha256((ROOT / ".ci" / "lock" / "runtime.txt").read_bytes()).hexdigest()[:16]
    return f"lock {lock}, pango {versions[0]}, harfbuzz {versions[1]}"


def text_and_outline(pdf: bytes) -> str:
    """Every bookmark with its page, then every page's text in reading order."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    lines = ["# outline"]
    for mark in document.get_toc():
        target = mark.get_dest()
        lines.append(f"{'  ' * mark.level}{mark.get_title()} … {target.get_index() + 1 if target else '?'}")
    for number, page in enumerate(document, start=1):
        lines.append(f"# page {number}")
        lines += page.get_textpage().get_text_bounded().splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def sheet(pdf: bytes) -> bytes:
    """All pages side by side in grey, small, as PNG."""
    import pypdfium2
    from PIL import Image

    pages = [page.render(scale=DPI / 72, grayscale=True).to_pil() for page in pypdfium2.PdfDocument(pdf)]
    width, height = pages[0].size
    whole = Image.new("L", (width * len(pages), height), 255)
    for place, page in enumerate(pages):
        whole.paste(page, (place * width, 0))
    out = io.BytesIO()
    whole.save(out, "PNG", optimize=True)
    return out.getvalue()


def make(job: str, output: Path) -> dict[str, bytes]:
    """The PDFs of a job by name."""
    command = [sys.executable, "-m", "reportgen", "run", f"config/jobs/{job}.yaml", "--period", PERIODS[job]]
    run = subprocess.run([*command, "--output", str(output)], cwd=ROOT, capture_output=True, text=True, check=True)
    pdfs = [ROOT / line for line in run.stdout.split() if line.endswith(".pdf")]
    return {f"{job}.{path.name}": path.read_bytes() for path in pdfs}


def main() -> None:
    """Make all goldens again, to be looked at before they are committed."""
    STORE.mkdir(parents=True, exist_ok=True)
    digests = {}
    for job in PERIODS:
        with tempfile.TemporaryDirectory() as folder:
            for name, pdf in make(job, Path(folder)).items():
                digests[name] = hashlib.sha256(pdf).hexdigest()
                (STORE / f"{name}.txt").write_text(text_and_outline(pdf), encoding="utf-8")
                (STORE / f"{name}.png").write_bytes(sheet(pdf))
    content = {"environment": environment(), "sha256": digests}
    (STORE / "bytes.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
