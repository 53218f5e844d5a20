"""Runs of text as HTML: what must stand on one line stays together, and Chinese signs in a row lose their blank half.

Kept whole: a number with its unit, an interval, a comparison (`q＜0.001`), an amount with its currency, a reference
(`表8`, `Table 8`), a day with its month, and the end of a Chinese paragraph, so that no character stands alone on its
last line. The fonts have no word joiner and no narrow no-break space, so a span that never wraps does it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup, escape

from reportgen.document.model import Span, Text

_NUMBER = r"[+\u2212±]?\d(?:[\d,]*\d)?(?:\.\d+)?"
_UNIT = r"(?:[%％]|个?百分点|[万亿]?(?:欧元|美元|元)|[户岁天年月日倍笔次人分项个条只万亿]|个月)?"
_MONTH = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_WHOLE = re.compile(
    "|".join((
        rf"[A-Z]{{3}}\s{_NUMBER}(?:–{_NUMBER})?(?:\s(?:thousand|million|billion))?",
        rf"{_NUMBER}%?\sto\s{_NUMBER}%?",
        rf"\d{{1,2}}\s{_MONTH}\b",
        rf"{_NUMBER}\s(?:thousand|million|billion)\b",
        r"\b(?:Tables?|Figures?|Issues?|Sections?)\sA?\d+",
        r"(?:附表|表|图)\s?\d+",
        rf"(?:[qpnNVr]|φ|χ²)\s?(?:[＝＜＞=<>≤≥≈]\s?)?{_NUMBER}",
        rf"{_NUMBER}{_UNIT}(?:[～–]{_NUMBER}{_UNIT})?(?:及以上|以下|以上)?",
    ))
)
_SHORT = 7
"""A printed fact of at most so many characters never breaks, whatever it is."""
_LAST = 2
"""Characters that the last line of a Chinese paragraph has at least, its stops not counted."""
_OPENING = "（《「『“‘【〔"
_CLOSING = "、。，；：！？）》」』”’】〕"
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_SPACE_BEFORE = re.compile(r"(?<=[^> ]) (?=<(?:span|a)\b)")
"""A space that ends a run of text before another. It takes a run of its own: where WeasyPrint 70 finds a run too long
by its last space alone, it breaks the run at its first word and not at its last."""
_LATIN_WORD = re.compile(r"[^\s—–-]+\s*$")


def inline(text: Text | str, *, tight: bool = False) -> Markup:
    """A text as HTML. `tight` (headings and titles) takes the blank half from every Chinese quotation mark."""
    spans = (Span(text),) if isinstance(text, str) else tuple(span for span in text if span.text)
    whole = "".join(span.text for span in spans)
    if not whole:
        return Markup()
    chinese = _HAN.search(whole) is not None
    groups = _groups(spans, whole, chinese=chinese)
    halves = _halves(whole, tight=tight) if chinese else frozenset()
    last = None if chinese else _LATIN_WORD.search(whole)
    kinds: list[tuple[int, Span, bool, bool]] = []
    for span in spans:
        # What looks the same is set as one run: shaping does not reach from one run into the next.
        look = Span("", "", span.href, span.strong, span.tone)
        for _ in span.text:
            at = len(kinds)
            kinds.append((groups.get(at, -1), look, at in halves, last is not None and at >= last.start()))
    html = Markup().join(_html(whole, kinds))
    return html if chinese else Markup(_SPACE_BEFORE.sub("<span> </span>", html))  # noqa: S704  escaped above


def _html(whole: str, kinds: list[tuple[int, Span, bool, bool]]) -> Iterator[Markup]:
    for group, places in groupby(range(len(whole)), key=lambda at: kinds[at][0]):
        inside = Markup()
        reached = 0
        for (_, look, half, last), run in groupby(places, key=lambda at: kinds[at]):
            letters = list(run)
            reached = letters[-1]
            inside += _run("".join(whole[at] for at in letters), look, half=half, last=last)
        # A theme may let a number part from its unit, but never leave one character on the last line.
        end = " end" if reached >= len(whole.rstrip().rstrip(_CLOSING)) - 1 else ""
        yield Markup('<span class="whole{}">{}</span>').format(end, inside) if group >= 0 else inside


def _run(text: str, look: Span, *, half: bool, last: bool) -> Markup:
    names = [look.tone, "strong" if look.strong else "", "half" if half else "", "last" if last else ""]
    names.append("ref" if look.href else "")
    kind = " ".join(name for name in names if name)
    if look.href:
        return Markup('<a class="{}" href="#{}">{}</a>').format(kind, look.href.removeprefix("#"), text)
    return Markup('<span class="{}">{}</span>').format(kind, text) if kind else escape(text)


def _groups(spans: tuple[Span, ...], whole: str, *, chinese: bool) -> dict[int, int]:
    """The group of each character that may not be parted from its neighbours."""
    ranges = [match.span() for match in _WHOLE.finditer(whole) if match.end() - match.start() > 1]
    start = 0
    for span in spans:
        end = start + len(span.text)
        if span.fact and len(span.text) <= _SHORT:
            ranges.append((start, end))
        start = end
    if chinese and (ends := _ending(whole)):
        ranges.append(ends)
    found: dict[int, int] = {}
    reached = -1
    number = 0
    for first, last in sorted(ranges):
        if first >= reached:
            number += 1
        reached = max(reached, last)
        found.update(dict.fromkeys(range(first, last), number))
    return found


def _ending(whole: str) -> tuple[int, int] | None:
    """The last characters of a Chinese text with their stops, where they are Chinese and the text is longer."""
    end = len(whole.rstrip())
    last = len(whole[:end].rstrip(_CLOSING))
    first = last - _LAST
    if first <= 2 * _LAST or not all(_HAN.match(char) for char in whole[first:last]):
        return None
    return first, end


def _halves(whole: str, *, tight: bool) -> frozenset[int]:
    """Places of the signs that give up their blank half: beside another sign, and an opening one that begins."""
    found = {0} if whole[0] in _OPENING else set()
    for at, char in enumerate(whole):
        after = whole[at + 1] if at + 1 < len(whole) else ""
        before = whole[at - 1] if at else ""
        beside = (char in _CLOSING and after and after in _OPENING + _CLOSING) or (
            char in _OPENING and before and before in _OPENING
        )
        if beside or (tight and char in "“”‘’"):
            found.add(at)
    return frozenset(found)
