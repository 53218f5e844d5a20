"""Suggestions (建议): what to do, for which issue, by whom, until when, and how it will be checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import zip_longest

from reportgen.document.blocks.findings import issue_anchor
from reportgen.document.draft import Draft
from reportgen.document.model import Action, Actions, Block, Span, Text
from reportgen.document.report import ActionsBlock
from reportgen.document.scene import Scene
from reportgen.findings.finding import Finding, Prompt


def build_actions(draft: Draft, block: ActionsBlock) -> tuple[Block, ...]:
    """All suggestions in full, or the first `top` in brief. No suggestion stands without its issue.

    Without any, the full list says so and the brief one is not there.
    """
    brief = block.top is not None
    asked = suggested(draft.findings.findings)
    prompts = [one for one in draft.findings.prompts if one.suggestion not in asked]
    made = [*(partial(_action, draft, name=name) for name in asked),
            *(partial(_prompted, draft, prompt=one) for one in prompts)]
    chosen = made[: block.top] if brief else made
    if brief and not chosen:
        return ()
    actions = tuple(make(number=number, now=not brief) for number, make in enumerate(chosen, 1))
    return (Actions(actions, "brief" if brief else "full", "" if actions else draft.word("no_actions")),)


def suggested(findings: tuple[Finding, ...]) -> list[str]:
    """Suggestion ids, each once: the first of every finding, then the second of every finding, and so on."""
    rounds = zip_longest(*(one.suggestions for one in findings))
    return list(dict.fromkeys(name for one in rounds for name in one if name is not None))


def _action(draft: Draft, *, number: int, now: bool, name: str) -> Action:
    cites = [one for one in draft.findings.findings if name in one.suggestions]
    told = _told(draft, number, name, Scene(draft, cites[0]), _links(draft, cites))
    cells = {(one.dimension, one.segment) for one in cites}
    return _with_measures(draft, told, name, cells.pop() if len(cells) == 1 else None) if now else told


def _prompted(draft: Draft, *, number: int, now: bool, prompt: Prompt) -> Action:
    """A suggestion that a segment raises and no issue: its evidence stands with it."""
    because = draft.rulebook.suggestions[prompt.suggestion].because or {}
    fact = draft.facts.get(prompt.fact)
    scene = Scene(draft, cell=(fact.dimension, fact.segment) if fact else ("", ""))
    said = scene.render(because.get(draft.locale, "").strip(), f"config/suggestions: {prompt.suggestion}") or ()
    shown = draft.exhibits.showing({prompt.fact, *prompt.evidence})[:1]
    links: Text = tuple(one.link() for one in shown)
    if not links:
        links = (Span(draft.label(fact.dimension, fact.segment) if fact and fact.dimension else "—"),)
    told = replace(_told(draft, number, prompt.suggestion, scene, links), because=said)
    return _with_measures(draft, told, prompt.suggestion, scene.cell) if now else told


def _with_measures(draft: Draft, told: Action, name: str, cell: tuple[str, str] | None) -> Action:
    """The check with what its metrics are now: `（本期91.2%）`, of several `（本期：调查回收率18.4%，满意占比70.5%）`.

    Those this data lacks are left out; so is `metric[*]`, of the segment the suggestion is about, where it is about
    several.
    """
    asked = draft.rulebook.suggestions[name].measures
    parts: list[Text] = []
    for measure in asked:
        metric, of_segment = measure.removesuffix("[*]"), measure.endswith("[*]")
        dimension, segment = (cell or ("", "")) if of_segment else ("", "")
        fact = None if of_segment and not segment else draft.find(metric, dimension=dimension, segment=segment)
        if fact is not None:
            value = draft.value(fact)
            value = replace(value, text=draft.counted(metric, value.text))
            label = draft.inside(draft.metric_label(metric)) + ("" if draft.locale == "zh-CN" else " ")
            parts.append((value,) if len(asked) == 1 else (Span(label), value))
    if not parts:
        return told
    last = told.check[-1]
    stop = last.text[-1] if last.text.endswith(("。", ".")) else ""  # behind the bracket, which is of the sentence
    gap, close = ("，", "）") if draft.locale == "zh-CN" else (", ", ")")
    line: list[Span] = [*told.check[:-1], replace(last, text=last.text.removesuffix(stop))]
    line.append(Span(draft.word("action.now" if len(asked) == 1 else "action.now_each")))
    for number, part in enumerate(parts):
        line += [*([Span(gap)] if number else []), *part]
    return replace(told, check=(*line, Span(close + stop)))


def _told(draft: Draft, number: int, name: str, scene: Scene, cites: Text) -> Action:
    suggestion = draft.rulebook.suggestions[name]
    place = f"config/suggestions: {name}"
    title, text, check = (
        scene.render(sentence[draft.locale].strip(), place) or ()
        for sentence in (suggestion.title, suggestion.text, suggestion.check)
    )
    due = working(draft.context.period.last_day + dt.timedelta(days=suggestion.due_days))
    return Action(
        f"action-{number}", draft.known(str(number)), title, text, cites,
        draft.known(suggestion.owner[draft.locale]), draft.known(due.isoformat()), check,
    )


def working(day: dt.date) -> dt.date:
    """The day itself; the next Monday for a Saturday or Sunday. Public holidays are not known here."""
    return day + dt.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _links(draft: Draft, cites: list[Finding]) -> Text:
    """Numbers of the issues; three and more in a row as a range that leads to the first (3–11)."""
    gap = Span("、" if draft.locale == "zh-CN" else ", ")
    line: list[Span] = []
    for first, last in runs([one.number for one in cites]):
        text = str(first) if first == last else f"{first}–{last}"
        line += [*([gap] if line else []), Span(draft.known(text), href=issue_anchor(first))]
    return tuple(line)


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Rising numbers as (first, last); two neighbours stay apart."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    split = ([[one] for one in run] if len(run) < 3 else [run] for run in found)
    return [(run[0], run[-1]) for parts in split for run in parts]
