"""Makes the gallery from finished reports: `python docs/gallery/make_gallery.py output`.

One contact sheet a report and language, every page in order, and `README.md` that shows them.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pypdfium2
from PIL import Image

PERIOD = "2025-12"
REPORTS = (
    "work_summary", "maintenance_diagnosis", "private_banking", "support_report", "retention_execution", "life_status",
    "maintenance_plan", "tiering", "characteristics",
)
SCALE = 0.42  # 30 dpi: a page is 250 points wide
ACROSS, GAP = 5, 8
ROOT = Path(__file__).resolve().parents[2]
HEAD = """\
# The nine reports

Every page of each report on the [demonstration bank](../demonstration-bank.md) for December 2025, in Chinese and in
English; `make demo` makes them all. The pictures are made by `python docs/gallery/make_gallery.py output`.
"""


def main(output: Path) -> None:
    here, lines = Path(__file__).parent, [HEAD]
    for report in REPORTS:
        english, chinese = (title(report, locale) for locale in ("en", "zh-CN"))
        lines.append(f"## {english} · {chinese}\n")
        lines.append(f"Job: [`{report}`](../../config/jobs/{report}.yaml)\n")
        for locale, words in (("zh-CN", "in Chinese"), ("en", "in English")):
            sheet = contact_sheet(output / "reports" / report / PERIOD / f"bank.{locale}.pdf")
            name = f"{report}.{locale}.png"
            sheet.quantize(64).save(here / name, optimize=True)
            lines.append(f"![Every page of the report {report} {words}]({name})\n")
    (here / "README.md").write_text("\n".join(lines), encoding="utf-8")


def title(report: str, locale: str) -> str:
    """The report's own title, as its text file has it."""
    text = (ROOT / "templates" / report / f"text.{locale}.yaml").read_text(encoding="utf-8")
    return re.search(r"^title: (.+)$", text, re.MULTILINE).group(1).strip('"')


def contact_sheet(path: Path) -> Image.Image:
    """All pages of a PDF, five in a row."""
    document = pypdfium2.PdfDocument(path)
    pages = [page.render(scale=SCALE).to_pil() for page in document]
    width, height = pages[0].size
    rows = -(-len(pages) // ACROSS)
    size = (ACROSS * (width + GAP) + GAP, rows * (height + GAP) + GAP)
    sheet = Image.new("RGB", size, "#8a8f96")
    for place, page in enumerate(pages):
        row, column = divmod(place, ACROSS)
        sheet.paste(page, (GAP + column * (width + GAP), GAP + row * (height + GAP)))
    return sheet


if __name__ == "__main__":
    main(Path(sys.argv[1]))
