"""Chromium without a window, by its command line: what a mail looks like, and how wide it really is.

Where there is none a test is skipped with the reason; in continuous integration that is a failure.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FONTS = ROOT / "templates" / "assets" / "fonts"
_SECONDS = 120
_PROBE = """<script>
const bare = one => one.offsetHeight && [...one.childNodes].some(n => n.nodeType === 3 && n.data.trim());
const light = text => {
  const [r, g, b] = text.match(/[0-9.]+/g).map(Number).map(n => n / 255)
    .map(n => n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = one => {
  for (; one; one = one.parentElement) {
    const colour = getComputedStyle(one).backgroundColor;
    if (colour !== "rgba(0, 0, 0, 0)") return colour;
  }
  return "rgb(255, 255, 255)";
};
const contrast = one => {
  const [a, b] = [light(getComputedStyle(one).color), light(behind(one))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
};
const look = frame => {
  const page = frame.contentDocument, all = [...page.body.querySelectorAll("*")], width = frame.clientWidth;
  return {
    wide: page.documentElement.scrollWidth, high: page.documentElement.scrollHeight,
    beyond: all.filter(one => one.getBoundingClientRect().right > width + 1).map(one => one.outerHTML.slice(0, 160)),
    small: all.filter(one => bare(one) && parseFloat(getComputedStyle(one).fontSize) < 11)
      .map(one => one.outerHTML.slice(0, 160)),
    faint: all.filter(one => bare(one) && !one.style.display.startsWith("none") && contrast(one) < 4.5)
      .map(one => contrast(one).toFixed(2) + " " + one.outerHTML.slice(0, 160)),
    fetched: performance.getEntriesByType("resource").map(one => one.name)
      .concat(frame.contentWindow.performance.getEntriesByType("resource").map(one => one.name)),
  };
};
addEventListener("load", () => {
  const told = [...document.querySelectorAll("iframe")].map(look);
  document.getElementById("told").textContent = JSON.stringify(told);
});
</script>"""


@cache
def chromium() -> str:
    """Its path; skips the test, or fails it in CI, where there is none."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
    if not found:
        why = "no Chromium here: apt-get install --no-install-recommends chromium; how mails look stays unseen"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    return found


def screenshot(page: Path, picture: Path, height: int, *widths: int, dark: bool = False) -> None:
    """The page as PNG, `height` pixels high, at each of the widths, one beside the other."""
    _call(page.parent, [f"--screenshot={picture}", f"--window-size={sum(widths)},{height}", *_scheme(dark)],
          _framed(page, widths, height, ""))


def measured(page: Path, width: int, *, dark: bool = False) -> dict[str, object]:
    """At a window of `width` pixels: `wide` and `high` of the page, elements `beyond` the edge and of `small` type,
    `faint` ones (contrast below 4.5, WCAG AA), and what was `fetched` beside the page itself."""
    return measured_at(page, width, dark=dark)[0]


def measured_at(page: Path, *widths: int, dark: bool = False) -> list[dict[str, object]]:
    """The same at several widths, by one start of the browser."""
    done = _call(page.parent, ["--dump-dom", f"--window-size={max(600, *widths)},900", *_scheme(dark)],
                 _framed(page, widths, 900, _PROBE))
    found = re.search(r'<pre id="told"[^>]*>(.*?)</pre>', done, re.DOTALL)
    assert found, done[-2000:]
    told: list[dict[str, object]] = json.loads(html.unescape(found[1]))
    return told


def _scheme(dark: bool) -> list[str]:
    return ["--blink-settings=preferredColorScheme=0"] if dark else []


def _framed(page: Path, widths: Sequence[int], height: int, script: str) -> Path:
    """The page in frames of exactly those widths: a window may refuse to be as narrow as a phone."""
    frame = page.with_name(f"{page.stem}.frame.html")
    shown = "".join(f'<iframe src="{page.name}" style="border:0;flex:none;width:{width}px;height:{height}px"></iframe>'
                    for width in widths)
    frame.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f'<body style="margin:0"><div style="display:flex">{shown}</div><pre id="told" hidden></pre>{script}',
        encoding="utf-8",
    )
    return frame


def _call(folder: Path, options: list[str], page: Path) -> str:
    """Run it with a profile of its own and the project's fonts; what it writes."""
    fonts = folder / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{FONTS}</dir><cachedir>{folder}/fontcache</cachedir></fontconfig>", encoding="utf-8",
    )
    done = subprocess.run(
        [chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
         "--allow-file-access-from-files", "--no-first-run", "--disable-background-networking",
         f"--user-data-dir={folder / 'profile'}", *options, page.as_uri()],
        capture_output=True, text=True, check=True, timeout=_SECONDS, env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
    )
    return done.stdout
