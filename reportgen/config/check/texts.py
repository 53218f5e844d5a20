"""A text file: its sentences' placeholders and conditions, and no digit in any of its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from reportgen.config.check.placeholders import Names, metric_fault, selector_fault, sentence_faults
from reportgen.config.positions import Positions
from reportgen.config.yaml_tree import Trail
from reportgen.errors import Problem, nearest

if TYPE_CHECKING:
    from reportgen.document.texts import Entry, Line, TextFile, When

_DIGIT = re.compile(r"[0-9０-９]")
_SELECTORS = ("has", "lacks", "rises", "falls", "flat")
_FOUND = ("found", "not_found")


def text_problems(file: TextFile, path: str, names: Names) -> Iterator[Problem]:
    """All problems of one file's words and sentences, each at its place."""
    places = Positions(path)
    for trail, words in _plain(file):
        digit = _DIGIT.search(words)
        if digit:
            yield Problem(places.of(*trail), f"{'.'.join(map(str, trail))}: '{words}' holds the digit {digit.group()}; "
                                             "a figure needs a placeholder.")
    for key, entry in file.entries.items():
        for trail, line in _lines(entry):
            here = ("entries", key, *trail)
            for below, fault in _line_faults(line, replace(names, picks=tuple(line.let))):
                yield Problem(places.of(*here, *below), f"entries.{key}: {fault}")


def _plain(file: TextFile) -> Iterator[tuple[Trail, str]]:
    """Words that are printed as they stand."""
    yield ("title",), file.title
    for index, line in enumerate(file.title_lines):
        yield ("title_lines", index), line
    for key, words in file.words.items():
        yield ("words", key), words
    for section, heading in file.sections.items():
        yield ("sections", section, "title"), heading.title
        yield ("sections", section, "subtitle"), heading.subtitle


def _lines(entry: Entry) -> Iterator[tuple[Trail, Line]]:
    from reportgen.document.texts import Choice

    for index, said in enumerate(entry):
        if isinstance(said, Choice):
            for number, line in enumerate(said.first):
                yield (index, "first", number), line
        else:
            yield (index,), said


def _line_faults(line: Line, names: Names) -> Iterator[tuple[Trail, str]]:
    for fault in sentence_faults(line.text, names):
        yield ("text",), fault
    for name, pick in line.let.items():
        fault = metric_fault(pick.metric, names)
        if fault:
            yield ("let", name, "largest" if pick.largest else "smallest"), fault
    for below, fault in _condition_faults(line.when, names):
        yield ("when", *below), fault


def _condition_faults(when: When, names: Names) -> Iterator[tuple[Trail, str]]:
    for key in _SELECTORS:
        for index, selector in enumerate(getattr(when, key)):
            fault = selector_fault(selector, names)
            if fault:
                yield (key, index), fault
    for key in _FOUND:
        rule = getattr(when, key)
        if rule and names.rulebook is not None and rule not in names.rulebook.rules:
            yield (key,), f"there is no rule '{rule}'.{nearest(rule, list(names.rulebook.rules))}"
    for name in when.differs or ():
        if name not in names.picks:
            yield ("differs",), f"no let chooses '{name}'.{nearest(name, sorted(names.picks))}"
