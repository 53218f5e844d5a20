"""Files beside a job's data: the units' names, the owners' answers, the heads' comments on the period.

What is wrong in them is found before a row is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reportgen.config.answers import AnswerEntry, answers_path, load_answers
from reportgen.config.job import Job
from reportgen.config.loader import open_tree, read
from reportgen.config.positions import Positions
from reportgen.config.yaml_tree import place
from reportgen.context import RunContext
from reportgen.errors import Problem, ReportgenError, nearest
from reportgen.facts.units import Units
from reportgen.period import Period

_SCOPES = ("bank", "region:", "branch:")


def named_problems(job: Job, context: RunContext, places: Positions) -> Iterator[Problem]:
    """All problems of the files behind `units` and `answers`, of answers the job need not name, and of comments."""
    if job.units and not (context.root / job.units).is_file():
        yield _absent(job.units, "units", places)
    elif job.units:
        try:
            read(context.root / job.units, Units)
        except ReportgenError as error:
            yield from error.problems
    path = answers_path(context.root, job.answers, job.job)
    if job.answers and path and not path.is_file():
        yield _absent(job.answers, "answers", places)
    elif path:
        try:
            yield from _answer_problems(path, load_answers(path), context)
        except ReportgenError as error:
            yield from error.problems
    yield from _comment_problems(job, context)


def _comment_problems(job: Job, context: RunContext) -> Iterator[Problem]:
    """A comment under a name that is no scope would stay unread; those on scopes of the job's burst must be signed."""
    from reportgen.document.comment import comment_path, load_comment

    folder = comment_path(context, "bank").parent
    for path in sorted(folder.glob("*.md")) if folder.is_dir() else ():
        kind, _, unit = path.stem.partition("-")
        if kind not in ("bank", "region", "branch") or (kind == "bank") == bool(unit):
            yield Problem(str(path), "no report has this name; call it bank.md, region-<id>.md or branch-<id>.md.")
        elif kind in job.burst:
            try:
                load_comment(context, f"{kind}:{unit}" if unit else kind)
            except ReportgenError as error:
                yield from (Problem(one.place, f"{one.message} {error.hint}") for one in error.problems)


def _absent(named: str, key: str, places: Positions) -> Problem:
    return Problem(places.of(key),
                   f"{key}: there is no file {named}; write it, correct the path, or leave '{key}' out.")


def _answer_problems(path: Path, answers: tuple[AnswerEntry, ...], context: RunContext) -> Iterator[Problem]:
    """An answer to a rule, period or scope that cannot be would never be printed, and nobody would know."""
    from reportgen.findings.rulebook import load_rulebook

    try:
        rules = list(load_rulebook(context).rules)
    except ReportgenError:
        return  # the rule files' own fault, named by their own check
    for index, one in enumerate(answers):
        if one.rule not in rules:
            yield Problem(_place(path, index, "rule"),
                          f"rule: there is no rule '{one.rule}'.{nearest(one.rule, rules)}")
        try:
            Period.parse(one.period)
        except ReportgenError as error:
            yield Problem(_place(path, index, "period"), f"period: {error.problems[0].message}")
        kind = one.scope.partition(":")
        if one.scope != "bank" and not (f"{kind[0]}:" in _SCOPES and kind[2]):
            yield Problem(_place(path, index, "scope"),
                          f"scope: '{one.scope}' is none; write bank, region:<id> or branch:<id>.")


def _place(path: Path, index: int, key: str) -> str:
    """`file:line:column` of an answer's value; of a CSV its row, which follows the head."""
    if path.suffix == ".csv":
        return f"{path}:{index + 2}:1"
    line, column = place(open_tree(path)[1], (index, key))
    return f"{path}:{line}:{column}"
