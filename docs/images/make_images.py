"""Makes the README's pictures from finished reports: `python docs/images/make_images.py output`.

Cover and summary page of each of the four reports, side by side.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pypdfium2
from PIL import Image

REPORTS = {"taihu": "2011-05", "bank_marketing": "2010-11"}
SCALE = 1.0  # 72 dpi
GAP = 12


def main(output: Path) -> None:
    here = Path(__file__).parent
    for job, period in REPORTS.items():
        for locale in ("zh-CN", "en"):
            document = pypdfium2.PdfDocument(output / "reports" / job / period / f"bank.{locale}.pdf")
            pages = [document[number].render(scale=SCALE).to_pil() for number in (0, 1)]
            width, height = pages[0].size
            both = Image.new("RGB", (2 * width + 3 * GAP, height + 2 * GAP), "#8a8f96")
            for place, page in enumerate(pages):
                both.paste(page, (GAP + place * (width + GAP), GAP))
            both.quantize(128).save(here / f"{job}.{locale}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
