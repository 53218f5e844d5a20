"""Sentences of texts, rules and suggestions: whether every placeholder has something behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

from reportgen.errors import ReportgenError, nearest

if TYPE_CHECKING:
    from reportgen.document.sentence import Slot
    from reportgen.findings.rulebook import Rulebook

_SLIP = 0.85
"""From this likeness on a dimension's name is another one's misspelt, not another bank's own."""
_PICKED = ("segment", "known", "value", "share", "n", "interval", "q")
_APPENDIX = "a_"
"""How the ids of the appendix's own tables begin."""
_DATES = ("date.since", "date.period", "date.previous", "date.year_ago")


@dataclass(frozen=True)
class Names:
    """What a sentence may name."""

    metrics: Collection[str]
    rulebook: Rulebook | None = None
    exhibits: Collection[str] | None = None
    """Ids of the report's tables and figures; None where any may be meant."""
    picks: Collection[str] = ()
    """Names that the sentence's own `let` chooses."""
    dimensions: Collection[str] = ()
    """Names a cut may have: the job's dimensions, columns, and those the program makes; none takes any name."""
    params: Mapping[str, object] | None = field(default=None)
    """The rule's parameters, for a rule's own words; None where the rule is not known."""


def metric_fault(name: str, names: Names) -> str:
    """Why a name is no metric, or an empty string."""
    return "" if name in names.metrics else f"there is no metric '{name}'.{nearest(name, sorted(names.metrics))}"


def dimension_fault(name: str, names: Names) -> str:
    """Which dimension a name was meant to be, or an empty string.

    A name like no other may be another bank's dimension: what this one lacks is left out, and the page says so.
    """
    if not names.dimensions or name in names.dimensions:
        return ""
    close = get_close_matches(name, sorted(names.dimensions), n=1, cutoff=_SLIP)
    return f"there is no dimension '{name}'. Did you mean '{close[0]}'?" if close else ""


def sentence_faults(text: str, names: Names) -> Iterator[str]:
    """Everything wrong in a sentence: digits, stray braces, placeholders that name nothing."""
    from reportgen.document.sentence import slots

    try:
        found = slots(text.strip())
    except ReportgenError as error:
        yield error.problems[0].message
        return
    for one in dict.fromkeys(found):
        fault = _fault(one, names)
        if fault:
            yield f"{one}: {fault}"


def selector_fault(text: str, names: Names) -> str:
    """Why `metric[dim=seg]@since!style` names nothing, or an empty string."""
    from reportgen.document.sentence import slot

    try:
        return _fact_fault(slot(text), names)
    except ReportgenError as error:
        return error.problems[0].message


def _fault(one: Slot, names: Names) -> str:
    from reportgen.document.finding_words import FINDING_NAMES
    from reportgen.document.scene import SETTINGS

    head, *rest = one.path
    if one.name.startswith("#"):
        return _exhibit_fault(one.name[1:], names)
    if one.name in SETTINGS or one.name in _DATES:
        return ""
    if head in ("date", "let", "finding"):
        faults = {
            "date": lambda: f"there are {', '.join(_DATES)}.",
            "let": lambda: _pick_fault(rest, names),
            "finding": lambda: _finding_fault(rest, names, FINDING_NAMES),
        }
        return faults[head]()
    if one.name not in names.metrics:
        return f"there is no metric '{one.name}'.{nearest(one.name, sorted({*names.metrics, *SETTINGS}))}"
    return _fact_fault(one, names)


def _exhibit_fault(name: str, names: Names) -> str:
    if names.exhibits is None or name in names.exhibits or name.startswith(_APPENDIX):
        return ""
    return f"the report has no table or figure '{name}'.{nearest(name, sorted(names.exhibits))}"


def _fact_fault(one: Slot, names: Names) -> str:
    fault = metric_fault(one.name, names)
    strangers = [value[1:] for _, value in one.cells if value.startswith("$") and value[1:] not in names.picks]
    return fault or (_no_pick(strangers[0], names) if strangers else "") or _move_fault(one)


def _move_fault(one: Slot) -> str:
    """What moved is told from an earlier date on."""
    from reportgen.document.sentence import MOVES

    if one.style in MOVES and one.at == "period":
        return f"!{one.style} needs the date it moved from: {one.name}@previous!{one.style}, @year_ago or @since."
    return ""


def _pick_fault(rest: list[str], names: Names) -> str:
    if not rest or rest[0] not in names.picks:
        name = rest[0] if rest else ""
        return _no_pick(name, names)
    if len(rest) > 1 and rest[1] not in _PICKED:
        return f"of a chosen segment there are {', '.join(_PICKED)}."
    return ""


def _no_pick(name: str, names: Names) -> str:
    return f"no let chooses '{name}'.{nearest(name, sorted(names.picks))}"


def _finding_fault(rest: list[str], names: Names, known: Collection[str]) -> str:
    name = rest[0] if rest else ""
    if name not in known:
        return f"a finding has no '{name}'.{nearest(name, sorted(known))} It has: {', '.join(sorted(known))}."
    if name == "param" and names.params is not None:
        param = rest[1] if len(rest) > 1 else ""
        if param not in names.params:
            listed = f" It has: {', '.join(names.params)}." if names.params else " It has none."
            return f"the rule has no parameter '{param}'.{nearest(param, list(names.params))}{listed}"
    return ""
