"""What is wrong in a report's files is refused with file, line and column, exit 6."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.config.job import Job
from reportgen.context import RunContext
from reportgen.document.report import load_report
from reportgen.document.texts import load_texts
from reportgen.errors import ExitCode, TemplateError
from reportgen.period import Period

BASE = "words: {contents: Contents}\n"
TEXT = "title: T\nentries:\n  a.lead:\n  - 'fine {churn_rate}'\n"


@pytest.fixture
def context(tmp_path: Path) -> RunContext:
    job = Job.model_validate({
        "job": "own", "report": "own", "currency": "CNY", "sources": {"s": {"type": "csv", "path": "s.csv"}},
        "frames": {"snapshots": {"from": "s", "columns": {"customer_id": "id", "aum": {"column": "a", "unit": "元"}}}},
    })
    for folder, text in (("base", BASE), ("own", TEXT)):
        (tmp_path / "templates" / folder).mkdir(parents=True)
        (tmp_path / "templates" / folder / "text.en.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "templates" / "base" / "data.en.yaml").write_text("words: {}\n", encoding="utf-8")
    return RunContext("run", job, Period.parse("2011-05"), tmp_path, tmp_path, tmp_path / "output")


def write(context: RunContext, name: str, text: str) -> None:
    (context.root / "templates" / "own" / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("text", "place", "says"), [
    ("title: T\nentries:\n  a:\n  - in 5 months\n", "4:5", "a figure needs a placeholder"),
    ("title: T\nentries:\n  a:\n  - first:\n    - '{churn_rate!loud}'\n", "5:7", "the style 'loud'"),
    ("title: T\nentries:\n  a:\n  - {txt: x}\n", "4:6", "Did you mean 'text'"),
    ("title: T\nentries:\n  a:\n  - {text: x, when: {raises: y}}\n", "4:22", "Did you mean 'rises'"),
])
def test_a_text_file_is_refused_at_its_place(context: RunContext, text: str, place: str, says: str) -> None:
    write(context, "text.en.yaml", text)
    with pytest.raises(TemplateError) as caught:
        load_texts(context, "own", "en")
    assert caught.value.code is ExitCode.TEMPLATE
    assert f"text.en.yaml:{place}: " in str(caught.value)
    assert says in str(caught.value)


def test_a_missing_word_names_its_near_match(context: RunContext) -> None:
    with pytest.raises(TemplateError, match="Did you mean 'contents'"):
        load_texts(context, "own", "en").word("content")


@pytest.mark.parametrize(("text", "says"), [
    ("report: other\nsections: []\n", "the file calls itself 'other'"),
    ("report: own\nsections:\n- {id: a, blocks: [{tables: {id: t}}]}\n", "Did you mean 'table'"),
    ("report: own\nsections:\n- {id: a, blocks: [{table: {id: t}}]}\n", "either metrics or a grid"),
    ("report: own\nsections:\n- {id: a, blocks: [{table: {id: t, metrics: m}, note: n}]}\n", "a block has one kind"),
    ("report: own\nsections:\n- {id: a}\n- {id: a}\n", "the id a stands twice"),
])
def test_a_report_file_is_refused(context: RunContext, text: str, says: str) -> None:
    write(context, "report.yaml", text)
    with pytest.raises(TemplateError) as caught:
        load_report(context, "own")
    assert says in str(caught.value)
