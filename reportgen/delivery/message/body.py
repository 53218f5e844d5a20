"""The body of a mail: HTML of tables and inline styles, and plain text that says the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from reportgen.config.model import Locale
from reportgen.context import Shelf
from reportgen.delivery.message.summary import Summary
from reportgen.delivery.message.words import Words
from reportgen.document import environment as jinja

_SEVERITY = {
    "stop": ("#7c1d16", "■"), "high": ("#b83227", "▲"), "medium": ("#96640f", "◆"), "low": ("#4b5563", "○"),
    "opportunity": ("#17705f", "△"), "info": ("#4b5563", "□"),
}
"""Colour and shape of a finding's weight, as on the page: never colour alone."""
_TONE = {"good": "#17705f", "bad": "#b83227", "muted": "#6b7280"}
_FONTS = {
    "zh-CN": "'PingFang SC','Microsoft YaHei','Noto Sans SC',Arial,sans-serif",
    "en": "'Segoe UI','Helvetica Neue',Arial,'Noto Sans SC',sans-serif",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """All that the templates of a mail print."""

    locale: Locale
    subject: str
    mark: str
    """【内部】"""
    summary: Summary
    sealed: str
    """Why no figures stand here; empty where they do."""
    about: tuple[str, ...]
    """Of the attachment or the link."""
    link: str
    approved: str
    proof: tuple[tuple[str, str], ...]
    """Label and value: edition, sha256 of the PDF."""
    hints: tuple[str, ...]
    checkpoint: tuple[str, ...]
    """The lines of the signed note."""
    foot: tuple[str, ...]


def html_body(letter: Letter, words: Words, shelf: Shelf) -> str:
    """The HTML part; TemplateError (exit 6) naming file and line."""
    return jinja.render(_environment(_folders(shelf), escaped=True), "mail/mail.html.j2", **_values(letter, words))


def text_body(letter: Letter, words: Words, shelf: Shelf) -> str:
    """The plain text, one empty line at most between two others."""
    text = jinja.render(_environment(_folders(shelf), escaped=False), "mail/mail.txt.j2", **_values(letter, words))
    kept: list[str] = []
    for line in text.splitlines():
        told = line if line == "-- " else line.rstrip()
        if told or (kept and kept[-1]):
            kept.append(told)
    return "\n".join(kept).strip("\n") + "\n"


def _values(letter: Letter, words: Words) -> Mapping[str, Any]:
    return {"letter": letter, "words": words.words, "severity": _SEVERITY, "tone": _TONE, "font": _FONTS[letter.locale]}


def _folders(shelf: Shelf) -> tuple[Path, ...]:
    both = (shelf.root / "templates", shelf.home / "templates")
    return tuple(dict.fromkeys(folder.resolve() for folder in both if folder.is_dir()))


@lru_cache(maxsize=8)
def _environment(folders: tuple[Path, ...], *, escaped: bool) -> Any:
    made = jinja.environment(folders)
    made.autoescape = escaped
    return made
