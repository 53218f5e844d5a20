"""The mini-language of sentences: plain words around `{placeholders}` that name facts, findings, dates, exhibits.

    {metric}  {metric[dim=seg]@previous!style}  {metric[dim=$pick|dim2=seg2]}  {metric[*]}
    {finding.value}  {finding.param.NAME}  {let.NAME.segment}  {#t_size}  {date.since}  {months}
    {customers_lost?was|were}  the first word where the number is exactly one, else the second
    **words** are set strong.

Words hold no digit: every figure comes through a placeholder, so that it is a fact, a threshold or a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from reportgen.errors import Problem, TemplateError

STYLES = ("", "bare", "signed", "abs", "pp", "interval", "n", "base", "label", "arrow", "change", "moved")
"""none: with the unit · bare: digits alone · signed: with + or − · abs: without sign · pp: percentage points ·
interval: the 95 % interval · n: the base, of customers · base: the base of anything else, digits alone ·
label: the segment's words · arrow: ▲ or ▼ by the sign · change: how it moved from that date to this period, with + or
− · moved: the same without sign."""
MOVES = ("change", "moved")
AT = ("period", "since", "previous", "year_ago")
"""Dates a placeholder may name; a fact that is not there makes its sentence fall away."""
_SLOT = re.compile(
    r"(?P<name>#?[a-z][a-z0-9_.]*)(?:\[(?P<cell>[^\]{}]*)\])?(?:@(?P<at>period|since|previous|year_ago))?"
    r"(?:!(?P<style>[a-z]+)|\?(?P<one>[^|?]+)\|(?P<many>[^|?]+))?"
)
_DIGIT = re.compile(r"[0-9０-９]")
_STATE = "No page was made."


@dataclass(frozen=True, slots=True)
class Words:
    """Literal text."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A placeholder, taken apart."""

    name: str
    cell: str = ""
    at: str = "period"
    style: str = ""
    strong: bool = False
    forms: tuple[str, str] | None = None
    """Words for exactly one and for any other number; then no number is printed."""

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(self.name.split("."))

    @property
    def cells(self) -> tuple[tuple[str, str], ...]:
        """`a=x|b=y` as pairs; `*` stands alone as `("*", "")`."""
        pairs = (part.partition("=") for part in self.cell.split("|") if part)
        return tuple((key, value) for key, _, value in pairs)

    def __str__(self) -> str:
        cell = f"[{self.cell}]" if self.cell else ""
        behind = f"!{self.style}" if self.style else f"?{self.forms[0]}|{self.forms[1]}" if self.forms else ""
        return f"{{{self.name}{cell}{'@' + self.at if self.at != 'period' else ''}{behind}}}"


Piece = Words | Slot


@lru_cache(maxsize=4096)
def parse(text: str, place: str = "") -> tuple[Piece, ...]:
    """A sentence as words and slots. Raises TemplateError, naming `place`, for a digit, a stray brace or a bad slot."""
    pieces: list[Piece] = []
    strong = False
    for index, chunk in enumerate(text.split("**")):
        strong = index % 2 == 1
        pieces += _pieces(chunk, strong, place)
    if strong and text.count("**") % 2:
        raise _fault(place, f"the strong words of '{text}' have no end; close them with **.")
    return tuple(pieces)


def _pieces(text: str, strong: bool, place: str) -> Iterator[Piece]:
    for index, part in enumerate(re.split(r"\{([^{}]*)\}", text)):
        if index % 2:
            yield slot(part, place, strong=strong)
        elif part:
            if "{" in part or "}" in part:
                raise _fault(place, f"a brace in '{part.strip()}' has no partner.")
            digit = _DIGIT.search(part)
            if digit:
                raise _fault(
                    place, f"the words '{part.strip()}' hold the digit {digit.group()}; a figure needs a placeholder."
                )
            yield Words(part, strong)


def slot(text: str, place: str = "", *, strong: bool = False) -> Slot:
    """One placeholder without its braces."""
    match = _SLOT.fullmatch(text.strip())
    if not match:
        raise _fault(place, f"{{{text}}} is no placeholder; write {{metric[dimension=segment]@since!style}}.")
    style = match["style"] or ""
    if style not in STYLES:
        raise _fault(place, f"{{{text}}} asks for the style '{style}'; there are {', '.join(STYLES[1:])}.")
    forms = (match["one"], match["many"]) if match["one"] else None
    digit = _DIGIT.search("".join(forms or ()))
    if digit:
        raise _fault(place, f"{{{text}}} holds the digit {digit.group()}; a figure needs a placeholder.")
    return Slot(match["name"], match["cell"] or "", match["at"] or "period", style, strong, forms)


def slots(text: str) -> tuple[Slot, ...]:
    """The placeholders of a sentence, in order."""
    return tuple(piece for piece in parse(text) if isinstance(piece, Slot))


def _fault(place: str, message: str) -> TemplateError:
    return TemplateError(Problem(place, message), state=_STATE)
