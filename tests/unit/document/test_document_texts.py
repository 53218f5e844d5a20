"""Every text file of every report: both languages alike, no digit, nothing that points nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reportgen.config.loader import read
from reportgen.document.blocks import BLOCKS
from reportgen.document.finding_words import FINDING_NAMES
from reportgen.document.report import BlockEntry, ChartBlock, Report
from reportgen.document.scene import SETTINGS
from reportgen.document.sentence import Slot, slot, slots
from reportgen.document.texts import Choice, Entry, Line, TextFile
from reportgen.facts.definitions import load_metrics
from reportgen.findings.rulebook import read_rulebook

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "templates"
REPORTS = sorted(path.parent.name for path in TEMPLATES.glob("*/report.yaml"))
FOLDERS = ["base", *REPORTS]
METRICS = load_metrics(ROOT / "config" / "metrics")
RULEBOOK = read_rulebook(ROOT / "config" / "rules", ROOT / "config" / "suggestions")
PICK_FIELDS = {"segment", "value", "share", "n", "interval", "q"}


def text(folder: str, locale: str) -> TextFile:
    return read(TEMPLATES / folder / f"text.{locale}.yaml", TextFile)


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


@pytest.mark.parametrize("folder", FOLDERS)
def test_both_languages_have_the_same_keys(folder: str) -> None:
    zh, en = text(folder, "zh-CN"), text(folder, "en")
    assert list(zh.entries) == list(en.entries)
    assert sorted(zh.words) == sorted(en.words)
    assert sorted(zh.sections) == sorted(en.sections)


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_no_digit_stands_in_words_titles_or_sentences(folder: str, locale: str) -> None:
    file = text(folder, locale)
    plain = [file.title, *file.title_lines, *file.words.values()]
    plain += [part for heading in file.sections.values() for part in (heading.title, heading.subtitle)]
    assert [one for one in plain if re.search(r"\d", one)] == []
    for _, line in all_lines(file):
        slots(line.text)  # parsing refuses a digit


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


def place_of(one: Slot, line: Line) -> str | None:
    """What is wrong with a placeholder, or None."""
    head, *rest = one.path
    if one.name.startswith("#") or one.name in SETTINGS or one.name in ("date.since", "date.period"):
        return None
    if head == "let":
        known = rest and rest[0] in line.let and (len(rest) == 1 or rest[1] in PICK_FIELDS)
        return None if known else f"{one} picks nothing"
    if head == "finding":
        return None if rest and rest[0] in FINDING_NAMES else f"{one} is nothing of a finding"
    if one.name not in METRICS:
        return f"{one} is no metric"
    strangers = [value[1:] for _, value in one.cells if value.startswith("$") and value[1:] not in line.let]
    return f"{one} uses a pick that is not there" if strangers else None


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_every_placeholder_has_something_behind_it(folder: str, locale: str) -> None:
    faults = []
    for key, line in all_lines(text(folder, locale)):
        faults += [f"{key}: {fault}" for one in slots(line.text) if (fault := place_of(one, line))]
        for pick in line.let.values():
            faults += [] if pick.metric in METRICS else [f"{key}: {pick.metric} is no metric"]
        when = line.when
        for selector in (when.has, when.lacks, when.rises, when.falls, when.flat):
            faults += [f"{key}: {selector}"] if selector and slot(selector).name not in METRICS else []
        for rule in (when.found, when.not_found):
            faults += [f"{key}: {rule}"] if rule and rule not in RULEBOOK.rules else []
        faults += [f"{key}: differs {name}" for name in when.differs or () if name not in line.let]
    assert faults == []


def test_the_rules_and_suggestions_speak_the_same_language() -> None:
    line = Line(text="")
    faults = []
    for name, rule in RULEBOOK.rules.items():
        for wording in (rule, *rule.variants.values()):
            for sentence in (*wording.title.values(), *wording.text.values()):
                faults += [f"{name}: {fault}" for one in slots(sentence.strip()) if (fault := place_of(one, line))]
                faults += [f"{name}: {one}" for one in slots(sentence.strip())
                           if one.path[:2] == ("finding", "param") and one.path[2] not in rule.params]
    for name, suggestion in RULEBOOK.suggestions.items():
        for sentences in (suggestion.title, suggestion.text, suggestion.check):
            for sentence in sentences.values():
                faults += [f"{name}: {fault}" for one in slots(sentence.strip()) if (fault := place_of(one, line))]
    assert faults == []


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_every_exhibit_is_referred_to_by_a_sentence_of_a_block(name: str, locale: str) -> None:
    known = entries(name, locale)
    told = [block.text.entry for block in report(name).blocks() if block.text is not None]
    referred = {one.name[1:] for key in told for line in lines(known[key]) for one in slots(line.text)
                if one.name.startswith("#")}
    # A test block writes its own sentence, and the summary's chart stands beside the findings it shows.
    own = {block.test.id for block in report(name).blocks() if block.test is not None} | {"t_migration"}
    assert sorted(set(exhibits(name)) - referred - own) == []
    assert sorted(referred - set(exhibits(name))) == []


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_every_block_and_section_has_its_words(name: str, locale: str) -> None:
    file, known, written = text(name, locale), entries(name, locale), report(name)
    sections = {**text("base", locale).sections, **file.sections}
    assert [one.id for top in written.sections for one in top.all() if one.id not in sections] == []
    for block in written.blocks():
        if block.text is not None:
            assert block.text.entry in known
        if block.note is not None:
            assert block.note in known
        if hasattr(block.settings, "id"):
            assert f"name.{block.settings.id}" in file.words


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_no_entry_is_left_unused(name: str, locale: str) -> None:
    written = report(name)
    used = {block.text.entry for block in written.blocks() if block.text is not None}
    used |= {block.note for block in written.blocks() if block.note is not None}
    used |= {f"{one}.{kind}" for one in exhibits(name) for kind in ("title", "note")}
    used |= {f"kpi.{metric}" for block in written.blocks() for metric in block.kpis or ()}
    assert sorted(set(text(name, locale).entries) - used) == []


@pytest.mark.parametrize("name", REPORTS)
def test_metrics_and_rules_of_a_report_exist(name: str) -> None:
    written = report(name)
    assert [rule for rule in written.rules if rule not in RULEBOOK.rules] == []
    asked = [one for block in written.blocks() for one in (*getattr(block.settings, "asked", ()), *(block.kpis or ()))]
    asked += [cell for block in written.blocks() if block.table is not None for row in block.table.grid
              for cell in row.cells if cell]
    assert [one for one in asked if slot(one).name not in METRICS] == []


def test_every_block_kind_has_one_builder() -> None:
    assert sorted(BLOCKS) == sorted(BlockEntry.model_fields)


def test_every_chart_kind_can_be_drawn() -> None:
    from reportgen.charts import KINDS

    kinds = ChartBlock.model_fields["kind"].annotation.__args__  # type: ignore[union-attr]
    assert set(kinds) <= set(KINDS)
