"""Every text file of every report: both languages alike, no digit, nothing that points nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reportgen.config.check import template_problems
from reportgen.config.check.placeholders import Names
from reportgen.config.check.rulebook import rulebook_problems
from reportgen.config.job import Job
from reportgen.config.loader import read
from reportgen.context import RunContext
from reportgen.document.blocks import BLOCKS
from reportgen.document.report import BlockEntry, ChartBlock, Report
from reportgen.document.sentence import slots
from reportgen.document.texts import Choice, Entry, Line, TextFile
from reportgen.facts.definitions import load_metrics
from reportgen.findings.rulebook import read_rulebook
from reportgen.period import Period

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "templates"
REPORTS = sorted(path.parent.name for path in TEMPLATES.glob("*/report.yaml"))
FOLDERS = ["base", *REPORTS]
FILES = [("base", "data"), *((folder, "text") for folder in FOLDERS)]
METRICS = load_metrics(ROOT / "config" / "metrics")
RULEBOOK = read_rulebook(ROOT / "config" / "rules", ROOT / "config" / "suggestions")


def text(folder: str, locale: str, kind: str = "text") -> TextFile:
    return read(TEMPLATES / folder / f"{kind}.{locale}.yaml", TextFile)


def report(name: str) -> Report:
    return read(TEMPLATES / name / "report.yaml", Report)


def lines(entry: Entry) -> Iterator[Line]:
    for one in entry:
        yield from one.first if isinstance(one, Choice) else (one,)


def all_lines(file: TextFile) -> Iterator[tuple[str, Line]]:
    for key, entry in file.entries.items():
        for line in lines(entry):
            yield key, line


def entries(name: str, locale: str) -> dict[str, Entry]:
    return {**text("base", locale).entries, **text(name, locale).entries}


def exhibits(name: str) -> list[str]:
    return [block.settings.id for block in report(name).blocks() if hasattr(block.settings, "id")]


def test_there_are_reports() -> None:
    assert {"characteristics", "private_banking"} <= set(REPORTS)


@pytest.mark.parametrize(("folder", "kind"), FILES)
def test_both_languages_have_the_same_keys(folder: str, kind: str) -> None:
    zh, en = text(folder, "zh-CN", kind), text(folder, "en", kind)
    assert list(zh.entries) == list(en.entries)
    assert sorted(zh.words) == sorted(en.words)
    assert sorted(zh.sections) == sorted(en.sections)


@pytest.mark.parametrize("folder", FOLDERS)
def test_words_take_the_same_fields_in_both_languages(folder: str) -> None:
    zh, en = text(folder, "zh-CN").words, text(folder, "en").words
    fields = re.compile(r"\{(\w+)\}")
    # `inside` is the English spelling of a label within a sentence; `unit` stands in a head where Chinese repeats it.
    free = {"inside", "unit"}
    for key, words in zh.items():
        there, other = set(fields.findall(words)) - free, set(fields.findall(en[key])) - free
        assert there <= other | {"dimension"}, key
        assert other <= there, key


def context(name: str) -> RunContext:
    """A run of a report in both languages, with as little else as a job can say."""
    job = Job.model_validate({
        "job": "lint", "report": name, "currency": "CNY", "locales": ["zh-CN", "en"],
        "sources": {"s": {"type": "csv", "path": "s.csv"}},
        "frames": {"snapshots": {"from": "s", "columns": {"customer_id": "c", "aum": {"column": "a", "unit": "元"}}}},
    })
    return RunContext("lint", job, Period.parse("2011-05"), ROOT, ROOT, ROOT / "output")


@pytest.mark.parametrize("name", REPORTS)
def test_every_name_in_a_report_and_its_texts_names_something(name: str) -> None:
    """Metrics, rules, tables, titles, entries, placeholders, digits: what `reportgen check` finds."""
    run = context(name)
    assert list(template_problems(run.job, run)) == []


def test_the_rules_and_suggestions_speak_the_same_language() -> None:
    folders = (ROOT / "config" / "rules", ROOT / "config" / "suggestions")
    for locale in ("zh-CN", "en"):
        words = text("base", locale, "data").words
        assert list(rulebook_problems(RULEBOOK, *folders, Names(METRICS, RULEBOOK), words)) == []


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_every_exhibit_is_referred_to_by_a_sentence_of_a_block(name: str, locale: str) -> None:
    known = entries(name, locale)
    told = [block.text.entry for block in report(name).blocks() if block.text is not None]
    referred = {one.name[1:] for key in told for line in lines(known[key]) for one in slots(line.text)
                if one.name.startswith("#")}
    # A test and a follow-up write their own sentence, and the summary's chart stands beside the findings it shows.
    made = [block for block in report(name).blocks() if block.kind in ("test", "follow_up")]
    own = {block.settings.id for block in made} | {"t_migration"}
    assert sorted(set(exhibits(name)) - referred - own) == []
    # The appendix's own tables begin with a_.
    assert sorted(one for one in referred - set(exhibits(name)) if not one.startswith("a_")) == []


def test_every_block_kind_has_one_builder() -> None:
    assert sorted(BLOCKS) == sorted(BlockEntry.model_fields)


def test_every_chart_kind_can_be_drawn() -> None:
    from reportgen.charts import KINDS

    kinds = ChartBlock.model_fields["kind"].annotation.__args__  # type: ignore[union-attr]
    assert set(kinds) <= set(KINDS)
