"""What further columns would add, in words: what is missing, what it opens, and the lines to paste into the job."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reportgen.config.check import Opening
    from reportgen.context import RunContext
    from reportgen.document.texts import Texts
    from reportgen.facts.metric import Metric

_MOST = 6
"""More names than this are counted instead of listed."""


def opening_lines(openings: tuple[Opening, ...], context: RunContext) -> Iterator[str]:
    """Two lines and more for each opening, in the words of the report's first language."""
    from reportgen.document.texts import load_texts
    from reportgen.facts.definitions import load_metrics

    locale = context.job.locales[0]
    texts = load_texts(context, context.job.report, locale)
    metrics = load_metrics(context.shared("config", "metrics"))
    for one in openings:
        if _follows(one, openings):
            continue
        yield f"{' and '.join(_need(need, context, texts) for need in one.needs)}:"
        yield f"    opens {_opened(one, texts, metrics, locale)}"
        for under, line in pasted(one.needs, context):
            yield f"    add under {under}:  {line}"


def _follows(one: Opening, openings: tuple[Opening, ...]) -> bool:
    """Whether it names nothing of its own and comes by itself once the others listed are there."""
    if one.metrics or one.dimensions or len(one.needs) == 1:
        return False
    listed = {need for other in openings if other.metrics or other.dimensions or len(other.needs) == 1
              for need in other.needs}
    return listed.issuperset(one.needs)


def _need(need: str, context: RunContext, texts: Texts) -> str:
    """`campaigns.converted` as a frame's column, with the words a page uses for it."""
    role, dot, column = need.partition(".")
    if need == "two dates":
        held = _dates(context)
        return f"a second date, with period.since{f' (the sources already hold {held} dates)' if held > 1 else ''}"
    if need == "job.tiers":
        return "tiers in the job"
    if not dot:
        return need
    if role == "dimensions":
        alone = "" if context.job.dimensions else " (naming any dimension replaces the default ones)"
        return f"a dimension '{column}'{alone}"
    name = texts.words.get(f"column.{column}")
    told = f"{need} ({name})" if name else need
    return told if role in context.job.frames else f"a frame '{role}' with {told}"


def _dates(context: RunContext) -> int:
    from reportgen.config.check.held import days_held

    return len({day for days in days_held(context.job, context).values() for day in days or ()})


def _opened(one: Opening, texts: Texts, metrics: dict[str, Metric], locale: str) -> str:
    sections = [texts.sections[name].title if name in texts.sections else name for name in one.sections]
    names = [metrics[name].label[locale] for name in one.metrics]
    names += [texts.words.get(f"column.{name}", name) for name in one.dimensions]
    what = _few(names) if names else "further tables and charts"
    return f"{what} in {_few(sections)}"


def _few(names: list[str]) -> str:
    shown = list(dict.fromkeys(names))
    more = len(shown) - _MOST
    return ", ".join(shown[:_MOST]) + (f" and {more} more" if more > 0 else "")


def pasted(needs: tuple[str, ...], context: RunContext) -> Iterator[tuple[str, str]]:
    """(key of the job, YAML line) pairs; what stands in <…> is the bank's own to name."""
    from reportgen.frames.roles import REQUIRED

    job = context.job
    columns: dict[str, list[str]] = {}
    for need in needs:
        role, dot, column = need.partition(".")
        if need == "two dates":
            yield "period", "since: year_open"
        elif need == "job.tiers":
            yield "the job", 'tiers: [{tier: <tier>, floor: <amount with unit>, valid_from: "<YYYY-MM-DD>"}]'
        elif role == "dimensions":
            from_ = column if f"snapshots.{column}" in needs else "<column of snapshots>"
            yield "dimensions", f"{column}: {{column: {from_}}}"
        elif dot:
            columns.setdefault(role, []).append(column)
    for role, wanted in columns.items():
        if role in job.frames:
            for column in wanted:
                yield f"frames.{role}.columns", _column(role, column)
            continue
        required = [one for one in REQUIRED.get(role, ()) if one not in wanted]
        inner = ", ".join(_column(role, one) for one in (*required, *wanted))
        yield "frames", f"{role}: {{from: <source>, columns: {{{inner}}}}}"


def _column(role: str, column: str) -> str:
    """`age: <column>`; an amount with its unit, a column of the bank's own with its kind."""
    from reportgen.frames.roles import ROLES

    kind = ROLES.get(role, {}).get(column)
    if kind == "money":
        return f"{column}: {{column: <column>, unit: <unit>}}"
    return f"{column}: <column>" if kind else f"{column}: {{column: <column>, kind: category}}"
