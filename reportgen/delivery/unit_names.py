"""Whether a text names a unit that its reader has no business with: by name in any language, or by code."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from reportgen.facts.table import FactSet

_CODE = re.compile(r"(?<![A-Za-z0-9])[A-Z0-9][A-Z0-9_-]*(?![A-Za-z0-9])")
_DIGEST = re.compile(r"(?=\S{0,40}[a-z])[A-Za-z0-9+/]{40,}={0,2}")
"""A hash or signature, in which any code may stand by chance. A list of codes has no small letters."""
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
        text = _DIGEST.sub(" ", text)
        codes = {one.partition(":")[2] for one in related}
        found = {name for one in related for name in self.names.get(one, ())} | {*own} | self.ordinary
        return next(self._found(text, {_plain(one) for one in found}, codes), "")

    def _found(self, text: str, allowed: Collection[str], codes: Collection[str]) -> Iterator[str]:
        """At each place the longest name counts: a unit's own may hold another's, and another's its own."""
        known, own = self._codes, _by_start(allowed)
        spaced = _SPACE.sub(" ", text)
        told = (part for one in _CODE.findall(spaced) for part in (one, *re.split("[-_]", one)))
        yield from (one for one in told if one in known and one not in codes)
        for found, wide in ((_SPACE.sub("", text), True), (spaced, False)):
            at = 0
            while at < len(found) - 1:
                start = found[at:at + 2]
                names = [one for one in (*self._by_start.get(start, ()), *own.get(start, ()))
                         if wide is not one.isascii() and found.startswith(one, at)
                         and (wide or _stands_alone(found, at, len(one)))]
                longest = max(names, key=len, default="")
                if longest and longest not in allowed:
                    yield longest
                at += len(longest) or 1

    @cached_property
    def _codes(self) -> frozenset[str]:
        codes = (one.partition(":")[2] for one in self.names)
        return frozenset(one for one in codes if len(one) >= _SHORTEST_CODE and not one.isdigit())

    @cached_property
    def _by_start(self) -> Mapping[str, tuple[str, ...]]:
        return _by_start(_plain(name) for names in self.names.values() for name in names)

    @cached_property
    def _parts(self) -> Mapping[str, frozenset[str]]:
        """Region scope to its branches'."""
        found = defaultdict(set)
        for branch, region in self.regions.items():
            found[region].add(branch)
        return {region: frozenset(those) for region, those in found.items()}


def _plain(name: str) -> str:
    """As it is searched for: in Chinese without spaces, else with single ones."""
    return _SPACE.sub(" " if name.isascii() else "", name)


def _by_start(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """First two signs to the names that begin with them."""
    found = defaultdict(set)
    for name in names:
        if len(name) > 1:
            found[name[:2]].add(name)
    return {start: tuple(sorted(those)) for start, those in found.items()}


def _stands_alone(text: str, at: int, length: int) -> bool:
    """Whether no letter touches it: `City` is not in `Capacity`."""
    before, after = text[at - 1:at], text[at + length:at + length + 1]
    return not (_LETTER.match(before) or _LETTER.match(after))
