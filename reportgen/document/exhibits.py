"""Tables and figures of one document: their numbers, anchors, and the sentences that refer to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from reportgen.config.model import Locale
from reportgen.document.model import Span

Kind = Literal["table", "figure"]
_WORDS: dict[Locale, dict[Kind, str]] = {
    "zh-CN": {"table": "表", "figure": "图"},
    "en": {"table": "Table ", "figure": "Figure "},
}
_APPENDIX: dict[Locale, tuple[str, str]] = {"zh-CN": ("附", ""), "en": ("", "A")}


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A table or figure that stands in the document."""

    id: str
    number: str
    facts: frozenset[str] = frozenset()
    """Ids of the facts it prints."""

    def link(self) -> Span:
        return Span(self.number, href=self.id)


@dataclass
class Exhibits:
    """Numbers exhibits as they are made. `planned` are those of a first pass, None during it.

    A sentence may refer to an exhibit that stands later, or that this bank's data cannot make: the first pass finds
    out which there are, the second one writes.
    """

    locale: Locale
    planned: Mapping[str, Exhibit] | None = None
    made: dict[str, Exhibit] = field(default_factory=dict)
    referred: set[str] = field(default_factory=set)
    _counts: dict[tuple[Kind, bool], int] = field(default_factory=dict)

    def number(self, kind: Kind, *, appendix: bool = False) -> str:
        """The next number of a kind: 表1, 图1, 附表1; Table 1, Figure 1, Table A1."""
        count = self._counts[kind, appendix] = self._counts.get((kind, appendix), 0) + 1
        before, letter = _APPENDIX[self.locale] if appendix else ("", "")
        return f"{before}{_WORDS[self.locale][kind]}{letter}{count}"

    def keep(self, exhibit: Exhibit) -> None:
        self.made[exhibit.id] = exhibit

    def link(self, name: str) -> Span | None:
        """A link to an exhibit; None where it is not in this document."""
        if self.planned is None:
            return Span("?", href=name)
        self.referred.add(name)
        exhibit = self.planned.get(name)
        return exhibit.link() if exhibit else None

    def showing(self, facts: frozenset[str] | set[str]) -> list[Exhibit]:
        """The exhibits that print one of the facts, in order."""
        return [exhibit for exhibit in (self.planned or {}).values() if exhibit.facts & facts]
