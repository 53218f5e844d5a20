"""Entries of a text file as text: the sentences whose placeholders resolve and whose conditions hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain
from typing import Any

from reportgen.document.draft import Draft
from reportgen.document.model import Span, Text
from reportgen.document.scene import Scene
from reportgen.document.texts import Choice, Line, When
from reportgen.findings.finding import Finding


def sentences(draft: Draft, key: str, finding: Finding | None = None) -> list[Text]:
    """The sentences of an entry that this data can say, each as its own text."""
    scene = Scene(draft, finding)
    place = f"{draft.texts.place}: entries.{key}"
    said = (_say(scene, one, place) for one in draft.texts.entry(key))
    return [text for text in said if text is not None]


def paragraph(draft: Draft, key: str, finding: Finding | None = None) -> Text | None:
    """An entry as running text; None where nothing of it can be said."""
    said = sentences(draft, key, finding)
    return joined(draft, said) if said else None


def joined(draft: Draft, texts: Iterable[Text]) -> Text:
    """Sentences in a row: English ones take a space between them."""
    gap: Text = (Span(" "),) if draft.locale == "en" else ()
    parts = list(texts)
    return tuple(chain.from_iterable((gap if index else ()) + part for index, part in enumerate(parts)))


def _say(scene: Scene, one: Line | Choice, place: str) -> Text | None:
    if isinstance(one, Choice):
        said = (_line(scene, line, place) for line in one.first)
        return next((text for text in said if text is not None), None)
    return _line(scene, one, place)


def _line(scene: Scene, line: Line, place: str) -> Text | None:
    chosen = scene.choose(line.let)
    if chosen is None or not holds(chosen, line.when):
        return None
    text = chosen.render(line.text, place)
    if text is None or not line.tone:
        return text
    return tuple(replace(span, tone=line.tone) if span.strong else span for span in text)


def holds(scene: Scene, when: When) -> bool:
    """Whether all conditions of a sentence are met; a condition about an absent fact is not."""
    return all(check(scene, getattr(when, name)) for name, check in _CHECKS.items() if getattr(when, name) is not None)


def _signed(scene: Scene, selectors: tuple[str, ...], sign: int) -> bool:
    values = [scene.selected(one) for one in selectors]
    return all(value is not None and (value > 0) - (value < 0) == sign for value in values)


def _present(scene: Scene, selectors: tuple[str, ...], wanted: bool) -> bool:
    return all((scene.selected(one) is not None) is wanted for one in selectors)


def _tested(scene: Scene, pair: tuple[str, str], wanted: tuple[bool, ...]) -> bool:
    tested = scene.draft.association(*pair)
    return tested is not None and tested.holds in wanted


def _differ(scene: Scene, pair: tuple[str, str]) -> bool:
    one, other = (scene.picks[name] for name in pair)
    return one.segment != other.segment


_CHECKS: dict[str, Callable[[Scene, Any], bool]] = {
    "has": lambda scene, selectors: _present(scene, selectors, True),
    "lacks": lambda scene, selectors: _present(scene, selectors, False),
    "rises": lambda scene, selectors: _signed(scene, selectors, 1),
    "falls": lambda scene, selectors: _signed(scene, selectors, -1),
    "flat": lambda scene, selectors: _signed(scene, selectors, 0),
    "found": lambda scene, rule: scene.draft.finding(rule) is not None,
    "not_found": lambda scene, rule: scene.draft.finding(rule) is None,
    "tested": lambda scene, pair: _tested(scene, pair, (True, False)),
    "holds": lambda scene, pair: _tested(scene, pair, (True,)),
    "fails": lambda scene, pair: _tested(scene, pair, (False,)),
    "scope": lambda scene, wanted: (scene.draft.scope == "bank") is (wanted == "bank"),
    "differs": _differ,
}
"""One check for each condition that `When` knows."""
