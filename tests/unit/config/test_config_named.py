"""Files beside a job: units, answers and comments that are wrong are named before a row is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.config import load_job
from reportgen.config.check.named import named_problems
from reportgen.config.positions import Positions
from reportgen.context import RunContext
from reportgen.period import Period

JOB = """\
job: small
report: private_banking
currency: CNY
sources: {list: {type: csv, path: list.csv}}
frames: {snapshots: {from: list, unit: 元, columns: [customer_id, snapshot_date, aum]}}
"""


@pytest.fixture
def said(tmp_path: Path):  # type: ignore[no-untyped-def]
    (tmp_path / "templates").mkdir()

    def run(more: str = "", **files: str) -> list[str]:
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_DOT_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        (tmp_path / "job.yaml").write_text(JOB + more, "utf-8")
        job = load_job(tmp_path / "job.yaml")
        context = RunContext.create(job, Period.parse("2025-12"), output=tmp_path / "out")
        return [str(one).replace(f"{tmp_path}/", "") for one in named_problems(job, context, Positions(job.path))]

    return run


def test_a_sound_job_needs_none_of_them(said) -> None:  # type: ignore[no-untyped-def]
    assert said() == []


def test_files_that_are_not_there(said) -> None:  # type: ignore[no-untyped-def]
    found = said("units: no.yaml\nanswers: none.csv\n")
    assert [one.partition(";")[0] for one in found] == [
        "job.yaml:6:8: units: there is no file no.yaml", "job.yaml:7:10: answers: there is no file none.csv",
    ]


def test_units_of_the_wrong_shape(said) -> None:  # type: ignore[no-untyped-def]
    (found,) = said("units: u.yaml\n", u_DOT_yaml="branches: {}\n")
    assert found.startswith("u.yaml:1:1: unknown key 'branches'. Did you mean 'branch'?")


def test_an_answer_that_could_never_be_printed(said) -> None:  # type: ignore[no-untyped-def]
    text = "- {period: 2025-13, scope: banks, rule: r_contct_gap, state: done}\n"
    assert said(answers__small_DOT_yaml=text) == [
        "answers/small.yaml:1:41: rule: there is no rule 'r_contct_gap'. Did you mean 'r_contact_gap'?",
        "answers/small.yaml:1:12: period: '2025-13' is not a period.",
        "answers/small.yaml:1:28: scope: 'banks' is none; write bank, region:<id> or branch:<id>.",
    ]


def test_comments(said) -> None:  # type: ignore[no-untyped-def]
    found = said(**{
        "comments__2025-12__bank_DOT_md": "All is well.\n", "comments__2025-12__brach-B01_DOT_md": "x\n",
        "comments__2025-12__branch-B01_DOT_md": "Unsigned, but no report of this run.\n",
    })
    assert found[0].startswith("comments/2025-12/bank.md:1: the comment bears no signature")
    assert found[1].startswith("comments/2025-12/brach-B01.md: no report has this name")
    assert len(found) == 2
