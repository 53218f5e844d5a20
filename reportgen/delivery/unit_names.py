"""Whether a text names a unit that its reader has no business with: by name in any language, or by code."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from reportgen.facts.table import FactSet

_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]*")
_LETTER = re.compile(r"[A-Za-z0-9]")
_SPACE = re.compile(r"\s+")
_SHORTEST_CODE = 2


@dataclass(frozen=True)
class UnitNames:
    """All units of one run with their names. Built once a run; a text is searched in time that grows with it alone.

    Codes of digits alone and of one sign are not searched for: every page has such figures.
    """

    names: Mapping[str, frozenset[str]]
    """Scope to its names in all languages."""
    regions: Mapping[str, str] = field(default_factory=dict)
    """Branch scope to its region's."""
    ordinary: frozenset[str] = frozenset()
    """Names that are ordinary words too and are let through."""

    @classmethod
    def of(cls, facts: FactSet, ordinary: Iterable[str] = ()) -> UnitNames:
        """The units of a run's whole fact table."""
        scopes = {*facts.scopes(), *facts.units} - {"bank"}
        return cls({one: frozenset(facts.units.get(one, {}).values()) for one in scopes}, facts.regions,
                   frozenset(ordinary))

    def foreign(self, text: str, scope: str, own: Collection[str] = ()) -> str:
        """The first name or code in the text of a unit that is neither `scope`, nor above it, nor a part of it.

        `own` are further words that may stand there, such as the organisation's name. Empty where there is none. The
        bank's own report may name every unit.
        """
        if scope == "bank":
            return ""
        related = {scope, self.regions.get(scope, ""), *self._parts.get(scope, ())}
        allowed = self._allowed(related, own)
        dense, spaced = _SPACE.sub("", text), _SPACE.sub(" ", text)
        for one in allowed:
            dense, spaced = dense.replace(_SPACE.sub("", one), "\0"), spaced.replace(one, "\0")
        codes = {one.partition(":")[2] for one in related}
        return next(self._found(dense, spaced, allowed, codes), "")

    def _found(self, dense: str, spaced: str, allowed: Collection[str], codes: Collection[str]) -> Iterator[str]:
        known, by_start = self._codes, self._by_start
        yield from (one for one in _CODE.findall(spaced) if one in known and one not in codes)
        for text, wide in ((dense, True), (spaced, False)):
            for at in range(len(text) - 1):
                for name in by_start.get(text[at:at + 2], ()):
                    if wide is not name.isascii() and name not in allowed and text.startswith(name, at) \
                            and (wide or _stands_alone(text, at, len(name))):
                        yield name

    def _allowed(self, related: Collection[str], own: Collection[str]) -> list[str]:
        """What may stand in the text, longest first: a unit's own name may hold another's."""
        found = {name for one in related for name in self.names.get(one, ())} | {*own} | self.ordinary
        return sorted((one for one in found if one), key=lambda one: (-len(one), one))

    @cached_property
    def _codes(self) -> frozenset[str]:
        codes = (one.partition(":")[2] for one in self.names)
        return frozenset(one for one in codes if len(one) >= _SHORTEST_CODE and not one.isdigit())

    @cached_property
    def _by_start(self) -> Mapping[str, tuple[str, ...]]:
        """First two signs to the names that begin with them; those in Chinese without spaces."""
        found = defaultdict(set)
        for name in (name for names in self.names.values() for name in names):
            plain = _SPACE.sub(" " if name.isascii() else "", name)
            if len(plain) > 1:
                found[plain[:2]].add(plain)
        return {start: tuple(sorted(those)) for start, those in found.items()}

    @cached_property
    def _parts(self) -> Mapping[str, frozenset[str]]:
        """Region scope to its branches'."""
        found = defaultdict(set)
        for branch, region in self.regions.items():
            found[region].add(branch)
        return {region: frozenset(those) for region, those in found.items()}


def _stands_alone(text: str, at: int, length: int) -> bool:
    """Whether no letter touches it: `City` is not in `Capacity`."""
    before, after = text[at - 1:at], text[at + length:at + length + 1]
    return not (_LETTER.match(before) or _LETTER.match(after))
