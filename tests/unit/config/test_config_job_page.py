"""The page on jobs: its example is a job, and its table has every key with the words of the model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from reportgen.config import load_job
from reportgen.config.answers import load_answers
from reportgen.config.contract import DataContract
from reportgen.config.job import Job
from reportgen.config.loader import read
from reportgen.frames.roles import REQUIRED

PAGE = Path(__file__).resolve().parents[3] / "docs" / "jobs.md"


def _page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_example_is_a_job_with_every_key(workspace: Any) -> None:
    example = re.findall(r"```yaml\n(.*?)```", _page(), re.DOTALL)[0]
    job = load_job(workspace.write(text=example))
    assert set(job.model_fields_set) == set(Job.model_fields) - {"data"}


def test_the_examples_of_a_wide_table_and_of_answers_are_read(tmp_path: Path) -> None:
    _, wide, answers = re.findall(r"```yaml\n(.*?)```", _page(), re.DOTALL)
    (tmp_path / "wide.yaml").write_text(wide, "utf-8")
    (tmp_path / "answers.yaml").write_text(answers, "utf-8")
    frame = read(tmp_path / "wide.yaml", DataContract).frames["snapshots"]
    assert [day.isoformat() for day in frame.dates] == ["2005-08-31", "2005-09-30"]
    assert load_answers(tmp_path / "answers.yaml")[0].rule == "r_contact_gap"


def test_the_table_says_what_the_model_says() -> None:
    stated = [
        f"| `{name}`{' (needed)' if field.is_required() else ''} | {field.description} |"
        for name, field in Job.model_fields.items()
    ]
    assert [line for line in _page().splitlines() if line in stated] == stated


def test_every_role_stands_with_what_it_needs() -> None:
    rows = [line for line in _page().splitlines() if line.startswith("| `")]
    for role, columns in REQUIRED.items():
        [row] = [line for line in rows if line.startswith(f"| `{role}` |")]
        assert all(f"`{column}`" in row for column in columns)
